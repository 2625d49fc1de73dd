/* What was decided in triage and is on its way to the server.

   Decisions go out one after the other; until the server has answered they stay in a queue, and go out again when it
   was away. One that came too late, because a colleague was first, brings the person back with what happened. Whoever
   leaves the page takes none of them along: triage_left.js sends what is in the queue then. */
(function () {
  "use strict";
  const T = window.sourcingx.triage;
  const { $, S, focusOn, open, put, recall, refresh, root, say, showTally, tell } = T;
  const mayDecide = () => root().dataset.editable === "true" || tell(say("viewer"));
  const reasonName = (code) => JSON.parse(root().dataset.texts).reasons[code] || code;

  // ---- decisions --------------------------------------------------------------------------------
  function decide(value, reason = null) {
    if (!mayDecide()) return;
    if (S.ended || S.wanting) return;
    S.decided.add(S.now.person);
    S.skipped = S.skipped.filter((person) => person !== S.now.person);
    S.queue.push({ do: "decide", person: S.now.person, value, reason, snapshot: S.now.snapshot });
    tell(reason ? say("rejected", { reason: reasonName(reason) }) : say(value));
    T.next();
    pump();
  }

  function undo() {
    if (!mayDecide()) return;
    S.queue.push({ do: "undo" });
    pump();
  }

  function saveNote() {
    const body = $("triage-note").value;
    if (!body.trim() || S.ended) return focusOn();
    S.queue.push({ do: "note", person: S.now.person, body });
    focusOn();
    pump();
  }

  function pump() {
    showTally();
    if (S.sending || !S.queue.length) return leave();
    const job = S.queue[0];
    if (job.do === "undo" && job.batch === undefined) job.batch = S.stack.pop() ?? null;
    S.sending = ++S.n;
    put(job.do === "note" ? "triage-note-request" : "triage-change", { data: { n: S.sending, ...job } });
  }

  function done(answer) {
    if (!root() || !answer || answer.n !== S.sending) return;
    S.sending = 0;
    const job = S.queue[0];
    // What may be sent twice without harm goes out again; the rest stays as it was typed.
    if (answer.failed && answer.retry && (job.do === "decide" || job.batch)) {
      S.failures += 1;
      tell(say("failed"), "problem");
      setTimeout(() => S.root === root() && pump(), Math.min(8000, 500 * 2 ** S.failures));
      return;
    }
    S.queue.shift();
    if (S.failures) tell("");
    S.failures = 0;
    if (answer.failed) {
      tell(answer.problem || say("away"), "problem");
      if (job.do === "decide") {
        S.decided.delete(job.person);
        open({ do: "begin", person: job.person });
      }
    } else if (job.do === "decide") {
      decisionSaved(job, answer);
    } else if (job.do === "undo") {
      S.decided.delete(answer.person);
      tell(answer.said);
      if (answer.card) recall(answer.person, answer);
    } else {
      noteSaved(job, answer);
    }
    pump();
  }

  function decisionSaved(job, answer) {
    if (answer.batch) S.stack.push(answer.batch);
    if (answer.said) tell(answer.said);
    if (answer.done) return;
    S.decided.delete(job.person);
    tell(answer.problem, "problem");
    recall(job.person, answer);
  }

  function noteSaved(job, answer) {
    tell(answer.said);
    if (S.now.person !== job.person) return S.drafts.delete(job.person);
    if ($("triage-note").value === job.body) put("triage-note", { value: "" });
    refresh(answer);
  }

  // ---- what is not saved yet is not left behind ---------------------------------------------------
  function leave() {
    if (S.leaving && !S.queue.length) window.location.assign(S.leaving);
  }
  // Decisions go out as the page goes. A note would be written twice if it went out again, and where the server is away
  // nothing goes out: then the browser asks first.
  window.addEventListener("beforeunload", (event) => {
    if (root() && S.queue?.length && (S.failures || S.queue.some((job) => job.do === "note"))) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !root() || !S.queue?.length || link.target) return;
    event.preventDefault();
    event.stopPropagation();
    S.leaving = link.href;
    tell(say("lost"), "problem");
  }, true);

  Object.assign(T, { decide, done, mayDecide, saveNote, undo });
})();
