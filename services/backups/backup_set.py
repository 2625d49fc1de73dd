"""A backup as it lies on a disk: a folder with a dump of the database, the files that its rows speak of, and a
manifest that says what is there.

sourcingx-20261126T173000Z/
├── manifest.json       versions, sizes, SHA-256 of everything else
├── database.dump       pg_dump's custom format
└── files/ab/ab12…      uploads, exports and archives, by their keys
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from services.backups import pg_tools
from services.backups.pg_tools import Tools
from services.errors import BadInput
from services.servers import unprivileged
from services.servers.home import private
from services.storage import Storage

FORMAT = 2
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Sum:
    """Size in bytes and SHA-256 of a file."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Named:
    """A file as a row speaks of it. of: upload, export or archive; id: the upload's, the export's, the archived
    search's. sha256: "" where none was noted when it was written."""

    key: str
    of: str
    id: str
    bytes: int
    sha256: str

    def fits(self, found: Sum) -> bool:
        return found.bytes == self.bytes and self.sha256 in ("", found.sha256)

    def lost(self, *, damaged: bool) -> Lost:
        return Lost(self.key, self.of, self.id, damaged)


@dataclass(frozen=True)
class Lost:
    """A file that a row speaks of and that is not there, or (damaged) is not what was once written."""

    key: str
    of: str
    id: str
    damaged: bool


@dataclass(frozen=True)
class Manifest:
    """made_at: UTC, ISO 8601. postgres: of the server, 180006 for 18.6. migrations: [number, file name].
    holds: rows of some tables, for people. files: by storage key, the damaged ones among them; lost: what was
    missing or damaged already when the backup was made."""

    made_at: str
    version: str
    postgres: int
    tools: int
    migrations: list[tuple[int, str]]
    holds: dict[str, int]
    dump: Sum
    files: dict[str, Sum]
    lost: list[Lost] = field(default_factory=list)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        return self.dump.bytes + sum(file.bytes for file in self.files.values())

    @cached_property
    def missing(self) -> set[str]:
        return {file.key for file in self.lost if not file.damaged}

    @cached_property
    def damaged(self) -> set[str]:
        return {file.key for file in self.lost if file.damaged}

    def write(self, folder: Path) -> None:
        with open(folder / MANIFEST, "w", encoding="utf-8", opener=private) as file:
            json.dump(asdict(self), file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a set. Raises BadInput for what is none, or of a later format."""
    try:
        raw: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if int(raw["format"]) > FORMAT:
            raise BadInput(f"{folder} was made by a newer version of SourcingX ({raw['version']}): install that one.")
        return Manifest(**{
            **_in_todays_words(raw),
            "migrations": [(int(number), str(name)) for number, name in raw["migrations"]],
            "dump": Sum(**raw["dump"]),
            "files": {key: Sum(**file) for key, file in raw["files"].items()},
        })  # fmt: skip
    except FileNotFoundError as error:
        raise BadInput(f"{folder} is no backup: there is no {MANIFEST} in it.") from error
    except OSError as error:
        raise BadInput(f"{folder} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"The {MANIFEST} of {folder} is damaged: use another backup.") from error


def _in_todays_words(raw: dict[str, Any]) -> dict[str, Any]:
    """Format 1 had only the keys of what was lost."""
    if int(raw["format"]) > 1:
        return raw | {"lost": [Lost(**file) for file in raw["lost"]]}
    kept = {name: value for name, value in raw.items() if name not in ("missing", "damaged")}
    return kept | {
        "lost": [Lost(key, "file", "", why == "damaged") for why in ("missing", "damaged") for key in raw[why]]
    }


def verify(folder: Path, tools: Tools) -> Manifest:
    """Read every byte of a set, and all of the dump as pg_restore does. Raises BadInput where something is
    not what was written."""
    manifest = read(folder)
    for path, wanted in _contents(folder, manifest):
        if not path.is_file():
            raise BadInput(f"{path.relative_to(folder)} of the backup is missing: use another backup.")
        if sum_of(path) != wanted:
            raise BadInput(f"{path.relative_to(folder)} of the backup is damaged: use another backup.")
    command = tools.command("pg_restore", "--file=/dev/null", str(folder / DUMP))
    pg_tools.run(command, unprivileged.ENVIRONMENT)
    return manifest


def files_of(folder: Path) -> Storage:
    return Storage(folder / FILES)


def sum_of(path: Path) -> Sum:
    """Raises BadInput when it cannot be read."""
    digest, size = hashlib.sha256(), 0
    with _readable(path), path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Sum(size, digest.hexdigest())


def _contents(folder: Path, manifest: Manifest) -> Iterator[tuple[Path, Sum]]:
    yield folder / DUMP, manifest.dump
    files = files_of(folder)
    for key, wanted in manifest.files.items():
        yield files.place(key), wanted


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
