/* Buttons of long jobs, to cancel one or to take one back. The lists that hold them are replaced while
   jobs go on, so their clicks are heard here and not by each button. */
document.addEventListener("click", (event) => {
  const ask = (store, data) => window.dash_clientside.set_props(store, { data: { ...data, at: Date.now() } });
  const button = event.target.closest("[data-cancel-run], [data-undo-batch]");
  if (!button || button.disabled) return;
  const { cancelRun, undoBatch } = button.dataset;
  if (cancelRun) return ask("run-cancel-request", { run: Number(cancelRun) });
  // Not twice by one double click; and again where it was refused.
  button.disabled = true;
  setTimeout(() => (button.disabled = false), 3000);
  ask("run-undo-request", { batch: Number(undoBatch) });
});
