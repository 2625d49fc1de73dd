"""SOURCINGX_HOME/erasures.log: the marks of everyone who was erased on request, outside of the database.

A backup that is older than an erasure brings the person back; this file is what takes them out again
(erasure_replay.py). One line an erasure: moment, fingerprint of the key, marks in hexadecimal; nothing is ever
taken out of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from services.errors import BadInput, Unavailable
from services.servers.home import private

NAME = "erasures.log"
# Names in a line → whether the marks are of contacts with a name.
_LISTS = {"marks": False, "named": True}


def path_in(home: Path) -> Path:
    return home / NAME


def append(home: Path, marks: Mapping[int, bool], key: bytes) -> None:
    """One erasure more (mark → whether it is of a contact with a name), on the disk when this returns.

    key: Marker.fingerprint. Before its transaction ends: what is told twice does no harm, what is missing here would
    come back. Raises Unavailable.
    """
    lists = {name: sorted(_hex(m) for m, own in marks.items() if own == named) for name, named in _LISTS.items()}
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "key": key.hex(), **lists}
    try:
        with open(path_in(home), "a+", encoding="ascii", opener=private) as file:
            # What a crash cut short happened to nobody, and must not spoil the line that comes now.
            file.seek(0)
            file.truncate(file.read().rfind("\n") + 1)
            file.write(json.dumps(told) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable(f"{NAME} cannot be written ({error.strerror}); nobody was erased.") from error


def read(path: Path) -> Iterator[tuple[bytes, dict[int, bool]]]:
    """The key's fingerprint and the marks of one erasure after the other; none where there is no file.

    A line that was cut short by a crash belongs to an erasure that did not happen. Raises BadInput for a file of
    something else.
    """
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, 1):
            try:
                told = json.loads(line)
                marks = {_number(mark): named for name, named in _LISTS.items() for mark in told[name]}
                yield bytes.fromhex(told["key"]), marks
            except (ValueError, KeyError, TypeError) as error:
                if not line.endswith("\n"):
                    return
                raise BadInput(f"Line {number} of {path.name} is no erasure: take the file from a backup.") from error


def _hex(mark: int) -> str:
    return f"{mark & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def _number(told: str) -> int:
    value = int(told, 16)
    return value - (1 << 64) if value >= 1 << 63 else value
