"""A gunicorn as `sourcingx web` starts it, and people who are signed in to it and speak as the browser does."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
import urllib3

from services.access import identity
from services.config import Settings
from services.runtime import Runtime

# Component (an id, or the mapping of a pattern), property, value.
Prop = tuple[Any, str, Any]
READY_S = 60.0
TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Web:
    """A web server that answers. pid: gunicorn's master."""

    url: str
    pid: int

    def workers(self) -> set[int]:
        """The process ids of those that answer requests."""
        return {child.pid for child in psutil.Process(self.pid).children()}

    def renew(self) -> None:
        """New workers in place of all; the old ones finish what they have."""
        psutil.Process(self.pid).send_signal(signal.SIGHUP)


class Refused(Exception):
    """An answer that is none: its status, and its text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"status {status}: {text[:200]}")
        self.status, self.text = status, text


@dataclass
class Session:
    """One signed-in person over HTTP. Calls are the ones that the page makes.

    http: for everything but callbacks. Those go through a bare pool of connections: what the generator of
    a load spends on a call, the server next to it does not have.
    """

    url: str
    http: requests.Session
    csrf: str
    _pool: urllib3.HTTPConnectionPool | None = field(default=None, init=False, repr=False)

    def at(self, web: Web) -> Session:
        """The same sign-in at another web server: any of them answers."""
        return Session(web.url, self.http, self.csrf)

    def call(self, output: str, inputs: Sequence[Prop], state: Sequence[Prop | list[Prop]] = ()) -> bytes:
        """The answer of a callback, unread. output: its id in the app's map of callbacks. A list in state: of ALL.

        Raises Refused for any status but 200 and 204, urllib3's errors where there is no answer.
        """
        first = inputs[0]
        key = first[0] if isinstance(first[0], str) else json.dumps(first[0], sort_keys=True, separators=(",", ":"))
        body = {
            "output": output,
            "outputs": _outputs(output, first[0]),
            "inputs": [_prop(*one) for one in inputs],
            "changedPropIds": [f"{key}.{first[1]}"],
            "state": [[_prop(*each) for each in one] if isinstance(one, list) else _prop(*one) for one in state],
        }
        answer = self._send(json.dumps(body))
        if answer.status not in (200, 204):
            raise Refused(answer.status, answer.data.decode())
        return bytes(answer.data)

    def _send(self, body: str) -> urllib3.BaseHTTPResponse:
        """As browsers do: where a kept connection had been closed by the server just then, once more on a new one."""
        pool, call = self._connections(), ("POST", "/_dash-update-component", body, self._headers())
        opened = pool.num_connections
        try:
            return pool.urlopen(*call, retries=False, timeout=TIMEOUT_S)
        except urllib3.exceptions.ProtocolError:
            if pool.num_connections > opened:
                raise
        return pool.urlopen(*call, retries=False, timeout=TIMEOUT_S)

    def block(self, search_id: str, start: int, **view: Any) -> bytes:
        """One block of 100 rows through the grid's own callback, as it came."""
        page = _page(search_id, view)
        sort = page.pop("sort", [])
        request = {"startRow": start, "endRow": start + 100, "sortModel": sort, "filterModel": page.pop("filters", {})}
        asked = ("candidate-grid", "getRowsRequest", request)
        return self.call("candidate-grid.getRowsResponse", [asked], [("grid-view", "data", page)])

    def rows(self, search_id: str, start: int, **view: Any) -> dict[str, Any]:
        """One block of 100 rows, {rowData, rowCount, meta}. Raises RuntimeError where it says that it failed."""
        return read_rows(self.block(search_id, start, **view))

    def count(self, search_id: str, **view: Any) -> int:
        """The exact number of people in a view, as the page asks for it after the first rows."""
        page = _page(search_id, view)
        page["f"] = page.pop("filters", {})
        asked = ("count-request", "data", {"n": 1, "version": None})
        answer = json.loads(self.call("count-answer.data", [asked], [("grid-view", "data", page)]))
        return int(answer["response"]["count-answer"]["data"]["count"])

    def _connections(self) -> urllib3.HTTPConnectionPool:
        if self._pool is None:
            self._pool = urllib3.connection_from_url(self.url, maxsize=4)
        return self._pool

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        return {"Content-Type": "application/json", "X-CSRF-Token": self.csrf, "Cookie": cookies}


def _page(search_id: str, view: Mapping[str, Any]) -> dict[str, Any]:
    """What the page holds. view: q, sort, filters, status."""
    return {"search_id": search_id, "version": None, "status": "all", "q": "", "f": {}, **view}


def read_rows(answer: bytes) -> dict[str, Any]:
    """What the grid reads in an answer. Raises RuntimeError where it says that it failed."""
    found = json.loads(answer)
    meta = found["sideUpdate"]["grid-answer"]["data"]
    if meta.get("error"):
        raise RuntimeError(meta["error"])
    return {**found["response"]["candidate-grid"]["getRowsResponse"], "meta": meta}


def _outputs(output: str, asked: Any) -> Any:
    """One output, or those of "..a.x...b.y.."; what is MATCHed gets the key of what was asked."""
    names = output[2:-2].split("...") if output.startswith("..") else [output]
    found = []
    for name in names:
        component, _, prop = name.partition("@")[0].rpartition(".")
        one: Any = json.loads(component) | {"key": asked["key"]} if component.startswith("{") else component
        found.append({"id": one, "property": prop})
    return found if output.startswith("..") else found[0]


def _prop(component: Any, name: str, value: Any) -> dict[str, Any]:
    return {"id": component, "property": name, "value": value}


def sign_in(rt: Runtime, web: Web, email: str) -> Session:
    """A new sign-in by a one-time link, as a person does it."""
    http = requests.Session()
    link = f"{web.url}/login/{identity.make_login_link(rt, email)}"
    form = http.get(link, timeout=TIMEOUT_S).text
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    http.post(link, data=fields, headers={"Origin": web.url}, timeout=TIMEOUT_S).raise_for_status()
    csrf = re.search(r'<meta name="csrf-token" content="([^"]+)">', http.get(f"{web.url}/", timeout=TIMEOUT_S).text)
    if csrf is None:
        raise RuntimeError("the sign-in did not work")
    return Session(web.url, http, csrf[1])


def environ_of(settings: Settings, home: Path) -> dict[str, str]:
    """What a web server or a job worker on the servers of some settings is started with."""
    return {
        "PATH": "/usr/bin:/bin",
        "SOURCINGX_HOME": str(home),
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "PORT": "0",
        # Made by nobody while something else is measured.
        "EMBEDDINGS": "off",
    }


@contextmanager
def serving(settings: Settings, home: Path, more: Mapping[str, str] | None = None) -> Iterator[Web]:
    """`sourcingx web` on the servers of some settings, with a home of its own as on another host.

    more: of its environment. Raises RuntimeError with its log when it does not start.
    """
    home.mkdir(parents=True, exist_ok=True)
    environ = {**environ_of(settings, home), **(more or {})}
    log = home / "web.log"
    with log.open("wb") as output:
        command = [str(Path(sys.executable).with_name("sourcingx")), "web"]
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Web(_url(process, log), process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found:
            try:
                if requests.get(f"{found[0]}/healthz", timeout=5).json() == {"status": "ok"}:
                    return found[0]
            except requests.RequestException:
                pass
        time.sleep(0.1)
    raise RuntimeError(f"the web server did not start:\n{log.read_text()}")
