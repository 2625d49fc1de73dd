"""One person in a search: profile, notes, verdicts with evidence, history, where else they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.errors import NotFound
from services.people import contacts, known, profile_values
from services.people.contacts import Contact, Lookup
from services.people.known import FieldSource, Known
from services.people.links import mail_url, safe_url
from services.people.profile_values import Edit
from services.privacy import contact_rules
from services.runtime import Runtime
from services.screening import overrides, verdicts
from services.screening.overrides import Override
from services.screening.verdicts import Explanation
from services.searches.searches import refusal

MOST_ENTRIES = 50  # of positions, educations and history
MOST_NOTES = 200
MOST_KNOWN = 20
MAX_RAW_BYTES = 200_000
GONE = "This person is not in this search any more."
CUT = "… cut here: the rest is longer than what is shown."

_Q = sql.queries("person")


@dataclass(frozen=True)
class Position:
    """A job. Days as far as they are known; often only the month is true."""

    title: str
    company: str
    location: str
    started_on: date | None
    ended_on: date | None
    is_current: bool
    description: str


@dataclass(frozen=True)
class Education:
    school: str
    degree: str
    field_of_study: str
    started_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class Note:
    """own: the actor wrote it, so may delete it."""

    id: int
    author: str
    at: datetime
    body: str
    own: bool


@dataclass(frozen=True)
class Event:
    """A change of one field (a column of the grid), or one of the fields "note": someone wrote one, "screened": someone
    had them screened, "merge": someone merged another profile into this one.

    old, new: JSON values. by_score: the reason that was given for a rejection which a score alone chose, "" for any
    other change. criterion: what a verdict that was decided about, field "verdict:…", is called. reason: why they were
    rejected, a code of refuse_reasons or "".
    """

    field: str
    old: Any
    new: Any
    who: str
    at: datetime
    undone: bool
    by_score: str = ""
    criterion: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Person:
    """What the drawer shows. score: 0 to 10; years in years, tenures in months; texts are "" where unknown.

    linkedin_link and email_link are None where the address must not become a link. notice_due, notified_at: when they
    are to be told that they are kept, and were. kept_until: by the rule of their country. editable: the
    actor may set the stage. snapshot: Postgres's, in which all of this was read.
    """

    candidate_id: int
    snapshot: str
    editable: bool
    full_name: str
    headline: str
    title: str
    company: str
    location: str
    country: str
    industry: str
    summary: str
    email: str
    email_link: str | None
    phone: str
    linkedin_url: str
    linkedin_link: str | None
    skills: tuple[str, ...]
    tags: tuple[str, ...]
    years_experience: float | None
    current_tenure_months: int | None
    average_tenure_months: int | None
    stage: str
    fit: str | None
    score: float | None
    filter_status: str
    source: str
    collected_at: datetime
    notice_due: datetime
    notified_at: datetime | None
    kept_until: datetime
    added_at: datetime
    screened_at: datetime | None
    note_count: int
    positions: tuple[Position, ...]
    educations: tuple[Education, ...]
    notes: tuple[Note, ...]
    history: tuple[Event, ...]
    known: tuple[Known, ...]
    sources: tuple[FieldSource, ...]
    edits: tuple[Edit, ...]
    contacts: tuple[Contact, ...]
    lookups: tuple[Lookup, ...]
    do_not_contact: bool
    explanation: Explanation
    override: Override | None


def person(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int) -> Person:
    """One person. Raises Forbidden for a search that is not the actor's to see, NotFound for who is gone."""
    with rt.db.snapshot() as conn:
        row = _fetch(conn, actor, search_id, candidate_id)
        given = {
            "search_id": search_id, "candidate_id": candidate_id, "profile_id": row.pop("profile_id"),
            "most": MOST_ENTRIES, **actor.params,
        }  # fmt: skip
        lists: dict[str, Any] = {
            "positions": tuple(Position(**r) for r in db.rows(conn, _Q.fetch_positions, given)),
            "educations": tuple(Education(**r) for r in db.rows(conn, _Q.fetch_educations, given)),
            "notes": tuple(Note(**r) for r in db.rows(conn, _Q.fetch_notes, given | {"most": MOST_NOTES})),
            "history": tuple(Event(**r) for r in db.rows(conn, _Q.fetch_history, given)),
            "known": known.elsewhere(conn, actor, search_id, given["profile_id"], MOST_KNOWN),
            "sources": known.sources(conn, given["profile_id"]),
            "edits": profile_values.edits_of(conn, actor, given["profile_id"]),
            "contacts": contacts.contacts_of(conn, given["profile_id"]),
            "lookups": contacts.lookups_of(conn, given["profile_id"]),
            "do_not_contact": bool(contact_rules.listed(conn, [given["profile_id"]])),
        }
    return Person(
        **row,
        **lists,
        email_link=mail_url(row["email"]),
        linkedin_link=safe_url(row["linkedin_url"]),
        explanation=verdicts.explain(rt, actor, search_id, candidate_id),
        override=overrides.last(rt, actor, search_id, candidate_id),
    )


def raw(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int) -> str:
    """What the sources sent, as JSON to be read, one after the other; "" where nothing is kept.

    At most 200 kB, with a line that says so where there is more. Raises as person() does.
    """
    with rt.db.connection() as conn:
        row = _fetch(conn, actor, search_id, candidate_id)
        found = db.rows(conn, _Q.fetch_raw, {"profile_id": row["profile_id"], "most": MAX_RAW_BYTES + 1})
    text = "\n\n".join(f"// {r['source']}, {r['fetched_at']:%Y-%m-%d %H:%M} UTC\n{r['body']}" for r in found)
    data = text.encode()
    if len(data) <= MAX_RAW_BYTES:
        return text
    return f"{data[:MAX_RAW_BYTES].decode(errors='ignore')}\n\n{CUT}"


def _fetch(conn: db.Conn, actor: Actor, search_id: UUID, candidate_id: int) -> dict[str, Any]:
    row = db.one(conn, _Q.fetch_person, {"search_id": search_id, "candidate_id": candidate_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    if row["candidate_id"] is None:
        raise NotFound(GONE)
    return row | {"skills": tuple(row["skills"]), "tags": tuple(row["tags"])}
