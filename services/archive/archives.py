"""Archived searches: putting away, bringing back, what happens to them now, and a look inside.

An archived search has its rows in Parquet files (services/archive/archive_job.py writes and reads them) and
none in the hot tables; a thin index of its people stays in Postgres for the preview. Decision 0007.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.archive import archive_tiers
from services.errors import Conflict, Forbidden
from services.runs import jobs
from services.runtime import Runtime
from services.searches.searches import NOT_OWNED, NOT_YOURS, as_uuid

PAGE = 100
OPEN = ("queued", "running", "paused")
BUSY = "A job of this search has not ended. Wait for it or cancel it, then archive the search."
UNDER_WAY = "This search is being archived or restored already."
IS_ARCHIVED = "This search is archived already."
NOT_ARCHIVED = "This search is not archived."

_Q = sql.queries("archive")


@dataclass(frozen=True)
class Archive:
    """A search that is away (archived_at is set), or on its way there or back (run_state is open).

    people and bytes: in the files. run_kind: archive or restore; done of total are steps of that run.
    """

    search_id: UUID
    title: str
    owner: str
    owned: bool
    state: str
    tier: str
    people: int
    bytes: int
    archived_at: datetime | None
    made_by: str
    run_id: int | None
    run_kind: str | None
    run_state: str | None
    done: int
    total: int | None
    message: str
    may_cancel: bool

    @property
    def archived(self) -> bool:
        return self.archived_at is not None

    @property
    def under_way(self) -> bool:
        """Whether someone waits for a job: one that only tidies up behind an archive is not shown."""
        return self.run_state in OPEN and not (self.run_kind == "archive" and self.archived)

    @property
    def failed(self) -> bool:
        """Whether the last try came to nothing. What was before it is as it was."""
        return self.run_state == "failed" and not (self.run_kind == "archive" and self.archived)


@dataclass(frozen=True)
class Preview:
    """One page of an archive: rows as the index and the profiles have them, places counted from 1."""

    archive: Archive
    page: int
    pages: int
    rows: list[dict[str, Any]]


def start_archive(rt: Runtime, actor: Actor, search_id: UUID | str, tier: str | None = None) -> int:
    """Start to put a search away; returns the run's id. tier: warm or cold, chosen by size and use if None.

    A warm archive may be started again to make it cold. Raises Forbidden unless owner or admin, Conflict
    when it is archived, on its way, or has a job that has not ended.
    """
    with rt.db.connection() as conn:
        found = _owned(conn, actor, search_id)
        if found["archived"] and not (found["tier"] == "warm" and tier == "cold"):
            raise Conflict(IS_ARCHIVED)
        open_runs = db.one(conn, _Q.fetch_open_runs, {"search_id": found["id"], "run_id": None})
        if open_runs and open_runs["open"]:
            raise Conflict(BUSY)
        tier = tier or archive_tiers.away_tier(rt.settings, found["profile_count"], found["idle_days"])
        run_id = jobs.start_run(conn, actor, "archive", str(found["id"]), {"tier": tier})
        given = {"search_id": found["id"], "run_id": run_id, "tier": tier, "actor": actor.user_id}
        if db.one(conn, _Q.assign_run if found["archived"] else _Q.insert_archive, given) is None:
            raise Conflict(UNDER_WAY)
        audit(conn, actor, "search.archive", str(found["id"]), run_id=run_id, tier=tier)
    return run_id


def start_restore(rt: Runtime, actor: Actor, search_id: UUID | str) -> int:
    """Start to bring a search back; returns the run's id. Raises Forbidden unless owner or admin, Conflict."""
    with rt.db.connection() as conn:
        found = _owned(conn, actor, search_id)
        if not found["archived"]:
            raise Conflict(NOT_ARCHIVED)
        run_id = jobs.start_run(conn, actor, "restore", str(found["id"]), {})
        db.one(conn, _Q.assign_run, {"search_id": found["id"], "run_id": run_id, "tier": None})
        audit(conn, actor, "search.restore", str(found["id"]), run_id=run_id)
    return run_id


def archives_of(rt: Runtime, actor: Actor, search_ids: Sequence[UUID]) -> dict[UUID, Archive]:
    """Of these searches (at most 200) those that are archived or on their way, by their ids."""
    given = {"search_ids": list(search_ids)[:200], **actor.params}
    with rt.db.connection() as conn:
        found = [_archive(row, actor) for row in db.rows(conn, _Q.fetch_archives, given)]
    return {archive.search_id: archive for archive in found}


def find(rt: Runtime, actor: Actor, search_id: UUID | str) -> Archive | None:
    """What there is to say of one search's archive; None for a search that is simply there, or not to be seen."""
    wanted = as_uuid(search_id)
    return archives_of(rt, actor, [wanted]).get(wanted)


def preview(rt: Runtime, actor: Actor, search_id: UUID | str, page: int = 1) -> Preview:
    """One page of 100 people of an archived search; the last one where there are fewer pages.

    Raises Forbidden (missing or not to be seen), Conflict for a search that is not archived.
    """
    archive = find(rt, actor, search_id)
    if archive is None:
        raise Forbidden(NOT_YOURS)
    if not archive.archived:
        raise Conflict(NOT_ARCHIVED)
    pages = max(1, -(-archive.people // PAGE))
    page = min(max(page, 1), pages)
    given = {"search_id": archive.search_id, "after": (page - 1) * PAGE, "until": page * PAGE, **actor.params}
    with rt.db.connection() as conn:
        rows = [dict(row) for row in db.rows(conn, _Q.fetch_preview, given)]
        db.run(conn, _Q.touch_search, {"search_id": archive.search_id})
    return Preview(archive, page, pages, rows)


def touch(rt: Runtime, search_id: UUID | str) -> None:
    """Somebody uses this search: it is not one to be archived for long disuse."""
    with rt.db.connection() as conn:
        db.run(conn, _Q.touch_search, {"search_id": as_uuid(search_id)})


def _owned(conn: db.Conn, actor: Actor, search_id: UUID | str) -> dict[str, Any]:
    found = db.one(conn, _Q.fetch_archivable, {"search_id": as_uuid(search_id), **actor.params})
    if found is None:
        raise Forbidden(NOT_YOURS)
    if not found["owned"] or not actor.may_edit:
        raise Forbidden(NOT_OWNED)
    if found["under_way"]:
        raise Conflict(UNDER_WAY)
    return found


def _archive(row: dict[str, Any], actor: Actor) -> Archive:
    names = ("search_id", "title", "owner", "state", "tier", "people", "bytes", "archived_at", "made_by", "run_id",
             "run_kind", "run_state", "total", "may_cancel")  # fmt: skip
    return Archive(
        owned=bool(row["owned"] and actor.may_edit),
        done=row["done"] or 0,
        message=row["message"] or "",
        **{name: row[name] for name in names},
    )
