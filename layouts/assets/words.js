/* Words of the search text are marked within the open person and in triage, where a long profile has them. Nothing of the
   page changes for it (CSS.highlights); a browser without that marks nothing. */
(function () {
  "use strict";
  if (!window.CSS || !CSS.highlights) return;
  const PLACES = "#candidate-drawer, #triage-body";
  const MOST = 500;
  const letter = "[\\p{L}\\p{N}]";
  const noLetter = "[^\\p{L}\\p{N}]";
  // Letters that no accent can be taken off.
  const PLAIN = { ø: "o", ł: "l", đ: "d", ħ: "h", ŧ: "t", ı: "i" };

  // As the search compares: without accents and case. Each sign stays one, so that places stay places.
  const plain = (sign) => {
    const first = sign.normalize("NFD").charAt(0).toLowerCase();
    return PLAIN[first] ?? first;
  };
  const fold = (text) => text.replace(/[^\x00-\x7f]/g, plain).toLowerCase();

  // What services/grid/search_text.py reads, less what must not be there. A star counts behind three letters in a row;
  // behind fewer it is a whole word that is looked for.
  function pattern(query) {
    const found = [];
    for (const [, minus, phrase, word] of fold(query).matchAll(/(-)?(?:"([^"]*)"?|([^\s"]+))/g)) {
      const text = (phrase ?? word.replace(/\*+$/, "")).trim();
      if (minus || !/[\p{L}\p{N}]/u.test(text)) continue;
      const signs = text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/\s+/g, `${noLetter}+`);
      const begins = word && word.endsWith("*") && /[\p{L}\p{N}]{3}/u.test(text);
      found.push(signs + (begins ? `${letter}*` : `(?!${letter})`));
    }
    if (!found.length) return null;
    found.sort((one, other) => other.length - one.length);
    return new RegExp(`(?<!${letter})(?:${found.slice(0, 20).join("|")})`, "gu");
  }

  function ranges(place, words) {
    const found = [];
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      for (const { index, 0: text } of fold(node.data).matchAll(words)) {
        if (found.length === MOST) return found;
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
  function markSoon() {
    if (due) return;
    due = true;
    requestAnimationFrame(mark);
  }
  // A page that comes with one of them is one change of what it stands in; the next person may be other text in the same
  // parts.
  const within = ({ target }) => {
    const at = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
    return at && (at.closest(PLACES) || at.querySelector(PLACES));
  };
  const watched = { childList: true, characterData: true, subtree: true };
  new MutationObserver((changes) => !due && changes.some(within) && markSoon()).observe(document.body, watched);
  // Another search text while someone is open.
  document.addEventListener("sx-address", markSoon);
  window.addEventListener("popstate", markSoon);
})();
