/* Who is selected: one by one, by places in the list, or all that match but a few; and what is done to them. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { BLOCK, MOST, S, $, set, say, notice } = G;

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
    G.showTicks();
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

  // What an action is about, as services/grid/selection.py reads it.
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

  function act(action, value, about = target(), reason = null) {
    set("change-request", { data: { n: ++S.asked, action, value: value ?? null, target: about, reason } });
  }

  // The page for it is told whom by its address, which holds some people or the whole view.
  function enrich() {
    const query = new URLSearchParams(window.location.search);
    for (const name of ["person", "view"]) query.delete(name);
    if (!S.all || S.except.size) {
      if (byPlace() || S.selected.size > 100) return notice(say("enrich_most", { n: 100 }));
      query.set("people", [...S.selected.keys()].join("."));
    }
    window.location.assign(`/search/${S.view.search_id}/enrich?${query}`);
  }

  function changed(answer) {
    if (!answer || !S.view) return;
    if (answer.run_id) {
      clearSelection();
      return G.watch(answer.run_id, answer.kind);
    }
    G.changedByMe(answer.version_before, answer.version_after);
    for (const row of answer.rows || []) {
      if (answer.snapshot) S.rowSeen.set(row.id, answer.snapshot);
      const node = S.api.getRowNode(String(row.id));
      if (node) node.setData(row);
    }
    if (!answer.rows || !answer.rows.length || $(G.CARDS)) S.api.refreshInfiniteCache();
    if (answer.done) clearSelection();
    // What was taken back may be what the drawer shows.
    const isShown = answer.undone || (answer.rows || []).some((row) => String(row.id) === S.view.person);
    if (S.view.person && isShown) G.openPerson(S.view.person, { push: false });
  }

  Object.assign(G, { act, changed, choose, chosen, chosenCount, clearSelection, enrich, showSelection, target, tickChosen });
})();
