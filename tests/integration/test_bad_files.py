"""Each file of the corpus is taken through upload, look and import, as a person does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from layouts import ids
from services.access import identity
from services.access.identity import Actor
from services.readers import parquet_files, xlsx_files
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import searches
from services.servers.servers import Servers
from tests import people as worlds
from tests import web
from tests.corpus import parquets, texts, workbooks
from tests.corpus.case import Case
from tests.integration.test_import import table
from tests.integration.test_upload import look, press_start, props, selects, send
from tests.waiting import until
from tests.web import Browser

CASES = [*texts.CASES, *workbooks.CASES, *parquets.CASES]


class World:
    """A product with one recruiter in it, for all files."""

    def __init__(self, rt: Runtime, client: Browser, actor: Actor, owner: str) -> None:
        self.rt, self.client, self.actor, self.owner = rt, client, actor, owner

    def upload(self, case: Case) -> str:
        answer = send(self.client, case.content(), case.name)
        # An empty file is refused on its arrival, all else when it is looked at.
        return str(answer.get_json().get("upload_id") or answer.get_json()["error"])

    def counted(self) -> list[dict[str, Any]]:
        """What a file that is refused must not change."""
        return table(self.rt, """SELECT (SELECT count(*) FROM profiles) AS profiles,
            (SELECT count(*) FROM candidates) AS candidates, (SELECT count(*) FROM profile_raw) AS raw,
            (SELECT count(*) FROM profile_urls) AS urls, (SELECT count(*) FROM import_rejects) AS rejects,
            (SELECT sum(data_version) FROM searches) AS versions""")  # fmt: skip


@pytest.fixture(scope="module")
def world(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home: Path = tmp_path_factory.mktemp("corpus")
    with (
        worlds.own_database(servers, template_database) as urls,
        worlds.runtime(urls, home, secret_key="k" * 40, job_heartbeat_s=1.0) as rt,
        web.web_server(rt.settings) as flask,
        pytest.MonkeyPatch.context() as patch,
    ):
        # A busy machine is no bomb: what a process may use of the processor is bounded as ever.
        patch.setattr(xlsx_files, "QUICK", replace(xlsx_files.QUICK, silence_s=119))
        patch.setattr(parquet_files, "_QUICK", replace(parquet_files._QUICK, silence_s=119))
        actor = identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")
        client = flask.test_client()
        assert isinstance(client, Browser)
        token = identity.make_login_link(rt, "alice@example.com")
        client.set_cookie("sx_session", identity.sign_in_with_link(rt, token))
        client.csrf = web.csrf_of(client)
        yield World(rt, client, actor, urls.database_owner_url)


@pytest.fixture
def empty(world: World) -> str:
    """A new search, and nobody known."""
    with psycopg.connect(world.owner) as conn:
        conn.execute("TRUNCATE profiles, uploads, import_mappings CASCADE")
    return str(searches.create_search(world.rt, world.actor, "Leads").id)


def test_the_corpus_is_large_and_its_names_differ() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def named(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@named([case for case in CASES if case.refused and not case.late])
def test_a_file_that_cannot_be_read_is_one_clear_message(world: World, empty: str, case: Case) -> None:
    before = world.counted()
    uploaded = world.upload(case)
    seen = look(world.client, [uploaded])
    if case.refused == texts.EMPTY and uploaded == texts.EMPTY:
        told = uploaded
    elif case.refused == texts.NO_NAME:
        told = _start(world, empty, uploaded, seen)
    else:
        told = props(seen, ids.IMPORT_PROBLEM)["children"]
        assert props(seen, ids.IMPORT_START) == {"hidden": True}
    assert told == case.refused
    assert world.counted() == before
    _all_is_well(world)


@named([case for case in CASES if case.late])
def test_a_file_that_is_damaged_further_down_changes_nothing(world: World, empty: str, case: Case) -> None:
    before = world.counted()
    uploaded = world.upload(case)
    run = _run(world, _start(world, empty, uploaded, look(world.client, [uploaded])))
    assert (run["state"], run["message"]) == ("failed", case.refused)
    assert world.counted() == before
    _all_is_well(world)


@named([case for case in CASES if not case.refused])
def test_an_odd_file_is_taken_as_it_is_meant(world: World, empty: str, case: Case) -> None:
    uploaded = world.upload(case)
    seen = look(world.client, [uploaded])
    assert props(seen, ids.IMPORT_PROBLEM) == {"children": ""}
    run = _run(world, _start(world, empty, uploaded, seen))
    assert (run["state"], run["message"]) == ("done", "")
    found = table(world.rt, "SELECT * FROM profiles ORDER BY id")
    assert [person["full_name"] for person in found] == list(case.people)
    assert run["counts"]["rejected"] == case.rejected
    assert {name: _plain(found[0][name]) for name in case.wanted} == case.wanted
    _all_is_well(world)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | list) or value is None else float(value)


def _start(world: World, search: str, uploaded: str, seen: Any) -> Any:
    """Import with the mapping that was suggested; the run's id, or what was told."""
    fields = [select["props"]["value"] for select in selects(props(seen, ids.IMPORT_MAPPING))]
    answer = press_start(world.client, [uploaded], search, fields)
    return (props(answer, ids.IMPORT_RUN) or {}).get("data") or props(answer, ids.IMPORT_PROBLEM)["children"]


def _run(world: World, run_id: Any) -> dict[str, Any]:
    assert isinstance(run_id, int), run_id
    Runner(world.rt, "corpus").execute(run_id)
    return table(world.rt, "SELECT state, message, counts FROM runs WHERE id = %s", run_id)[0]


def _all_is_well(world: World) -> None:
    """The web process answers, and no process that reads a file is left."""
    assert world.client.get("/healthz").get_json() == {"status": "ok"}
    until(lambda: not any(map(_reads, psutil.Process().children())), "a process that reads a file is left")


def _reads(child: psutil.Process) -> bool:
    try:
        return "services.readers" in child.cmdline()
    except psutil.Error:
        return False
