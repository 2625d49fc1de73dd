"""P6, grid traffic: 50 people, one action every 2 s each, over HTTP; and how much more it would take to hurt."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.measure import Figure, p95, summary
from benchmarks.stage import Session, Stage
from services import result_sets
from services.grid_view import View

USERS = 50
EVERY_S = 2.0
# What people look at: the usual views of a team, so that lists are shared as they are in life.
VIEWS = (
    {"sort": [{"colId": "score", "sort": "desc"}]},
    {"sort": [{"colId": "full_name", "sort": "asc"}]},
    {"sort": [{"colId": "company", "sort": "asc"}]},
    {"sort": [{"colId": "years_experience", "sort": "desc"}]},
    {"q": "python"},
    {"q": "engineer"},
    {"q": "kowalski"},
    {"filters": {"title": {"filterType": "text", "type": "contains", "filter": "engineer"}}},
)


def figures(stage: Stage) -> Iterator[Figure]:
    search_id = stage.searches["large"]
    sessions = [stage.session() for _ in range(USERS)]
    totals = []
    for view in VIEWS:
        made = View.of(
            search_id, status="all", q=view.get("q", ""), filters=view.get("filters"), sort=view.get("sort", [])
        )
        totals.append(result_sets.count(stage.rt, stage.actor, made, None).row_count)
    seconds = 5.0 if stage.quick else 40.0
    for number, session in enumerate(sessions):
        session.rows(search_id, 0, **VIEWS[number % len(VIEWS)])
    took, failed, behind = _run(sessions, search_id, totals, seconds, USERS / EVERY_S)
    worst = sorted(took)[int(0.99 * (len(took) - 1))]
    yield Figure(
        "P6-p99",
        "50 users, one action in 2 s: p99 <= 50 ms",
        worst,
        "ms",
        worst <= 50,
        arms={"requests": summary(took)},
        n=len(took),
        note=f"{failed} failed, {behind} sent late",
    )
    yield Figure("P6-failed", "failed requests = 0", failed, "", failed == 0, n=len(took))
    knee = 0.0
    for factor in (2, 3, 4, 5, 6, 8):
        took, failed, behind = _run(sessions, search_id, totals, seconds / 4, factor * USERS / EVERY_S)
        if failed or p95(took) > 100 or behind > len(took) / 20:
            break
        knee = factor
    yield Figure(
        "P6-knee", "load at which p95 stays under 100 ms >= 5x, generator on the same cores", knee, "x", knee >= 5
    )


def _run(
    sessions: list[Session], search_id: str, totals: list[int], seconds: float, rate: float
) -> tuple[list[float], int, int]:
    """Requests at a steady rate, whatever the answers take (open loop); ms from when each was due."""
    took: list[float] = []
    lock, failed, late = threading.Lock(), 0, 0
    start, rng = time.perf_counter() + 0.2, random.Random(5)
    plan = [(start + number / rate, number) for number in range(int(seconds * rate))]

    def act(due: float, number: int, choice: int, at: int) -> None:
        nonlocal failed, late
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        begun = time.perf_counter()
        try:
            answer = sessions[number % len(sessions)].rows(search_id, at, **VIEWS[choice])
            good = len(answer["rowData"]) == min(100, totals[choice] - at)
        except Exception:
            good = False
        with lock:
            took.append((time.perf_counter() - due) * 1000)
            failed += not good
            late += begun - due > 0.05

    with ThreadPoolExecutor(max_workers=USERS) as pool:
        for due, number in plan:
            choice = rng.randrange(len(VIEWS))
            at = rng.randrange(0, max(1, totals[choice] // 100)) * 100
            pool.submit(act, due, number, choice, at)
    return took, failed, late
