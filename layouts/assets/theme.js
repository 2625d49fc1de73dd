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
  apply();

  window.sourcingxTheme = {
    toggle() {
      chosen = root.dataset.bsTheme === "dark" ? "light" : "dark";
      try { localStorage.setItem("sx-theme", chosen); } catch { /* as above */ }
      apply();
      return chosen;
    },
  };
})();
