"""One limit on calls and tokens a minute for all processes on all hosts: a token bucket in Redis.

A caller reserves its estimate before the call and settles with what was billed after it. Limits
fail closed: without Redis nobody may call (BudgetClosed), since another process may be calling too.

The bucket holds 2 % of a minute and refills with the other 98 %, so that no minute, wherever it
begins, has more than the limit (plus one call). It starts empty: a restart gives nothing away. A
call that is larger than the bucket waits for a full one and leaves a debt behind.
"""

from __future__ import annotations

from typing import Any, cast

import redis

from services import metrics
from services.errors import Unavailable

BURST = 0.02
EXPIRE_S = 600

# Both scripts go by Redis's clock: hosts' clocks differ. Levels: r requests, t tokens; at: their
# time; until: nobody may call before it (the vendor's Retry-After).
_REFILL = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local cap_r, rate_r, cap_t, rate_t = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local was = redis.call('HMGET', KEYS[1], 'r', 't', 'at', 'until')
local passed = math.max(0, now - (tonumber(was[3]) or now))
local r = math.min(cap_r, (tonumber(was[1]) or 0) + passed * rate_r)
local t = math.min(cap_t, (tonumber(was[2]) or 0) + passed * rate_t)
local blocked = tonumber(was[4]) or 0
local function keep()
  redis.call('HSET', KEYS[1], 'r', tostring(r), 't', tostring(t), 'at', string.format('%.6f', now),
    'until', string.format('%.6f', blocked))
  redis.call('EXPIRE', KEYS[1], ARGV[5] + math.ceil(math.max(0, blocked - now)))
end
"""

# ARGV[6]: tokens. Returns the seconds to wait as text; "0" = taken.
_RESERVE = (
    _REFILL
    + """
local wanted = tonumber(ARGV[6])
local wait = math.max(0, blocked - now)
if r < 1 then wait = math.max(wait, (1 - r) / rate_r) end
local needed = math.min(wanted, cap_t)
if t < needed then wait = math.max(wait, (needed - t) / rate_t) end
if wait == 0 then r = r - 1; t = t - wanted end
keep()
return string.format('%.6f', wait)
"""
)

# ARGV[6]: tokens to give back (negative: to take), ARGV[7]: seconds during which nobody may call.
_ADJUST = (
    _REFILL
    + """
t = math.min(cap_t, t + tonumber(ARGV[6]))
if tonumber(ARGV[7]) > 0 then blocked = math.max(blocked, now + tonumber(ARGV[7])) end
keep()
return 1
"""
)


class BudgetClosed(Unavailable):
    """Redis does not answer, so nobody knows what is left: wait, and ask again."""


class CallBudget:
    """The limit of one vendor's account. Blocks for a network round trip: call it off the event loop.

    name: the same for all who share the limit; it holds no key. Limits are per minute.
    """

    def __init__(self, client: redis.Redis, name: str, *, requests: int, tokens: int) -> None:
        burst_r, burst_t = max(1.0, requests * BURST), tokens * BURST
        self._key, self._vendor = f"limit:{name}", name.partition(":")[0]
        self._levels = (burst_r, (requests - burst_r + 1) / 60, burst_t, (tokens - burst_t) / 60, EXPIRE_S)
        self._reserve = client.register_script(_RESERVE)
        self._adjust = client.register_script(_ADJUST)

    def reserve(self, tokens: int) -> float:
        """Take one call of so many tokens: 0.0, or nothing taken and the seconds to wait. Raises BudgetClosed."""
        try:
            wait = float(self._run(self._reserve, tokens))
        except BudgetClosed:
            metrics.VENDOR_WAITS.count(self._vendor, "redis")
            raise
        if wait:
            metrics.VENDOR_WAITS.count(self._vendor, "limit")
        return wait

    def settle(self, reserved: int, used: int) -> None:
        """Correct a reservation by what was billed. Raises BudgetClosed, after which nothing is corrected."""
        self._run(self._adjust, reserved - used, 0)

    def block(self, seconds: float) -> None:
        """Nobody calls for so long: what the vendor said in Retry-After. Raises BudgetClosed."""
        self._run(self._adjust, 0, max(0.0, seconds))

    def _run(self, script: Any, *args: float) -> bytes:
        try:
            return cast(bytes, script(keys=[self._key], args=[*self._levels, *args]))
        except redis.RedisError as error:
            raise BudgetClosed("Redis does not answer, and limits cannot be kept without it.") from error
