"""A web worker that has grown over WEB_MEMORY_MB finishes its requests and is replaced.

It ends as it does after WEB_MAX_REQUESTS: gunicorn starts another one, and connections wait in the
listening socket meanwhile. One at a time on a host, so that there is always somebody to answer; and
not before it has lived a while, so that a limit below what a fresh worker needs is a warning in the
log, not workers that do nothing but end.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.operations import metrics
from services.operations.process_figures import ProcessFigures, Teller
from services.runtime import Runtime

# Looks at the memory before a worker may be replaced.
LOOKS_OF_GRACE = 4

_TOO_LARGE = (
    "this web worker uses %d MB, above WEB_MEMORY_MB=%d: it ends after its requests and is replaced;"
    " where this happens all the time, raise the limit"
)
_log = logging.getLogger("sourcingx.memory")


class Guard:
    """Decides whether this worker shall end. `end` has it finish its requests and no more."""

    def __init__(self, home: Path, limit: int, end: Callable[[], None]) -> None:
        self._home, self._limit, self._end = home, limit, end
        self._looks = 0
        self._turn: int | None = None

    def look(self, found: ProcessFigures) -> bool:
        """True once the end was asked for."""
        self._looks += 1
        if not self._limit or found.pss <= self._limit or self._looks < LOOKS_OF_GRACE or not self._our_turn():
            return False
        _log.warning(_TOO_LARGE, found.pss >> 20, self._limit >> 20)
        metrics.REPLACED.count("memory")
        self._end()
        return True

    def _our_turn(self) -> bool:
        """A lock that the end of this process gives back, whatever ends it."""
        if self._turn is None:
            turn = os.open(self._home / "replace.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(turn)
                return False
            self._turn = turn
        return True


def watch(rt: Runtime, end: Callable[[], None]) -> Teller:
    """Have this web worker tell its figures and end when they are too large."""
    guard = Guard(rt.settings.home, rt.settings.web_memory_mb << 20, end)
    teller = Teller(rt, guard.look)
    teller.start()
    rt.on_close(teller.stop)
    return teller


def end_gunicorn_worker(worker: Any) -> None:
    """What gunicorn itself does after max_requests: no new connections, the open ones to their end."""
    worker.alive = False
