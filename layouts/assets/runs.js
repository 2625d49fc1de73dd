/* Cancel buttons of long jobs. The lists that hold them are replaced while jobs go on, so their
   clicks are heard here and not by each button. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cancel-run]");
  if (!button || button.disabled) return;
  window.dash_clientside.set_props("run-cancel-request", { data: { run: Number(button.dataset.cancelRun), at: Date.now() } });
});
