/* Cards in place of the grid, where the window is too narrow for one: 25 people at a time.

   What the other parts ask of AG Grid is answered here, so that filters, tabs, search text, address, drawer, selection
   and actions are the same. Rows come as cards that the server made; nothing of AG Grid is loaded. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { BLOCK, MOST, S, $, set, say, notice, number } = G;
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
    // A card that is made anew, or becomes that of somebody else, is ticked as its person is.
    const seen = { childList: true, subtree: true, attributes: true, attributeFilter: ["data-person"] };
    new MutationObserver(showTicks).observe(list, seen);
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
    showTicks();
  }

  function turnPage(step) {
    C.start = Math.max(0, C.start + step * PAGE);
    ask();
    $(CARDS).scrollIntoView({ block: "start" });
  }

  // Judged by the page of cards that was shown.
  const seenIn = (person) => S.rowSeen.get(person) ?? S.blockSeen.get(Math.floor(C.start / BLOCK));

  function stageCard(button) {
    const { person, value } = button.dataset;
    const seen = seenIn(person);
    G.act("stage", value, { ids: [person], seen: seen ? [[seen, [person]]] : [] });
  }

  // ---- who is selected: the same as by the grid's checkboxes ------------------------------------------
  const isTicked = (person) => (S.all ? !S.except.has(person) : S.selected.has(person));

  function tickCard(box) {
    const { person } = box.dataset;
    if (S.all && isTicked(person) && S.except.size >= MOST) return notice(say("except_most", { n: MOST }));
    if (S.all) S.except[isTicked(person) ? "add" : "delete"](person);
    else if (isTicked(person)) S.selected.delete(person);
    else S.selected.set(person, seenIn(person) ?? S.view.snapshot);
    if (!G.chosenCount()) return G.clearSelection();
    G.showSelection();
  }

  function showTicks() {
    const list = $(CARDS);
    if (!list || !S.view) return;
    for (const box of list.querySelectorAll('[role="checkbox"]')) {
      box.setAttribute("aria-checked", String(isTicked(box.dataset.person)));
    }
    const all = $("cards-select-all");
    if (!all) return;
    all.hidden = !S.view.count || !S.view.exact || Boolean(G.chosenCount());
    all.textContent = say("select_all", { n: S.view.count || 0 });
  }

  Object.assign(G, { CARDS, ask, cards, number, showPager, showTicks, stageCard, tickCard, turnPage });
})();
