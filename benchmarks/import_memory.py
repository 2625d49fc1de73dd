"""P5-memory, P2d: what a job worker holds at most while a file comes in, a small one and a million rows."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

import sql
from benchmarks import import_files
from benchmarks.measure import Figure
from benchmarks.stage import Stage
from services.imports import import_mapping, imports

_Q = sql.queries("benchmarks")
MEMORY_GOAL_KB = 16 * 1024
CONTAINER_MB = 512


def figures(stage: Stage) -> Iterator[Figure]:
    """Peaks of a real job worker: a small file, and a large one beside the web server."""
    small, large = (2_000, 20_000) if stage.quick else (10_000, 1_000_000)
    small_kb, _, _ = _worker_peak(stage, small, 1)
    large_kb, together_mb, run = _worker_peak(stage, large, 2)
    assert requests.get(f"{stage.web.url}/healthz", timeout=10).ok
    yield Figure(
        "P5-memory", f"peak of the job worker at {large:,} rows - at {small:,} <= 16 MB", (large_kb - small_kb) / 1024,
        "MB", large_kb - small_kb <= MEMORY_GOAL_KB, small_kb / 1024,
        arms={"peak_mb": {"small": small_kb / 1024, "large": large_kb / 1024}}, n=1,
        note=f"{large / run['seconds']:,.0f} rows/s",
    )  # fmt: skip
    yield Figure(
        "P2d", f"web + job worker, peak proportional set size while {large:,} rows come in <= 512 MB", together_mb,
        "MB", together_mb <= CONTAINER_MB, n=1, note="sampled twice a second; servers outside",
    )  # fmt: skip


def _worker_peak(stage: Stage, count: int, seed: int) -> tuple[int, float, dict[str, Any]]:
    """(peak resident kB of the worker, peak MB of web + worker together, the run) of one import."""
    upload_id = import_files.upload(stage, count, 2000 + seed)
    search_id = import_files.new_search(stage, f"Memory {count}")
    mapping = import_mapping.suggest(import_files.HEADER)
    run_id = imports.start_import(stage.rt, stage.actor, search_id, upload_id, mapping)
    command = [str(Path(sys.executable).with_name("sourcingx")), "worker"]
    worker = subprocess.Popen(command, env=stage.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    together, waiting, web = 0.0, threading.Event(), stage.web
    try:
        while worker.poll() is None and not waiting.wait(0.5):
            together = max(together, sum(pss_kb(pid) for pid in (worker.pid, web.pid, *web.workers())) / 1024)
            with stage.rt.db.connection() as conn:
                row = conn.execute(_Q.fetch_run_state, {"run_id": run_id}).fetchone()
            if row is not None and row["state"] not in ("queued", "running"):
                break
        peak = _status_kb(worker.pid, "VmHWM")
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    return peak, together, import_files.finished(stage, run_id)


def _status_kb(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def pss_kb(pid: int) -> int:
    """Proportional set size of a process, 0 of one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
