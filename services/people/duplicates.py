"""Pairs of people who may be one, as people see and decide about them; merging itself is in services/people/merges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput, Conflict, Forbidden
from services.people.identity_keys import LIKELY, VERY_LIKELY
from services.runs import jobs
from services.runtime import Runtime
from services.searches.searches import READ_ONLY

KIND = "find_duplicates"
STATES = ("open", "merged", "dismissed")
PAGE = 10
# Signs of a summary that are shown; compared is the whole of it. Pairs of an import that are counted.
MOST_SUMMARY = 300
MOST_COUNTED = 1_000
RUNNING = "People are being compared already, or will be in a moment. See Runs."

_Q = sql.queries("duplicates")


@dataclass(frozen=True)
class Place:
    """A search that one of the two is in, and that the actor may see."""

    search_id: UUID
    title: str
    candidate_id: int
    stage: str


@dataclass(frozen=True)
class Side:
    """One of the two. values: by column of profiles; for someone merged away as they were then.

    Of a summary its first MOST_SUMMARY signs, and summary_length and summary_md5 of the whole.
    """

    profile_id: int
    values: dict[str, Any]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Pair:
    """Two people, the older profile first. score: 0 to 100. reasons: codes, the strongest first.

    editable: the actor may decide about it. merge_id: of a merged pair. later: another merge of this
    person has to be taken back before this one.
    """

    id: int | None
    score: int
    reasons: tuple[str, ...]
    state: str
    a: Side
    b: Side
    editable: bool
    decided_by: str | None = None
    decided_at: datetime | None = None
    merge_id: int | None = None
    later: bool = False

    @property
    def band(self) -> str:
        """How likely it is, as a word: very_likely, likely or possible."""
        return "very_likely" if self.score >= VERY_LIKELY else "likely" if self.score >= LIKELY else "possible"


@dataclass(frozen=True)
class PairPage:
    """next: where the next page begins, None on the last one."""

    pairs: tuple[Pair, ...]
    next: tuple[int, int] | None


def list_pairs(
    rt: Runtime,
    actor: Actor,
    *,
    state: str = "open",
    search_id: Any = None,
    least: int = 0,
    after: tuple[int, int] | None = None,
) -> PairPage:
    """A page of 10 pairs, behind `after` (PairPage.next of another page), the most alike first.

    With state "merged": the merges that the actor may take back, the newest first. search_id: only
    pairs with someone in this search; one not to be seen has none. Raises BadInput.
    """
    if state not in STATES:
        raise BadInput("There is no list of that name.")
    after_score, after_id = after or (None, None)
    given = {"state": state, "search_id": _search(search_id), "least": least, "limit": PAGE + 1,
             "most": MOST_SUMMARY, "after_score": after_score, "after_id": after_id, **actor.params}  # fmt: skip
    with rt.db.snapshot() as conn:
        found = db.rows(conn, _Q.fetch_merged if state == "merged" else _Q.fetch_pairs, given)
        ids = sorted({one for row in found for one in (row["profile_a"], row["profile_b"])})
        sides = {row["id"]: row for row in db.rows(conn, _Q.fetch_sides, {"people": ids, "most": MOST_SUMMARY})}
        places: dict[int, list[Place]] = {}
        for row in db.rows(conn, _Q.fetch_places, {"people": ids, **actor.params}):
            places.setdefault(row.pop("profile_id"), []).append(Place(**row))

    def side(profile_id: int, values: dict[str, Any] | None) -> Side:
        return Side(profile_id, values or {}, tuple(places.get(profile_id, ())))

    pairs = tuple(
        Pair(
            row["id"], row["score"], tuple(row["reasons"]), state, side(row["profile_a"], sides.get(row["profile_a"])),
            side(row["profile_b"], row.get("other") or sides.get(row["profile_b"])), row["editable"],
            row["decided_by"], row["decided_at"], row.get("merge_id"), row.get("later", False),
        )
        for row in found[:PAGE]
    )  # fmt: skip
    last = pairs[-1] if len(found) > PAGE else None
    return PairPage(pairs, (last.score, last.merge_id or last.id or 0) if last else None)


def start_find(rt: Runtime, actor: Actor) -> int:
    """Compare everyone who is new or changed, as a job; its run's id. Raises Forbidden, Conflict."""
    if not actor.may_edit:
        raise Forbidden(READ_ONLY)
    with rt.db.connection() as conn:
        if db.one(conn, _Q.fetch_waiting_run) is not None:
            raise Conflict(RUNNING)
        return jobs.start_run(conn, actor, KIND, None, {})


def find_after_import(conn: db.Conn, actor: Actor, import_run: int) -> int | None:
    """Have the people of an import compared, in the caller's transaction (the import's last one).

    Returns the run's id; None where a comparison of everyone waits already, which will see them.
    """
    if db.one(conn, _Q.fetch_waiting_run) is not None:
        return None
    return jobs.start_run(conn, actor, KIND, None, {"import_run": import_run})


@dataclass(frozen=True)
class AfterImport:
    """The comparison of an import's people. pairs: that came since and are for the actor to decide, of many 1,000."""

    state: str
    pairs: int

    @property
    def is_open(self) -> bool:
        return self.state in ("queued", "running", "paused")


def after_import(rt: Runtime, actor: Actor, import_run: int) -> AfterImport | None:
    """What came of comparing an import's people; None without such a comparison, and where it is not to be seen."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_run_of_import, {"import_run": import_run, "most": MOST_COUNTED, **actor.params})
    return None if row is None else AfterImport(row["state"], row["pairs"])


def latest_run(rt: Runtime, actor: Actor) -> int | None:
    """The actor's newest comparison."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_latest_run, actor.params)
    return None if row is None else row["id"]


def _search(raw: Any) -> UUID | None:
    if raw in (None, ""):
        return None
    try:
        return raw if isinstance(raw, UUID) else UUID(str(raw))
    except ValueError as error:
        raise BadInput("This is not the address of a search.") from error
