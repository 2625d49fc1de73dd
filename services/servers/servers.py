"""Embedded PostgreSQL and Valkey: real servers for one SOURCINGX_HOME, used where no URL is set.

Whoever needs them attaches: what runs is adopted, what does not is started. They stop with
the last one that releases them. Two locks carry this, and the system frees both when a
process dies: `servers.lock` (exclusive) while starting or stopping, `servers.use` (shared)
for as long as someone uses them.

Data is under home; the sockets are in a short folder that only its owner may enter (a socket's
path has at most 107 bytes), and neither server listens on the network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from services.config import Settings
from services.errors import Unavailable
from services.servers import home as homes
from services.servers import unprivileged
from services.servers.postgres_server import APP_ROLE, DATABASE, OWNER, SUPERUSER, PostgresServer
from services.servers.processes import ProcessId
from services.servers.valkey_server import ValkeyServer

_LONGEST_SOCKET = 107


@dataclass(frozen=True)
class ServerUrls:
    """Where the servers are, "" for one that is not embedded. The superuser's is never the app's."""

    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""
    superuser_url: str = ""


class Servers:
    """The embedded servers of one home. `durable=False` is for data that a crash may take."""

    def __init__(self, home: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True) -> None:
        self._home = home
        self._use: int | None = None
        sockets, logs = _socket_folder(home), home / "logs"
        data = home / "postgres"
        self.postgres = PostgresServer(data, sockets, logs / "postgres.log", durable) if postgres else None
        self.valkey = ValkeyServer(home / "valkey", sockets, logs / "valkey.log") if valkey else None
        self._sockets = sockets

    @property
    def urls(self) -> ServerUrls:
        urls = ServerUrls(redis_url=self.valkey.url if self.valkey else "")
        if self.postgres is None:
            return urls
        return replace(
            urls,
            database_url=self.postgres.url(APP_ROLE, DATABASE),
            database_owner_url=self.postgres.url(OWNER, DATABASE),
            superuser_url=self.postgres.url(SUPERUSER, "postgres"),
        )

    @property
    def use_fd(self) -> int:
        """Handed to child processes, so that the servers stay while one of them lives."""
        if self._use is None:
            raise RuntimeError("attach() was not called")
        return self._use

    def attach(self) -> ServerUrls:
        """Adopt or start the servers and count as a user of them. Raises Unavailable."""
        with self._locked():
            if self._use is None:
                self._use = os.open(self._home / "servers.use", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._use, fcntl.LOCK_SH)
            try:
                self._start()
            except BaseException:
                self._leave()
                raise
        return self.urls

    def restart_missing(self) -> None:
        """Start again what has ended since attach(). Raises Unavailable."""
        with self._locked():
            self._start()

    def release(self) -> None:
        """No longer a user; the last one stops the servers."""
        if self._use is not None:
            with self._locked():
                self._leave()

    def processes(self) -> dict[str, ProcessId | None]:
        """What runs now: name → process; only servers that are embedded."""
        found: dict[str, ProcessId | None] = {}
        if self.postgres:
            found["postgres"] = self.postgres.process()
        if self.valkey:
            found["valkey"] = self.valkey.process()
        return found

    @contextmanager
    def _locked(self) -> Iterator[None]:
        (self._home / "logs").mkdir(mode=0o700, parents=True, exist_ok=True)
        with homes.locked(self._home / "servers.lock"):
            yield

    def _start(self) -> None:
        who = unprivileged.account()
        _keep_private(self._sockets, who)
        unprivileged.let_through(self._home, who)
        if self.valkey:
            self.valkey.start()
        if self.postgres:
            self.postgres.start()

    def _leave(self) -> None:
        use, self._use = self._use, None
        if use is None:
            return
        try:
            # Exclusive = nobody else holds it, our own children included.
            fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            if self.valkey:
                self.valkey.stop()
            if self.postgres:
                self.postgres.stop()
            # Nothing is in it any more; else one would stay for every home that there ever was.
            with suppress(OSError):
                self._sockets.rmdir()
        finally:
            os.close(use)


@contextmanager
def attached(settings: Settings, *, durable: bool = True) -> Iterator[tuple[Settings, Servers | None]]:
    """Settings with every URL and SECRET_KEY filled in, and the embedded servers if any are used.

    Raises Unavailable when home cannot be written or a server does not start.
    """
    ready = homes.prepare(settings)
    servers = None
    if not (ready.database_url and ready.redis_url):
        servers = Servers(ready.home, postgres=not ready.database_url, valkey=not ready.redis_url, durable=durable)
    try:
        if servers is not None:
            ready = _with_urls(ready, servers.attach())
        yield _with_defaults(ready), servers
    finally:
        if servers is not None:
            servers.release()


def _with_urls(settings: Settings, urls: ServerUrls) -> Settings:
    ready = replace(settings, redis_url=settings.redis_url or urls.redis_url)
    if settings.database_url:
        return ready
    return replace(
        ready,
        database_url=urls.database_url,
        database_owner_url=urls.database_owner_url,
        database_direct_url=urls.database_url,
    )


def _with_defaults(settings: Settings) -> Settings:
    return replace(
        settings,
        database_owner_url=settings.database_owner_url or settings.database_url,
        database_direct_url=settings.database_direct_url or settings.database_url,
    )


def _socket_folder(home: Path) -> Path:
    """One short folder a home; every process of the home finds the same one."""
    name = "sourcingx-" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / name
    if len(str(folder / ".s.PGSQL.5432.lock")) > _LONGEST_SOCKET:
        return Path("/tmp") / name  # nosec B108 # entered only when it is ours, see _keep_private
    return folder


def _keep_private(folder: Path, who: unprivileged.Account | None) -> None:
    """Make the socket folder ours alone. Raises Unavailable when someone else made it before us."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid not in {os.geteuid(), who.uid if who else os.geteuid()}:
        raise Unavailable(f"{folder} belongs to someone else: remove it and start again.")
    unprivileged.own_folder(folder, who)
