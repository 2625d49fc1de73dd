"""kill -9 of the job worker in the middle of a request."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import enrichment
from services.config import child_environ
from services.identity import Actor
from services.job_runner import Runner
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
