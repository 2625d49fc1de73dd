"""What calls to vendors cost: by person, search, vendor and model, month; and the ledger itself for an accountant.

Recruiters see what they used themselves, and what the searches that they may see cost in all, whoever spent it;
admins see everything. Money is in US dollars, months are by UTC.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg import sql as pgsql

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput
from services.exports.spreadsheet_text import guard
from services.runtime import Runtime

STEP = 1_000
# Searches with a line of their own.
MOST_SEARCHES = 200
HEADER = (
    "time_utc", "person", "search", "search_id", "run", "vendor", "model", "outcome", "calls", "input_tokens",
    "cached_tokens", "output_tokens", "units", "unit", "cost_usd", "price_known", "estimated",
)  # fmt: skip
ALL = "all"
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)

_Q = sql.queries("usage")


@dataclass(frozen=True)
class Line:
    """What one person, or one model of a vendor, used. failed: calls of `calls` that brought nothing.

    unpriced: calls whose price is not known, so that their cost is not in `cost`.
    """

    label: str
    calls: int
    failed: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: Decimal
    unpriced: int
    units: int = 0
    unit: str = ""


@dataclass(frozen=True)
class SearchLine:
    """What one search cost, whoever spent it: in the time looked at, and `cost_ever` since it was made.

    shortlisted: active people who are on its shortlist or further now; None while it is archived. sources: what of
    cost_ever each vendor took, the most first.
    """

    search_id: str
    title: str
    archived: bool
    calls: int
    cost: Decimal
    unpriced: int
    cost_ever: Decimal
    shortlisted: int | None
    sources: tuple[tuple[str, Decimal], ...] = ()

    @property
    def per_source(self) -> tuple[tuple[str, Decimal], ...]:
        """The same for each vendor; nothing where there is nobody."""
        people = self.shortlisted
        return tuple((vendor, cost / people) for vendor, cost in self.sources) if people else ()

    @property
    def per_shortlisted(self) -> Decimal | None:
        """The whole cost of the search for each of those; None where there is nobody."""
        return self.cost_ever / self.shortlisted if self.shortlisted else None


@dataclass(frozen=True)
class SourceLine:
    """What a vendor cost for some searches since they were made, and how many people are on their shortlists."""

    vendor: str
    cost: Decimal
    shortlisted: int
    searches: int

    @property
    def per_shortlisted(self) -> Decimal | None:
        """For each of those; None where there is nobody."""
        return self.cost / self.shortlisted if self.shortlisted else None


@dataclass(frozen=True)
class Others:
    """What the searches cost that have no line of their own, together."""

    searches: int
    calls: int
    cost: Decimal
    cost_ever: Decimal


@dataclass(frozen=True)
class Month:
    """month: its first day."""

    month: date
    cost: Decimal
    calls: int
    tokens: int
    unpriced: int


@dataclass(frozen=True)
class Usage:
    """month: what is looked at, None for all of them; now: the month that it is.

    everyone: whether people, models and months are the whole team's, not the actor's own. searches: the 200 that cost
    most; others: the rest of them. gone: calls and cost that no search stands for that the actor may see. sources: each
    vendor over all searches that the actor may see and that are not archived, the most expensive first.
    """

    month: date | None
    now: date
    everyone: bool
    months: tuple[Month, ...]
    people: tuple[Line, ...]
    models: tuple[Line, ...]
    searches: tuple[SearchLine, ...]
    gone: tuple[int, Decimal]
    others: Others
    sources: tuple[SourceLine, ...]


def month_of(raw: Any, now: date | None = None) -> date | None:
    """A month as a page sends it: "2026-11", "all" → None, nothing → now. Raises BadInput."""
    if raw in (None, ""):
        return now
    if raw == ALL:
        return None
    found = _MONTH.fullmatch(raw) if isinstance(raw, str) else None
    try:
        if found is None:
            raise ValueError
        return date(int(found[1]), int(found[2]), 1)
    except ValueError as error:
        raise BadInput("A month is written like 2026-11.") from error


def read(rt: Runtime, actor: Actor, raw_month: Any = None) -> Usage:
    """Everything that the actor may see of one month, or of all. Raises BadInput."""
    with rt.db.snapshot() as conn:
        now = _now(conn)
        month = month_of(raw_month, now)
        given = {"month": month, "most": MOST_SEARCHES, **actor.params}
        months = tuple(Month(**row) for row in db.rows(conn, _Q.fetch_months, given))
        people = tuple(Line(**row) for row in db.rows(conn, _Q.sum_people, given))
        models = tuple(_model(row) for row in db.rows(conn, _Q.sum_models, given))
        searches = tuple(_search(row) for row in db.rows(conn, _by_search("sum_searches"), given))
        others = db.one(conn, _by_search("sum_others"), given)
        sources = tuple(SourceLine(**row) for row in db.rows(conn, _by_search("sum_sources"), given))
        gone = db.one(conn, _Q.sum_gone, given)
    assert gone is not None and others is not None
    left_out = (gone["calls"], gone["cost"])
    everyone = actor.role == "admin"
    return Usage(month, now, everyone, months, people, models, searches, left_out, Others(**others), sources)


def ledger_csv(rt: Runtime, actor: Actor, raw_month: Any = None) -> tuple[str, Iterator[str]]:
    """(file name, the ledger as CSV in parts): a line a call, at most 1,000 lines in memory. Raises BadInput.

    The first part is read before this returns, so that what goes wrong at once is said and no file begins.
    """
    with rt.db.connection() as conn:
        month = month_of(raw_month, _now(conn))
    name = f"usage-{month:%Y-%m}.csv" if month else "usage-all.csv"
    parts = _csv_steps(rt, actor, month)
    first = next(parts)

    def whole() -> Iterator[str]:
        yield first
        yield from parts

    return name, whole()


def _csv_steps(rt: Runtime, actor: Actor, month: date | None) -> Iterator[str]:
    at, after, rows = datetime.min.replace(tzinfo=UTC), 0, [list(HEADER)]
    while True:
        given = {"month": month, "at": at, "after": after, "limit": STEP, **actor.params}
        with rt.db.connection() as conn:
            found = db.rows(conn, _Q.fetch_calls, given)
        rows += [_cells(row) for row in found]
        yield _csv(rows)
        if len(found) < STEP:
            return
        at, after, rows = found[-1]["created_at"], found[-1]["id"], []


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [
        row["created_at"].strftime("%Y-%m-%d %H:%M:%S"), guard(row["person"]), guard(row["search"]),
        str(row["search_id"] or ""), str(row["run_id"] or ""), guard(row["vendor"]), guard(row["model"]),
        guard(row["outcome"]), *(str(row[name]) for name in ("calls", "input_tokens", "cached_tokens", "output_tokens",
        "units")), guard(row["unit"]), str(row["cost"]) if row["priced"] else "", "yes" if row["priced"] else "no",
        "yes" if row["estimated"] else "no",
    ]  # fmt: skip


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _by_search(name: str) -> pgsql.Composed:
    parts = {part: pgsql.SQL(getattr(_Q, part)) for part in ("listed", "shortlisted")}
    return pgsql.SQL(getattr(_Q, name)).format(**parts)


def _now(conn: db.Conn) -> date:
    row = db.one(conn, _Q.fetch_month)
    assert row is not None
    month: date = row["month"]
    return month


def _model(row: Mapping[str, Any]) -> Line:
    given = dict(row)
    vendor, model = given.pop("vendor"), given.pop("model")
    return Line(label=f"{vendor} · {model}" if model else vendor, **given)


def _search(row: Mapping[str, Any]) -> SearchLine:
    shortlisted = None if row["archived"] else row["shortlisted"]
    sources = tuple((vendor, Decimal(cost)) for vendor, cost in row["sources"])
    return SearchLine(**{**row, "search_id": str(row["search_id"]), "shortlisted": shortlisted, "sources": sources})
