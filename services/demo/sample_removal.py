"""Taking sample data away again: its search with everything in it, and whoever is in no other search.

Unlike a search that is deleted it cannot come back: for as long as that is possible, made-up people would stay among
real ones, and be found and matched. The job that removes deleted searches (services/searches/search_purge.py) does it
at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.demo import sample
from services.errors import Conflict
from services.runs import jobs
from services.runtime import Runtime
from services.searches import search_deletion

NOT_SAMPLE = "This search holds no sample data. Delete it instead."
MEANWHILE = "More people were imported into it meanwhile; nothing was removed. Close this and look again at what goes."
BUSY = "A job of this search has not ended yet. Wait for it or cancel it under Runs, then remove the sample data."

_Q = sql.queries("first_steps")
_HISTORY = sql.queries("search_history")


@dataclass(frozen=True)
class WhatGoes:
    """What is asked about before. people: who are in no other search and go; staying: in another one, and stay there;
    added: imports and launches that brought others."""

    search_id: UUID
    title: str
    people: int
    staying: int
    added: int


def what_goes(rt: Runtime, actor: Actor, search_id: UUID | str) -> WhatGoes:
    """For the question before it is removed. Raises as remove()."""
    with rt.db.connection() as conn:
        return _counted(conn, _owned(rt, conn, actor, search_id))


def remove(rt: Runtime, actor: Actor, search_id: UUID | str, added: int | None = None) -> int | None:
    """Nobody sees it from now on, and a job removes it for good; returns the job's run. None when it is gone already.

    added: as what_goes() told it to whoever agreed; None for whatever there is. Raises Forbidden unless owner or admin,
    Conflict for a search that is no sample, where others came in since that was told, or while a job of it goes on.
    """
    with rt.db.connection() as conn:
        found = _owned(rt, conn, actor, search_id)
        if found["deleted_at"] is not None and found["over"]:
            return None
        if added is not None and _counted(conn, found).added != added:
            raise Conflict(MEANWHILE)
        given: dict[str, Any] = {"search_id": found["id"], "days": rt.settings.search_deleted_days, **actor.params}
        db.run(conn, _Q.mark_removed, given)
        cancelled = db.run(conn, _HISTORY.cancel_runs, given)
        left = db.one(conn, _HISTORY.count_what_goes, given)
        if found["under_way"] or (left and left["jobs"]):
            raise Conflict(BUSY)
        audit(conn, actor, "sample.remove", str(found["id"]), people=found["profile_count"], jobs=cancelled)
        return jobs.start_run(conn, actor, "purge", None, {"search_id": str(found["id"])})


def _counted(conn: db.Conn, found: dict[str, Any]) -> WhatGoes:
    counted = db.one(conn, _Q.count_sample, {"search_id": found["id"], "file": sample.FILE})
    assert counted is not None
    return WhatGoes(found["id"], found["title"], **counted)


def _owned(rt: Runtime, conn: db.Conn, actor: Actor, search_id: UUID | str) -> dict[str, Any]:
    found = search_deletion.owned(rt, conn, actor, search_id)
    if found["source"] != sample.SOURCE:
        raise Conflict(NOT_SAMPLE)
    return found
