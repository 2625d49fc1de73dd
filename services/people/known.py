"""Already known: in which other searches a person is, how far they got there, and who screened them.

Only searches that the actor may see count, archived ones too; of others nothing is said, not even that there
are some. Who did what in an archived search stands in its files, so no names are given of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor

_Q = sql.queries("known")


@dataclass(frozen=True)
class Known:
    """The same person in another search that the actor may see. Names of people are None where not known."""

    search_id: UUID
    title: str
    candidate_id: int
    stage: str
    stage_at: datetime | None
    stage_by: str | None
    screened_at: datetime | None
    screened_by: str | None
    archived: bool


@dataclass(frozen=True)
class FieldSource:
    """Where a value comes from. merged: it came from a profile that was merged into this one."""

    field: str
    source: str
    at: datetime
    merged: bool


def marks(conn: db.Conn, actor: Actor, search_id: UUID, ids: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Of at most 100 candidates those who are known: id → {searches, places}.

    places: at most 3 of {title, stage, archived, by, stage_at, screened_at, screened_by}, times as text. Two small
    queries rather than one: planning a large one takes longer than running it, and most pages need no names.
    """
    if not ids:
        return {}
    given = {"ids": db.id_array(ids), "search_id": search_id, **actor.params}
    found = db.rows(conn, _Q.fetch_marks, given, often=True)
    told = [row["id"] for row in found if row["stage"] != "new" or row["screened_at"]]
    names = {row["id"]: row for row in db.rows(conn, _Q.fetch_names, {"ids": told})} if told else {}
    known: dict[str, dict[str, Any]] = {}
    for row in found:
        mark = known.setdefault(row["own"], {"searches": row["searches"], "places": []})
        mark["places"].append(_place(row, names.get(row["id"], {})))
    return known


def _place(row: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    at = {name: row[name].isoformat() if row[name] else None for name in ("stage_at", "screened_at")}
    by = names.get("stage_by") if row["stage"] != "new" else None
    told = {name: row[name] for name in ("title", "stage", "archived")}
    return {**told, "by": by, "screened_by": names.get("screened_by"), **at}


def elsewhere(conn: db.Conn, actor: Actor, search_id: UUID, profile_id: int, most: int) -> tuple[Known, ...]:
    """Other searches of one person, at most `most`, the furthest stage first."""
    given = {"profile_id": profile_id, "search_id": search_id, "most": most, **actor.params}
    return tuple(Known(**row) for row in db.rows(conn, _Q.fetch_known, given))


def count_known(conn: db.Conn, profile_ids: Sequence[int], search_id: UUID | str | None, actor: Actor) -> int:
    """How many of some people are in another search: for an import's report."""
    row = db.one(conn, _Q.count_known_people, {"people": list(profile_ids), "search_id": search_id, **actor.params})
    return int(row["people"]) if row else 0


def sources(conn: db.Conn, profile_id: int) -> tuple[FieldSource, ...]:
    """Where each value of a person comes from, and since when."""
    return tuple(FieldSource(**row) for row in db.rows(conn, _Q.fetch_sources, {"profile_id": profile_id}))


def from_source(conn: db.Conn, source: str) -> None:
    """Values that this transaction changes come from this source; else from the one a person was first seen in."""
    conn.execute(_Q.name_source, {"source": source})
