"""Other names of companies and schools: pairs that mean the same, for all lists.

A list that has one of two names finds people by the other, too: exactly, by words and by likeness. A pair is no
chain: with A = B and B = C, a list that has A does not find C.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, Forbidden, NotFound
from services.imports.import_rows import clean
from services.runtime import Runtime

MAX_NAME = 300
MAX_PAGE = 100
HOLDS = ("companies", "schools")
GONE = "This pair of names is not there any more."

_Q = sql.queries("lists")


@dataclass(frozen=True)
class Alias:
    """Two names that mean the same company or school, for all lists.

    lists: on a page, up to 20 lists that the reader may see and that have one of the names.
    """

    id: int
    holds: str
    name: str
    same_as: str
    who: str
    at: datetime
    lists: tuple[str, ...] = ()


def add(rt: Runtime, actor: Actor, holds: str, name: str, same_as: str) -> int:
    """Two names that mean the same, for all lists; returns the pair's id.

    Raises Forbidden, BadInput for names that say nothing or are one name anyway.
    """
    if not actor.may_edit:
        raise Forbidden("Viewers cannot add names. Ask an admin for another role.")
    if holds not in HOLDS:
        raise BadInput("Other names are for companies and schools.")
    given = {"holds": holds, "name": clean(name), "same_as": clean(same_as), **actor.params}
    if max(len(given["name"]), len(given["same_as"])) > MAX_NAME:
        raise BadInput(f"A name has at most {MAX_NAME} characters.")
    with rt.db.connection() as conn:
        keys = db.one(conn, _Q.fetch_alias_keys, given)
        assert keys is not None
        if not (keys["name"] and keys["same_as"]):
            raise BadInput("Type both names: each needs letters or digits.")
        if keys["name"] == keys["same_as"]:
            raise BadInput("These two are one name already: legal forms, accents and punctuation do not count.")
        row = None if keys["known"] else db.one(conn, _Q.insert_alias, given)
        if row is None:
            raise BadInput("These two are taken for the same already.")
        db.run(conn, _Q.note_alias_change, given)
        audit(conn, actor, "alias.add", str(row["id"]), holds=holds)
    return int(row["id"])


def remove(rt: Runtime, actor: Actor, alias_id: int) -> None:
    """Raises Forbidden for viewers, NotFound."""
    if not actor.may_edit:
        raise Forbidden("Viewers cannot remove names. Ask an admin for another role.")
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.delete_alias, {"alias_id": alias_id})
        if row is None:
            raise NotFound(GONE)
        db.run(conn, _Q.note_alias_change, row)
        audit(conn, actor, "alias.remove", str(alias_id), holds=row["holds"])


def all_of(rt: Runtime, holds: str) -> list[Alias]:
    """Other names of companies or schools, at most 1,000."""
    with rt.db.connection() as conn:
        return [Alias(**row) for row in db.rows(conn, _Q.fetch_aliases, {"holds": holds})]


def page(
    rt: Runtime, actor: Actor, text: str = "", *, offset: int = 0, limit: int = MAX_PAGE
) -> tuple[list[Alias], int]:
    """A page of all pairs by name, and how many there are; text: part of either name."""
    given = {
        "text": clean(text, MAX_NAME) or None, "offset": max(offset, 0), "limit": min(max(limit, 1), MAX_PAGE),
        **actor.params,
    }  # fmt: skip
    with rt.db.snapshot() as conn:
        total = db.one(conn, _Q.count_aliases, given)
        found = [Alias(**{**row, "lists": tuple(row["lists"])}) for row in db.rows(conn, _Q.fetch_alias_page, given)]
    return found, total["total"] if total else 0
