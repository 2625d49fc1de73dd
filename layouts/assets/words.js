/* Words of the search text are marked within the open person and in triage, where a long profile has them. Nothing of the
   page changes for it (CSS.highlights); a browser without that marks nothing. */
(function () {
  "use strict";
  if (!window.CSS || !CSS.highlights) return;
  const PLACES = "#candidate-drawer, #triage-body";
  const MOST = 500;
  const letter = "[\\p{L}\\p{N}]";

  // As the search compares: without accents and case. Each sign stays one, so that places stay places.
  const fold = (text) => text.replace(/[^\x00-\x7f]/g, (sign) => sign.normalize("NFD").charAt(0)).toLowerCase();

  // What services/grid/search_text.py reads, less what must not be there.
  function pattern(query) {
    const found = [];
    for (const [, minus, phrase, word] of fold(query).matchAll(/(-)?(?:"([^"]*)"?|([^\s"]+))/g)) {
      const text = (phrase ?? word.replace(/\*+$/, "")).trim();
      if (minus || !/[\p{L}\p{N}]/u.test(text)) continue;
      const signs = text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/\s+/g, "\\s+");
      found.push(signs + (word && word.endsWith("*") ? `${letter}*` : `(?!${letter})`));
    }
    if (!found.length) return null;
    found.sort((one, other) => other.length - one.length);
    return new RegExp(`(?<!${letter})(?:${found.slice(0, 20).join("|")})`, "gu");
  }

  function ranges(place, words) {
    const found = [];
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node && found.length < MOST; node = texts.nextNode()) {
      for (const { index, 0: text } of fold(node.data).matchAll(words)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + text.length);
        found.push(range);
      }
    }
    return found;
  }

  function mark() {
    due = false;
    const words = pattern(new URLSearchParams(location.search).get("q") || "");
    const found = words ? [...document.querySelectorAll(PLACES)].flatMap((place) => ranges(place, words)) : [];
    if (found.length) CSS.highlights.set("sx-words", new Highlight(...found));
    else CSS.highlights.delete("sx-words");
  }

  let due = false;
  // A page that comes with one of them is one change of what it stands in.
  const within = ({ target }) => target.closest(PLACES) || target.querySelector(PLACES);
  new MutationObserver((changes) => {
    if (due || !changes.some(within)) return;
    due = true;
    requestAnimationFrame(mark);
  }).observe(document.body, { childList: true, subtree: true });
})();
