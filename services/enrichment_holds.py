"""Why an enrichment cannot ask: a vendor is held until a time or until a person acts, or the whole run pauses.

A run asks the other vendors meanwhile, and pauses only when nobody whom it could ask about is left with one that
may be asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


class Paused(Exception):
    """The run shall pause with this message; until: when it goes on by itself, None when someone says so."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.message, self.until = message, until


class Held(Exception):
    """The vendor that was to be asked cannot be, as in Paused."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.message, self.until = message, until


@dataclass(frozen=True)
class Hold:
    """until: None where waiting does not help."""

    message: str
    until: datetime | None


class Holds:
    """The vendors that a run does not ask now, by name."""

    def __init__(self) -> None:
        self._holds: dict[str, Hold] = {}

    def put(self, vendor: str, held: Held) -> None:
        self._holds[vendor] = Hold(held.message, held.until)

    def vendors(self, now: datetime) -> set[str]:
        """Those that are held still; whose time has come is asked again."""
        self._holds = {name: one for name, one in self._holds.items() if one.until is None or one.until > now}
        return set(self._holds)

    def of(self, vendors: Iterable[str]) -> list[Hold]:
        """The holds of some vendors, the one first that ends first."""
        found = [self._holds[name] for name in sorted(set(vendors)) if name in self._holds]
        return sorted(found, key=lambda one: (one.until is None, one.until or datetime.max))


def pause_for(reasons: Iterable[Hold]) -> Paused:
    """All that is said of them, and the first time at which it is worth going on."""
    found = list(reasons)
    times = [one.until for one in found if one.until is not None]
    return Paused(" ".join(dict.fromkeys(one.message for one in found)), min(times, default=None))
