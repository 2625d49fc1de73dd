"""kill -9 of the job worker in the middle of a request; a whole day's allowance of a large run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from services.access.identity import Actor
from services.config import child_environ
from services.enrichment import enrichment, enrichment_job, enrichment_wake, vendor_budget
from services.enrichment.vendor_budget import Clock
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.enrichment import add_people, rows, start, value, with_vendors, work
from tests.stubs.salesql_server import SalesqlStub
from tests.waiting import until

ROOT = Path(__file__).parents[2]
APP = "killed enrichment"


@pytest.fixture
def stub() -> Iterator[SalesqlStub]:
    with SalesqlStub() as running:
        yield running


def test_a_kill_in_the_middle_of_a_request_repeats_none_and_loses_no_more_than_that_one(
    rt: Runtime, alice: Actor, stub: SalesqlStub
) -> None:
    rt.settings = with_vendors(rt.settings, stub, salesql_batch=5, salesql_rpm=100_000)
    run_id = start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(30)]), "email")
    # What the account has left, and two requests; the third one hangs: answered or not, nothing is written of it.
    stub.hold_after = 3
    stub.hold.clear()
    environ = child_environ(rt.settings) | {"PYTHONPATH": str(ROOT), "PGAPPNAME": APP}
    worker = subprocess.Popen([sys.executable, "-m", "tests.run_one", str(run_id)], env=environ, cwd=ROOT)
    try:
        until(stub.held.is_set, "no request is held")
    finally:
        worker.kill()
        worker.wait()
    until(lambda: not value(rt, "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", APP),
          "connections of a dead worker stay")  # fmt: skip
    stub.hold.set()
    assert value(rt, "SELECT count(*) FROM enrichment_items WHERE state = 'done'") == 10
    assert value(rt, "SELECT sum(people) FROM vendor_calls WHERE state = 'sent'") == 5
    Runner(rt, f"process-{run_id}").rescue(own_slot=True)
    run = work(rt, run_id, f"process-{run_id}")
    assert (run["state"], run["counts"]["found"], run["failed"]) == ("done", 25, 5)
    assert "only when you say so" in run["message"]
    # Nobody was asked about twice, and what was asked is counted, known or not.
    assert len(set(stub.asked)) == len(stub.asked) <= 30
    assert value(rt, "SELECT sum(asked) FROM vendor_days") == 30
    assert rows(rt, "SELECT units, priced FROM api_usage WHERE outcome = 'unknown'") == [{"units": 0, "priced": False}]
    enrichment.go_on(rt, alice, run_id, unknown=True)
    assert work(rt, run_id)["counts"]["found"] == 30


def waits_for_a_lock(rt: Runtime) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"
    return bool(value(rt, waiting, APP))


# Where a worker dies: what keeps it there, and how many of its people are then perhaps asked about.
POINTS = {
    "before it is written down": ("UPDATE vendor_days SET asked = asked", 0),
    "asked and not answered": ("", 5),
    "answered and not written": ("SELECT id FROM profiles FOR UPDATE", 5),
}


def test_kills_at_every_step_repeat_nothing_and_lose_no_more_than_what_was_under_way(
    rt: Runtime, alice: Actor, stub: SalesqlStub
) -> None:
    rt.settings = with_vendors(rt.settings, stub, salesql_batch=5, salesql_rpm=100_000)
    run_id = start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(30)]), "email")
    with rt.db.connection() as conn:
        day = vendor_budget.day_at(rt.settings, datetime.now(UTC))
        conn.execute("INSERT INTO vendor_days (vendor, day) VALUES ('salesql', %s)", [day])
    environ = child_environ(rt.settings) | {"PYTHONPATH": str(ROOT), "PGAPPNAME": APP}
    perhaps = 0
    for statement, under_way in POINTS.values():
        with psycopg.connect(rt.settings.database_url) as other:
            # What the account has left is asked first, then two requests are answered.
            stub.hold_after, before = stub.requests + 3, stub.requests
            (stub.hold.set if statement else stub.hold.clear)()
            stub.held.clear()
            if statement:
                other.execute(statement)
            worker = subprocess.Popen([sys.executable, "-m", "tests.run_one", str(run_id)], env=environ, cwd=ROOT)
            try:
                if statement:
                    until(partial(waits_for_a_lock, rt), "nothing waits for the lock")
                else:
                    until(stub.held.is_set, "no request is held")
            finally:
                worker.kill()
                worker.wait()
            other.rollback()
        stub.hold.set()
        until(lambda: not value(rt, "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", APP),
              "connections of a dead worker stay")  # fmt: skip
        assert stub.requests > before
        perhaps += under_way
        assert value(rt, "SELECT coalesce(sum(people), 0) FROM vendor_calls WHERE state <> 'settled'") == perhaps
        Runner(rt, f"process-{run_id}").rescue(own_slot=True)
    run = work(rt, run_id, f"process-{run_id}")
    assert (run["state"], run["counts"]["found"], run["failed"]) == ("done", 30 - perhaps, perhaps)
    assert len(set(stub.asked)) == len(stub.asked) <= 30
    assert value(rt, "SELECT sum(asked) FROM vendor_days") == 30
    assert value(rt, "SELECT sum(asked) FROM vendor_day_users") == 30
    credits = value(rt, "SELECT sum(units) FROM api_usage WHERE outcome = 'ok'")
    assert credits == value(rt, "SELECT count(*) FROM profiles WHERE email <> ''") == 30 - perhaps


def test_five_thousand_people_use_a_day_exactly_and_the_rest_follows_the_next(
    job_rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """180 people a minute and 5,000 a day; broker, run and stub share a clock that runs ahead while they wait."""
    now = [datetime(2026, 6, 1, 9, 0, tzinfo=UTC)]

    def pass_by(_: object, seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    clock = Clock(lambda: now[0], lambda: now[0].timestamp(), pass_by)
    monkeypatch.setattr(vendor_budget, "CLOCK", clock)
    monkeypatch.setattr(enrichment_job, "PACE", replace(enrichment_job.PACE, look_s=600.0))
    with SalesqlStub(per_minute=180, per_day=5_000, clock=lambda: now[0].timestamp()) as stub:
        # With the patience of a job worker.
        rt = job_rt
        rt.settings = with_vendors(rt.settings, stub, salesql_rpm=180, salesql_daily=5_000, salesql_batch=100)
        # One in ten is known, the others are what most people are: not there, and counted all the same.
        slugs = [f"{'ana' if n % 10 == 0 else 'nobody'}-{n}" for n in range(5_250)]
        run_id = start(rt, alice, add_people(rt, alice, slugs), "email")
        run = work(rt, run_id)
        assert (run["state"], run["done"]) == ("paused", 5_000), (run["message"], run["counts"], stub.refused)
        assert "5,000 of today are used" in run["message"]
        assert (len(stub.asked), stub.refused) == (5_000, 0)
        # Most of what a minute allows was used, and no minute had more (the stub would have refused).
        minutes = (now[0] - datetime(2026, 6, 1, 9, 0, tzinfo=UTC)).total_seconds() / 60
        assert 5_000 / 180 <= minutes <= 5_000 / 80 + 5
        assert enrichment_wake.wake_due(rt) == 0
        now[0] = datetime(2026, 6, 2, 0, 0, 1, tzinfo=UTC)
        assert enrichment_wake.wake_due(rt) == 1
        run = work(rt, run_id)
        assert (run["state"], run["done"], run["failed"], run["counts"]["found"]) == ("done", 5_250, 0, 525)
        assert len(stub.asked) == len(set(stub.asked)) == 5_250 and stub.refused == 0
        assert rows(rt, "SELECT asked FROM vendor_days ORDER BY day") == [{"asked": 5_000}, {"asked": 250}]
