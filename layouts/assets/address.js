/* A list that is narrowed by a form agrees with its address, whichever of the two was changed: what the form asked for
   is written into the address, and an address that was gone to by Back, Forward or a link is shown. */
(function () {
  "use strict";
  const skip = () => window.dash_clientside.no_update;
  let count = 0;
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    address: {
      // What the form asked for and got. Of what an address asked for there is nothing to write.
      told: (shown) => (shown && shown.form ? shown.query : skip()),
      // An address of this page that says something else than what is shown.
      followed(query, pathname, shown) {
        if (!shown || pathname !== shown.path || (query || "") === shown.query) return skip();
        return { query: query || "", count: ++count };
      },
    },
  });
})();
