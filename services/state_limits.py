"""Session state stays small: the guard that refuses what would turn it into a copy of the data.

A value that a page, a cookie, a session's row, a preference or a memo keeps has at most 100 items in any
list and 10 KB as JSON. Ordered id lists have limits of their own (services.grid.id_lists). What is only
handed over, shown and dropped is no state; the callers name such values one by one.
"""

from __future__ import annotations

import json
from typing import Any

MOST_ITEMS = 100
MOST_BYTES = 10_000


class StateTooLarge(ValueError):
    """A fault of ours: something keeps data where only ids, counts and choices belong."""


def check(name: str, value: Any) -> None:
    """Raises StateTooLarge, which names the place and the size and never the value."""
    if value is None or isinstance(value, bool | int | float):
        return
    if (items := longest(value)) > MOST_ITEMS:
        raise StateTooLarge(f"{name} has {items} items; at most {MOST_ITEMS} are kept")
    if (size := len(json.dumps(value, default=str))) > MOST_BYTES:
        raise StateTooLarge(f"{name} has {size} bytes; at most {MOST_BYTES} are kept")


def longest(value: Any) -> int:
    """The number of items of the longest list or mapping in a value."""
    if isinstance(value, dict):
        return max(len(value), *(longest(v) for v in value.values()), 0)
    if isinstance(value, list | tuple | set | frozenset):
        return max(len(value), *(longest(v) for v in value), 0)
    return 0
