"""What the form for sharing a search shows: who is named, and who could be. searches.py changes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sql
from services import db
from services.access import addresses
from services.access.identity import Actor
from services.errors import BadInput, Forbidden
from services.runtime import Runtime
from services.searches.searches import MAX_MEMBERS, get_search

_Q = sql.queries("searches")


@dataclass(frozen=True)
class Member:
    """A named person. role: "view" or "edit"."""

    email: str
    name: str
    role: str


@dataclass(frozen=True)
class Colleague:
    """Someone who can be named. may_own: no viewer, who could not work with a search of their own."""

    id: int
    email: str
    name: str
    may_own: bool


def members(rt: Runtime, actor: Actor, search_id: UUID | str) -> list[Member]:
    """The named people of a search, by name. Raises Forbidden unless the actor sees the search."""
    found = get_search(rt, actor, search_id)
    with rt.db.connection() as conn:
        rows = db.rows(conn, _Q.fetch_members, {"search_id": found.id})
    return [Member(row["email"], row["name"], row["role"]) for row in rows]


def colleagues(rt: Runtime, actor: Actor) -> list[Colleague]:
    """Everyone who is not disabled, by name; at most 500. Raises Forbidden for viewers, who share nothing."""
    _must_share(actor)
    with rt.db.connection() as conn:
        return [Colleague(**row) for row in db.rows(conn, _Q.fetch_colleagues)]


def find(rt: Runtime, actor: Actor, emails: Iterable[str]) -> list[Colleague]:
    """The colleagues with these addresses, by name. Raises BadInput unless all are known, Forbidden for viewers."""
    _must_share(actor)
    wanted = {addresses.key(email) for email in emails if email.strip()}
    if len(wanted) > MAX_MEMBERS or any("\0" in email for email in wanted):
        raise BadInput(f"At most {MAX_MEMBERS} people can be named; share with the team instead.")
    with rt.db.connection() as conn:
        found = [Colleague(**row) for row in db.rows(conn, _Q.find_colleagues, {"emails": sorted(wanted)})]
    if unknown := len(wanted) - len(found):
        raise BadInput(f"{unknown} of {len(wanted)} addresses belong to nobody here. Correct them, or ask an admin.")
    return found


def _must_share(actor: Actor) -> None:
    if not actor.may_edit:
        raise Forbidden("Viewers cannot share searches. Ask an admin for another role.")
