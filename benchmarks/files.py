"""P5, import: against COPY of the same rows into the same tables, again with nothing new, and its memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import requests

import sql
from benchmarks import import_files
from benchmarks.measure import Figure, is_noisy, summary, timed
from benchmarks.stage import Stage
from services import import_mapping, imports

_Q = sql.queries("benchmarks")
# Table → how its rows are read as another person's, who is in no table yet.
TABLES = ("profiles", "profile_urls", "profile_raw", "positions", "educations", "candidates")
MEMORY_GOAL_KB = 16 * 1024
CONTAINER_MB = 512


def figures(stage: Stage) -> Iterator[Figure]:
    yield from _against_copy(stage)
    yield from _memory(stage)


def _against_copy(stage: Stage) -> Iterator[Figure]:
    """Into live tables, with all their indexes on, in both arms. Neither arm's vacuum is in its time."""
    count, rounds = (5_000, 2) if stage.quick else (50_000, 5)
    # Others' people, so that indexes have their usual depth.
    assert stage.searches
    took: dict[str, list[float]] = {"import": [], "copy": [], "again": []}
    with psycopg.connect(stage.superuser_url.replace("/postgres?", "/sourcingx?"), autocommit=True) as conn:
        for seed in range(1000, 1000 + rounds):
            search_id = import_files.new_search(stage, f"Import {seed}")
            first = import_files.import_here(stage, search_id, import_files.upload(stage, count, seed))
            again = import_files.import_here(stage, search_id, import_files.upload(stage, count, seed))
            if first["counts"]["added"] != count or again["counts"]["unchanged"] != count:
                raise RuntimeError(f"not all rows were taken: {first['counts']}, {again['counts']}")
            took["import"].append(first["seconds"] * 1000)
            took["again"].append(again["seconds"] * 1000)
            took["copy"].append(_copy_same_rows(stage, conn, search_id))
    medians = {name: statistics.median(values) for name, values in took.items()}
    arms = {name: summary(values) for name, values in took.items()}
    noisy = is_noisy(took["copy"])
    ratio = medians["copy"] / medians["import"]
    yield Figure(
        "P5-import-ratio", "rows/s of an import / of COPY of the same rows into the same tables >= 0.5",
        count / medians["import"] * 1000, "rows/s", ratio >= 0.5, count / medians["copy"] * 1000, ratio, arms,
        rounds, noisy,
    )  # fmt: skip
    ratio = medians["import"] / medians["again"]
    yield Figure(
        "P5-reimport", "unchanged re-import >= 5x the first", count / medians["again"] * 1000, "rows/s", ratio >= 5,
        count / medians["import"] * 1000, ratio, arms, rounds, noisy,
    )  # fmt: skip


def _copy_same_rows(stage: Stage, conn: psycopg.Connection[Any], search_id: str) -> float:
    """Milliseconds to COPY what an import wrote once more, under other ids and keys, as psql's \\copy does."""
    other = import_files.new_search(stage, "Copied")
    given = {"search_id": search_id, "other": other}
    shift = conn.execute(_Q.shift_ids, given).fetchone()
    assert shift is not None
    data = {}
    for table in TABLES:
        with conn.cursor().copy(getattr(_Q, f"dump_{table}"), {**given, "shift": shift[0]}) as copy:
            data[table] = b"".join(bytes(part) for part in copy)

    def load() -> None:
        for table in TABLES:
            with conn.cursor().copy(getattr(_Q, f"load_{table}")) as copy:
                copy.write(data[table])

    took = timed(load)
    conn.execute(_Q.pass_shifted, {"shift": shift[0]})
    conn.execute(_Q.vacuum_all)
    return took


def _memory(stage: Stage) -> Iterator[Figure]:
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
            together = max(together, sum(_pss_kb(pid) for pid in (worker.pid, web.pid, *web.workers())) / 1024)
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


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
