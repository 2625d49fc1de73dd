"""How a team's searches go, in figures: funnel, sources, time in stages, scores, cost, activity. Sums in SQL only.

Everything is about the searches that the actor may see, or about one of them. What counts people is kept for five
minutes for everyone who sees the same searches, as they were (data_version); names and money are asked each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

import sql
from services import db, zones
from services.access.identity import Actor
from services.errors import NotFound
from services.filtering import ledger
from services.runtime import Runtime

# Days that figures can be about, beside all of them.
PERIODS = (30, 90, 365)
TTL_S = 300
MOST_SOURCES, MOST_COSTS, MOST_PEOPLE, MOST_WEEKS = 20, 20, 100, 26
# How far back it is looked for weeks in which something was done: ten years.
WEEKS_BACK = 522
STAGES = ("new", "shortlisted", "contacted", "interviewing", "hired", "rejected")
STEPS = ("loaded", "active", "enriched", "screened", "shortlisted", "contacted", "interviewing", "hired")
DAY_S = 86_400

_Q = sql.queries("analytics")


@dataclass(frozen=True)
class Reach:
    """How many people came how far. source: None for all of them. score: the average, None where nobody has one."""

    source: str | None
    loaded: int = 0
    active: int = 0
    enriched: int = 0
    screened: int = 0
    shortlisted: int = 0
    contacted: int = 0
    interviewing: int = 0
    hired: int = 0
    score: float | None = None

    @property
    def share(self) -> float | None:
        """Shortlisted or further, of those who are active."""
        return self.shortlisted / self.active if self.active else None


@dataclass(frozen=True)
class Stage:
    """Days in one stage. went_on: how many left it, half of them within `median` and nine of ten within `most`; there:
    how many are in it now (not told of "new"), half of them for longer than `waiting`."""

    stage: str
    went_on: int
    median: float | None
    most: float | None
    there: int
    waiting: float | None


@dataclass(frozen=True)
class Cost:
    """US dollars. label: a search's title or a vendor. search_id: of a search. shortlisted: or further, now."""

    label: str
    cost: Decimal
    shortlisted: int
    search_id: str = ""

    @property
    def each(self) -> Decimal | None:
        return self.cost / self.shortlisted if self.shortlisted else None


@dataclass(frozen=True)
class Done:
    """What someone did, or all did in a week. label: a name; "" for all colleagues of a recruiter together."""

    label: str
    moved: int
    notes: int
    decisions: int
    jobs: int

    @property
    def total(self) -> int:
        return self.moved + self.notes + self.decisions + self.jobs


@dataclass(frozen=True)
class Analytics:
    """period: days, None for all time. scores: ten counts, of 0 to 1 first. reasons: (code of refuse_reasons or "",
    people), the most frequent first. by_vendor: whether costs are a search's. weeks: by their Mondays."""

    period: int | None
    searches: int
    people: int
    total: Reach
    sources: tuple[Reach, ...]
    stages: tuple[Stage, ...]
    scores: tuple[int, ...]
    reasons: tuple[tuple[str, int], ...]
    costs: tuple[Cost, ...]
    by_vendor: bool
    team: tuple[Done, ...]
    weeks: tuple[tuple[date, Done], ...]


def read(
    rt: Runtime, actor: Actor, search_id: UUID | None = None, period: int | None = None, zone: str = "UTC"
) -> Analytics:
    """period: days back from now. zone: the reader's, whose weeks are counted.

    Raises NotFound for another period, Forbidden for a search that is not to be seen.
    """
    if period is not None and period not in PERIODS:
        raise NotFound("There are figures of 30, 90 and 365 days, and of all time.")
    now = datetime.now(UTC)
    since = None if period is None else now - timedelta(days=period)
    given = {"search_id": search_id, "since": since, **actor.params}
    with rt.db.snapshot() as conn:
        if search_id is not None:
            ledger.check_visible(conn, actor, search_id)
        scope = db.one(conn, _Q.fetch_scope, given)
        assert scope is not None
        # The number goes up with what is counted: an older version's figures lack some.
        key = f"analytics:2:{scope['mark']}:{period or 'all'}"
        counted = rt.cache.memo(key, TTL_S, lambda: _count(conn, given))
        costs = _costs(conn, given, counted["reach"][0]) if scope["searches"] else ()
        team = tuple(_done(row, row["name"]) for row in _found(conn, _Q.sum_people, given, MOST_PEOPLE))
        weeks = _weeks(conn, given, zones.mondays(now, zone, WEEKS_BACK), zone)
    total, *sources = (Reach(**row) for row in counted["reach"])
    return Analytics(
        period, scope["searches"], scope["people"], total, tuple(sources),
        tuple(Stage(**row) for row in counted["stages"]), tuple(counted["scores"]),
        tuple((code, people) for code, people in counted["reasons"]), costs, search_id is not None,
        team, weeks,
    )  # fmt: skip


def _count(conn: db.Conn, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is counted over people, as JSON."""
    scores = [0] * 10
    for row in _found(conn, _Q.count_scores, given):
        scores[row["low"]] = row["people"]
    stages = {row["stage"]: row for row in _found(conn, _Q.measure_stages, given)}
    # One more for all of them.
    reach = _found(conn, _Q.count_sources, given, MOST_SOURCES + 1)
    return {
        "reach": [dict(row) for row in reach],
        "stages": [_days(stages[name]) for name in STAGES if name in stages],
        "scores": scores,
        "reasons": [[row["reason"], row["people"]] for row in _found(conn, _Q.count_reasons, given)],
    }


def _days(row: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds become days."""
    times = ("median", "most", "waiting")
    return {**row, **{name: None if row[name] is None else row[name] / DAY_S for name in times}}


def _costs(conn: db.Conn, given: Mapping[str, Any], everyone: Mapping[str, Any]) -> tuple[Cost, ...]:
    if given["search_id"] is None:
        rows = _found(conn, _Q.sum_searches, given, MOST_COSTS)
        return tuple(Cost(row["title"], row["cost"], row["shortlisted"], str(row["search_id"])) for row in rows)
    # Of the whole search, as its cost is, whatever days the figures are about.
    whole = everyone
    if given["since"] is not None:
        whole = _found(conn, _Q.count_sources, {**given, "since": None}, 1)[0]
    rows = _found(conn, _Q.sum_vendors, given, MOST_COSTS)
    return tuple(Cost(row["vendor"], row["cost"], whole["shortlisted"]) for row in rows)


def _weeks(conn: db.Conn, given: Mapping[str, Any], mondays: list[date], zone: str) -> tuple[tuple[date, Done], ...]:
    """By week of the zone, the oldest first, those in which something was done."""
    begins = [zones.midnight(day, zone) for day in mondays]
    found = _found(conn, _Q.sum_weeks, {**given, "begins": begins}, MOST_WEEKS)
    return tuple((mondays[row["week"] - 1], _done(row, "")) for row in reversed(found))


def _done(row: Mapping[str, Any], label: str | None) -> Done:
    return Done(label or "", row["moved"], row["notes"], row["decisions"], row["jobs"])


def _found(conn: db.Conn, query: str, given: Mapping[str, Any], limit: int = 100) -> list[dict[str, Any]]:
    text = SQL(query).format(seen=SQL(_Q.with_seen), done=SQL(_Q.with_done))
    return db.rows(conn, text, {**given, "limit": limit})
