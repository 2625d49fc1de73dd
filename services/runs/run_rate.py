"""How fast a run gets on."""

from __future__ import annotations

import time


class Rate:
    """Items a second, smoothed over about ten measures of at least half a second each (monotonic clock)."""

    def __init__(self, done: int) -> None:
        self._done, self._at = done, time.monotonic()
        self._rate: float | None = None

    def of(self, done: int) -> float | None:
        now = time.monotonic()
        if (took := now - self._at) >= 0.5 and done >= self._done:
            latest = (done - self._done) / took
            self._rate = latest if self._rate is None else self._rate * 0.8 + latest * 0.2
            self._done, self._at = done, now
        return None if self._rate is None else round(self._rate, 3)
