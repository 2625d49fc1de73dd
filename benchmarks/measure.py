"""How a figure is measured: arms interleaved in one run, medians and p95, and what noise there was."""

from __future__ import annotations

import os
import platform
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

NOISY = 0.25
# How a note begins that says why its figure misses.
CAUSE = "cause: "


@dataclass
class Figure:
    """One line of latest.json. `passes` is None where the goal only asks to report.

    cause: why the goal is missed where it is. It stands beside the goal in the code, and in the note of
    a figure that misses; a miss of which nobody has found the cause has none, and a test asks for it.
    """

    name: str
    goal: str
    value: float
    unit: str
    passes: bool | None
    baseline: float | None = None
    ratio: float | None = None
    arms: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    n: int = 0
    noisy: bool = False
    note: str = ""
    cause: str = ""

    @property
    def is_unexplained(self) -> bool:
        """Missed, and nobody knows why."""
        return self.passes is False and not self.cause

    def told(self) -> str:
        """The note, which names the cause of a miss."""
        cause = f"{CAUSE}{self.cause}" if self.passes is False and self.cause else ""
        return "; ".join(filter(None, (self.note, cause)))

    def as_json(self) -> dict[str, Any]:
        kept = {key: _rounded(value) for key, value in asdict(self).items() if key != "cause"}
        return kept | {"note": self.told()}

    def line(self) -> str:
        mark = {True: "ok  ", False: "MISS", None: "    "}[self.passes]
        ratio = "" if self.ratio is None else f"  ratio {self.ratio:.2f}"
        noisy = "  (noisy)" if self.noisy else ""
        return f"{mark} {self.name:18} {self.value:10.2f} {self.unit:6}{ratio}  goal: {self.goal}{noisy} {self.told()}"


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * (len(values) - 1)))]


def summary(values: list[float]) -> dict[str, float]:
    """median, p95, min in the unit of the values, and how many there are."""
    return {"median": statistics.median(values), "p95": p95(values), "min": min(values), "n": len(values)}


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds of one call, by the monotonic clock."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def interleaved(arms: Mapping[str, Callable[[], Any]], rounds: int, seed: int = 1) -> dict[str, list[float]]:
    """Milliseconds of every call of every arm: one call each a round, in an order that changes."""
    order, found = list(arms), {name: [] for name in arms}
    shuffle = random.Random(seed)
    for _ in range(rounds):
        shuffle.shuffle(order)
        for name in order:
            found[name].append(timed(arms[name]))
    return found


def is_noisy(values: list[float]) -> bool:
    """Whether the two halves of the same arm differ by more than a quarter: the machine was busy."""
    half = len(values) // 2
    if half < 3:
        return False
    first, second = statistics.median(values[:half]), statistics.median(values[half:])
    return abs(first - second) > NOISY * min(first, second)


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "load_before": [round(value, 2) for value in os.getloadavg()],
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    return value
