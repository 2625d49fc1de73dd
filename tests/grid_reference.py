"""What the grid must show, computed the plain way: all rows in memory, filtered and sorted by Python.

Written from the product's words, not from its code: it shares nothing with services.grid_* but the
names of the columns.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import class_row

STAGES = ("new", "shortlisted", "contacted", "interviewing", "hired", "rejected")
FITS = ("weak", "possible", "strong")
TEXTS = ("full_name", "last_name", "title", "company", "location")


@dataclass(frozen=True)
class Row:
    """A candidate as the tables hold it."""

    id: int
    full_name: str
    last_name: str
    title: str
    company: str
    location: str
    headline: str
    industry: str
    source: str
    skills: list[str]
    tags: list[str]
    years_experience: float | None
    current_tenure_months: int | None
    average_tenure_months: int | None
    has_email: bool
    note_count: int
    filter_status: str
    rule: str | None
    reason: str | None
    stage: str
    fit: str | None
    score: float | None
    added_at: datetime
    screened_at: datetime | None
    name_key: str
    last_name_key: str
    title_key: str
    company_key: str
    location_key: str


def load_rows(conn: psycopg.Connection[Any], search_id: uuid.UUID) -> list[Row]:
    with conn.cursor(row_factory=class_row(Row)) as cursor:
        cursor.execute(
            """SELECT c.id, p.full_name, p.last_name, p.title, p.company, p.location, p.headline, c.industry, c.source,
                c.skills, c.tags, c.years_experience::float8 AS years_experience, c.current_tenure_months,
                c.average_tenure_months, c.has_email, c.note_count, c.filter_status, c.stage, c.fit,
                (SELECT left(f.sentence, 500) FROM filter_rules f WHERE f.id = c.filter_rule_id) AS rule,
                CASE WHEN c.stage = 'rejected' THEN coalesce((SELECT b.reason FROM changes h
                    JOIN change_batches b ON b.id = h.batch_id WHERE h.candidate_id = c.id AND b.undone_at IS NULL
                    ORDER BY b.id DESC LIMIT 1), '') END AS reason,
                c.score::float8 AS score, c.added_at, c.screened_at, c.name_key, c.last_name_key, c.title_key,
                c.company_key, c.location_key
            FROM candidates c JOIN profiles p ON p.id = c.profile_id WHERE c.search_id = %s""",
            (search_id,),
        )
        return cursor.fetchall()


_LETTERS = str.maketrans({"ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE"})


@cache
def key(text: str) -> str:
    """Without accents and case; for the letters that tests/people.py uses."""
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(c for c in parts if not unicodedata.combining(c)).lower()


@cache
def words(text: str) -> list[str]:
    """Words as recruiters type them: C++, C# and .NET are words, every other sign divides."""
    plain = key(text).replace("c++", "cplusplus").replace("c#", "csharp").replace(".net", " dotnet")
    return "".join(c if c.isalnum() else " " for c in plain).split()


# Sorting


def ordered(rows: Sequence[Row], sort: Sequence[tuple[str, str]]) -> list[Row]:
    """By (field, "asc"|"desc"), blanks last in both directions, ties by id in the first one's direction."""
    found = sorted(rows, key=lambda row: row.id, reverse=sort[0][1] == "desc")
    for name, direction in reversed(sort):
        value = _value(name)
        filled = [row for row in found if value(row) is not None]
        filled.sort(key=value, reverse=direction == "desc")
        found = filled + [row for row in found if value(row) is None]
    return found


def _value(name: str) -> Callable[[Row], Any]:
    if name in TEXTS:
        column = "name_key" if name == "full_name" else f"{name}_key"
        return lambda row: getattr(row, column).encode() or None
    if name in ("industry", "source", "filter_status"):
        return lambda row: getattr(row, name).encode() or None
    if name == "stage":
        return lambda row: STAGES.index(row.stage)
    if name == "fit":
        return lambda row: None if row.fit is None else FITS.index(row.fit)
    return lambda row: getattr(row, name)


# Filtering


def shown(
    rows: Sequence[Row],
    status: str = "active",
    filters: dict[str, Any] | None = None,
    terms: Sequence[tuple[str, str, bool]] = (),
    zone: str = "UTC",
) -> list[Row]:
    """Rows that a view holds. terms: (kind, text, negated) of the search box."""
    return [
        row
        for row in rows
        if _has_status(row, status)
        and all(_passes(row, name, model, zone) for name, model in (filters or {}).items())
        and all(has_term(row, kind, text) != negated for kind, text, negated in terms)
    ]


def _has_status(row: Row, status: str) -> bool:
    active = row.filter_status == "active"
    return {
        "active": active,
        "filtered": not active,
        "shortlisted": active and row.stage == "shortlisted",
        "all": True,
    }[status]


def _passes(row: Row, name: str, model: dict[str, Any], zone: str) -> bool:
    if "conditions" in model:
        join = all if model["operator"] == "AND" else any
        return join(_holds(row, name, part, zone) for part in model["conditions"])
    return _holds(row, name, model, zone)


def _holds(row: Row, name: str, model: dict[str, Any], zone: str) -> bool:
    if "values" in model:
        return _one_of(row, name, model["values"])
    if name in TEXTS:
        return _text(row, name, model)
    value = getattr(row, name)
    if model["type"] in ("blank", "notBlank"):
        return (value is None) == (model["type"] == "blank")
    if value is None:
        return False
    if name in ("added_at", "screened_at"):
        return _on_day(value, model, zone)
    low, high = model["filter"], model.get("filterTo")
    holds: bool = {
        "equals": lambda: value == low,
        "notEqual": lambda: value != low,
        "lessThan": lambda: value < low,
        "lessThanOrEqual": lambda: value <= low,
        "greaterThan": lambda: value > low,
        "greaterThanOrEqual": lambda: value >= low,
        "inRange": lambda: low <= value <= high,
    }[model["type"]]()
    return holds


def _text(row: Row, name: str, model: dict[str, Any]) -> bool:
    value = getattr(row, "name_key" if name == "full_name" else f"{name}_key")
    if model["type"] in ("blank", "notBlank"):
        return (value == "") == (model["type"] == "blank")
    term = key(model["filter"].strip())
    holds: bool = {
        "contains": lambda: term in value,
        "notContains": lambda: term not in value,
        "equals": lambda: term == value,
        "notEqual": lambda: term != value,
        "startsWith": lambda: value.startswith(term),
        "endsWith": lambda: value.endswith(term),
    }[model["type"]]()
    return holds


def _on_day(value: datetime, model: dict[str, Any], zone: str) -> bool:
    there = value.astimezone(ZoneInfo(zone))
    first = _day(model["dateFrom"])
    last = _day(model["dateTo"]) if model["type"] == "inRange" else first
    before = there < datetime.combine(first, time(), ZoneInfo(zone))
    after = there.date() > last
    return {
        "equals": not before and not after,
        "inRange": not before and not after,
        "notEqual": before or after,
        "lessThan": before,
        "greaterThan": after,
    }[model["type"]]


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[5:7]), int(text[8:10]))


def _one_of(row: Row, name: str, values: list[Any]) -> bool:
    if name == "has_email":
        return row.has_email in values
    if name == "reason_in":
        return row.reason is not None and (row.reason or None) in values
    field = "filter_status" if name == "status_in" else name.removesuffix("_in")
    if field in TEXTS:
        column = getattr(row, f"{field}_key")
        return any(column == ("" if value is None else key(value.strip())) for value in values)
    held = getattr(row, field)
    if isinstance(held, list):
        return bool(set(held) & set(values)) or (not held and None in values)
    return held in values or (held in (None, "") and None in values)


def has_term(row: Row, kind: str, text: str) -> bool:
    """Whether one term of the search box finds a row."""
    sought = words(text)
    places = [words(t) for t in (row.full_name, row.title, row.company, row.headline, row.location, *row.skills)]
    if kind == "prefix":
        return any(_side_by_side(place, sought, open_end=True) for place in places)
    if any(_side_by_side(place, sought) for place in places):
        return True
    if kind == "word":
        return key(text) in row.name_key or key(text) in row.company_key
    if kind == "short":
        return any(k.startswith(key(text)) for k in (row.name_key, row.last_name_key, row.company_key))
    return False


def _side_by_side(place: list[str], sought: list[str], open_end: bool = False) -> bool:
    if not sought:
        return False
    for at in range(len(place) - len(sought) + 1):
        part = place[at : at + len(sought)]
        if part == sought or (open_end and part[:-1] == sought[:-1] and part[-1].startswith(sought[-1])):
            return True
    return False
