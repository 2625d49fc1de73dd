"""`sourcingx demo`: ready with its people, every call answered by the stub, and never in someone's real data."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.access import identity
from services.access.identity import Actor
from services.config import Settings
from services.demo import demo, demo_import, synthetic
from services.errors import BadInput
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.screening import rubrics, screening
from services.searches import searches
from services.servers import run_state
from services.servers.servers import Servers
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.screening import value
from tests.waiting import LONG_S, until

__all__ = ["sourcingx"]

SOURCINGX = str(Path(sys.executable).with_name("sourcingx"))
TITLES = [demo.TITLE, demo_import.TITLE]
READY = re.compile(r"SourcingX is ready: http://127\.0\.0\.1:\d+/login/[\w-]{40,}\n")


@pytest.fixture
def home(home_of_test: Path) -> Path:
    return home_of_test / "home"


@pytest.fixture
def start(home: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `sourcingx demo` and waits for its line; in the end nothing of it is left."""
    started: list[subprocess.Popen[str]] = []

    def start_and_wait() -> subprocess.Popen[str]:
        environ = {"PATH": "/usr/bin:/bin", "SOURCINGX_HOME": str(home), "PORT": "0", "WEB_WORKERS": "1",
                   "EMBEDDINGS": "off"}  # fmt: skip
        process = subprocess.Popen([SOURCINGX, "demo"], env=environ, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert READY.fullmatch(line), line
        return process

    yield start_and_wait
    for process in started:
        process.terminate()
        process.communicate(timeout=LONG_S)
    run_state.end_leftovers(home)
    left = Servers(home)
    left.attach()
    left.release()


@contextmanager
def opened(home: Path) -> Iterator[Runtime]:
    """What a web process of the running demo has."""
    urls = Servers(home).urls
    settings = Settings.from_env({"SOURCINGX_HOME": str(home), "OPENAI_API_KEY": "demo"})
    rt = Runtime(replace(settings, database_url=urls.database_url, redis_url=urls.redis_url))
    rt.open()
    try:
        yield rt
    finally:
        rt.close()


def test_the_demo_screens_its_people_and_keeps_them_for_the_next_start(
    start: Callable[[], subprocess.Popen[str]], home: Path
) -> None:
    process = start()
    state = run_state.running(home)
    assert state is not None
    assert set(state.children) == {"model", "vendors", "phantombuster", "web", "worker"}
    with opened(home) as rt:
        actor = identity.find_user(rt, demo.USER)
        assert actor is not None
        search, spring = sorted(searches.list_searches(rt, actor), key=lambda each: each.title)
        assert (search.title, search.profile_count) == (demo.TITLE, demo.PEOPLE)
        imported = demo_import.KNOWN + demo_import.MOVED + demo_import.NEW
        assert (spring.title, spring.profile_count) == (demo_import.TITLE, imported)
        rubric = rubrics.newest(rt, actor, search.id)
        assert rubric is not None
        compared = value(rt, "SELECT max(id) FROM runs WHERE kind = 'find_duplicates'")
        assert until_ended(rt, actor, compared)["state"] == "done"
        assert value(rt, "SELECT count(*) FROM duplicate_pairs") >= demo_import.MOVED
        # Few of them, in the demo's own worker and against its own stub.
        view = View.of(search.id, status="shortlisted", q="python kubernetes")
        run = until_ended(rt, actor, screening.start(rt, actor, view, rubric.id))
        assert (run["state"], run["failed"]) == ("done", 0)
        assert run["total"] == run["done"] == run["counts"]["calls"] > 0
        first = value(rt, "SELECT md5(string_agg(full_name || summary, '|' ORDER BY id)) FROM profiles")
    # While it runs it is not emptied under its feet.
    refused = command(home, "demo", "--reset")
    assert (refused.returncode, "already runs" in refused.stderr) == (2, True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=LONG_S) == 0
    assert command(home, "demo-reset").returncode == 0
    start()
    with opened(home) as rt:
        assert value(rt, "SELECT count(*) FROM searches") == 2
        assert value(rt, "SELECT array_agg(kind ORDER BY id) FROM runs") == [
            "filter",
            "import",
            "find_duplicates",
            "find_duplicates",
        ]
        # The same seed: the same people.
        assert value(rt, "SELECT md5(string_agg(full_name || summary, '|' ORDER BY id)) FROM profiles") == first


def test_a_second_start_makes_no_second_demo(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PEOPLE", 50)
    for _ in range(2):
        pointed, children = demo.prepare(rt.settings)
        assert pointed.openai_base_url.startswith("http://127.0.0.1:")
        assert pointed.phantombuster_base_url.startswith("http://127.0.0.1:")
        assert [child.name for child in children] == ["model", "vendors", "phantombuster"]
        assert value(rt, "SELECT array_agg(title ORDER BY created_at) FROM searches") == TITLES
        assert value(rt, "SELECT count(*) FROM profiles") == 50 + demo_import.NEW
    # What a visitor does to the demo stays, too.
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM searches")
    demo.prepare(rt.settings)
    assert value(rt, "SELECT count(*) FROM searches") == 0


def test_a_first_start_that_was_cut_off_begins_anew(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PEOPLE", 50)
    visitor = identity.create_user(rt, demo.USER, "Demo Recruiter", "recruiter")
    with rt.db.connection() as conn:
        identity.audit(conn, visitor, "demo.begin")
    synthetic.generate(rt, visitor, 20, "Half of a demo")
    demo.prepare(rt.settings)
    assert value(rt, "SELECT array_agg(title ORDER BY created_at) FROM searches") == TITLES
    assert value(rt, "SELECT count(*) FROM profiles") == 50 + demo_import.NEW


def test_a_database_in_use_is_neither_filled_nor_emptied(
    rt: Runtime, alice: Actor, settings: Settings, sourcingx: CommandLine
) -> None:
    searches.create_search(rt, alice, "Real work")
    with pytest.raises(BadInput, match="not the demo's"):
        demo.prepare(settings)
    code, _, err = sourcingx("demo-reset")
    assert (code, "not the demo's" in err) == (2, True)
    assert value(rt, "SELECT count(*) FROM searches") == 1
    assert value(rt, "SELECT count(*) FROM profiles") == 0


def test_without_a_name_the_demo_has_a_folder_of_its_own(settings: Settings, tmp_path: Path) -> None:
    usual = Settings.from_env({})
    assert demo.home_of(usual).home == usual.home / "demo"
    assert demo.home_of(settings).home == settings.home


def command(home: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "SOURCINGX_HOME": str(home), "PORT": "0"}
    return subprocess.run([SOURCINGX, *argv], env=environ, capture_output=True, text=True, timeout=LONG_S)


def until_ended(rt: Runtime, actor: Actor, run_id: int) -> dict[str, object]:
    """The run once it has ended."""

    def ended() -> dict[str, object] | None:
        run = runs.get_run(rt, actor, run_id)
        return None if run["state"] in runs.OPEN else run

    found: dict[str, object] = until(ended, "the run does not end", LONG_S)
    return found
