/* The file field of the page on adverse impact: a small table is read here and stands in the field above, to be seen
   before it is handed in. */
(function () {
  "use strict";
  const MOST = 100_000;
  const set = (id, props) => window.dash_clientside.set_props(id, props);

  function decoded(bytes) {
    const [first, second] = new Uint8Array(bytes.slice(0, 2));
    if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
    if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
    try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { return new TextDecoder("windows-1252").decode(bytes); }
  }

  async function take(slot, file) {
    const { text, problem, tooLarge, notText } = slot.dataset;
    if (file.size > MOST) return set(problem, { children: tooLarge });
    const found = await file.arrayBuffer().then(decoded, () => "\0");
    if (found.includes("\0")) return set(problem, { children: notText });
    set(problem, { children: "" });
    set(text, { value: found });
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    fairness: {
      mount(id) {
        requestAnimationFrame(() => {
          const slot = document.getElementById(id);
          if (!slot || slot.firstChild) return;
          const input = Object.assign(document.createElement("input"), { type: "file", accept: ".csv,.tsv,.txt,text/csv", className: "form-control" });
          input.setAttribute("aria-label", slot.dataset.label);
          input.addEventListener("change", () => { if (input.files.length) take(slot, input.files[0]); });
          slot.append(input);
        });
        return window.dash_clientside.no_update;
      },
    },
  });
})();
