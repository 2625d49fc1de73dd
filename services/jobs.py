"""Long work: what can be started, and what a handler is given to do it with.

A run is a row of `runs`; Procrastinate only carries its id to a worker. A handler may run twice
(its worker may die at any line), so it keeps its checkpoint in the run's counts or in rows of its
own, written in the same transaction as the work (`RunHandle.save`).

RunCancelled            raised by RunHandle; let it pass
├── LeaseLost           another worker has the run now: write nothing more
└── RunStopped          this process is ending: the run goes back into the queue
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg.types.json import Jsonb

import sql
from services import db
from services.errors import BadInput
from services.identity import Actor
from services.runtime import Runtime
from services.searches import refusal

TASK = "execute_run"
# Looks after what runs at PhantomBuster, by the clock and when it is woken.
LAUNCHES_TASK = "launches"
WRITE_EVERY_S = 1.0

_Q = sql.queries("runs")
# Deferring needs no pool: the job is inserted on the caller's connection.
_queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


@dataclass(frozen=True)
class Kind:
    """One kind of run. `path` is "module:function", imported by the worker only.

    one_per_user: at most one run of all such kinds per person at a time; the rest wait. A kind
    without it is quick: it has threads of its own and waits for no long job.
    lock: runs of this kind take turns among themselves, whoever started them.
    """

    path: str
    one_per_user: bool = True
    lock: str = ""

    @property
    def queue(self) -> str:
        return "long" if self.one_per_user else "quick"


KINDS: dict[str, Kind] = {
    "import": Kind("services.import_run:run_import"),
    "dry_run": Kind("services.import_dry_run:run_dry_run"),
    "export": Kind("services.export_run:run_export"),
    "screen": Kind("services.screening_job:run_screening"),
    "enrich": Kind("services.enrichment_job:run_enrich"),
    "propose": Kind("services.rubric_job:run_propose", one_per_user=False),
    "bulk": Kind("services.bulk:run_bulk", one_per_user=False),
    "undo": Kind("services.undo:run_undo", one_per_user=False),
    "archive": Kind("services.archive_job:run_archive"),
    "restore": Kind("services.archive_restore:run_restore"),
    "filter": Kind("services.filter_run:run_filter", one_per_user=False),
    "sheet": Kind("services.sheet_sync:run_sheet", one_per_user=False),
    "list": Kind("services.list_job:run_list", one_per_user=False),
    "fetch": Kind("services.launch_run:run_fetch", one_per_user=False),
    "erase": Kind("services.erasure_files:run_erase", one_per_user=False, lock="erase"),
    # Not in the queue of long jobs, or imports would wait for what was started behind another import.
    "find_duplicates": Kind("services.duplicates_job:run_find", one_per_user=False, lock="duplicates"),
}


class RunCancelled(Exception):
    """The run shall end here; what was saved stays."""


class LeaseLost(RunCancelled):
    """Another worker has the run now."""


class RunStopped(RunCancelled):
    """This process is ending; the run will go on elsewhere."""


def handler_of(kind: str) -> Handler:
    """The function that does this kind of run. Imports its module."""
    module, _, name = KINDS[kind].path.partition(":")
    return cast(Handler, getattr(importlib.import_module(module), name))


def start_run(
    conn: db.Conn,
    actor: Actor,
    kind: str,
    search_id: str | None,
    params: dict[str, Any],
    total: int | None = None,
) -> int:
    """Insert a run and hand it to the queue, in the caller's transaction; returns its id.

    Raises BadInput for an unknown kind, Forbidden when the actor may not see the search. Whether
    the actor may do this kind of thing is for the caller to check.
    """
    if kind not in KINDS:
        raise BadInput(f"There is no job of the kind {kind!r}.")
    row = db.one(conn, _Q.insert_run, {
        "kind": kind, "search_id": search_id, "params": Jsonb(params), "total": total, **actor.params})  # fmt: skip
    if row is None:
        assert search_id is not None
        raise refusal(conn, actor, search_id)
    enqueue(conn, row["id"], kind, actor.user_id)
    return int(row["id"])


def enqueue(conn: db.Conn, run_id: int, kind: str, user_id: int, *, delay_s: int = 0) -> None:
    """Hand a waiting run to the queue, in the caller's transaction."""
    known = KINDS.get(kind, Kind(""))
    job = _queue.configure_task(
        TASK,
        connection=conn,
        queue=known.queue,
        lock=known.lock or (f"user-{user_id}" if known.one_per_user else f"run-{run_id}"),
        # Older runs first, also when they come back after their worker died.
        priority=-min(run_id, 2_000_000_000),
        schedule_in={"seconds": delay_s} if delay_s else None,
    )
    try:
        job.defer(run_id=run_id)
    except ConnectorException as error:
        # Our own layer translates psycopg's errors.
        raise error.__cause__ or error from error


def wake(conn: db.Conn, task: str) -> None:
    """Have a task of the clock (worker.schedule) done now and not at the next minute, in the caller's transaction."""
    job = _queue.configure_task(task, connection=conn, queue="quick", lock=task, queueing_lock=task)
    try:
        with conn.transaction():
            job.defer(timestamp=int(time.time()))
    except AlreadyEnqueued:
        # It is to be done anyway.
        pass
    except ConnectorException as error:
        raise error.__cause__ or error from error


class RunHandle:
    """One claimed run, in the hands of its handler.

    Attributes: run_id, kind, actor (who started it), search_id, params (as given to start_run),
    and as they were saved last: counts, done, total, failed.
    """

    def __init__(self, rt: Runtime, run_id: int, token: str, row: dict[str, Any], stopping: threading.Event) -> None:
        self.run_id, self.token, self.kind = run_id, token, str(row["kind"])
        self.actor = Actor(row["user_id"], row["role"], row["name"])
        self.search_id = str(row["search_id"]) if row["search_id"] else None
        self.params: dict[str, Any] = row["params"]
        self.counts: dict[str, Any] = row["counts"]
        self.done: int = row["done"]
        self.total: int | None = row["total"]
        self.failed: int = row["failed"]
        self.finished = False
        # The state it ended in; "" while it has not, or goes on elsewhere.
        self.ended = ""
        self.stopping = stopping
        # Set by the worker's pulse as well as by what is read here.
        self.lost = threading.Event()
        self.cancelled = threading.Event()
        self._rt = rt
        self._next_write = 0.0
        self._unsaved = False
        self._rate = _Rate(self.done)

    def progress(self, done: int, total: int | None = None, failed: int | None = None, **counts: Any) -> None:
        """Report; written at most once a second, and a sign of life. Raises RunCancelled as check() does.

        Names in counts are shown to people unless they start with "_".
        """
        self._note(done, total, failed, counts)
        self._unsaved = True
        if time.monotonic() >= self._next_write:
            with self._rt.db.connection() as conn:
                self._write(conn)
        self._raise_if_ended()

    def save(
        self, conn: db.Conn, done: int, total: int | None = None, failed: int | None = None, **counts: Any
    ) -> None:
        """As progress(), but always written, in the caller's transaction: a checkpoint.

        Raises LeaseLost, which rolls the transaction back when it passes through it: that is what
        keeps two workers from doing the same work. Have it among the last statements: it holds
        the run's row until the end.
        """
        self._note(done, total, failed, counts)
        self._write(conn)
        if self.lost.is_set():
            raise LeaseLost

    def check(self) -> None:
        """Raise RunCancelled when the person cancelled, the lease was lost or the process is ending.

        Cheap enough for every item: asks the database at most once a second.
        """
        if time.monotonic() >= self._next_write:
            with self._rt.db.connection() as conn:
                self._heard(db.one(conn, _Q.touch_run, {"run_id": self.run_id, "token": self.token}))
        self._raise_if_ended()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until the run shall end. Raises RunCancelled as check() does."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.check()
            self.stopping.wait(min(left, 0.5))
        self.check()

    def finish(self, message: str = "", *, state: str = "done", conn: db.Conn | None = None) -> None:
        """End the run, in the caller's transaction when conn is given. A handler that returns without
        it ends as done. Raises LeaseLost."""
        if conn is None:
            with self._rt.db.connection() as own:
                self.finish(message, state=state, conn=own)
            return
        if self._unsaved:
            self._write(conn)
        given = {"run_id": self.run_id, "token": self.token, "state": state, "message": message}
        if db.one(conn, _Q.finish_run, given) is None:
            self.lost.set()
            raise LeaseLost
        self.finished, self.ended = True, state

    def _note(self, done: int, total: int | None, failed: int | None, counts: dict[str, Any]) -> None:
        self.done = done
        self.total = self.total if total is None else total
        self.failed = self.failed if failed is None else failed
        self.counts |= counts
        if (rate := self._rate.of(done)) is not None:
            self.counts["_rate"] = rate

    def _write(self, conn: db.Conn) -> None:
        self._unsaved = False
        self._heard(db.one(conn, _Q.save_progress, {
            "run_id": self.run_id, "token": self.token, "done": self.done, "total": self.total,
            "failed": self.failed, "counts": Jsonb(self.counts)}))  # fmt: skip

    def _heard(self, row: dict[str, Any] | None) -> None:
        self._next_write = time.monotonic() + WRITE_EVERY_S
        if row is None:
            self.lost.set()
        elif row["cancel_requested"]:
            self.cancelled.set()

    def _raise_if_ended(self) -> None:
        if self.lost.is_set():
            raise LeaseLost
        if self.cancelled.is_set():
            raise RunCancelled
        if self.stopping.is_set():
            raise RunStopped


class _Rate:
    """Items a second, smoothed over about ten measures of at least half a second each (monotonic clock)."""

    def __init__(self, done: int) -> None:
        self._done, self._at = done, time.monotonic()
        self._rate: float | None = None

    def of(self, done: int) -> float | None:
        now = time.monotonic()
        if (took := now - self._at) >= 0.5 and done >= self._done:
            latest = (done - self._done) / took
            self._rate = latest if self._rate is None else self._rate * 0.8 + latest * 0.2
            self._done, self._at = done, now
        return None if self._rate is None else round(self._rate, 3)


Handler = Callable[[Runtime, RunHandle], None]
