"""Whether a quote that a model gave as evidence really stands in the profile. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from services.screening.withholding import WITHHELD

MIN_QUOTE_CHARS = 3
# As it is given: a model is asked for 200 at most, and normalising can make one character into many.
MAX_QUOTE_CHARS = 1_000

# Words that prove nothing alone, however often they stand in a profile.
_EMPTY_WORDS = frozenset(
    "a an and any are as at be been but by can did do for from had has have he her his i if in into is it its me more"
    " my no not of on or our she so that the their them then there they this to up was we were what which who will with"
    " you your au aux avec das de del dem den der des die du ein eine einer el en et für im la las le les los mit"
    " par per pour que sur un una und une von y zu zum zur".split()
)


def quote_is_verbatim(fields: Mapping[str, str], field: str, quote: str) -> bool:
    """True when `quote` occurs in `fields[field]`.

    Both are compared after Unicode NFKC normalisation, with case and runs of whitespace folded and
    invisible format characters dropped, so that a line break, a no-break space or a capital is no
    difference, while any other change of wording is. A quote proves nothing and is false with fewer
    than 3 characters left, without a word of content ("the"), or with more than 1,000 as given; so is
    a quote of a field that is not there, and one of nothing but what was withheld.

    `fields` are the fields that the model was shown (`JudgePrompt.fields`), not the raw profile.
    """
    if len(quote) > MAX_QUOTE_CHARS:
        return False
    wanted = _folded(quote)
    return len(wanted) >= MIN_QUOTE_CHARS and _says_something(wanted) and wanted in _folded(fields.get(field) or "")


def _says_something(folded: str) -> bool:
    """Whether a word of it, sign or number is one that not every text has."""
    words = [word.strip(".,;:!?()[]{}\"'“”’–-") for word in folded.replace(WITHHELD, " ").split()]
    # A letter alone is an initial or the rest of a word, unless it is a word of its own as in Chinese.
    return any(re.search(r"\w", word) and (len(word) > 1 or not word.isascii() or word.isdigit())
               and word not in _EMPTY_WORDS for word in words)  # fmt: skip


def _folded(text: str) -> str:
    # Case folding can undo a composition (and the other way round), hence NFKC before and after.
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(char for char in normal if unicodedata.category(char) != "Cf")
    return " ".join(seen.split())
