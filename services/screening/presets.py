"""Criteria to start from: those that the team keeps under a name, and a search's earlier versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.runtime import Runtime
from services.screening import rubrics
from services.screening.rubrics import Criterion
from services.searches.searches import READ_ONLY

MAX_NAME = 80
MOST_PRESETS = 200
MOST_VERSIONS = 50
GONE = "These criteria are not kept any more, or they are not yours to change."

_Q = sql.queries("presets")


@dataclass(frozen=True)
class Preset:
    """Kept criteria. count: how many; own: the actor may delete them."""

    id: int
    name: str
    count: int
    own: bool


@dataclass(frozen=True)
class Version:
    """A version of a search's criteria."""

    id: int
    version: int
    created_at: datetime
    created_by: str
    count: int


def presets(rt: Runtime, actor: Actor) -> list[Preset]:
    """The team's, by name; at most 200."""
    with rt.db.connection() as conn:
        return [Preset(**row) for row in db.rows(conn, _Q.fetch_presets, {"limit": MOST_PRESETS, **actor.params})]


def versions(rt: Runtime, actor: Actor, search_id: UUID | str) -> list[Version]:
    """A search's, the newest first, at most 50; [] for a search that is not the actor's to see."""
    given = {"search_id": search_id, "limit": MOST_VERSIONS, **actor.params}
    with rt.db.connection() as conn:
        return [Version(**row) for row in db.rows(conn, _Q.fetch_versions, given)]


def criteria_of(rt: Runtime, actor: Actor, preset_id: int) -> tuple[Criterion, ...]:
    """What a preset holds. Raises NotFound."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_preset, {"preset_id": preset_id})
    if row is None:
        raise NotFound(GONE)
    return tuple(rubrics.criterion(**one) for one in row["criteria"])


def save(rt: Runtime, actor: Actor, name: Any, criteria: Sequence[Criterion]) -> int:
    """Keep criteria under a name; one's own of the same name is replaced. Returns its id.

    Raises BadInput, Conflict for a colleague's name or when 200 are kept, Forbidden for viewers.
    """
    called = " ".join(name.replace("\0", "").split()) if isinstance(name, str) else ""
    if not 0 < len(called) <= MAX_NAME:
        raise BadInput(f"Give the criteria a name of at most {MAX_NAME} characters.")
    rubrics.check_together(criteria)
    if not actor.may_edit:
        raise Forbidden(READ_ONLY)
    plain = [{"title": c.title, "question": c.question, "kind": c.kind, "weight": str(c.weight)} for c in criteria]
    with rt.db.connection() as conn:
        count = db.one(conn, _Q.count_presets)
        if count is not None and count["n"] >= MOST_PRESETS:
            raise Conflict(f"{MOST_PRESETS} sets of criteria are kept already: delete one first.")
        row = db.one(conn, _Q.save_preset, {"name": called, "criteria": Jsonb(plain), **actor.params})
        if row is None:
            raise Conflict("A colleague keeps criteria under this name: choose another.")
        audit(conn, actor, "preset.save", str(row["id"]), criteria=len(plain))
    return int(row["id"])


def delete(rt: Runtime, actor: Actor, preset_id: int) -> str:
    """Keep them no longer; searches that copied them keep theirs. Returns the name. Raises NotFound."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.delete_preset, {"preset_id": preset_id, **actor.params})
        if row is None:
            raise NotFound(GONE)
        audit(conn, actor, "preset.delete", str(preset_id))
    return str(row["name"])
