"""Runs from their start to their end, whatever happens to a worker in between."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any

import psycopg
import pytest

import sql
from services import ROOT
from services.access.identity import Actor
from services.config import child_environ
from services.errors import BadInput, Conflict, Forbidden, Unavailable
from services.runs import jobs, runs, worker, worker_process
from services.runs.job_runner import MAX_ATTEMPTS, Runner
from services.runs.jobs import Kind, LeaseLost, RunCancelled, RunHandle
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_import import many
from tests.integration.test_import import start as start_import
from tests.waiting import PATIENCE_S as WAIT_S
from tests.waiting import until, until_gone

Use = Callable[[jobs.Handler], None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """use(handler): what runs of the kinds "long" and "quick" do."""
    module = ModuleType("handlers_of_a_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(jobs.KINDS, "long", Kind("handlers_of_a_test:handle"))
    monkeypatch.setitem(jobs.KINDS, "quick", Kind("handlers_of_a_test:handle", one_per_user=False))

    def set_handler(handler: jobs.Handler) -> None:
        vars(module)["handle"] = handler

    set_handler(lambda rt, handle: None)
    return set_handler


def start(rt: Runtime, actor: Actor, kind: str = "long", search_id: str | None = None, **params: Any) -> int:
    with rt.db.connection() as conn:
        return jobs.start_run(conn, actor, kind, search_id, params)


def row(rt: Runtime, run_id: int) -> dict[str, Any]:
    with rt.db.connection() as conn:
        found = conn.execute("SELECT * FROM runs WHERE id = %s", [run_id]).fetchone()
    assert found is not None
    return found


def transport(rt: Runtime) -> list[dict[str, Any]]:
    """The queue's rows of runs; what a worker queues by the clock is not among them."""
    query = "SELECT status::text, args, lock, queue_name FROM procrastinate_jobs WHERE task_name = %s ORDER BY id"
    with rt.db.connection() as conn:
        return conn.execute(query, [jobs.TASK]).fetchall()


def change(rt: Runtime, query: str, *params: Any) -> None:
    with rt.db.connection() as conn:
        conn.execute(query, params)


@contextmanager
def working(rt: Runtime, slot: str = "here/1") -> Iterator[Runner]:
    """A job worker in a thread."""
    own = Runtime(rt.settings, kind="worker")
    own.open()
    runner, ready = Runner(own, slot), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(worker.serve(runner, ready=ready)))
    thread.start()
    try:
        assert ready.wait(WAIT_S)
        yield runner
    finally:
        runner.stop()
        thread.join(WAIT_S)
        own.close()
        assert not thread.is_alive()


# -- starting --------------------------------------------------------------------------------------


def test_a_worker_that_is_stopped_while_it_starts_ends(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Runtime(rt.settings, kind="worker")
    own.open()
    runner = Runner(own, "here/1")
    monkeypatch.setattr("services.privacy.erasure_nightly.at_start", lambda _: runner.stop())
    try:
        asyncio.run(asyncio.wait_for(worker.serve(runner), WAIT_S))
    finally:
        own.close()


def test_a_run_and_its_job_begin_with_the_callers_transaction(rt: Runtime, alice: Actor, use: Use) -> None:
    with pytest.raises(RuntimeError), rt.db.connection() as conn:
        jobs.start_run(conn, alice, "long", None, {})
        raise RuntimeError
    assert runs.list_runs(rt, alice) == []
    assert transport(rt) == []


def test_the_queue_is_told_the_id_only(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice, secret="ana@example.com")
    assert transport(rt) == [
        {"status": "todo", "args": {"run_id": run_id}, "lock": f"user-{alice.user_id}", "queue_name": "long"}
    ]


def test_an_unknown_kind_is_refused(rt: Runtime, alice: Actor) -> None:
    with pytest.raises(BadInput):
        start(rt, alice, "dance")


def test_a_search_of_others_is_refused(rt: Runtime, alice: Actor, bob: Actor, use: Use) -> None:
    private = str(searches.create_search(rt, alice, "Mine", "private").id)
    with pytest.raises(Forbidden):
        start(rt, bob, search_id=private)


# -- working ---------------------------------------------------------------------------------------


def test_a_run_is_done_by_the_worker(rt: Runtime, alice: Actor, use: Use) -> None:
    def handle(rt: Runtime, handle: RunHandle) -> None:
        assert (handle.actor.user_id, handle.params) == (alice.user_id, {"n": 2})
        handle.progress(2, 2, failed=1, added=1, _row=7)

    use(handle)
    run_id = start(rt, alice, n=2)
    with working(rt):
        until(lambda: row(rt, run_id)["state"] == "done")
        assert runs.worker_alive(rt)
        until(lambda: transport(rt) == [])
    run = runs.get_run(rt, alice, run_id)
    assert (run["done"], run["total"], run["failed"], run["counts"]) == (2, 2, 1, {"added": 1})
    assert run["finished_at"] is not None


def test_what_progress_was_told_last_is_there_at_the_end(rt: Runtime, alice: Actor, use: Use) -> None:
    def handle(rt: Runtime, handle: RunHandle) -> None:
        for done in range(1, 101):
            handle.progress(done, 100, added=done)

    use(handle)
    run_id = start(rt, alice)
    Runner(rt, "here").execute(run_id)
    assert (row(rt, run_id)["done"], row(rt, run_id)["counts"]) == (100, {"added": 100})


def test_a_message_of_the_handler_is_shown(rt: Runtime, alice: Actor, use: Use) -> None:
    use(lambda rt, handle: handle.finish("All 3 were known already."))
    run_id = start(rt, alice)
    Runner(rt, "here").execute(run_id)
    assert runs.get_run(rt, alice, run_id)["message"] == "All 3 were known already."


def test_a_clear_error_is_the_runs_message(rt: Runtime, alice: Actor, use: Use) -> None:
    def handle(rt: Runtime, handle: RunHandle) -> None:
        raise BadInput("The file is empty.")

    use(handle)
    run_id = start(rt, alice)
    Runner(rt, "here").execute(run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["message"]) == ("failed", "The file is empty.")


def test_a_fault_tells_no_personal_data(rt: Runtime, alice: Actor, use: Use, caplog: pytest.LogCaptureFixture) -> None:
    def handle(rt: Runtime, handle: RunHandle) -> None:
        raise KeyError("ana@example.com")

    use(handle)
    run_id = start(rt, alice)
    with caplog.at_level(logging.INFO):
        Runner(rt, "here").execute(run_id)
    run = runs.get_run(rt, alice, run_id)
    assert run["state"] == "failed"
    assert "KeyError" in run["message"]
    assert "KeyError" in caplog.text
    assert "ana@example.com" not in run["message"] + caplog.text


def test_a_run_is_claimed_once(rt: Runtime, alice: Actor, use: Use) -> None:
    calls: list[int] = []
    use(lambda rt, handle: calls.append(handle.run_id))
    run_id = start(rt, alice)
    for name in ("one", "two"):
        Runner(rt, name).execute(run_id)
    assert calls == [run_id]


def test_a_disabled_persons_run_is_not_done(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    change(rt, "UPDATE users SET disabled_at = now() WHERE id = %s", alice.user_id)
    Runner(rt, "here").execute(run_id)
    assert row(rt, run_id)["state"] == "cancelled"
    assert "may no longer use SourcingX" in row(rt, run_id)["message"]


def test_the_command_line_does_a_run_itself(rt: Runtime, alice: Actor, use: Use) -> None:
    use(lambda rt, handle: handle.progress(1, 1))
    run_id = Runner(rt, "here").execute_inline(alice, "long", None, {})
    assert row(rt, run_id)["state"] == "done"
    assert transport(rt) == []


def test_the_time_left_comes_from_the_rate(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    change(rt, "UPDATE runs SET state = 'running', total = 100, done = 40, counts = '{\"_rate\": 2}'")
    assert runs.get_run(rt, alice, run_id)["eta_s"] == 30
    assert runs.get_run(rt, alice, run_id)["counts"] == {}


# -- limits ----------------------------------------------------------------------------------------


class Gate:
    """A handler that waits inside until it is let go."""

    def __init__(self) -> None:
        self.inside: list[int] = []
        self.go = threading.Event()

    def __call__(self, rt: Runtime, handle: RunHandle) -> None:
        self.inside.append(handle.run_id)
        assert self.go.wait(WAIT_S)


def test_one_run_a_person_at_a_time_and_quick_ones_beside_it(rt: Runtime, alice: Actor, bob: Actor, use: Use) -> None:
    gate = Gate()
    use(gate)
    first, second = start(rt, alice), start(rt, alice)
    with working(rt):
        try:
            until(lambda: first in gate.inside)
            quick, other = start(rt, alice, "quick"), start(rt, bob)
            until(lambda: {quick, other} <= set(gate.inside))
            assert second not in gate.inside
            assert runs.queue_position(rt, alice, second) == 1
        finally:
            gate.go.set()
        until(lambda: row(rt, second)["state"] == "done")


def test_no_more_runs_at_once_than_allowed_over_all_workers(rt: Runtime, alice: Actor, bob: Actor, use: Use) -> None:
    small = Runtime(replace(rt.settings, job_concurrency=1), kind="worker")
    small.open()
    gate = Gate()
    use(gate)
    first, second = start(rt, alice), start(rt, bob)
    busy = threading.Thread(target=Runner(small, "one").execute, args=(first,))
    busy.start()
    try:
        until(lambda: first in gate.inside)
        jobs_before = len(transport(rt))
        Runner(small, "two").execute(second)
        assert row(rt, second)["state"] == "queued"
        assert len(transport(rt)) == jobs_before + 1, "it is to come up again"
    finally:
        gate.go.set()
        busy.join()
    Runner(small, "two").execute(second)
    assert row(rt, second)["state"] == "done"
    small.close()


def test_places_in_the_queue(rt: Runtime, alice: Actor, bob: Actor, use: Use) -> None:
    ids = [start(rt, actor) for actor in (alice, bob, alice)]
    assert [runs.queue_position(rt, alice, ids[n]) for n in (0, 2)] == [1, 3]
    Runner(rt, "here").execute(ids[0])
    assert [runs.queue_position(rt, alice, ids[n]) for n in (0, 2)] == [None, 2]


# -- cancelling ------------------------------------------------------------------------------------


def test_a_waiting_run_is_cancelled_at_once(rt: Runtime, alice: Actor, use: Use) -> None:
    calls: list[int] = []
    use(lambda rt, handle: calls.append(1))
    run_id = start(rt, alice)
    assert runs.cancel_run(rt, alice, run_id) == "cancelled"
    Runner(rt, "here").execute(run_id)
    assert calls == []


@pytest.mark.parametrize("look", ["check", "progress", "wait"])
def test_a_running_one_ends_where_it_looks(rt: Runtime, alice: Actor, use: Use, look: str) -> None:
    def handle(rt: Runtime, handle: RunHandle) -> None:
        runs.cancel_run(rt, alice, handle.run_id)
        if look == "check":
            handle.check()
        elif look == "progress":
            handle.progress(1, 2)
        else:
            handle.wait(60)
        raise AssertionError("not reached")

    use(handle)
    run_id = start(rt, alice)
    Runner(rt, "here").execute(run_id)
    assert row(rt, run_id)["state"] == "cancelled"


def test_a_cancel_reaches_a_handler_through_the_pulse(rt: Runtime, alice: Actor, use: Use) -> None:
    runner = Runner(rt, "here")

    def handle(rt: Runtime, handle: RunHandle) -> None:
        handle.check()  # the next look at the database is a second away
        runs.cancel_run(rt, alice, handle.run_id)
        runner.beat()
        with pytest.raises(RunCancelled):
            handle.check()

    use(handle)
    run_id = start(rt, alice)
    runner.execute(run_id)
    assert row(rt, run_id)["state"] == "done"


def test_who_may_cancel(rt: Runtime, alice: Actor, bob: Actor, admin: Actor, use: Use) -> None:
    search_id = str(searches.create_search(rt, alice, "Team").id)
    ours, theirs = start(rt, alice, search_id=search_id), start(rt, alice)
    with pytest.raises(Forbidden):
        runs.cancel_run(rt, bob, theirs)
    with pytest.raises(Forbidden, match="Only the person who started"):
        runs.cancel_run(rt, bob, ours)
    assert runs.cancel_run(rt, admin, ours) == "cancelled"
    with pytest.raises(Conflict):
        runs.cancel_run(rt, alice, ours)


def test_who_sees_which_runs(rt: Runtime, alice: Actor, bob: Actor, admin: Actor, use: Use) -> None:
    team = str(searches.create_search(rt, alice, "Team").id)
    private = str(searches.create_search(rt, alice, "Mine", "private").id)
    ids = [start(rt, alice, search_id=team), start(rt, alice, search_id=private), start(rt, alice)]

    def seen(actor: Actor) -> set[int]:
        return {run["id"] for run in runs.list_runs(rt, actor)}

    assert (seen(alice), seen(bob), seen(admin)) == (set(ids), {ids[0]}, set(ids))
    with pytest.raises(Forbidden):
        runs.get_run(rt, bob, ids[1])


# -- workers that die ------------------------------------------------------------------------------


def dead_claim(rt: Runtime, run_id: int, slot: str = "elsewhere/1") -> RunHandle:
    """A claim whose worker was killed right after it, with the transport's row as it leaves it."""
    handle = Runner(rt, slot)._claim(run_id, limited=False)
    assert handle is not None
    change(rt, "UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'")
    return handle


def fall_silent(rt: Runtime) -> None:
    change(rt, "UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE state = 'running'")


def test_a_silent_workers_run_is_done_by_another(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    dead_claim(rt, run_id)
    patient = Runner(rt, "here")
    patient.silence_s = 3600.0
    assert patient.rescue() == [], "it may still live"
    fall_silent(rt)
    with working(rt):
        until(lambda: row(rt, run_id)["state"] == "done")
    assert row(rt, run_id)["attempts"] == 2


def test_a_restarted_slot_frees_what_it_held_at_once(rt: Runtime, alice: Actor, bob: Actor, use: Use) -> None:
    own, other = start(rt, alice), start(rt, bob)
    dead_claim(rt, own, "here/1")
    dead_claim(rt, other, "elsewhere/1")
    # That one is not silent while this test goes on.
    change(rt, "UPDATE runs SET heartbeat_at = now() + interval '1 hour' WHERE id = %s", other)
    with working(rt, "here/1"):
        until(lambda: row(rt, own)["state"] == "done")
        assert row(rt, other)["state"] == "running"


def test_a_run_that_kills_its_worker_ends_as_failed_with_a_reason(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert row(rt, run_id)["state"] == "queued"
        dead_claim(rt, run_id)
        assert row(rt, run_id)["attempts"] == attempt
        fall_silent(rt)
        assert Runner(rt, "here").rescue() == [run_id]
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["message"]) == (
        "failed",
        "The job worker died 3 times at this. What it had done is kept.",
    )
    assert transport(rt) == []


def test_getting_on_forgives_earlier_attempts(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    for done in range(1, 8):
        dead_claim(rt, run_id).progress(done, 10)
        fall_silent(rt)
        Runner(rt, "here").rescue()
    assert (row(rt, run_id)["state"], row(rt, run_id)["done"]) == ("queued", 7)


def test_a_run_cancelled_while_its_worker_was_dead_is_not_begun_again(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    dead_claim(rt, run_id)
    runs.cancel_run(rt, alice, run_id)
    fall_silent(rt)
    Runner(rt, "here").rescue()
    assert row(rt, run_id)["state"] == "cancelled"


def test_a_job_that_was_fetched_and_never_claimed_comes_up_again(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    change(rt, "UPDATE procrastinate_jobs SET status = 'doing'")
    Runner(rt, "here").rescue()
    assert [job["status"] for job in transport(rt)] == ["todo"]
    with working(rt):
        until(lambda: row(rt, run_id)["state"] == "done")


def test_a_task_of_the_clock_whose_worker_was_killed_is_done_again(rt: Runtime) -> None:
    query = "SELECT status::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id"

    def rescued() -> list[str]:
        Runner(rt, "here").rescue()
        with rt.db.connection() as conn:
            return [one["status"] for one in conn.execute(query, [jobs.LAUNCHES_TASK]).fetchall()]

    with rt.db.connection() as conn:
        jobs.wake(conn, jobs.LAUNCHES_TASK)
        conn.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        conn.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)"
        )
        # It waits for the lock of the one that is being done.
        jobs.wake(conn, jobs.LAUNCHES_TASK)
    assert rescued() == ["doing", "todo"], "its worker lives"
    change(rt, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    assert rescued() == ["todo"]


def test_what_lost_its_lease_writes_nothing(rt: Runtime, alice: Actor, use: Use) -> None:
    run_id = start(rt, alice)
    old = dead_claim(rt, run_id)
    fall_silent(rt)
    Runner(rt, "here").rescue()
    new = dead_claim(rt, run_id)
    new.progress(5, 10)
    for write in (
        lambda: old.progress(1, 10),
        lambda: old.finish("too late"),
        lambda: old.check(),
    ):
        with pytest.raises(LeaseLost):
            write()
    with pytest.raises(LeaseLost), rt.db.connection() as conn:
        conn.execute("INSERT INTO audit_log (action) VALUES ('the work of a lost lease')")
        old.save(conn, 2)
    with rt.db.connection() as conn:
        assert conn.execute("SELECT * FROM audit_log WHERE action LIKE 'the work%%'").fetchall() == []
    assert (row(rt, run_id)["state"], row(rt, run_id)["done"], row(rt, run_id)["message"]) == ("running", 5, "")


def test_the_pulse_keeps_a_quiet_handler_alive(rt: Runtime, alice: Actor, use: Use) -> None:
    gate = Gate()
    use(gate)
    run_id = start(rt, alice)
    with working(rt) as runner:
        try:
            until(lambda: gate.inside)
            # Nobody is to find it between the next line and the next sign.
            runner._rescues = False
            fall_silent(rt)
            for _ in range(2):
                before = row(rt, run_id)["heartbeat_at"]
                until(lambda before=before: row(rt, run_id)["heartbeat_at"] > before, "no sign of life")
            assert (row(rt, run_id)["state"], row(rt, run_id)["attempts"]) == ("running", 1)
        finally:
            gate.go.set()


def test_a_stop_puts_the_run_back_without_counting_the_attempt(rt: Runtime, alice: Actor, use: Use) -> None:
    inside = threading.Event()

    def handle(rt: Runtime, handle: RunHandle) -> None:
        inside.set()
        handle.wait(60)

    use(handle)
    run_id = start(rt, alice)
    with working(rt):
        assert inside.wait(WAIT_S)
    assert (row(rt, run_id)["state"], row(rt, run_id)["attempts"]) == ("queued", 0)
    assert [job["status"] for job in transport(rt)] == ["todo"]


def test_a_server_that_is_away_is_waited_for_but_not_for_ever(rt: Runtime, alice: Actor, use: Use) -> None:
    def handle(rt: Runtime, handle: RunHandle) -> None:
        raise Unavailable("The model does not answer.")

    use(handle)
    run_id = start(rt, alice)
    for _ in range(MAX_ATTEMPTS - 1):
        Runner(rt, "here").execute(run_id)
        assert row(rt, run_id)["state"] == "queued"
    Runner(rt, "here").execute(run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["message"]) == ("failed", "The model does not answer.")


# -- the process -----------------------------------------------------------------------------------


APP = "worker of a test"
# Whoever is to add people waits at a door, one import at a time for as long as a batch takes (sql/imports.sql).
DOOR = sql.queries("imports").lock_people
AT_THE_DOOR = """SELECT count(*) AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()"""


def spawn(rt: Runtime) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services.commands.cli", "worker"]
    environ = child_environ(rt.settings) | {"PGAPPNAME": APP}
    return subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)


def waiting_at_the_door(rt: Runtime) -> int:
    with rt.db.connection() as conn:
        found = conn.execute(AT_THE_DOOR).fetchone()
    return int(found["n"]) if found else 0


@pytest.mark.faults
def test_a_killed_worker_process_loses_and_doubles_nothing(rt: Runtime, alice: Actor) -> None:
    search_id = str(searches.create_search(rt, alice, "Leads").id)
    run_id = start_import(rt, alice, search_id, many(6000))
    with psycopg.connect(rt.settings.database_url) as door:
        door.execute(DOOR)
        killed = spawn(rt)
        try:
            for batch in range(3):
                until(lambda: waiting_at_the_door(rt) == 1, "the import does not get on")
                if batch < 2:
                    # It is let in, and whoever asks next stands behind it: one batch.
                    door.commit()
                    door.execute(DOOR)
        finally:
            killed.send_signal(signal.SIGKILL)
            killed.communicate(timeout=WAIT_S)
    until_gone(rt.settings.database_url, APP)
    assert (row(rt, run_id)["state"], row(rt, run_id)["done"]) == ("running", 2000)

    after = spawn(rt)
    until(lambda: row(rt, run_id)["state"] == "done")
    after.send_signal(signal.SIGTERM)
    _, log = after.communicate(timeout=WAIT_S)

    assert after.returncode == 0, log
    run = runs.get_run(rt, alice, run_id)
    assert (run["done"], run["counts"]["added"]) == (6000, 6000)
    with rt.db.connection() as conn:
        found = conn.execute("SELECT count(*) AS n, count(DISTINCT name_key) AS d FROM candidates").fetchone()
    assert found == {"n": 6000, "d": 6000}


def test_two_workers_of_one_home_have_different_slots_and_keep_them(rt: Runtime) -> None:
    home = rt.settings.home
    with worker_process.slot(home) as first, worker_process.slot(home) as second:
        assert first != second
    with worker_process.slot(home) as again:
        assert again == first


def test_a_hanging_loop_ends_the_process() -> None:
    program = (
        "import asyncio, time; from services.runs import worker_process; worker_process.HANGS_S = 0.5\n"
        "async def hang():\n"
        "    with worker_process.watchdog(asyncio.get_running_loop(), True):\n"
        "        await asyncio.sleep(0.1)\n"
        "        time.sleep(60)\n"
        "asyncio.run(hang())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=WAIT_S)
    assert done.returncode == 1
    assert b"Timeout" in done.stderr


def test_a_worker_without_a_database_ends_with_one_line(
    rt: Runtime, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "CONNECT_S", 1.0)
    nowhere = f"postgresql://nobody@127.0.0.1:1/nothing?host={tmp_path}"
    settings = replace(rt.settings, database_url=nowhere, database_direct_url=nowhere)
    own = Runtime(settings, kind="worker")
    own.open()
    with pytest.raises(Unavailable):
        asyncio.run(worker.serve(Runner(own, "here")))
    own.close()


def test_connections_that_break_lose_no_run(rt: Runtime, alice: Actor, use: Use) -> None:
    """As when Postgres is restarted: what runs goes on, or begins again where it was."""
    inside, go = threading.Event(), threading.Event()

    def handle(rt: Runtime, handle: RunHandle) -> None:
        inside.set()
        assert go.wait(WAIT_S)
        handle.progress(1, 1)

    use(handle)
    run_id = start(rt, alice)
    with working(rt):
        assert inside.wait(WAIT_S)
        change(
            rt,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'active'",
        )
        go.set()
        until(lambda: row(rt, run_id)["state"] == "done")
        # New jobs are fetched as well.
        later = start(rt, alice)
        until(lambda: row(rt, later)["state"] == "done")
