"""What benchmarks run on: real servers on a temporary home, one large search and one small, one
gunicorn, and signed-in HTTP sessions that speak as the browser does."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
import requests

from services import identity, migrate, synthetic
from services.config import Settings
from services.identity import Actor
from services.runtime import Runtime
from services.servers import Servers

LARGE, SMALL = 1_000_000, 10_000
QUICK_LARGE, QUICK_SMALL = 20_000, 2_000


@dataclass
class Session:
    """One signed-in person over HTTP. Calls are the ones that the page makes."""

    url: str
    http: requests.Session
    csrf: str

    def rows(self, search_id: str, start: int, **view: Any) -> dict[str, Any]:
        """One block of 100 rows through the grid's own callback."""
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
        answer = self.http.post(f"{self.url}/_dash-update-component", json=body, headers={"X-CSRF-Token": self.csrf})
        answer.raise_for_status()
        found = answer.json()
        meta = found["sideUpdate"]["grid-answer"]["data"]
        if meta.get("error"):
            raise RuntimeError(meta["error"])
        return {**found["response"]["candidate-grid"]["getRowsResponse"], "meta": meta}


class Stage:
    """Servers, data and sessions, made when first asked for, gone at the end."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self.large, self.small = (QUICK_LARGE, QUICK_SMALL) if quick else (LARGE, SMALL)
        self._home = Path(tempfile.mkdtemp(prefix="sx-bench-"))
        self._servers = Servers(self._home, durable=False)
        self._web: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Stage:
        urls = self._servers.attach()
        self.settings = replace(
            Settings.from_env({"SOURCINGX_HOME": str(self._home)}),
            database_url=urls.database_url,
            database_owner_url=urls.database_owner_url,
            redis_url=urls.redis_url,
            secret_key="b" * 64,
        )
        self.superuser_url = urls.superuser_url
        migrate.migrate(urls.database_owner_url, urls.database_url)
        self.rt = Runtime(self.settings)
        self.rt.open()
        self.actor: Actor = identity.create_user(self.rt, "bench@example.com", "Bench", "admin")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._web is not None:
            self._web.send_signal(signal.SIGTERM)
            self._web.wait(timeout=60)
        self.rt.close()
        self._servers.release()
        shutil.rmtree(self._home, ignore_errors=True)

    def about(self) -> dict[str, Any]:
        with psycopg.connect(self.settings.database_url) as conn:
            version = conn.info.server_version
        return {"postgres": version, "people": {"large": self.large, "small": self.small}}

    @cached_property
    def searches(self) -> dict[str, str]:
        """{"large": search id, "small": search id}; the large one is loaded first, into empty tables."""
        made = {}
        for name, size in (("large", self.large), ("small", self.small)):
            start = time.monotonic()
            made[name] = str(synthetic.generate(self.rt, self.actor, size, name.title(), seed=size))
            took = time.monotonic() - start
            print(f"     {size:,} people made in {took:.0f} s ({size / took:,.0f}/s)", flush=True)
        return made

    @property
    def environ(self) -> dict[str, str]:
        """What a web server or a job worker on these servers is started with."""
        return {
            "PATH": "/usr/bin:/bin",
            "SOURCINGX_HOME": str(self._home),
            "DATABASE_URL": self.settings.database_url,
            "DATABASE_OWNER_URL": self.settings.database_owner_url,
            "REDIS_URL": self.settings.redis_url,
            "SECRET_KEY": self.settings.secret_key,
            "PORT": "0",
        }

    def web_pids(self) -> list[int]:
        """The web server's master and workers; none while it was not asked for."""
        if self._web is None:
            return []
        found = Path(f"/proc/{self._web.pid}/task/{self._web.pid}/children").read_text().split()
        return [self._web.pid, *(int(pid) for pid in found)]

    @cached_property
    def url(self) -> str:
        """A gunicorn as `sourcingx web` starts it."""
        log = self._home / "web.log"
        self._web = subprocess.Popen(
            [str(Path(sys.executable).with_name("sourcingx")), "web"],
            env=self.environ,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
            if found:
                try:
                    if requests.get(f"{found[0]}/healthz", timeout=5).json() == {"status": "ok"}:
                        return found[0]
                except requests.RequestException:
                    pass
            time.sleep(0.1)
        raise RuntimeError(f"the web server did not start:\n{log.read_text()}")

    def session(self) -> Session:
        """A new sign-in by a one-time link, as a person does it."""
        http = requests.Session()
        link = f"{self.url}/login/{identity.make_login_link(self.rt, 'bench@example.com')}"
        form = http.get(link, timeout=30).text
        fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
        http.post(link, data=fields, headers={"Origin": self.url}, timeout=30).raise_for_status()
        page = http.get(f"{self.url}/", timeout=30).text
        csrf = re.search(r'<meta name="csrf-token" content="([^"]+)">', page)
        if csrf is None:
            raise RuntimeError("the sign-in did not work")
        return Session(self.url, http, csrf[1])
