"""Once a night: what archives left behind is removed, and searches that nobody uses are archived or suggested."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db, faults
from services.access.identity import Actor
from services.archive import archive_tidy, archives
from services.archive.archive_tiers import Tier, away_tier, tier_for
from services.errors import Conflict, ProductError
from services.runs import jobs
from services.runtime import Runtime

MOST_A_NIGHT = 50
MOST_SUGGESTED = 20

_Q = sql.queries("archive")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unused:
    """A search of the actor's that nobody has used for long, and where it belongs."""

    search_id: UUID
    title: str
    people: int
    idle_days: int
    tier: Tier


def suggestions(rt: Runtime, actor: Actor) -> list[Unused]:
    """The actor's searches to archive, the longest unused first; none unless ARCHIVE_AUTO=suggest. At most 20."""
    if rt.settings.archive_auto != "suggest" or not actor.may_edit:
        return []
    with rt.db.connection() as conn:
        found = _unused(rt, conn, MOST_SUGGESTED, actor=actor.user_id)
    return [Unused(r["id"], r["title"], r["profile_count"], int(r["idle_days"]), _tier(rt, r)) for r in found]


def archive_suggested(rt: Runtime, actor: Actor) -> list[str]:
    """Start to archive what suggestions() names; returns the searches' ids. Leaves out what cannot be just now."""
    started = []
    for unused in suggestions(rt, actor):
        try:
            archives.start_archive(rt, actor, unused.search_id, None if unused.tier == "hot" else unused.tier)
        except Conflict:
            continue
        started.append(str(unused.search_id))
    return started


def run(rt: Runtime) -> list[int]:
    """The night's work; returns the runs that it started. Logs what fails and goes on with the rest."""
    started = []
    try:
        archive_tidy.tidy(rt)
        archive_tidy.forget_failed(rt)
        started += _clear_again(rt)
        if rt.settings.archive_auto == "run":
            started += _archive_unused(rt)
    except ProductError as error:
        _log.warning("the nightly work on archives ended early: %s", error.message)
    except Exception as error:
        _log.error("the nightly work on archives failed: %s", faults.trace(error))
    return started


def _clear_again(rt: Runtime) -> list[int]:
    """Archives whose hot rows are not all gone: their job died too often, or a restore was cancelled."""
    runs = []
    with rt.db.connection() as conn:
        for row in db.rows(conn, _Q.fetch_uncleared):
            actor = Actor(row["user_id"], row["role"], row["name"])
            runs.append(jobs.start_run(conn, actor, "archive", str(row["search_id"]), {}))
            db.one(conn, _Q.assign_run, {"search_id": row["search_id"], "run_id": runs[-1], "tier": None})
    return runs


def _archive_unused(rt: Runtime) -> list[int]:
    """Hot ones that are to be warm or cold, and warm ones that are to be cold; in their owners' names."""
    with rt.db.connection() as conn:
        found = _unused(rt, conn, MOST_A_NIGHT)
    runs = []
    for row in found:
        owner = Actor(row["user_id"], row["role"], row["name"])
        tier = away_tier(rt.settings, row["profile_count"], row["idle_days"])
        try:
            runs.append(archives.start_archive(rt, owner, row["id"], tier))
        except ProductError as error:
            # Somebody was quicker.
            _log.info("search %s was not archived: %s", row["id"], error.message)
    return runs


def _unused(rt: Runtime, conn: db.Conn, limit: int, actor: int | None = None) -> list[dict[str, Any]]:
    given = {"days": rt.settings.archive_after_days, "cold_days": rt.settings.archive_cold_days,
             "all": actor is None, "actor": actor, "archived": actor is None, "limit": limit}  # fmt: skip
    return [dict(row) for row in db.rows(conn, _Q.fetch_unused, given)]


def _tier(rt: Runtime, row: dict[str, Any]) -> Tier:
    return tier_for(rt.settings, row["profile_count"], row["idle_days"])
