/* What was decided in triage and not answered yet when the page was left, by Back, by closing it or in any other way.

   It goes out as the page goes, in one request that outlives it. The page that comes after it in this tab sends it once
   more, since nobody heard the answer, and says what came of it: the same decision twice is one. Only ids and codes are
   kept for that, never what was typed. */
(function () {
  "use strict";
  const T = window.sourcingx.triage;
  const { S, root } = T;
  const KEPT = "sx-triage-left";
  // Older than this, whoever decided may have thought better of it elsewhere.
  const OLD_MS = 600_000;
  const [PAUSE_MS, LONGEST_PAUSE_MS] = [2_000, 16_000];
  const shell = () => document.querySelector(".sx-shell");
  const say = (name, n) => {
    const texts = JSON.parse(shell()?.dataset.texts || "{}");
    return ((n === 1 && texts[`${name}_one`]) || texts[name] || "").replace("{n}", String(n));
  };
  const tell = (said, kind) => window.sourcingx.toast(said, kind);
  const store = (kept) => {
    try {
      if (kept) window.sessionStorage.setItem(KEPT, JSON.stringify(kept));
      else window.sessionStorage.removeItem(KEPT);
    } catch { /* storage may be switched off: then it goes out once */ }
  };
  const stored = () => {
    try {
      return JSON.parse(window.sessionStorage.getItem(KEPT));
    } catch {
      return null;
    }
  };

  // In order, as the server takes it. Who was decided and taken back before either went out was never decided. once: what
  // may not be sent a second time, since it takes back whatever is the newest then.
  function steps() {
    const found = [];
    for (const [at, job] of S.queue.entries()) {
      const underWay = at === 0 && Boolean(S.sending);
      const before = found.at(-1);
      if (job.do === "decide") {
        const { person, value, reason, snapshot } = job;
        found.push({ do: "decide", person, value, reason, snapshot, underWay });
      } else if (job.do === "undo" && before?.do === "decide" && !before.underWay) {
        found.pop();
      } else if (job.do === "undo" && before?.do === "decide") {
        before.once = true;
        found.push({ do: "undo", batch: null, once: true });
      } else if (job.do === "undo") {
        const batch = job.batch ?? S.stack.pop() ?? null;
        // By itself on its way it goes on without the page.
        if (batch || !underWay) found.push({ do: "undo", batch, once: !batch });
      }
    }
    return found;
  }

  function sendLeft() {
    if (!S.queue?.length) return;
    const left = { user: shell()?.dataset.user, search: S.view.search_id, steps: steps(), at: Date.now() };
    Object.assign(S, { queue: [], sending: 0 });
    if (!left.steps.length) return;
    const again = left.steps.filter((step) => !step.once);
    store(again.length ? { ...left, steps: again } : null);
    post(left, true).catch(() => {});
  }

  const post = ({ user, search, steps }, keepalive) =>
    window.fetch(`/triage/${search}/left`, {
      method: "POST", keepalive, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user, steps }),
    });

  // ---- the page after it ------------------------------------------------------------------------
  let asking = false;
  let tries = 0;
  let timer;
  async function takeUp() {
    // One at a time asks, however many pages were opened while the server was away.
    clearTimeout(timer);
    const left = stored();
    if (!left || asking) return;
    if (Date.now() - left.at > OLD_MS) {
      store(null);
      tries = 0;
      // Nobody is told of what someone else did in this window before.
      return left.user === shell()?.dataset.user && tell(say("left_old", left.steps.length), "problem");
    }
    asking = true;
    const answer = await post(left, false).catch(() => null);
    asking = false;
    // A sign-in that ended comes back, and a server that is away, too.
    if (answer?.status === 401) return;
    if (!answer || answer.status >= 500) {
      if (!tries) tell(say("left_waiting", left.steps.length), "problem");
      timer = setTimeout(takeUp, Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** tries++));
      return;
    }
    tries = 0;
    // Not what was left meanwhile.
    if (stored()?.at === left.at) store(null);
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) return tell(said.error || say("unreachable"), "problem");
    if (said.refused) return tell(say("left_refused", said.refused), "problem");
    tell(say("left_saved", said.saved), "success");
  }

  window.addEventListener("pagehide", () => root() && sendLeft());
  // Back within the document. What comes after it is told by what is shown then.
  window.addEventListener("popstate", () => root() && sendLeft());
  // Kept whole by the browser and shown again: in triage somebody else's turn may have come.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && root()) window.location.reload();
    else if (event.persisted) takeUp();
  });
  document.addEventListener("sx-arrived", takeUp);

  Object.assign(T, { sendLeft });
})();
