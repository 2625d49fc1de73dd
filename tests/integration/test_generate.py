"""A search is filled with synthetic people: in the database, and by the command."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from services.access import identity
from services.access.identity import Actor
from services.commands import cli
from services.config import Settings, child_environ
from services.demo import synthetic
from services.errors import BadInput, Forbidden
from services.runtime import Runtime

N = 2_000
EMPTY = "SELECT (SELECT count(*) FROM searches) + (SELECT count(*) FROM profiles) + (SELECT count(*) FROM candidates)"


def rows(rt: Runtime, query: str, **params: object) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        return conn.execute(query, params).fetchall()  # type: ignore[call-overload, no-any-return]


def value(rt: Runtime, query: str, **params: object) -> Any:
    (row,) = rows(rt, f"SELECT ({query}) AS value", **params)
    return row["value"]


def indexes(rt: Runtime) -> dict[str, tuple[str, int]]:
    """Name → definition and object id; an index that was made again has another id."""
    found = rows(rt, """SELECT indexname, indexdef, indexname::regclass::oid::int AS oid FROM pg_indexes
                        WHERE tablename = 'candidates'""")  # fmt: skip
    return {row["indexname"]: (row["indexdef"], row["oid"]) for row in found}


def test_people_arrive_with_everything_that_the_grid_shows(rt: Runtime, alice: Actor) -> None:
    told: list[tuple[int, int]] = []
    search = synthetic.generate(rt, alice, N, " Everyone ", progress=lambda done, n: told.append((done, n)))
    assert told == [(N, N)]
    (found,) = rows(rt, "SELECT title, user_id, profile_count, data_version FROM searches WHERE id = %(id)s", id=search)
    assert found == {"title": "Everyone", "user_id": alice.user_id, "profile_count": N, "data_version": 2}
    differing = """SELECT count(*) FROM candidates c JOIN profiles p ON p.id = c.profile_id
        WHERE (c.name_key, c.last_name_key, c.title_key, c.company_key, c.location_key, c.country, c.industry,
               c.source, c.has_email, c.skills, c.search_tsv)
           IS DISTINCT FROM (p.name_key, p.last_name_key, p.title_key, p.company_key, p.location_key, p.country,
               p.industry, p.source, p.email <> '', p.skills, p.search_tsv)
           OR (c.years_experience, c.current_tenure_months, c.average_tenure_months)
           IS DISTINCT FROM (p.years_experience, p.current_tenure_months, p.average_tenure_months)"""
    assert value(rt, differing) == 0
    assert value(rt, "SELECT count(*) FROM candidates WHERE search_id = %(id)s", id=search) == N
    in_order = (
        "SELECT bool_and(c.profile_id - c.id = f.profile_id - f.id) FROM candidates c, candidates f WHERE f.id = 1"
    )
    assert value(rt, in_order) is True
    period = rows(rt, "SELECT min(added_at) AS first, max(added_at) AS last FROM candidates")[0]
    assert synthetic.START <= period["first"] < period["last"] < synthetic.START.replace(month=8, day=30)


def test_people_have_addresses_jobs_and_some_raw_data(rt: Runtime, alice: Actor) -> None:
    synthetic.generate(rt, alice, N, "Everyone")
    unlike = """SELECT count(*) FROM profiles p FULL JOIN profile_urls u ON u.profile_id = p.id
        WHERE p.linkedin_url <> coalesce('https://www.' || u.url_key, '')"""
    assert value(rt, unlike) == 0
    current = """SELECT count(*) FROM positions j JOIN profiles p ON p.id = j.profile_id
        WHERE j.is_current AND j.ended_on IS NULL AND (j.title, j.company) = (p.title, p.company)"""
    assert value(rt, current) == value(rt, "SELECT count(*) FROM profiles WHERE title <> ''") > 0.9 * N
    assert value(rt, "SELECT count(*) FROM positions WHERE NOT is_current AND ended_on >= started_on") > N / 2
    assert value(rt, "SELECT count(*) FROM profile_raw WHERE raw->>'name' <> ''") == N / synthetic.RAW_EVERY


def test_an_empty_table_is_loaded_without_its_indexes_and_gets_them_back(rt: Runtime, alice: Actor) -> None:
    before = indexes(rt)
    synthetic.generate(rt, alice, N, "Everyone", bulk_from=1)
    after = indexes(rt)
    assert {name: definition for name, (definition, _) in after.items()} == {
        name: definition for name, (definition, _) in before.items()
    }
    kept = {name for name in before if after[name] == before[name]}
    assert kept == {"candidates_pkey", "candidates_search_id_profile_id_key"}


def test_a_second_search_leaves_the_indexes_of_a_live_table_alone(rt: Runtime, alice: Actor) -> None:
    first = synthetic.generate(rt, alice, N, "First", bulk_from=1)
    before = indexes(rt)
    second = synthetic.generate(rt, alice, 300, "Second", seed=2, bulk_from=1)
    assert indexes(rt) == before
    counts = rows(rt, "SELECT search_id::text, count(*) AS people FROM candidates GROUP BY 1")
    assert {row["search_id"]: row["people"] for row in counts} == {first: N, second: 300}
    versions = rows(rt, "SELECT id::text, data_version FROM searches")
    assert {row["id"]: row["data_version"] for row in versions} == {first: 2, second: 2}


def test_without_the_owners_role_the_indexes_stay_on(rt: Runtime, alice: Actor, settings: Settings) -> None:
    before = indexes(rt)
    rt.settings = replace(settings, database_owner_url=settings.database_url)
    synthetic.generate(rt, alice, 100, "Everyone", bulk_from=1)
    assert indexes(rt) == before
    assert value(rt, "SELECT count(*) FROM candidates") == 100


def test_the_same_seed_again_makes_the_same_people_again(rt: Runtime, alice: Actor, bob: Actor) -> None:
    searches = [synthetic.generate(rt, actor, 200, "Everyone", seed=9) for actor in (alice, bob)]
    columns = "p.full_name, p.summary, p.skills, c.stage, c.score, c.tags, c.added_at, c.stage_changed_at"
    query = f"SELECT {columns} FROM candidates c JOIN profiles p ON p.id = c.profile_id"
    one, two = (rows(rt, f"{query} WHERE c.search_id = %(id)s ORDER BY c.id", id=search) for search in searches)
    assert one == two
    # An address names one person: those who came first keep it.
    assert value(rt, "SELECT count(DISTINCT profile_id) FROM profile_urls") < 200


@pytest.mark.parametrize("bulk_from", [1, N + 1])
def test_a_failure_on_the_way_leaves_nothing_but_the_indexes(rt: Runtime, alice: Actor, bulk_from: int) -> None:
    before = indexes(rt)

    def unplugged(done: int, n: int) -> None:
        raise ConnectionResetError("the terminal went away")

    with pytest.raises(ConnectionResetError):
        synthetic.generate(rt, alice, N, "Everyone", progress=unplugged, bulk_from=bulk_from)
    assert value(rt, EMPTY) == 0
    assert indexes(rt) == before


@pytest.mark.parametrize(
    ("n", "title"), [(0, "Nobody"), (-1, "Nobody"), (10**9, "Everybody"), (1, " "), (1, "x" * 201)]
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(rt: Runtime, alice: Actor, n: int, title: str) -> None:
    with pytest.raises(BadInput):
        synthetic.generate(rt, alice, n, title)
    assert value(rt, EMPTY) == 0


def test_a_viewer_makes_no_people(rt: Runtime, charlie: Actor) -> None:
    with pytest.raises(Forbidden):
        synthetic.generate(rt, charlie, 10, "Everyone")
    assert value(rt, EMPTY) == 0


@pytest.fixture
def command_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, setting in child_environ(settings).items():
        monkeypatch.setenv(name, setting)


def test_the_command_prints_the_search_and_the_rate(
    rt: Runtime, command_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", "150", "--title", "Demo", "--seed", "4", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    (made,) = rows(rt, "SELECT s.id::text, s.title, u.role FROM searches s JOIN users u ON u.id = s.user_id")
    assert made == {"id": printed["search"], "title": "Demo", "role": "admin"}
    assert (printed["people"], printed["per_second"] > 0) == (150, True)


def test_the_command_makes_a_search_for_someone(
    rt: Runtime, alice: Actor, command_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", "10", "--user", "alice@example.com"]) == 0
    assert re.search(r"^search: [0-9a-f-]{36}$", capsys.readouterr().out, re.MULTILINE)
    (made,) = rows(rt, "SELECT title, user_id FROM searches")
    assert made == {"title": "Synthetic people (10)", "user_id": alice.user_id}
    assert identity.find_user(rt, "admin@localhost") is None


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["0"], "Between 1 and 10,000,000 people"),
        (["10", "--user", "nobody@example.com"], "There is no active user"),
    ],
)
def test_the_command_refuses_in_one_line(
    command_line: None, capsys: pytest.CaptureFixture[str], argv: list[str], line: str
) -> None:
    assert cli.main(["generate", *argv]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert line in said.err
