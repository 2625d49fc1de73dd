"""Why an enrichment cannot ask: a vendor is held until a time or until a person acts, or the whole run pauses.

A run asks the other vendors meanwhile, and pauses only when nobody whom it could ask about is left with one that
may be asked.

Stopped     message: what to tell people; until: when it goes on by itself, None when someone says so
├── Paused  the run
└── Held    the vendor that was to be asked
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal


class Stopped(Exception):
    """Base of these two."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.message, self.until = message, until


class Paused(Stopped):
    """The run shall pause. needs: US dollars of a budget for its next request, where it goes on once there are."""

    def __init__(self, message: str, until: datetime | None = None, needs: Decimal | None = None) -> None:
        super().__init__(message, until)
        self.needs = needs


class Held(Stopped):
    """The vendor cannot be asked."""


class Holds:
    """The vendors that a run does not ask now, by name."""

    def __init__(self) -> None:
        self._holds: dict[str, Held] = {}

    def put(self, vendor: str, held: Held) -> None:
        self._holds[vendor] = held

    def vendors(self, now: datetime) -> set[str]:
        """Those that are held still; whose time has come is asked again."""
        self._holds = {name: one for name, one in self._holds.items() if one.until is None or one.until > now}
        return set(self._holds)

    def of(self, vendors: Iterable[str]) -> list[Held]:
        """Why some vendors are held, the one first that ends first."""
        found = [self._holds[name] for name in sorted(set(vendors)) if name in self._holds]
        return sorted(found, key=lambda one: (one.until is None, one.until or datetime.max))


def pause_for(reasons: Iterable[Held]) -> Paused:
    """All that is said of them, and the first time at which it is worth going on."""
    found = list(reasons)
    times = [one.until for one in found if one.until is not None]
    return Paused(" ".join(dict.fromkeys(one.message for one in found)), min(times, default=None))
