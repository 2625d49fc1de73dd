"""What an enrichment would take: people, minutes, credits and money, of each vendor of the waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.config import Settings
from services.enrichment import enrichment_plan, vendor_budget
from services.enrichment.enrichment_forecast import Forecast, Group, Rates, forecast
from services.enrichment.vendor_budget import Standing
from services.errors import BadInput
from services.grid.grid_view import View

MOST_PEOPLE = 20_000
TOO_MANY = "At most {most:,} people at a time. Narrow the list with a filter first."
# Of so many people who were asked about lately it is known how many a vendor knew.
MOST_RATED = 2_000

_Q = sql.queries("enrichment")


@dataclass(frozen=True)
class Choice:
    """What someone chose. only: these candidates of the view alone; again: also who is known or was asked lately."""

    view: View
    wants: tuple[str, ...]
    only: tuple[int, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class VendorEstimate:
    """people: who would be asked about there, of whom `later` are expected after an earlier source had nothing.

    minutes: at the account's limit. credits and cost (US dollars, None where not known): at most. expected_: if it
    knows as many as until now, which is `known` of `rated` people. left: how many may still be asked about today, None
    without a limit.
    """

    standing: Standing
    people: int
    later: int
    minutes: float
    credits: int
    cost: Decimal | None
    expected_credits: int
    expected_cost: Decimal | None
    known: int
    rated: int
    left: int | None


@dataclass(frozen=True)
class Estimate:
    """people: active ones who were chosen. known: have it all; fresh: were asked about lately; no_address: have no
    public LinkedIn address. asked: about whom somebody would be asked."""

    people: int
    known: int
    fresh: int
    no_address: int
    asked: int
    vendors: tuple[VendorEstimate, ...]
    fresh_days: int

    @property
    def cost(self) -> Decimal | None:
        """US dollars at most; None where the price of any is not known."""
        return _sum([one.cost for one in self.vendors])

    @property
    def expected_cost(self) -> Decimal | None:
        return _sum([one.expected_cost for one in self.vendors])

    def first_at(self, vendor: str) -> int:
        """How many would be asked about there before anyone else."""
        return sum(one.people - one.later for one in self.vendors if one.standing.limits.vendor == vendor)


def since(settings: Settings, chosen: Choice) -> datetime:
    """Who was asked about after that is not asked about again."""
    now = vendor_budget.CLOCK.now()
    return now if chosen.again else now - timedelta(days=settings.enrich_fresh_days)


def estimate(conn: db.Conn, settings: Settings, actor: Actor, chosen: Choice) -> Estimate:
    """Raises BadInput for too many people. Whether the actor may is for the caller to check."""
    where = chosen.view.where()
    steps = enrichment_plan.steps_of(settings, chosen.wants)
    given = {
        **where.params, "wants": list(chosen.wants), "steps": Jsonb([step.state() for step in steps]),
        "since": since(settings, chosen), "again": chosen.again, "only": list(chosen.only) or None,
    }  # fmt: skip
    counted = db.one(conn, SQL(_Q.count_people).format(where=where.sql()), {**given, "most": MOST_PEOPLE + 1})
    people = counted["people"] if counted else 0
    if people > MOST_PEOPLE:
        raise BadInput(TOO_MANY.format(most=MOST_PEOPLE))
    found = db.rows(conn, SQL(_Q.count_plan).format(where=where.sql()), given)
    why: dict[str, int] = {}
    groups = []
    for row in found:
        if row["step"] is None:
            why[row["reason"]] = why.get(row["reason"], 0) + row["people"]
        else:
            groups.append(Group(row["people"], row["step"], frozenset(row["needs"]), frozenset(row["fresh"])))
    rates = _rates(conn, sorted({step.vendor for step in steps}))
    forecasts = forecast(groups, steps, rates)
    vendors = tuple(
        _vendor(conn, settings, actor, vendor, one, rates[vendor], people) for vendor, one in sorted(forecasts.items())
    )
    return Estimate(
        people, why.get("known", 0), why.get("fresh", 0), why.get("no_address", 0), sum(one.people for one in groups),
        vendors, settings.enrich_fresh_days,
    )  # fmt: skip


def _vendor(
    conn: db.Conn, settings: Settings, actor: Actor, vendor: str, one: Forecast, rates: Rates, of_run: int
) -> VendorEstimate:
    found = vendor_budget.standing(conn, settings, vendor)
    limits, people = found.limits, round(one.expected)
    expected = round(one.expected * rates.share_known * limits.credits)
    most = one.most * limits.credits
    return VendorEstimate(
        found, people, people - one.first, limits.minutes_for(people), most, limits.cost(most), expected,
        limits.cost(expected), rates.known, rates.people,
        vendor_budget.room(conn, settings, vendor, actor.user_id, of_run),
    )  # fmt: skip


def _rates(conn: db.Conn, vendors: Sequence[str]) -> dict[str, Rates]:
    rates = {}
    for vendor in vendors:
        row: dict[str, Any] | None = db.one(conn, _Q.fetch_rates, {"vendor": vendor, "most": MOST_RATED})
        assert row is not None
        gave = {"history": row["known"], "email": row["email"], "phone": row["phone"]}
        rates[vendor] = Rates(row["people"], row["known"], gave)
    return rates


def _sum(costs: Sequence[Decimal | None]) -> Decimal | None:
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
