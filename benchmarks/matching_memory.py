"""P4-memory: what processes hold for matching: nothing in web workers; in a job worker the model, while it is used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from benchmarks.import_memory import pss_kb
from benchmarks.measure import Figure
from benchmarks.screening_model import wait, working
from benchmarks.stage import Stage
from services.demo import synthetic
from services.matching import embedding_runs, matching

PEOPLE, QUICK_PEOPLE = 500, 60
WORKER_MB, WEB_MB = 250.0, 1.0
READS = 40
# What only whoever has vectors or a model has loaded.
FOREIGN = ("onnxruntime", "tokenizers", "numpy")
PATIENCE_S = 600.0


def figures(stage: Stage) -> Iterator[Figure]:
    people = QUICK_PEOPLE if stage.quick else PEOPLE
    search_id = synthetic.generate(stage.rt, stage.actor, people, "Matching memory", seed=7)
    with working(stage.rt, stage) as worker:
        idle = _settled(worker.pid)
        began = time.monotonic()
        wait(stage.rt, embedding_runs.start(stage.rt, stage.actor, search_id))
        took = time.monotonic() - began
        peak = _peak_mb(worker.pid)
        text = "Someone who keeps our servers up, day and night."
        found = matching.to_text(stage.rt, stage.actor, UUID(search_id), text)
        deadline = time.monotonic() + PATIENCE_S
        while found.state == "waiting" and time.monotonic() < deadline:
            time.sleep(0.2)
            found = matching.look(stage.rt, stage.actor, UUID(search_id), found.id)
        if found.state != "ready":
            raise RuntimeError(f"the text is {found.state}: {found.message}")
    yield Figure(
        "P4-memory-worker", f"peak resident memory of a job worker with the model at work <= {WORKER_MB:.0f} MB",
        peak, "MB", peak <= WORKER_MB, idle, arms={"mb": {"idle": idle, "peak": peak}}, n=people,
        note=f"{people} people in {took:.0f} s",
    )  # fmt: skip
    session, web = stage.session(), [stage.web.pid, *stage.web.workers()]
    for _ in range(READS):
        session.rows(search_id, 0)
    before = sum(map(pss_kb, web)) / 1024
    for _ in range(READS):
        session.rows(search_id, 0, match=found.id)
    grew = sum(map(pss_kb, web)) / 1024 - before
    loaded = sorted({name for pid in web for name in FOREIGN if f"/{name}" in Path(f"/proc/{pid}/maps").read_text()})
    yield Figure(
        "P4-memory-web", f"web processes after {READS} pages by likeness - before <= {WEB_MB:.0f} MB, no model or "
        "array library loaded", grew, "MB", grew <= WEB_MB and not loaded, before, n=READS,
        note=f"loaded: {', '.join(loaded) or 'none'}",
    )  # fmt: skip


def _settled(pid: int) -> float:
    """Proportional set size in MB once it has stopped growing."""
    last, now = 0.0, pss_kb(pid) / 1024
    deadline = time.monotonic() + PATIENCE_S
    while (now - last > 0.5 or not now) and time.monotonic() < deadline:
        time.sleep(2)
        last, now = now, pss_kb(pid) / 1024
    return now


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
