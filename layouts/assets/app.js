/* The shell in the browser: what goes out with every request, sign-in that ended, theme, menu,
   messages, moments in the reader's zone. Other scripts use window.sourcingx. */
(function () {
  "use strict";
  const CALLBACK = "_dash-update-component";
  const $ = (id) => document.getElementById(id);
  const meta = document.querySelector('meta[name="csrf-token"]');
  const shell = () => document.querySelector(".sx-shell");
  const words = () => JSON.parse(shell()?.dataset.texts || "{}");
  const send = window.fetch.bind(window);

  // ---- requests -----------------------------------------------------------------------------
  const ours = (url) => new URL(url, location.href).origin === location.origin;
  const withToken = (init) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(window.sourcingxHeaders())) headers.set(name, value);
    return { ...init, headers };
  };

  window.fetch = async function (resource, init = {}) {
    const url = typeof resource === "string" ? resource : resource.url || String(resource);
    const method = (init.method || resource.method || "GET").toUpperCase();
    if (!ours(url)) return send(resource, init);
    const early = (method === "GET" || url.includes(CALLBACK)) && (await window.sourcingxEarly?.(url, init.body));
    if (method === "GET" || method === "HEAD") return early || send(resource, init);
    if (!url.includes(CALLBACK)) return send(resource, withToken(init));
    let answer = early || (await attempt(resource, init));
    while (answer.status === 401) {
      await signedInAgain();
      answer = await attempt(resource, init);
    }
    // Signed in anew in another tab: this tab's token is of the sign-in before.
    if (answer.status === 403 && (await renewed()) === "new") answer = await attempt(resource, init);
    if (!answer.ok) return forDash(answer, init.quiet);
    if (!window.dash_ag_grid && String(init.body).startsWith('{"output":"page.children"')) await gridScript(answer);
    return answer;
  };

  // A document for a narrow window comes without the grid's script; a page that has a grid all the same waits for it.
  async function gridScript(answer) {
    if (!(await answer.clone().text()).includes('"namespace":"dash_ag_grid"')) return;
    const script = Object.assign(document.createElement("script"), { src: document.documentElement.dataset.gridScript });
    await new Promise((resolve) => {
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });
  }

  // init.quiet: whoever sends it says what went wrong.
  async function attempt(resource, init) {
    try {
      return await send(resource, withToken(init));
    } catch (error) {
      if (!init.quiet) toast(words().unreachable, "problem");
      throw error;
    }
  }

  // A refusal that carries props is still an answer for Dash: without one the page would stop working.
  async function forDash(answer, quiet) {
    const body = await answer.clone().json().catch(() => ({}));
    if (!body.multi) {
      if (!quiet) toast(body.error || words().unreachable, "problem");
      return answer;
    }
    return new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
  }

  // The token that goes with the sign-in of now: "new" or "same"; null while nobody is signed in.
  async function renewed() {
    const answer = await send("/session").catch(() => null);
    if (!answer || !answer.ok) return null;
    const { csrf, user } = await answer.json();
    // Someone else's page must not be used with this person's sign-in.
    if (String(user) !== shell().dataset.user) { location.reload(); return null; }
    const same = meta.content === csrf;
    meta.content = csrf;
    return same ? "same" : "new";
  }

  // ---- a sign-in that ended: keep the page and what was typed, go on after the next one ---------
  let waiting = null;
  function signedInAgain() {
    waiting ||= new Promise((resolve) => {
      const { expired_title, expired_body, sign_in } = words();
      const dialog = Object.assign(document.createElement("dialog"), { className: "sx-dialog", id: "signed-out" });
      const link = Object.assign(document.createElement("a"), {
        className: "btn btn-primary", href: "/login", target: "_blank", rel: "opener", textContent: sign_in,
      });
      const title = Object.assign(document.createElement("h2"), { textContent: expired_title });
      dialog.append(title, Object.assign(document.createElement("p"), { textContent: expired_body }), link);
      dialog.addEventListener("cancel", (event) => event.preventDefault());
      document.body.append(dialog);
      dialog.showModal();

      async function look() {
        if (!(await renewed())) return;
        window.removeEventListener("focus", look);
        document.removeEventListener("visibilitychange", look);
        dialog.remove();
        waiting = null;
        resolve();
      }
      window.addEventListener("focus", look);
      document.addEventListener("visibilitychange", look);
    });
    return waiting;
  }

  // ---- messages -----------------------------------------------------------------------------
  let count = 0;
  function toast(message, kind = "info") {
    if (!message || !$("toast")) return;
    const part = (type, props) => ({ namespace: "dash_html_components", type, props });
    const close = part("Button", { children: "×", type: "button", className: "sx-toast-close", "aria-label": words().close });
    const linger = kind === "problem" ? " sx-toast-linger" : "";
    const card = part("Div", { children: [part("Span", { children: message }), close], className: `sx-toast sx-toast-${kind}${linger}`, key: `c${++count}` });
    window.dash_clientside.set_props("toast", { children: [card] });
  }

  // Whoever dismisses a message by keyboard goes on where they were before it.
  let before = null;
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest(".sx-toasts")) before = target;
  });
  function dismiss(card) {
    const held = card.contains(document.activeElement);
    card.hidden = true;
    if (held) (before?.isConnected ? before : $("page")).focus({ preventScroll: true });
  }

  // ---- clicks and keys ------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    for (const menu of document.querySelectorAll("details.sx-menu[open]")) {
      if (!menu.contains(event.target) || on(".sx-nav-menu a")) menu.open = false;
    }
    if (on(".sx-toast-close") || on("#undo")) dismiss(on(".sx-toast"));
    if (on("#theme-toggle")) {
      const theme = window.sourcingxTheme.toggle();
      window.fetch("/preferences/theme", { method: "POST", body: new URLSearchParams({ theme }) });
    }
    if (on("#sign-out")) signOut();
    if (on(".sx-skip")) { event.preventDefault(); $("page").focus(); }
  });
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("details.sx-menu[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  // Whoever signs out in one tab wants nobody to go on in the others. What was typed there waits for the next sign-in.
  const tabs = new BroadcastChannel("sx-sign-in");
  tabs.addEventListener("message", () => signedInAgain());
  async function signOut() {
    await window.fetch("/logout", { method: "POST", redirect: "manual" });
    tabs.postMessage("out");
    // From there it may go on to the identity provider, where only a page may lead and no call.
    location.assign("/login/out");
  }

  // ---- moments --------------------------------------------------------------------------------
  // Made when first needed: a browser reads its tables of dates for it, which takes longer than this whole file.
  let inZone = null;
  let due = false;
  function writeMoments() {
    due = false;
    for (const element of document.querySelectorAll("time.sx-time")) {
      if (element.shown === element.dateTime) continue;
      element.shown = element.dateTime;
      element.title = element.textContent;
      inZone ||= new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
      element.textContent = inZone.format(new Date(element.dateTime));
    }
  }
  new MutationObserver(() => {
    if (!due) { due = true; requestAnimationFrame(writeMoments); }
  }).observe(document.body, { childList: true, subtree: true });

  // ---- clientside callbacks --------------------------------------------------------------------
  const skip = () => window.dash_clientside.no_update;
  let at = null;
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    shell: {
      printPage: (clicks) => {
        if (clicks) window.print();
        return "";
      },
      // A page was shown: name the window after it, mark its place in the navigation, move the focus.
      arrived(_, pathname) {
        requestAnimationFrame(() => setTimeout(() => {
          const heading = document.querySelector("#page h1");
          if (heading) document.title = `${heading.textContent} · ${words().product}`;
          for (const link of document.querySelectorAll("#nav a, #nav-menu a")) {
            const path = link.getAttribute("href");
            // One link leads to all pages of the administration.
            const section = path.replace(/^\/admin\/.*/, "/admin/");
            const here = path === "/" ? pathname === "/" || pathname.startsWith("/search/") : pathname.startsWith(section);
            if (here) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
          }
          if (at !== null && at !== pathname && !$("page").contains(document.activeElement)) $("page").focus();
          at = pathname;
          document.dispatchEvent(new Event("sx-arrived"));
        }));
      },
      close: (clicks) => (clicks ? false : skip()),
      hidden_unless_named: (visibility) => visibility !== "named",
    },
  });

  window.sourcingx = { toast, csrf: () => meta.content };
})();
