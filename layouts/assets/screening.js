// The link from the grid takes the view along, so that "the view you came from" can be screened.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.screening = {
  link(view) {
    if (!view) return window.dash_clientside.no_update;
    const query = new URLSearchParams(window.location.search);
    for (const name of ["person", "view"]) query.delete(name);
    const text = query.toString();
    return `/search/${view.search_id}/screen${text ? `?${text}` : ""}`;
  },
};
