"""Ordered id lists in Redis: one string a result set, bounded in number and bytes.

Layout: 1 digit width of an id (4 or 8) + 15 digits number of ids, the ids big-endian, and at the
end the Postgres snapshot the list was made in. A page is one GETRANGE. Least recently used lists
go first: at most 20 lists and RESULT_SET_SEARCH_MB a search, RESULT_SET_TOTAL_MB in all, each with
a TTL. Lists are built by one process at a time; the others wait for it.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import redis

from services.cache import Cache, CacheDown
from services.config import Settings
from services.operations import metrics

HEADER = 16
OVERHEAD = 4096  # header and snapshot, which names the transactions that were open
LISTS_A_SEARCH = 20
LOCK_MS = 20_000
WAIT_S = 8.0

# KEYS: list, lists of the search, all lists. ARGV: first, end, ttl. One round trip for a page.
_SLICE = """
local head = redis.call('GETRANGE', KEYS[1], 0, 15)
if #head < 16 then return false end
local width, n = tonumber(string.sub(head, 1, 1)), tonumber(string.sub(head, 2))
local now = redis.call('TIME')
local used = now[1] * 1000000 + now[2]
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], used, KEYS[1])
redis.call('ZADD', KEYS[3], used, KEYS[1])
redis.call('EXPIRE', KEYS[2], 86400); redis.call('EXPIRE', KEYS[3], 86400)
local first, last = tonumber(ARGV[1]), math.min(tonumber(ARGV[2]), n)
if last <= first then return {width, n, ''} end
return {width, n, redis.call('GETRANGE', KEYS[1], 16 + first * width, 15 + last * width)}
"""

# KEYS as above. ARGV: value, ttl, most lists a search, most bytes a search, most bytes in all.
_STORE = """
local function trim(index, most, room)
  local bytes, alive = 0, {}
  for _, key in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local size = redis.call('STRLEN', key)
    if size == 0 or key == KEYS[1] then redis.call('ZREM', index, key)
    else bytes = bytes + size; alive[#alive + 1] = {key, size} end
  end
  local count = #alive
  for _, item in ipairs(alive) do
    if count < most and bytes <= room then break end
    redis.call('DEL', item[1]); redis.call('ZREM', index, item[1])
    count = count - 1; bytes = bytes - item[2]
  end
end
local size = #ARGV[1]
if size > tonumber(ARGV[4]) or size > tonumber(ARGV[5]) then return 0 end
trim(KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]) - size)
trim(KEYS[3], 1000000, tonumber(ARGV[5]) - size)
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
local now = redis.call('TIME')
local used = now[1] * 1000000 + now[2]
redis.call('ZADD', KEYS[2], used, KEYS[1]); redis.call('ZADD', KEYS[3], used, KEYS[1])
redis.call('EXPIRE', KEYS[2], 86400); redis.call('EXPIRE', KEYS[3], 86400)
return 1
"""

_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@dataclass(frozen=True)
class IdSlice:
    """Some ids of a list, and how long the whole list is."""

    ids: list[int]
    total: int


@dataclass(frozen=True)
class IdList:
    """A whole list as it was built: packed ids of `width` bytes, and the snapshot it saw."""

    packed: bytes
    width: int
    snapshot: str

    @property
    def total(self) -> int:
        return len(self.packed) // self.width

    def slice(self, start: int, end: int) -> IdSlice:
        part = self.packed[start * self.width : max(start, end) * self.width]
        return IdSlice(unpack(part, self.width), self.total)


def pack(ids: Sequence[int], width: int) -> bytes:
    """Ids as unpack() reads them."""
    return struct.pack(f">{len(ids)}{'i' if width == 4 else 'q'}", *ids)


def unpack(packed: bytes, width: int) -> list[int]:
    """Big-endian ids of 4 or 8 bytes."""
    return list(struct.unpack(f">{len(packed) // width}{'i' if width == 4 else 'q'}", packed))


class IdLists:
    """The lists of all searches. Raises CacheDown wherever Redis does not answer."""

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    def slice(self, search_id: uuid.UUID, key: str, start: int, end: int) -> IdSlice | None:
        """ids[start:end] of a list and its length; None when the list is not there."""
        keys = self._keys(search_id, key)
        args = (start, end, self._settings.result_set_ttl_s)
        try:
            found = self._cache.call(lambda r: cast(Any, _eval(r, _SLICE, keys, args)))
        except CacheDown:
            metrics.CACHE.count("list", "down")
            raise
        metrics.CACHE.count("list", "hit" if found else "miss")
        return IdSlice(unpack(found[2], int(found[0])), int(found[1])) if found else None

    def load(self, search_id: uuid.UUID, key: str) -> IdList | None:
        """A whole list; None when it is not there."""
        name = self._keys(search_id, key)[0]
        value = self._cache.call(lambda r: cast(bytes | None, r.get(name)))
        if value is None:
            return None
        width = int(value[:1])
        end = HEADER + width * int(value[1:HEADER])
        return IdList(value[HEADER:end], width, value[end:].decode())

    def longest(self, width: int) -> int:
        """The most ids that a list may have: by RESULT_SET_MAX_ROWS, and by the memory for lists."""
        s = self._settings
        room = (min(s.result_set_search_mb, s.result_set_total_mb) << 20) - OVERHEAD
        return min(s.result_set_max_rows, room // width)

    def store(self, search_id: uuid.UUID, key: str, made: IdList) -> bool:
        """Keep a list, dropping the least recently used ones for it; False when it is too large."""
        s = self._settings
        value = f"{made.width}{made.total:015d}".encode() + made.packed + made.snapshot.encode()
        args = (value, s.result_set_ttl_s, LISTS_A_SEARCH, s.result_set_search_mb << 20, s.result_set_total_mb << 20)
        keys = self._keys(search_id, key)
        return bool(self._cache.call(lambda r: _eval(r, _STORE, keys, args)))

    def single_flight(self, key: str, build: Callable[[], None]) -> bool:
        """Run build() in one process; the others wait for it. False: waited in vain (8 s)."""
        token = uuid.uuid4().hex
        lock = f"rs:lock:{key}"
        if self._cache.call(lambda r: r.set(lock, token, nx=True, px=LOCK_MS)):
            try:
                build()
            finally:
                self._release(lock, token)
            return True
        builder = self._cache.call(lambda r: cast(bytes | None, r.get(lock)))
        if builder is None:
            return True
        done, waited = _done(builder.decode()), 0.0
        while waited < WAIT_S:
            # Short waits: the client's socket timeout must be longer than one of them.
            if self._cache.call(lambda r: r.blpop([done], timeout=0.5)):
                return True
            if not self._cache.call(lambda r: r.exists(lock)):
                return True
            waited += 0.5
        return False

    def _release(self, lock: str, token: str) -> None:
        done = _done(token)

        def release(client: redis.Redis) -> None:
            with client.pipeline(transaction=True) as pipe:
                pipe.eval(_UNLOCK, 1, lock, token)
                # One for each process that may be waiting for this build, and for no other.
                pipe.rpush(done, *["built"] * 64)
                pipe.pexpire(done, int(WAIT_S * 1000))
                pipe.execute()

        try:
            self._cache.call(release)
        except CacheDown:
            pass

    @staticmethod
    def _keys(search_id: uuid.UUID, key: str) -> tuple[str, str, str]:
        return f"rs:list:{key}", f"rs:search:{search_id}", "rs:all"


def _done(token: str) -> str:
    return f"rs:done:{token}"


def _eval(client: redis.Redis, script: str, keys: tuple[str, ...], args: tuple[Any, ...]) -> Any:
    return client.register_script(script)(keys=list(keys), args=list(args))
