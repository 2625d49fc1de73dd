"""What the stub vendors have in common: a server on loopback, a key, limits a minute and a day, faults to order."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Self

from tests.stubs.loopback import LoopbackServer, Reply, Request

DAY_S = 86_400.0


class VendorStub:
    """per_minute: units in any 60 seconds of `clock`; per_day: people on a day of it; None is no limit.

    failing: an answer to everything until it is None again: (status, body, headers). then(): for the next requests
    only. hold: requests wait until it is set, those behind the hold_after first ones. asked: addresses in the order
    in which they came, answered ones only.
    """

    # None takes every key.
    key: str | None = "stub-key"

    def __init__(
        self,
        *,
        per_minute: int | None = None,
        per_day: int | None = None,
        clock: Callable[[], float] = time.time,
        latency_s: float = 0.0,
        port: int = 0,
    ) -> None:
        self.per_minute, self.per_day, self.clock, self.latency_s, self.port = (
            per_minute, per_day, clock, latency_s, port
        )  # fmt: skip
        self.failing: tuple[int, Any, Mapping[str, str]] | None = None
        self.hold = threading.Event()
        self.hold.set()
        self.hold_after = 0
        self.held = threading.Event()
        self.asked: list[str] = []
        self.requests = 0
        self.refused = 0
        self.by_day: dict[int, int] = {}
        self._next: deque[tuple[int, Any, Mapping[str, str]]] = deque()
        self._minute: deque[tuple[float, int]] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._server = LoopbackServer(self._guarded, self.port)
        self.url = f"http://127.0.0.1:{self._server.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.set()
        self._server.stop()

    def then(self, *answers: tuple[int, Any, Mapping[str, str]]) -> None:
        self._next.extend(answers)

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def admit(self, units: int, people: list[str]) -> Reply | None:
        """Count a request against the minute and the day; the refusal where there is no room."""
        with self._lock:
            now = self.clock()
            while self._minute and self._minute[0][0] <= now - 60:
                self._minute.popleft()
            day = int(now // DAY_S)
            minute = sum(taken for _, taken in self._minute)
            over = self.per_minute is not None and minute + units > self.per_minute
            over = over or (self.per_day is not None and self.by_day.get(day, 0) + len(people) > self.per_day)
            if over:
                self.refused += 1
                return Reply(429, {"message": "Rate limit exceeded"})
            self._minute.append((now, units))
            self.by_day[day] = self.by_day.get(day, 0) + len(people)
            self.asked += people
        return None

    def signed_in(self, request: Request, prefix: str = "Bearer") -> bool:
        given = request.headers.get("authorization", "")
        return given == f"{prefix} {self.key}" or (self.key is None and given.startswith(f"{prefix} "))

    def _guarded(self, request: Request) -> Reply:
        with self._lock:
            self.requests += 1
            waits = self.requests > self.hold_after and not self.hold.is_set()
            ordered = self._next.popleft() if self._next else self.failing
        if waits:
            self.held.set()
            self.hold.wait()
        if self.latency_s:
            threading.Event().wait(self.latency_s)
        if ordered is not None:
            return Reply(*ordered)
        return self.answer(request)
