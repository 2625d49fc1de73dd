"""Who used the machine's cores while something was measured."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

# Above this share of all cores, who waits waits for a core.
FULL = 0.85


@dataclass
class Cores:
    """Shares of all cores, from 0 to 1: the web workers, this process (the load generator), everything together."""

    web: float = 0.0
    generator: float = 0.0
    everything: float = 0.0

    @property
    def cause(self) -> str:
        """Why answers were late, if it is because the cores were full; else ""."""
        if self.everything < FULL:
            return ""
        rest = max(0.0, self.everything - self.web - self.generator)
        return (
            f"the cores are full ({self.everything:.0%}): web workers {self.web:.0%}, load generator"
            f" {self.generator:.0%}, Postgres and all else {rest:.0%}"
        )


@contextmanager
def watched(web: int) -> Iterator[Cores]:
    """web: process id of gunicorn's master. What it yields is filled in at the end."""
    found, began = Cores(), time.monotonic()
    master = psutil.Process(web)
    workers = [master, *master.children()]
    before = sum(map(_spent, workers)), _spent(psutil.Process()), _busy()
    yield found
    room = (time.monotonic() - began) * (os.cpu_count() or 1)
    after = sum(map(_spent, workers)), _spent(psutil.Process()), _busy()
    found.web, found.generator, found.everything = (
        max(0.0, end - start) / room for start, end in zip(before, after, strict=True)
    )


def _spent(process: psutil.Process) -> float:
    """Seconds of a core; 0 of a process that is gone."""
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _busy() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)
