"""Undo: an action of a person is taken back, wherever nobody has changed the same again since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.decisions import candidates, change_rows, change_run
from services.decisions.bulk import Outcome
from services.decisions.candidates import ChangeResult
from services.decisions.change_rows import MOST_AT_ONCE, Counts
from services.decisions.change_run import ChangeRun
from services.errors import Archived, Conflict, NotFound
from services.people import profile_edits, profile_values
from services.runs import jobs
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.screening import decision_undo
from services.searches.searches import ARCHIVED, not_editable

ACTION = "undo"
NOT_YOURS = "Only the person who did this, or an admin, can take it back."
ONCE = "This was taken back already."
NO_REDO = "An Undo cannot be taken back; repeat the action instead."
UNDER_WAY = "This is still being done: cancel it first, then take back what was done."

_Q = sql.queries("undo")


@dataclass(frozen=True)
class Batch:
    """An action that can be taken back. action and value as in candidates.action_of()."""

    id: int
    action: str
    value: str
    changed: int
    created_at: datetime


def last_batch(rt: Runtime, actor: Actor, search_id: UUID | str) -> Batch | None:
    """The actor's newest action in a search that can be taken back; None when there is none."""
    given = {"search_id": change_rows.search_key(search_id), **actor.params}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_last_batch, given)
    return Batch(**row) if row else None


def undo(rt: Runtime, actor: Actor, batch_id: int) -> Outcome:
    """Take a batch back: at once up to 500 people, else as a job.

    Counted as skipped_changed: who was changed again since. Raises NotFound for a batch of someone
    else (admins may take back any), Forbidden, Conflict when that was done already or is not possible yet.
    """
    with rt.db.connection() as conn:
        batch = _take(conn, actor, batch_id)
        search_id = batch["search_id"]
        if batch["changed"] > candidates.MOST:
            given = {"batch": batch_id}
            run_id = jobs.start_run(conn, actor, "undo", str(search_id), given, batch["changed"])
            change_rows.insert_batch(conn, actor, search_id, ACTION, run_id=run_id, undoes=batch_id)
            return Outcome(batch["changed"], run_id=run_id)
        own = change_rows.insert_batch(conn, actor, search_id, ACTION, undoes=batch_id)
        _, _, counts = _step(conn, rt, actor, search_id, batch_id, own, 0)
        audit(conn, actor, "candidates.undo", str(search_id), batch=batch_id, **counts.as_dict())
        version = change_rows.check_editable(conn, actor, search_id)
        before = after = version
        if counts.changed:
            after = change_rows.bump_version(conn, search_id)
            before = after - 1
    result = ChangeResult(**counts.as_dict(), version_before=before, version_after=after)
    return Outcome(batch["changed"], done=result)


def run_undo(rt: Runtime, handle: RunHandle) -> None:
    """The handler of undo runs. What one that failed or was cancelled left can be taken back again."""
    batch_id, search_id = int(handle.params["batch"]), UUID(str(handle.search_id))
    actor = handle.actor
    with rt.db.connection() as conn:
        own = change_rows.batch_of_run(conn, handle.run_id)
    if own is None:
        raise NotFound(NOT_YOURS)

    def step(conn: db.Conn, position: int) -> tuple[int, int, Counts]:
        return _step(conn, rt, actor, search_id, batch_id, own["id"], position)

    run = ChangeRun(rt, handle, search_id)
    run.work(handle.total or 0, step)
    with rt.db.connection() as conn:
        audit(conn, actor, "candidates.undo", str(search_id), batch=batch_id, **run.counts.as_dict())
        run.finish(conn)
    change_run.vacuum_if_many(rt, run.counts)


def _step(
    conn: db.Conn, rt: Runtime, actor: Actor, search_id: UUID, batch_id: int, own: int, after: int
) -> tuple[int, int, Counts]:
    """The next candidates of a batch, by id; see change_run.Step."""
    given = {"batch_id": batch_id, "after": after, "limit": MOST_AT_ONCE}
    ids = [row["candidate_id"] for row in db.rows(conn, _Q.fetch_changed, given)]
    fields = [row["field"] for row in db.rows(conn, _Q.fetch_fields, {"batch_id": batch_id, "ids": ids})]
    decided = [field for field in fields if decision_undo.is_decision(field)]
    edited = [field for field in fields if field in profile_values.FIELDS]
    if edited:
        counts = profile_edits.take_back(conn, actor, search_id, ids, edited, batch_id, own)
    elif decided:
        counts = decision_undo.take_back(conn, rt, actor, search_id, ids, decided, batch_id, own)
    else:
        counts = change_rows.apply_undo(conn, actor, search_id, ids, fields, batch_id, own)
    return (ids[-1] if ids else after), len(ids), counts


def _take(conn: db.Conn, actor: Actor, batch_id: int) -> dict[str, Any]:
    """The batch, locked and marked: whoever comes second finds it taken back."""
    batch = db.one(conn, _Q.fetch_batch, {"batch_id": batch_id, **actor.params})
    if batch is None:
        raise NotFound(NOT_YOURS)
    if batch["archived"]:
        raise Archived(ARCHIVED)
    if not batch["editable"]:
        raise not_editable(conn, actor, batch["search_id"])
    if batch["is_undo"]:
        raise Conflict(NO_REDO)
    if batch["undone"]:
        raise Conflict(ONCE)
    if batch["under_way"]:
        raise Conflict(UNDER_WAY)
    db.run(conn, _Q.mark_undone, {"batch_id": batch_id})
    return batch
