"""Processes by identity: a pid alone may belong to someone else by now, pid and start time do not."""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class ProcessId:
    """A process and when it started (seconds since 1970, as the system tells it)."""

    pid: int
    started: float


def identify(pid: int) -> ProcessId | None:
    """The process with this pid now; None when there is none or it has ended."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return ProcessId(pid, process.create_time())
    except psutil.Error:
        return None


def is_alive(process: ProcessId) -> bool:
    """Whether exactly this process still runs."""
    now = identify(process.pid)
    # The start time is read from two clocks after a suspend; a second apart is the same process.
    return now is not None and abs(now.started - process.started) < 1


def end(*targets: ProcessId, sig: signal.Signals = signal.SIGTERM, grace_s: float) -> None:
    """Ask processes to end; after grace_s seconds kill those left, and all that they started."""
    asked: list[psutil.Process] = []
    started: list[psutil.Process] = []
    for target in targets:
        if is_alive(target):
            with suppress(psutil.Error):
                process = psutil.Process(target.pid)
                started += process.children(recursive=True)
                process.send_signal(sig)
                asked.append(process)
    _, stubborn = psutil.wait_procs(asked, timeout=grace_s)
    # What was started by one that ended well is about to end too.
    _, orphans = psutil.wait_procs(started, timeout=0 if stubborn else 3)
    for process in (*stubborn, *orphans):
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs([*stubborn, *orphans], timeout=3)
