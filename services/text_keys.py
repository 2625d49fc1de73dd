"""One notion of "equal" for texts, near to sx_key of the database: without accents and case. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(16_384)
def text_key(text: str) -> str:
    """ "Ana  García" → "ana  garcia"."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
