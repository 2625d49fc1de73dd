"""Filling a list from a file as a job: started from a page, watched by everyone who sees the list.

The file is read by a job worker (list_job). Until it has been read to its end the version before stays in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.errors import Conflict, Forbidden, NotFound
from services.filtering import lists
from services.imports import uploads
from services.runs import jobs
from services.runtime import Runtime

OPEN = ("queued", "running", "paused")
BUSY = "A file is being read into this list already. Wait until that has ended, or cancel it."

_Q = sql.queries("lists")


@dataclass(frozen=True)
class Filling:
    """The newest file that is or was read into a list.

    state: of its run. rows: read so far. settled: the list has changed since it ended, so what it said is history.
    counts: of a run that is done: added, removed, entries, and with "_" given, taken, version.
    """

    list_id: int
    run_id: int
    state: str
    rows: int
    message: str
    counts: dict[str, Any]
    cancel_requested: bool
    may_cancel: bool
    settled: bool

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def went_wrong(self) -> bool:
        return self.state in ("failed", "cancelled") and not self.settled


def start(rt: Runtime, actor: Actor, list_id: int, upload_id: str, *, add_only: bool = False) -> int:
    """Read an upload into a list as a job; returns the run's id.

    Raises NotFound (list, upload), Forbidden, Conflict while another file is being read into it.
    """
    if not lists.get(rt, actor, list_id).editable:
        raise Forbidden(lists.READ_ONLY)
    with rt.db.connection() as conn:
        if db.one(conn, _Q.lock_list, {"list_id": list_id, **actor.params}) is None:
            raise NotFound(lists.GONE)
        uploads.find_upload(conn, actor, upload_id)
        found = _of(conn, actor, [list_id])
        if found and found[0].is_open:
            raise Conflict(BUSY)
        # In the form that uploads.py knows, or the file would be tidied away.
        parts = [{"upload_id": str(UUID(upload_id))}]
        return jobs.start_run(conn, actor, "list", None, {"list_id": list_id, "parts": parts, "add_only": add_only})


def fillings(rt: Runtime, actor: Actor, list_ids: Sequence[int]) -> dict[int, Filling]:
    """The newest file of each of these lists, of those that the actor may see and that ever had one."""
    with rt.db.connection() as conn:
        return {one.list_id: one for one in _of(conn, actor, list_ids)}


def filled_by(one: Filling) -> lists.Filled:
    """What a run that is done did to its list."""
    figures = {
        name: int(one.counts.get(name, 0))
        for name in ("_version", "entries", "added", "removed", "_given", "_taken", "_suppressed")
    }
    return lists.Filled(*figures.values())


def _of(conn: db.Conn, actor: Actor, list_ids: Sequence[int]) -> list[Filling]:
    return [Filling(**row) for row in db.rows(conn, _Q.fetch_fillings, {"ids": list(list_ids), **actor.params})]
