"""P7: a screening against a model with sliding-window limits, lognormal latency and 2 % faults.

Arms, beginning at the same time, each against a stub of its own: ours, in a job worker of its own
process that has screened somebody before, as pools have their library loaded; and a plain pool of 50
and of 10 threads with the library's own retries, as people write it first, with a third of the people.

The theoretical minimum of a makespan is what the tokens that the server let through need at the
limit, spread evenly: those of answered calls, and of calls that failed at the server, which count
and which nobody can avoid. A server that counts by a sliding minute would let an idle account have a
whole minute's worth at once; vendors enforce their limits in shorter steps too, and a team shares
the account.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openai

import sql
from benchmarks.measure import Figure
from benchmarks.screening_model import KEY, begin, pointed, seconds, stats, stub, wait, working
from benchmarks.stage import Stage
from services.demo import synthetic
from services.demo.demo_job import CRITERIA, JOB
from services.grid.grid_view import View
from services.people.profile_texts import fetch_profiles
from services.runs import runs
from services.runtime import Runtime
from services.screening import rubrics, screening
from services.screening.prompts import JudgePrompt, build_judge_prompt
from services.screening.rubrics import Rubric
from services.screening.screening_estimate import estimate
from services.spending import prices
from services.vendors.openai_answers import Judgement
from services.vendors.openai_errors import Usage
from services.vendors.openai_exchange import request_body

_Q = sql.queries("benchmarks")
# Tokens are what binds: about 900 a call.
RPM, TPM = 2_000, 900_000
MEDIAN_S, SPREAD, FAULTS = 0.8, 0.5, 0.02
SAMPLE_S = 0.5
LOSSES = (
    "calls that fail at the server take 2 to 3 % of the limit and are asked again; of all that is allowed 0.994 is let"
    " through (the arm's let_through), where the bucket's own bound is 0.995"
)
PEOPLE, QUICK_PEOPLE = 3_000, 600


@dataclass
class Arm:
    """took: seconds. lost: people without an answer.

    samples: (seconds, tokens of answered calls so far, tokens that were let through so far).
    """

    took: float
    stats: dict[str, Any]
    samples: list[tuple[float, int, int]]
    lost: int

    @property
    def limited(self) -> float:
        """Share of requests that were refused with 429."""
        return float(self.stats["by_outcome"].get("limited", 0) / max(1, self.stats["total"]))

    @property
    def makespan(self) -> float:
        """Times what the tokens that were let through need at the limit."""
        return self.took / (self.stats["admitted_tokens"] / TPM * 60)

    @property
    def per_answer(self) -> float:
        """Times what the tokens of answered calls need at the limit."""
        return self.took / (self.stats["accepted_tokens"] / TPM * 60)

    def steady(self, which: int = 1) -> float:
        """Tokens ÷ allowed, between a fifth and four fifths of the way. which: of a sample's tokens."""
        start = self.samples[0][0]
        inner = [one for one in self.samples if 0.2 * self.took <= one[0] - start <= 0.8 * self.took]
        if len(inner) < 2:
            return 0.0
        return (inner[-1][which] - inner[0][which]) / (inner[-1][0] - inner[0][0]) / (TPM / 60)

    def told(self) -> dict[str, float]:
        return {"seconds": self.took, "makespan": self.makespan, "by_answered_tokens": self.per_answer,
                "accepted": self.steady(), "let_through": self.steady(2), "limited": self.limited,
                "requests": self.stats["total"], "lost": self.lost}  # fmt: skip


def figures(stage: Stage) -> Iterator[Figure]:
    people = QUICK_PEOPLE if stage.quick else PEOPLE
    search_id = synthetic.generate(stage.rt, stage.actor, people, "Screening", 7)
    rubric = rubrics.save(stage.rt, stage.actor, search_id, JOB, CRITERIA)
    prompts = _prompts(stage, search_id, rubric)
    with ThreadPoolExecutor(3) as at_once:
        going: dict[str, Future[Arm]] = {"ours": at_once.submit(_ours, stage, search_id, rubric)}
        going |= {f"pool of {size}": at_once.submit(_pool, stage, prompts[::3], size) for size in (50, 10)}
        found = {name: arm.result() for name, arm in going.items()}
    ours, arms = found["ours"], {name: arm.told() for name, arm in found.items()}
    yield Figure("P7-accepted", "tokens of answered calls / allowed in steady state >= 0.97", ours.steady(), "",
                 ours.steady() >= 0.97, arms=arms, n=people, cause=LOSSES,
                 note=f"{FAULTS:.0%} of the calls fail at the server, and their tokens count")  # fmt: skip
    yield Figure("P7-429", "refused requests <= 0.1 %", ours.limited * 100, "%", ours.limited <= 0.001, arms=arms,
                 n=people, note=f"{ours.lost} people without a result")  # fmt: skip
    yield Figure("P7-makespan", "seconds / (tokens let through / tokens a minute) <= 1.05", ours.makespan, "x",
                 ours.makespan <= 1.05, arms=arms, n=people)  # fmt: skip
    yield _estimated(stage)


def _estimated(stage: Stage) -> Figure:
    """The estimate of 200 people, and what the stub bills for them."""
    search_id = synthetic.generate(stage.rt, stage.actor, 200, "Estimate", 8)
    rubric = rubrics.save(stage.rt, stage.actor, search_id, JOB, CRITERIA)
    with stub() as url, pointed(stage, url, RPM, TPM) as rt, working(rt, stage):
        said = estimate(rt, stage.actor, View.of(search_id, status="all"), rubric)
        wait(rt, begin(rt, stage.actor, search_id, rubric))
        billed = stats(url)
    bill = prices.cost(stage.settings.openai_model, Usage(
        billed["input_tokens"], billed["cached_tokens"], billed["output_tokens"]))  # fmt: skip
    ratio = float(said.cost / bill) if said.cost and bill else 0.0
    return Figure("P7-estimate", "0.8 <= estimate / bill <= 1.2 for 200 people", ratio, "x", 0.8 <= ratio <= 1.2, n=200)


def _ours(stage: Stage, search_id: str, rubric: Rubric) -> Arm:
    with (
        stub(RPM, TPM, MEDIAN_S, SPREAD, FAULTS) as url,
        pointed(stage, url, RPM, TPM) as rt,
        working(rt, stage),
    ):
        _warm_up(rt, stage)
        run_id = begin(rt, stage.actor, search_id, rubric)
        _until_begun(rt, stage, run_id)
        with _watched(url) as samples:
            wait(rt, run_id)
        lost = len(screening.dead_letters(rt, stage.actor, run_id))
        return Arm(seconds(rt, run_id), stats(url), samples, lost)


def _warm_up(rt: Runtime, stage: Stage) -> None:
    """A job that asks the model once: its modules are loaded then."""
    search_id = synthetic.generate(stage.rt, stage.actor, 1, "Warm-up", 9)
    run_id = rubrics.propose(rt, stage.actor, search_id, JOB)
    while runs.get_run(rt, stage.actor, run_id)["state"] in runs.OPEN:
        time.sleep(0.05)


def _until_begun(rt: Runtime, stage: Stage, run_id: int) -> None:
    while runs.get_run(rt, stage.actor, run_id)["state"] == "queued":
        time.sleep(0.05)


def _pool(stage: Stage, prompts: Sequence[JudgePrompt], size: int) -> Arm:
    with stub(RPM, TPM, MEDIAN_S, SPREAD, FAULTS) as url, _watched(url) as samples:
        client = openai.OpenAI(base_url=url, api_key=KEY)

        def ask(prompt: JudgePrompt) -> bool:
            body = request_body("responses", stage.settings.openai_model, prompt.system, prompt.user, Judgement)
            try:
                client.responses.create(**body)
            except openai.OpenAIError:
                return False
            return True

        start = time.perf_counter()
        with ThreadPoolExecutor(size) as pool:
            answered = sum(pool.map(ask, prompts))
        return Arm(time.perf_counter() - start, stats(url), samples, len(prompts) - answered)


def _prompts(stage: Stage, search_id: str, rubric: Rubric) -> list[JudgePrompt]:
    questions = {f"c{number}": one.question for number, one in enumerate(rubric.criteria, 1)}
    with stage.rt.db.connection() as conn:
        ids = [row["id"] for row in conn.execute(_Q.fetch_candidate_ids, {"search_id": search_id})]
        profiles = fetch_profiles(conn, search_id, ids)
    return [build_judge_prompt(rubric.job_description, questions, shown) for shown in profiles.values()]


@contextmanager
def _watched(url: str) -> Iterator[list[tuple[float, int, int]]]:
    samples: list[tuple[float, int, int]] = []
    ended = threading.Event()

    def look() -> None:
        while True:
            found = stats(url)
            samples.append((time.perf_counter(), found["accepted_tokens"], found["admitted_tokens"]))
            if ended.wait(SAMPLE_S):
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()
