"""Servers that go, lines that break: what people see meanwhile is right or one clear sentence, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

import sql
from benchmarks.web import Refused, Session, Web, environ_of, serving, sign_in
from services.access import identity
from services.access.identity import Actor
from services.config import Settings, child_environ
from services.decisions import candidates
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from services.servers import migrate, processes, run_state
from services.servers.children import Child
from services.servers.servers import Servers
from tests.bad_line import Line, bad_line
from tests.browser.product import READY, environ
from tests.change_runs import run_row
from tests.grid_reference import load_rows, ordered
from tests.integration.test_import import many
from tests.integration.test_import import start as start_import
from tests.people import add_people, add_search, runtime, varied
from tests.waiting import LONG_S, until

pytestmark = pytest.mark.faults

SOURCINGX = str(Path(sys.executable).with_name("sourcingx"))
AWAY = "The database does not answer; try again in a moment."
BUSY = "The database is busy; try again in a moment."
HELD = "Someone else is changing this right now; try again in a moment."
ENDS = "The database does not answer; the job worker ends"
PEOPLE = 300


@dataclass(frozen=True)
class Site:
    """Servers that may be stopped, bad lines to them, and a web server that knows only the lines.

    rt: past the lines, for looking. settings: through them.
    """

    servers: Servers
    rt: Runtime
    settings: Settings
    postgres: Line
    valkey: Line
    web: Web
    alice: Actor
    search: uuid.UUID
    everyone: list[str]

    def person(self) -> Session:
        return sign_in(self.rt, self.web, "alice@example.com")

    def look(self, person: Session, start: int = 0) -> str:
        """What a person sees who asks for a block: "right", or the sentence that is shown instead of it."""
        try:
            found = person.rows(str(self.search), start)
        except Refused as error:
            said = str(json.loads(error.text)["error"])
            assert error.status == (409 if said == HELD else 503), error.text
            return said
        assert [row["id"] for row in found["rowData"]] == self.everyone[start : start + 100]
        # Without Redis the count may be an estimate, and says so.
        assert found["rowCount"] == PEOPLE or not found["meta"]["exact"]
        return "right"

    def is_well(self) -> bool:
        status, body = self.probe("/readyz")
        return status == 200 and body["redis"] is True

    def probe(self, path: str) -> tuple[int, Any]:
        answer = requests.get(self.web.url + path, timeout=60)
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def site(in_memory: Path) -> Iterator[Site]:
    home = in_memory / f"faults-{uuid.uuid4().hex}"
    home.mkdir()
    # Durable: a crash of one that is not forgets who has just signed in.
    servers = Servers(home / "servers")
    servers.attach()
    assert servers.postgres is not None and servers.valkey is not None
    try:
        urls = servers.urls
        migrate.migrate(urls.database_owner_url, urls.database_url)
        with (
            runtime(urls, home, database_owner_url=urls.database_owner_url, secret_key="k" * 40) as rt,
            bad_line(servers.postgres.sockets / ".s.PGSQL.5432") as postgres,
            bad_line(Path(urls.redis_url.partition("?")[0].removeprefix("unix://"))) as valkey,
        ):
            alice = identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")
            with rt.db.connection() as conn:
                search = add_search(conn, alice)
                add_people(conn, search, varied(PEOPLE))
            with rt.db.connection() as conn:
                everyone = [str(row.id) for row in ordered(load_rows(conn, search), [("score", "desc")])]
            url = f"postgresql://sourcingx_app@127.0.0.1:{postgres.port}/sourcingx"
            settings = replace(
                rt.settings, database_url=url, database_owner_url=url, database_direct_url=url,
                redis_url=f"redis://127.0.0.1:{valkey.port}/0", job_heartbeat_s=1.0, job_rescue_s=1.0,
            )  # fmt: skip
            with serving(settings, home / "web", {"WEB_WORKERS": "2"}) as web:
                yield Site(servers, rt, settings, postgres, valkey, web, alice, search, everyone)
    finally:
        servers.release()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(autouse=True)
def good_lines(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "site" in request.fixturenames:
        site: Site = request.getfixturevalue("site")
        for line in (site.postgres, site.valkey):
            line.up, line.delay_s = True, 0.0
        # Each of the two workers has a pool of its own; so often in a row is both.
        until(lambda: all(site.is_well() for _ in range(10)), "the site does not get well again")


# -- Postgres --------------------------------------------------------------------------------------


def test_a_slow_line_to_postgres_is_slow_and_right(site: Site) -> None:
    person = site.person()
    site.postgres.delay_s = 0.03
    assert [site.look(person, start) for start in (0, 100, 200, 0)] == ["right"] * 4


def test_connections_that_are_cut_cost_a_clear_answer_at_most(site: Site) -> None:
    people = [site.person() for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(site.look, people[n % 3], n % 3 * 100) for n in range(60)]
        seen, cut = [], 0
        for number, answer in enumerate(as_completed(asked)):
            seen.append(answer.result())
            if number % 10 == 3:
                # Where answers come quicker than they are looked at, those of the last cut may not be open again.
                cut += site.postgres.cut()
    assert cut > 0
    assert {"right"} <= set(seen) <= {"right", AWAY, BUSY}
    assert until(lambda: site.look(people[0]) == "right", "pages do not come back")


def test_while_postgres_is_away_everything_says_so_and_comes_back(site: Site) -> None:
    person = site.person()
    site.postgres.down()
    assert site.look(person) in (AWAY, BUSY)
    assert site.probe("/healthz") == (200, {"status": "ok"})
    status, body = site.probe("/readyz")
    assert (status, body["status"], body["postgres"]) == (503, "unavailable", False)
    # A page says it in words, too, and the sign-in is not taken for gone.
    page = person.http.get(f"{site.web.url}/search/{site.search}", headers={"Accept": "text/html"}, timeout=60)
    assert page.status_code == 503
    assert AWAY in page.text or BUSY in page.text
    site.postgres.up = True
    assert until(lambda: site.look(person) == "right", "pages do not come back")
    # The other worker may be a moment behind.
    until(lambda: site.probe("/readyz")[0] == 200, "it is not ready again")


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGKILL])
def test_postgres_is_started_again_and_pages_go_on(site: Site, sig: signal.Signals) -> None:
    """A restart in good order, and after a crash."""
    person = site.person()
    found = site.servers.processes()["postgres"]
    assert found is not None
    processes.end(found, sig=sig, grace_s=20)
    assert site.look(person) in (AWAY, BUSY)
    site.servers.restart_missing()
    assert until(lambda: site.look(person) == "right", "pages do not come back")


@contextmanager
def kept_running(site: Site, log: Path) -> Iterator[Child]:
    """A job worker that is started again whenever it ends, as the process manager does it."""
    command = [sys.executable, "-m", "services.commands.cli", "worker"]
    worker, over = Child("worker", command, child_environ(site.settings), log), threading.Event()

    def look_after() -> None:
        while not over.wait(0.1):
            worker.restart_if_due()

    worker.start()
    keeper = threading.Thread(target=look_after)
    keeper.start()
    try:
        yield worker
    finally:
        over.set()
        keeper.join(60)
        worker.ask_to_end()
        worker.make_sure_it_ended(40)


def test_a_job_completes_over_an_outage_that_ends_its_worker(site: Site, tmp_path: Path) -> None:
    """The queue's connections do not outlive it, so the worker ends, and ends again while nothing answers."""
    rows = 6000
    person = site.person()
    search_id = str(searches.create_search(site.rt, site.alice, "Leads").id)
    run_id = start_import(site.rt, site.alice, search_id, many(rows))
    # So slow that it is in the middle for a while.
    site.postgres.delay_s = 0.02
    with kept_running(site, tmp_path / "worker.log") as worker:
        until(lambda: run_row(site.rt, run_id)["done"] >= 1000, "the import does not begin")
        before = worker.identity
        assert before is not None
        site.postgres.down()
        assert 0 < run_row(site.rt, run_id)["done"] < rows
        until(lambda: not processes.is_alive(before), "the worker did not end", LONG_S)
        until(lambda: worker.log.read_text().count(ENDS) >= 2, "it was not started again, in vain", LONG_S)
        assert run_row(site.rt, run_id)["state"] == "running"
        assert site.look(person) in (AWAY, BUSY)
        site.postgres.up, site.postgres.delay_s = True, 0.0
        until(lambda: site.look(person) == "right", "pages do not come back")
        until(
            lambda: run_row(site.rt, run_id)["state"] not in ("queued", "running"), "the import does not go on", LONG_S
        )
    run = runs.get_run(site.rt, site.alice, run_id)
    assert (run["state"], run["done"], run["counts"]["added"]) == ("done", rows, rows)
    with site.rt.db.connection() as conn:
        found = conn.execute(
            "SELECT count(*) AS n, count(DISTINCT name_key) AS d FROM candidates WHERE search_id = %s", [search_id]
        ).fetchone()
    assert found == {"n": rows, "d": rows}


# -- Redis -----------------------------------------------------------------------------------------


def test_a_redis_that_takes_too_long_is_done_without(site: Site) -> None:
    person = site.person()
    site.valkey.delay_s = 3.0
    assert [site.look(person, start) for start in (0, 100, 200)] == ["right"] * 3
    status, body = site.probe("/readyz")
    assert (status, body["redis"]) == (200, False)
    site.valkey.delay_s = 0.0
    site.valkey.cut()
    assert until(lambda: site.probe("/readyz")[1]["redis"], "Redis is not used again")
    assert site.look(person, 100) == "right"


def test_cut_lines_to_redis_change_nothing_that_is_shown(site: Site) -> None:
    person = site.person()
    for start in (0, 100, 200, 0, 100):
        site.valkey.cut()
        assert site.look(person, start) == "right"


# -- versions and starts ---------------------------------------------------------------------------


def test_the_old_code_serves_while_a_migration_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an upgrade with several hosts: columns and indexes are added beside people who read and write."""
    everything = sql.migrations()
    number = len(everything) + 1
    later = (number, f"{number:04}_later.sql", """
        ALTER TABLE searches ADD COLUMN later_note text NOT NULL DEFAULT '';
        ALTER TABLE candidates ADD COLUMN later_mark smallint;
        CREATE INDEX candidates_later ON candidates (search_id, later_mark, id) INCLUDE (filter_status);
        CREATE TABLE later_things (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    """)  # fmt: skip
    monkeypatch.setattr(sql, "migrations", lambda: (*everything, later))
    people, over = [site.person() for _ in range(3)], threading.Event()

    def read(person: Session) -> list[str]:
        seen = []
        while not over.is_set() or len(seen) < 10:
            seen.append(site.look(person, len(seen) % 3 * 100))
        return seen

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read, person) for person in people]
        urls = site.servers.urls
        try:
            assert migrate.migrate(urls.database_owner_url, urls.database_url) == [later[1]]
        finally:
            over.set()
        seen = {one for read in reading for one in read.result()}
    # A disk that takes its time makes readers wait for the end of the migration, and that is said.
    assert {"right"} <= seen <= {"right", HELD}
    ids = [int(one) for one in site.everyone[:3]]
    done = candidates.change(site.rt, site.alice, site.search, ids, candidates.action_of("stage", "contacted"))
    assert done.batch_id is not None


def test_two_migrations_at_once_are_one(site: Site, tmp_path: Path) -> None:
    assert site.servers.postgres is not None
    with psycopg.connect(site.servers.urls.superuser_url, autocommit=True) as conn:
        site.servers.postgres.create_database(conn, "twice")
    owner, app = (site.servers.postgres.url(role, "twice") for role in ("sourcingx_owner", "sourcingx_app"))
    environment = environ_of(replace(site.settings, database_url=app, database_owner_url=owner), tmp_path / "home")
    both = [
        subprocess.Popen(
            [SOURCINGX, "migrate"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=LONG_S) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(out.count("applied ") for out, _ in said) == [0, len(sql.migrations())]


def test_two_starts_at_once_are_one_product(home_of_test: Path) -> None:
    home = home_of_test / "home"
    both = [
        subprocess.Popen(
            [SOURCINGX, "run"], env=environ(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        refused = until(lambda: next((one for one in both if one.poll() is not None), None), "nobody gave way", LONG_S)
        (runs_on,) = [one for one in both if one is not refused]
        assert runs_on.stdout is not None
        ready = READY.fullmatch(runs_on.stdout.readline())
        assert ready is not None
        _, err = refused.communicate(timeout=LONG_S)
        assert (refused.returncode, "already runs on" in err) == (2, True), err
        assert requests.get(f"{ready['url']}/readyz", timeout=60).status_code == 200
    finally:
        for one in both:
            one.terminate()
            one.communicate(timeout=LONG_S)
        run_state.end_leftovers(home)
        left = Servers(home)
        left.attach()
        left.release()
