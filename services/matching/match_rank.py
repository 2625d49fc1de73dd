"""People in the order of how alike they are to what a search is compared with, as SQL.

Where a filter leaves few people, each is compared (exact). Where it leaves many, the index of vectors gives the head of
the order, read on until there are enough; who comes after the head is compared one by one when the whole list is made.
The head is part of that list, so a page that was shown before it stays true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.rows import DictRow
from psycopg.sql import SQL, Composable, Composed, Literal

import sql
from services import db
from services.errors import BadInput, Conflict
from services.grid.grid_query import Where
from services.grid.grid_view import View
from services.matching.match_sql import ALPHA, BETA, GAMMA, fragment

# At most so many are compared one by one.
EXACT_ROWS = 20_000
# Comparing whom a filter leaves costs the more the more they are; reading in the index past whom it leaves out the more
# the fewer they are, of all who have a vector. As measured in benchmarks/matching.py (6 µs for one who is compared, 20
# for one who is read past, a page of 101), both cost the same at the square root of so many times all.
EVEN = 300
# A page, and one more to know whether there is another.
HEAD = 101
# How wide the index of vectors is searched: recall against time, as measured in benchmarks/matching.py.
EF_SEARCH = 100
# Vectors that the index may read on past the filter before everyone is compared instead.
MOST_SCANNED = 40_000
# Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): the first ranks do not drown the others.
FUSION_K = 60
MOST_WORDS = 8

OFF = "Matching is off: there are no vectors in this database. An admin finds out why with “sourcingx doctor”."
NOT_YET = "What these people are compared with is still being read. The list comes by itself in a moment."
GONE = "What this list was compared with is not there any more. Take the comparison away, or choose another one."

_Q = sql.queries("matching")


class MatchingOff(Conflict):
    """There is nothing to compare people by; the message says what is missing."""


class NotRead(Conflict):
    """What people are compared with has no vector by the model in use (any more): matching.look() has it read."""


@dataclass(frozen=True)
class Likeness:
    """What a view is compared with, as SQL.

    vector: a subquery that is run once. vectors: about how many people have one, below 1 where nobody knows. words: of
    the text, if it is one.
    """

    match_id: int
    model_id: int
    vector: Composable
    vectors: int
    words: tuple[str, ...] = ()

    @property
    def exact_rows(self) -> int:
        """Up to how many people of a view each of them is compared."""
        # Before the first ANALYZE nobody knows; a count of a time when there were none says nothing of now.
        return EXACT_ROWS if self.vectors < 1 else min(EXACT_ROWS, math.isqrt(EVEN * self.vectors))

    @property
    def source(self) -> Composable:
        """Candidates c with their vectors e."""
        return fragment("compared_source", model=Literal(self.model_id))

    @property
    def similarity(self) -> Composable:
        return fragment("similarity", vector=self.vector)

    def of_row(self) -> Composable:
        """Of an export's row r."""
        return fragment("similarity_of_row", vector=self.vector, model=Literal(self.model_id))

    def fused(self, rank: Composable, weight: float) -> Composable:
        """The two orders as one; rank: an expression over c, the best first, which counts `weight` as much."""
        return fragment("fused", vector=self.vector, rank=rank, weight=Literal(weight), k=Literal(FUSION_K))


def rarity(hits: int, people: int) -> float:
    """How much it says to be among so many hits: 1 for the only one, 0 where everyone is (ln(n/df), by its largest)."""
    if people < 2 or hits < 1:
        return 1.0
    return max(0.0, math.log(people / hits) / math.log(people))


def likeness_of(conn: db.Conn, view: View) -> Likeness | None:
    """None where a view compares with nothing. Raises MatchingOff, NotRead, BadInput (gone)."""
    if view.match is None:
        return None
    model_id = live_model(conn)
    row = fetch_match(conn, view, model_id)
    if row is None:
        raise BadInput(GONE)
    if not row["has_text"]:
        raise NotRead(NOT_YET)
    if not (row["text_hash"] or row["has_people"]):
        raise BadInput(GONE)
    return _likeness(row, model_id)


def live_model(conn: db.Conn) -> int:
    """The model that everything is compared by. Raises MatchingOff where there is none."""
    found = db.one(conn, _Q.fetch_model)
    if found is None or not found["vectors"] or found["model_id"] is None:
        raise MatchingOff(OFF)
    return int(found["model_id"])


def fetch_match(conn: db.Conn, view: View, model_id: int) -> DictRow | None:
    """The match of a view as fetch_match has it; only of its own search."""
    given = {"match": view.match, "search_id": view.search_id, "model_id": model_id}
    return db.one(conn, _Q.fetch_match, given)


def _likeness(row: DictRow, model_id: int) -> Likeness:
    if row["kind"] in ("job", "text"):
        vector = fragment("vector_of_text", model=Literal(model_id), text_hash=Literal(row["text_hash"]))
        return Likeness(row["id"], model_id, vector, row["vectors"], tuple(row["words"]))
    alpha, beta, gamma = (ALPHA, BETA, GAMMA) if row["kind"] == "taste" else (0.0, 1.0, 0.0)
    vector = fragment(
        "vector_of_people", match=Literal(row["id"]), model=Literal(model_id), text_hash=Literal(row["text_hash"]),
        alpha=Literal(alpha), beta=Literal(beta), gamma=Literal(gamma),
    )  # fmt: skip
    return Likeness(row["id"], model_id, vector, row["vectors"])


def nearest(conn: db.Conn, where: Where, likeness: Likeness) -> list[int] | None:
    """Ids of the HEAD people who are most alike, by the index of vectors; None where that did not find as many."""
    text = SQL(_Q.fetch_nearest).format(
        vector=likeness.vector, model=Literal(likeness.model_id), where=where.sql()
    )  # fmt: skip
    ids = [int(row["id"]) for row in scan(conn, HEAD, text, {**where.params, "limit": HEAD})]
    return ids if len(ids) == HEAD else None


def scan(
    conn: db.Conn, limit: int, text: Composed, given: Mapping[str, Any], ef_search: int = EF_SEARCH
) -> list[DictRow]:
    """Rows of a query that reads the index of vectors in its order, in a transaction that goes on as others do."""
    first = {"ef_search": str(max(ef_search, limit)), "most": str(MOST_SCANNED)}
    return db.rows_between(conn, _Q.scan_near, text, _Q.scan_as_usual, given, first)


def marks(conn: db.Conn, view: View, ids: list[int]) -> dict[str, dict[str, Any]]:
    """What rows of a page show of how alike they are: id → {similarity, match_words}.

    similarity: 0 to 1, None for who was not compared yet. match_words: at most MOST_WORDS words or traits that they
    have in common with what is compared with.
    """
    likeness = likeness_of(conn, view)
    if likeness is None:
        return {}
    given = {"ids": db.id_array(ids), "search_id": view.search_id}
    text = SQL(_Q.fetch_similarities).format(vector=likeness.vector, model=Literal(likeness.model_id))
    found: dict[str, dict[str, Any]] = {
        row["id"]: {"similarity": shown(row["similarity"]), "match_words": []} for row in db.rows(conn, text, given)
    }
    words = common_words(conn, likeness, "people_of_page", given)
    for one, said in words.items():
        if one in found:  # read a moment later, when someone may be back
            found[one]["match_words"] = said
    return found


def common_words(conn: db.Conn, likeness: Likeness, people: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """id → at most MOST_WORDS words or traits that someone shares with what is compared with, if any.

    people: the name of the fragment that says who, with its params in `given`: people_of_page or people_elsewhere.
    """
    asked = {**given, "match": likeness.match_id, "words": list(likeness.words), "most": MOST_WORDS}
    who = fragment(people)
    own = SQL("c.id") if people == "people_elsewhere" else SQL("c.profile_id")
    name = "fetch_shared_words" if likeness.words else "fetch_shared_traits"
    text = fragment(name, people=who) if likeness.words else fragment(name, people=who, profile=own)
    return {row["id"]: without_parts(row["words"]) for row in db.rows(conn, text, asked)}


def without_parts(words: list[str]) -> list[str]:
    """Without words that stand in a phrase which is shown, too."""
    phrases = " ".join(word for word in words if " " in word).casefold().split()
    return [word for word in words if " " in word or word.casefold() not in phrases]


def shown(similarity: float | None) -> float | None:
    """As people see it: 0 to 1, to three places."""
    return None if similarity is None else round(max(0.0, min(1.0, similarity)), 3)
