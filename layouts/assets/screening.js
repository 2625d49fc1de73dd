// Nobody asks how far a screening is for a page that nobody sees; browsers also slow the clocks of such pages down to a
// tick a minute, so it is asked at once when the page is shown again.
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !document.getElementById("screen-hold")) return;
  window.dash_clientside.set_props("screen-tick", { data: -Date.now() });
});
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.screening = {
  tick(count) {
    return document.hidden || !count ? window.dash_clientside.no_update : count;
  },
  // The links from the grid take the view along, so that "the view you came from" can be screened or enriched.
  link(view) {
    return window.dash_clientside.screening.to(view, "screen");
  },
  enrich(view) {
    return window.dash_clientside.screening.to(view, "enrich");
  },
  to(view, page) {
    if (!view) return window.dash_clientside.no_update;
    const query = new URLSearchParams(window.location.search);
    for (const name of ["person", "view"]) query.delete(name);
    const text = query.toString();
    return `/search/${view.search_id}/${page}${text ? `?${text}` : ""}`;
  },
};
