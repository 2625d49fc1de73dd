"""The files in which the processes of one home keep their figures, and what happens when one dies.

prometheus_client writes one file a process and kind of figure, and adds all up when it is asked.
Files of the dead would pile up with every replaced worker, and to delete them would make counters
go backwards. So the figures of the dead are folded into one file. Who is dead is told by a lock
that a process holds from its start to its end, whatever ends it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import socket
import struct
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, values
from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from services import config, faults

FOLDED = "folded"
# These have no types.
_VALUES: Any = values.MultiProcessValue
_COLLECTOR: Any = MultiProcessCollector
_FILE: Any = MmapedDict
_log = logging.getLogger(__name__)
# Processes of this one hold their lock by an open file.
_held: dict[str, int] = {}


def folder(home: Path) -> Path:
    return home / "metrics"


def process_name() -> str:
    """Unique among all hosts and containers of a home; prometheus_client parses names at "_"."""
    return f"{_host()}-{os.getpid()}"


@cache
def _host() -> str:
    return re.sub("[^A-Za-z0-9.-]", "-", socket.gethostname())


def enable(home: Path) -> None:
    """Have this process and its forks keep their figures in files. Before the first figure is touched."""
    path = folder(home)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path):
        _fold_dead(path)
    config.announce_metrics_folder(path)
    # Chosen here and not by the environment at the first import: commands import us too.
    values.ValueClass = _VALUES(process_name)


def join(home: Path) -> None:
    """This process is alive from now on, until it ends. Call it after the fork; twice does no harm."""
    path, name = folder(home), process_name()
    if name in _held or not path.is_dir():
        return
    with _locked(path):
        # Those of a former process with our pid, too, which is dead and whose lock is free.
        _fold_dead(path)
        lock = os.open(path / f"{name}.alive", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _held[name] = lock


def collect(home: Path, registry: CollectorRegistry) -> bool:
    """Register what all processes of this home counted together; False when they share nothing."""
    path = folder(home)
    if not path.is_dir():
        return False
    with _locked(path):
        _fold_dead(path)
        # Read now, under the lock, and not whenever the registry is asked.
        # One that has only just begun a file has nothing in it yet.
        files = [str(file) for file in path.glob("*_*.db") if _figures_in(file) is not None]
        found = list(_COLLECTOR.merge(files))
    registry.register(_Read(found))
    return True


class _Read(Collector):
    """Figures that were read already, as a collector."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        return self._found


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One at a time: figures must not be counted in two files, or in none."""
    with (path / "fold.lock").open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fold_dead(path: Path) -> None:
    """Raises nothing: figures are no reason not to start."""
    try:
        for name in {_owner(file) for file in path.glob("*_*.db")} - {FOLDED}:
            if not _is_alive(path, name):
                for file in path.glob(f"*_{name}.db"):
                    _fold(file, path / f"{file.name.partition('_')[0]}_{FOLDED}.db")
                (path / f"{name}.alive").unlink(missing_ok=True)
    except OSError as error:
        # A full disk: they wait for the next time.
        _log.warning("figures of processes that ended were not added up: %s", faults.trace(error))


def _owner(file: Path) -> str:
    return file.stem.partition("_")[2]


def _is_alive(path: Path, name: str) -> bool:
    if name in _held and name == process_name():
        return True
    try:
        lock = os.open(path / f"{name}.alive", os.O_RDWR)
    except FileNotFoundError:
        # The master that made everything ready before it forked: it counts no longer.
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _fold(file: Path, into: Path) -> None:
    """Add the figures of one file to another's, which is replaced at once or not at all; damaged ones count nothing."""
    found = _figures_in(file)
    if found is None:
        _log.warning("the figures of a process that ended are damaged, and not counted")
        file.unlink()
        return
    totals: defaultdict[str, float] = defaultdict(float)
    for key, value in [*(_figures_in(into) or []), *found]:
        totals[key] += value
    draft = into.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    written = _FILE(str(draft))
    try:
        for key, value in totals.items():
            written.write_value(key, value, 0.0)
    finally:
        written.close()
    draft.replace(into)
    file.unlink()


def _figures_in(file: Path) -> list[tuple[str, float]] | None:
    """What stands in a file; None where there is none, or where it is damaged: a power cut may leave it empty."""
    try:
        found = [(key, value) for key, value, _, _ in _FILE.read_all_values_from_file(str(file))]
        for key, _ in found:
            _, _, labels, _ = json.loads(key)
            dict(labels)
    except (OSError, ValueError, TypeError, RuntimeError, struct.error):
        return None
    return found
