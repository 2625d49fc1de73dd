"""No connection left, no time left, no room left: one clear sentence soon, and nothing half written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask

from layouts import ids
from services import ROOT
from services.access.identity import Actor
from services.config import child_environ
from services.db import Database
from services.exports import exports
from services.grid.grid_view import View
from services.operations import operations
from services.runs import jobs, runs
from services.runs.job_runner import MAX_ATTEMPTS, Runner
from services.runtime import Runtime
from services.searches import searches
from tests.change_runs import run_row
from tests.integration.test_import import many
from tests.integration.test_import import start as start_import
from tests.integration.test_upload import stored
from tests.team import Team, toast_of
from tests.web import Browser, call

pytestmark = pytest.mark.faults


@pytest.fixture
def team(rt: Runtime, alice: Actor) -> Team:
    return Team(rt, alice)


def rows_of(client: Browser, page: dict[str, Any]) -> Any:
    """The first block of a page, as the grid asks for it."""
    request = {"startRow": 0, "endRow": 100, "sortModel": [{"colId": "full_name", "sort": "asc"}], "filterModel": {}}
    return call(
        client, "candidate-grid.getRowsResponse", [(ids.CANDIDATE_GRID, "getRowsRequest", request)],
        [(ids.GRID_VIEW, "data", page)],
    )  # fmt: skip


def shown(response: Any) -> int:
    return len(response.get_json()["response"][ids.CANDIDATE_GRID]["getRowsResponse"]["rowData"])


def test_without_a_free_connection_it_says_busy_and_stays_alive(
    rt: Runtime, server: Flask, client_for: Any, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    pool: Database = server.config["SOURCINGX_RUNTIME"].db
    with ExitStack() as held:
        for _ in range(pool.stats()["pool_max"]):
            held.enter_context(pool.connection())
        answer = rows_of(client, page)
        assert (answer.status_code, answer.get_json()) == (
            503, {"error": "The database is busy; try again in a moment."}
        )  # fmt: skip
        assert client.get("/healthz").get_json() == {"status": "ok"}
        document = client.get(f"/search/{team.search}", headers={"Accept": "text/html"})
        assert (document.status_code, "The database is busy" in document.get_data(as_text=True)) == (503, True)
    assert shown(rows_of(client, page)) == 30


def test_what_takes_too_long_is_stopped_and_the_grid_is_answered(
    rt: Runtime, server: Flask, client_for: Any, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    own: Runtime = server.config["SOURCINGX_RUNTIME"]
    usual, quick = own.db, Database(rt.settings.database_url, size=4, statement_timeout_ms=300)
    quick.open()
    own._db = quick
    try:
        with psycopg.connect(rt.settings.database_owner_url) as holder:
            # A query that would never come to its end.
            holder.execute("LOCK TABLE candidates IN ACCESS EXCLUSIVE MODE")
            answer = rows_of(client, page)
            told = answer.get_json()
            assert answer.status_code == 503
            assert told["sideUpdate"][ids.GRID_ANSWER]["data"]["error"].startswith("This took too long and was stopped")
            assert told["sideUpdate"][ids.GRID_ANSWER]["data"]["retry"] is True
            assert shown(answer) == 0
            assert client.get("/healthz").get_json() == {"status": "ok"}
    finally:
        own._db = usual
        quick.close()
    assert shown(rows_of(client, page)) == 30


@contextmanager
def full_disk(rt: Runtime, event: str, after: int = 0) -> Iterator[None]:
    """Postgres says of each such change of a person, or from so many in a search on, what it says of a full disk."""
    with psycopg.connect(rt.settings.database_owner_url, autocommit=True) as conn:
        conn.execute(f"""CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF (SELECT count(*) FROM public.candidates WHERE search_id = NEW.search_id) >= {after} THEN
                    RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file: canary';
                END IF;
                RETURN NEW;
            END $$""")
        conn.execute(f"CREATE TRIGGER disk_is_full BEFORE {event} ON candidates FOR EACH ROW"
                     " EXECUTE FUNCTION disk_is_full()")  # fmt: skip
    try:
        yield
    finally:
        with psycopg.connect(rt.settings.database_owner_url, autocommit=True) as conn:
            conn.execute("DROP FUNCTION disk_is_full CASCADE")


def test_a_database_without_room_changes_nothing_and_says_so(
    rt: Runtime, client_for: Any, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page, before = team.open(client), team.column("stage")
    with full_disk(rt, "UPDATE"):
        answer = team.act(client, page, "stage", "hired", ids=team.people[:3])
        assert answer.status_code == 503
        assert "The database has no room left; nothing was changed." in toast_of(answer)
        assert "canary" not in answer.get_data(as_text=True)
        assert shown(rows_of(client, page)) == 30
    assert team.column("stage") == before


def test_an_import_that_fills_the_disk_keeps_whole_batches_and_goes_on_later(
    rt: Runtime, alice: Actor, admin: Actor
) -> None:
    search_id = str(searches.create_search(rt, alice, "Leads").id)
    run_id = start_import(rt, alice, search_id, many(3000))
    with full_disk(rt, "INSERT", after=1500):
        for _ in range(MAX_ATTEMPTS + 1):
            Runner(rt, "test").execute(run_id)
        run = runs.get_run(rt, alice, run_id)
        assert run["state"] == "failed"
        assert run["message"].startswith("The database has no room left")
    with rt.db.connection() as conn:
        kept = conn.execute("SELECT count(*) AS n FROM candidates").fetchone()
    assert kept is not None and 0 < kept["n"] == run["done"] < 3000
    # The admin made room.
    operations.retry(rt, admin, run_id)
    Runner(rt, "test").execute(run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["done"], run["counts"]["added"]) == ("done", 3000, 3000)
    with rt.db.connection() as conn:
        found = conn.execute("SELECT count(*) AS n, count(DISTINCT name_key) AS d FROM candidates").fetchone()
    assert found == {"n": 3000, "d": 3000}


def test_an_export_that_fills_the_disk_leaves_no_file_and_goes_on_later(rt: Runtime, alice: Actor, team: Team) -> None:
    """In a process that may write files of 1 KiB only."""
    params = exports.read_params(View.of(team.search), None, {"all": True}, "csv", None)
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, alice, "export", str(team.search), params)
    subprocess.run(
        ["bash", "-c", 'ulimit -f 1; exec "$@"', "-", sys.executable, "-m", "tests.run_one", str(run_id)],
        cwd=ROOT, env=child_environ(rt.settings), check=True, timeout=120,
    )  # fmt: skip
    waiting = run_row(rt, run_id)
    assert (waiting["state"], waiting["attempts"]) == ("queued", 1)
    assert stored(rt) == []
    Runner(rt, "test").execute(run_id)
    assert run_row(rt, run_id)["state"] == "done"
    assert len(stored(rt)) == 1
