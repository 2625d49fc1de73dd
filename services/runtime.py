"""What a process needs to serve: settings, database, Redis. Opened after a fork, closed at exit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import redis

from services.cache import Cache
from services.config import Settings
from services.db import Database
from services.grid.id_lists import IdLists
from services.servers import connections
from services.spending import prices


@dataclass
class Runtime:
    """One a process. `kind` chooses timeouts and pool size: web or worker."""

    settings: Settings
    kind: str = "web"
    _db: Database | None = field(default=None, init=False)
    _redis: redis.Redis | None = field(default=None, init=False)
    _cache: Cache | None = field(default=None, init=False)
    _lists: IdLists | None = field(default=None, init=False)
    _before_close: list[Callable[[], None]] = field(default_factory=list, init=False)

    def open(self) -> None:
        """Make the pool and the Redis client; neither waits for its server."""
        s = self.settings
        worker = self.kind == "worker"
        prices.use(s.openai_prices)
        self._db = Database(
            s.database_url,
            size=connections.pool_size(s, self.kind),
            statement_timeout_ms=60_000 if worker else 10_000,
            lock_timeout_ms=10_000 if worker else 2_000,
            prepares=not connections.pooled(s),
            gives_up=not worker,
        )
        self._db.open()
        # Short timeouts: without Redis everything goes on, slower; waiting for it would not.
        self._redis = redis.Redis.from_url(s.redis_url, socket_timeout=1.0, socket_connect_timeout=0.2)
        self._cache = Cache(self._redis)
        self._lists = IdLists(self._cache, s)

    def on_close(self, do: Callable[[], None]) -> None:
        """Have something done before the servers are left."""
        self._before_close.append(do)

    def close(self) -> None:
        while self._before_close:
            self._before_close.pop()()
        if self._db is not None:
            self._db.close()
        if self._redis is not None:
            self._redis.close()
        self._db = self._redis = self._cache = self._lists = None

    @property
    def db(self) -> Database:
        if self._db is None:
            raise RuntimeError("Runtime.open() was not called in this process")
        return self._db

    @property
    def redis(self) -> redis.Redis:
        if self._redis is None:
            raise RuntimeError("Runtime.open() was not called in this process")
        return self._redis

    @property
    def cache(self) -> Cache:
        if self._cache is None:
            raise RuntimeError("Runtime.open() was not called in this process")
        return self._cache

    @property
    def lists(self) -> IdLists:
        if self._lists is None:
            raise RuntimeError("Runtime.open() was not called in this process")
        return self._lists
