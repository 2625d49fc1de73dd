/* Keys and buttons of triage, and the reasons of a rejection. */
(function () {
  "use strict";
  const T = window.sourcingx.triage;
  const { $, S, focusOn, root, say, tell } = T;

  // ---- reasons ------------------------------------------------------------------------------------
  function openReasons() {
    if (!T.mayDecide() || S.ended || S.wanting) return;
    $("triage-reasons").hidden = false;
    $("triage-reasons").querySelector("button").focus();
  }
  function closeReasons() {
    const panel = $("triage-reasons");
    if (!panel || panel.hidden) return false;
    panel.hidden = true;
    focusOn();
    return true;
  }

  // ---- keys and buttons -----------------------------------------------------------------------------
  const does = {
    next: () => T.next(),
    prev: () => T.prev(),
    skip: () => T.skip(),
    undo: () => T.undo(),
    shortlist: () => T.decide("shortlisted"),
    reject: openReasons,
    reason: (button) => { closeReasons(); T.decide("rejected", button.dataset.value); },
    cancel: closeReasons,
    help: () => $("triage-help").showModal(),
    "close-help": () => $("triage-help").close(),
    "save-note": () => T.saveNote(),
    revisit: () => {
      if (!S.skipped.length) return tell(say("nothing_skipped"));
      Object.assign(S, { revisit: S.skipped, skipped: [], ended: false });
      T.revisitNext();
    },
  };
  const KEYS = {
    j: "next", ArrowRight: "next", k: "prev", ArrowLeft: "prev", s: "shortlist", r: "reject", x: "skip", u: "undo", "?": "help",
  };
  const act = (name, button) => S.root === root() && does[name]?.(button);

  document.addEventListener("click", (event) => {
    const button = root() && event.target.closest?.("[data-triage]");
    if (button) act(button.dataset.triage, button);
  });

  document.addEventListener("keydown", (event) => {
    // A letter alone is a command only where the focus is on the person: speech input types letters anywhere.
    if (!root()?.contains(event.target) || $("triage-help").open) return;
    if (event.target.matches("textarea, input, select")) {
      if (event.key === "Escape") focusOn();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) T.saveNote();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const open = $("triage-reasons") && !$("triage-reasons").hidden;
    if (event.key === "Escape" && closeReasons()) return event.stopPropagation();
    if (event.key === "Escape") return focusOn();
    const reason = open && $("triage-reasons").querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (reason) {
      event.preventDefault();
      return act("reason", reason);
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "n") {
      event.preventDefault();
      return $("triage-note").focus();
    }
    const name = S.ended && key === "x" ? "revisit" : KEYS[key];
    if (!name || (open && name !== "help")) return;
    event.preventDefault();
    act(name);
  });

  Object.assign(T, { closeReasons });
})();
