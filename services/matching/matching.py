"""What people of a search are compared with: its job description, a sentence, some people, who was taken and who not.

A match is a row, and its id a part of a view: whoever may see the search sees the same order by the same link. It
belongs to its search, so nobody reaches people of another one by it. Its text is read by the job worker; until then
it waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.decisions import candidates
from services.errors import BadInput, Conflict, NotFound, Unavailable
from services.grid import result_sets
from services.grid.grid_view import View
from services.grid.result_sets import Page, fetch_meta
from services.matching import embedding_queries, match_rank, match_words, matching_state
from services.matching.match_rank import MatchingOff, NotRead
from services.runtime import Runtime

MOST_PEOPLE = 100
# Whom was decided about last, of each side.
MOST_DECIDED = 500
LEAST_LIKED = 3
MAX_TEXT = 2_000
# Counts of a million people take a second.
COUNTS_TTL_S = 15
NO_JOB = "This search has no job description yet. Write one under “Screen…”, or describe whom you look for here."
NO_TEXT = "Describe whom you look for in a sentence or two."
UNREADABLE = "The description has a character that cannot be read."
TOO_LONG = f"A description has at most {MAX_TEXT:,} characters; a longer one belongs in the job description."
NOBODY = "Choose the people first whom others shall be like."
TOO_MANY = f"At most {MOST_PEOPLE} people can be compared with at once; choose fewer of them."
NOT_COMPARED = (
    "Nobody can be compared with these people: they have not been read yet, so try again in some minutes, or their"
    " profiles say nothing of their work."
)
NOT_HERE = "The people whom others shall be like are not in this search any more."
TOO_FEW = (
    f"Shortlist at least {LEAST_LIKED} people first: there are {{liked}}. "
    "The more you decide about, the better the order."
)
LEFT_OUT = "What this view was compared with is not there any more; it is in its usual order."
LEFT_OUT_OFF = "Matching is off, so this view is in its usual order. An admin finds out why with “sourcingx doctor”."

Kind = Literal["job", "text", "people", "taste"]
State = Literal["ready", "waiting", "failed"]
_Q = sql.queries("matching")


@dataclass(frozen=True)
class Match:
    """What is compared with. state: waiting until its text was read, failed with a message where that went wrong.

    text: of a job description or a sentence. liked and unliked: how many people; name: of the one whom it is about,
    where it is one. is_old: a job description that the search has no more.
    """

    id: int
    kind: Kind
    state: State
    text: str = ""
    liked: int = 0
    unliked: int = 0
    name: str = ""
    message: str = ""
    is_old: bool = False


@dataclass(frozen=True)
class Coverage:
    """Of how many people of a search there are vectors, so that they can be compared."""

    people: int
    compared: int


def to_job(rt: Runtime, actor: Actor, search_id: UUID) -> Match:
    """Compare with the search's job description. Raises BadInput where there is none, Forbidden, MatchingOff."""
    with rt.db.connection() as conn:
        _check(conn, actor, search_id)
        job = _job(conn, actor, search_id)
        if not job:
            raise BadInput(NO_JOB)
        match_id = _insert(conn, actor, search_id, "job", text=job)
    return look(rt, actor, search_id, match_id)


def to_text(rt: Runtime, actor: Actor, search_id: UUID, text: str) -> Match:
    """Compare with what someone wrote. Raises BadInput, Forbidden, MatchingOff."""
    clean = " ".join(str(text or "").replace("\x00", " ").split())
    with rt.db.connection() as conn:
        fetch_meta(conn, actor, View.of(search_id))
        if not clean:
            raise BadInput(NO_TEXT)
        if len(clean) > MAX_TEXT:
            raise BadInput(TOO_LONG)
        if any("\ud800" <= sign <= "\udfff" for sign in clean):
            raise BadInput(UNREADABLE)
        match_rank.live_model(conn)
        match_id = _insert(conn, actor, search_id, "text", text=clean)
    return look(rt, actor, search_id, match_id)


def to_people(rt: Runtime, actor: Actor, search_id: UUID, ids: Sequence[Any]) -> Match:
    """Compare with some candidates of the search. Raises BadInput, Forbidden, NotFound (gone), Conflict (none was read
    yet), MatchingOff."""
    if not ids:
        raise BadInput(NOBODY)
    if len(ids) > MOST_PEOPLE:
        raise BadInput(TOO_MANY)
    wanted = candidates.candidate_ids(ids)
    with rt.db.connection() as conn:
        _check(conn, actor, search_id)
        found = db.rows(conn, _Q.fetch_chosen, {"search_id": search_id, "ids": wanted, **actor.params})
        if not found:
            raise NotFound(NOT_HERE)
        match_id = _insert(conn, actor, search_id, "people", people={row["profile_id"]: True for row in found})
    return look(rt, actor, search_id, match_id)


def to_taste(rt: Runtime, actor: Actor, search_id: UUID) -> Match:
    """Compare with whom was taken forward, less those who were turned down, on top of the job description if there is
    one (Rocchio). Raises BadInput with fewer than LEAST_LIKED people, and as to_people() does."""
    with rt.db.connection() as conn:
        _check(conn, actor, search_id)
        decided = db.rows(conn, _Q.fetch_decided, {"search_id": search_id, "most": MOST_DECIDED})
        people = {int(row["profile_id"]): bool(row["liked"]) for row in decided}
        if sum(people.values()) < LEAST_LIKED:
            raise BadInput(TOO_FEW.format(liked=sum(people.values())))
        match_id = _insert(conn, actor, search_id, "taste", text=_job(conn, actor, search_id), people=people)
    return look(rt, actor, search_id, match_id)


def look(rt: Runtime, actor: Actor, search_id: UUID, match_id: Any) -> Match:
    """How far a match is; has its text read where there is no vector of it (any more). Raises NotFound (gone), Conflict
    (nobody of whom it is about was read yet), Forbidden, MatchingOff."""
    view = View.of(search_id, match=match_id)
    with rt.db.connection() as conn:
        fetch_meta(conn, actor, view)
        row = match_rank.fetch_match(conn, view, match_rank.live_model(conn))
        if row is None or not (row["text_hash"] or row["liked"]):
            raise NotFound(match_rank.GONE)
        if not (row["text_hash"] or row["has_people"]):
            raise Conflict(NOT_COMPARED)
        db.run(conn, _Q.touch_match, {"match": view.match})
        is_old = row["kind"] == "job" and row["text"] != _job(conn, actor, search_id)
    if row["has_text"]:
        return _match(row, "ready", is_old=is_old)
    asked = embedding_queries.embed_query(rt, actor, row["text"])
    if asked.state == "off":
        raise MatchingOff(asked.error)
    states: dict[str, State] = {"ready": "ready", "failed": "failed"}
    return _match(row, states.get(asked.state, "waiting"), asked.error, is_old=is_old)


def settle(rt: Runtime, actor: Actor, view: View) -> tuple[View, int | None, list[str]]:
    """A view as it can be shown now: (without a match that is not ready, that match's id, what to say of it).

    What a link or a saved view is compared with may wait to be read (again), be gone, or matching be off.
    """
    if view.match is None:
        return view, None, []
    try:
        found = look(rt, actor, view.search_id, view.match)
    except MatchingOff:
        return view.without_match(), None, [LEFT_OUT_OFF]
    except (NotFound, Conflict):
        return view.without_match(), None, [LEFT_OUT]
    if found.state == "ready":
        return view, None, []
    if found.state == "failed":
        return view.without_match(), None, [found.message]
    return view.without_match(), found.id, []


def fetch_page(rt: Runtime, actor: Actor, view: View, version: int | None, start: int, end: int) -> Page:
    """As result_sets.fetch_page(), and where what the view is compared with has no vector (a model was switched to
    that never read it) it is read by the time the page asks again. Raises Unavailable where that went wrong."""
    try:
        return result_sets.fetch_page(rt, actor, view, version, start, end)
    except NotRead:
        found = look(rt, actor, view.search_id, view.match)
        if found.state == "failed":
            raise Unavailable(found.message) from None
        raise


def coverage(rt: Runtime, actor: Actor, search_id: UUID) -> Coverage:
    """At most COUNTS_TTL_S old. Raises Forbidden, MatchingOff."""
    with rt.db.reading() as conn:
        fetch_meta(conn, actor, View.of(search_id))
        model_id = match_rank.live_model(conn)

    def compute() -> list[int]:
        with rt.db.reading() as conn:
            row = db.one(conn, _Q.count_compared, {"search_id": search_id, "model_id": model_id})
            return [row["people"], row["compared"]] if row else [0, 0]

    return Coverage(*rt.cache.memo(f"compared:{search_id}:{model_id}", COUNTS_TTL_S, compute))


def has_job(rt: Runtime, actor: Actor, search_id: UUID) -> bool:
    """Whether the search has a job description to compare with."""
    with rt.db.reading() as conn:
        return bool(_job(conn, actor, search_id))


def why_off(rt: Runtime, actor: Actor) -> str:
    """One sentence on what is missing; empty where matching can be used."""
    return matching_state.state(rt, actor).reason


def may_be_made(rt: Runtime, actor: Actor) -> bool:
    """Whether people who were not read yet can be."""
    return matching_state.state(rt, actor).possible


def _job(conn: db.Conn, actor: Actor, search_id: UUID) -> str:
    row = db.one(conn, _Q.fetch_job, {"search_id": search_id, **actor.params})
    return str(row["job_description"]) if row else ""


def _check(conn: db.Conn, actor: Actor, search_id: UUID) -> None:
    """Raises Forbidden for a search that is not the actor's to see, MatchingOff."""
    fetch_meta(conn, actor, View.of(search_id))
    match_rank.live_model(conn)


def _insert(
    conn: db.Conn,
    actor: Actor,
    search_id: UUID,
    kind: Kind,
    *,
    text: str = "",
    people: Mapping[int, bool] | None = None,
) -> int:
    given = people or {}
    said = f"{kind} {text} {sorted(given.items())}"
    row = db.one(conn, _Q.insert_match, {
        "search_id": search_id, "kind": kind, "definition": sha256(said.encode()).digest(), "text": text,
        "words": match_words.words_of(text),
        **actor.params})  # fmt: skip
    assert row is not None
    if given:
        whom = {"match": row["id"], "people": list(given), "liked": list(given.values())}
        db.run(conn, _Q.insert_people, whom)
    return int(row["id"])


def _match(row: Mapping[str, Any], state: State, message: str = "", *, is_old: bool) -> Match:
    name = row["name"] if row["kind"] == "people" and row["liked"] == 1 else ""
    return Match(row["id"], row["kind"], state, row["text"], row["liked"], row["unliked"], name or "", message, is_old)
