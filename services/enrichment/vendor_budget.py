"""What may be asked of a vendor, for all processes together: per minute, per day, at once. One account for the team.

Minutes and requests under way are in Redis (vendor_turns.py). A day is a row in Postgres, written in the
transaction that records a call before it is sent: what was asked stays counted whatever happens to this process or to
Redis.

Whoever is alone may use a day to its end. Where several want what is left of it, whoever has had less of the day goes
first (services/spending/fair_share.py). For those who come when it is used up an admin may keep a part of each day back
(reserve): only runs about a few people may use it, and whoever has had less of the day than that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sql
from services import db
from services.config import Settings
from services.runs.jobs import RunHandle
from services.spending.fair_share import Claim, fair_share

CRUSTDATA, SALESQL = "crustdata", "salesql"
LABELS = {CRUSTDATA: "Crustdata", SALESQL: "SalesQL"}
# A run about so many people may use what is kept back of a day.
FEW = 10

_Q = sql.queries("vendor_budget")


@dataclass(frozen=True)
class Clock:
    """now: what days and dates are taken from. minute: the seconds that minutes are counted by; None: Redis's own.
    wait: lets a run wait so many seconds. A test's time runs faster in all three."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    minute: Callable[[], float] | None = None
    wait: Callable[[RunHandle, float], None] = lambda handle, seconds: handle.wait(seconds)


CLOCK = Clock()


@dataclass(frozen=True)
class Limits:
    """One account. by_people: its minute counts people, not requests. per_day: people, 0 = no limit.

    batch: people in a request. credits: what a found person costs; credit_usd: None where not known.
    """

    vendor: str
    per_minute: int
    by_people: bool
    per_day: int
    batch: int
    credits: int
    credit_usd: Decimal | None

    @property
    def label(self) -> str:
        return LABELS[self.vendor]

    def minutes_for(self, people: int) -> float:
        """At the account's limit, with nobody else using it."""
        requests = people if self.by_people else math.ceil(people / self.batch)
        return requests / self.even_rate

    def cost(self, credits: int) -> Decimal | None:
        """US dollars; None where the price of a credit is not known."""
        if not credits:
            return Decimal(0)
        return None if self.credit_usd is None else credits * self.credit_usd

    @property
    def even_rate(self) -> int:
        """A request may hold a whole batch at once, and still no minute has more people than the limit."""
        return max(1, self.per_minute - self.batch + 1) if self.by_people else self.per_minute


@dataclass(frozen=True)
class Standing:
    """Where an account stands: people asked about on `day`, of per_day less the reserve. None: not known.

    closed: the vendor said that the day is used up. next_day: when the next one begins.
    """

    limits: Limits
    day: date
    next_day: datetime
    asked: int
    reserve: int
    closed: bool
    credits_left: int | None
    credits_at: datetime | None
    few: int = FEW

    def left(self, people: int, had: int = 0) -> int | None:
        """How many may still be asked about today, for a run of so many of someone who had so many of the day;
        None where nothing limits it."""
        if self.closed:
            return 0
        if not self.limits.per_day:
            return None
        whole = max(0, self.limits.per_day - self.asked)
        if people <= FEW:
            return whole
        return max(0, whole - self.reserve, min(whole, self.reserve - had))


@dataclass(frozen=True)
class Taken:
    """people: as many as may be asked about now, counted against the day. shared: nobody, since what is left is for
    others who have had less."""

    day: date
    people: int
    shared: bool = False


def limits_of(settings: Settings, vendor: str) -> Limits:
    s = settings
    if vendor == SALESQL:
        # A request of more than half a minute's people would make all of them slower than smaller ones.
        batch = max(1, min(s.salesql_batch, (s.salesql_rpm + 1) // 2))
        return Limits(vendor, s.salesql_rpm, True, s.salesql_daily, batch, 1, s.salesql_credit_usd)
    return Limits(vendor, s.crustdata_rpm, False, s.crustdata_daily, 25, s.crustdata_credits, s.crustdata_credit_usd)


def day_at(settings: Settings, moment: datetime) -> date:
    """The vendor's day that it is."""
    return (moment.astimezone(UTC) - timedelta(hours=settings.vendor_day_starts_h)).date()


def next_day(settings: Settings, moment: datetime) -> datetime:
    """When the next one begins."""
    begins = datetime.combine(day_at(settings, moment) + timedelta(days=1), datetime.min.time(), UTC)
    return begins + timedelta(hours=settings.vendor_day_starts_h)


def standing(conn: db.Conn, settings: Settings, vendor: str) -> Standing:
    """Of one account, today."""
    moment = CLOCK.now()
    day = day_at(settings, moment)
    row = db.one(conn, _Q.fetch_standing, {"vendor": vendor, "day": day})
    assert row is not None
    return Standing(limits_of(settings, vendor), day, next_day(settings, moment), **row)


def take_day(
    conn: db.Conn, settings: Settings, vendor: str, people: int, *, user_id: int, of_run: int, waiting: int = 0
) -> Taken:
    """Count people against the day, as many as there is room for. In the caller's transaction.

    Holds the day's row until it ends. of_run: how many the run is about in all: few may use the reserve. waiting: how
    many of it wait for this vendor, these among them: for how large its share is.
    """
    day = day_at(settings, CLOCK.now())
    given = {"vendor": vendor, "day": day, "user_id": user_id}
    db.run(conn, _Q.insert_day, given)
    db.rows(conn, _Q.lock_day, given)
    had = _had(conn, given)
    left = standing(conn, settings, vendor).left(of_run, had)
    granted = people if left is None else _share(conn, given, left, people, had, max(people, waiting))
    if granted:
        _count(conn, vendor, day, granted, user_id)
    return Taken(day, granted, shared=bool(left) and not granted)


def room(conn: db.Conn, settings: Settings, vendor: str, user_id: int, of_run: int) -> int | None:
    """How many someone may be asked about today, as things stand, for a run of so many; None: nothing limits it."""
    found = standing(conn, settings, vendor)
    given = {"vendor": vendor, "day": found.day, "user_id": user_id}
    had = _had(conn, given)
    left = found.left(of_run, had)
    return left if not left else _share(conn, given, left, of_run, had, of_run)


def _had(conn: db.Conn, given: Mapping[str, Any]) -> int:
    row = db.one(conn, _Q.fetch_had, given)
    return int(row["asked"]) if row else 0


def _share(conn: db.Conn, given: Mapping[str, Any], left: int, people: int, had: int, waiting: int) -> int:
    others = [Claim(row["asked"], row["wanted"]) for row in db.rows(conn, _Q.fetch_claims, given)]
    return min(people, fair_share(left, Claim(had, waiting), others))


def give_back(conn: db.Conn, vendor: str, day: date, people: int, user_id: int) -> None:
    """They were surely not asked about."""
    _count(conn, vendor, day, -people, user_id)


def _count(conn: db.Conn, vendor: str, day: date, people: int, user_id: int) -> None:
    given = {"vendor": vendor, "day": day, "people": people, "user_id": user_id}
    db.run(conn, _Q.count_asked, given)
    db.run(conn, _Q.count_asked_for, given)


def keep_want(conn: db.Conn, run_id: int, vendor: str, people: int) -> None:
    """So many a run still wants to ask about: what its person may claim of the day while it waits or works."""
    db.run(conn, _Q.upsert_want, {"run_id": run_id, "vendor": vendor, "people": max(0, people)})


def forget_wants(conn: db.Conn, run_id: int) -> None:
    """It wants nobody any more."""
    db.run(conn, _Q.delete_wants, {"run_id": run_id})


def close_day(conn: db.Conn, vendor: str, day: date) -> None:
    """The vendor says that the day is used up, whatever was counted here."""
    db.run(conn, _Q.insert_day, {"vendor": vendor, "day": day})
    db.run(conn, _Q.close_day, {"vendor": vendor, "day": day})


def note_credits(conn: db.Conn, vendor: str, left: int | None) -> None:
    """What the vendor said is left."""
    if left is not None:
        db.run(conn, _Q.upsert_credits, {"vendor": vendor, "left": left})
