"""A gunicorn as `sourcingx web` starts it, and people who are signed in to it and speak as the browser does."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from services import identity
from services.config import Settings
from services.runtime import Runtime

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


@dataclass
class Session:
    """One signed-in person over HTTP. Calls are the ones that the page makes."""

    url: str
    http: requests.Session
    csrf: str

    def at(self, web: Web) -> Session:
        """The same sign-in at another web server: any of them answers."""
        return Session(web.url, self.http, self.csrf)

    def rows(self, search_id: str, start: int, **view: Any) -> dict[str, Any]:
        """One block of 100 rows through the grid's own callback, {rowData, rowCount, meta}."""
        page = {"search_id": search_id, "version": None, "status": "all", "q": "", "f": {}} | view
        sort = page.pop("sort", [])
        request = {"startRow": start, "endRow": start + 100, "sortModel": sort, "filterModel": page.pop("filters", {})}
        body = {
            "output": "candidate-grid.getRowsResponse",
            "outputs": {"id": "candidate-grid", "property": "getRowsResponse"},
            "inputs": [{"id": "candidate-grid", "property": "getRowsRequest", "value": request}],
            "changedPropIds": ["candidate-grid.getRowsRequest"],
            "state": [{"id": "grid-view", "property": "data", "value": page}],
        }
        headers = {"X-CSRF-Token": self.csrf}
        answer = self.http.post(f"{self.url}/_dash-update-component", json=body, headers=headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        found = answer.json()
        meta = found["sideUpdate"]["grid-answer"]["data"]
        if meta.get("error"):
            raise RuntimeError(meta["error"])
        return {**found["response"]["candidate-grid"]["getRowsResponse"], "meta": meta}


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
