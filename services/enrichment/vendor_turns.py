"""The minute and the places of one vendor's account, in Redis, for all processes together.

A minute is a token bucket (call_budget), where those who wait get equal shares; how many requests are under way is
counted beside it. Without Redis nobody asks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import redis

from services.enrichment import vendor_budget
from services.runtime import Runtime
from services.screening.call_budget import BudgetClosed, CallBudget

# A request that was never ended, since its process died, holds its place no longer than this.
PLACE_S = 180

# KEYS[1]: who is under way, by until when. ARGV: the most at once, a name, seconds. 1 = there is room, and it is taken.
_ENTER = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local own = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not own and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[2])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
return 1
"""


class Turns:
    """The minute and the places of one account, in Redis. Without it, enter() and reserve() raise BudgetClosed, and the
    others correct nothing: whoever has asked writes down what came of it first."""

    def __init__(self, rt: Runtime, vendor: str) -> None:
        self.limits = limits = vendor_budget.limits_of(rt.settings, vendor)
        self._redis, self._most = rt.redis, rt.settings.vendor_concurrency
        self._key = f"limit:{vendor}:under-way"
        self._enter = rt.redis.register_script(_ENTER)
        per_minute = limits.per_minute
        # Shares are counted in tokens: people, or requests.
        self._minute = CallBudget(
            rt.redis, vendor, requests=per_minute, tokens=limits.even_rate, now=vendor_budget.CLOCK.minute
        )

    def units(self, people: int) -> int:
        """What a request about so many takes of a minute."""
        return people if self.limits.by_people else 1

    def enter(self, whose: str) -> bool:
        """Take a place among those under way, to be left; False where there is none now.

        whose: a run, of which one request at a time is under way: taken up after its process died, it has the place
        that it had.
        """
        return bool(self._do(lambda: self._enter(keys=[self._key], args=[self._most, whose, PLACE_S])))

    def leave(self, whose: str) -> None:
        """Give a place back; never raises: one that is not given back ends by itself."""
        try:
            self._redis.zrem(self._key, whose)
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
