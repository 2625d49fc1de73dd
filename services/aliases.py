"""Other names of companies and schools: pairs that mean the same, for all lists."""

from __future__ import annotations

from dataclasses import dataclass

import sql
from services import db
from services.errors import BadInput, Forbidden
from services.identity import Actor, audit
from services.import_rows import clean
from services.runtime import Runtime

_Q = sql.queries("lists")


@dataclass(frozen=True)
class Alias:
    """Two names that mean the same company or school, for all lists."""

    id: int
    name: str
    same_as: str
    who: str


def add(rt: Runtime, actor: Actor, holds: str, name: str, same_as: str) -> int:
    """Two names that mean the same, for all lists. Raises Forbidden, BadInput where they are one name anyway."""
    if not actor.may_edit:
        raise Forbidden("Viewers cannot add names. Ask an admin for another role.")
    if holds not in ("companies", "schools"):
        raise BadInput("Other names are for companies and schools.")
    given = {"holds": holds, "name": clean(name, 300), "same_as": clean(same_as, 300), **actor.params}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.insert_alias, given)
        if row is None:
            raise BadInput("These two are taken for the same already.")
        audit(conn, actor, "alias.add", str(row["id"]), holds=holds)
    return int(row["id"])


def remove(rt: Runtime, actor: Actor, alias_id: int) -> None:
    """Raises Forbidden for viewers."""
    if not actor.may_edit:
        raise Forbidden("Viewers cannot remove names. Ask an admin for another role.")
    with rt.db.connection() as conn:
        db.run(conn, _Q.delete_alias, {"alias_id": alias_id})
        audit(conn, actor, "alias.remove", str(alias_id))


def all_of(rt: Runtime, holds: str) -> list[Alias]:
    """Other names of companies or schools, at most 1,000."""
    with rt.db.connection() as conn:
        return [Alias(**row) for row in db.rows(conn, _Q.fetch_aliases, {"holds": holds})]
