"""A folder in memory, where the machine has one, for servers of tests.

A database of a test's own is a copy of nine hundred small files. On a disk that takes half a second, nearly all of it
in the file system; in memory a twentieth. What is kept there is gone with the tests, as all of such a server is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
GROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
PREFIX = "sourcingx-tests-"
# Free there, and left of what this process may have of the machine's memory: what the servers of two processes keep at
# most, and as much again.
ROOM = 4 << 30


@contextmanager
def folder(otherwise: Path, room: int = 0) -> Iterator[Path]:
    """A new, empty folder in memory, which is removed in the end; where there is no room, the one given.

    room: bytes, for whoever keeps more than ROOM is for.
    """
    if not _has_room(max(room, ROOM)):
        yield otherwise
        return
    _sweep()
    # The owner's process stands in the name, so that others know when nobody needs it any more.
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=MEMORY))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _has_room(wanted: int) -> bool:
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available, *_left_in_groups()) >= wanted


def _left_in_groups() -> Iterator[int]:
    """Bytes that each limit on this process's memory leaves; what was read from files and can be dropped is free.

    A container has such a limit (cgroups, of version 1 or 2), files in memory count, and who goes beyond is killed.
    """
    for line in MEMBERSHIP.read_text(encoding="ascii").splitlines() if MEMBERSHIP.exists() else ():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, most, used, cached = GROUPS, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, most = GROUPS / "memory", "memory.limit_in_bytes"
            used, cached = "memory.usage_in_bytes", "total_inactive_file"
        else:
            continue
        # In a container the path may be that of the host, where nothing is to be seen from here.
        for group in (own := root / path.strip("/"), *own.parents):
            if group.is_relative_to(root) and (limit := _text(group / most)).isdecimal():
                stat = dict(each.split() for each in _text(group / "memory.stat").splitlines())
                yield int(limit) - int(_text(group / used)) + int(stat.get(cached, 0))


def _text(file: Path) -> str:
    return file.read_text(encoding="ascii").strip() if file.is_file() else ""


def _sweep() -> None:
    """Remove what tests that were killed left behind. A server that runs on it notices, and ends."""
    for left in MEMORY.glob(f"{PREFIX}*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
