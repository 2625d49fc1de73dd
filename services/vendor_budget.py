"""What may be asked of a vendor, for all processes together: per minute, per day, at once. One account for the team.

A minute is a token bucket in Redis (call_budget), where those who wait get equal shares; how many requests are under
way is counted there, too. A day is a row in Postgres, written in the transaction that records a call before it is sent:
what was asked stays counted whatever happens to this process or to Redis. Without Redis nobody asks.

An admin may keep a part of each day back (reserve): only runs about a few people may use it, so that someone's
thousands leave a colleague room for one telephone number.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import redis

import sql
from services import db
from services.call_budget import BudgetClosed, CallBudget
from services.config import Settings
from services.jobs import RunHandle
from services.runtime import Runtime

CRUSTDATA, SALESQL = "crustdata", "salesql"
LABELS = {CRUSTDATA: "Crustdata", SALESQL: "SalesQL"}
# A run about so many people may use what is kept back of a day.
FEW = 10
# A request that was never ended, since its process died, holds its place no longer than this.
PLACE_S = 180

_Q = sql.queries("vendor_budget")

# KEYS[1]: who is under way, by until when. ARGV: the most at once, a name, seconds. 1 = there is room, and it is taken.
_ENTER = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[2])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
return 1
"""


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

    def left(self, people: int) -> int | None:
        """How many may still be asked about today, for a run of so many; None where nothing limits it."""
        if self.closed:
            return 0
        if not self.limits.per_day:
            return None
        kept = 0 if people <= FEW else self.reserve
        return max(0, self.limits.per_day - kept - self.asked)


def limits_of(settings: Settings, vendor: str) -> Limits:
    s = settings
    if vendor == SALESQL:
        return Limits(vendor, s.salesql_rpm, True, s.salesql_daily, s.salesql_batch, 1, s.salesql_credit_usd)
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


def take_day(conn: db.Conn, settings: Settings, vendor: str, people: int, *, of_run: int) -> tuple[date, int]:
    """Count people against the day, as many as there is room for; (day, how many). In the caller's transaction.

    Holds the day's row until it ends. of_run: how many the run is about in all: few may use the reserve.
    """
    day = day_at(settings, CLOCK.now())
    db.run(conn, _Q.insert_day, {"vendor": vendor, "day": day})
    db.rows(conn, _Q.lock_day, {"vendor": vendor, "day": day})
    left = standing(conn, settings, vendor).left(of_run)
    granted = people if left is None else min(people, left)
    if granted:
        db.run(conn, _Q.count_asked, {"vendor": vendor, "day": day, "people": granted})
    return day, granted


def give_back(conn: db.Conn, vendor: str, day: date, people: int) -> None:
    """They were surely not asked about."""
    db.run(conn, _Q.count_asked, {"vendor": vendor, "day": day, "people": -people})


def close_day(conn: db.Conn, vendor: str, day: date) -> None:
    """The vendor says that the day is used up, whatever was counted here."""
    db.run(conn, _Q.insert_day, {"vendor": vendor, "day": day})
    db.run(conn, _Q.close_day, {"vendor": vendor, "day": day})


def note_credits(conn: db.Conn, vendor: str, left: int | None) -> None:
    """What the vendor said is left."""
    if left is not None:
        db.run(conn, _Q.upsert_credits, {"vendor": vendor, "left": left})


class Turns:
    """The minute and the places of one account, in Redis. Without it, enter() and reserve() raise BudgetClosed, and the
    others correct nothing: whoever has asked writes down what came of it first."""

    def __init__(self, rt: Runtime, vendor: str) -> None:
        self.limits = limits = limits_of(rt.settings, vendor)
        self._redis, self._most = rt.redis, rt.settings.vendor_concurrency
        self._key = f"limit:{vendor}:under-way"
        self._enter = rt.redis.register_script(_ENTER)
        per_minute = limits.per_minute
        # Shares are counted in tokens: people, or requests.
        self._minute = CallBudget(rt.redis, vendor, requests=per_minute, tokens=limits.even_rate, now=CLOCK.minute)

    def units(self, people: int) -> int:
        """What a request about so many takes of a minute."""
        return people if self.limits.by_people else 1

    def enter(self) -> str:
        """A place among those under way, to be left; "" where there is none now."""
        name = uuid.uuid4().hex
        return name if self._do(lambda: self._enter(keys=[self._key], args=[self._most, name, PLACE_S])) else ""

    def leave(self, place: str) -> None:
        """Give a place back; never raises: one that is not given back ends by itself."""
        try:
            self._redis.zrem(self._key, place)
        except redis.RedisError:
            return

    def reserve(self, people: int, user: str) -> float:
        """0.0, or nothing taken and the seconds to wait. user: an id; those who wait share evenly."""
        return self._minute.reserve(self.units(people), user)

    def settle(self, reserved: int, used: int) -> None:
        """People who were reserved for, and those who were asked about."""
        with suppress(BudgetClosed):
            self._minute.settle(self.units(reserved), self.units(used) if used else 0)

    def block(self, seconds: float) -> None:
        """Nobody asks for so long: the vendor said so."""
        with suppress(BudgetClosed):
            self._minute.block(seconds)

    def _do(self, work: Callable[[], Any]) -> int:
        try:
            return cast(int, work())
        except redis.RedisError as error:
            raise BudgetClosed("Redis does not answer, and limits cannot be kept without it.") from error
