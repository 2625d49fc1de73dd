"""What each process tells of itself: memory, pool, age. Kept in Redis for as long as it goes on telling.

So every host's workers can be seen from any of them. Without Redis each is still in the log.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from services import faults
from services.cache import CacheDown
from services.runtime import Runtime

# A process that missed two times to tell is taken for gone.
MISSED = 3
PREFIX = "proc:"
LOG_EVERY_S = 300.0
# psycopg_pool's names: now; and since the process began, how many had to wait and how many got none.
POOL_FIGURES = ("pool_size", "pool_available", "requests_waiting", "requests_queued", "requests_errors")
_MOST = 1000

_log = logging.getLogger("sourcingx.memory")


@dataclass(frozen=True)
class ProcessFigures:
    """One process. Memory in bytes: pss counts a shared page by its share, rss whole. age in seconds."""

    kind: str
    host: str
    pid: int
    age_s: int
    pss: int
    rss: int
    limit: int
    pool: dict[str, int]
    replacing: bool = False


def memory(pid: int | None = None) -> tuple[int, int]:
    """(proportional, resident) set size of a process in bytes, of this one by default."""
    found = psutil.Process(pid)
    rss = int(found.memory_info().rss)
    try:
        for line in Path(f"/proc/{found.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024, rss
    except OSError:
        # Not Linux, or not allowed to look: resident is the nearest there is.
        pass
    return rss, rss


class Teller:
    """A thread that tells this process's figures every FIGURES_S until stop(). One a process.

    after: called with every figure told, on that thread: the memory guard.
    """

    def __init__(self, rt: Runtime, after: Callable[[ProcessFigures], bool] | None = None) -> None:
        self._rt, self._after = rt, after
        self._born = time.monotonic()
        self._logged = -LOG_EVERY_S
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell_on, name="figures", daemon=True)
        self._replacing = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No more figures; what was told is taken back."""
        self._over.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=2)
        try:
            self._rt.cache.call(lambda r: r.delete(_key()))
        except (CacheDown, RuntimeError):
            pass

    def figures(self) -> ProcessFigures:
        """As they are now."""
        pss, rss = memory()
        stats = self._rt.db.stats()
        pool = {name: stats.get(name, 0) for name in POOL_FIGURES}
        limit = self._rt.settings.web_memory_mb << 20 if self._rt.kind == "web" else 0
        return ProcessFigures(self._rt.kind, socket.gethostname(), os.getpid(), int(time.monotonic() - self._born),
                              pss, rss, limit, pool, self._replacing)  # fmt: skip

    def _tell_on(self) -> None:
        while True:
            try:
                self._tell()
            except Exception as error:
                # Never the end of the thread: the memory guard depends on it.
                _log.error("no figures could be told: %s", faults.trace(error))
            if self._over.wait(self._rt.settings.figures_s):
                return

    def _tell(self) -> None:
        found = self.figures()
        if found.age_s - self._logged >= LOG_EVERY_S:
            self._logged = found.age_s
            _log.info("memory of this %s worker: %d MB proportional, %d MB resident, after %d s",
                      found.kind, found.pss >> 20, found.rss >> 20, found.age_s)  # fmt: skip
        if self._after is not None and not self._replacing:
            self._replacing = self._after(found)
        ttl = max(1, round(self._rt.settings.figures_s * MISSED))
        try:
            self._rt.cache.call(lambda r: r.set(_key(), json.dumps(asdict(found)), ex=ttl))
        except CacheDown:
            pass


def processes(rt: Runtime) -> list[ProcessFigures]:
    """Every process that told its figures lately, on any host, by kind, host and pid. Raises CacheDown."""

    def read(client: Any) -> list[Any]:
        keys = [key for key, _ in zip(client.scan_iter(f"{PREFIX}*", count=_MOST), range(_MOST), strict=False)]
        return list(client.mget(keys)) if keys else []

    found = [told for value in rt.cache.call(read) if value and (told := _read(value))]
    return sorted(found, key=lambda p: (p.kind, p.host, p.pid))


def _read(value: bytes) -> ProcessFigures | None:
    """None for what a process of another version told: while hosts are upgraded one by one there are both."""
    try:
        return ProcessFigures(**json.loads(value))
    except (ValueError, TypeError):
        return None


def _key() -> str:
    return f"{PREFIX}{socket.gethostname()}:{os.getpid()}"
