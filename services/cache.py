"""Redis as something that may vanish: every use fails open, quickly.

Redis holds only what can be computed again: ordered id lists and memoized counts.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from cachelib.serializers import RedisSerializer
from flask_caching.backends.rediscache import RedisCache

from services import state_limits
from services.operations import metrics
from services.state_limits import StateTooLarge

T = TypeVar("T")
RETRY_S = 1.0

_log = logging.getLogger(__name__)


class CacheDown(Exception):
    """Redis does not answer; the caller goes on without it."""


class JsonSerializer(RedisSerializer):
    """JSON, because unpickling what someone else may have written runs their code (CVE-2021-33026)."""

    def dumps(self, value: Any, protocol: int = 0) -> bytes:
        return json.dumps(value).encode()

    def loads(self, bvalue: bytes | None) -> Any:
        try:
            return None if bvalue is None else json.loads(bvalue)
        except ValueError:
            return None


class Cache:
    """A Redis client with a breaker, and Flask-Caching's Redis backend for memoized values."""

    def __init__(self, client: redis.Redis, *, default_ttl_s: int = 300) -> None:
        self._client = client
        self._down_until = 0.0
        self._memo = RedisCache(host=client, default_timeout=default_ttl_s, key_prefix="memo:")
        self._memo.serializer = JsonSerializer()

    def call(self, use: Callable[[redis.Redis], T]) -> T:
        """Use Redis. Raises CacheDown when it does not answer, at once for 1 s after that."""
        if time.monotonic() < self._down_until:
            raise CacheDown
        try:
            return use(self._client)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            self._down_until = time.monotonic() + RETRY_S
            raise CacheDown from error
        except redis.RedisError as error:
            # Out of memory, loading, read-only: this value cannot be had, the next may.
            raise CacheDown from error

    def memo(self, key: str, ttl_s: int, compute: Callable[[], T]) -> T:
        """The value of a key, computed and kept as JSON when absent; computed when Redis is away.

        The key must hold everything the value depends on, data_version and scope included.
        """
        try:
            found = self.call(lambda _: self._memo.get(key))
        except CacheDown:
            metrics.CACHE.count("memo", "down")
            return compute()
        metrics.CACHE.count("memo", "miss" if found is None else "hit")
        if found is not None:
            return found  # type: ignore[no-any-return]
        value = compute()
        try:
            state_limits.check("a memoized value", value)
            self.call(lambda _: self._memo.set(key, value, timeout=ttl_s))
        except CacheDown:
            pass
        except StateTooLarge as error:
            # Computed each time instead: slower, and seen in the log.
            _log.error("not kept: %s (%s)", error, key.partition(":")[0])
        return value
