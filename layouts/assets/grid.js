/* The search page in the browser: what is shown (view), which version of it, what is selected.

   view = {search_id, version, seen, count, exact, status, q, f, filterModel, sort, zone, person, turn}
   lives here and in the Store grid-view, which every server callback reads and checks. The URL says
   the same, so that Back, Forward and a pasted link work. turn counts up with each other view; what
   comes late for one that was left is known by it. Ids of selected rows never leave this file except
   in the request of an action. */
(function () {
  "use strict";
  const GRID = "candidate-grid";
  const BLOCK = 100;
  // The most that can be chosen by Shift, or left out, one by one.
  const MOST = 500;
  const S = { api: null, view: null, asked: 0, turns: 0, cacheVersion: null, failures: 0, runs: new Map() };
  const $ = (id) => document.getElementById(id);
  // A page that was left has no such components any more, and Dash would fail.
  const set = (id, props) => $(GRID) && window.dash_clientside.set_props(id, props);
  const sorted = (_, value) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  const same = (a, b) => JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
  const number = (n) => new Intl.NumberFormat().format(n);
  // The page's sentences (layouts/text.py, GRID_IN_BROWSER) with {names} filled in.
  const say = (name, given = {}) => {
    const texts = JSON.parse(document.querySelector("[data-grid-texts]")?.dataset.gridTexts || "{}");
    return (texts[name] || "").replace(/\{(\w+)\}/g, (_, key) => (typeof given[key] === "number" ? number(given[key]) : given[key]));
  };

  // One line above the grid; retry is a function, for a failure that the person may try again.
  function notice(message, { retry = null, seconds = 8 } = {}) {
    const place = $("grid-notice");
    if (!place) return;
    clearTimeout(S.noticeTimer);
    place.hidden = !message;
    place.replaceChildren(message || "");
    if (retry) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-link", textContent: say("retry") });
      button.addEventListener("click", retry);
      place.append(" ", button);
    } else if (message) {
      S.noticeTimer = setTimeout(() => notice(""), seconds * 1000);
    }
  }

  // ---- view ---------------------------------------------------------------------------------
  function keep(patch) {
    const view = { ...S.view, ...patch };
    if (same(view, S.view)) return;
    S.view = view;
    set("grid-view", { data: view });
  }

  // Another view, or the same one with the newest data: nothing that was known holds any more.
  function begin(patch) {
    clearSelection();
    S.cacheVersion = S.counting = null;
    S.blockSeen.clear();
    keep({ ...patch, version: null, seen: null, snapshot: null, count: null, turn: ++S.turns });
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
    if (view.person) parts.set("person", view.person);
    const text = parts.toString();
    return text ? `?${text}` : "";
  }

  function writeUrl({ replace = false } = {}) {
    const url = window.location.pathname + query(S.view);
    if (url === window.location.pathname + window.location.search) return;
    window.history[replace ? "replaceState" : "pushState"](null, "", url);
  }

  // Back and Forward: the server reads the URL, so that one place decides what is valid.
  window.addEventListener("popstate", () => {
    if (S.view && window.location.pathname === `/search/${S.view.search_id}`) {
      set("url-query", { data: { query: window.location.search, n: ++S.asked } });
    }
  });

  const SHOWN = ["status", "q", "f", "filterModel", "sort"];
  function apply(view) {
    if (!view) return;
    const part = (whole) => SHOWN.map((name) => whole[name]);
    // Only the person differs: whoever reads stays where they are.
    if (same(part(view), part(S.view))) return openPerson(view.person, { push: false });
    begin({ ...view, zone: S.view.zone, runs: undefined });
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
    openPerson(view.person, { push: false });
  }

  function showView() {
    const box = $("quick-search");
    if (box && document.activeElement !== box) set("quick-search", { value: S.view.q || "" });
    document.querySelectorAll("#status-tabs [data-value]").forEach((tab) => {
      tab.setAttribute("aria-selected", String(tab.dataset.value === S.view.status));
      tab.tabIndex = tab.dataset.value === S.view.status ? 0 : -1;
    });
  }

  // On a phone the filter panel lies over the rows, and is shut at first.
  const isPhone = () => window.matchMedia("(max-width: 760px)").matches;

  function showFilters(open) {
    document.body.classList.toggle(isPhone() ? "sx-filters-open" : "sx-filters-hidden", isPhone() === open);
    sayFilters();
    if (!isPhone()) return;
    if (open) $("filter-close").focus();
    else $("filter-toggle").focus();
  }

  function sayFilters() {
    const { classList } = document.body;
    const open = isPhone() ? classList.contains("sx-filters-open") : !classList.contains("sx-filters-hidden");
    $("filter-toggle").setAttribute("aria-expanded", String(open));
  }
  window.addEventListener("resize", () => $("filter-toggle") && sayFilters());

  function sortModel() {
    return S.api
      .getColumnState()
      .filter((c) => c.sort)
      .sort((a, b) => a.sortIndex - b.sortIndex)
      .map((c) => ({ colId: c.colId, sort: c.sort }));
  }

  // ---- grid ---------------------------------------------------------------------------------
  async function mount(view) {
    const api = await window.dash_ag_grid.getApiAsync(GRID);
    if (api === S.api) return;
    clearTimeout(S.watchTimer);
    Object.assign(S, { api, view, cacheVersion: null, failures: 0, counting: null, position: null, personSeen: null });
    Object.assign(S, { selected: new Map(), all: false, ranges: [], except: new Set(), chosenIn: null, anchor: null });
    Object.assign(S, { runs: new Map(), rowSeen: new Map(), blockSeen: new Map(), ownSteps: new Map() });
    // Days in filters are the reader's days, as in the cells.
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const hasDays = Object.values(view.filterModel || {}).some((model) => JSON.stringify(model).includes('"date"'));
    keep({ zone, runs: undefined });
    for (const run of view.runs || []) watch(run.id, run.kind);
    if (hasDays && zone !== "UTC") change({}, { push: false });
    showView();
    document.body.classList.remove("sx-filters-open");
    document.body.classList.toggle("sx-filters-hidden", window.localStorage.getItem("sx-filters") === "hidden");
    sayFilters();
    api.addEventListener("filterChanged", () => {
      if (S.quiet) return;
      if (api.getDisplayedRowCount() > 0) api.ensureIndexVisible(0, "top");
      begin({ filterModel: api.getFilterModel() });
      writeUrl();
    });
    api.addEventListener("sortChanged", () => {
      if (S.quiet) return;
      if (api.getDisplayedRowCount() > 0) api.ensureIndexVisible(0, "top");
      begin({ sort: sortModel() });
      writeUrl();
    });
    quietEchoes();
    api.addEventListener("rowSelected", chosen);
    api.addEventListener("modelUpdated", tickChosen);
    api.addEventListener("rowClicked", (e) => (S.clicked = e.rowIndex));
    api.addEventListener("cellKeyDown", (e) => {
      if (e.event.key === "Enter" && e.data && e.column && e.column.getColId() !== "ag-Grid-SelectionColumn") {
        openPerson(e.data.id, { position: e.rowIndex });
      }
    });
    for (const name of ["columnMoved", "columnResized", "columnVisible", "columnPinned"]) {
      api.addEventListener(name, (e) => {
        if (e.finished === false || e.source === "flex") return;
        clearTimeout(S.columnsTimer);
        S.columnsTimer = setTimeout(() => {
          const columns = api.getColumnState().filter((c) => !c.colId.startsWith("ag-Grid-"));
          set("column-state", { data: columns.map(({ colId, width, hide, pinned }) => ({ colId, width, hide, pinned })) });
        }, 800);
      });
    }
    if (view.person) openPerson(view.person, { push: false });
  }

  // AG Grid heeds one of its two scrollers (rows, scrollbar) at a time, and half a second after the last event
  // whichever speaks first. Where the browser is busy that is an echo from the rows, which puts a scrollbar
  // that is being dragged back where it was. So while it is dragged, and a moment after, echoes are not heard.
  function quietEchoes() {
    const grid = $(GRID);
    const bar = grid.querySelector(".ag-body-vertical-scroll-viewport");
    let dragged = false;
    let timer;
    const on = (names, listener) => names.forEach((name) => grid.addEventListener(name, listener, { capture: true, passive: true }));
    on(["pointerdown", "wheel", "keydown", "touchstart"], (event) => {
      clearTimeout(timer);
      dragged = event.type === "pointerdown" && event.target === bar;
    });
    on(["pointerup", "pointermove", "pointercancel"], (event) => {
      if (!dragged || (event.type === "pointermove" && event.buttons)) return;
      clearTimeout(timer);
      timer = setTimeout(() => (dragged = false), 700);
    });
    on(["scroll"], (event) => dragged && event.target.matches(".ag-body-viewport") && event.stopPropagation());
  }

  // What came with a block of rows: version, count, failure. (The rows went to the grid itself.)
  function answered(meta) {
    if (!meta || !S.view || meta.search_id !== S.view.search_id || meta.turn !== S.view.turn) return;
    if (meta.error) return failed(meta);
    S.failures = 0;
    if (S.failing) notice("");
    S.failing = false;
    // Blocks of two versions must not stand together, nor places in one mean people of another.
    if (S.view.version !== null && S.view.version !== meta.version) {
      const mixed = S.cacheVersion !== null;
      newerList(meta.version, say("moved"));
      if (mixed) return start_over({ top: false });
    }
    const first = S.cacheVersion === null;
    S.cacheVersion = meta.version;
    S.blockSeen.set(Math.floor(meta.start / BLOCK), meta.snapshot);
    const patch = { version: meta.version, editable: meta.editable };
    if (first) Object.assign(patch, { seen: seenWith(meta.version), snapshot: meta.snapshot });
    // A later block knows the count at least as well as an earlier one.
    if (meta.exact || S.view.count === null || S.view.count === undefined) {
      patch.count = meta.count;
      patch.exact = meta.exact;
    }
    keep(patch);
    showCount();
    if (first) showPill(meta.version);
    if (first) {
      set("count-request", { data: { n: (S.counting = ++S.asked), version: meta.version } });
      // Chips and facets follow once the rows are there, so that they never hold them up.
      set("view-shown", { data: S.view });
    }
    if (meta.too_large) notice(meta.too_large, { seconds: 20 });
  }

  // The exact count, which also means that the list is there and every jump is quick.
  function counted(answer) {
    if (!answer || answer.n !== S.counting || !S.api || S.api.isDestroyed()) return;
    if (answer.version !== S.view.version) {
      // The list is of newer data than the rows: go on from that list, which is there now.
      newerList(answer.version, "");
      keep({ count: answer.count, exact: true });
      return start_over({ top: false });
    }
    keep({ count: answer.count, exact: true });
    S.api.setRowCount(answer.count, true);
    showCount();
  }

  // The list that was shown is gone, and there is a newer one: places in the two are not the same people.
  function newerList(version, why) {
    const lost = chosenCount() ? say("unselected") : "";
    clearSelection();
    S.blockSeen.clear();
    keep({ version, seen: seenWith(version) });
    if (why || lost) notice([why || say("newer"), lost].filter(Boolean).join(" "), { seconds: lost ? 20 : 8 });
  }

  // The version that counts as seen with this one: what one's own changes made of it since.
  function seenWith(version) {
    while (S.ownSteps.has(version)) version = S.ownSteps.get(version);
    return version;
  }

  function changedByMe(before, after) {
    if (before === undefined || before === after) return;
    S.ownSteps.set(before, after);
    if (S.view.seen === before) keep({ seen: seenWith(after) });
    showPill(after);
  }

  function failed(meta) {
    S.failures += 1;
    // A server that is away comes back; one that fails at this view would fail for ever.
    if (meta.retry && (meta.lost || S.failures <= 6)) {
      clearTimeout(S.retryTimer);
      S.retryTimer = setTimeout(() => start_over({ top: false }), Math.min(8000, 250 * 2 ** S.failures));
    }
    S.failing = true;
    if (!meta.retry || S.failures > 1) notice(meta.error, { retry: meta.retry ? () => start_over({ top: false }) : null, seconds: 60 });
  }

  // Reading again does no harm, so an answer that the network lost is asked for a few times before anything
  // is said. The grid's wrapper would wait for rows for ever: in the end it gets an empty answer.
  const READS = /^{"output":"(candidate-grid.getRowsResponse|count-answer.data|version-answer.data|url-answer.data|filter-chips.children|run-state.data|\.\.\{\\"key\\":[^}]*\}\.children\.\.\.\{[^}]*\}\.data\.\.|..person-body.children...person-answer.data..)"/;
  const PAUSES_MS = [250, 750];
  const send = window.fetch.bind(window);
  window.fetch = async function (resource, options) {
    const url = typeof resource === "string" ? resource : resource.url;
    const read = url.includes("_dash-update-component") && options && READS.exec(String(options.body));
    if (!read) return send(resource, options);
    for (let tries = 0; ; tries += 1) {
      let status = 0;
      try {
        const response = await send(resource, { ...options, quiet: true });
        if (response.ok) return response;
        status = response.status;
      } catch (error) {
        if (error.name === "AbortError") throw error;
      }
      const retry = status === 0 || status >= 500;
      if (!retry || tries >= PAUSES_MS.length) return lost(read[1], retry);
      await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[tries]));
    }
  };

  function lost(output, retry) {
    const error = say(retry ? "away" : "refused");
    if (output.startsWith("..person-body")) return lostPerson(retry);
    if (output !== `${GRID}.getRowsResponse`) {
      if (output === "url-answer.data") notice(say("away_later"));
      return new Response(null, { status: 204 });
    }
    const { search_id, turn } = S.view || {};
    const meta = { search_id, turn, error, retry, lost: retry, n: Math.random() };
    const rows = { rowData: [], rowCount: (S.view && S.view.count) || 0 };
    const body = { multi: true, response: { [GRID]: { getRowsResponse: rows } }, sideUpdate: { "grid-answer": { data: meta } } };
    return new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
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
    showSelection();
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

  function showPill(version) {
    const pill = $("stale-pill");
    // What an action of one's own is doing right now is no news.
    const busy = [...S.runs.values()].some((kind) => kind === "bulk" || kind === "undo");
    if (pill) pill.hidden = busy || !(S.view && S.view.seen && version > S.view.seen);
  }

  // ---- selection ----------------------------------------------------------------------------
  // all, or ranges of places in the list of the version chosenIn; without `except`; and selected, one by
  // one: id → the snapshot in which the row was read.
  const byPlace = () => S.all || S.ranges.length > 0;
  const within = (index) => S.all || S.ranges.some(([from, to]) => index >= from && index < to);
  const rangeSize = () => S.ranges.reduce((sum, [from, to]) => sum + to - from, 0);

  function chosenCount() {
    if (!S.view) return 0;
    return (S.all ? S.view.count || 0 : rangeSize()) - S.except.size + S.selected.size;
  }

  // A row was ticked or unticked by a person; what this file does itself has the source "api".
  function chosen(event) {
    const { node } = event;
    if (!["checkboxSelected", "spaceKey", "rowClicked"].includes(event.source) || !node.data) return;
    if (node.data.deleted) return node.setSelected(false);
    const { id } = node.data;
    const ticked = node.isSelected();
    if (!within(node.rowIndex)) {
      if (ticked) S.selected.set(id, S.rowSeen.get(id) ?? S.blockSeen.get(Math.floor(node.rowIndex / BLOCK)) ?? S.view.snapshot);
      else S.selected.delete(id);
    } else if (ticked) {
      S.except.delete(id);
    } else if (S.except.size < MOST) {
      S.except.add(id);
    } else {
      node.setSelected(true);
      notice(say("except_most", { n: MOST }));
    }
    if (!chosenCount()) return clearSelection();
    showSelection();
  }

  // Rows that come later are ticked too, when all are chosen or they stand in a range.
  function tickChosen() {
    if (!byPlace()) return;
    const nodes = [];
    S.api.forEachNode((node) => {
      if (node.data && !node.isSelected() && within(node.rowIndex) && !S.except.has(node.data.id)) nodes.push(node);
    });
    if (nodes.length) S.api.setNodesSelected({ nodes, newValue: true });
  }

  function clearSelection() {
    Object.assign(S, { selected: new Map(), all: false, ranges: [], except: new Set(), chosenIn: null, anchor: null });
    if (S.api && !S.api.isDestroyed()) S.api.deselectAll();
    showSelection();
  }

  function choose(patch) {
    S.api.deselectAll();
    Object.assign(S, { selected: new Map(), all: false, ranges: [], except: new Set(), chosenIn: S.view.version }, patch);
    tickChosen();
    showSelection();
  }

  function showSelection() {
    const bar = $("bulk-bar");
    if (!bar || !S.view) return;
    const n = chosenCount();
    bar.hidden = !n;
    bar.dataset.status = S.view.status;
    const label = $("bulk-count");
    const count = S.view.count || 0;
    const name = S.all ? (S.except.size ? "all_but" : "all_selected") : "selected";
    if (label) label.textContent = say(name, { n: S.all ? count : n, m: S.except.size });
    const all = $("select-all-matching");
    if (all) {
      all.hidden = S.all || !S.view.exact || n === count;
      all.textContent = say("all", { n: count });
      all.title = say("select_all", { n: count });
      all.setAttribute("aria-label", all.title);
    }
  }

  // Shift over rows that are not loaded: the range goes to the server as two numbers.
  function rangeClick(event) {
    const box = event.target.closest && event.target.closest(".ag-selection-checkbox");
    if (!box || !S.api) return;
    const row = event.target.closest("[row-index]");
    const index = row ? Number(row.getAttribute("row-index")) : null;
    if (index === null) return;
    const loaded = (i) => Boolean(S.api.getDisplayedRowAtIndex(i)?.data);
    if (event.shiftKey && !S.all && S.anchor !== null && S.anchor !== index && S.view.version !== null) {
      const [from, to] = [Math.min(S.anchor, index), Math.max(S.anchor, index) + 1];
      if (Array.from({ length: to - from }, (_, i) => from + i).some((i) => !loaded(i))) {
        event.preventDefault();
        event.stopPropagation();
        if (to - from <= MOST) return choose({ ranges: [[from, to]] });
        clearSelection();
        return notice(say("range_most", { n: MOST }));
      }
    }
    S.anchor = index;
  }
  document.addEventListener("click", rangeClick, true);

  // What an action is about, as services/selection.py reads it.
  function target() {
    if (S.all) return { all: true, except: [...S.except], version: S.chosenIn };
    const ids = [...S.selected.keys()];
    if (S.ranges.length) return { ranges: S.ranges, ids, except: [...S.except], version: S.chosenIn };
    const seen = new Map();
    for (const [id, snapshot] of S.selected) {
      if (snapshot && snapshot !== S.view.snapshot) seen.set(snapshot, [...(seen.get(snapshot) || []), id]);
    }
    return { ids, seen: [...seen] };
  }

  function act(action, value, about = target()) {
    set("change-request", { data: { n: ++S.asked, action, value: value ?? null, target: about } });
  }

  function changed(answer) {
    if (!answer || !S.view) return;
    if (answer.run_id) {
      clearSelection();
      return watch(answer.run_id, answer.kind);
    }
    changedByMe(answer.version_before, answer.version_after);
    for (const row of answer.rows || []) {
      if (answer.snapshot) S.rowSeen.set(row.id, answer.snapshot);
      const node = S.api.getRowNode(String(row.id));
      if (node) node.setData(row);
    }
    if (!answer.rows || !answer.rows.length) S.api.refreshInfiniteCache();
    if (answer.done) clearSelection();
    if (S.view.person && (answer.rows || []).some((row) => String(row.id) === S.view.person)) openPerson(S.view.person, { push: false });
  }

  // ---- runs ---------------------------------------------------------------------------------
  // Long actions: asks about once a second, shows how far they are, then shows their result in place.
  function watch(run, kind = "export") {
    S.runs.set(run, kind);
    ask(900);
  }

  // Asked again until it is answered: one lost answer must not end the watch.
  function ask(pause) {
    clearTimeout(S.watchTimer);
    if (!S.runs.size) return;
    S.watchTimer = setTimeout(() => {
      set("run-watch", { data: { run_ids: [...S.runs.keys()], n: ++S.asked } });
      ask(4000);
    }, pause);
  }

  function watched(answer) {
    if (!answer || !S.view) return;
    const going = [];
    let ended = false;
    for (const run of answer.runs || []) {
      if (!S.runs.has(run.run_id)) continue;
      if (run.notice) going.push(run.notice);
      else ended = S.runs.delete(run.run_id);
      if (!run.notice) changedByMe(run.version_before, run.version_after);
    }
    if (going.length || ended) notice(going.join(" "), { seconds: 30 });
    if (ended && S.api && !S.api.isDestroyed()) S.api.refreshInfiniteCache();
    ask(900);
  }

  // ---- person -------------------------------------------------------------------------------
  function openPerson(id, { push = true, position = null, step = 0 } = {}) {
    const drawer = $("candidate-drawer");
    if (!drawer) return;
    if (!id) {
      const hidden = drawer.hidden;
      drawer.hidden = true;
      document.body.classList.remove("sx-drawer-open");
      // Back to the row of whoever was shown last, else to where the first one was opened.
      const row = document.querySelector(`#${GRID} button[data-person="${S.view.person}"]`);
      if (S.view.person) keep({ person: null });
      if (push) writeUrl();
      const back = row || S.returnFocus;
      if (!hidden && back && back.isConnected) back.focus({ preventScroll: true });
      return;
    }
    if (drawer.hidden) S.returnFocus = document.activeElement;
    drawer.hidden = false;
    document.body.classList.add("sx-drawer-open");
    const node = S.api && S.api.getRowNode(String(id));
    S.position = position ?? (node ? node.rowIndex : S.position ?? null);
    // Keys pressed while an answer is on its way add up; the answer to the last one counts.
    S.steps = step ? (S.steps || 0) + step : 0;
    if (!step) keep({ person: String(id) });
    // What is shown is made anew; whoever works by keyboard stays on the button they were on.
    const at = document.activeElement;
    S.focused = $("person-body").contains(at) ? at.dataset.value : null;
    set("person-request", { data: { n: (S.opening = ++S.asked), person: String(id), position: S.position, step: S.steps } });
    if (push && !step) writeUrl();
  }

  function personShown(answer) {
    if (!answer || !S.view) return;
    if (answer.n !== undefined && answer.n !== S.opening) return;
    S.steps = 0;
    if (answer.end) notice(answer.end);
    if (answer.end || answer.failed || !S.view.person) return;
    if (answer.person !== S.view.person) {
      keep({ person: answer.person });
      writeUrl({ replace: true });
    }
    showDraft(answer.person);
    S.personSeen = answer.snapshot || null;
    if (answer.version_before !== undefined) return noted(answer);
    S.position = answer.position ?? S.position;
    if (S.api && S.position !== null && S.position < S.api.getDisplayedRowCount()) S.api.ensureIndexVisible(S.position, null);
    const drawer = $("candidate-drawer");
    const button = S.focused && document.querySelector(`#stage-select [data-value="${S.focused}"]`);
    if (drawer && !drawer.contains(document.activeElement)) (button || drawer).focus();
  }

  // The author of a note knows of it: no pill, and the count in the row is right.
  function noted(answer) {
    changedByMe(answer.version_before, answer.version_after);
    const node = S.api && S.api.getRowNode(answer.person);
    if (node && node.data) node.setData({ ...node.data, note_count: answer.note_count });
  }

  // What was typed and not saved stays with the person it is about.
  function showDraft(person) {
    if (person === S.drafted) return;
    S.drafts ||= new Map();
    if (S.drafted) S.drafts.set(S.drafted, $("note-input").value);
    S.drafted = person;
    set("note-input", { value: S.drafts.get(person) || "" });
    $("person-body").scrollTop = 0;
  }

  function lostPerson(retry) {
    if (S.steps) notice(say(retry ? "away_later" : "refused"));
    const shown = S.steps ? {} : { "person-body": { children: say(retry ? "away_person" : "refused") } };
    const answer = { n: S.opening, person: S.view && S.view.person, failed: true };
    const body = { multi: true, response: { ...shown, "person-answer": { data: answer } } };
    return new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
  }

  // ---- clicks and keys ------------------------------------------------------------------------
  const actions = {
    status: (el) => change({ status: el.dataset.value }) || showView(),
    "open-person": (el) => openPerson(el.dataset.person),
    "close-person": () => openPerson(null),
    next: () => openPerson(S.view.person, { step: 1 }),
    prev: () => openPerson(S.view.person, { step: -1 }),
    stage: (el) => act("stage", el.dataset.value),
    tag: () => {
      const box = $("bulk-tag");
      if (box && box.value.trim()) act("tag_add", box.value.trim());
    },
    "untag": () => {
      const box = $("bulk-tag");
      if (box && box.value.trim()) act("tag_remove", box.value.trim());
    },
    exclude: () => act("exclude"),
    restore: () => act("restore"),
    export: () => {
      act("export", "csv", chosenCount() ? target() : { all: true });
    },
    "select-all": () => {
      choose({ all: true });
    },
    "clear-selection": () => clearSelection(),
    refresh: () => change({}, { push: false }),
    "undo-last": () => act("undo", null, {}),
    "toggle-filters": () => {
      if (isPhone()) return showFilters(!document.body.classList.contains("sx-filters-open"));
      const hidden = !document.body.classList.contains("sx-filters-hidden");
      window.localStorage.setItem("sx-filters", hidden ? "hidden" : "shown");
      showFilters(!hidden);
    },
    "close-filters": () => showFilters(false),
    "show-all": () => change({ status: "all" }) || showView(),
    "clear-filters": () => {
      S.quiet = true;
      S.api.setFilterModel(null);
      setTimeout(() => (S.quiet = false), 0);
      set("quick-search", { value: "" });
      change({ f: {}, filterModel: {}, q: "" });
    },
    "copy-link": async () => {
      try {
        await navigator.clipboard.writeText(window.location.href);
        notice(say("copied"), { seconds: 4 });
      } catch {
        // Without HTTPS browsers have no clipboard for pages.
        notice(say("not_copied"));
      }
    },
    // Judged by what the drawer shows, which may be newer than the row.
    "stage-person": (el) => {
      const seen = S.personSeen ? [[S.personSeen, [S.view.person]]] : [];
      act("stage", el.dataset.value, { ids: [S.view.person], seen });
    },
    "open-view": (el) => {
      window.history.pushState(null, "", window.location.pathname + el.dataset.query);
      set("url-query", { data: { query: el.dataset.query, n: ++S.asked } });
    },
  };
  document.addEventListener("click", (event) => {
    const el = event.target.closest && event.target.closest("[data-action]");
    if (el && S.view && actions[el.dataset.action]) actions[el.dataset.action](el, event);
  });

  document.addEventListener("keydown", (event) => {
    if (!S.view || !$(GRID)) return;
    const typing = event.target.matches && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && document.querySelector(".modal.show, .dropdown-menu.show")) return;
    if (event.key === "Escape" && isPhone() && document.body.classList.contains("sx-filters-open")) return showFilters(false);
    if (event.key === "Escape" && S.view.person) return openPerson(null);
    if (event.target.id === "note-input" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) return $("note-save").click();
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      $("quick-search").focus();
      return $("quick-search").select();
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    // A letter alone is a command only where the focus is in the drawer: speech input types letters anywhere.
    const inDrawer = $("candidate-drawer").contains(event.target);
    const arrows = S.view.person && !$(GRID).contains(event.target) && event.target.getAttribute("role") !== "tab";
    if ((arrows && event.key === "ArrowRight") || (inDrawer && event.key === "j")) {
      event.preventDefault();
      actions.next();
    } else if ((arrows && event.key === "ArrowLeft") || (inDrawer && event.key === "k")) {
      event.preventDefault();
      actions.prev();
    } else if (event.target.getAttribute && event.target.getAttribute("role") === "tab" && ["ArrowRight", "ArrowLeft"].includes(event.key)) {
      const tabs = [...document.querySelectorAll("#status-tabs [role=tab]")];
      const to = tabs[(tabs.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
      to.focus();
      to.click();
    }
  });

  window.sourcingx.say = say;

  // ---- what Dash calls ----------------------------------------------------------------------
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    grid: {
      mount: (data) => {
        const known = data && S.view && S.view.search_id === data.search_id && S.api && !S.api.isDestroyed();
        if (data && data.search_id && !known) mount(data);
        return window.dash_clientside.no_update;
      },
      answered: (meta) => answered(meta),
      counted: (answer) => counted(answer),
      changed: (answer) => changed(answer),
      watched: (state) => watched(state),
      person: (answer) => personShown(answer),
      url: (answer) => {
        if (answer) apply(answer.view);
      },
      version: (answer) => {
        if (answer && S.view && answer.search_id === S.view.search_id) showPill(answer.version);
      },
      search: (q) => {
        if (S.view && (q || "") !== (S.view.q || "")) change({ q: q || "" });
      },
      pinned: (kept) => {
        if (!S.api || S.api.isDestroyed() || !kept) return;
        const all = S.api.getColumns().map((c) => c.getColId()).filter((id) => !id.startsWith("ag-Grid-"));
        S.api.setColumnsPinned(all.filter((id) => kept.includes(id)), "left");
        S.api.setColumnsPinned(all.filter((id) => !kept.includes(id)), null);
      },
      columns: (shown) => {
        if (!S.api || S.api.isDestroyed() || !shown) return;
        const all = S.api.getColumns().map((c) => c.getColId()).filter((id) => !id.startsWith("ag-Grid-"));
        S.api.setColumnsVisible(all.filter((id) => shown.includes(id)), true);
        S.api.setColumnsVisible(all.filter((id) => !shown.includes(id)), false);
      },
      // A panel's choice replaces or removes filters: {f: {...}} or {remove: key}.
      facets: (choice) => {
        if (!choice || !S.view || !S.api) return;
        if (choice.remove === "q") {
          set("quick-search", { value: "" });
          change({ q: "" });
        } else if (choice.remove) {
          const { [choice.remove]: gone, ...f } = S.view.f || {};
          const { [choice.remove]: header, ...filterModel } = S.view.filterModel || {};
          S.quiet = true;
          if (header) S.api.setFilterModel(filterModel);
          setTimeout(() => (S.quiet = false), 0);
          change({ f, filterModel });
        } else if (choice.f) {
          // Ranges that a column's own filter can hold go there, so that both show the same.
          const headers = Object.entries(choice.f).filter(([key]) => S.api.getColumn(key) && S.api.getColumn(key).isFilterAllowed());
          const f = Object.fromEntries(Object.entries(choice.f).filter(([key]) => !headers.some(([other]) => other === key)));
          const filterModel = { ...(S.view.filterModel || {}), ...Object.fromEntries(headers) };
          S.quiet = true;
          if (headers.length) S.api.setFilterModel(filterModel);
          setTimeout(() => (S.quiet = false), 0);
          if (!same(f, S.view.f || {}) || headers.length) change({ f, filterModel });
        }
      },
      // Asks only while someone can see the answer.
      poll: (n) => (document.hidden || !S.view ? window.dash_clientside.no_update : { n, search_id: S.view.search_id }),
    },
  });
})();
