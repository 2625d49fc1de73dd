"""Colleagues who are named in notes: @Full Name tells them, if they may see the search."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.runtime import Runtime
from services.searches.searches import refusal

MOST_OFFERED = 8
MOST_NAMED = 20
MOST_SHOWN = 50
MOST_COUNTED = 100
_LONGEST = 80

_Q = sql.queries("mentions")


@dataclass(frozen=True)
class Colleague:
    """Someone who may be named."""

    id: int
    name: str


@dataclass(frozen=True)
class Mention:
    """A note that names the actor, about one person in one search."""

    note_id: int
    author: str
    at: datetime
    body: str
    search_id: UUID
    title: str
    candidate_id: int
    full_name: str
    unread: bool


def offered(rt: Runtime, actor: Actor, search_id: UUID, typed: Any) -> list[Colleague]:
    """Colleagues who may see a search and whose names contain what was typed after @, at most 8. Raises Forbidden."""
    text = typed.replace("\0", "")[:_LONGEST] if isinstance(typed, str) else ""
    given = {"search_id": search_id, "typed": text, "most": MOST_OFFERED, **actor.params}
    with rt.db.reading() as conn:
        if db.one(conn, _Q.fetch_seen, given) is None:
            raise refusal(conn, actor, search_id)
        return [Colleague(**row) for row in db.rows(conn, _Q.fetch_mentionable, given)]


def keep(conn: db.Conn, actor: Actor, search_id: UUID, note_id: int, body: str) -> list[Colleague]:
    """Note down whom a note names, in its transaction; nobody who may not see the search, and never its author."""
    if "@" not in body:
        return []
    rows = db.rows(conn, _Q.find_named, {"search_id": search_id, "body": body, **actor.params})
    people = named_in(body, [Colleague(**row) for row in rows])[:MOST_NAMED]
    if people:
        ids = sorted(one.id for one in people)
        db.run(conn, _Q.keep_mentions, {"people": ids, "note_id": note_id, **actor.params})
    return people


def named_in(body: str, colleagues: list[Colleague]) -> list[Colleague]:
    """Those whose whole name stands after an @. The longest names first: "@Ann Lee" names no "Ann".

    Two of one name are both named: whoever wrote it meant one of them, and neither should miss it.
    """
    rest, found = _folded(body), []
    by_key: dict[str, list[Colleague]] = {}
    for one in colleagues:
        by_key.setdefault("@" + _folded(one.name), []).append(one)
    for key in sorted(by_key, key=len, reverse=True):
        if _stands_in(rest, key):
            found += by_key[key]
            rest = rest.replace(key, " ")
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _stands_in(text: str, key: str) -> bool:
    """Whether a name stands there as a whole, not as the beginning of another word."""
    at = text.find(key)
    while at >= 0:
        after = text[at + len(key) : at + len(key) + 1]
        if not (after.isalnum() or after == "_"):
            return True
        at = text.find(key, at + 1)
    return False


def unread(rt: Runtime, actor: Actor) -> int:
    """How many notes name the actor that they have not read; 100 for 100 and more."""
    with rt.db.reading() as conn:
        row = db.one(conn, _Q.count_unread, {"most": MOST_COUNTED, **actor.params})
    return int(row["unread"]) if row else 0


def listed(rt: Runtime, actor: Actor, before: int | None = None) -> list[Mention]:
    """The newest notes that name the actor, at most 50. before: only those older than this note."""
    with rt.db.reading() as conn:
        given = {"before": before, "most": MOST_SHOWN, **actor.params}
        return [Mention(**row) for row in db.rows(conn, _Q.fetch_mentions, given)]


def read_about(rt: Runtime, actor: Actor, candidate_id: int) -> int:
    """The actor has someone before them: what names them there is read. Returns how many were not."""
    with rt.db.connection() as conn:
        return db.run(conn, _Q.read_about, {"candidate_id": candidate_id, **actor.params})


def read_all(rt: Runtime, actor: Actor) -> int:
    """Everything is read. Returns how many were not."""
    with rt.db.connection() as conn:
        return db.run(conn, _Q.read_all, actor.params)
