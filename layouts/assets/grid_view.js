/* The view: what is shown, in the Store grid-view and in the URL, and how many people that is. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { S, $, set, same, say } = G;

  function keep(patch) {
    const view = { ...S.view, ...patch };
    if (same(view, S.view)) return;
    S.view = view;
    set("grid-view", { data: view });
  }

  // Another view, or the same one with the newest data: nothing that was known holds any more.
  function begin(patch) {
    G.clearSelection();
    S.cacheVersion = S.counting = null;
    S.blockSeen.clear();
    keep({ ...patch, version: null, seen: null, snapshot: null, count: null, turn: ++S.turns });
    G.showLikeness();
    showEmpty();
  }

  function change(patch, { push = true } = {}) {
    begin(patch);
    if (push) writeUrl();
    start_over();
  }

  // A purge keeps the scroll position and asks for the visible blocks again.
  function start_over({ top = true } = {}) {
    S.counting = null;
    S.cacheVersion = null;
    if (!S.api || S.api.isDestroyed()) return;
    if (top && S.api.getDisplayedRowCount() > 0) S.api.ensureIndexVisible(0, "top");
    S.api.purgeInfiniteCache();
  }

  function query(view) {
    const parts = new URLSearchParams();
    if (view.status !== "active") parts.set("status", view.status);
    if (view.q) parts.set("q", view.q);
    const f = { ...(view.filterModel || {}), ...(view.f || {}) };
    if (Object.keys(f).length) parts.set("f", JSON.stringify(f));
    if (view.sort && view.sort.length) parts.set("sort", view.sort.map((s) => `${s.colId}.${s.sort}`).join(","));
    if (view.match) parts.set("match", view.match);
    if (view.person) parts.set("person", view.person);
    const text = parts.toString();
    return text ? `?${text}` : "";
  }

  function writeUrl({ replace = false } = {}) {
    const url = window.location.pathname + query(S.view);
    if (url === window.location.pathname + window.location.search) return;
    window.history[replace ? "replaceState" : "pushState"](null, "", url);
    document.dispatchEvent(new Event("sx-address"));
  }

  // Back and Forward: the server reads the URL, so that one place decides what is valid.
  window.addEventListener("popstate", () => {
    if (S.view && window.location.pathname === `/search/${S.view.search_id}`) {
      set("url-query", { data: { query: window.location.search, n: ++S.asked } });
    }
  });

  const SHOWN = ["status", "q", "f", "filterModel", "sort", "match"];
  function apply(view) {
    if (!view) return;
    const part = (whole) => SHOWN.map((name) => whole[name]);
    // Only the person differs: whoever reads stays where they are.
    if (same(part(view), part(S.view)) && !view.pending) return G.openPerson(view.person, { push: false });
    G.stopComparing();
    begin({ ...view, zone: S.view.zone, runs: undefined, pending: undefined });
    if (view.pending) G.waitForMatch(view.pending);
    showView();
    const sort = new Map((view.sort || []).map((s, i) => [s.colId, { ...s, sortIndex: i }]));
    const filters = !same(S.api.getFilterModel(), view.filterModel || {});
    const sorts = !same(sortModel(), view.sort || []);
    S.quiet = true;
    if (filters) S.api.setFilterModel(view.filterModel || {});
    if (sorts) {
      S.api.applyColumnState({
        state: [...sort.values()].map((s) => ({ colId: s.colId, sort: s.sort, sortIndex: s.sortIndex })),
        defaultState: { sort: null },
      });
    }
    setTimeout(() => (S.quiet = false), 0);
    start_over();
    G.openPerson(view.person, { push: false });
  }

  function showView() {
    const box = $("quick-search");
    if (box && document.activeElement !== box) set("quick-search", { value: S.view.q || "" });
    document.querySelectorAll("#status-tabs [data-value]").forEach((tab) => {
      tab.setAttribute("aria-selected", String(tab.dataset.value === S.view.status));
      tab.tabIndex = tab.dataset.value === S.view.status ? 0 : -1;
    });
  }

  function sortModel() {
    return S.api
      .getColumnState()
      .filter((c) => c.sort)
      .sort((a, b) => a.sortIndex - b.sortIndex)
      .map((c) => ({ colId: c.colId, sort: c.sort }));
  }

  function showCount() {
    const place = $("row-count");
    if (!place) return;
    const n = S.view.count;
    const people = n === null || n === undefined ? "" : say(n === 1 ? "person" : "people", { n });
    place.textContent = people && !S.view.exact ? say("about", { people }) : people;
    place.dataset.exact = String(Boolean(S.view.exact));
    const close = $("filter-close");
    if (close) close.textContent = people ? say("show", { people: place.textContent }) : say("show_all");
    G.showSelection();
    G.showPager();
    showEmpty();
  }

  // Nobody to see: what to do next depends on whether something was filtered.
  function showEmpty() {
    const empty = $("grid-empty");
    if (!empty) return;
    const { count, exact, status, q, f, filterModel } = S.view;
    empty.hidden = count !== 0 || !exact;
    const filtered = Boolean(q || Object.keys({ ...f, ...filterModel }).length);
    empty.dataset.why = filtered ? "filters" : status === "all" ? "nobody" : "tab";
  }

  Object.assign(G, { apply, begin, change, keep, query, showCount, showView, sortModel, start_over, writeUrl });
})();
