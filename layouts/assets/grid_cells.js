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
  // What a screening left in a cell opens the drawer where it is explained; by keyboard, Enter on the cell does.
  const why = (props, label, ...children) =>
    h(
      "button",
      {
        type: "button",
        className: "sx-cell-why",
        tabIndex: -1,
        "data-action": "open-why",
        "data-person": props.data.id,
        "data-column": props.column.getColId(),
        "aria-label": `${label}. ${say("why")}`,
      },
      ...children,
    );
  const staleWords = (reasons) => `${say("stale")}: ${reasons.map((reason) => say(`stale_${reason}`)).join("; ")}`;
  const mark = (sign, className) => h("span", { className: `sx-sign ${className}`, "aria-hidden": "true" }, sign);
  const staleMark = (reasons) => (reasons && reasons.length ? mark("◷", "sx-sign-stale") : null);
  const screened = (data) => Boolean(data && data.score_stale);

  const scoreWords = (props) => [props.value.toFixed(1), ...(props.data.score_stale?.length ? [staleWords(props.data.score_stale)] : [])];
  functions.sxScoreTooltip = (params) => (screened(params.data) && typeof params.value === "number" && params.data.score_stale.length ? staleWords(params.data.score_stale) : null);
  cells.SxScore = (props) => {
    if (!props.data) return loading();
    if (props.value === null || props.value === undefined) return null;
    const shown = [
      h("span", { className: "sx-score-bar", style: { width: `${props.value * 10}%` }, "aria-hidden": "true", key: "bar" }),
      h("span", { className: "sx-score-text", key: "text" }, staleMark(props.data.score_stale), props.value.toFixed(1)),
    ];
    return h("span", { className: "sx-score" }, screened(props.data) ? why(props, scoreWords(props).join(". "), ...shown) : shown);
  };

  // How alike to what the view is compared with; the words in common say why.
  const likenessWords = (data) => {
    if (data.similarity === null || data.similarity === undefined) return say("match_not_read");
    return data.match_words?.length ? say("match_words", { words: data.match_words.join(", ") }) : say("match_no_words");
  };
  functions.sxLikenessTooltip = (params) => (params.data && "match_words" in params.data ? likenessWords(params.data) : null);
  cells.SxLikeness = (props) => {
    if (!props.data) return loading();
    if (!("match_words" in props.data)) return null;
    if (typeof props.value !== "number") return h("span", { className: "sx-muted", "aria-label": likenessWords(props.data) }, "–");
    const shown = [
      h("span", { className: "sx-score-bar", style: { width: `${props.value * 100}%` }, "aria-hidden": "true", key: "bar" }),
      h("span", { className: "sx-score-text", key: "text" }, props.value.toFixed(2)),
    ];
    return h("span", { className: "sx-score" }, why(props, `${props.value.toFixed(2)}. ${likenessWords(props.data)}`, ...shown));
  };

  const fitWords = (params) => {
    const { fit_decided: decided, score_stale: stale } = params.data;
    const said = [];
    if (decided) said.push(decided.model ? say("fit_decided", { fit: decided.model }) : say("fit_decided_alone"));
    if (!decided && stale?.length) said.push(staleWords(stale));
    return said;
  };
  functions.sxFitTooltip = (params) => (params.data && params.value ? fitWords(params).join("\n") || null : null);
  cells.SxFit = (props) => {
    if (!props.data) return loading();
    if (!props.value) return null;
    const { fit_decided: decided, score_stale: stale } = props.data;
    const shown = [
      h("span", { className: `sx-badge sx-badge-${props.value}`, key: "badge" }, words(props.value)),
      decided ? mark("✎", "sx-sign-decided") : staleMark(stale),
    ];
    return screened(props.data) || decided ? why(props, [words(props.value), ...fitWords(props)].join(". "), ...shown) : shown[0];
  };

  // A verdict on one criterion. Good and bad news differ where a criterion says what to avoid.
  const TONES = { pass: "strong", fail: "weak", unknown: "unknown" };
  const AVOID = { pass: "weak", fail: "strong", unknown: "unknown" };
  const verdictWords = ({ verdict, said, stale }) => {
    const parts = [say(verdict)];
    if (said) parts.push(say("verdict_decided", { said: say(said).toLowerCase() }));
    if (stale) parts.push(staleWords(stale));
    return parts;
  };
  functions.sxVerdictTooltip = (params) => (params.value && (params.value.said || params.value.stale) ? verdictWords(params.value).slice(1).join("\n") : null);
  cells.SxVerdict = (props) => {
    if (!props.data) return loading();
    if (!props.value) return null;
    const { verdict, said, stale } = props.value;
    return why(
      props,
      verdictWords(props.value).join(". "),
      h("span", { className: `sx-badge sx-badge-${(props.kind === "avoid" ? AVOID : TONES)[verdict]}`, key: "badge" }, say(verdict)),
      said ? mark("✎", "sx-sign-decided") : staleMark(stale),
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
