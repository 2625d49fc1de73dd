/* Triage in the browser: whose turn it is, and who comes next.

   The next few people are fetched before they are asked for, so that a key shows the next one at once. What was
   decided is in triage_queue.js, keys and buttons are in triage_keys.js. */
(function () {
  "use strict";
  const AHEAD = 3;
  // Someone who was fetched longer ago than this is fetched again when their turn comes.
  const FRESH_MS = 15_000;
  // Characters, of which each may be three bytes.
  const LONGEST_KEPT = 15_000;
  const $ = (id) => document.getElementById(id);
  const root = () => $("triage");
  const put = (id, props) => root() && window.dash_clientside.set_props(id, props);
  const number = (n) => new Intl.NumberFormat().format(n);
  const S = {};

  function say(name, given = {}) {
    const texts = JSON.parse(root().dataset.texts);
    return (texts[name] || "").replace(/\{(\w+)\}/g, (_, key) => (typeof given[key] === "number" ? number(given[key]) : given[key]));
  }
  function tell(message, kind = "") {
    const place = $("triage-said");
    place.textContent = message;
    place.dataset.kind = kind;
  }
  const focusOn = () => root().focus({ preventScroll: true });

  // ---- whose turn it is -------------------------------------------------------------------------
  function mount(view) {
    if (!view || !root() || S.root === root()) return;
    T.sendLeft();
    Object.assign(S, { root: root(), view, n: 0, now: null, ahead: [], over: false, asking: 0, opening: 0 });
    Object.assign(S, { wanting: false, ended: false, skipped: [], revisit: null, spots: new Map(), drafts: new Map() });
    Object.assign(S, { queue: [], sending: 0, failures: 0, stack: [], decided: new Set(), leaving: null });
    new MutationObserver(sayWho).observe($("triage-body"), { childList: true, subtree: true, characterData: true });
    sayWho();
    const { person, position, total, version, snapshot } = view;
    arrive({ person, position, total, version, snapshot });
    focusOn();
    // Days in filters are the reader's days, as in the grid.
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    if (zone !== "UTC" && JSON.stringify({ ...view.f, ...view.filterModel }).includes('"date"')) {
      S.view = { ...view, zone };
      put("triage-view", { data: S.view });
      open({ do: "begin", person });
    } else {
      fill();
    }
  }

  function sayWho() {
    const place = root() && $("triage-name");
    const who = $("triage-body")?.querySelector("h2")?.textContent || "";
    if (place && place.textContent !== who) place.textContent = who;
  }

  function arrive(spot) {
    if (S.now) S.drafts.set(S.now.person, $("triage-note").value);
    const changed = !S.now || S.now.person !== spot.person;
    S.now = spot;
    S.spots.set(spot.person, { person: spot.person, position: spot.position, total: spot.total, version: spot.version });
    S.ended = S.wanting = false;
    $("triage-end").hidden = true;
    $("triage-body").hidden = false;
    if (changed && $("triage-note").value !== (S.drafts.get(spot.person) || "")) {
      put("triage-note", { value: S.drafts.get(spot.person) || "" });
    }
    const address = new URLSearchParams(window.location.search);
    address.set("person", spot.person);
    window.history.replaceState(window.history.state, "", `${window.location.pathname}?${address}`);
    $("triage-position").textContent = say("position", { n: spot.position + 1, total: spot.total });
    root().dataset.person = spot.person;
    showTally();
  }

  function show(spot) {
    T.closeReasons();
    arrive(spot);
    put("triage-body", { children: spot.card });
    if (!root().contains(document.activeElement)) focusOn();
    window.scrollTo(0, 0);
    $("triage-body").scrollTop = 0;
  }

  function next() {
    if (S.ended || S.wanting) return;
    if (S.revisit) return revisitNext();
    const spot = S.ahead.shift();
    if (spot) {
      show(spot);
      if (performance.now() - spot.at > FRESH_MS) open({ do: "open", person: spot.person });
      return fill();
    }
    if (S.over) return end();
    S.wanting = true;
    fill();
  }

  function prev() {
    if (S.ended) return arrive(S.now);
    if (S.wanting) return;
    const { person, position, version } = S.now;
    open({ do: "step", step: -1, person, position, version });
  }

  function skip() {
    if (S.ended || S.wanting) return;
    if (!S.decided.has(S.now.person) && !S.skipped.includes(S.now.person)) S.skipped.push(S.now.person);
    next();
  }

  function revisitNext() {
    const person = S.revisit.shift();
    if (!person) {
      S.revisit = null;
      return end();
    }
    S.wanting = true;
    open({ do: "open", person });
  }

  function end() {
    S.ended = true;
    T.closeReasons();
    $("triage-body").hidden = true;
    $("triage-end").hidden = false;
    $("triage-end").querySelector('[data-triage="revisit"]').hidden = !S.skipped.length;
    showTally();
    focusOn();
  }

  function showTally() {
    const parts = [say("decided", { n: S.decided.size })];
    if (S.skipped.length) parts.push(say("skipped", { n: S.skipped.length }));
    $("triage-tally").textContent = parts.join(" · ");
    $("triage-end").querySelector('[data-part="tally"]').textContent = parts.join(", ");
    Object.assign(root().dataset, { decided: S.decided.size, saving: S.queue.length });
  }

  // ---- people from the server -------------------------------------------------------------------
  function open(request) {
    put("triage-request", { data: { n: (S.opening = ++S.n), ...request } });
  }

  function fill() {
    const missing = AHEAD - S.ahead.length;
    if (S.asking || S.over || S.revisit || missing <= 0) return;
    const { person, position, version } = S.ahead.at(-1) || S.now;
    S.asking = ++S.n;
    S.askedFor = missing;
    put("triage-ahead-request", { data: { n: S.asking, person, position, version, count: missing } });
  }

  function ahead(answer) {
    if (!root() || !answer || answer.n !== S.asking) return;
    S.asking = 0;
    if (answer.failed) {
      if (S.wanting) tell(answer.problem || say("away"), "problem");
      if (answer.retry) setTimeout(() => S.root === root() && fill(), 2000);
      else S.wanting = false;
      return;
    }
    for (const spot of answer.people) S.ahead.push({ ...spot, at: performance.now() });
    S.over = answer.people.length < S.askedFor;
    if (S.wanting) {
      S.wanting = false;
      next();
    } else {
      fill();
    }
  }

  function answered(answer) {
    if (!root() || !answer || answer.n !== S.opening) return;
    if (answer.failed) {
      if (S.wanting && S.revisit) S.revisit.unshift(answer.person);
      S.wanting = false;
      return tell(answer.problem || say("away"), "problem");
    }
    if (answer.end) return answer.end < 0 ? tell(say("start")) : end();
    if (answer.position !== undefined) {
      // Another place in the list: who comes next is not who came next before.
      Object.assign(S, { ahead: [], asking: 0, over: false });
      show(answer);
      fill();
    } else if (S.wanting) {
      show({ ...S.spots.get(answer.person), ...answer });
    } else if (answer.person === S.now.person) {
      refresh(answer);
    }
  }

  // The same person as they are now.
  function refresh(answer) {
    S.now = { ...S.now, card: answer.card, snapshot: answer.snapshot };
    put("triage-body", { children: answer.card });
  }

  // Back to someone who was shown before; whose turn it was comes after them.
  function recall(person, answer) {
    if (!S.spots.has(person)) return open({ do: "begin", person });
    if (!S.ended && S.now.person !== person) {
      if (S.revisit) S.revisit.unshift(S.now.person);
      else if (S.now.card) S.ahead.unshift({ ...S.now, at: performance.now() });
      else Object.assign(S, { ahead: [], asking: 0, over: false });
    }
    show({ ...S.spots.get(person), card: answer.card, snapshot: answer.snapshot });
    fill();
  }

  // ---- an answer that the network lost is an answer, too ---------------------------------------------
  const OURS = /^{"output":"(triage-answer|triage-ahead|triage-done)\.data/;
  const send = window.fetch.bind(window);
  window.fetch = async function (resource, options) {
    const url = typeof resource === "string" ? resource : resource.url || String(resource);
    const ours = url.includes("_dash-update-component") && options && OURS.exec(String(options.body));
    if (!ours) return send(resource, options);
    try {
      // What writes goes on when the page goes, too; browsers take no more than 64 kB of such requests.
      const keepalive = ours[1] === "triage-done" && String(options.body).length < LONGEST_KEPT;
      const response = await send(resource, { ...options, keepalive, quiet: true });
      if (response.ok) return response;
      if (response.status < 500) return lost(ours[1], options, false);
    } catch (error) {
      if (error.name === "AbortError") throw error;
    }
    return lost(ours[1], options, true);
  };
  function lost(id, options, retry) {
    const { n, person } = JSON.parse(options.body).inputs[0].value;
    const body = { multi: true, response: { [id]: { data: { n, person, failed: true, retry } } } };
    return new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
  }

  // The parts add what others need of them; they are loaded after this one, in the order of their names.
  const T = (window.sourcingx.triage = { $, S, focusOn, next, open, prev, put, recall, refresh, revisitNext, root, say, showTally, skip, tell });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    triage: {
      mount: (view) => {
        mount(view);
        return window.dash_clientside.no_update;
      },
      answered,
      ahead,
      done: (answer) => T.done(answer),
    },
  });
})();
