"""Processes by identity: a pid alone may belong to someone else by now, pid and start time do not."""

from __future__ import annotations

import signal
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


def end(process: ProcessId, *, sig: signal.Signals = signal.SIGTERM, grace_s: float) -> None:
    """Ask a process to end; after grace_s seconds end it and what it started."""
    if not is_alive(process):
        return
    try:
        found = psutil.Process(process.pid)
        family = [found, *found.children(recursive=True)]
        found.send_signal(sig)
    except psutil.Error:
        return
    _, alive = psutil.wait_procs([found], timeout=grace_s)
    left = family if alive else [p for p in family[1:] if p.is_running()]
    # Children of one that ended well get a moment of their own.
    _, left = psutil.wait_procs(left, timeout=0 if alive else 3)
    for straggler in left:
        try:
            straggler.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(left, timeout=3)
