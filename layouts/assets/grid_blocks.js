/* Blocks of rows as they come: which version of the data they are of, the exact count, what failed.
   Rows themselves go from the server to AG Grid; here is what was said with them. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { GRID, BLOCK, S, $, set, same, say, notice } = G;

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
      if (mixed) return G.start_over({ top: false });
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
    G.keep(patch);
    G.showCount();
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
      G.keep({ count: answer.count, exact: true });
      return G.start_over({ top: false });
    }
    G.keep({ count: answer.count, exact: true });
    S.api.setRowCount(answer.count, true);
    G.showCount();
  }

  // The list that was shown is gone, and there is a newer one: places in the two are not the same people.
  function newerList(version, why) {
    const lost = G.chosenCount() ? say("unselected") : "";
    G.clearSelection();
    S.blockSeen.clear();
    G.keep({ version, seen: seenWith(version) });
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
    if (S.view.seen === before) G.keep({ seen: seenWith(after) });
    showPill(after);
  }

  function failed(meta) {
    S.failures += 1;
    // A filter may be why, and can be taken away there.
    window.sourcingx.fillFacets();
    // A server that is away comes back; one that fails at this view would fail for ever.
    if (meta.retry && (meta.lost || S.failures <= 6)) {
      clearTimeout(S.retryTimer);
      S.retryTimer = setTimeout(() => G.start_over({ top: false }), Math.min(8000, 250 * 2 ** S.failures));
    }
    S.failing = true;
    if (!meta.retry || S.failures > 1) notice(meta.error, { retry: meta.retry ? () => G.start_over({ top: false }) : null, seconds: 60 });
  }

  // Reading again does no harm, so an answer that the network lost is asked for a few times before anything
  // is said. The grid's wrapper would wait for rows for ever: in the end it gets an empty answer.
  const READS = /^{"output":"(candidate-grid.getRowsResponse|candidate-cards.children|count-answer.data|version-answer.data|url-answer.data|filter-chips.children|filter-panel.children|run-state.data|\.\.\{\\"key\\":[^}]*\}\.children\.\.\.\{[^}]*\}\.data\.\.|..person-body.children...person-answer.data..)"/;
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
    if (output.startsWith("..person-body")) return G.lostPerson(retry);
    if (output === "candidate-cards.children" && S.view) {
      failed({ error, retry, lost: retry });
      return new Response(null, { status: 204 });
    }
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

  function showPill(version) {
    const pill = $("stale-pill");
    // What an action of one's own is doing right now is no news.
    const busy = [...S.runs.values()].some((kind) => kind === "bulk" || kind === "undo");
    if (pill) pill.hidden = busy || !(S.view && S.view.seen && version > S.view.seen);
  }

  // The search was deleted or put away in another tab, or is the reader's no more. Said once, and until it is back.
  function showGone(message) {
    if (message && S.gone) return;
    S.gone = message || null;
    notice(S.gone || "", { seconds: 86_400 });
    if (S.gone && $("stale-pill")) $("stale-pill").hidden = true;
  }

  Object.assign(G, { answered, changedByMe, counted, failed, lost, showGone, showPill });
})();
