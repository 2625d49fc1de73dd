/* Long actions of one's own: how far they are, and their result in place. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { S, set, notice } = G;

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
      if (!run.notice) G.changedByMe(run.version_before, run.version_after);
    }
    if (going.length || ended) notice(going.join(" "), { seconds: 30 });
    if (ended && S.api && !S.api.isDestroyed()) S.api.refreshInfiniteCache();
    ask(900);
  }

  Object.assign(G, { watch, watched });
})();
