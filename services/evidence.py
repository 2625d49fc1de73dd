"""Whether a quote that a model gave as evidence really stands in the profile. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

MIN_QUOTE_CHARS = 3


def quote_is_verbatim(fields: Mapping[str, str], field: str, quote: str) -> bool:
    """True when `quote` occurs in `fields[field]`.

    Both are compared after Unicode NFKC normalisation, with case and runs of whitespace folded and
    invisible format characters dropped, so that a line break, a no-break space or a capital is no
    difference, while any other change of wording is. A quote with fewer than 3 characters left
    proves nothing and is false, as is a quote of a field that is not there.

    `fields` are the fields that the model was shown (`JudgePrompt.fields`), not the raw profile.
    """
    wanted = _folded(quote)
    return len(wanted) >= MIN_QUOTE_CHARS and wanted in _folded(fields.get(field) or "")


def _folded(text: str) -> str:
    # Case folding can undo a composition (and the other way round), hence NFKC before and after.
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(char for char in normal if unicodedata.category(char) != "Cf")
    return " ".join(seen.split())
