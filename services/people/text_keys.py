"""One notion of "equal" for texts, near to sx_key of the database: without accents and case. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def text_key(text: str) -> str:
    """ "Ana  García" → "ana  garcia"."""
    # Most texts, and quicker done than looked up.
    return text.lower() if text.isascii() else _folded(text)


@lru_cache(4096)
def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
