/* The file field of the import page: sends the chosen file as a stream, shows how far it is, and
   tells the page the upload's id. */
(function () {
  "use strict";
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const problem = (message) => set("import-problem", { children: message });
  let request = null;

  function send(slot, file) {
    if (request) request.abort();
    set("import-upload", { data: null });
    set("upload-progress", { hidden: true, value: "0" });
    problem("");
    if (file.size > Number(slot.dataset.maxBytes)) return problem(slot.dataset.tooLarge);

    const sending = (request = new XMLHttpRequest());
    const end = () => {
      if (request === sending) request = null;
      set("upload-progress", { hidden: true });
    };
    sending.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) set("upload-progress", { hidden: false, value: String(Math.floor((100 * event.loaded) / event.total)) });
    });
    sending.addEventListener("load", () => {
      end();
      let answer = {};
      try { answer = JSON.parse(sending.responseText); } catch { /* a proxy's page: told of below */ }
      if (sending.status === 200 && answer.upload_id) set("import-upload", { data: answer.upload_id });
      else problem(answer.error || slot.dataset.broken);
    });
    sending.addEventListener("error", () => { end(); problem(slot.dataset.broken); });
    sending.open("POST", "/uploads");
    sending.setRequestHeader("X-CSRF-Token", window.sourcingx.csrf());
    const form = new FormData();
    form.append("file", file);
    set("upload-progress", { hidden: false, value: "0" });
    sending.send(form);
  }

  function mount(id) {
    requestAnimationFrame(() => put(document.getElementById(id)));
    return window.dash_clientside.no_update;
  }

  function put(slot) {
    if (!slot || slot.firstChild) return;
    const input = Object.assign(document.createElement("input"), { type: "file", id: "import-file", className: "form-control" });
    input.setAttribute("aria-label", slot.dataset.label);
    input.addEventListener("change", () => { if (input.files[0]) send(slot, input.files[0]); });
    slot.addEventListener("dragover", (event) => { event.preventDefault(); slot.classList.add("sx-upload-over"); });
    slot.addEventListener("dragleave", () => slot.classList.remove("sx-upload-over"));
    slot.addEventListener("drop", (event) => {
      event.preventDefault();
      slot.classList.remove("sx-upload-over");
      if (event.dataTransfer.files[0]) { input.files = event.dataTransfer.files; send(slot, input.files[0]); }
    });
    slot.append(input);
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { upload: { mount } });
})();
