"""Notes on a candidate: whoever sees the search may write them, and delete their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput, NotFound
from services.people import mentions
from services.people.person import GONE
from services.runtime import Runtime
from services.searches.searches import refusal

MAX_BODY = 5000
NOT_YOURS = "This note is not there any more, or it is not yours to delete."

_Q = sql.queries("person")


@dataclass(frozen=True)
class Noted:
    """What a change of notes did. body: of the note; the versions are the search's, before and after it.

    named: colleagues whom it tells.
    """

    note_id: int
    body: str
    note_count: int
    version_before: int
    version_after: int
    named: tuple[str, ...] = ()


def add_note(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, body: str) -> Noted:
    """A new note, which tells the colleagues that it names.

    Raises BadInput when it says nothing or too much, Forbidden, NotFound for who is gone.
    """
    text = _clean(body)
    with rt.db.connection() as conn:
        _lock(conn, actor, search_id, candidate_id)
        made = db.one(conn, _Q.insert_note, {"candidate_id": candidate_id, "body": text, **actor.params})
        assert made is not None
        named = mentions.keep(conn, actor, search_id, made["id"], text)
        noted = _counted(conn, actor, search_id, candidate_id, made["id"], text)
    return replace(noted, named=tuple(one.name for one in named))


def delete_note(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, note_id: int) -> Noted:
    """Takes away the actor's own note. Raises NotFound for another's, Forbidden."""
    with rt.db.connection() as conn:
        _lock(conn, actor, search_id, candidate_id)
        given = {"note_id": note_id, "candidate_id": candidate_id, **actor.params}
        gone = db.one(conn, _Q.delete_note, given)
        if gone is None:
            raise NotFound(NOT_YOURS)
        return _counted(conn, actor, search_id, candidate_id, note_id, gone["body"])


def _lock(conn: db.Conn, actor: Actor, search_id: UUID, candidate_id: int) -> None:
    row = db.one(conn, _Q.fetch_commentable, {"search_id": search_id, "candidate_id": candidate_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    if row["id"] is None or db.one(conn, _Q.lock_candidate, {"candidate_id": candidate_id}) is None:
        raise NotFound(GONE)


def _counted(conn: db.Conn, actor: Actor, search_id: UUID, candidate_id: int, note_id: int, body: str) -> Noted:
    counted = db.one(conn, _Q.count_notes, {"candidate_id": candidate_id, **actor.params})
    bumped = db.one(conn, _Q.bump_version, {"search_id": search_id})
    assert counted is not None and bumped is not None
    # The bump locks the search's row, so nobody else's version lies between the two.
    return Noted(note_id, body, counted["note_count"], bumped["version"] - 1, bumped["version"])


def _clean(body: object) -> str:
    """NUL and half characters cannot be kept. Raises BadInput."""
    text = str(body or "").replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode().strip()
    if not text:
        raise BadInput("Write something first: an empty note is not kept.")
    if len(text) > MAX_BODY:
        raise BadInput(f"A note has at most {MAX_BODY:,} characters; this one has {len(text):,}.")
    return text
