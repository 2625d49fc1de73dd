"""`sourcingx restore`: a backup into a database that nobody uses.

The set is read to its last byte before anything is touched. Then the files are put in place, where nothing leads
to them yet (restore_files), and the database becomes the backup in one transaction (restore_load). What nothing
speaks of any more goes at the very end.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql as pgsql
from psycopg.rows import DictRow, dict_row

import sql
from services import db
from services.backups import backup_set, pg_tools, restore_files
from services.backups.backup import sentences
from services.backups.backup_set import Lost, Manifest, Named
from services.backups.restore_load import Load
from services.config import Settings
from services.errors import BadInput, Conflict, ProductError, Unavailable
from services.privacy import erasure_replay
from services.servers import migrate
from services.storage import Storage

# Jobs that read and write here alone: they begin again from their checkpoints. Any other kind may have called
# somebody outside, or been paid for, after the backup was made: a person looks first.
REPEATABLE = ("import", "dry_run", "export", "bulk", "undo", "restore", "filter", "find_duplicates",
              "erase", "purge", "embed")  # fmt: skip
UNDER_WAY = (
    "This was under way when the backup was made from which the database was restored. Try again goes on from there."
)
# Written in the transaction, before anybody can see the database. A list of erased people that is kept outside of
# the database is applied here once there is one: see docs/backup.md.
_SETTLING = ("end_sessions", "pass_versions", "put_down_runs", "record_restore")
# Whoever has just closed a connection is still counted for a moment.
CLOSING_S = 5.0
_AGAIN_S = 0.1

_Q = sql.queries("backup")


@dataclass(frozen=True)
class Target:
    """The database that a backup goes to. used: it holds something that people made, or tables of others."""

    name: str
    version: int
    has_tables: bool
    used: bool
    files: tuple[str, ...]


@dataclass(frozen=True)
class Restored:
    """What came back. lost: files that rows speak of and that are not whole; migrated: files of migrations that the
    backup had not had."""

    manifest: Manifest
    lost: list[Lost]
    migrated: list[str]


def restore(settings: Settings, folder: Path, *, replacing: str = "") -> Restored:
    """Make a database and its files what they were. settings: with all URLs.

    replacing: the name of a database whose content may go; "" takes an empty one only. Raises BadInput for a set
    that is damaged, newer than this version or than the server, Conflict for a database that is used, Unavailable.
    """
    manifest = backup_set.read(folder)
    _must_be_known(manifest)
    url = settings.database_owner_url
    target = _examine(url)
    if manifest.postgres // 10_000 > target.version:
        raise BadInput(f"The backup is of PostgreSQL {manifest.postgres // 10_000}, the server of {target.version}.")
    if target.used and replacing != target.name:
        raise Conflict(
            f"The database {target.name} is not empty; nothing was changed. "
            f"To replace all that is in it: --force {target.name}."
        )
    tools = pg_tools.find(max(target.version, manifest.tools))
    backup_set.verify(folder, tools)
    stored = Storage.of(settings)
    load = Load(url, tools, folder, target.has_tables, _settling(folder, manifest))
    with restore_files.in_place(stored, backup_set.files_of(folder), manifest):
        load.run()
    return _finish(settings, stored, manifest, target)


def _finish(settings: Settings, stored: Storage, manifest: Manifest, target: Target) -> Restored:
    """What is left to do once the database is the backup. Raises Unavailable, which says so."""
    try:
        with (
            sentences(),
            psycopg.connect(
                settings.database_owner_url, connect_timeout=pg_tools.CONNECT_S, row_factory=dict_row
            ) as conn,
        ):
            named = [Named(**row) for row in db.rows(conn, _Q.fetch_files)]
        for key in set(target.files) - {row.key for row in named}:
            stored.delete(key)
        lost = {file.key: file for file in manifest.lost}
        still = [
            row.lost(damaged=stored.place(row.key).is_file())
            for row in named
            if row.key in lost and not restore_files.is_whole(stored, row)
        ]
        migrated = migrate.migrate(settings.database_owner_url, settings.database_url)
        erasure_replay.after_restore(settings)
        return Restored(manifest, still, migrated)
    except (ProductError, OSError) as error:
        reason = error.message if isinstance(error, ProductError) else f"{error.filename}: {error.strerror}."
        raise Unavailable(
            f"The database is the backup, but this was not finished: {reason} Then run sourcingx migrate."
        ) from error


def _must_be_known(manifest: Manifest) -> None:
    ours = {number: name for number, name, _ in sql.migrations()}
    if any(ours.get(number) != name for number, name in manifest.migrations):
        raise BadInput(
            f"The backup was made by version {manifest.version}, whose schema this version does not know: "
            "install that version, or a newer one."
        )


def _examine(url: str) -> Target:
    # Each statement by itself: within a transaction the server goes on naming connections that are gone.
    with (
        sentences(),
        psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S, row_factory=dict_row, autocommit=True) as conn,
    ):
        name, has_tables = _alone(conn)
        version, ours = db.one(conn, _Q.server_version), db.one(conn, _Q.migrated)
        assert version is not None and ours is not None
        major = int(version["version"]) // 10_000
        if not ours["found"]:
            return Target(name, major, has_tables, has_tables, ())
        anything = db.one(conn, _Q.fetch_anything)
        files = tuple(row["key"] for row in db.rows(conn, _Q.fetch_files))
        return Target(name, major, True, bool(anything and anything["found"]), files)


def _alone(conn: psycopg.Connection[DictRow]) -> tuple[str, bool]:
    """(name, whether it has tables) of a database with which nobody else is connected. Raises Conflict."""
    until = time.monotonic() + CLOSING_S
    while True:
        found = db.one(conn, _Q.fetch_target)
        assert found is not None
        if not found["others"]:
            return str(found["name"]), bool(found["has_tables"])
        if time.monotonic() > until:
            raise Conflict(
                f"{found['others']} connections to the database {found['name']} are open: stop the web server and "
                "the job worker, and try again. Nothing was changed."
            )
        threading.Event().wait(_AGAIN_S)


def _settling(folder: Path, manifest: Manifest) -> list[str]:
    """What is done to the restored rows before anybody sees them."""
    detail = {"made_at": manifest.made_at, "version": manifest.version, **manifest.holds}
    given = {
        "repeatable": pgsql.Literal(list(REPEATABLE)), "reason": pgsql.Literal(UNDER_WAY),
        "subject": pgsql.Literal(folder.resolve().name), "detail": pgsql.Literal(json.dumps(detail)),
    }  # fmt: skip
    return [pgsql.SQL(getattr(_Q, name)).format(**given).as_string() for name in _SETTLING]
