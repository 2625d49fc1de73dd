"""Bars of a histogram: round edges, few bars, no bar lost to one far value. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MOST_BARS = 24
# The last bar takes what lies above this share, so that one person with 90 years squeezes nobody.
SHOWN_SHARE = 0.995


@dataclass(frozen=True)
class Bars:
    """counts[i] lie from edges[i] up to, but without, edges[i + 1]; the last bar includes its end."""

    edges: list[float]
    counts: list[int]


def number_bars(steps: Sequence[tuple[int, int]], size: float, high: float, most: float | None = None) -> Bars:
    """(step, how many) of values floored to steps of `size` → at most 24 bars from 0.

    high: the largest value. most: the end of a scale that is always shown whole.
    """
    last = _last_step(steps) if most is None else math.ceil(most / size) - 1
    width = next(w for w in _round_widths() if (last + 1) / w <= MOST_BARS)
    bars = max(1, -(-(last + 1) // width))
    counts = [0] * bars
    for step, n in steps:
        counts[min(max(0, step // width), bars - 1)] += n
    # Rounded, since 0.05 is not exact in binary.
    edges = [round(i * width * size, 6) for i in range(bars + 1)]
    if most is None:
        edges[-1] = max(edges[-1], high)
    return Bars(edges, counts)


def day_edges(first: datetime, last: datetime, zone: str) -> list[date]:
    """At most 25 days, evenly apart, from the reader's day of `first` to the day after that of `last`."""
    start = first.astimezone(ZoneInfo(zone)).date()
    days = (last.astimezone(ZoneInfo(zone)).date() - start).days + 1
    width = -(-days // MOST_BARS)
    return [start + timedelta(days=i * width) for i in range(-(-days // width) + 1)]


def _last_step(steps: Sequence[tuple[int, int]]) -> int:
    """The step up to which nearly all lie."""
    wanted = SHOWN_SHARE * sum(n for _, n in steps)
    seen = 0
    for step, n in sorted(steps):
        seen += n
        if seen >= wanted:
            return max(0, step)
    return 0


def _round_widths() -> Sequence[int]:
    """1, 2, 5, 10, 20, …"""
    return [first * 10**power for power in range(8) for first in (1, 2, 5)]
