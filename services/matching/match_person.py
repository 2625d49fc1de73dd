"""One person compared: with what a view is compared with, and with the job descriptions of open searches."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.sql import SQL, Literal

import sql
from services import db
from services.access.identity import Actor
from services.errors import NotFound
from services.grid.grid_view import View
from services.grid.result_sets import fetch_meta
from services.matching import embedding_queries, match_rank, match_sql, match_words
from services.runtime import Runtime

MOST_FITTING = 5
# Job descriptions that one look has read; those that nobody has looked at for long wait for the next.
MOST_READ = 50
NO_WORK = "This person's profile says nothing of their work, so they cannot be compared."
NOT_READ = "This person has not been read yet, so they cannot be compared. Try again in some minutes."

_Q = sql.queries("matching")


@dataclass(frozen=True)
class Likeness:
    """similarity: 0 to 1, None where the person was not read yet. words: what both have in common."""

    similarity: float | None
    words: tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """A search whose job description is like a person. is_in: they are in it already."""

    id: UUID
    title: str
    similarity: float
    is_in: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Fitting:
    """The searches that fit best. compared: of how many job descriptions; waiting: how many are being read."""

    searches: tuple[Fit, ...]
    compared: int
    waiting: int


def likeness(rt: Runtime, actor: Actor, view: View, candidate_id: int) -> Likeness | None:
    """How alike a person is to what the view is compared with; None where it is with nothing, or they are gone.

    Raises Forbidden, and as match_rank.likeness_of() does.
    """
    if view.match is None:
        return None
    with rt.db.reading() as conn:
        fetch_meta(conn, actor, view)
        found = match_rank.marks(conn, view, [candidate_id]).get(str(candidate_id))
    return Likeness(found["similarity"], tuple(found["match_words"])) if found else None


def fitting(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, most: int = MOST_FITTING) -> Fitting:
    """Open searches that the actor sees, by how alike their job description is to one person of a search of theirs.

    What was never compared with is read now, at most MOST_READ a time. Raises Forbidden, NotFound (they are gone, or
    not read yet), MatchingOff.
    """
    with rt.db.connection() as conn:
        fetch_meta(conn, actor, View.of(search_id))
        model_id = match_rank.live_model(conn)
        given = {"search_id": search_id, "candidate_id": candidate_id, "model_id": model_id, **actor.params}
        person = db.one(conn, _Q.fetch_person, given)
        if person is None or not person["is_read"]:
            raise NotFound(NO_WORK if person is not None and person["was_looked_at"] else NOT_READ)
        unread = db.rows(conn, _Q.fetch_unread_jobs, {**given, "limit": MOST_READ})
    for row in unread:
        embedding_queries.embed_query(rt, actor, row["job_description"])
    with rt.db.connection() as conn:
        text = SQL(_Q.fetch_fitting_searches).format(
            vector=match_sql.fragment(
                "vector_of_person", model=Literal(model_id), profile=Literal(person["profile_id"])
            ),
            model=Literal(model_id), profile=Literal(person["profile_id"]),
        )  # fmt: skip
        rows = db.rows(conn, text, {**given, "limit": most})
        fits = tuple(_fit(conn, row, given) for row in rows)
    compared = rows[0]["compared"] if rows else 0
    return Fitting(fits, compared, len(unread))


def _fit(conn: db.Conn, row: DictRow, given: dict[str, object]) -> Fit:
    asked = {**given, "ids": [given["candidate_id"]], "words": match_words.words_of(row["job_description"]),
             "most": match_rank.MOST_WORDS}  # fmt: skip
    text = match_sql.fragment("fetch_shared_words", people=match_sql.fragment("people_of_page"))
    shared = db.one(conn, text, asked)
    words = match_rank.without_parts(shared["words"]) if shared else []
    return Fit(row["id"], row["title"], match_rank.shown(row["similarity"]) or 0.0, row["is_in"], tuple(words))
