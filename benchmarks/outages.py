"""R2: Postgres is restarted, and away for 100 s in the middle of a job, at the intervals of production."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sql
from benchmarks import import_files
from benchmarks.measure import Figure
from benchmarks.stage import Stage
from benchmarks.web import Refused, Session
from services.imports import import_mapping, imports
from services.servers.children import Child

RESTARTS = 3
PATIENCE_S = 600.0
SEED = 78

_Q = sql.queries("benchmarks")


def figures(stage: Stage) -> Iterator[Figure]:
    """On servers of their own, which are stopped."""
    with Stage(quick=True) as own:
        yield _restart(own)
    with Stage(quick=True) as own:
        yield from _outage(own, *((20_000, 10) if stage.quick else (300_000, 100)))


def _restart(stage: Stage) -> Figure:
    search, person = stage.searches["small"], stage.session()
    expected = person.rows(search, 0)["rowData"]
    took = []
    for _ in range(RESTARTS):
        with _away(stage):
            _ask(person, search)
        began = time.monotonic()
        _until(lambda: _ask(person, search) == expected)
        took.append(time.monotonic() - began)
    worst = max(took)
    return Figure(
        "R2-restart", "pages again after a restart of Postgres <= 10 s", worst, "s", worst <= 10, n=RESTARTS,
        note=f"longest of {RESTARTS}, from the server's first answer; median {statistics.median(took):.2f} s",
    )  # fmt: skip


def _outage(stage: Stage, rows: int, seconds: int) -> Iterator[Figure]:
    page, person = stage.searches["small"], stage.session()
    expected = person.rows(page, 0)["rowData"]
    search = import_files.new_search(stage, "Outage")
    mapping = import_mapping.suggest(import_files.HEADER)
    run_id = imports.start_import(stage.rt, stage.actor, search, import_files.upload(stage, rows, SEED), mapping)
    with _kept_running(stage):
        _until(lambda: _run(stage, run_id)["done"] >= rows // 10)
        with _away(stage):
            # People go on asking.
            over = time.monotonic() + seconds
            while time.monotonic() < over:
                _ask(person, page)
        began = time.monotonic()
        _until(lambda: _ask(person, page) == expected)
        pages, done = time.monotonic() - began, _run(stage, run_id)["done"]
        _until(lambda: _run(stage, run_id)["done"] > done)
        took = time.monotonic() - began
        _until(lambda: _run(stage, run_id)["state"] not in ("queued", "running"))
    run = import_files.finished(stage, run_id)
    # Two of the file's rows are people of other rows, with or without an outage.
    kept = run["counts"].get("added", 0) + run["counts"].get("changed", 0)
    whole = kept == run["done"] == rows
    yield Figure(
        "R2-pages", f"pages again after {seconds} s without Postgres <= 10 s", pages, "s", pages <= 10, n=1,
        note="from the server's first answer",
    )  # fmt: skip
    yield Figure(
        "R2-outage", f"a job completes over {seconds} s without Postgres", took, "s", whole and done < rows,
        note=f"until it went on, by itself; {done:,} of {rows:,} rows before, {kept:,} at the end",
    )  # fmt: skip


@contextmanager
def _away(stage: Stage) -> Iterator[None]:
    postgres = stage.servers.postgres
    assert postgres is not None
    postgres.stop()
    try:
        yield
    finally:
        stage.servers.restart_missing()


@contextmanager
def _kept_running(stage: Stage) -> Iterator[None]:
    """A job worker that is started again whenever it ends, as the process manager does it."""
    command = [str(Path(sys.executable).with_name("sourcingx")), "worker"]
    worker, over = Child("worker", command, stage.environ, stage.settings.home / "worker.log"), threading.Event()

    def look_after() -> None:
        while not over.wait(0.25):
            worker.restart_if_due()

    worker.start()
    keeper = threading.Thread(target=look_after)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        worker.ask_to_end()
        worker.make_sure_it_ended(60)


def _ask(person: Session, search: str) -> Any:
    """The first block; None where a clear answer says that there is none now."""
    try:
        return person.rows(search, 0)["rowData"]
    except Refused as error:
        if error.status != 503:
            raise
        return None


def _run(stage: Stage, run_id: int) -> dict[str, Any]:
    with stage.rt.db.connection() as conn:
        row = conn.execute(_Q.fetch_run_state, {"run_id": run_id}).fetchone()
    assert row is not None
    return row


def _until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("it does not get on")
        time.sleep(0.05)
