"""The ledger of who was left out, why, by whom, and who brought them back; and the funnel.

A line is written when someone is left out and closed when they are in again; it is never changed otherwise
(the app's role cannot). Whatever path changes a status writes here in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.sql import SQL

import sql
from services import db
from services.access.identity import Actor
from services.imports.import_rows import clean
from services.runtime import Runtime
from services.searches.searches import refusal

RestoredAs = Literal["person", "undo", "rules", "merge"]
MAX_PAGE = 100

_Q = sql.queries("ledger")


@dataclass(frozen=True)
class Line:
    """One line: who was left out by what. sentence: the rule in words, "" for by hand. entry, entry_row: of
    the list, in its version list_version. restored_as: "person" decided so, by "undo",
    later "rules" did, or a "merge" of two who were both out."""

    id: int
    candidate_id: int
    full_name: str
    title: str
    company: str
    filter_status: str
    was_unknown: bool
    rule_id: int | None
    sentence: str
    list_name: str
    list_version: int | None
    entry: str
    entry_row: int | None
    who: str
    at: datetime
    restored_at: datetime | None
    restored_by: str
    restored_as: RestoredAs | None


@dataclass(frozen=True)
class Choices:
    """Which lines of a ledger.

    text: part of a name, a company or the entry, accents and case ignored; or the entry as lists compare it, or its
    e-mail. rule_id: whenever the same rule was applied. open: who is out now (True), who came back (False).
    """

    text: str = ""
    status: str | None = None
    rule_id: int | None = None
    list_id: int | None = None
    user_id: int | None = None
    open: bool | None = None

    @property
    def params(self) -> dict[str, Any]:
        return {**vars(self), "text": clean(self.text, 200) or None}


@dataclass(frozen=True)
class Page:
    """Lines, the newest first, of `total`."""

    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True)
class Reasons:
    """What the drawer says of one person: the open line first, if any; flags: what could not be decided."""

    lines: tuple[Line, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True)
class ByRule:
    """How many are out now because of one rule, whenever it was applied (rule_id None: by hand; else its newest)."""

    rule_id: int | None
    filter_status: str
    sentence: str
    run_id: int | None
    people: int


@dataclass(frozen=True)
class Funnel:
    """How many people of a search have come how far. enriched: an e-mail address is known. All but loaded
    count active people only, so no step is larger than `active`. statuses: who is out, by filter_status."""

    version: int
    loaded: int
    active: int
    enriched: int
    screened: int
    shortlisted: int
    statuses: dict[str, int]


def keep(conn: db.Conn, actor: Actor, ids: Sequence[int], restored_as: RestoredAs) -> None:
    """Bring the ledger in line with the statuses that this transaction has changed by hand or by Undo."""
    db.run(conn, _Q.keep, {"ids": list(ids), "restored_as": restored_as, **actor.params})


def page(
    rt: Runtime,
    actor: Actor,
    search_id: UUID,
    choices: Choices | None = None,
    *,
    offset: int = 0,
    limit: int = MAX_PAGE,
) -> Page:
    """A page of a search's ledger. Raises Forbidden for a search that is not the actor's to see."""
    given = (choices or Choices()).params | {
        "search_id": search_id, "offset": max(offset, 0), "limit": min(max(limit, 1), MAX_PAGE), **actor.params,
    }  # fmt: skip
    narrowed = SQL(_Q.ledger)
    with rt.db.snapshot() as conn:
        check_visible(conn, actor, search_id)
        found = db.rows(conn, SQL(_Q.fetch_page).format(ledger=narrowed), given)
        total = db.one(conn, SQL(_Q.count_page).format(ledger=narrowed), given)
    return Page(tuple(Line(**row) for row in found), int(total["total"]) if total else 0)


def reasons(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int) -> Reasons:
    """Why one person is or was out, the newest first (at most 50), and what rules could not decide about them.

    Raises Forbidden for a search that is not the actor's to see.
    """
    given = {"search_id": search_id, "candidate_id": candidate_id, **actor.params}
    with rt.db.snapshot() as conn:
        check_visible(conn, actor, search_id)
        lines = tuple(Line(**row) for row in db.rows(conn, _Q.fetch_of_candidate, given))
        flags = tuple(str(row["sentence"]) for row in db.rows(conn, _Q.fetch_flags, given))
    return Reasons(lines, flags)


def by_rule(rt: Runtime, actor: Actor, search_id: UUID) -> list[ByRule]:
    """Who is out now, counted by rule, most first. Raises Forbidden for a search that is not to be seen."""
    with rt.db.snapshot() as conn:
        check_visible(conn, actor, search_id)
        return [ByRule(**r) for r in db.rows(conn, _Q.count_by_rule, {"search_id": search_id, **actor.params})]


def funnel(rt: Runtime, actor: Actor, search_id: UUID) -> Funnel:
    """Raises Forbidden for a search that is not the actor's to see."""
    given = {"search_id": search_id, **actor.params}
    with rt.db.snapshot() as conn:
        row = db.one(conn, _Q.fetch_funnel, given)
        if row is None:
            raise refusal(conn, actor, search_id)
        statuses = {r["status"]: r["people"] for r in db.rows(conn, _Q.fetch_statuses, given)}
    return Funnel(**row, statuses=statuses)


def check_visible(conn: db.Conn, actor: Actor, search_id: UUID) -> None:
    """Raises Forbidden for a search that is not the actor's to see."""
    if db.one(conn, _Q.fetch_visible, {"search_id": search_id, **actor.params}) is None:
        raise refusal(conn, actor, search_id)
