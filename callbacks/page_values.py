"""Values as a page sends them, read: whatever is none of ours is refused in one way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from layouts import text
from services.errors import BadInput


def uuid(raw: Any) -> UUID:
    """A search's id. Raises BadInput."""
    try:
        return UUID(str(raw))
    except ValueError as error:
        raise BadInput(text.UNKNOWN_CALL) from error


def number(raw: Any) -> int:
    """An id that a page holds as a number. Raises BadInput."""
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw < 2**63:
        raise BadInput(text.UNKNOWN_CALL)
    return raw


def agreed(raw: Any) -> tuple[UUID, int]:
    """A search whose sample data shall go, and how many other files had brought people in when that was asked. Raises
    BadInput."""
    found = raw if isinstance(raw, dict) else {}
    added = found.get("added")
    return uuid(found.get("search")), number(added) if added else 0


def digits(raw: Any) -> int:
    """An id that a page holds as text, as those of rows are. Raises BadInput."""
    shown = str(raw)
    if not (shown.isascii() and shown.isdecimal() and len(shown) < 19):
        raise BadInput(text.UNKNOWN_CALL)
    return int(shown)
