"""What people see of runs: the list, one run, its place in the queue, its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.errors import Conflict, Forbidden
from services.runs.jobs import KINDS
from services.runtime import Runtime

OPEN = ("queued", "running", "paused")
# A worker signs every JOB_HEARTBEAT_S; one missed sign is a busy machine.
MISSED_BEATS = 3
QUICK = [name for name, kind in KINDS.items() if not kind.one_per_user]
NOT_YOURS = "This job does not exist, or you may not see it."

_Q = sql.queries("runs")


def list_runs(rt: Runtime, actor: Actor, limit: int = 50) -> list[dict[str, Any]]:
    """The newest runs that the actor started or whose search the actor may see; at most 100.

    Per run: id, kind, state, total, done, failed, counts (name → number or text, for people),
    message, attempts, cancel_requested, own (the actor began it, or is an admin), vendor_since (of a screening whose
    people are with the vendor), vendor_problem (why the vendor could not be asked last), created_at, started_at,
    finished_at, search_id, search_title, user_name, may_cancel (also whoever may change the search of a paused
    screening or enrichment), queue_position (None unless queued), eta_s (None = unknown), export_id (of a file that the
    actor can download), undo_batch (of a bulk action that the actor can take back).
    """
    with rt.db.connection() as conn:
        given = {"run_id": None, "limit": max(1, min(limit, 100)), "quick": QUICK, **actor.params}
        found = db.rows(conn, _Q.fetch_runs, given)
    return [_shown(row) for row in found]


def get_run(rt: Runtime, actor: Actor, run_id: int) -> dict[str, Any]:
    """One run as in list_runs(). Raises Forbidden, with the same message, when it is missing or not to be seen."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_runs, {"run_id": run_id, "limit": 1, "quick": QUICK, **actor.params})
    if row is None:
        raise Forbidden(NOT_YOURS)
    return _shown(row)


def open_runs(rt: Runtime, actor: Actor, search_id: UUID) -> list[dict[str, Any]]:
    """id and kind of the actor's own bulk actions, Undos and exports of a search that have not ended."""
    with rt.db.connection() as conn:
        return db.rows(conn, _Q.fetch_open_runs, {"search_id": search_id, **actor.params})


def queue_position(rt: Runtime, actor: Actor, run_id: int) -> int | None:
    """1 = next, among quick jobs or among long ones; None when the run does not wait. Raises Forbidden."""
    position: int | None = get_run(rt, actor, run_id)["queue_position"]
    return position


def cancel_run(rt: Runtime, actor: Actor, run_id: int) -> str:
    """Ask a run to end; returns its state ("cancelled" at once when it had not begun).

    Raises Forbidden for a run of others (admins may cancel any, and a paused screening or enrichment whoever may change
    the search), Conflict when it has ended.
    """
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.request_cancel, {"run_id": run_id, **actor.params})
    if row is None:
        run = get_run(rt, actor, run_id)
        if not run["may_cancel"]:
            raise Forbidden("Only the person who started this job, or an admin, can cancel it.")
        raise Conflict("This job has ended already.")
    return str(row["state"])


def worker_alive(rt: Runtime) -> bool:
    """Whether a job worker gave a sign of life lately."""
    silence_s = max(rt.settings.job_heartbeat_s * MISSED_BEATS, 5.0)
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_worker_alive, {"silence_s": silence_s})
    return bool(row and row["alive"])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    counts = dict(row["counts"])
    rate, left = counts.get("_rate"), (row["total"] or 0) - row["done"]
    eta_s = left / rate if row["state"] == "running" and rate and left > 0 else None
    return row | {"counts": {k: v for k, v in counts.items() if not k.startswith("_")}, "eta_s": eta_s}
