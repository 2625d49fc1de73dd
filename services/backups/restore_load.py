"""A dump into a database in one transaction, and what became of it.

psql gets a script that begins with BEGIN. It says when it has done all of it, and only then it is told to commit:
what ends us or it before that, kill -9 included, leaves the database as it was. From then on the database is asked
what happened, since neither the program's end nor ours tells that.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg

import sql
from services.backups import backup_set, pg_tools, restore_contents
from services.backups.backup_set import DUMP
from services.backups.pg_tools import Tools
from services.errors import ProductError, Unavailable
from services.servers import unprivileged

# A server that went down at the commit is given this long to say, once it is back, what came of it.
ASK_S = 60.0
_AGAIN_S = 0.5
_READY = b"ready "

_Q = sql.queries("backup")


class Undecided(Unavailable):
    """The database was told to commit, and cannot be asked whether it did. Nothing may be cleaned up."""

    def __init__(self) -> None:
        super().__init__(
            "Postgres went away while it finished the restore, so it is not known whether the database is the backup. "
            "The files are in place. When Postgres is back: if the backup's data is there, run sourcingx migrate; "
            "if not, restore again."
        )


@dataclass(frozen=True)
class Load:
    """What is loaded whereto. empty: what is in the database goes first; settling: statements for the loaded rows."""

    url: str
    tools: Tools
    folder: Path
    empty: bool
    settling: Sequence[str]

    def run(self) -> None:
        """Raises Unavailable or Conflict; nothing is changed then, but for Undecided."""
        with tempfile.TemporaryFile() as said, self._contents() as chosen, self._psql(said) as psql:
            transaction = self._prepare(psql, said, chosen)
            failure: BaseException
            try:
                code = _commit(psql)
                if code == 0:
                    return
                failure = _failure(code, said)
            except BaseException as error:
                psql.kill()
                failure = error
            # Too late to be stopped, where it did: then all goes on as if nothing had happened.
            if not self._committed(transaction):
                raise failure

    @contextmanager
    def _contents(self) -> Iterator[list[str]]:
        """What pg_restore is told of the parts to load: nothing where all can be."""
        if restore_contents.takes_vectors(self.url):
            yield []
            return
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".list") as file:
            file.write(restore_contents.without_vectors(self.tools, self.folder / DUMP))
            file.flush()
            yield [f"--use-list={file.name}"]

    @contextmanager
    def _psql(self, said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        where, environ = pg_tools.reach(self.url)
        command = self.tools.command("psql", "--no-psqlrc", "--quiet", "--no-password", f"--dbname={where}")
        with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as psql:
            try:
                yield psql
            finally:
                assert psql.stdin is not None
                with suppress(BrokenPipeError):
                    psql.stdin.close()

    def _prepare(self, psql: subprocess.Popen[bytes], said: IO[bytes], chosen: list[str]) -> str:
        """Everything but the commit; the transaction's number, once psql says that all of it is done."""
        assert psql.stdin is not None and psql.stdout is not None
        try:
            with suppress(BrokenPipeError):
                # It has ended at an error, and says which.
                self._write(psql.stdin, said, chosen)
            answer = psql.stdout.readline()
            if not answer.startswith(_READY):
                raise _failure(psql.wait(), said)
        except BaseException:
            psql.kill()
            raise
        return answer.removeprefix(_READY).decode("ascii").strip()

    def _write(self, script: IO[bytes], said: IO[bytes], chosen: list[str]) -> None:
        _send(script, _Q.begin, *([_Q.empty] if self.empty else []))
        self._read_out(script, said, chosen, "pre-data")
        _send(script, _Q.guard_transactions)
        self._read_out(script, said, chosen, "data", "post-data")
        _send(script, _Q.unguard_transactions, *self.settling, _Q.say_ready)

    def _read_out(self, script: IO[bytes], said: IO[bytes], chosen: list[str], *sections: str) -> None:
        """Parts of the dump as statements. Raises Unavailable where it cannot be read to its end."""
        wanted = [f"--section={section}" for section in sections]
        command = self.tools.command(
            "pg_restore", "--no-owner", "--no-privileges", *chosen, *wanted, "--file=-", str(self.folder / DUMP)
        )
        with subprocess.Popen(command, env=unprivileged.ENVIRONMENT, stdout=subprocess.PIPE, stderr=said) as reader:
            assert reader.stdout is not None
            try:
                shutil.copyfileobj(reader.stdout, script, backup_set.CHUNK)
            except BaseException:
                reader.kill()
                raise
        if reader.returncode != 0:
            raise Unavailable("The dump could not be read to its end; nothing was changed. Use another backup.")

    def _committed(self, transaction: str) -> bool:
        """What the database says, once the transaction is over. Raises Undecided."""
        until = time.monotonic() + ASK_S
        while True:
            try:
                with psycopg.connect(self.url, connect_timeout=pg_tools.CONNECT_S) as conn:
                    # It holds the lock of migrations to its end.
                    conn.execute(_Q.wait_for_restore)
                    row = conn.execute(_Q.fetch_outcome, {"transaction": transaction}).fetchone()
                return row is not None and row[0] == "committed"
            except psycopg.errors.InvalidParameterValue:
                # A server that came back without it knows no such number.
                return False
            except psycopg.Error as error:
                if time.monotonic() > until:
                    raise Undecided() from error
            except BaseException as error:
                raise Undecided() from error
            threading.Event().wait(_AGAIN_S)


def _commit(psql: subprocess.Popen[bytes]) -> int:
    """Say so, and wait for the program's end: its exit code."""
    assert psql.stdin is not None
    with suppress(BrokenPipeError):
        _send(psql.stdin, _Q.commit)
        psql.stdin.close()
    return psql.wait()


def _send(script: IO[bytes], *parts: str) -> None:
    for part in parts:
        script.write(f"{part}\n".encode())
    script.flush()


def _failure(code: int, said: IO[bytes]) -> ProductError:
    said.seek(0)
    return pg_tools.failure(code, said.read().decode("utf-8", "replace"))
