/* The search page in the browser: what is shown (view), which version of it, what is selected.

   view = {search_id, version, seen, count, exact, status, q, f, filterModel, sort, zone, person, turn}
   lives here and in the Store grid-view, which every server callback reads and checks. The URL says
   the same, so that Back, Forward and a pasted link work. turn counts up with each other view; what
   comes late for one that was left is known by it. Ids of selected rows never leave this file except
   in the request of an action. */
(function () {
  "use strict";
  const GRID = "candidate-grid";
  const BLOCK = 100;
  // The most that can be chosen by Shift, or left out, one by one.
  const MOST = 500;
  const S = { api: null, view: null, asked: 0, turns: 0, cacheVersion: null, failures: 0, runs: new Map() };
  const $ = (id) => document.getElementById(id);
  // A page that was left has no such components any more, and Dash would fail.
  const root = () => $(GRID) || $("candidate-cards");
  const set = (id, props) => root() && window.dash_clientside.set_props(id, props);
  const sorted = (_, value) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  const same = (a, b) => JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
  const number = (n) => new Intl.NumberFormat().format(n);
  // The page's sentences (layouts/text/, GRID_IN_BROWSER) with {names} filled in.
  const say = (name, given = {}) => {
    const texts = JSON.parse(document.querySelector("[data-grid-texts]")?.dataset.gridTexts || "{}");
    return (texts[name] || "").replace(/\{(\w+)\}/g, (_, key) => (typeof given[key] === "number" ? number(given[key]) : given[key]));
  };

  // One line above the grid; retry is a function, for a failure that the person may try again.
  function notice(message, { retry = null, seconds = 8 } = {}) {
    const place = $("grid-notice");
    if (!place) return;
    clearTimeout(S.noticeTimer);
    place.hidden = !message;
    place.replaceChildren(message || "");
    if (retry) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-link", textContent: say("retry") });
      button.addEventListener("click", retry);
      place.append(" ", button);
    } else if (message) {
      S.noticeTimer = setTimeout(() => notice(""), seconds * 1000);
    }
  }

  window.sourcingx.say = say;
  // The parts add what others need of them; they are loaded after this one, in the order of their names.
  window.sourcingx.grid = { GRID, BLOCK, MOST, S, $, root, set, sorted, same, number, say, notice };
})();
