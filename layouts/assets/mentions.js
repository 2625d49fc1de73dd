/* @ in a note: the colleagues who may see the search, offered while a name is typed. */
(function () {
  "use strict";
  const BOXES = ["note-input", "triage-note"];
  const PAUSE_MS = 120;
  // A name begins at a space or bracket, and may have a space itself.
  const TYPED = /(^|[\s(])@([^\s@]{0,40}(?: [^\s@]{0,40})?)$/u;
  const $ = (id) => document.getElementById(id);
  const M = { box: null, n: 0, asked: 0, timer: null, chosen: 0, names: [] };

  function typedIn(box) {
    const found = TYPED.exec(box.value.slice(0, box.selectionStart));
    return found && { name: found[2], at: box.selectionStart - found[2].length };
  }

  function list(box) {
    let place = $("mention-names");
    if (!place || place.parentElement !== box.parentElement) {
      place?.remove();
      place = Object.assign(document.createElement("ul"), { id: "mention-names", className: "sx-offer", hidden: true });
      place.setAttribute("role", "listbox");
      place.setAttribute("aria-label", document.querySelector(".sx-shell")?.dataset.mentionOffer || "");
      // The box keeps the focus.
      place.addEventListener("mousedown", (event) => event.preventDefault());
      place.addEventListener("click", (event) => {
        const item = event.target.closest("li");
        if (item) take(item.textContent);
      });
      box.parentElement.append(place);
    }
    return place;
  }

  function close() {
    M.names = [];
    M.asked = 0;
    clearTimeout(M.timer);
    const place = $("mention-names");
    if (place) place.hidden = true;
    for (const name of ["aria-activedescendant", "aria-controls", "aria-autocomplete"]) M.box?.removeAttribute(name);
  }

  function draw() {
    const place = list(M.box);
    place.hidden = !M.names.length;
    if (place.hidden) return close();
    place.replaceChildren(...M.names.map((name, i) => {
      const item = Object.assign(document.createElement("li"), { id: `mention-name-${i}`, textContent: name });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(i === M.chosen));
      return item;
    }));
    M.box.setAttribute("aria-autocomplete", "list");
    M.box.setAttribute("aria-controls", "mention-names");
    M.box.setAttribute("aria-activedescendant", `mention-name-${M.chosen}`);
  }

  function take(name) {
    const typed = typedIn(M.box);
    if (!typed) return close();
    const { value, selectionStart } = M.box;
    const begin = `${value.slice(0, typed.at)}${name} `;
    const box = M.box;
    close();
    // As if it had been typed, so that Dash hears of it.
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, begin + value.slice(selectionStart));
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.setSelectionRange(begin.length, begin.length);
    box.focus();
  }

  document.addEventListener("input", (event) => {
    if (!BOXES.includes(event.target.id)) return;
    M.box = event.target;
    const typed = typedIn(M.box);
    if (!typed) return close();
    clearTimeout(M.timer);
    M.timer = setTimeout(() => {
      const search_id = window.location.pathname.split("/")[2];
      window.dash_clientside.set_props("mention-request", { data: { n: (M.asked = ++M.n), search_id, typed: typed.name } });
    }, PAUSE_MS);
  });

  // Before what the page does with these keys.
  document.addEventListener("keydown", (event) => {
    if (event.target !== M.box || !M.names.length || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) M.chosen = (M.chosen + step + M.names.length) % M.names.length;
    else if (event.key === "Enter" || event.key === "Tab") take(M.names[M.chosen]);
    else if (event.key === "Escape") close();
    else return;
    if (step) draw();
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("focusout", (event) => event.target === M.box && close());

  // How many are unread is asked by the clock: when the server is away, the number stays as it was and nobody is told.
  const send = window.fetch.bind(window);
  window.fetch = async function (resource, options) {
    if (!options || !String(options.body).startsWith('{"output":"mentions.children"')) return send(resource, options);
    const answer = await send(resource, { ...options, quiet: true }).catch(() => null);
    return answer?.ok ? answer : new Response(null, { status: 204 });
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    mentions: {
      offered: (answer) => {
        if (!answer || answer.n !== M.asked || !M.box?.isConnected || !typedIn(M.box)) return;
        M.names = answer.names;
        M.chosen = 0;
        draw();
      },
    },
  });
})();
