/* Comparing people: what was asked for is waited for, then the list orders itself by it. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { S, $, set, say, notice } = G;
  const MOST = 100;
  const PAUSE_MS = 1000;

  function compare(kind, more = {}) {
    stop();
    set("match-request", { data: { n: (S.comparing = ++S.asked), kind, ...more } });
  }

  // The job worker reads the text; what is asked for later makes an earlier answer old.
  function compared(answer) {
    if (!answer || !S.view || answer.n !== S.comparing) return;
    if (answer.state === "waiting") return wait(answer.match);
    stop();
    if (answer.state !== "ready") return notice(answer.message, { seconds: 20 });
    if (S.view.match === answer.match && !S.view.sort?.length) return;
    S.quiet = true;
    S.api.applyColumnState({ defaultState: { sort: null } });
    setTimeout(() => (S.quiet = false), 0);
    G.change({ match: answer.match, sort: [] });
  }

  function wait(match) {
    $("match-wait").hidden = false;
    clearTimeout(S.matchTimer);
    S.matchTimer = setTimeout(() => {
      set("match-watch", { data: { n: (S.comparing = ++S.asked), match } });
      // Asked again until it is answered: one lost answer must not end the wait.
      S.matchTimer = setTimeout(() => wait(match), 8 * PAUSE_MS);
    }, PAUSE_MS);
  }

  function stop() {
    clearTimeout(S.matchTimer);
    S.comparing = null;
    const line = $("match-wait");
    if (line) line.hidden = true;
  }

  // The column is there where there is something to be like.
  function showLikeness() {
    if (!S.api || S.api.isDestroyed()) return;
    const column = S.api.getColumn("similarity");
    const on = Boolean(S.view.match);
    if (column && column.isVisible() !== on) S.api.setColumnsVisible(["similarity"], on);
  }

  // The part of a view that compares with nothing; a sort and a filter by likeness go with it.
  function withoutMatch() {
    stop();
    if (!S.view.match) return {};
    S.quiet = true;
    const sort = G.sortModel().filter((s) => s.colId !== "similarity");
    S.api.applyColumnState({ state: sort.map((s, sortIndex) => ({ ...s, sortIndex })), defaultState: { sort: null } });
    const { similarity, ...filterModel } = S.view.filterModel || {};
    if (similarity) S.api.setFilterModel(filterModel);
    // A phone has no headers: there it is one of the panel's.
    const { similarity: chosen, ...f } = S.view.f || {};
    setTimeout(() => (S.quiet = false), 0);
    return { match: null, sort, filterModel, f };
  }

  function waitForMatch(match) {
    stop();
    wait(match);
  }

  const actions = {
    match: (el) => {
      const kind = el.dataset.value;
      if (kind === "people") {
        if (S.all || S.ranges.length || S.selected.size > MOST) return notice(say("match_most", { n: MOST }));
        return compare(kind, { ids: [...S.selected.keys()] });
      }
      compare(kind, kind === "text" ? { text: $("match-text").value } : {});
      // Whoever chose something from the menu is done with it.
      el.closest(".dropdown")?.querySelector(".dropdown-toggle")?.focus();
      document.body.click();
    },
    "match-person": (el) => compare("people", { ids: [el.dataset.person] }),
    "match-stop": () => stop(),
  };
  document.addEventListener("click", (event) => {
    const el = event.target.closest && event.target.closest("[data-action]");
    if (el && S.view && actions[el.dataset.action]) actions[el.dataset.action](el);
  });

  Object.assign(G, { compare, compared, showLikeness, stopComparing: stop, waitForMatch, withoutMatch });
})();
