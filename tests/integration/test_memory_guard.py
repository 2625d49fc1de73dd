"""A web worker over its limit is replaced and nobody who is reading notices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.web import serving, sign_in
from services.access.identity import Actor
from services.config import Settings
from services.operations import process_figures
from services.operations.memory_guard import LOOKS_OF_GRACE, Guard
from services.operations.process_figures import ProcessFigures
from services.runtime import Runtime
from tests.people import add_people, add_search, varied
from tests.waiting import until

READERS = 4


def figures(pss: int) -> ProcessFigures:
    return ProcessFigures("web", "host", 1, 0, pss, pss, 100, {})


@pytest.mark.faults
def test_no_request_is_lost_when_workers_grow_over_their_limit(
    rt: Runtime, alice: Actor, settings: Settings, tmp_path: Path
) -> None:
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
        add_people(conn, search_id, varied(300))
    # Every worker is over it, sooner or later.
    tight = {"WEB_WORKERS": "2", "WEB_MEMORY_MB": "16", "FIGURES_S": "0.3"}
    with serving(settings, tmp_path / "web", tight) as web:
        sessions = [sign_in(rt, web, "alice@example.com") for _ in range(READERS)]
        first, seen = web.workers(), web.workers()

        def read(number: int) -> int:
            rows = 0
            while len(seen - first) < 3:
                rows += len(sessions[number].rows(str(search_id), 100)["rowData"])
                seen.update(web.workers())
            return rows

        with ThreadPoolExecutor(READERS) as pool:
            counts = list(pool.map(read, range(READERS)))
        until(lambda: len(web.workers()) == 2, "a worker is missing")
        assert all(count > 0 and count % 100 == 0 for count in counts)
        log = (tmp_path / "web" / "web.log").read_text()
    assert "above WEB_MEMORY_MB=16: it ends after its requests and is replaced" in log


def test_a_worker_is_given_time_before_it_is_replaced(tmp_path: Path) -> None:
    ended: list[int] = []
    guard = Guard(tmp_path, 100, lambda: ended.append(1))
    assert [guard.look(figures(101)) for _ in range(LOOKS_OF_GRACE)] == [False] * (LOOKS_OF_GRACE - 1) + [True]
    assert ended == [1]


def test_within_its_limit_or_without_one_it_stays(tmp_path: Path) -> None:
    within, without = (Guard(tmp_path, limit, lambda: None) for limit in (100, 0))
    assert not any(guard.look(figures(100)) for guard in (within, without) for _ in range(9))


def test_one_at_a_time_is_replaced(tmp_path: Path) -> None:
    one, other = (Guard(tmp_path, 100, lambda: None) for _ in range(2))
    assert [one.look(figures(101)) for _ in range(LOOKS_OF_GRACE)][-1]
    assert not any(other.look(figures(101)) for _ in range(9))


def test_every_process_tells_its_figures_until_it_ends(rt: Runtime) -> None:
    teller = process_figures.Teller(rt)
    teller.start()
    found = until(lambda: process_figures.processes(rt), "nothing was told")
    assert [(p.kind, p.limit) for p in found] == [("web", rt.settings.web_memory_mb << 20)]
    assert 0 < found[0].pss <= found[0].rss
    teller.stop()
    assert process_figures.processes(rt) == []
