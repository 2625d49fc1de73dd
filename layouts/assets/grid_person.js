/* The person in the drawer: opened, walked through, closed; what was typed about them stays theirs. */
(function () {
  "use strict";
  const G = window.sourcingx.grid;
  const { S, $, root, set, say, notice } = G;

  function openPerson(id, { push = true, position = null, step = 0, why = null } = {}) {
    const drawer = $("candidate-drawer");
    if (!drawer) return;
    if (!id) {
      const hidden = drawer.hidden;
      drawer.hidden = true;
      document.body.classList.remove("sx-drawer-open");
      // Back to the row of whoever was shown last, else to where the first one was opened.
      const row = root()?.querySelector(`.sx-name[data-person="${S.view.person}"]`);
      if (S.view.person) G.keep({ person: null });
      if (push) G.writeUrl();
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
    S.why = why;
    if (!step) G.keep({ person: String(id) });
    // What is shown is made anew; whoever works by keyboard stays on the button they were on.
    const at = document.activeElement;
    S.focused = $("person-body").contains(at) ? at.dataset.value : null;
    set("person-request", { data: { n: (S.opening = ++S.asked), person: String(id), position: S.position, step: S.steps } });
    if (push && !step) G.writeUrl();
  }

  function personShown(answer) {
    if (!answer || !S.view) return;
    if (answer.n !== undefined && answer.n !== S.opening) return;
    S.steps = 0;
    if (answer.end) notice(answer.end);
    if (answer.end || answer.failed || !S.view.person) return;
    if (answer.person !== S.view.person) {
      G.keep({ person: answer.person });
      G.writeUrl({ replace: true });
    }
    showDraft(answer.person);
    S.personSeen = answer.snapshot || null;
    if (answer.version_before !== undefined) return changed(answer);
    S.position = answer.position ?? S.position;
    if (S.api && S.position !== null && S.position < S.api.getDisplayedRowCount()) S.api.ensureIndexVisible(S.position, null);
    const drawer = $("candidate-drawer");
    const button = S.focused && document.querySelector(`#stage-select [data-value="${S.focused}"]`);
    if (showWhy()) return;
    if (drawer && !drawer.contains(document.activeElement)) (button || drawer).focus();
  }

  // Opened from a score, a fit or a verdict: the drawer stands where that is explained. False for other columns.
  function showWhy() {
    const column = S.why;
    S.why = null;
    if (!column || !(["score", "fit", "similarity"].includes(column) || column.startsWith("criterion_"))) return false;
    const place = column === "similarity" ? $("match-why") : document.querySelector(`#candidate-evidence [data-column="${column}"]`) || $("candidate-evidence");
    if (!place) return false;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
    return true;
  }

  // Whoever wrote a note or decided a fit knows of it: no pill, and the row in the grid is right.
  function changed(answer) {
    G.changedByMe(answer.version_before, answer.version_after);
    const node = S.api && S.api.getRowNode(answer.person);
    if (node && node.data) node.setData({ ...node.data, ...answer.row });
    // The button that was pressed is gone with what it stood in.
    const drawer = $("candidate-drawer");
    const at = answer.decided && document.querySelector(`#candidate-evidence [data-column="${answer.decided}"]`);
    if (at) at.tabIndex = -1;
    if (drawer && !drawer.contains(document.activeElement)) (at || drawer).focus({ preventScroll: true });
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

  Object.assign(G, { lostPerson, openPerson, personShown });
})();
