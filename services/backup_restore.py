"""`sourcingx restore`: a backup into a database that nobody uses.

The set is read to its last byte before anything is touched. Then the files are put in place, where nothing leads
to them yet, and the database becomes the backup in one transaction: psql gets a script that begins with BEGIN and
ends with COMMIT, so that whatever ends it early, kill -9 included, leaves the database as it was.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql as pgsql
from psycopg.rows import dict_row

import sql
from services import backup_set, db, erasure_replay, migrate, pg_tools, unprivileged
from services.backup import sentences, server_version
from services.backup_set import DUMP, Manifest
from services.config import Settings
from services.errors import BadInput, Conflict, NotFound, Unavailable
from services.pg_tools import Tools
from services.storage import Storage

# Jobs that read and write here alone: they begin again from their checkpoints. Any other kind may have called
# somebody outside, or been paid for, after the backup was made: a person looks first.
REPEATABLE = ("import", "dry_run", "export", "bulk", "undo", "restore", "filter", "find_duplicates",
              "erase")  # fmt: skip
UNDER_WAY = (
    "This was under way when the backup was made from which the database was restored. Try again goes on from there."
)
# Written in the transaction, before anybody can see the database. A list of erased people that is kept outside of
# the database is applied here once there is one: see docs/backup.md.
_SETTLING = ("end_sessions", "pass_versions", "put_down_runs", "record_restore")

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
    """What came back. migrated: files of migrations that the backup had not had."""

    manifest: Manifest
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
    with _files_in_place(stored, folder, manifest):
        _load(url, tools, folder, target, manifest)
    for key in set(target.files) - set(manifest.files):
        stored.delete(key)
    migrated = migrate.migrate(url, settings.database_url)
    erasure_replay.after_restore(settings)
    return Restored(manifest, migrated)


def _must_be_known(manifest: Manifest) -> None:
    ours = {number: name for number, name, _ in sql.migrations()}
    if any(ours.get(number) != name for number, name in manifest.migrations):
        raise BadInput(
            f"The backup was made by version {manifest.version}, whose schema this version does not know: "
            "install that version, or a newer one."
        )


def _examine(url: str) -> Target:
    version = server_version(url) // 10_000
    with sentences(), psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S, row_factory=dict_row) as conn:
        found, ours = db.one(conn, _Q.fetch_target), db.one(conn, _Q.migrated)
        assert found is not None and ours is not None
        if found["others"]:
            raise Conflict(
                f"{found['others']} connections to the database {found['name']} are open: stop the web server and "
                "the job worker, and try again. Nothing was changed."
            )
        if not ours["found"]:
            return Target(found["name"], version, found["has_tables"], found["has_tables"], ())
        anything = db.one(conn, _Q.fetch_anything)
        files = tuple(row["key"] for row in db.rows(conn, _Q.fetch_files))
        return Target(found["name"], version, True, bool(anything and anything["found"]), files)


@contextmanager
def _files_in_place(stored: Storage, folder: Path, manifest: Manifest) -> Iterator[None]:
    """The set's files under their keys; those that were not there go again when the block fails."""
    source, placed = backup_set.files_of(folder), list[str]()
    try:
        for key, wanted in manifest.files.items():
            if _is_there(stored, key, wanted.bytes) and backup_set.sum_of(stored.place(key)) == wanted:
                continue
            with stored.draft(key) as draft:
                shutil.copyfile(source.place(key), draft)
            placed.append(key)
        yield
    except BaseException:
        for key in placed:
            stored.delete(key)
        raise


def _is_there(stored: Storage, key: str, size: int) -> bool:
    try:
        return stored.size(key) == size
    except NotFound:
        return False


def _load(url: str, tools: Tools, folder: Path, target: Target, manifest: Manifest) -> None:
    """The transaction. Raises Unavailable or Conflict; nothing is changed then."""
    where, environ = pg_tools.reach(url)
    command = tools.command("psql", "--no-psqlrc", "--quiet", "--no-password", f"--dbname={where}")
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said) as psql,
    ):
        assert psql.stdin is not None
        try:
            _send(psql.stdin, [_Q.begin, *([_Q.empty] if target.has_tables else [])])
            _read_out(psql.stdin, tools, folder, said, "pre-data")
            _send(psql.stdin, [_Q.guard_transactions])
            _read_out(psql.stdin, tools, folder, said, "data", "post-data")
            _send(psql.stdin, [_Q.unguard_transactions, *_settling(folder, manifest), _Q.commit])
            psql.stdin.close()
        except BrokenPipeError:
            # It has ended at an error, and says which.
            _close(psql.stdin)
        except BaseException:
            psql.kill()
            _close(psql.stdin)
            raise
        if (code := psql.wait()) != 0:
            said.seek(0)
            raise pg_tools.failure(code, said.read().decode("utf-8", "replace"))


def _read_out(script: IO[bytes], tools: Tools, folder: Path, said: IO[bytes], *sections: str) -> None:
    """Parts of the dump as statements. Raises Unavailable where it cannot be read to its end."""
    wanted = [f"--section={section}" for section in sections]
    command = tools.command(
        "pg_restore", "--no-owner", "--no-privileges", *wanted, "--file=-", str(folder / DUMP)
    )  # fmt: skip
    with subprocess.Popen(command, env=unprivileged.ENVIRONMENT, stdout=subprocess.PIPE, stderr=said) as reader:
        assert reader.stdout is not None
        try:
            shutil.copyfileobj(reader.stdout, script, backup_set.CHUNK)
        except BaseException:
            reader.kill()
            raise
    if reader.returncode != 0:
        raise Unavailable("The dump could not be read to its end; nothing was changed. Use another backup.")


def _close(script: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        script.close()


def _settling(folder: Path, manifest: Manifest) -> list[str]:
    """What is done to the restored rows before anybody sees them."""
    detail = {"made_at": manifest.made_at, "version": manifest.version, **manifest.holds}
    given = {
        "repeatable": pgsql.Literal(list(REPEATABLE)), "reason": pgsql.Literal(UNDER_WAY),
        "subject": pgsql.Literal(folder.resolve().name), "detail": pgsql.Literal(json.dumps(detail)),
    }  # fmt: skip
    return [pgsql.SQL(getattr(_Q, name)).format(**given).as_string() for name in _SETTLING]


def _send(script: IO[bytes], parts: Sequence[str]) -> None:
    for part in parts:
        script.write(f"{part}\n".encode())
    script.flush()
