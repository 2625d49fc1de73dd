"""P2a, P2b: what the web server takes, after 50 people and for each one more up to 200."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.measure import Figure
from benchmarks.stage import Stage
from benchmarks.visits import visit
from benchmarks.web import Web
from services.operations import process_figures

AT_ONCE = 4
MOST_MIB, MOST_SLOPE_MIB = 130.0, 0.05
_SHARED = (
    "100 MiB are there before the first request; then each worker makes about 12 MiB of the master's pages its own,"
    " since Python writes its counts of references into whatever it uses"
)
# By one person, before any is counted: what is loaded and cached at a first use is nobody's.
WARM_UP = 30


def figures(stage: Stage) -> Iterator[Figure]:
    users, step = (20, 5) if stage.quick else (200, 10)
    search_id = stage.searches["large"]
    # Workers that were replaced meanwhile would hide what grows.
    with stage.serve(WEB_MAX_REQUESTS="0", WEB_MEMORY_MB="0") as web:
        begun = web_mib(web)
        _visits(stage, web, search_id, [None] * (3 if stage.quick else WARM_UP))
        sizes = [(0, web_mib(web))]
        for first in range(0, users, step):
            _visits(stage, web, search_id, range(first, first + step))
            sizes.append((first + step, web_mib(web)))
    told = f"{begun:.0f} MiB before the first request, {sizes[0][1]:.0f} after one person's visits"
    after = next(mib for sessions, mib in sizes if sessions >= min(50, users))
    yield Figure(
        "P2a", f"gunicorn's master and 2 workers, proportional set size after {min(50, users)} people <= 130 MiB",
        after, "MiB", after <= MOST_MIB, n=min(50, users), note=told, cause=_SHARED,
    )  # fmt: skip
    slope = slope_of(sizes)
    yield Figure(
        "P2b", f"growth from 0 to {users} sessions, by regression <= 0.05 MiB a session", slope, "MiB",
        # The first sessions of a short run still find something to load.
        None if stage.quick else slope <= MOST_SLOPE_MIB,
        arms={"mib": {str(sessions): mib for sessions, mib in sizes}}, n=len(sizes), note=told,
    )  # fmt: skip


def web_mib(web: Web) -> float:
    """Proportional set size of gunicorn's master and workers, in MiB."""
    return sum(process_figures.memory(pid)[0] for pid in (web.pid, *web.workers())) / 2**20


def slope_of(sizes: Sequence[tuple[float, float]]) -> float:
    """Of a straight line through (x, y), by least squares."""
    return statistics.linear_regression(*zip(*sizes, strict=True)).slope


def _visits(stage: Stage, web: Web, search_id: str, numbers: Sequence[int | None]) -> None:
    """Each signs in and makes a visit, four at a time. None: always the same one."""

    def one(number: int | None) -> None:
        place = random.Random(number or 0).randrange(stage.large // 200) * 100
        visit(stage.session(number, web), search_id, place)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, numbers))
