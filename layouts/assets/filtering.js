/* Lists and filter rules: what needs no server. */
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.filtering = {
  // Whether a question is hidden: its first button asks it, its last one takes it back.
  ask(asked, kept) {
    const [{ prop_id: pressed } = {}] = window.dash_clientside.callback_context.triggered;
    const hidden = !(pressed || "").startsWith("list-delete.");
    if (!hidden) requestAnimationFrame(() => document.getElementById("list-delete-sure").focus());
    return hidden;
  },
};
