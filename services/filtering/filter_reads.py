"""What the pages of filtering show beside lists, rules and the ledger themselves: small reads, each bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.runtime import Runtime
from services.searches.searches import refusal

MOST_SHOWN = 50
MOST_PEOPLE = 100

_Q = sql.queries("filter_reads")


@dataclass(frozen=True)
class VersionChanges:
    """Lines that one version of a list added and removed, the first 50 of each; the totals count all."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    added_total: int
    removed_total: int


@dataclass(frozen=True)
class Sampled:
    """One person of a search, with what rules look at; months and years are None where they are not known."""

    id: int
    full_name: str
    title: str
    company: str
    location: str
    headline: str
    years_experience: float | None
    current_tenure_months: int | None
    average_tenure_months: int | None
    schools: tuple[str, ...]


@dataclass(frozen=True)
class Marks:
    """The version of a search's people, and of lists by id; lists that are gone are left out."""

    version: int
    lists: dict[int, int]


@dataclass(frozen=True)
class LatestRun:
    """The newest filter run of a search. mode: apply or restore."""

    id: int
    mode: str


def list_uses(rt: Runtime, actor: Actor, list_ids: Sequence[int]) -> dict[int, list[str]]:
    """Names of rule sets, of those that the actor may use, by the list that their rules are about."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_list_uses, {"ids": list(list_ids), **actor.params})
    return {row["list_id"]: row["names"] for row in found}


def version_changes(rt: Runtime, actor: Actor, list_id: int, version: int) -> VersionChanges:
    """What a version changed; nothing of a list that is not the actor's to see."""
    given = {"list_id": list_id, "version": version, "limit": MOST_SHOWN, **actor.params}
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_version_entries, given)
    lines = {what: [row for row in found if row["what"] == what] for what in ("added", "removed")}
    totals = {what: rows[0]["total"] if rows else 0 for what, rows in lines.items()}
    shown = {what: tuple(row["raw"] for row in rows) for what, rows in lines.items()}
    return VersionChanges(shown["added"], shown["removed"], totals["added"], totals["removed"])


def people(rt: Runtime, actor: Actor, search_id: UUID, ids: Sequence[int]) -> list[Sampled]:
    """Some people of one search, at most 100; those that are not in it, or not to be seen, are left out."""
    given = {"search_id": search_id, "ids": list(ids)[:MOST_PEOPLE], **actor.params}
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_people, given)
    return [Sampled(**row | {"schools": tuple(row["schools"])}) for row in found]


def rule_sources(rt: Runtime, actor: Actor) -> list[tuple[UUID, str]]:
    """(id, title) of searches in which rules were applied, the newest first, at most 50."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_rule_sources, actor.params)
    return [(row["id"], row["title"]) for row in found]


def marks(rt: Runtime, actor: Actor, search_id: UUID, list_ids: Sequence[int]) -> Marks:
    """Versions to compare with earlier ones. Raises Forbidden for a search that is not the actor's to see."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_marks, {"search_id": search_id, "ids": list(list_ids), **actor.params})
        if row is None:
            raise refusal(conn, actor, search_id)
    return Marks(row["version"], {int(key): value for key, value in row["lists"].items()})


def latest_run(rt: Runtime, actor: Actor, search_id: UUID) -> LatestRun | None:
    """The newest application of rules to a search, or restore; None before the first."""
    with rt.db.connection() as conn:
        row: dict[str, Any] | None = db.one(conn, _Q.fetch_latest_run, {"search_id": search_id, **actor.params})
    return LatestRun(**row) if row else None
