"""`sourcingx backup`: the database and the files its rows speak of, as they were in one moment, beside a running
product.

One snapshot of the database is what is dumped, what names the files, and what is counted. Files are written once
and never changed, so a file is of that moment as soon as it is there at all: each gets a second name right after
the snapshot, and what is deleted from then on stays until it is copied.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

import sql
from services import db, storage
from services.backups import backup_set, pg_tools
from services.backups.backup_set import DUMP, FILES, Manifest, Named, Sum
from services.backups.pg_tools import Tools
from services.config import Settings
from services.errors import Conflict, ProductError, Unavailable
from services.servers import home as homes
from services.servers.home import private
from services.storage import Storage

# Between the snapshot and the second names lie milliseconds; what is deleted just then, or was a moment before its
# row, is gone, and the next moment knows nothing of it.
TRIES = 5

_Q = sql.queries("backup")


@dataclass(frozen=True)
class Moment:
    """What one snapshot of the database says. files: by key. idle: extensions that nothing of ours needs."""

    snapshot: str
    postgres: int
    migrations: list[tuple[int, str]]
    holds: dict[str, int]
    files: dict[str, Named]
    idle: list[str]


def make(settings: Settings, folder: Path, version: str) -> tuple[Path, Manifest]:
    """A new set within folder: (its path, what is in it), read again before it gets its name.

    Whatever ends this early leaves no set. settings: with the owner's URL. Raises Unavailable with what to do.
    """
    _must_be_ours(settings.database_owner_url)
    tools = pg_tools.find(server_version(settings.database_owner_url) // 10_000)
    with homes.locked(settings.home / "backup.lock"), _draft(folder) as (draft, made_at):
        manifest = _fill(settings, draft, tools, made_at, version)
        manifest.write(draft)
        if backup_set.verify(draft, tools) != manifest:
            raise Unavailable("The backup could not be read again as it was written; nothing was kept.")
        # Told first: there is no backup of which the log knows nothing.
        _audit(settings.database_owner_url, _name(made_at), manifest)
        return _publish(draft, folder), manifest


def _fill(settings: Settings, draft: Path, tools: Tools, made_at: datetime, version: str) -> Manifest:
    stored = Storage.of(settings)
    for last in (*[False] * (TRIES - 1), True):
        with sentences(), _moment(settings.database_owner_url) as moment, stored.held(moment.files) as (held, missing):
            if missing and not last:
                continue
            _dump(settings.database_owner_url, tools, draft / DUMP, moment)
            sums = {key: _copy(held, key, draft) for key in moment.files if key not in missing}
        lost = [moment.files[key].lost(damaged=False) for key in sorted(missing)]
        lost += [moment.files[key].lost(damaged=True) for key, sum in sums.items() if not moment.files[key].fits(sum)]
        return Manifest(
            made_at=made_at.isoformat(timespec="seconds"), version=version, postgres=moment.postgres,
            tools=tools.version, migrations=moment.migrations, holds=moment.holds,
            dump=backup_set.sum_of(draft / DUMP), files=sums, lost=lost,
        )  # fmt: skip
    raise AssertionError("the last try returns")


def _audit(url: str, name: str, manifest: Manifest) -> None:
    detail = {"bytes": manifest.bytes, "files": len(manifest.files), **manifest.holds}
    with sentences(), psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S) as conn:
        conn.execute(_Q.insert_audit, {"action": "database.backup", "subject": name, "detail": Jsonb(detail)})


def server_version(url: str) -> int:
    with sentences(), psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S) as conn:
        row = conn.execute(_Q.server_version).fetchone()
    return int(row[0]) if row else 0


def _must_be_ours(url: str) -> None:
    with sentences(), psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S) as conn:
        row = conn.execute(_Q.migrated).fetchone()
    if row is None or not row[0]:
        raise Conflict("There is nothing to back up: this database has none of SourcingX's tables.")


@contextmanager
def _moment(url: str) -> Iterator[Moment]:
    """One snapshot, for as long as the block lasts; migrations wait."""
    # Nothing that a server or a role has as its default for idle sessions may end it.
    awake = "-c idle_in_transaction_session_timeout=0"
    with (
        psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S, options=awake) as gate,
        psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S, options=awake, row_factory=dict_row) as conn,
    ):
        gate.execute(_Q.hold_migrations)
        conn.isolation_level, conn.read_only = IsolationLevel.REPEATABLE_READ, True
        counted, snapshot, version = (
            db.one(conn, query) for query in (_Q.count_holdings, _Q.export_snapshot, _Q.server_version)
        )
        assert counted is not None and snapshot is not None and version is not None
        yield Moment(
            snapshot["snapshot"],
            version["version"],
            [(row["number"], row["name"]) for row in db.rows(conn, _Q.fetch_migrations)],
            dict(counted),
            {row["key"]: Named(**row) for row in db.rows(conn, _Q.fetch_files)},
            [row["name"] for row in db.rows(conn, _Q.fetch_idle_extensions)],
        )


def _dump(url: str, tools: Tools, path: Path, moment: Moment) -> None:
    target, environ = pg_tools.reach(url)
    pg_tools.run(
        tools.command(
            "pg_dump",
            "--format=custom", f"--snapshot={moment.snapshot}", "--no-owner", "--no-privileges", "--no-comments",
            *(f"--exclude-extension={name}" for name in moment.idle), f"--file={path}", f"--dbname={target}",
        ), environ,
    )  # fmt: skip


def _copy(held: Storage, key: str, draft: Path) -> Sum:
    """A file into the set, as it is read; the set is compared with it afterwards."""
    files = backup_set.files_of(draft)
    source = held.place(key)
    target = files.place(key)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = backup_set.sum_of(source)
    with source.open("rb") as old, open(target, "wb", opener=private) as new:
        shutil.copyfileobj(old, new, backup_set.CHUNK)
        os.fsync(new.fileno())
    return found


@contextmanager
def _draft(folder: Path) -> Iterator[tuple[Path, datetime]]:
    """A folder for what is not a set yet, gone in the end unless it was published; and when it was begun.

    One at a time in a folder. Raises Conflict.
    """
    made_at = datetime.now(UTC)
    draft = folder / f".{_name(made_at)}.part"
    with sentences():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with sentences(), open(folder / ".lock", "a", encoding="ascii", opener=private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"Another backup is being written into {folder}.") from error
        if (folder / _name(made_at)).exists():
            raise Conflict("There is a backup of this second already; try again.")
        try:
            # What backups left that were killed; the system took their locks off.
            for left in folder.glob(".sourcingx-*.part"):
                shutil.rmtree(left)
            draft.mkdir(mode=0o700)
            (draft / FILES).mkdir(mode=0o700)
            yield draft, made_at
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _publish(draft: Path, folder: Path) -> Path:
    """The set under its name: all of it, and from now on."""
    with sentences():
        path = folder / draft.name.removeprefix(".").removesuffix(".part")
        draft.rename(path)
        for place in (path, folder):
            handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    return path


def _name(made_at: datetime) -> str:
    return f"sourcingx-{made_at:%Y%m%dT%H%M%SZ}"


@contextmanager
def sentences() -> Iterator[None]:
    """Errors as sentences that say what to do."""
    try:
        yield
    except ProductError:
        raise
    except psycopg.OperationalError as error:
        raise pg_tools.failure(1, str(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise Unavailable("Only the owner's role may do this: set DATABASE_OWNER_URL.") from error
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> ProductError:
    if error.errno in storage.FULL:
        return Unavailable(pg_tools.NO_ROOM)
    return Unavailable(f"{error.filename or 'The folder of backups'} cannot be written ({error.strerror}).")
