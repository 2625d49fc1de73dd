"""R-import-kill: kill -9 of the job worker at 20 random points of an import comes to the uninterrupted one."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

import sql
from benchmarks import import_files
from benchmarks.measure import Figure
from benchmarks.stage import Stage
from services.imports import import_mapping, imports

_Q = sql.queries("benchmarks")
SEED = 77
PATIENCE_S = 600.0


def figures(stage: Stage) -> Iterator[Figure]:
    """On servers of its own: both imports must meet nobody but their own people."""
    rows, kills = (5_000, 4) if stage.quick else (200_000, 20)
    with Stage(quick=True) as whole:
        run = import_files.import_here(
            whole, import_files.new_search(whole, "Kill"), import_files.upload(whole, rows, SEED)
        )
        expected = (_digest(whole), run["counts"])
    with Stage(quick=True) as cut:
        found = _killed(cut, rows, kills)
    differ = sum(one != other for one, other in zip(expected, found, strict=True))
    yield Figure(
        "R-import-kill", f"{kills} x kill -9 during {rows:,} rows: content and counts that differ = 0", differ, "",
        differ == 0, n=kills, note=f"{expected[0]['people']:,} people",
    )  # fmt: skip


def _killed(stage: Stage, rows: int, kills: int) -> tuple[dict[str, Any], dict[str, Any]]:
    search_id = import_files.new_search(stage, "Kill")
    mapping = import_mapping.suggest(import_files.HEADER)
    run_id = imports.start_import(stage.rt, stage.actor, search_id, import_files.upload(stage, rows, SEED), mapping)
    draw = random.Random(SEED)
    # A worker that dies three times without a row in between is given up: each gets on by some.
    for target in sorted(draw.sample(range(1_000, rows - 1_000, 1_000 if rows > 50_000 else 500), kills)):
        worker = _worker(stage)
        _until_done(stage, run_id, target)
        time.sleep(draw.random() * 0.5)
        worker.kill()
        worker.wait()
    worker = _worker(stage)
    try:
        _until_done(stage, run_id, None)
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    return _digest(stage), import_files.finished(stage, run_id)["counts"]


def _worker(stage: Stage) -> subprocess.Popen[bytes]:
    """With short signs of life, and always on the same slot: its next process frees what it held."""
    environ = stage.environ | {"JOB_HEARTBEAT_S": "1", "JOB_RESCUE_S": "1"}
    command = [str(Path(sys.executable).with_name("sourcingx")), "worker"]
    return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _until_done(stage: Stage, run_id: int, target: int | None) -> None:
    """Until so many rows are done, or the run has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with stage.rt.db.connection() as conn:
            row = conn.execute(_Q.fetch_run_state, {"run_id": run_id}).fetchone()
        assert row is not None
        if row["state"] in ("done", "failed", "cancelled") or (target is not None and row["done"] >= target):
            return
        time.sleep(0.02)
    raise RuntimeError("the import does not get on")


def _digest(stage: Stage) -> dict[str, Any]:
    """On a connection without the pool's limit of time: it reads everything."""
    with psycopg.connect(stage.settings.database_url, row_factory=dict_row) as conn:
        row = conn.execute(_Q.digest_people).fetchone()
    assert row is not None
    return row
