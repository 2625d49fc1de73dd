"""The real thing for browser tests: `sourcingx run` with two web workers, and people to look at."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from services.access import bootstrap, identity
from services.config import Settings
from services.demo import synthetic
from services.runtime import Runtime
from services.servers import processes, run_state
from services.servers.processes import ProcessId
from services.servers.servers import Servers, attached

# Waits of browser tests are those of all tests.
from tests.waiting import PATIENCE_S as PATIENCE_S
from tests.waiting import until as until

SOURCINGX = str(Path(sys.executable).with_name("sourcingx"))
READY = re.compile(r"SourcingX is ready: (?P<url>http://127\.0\.0\.1:\d+)(?P<login>/login/[\w-]{40,})\n")
SCORE = "c.score DESC NULLS LAST, c.id DESC"


@dataclass(frozen=True)
class Product:
    """A running SourcingX. login: the path of the link that it printed; it works once."""

    home: Path
    url: str
    login: str
    database_url: str
    redis_url: str

    def command(self, *argv: str) -> Any:
        """A `sourcingx` command with --json on the same home; what it says."""
        done = subprocess.run(
            [SOURCINGX, *argv, "--json"], env=environ(self.home), capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def generate(self, people: int, seed: int = 1) -> uuid.UUID:
        """A search of synthetic people, the first admin's: what `sourcingx generate` does, without its start."""
        with attached(Settings.from_env(environ(self.home))) as (settings, _):
            rt = Runtime(settings, kind="worker")
            rt.open()
            try:
                title = f"Synthetic people ({people:,})"
                return uuid.UUID(synthetic.generate(rt, bootstrap.acting_as(rt), people, title, seed))
            finally:
                rt.close()

    def sign_in(self, email: str, name: str) -> str:
        """A recruiter who is new; returns what a browser shows to be them."""
        with attached(Settings.from_env(environ(self.home))) as (settings, _):
            rt = Runtime(settings, kind="web")
            rt.open()
            try:
                identity.create_user(rt, email, name, "recruiter")
                return identity.sign_in_with_link(rt, identity.make_login_link(rt, email))
            finally:
                rt.close()

    def sql(self, text: str, **params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as conn:
            cursor = conn.execute(text, params)
            return cursor.fetchall() if cursor.description else []

    def ids(self, search: uuid.UUID, where: str = "", order: str = SCORE, **params: Any) -> list[str]:
        """What a grid must show, by a plain query: row-ids in order. Active people unless `where` says else."""
        return [
            str(row[0])
            for row in self.sql(
                "SELECT c.id FROM candidates c JOIN profiles p ON p.id = c.profile_id"
                f" WHERE c.search_id = %(search)s AND {where or 'c.filter_status = $$active$$'} ORDER BY {order}",
                search=search,
                **params,
            )
        ]

    def web_workers(self) -> list[ProcessId]:
        """gunicorn's two processes that answer."""
        state = run_state.running(self.home)
        assert state is not None
        children = psutil.Process(state.children["web"].pid).children()
        return [found for child in children if (found := processes.identify(child.pid)) is not None]

    def valkey(self) -> ProcessId | None:
        """The embedded Valkey, if it answers."""
        return Servers(self.home).processes()["valkey"]

    def lists(self) -> int:
        """How many result sets Valkey keeps now."""
        with redis.Redis.from_url(self.redis_url) as client:
            return sum(1 for _ in client.scan_iter("rs:list:*"))


def environ(home: Path) -> dict[str, str]:
    # No vectors: nobody looks at them, and making them takes the machine.
    off = {"EMBEDDINGS": "off"}
    return {"PATH": "/usr/bin:/bin", "SOURCINGX_HOME": str(home), "PORT": "0", "WEB_WORKERS": "2", **off}


@contextmanager
def running(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Product]:
    """`sourcingx run` on a home, with more settings; in the end nothing of it is left."""
    process = subprocess.Popen(
        [SOURCINGX, "run"], env=environ(home) | dict(settings or {}), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready = READY.fullmatch(line)
        assert ready is not None, line
        urls = Servers(home).urls
        yield Product(home, ready["url"], ready["login"], urls.database_url, urls.redis_url)
    finally:
        process.terminate()
        process.communicate(timeout=60)
        run_state.end_leftovers(home)
        left = Servers(home)
        left.attach()
        left.release()


def spread(ids: Mapping[int, str], expected: list[str]) -> str:
    """Where rows differ from what they must be, for a message."""
    wrong = [f"row {at}: {row} instead of {_at(expected, at)}" for at, row in ids.items() if row != _at(expected, at)]
    return f"{len(wrong)} of {len(ids)} rows wrong: " + "; ".join(wrong[:5])


def _at(expected: list[str], index: int) -> str:
    return expected[index] if index < len(expected) else "none"
