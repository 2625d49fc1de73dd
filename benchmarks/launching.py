"""R6: an agent is launched once, whoever asks at the same moment, and whoever dies once it was asked for."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sql
from benchmarks.measure import Figure
from benchmarks.stage import Stage
from services.config import child_environ
from services.runtime import Runtime
from services.searches import searches
from tests.stubs.phantombuster_rows import people
from tests.stubs.phantombuster_server import PhantomStub

_Q = sql.queries("benchmarks")
ROOT = Path(__file__).parents[1]
PROCESSES, THREADS = 4, 5
PATIENCE_S = 300.0
WORKER = "benchmark worker"


def figures(stage: Stage) -> Iterator[Figure]:
    rounds = 2 if stage.quick else 10
    search_id = str(searches.create_search(stage.rt, stage.actor, "Launches").id)
    posts = taken = refused = 0
    with PhantomStub(polls=1) as stub:
        settings = replace(
            stage.settings, phantombuster_api_key=stub.key, phantombuster_base_url=stub.url,
            phantombuster_storage_url=stub.storage, phantombuster_file_hosts=stub.host, job_heartbeat_s=1.0,
            job_rescue_s=1.0,
        )  # fmt: skip
        rt = Runtime(settings)
        rt.open()
        try:
            for _ in range(rounds):
                agent = stub.add()
                stub.next(agent, result=json.dumps(people(1)))
                stub.release.clear()
                stub.launched.clear()
                with _working(rt) as worker:
                    one, others = _ask_at_once(rt, stage.actor.user_id, search_id, agent)
                    if not stub.launched.wait(PATIENCE_S):
                        raise RuntimeError("nothing was launched")
                    worker.kill()
                stub.release.set()
                with _working(rt) as worker:
                    _until_taken(rt, agent)
                    worker.terminate()
                taken, refused = taken + one, refused + others
                posts += sum(body["id"] == agent for body in stub.launches)
        finally:
            rt.close()
    yield Figure(
        "R6", f"{rounds} x {PROCESSES * THREADS} launches of one agent at once, killed after the POST: more POSTs than "
        "one each = 0", posts - rounds, "", posts == taken == rounds, n=rounds,
        arms={"launches": {"asked": rounds * PROCESSES * THREADS, "taken": taken, "refused": refused, "posts": posts}},
    )  # fmt: skip


def _ask_at_once(rt: Runtime, user_id: int, search_id: str, agent_id: str) -> tuple[int, int]:
    """(launches taken, launches refused) of several processes that ask at the same moment."""
    command = [sys.executable, "-m", "tests.ask_launches", str(user_id), search_id, agent_id, str(THREADS)]
    asking = [
        subprocess.Popen(
            command, env=child_environ(rt.settings), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    for one in asking:
        assert one.stdout is not None
        one.stdout.readline()
    said = []
    for one in asking:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in asking:
        taken, refused = one.communicate(timeout=PATIENCE_S)[0].split()
        said.append((int(taken), int(refused)))
    return sum(taken for taken, _ in said), sum(refused for _, refused in said)


@contextmanager
def _working(rt: Runtime) -> Iterator[subprocess.Popen[bytes]]:
    """A job worker, always on the same slot: its next process frees what it held. In the end it is gone, whatever
    happens meanwhile, and its connections too: what it had sent to Postgres is carried out until then."""
    command = [str(Path(sys.executable).with_name("sourcingx")), "worker"]
    environ = child_environ(rt.settings) | {"PGAPPNAME": WORKER}
    worker = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield worker
        worker.wait(PATIENCE_S)
    finally:
        worker.kill()
        worker.wait()
    _until(lambda: not _connections(rt), "connections of a worker that has ended stay")


def _connections(rt: Runtime) -> int:
    with rt.db.connection() as conn:
        row = conn.execute(_Q.count_connections, {"name": WORKER}).fetchone()
    return int(row["connections"]) if row else 0


def _until_taken(rt: Runtime, agent_id: str) -> None:
    def taken() -> bool:
        with rt.db.connection() as conn:
            row = conn.execute(_Q.fetch_launch_state, {"agent_id": agent_id}).fetchone()
        return bool(row and row["state"] == "taken")

    _until(taken, "the launch does not come to its end")


def _until(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise RuntimeError(otherwise)
