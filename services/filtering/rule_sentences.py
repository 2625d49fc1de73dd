"""What rules say of themselves, from their parameters. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def words(terms: Sequence[str]) -> str:
    shown = ", ".join(f"“{term}”" for term in terms[:5])
    return shown + (f" and {len(terms) - 5} more" if len(terms) > 5 else "")


def about(what: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda p: (
        f"Leave out whose {what} {'has' if p['has'] else 'has none of'} "
        f"{'any of ' if p['has'] and len(p['terms']) > 1 else ''}{words(p['terms'])}"
    )


def _many(n: float, unit: str) -> str:
    """1 year, 2.5 years."""
    return f"{n:g} {unit if n != 1 else unit.removesuffix('s')}"


def value_range(what: str, unit: str) -> Callable[[Mapping[str, Any]], str]:
    def text(p: Mapping[str, Any]) -> str:
        parts = []
        if p["low"] is not None:
            parts.append(f"less than {_many(p['low'], unit)}")
        if p["high"] is not None:
            parts.append(f"more than {_many(p['high'], unit)}")
        return f"Leave out who has {' or '.join(parts)} {what}"

    return text


def hopper(p: Mapping[str, Any]) -> str:
    parts = []
    if p["average"] is not None:
        parts.append(f"stays less than {_many(p['average'], 'months')} on average")
    if p["moves"] is not None:
        parts.append(f"moved at least {_many(p['moves'], 'times')} in {_many(p['years'], 'years')}")
    return f"Leave out who {' or '.join(parts)}"


def listed(p: Mapping[str, Any]) -> str:
    verb = "is on" if p["listed"] else "is not on"
    how = {"exact": "", "contains": " (by words)", "fuzzy": f" (alike by {p['threshold']:g})"}[p["match"]]
    when = {"now": "", "before": " for an earlier employer", "ever": " for any employer"}[p["scope"]]
    return f"Leave out who {verb} the list “{p['list_name']}”{how}{when}"
