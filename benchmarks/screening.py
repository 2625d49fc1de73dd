"""P7: a screening against a model with sliding-window limits, lognormal latency and 2 % faults.

Arms: ours; a plain pool of 50 and of 10 threads with the library's own retries, as people write it first.
Each meets a stub of its own, one after the other: they compete for nothing but the machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openai

import sql
from benchmarks.measure import Figure
from benchmarks.stage import Stage
from services import prices, rubrics, screening, synthetic
from services.demo import CRITERIA, JOB
from services.grid_view import View
from services.job_runner import Runner
from services.profile_texts import fetch_profiles
from services.prompts import JudgePrompt, build_judge_prompt
from services.rubrics import Rubric
from services.runtime import Runtime
from services.screening_estimate import estimate
from services.vendors.openai_answers import Judgement
from services.vendors.openai_errors import Usage

_Q = sql.queries("benchmarks")
ROOT = Path(__file__).parents[1]
# Tokens are what binds: about 900 a call.
RPM, TPM = 2_000, 900_000
MEDIAN_S, SPREAD, FAULTS = 0.8, 0.5, 0.02
SAMPLE_S = 0.5


@dataclass
class Arm:
    """took: seconds. samples: (seconds since the start, tokens accepted so far). lost: people without an answer."""

    took: float
    stats: dict[str, Any]
    samples: list[tuple[float, int]]
    lost: int

    @property
    def limited(self) -> float:
        """Share of requests that were refused with 429."""
        return float(self.stats["by_outcome"].get("limited", 0) / max(1, self.stats["total"]))

    @property
    def makespan(self) -> float:
        """Times what the tokens need at the limit."""
        return self.took / (self.stats["accepted_tokens"] / TPM * 60)

    @property
    def steady(self) -> float:
        """Accepted ÷ allowed between a fifth and four fifths of the way."""
        inner = [one for one in self.samples if 0.2 * self.took <= one[0] <= 0.8 * self.took]
        if len(inner) < 2:
            return 0.0
        (begin, before), (end, after) = inner[0], inner[-1]
        return (after - before) / (end - begin) / (TPM / 60)

    def told(self) -> dict[str, float]:
        return {"seconds": self.took, "makespan": self.makespan, "accepted": self.steady, "limited": self.limited,
                "requests": self.stats["total"], "lost": self.lost}  # fmt: skip


def figures(stage: Stage) -> Iterator[Figure]:
    people = 1_000 if stage.quick else 3_000
    search_id = synthetic.generate(stage.rt, stage.actor, people, "Screening", 7)
    rubric = rubrics.save(stage.rt, stage.actor, search_id, JOB, CRITERIA)
    ours = _ours(stage, search_id, rubric)
    prompts = _prompts(stage, search_id, rubric)
    pools = {f"pool of {size}": _pool(stage, prompts, size) for size in (50, 10)}
    arms = {name: arm.told() for name, arm in {"ours": ours, **pools}.items()}
    yield Figure("P7-accepted", "accepted ÷ allowed tokens in steady state ≥ 0.97", ours.steady, "",
                 ours.steady >= 0.97, arms=arms, n=people)  # fmt: skip
    yield Figure("P7-429", "refused requests ≤ 0.1 %", ours.limited * 100, "%", ours.limited <= 0.001, arms=arms,
                 n=people, note=f"{ours.lost} people without a result")  # fmt: skip
    yield Figure("P7-makespan", "÷ tokens at the limit ≤ 1.05", ours.makespan, "x", ours.makespan <= 1.05, arms=arms,
                 n=people)  # fmt: skip
    yield _estimated(stage)


def _estimated(stage: Stage) -> Figure:
    """The estimate of 200 people, and what the stub bills for them."""
    search_id = synthetic.generate(stage.rt, stage.actor, 200, "Estimate", 8)
    rubric = rubrics.save(stage.rt, stage.actor, search_id, JOB, CRITERIA)
    with _stub(limited=False) as url, _pointed(stage, url) as rt:
        said = estimate(rt, stage.actor, View.of(search_id), rubric)
        _screened(rt, stage, search_id, rubric)
        stats = _stats(url)
    bill = prices.cost(stage.settings.openai_model, Usage(
        stats["input_tokens"], stats["cached_tokens"], stats["output_tokens"]))  # fmt: skip
    ratio = float(said.cost / bill) if said.cost and bill else 0.0
    return Figure("P7-estimate", "0.8 ≤ estimate ÷ bill ≤ 1.2 for 200 people", ratio, "x", 0.8 <= ratio <= 1.2, n=200)


def _ours(stage: Stage, search_id: str, rubric: Rubric) -> Arm:
    with _stub() as url, _pointed(stage, url) as rt, _watched(url) as samples:
        begin = time.perf_counter()
        lost = _screened(rt, stage, search_id, rubric)
        took = time.perf_counter() - begin
        return Arm(took, _stats(url), samples, lost)


def _screened(rt: Runtime, stage: Stage, search_id: str, rubric: Rubric) -> int:
    """As a job worker does it; returns how many have no result."""
    run_id = screening.start(rt, stage.actor, View.of(search_id), rubric.id)
    runner = Runner(rt, "bench")
    runner.start()
    try:
        runner.execute(run_id)
    finally:
        runner.close()
    return len(screening.dead_letters(rt, stage.actor, run_id))


def _pool(stage: Stage, prompts: Sequence[JudgePrompt], size: int) -> Arm:
    with _stub() as url, _watched(url) as samples:
        client = openai.OpenAI(base_url=url, api_key="bench")
        schema = {"name": "Judgement", "strict": True, "schema": Judgement.model_json_schema()}

        def ask(prompt: JudgePrompt) -> bool:
            messages: Any = [
                {"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}
            ]  # fmt: skip
            form: Any = {"format": {"type": "json_schema", **schema}}
            try:
                client.responses.create(model=stage.settings.openai_model, input=messages, text=form)
            except openai.OpenAIError:
                return False
            return True

        begin = time.perf_counter()
        with ThreadPoolExecutor(size) as pool:
            answered = sum(pool.map(ask, prompts))
        return Arm(time.perf_counter() - begin, _stats(url), samples, len(prompts) - answered)


def _prompts(stage: Stage, search_id: str, rubric: Rubric) -> list[JudgePrompt]:
    questions = {f"c{number}": one.question for number, one in enumerate(rubric.criteria, 1)}
    with stage.rt.db.connection() as conn:
        ids = [row["id"] for row in conn.execute(_Q.fetch_candidate_ids, {"search_id": search_id})]
        profiles = fetch_profiles(conn, search_id, ids)
    return [build_judge_prompt(rubric.job_description, questions, shown) for shown in profiles.values()]


@contextmanager
def _pointed(stage: Stage, url: str) -> Iterator[Runtime]:
    """A worker's runtime that asks this stub, with an empty limiter: the address is new."""
    settings = replace(
        stage.settings, openai_api_key="bench", openai_base_url=url, openai_rpm=RPM, openai_tpm=TPM
    )  # fmt: skip
    rt = Runtime(settings, kind="worker")
    rt.open()
    try:
        yield rt
    finally:
        rt.close()


@contextmanager
def _stub(*, limited: bool = True) -> Iterator[str]:
    """A process of its own, so that its work is not ours."""
    limits = ["--rpm", str(RPM), "--tpm", str(TPM)] if limited else []
    shape = ["--latency", str(MEDIAN_S), "--spread", str(SPREAD), "--error-rate", str(FAULTS)]
    command = [sys.executable, "-m", "tests.stubs.openai_server", *limits, *shape]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as stub:
        assert stub.stdout is not None
        try:
            yield stub.stdout.readline().strip()
        finally:
            stub.terminate()


@contextmanager
def _watched(url: str) -> Iterator[list[tuple[float, int]]]:
    samples: list[tuple[float, int]] = []
    ended, begin = threading.Event(), time.perf_counter()

    def look() -> None:
        while not ended.wait(SAMPLE_S):
            samples.append((time.perf_counter() - begin, _stats(url)["accepted_tokens"]))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()


def _stats(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/stats", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
