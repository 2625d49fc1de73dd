/* The search page as a whole: the grid when it has come, clicks and keys, and what Dash calls. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { GRID, S, $, root, set, same, say, notice } = G;

  async function mount(view) {
    // A grid may still be on its way at this moment, so it is not looked for.
    const cards = Boolean($(G.CARDS));
    const api = cards ? G.cards(view) : await window.dash_ag_grid.getApiAsync(GRID);
    if (api === S.api) return;
    clearTimeout(S.watchTimer);
    Object.assign(S, { api, view, cacheVersion: null, failures: 0, counting: null, position: null, personSeen: null, gone: null });
    Object.assign(S, { selected: new Map(), all: false, ranges: [], except: new Set(), chosenIn: null, anchor: null });
    Object.assign(S, { runs: new Map(), rowSeen: new Map(), blockSeen: new Map(), ownSteps: new Map() });
    // Days in filters are the reader's days, as in the cells.
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const hasDays = Object.values(view.filterModel || {}).some((model) => JSON.stringify(model).includes('"date"'));
    G.stopComparing();
    G.keep({ zone, runs: undefined, pending: undefined });
    if (view.pending) G.waitForMatch(view.pending);
    // The view that opens first: from here on the address says it, as of any other.
    if (!window.location.search) G.writeUrl({ replace: true });
    for (const run of view.runs || []) G.watch(run.id, run.kind);
    if (hasDays && zone !== "UTC") G.change({}, { push: false });
    G.showView();
    document.body.classList.remove("sx-filters-open");
    document.body.classList.toggle("sx-filters-hidden", window.localStorage.getItem("sx-filters") === "hidden");
    sayFilters();
    api.addEventListener("filterChanged", () => {
      if (S.quiet) return;
      if (api.getDisplayedRowCount() > 0) api.ensureIndexVisible(0, "top");
      G.begin({ filterModel: api.getFilterModel() });
      G.writeUrl();
    });
    api.addEventListener("sortChanged", () => {
      if (S.quiet) return;
      if (api.getDisplayedRowCount() > 0) api.ensureIndexVisible(0, "top");
      G.begin({ sort: G.sortModel() });
      G.writeUrl();
    });
    if (!cards) quietEchoes();
    if (!cards) beATableOfMany(api);
    api.addEventListener("rowSelected", G.chosen);
    api.addEventListener("modelUpdated", G.tickChosen);
    api.addEventListener("rowClicked", (e) => (S.clicked = e.rowIndex));
    api.addEventListener("cellKeyDown", (e) => {
      if (e.event.key === "Enter" && e.data && e.column && e.column.getColId() !== "ag-Grid-SelectionColumn") {
        G.openPerson(e.data.id, { position: e.rowIndex, why: e.column.getColId() });
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
    // The grid asks for its first rows by itself.
    if (cards) G.ask();
    if (view.person) G.openPerson(view.person, { push: false });
  }

  // AG Grid gives its table no name. And Tab would go from cell to cell: through a million people to get out again.
  function beATableOfMany(api) {
    $(GRID).querySelector(".ag-root")?.setAttribute("aria-label", say("grid"));
    api.setGridOption("tabToNextCell", () => false);
  }

  // AG Grid heeds one of its two scrollers (rows, scrollbar) at a time, and half a second after the last event
  // whichever speaks first. Where the browser is busy that is an echo of the other, which puts back what is being
  // scrolled. So only the one that a person moves is heard: the scrollbar while it is dragged or wheeled and a
  // moment after, the rows at any other time.
  function quietEchoes() {
    const grid = $(GRID);
    const bar = grid.querySelector(".ag-body-vertical-scroll-viewport");
    let held = false;
    let leads = false;
    let timer;
    const rest = () => {
      clearTimeout(timer);
      timer = setTimeout(() => (leads = held), 700);
    };
    const on = (names, listener) => names.forEach((name) => grid.addEventListener(name, listener, { capture: true, passive: true }));
    on(["pointerdown", "wheel", "keydown", "touchstart"], (event) => {
      clearTimeout(timer);
      leads = event.target === bar;
      held = leads && event.type !== "wheel";
      if (leads && !held) rest();
    });
    // The button may be released anywhere, also where the page hears nothing of it: then the next move tells.
    on(["pointerup", "pointermove", "touchend", "touchcancel"], (event) => {
      if (!held || (event.type === "pointermove" && event.buttons)) return;
      held = false;
      rest();
    });
    on(["scroll"], (event) => {
      const echo = leads ? event.target.matches(".ag-body-viewport") : event.target === bar;
      if (echo) event.stopPropagation();
      // A finger that let go leaves it rolling.
      else if (leads && !held) rest();
    });
  }

  // On a phone the filter panel lies over the rows, and is shut at first.
  const isPhone = () => window.matchMedia("(max-width: 760px)").matches;

  function showFilters(open) {
    document.body.classList.toggle(isPhone() ? "sx-filters-open" : "sx-filters-hidden", isPhone() === open);
    sayFilters();
    if (open) window.sourcingx.openFacets();
    if (!isPhone()) return;
    if (open) $("filter-close").focus();
    else {
      $("filter-toggle").focus();
      $("filter-toggle").scrollIntoView({ block: "nearest" });
    }
  }

  function sayFilters() {
    const { classList } = document.body;
    const open = isPhone() ? classList.contains("sx-filters-open") : !classList.contains("sx-filters-hidden");
    $("filter-toggle").setAttribute("aria-expanded", String(open));
  }
  window.addEventListener("resize", () => $("filter-toggle") && sayFilters());

  const shownPerson = () => ({ ids: [S.view.person], seen: S.personSeen ? [[S.personSeen, [S.view.person]]] : [] });

  const actions = {
    status: (el) => G.change({ status: el.dataset.value }) || G.showView(),
    "open-person": (el) => G.openPerson(el.dataset.person, { position: el.dataset.position ? Number(el.dataset.position) : null }),
    "cards-prev": () => G.turnPage(-1),
    "cards-next": () => G.turnPage(1),
    "stage-card": (el) => G.stageCard(el),
    "tick-card": (el) => G.tickCard(el),
    "open-why": (el) => G.openPerson(el.dataset.person, { why: el.dataset.column }),
    "close-person": () => G.openPerson(null),
    next: () => G.openPerson(S.view.person, { step: 1 }),
    prev: () => G.openPerson(S.view.person, { step: -1 }),
    stage: (el) => G.act("stage", el.dataset.value),
    tag: () => {
      const box = $("bulk-tag");
      if (box && box.value.trim()) G.act("tag_add", box.value.trim());
    },
    "untag": () => {
      const box = $("bulk-tag");
      if (box && box.value.trim()) G.act("tag_remove", box.value.trim());
    },
    exclude: () => G.act("exclude"),
    restore: () => G.act("restore"),
    export: () => {
      const columns = S.api.getAllDisplayedColumns().map((c) => c.getColId()).filter((id) => !id.startsWith("ag-Grid-"));
      set("export-request", { data: { n: ++S.asked, target: G.chosenCount() ? G.target() : { all: true }, columns } });
    },
    enrich: () => G.enrich(),
    // The page for it is told the view, and whom to begin with, by its address.
    triage: () => window.location.assign(`/search/${S.view.search_id}/triage${G.query(S.view)}`),
    "select-all": () => {
      G.choose({ all: true });
    },
    "clear-selection": () => G.clearSelection(),
    refresh: () => G.change({}, { push: false }),
    "undo-last": () => G.act("undo", null, {}),
    "toggle-filters": () => {
      if (isPhone()) return showFilters(!document.body.classList.contains("sx-filters-open"));
      const hidden = !document.body.classList.contains("sx-filters-hidden");
      window.localStorage.setItem("sx-filters", hidden ? "hidden" : "shown");
      showFilters(!hidden);
    },
    "close-filters": () => showFilters(false),
    "show-all": () => G.change({ status: "all" }) || G.showView(),
    "clear-filters": () => {
      // First, since it leaves the other filters of columns as they are.
      const others = G.withoutMatch();
      S.quiet = true;
      S.api.setFilterModel(null);
      setTimeout(() => (S.quiet = false), 0);
      set("quick-search", { value: "" });
      G.change({ ...others, f: {}, filterModel: {}, q: "" });
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
    "stage-person": (el) => G.act("stage", el.dataset.value, shownPerson()),
    "reject-person": (el) => G.act("stage", "rejected", shownPerson(), el.dataset.value),
    "reject": (el) => G.act("stage", "rejected", G.target(), el.dataset.value || null),
    "untag-person": (el) => G.act("tag_remove", el.dataset.value, shownPerson()),
    "restore-person": () => G.act("restore", null, shownPerson()),
    "open-view": (el) => {
      window.history.pushState(null, "", window.location.pathname + el.dataset.query);
      set("url-query", { data: { query: el.dataset.query, n: ++S.asked } });
    },
  };
  // What was saved or shared meanwhile, in another tab or by a colleague, stands in the menu when it opens.
  function askForViews() {
    const words = (row) => [...row.querySelectorAll(".sx-view-open > span")].map((part) => part.textContent);
    const lines = [...document.querySelectorAll("#saved-view-list .sx-view-row")].map(words);
    set("saved-view-news", { data: { n: ++S.asked, lines } });
  }

  document.addEventListener("click", (event) => {
    if (S.view && event.target.closest?.("#saved-views .dropdown-toggle")) askForViews();
    const el = event.target.closest && event.target.closest("[data-action]");
    if (el && S.view && actions[el.dataset.action]) actions[el.dataset.action](el, event);
  });

  document.addEventListener("keydown", (event) => {
    if (!S.view || !root()) return;
    const typing = event.target.matches && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && document.querySelector(".modal.show, .dropdown-menu.show")) return;
    if (event.key === "Escape" && isPhone() && document.body.classList.contains("sx-filters-open")) return showFilters(false);
    if (event.key === "Escape" && S.view.person) return G.openPerson(null);
    if (event.target.id === "tag-input" && event.key === "Enter" && event.target.value.trim()) {
      event.preventDefault();
      return G.act("tag_add", event.target.value.trim(), shownPerson());
    }
    if (event.target.id === "note-input" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) return $("note-save").click();
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      $("quick-search").focus();
      return $("quick-search").select();
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    // A letter alone is a command only where the focus is in the drawer: speech input types letters anywhere.
    const inDrawer = $("candidate-drawer").contains(event.target);
    const arrows = S.view.person && !root().contains(event.target) && event.target.getAttribute("role") !== "tab";
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

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    grid: {
      mount: (data) => {
        const known = data && S.view && S.view.search_id === data.search_id && S.api && !S.api.isDestroyed();
        if (data && data.search_id && !known) mount(data);
        return window.dash_clientside.no_update;
      },
      answered: (meta) => G.answered(meta),
      counted: (answer) => G.counted(answer),
      compared: (answer) => G.compared(answer),
      changed: (answer) => G.changed(answer),
      watched: (state) => G.watched(state),
      // Whoever closes the dialog is told here when the file is ready.
      exportClosed: (open, run) => {
        if (open || !run || !run.open) return;
        set("export-run", { data: null });
        set("export-clock", { disabled: true });
        G.watch(run.run_id);
      },
      person: (answer) => G.personShown(answer),
      url: (answer) => {
        if (answer) G.apply(answer.view);
      },
      version: (answer) => {
        if (!answer || !S.view || answer.search_id !== S.view.search_id) return;
        if (answer.gone || S.gone) G.showGone(answer.gone);
        if (!answer.gone) G.showPill(answer.version);
      },
      search: (q) => {
        if (S.view && (q || "") !== (S.view.q || "")) G.change({ q: q || "" });
      },
      pinned: (kept) => {
        if (!S.api || S.api.isDestroyed() || !kept) return;
        const all = S.api.getColumns().map((c) => c.getColId()).filter((id) => !id.startsWith("ag-Grid-") && id !== "similarity");
        S.api.setColumnsPinned(all.filter((id) => kept.includes(id)), "left");
        S.api.setColumnsPinned(all.filter((id) => !kept.includes(id)), null);
      },
      columns: (shown) => {
        if (!S.api || S.api.isDestroyed() || !shown) return;
        const all = S.api.getColumns().map((c) => c.getColId()).filter((id) => !id.startsWith("ag-Grid-") && id !== "similarity");
        S.api.setColumnsVisible(all.filter((id) => shown.includes(id)), true);
        S.api.setColumnsVisible(all.filter((id) => !shown.includes(id)), false);
      },
      // A panel's choice replaces or removes filters: {f: {...}} or {remove: key}.
      facets: (choice) => {
        if (!choice || !S.view || !S.api) return;
        if (choice.remove === "q") {
          set("quick-search", { value: "" });
          G.change({ q: "" });
        } else if (choice.remove === "match") {
          G.change(G.withoutMatch());
        } else if (choice.remove) {
          const { [choice.remove]: gone, ...f } = S.view.f || {};
          const { [choice.remove]: header, ...filterModel } = S.view.filterModel || {};
          S.quiet = true;
          if (header) S.api.setFilterModel(filterModel);
          setTimeout(() => (S.quiet = false), 0);
          G.change({ f, filterModel });
        } else if (choice.f) {
          // Ranges that a column's own filter can hold go there, so that both show the same.
          const headers = Object.entries(choice.f).filter(([key]) => S.api.getColumn(key) && S.api.getColumn(key).isFilterAllowed());
          const f = Object.fromEntries(Object.entries(choice.f).filter(([key]) => !headers.some(([other]) => other === key)));
          const filterModel = { ...(S.view.filterModel || {}), ...Object.fromEntries(headers) };
          S.quiet = true;
          if (headers.length) S.api.setFilterModel(filterModel);
          setTimeout(() => (S.quiet = false), 0);
          if (!same(f, S.view.f || {}) || headers.length) G.change({ f, filterModel });
        }
      },
      // Asks only while someone can see the answer.
      poll: (n) => (document.hidden || !S.view ? window.dash_clientside.no_update : { n, search_id: S.view.search_id }),
    },
  });
})();
