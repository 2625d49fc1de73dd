/* People of other searches: the address says what they are compared with, so that a link shows the same. */
(function () {
  "use strict";
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    rediscovery: {
      // In place of the one before: "Back" leaves the page, as people expect of a page that asks one question.
      address(match, search) {
        const path = `/search/${search}/match`;
        // Whoever has gone on meanwhile is left where they are.
        if (match && window.location.pathname.replace(/\/$/, "") === path) {
          window.history.replaceState(window.history.state, "", `${path}?match=${match}`);
        }
        return window.dash_clientside.no_update;
      },
    },
  });
})();
