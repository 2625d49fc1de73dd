"""What web processes hold, read in such a way that two readings can be compared.

What grows in them first is no object that stays: each thread's part of the heap keeps the size of the largest answer
that it has made, and pages that were the master's are copied when they are first written to. Both come to an end, once
every thread has made an answer of every size; so readings are only compared after that.

A reading of one moment moves by megabytes with what else the machine does. Files that are mapped (libraries) count
by how many processes map them, so a job worker that starts makes a web worker look smaller; they are left out. Pages
that a worker still shares with its master until either writes to them count once over all processes, by shares.
"""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.web import Web

READINGS, BETWEEN_S = 9, 0.3
# Two rounds of the same requests in a row that bring less than this, and the next ones bring next to nothing either.
SETTLED_MB, CALM_ROUNDS, MOST_ROUNDS = 0.2, 2, 40


@dataclass(frozen=True)
class Held:
    """MB. anonymous: of master and workers together, each page once. private, pss: of each process by its role.

    cpu: seconds that each worker has computed, which tells that every one of them answered.
    """

    anonymous: float
    private: dict[str, float]
    pss: dict[str, float]
    cpu: dict[str, float]

    def arms(self) -> dict[str, float]:
        """One flat mapping for a figure."""
        each = [("private dirty", self.private), ("pss", self.pss)]
        return {"anonymous": self.anonymous} | {f"{what}, {role}": mb for what, by in each for role, mb in by.items()}


def held(web: Web) -> Held:
    """Medians of some readings, a few seconds in all. Workers are told apart by when they began."""
    pids = {"master": web.pid} | {f"worker {n}": pid for n, pid in enumerate(sorted(web.workers()), 1)}
    found = []
    for _ in range(READINGS):
        found.append({role: _rollup(pid) for role, pid in pids.items()})
        threading.Event().wait(BETWEEN_S)

    def medians(name: str) -> dict[str, float]:
        return {role: statistics.median(one[role][name] for one in found) for role in pids}

    together = statistics.median(sum(one["Pss_Anon"] for one in reading.values()) for reading in found)
    cpu = {role: sum(psutil.Process(pid).cpu_times()[:2]) for role, pid in pids.items() if role != "master"}
    return Held(together, medians("Private_Dirty"), medians("Pss"), cpu)


def settle(web: Web, act: Callable[[], None]) -> Held:
    """What is held once another round of the same requests brings nothing more. Raises RuntimeError if it never is."""
    last, calm = held(web), 0
    for _ in range(MOST_ROUNDS):
        act()
        now = held(web)
        calm = calm + 1 if now.anonymous - last.anonymous < SETTLED_MB else 0
        last = now
        if calm == CALM_ROUNDS:
            return now
    raise RuntimeError(f"after {MOST_ROUNDS} rounds of the same requests the web processes still grow")


def _rollup(pid: int) -> dict[str, float]:
    """Name to MB of a process's smaps_rollup."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return {name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines)}
