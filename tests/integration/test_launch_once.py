"""R6: an agent is launched once, however many ask at once on however many hosts, and whoever dies in between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from services.access.identity import Actor
from services.config import Settings, child_environ
from services.enrichment import launch_watch
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.change_runs import rows, run_row, work
from tests.phantoms import agent, launch, look_until_over, names, phantom, phantom_search, pointed, row_of
from tests.screening import value
from tests.stubs.phantombuster_rows import people
from tests.stubs.phantombuster_server import PhantomStub
from tests.waiting import until

__all__ = ["agent", "phantom", "phantom_search"]

ROOT = Path(__file__).parents[2]
PROCESSES, THREADS = 3, 17

WORKER = """
import sys
from services.config import Settings
from services.runs.job_runner import Runner
from services.runtime import Runtime
rt = Runtime(Settings.from_env(), kind="worker")
rt.open()
runner = Runner(rt, "slot-1")
runner.start()
runner.execute(int(sys.argv[1]))
"""


@pytest.fixture
def settings(settings: Settings, phantom: PhantomStub) -> Settings:
    return pointed(settings, phantom)


def test_of_fifty_launches_at_once_from_several_processes_one_is_made(
    rt: Runtime, alice: Actor, phantom_search: str, phantom: PhantomStub, agent: str
) -> None:
    environ = child_environ(rt.settings) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.ask_launches", str(alice.user_id), phantom_search, agent, str(THREADS)]
    asking = [
        subprocess.Popen(command, env=environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for one in asking:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in asking:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[0].split() for one in asking]
    assert sum(int(started) for started, _ in said) == 1
    assert sum(int(told) for _, told in said) == PROCESSES * THREADS - 1
    found = rows(rt, "SELECT id FROM runs WHERE kind = 'fetch'")
    assert len(found) == 1
    # And of several workers who have its job one does it.
    for slot in ("a", "b", "c"):
        Runner(rt, slot).execute(found[0]["id"])
    assert len(phantom.launches) == 1


def test_a_worker_killed_once_it_has_asked_leaves_one_launch_that_is_found(
    rt: Runtime, alice: Actor, phantom_search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=1, result=phantom.put(agent, "fullName\nAna Lima\n"))
    phantom.release.clear()
    run_id = launch(rt, alice, phantom_search, agent)
    environ = child_environ(rt.settings) | {"PYTHONPATH": str(ROOT), "PGAPPNAME": "killed worker"}
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(run_id)], env=environ, cwd=ROOT)
    try:
        assert phantom.launched.wait(60), "the launch was not asked for"
    finally:
        worker.kill()
        worker.wait()
        phantom.release.set()
    until(lambda: not value(rt, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'killed worker'"),
          "connections of a dead worker stay")  # fmt: skip
    assert (row_of(rt, run_id)["state"], row_of(rt, run_id)["container_id"]) == ("launching", "")
    assert Runner(rt, "slot-1").rescue(own_slot=True) == [run_id]
    work(rt, run_id)
    assert (row_of(rt, run_id)["state"], run_row(rt, run_id)["state"]) == ("unknown", "paused")
    launch_watch.look_at_all(rt)
    assert row_of(rt, run_id)["container_id"] == phantom.agents[agent].containers[0].id
    look_until_over(rt)
    work(rt, run_id)
    work(rt, row_of(rt, run_id)["import_run_id"])
    assert names(rt, phantom_search) == ["Ana Lima"]
    assert len(phantom.launches) == 1


def test_a_worker_that_dies_for_good_leaves_a_launch_that_is_found_all_the_same(
    rt: Runtime, alice: Actor, phantom_search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.ended(agent, result=str(people(1)))
    phantom.begin(agent, polls=1)
    run_id = launch(rt, alice, phantom_search, agent)
    with rt.db.connection() as conn:
        mark = phantom.agents[agent].containers[0].created
        conn.execute("UPDATE vendor_launches SET sent_at = now(), mark_ms = %s", [mark])
        conn.execute("UPDATE runs SET state = 'failed' WHERE id = %s", [run_id])
    launch_watch.look_at_all(rt)
    assert row_of(rt, run_id)["state"] == "unknown"
    launch_watch.look_at_all(rt)
    assert row_of(rt, run_id)["container_id"] == phantom.agents[agent].containers[1].id
    look_until_over(rt)
    # It worked, and nobody is left to take what it found: a person does, by its id.
    found = row_of(rt, run_id)
    assert (found["exit_code"], found["state"], found["message"]) == (0, "failed", launch_watch.UNTAKEN)
