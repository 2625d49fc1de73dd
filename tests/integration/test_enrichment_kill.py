"""kill -9 of the job worker in the middle of a request; a whole day's allowance of a large run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services import enrichment, enrichment_job, enrichment_wake, vendor_budget
from services.config import child_environ
from services.identity import Actor
from services.job_runner import Runner
from services.runtime import Runtime
from services.vendor_budget import Clock
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


def test_five_thousand_people_use_a_day_exactly_and_the_rest_follows_the_next(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """180 people a minute and 5,000 a day; broker, run and stub share a clock that runs ahead while they wait."""
    now = [datetime(2026, 6, 1, 9, 0, tzinfo=UTC)]

    def pass_by(_: object, seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    clock = Clock(lambda: now[0], lambda: now[0].timestamp(), pass_by)
    monkeypatch.setattr(vendor_budget, "CLOCK", clock)
    monkeypatch.setattr(enrichment_job, "PACE", replace(enrichment_job.PACE, look_s=600.0))
    with SalesqlStub(per_minute=180, per_day=5_000, clock=lambda: now[0].timestamp()) as stub:
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
