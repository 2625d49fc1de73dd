/* Runs before anything is painted. The server's value is what the person chose on any device; the
   browser's is what was chosen here; without both the device decides. */
(function () {
  "use strict";
  const root = document.documentElement;
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = root.dataset.sxTheme || "";
  try {
    if (chosen) localStorage.setItem("sx-theme", chosen);
    else chosen = localStorage.getItem("sx-theme") || "";
  } catch { /* storage may be switched off */ }

  function apply() {
    const theme = chosen === "light" || chosen === "dark" ? chosen : device.matches ? "dark" : "light";
    root.dataset.bsTheme = theme;
  }
  device.addEventListener("change", apply);
  // Chosen in another tab.
  window.addEventListener("storage", (event) => {
    if (event.key !== "sx-theme" || !event.newValue) return;
    chosen = event.newValue;
    apply();
  });
  apply();

  // Where a grid has no room, people come as cards. Decided once a document: turning a phone throws nothing away.
  root.dataset.layout = window.matchMedia("(max-width: 760px)").matches ? "cards" : "grid";
  // So that the next document comes without the grid's script.
  const [prefix, secure] = window.location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  document.cookie = `${prefix}sx_narrow=${root.dataset.layout === "cards" ? 1 : 0}; path=/; SameSite=Strict${secure}`;

  window.sourcingxTheme = {
    toggle() {
      chosen = root.dataset.bsTheme === "dark" ? "light" : "dark";
      try { localStorage.setItem("sx-theme", chosen); } catch { /* as above */ }
      apply();
      return chosen;
    },
  };
})();
