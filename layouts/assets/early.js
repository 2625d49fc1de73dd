/* Runs before any other script is there. What Dash asks for first is known by the address, so it is asked for now, and
   the server works on it while the browser reads three megabytes of scripts. app.js hands the answers over. Of a search
   even its first block of rows, which the page itself names; whatever the page then asks for that is not the same to
   the letter is asked anew. */
(function () {
  "use strict";
  const meta = document.querySelector('meta[name="csrf-token"]');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  // What the server is told with every call, from here and from app.js: an answer that was asked for early is the same.
  window.sourcingxHeaders = () => ({
    "X-CSRF-Token": meta.content,
    "X-Layout": document.documentElement.dataset.layout || "grid",
    "X-Time-Zone": zone,
  });
  if (!meta.content) return;
  const PAGE = "page.children";
  const ROWS = "candidate-grid.getRowsResponse";
  const { pathname, search } = window.location;
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  // What was asked for: name → {key, answer}. Each is handed over once.
  const asked = new Map();
  // Nobody may want it any more when it fails, and then nobody is told.
  const get = (url, init) => window.fetch(url, { credentials: "same-origin", headers, ...init }).catch(() => null);
  const call = (output, input, state) => {
    const outputs = { id: output.slice(0, output.indexOf(".")), property: output.slice(output.indexOf(".") + 1) };
    const body = JSON.stringify({ output, outputs, inputs: [input], changedPropIds: [`${input.id}.${input.property}`], state: [state] });
    return get("/_dash-update-component", { method: "POST", headers: { ...headers, ...window.sourcingxHeaders() }, body });
  };

  // All that rows depend on, by a request for them and the view of its page; null where that is more than is known.
  function keyOf(request, view) {
    const { search_id, version, status, q, f, match, turn } = view;
    // Days are those of the reader's zone, which the page finds out.
    if (JSON.stringify([f, request.filterModel]).includes('"date"')) return null;
    const sort = request.sortModel.map(({ colId, sort }) => [colId, sort]);
    return JSON.stringify([request.startRow, request.endRow, sort, request.filterModel, search_id, version, status, q, f, match, turn]);
  }

  function props(part, id) {
    if (Array.isArray(part)) return part.reduce((found, each) => found || props(each, id), null);
    if (!part || !part.props) return null;
    return part.props.id === id ? part.props : props(part.props.children, id);
  }

  async function askForRows(answer) {
    if (!answer || !answer.ok) return;
    const shown = (await answer.clone().json()).response?.page?.children;
    const view = props(shown, "grid-view")?.data;
    const start = props(shown, "candidate-grid")?.dashGridOptions;
    if (!view || !start) return;
    const { filter, sort } = start.initialState;
    const request = { startRow: 0, endRow: start.cacheBlockSize, sortModel: sort.sortModel, filterModel: filter.filterModel };
    const key = keyOf(request, view);
    if (!key) return;
    const input = { id: "candidate-grid", property: "getRowsRequest", value: request };
    asked.set(ROWS, { key, answer: call(ROWS, input, { id: "grid-view", property: "data", value: view }) });
  }

  for (const path of ["/_dash-layout", "/_dash-dependencies"]) asked.set(path, { key: "", answer: get(path) });
  const page = call(
    PAGE,
    { id: "url", property: "pathname", value: pathname },
    { id: "url", property: "search", value: search },
  );
  asked.set(PAGE, { key: pathname + search, answer: page });
  page.then(askForRows).catch(() => null);

  function named(url, body) {
    if (!body) return [new URL(url, window.location.href).pathname, ""];
    const output = [PAGE, ROWS].find((one) => String(body).startsWith(`{"output":"${one}"`));
    if (!output) return [];
    const { inputs, state } = JSON.parse(body);
    const [given, held] = [inputs[0].value, state[0].value];
    if (output === PAGE) return [PAGE, given + held];
    return [ROWS, given && held ? keyOf(given, held) : null];
  }

  // The answer to a request that was sent already, or null: then it is to be sent.
  window.sourcingxEarly = async function (url, body) {
    if (!asked.size) return null;
    const [name, key] = named(url, body);
    const found = asked.get(name);
    asked.delete(name);
    // Another page than the first: rows of the first would be old once it is shown again.
    if (name === PAGE && !found) asked.clear();
    return found && found.key === key ? found.answer : null;
  };
})();
