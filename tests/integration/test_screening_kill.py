"""kill -9 of the job worker in the middle of a screening: everyone has one result, and no worker asks twice.

Twenty kills during 500 people are the figure R1 (benchmarks/screening_kill.py).
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from services.access.identity import Actor
from services.config import child_environ
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.screening import add_search, rows, start, value, work
from tests.stubs.openai_server import OpenAIStub
from tests.waiting import until_gone

ROOT = Path(__file__).parents[2]
PEOPLE, KILLS, SEED = 100, 3, 41
# What a worker is let to answer before its calls hang, so that it cannot come to the end.
ANSWERS, FAN_OUT = 24, 8

KILLED = f"""
import dataclasses, sys
from services.screening import screening_model
from services.config import Settings
from services.runs.job_runner import Runner
from services.runtime import Runtime
screening_model.PACE = dataclasses.replace(screening_model.PACE, fan_out={FAN_OUT})
rt = Runtime(Settings.from_env(), kind="worker")
rt.open()
runner = Runner(rt, "slot-1")
runner.start()
runner.execute(int(sys.argv[1]))
"""


@pytest.mark.faults
def test_after_three_kills_at_random_points_everyone_has_exactly_one_result(rt: Runtime, alice: Actor) -> None:
    draw = random.Random(SEED)
    rt.settings = settings = replace(
        rt.settings, openai_api_key="sk-test", openai_rpm=100_000, openai_tpm=100_000_000
    )  # fmt: skip
    run_id = start(rt, alice, add_search(rt, alice, PEOPLE))
    for life in range(KILLS + 1):
        done = decisions(rt)
        # A server of its own for each worker: what it counts, nobody else asked.
        with OpenAIStub() as stub:
            rt.settings = replace(settings, openai_base_url=stub.base_url)
            if life < KILLS:
                stub.then(*["ok"] * ANSWERS)
                stub.mode = "slow"
                kill_at(rt, run_id, done + draw.randint(1, ANSWERS - FAN_OUT))
                assert Runner(rt, "slot-1").rescue(own_slot=True) == [run_id]
            else:
                run = work(rt, run_id, "slot-1")
            asked = stub.requests.by_input
            # One worker asks about nobody twice, and about nobody who is done.
            assert max(asked.values()) == 1
            assert len(asked) <= PEOPLE - done
    assert (run["state"], run["done"], run["failed"]) == ("done", PEOPLE, 0)
    assert value(rt, "SELECT count(*) FROM candidates WHERE score IS NOT NULL") == PEOPLE
    assert rows(rt, "SELECT candidate_id FROM ai_decisions GROUP BY 1 HAVING count(*) <> 1") == []
    assert decisions(rt) == PEOPLE
    assert value(rt, "SELECT count(*) FROM verdicts") == 3 * PEOPLE


def kill_at(rt: Runtime, run_id: int, target: int) -> None:
    """A worker of its own process, until so many people are decided about."""
    environ = child_environ(rt.settings) | {"PYTHONPATH": str(ROOT), "PGAPPNAME": "killed worker"}
    worker = subprocess.Popen([sys.executable, "-c", KILLED, str(run_id)], env=environ, cwd=ROOT)
    pause = threading.Event()
    try:
        for _ in range(6_000):
            if decisions(rt) >= target:
                return
            assert worker.poll() is None
            pause.wait(0.01)
        raise AssertionError("the screening does not get on")
    finally:
        worker.kill()
        worker.wait()
        # What it had sent to Postgres is still carried out: only after that is what it did known.
        until_gone(rt.settings.database_url, "killed worker")


def decisions(rt: Runtime) -> int:
    return int(value(rt, "SELECT count(*) FROM ai_decisions"))
