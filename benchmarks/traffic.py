"""Traffic of a team, as an open loop: each request when it is due, whatever the others take, and each block of
rows compared with the truth."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.stage import Stage
from benchmarks.visits import ACTIONS
from benchmarks.web import Session, read_rows
from services.grid import result_sets
from services.grid.grid_view import View
from services.grid.id_lists import IdList
from services.runtime import Runtime

USERS = 50
EVERY_S = 2.0
# What people look at: the usual views of a team, so that lists are shared as they are in life.
VIEWS: tuple[dict[str, Any], ...] = (
    {"sort": [{"colId": "score", "sort": "desc"}]},
    {"sort": [{"colId": "full_name", "sort": "asc"}]},
    {"sort": [{"colId": "company", "sort": "asc"}]},
    {"sort": [{"colId": "years_experience", "sort": "desc"}]},
    {"q": "python"},
    {"q": "engineer"},
    {"q": "kowalski"},
    {"filters": {"title": {"filterType": "text", "type": "contains", "filter": "engineer"}}},
)
LATE_S = 0.05


@dataclass
class Load:
    """What came of some seconds of traffic. took: ms from when each request was due to the last byte of its
    answer, failures included.

    wrong: answers of which a row, their order or the exact count differs from the truth. failed: no
    answer, or one that says so; causes: by the name of their error. late: sent more than 50 ms late.
    """

    took: list[float] = field(default_factory=list)
    wrong: int = 0
    failed: int = 0
    late: int = 0
    causes: Counter[str] = field(default_factory=Counter)

    def percentile(self, share: float) -> float:
        return sorted(self.took)[int(share * (len(self.took) - 1))]

    def told(self) -> str:
        """For a figure's note."""
        why = "".join(f" ({n} {name})" for name, n in self.causes.items())
        return f"{self.failed} failed{why}, {self.wrong} wrong, {self.late} sent late"


class Traffic:
    """People who jump about in VIEWS of a search. truth: everyone in each view, in its order."""

    def __init__(self, search_id: str, truth: Sequence[IdList], sessions: Sequence[Session]) -> None:
        self._search_id, self._truth, self.sessions = search_id, truth, sessions

    @classmethod
    def of(cls, stage: Stage, search_id: str = "", users: int = USERS) -> Traffic:
        """People in a search, the large one by default, each of whom has seen a first page and its exact count:
        the page asks for it by itself, and the list that the next jumps read is built for it.
        """
        search_id = search_id or stage.searches["large"]
        made = cls(search_id, _truth(stage, search_id), [stage.session(number) for number in range(users)])
        for number, session in enumerate(made.sessions):
            session.rows(search_id, 0, **VIEWS[number % len(VIEWS)])
            session.count(search_id, **VIEWS[number % len(VIEWS)])
        return made

    def run(
        self,
        seconds: float,
        rate: float,
        *,
        sessions: Sequence[Session] = (),
        events: Sequence[tuple[float, Callable[[], None]]] = (),
        others: float = 0.0,
    ) -> Load:
        """`rate` requests a second. events: (share of the time, what happens then), in their order.

        others: this share of the requests are other things that people do (benchmarks.visits).
        """
        used, load, lock, rng = sessions or self.sessions, Load(), threading.Lock(), random.Random(5)
        start = time.perf_counter() + 0.2

        def act(due: float, session: Session, choice: int, at: int, other: str) -> None:
            _wait_until(due)
            begun, ended, wrong, cause = time.perf_counter(), 0.0, False, ""
            try:
                if other:
                    ACTIONS[other](session, self._search_id, self._truth[choice].slice(at, at + 1).ids[0])
                    ended = time.perf_counter()
                else:
                    answer = session.block(self._search_id, at, **VIEWS[choice])
                    ended = time.perf_counter()
                    wrong = not self._is_right(read_rows(answer), choice, at)
            except Exception as error:
                cause, ended = type(error).__name__, ended or time.perf_counter()
            with lock:
                load.took.append((ended - due) * 1000)
                load.wrong += wrong
                load.failed += bool(cause)
                load.late += begun - due > LATE_S
                if cause:
                    load.causes[cause] += 1

        with ThreadPoolExecutor(max_workers=USERS) as pool:
            for number in range(int(seconds * rate)):
                choice = rng.randrange(len(VIEWS))
                at = rng.randrange(0, max(1, self._truth[choice].total // 100)) * 100
                other = rng.choice(list(ACTIONS)) if rng.random() < others else ""
                pool.submit(act, start + number / rate, used[number % len(used)], choice, at, other)
            for share, happens in events:
                _wait_until(start + share * seconds)
                happens()
        return load

    def _is_right(self, answer: dict[str, Any], choice: int, at: int) -> bool:
        truth = self._truth[choice].slice(at, at + 100)
        shown = [int(row["id"]) for row in answer["rowData"]]
        counted = answer["rowCount"] == truth.total or not answer["meta"]["exact"]
        return shown == truth.ids and counted


def _truth(stage: Stage, search_id: str) -> list[IdList]:
    """Everyone in each view, read from the tables by a process that has no Redis: nothing kept can be in it."""
    rt = Runtime(replace(stage.settings, redis_url="unix:///nowhere.sock"))
    rt.open()
    try:
        views = [
            View.of(search_id, status="all", q=v.get("q", ""), filters=v.get("filters"), sort=v.get("sort", []))
            for v in VIEWS
        ]
        return [result_sets.whole_list(rt, stage.actor, view, None)[0] for view in views]
    finally:
        rt.close()


def _wait_until(moment: float) -> None:
    wait = moment - time.perf_counter()
    if wait > 0:
        time.sleep(wait)
