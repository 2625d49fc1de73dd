/* The file field of the import page and of lists: sends the chosen files as streams, one after the other, shows
   how far they are, and tells the page the uploads' ids. Where it says so, the field names other components. */
(function () {
  "use strict";
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  let request = null;
  let turn = 0;

  async function send(slot, files) {
    const { problem: told = "import-problem", progress: bar = "upload-progress", upload: done = "import-upload" } = slot.dataset;
    const problem = (message) => set(told, { children: message });
    const mine = ++turn;
    if (request) request.abort();
    set(done, { data: null });
    set(bar, { hidden: true, value: "0" });
    problem("");
    if (files.some((file) => file.size > Number(slot.dataset.maxBytes))) return problem(slot.dataset.tooLarge);

    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    const uploads = [];
    let before = 0;
    set(bar, { hidden: false, value: "0" });
    for (const file of files) {
      const answer = await sendOne(file, (loaded) => {
        if (mine === turn) set(bar, { hidden: false, value: String(Math.min(100, Math.floor((100 * (before + loaded)) / total))) });
      });
      // Other files were chosen meanwhile: they tell of themselves.
      if (mine !== turn) return;
      if (!answer.upload_id) {
        set(bar, { hidden: true });
        return problem(answer.error || slot.dataset.broken);
      }
      uploads.push(answer.upload_id);
      before += file.size;
    }
    set(bar, { hidden: true });
    set(done, { data: uploads });
  }

  /* What the server answered: {upload_id} or {error}; {} when it did not. It is asked first, without the file: a
     refusal while one is being sent is easily lost on the way. */
  async function sendOne(file, progress) {
    const headers = { "X-CSRF-Token": window.sourcingx.csrf() };
    const asked = await fetch("/uploads/allowed", { headers }).catch(() => null);
    if (asked && !asked.ok) return asked.json().catch(() => ({}));
    return new Promise((resolve) => {
      const sending = (request = new XMLHttpRequest());
      sending.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(event.loaded); });
      sending.addEventListener("load", () => {
        try { resolve(JSON.parse(sending.responseText)); } catch { resolve({}); /* a proxy's page */ }
      });
      for (const end of ["error", "abort"]) sending.addEventListener(end, () => resolve({}));
      sending.open("POST", "/uploads");
      sending.setRequestHeader("X-CSRF-Token", window.sourcingx.csrf());
      const form = new FormData();
      form.append("file", file);
      sending.send(form);
    });
  }

  function mount(id) {
    requestAnimationFrame(() => put(document.getElementById(id)));
    return window.dash_clientside.no_update;
  }

  function put(slot) {
    if (!slot || slot.firstChild) return;
    const input = Object.assign(document.createElement("input"), { type: "file", id: slot.dataset.field || "import-file", className: "form-control", multiple: !slot.dataset.field });
    input.setAttribute("aria-label", slot.dataset.label);
    input.addEventListener("change", () => { if (input.files.length) send(slot, Array.from(input.files)); });
    slot.addEventListener("dragover", (event) => { event.preventDefault(); slot.classList.add("sx-upload-over"); });
    slot.addEventListener("dragleave", () => slot.classList.remove("sx-upload-over"));
    slot.addEventListener("drop", (event) => {
      event.preventDefault();
      slot.classList.remove("sx-upload-over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; send(slot, Array.from(input.files)); }
    });
    slot.append(input);
    // A file that is here already, as the address says.
    if (slot.dataset.given) set(slot.dataset.upload || "import-upload", { data: [slot.dataset.given] });
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { upload: { mount } });
})();
