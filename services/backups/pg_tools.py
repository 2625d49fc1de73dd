"""PostgreSQL's own programs for dumps: which ones are used, how they are told where the database is, what they say.

They write files of a version of their own: a program reads what older ones wrote, and serves older servers,
never the other way round.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.errors import Conflict, ProductError, Unavailable
from services.servers import postgres_server, unprivileged

NAMES = ("pg_dump", "pg_restore", "psql")
CONNECT_S = 5
NO_ROOM = "There is no room left on the disk; nothing was kept. Make room and try again."

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
# By what they say, or by SQLSTATE where they were told to say no more.
_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "could not extend file", "53100")
_IN_USE = ("55P03", "40P01")
_REASONS = (
    (("SSL support is not compiled in",), "The programs found here speak no TLS, install postgresql-client"),
    (("password authentication failed", "no password supplied"), "Postgres does not take the password"),
    (("connection to server", "could not connect", "could not translate host"), "Postgres does not answer"),
    (
        ("permission denied", "must be owner", "42501"),
        "The role may not do this: give the tables' owner",
    ),
)


@dataclass(frozen=True)
class Tools:
    """A folder with all three programs, and their version (18 for 18.6)."""

    folder: Path
    version: int

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(self.folder / name), *arguments]


def find(at_least: int) -> Tools:
    """The programs for a server of this version: on PATH, where Debian puts them, of the embedded server.

    Raises Unavailable with what to install.
    """
    seen: list[int] = []
    for folder in _folders():
        version = _version(folder)
        if version is not None and version >= at_least:
            return Tools(folder, version)
        if version is not None:
            seen.append(version)
    there = f"only those of version {', '.join(map(str, seen))} are here" if seen else "none are here"
    raise Unavailable(
        f"PostgreSQL's programs {', '.join(NAMES)} of version {at_least} or newer are needed, and {there}: "
        f"install postgresql-client-{at_least}."
    )


def reach(url: str) -> tuple[str, dict[str, str]]:
    """(connection string, environment) for a program. The password is in the environment: command lines are
    seen by everybody on the machine."""
    given = {"connect_timeout": CONNECT_S, **conninfo_to_dict(url)}
    password = given.pop("password", None)
    environ = dict(unprivileged.ENVIRONMENT)
    if password is not None:
        environ["PGPASSWORD"] = str(password)
    return make_conninfo("", **given), environ


def run(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """Run a program to its end; what it printed. What it writes is for its owner alone.

    Raises Unavailable with the reason in a sentence, which tells nothing of the data.
    """
    try:
        done = subprocess.run(
            command, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            umask=0o077, check=False,
        )  # fmt: skip
    except OSError as error:
        raise Unavailable(f"{command[0]} cannot be started ({error.strerror}).") from error
    if done.returncode != 0:
        raise failure(done.returncode, done.stderr)
    return done.stdout


def failure(code: int, said: str) -> ProductError:
    """Why a program ended with this code."""
    if code == -signal.SIGXFSZ or any(sign in said for sign in _FULL):
        return Unavailable(NO_ROOM)
    if any(sign in said for sign in _IN_USE):
        return Conflict("Somebody uses the database: stop the web server and the job worker, and try again.")
    if code < 0:
        return Unavailable(f"A program of PostgreSQL was ended by signal {-code}; nothing was kept.")
    for signs, reason in _REASONS:
        if any(sign in said for sign in signs):
            return Unavailable(f"{reason} (DATABASE_OWNER_URL, or DATABASE_URL where that is not set).")
    return Unavailable(f"PostgreSQL says: {_first_error(said)}")


def _first_error(said: str) -> str:
    """The first line that tells of an error; DETAIL and CONTEXT, which quote rows, are left out."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if "error:" in line.lower()), lines[0] if lines else "nothing")[:300]


def _folders() -> Iterator[Path]:
    """The embedded server's come last: they speak no TLS."""
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
    with suppress(Unavailable):
        yield postgres_server.installed() / "bin"


def _version(folder: Path) -> int | None:
    """The lowest version of the three; None when one of them is missing or does not start."""
    found = []
    for name in NAMES:
        try:
            done = subprocess.run(
                [str(folder / name), "--version"], env=dict(unprivileged.ENVIRONMENT), capture_output=True, text=True,
                timeout=20, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return None
        said = _VERSION.search(done.stdout)
        if done.returncode != 0 or said is None:
            return None
        found.append(int(said[1]))
    return min(found)
