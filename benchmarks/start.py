"""P9 and P2c: how long a start takes, what everything takes when nobody is there, and when a browser shows rows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from benchmarks.browser import first_rows_s
from benchmarks.measure import Figure, summary
from benchmarks.stage import Stage
from services.access import identity
from services.config import Settings
from services.demo import synthetic
from services.errors import ProductError
from services.operations import process_figures
from services.runtime import Runtime
from services.servers import run_state
from services.servers.servers import Servers

READY = re.compile(r"SourcingX is ready: (http://127\.0\.0\.1:\d+)/login/\S+\n")
START_S, FIRST_ROWS_S, IDLE_MIB = 5.0, 1.5, 400.0
_SCRIPTS = (
    "the browser is busy, not waiting: nearly all of it is parsing and running Dash's and the grid's scripts (3.4 MB)"
    " and drawing; all answers together are about 0.2 s"
)
# Long enough that whatever a start leaves behind has settled.
IDLE_S, QUICK_IDLE_S = 20.0, 2.0


@dataclass(frozen=True)
class Started:
    """A `sourcingx run` that is ready. seconds: from the command to the line that says so."""

    url: str
    pid: int
    seconds: float


def figures(stage: Stage) -> Iterator[Figure]:
    """On a home of its own: the stage's servers are no part of the product."""
    home = Path(tempfile.mkdtemp(prefix="sx-start-"))
    try:
        yield from _figures(home, quick=stage.quick, people=stage.small)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _figures(home: Path, *, quick: bool, people: int) -> Iterator[Figure]:
    starts, rows, idle = [], [], 0.0
    with _running(home) as started:
        first = started.seconds
        search_id, session = _people(home, people)
    for turn in range(1 if quick else 3):
        with _running(home) as started:
            starts.append(started.seconds)
            if turn == 0:
                time.sleep(QUICK_IDLE_S if quick else IDLE_S)
                idle = _mib(home, started.pid)
            rows += [first_rows_s(started.url, f"/search/{search_id}", session) for _ in range(1 if quick else 3)]
    second, shown = summary(starts), summary(rows)
    yield Figure(
        "P9-start", "second start until ready, median of 3 <= 5 s", second["median"], "s", second["median"] <= START_S,
        arms={"start": second}, n=len(starts), note=f"the first one, which makes the data folder, {first:.1f} s",
    )  # fmt: skip
    yield Figure(
        "P9-first-rows", "first page in a browser with an empty cache, until its rows stand there <= 1.5 s",
        shown["median"], "s", shown["median"] <= FIRST_ROWS_S, arms={"first rows": shown}, n=len(rows),
        note=f"{people:,} people; browser, server and database share the cores", cause=_SCRIPTS,
    )  # fmt: skip
    yield Figure(
        "P2c", "manager, web, job worker, Postgres and Valkey, proportional set size when idle <= 400 MiB", idle,
        "MiB", idle <= IDLE_MIB, n=1, note=f"{people:,} people",
    )  # fmt: skip


@contextmanager
def _running(home: Path) -> Iterator[Started]:
    """`sourcingx run`; in the end nothing of it is left."""
    command = [str(Path(sys.executable).with_name("sourcingx")), "run"]
    environ = {"PATH": "/usr/bin:/bin", "SOURCINGX_HOME": str(home), "PORT": "0"}
    begun = time.monotonic()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.monotonic() - begun
        ready = READY.fullmatch(line)
        if ready is None:
            raise RuntimeError(f"it did not start: {line!r}")
        yield Started(ready[1], process.pid, seconds)
    finally:
        process.terminate()
        process.communicate(timeout=60)
        run_state.end_leftovers(home)


def _people(home: Path, count: int) -> tuple[str, str]:
    """A search, and the token of someone who is signed in."""
    urls = Servers(home).urls
    settings = Settings.from_env({"SOURCINGX_HOME": str(home)})
    rt = Runtime(replace(settings, database_url=urls.database_url, database_owner_url=urls.database_owner_url,
                         redis_url=urls.redis_url, secret_key="unused" * 8))  # fmt: skip
    rt.open()
    try:
        email = "first-rows@example.com"
        actor = identity.create_user(rt, email, "Bench", "admin")
        search_id = synthetic.generate(rt, actor, count, "First rows", seed=count)
        return search_id, identity.sign_in_with_link(rt, identity.make_login_link(rt, email))
    except ProductError as error:
        raise RuntimeError(error.message) from error
    finally:
        rt.close()


def _mib(home: Path, manager: int) -> float:
    """Proportional set size of the manager, all below it, and the servers, which are nobody's children."""
    found = [psutil.Process(manager)]
    found += [psutil.Process(server.pid) for server in Servers(home).processes().values() if server is not None]
    every = {process.pid for one in found for process in (one, *one.children(recursive=True))}
    return sum(process_figures.memory(pid)[0] for pid in every) / 2**20
