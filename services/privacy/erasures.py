"""Erasing people: everything that is known of them goes, but that it was done and the marks of what they were known by.

What stands in the database goes in one transaction; files (exports, archives, uploads) are seen to by a job right
after it, which goes on wherever it was cut short (services/privacy/erasure_files.py). Decision 0012.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.accounts import must_be_admin
from services.access.identity import Actor, audit
from services.errors import BadInput, NotFound
from services.people.urls import opaque_key, url_key
from services.privacy import erasure_log, erasure_traces, suppression
from services.privacy.suppression import Marker
from services.runs import jobs
from services.runtime import Runtime

# More people by one e-mail address are an office's: each is erased by an address of their own.
MOST_FOUND = 5
MOST_LISTED = 100
CONFIRMATION = "erase"
NOT_CONFIRMED = f"Type “{CONFIRMATION}” to confirm; nobody was erased."
NOT_READ = "Give a LinkedIn address, an e-mail address, or the link of the person's open drawer here."
NOBODY = "Nobody here has this address. If they were erased before, they are kept out already."
SEVERAL = "{n} people have this address. Type “erase {n}” to erase all of them, or erase each by LinkedIn address."
TOO_MANY = "More than {most} people have this e-mail address, so it is an office's. Erase each by LinkedIn address."
GONE = "This person is not there any more."

# Nobody asked for it: no marks are left, and the night sees to files, once for all of them.
UNASKED = ("retention", "search")

_Q = sql.queries("erasures")
# Of a person who is open here: the way to whoever has neither address.
_HERE = re.compile(
    r"/search/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/triage)?\?(?:\S*&)?person=([0-9]{1,18})(?:[&#]|$)"
)
_EMAIL = re.compile(r"^[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+$")


@dataclass(frozen=True)
class Erased:
    """What came of it. searches: those that they were in, archived ones too, with their versions since. run_id: of the
    job that sees to files."""

    erasure_id: int
    people: int
    searches: Mapping[UUID, int]
    run_id: int | None


@dataclass(frozen=True)
class Erasure:
    """One line of the list. files_left: files that may still hold them; 0 when the job is through."""

    id: int
    reason: str
    people: int
    searches: int
    erased_at: datetime
    user_name: str
    files_left: int


def erase_by_address(rt: Runtime, actor: Actor, address: str, confirmed: str) -> Erased:
    """Erase whom a LinkedIn or an e-mail address names. confirmed: what the admin typed, see confirmation().

    Raises Forbidden unless admin, BadInput (not confirmed, no address, an office's e-mail), NotFound.
    """
    must_be_admin(actor)
    said = " ".join(confirmed.lower().split())
    if not said.startswith(CONFIRMATION):
        raise BadInput(NOT_CONFIRMED)
    wanted = read_address(address)
    with rt.db.connection() as conn:
        erasure_traces.prepare(conn)
        people = find(conn, wanted)
        if said != confirmation(len(people)):
            raise BadInput(SEVERAL.format(n=len(people)) if len(people) > 1 else NOT_CONFIRMED)
        done = erase(rt, conn, actor, people)
    erasure_traces.forget_cached(rt, done.searches)
    return done


def erase_candidate(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, confirmed: str) -> Erased:
    """Erase the person whom an admin has open. Raises as erase_by_address()."""
    must_be_admin(actor)
    if confirmed.strip().lower() != CONFIRMATION:
        raise BadInput(NOT_CONFIRMED)
    with rt.db.connection() as conn:
        erasure_traces.prepare(conn)
        found = db.one(conn, _Q.find_candidate, {
            "candidate_id": candidate_id, "search_id": search_id, **actor.params})  # fmt: skip
        if found is None:
            raise NotFound(GONE)
        done = erase(rt, conn, actor, [found["id"]])
    erasure_traces.forget_cached(rt, done.searches)
    return done


def confirmation(people: int) -> str:
    """What is typed to erase so many."""
    return CONFIRMATION if people == 1 else f"{CONFIRMATION} {people}"


def count(rt: Runtime, actor: Actor, address: str) -> int:
    """How many people an address names. Raises as erase_by_address()."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        return len(find(conn, read_address(address)))


def read_address(given: str) -> dict[str, Any]:
    """keys and emails, or search_id and candidate_id; what was not given is empty. Raises BadInput for what is none."""
    said = given.strip().removeprefix("mailto:")
    nobody: dict[str, Any] = {"keys": [], "emails": [], "search_id": None, "candidate_id": None}
    if _EMAIL.match(said) and "/" not in said:
        return nobody | {"keys": [f"mailto:{said.lower()}"], "emails": [said.lower()]}
    if here := _HERE.search(said):
        return nobody | {"search_id": UUID(here[1]), "candidate_id": int(here[2])}
    known = url_key(said) or opaque_key(said)
    if known is None:
        raise BadInput(NOT_READ)
    return nobody | {"keys": [known.key]}


def find(conn: db.Conn, wanted: Mapping[str, Any]) -> list[int]:
    """Ids of at most MOST_FOUND people; wanted: of read_address(). Raises NotFound, BadInput for more."""
    found = [row["id"] for row in db.rows(conn, _Q.find_by_keys, {**wanted, "most": MOST_FOUND + 1})]
    if not found:
        raise NotFound(NOBODY)
    if len(found) > MOST_FOUND:
        raise BadInput(TOO_MANY.format(most=MOST_FOUND))
    return found


def erase(rt: Runtime, conn: db.Conn, actor: Actor | None, people: Sequence[int], reason: str = "request") -> Erased:
    """Erase people, in the caller's transaction, after erasure_traces.prepare(); forget_cached() comes after it.

    reason: request and replay leave marks; after retention, or with their search, someone may come again. Raises
    NotFound, Unavailable.
    """
    given: dict[str, Any] = {"people": sorted(people), "actor": actor.user_id if actor else None, "reason": reason}
    given["count"] = len(db.rows(conn, _Q.lock_profiles, given))
    if not given["count"]:
        raise NotFound(GONE)
    marks = _marks(rt, conn, given) if reason not in UNASKED else {}
    erasure_id, searches = erasure_traces.remove(conn, given)
    keep_marks(conn, erasure_id, marks)
    audit(conn, actor, "people.erase", str(erasure_id), reason=reason, people=given["count"], searches=len(searches))
    worker = actor or someone(conn) if reason not in UNASKED else None
    run_id = jobs.start_run(conn, worker, "erase", None, {"erasure_id": erasure_id}) if worker else None
    versions = {row["id"]: row["version"] for row in db.rows(conn, _Q.bump_searches, {"searches": searches})}
    if marks and reason == "request":
        erasure_log.append(rt.settings.home, marks, Marker.of(rt.settings).fingerprint)
    return Erased(erasure_id, given["count"], versions, run_id)


def someone(conn: db.Conn) -> Actor | None:
    """In whose name a job runs that nobody asked for: the first admin's."""
    row = db.one(conn, _Q.fetch_someone)
    return Actor(row["id"], row["role"], row["name"]) if row else None


def erasures(rt: Runtime, actor: Actor) -> tuple[list[Erasure], int]:
    """The newest erasures, and how many people in all. Raises Forbidden unless admin."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        found = [Erasure(**row) for row in db.rows(conn, _Q.fetch_erasures, {"most": MOST_LISTED})]
        counted = db.one(conn, _Q.count_erasures)
    return found, int(counted["people"]) if counted else 0


def keep_marks(conn: db.Conn, erasure_id: int, marks: Mapping[int, bool]) -> None:
    """By what people are known again. marks: mark → whether it is of a contact with a name."""
    if marks:
        given = {"marks": list(marks), "named": list(marks.values()), "erasure_id": erasure_id}
        db.run(conn, _Q.insert_marks, given)


def _marks(rt: Runtime, conn: db.Conn, given: Mapping[str, Any]) -> dict[int, bool]:
    marker = Marker.of(rt.settings)
    suppression.check_key(conn, marker, first=True)
    return suppression.marks_of(marker, db.rows(conn, _Q.fetch_known_by, given))
