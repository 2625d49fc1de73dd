"""R1: kill -9 of the job worker at 20 random points of a screening of 500 people."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

import sql
from benchmarks.measure import Figure
from benchmarks.screening_model import KEY, PATIENCE_S, begin, pointed, run_state, wait, working
from benchmarks.stage import Stage
from services.demo import synthetic
from services.demo.demo_job import CRITERIA, JOB
from services.runtime import Runtime
from services.screening import rubrics
from tests.stubs.openai_server import OpenAIStub

_Q = sql.queries("benchmarks")
SEED = 41
LATENCY_S = 0.3
# Slow enough that each of the workers leaves some for the next.
RPM, TPM = 900, 100_000_000


def figures(stage: Stage) -> Iterator[Figure]:
    people, kills = (100, 4) if stage.quick else (500, 20)
    search_id = synthetic.generate(stage.rt, stage.actor, people, "Kill", SEED)
    rubric = rubrics.save(stage.rt, stage.actor, search_id, JOB, CRITERIA)
    with OpenAIStub(latency=LATENCY_S, api_key=KEY) as stub, pointed(stage, stub.base_url, RPM, TPM) as rt:
        run_id = begin(rt, stage.actor, search_id, rubric)
        draw, most_a_life, before = random.Random(SEED), 0, Counter[str]()
        for target in [*sorted(draw.sample(range(5, people - 40), kills)), None]:
            # One worker's life: what it asks, it asks once.
            with working(rt, stage) as worker:
                if target is None:
                    wait(rt, run_id)
                else:
                    # By one at least, whoever was before: one that dies three times without getting on is given up.
                    _until_screened(rt, run_id, max(target, _screened(rt, run_id) + 1))
                    time.sleep(draw.random() * 0.2)
                    worker.kill()
                    worker.wait()
            # Calls of the dead that were still on their way are the dead one's.
            time.sleep(1.0)
            asked = Counter(stub.requests.by_input)
            most_a_life = max(most_a_life, *(asked - before).values(), 0)
            before = asked
        total = stub.requests.total
        assert run_state(rt, run_id)["state"] == "done"
        with rt.db.connection() as conn:
            found = conn.execute(_Q.digest_screening, {"run_id": run_id}).fetchone()
    assert found is not None
    wrong = abs(found["done"] - people) + abs(found["decisions"] - people) + found["twice"] + found["without"]
    yield Figure(
        "R1", f"{kills} x kill -9 during {people} people: results missing or double = 0", wrong, "",
        wrong == 0 and most_a_life <= 1, n=kills,
        arms={"calls": {"all": total, "repeated": total - people, "most_of_one_person_by_one_worker": most_a_life}},
    )  # fmt: skip


def _until_screened(rt: Runtime, run_id: int, target: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while _screened(rt, run_id) < target:
        if time.monotonic() > deadline:
            raise RuntimeError("the screening does not get on")
        time.sleep(0.02)


def _screened(rt: Runtime, run_id: int) -> int:
    """How many people are done, by the rows: the run's own figure is up to a second old."""
    with rt.db.connection() as conn:
        found = conn.execute(_Q.digest_screening, {"run_id": run_id}).fetchone()
    assert found is not None
    return int(found["done"])
