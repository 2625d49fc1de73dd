"""People who are known already: those of other searches who are most like what a search is compared with.

Only people of searches that the actor sees, by SQL, and nobody who is in this search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Literal

import sql
from services import db
from services.access.identity import Actor, audit
from services.decisions import change_rows
from services.decisions.candidates import candidate_ids
from services.errors import BadInput
from services.grid.grid_view import View, parse_url
from services.grid.result_sets import fetch_meta
from services.matching import match_rank, match_sql
from services.privacy import contact_rules
from services.runtime import Runtime

TOP = 50
# Places of people in other searches that are looked at to say among how many they were found: a tenth of a second.
MOST_COUNTED = 20_000
NO_PART = "A part of the link means nothing on this page and was left out."
CHOOSE = "Choose someone to add first."
NOBODY = "None of these people is in a search that you see any more; nobody was added."

_Q = sql.queries("matching")


@dataclass(frozen=True)
class Known:
    """Someone of another search. id: of their profile; similarity: 0 to 1; words: in common with what is compared with;
    places: up to three of {search_id, title, candidate_id, stage}; do_not_contact: on such a list."""

    id: int
    full_name: str
    title: str
    company: str
    location: str
    headline: str
    similarity: float
    words: list[str]
    places: list[dict[str, Any]]
    do_not_contact: bool


@dataclass(frozen=True)
class Found:
    """The most alike, and among how many people they were looked for; at least so many where that is not exact."""

    people: tuple[Known, ...]
    among: int
    exact: bool


def read_link(search_id: UUID, query: str) -> tuple[int | None, list[str]]:
    """An address's query string → (the match that it names, what to say of what was left out of it). Raises nothing."""
    view, person, shown, notices = parse_url(search_id, query)
    if person is not None or shown is not None or replace(view, match=None) != View.of(search_id):
        notices.append(NO_PART)
    return view.match, notices


def find(rt: Runtime, actor: Actor, search_id: UUID, match_id: int, top: int = TOP) -> Found:
    """Exactly `top` people where so many can be compared. Raises Forbidden, and as match_rank.likeness_of() does."""
    view = View.of(search_id, match=match_id)
    with rt.db.snapshot() as conn:
        fetch_meta(conn, actor, view)
        likeness = match_rank.likeness_of(conn, view)
        assert likeness is not None
        given = {"search_id": search_id, "limit": top, "most": MOST_COUNTED, **actor.params}
        counted = db.one(conn, _Q.count_elsewhere, given)
        assert counted is not None
        ranked = _ranked(conn, likeness, given)
        people = [int(row["id"]) for row in ranked]
        listed = contact_rules.listed(conn, people)
        rows = db.rows(conn, _Q.fetch_elsewhere_rows, {**given, "people": people})
        words = match_rank.common_words(conn, likeness, "people_elsewhere", {"ids": db.id_array(people)})
    alike = {int(row["id"]): match_rank.shown(1 - row["distance"]) or 0.0 for row in ranked}
    known = tuple(
        Known(
            **row,
            similarity=alike[row["id"]],
            words=words.get(str(row["id"]), []),
            do_not_contact=row["id"] in listed,
        )
        for row in rows
    )
    # Of those that were not counted some may be shown.
    return Found(known, max(counted["people"], len(known)), counted["whole"])


def add(rt: Runtime, actor: Actor, search_id: UUID, people: Sequence[Any]) -> int:
    """Put people (ids of profiles, at most 500) into a search; returns how many came in anew.

    Whoever is in no search that the actor sees is left out. Raises BadInput, Forbidden, Conflict.
    """
    if not people:
        raise BadInput(CHOOSE)
    wanted = candidate_ids(people)
    with rt.db.connection() as conn:
        change_rows.check_editable(conn, actor, search_id)
        given = {"search_id": search_id, **actor.params}
        allowed = [row["id"] for row in db.rows(conn, _Q.fetch_allowed_elsewhere, {**given, "people": wanted})]
        if not allowed:
            raise BadInput(NOBODY)
        row = db.one(conn, _Q.add_people, {**given, "people": allowed})
        added = int(row["added"]) if row else 0
        if added:
            db.run(conn, _Q.count_added, {**given, "added": added})
            audit(conn, actor, "candidates.add", str(search_id), people=added)
            change_rows.bump_version(conn, search_id)
    return added


def _ranked(conn: db.Conn, likeness: match_rank.Likeness, given: dict[str, Any]) -> list[DictRow]:
    """The most alike first: by the index of vectors, and by comparing everyone where that gave up."""
    found = match_rank.scan(conn, given["limit"], _text(_Q.fetch_elsewhere_near, likeness), given)
    if len(found) < given["limit"]:
        return db.rows(conn, _text(_Q.fetch_elsewhere, likeness), given)
    return sorted(found, key=lambda row: (row["distance"], -row["id"]))


def _text(query: str, likeness: match_rank.Likeness) -> Composed:
    allowed = match_sql.fragment("elsewhere_allowed")
    return SQL(query).format(vector=likeness.vector, model=Literal(likeness.model_id), allowed=allowed)
