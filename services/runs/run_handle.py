"""One claimed run, in the hands of the handler that does it.

A handler may run twice (its worker may die at any line), so it keeps its checkpoint in the run's counts or in
rows of its own, written in the same transaction as the work (`RunHandle.save`). At each checkpoint it is also
asked whether whoever started the run may still do so (services/runs/run_rights.py).

RunCancelled            raised by RunHandle; let it pass
├── LeaseLost           another worker has the run now: write nothing more
├── RightLost           whoever started it may no longer do so
└── RunStopped          this process is ending: the run goes back into the queue
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.errors import Conflict, Unavailable
from services.runs import run_rights
from services.runs.run_rate import Rate
from services.runs.run_rights import Need
from services.runtime import Runtime

T = TypeVar("T")
WRITE_EVERY_S = 1.0

_Q = sql.queries("runs")


class RunCancelled(Exception):
    """The run shall end here; what was saved stays."""


class LeaseLost(RunCancelled):
    """Another worker has the run now."""


class RightLost(RunCancelled):
    """Whoever started the run may no longer do so; what was saved stays."""


class RunStopped(RunCancelled):
    """This process is ending; the run will go on elsewhere."""


class RunHandle:
    """One claimed run, in the hands of its handler.

    Attributes: run_id, kind, actor (who started it), search_id, params (as given to start_run),
    and as they were saved last: counts, done, total, failed.
    """

    def __init__(
        self, rt: Runtime, run_id: int, token: str, row: dict[str, Any], stopping: threading.Event,
        *, needs: Need = "see",
    ) -> None:  # fmt: skip
        self.run_id, self.token, self.kind, self.needs = run_id, token, str(row["kind"]), needs
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
        # Why the person may no longer do this, see run_rights.REASONS; "" while they may.
        self.barred = ""
        # Set by a handler that is putting things in order: nobody cancels that, nor does a lost right.
        self.must_finish = False
        self.stopping = stopping
        # Set by the worker's pulse as well as by what is read here.
        self.lost = threading.Event()
        self.cancelled = threading.Event()
        self._rt = rt
        self._next_write = 0.0
        self._unsaved = False
        self._rate = Rate(self.done)

    def progress(self, done: int, total: int | None = None, failed: int | None = None, **counts: Any) -> None:
        """Report; written at most once a second, and a sign of life. Raises RunCancelled as check() does.

        Names in counts are shown to people unless they start with "_".
        """
        self._note(done, total, failed, counts)
        self._unsaved = True
        if time.monotonic() >= self._next_write:
            with self._rt.db.connection() as conn:
                self._write(conn)
        self.raise_if_ended()

    def save(
        self, conn: db.Conn, done: int, total: int | None = None, failed: int | None = None, **counts: Any
    ) -> None:
        """As progress(), but always written, in the caller's transaction: a checkpoint.

        Raises LeaseLost or RightLost, which rolls the transaction back when it passes through it: that is
        what keeps two workers from doing the same work, and the work of whoever lost the right from being
        done. Have it among the last statements: it holds the run's row until the end.
        """
        before = self.done, self.total, self.failed, dict(self.counts)
        self._note(done, total, failed, counts)
        self._write(conn)
        if self.lost.is_set():
            raise LeaseLost
        if self.barred and not self.must_finish:
            # What is rolled back was not done.
            self.done, self.total, self.failed, kept = before
            self.counts.clear()
            self.counts |= kept
            self._unsaved = True
            raise RightLost

    def must_be_allowed(self, conn: db.Conn) -> None:
        """Ask once more before something is given out of hand. Raises RightLost."""
        row = db.one(conn, _Q.fetch_refusal, {"run_id": self.run_id, "needs": self.needs})
        if row is not None and row["refused"]:
            self.bar(row["refused"])
            raise RightLost

    def bar(self, refused: str) -> None:
        """The person may no longer do this: the run is to end at its next look."""
        self.barred = refused
        self.cancelled.set()

    def check(self) -> None:
        """Raise RunCancelled when the person cancelled or lost the right, the lease was lost or the process is ending.

        Cheap enough for every item: asks the database at most once a second.
        """
        if time.monotonic() >= self._next_write:
            with self._rt.db.connection() as conn:
                self._heard(db.one(conn, _Q.touch_run, {
                    "run_id": self.run_id, "token": self.token, "needs": self.needs}))  # fmt: skip
        self.raise_if_ended()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until the run shall end. Raises RunCancelled as check() does."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.check()
            self.stopping.wait(min(left, 0.5))
        self.check()

    def insist(self, write: Callable[[db.Conn], T]) -> T:
        """One transaction, waiting for the database for as long as this process may: what was paid for is written."""
        while True:
            try:
                with self._rt.db.connection() as conn:
                    return write(conn)
            except (Unavailable, Conflict):
                if self.stopping.wait(1.0):
                    raise

    def finish(self, message: str = "", *, state: str = "done", conn: db.Conn | None = None) -> None:
        """End the run, in the caller's transaction when conn is given. A handler that returns without
        it ends as done. Raises LeaseLost."""
        if conn is None:
            with self._rt.db.connection() as own:
                self.finish(message, state=state, conn=own)
            return
        if self._unsaved:
            self._write(conn)
        if state == "cancelled" and self.barred:
            message = run_rights.ended(self.barred, message)
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
            "failed": self.failed, "counts": Jsonb(self.counts), "needs": self.needs}))  # fmt: skip

    def _heard(self, row: dict[str, Any] | None) -> None:
        self._next_write = time.monotonic() + WRITE_EVERY_S
        if row is None:
            self.lost.set()
            return
        if row["cancel_requested"]:
            self.cancelled.set()
        if row["refused"]:
            self.bar(row["refused"])

    def raise_if_ended(self) -> None:
        """As check(), from what is known already."""
        if self.lost.is_set():
            raise LeaseLost
        if self.cancelled.is_set() and not self.must_finish:
            raise RightLost if self.barred else RunCancelled
        if self.stopping.is_set():
            raise RunStopped
