"""What benchmarks run on: real servers on a temporary home, one large search and one small, one
gunicorn, and people who are signed in to it."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

from benchmarks.web import Session, Web, environ_of, serving, sign_in
from services.access import identity
from services.access.identity import Actor
from services.config import Settings
from services.demo import synthetic
from services.runtime import Runtime
from services.servers import migrate
from services.servers.servers import Servers

LARGE, SMALL = 1_000_000, 10_000
QUICK_LARGE, QUICK_SMALL = 20_000, 2_000
EMAIL = "bench@example.com"


class Stage:
    """Servers, data and sessions, made when first asked for, gone at the end."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self.large, self.small = (QUICK_LARGE, QUICK_SMALL) if quick else (LARGE, SMALL)
        self._home = Path(tempfile.mkdtemp(prefix="sx-bench-"))
        self._servers = Servers(self._home, durable=False)
        self._open = ExitStack()
        self._homes = 0

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
        self.actor: Actor = identity.create_user(self.rt, EMAIL, "Bench", "admin")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        self.rt.close()
        self._servers.release()
        shutil.rmtree(self._home, ignore_errors=True)

    def about(self) -> dict[str, Any]:
        with psycopg.connect(self.settings.database_url) as conn:
            version = conn.info.server_version
        return {"postgres": version, "people": {"large": self.large, "small": self.small}}

    @property
    def servers(self) -> Servers:
        """For whoever stops them on purpose."""
        return self._servers

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
        """What a job worker on these servers is started with."""
        return environ_of(self.settings, self._home)

    @cached_property
    def web(self) -> Web:
        """A gunicorn as `sourcingx web` starts it, until the end."""
        return self._open.enter_context(self.serve())

    def serve(self, **more: str) -> AbstractContextManager[Web]:
        """One more web server on the same database and Redis. more: of its environment."""
        self._homes += 1
        return serving(self.settings, self._home / f"web-{self._homes}", more)

    def session(self, number: int | None = None, web: Web | None = None) -> Session:
        """A new sign-in at a web server, the stage's own by default. number: of a recruiter, else the admin."""
        return sign_in(self.rt, web or self.web, EMAIL if number is None else self._recruiter(number))

    def _recruiter(self, number: int) -> str:
        email = f"recruiter-{number}@example.com"
        if identity.find_user(self.rt, email) is None:
            identity.create_user(self.rt, email, f"Recruiter {number}", "recruiter")
        return email
