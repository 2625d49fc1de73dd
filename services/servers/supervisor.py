"""`sourcingx run`: servers, gunicorn and a job worker under one process manager."""

from __future__ import annotations

import http.client
import ipaddress
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace

from services import ROOT
from services.access.bootstrap import admin_login_token
from services.config import Settings, serving_environ
from services.errors import BadInput, Unavailable
from services.runtime import Runtime
from services.servers import children, connections, home, migrate, run_state
from services.servers.children import Child
from services.servers.servers import Servers, attached

READY_S = 90.0
# gunicorn lets requests finish for 30 s, the worker its jobs for 25 s.
STOP_S = 35.0
TICK_S = 0.25
HOUSEKEEPING_S = 5.0
# glibc, for long-running threads: one arena instead of eight a core, and what is large (a list of ids, a page)
# goes back to the system when it is freed. By itself it would keep the more of it, the larger the largest was.
_ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}

Prepare = Callable[[Settings], tuple[Settings, Sequence[Child]]]


def run(settings: Settings, *, prepare: Prepare | None = None) -> int:
    """Run until SIGINT or SIGTERM; returns the exit code.

    `prepare` is called with a migrated database before anything is served; it may change
    settings and add children (the demo's stub servers). Raises BadInput (address, or more
    connections than Postgres gives), Conflict (already running) or Unavailable (a server or the web does not start).
    """
    ready = home.prepare(settings)
    with _stop_requested() as stop, run_state.only_one(ready.home):
        run_state.end_leftovers(ready.home)
        with closing(_listen(ready)) as listener, attached(ready) as (ready, servers):
            ready = replace(ready, port=listener.getsockname()[1])
            migrate.migrate(ready.database_owner_url, ready.database_url)
            connections.must_fit(ready)
            ready, extra = prepare(ready) if prepare else (ready, ())
            _Manager(ready, servers, stop, [*extra, *_our_children(ready, servers, listener)]).serve()
    return 0


class _Manager:
    """The children of one run, from their start to their end."""

    def __init__(
        self, settings: Settings, servers: Servers | None, stop: threading.Event, family: Sequence[Child]
    ) -> None:
        self._settings, self._servers, self._stop, self._family = settings, servers, stop, family
        self._next_check = 0.0

    def serve(self) -> None:
        try:
            for child in self._family:
                children.turn_over(child.log)
                child.start()
            self._save()
            if self._wait_until_ready():
                sys.stdout.write(f"SourcingX is ready: {self._link()}\n")
                sys.stdout.flush()
            while not self._stop.wait(TICK_S):
                self._look_after()
        finally:
            for child in self._family:
                child.ask_to_end()
            deadline = time.monotonic() + STOP_S
            for child in self._family:
                child.make_sure_it_ended(max(0.1, deadline - time.monotonic()))
            run_state.forget(self._settings.home)

    def _wait_until_ready(self) -> bool:
        """True once /readyz says so; False when asked to stop before. Raises Unavailable."""
        deadline = time.monotonic() + READY_S
        web = next(child for child in self._family if child.name == "web")
        while not self._stop.wait(0.05):
            if _is_ready(self._settings):
                return True
            if web.exit_code is not None:
                raise Unavailable(f"The web server did not start; its log {web.log} ends:\n{children.tail(web.log)}")
            if time.monotonic() > deadline:
                raise Unavailable(f"Not ready after {READY_S:.0f} s; see the logs in {self._settings.home / 'logs'}.")
            self._look_after()
        return False

    def _look_after(self) -> None:
        if any([child.restart_if_due() for child in self._family]):
            self._save()
        if time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + HOUSEKEEPING_S
        for log in (self._settings.home / "logs").glob("*.log"):
            children.turn_over(log)
        if self._servers is not None and None in self._servers.processes().values():
            try:
                self._servers.restart_missing()
            except Unavailable as error:
                # Tried again at the next check; until then pages say that the database does not answer.
                sys.stderr.write(f"sourcingx: {error.message}\n")

    def _save(self) -> None:
        alive = {child.name: found for child in self._family if (found := child.identity) is not None}
        state = run_state.RunState(run_state.me(), base_url(self._settings), self._settings.port, alive)
        run_state.save(self._settings.home, state)

    def _link(self) -> str:
        rt = Runtime(self._settings)
        rt.open()
        try:
            embedded = self._servers is not None and self._servers.postgres is not None
            token = admin_login_token(rt, always=embedded)
        finally:
            rt.close()
        return base_url(self._settings) + (f"/login/{token}" if token else "/")


def base_url(settings: Settings) -> str:
    """Where this machine's browser finds the product."""
    host = settings.host
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.is_unspecified:
            # Listening everywhere includes here.
            host = "::1" if address.version == 6 else "127.0.0.1"
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def web_command(bind: str | None = None) -> list[str]:
    """gunicorn with our configuration file; bind replaces HOST and PORT."""
    configuration = str(ROOT / "gunicorn.conf.py")
    command = [sys.executable, "-m", "gunicorn", "-c", configuration]
    return [*command, *(["--bind", bind] if bind else []), "app:create_wsgi()"]


def web_environ(settings: Settings) -> dict[str, str]:
    """gunicorn's environment. What an admin has set of it counts more."""
    return {**_ALLOCATOR, **serving_environ(settings)}


def _our_children(settings: Settings, servers: Servers | None, listener: socket.socket) -> list[Child]:
    environ, logs = serving_environ(settings), settings.home / "logs"
    # They hold the lock that says "in use": after a kill -9 of this process the servers stay for them.
    use = (servers.use_fd,) if servers else ()
    # The manager holds the listening socket: while gunicorn restarts, browsers wait instead of failing.
    web = web_command(f"fd://{listener.fileno()}")
    worker = [sys.executable, "-m", "services.commands.cli", "worker"]
    return [
        Child("web", web, web_environ(settings), logs / "web.log", (listener.fileno(), *use)),
        Child("worker", worker, environ, logs / "worker.log", use),
    ]


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=settings.web_backlog)
        # Connections inherit it: a short answer must not wait for the browser's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        where = f"HOST={settings.host} PORT={settings.port}"
        raise BadInput(f"{where} cannot be listened on ({error.strerror}): set another one.") from error


def _is_ready(settings: Settings) -> bool:
    """Whether the web answers and a job worker has shown up. The body decides: unknown paths answer 200 too."""
    host = base_url(settings).removeprefix("http://").rsplit(":", 1)[0]
    with closing(http.client.HTTPConnection(host, settings.port, timeout=5)) as connection:
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            body = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
    return response.status == 200 and isinstance(body, dict) and "postgres" in body and bool(body.get("worker"))


@contextmanager
def _stop_requested() -> Iterator[threading.Event]:
    """An event that SIGINT, SIGTERM and a closed terminal set, so that no step is cut short."""
    stop = threading.Event()
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(name, lambda *_: stop.set()) for name in names]
    try:
        yield stop
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)
