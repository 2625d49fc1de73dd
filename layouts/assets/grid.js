/* The search page in the browser: what is shown (view), which version of it, what is selected.

   view = {search_id, version, seen, count, exact, status, q, f, filterModel, sort, zone, person}
   lives here and in the Store grid-view, which every server callback reads and checks. The URL says
   the same, so that Back, Forward and a pasted link work. Ids of selected rows never leave this file
   except in the request of an action. */
(function () {
  "use strict";
  const GRID = "candidate-grid";
  const S = { api: null, view: null, asked: 0, cacheVersion: null, failures: 0, selected: new Set(), all: false, anchor: null };
  const $ = (id) => document.getElementById(id);
  // A page that was left has no such components any more, and Dash would fail.
  const set = (id, props) => $(GRID) && window.dash_clientside.set_props(id, props);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const number = (n) => new Intl.NumberFormat().format(n);

  // One line above the grid; retry is a function, for a failure that the person may try again.
  function notice(message, { retry = null, seconds = 8 } = {}) {
    const place = $("grid-notice");
    if (!place) return;
    clearTimeout(S.noticeTimer);
    place.hidden = !message;
    place.replaceChildren(message || "");
    if (retry) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-link", textContent: "Retry now" });
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

  function change(patch, { push = true } = {}) {
    clearSelection();
    keep({ ...patch, version: null, seen: null, count: null });
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

  function apply(view) {
    if (!view) return;
    clearSelection();
    keep({ ...view, version: null, seen: null, count: null });
    showView();
    S.cacheVersion = null;
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
    Object.assign(S, { api, view, cacheVersion: null, failures: 0, selected: new Set(), all: false, anchor: null });
    Object.assign(S, { ranges: [], run: null, counting: null, position: null });
    // Days in filters are the reader's days, as in the cells.
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const hasDays = Object.values(view.filterModel || {}).some((model) => JSON.stringify(model).includes('"date"'));
    keep({ zone });
    if (hasDays && zone !== "UTC") start_over({ top: false });
    showView();
    document.body.classList.toggle("sx-filters-hidden", window.localStorage.getItem("sx-filters") === "hidden");
    api.addEventListener("filterChanged", () => {
      if (S.quiet) return;
      clearSelection();
      S.cacheVersion = S.counting = null;
      if (api.getDisplayedRowCount() > 0) api.ensureIndexVisible(0, "top");
      keep({ filterModel: api.getFilterModel(), count: null });
      writeUrl();
    });
    api.addEventListener("sortChanged", () => {
      if (S.quiet) return;
      clearSelection();
      S.cacheVersion = S.counting = null;
      if (api.getDisplayedRowCount() > 0) api.ensureIndexVisible(0, "top");
      keep({ sort: sortModel() });
      writeUrl();
    });
    quietEchoes();
    api.addEventListener("selectionChanged", readSelection);
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
    if (!meta || !S.view || meta.search_id !== S.view.search_id) return;
    if (meta.error) return failed(meta);
    S.failures = 0;
    if (S.failing) notice("");
    S.failing = false;
    if (S.cacheVersion !== null && S.cacheVersion !== meta.version) {
      notice("The data changed and this view was no longer kept, so it was loaded again.");
      keep({ version: meta.version, seen: meta.version });
      start_over({ top: false });
      return;
    }
    const first = S.cacheVersion === null;
    S.cacheVersion = meta.version;
    const patch = { version: meta.version, editable: meta.editable };
    if (first) Object.assign(patch, { seen: meta.version, snapshot: meta.snapshot });
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
      keep({ version: answer.version, seen: answer.version, count: answer.count, exact: true });
      return start_over({ top: false });
    }
    keep({ count: answer.count, exact: true });
    S.api.setRowCount(answer.count, true);
    showCount();
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
    const error = retry ? "The server does not answer. Trying again…" : "The server refused to answer. Reload the page.";
    if (output.startsWith("..person-body")) return lostPerson(error);
    if (output !== `${GRID}.getRowsResponse`) {
      if (output === "url-answer.data") notice("The server does not answer. Try again in a moment.");
      return new Response(null, { status: 204 });
    }
    const meta = { search_id: S.view && S.view.search_id, error, retry, lost: retry, n: Math.random() };
    const rows = { rowData: [], rowCount: (S.view && S.view.count) || 0 };
    const body = { multi: true, response: { [GRID]: { getRowsResponse: rows } }, sideUpdate: { "grid-answer": { data: meta } } };
    return new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
  }

  function showCount() {
    const place = $("row-count");
    if (!place) return;
    const n = S.view.count;
    place.textContent = n === null || n === undefined ? "" : `${S.view.exact ? "" : "about "}${number(n)} ${n === 1 ? "person" : "people"}`;
    place.dataset.exact = String(Boolean(S.view.exact));
    showSelection();
  }

  function showPill(version) {
    const pill = $("stale-pill");
    if (pill) pill.hidden = S.run || !(S.view && S.view.seen && version > S.view.seen);
  }

  // ---- selection ----------------------------------------------------------------------------
  function readSelection(event) {
    if (S.quietSelection) return;
    const rows = S.api.getSelectedNodes().filter((node) => node.data && !node.data.deleted);
    S.selected = new Set(rows.map((node) => node.data.id));
    if (S.all) S.all = false;
    showSelection();
  }

  // Rows that come later are ticked too, when all are chosen or they stand in a range.
  function tickChosen() {
    const chosen = (index) => S.all || (S.ranges || []).some(([from, to]) => index >= from && index < to);
    const nodes = [];
    if (S.all || rangeSize()) S.api.forEachNode((node) => node.data && !node.isSelected() && chosen(node.rowIndex) && nodes.push(node));
    if (!nodes.length) return;
    S.quietSelection = true;
    S.api.setNodesSelected({ nodes, newValue: true });
    setTimeout(() => (S.quietSelection = false), 0);
  }

  function clearSelection() {
    S.anchor = null;
    S.selected = new Set();
    S.all = false;
    S.ranges = [];
    if (S.api && !S.api.isDestroyed()) S.api.deselectAll();
    showSelection();
  }

  function showSelection() {
    const bar = $("bulk-bar");
    if (!bar || !S.view) return;
    const n = S.all ? S.view.count : S.selected.size + rangeSize();
    bar.hidden = !n;
    const label = $("bulk-count");
    if (label) label.textContent = S.all ? `All ${number(n)} matching selected` : `${number(n || 0)} selected`;
    const all = $("select-all-matching");
    if (all) {
      all.hidden = S.all || !S.view.exact || n === S.view.count;
      all.textContent = `Select all ${number(S.view.count || 0)} matching`;
    }
  }

  // Shift over rows that are not loaded: the range goes to the server as two numbers.
  function rangeSize() {
    return (S.ranges || []).reduce((sum, [from, to]) => sum + to - from, 0);
  }

  function rangeClick(event) {
    const box = event.target.closest && event.target.closest(".ag-selection-checkbox");
    if (!box || !S.api) return;
    const row = event.target.closest("[row-index]");
    const index = row ? Number(row.getAttribute("row-index")) : null;
    if (index === null) return;
    if (event.shiftKey && S.anchor !== null && S.anchor !== index) {
      const [from, to] = [Math.min(S.anchor, index), Math.max(S.anchor, index) + 1];
      const missing = [];
      for (let i = from; i < to && missing.length < 1; i += 1) {
        const node = S.api.getDisplayedRowAtIndex(i);
        if (!node || !node.data) missing.push(i);
      }
      if (missing.length) {
        event.preventDefault();
        event.stopPropagation();
        S.quietSelection = true;
        S.api.deselectAll();
        for (let i = from; i < to; i += 1) {
          const node = S.api.getDisplayedRowAtIndex(i);
          if (node && node.data) node.setSelected(true);
        }
        setTimeout(() => (S.quietSelection = false), 0);
        S.selected = new Set();
        S.ranges = to - from <= 500 ? [[from, to]] : [];
        if (!S.ranges.length) notice("At most 500 people can be selected by Shift. Narrow the view, then select all that match.");
        showSelection();
        return;
      }
    }
    S.ranges = [];
    S.anchor = index;
  }
  document.addEventListener("click", rangeClick, true);

  function selection() {
    return S.all ? { all: true } : S.ranges && S.ranges.length ? { ranges: S.ranges } : { ids: [...S.selected] };
  }

  function act(action, value) {
    set("change-request", { data: { n: ++S.asked, action, value: value ?? null, target: selection() } });
  }

  function changed(answer) {
    if (!answer || !S.view) return;
    if (answer.run_id) {
      clearSelection();
      return watch(answer.run_id);
    }
    if (answer.version_before !== undefined && S.view.seen === answer.version_before) keep({ seen: answer.version_after });
    for (const row of answer.rows || []) {
      const node = S.api.getRowNode(String(row.id));
      if (node) node.setData(row);
    }
    if (!answer.rows || !answer.rows.length) S.api.refreshInfiniteCache();
    if (answer.done) clearSelection();
    if (S.view.person && (answer.rows || []).some((row) => String(row.id) === S.view.person)) openPerson(S.view.person, { push: false });
  }

  // A long action: asks about once a second, shows how far it is, then shows its result in place.
  function watch(run) {
    clearTimeout(S.watchTimer);
    S.run = run;
    // Asked again until it is answered: one lost answer must not end the watch.
    const ask = () => {
      set("run-watch", { data: { run_id: run, n: ++S.asked } });
      S.watchTimer = setTimeout(ask, 4000);
    };
    S.watchTimer = setTimeout(ask, 900);
  }

  function watched(state) {
    if (!state || !S.view || state.run_id !== S.run) return;
    if (state.notice) {
      notice(state.notice, { seconds: 30 });
      return watch(state.run_id);
    }
    clearTimeout(S.watchTimer);
    S.run = null;
    notice("");
    if (state.version_before !== undefined && S.view.seen === state.version_before) keep({ seen: state.version_after });
    showPill(0);
    if (S.api && !S.api.isDestroyed()) S.api.refreshInfiniteCache();
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
    if (answer.version_before !== undefined) return noted(answer);
    S.position = answer.position ?? S.position;
    if (S.api && S.position !== null && S.position < S.api.getDisplayedRowCount()) S.api.ensureIndexVisible(S.position, null);
    const drawer = $("candidate-drawer");
    const button = S.focused && document.querySelector(`#stage-select [data-value="${S.focused}"]`);
    if (drawer && !drawer.contains(document.activeElement)) (button || drawer).focus();
  }

  // The author of a note knows of it: no pill, and the count in the row is right.
  function noted(answer) {
    if (S.view.seen === answer.version_before) keep({ seen: answer.version_after });
    showPill(answer.version_after);
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

  function lostPerson(error) {
    if (S.steps) notice(error.replace("Trying again…", "Try again in a moment."));
    const shown = S.steps ? {} : { "person-body": { children: error.replace("Trying again…", "Open the person again in a moment.") } };
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
      const chosen = !S.all && (S.selected.size || rangeSize());
      const columns = S.api.getAllDisplayedColumns().map((c) => c.getColId()).filter((id) => !id.startsWith("ag-Grid-"));
      set("export-request", { data: { n: ++S.asked, target: chosen ? selection() : { all: true }, columns } });
    },
    "select-all": () => {
      S.all = true;
      S.quietSelection = true;
      S.api.forEachNode((node) => node.data && node.setSelected(true));
      setTimeout(() => (S.quietSelection = false), 0);
      showSelection();
    },
    "clear-selection": clearSelection,
    refresh: () => change({}, { push: false }),
    "toggle-filters": () => {
      if (window.matchMedia("(max-width: 760px)").matches) return document.body.classList.toggle("sx-filters-open");
      const hidden = document.body.classList.toggle("sx-filters-hidden");
      window.localStorage.setItem("sx-filters", hidden ? "hidden" : "shown");
    },
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
        notice("Link copied. Colleagues who may see this search see the same rows.", { seconds: 4 });
      } catch {
        // Without HTTPS browsers have no clipboard for pages.
        notice("The browser does not let this page copy. The link stands in the address bar.");
      }
    },
    "stage-person": (el) => set("change-request", { data: { n: ++S.asked, action: "stage", value: el.dataset.value, target: { ids: [S.view.person] } } }),
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
    if (event.key === "Escape" && S.view.person && !document.querySelector(".modal.show")) return openPerson(null);
    if (event.target.id === "note-input" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) return $("note-save").click();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      $("quick-search").focus();
    } else if (S.view.person && (event.key === "ArrowRight" || event.key === "j")) {
      event.preventDefault();
      actions.next();
    } else if (S.view.person && (event.key === "ArrowLeft" || event.key === "k")) {
      event.preventDefault();
      actions.prev();
    } else if (event.target.getAttribute && event.target.getAttribute("role") === "tab" && ["ArrowRight", "ArrowLeft"].includes(event.key)) {
      const tabs = [...document.querySelectorAll("#status-tabs [role=tab]")];
      const to = tabs[(tabs.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
      to.focus();
      to.click();
    }
  });

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
      // Whoever closes the dialog is told here when the file is ready.
      exportClosed: (open, run) => {
        if (open || !run || !run.open) return;
        set("export-run", { data: null });
        set("export-clock", { disabled: true });
        watch(run.run_id);
      },
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
