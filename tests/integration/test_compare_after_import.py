"""After an import its people are compared with everyone known, in nobody's way, and also when a worker is killed."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.errors import Conflict
from services.imports import imports_first
from services.people import duplicates, duplicates_job
from services.runs import runs
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.searches import searches
from tests.change_runs import work
from tests.integration.test_import import start as start_import
from tests.integration.test_jobs import WAIT_S, row, spawn
from tests.integration.test_upload import REPORT
from tests.people import add_search
from tests.two_people import add_person, one, rows
from tests.waiting import until
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]

HEAD = "Name,Job title,Company,LinkedIn\n"
COMPARISONS = "SELECT id, state, params, done, total FROM runs WHERE kind = 'find_duplicates' ORDER BY id"


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Leads").id)


def bring(rt: Runtime, actor: Actor, search: str, *lines: str) -> int:
    """An import that is done; its run's id."""
    run_id = start_import(rt, actor, search, HEAD + "\n".join(lines) + "\n")
    work(rt, run_id)
    assert row(rt, run_id)["state"] == "done"
    return run_id


def known(rt: Runtime, actor: Actor, *names: str, visibility: str = "team") -> None:
    """People who are in another search already, and were never compared."""
    with rt.db.connection() as conn:
        other = add_search(conn, actor, visibility)
    for name in names:
        add_person(rt, [other], actor, full_name=name, title="Engineer", company="Acme")


def compare(rt: Runtime) -> dict[str, Any]:
    """Do the comparison that waits."""
    run_id = one(rt, "SELECT id FROM runs WHERE kind = 'find_duplicates' AND state = 'queued'")["id"]
    work(rt, run_id)
    return row(rt, run_id)


def report(rt: Runtime, client: Any, run_id: int, search: str) -> tuple[str, bool]:
    """The import page's report, and whether it asks again."""
    given = [(ids.IMPORT_CLOCK, "n_intervals", 1), (ids.IMPORT_RUN, "data", run_id)]
    found = call(client, REPORT, given, [(ids.IMPORT_SEARCH, "data", search)]).get_json()["response"]
    return json.dumps(found[ids.IMPORT_REPORT]), not found[ids.IMPORT_CLOCK]["disabled"]


# -- whom, and what is said ------------------------------------------------------------------------


def test_the_people_of_an_import_are_compared_and_nobody_else(rt: Runtime, alice: Actor, search: str) -> None:
    known(rt, alice, "Ana Lima", "Ben Okoro", "Ben Okoro")
    import_run = bring(rt, alice, search, "Ana Lima,Engineer,Acme,https://linkedin.com/in/ana", "Cem Kaya,CTO,Globex,")
    (waiting,) = rows(rt, COMPARISONS)
    assert (waiting["state"], waiting["params"]) == ("queued", {"import_run": import_run})
    done = compare(rt)
    assert (done["state"], done["done"], done["total"]) == ("done", 2, 2)
    # The two Bens, who were there before, are for a comparison of everyone. Ana is not found among those who
    # have no keys yet.
    assert len(rows(rt, "SELECT 1 FROM identity_checks")) == 2


def test_who_was_changed_by_an_import_is_compared_again(rt: Runtime, alice: Actor, search: str) -> None:
    bring(rt, alice, search, "Ana Lima,Engineer,Acme,https://linkedin.com/in/ana", "Ben Okoro,CTO,Globex,")
    compare(rt)
    bring(rt, alice, search, "Ana Lima,Director,Initech,https://linkedin.com/in/ana", "Ben Okoro,CTO,Globex,")
    assert compare(rt)["done"] == 1


def test_an_import_that_brings_nothing_new_compares_nobody(rt: Runtime, alice: Actor, search: str) -> None:
    line = "Ana Lima,Engineer,Acme,https://linkedin.com/in/ana"
    bring(rt, alice, search, line)
    compare(rt)
    bring(rt, alice, search, line)
    assert len(rows(rt, COMPARISONS)) == 1


def test_a_comparison_of_everyone_that_waits_will_see_them(rt: Runtime, alice: Actor, search: str) -> None:
    duplicates.start_find(rt, alice)
    bring(rt, alice, search, "Ana Lima,Engineer,Acme,")
    assert [found["params"] for found in rows(rt, COMPARISONS)] == [{}]


def test_everyone_can_be_compared_while_an_imports_people_wait(rt: Runtime, alice: Actor, search: str) -> None:
    bring(rt, alice, search, "Ana Lima,Engineer,Acme,")
    duplicates.start_find(rt, alice)
    with pytest.raises(Conflict, match="already"):
        duplicates.start_find(rt, alice)


def test_the_report_says_what_came_of_it(rt: Runtime, alice: Actor, search: str, client_for: ClientFor) -> None:
    client = client_for(alice)
    first = bring(rt, alice, search, "Ana Lima,Engineer,Acme,https://linkedin.com/in/ana")
    said, asks = report(rt, client, first, search)
    assert text.IMPORT_COMPARING in said and asks
    compare(rt)
    said, asks = report(rt, client, first, search)
    assert text.IMPORT_NO_PAIRS in said and not asks
    second = bring(rt, alice, search, "Lima Ana,Engineer,Acme GmbH,")
    compare(rt)
    said, _ = report(rt, client, second, search)
    assert text.IMPORT_PAIRS_ONE in said
    assert f"/duplicates?search={search}" in said
    page = client.get(f"/search/{search}/import?run={second}")
    assert page.status_code == 200


def test_a_comparison_that_was_cancelled_is_said(rt: Runtime, alice: Actor, search: str, client_for: ClientFor) -> None:
    import_run = bring(rt, alice, search, "Ana Lima,Engineer,Acme,")
    runs.cancel_run(rt, alice, one(rt, COMPARISONS)["id"])
    said, asks = report(rt, client_for(alice), import_run, search)
    assert "Find duplicates" in said and not asks


def test_pairs_with_people_one_may_not_see_are_not_counted(
    rt: Runtime, alice: Actor, bob: Actor, search: str, client_for: ClientFor
) -> None:
    known(rt, alice, "Ana Lima", visibility="private")
    duplicates.start_find(rt, alice)
    compare(rt)
    import_run = bring(rt, bob, search, "Ana Lima,Engineer,Acme,https://linkedin.com/in/ana")
    compare(rt)
    assert one(rt, "SELECT count(*) AS n FROM duplicate_pairs") == {"n": 1}
    found = duplicates.after_import(rt, bob, import_run)
    assert found is not None and found.pairs == 0
    assert (duplicates.after_import(rt, alice, import_run) or found).pairs == 1
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private' WHERE id = %s", [search])
    assert duplicates.after_import(rt, bob, import_run) is None, "it is Alice's own now"


# -- in nobody's way -------------------------------------------------------------------------------


class Waiting:
    """A handle that counts how often it is waited on."""

    def __init__(self, rt: Runtime, import_ends_after: int) -> None:
        self.rt, self.left, self.waits = rt, import_ends_after, 0

    def wait(self, seconds: float) -> None:
        self.waits += 1
        self.left -= 1
        if self.left == 0:
            rows(self.rt, "UPDATE runs SET state = 'done' WHERE kind = 'import'")


@pytest.mark.parametrize(("ends_after", "waits"), [(3, 3), (10_000, 120)])
def test_it_steps_aside_for_an_import_but_not_for_ever(rt: Runtime, alice: Actor, ends_after: int, waits: int) -> None:
    rows(rt, "INSERT INTO runs (kind, user_id, state, heartbeat_at)"
             " VALUES ('import', %s, 'running', now() + interval '1 hour')", alice.user_id)  # fmt: skip
    handle: Any = Waiting(rt, ends_after)
    imports_first.step_aside(rt, handle)
    assert handle.waits == waits


def test_a_dead_imports_run_is_not_waited_for(rt: Runtime, alice: Actor) -> None:
    rows(rt, "INSERT INTO runs (kind, user_id, state, heartbeat_at)"
             " VALUES ('import', %s, 'running', now() - interval '1 hour')", alice.user_id)  # fmt: skip
    handle: Any = Waiting(rt, 5)
    imports_first.step_aside(rt, handle)
    assert handle.waits == 0


def test_it_waits_between_batches(rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates_job, "BATCH", 1)
    asked: list[int] = []

    def step_aside(_: Runtime, handle: RunHandle) -> None:
        asked.append(handle.done)

    monkeypatch.setattr(duplicates_job, "step_aside", step_aside)
    bring(rt, alice, search, "Ana Lima,Engineer,Acme,", "Ben Okoro,CTO,Globex,")
    compare(rt)
    assert asked == [0, 1, 2]


def test_a_comparison_that_is_killed_leaves_no_locks_and_no_import_waits_for_it(
    rt: Runtime, alice: Actor, search: str
) -> None:
    """A real worker, kill -9 while a statement of the comparison waits, with its locks held."""
    bring(rt, alice, search, "Ana Lima,Engineer,Acme,https://linkedin.com/in/ana",
          "Lima Ana,Engineer,Acme GmbH,")  # fmt: skip
    comparison = one(rt, COMPARISONS)["id"]
    stuck = ("SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()"
             " AND wait_event_type = 'Lock' AND query LIKE '%%FOR KEY SHARE OF p%%'")  # fmt: skip
    held = ("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND objid = (hashtext('sourcingx duplicates')::bigint & 4294967295)::oid")  # fmt: skip
    # As an erasure or a merge does for a moment; a connection of ours would be ended if it rested for half a minute.
    with psycopg.connect(rt.settings.database_url) as conn:
        conn.execute("SELECT id FROM profiles ORDER BY id FOR UPDATE")
        killed = spawn(rt)
        try:
            until(lambda: one(rt, stuck)["n"] == 1)
        finally:
            killed.send_signal(signal.SIGKILL)
            killed.communicate(timeout=WAIT_S)
        # Postgres notices although what the statement waits for is still there.
        until(lambda: one(rt, held)["n"] == 0)
        again = start_import(rt, alice, search, HEAD + "Ben Okoro,CTO,Globex,\n")
        last = spawn(rt)
        try:
            until(lambda: row(rt, again)["state"] == "done")
            assert row(rt, comparison)["state"] in ("queued", "running")
            conn.commit()
            until(lambda: {found["state"] for found in rows(rt, COMPARISONS)} == {"done"})
        finally:
            last.send_signal(signal.SIGTERM)
            last.communicate(timeout=WAIT_S)
    # Whichever of the two met whom.
    assert sum(found["done"] for found in rows(rt, COMPARISONS)) == 3
    assert one(rt, "SELECT count(*) AS n FROM duplicate_pairs") == {"n": 1}


def test_the_server_looks_whether_its_client_lives(rt: Runtime) -> None:
    assert one(rt, "SHOW client_connection_check_interval") == {"client_connection_check_interval": "1s"}
