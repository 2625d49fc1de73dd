"""kill -9 of a job worker that makes vectors: what was written stays, the rest is made once, at most a batch again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from services.access.identity import Actor
from services.config import child_environ
from services.matching import embedding_runs
from services.matching.embedding_job import BATCH
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.change_runs import change, run_row, work
from tests.embedding import embedded, person
from tests.stubs.embeddings_server import EmbeddingsStub
from tests.waiting import until, until_gone

ROOT = Path(__file__).parents[2]


def test_after_a_kill_everyone_has_one_and_one_batch_is_asked_twice_at_most(rt: Runtime, alice: Actor) -> None:
    for number in range(2 * BATCH + 1):
        person(rt, title=f"Engineer {number}")
    with EmbeddingsStub() as stub:
        rt.settings = replace(
            rt.settings, embedding_provider="openai", embedding_base_url=f"{stub.url}/v1", embedding_api_key=stub.key,
            embedding_rpm=100_000, embedding_tpm=100_000_000,
        )  # fmt: skip
        run_id = embedding_runs.start(rt, alice)
        # The second batch is under way, and its answer never comes.
        stub.hold_after = 1
        stub.hold.clear()
        environ = child_environ(rt.settings) | {"PYTHONPATH": str(ROOT), "PGAPPNAME": "killed worker"}
        worker = subprocess.Popen([sys.executable, "-m", "tests.run_one", str(run_id)], env=environ, cwd=ROOT)
        try:
            until(stub.held.is_set, "no second batch is asked for")
        finally:
            worker.kill()
            worker.wait()
            until_gone(rt.settings.database_url, "killed worker")
        stub.hold.set()
        assert len(embedded(rt)) == BATCH
        change(rt, "UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE id = %s", run_id)
        assert Runner(rt, "another").rescue() == [run_id]
        work(rt, run_id)
        run = run_row(rt, run_id)
        assert (run["state"], run["done"], run["counts"]["made"]) == ("done", 2 * BATCH + 1, 2 * BATCH + 1)
        assert len(embedded(rt)) == 2 * BATCH + 1
        assert max(stub.asked.count(text) for text in set(stub.asked)) <= 2
        assert len(stub.asked) <= 3 * BATCH + 1
