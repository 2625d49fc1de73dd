"""Deleting a search, and having it back.

At once nobody sees it any more, its jobs end and the links to its files lead nowhere; nothing of it is removed for
SEARCH_DELETED_DAYS, so that it comes back as it was. After that a nightly job removes it (search_purge.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import Conflict, Forbidden, NotFound
from services.runtime import Runtime
from services.searches.searches import NOT_OWNED, NOT_YOURS, as_uuid

UNDER_WAY = "This search is being archived or restored. Wait for that or cancel it, then delete the search."
NOT_DELETED = "This search is not deleted."
TOO_LATE = "The time to have this search back is over: it is being removed."
BEGUN = "This search is being removed for good, and some of it is gone already: it cannot come back. Start a new one."

_Q = sql.queries("search_history")


@dataclass(frozen=True)
class WhatGoes:
    """What is asked about before a search is deleted. jobs: that have not ended; files: exports that can still be
    downloaded; schedules: of launches; named: people it is shared with. days: to have it back."""

    search_id: UUID
    title: str
    people: int
    jobs: int
    files: int
    schedules: int
    named: int
    days: int


@dataclass(frozen=True)
class Deleted:
    """gone_at: until when it can come back."""

    search_id: UUID
    title: str
    gone_at: datetime


def what_goes(rt: Runtime, actor: Actor, search_id: UUID | str) -> WhatGoes:
    """For the question before it is deleted. Raises as delete_search()."""
    with rt.db.connection() as conn:
        found = owned(rt, conn, actor, search_id)
        counted = db.one(conn, _Q.count_what_goes, {"search_id": found["id"]})
    assert counted is not None
    days = rt.settings.search_deleted_days
    return WhatGoes(found["id"], found["title"], found["profile_count"], **counted, days=days)


def delete_search(rt: Runtime, actor: Actor, search_id: UUID | str) -> Deleted:
    """Delete a search, archived or not; the same answer when it is deleted already.

    Raises Forbidden unless owner or admin, Conflict while it is on its way into an archive or back.
    """
    with rt.db.connection() as conn:
        found = owned(rt, conn, actor, search_id)
        if found["deleted_at"] is not None:
            return Deleted(found["id"], found["title"], found["gone_at"])
        if found["under_way"]:
            raise Conflict(UNDER_WAY)
        given = {"search_id": found["id"], "days": rt.settings.search_deleted_days, **actor.params}
        marked = db.one(conn, _Q.mark_deleted, given)
        assert marked is not None
        cancelled = db.run(conn, _Q.cancel_runs, given)
        audit(conn, actor, "search.delete", str(found["id"]), people=found["profile_count"], jobs=cancelled)
    return Deleted(found["id"], found["title"], marked["gone_at"])


def restore_search(rt: Runtime, actor: Actor, search_id: UUID | str) -> str:
    """Have a deleted search back as it was; returns its title. Jobs that ended stay ended.

    Raises Forbidden unless owner or admin, Conflict when it is not deleted, NotFound when its time is over or
    its removal has begun.
    """
    with rt.db.connection() as conn:
        found = owned(rt, conn, actor, search_id)
        if found["deleted_at"] is None:
            raise Conflict(NOT_DELETED)
        if found["begun"]:
            raise NotFound(BEGUN)
        if found["over"]:
            raise NotFound(TOO_LATE)
        db.run(conn, _Q.mark_restored, {"search_id": found["id"]})
        audit(conn, actor, "search.undelete", str(found["id"]))
    return str(found["title"])


def owned(rt: Runtime, conn: db.Conn, actor: Actor, search_id: UUID | str) -> dict[str, Any]:
    """Its row, locked, deleted or not. Raises Forbidden unless owner or admin."""
    given = {"search_id": as_uuid(search_id), "days": rt.settings.search_deleted_days, **actor.params}
    found = db.one(conn, _Q.fetch_deletable, given)
    if found is None:
        raise Forbidden(NOT_YOURS)
    if not found["owned"] or not actor.may_edit:
        raise Forbidden(NOT_OWNED)
    return found
