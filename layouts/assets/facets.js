/* The filter panel in the browser: which groups are open, what they ask for, what is ticked.

   Groups ask one after the other, at most two at a time and only once the rows are there, so that
   they never hold up the grid. A choice goes into the Store facet-choice, {f: {key: model}} or
   {remove: key}; grid_page.js makes it part of the view. */
(function () {
  "use strict";
  const AT_ONCE = 2;
  const GIVE_UP_MS = 15000;
  const MOST_AGAIN = 4;
  const OPEN_AT_FIRST = ["stage_in", "fit_in", "title_in", "location_in"];
  const KEPT = "sx-facets";
  // Its group is there where people are compared with something.
  const LIKENESS = "similarity";
  // now: the view as it is chosen; shown: the view whose rows are there; asked: key → for what;
  // waiting: keys in turn; flying: key → number of the question; find: key → text typed.
  const F = { now: null, shown: null, asked: {}, waiting: [], flying: new Map(), find: {}, n: 0 };
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const group = (key) => document.querySelector(`#facet-panel details[data-facet="${key}"]`);
  const inDays = (key) => group(key)?.dataset.days === "true";

  // ---- which groups are open ------------------------------------------------------------------
  function openGroups() {
    try {
      const kept = JSON.parse(window.localStorage.getItem(KEPT));
      if (Array.isArray(kept)) return kept;
    } catch {
      // Written by something else: as at first.
    }
    return OPEN_AT_FIRST;
  }

  function prepare() {
    const open = openGroups();
    for (const el of document.querySelectorAll("#facet-panel details[data-facet]:not([data-ready])")) {
      el.dataset.ready = "";
      el.open = open.includes(el.dataset.facet);
    }
  }

  // The groups are most of the page, and come only once its rows are there. Each place for them is filled once; where
  // the answer is lost, it is asked for again a few times, and with the next view.
  function fill(again = MOST_AGAIN) {
    const place = document.querySelector("#filter-panel:not([data-asked])");
    if (!place || !F.now) return;
    place.dataset.asked = "";
    set("panel-request", { data: { search_id: F.now.search_id, n: ++F.n } });
    setTimeout(() => {
      if (!place.isConnected || place.querySelector("#facet-panel")) return;
      delete place.dataset.asked;
      if (again) fill(again - 1);
    }, GIVE_UP_MS);
  }
  window.sourcingx.fillFacets = () => fill();

  // "toggle" does not bubble, but it can be caught on its way down.
  document.addEventListener(
    "toggle",
    (event) => {
      const el = event.target;
      if (!el.matches || !el.matches("#facet-panel details[data-ready]")) return;
      const open = [...document.querySelectorAll("#facet-panel details[open]")].map((d) => d.dataset.facet);
      window.localStorage.setItem(KEPT, JSON.stringify(open));
      if (el.open) want(el.dataset.facet);
    },
    true,
  );

  // ---- asking ---------------------------------------------------------------------------------
  function page(key) {
    const { search_id, version, status, q, f, filterModel, zone, match } = F.shown;
    // What people are compared with changes no count, but where it filters and its own.
    const compares = key === LIKENESS || filterModel?.[LIKENESS] || f?.[LIKENESS];
    return { search_id, version, status, q, f, filterModel, zone, match: compares ? match : undefined };
  }

  function want(key) {
    // Nobody sees a panel that is folded away; it asks once it is opened.
    if (!F.shown || !group(key)?.checkVisibility()) return;
    const text = F.find[key] || "";
    const signature = JSON.stringify([page(key), text]);
    if (F.asked[key] === signature) return;
    F.asked[key] = signature;
    if (!F.waiting.includes(key)) F.waiting.push(key);
    next();
  }

  function next() {
    while (F.flying.size < AT_ONCE && F.waiting.length) {
      const key = F.waiting.find((waiting) => !F.flying.has(waiting));
      if (key === undefined) return;
      F.waiting = F.waiting.filter((waiting) => waiting !== key);
      const el = group(key);
      if (!el || !el.open) {
        delete F.asked[key];
        continue;
      }
      const n = ++F.n;
      F.flying.set(key, n);
      el.classList.add("sx-facet-asking");
      set({ type: "facet-ask", key }, { data: { n, page: page(key), text: F.find[key] || "" } });
      // The network may lose an answer; the others go on, and this one is asked for again when it is opened.
      setTimeout(() => {
        if (F.flying.get(key) === n) {
          delete F.asked[key];
          landed(key);
        }
      }, GIVE_UP_MS);
    }
  }

  function landed(key) {
    F.flying.delete(key);
    const el = group(key);
    if (el && !F.waiting.includes(key)) el.classList.remove("sx-facet-asking");
    next();
  }

  // ---- choosing -------------------------------------------------------------------------------
  const model = (key) => (F.now && ((F.now.filterModel || {})[key] || (F.now.f || {})[key])) || null;

  function valuesOf(filter) {
    if (!filter) return [];
    return [...new Set((filter.conditions || [filter]).flatMap((part) => part.values || []))];
  }

  function choose(key, filter) {
    if (!F.now) return;
    if (same(model(key), filter)) return;
    if (!filter) {
      set("facet-choice", { data: { remove: key, n: ++F.n } });
      const { [key]: gone, ...f } = F.now.f || {};
      const { [key]: header, ...filterModel } = F.now.filterModel || {};
      F.now = { ...F.now, f, filterModel };
    } else {
      const f = { ...(F.now.f || {}), [key]: filter };
      const { [key]: header, ...filterModel } = F.now.filterModel || {};
      set("facet-choice", { data: { f, n: ++F.n } });
      F.now = { ...F.now, f, filterModel };
    }
    showChosen();
  }

  function tick(button) {
    const key = button.dataset.facetKey;
    const value = JSON.parse(button.dataset.facetValue);
    const values = valuesOf(model(key));
    const left = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
    // At once, before the counts come.
    button.setAttribute("aria-checked", String(left.includes(value)));
    choose(key, left.length ? { filterType: "set", values: left } : null);
  }

  // ---- ranges ---------------------------------------------------------------------------------
  const dayAfter = (day, n) => {
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() + n);
    return date.toISOString().slice(0, 10);
  };
  const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

  // {from, to}, both included, "" where open; null for a filter that is no range.
  function endsOf(filter) {
    if (!filter) return { from: "", to: "" };
    if (filter.filterType === "date" || filter.dateFrom) {
      const first = String(filter.dateFrom || "").slice(0, 10);
      if (!isDay(first)) return null;
      if (filter.type === "inRange") return { from: first, to: String(filter.dateTo || "").slice(0, 10) };
      if (filter.type === "equals") return { from: first, to: first };
      if (filter.type === "greaterThan") return { from: dayAfter(first, 1), to: "" };
      if (filter.type === "lessThan") return { from: "", to: dayAfter(first, -1) };
      return null;
    }
    if (filter.type === "inRange") return { from: filter.filter, to: filter.filterTo };
    if (filter.type === "equals") return { from: filter.filter, to: filter.filter };
    if (filter.type === "greaterThanOrEqual") return { from: filter.filter, to: "" };
    if (filter.type === "lessThanOrEqual") return { from: "", to: filter.filter };
    return null;
  }

  function rangeModel(key, from, to) {
    if (from === "" && to === "") return null;
    const [low, high] = from !== "" && to !== "" && from > to ? [to, from] : [from, to];
    if (inDays(key)) {
      if (low === "") return { filterType: "date", type: "lessThan", dateFrom: dayAfter(high, 1), dateTo: null };
      if (high === "") return { filterType: "date", type: "greaterThan", dateFrom: dayAfter(low, -1), dateTo: null };
      return { filterType: "date", type: "inRange", dateFrom: low, dateTo: high };
    }
    if (low === "") return { filterType: "number", type: "lessThanOrEqual", filter: high };
    if (high === "") return { filterType: "number", type: "greaterThanOrEqual", filter: low };
    return { filterType: "number", type: "inRange", filter: low, filterTo: high };
  }

  // What stands in a box, or "" for nothing and for what is no number or day.
  function typed(key, value) {
    if (value === null || value === undefined || value === "") return "";
    if (inDays(key)) return isDay(String(value).trim()) ? String(value).trim() : "";
    const number = Number(String(value).replace(",", "."));
    return Number.isFinite(number) ? number : "";
  }

  function setRange(key, from, to) {
    const known = endsOf(model(key));
    const ends = { from: typed(key, from), to: typed(key, to) };
    // A filter that the boxes cannot show stays until something is typed into them.
    if (known === null ? ends.from === "" && ends.to === "" : same(known, ends)) return;
    choose(key, rangeModel(key, ends.from, ends.to));
  }

  // ---- showing what is chosen -----------------------------------------------------------------
  function showChosen() {
    const likeness = group(LIKENESS);
    if (likeness) likeness.hidden = !F.now?.match;
    for (const el of document.querySelectorAll("#facet-panel details[data-facet]")) {
      const key = el.dataset.facet;
      const filter = model(key);
      const badge = el.querySelector("[data-facet-chosen]");
      const count = filter ? valuesOf(filter).length || 1 : 0;
      if (badge) {
        badge.hidden = !count;
        badge.textContent = count ? String(count) : "";
      }
      const clear = el.querySelector("[data-facet-clear]");
      if (clear) clear.hidden = !count;
      const ends = el.querySelector(".sx-facet-ends") ? endsOf(filter) || { from: "", to: "" } : null;
      if (ends && !same(ends, JSON.parse(el.dataset.ends || '{"from":"","to":""}'))) {
        el.dataset.ends = JSON.stringify(ends);
        set({ type: "facet-from", key }, { value: ends.from });
        set({ type: "facet-to", key }, { value: ends.to });
      }
    }
  }

  document.addEventListener("change", (event) => {
    const ends = event.target.closest && event.target.closest("#facet-panel .sx-facet-ends");
    if (!ends) return;
    const [from, to] = [...ends.querySelectorAll("input")].map((box) => box.value.trim());
    setRange(ends.closest("details").dataset.facet, from, to);
  });

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest && event.target.closest(selector);
    const value = at("#facet-panel [data-facet-value]");
    if (value) return tick(value);
    const bar = at("#facet-panel [data-facet-bar]");
    if (bar) {
      const { facetBar: key, from, to } = bar.dataset;
      return setRange(key, from, to);
    }
    const clear = at("#facet-panel [data-facet-clear]");
    if (clear) {
      clear.closest("details").querySelector("summary").focus();
      return choose(clear.dataset.facetClear, null);
    }
    const retry = at("#facet-panel [data-facet-retry]");
    if (retry) {
      delete F.asked[retry.dataset.facetRetry];
      return want(retry.dataset.facetRetry);
    }
    const chip = at("#filter-chips [data-key]");
    if (chip) set("facet-choice", { data: { remove: chip.dataset.key, n: ++F.n } });
  });

  // ---- what Dash calls ------------------------------------------------------------------------
  const triggered = (callback) => {
    for (const { prop_id } of window.dash_clientside.callback_context.triggered || []) {
      try {
        callback(JSON.parse(prop_id.slice(0, prop_id.lastIndexOf("."))).key);
      } catch {
        // Not one of ours.
      }
    }
  };
  const inputs = (list) => Object.fromEntries((list || []).map(({ id, value }) => [id.key, value]));

  function wantOpen() {
    fill();
    const open = [...document.querySelectorAll("#facet-panel details[open]")].map((el) => el.dataset.facet);
    F.waiting = F.waiting.filter((key) => open.includes(key));
    open.forEach(want);
  }
  window.sourcingx.openFacets = wantOpen;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    facets: {
      view: (view) => {
        if (!view) return;
        if (F.now && F.now.search_id !== view.search_id) {
          Object.assign(F, { shown: null, asked: {}, waiting: [], find: {} });
          F.flying.clear();
        }
        F.now = view;
        prepare();
        showChosen();
      },
      filled: () => {
        prepare();
        showChosen();
        wantOpen();
      },
      shown: (view) => {
        if (!view) return;
        F.shown = view;
        if (!F.now) F.now = view;
        prepare();
        showChosen();
        wantOpen();
      },
      answered: () => {
        const done = inputs(window.dash_clientside.callback_context.inputs_list[0]);
        triggered((key) => {
          if (F.flying.has(key) && F.flying.get(key) === done[key]) landed(key);
        });
      },
      find: () => {
        const texts = inputs(window.dash_clientside.callback_context.inputs_list[0]);
        triggered((key) => {
          F.find[key] = (texts[key] || "").trim();
          want(key);
        });
      },
    },
  });
})();
