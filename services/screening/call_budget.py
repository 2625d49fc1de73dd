"""One limit on calls and tokens a minute for all processes on all hosts: a token bucket in Redis.

A caller reserves its estimate before the call and settles with what was billed after it. Limits
fail closed: without Redis nobody may call (BudgetClosed), since another process may be calling too.

The bucket holds 0.5 % of a minute and refills with the rest, so that no minute, wherever it begins,
has more than the limit (plus one call). While people wait it is empty, so those 0.3 s are what calls
may be late by on their way without a minute at the vendor's having too many. It starts empty: a
restart gives nothing away. A call that is larger than the bucket waits for a full one and leaves a
debt behind.

Where callers name who they call for, those who wait get equal shares of the tokens, on whatever
host they are (start-time fair queueing: each call is tagged with what its user had got before it,
and whoever waits with the lowest tag is next). Nobody saves up a share by not calling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import redis

from services.errors import Unavailable
from services.operations import metrics

BURST = 0.005
EXPIRE_S = 600
# However long a header asks for: who has to wait longer is told so (model_holds.py), and does not stand here.
LONGEST_BLOCK_S = 600.0

# All scripts go by Redis's clock: hosts' clocks differ. Fields: r requests, t tokens, at their time;
# until: nobody may call before it (the vendor's Retry-After); lr, lt: limits that the vendor names;
# v: the tag of the latest call; f:<user> the tag of their next one; w:<user> they wait, until then.
_REFILL = """
local now = redis.call('TIME')
now = tonumber(ARGV[7]) or now[1] + now[2] / 1000000
local flat, was = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #flat, 2 do was[flat[i]] = flat[i + 1] end
local lim_r = math.min(tonumber(ARGV[1]), tonumber(was.lr) or math.huge)
local lim_t = math.min(tonumber(ARGV[2]), tonumber(was.lt) or math.huge)
local burst = tonumber(ARGV[3])
local cap_r, cap_t = math.max(1, lim_r * burst), lim_t * burst
local rate_r, rate_t = (lim_r - cap_r + 1) / 60, (lim_t - cap_t) / 60
local passed = math.max(0, now - (tonumber(was.at) or now))
local r = math.min(cap_r, (tonumber(was.r) or 0) + passed * rate_r)
local t = math.min(cap_t, (tonumber(was.t) or 0) + passed * rate_t)
local blocked = tonumber(was['until']) or 0
local function keep()
  redis.call('HSET', KEYS[1], 'r', tostring(r), 't', tostring(t), 'at', string.format('%.6f', now),
    'until', string.format('%.6f', blocked))
  redis.call('EXPIRE', KEYS[1], ARGV[4] + math.ceil(math.max(0, blocked - now)))
end
"""

# ARGV[5]: tokens, ARGV[6]: for whom. Returns the seconds to wait as text; "0" = taken.
_RESERVE = (
    _REFILL
    + """
local wanted, user = tonumber(ARGV[5]), ARGV[6]
local wait = math.max(0, blocked - now)
if r < 1 then wait = math.max(wait, (1 - r) / rate_r) end
local needed = math.min(wanted, cap_t)
if t < needed then wait = math.max(wait, (needed - t) / rate_t) end
local served = tonumber(was.v) or 0
local tag = math.max(served, tonumber(was['f:' .. user]) or 0)
if wait == 0 and user ~= '' then
  for name, value in pairs(was) do
    local other = string.match(name, '^w:(.*)$')
    if other and other ~= user and tonumber(value) > now
      and math.max(served, tonumber(was['f:' .. other]) or 0) < tag then
      wait = math.max(0.005, wanted / rate_t)
    end
  end
end
if user ~= '' then
  if wait == 0 then
    redis.call('HSET', KEYS[1], 'v', string.format('%.0f', tag), 'f:' .. user, string.format('%.0f', tag + wanted))
    redis.call('HDEL', KEYS[1], 'w:' .. user)
  else
    redis.call('HSET', KEYS[1], 'w:' .. user, string.format('%.6f', now + wait + 0.5))
  end
end
if wait == 0 then r = r - 1; t = t - wanted end
keep()
-- Rounded up: what is told as 0 was taken.
return string.format('%.6f', math.ceil(wait * 1000000) / 1000000)
"""
)

# ARGV[5]: tokens to give back (negative: to take), ARGV[6]: seconds during which nobody may call.
_ADJUST = (
    _REFILL
    + """
t = math.min(cap_t, t + tonumber(ARGV[5]))
if tonumber(ARGV[6]) > 0 then blocked = math.max(blocked, now + tonumber(ARGV[6])) end
keep()
return 1
"""
)

# ARGV[5], ARGV[6]: requests and tokens a minute as the vendor names them, "" where it does not.
_HEED = (
    _REFILL
    + """
for i, name in ipairs({'lr', 'lt'}) do
  if tonumber(ARGV[4 + i]) then redis.call('HSET', KEYS[1], name, ARGV[4 + i]) end
end
keep()
return 1
"""
)


class BudgetClosed(Unavailable):
    """Redis does not answer, so nobody knows what is left: wait, and ask again."""


class CallBudget:
    """The limit of one vendor's account. Blocks for a network round trip: call it off the event loop.

    name: the same for all who share the limit; it holds no key. Limits are per minute.
    now: the seconds to go by, for a test whose time runs faster; else Redis's own.
    """

    def __init__(
        self,
        client: redis.Redis,
        name: str,
        *,
        requests: int,
        tokens: int,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._key, self._vendor = f"limit:{name}", name.partition(":")[0]
        self._levels = (requests, tokens, BURST, EXPIRE_S)
        self._now = now
        self._reserve = client.register_script(_RESERVE)
        self._adjust = client.register_script(_ADJUST)
        self._heed = client.register_script(_HEED)

    def reserve(self, tokens: int, user: str = "") -> float:
        """Take one call of so many tokens: 0.0, or nothing taken and the seconds to wait. Raises BudgetClosed.

        user: for whom, an id; those who wait share evenly. "" takes no part in that.
        """
        try:
            wait = float(self._run(self._reserve, tokens, user))
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
        """Nobody calls for so long, 10 minutes at most: what the vendor said in Retry-After. Raises BudgetClosed."""
        if seconds > 0:
            self._run(self._adjust, 0, min(seconds, LONGEST_BLOCK_S))

    def heed(self, requests: int | None, tokens: int | None) -> None:
        """Keep below what the vendor says the limits a minute are, where that is less. Raises BudgetClosed."""
        self._run(self._heed, *(limit if limit and limit > 0 else "" for limit in (requests, tokens)))

    def _run(self, script: Any, *args: float | str) -> bytes:
        try:
            return cast(bytes, script(keys=[self._key], args=[*self._levels, *args, self._now() if self._now else ""]))
        except redis.RedisError as error:
            raise BudgetClosed("Redis does not answer, and limits cannot be kept without it.") from error
