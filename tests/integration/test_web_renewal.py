"""gunicorn replaces its workers, by itself and when it is told to, and nobody who is reading notices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest

from benchmarks.visits import visit
from benchmarks.web import Web, serving, sign_in
from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from tests.grid_reference import load_rows, ordered
from tests.people import add_people, add_search, varied
from tests.waiting import until

READERS, BLOCKS = 4, 30


@pytest.mark.faults
def test_no_request_is_lost_while_workers_are_replaced(
    rt: Runtime, alice: Actor, settings: Settings, tmp_path: Path
) -> None:
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
        add_people(conn, search_id, varied(300))
    with rt.db.connection() as conn:
        rows = load_rows(conn, search_id)
    everyone = [str(row.id) for row in ordered(rows, [("score", "desc")])]
    few = {"WEB_WORKERS": "2", "GUNICORN_CMD_ARGS": "--max-requests 20 --max-requests-jitter 20"}

    with serving(settings, tmp_path / "web", few) as web:
        sessions = [sign_in(rt, web, "alice@example.com") for _ in range(READERS)]
        first = web.workers()
        visit(sessions[0], str(search_id), 100)

        def read(number: int) -> list[str]:
            start = number % 3 * 100
            found = sessions[number % READERS].rows(str(search_id), start)
            return [row["id"] for row in found["rowData"]]

        with ThreadPoolExecutor(READERS) as pool:
            asked = {pool.submit(read, number): number % 3 * 100 for number in range(READERS * BLOCKS)}
            for done, answer in enumerate(as_completed(asked)):
                assert answer.result() == everyone[asked[answer] : asked[answer] + 100]
                if done in (20, 60):
                    web.renew()
        until(lambda: _are_others(web, first), "no worker was replaced")


def _are_others(web: Web, before: set[int]) -> bool:
    return len(web.workers()) == 2 and not web.workers() & before
