"""Runs the runs: claims one, calls its handler, ends it; keeps leases alive and takes those of the dead.

Procrastinate's own rescue recipe ignores attempts (a job that kills its worker runs for ever) and
its finish has no fencing, so both are done here, on our rows: a lease token per claim, and at most
MAX_ATTEMPTS starts without getting on in between.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb

import sql
from services import db, faults, logs
from services.access.identity import Actor
from services.errors import Conflict, ProductError, Unavailable
from services.operations import metrics
from services.runs import jobs
from services.runs.jobs import KINDS, LeaseLost, RightLost, RunCancelled, RunHandle, RunStopped
from services.runtime import Runtime
from services.screening import model_holds

MAX_ATTEMPTS = 3
# Whatever the settings: less than this can be a busy machine, not a dead worker.
SILENCE_FLOOR_S = 3.0
RETRY_S = 5
FULL_RETRY_S = 2

_Q = sql.queries("runs")
_log = logging.getLogger(__name__)


class Runner:
    """The runs of one process. `slot` names the worker across restarts, the part after # this start."""

    def __init__(self, rt: Runtime, slot: str) -> None:
        self.rt, self.slot = rt, slot
        self.instance = f"{slot}#{uuid.uuid4().hex[:8]}"
        self.stopping = threading.Event()
        self.silence_s = silence_s(rt)
        self._beat_s = min(rt.settings.job_heartbeat_s, self.silence_s / 3)
        self._active: dict[str, RunHandle] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._rescues = False
        self._pulse: threading.Thread | None = None

    # -- one run ------------------------------------------------------------------------------

    def execute(self, run_id: int) -> None:
        """Do a run that waits; nothing when it is done, taken or cancelled. Never raises for the run's sake."""
        handle = self._claim(run_id, limited=True)
        if handle is not None:
            self._work(handle)

    def execute_inline(self, actor: Actor, kind: str, search_id: str | None, params: dict[str, Any]) -> int:
        """Start a run and do it here and now, beside any workers; returns its id. For the command line."""
        return self.execute_here(lambda conn: jobs.start_run(conn, actor, kind, search_id, params))

    def execute_here(self, start: Callable[[db.Conn], int]) -> int:
        """The same for what `start` starts in the transaction that it is given."""
        with self.rt.db.connection() as conn:
            run_id = start(conn)
            # Claimed before anyone else can see it; the queue's row is then without effect.
            handle = self._claim_with(conn, run_id, limited=False)
            db.run(conn, _Q.delete_waiting_jobs, {"task": jobs.TASK, "run_id": run_id})
        assert handle is not None
        self._work_inline(handle)
        return run_id

    def take_up_inline(self, run_id: int) -> None:
        """Do a run that waits, here and now, beside any workers; nothing where one of them has it already."""
        with self.rt.db.connection() as conn:
            handle = self._claim_with(conn, run_id, limited=False)
            if handle is not None:
                db.run(conn, _Q.delete_waiting_jobs, {"task": jobs.TASK, "run_id": run_id})
        if handle is not None:
            self._work_inline(handle)

    def _work_inline(self, handle: RunHandle) -> None:
        self.start()
        try:
            self._work(handle)
        except BaseException:
            self._end(handle, "cancelled", "The command was interrupted. What it had done is kept.")
            raise
        finally:
            self.close()

    def _claim(self, run_id: int, *, limited: bool) -> RunHandle | None:
        with self.rt.db.connection() as conn:
            handle = self._claim_with(conn, run_id, limited=limited)
            waiting = None if handle else db.one(conn, _Q.fetch_waiting, {"run_id": run_id})
            if waiting:
                # Another worker took the last place since this one fetched the job.
                jobs.enqueue(conn, run_id, waiting["kind"], waiting["user_id"], delay_s=FULL_RETRY_S)
        return handle

    def _claim_with(self, conn: db.Conn, run_id: int, *, limited: bool) -> RunHandle | None:
        quick = [name for name, kind in KINDS.items() if not kind.one_per_user]
        waiting = db.one(conn, _Q.fetch_waiting, {"run_id": run_id})
        limited = limited and waiting is not None and waiting["kind"] not in quick
        if limited:
            conn.execute(_Q.lock_claims)
        token = str(uuid.uuid4())
        row = db.one(conn, _Q.claim_run, {
            "run_id": run_id, "token": token, "worker": self.instance, "unlimited_kinds": quick,
            "limit": self.rt.settings.job_concurrency if limited else None, "silence_s": self.silence_s,
            "needs": jobs.needs_of(waiting["kind"]) if waiting else "see"})  # fmt: skip
        if row is None:
            return None
        handle = RunHandle(self.rt, run_id, token, row, self.stopping, needs=jobs.needs_of(row["kind"]))
        if row["refused"]:
            handle.bar(row["refused"])
        return handle

    def _work(self, handle: RunHandle) -> None:
        with logs.about(run_id=handle.run_id, user_id=handle.actor.user_id):
            began = time.monotonic()
            self._do(handle)
            took = time.monotonic() - began
            _log.info("%s: %s after %.1f s", handle.kind, handle.ended or "to be continued", took)
            metrics.RUNS.observe(took, handle.kind, handle.ended or "later")

    def _do(self, handle: RunHandle) -> None:
        with self._lock:
            self._active[handle.token] = handle
        try:
            if handle.barred and not KINDS[handle.kind].told:
                raise RightLost
            jobs.handler_of(handle.kind)(self.rt, handle)
            if not handle.finished:
                handle.finish()
        except LeaseLost:
            _log.warning("run %s was taken over by another worker", handle.run_id)
        except RunStopped:
            self._release(handle, refund=True)
        except RunCancelled:
            self._end(handle, "cancelled", "")
        except (Unavailable, Conflict) as error:
            _log.warning("run %s: %s", handle.run_id, error.message)
            self._again_or_fail(handle, error)
        except ProductError as error:
            self._end(handle, "failed", error.message)
        except Exception as error:
            _log.error("run %s failed: %s", handle.run_id, faults.trace(error))
            reason = f"This stopped because of a fault in the program ({type(error).__name__}). Tell your admin."
            self._end(handle, "failed", reason)
        finally:
            with self._lock:
                self._active.pop(handle.token, None)

    def _end(self, handle: RunHandle, state: str, message: str) -> None:
        def finish(conn: db.Conn) -> None:
            handle.finish(message, state=state, conn=conn)

        self._insist(finish)

    def _release(self, handle: RunHandle, *, refund: bool, delay_s: int = 0) -> None:
        def release(conn: db.Conn) -> None:
            given = {"run_id": handle.run_id, "token": handle.token, "refund": int(refund)}
            row = db.one(conn, _Q.release_run, given)
            if row is not None and row["state"] == "queued":
                jobs.enqueue(conn, handle.run_id, row["kind"], row["user_id"], delay_s=delay_s)

        self._insist(release)

    def _again_or_fail(self, handle: RunHandle, error: ProductError) -> None:
        """A server was away. An outage that lasts until now does not count as an attempt."""
        outage = False
        while not self.stopping.is_set():
            try:
                with self.rt.db.connection() as conn:
                    row = db.one(conn, _Q.fetch_attempts, {"run_id": handle.run_id, "token": handle.token})
                break
            except Unavailable:
                outage = True
                self.stopping.wait(1.0)
        else:
            return  # The next start of this slot frees the lease.
        if row is not None and row["attempts"] >= MAX_ATTEMPTS and not outage:
            self._end(handle, "failed", error.message)
        else:
            self._release(handle, refund=outage, delay_s=RETRY_S)

    def _insist(self, write: Any) -> None:
        """Write the end of a run, waiting for the database until this process ends."""
        while True:
            try:
                with self.rt.db.connection() as conn:
                    write(conn)
                return
            except LeaseLost:
                return
            except (Unavailable, Conflict):
                if self.stopping.wait(1.0):
                    return  # The lease is freed at the next start, or taken by another worker.

    # -- pulse and rescue ---------------------------------------------------------------------

    def start(self, *, rescues: bool = False) -> None:
        """Begin to keep leases alive (a thread), and with rescues=True to take over those of the dead."""
        self._rescues = rescues
        self._pulse = threading.Thread(target=self._beat_on, name="pulse", daemon=True)
        self._pulse.start()

    def stop(self) -> None:
        """Ask all handlers to come to an end; their runs go back into the queue."""
        self.stopping.set()

    def close(self) -> None:
        """stop(), and no more signs of life."""
        self.stop()
        self._over.set()
        if self._pulse is not None:
            self._pulse.join(timeout=5)

    def _beat_on(self) -> None:
        # Not until stopping: handlers that are coming to an end still hold their leases.
        heard_since: float | None = None
        while not self._over.wait(self._beat_s):
            try:
                self.beat()
                heard_since = heard_since or time.monotonic()
                # After an outage all leases look stale although their workers live: they sign first.
                if self._rescues and time.monotonic() - heard_since >= self.silence_s:
                    self.rescue()
                    model_holds.lift_due(self.rt)
            except ProductError as error:
                heard_since = None
                _log.warning("no sign of life could be written: %s", error.message)
            except Exception as error:
                heard_since = None
                _log.error("no sign of life could be written: %s", faults.trace(error))

    def beat(self) -> None:
        """One sign of life for every run here, and news of them. Raises Unavailable."""
        with self._lock:
            active = dict(self._active)
        with self.rt.db.connection() as conn:
            if active:
                db.run(conn, _Q.beat, {"tokens": list(active)})
            given = {"tokens": list(active), "needs": Jsonb({kind: known.needs for kind, known in KINDS.items()})}
            held = {str(r["lease_token"]): r for r in db.rows(conn, _Q.fetch_leases, given)}
        for token, handle in active.items():
            if token not in held:
                handle.lost.set()
                continue
            if held[token]["cancel_requested"]:
                handle.cancelled.set()
            if held[token]["refused"]:
                handle.bar(held[token]["refused"])

    def rescue(self, *, own_slot: bool = False) -> list[int]:
        """Start again what a dead worker left, or fail it after MAX_ATTEMPTS. Returns the runs' ids.

        own_slot: free at once what the former process of this slot held; otherwise whatever
        has been silent for too long, on any host.
        """
        with self.rt.db.connection() as conn:
            if not own_slot and not _taken(db.one(conn, _Q.try_rescue_lock)):
                return []
            found = db.rows(conn, _Q.rescue_runs, {
                "slot": self.slot if own_slot else None, "silence_s": self.silence_s, "max_attempts": MAX_ATTEMPTS,
                "reason": f"The job worker died {MAX_ATTEMPTS} times at this. What it had done is kept."})  # fmt: skip
            ids = [row["id"] for row in found]
            if ids:
                db.run(conn, _Q.delete_jobs_of, {"task": jobs.TASK, "run_ids": ids})
            if not own_slot:
                db.run(conn, _Q.delete_dead_jobs, {"silence_s": self.silence_s})
            for run in db.rows(conn, _Q.fetch_stranded, {"task": jobs.TASK}):
                jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
        for row in found:
            _log.warning("run %s of a dead worker is %s (attempt %s)", row["id"], row["state"], row["attempts"])
        return ids


def silence_s(rt: Runtime) -> float:
    """Seconds after which a silent worker is taken for dead."""
    return max(rt.settings.job_rescue_s, SILENCE_FLOOR_S)


def _taken(row: dict[str, Any] | None) -> bool:
    return bool(row and row["taken"])
