/* Cards in place of the grid, where the window is too narrow for one: 25 people at a time.

   What the other parts ask of AG Grid is answered here, so that filters, tabs, search text, address, drawer and
   actions are the same. Rows come as cards that the server made; nothing of AG Grid is loaded. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { BLOCK, S, $, set, number } = G;
  const CARDS = "candidate-cards";
  const PAGE = 25;
  const C = { start: 0, turn: null, model: {}, sort: [] };

  function ask() {
    if (S.view.turn !== C.turn) C.start = 0;
    C.turn = S.view.turn;
    $(CARDS).setAttribute("aria-busy", "true");
    set("cards-request", { data: { n: ++S.asked, start: C.start } });
  }

  // The part of AG Grid's interface that the page uses. There are no rows to look at: cards are only shown.
  const nothing = () => {};
  const api = {
    addEventListener: nothing, ensureIndexVisible: nothing, deselectAll: nothing, forEachNode: nothing,
    setNodesSelected: nothing, setRowCount: nothing, setColumnsPinned: nothing, setColumnsVisible: nothing,
    getDisplayedRowCount: () => 0,
    getDisplayedRowAtIndex: () => null,
    getRowNode: () => null,
    getColumn: () => null,
    getColumns: () => [],
    getAllDisplayedColumns: () => [],
    getFilterModel: () => C.model,
    setFilterModel: (model) => (C.model = model || {}),
    getColumnState: () => C.sort,
    applyColumnState: ({ state }) => (C.sort = state),
    purgeInfiniteCache: ask,
    refreshInfiniteCache: ask,
  };

  function cards(view) {
    const sort = (view.sort || []).map((s, i) => ({ ...s, sortIndex: i }));
    Object.assign(C, { start: 0, turn: null, model: view.filterModel || {}, sort });
    const list = $(CARDS);
    return { ...api, isDestroyed: () => !list.isConnected };
  }

  // After the first look the list is there, and every page of it is as quick.
  function showPager() {
    const pager = $("cards-pager");
    if (!pager || !S.view) return;
    $(CARDS).removeAttribute("aria-busy");
    const count = S.view.count || 0;
    pager.hidden = count <= PAGE;
    const last = Math.min(count, C.start + PAGE);
    $("cards-place").textContent = G.say("place", { from: C.start + 1, to: last, n: count });
    pager.querySelector('[data-action="cards-prev"]').disabled = C.start === 0;
    pager.querySelector('[data-action="cards-next"]').disabled = last >= count;
  }

  function turnPage(step) {
    C.start = Math.max(0, C.start + step * PAGE);
    ask();
    $(CARDS).scrollIntoView({ block: "start" });
  }

  // Judged by the page of cards that was shown.
  function stageCard(button) {
    const { person, value } = button.dataset;
    const seen = S.rowSeen.get(person) ?? S.blockSeen.get(Math.floor(C.start / BLOCK));
    G.act("stage", value, { ids: [person], seen: seen ? [[seen, [person]]] : [] });
  }

  Object.assign(G, { CARDS, ask, cards, number, showPager, stageCard, turnPage });
})();
