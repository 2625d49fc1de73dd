"""A person as lines of COPY, all but the ids in front, which only the writing transaction knows. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from services.imports.copy_text import array, line
from services.imports.import_rows import Person
from services.people.careers import History

# The order of columns in sql/imports.sql, stage_people.
_STAGED = ("full_name", "first_name", "last_name", "guess_first", "guess_last", "headline", "title", "company",
           "location", "country", "industry", "summary", "email", "phone", "public_url", "opaque_url")  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Ends of lines for the tables that their names say; positions and educations: one for each."""

    profile: str
    raw: str
    positions: list[str]
    educations: list[str]


def lines_of(person: Person, source: str, today: date) -> Lines:
    """What COPY is given for a new person; made once, in the thread that reads."""
    if person.lines is None:
        v, history = person.values, person.history
        person.lines = Lines(
            line((
                v["full_name"], v["first_name"] or v["guess_first"], v["last_name"] or v["guess_last"], v["headline"],
                v["title"], v["company"], v["location"], v["country"], v["industry"], v["summary"], v["email"],
                v["phone"], v["public_url"] or v["opaque_url"], array(v["skills"]), v["years_experience"],
                v["current_tenure_months"], history.average_tenure(today), source)),
            line((source, json.dumps(person.raw), person.row_hash)),
            *history_lines(history),
        )  # fmt: skip
    made: Lines = person.lines
    return made


def history_lines(history: History) -> tuple[list[str], list[str]]:
    """Positions and educations."""
    return (
        [line((p.title, p.company, p.location, p.started_on, p.ended_on, p.is_current, p.description))
         for p in history.positions],
        [line((e.school, e.degree, e.field_of_study, e.started_on, e.ended_on)) for e in history.educations],
    )  # fmt: skip


def staged_line(person: Person) -> str:
    """What stage_people is given for a person who is known."""
    v = person.values
    return line((
        *(v[name] for name in _STAGED), array(v["skills"]), v["years_experience"], v["current_tenure_months"],
        json.dumps(person.raw), person.row_hash))  # fmt: skip
