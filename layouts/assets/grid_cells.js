/* How a cell of the candidate grid looks. Text goes in as React children, never as HTML. */
(function () {
  "use strict";
  const h = (...args) => window.React.createElement(...args);
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  const say = (...asked) => window.sourcingx.say(...asked);

  // A row that is still on its way has no data: every cell must stand that.
  const loading = () => h("span", { className: "sx-cell-skeleton", "aria-hidden": "true" });
  const day = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "short", year: "numeric" });
  const words = (value) => String(value).replace(/^filtered_/, "").replaceAll("_", " ");

  functions.sxDate = (value) => (value ? day.format(new Date(value)) : "");
  functions.sxTooltip = (params) => {
    const value = params.value;
    return typeof value === "string" && value.length > 18 && params.colDef.filter !== "agDateColumnFilter" ? value : null;
  };

  cells.SxName = (props) => {
    if (!props.data) return loading();
    if (props.data.deleted) return h("span", { className: "sx-muted" }, say("deleted"));
    return h(
      "button",
      {
        type: "button",
        className: "sx-name",
        "data-action": "open-person",
        "data-person": props.data.id,
        tabIndex: -1,
      },
      props.value || say("no_name"),
    );
  };
  cells.SxBadge = (props) => {
    if (!props.data) return loading();
    if (!props.value) return null;
    return h("span", { className: `sx-badge sx-badge-${props.value}` }, words(props.value));
  };
  cells.SxScore = (props) => {
    if (!props.data) return loading();
    if (props.value === null || props.value === undefined) return null;
    return h(
      "span",
      { className: "sx-score" },
      h("span", { className: "sx-score-bar", style: { width: `${props.value * 10}%` }, "aria-hidden": "true" }),
      h("span", { className: "sx-score-text" }, props.value.toFixed(1)),
    );
  };
  cells.SxFlag = (props) => (props.data ? (props.value ? say("yes") : "") : loading());
  // What other searches know of a person.
  const count = (known) => (known.searches === 1 ? say("known_one") : say("known", { n: known.searches }));
  const by = (who) => (who ? ` ${say("known_by", { who })}` : "");
  const place = (found) => {
    const parts = [`${found.title}: ${words(found.stage)}${by(found.by)}`];
    if (found.stage_at) parts.push(day.format(new Date(found.stage_at)));
    if (found.screened_at) {
      parts.push(`${say("known_screened")}${by(found.screened_by)} ${day.format(new Date(found.screened_at))}`);
    }
    if (found.archived) parts.push(say("known_archived"));
    return parts.join(", ");
  };
  const knownLines = (known) => {
    const left = known.searches - known.places.length;
    return [count(known), ...known.places.map(place), ...(left > 0 ? [say("known_more", { n: left })] : [])];
  };
  functions.sxKnownTooltip = (params) => (params.value ? knownLines(params.value).join("\n") : null);
  cells.SxKnown = (props) => {
    if (!props.data) return loading();
    if (!props.value) return null;
    const first = props.value.places[0];
    return h(
      "span",
      { className: `sx-badge sx-badge-${first.stage}`, role: "img", "aria-label": knownLines(props.value).join("; ") },
      first.stage === "new" ? `${props.value.searches}×` : words(first.stage),
    );
  };
  cells.SxTags = (props) => {
    if (!props.data) return loading();
    return h(
      "span",
      { className: "sx-tags" },
      (props.value || []).map((tag) => h("span", { className: "sx-tag", key: tag }, tag)),
    );
  };
})();
