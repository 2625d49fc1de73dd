"""What benchmarks of screening run against and with: a stub model in a process of its own, and a real job worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sql
from benchmarks.stage import Stage
from services.access.identity import Actor
from services.grid.grid_view import View
from services.runtime import Runtime
from services.screening import screening
from services.screening.rubrics import Rubric

_Q = sql.queries("benchmarks")
ROOT = Path(__file__).parents[1]
KEY = "bench"
PATIENCE_S = 1_200.0


@contextmanager
def stub(
    rpm: int | None = None, tpm: int | None = None, latency: float = 0.0, spread: float = 0.0, faults: float = 0.0
) -> Iterator[str]:
    """Its address. A process of its own, so that its work is not ours. latency: median seconds, lognormal by spread."""
    limits = [f"--{name}={value}" for name, value in (("rpm", rpm), ("tpm", tpm)) if value]
    shape = [f"--latency={latency}", f"--spread={spread}", f"--error-rate={faults}"]
    command = [sys.executable, "-m", "tests.stubs.openai_server", *limits, *shape]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()


def stats(url: str) -> dict[str, Any]:
    """What a stub has counted so far."""
    with urllib.request.urlopen(f"{url}/stats", timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


@contextmanager
def pointed(stage: Stage, url: str, rpm: int, tpm: int) -> Iterator[Runtime]:
    """A runtime whose model is at this address; its limiter is empty, since the address is new."""
    settings = replace(
        stage.settings, openai_api_key=KEY, openai_base_url=url, openai_rpm=rpm, openai_tpm=tpm
    )  # fmt: skip
    rt = Runtime(settings)
    rt.open()
    try:
        yield rt
    finally:
        rt.close()


@contextmanager
def working(rt: Runtime, stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """A job worker of its own process for the model of rt, with short signs of life, always on the same slot."""
    s = rt.settings
    environ = stage.environ | {
        "OPENAI_API_KEY": s.openai_api_key, "OPENAI_BASE_URL": s.openai_base_url, "OPENAI_RPM": str(s.openai_rpm),
        "OPENAI_TPM": str(s.openai_tpm), "JOB_HEARTBEAT_S": "1", "JOB_RESCUE_S": "1",
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("sourcingx")), "worker"]
    worker = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def begin(rt: Runtime, actor: Actor, search_id: str, rubric: Rubric) -> int:
    """Everyone of a search is to be screened, whatever their status; returns the run's id."""
    return screening.start(rt, actor, View.of(search_id, status="all"), rubric.id)


def run_state(rt: Runtime, run_id: int) -> dict[str, Any]:
    """state, done."""
    with rt.db.connection() as conn:
        row = conn.execute(_Q.fetch_run_state, {"run_id": run_id}).fetchone()
    assert row is not None
    return dict(row)


def wait(rt: Runtime, run_id: int, done: int | None = None) -> None:
    """Until the run has ended, or so many people are done. Raises RuntimeError where it ends badly or not at all."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        now = run_state(rt, run_id)
        if now["state"] == "done" or (done is not None and now["done"] >= done):
            return
        if now["state"] in ("failed", "cancelled", "paused"):
            raise RuntimeError(f"the screening is {now['state']}")
        time.sleep(0.02)
    raise RuntimeError("the screening does not get on")


def seconds(rt: Runtime, run_id: int) -> float:
    """From the run's claim to its end."""
    with rt.db.connection() as conn:
        row = conn.execute(_Q.run_ms, {"run_id": run_id}).fetchone()
    assert row is not None
    return float(row["ms"]) / 1000
