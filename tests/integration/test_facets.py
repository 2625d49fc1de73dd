"""Facets and histograms say what Python counts, under any other filters; kept, shared and guarded like lists."""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from dash.development.base_component import Component
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from layouts import facet_panel
from services.access.identity import Actor
from services.errors import BadInput, Forbidden
from services.grid import facets
from services.grid.facet_counts import Counter
from services.grid.facet_specs import FACETS, RANGES, Facet, chosen_range
from services.grid.grid_query import fragment
from services.grid.grid_view import View
from services.grid.result_sets import count, fetch_meta
from services.grid.search_text import parse
from services.runtime import Runtime
from services.servers.servers import Servers
from tests import people
from tests.grid_reference import Row, key, shown
from tests.grid_world import World, world
from tests.people import Person, add_people, add_search
from tests.web import CALLBACK, Browser

KEYED = {"title_in": "title", "company_in": "company", "location_in": "location"}
PLAIN = {"fit_in": "fit", "stage_in": "stage", "source_in": "source", "status_in": "filter_status",
         "industry_in": "industry"}  # fmt: skip
LISTS = {"skills_in": "skills", "tags_in": "tags"}

OTHERS: list[dict[str, Any]] = [
    {"title": {"type": "contains", "filter": "engineer"}},
    {"company": {"type": "notContains", "filter": "go"}},
    {"location": {"type": "blank"}},
    {"score": {"type": "greaterThanOrEqual", "filter": 4}},
    {"years_experience": {"type": "inRange", "filter": 0.5, "filterTo": 12}},
    {"stage_in": {"values": ["new", "shortlisted"]}},
    {"fit_in": {"values": [None, "strong"]}},
    {"skills_in": {"values": ["Python", "Go", "none of these"]}},
    {"tags_in": {"values": [None]}},
    {"tags_in": {"values": ["call", "x"]}},
    {"title_in": {"values": ["SENIOR engineer", "Unheard of"]}},
    {"company_in": {"values": [None, "unicode gmbh"]}},
    {"source_in": {"values": ["linkedin"]}},
    {"status_in": {"values": ["active", "filtered_exclusion"]}},
    {"industry_in": {"values": ["Software"]}},
    {"has_email": {"values": [True]}},
    {"screened_at": {"type": "inRange", "dateFrom": "2026-06-01", "dateTo": "2026-06-30"}},
    {"current_tenure_months": {"type": "blank"}},
    {"added_at": {"type": "greaterThan", "dateFrom": "2026-06-01"}},
]


@pytest.fixture(scope="module")
def grid(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(servers, template_database, tmp_path_factory.mktemp("home"), people.varied(400)) as made:
        yield made


@st.composite
def views(draw: st.DrawFn) -> dict[str, Any]:
    """Status, search text and up to three filters."""
    filters: dict[str, Any] = {}
    for number in draw(st.lists(st.integers(0, len(OTHERS) - 1), max_size=3)):
        filters |= OTHERS[number]
    return {
        "status": draw(st.sampled_from(("active", "active", "filtered", "shortlisted", "all"))),
        "q": draw(st.sampled_from(("", "", "engineer", "go", "-learning", '"machine learning"'))),
        "filters": filters,
    }


def rows_of(grid: World, given: dict[str, Any], *without: str) -> list[Row]:
    filters = {k: v for k, v in given["filters"].items() if k not in without}
    terms = [(term.kind, term.text, term.negated) for term in parse(given["q"])]
    return shown(grid.rows, given["status"], filters, terms)


def tally(rows: list[Row], name: str) -> Tally[str | bool | None]:
    """Value (a key for titles, companies, locations) → people, by Python."""
    if name == "has_email":
        return Tally(row.has_email for row in rows)
    if name == "rule_in":
        return Tally(row.rule for row in rows if row.rule is not None)
    if name == "reason_in":
        return Tally(row.reason or None for row in rows if row.reason is not None)
    if name in KEYED:
        return Tally(getattr(row, f"{KEYED[name]}_key") or None for row in rows)
    if name in LISTS:
        return Tally(value for row in rows for value in (getattr(row, LISTS[name]) or [None]))
    return Tally(getattr(row, PLAIN[name]) or None for row in rows)


def counts(facet: Facet) -> dict[str | bool | None, int]:
    found = {key(v.value) if isinstance(v.value, str) and facet.key in KEYED else v.value: v.count
             for v in facet.values}  # fmt: skip
    assert len(found) == len(facet.values)
    return found


@settings(max_examples=60, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(views())
def test_counts_are_those_of_a_plain_count_under_any_other_filters(grid: World, given: dict[str, Any]) -> None:
    view = View.of(grid.search_id, **given)
    for name, found in facets.facets(grid.rt, grid.actor, view, None, FACETS).items():
        expected = tally(rows_of(grid, given, name), name)
        chosen = given["filters"].get(name, {}).get("values", [])
        wanted = {key(v) if name in KEYED and v is not None else v for v in chosen}
        got = counts(found)
        assert got == {value: expected[value] for value in {*(v for v, n in expected.items() if n), *wanted}}, name
        assert [v.value for v in found.values if v.chosen and v.value in chosen] == [
            v.value for v in found.values if v.chosen
        ]
        assert len([v for v in found.values if v.chosen]) == len(wanted)
        assert (found.exact, found.more, found.key) == (True, False, name)


@settings(max_examples=40, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(views())
def test_bars_hold_everyone_in_the_view_without_the_filter_on_them(grid: World, given: dict[str, Any]) -> None:
    view = View.of(grid.search_id, **given)
    for name in RANGES:
        found = facets.histogram(grid.rt, grid.actor, view, None, name)
        values = [getattr(row, name) for row in rows_of(grid, given, name)]
        filled = [value for value in values if value is not None]
        assert found.blank == len(values) - len(filled)
        assert sum(found.counts) == len(filled)
        assert len(found.counts) <= 24
        assert len(found.edges) == len(found.counts) + 1 or not filled
        assert found.exact
        if found.kind == "number" and filled:
            assert (found.low, found.high) == (min(filled), max(filled))
            edges = [float(edge) for edge in found.edges]
            bars = list(zip(edges, edges[1:], found.counts, strict=False))
            for low, high, n in bars[:-1]:
                assert n == sum(low <= value < high for value in filled)
            assert bars[-1][2] == sum(bars[-1][0] <= value <= bars[-1][1] for value in filled)


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"])
@pytest.mark.parametrize("name", sorted(RANGES))
def test_a_click_on_a_bar_shows_as_many_as_the_bar_says(fine: World, name: str, zone: str) -> None:
    view = View.of(fine.search_id, status="all", zone=zone)
    found = facets.histogram(fine.rt, fine.actor, view, None, name)
    drawn = [part for part in _drawn(facet_panel.histogram(found)) if "data-facet-bar" in part]
    assert len(drawn) == len(found.counts) > 1
    for part, n in zip(drawn, found.counts, strict=True):
        ends = part["data-from"], part["data-to"]
        if found.kind == "date":
            model = {"filterType": "date", "type": "inRange", "dateFrom": ends[0], "dateTo": ends[1]}
        else:
            model = {"filterType": "number", "type": "inRange", "filter": float(ends[0]), "filterTo": float(ends[1])}
        clicked = replace(view, filters={name: model})
        assert count(fine.rt, fine.actor, clicked, None).row_count == n, ends
        # The others are outside then, and it is not.
        again = [part for part in _drawn(facet_panel.histogram(found, chosen_range(model))) if "data-facet-bar" in part]
        assert [bar["data-from"] for bar in again if "sx-bar-out" not in bar["className"]] == [ends[0]]


@pytest.fixture(scope="module")
def fine(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """People whose values stand on the edges of bars and one grain beside them; one began tomorrow."""
    crowd = [
        replace(person, score=n % 101 / 10, years_experience=n % 307 / 10, current_tenure_months=n % 61 - 1,
                average_tenure_months=n % 50, screened_at=person.added_at + timedelta(hours=n))
        for n, person in enumerate(people.varied(1000))
    ]  # fmt: skip
    with world(servers, template_database, tmp_path_factory.mktemp("fine"), crowd) as made:
        yield made


def _drawn(component: Any) -> Iterator[dict[str, Any]]:
    """The properties of everything that is shown, in the order of the page."""
    for child in component if isinstance(component, (list, tuple)) else [component]:
        if isinstance(child, Component):
            props = child.to_plotly_json()["props"]
            yield props
            yield from _drawn(props.get("children"))


def test_without_anyone_screened_there_are_no_bars_but_a_count(rt: Runtime, alice: Actor) -> None:
    search = make(rt, alice, [Person(), Person()])
    found = facets.histogram(rt, alice, View.of(search), None, "screened_at")
    assert (found.edges, found.counts, found.low, found.blank) == ([], [], None, 2)


def test_days_follow_the_data_where_what_is_kept_is_of_an_older_version(rt: Runtime, alice: Actor) -> None:
    search = make(rt, alice, [Person(screened_at=people.START)])
    view, engineers = View.of(search), View.of(search, filters={"title": {"type": "contains", "filter": "engineer"}})
    old = facets.histogram(rt, alice, view, None, "screened_at")
    later = people.START + timedelta(days=9)
    add(rt, search, [Person(title="Engineer", screened_at=later)])
    # The page holds the old version, of which the span is kept and these people's days are not.
    found = facets.histogram(rt, alice, engineers, old.version, "screened_at")
    assert (found.version, sum(found.counts), found.high) == (old.version + 1, 1, str(later.date()))


def test_a_flag_that_nobody_has_keeps_its_tick(rt: Runtime, alice: Actor) -> None:
    search = make(rt, alice, [Person(has_email=False)] * 2)
    view = View.of(search, filters={"has_email": {"filterType": "set", "values": [True]}})
    found = facets.facet(rt, alice, view, None, "has_email")
    assert [(v.value, v.count, v.chosen) for v in found.values] == [(False, 2, False), (True, 0, True)]
    # There is nothing to look for by name.
    assert facets.facet_search(rt, alice, view, None, "has_email", "tr") == found


def test_days_are_the_readers_days(grid: World) -> None:
    # 22:30, 23:30, 00:30, 01:30 UTC of 1 and 2 June are all 2 June in Zurich but 1 and 2 June in UTC.
    zurich = View.of(grid.search_id, status="all", zone="Europe/Zurich")
    for view in (zurich, replace(zurich, zone="UTC")):
        found = facets.histogram(grid.rt, grid.actor, view, None, "added_at")
        expected = Tally(str(row.added_at.astimezone(ZoneInfo(view.zone)).date()) for row in grid.rows)
        bars = dict(zip(found.edges, found.counts, strict=False))
        assert {day: n for day, n in bars.items() if n} == expected
        assert found.low == min(expected)
        assert found.high == max(expected)


def test_a_facet_shows_twenty_values_and_the_chosen_ones(rt: Runtime, alice: Actor) -> None:
    crowd = [Person(company=f"Company {n:02}") for n in range(30) for _ in range(40 - n)]
    search = make(rt, alice, [*crowd, Person(company=""), Person(company="Zebra Ltd", filter_status="filtered_x")])
    chosen = {"filterType": "set", "values": ["company 25", "ZEBRA LTD", None, "Nobody There"]}
    found = facets.facet(rt, alice, View.of(search, filters={"company_in": chosen}), None, "company_in")
    assert [(v.label, v.count) for v in found.values[:20]] == [(f"Company {n:02}", 40 - n) for n in range(20)]
    # As they stand in the filter, so that a tick can take them out again.
    assert [(v.value, v.label, v.count, v.chosen) for v in found.values[20:]] == [
        ("company 25", "Company 25", 15, True),
        (None, "", 1, True),
        ("ZEBRA LTD", "ZEBRA LTD", 0, True),
        ("Nobody There", "Nobody There", 0, True),
    ]
    assert found.more and found.label == "Company"


def test_a_value_is_spelled_as_most_people_spell_it(rt: Runtime, alice: Actor) -> None:
    spelled = ["ZÜRICH", "Zürich", "Zürich", "zurich"]
    search = make(rt, alice, [Person(location=place) for place in spelled])
    found = facets.facet(rt, alice, View.of(search), None, "location_in")
    assert [(v.value, v.label, v.count) for v in found.values] == [("Zürich", "Zürich", 4)]


def test_a_company_is_found_by_a_part_of_its_name(grid: World) -> None:
    def find(name: str, text: str, **given: Any) -> dict[str, int]:
        view = View.of(grid.search_id, status="all", **given)
        found = facets.facet_search(grid.rt, grid.actor, view, None, name, text)
        return {v.label: v.count for v in found.values}

    everyone = {name: tally(grid.rows, name) for name in FACETS}
    assert [(key(v), n) for v, n in find("company_in", "ODE gm").items()] == [
        ("unicode gmbh", everyone["company_in"]["unicode gmbh"])
    ]
    assert set(map(key, find("company_in", "go"))) == {"go digital", "google"}
    assert find("company_in", "%_") == {}  # short: where a name begins
    assert find("company_in", "50%_") == {"50%_off\\shop": everyone["company_in"]["50%_off\\shop"]}
    assert find("skills_in", "PYTHON") == {v: everyone["skills_in"][v] for v in ("Python", "python")}
    assert find("tags_in", "CALL") == {v: everyone["tags_in"][v] for v in ("call", "Call back")}
    assert find("tags_in", "emi") == {"émigré": everyone["tags_in"]["émigré"]}
    assert find("industry_in", "soft") == {v: everyone["industry_in"][v] for v in ("Software", "software")}
    assert find("stage_in", "ing") == {"interviewing": everyone["stage_in"]["interviewing"]}
    blank = facets.facet(grid.rt, grid.actor, View.of(grid.search_id, status="all"), None, "company_in")
    assert find("company_in", "  ") == {v.label: v.count for v in blank.values}
    # The facet's own filter does not narrow the search for more values.
    assert len(find("company_in", "goo", filters={"company_in": {"values": ["R"]}})) == 1


def test_what_is_no_facet_is_refused(grid: World) -> None:
    view = View.of(grid.search_id)
    for call in (facets.facet, facets.histogram):
        with pytest.raises(BadInput):
            call(grid.rt, grid.actor, view, None, "search_id")
    with pytest.raises(BadInput):
        facets.facet_search(grid.rt, grid.actor, view, None, "company_in", "x" * 501)


# Large searches: samples


@pytest.fixture(scope="module")
def crowd(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(servers, template_database, tmp_path_factory.mktemp("crowd"), people.varied(3_000, seed=7)) as made:
        yield made


def counting(crowd: World, use: Callable[[Counter], Any], **limits: Any) -> Any:
    view = View.of(crowd.search_id, status="all")
    with crowd.rt.db.snapshot() as conn:
        meta = fetch_meta(conn, crowd.actor, view)
        return use(Counter(conn, meta, crowd.search_id, **limits))


SAMPLED = {"cost_limit": 0.0, "sample": 1_000, "enough": 100}


def test_a_sample_is_scaled_up_and_close(crowd: World) -> None:
    view = View.of(crowd.search_id, status="all")
    for column, name in (("title_key", "title_in"), ("stage", "stage_in")):
        found = counting(crowd, lambda c, column=column: c.values(view.where(), column, 50), **SAMPLED)
        expected = tally(crowd.rows, name)
        assert (found.factor, found.exact) == (3, False)
        assert sum(row["n"] for row in found.rows) == pytest.approx(3_000, rel=0.05)
        for row in found.rows:
            assert row["n"] == pytest.approx(expected[row["value"] or None], rel=0.35)
    found = counting(crowd, lambda c: c.elements(view.where(), "skills", 50), **SAMPLED)
    assert {row["value"] for row in found.rows} == {*people.SKILLS, None}
    assert not found.exact
    found = counting(crowd, lambda c: c.small(view.where(), 200), **SAMPLED)
    assert {row["field"] for row in found.rows} == {*PLAIN.values(), "has_email"}
    assert counting(crowd, lambda c: c.steps(view.where(), "score", 0.5), **SAMPLED).factor == 3


def test_the_same_data_gives_the_same_sample(crowd: World) -> None:
    view = View.of(crowd.search_id, status="all")
    first, second = (
        counting(crowd, lambda c: c.elements(view.where(), "skills", 50), **SAMPLED).rows for _ in range(2)
    )
    assert first == second


def test_a_sample_that_finds_few_is_not_trusted(crowd: World) -> None:
    view = View.of(
        crowd.search_id, status="all", filters={"skills_in": {"values": ["R&D"]}, "tags_in": {"values": ["x"]}}
    )
    found = counting(crowd, lambda c: c.values(view.where(), "stage", 50), **SAMPLED)
    assert found.exact
    expected = Tally(row.stage for row in crowd.rows if "R&D" in row.skills and "x" in row.tags)
    assert {row["value"]: row["n"] for row in found.rows} == expected


def test_a_sample_holds_only_people_of_its_search(crowd: World) -> None:
    """Fifty of these people are in another search, too."""
    view = View.of(crowd.search_id, status="all")
    found = counting(crowd, lambda c: c.values(view.where(), "stage", 50), **(SAMPLED | {"sample": 2_999}))
    assert found.factor == 2
    assert sum(row["n"] for row in found.rows) == pytest.approx(3_000, rel=0.05)


def test_tags_stay_exact_where_few_have_any(crowd: World) -> None:
    view = View.of(crowd.search_id, status="all")
    found = counting(crowd, lambda c: c.tags(view.where(), "tags", 50, total=3_000), cost_limit=1e9, sample=1)
    assert {row["value"]: row["n"] for row in found.rows} == tally(crowd.rows, "tags_in")
    assert found.exact
    sampled = counting(crowd, lambda c: c.tags(view.where(), "tags", 50), **SAMPLED)
    assert not sampled.exact and None in {row["value"] for row in sampled.rows}


def test_rare_values_are_found_beside_a_sample(crowd: World) -> None:
    where = View.of(crowd.search_id, status="all").where()
    where.conditions.append(fragment("search_prefix", value=where.value("nod")))
    found = counting(
        crowd,
        lambda c: c.elements_if_quick(where, "skills", 20, "value_word_begins", text="nod"),
        sample=1,
        cost_limit=1e9,
    )
    assert {row["value"]: row["n"] for row in found} == {"Node.js": tally(crowd.rows, "skills_in")["Node.js"]}
    slow = counting(
        crowd, lambda c: c.elements_if_quick(where, "skills", 20, "value_word_begins", text="nod"), **SAMPLED
    )
    assert slow == []


# Kept, shared, guarded


def make(rt: Runtime, owner: Actor, who: list[Person], visibility: str = "team") -> uuid.UUID:
    with rt.db.connection() as conn:
        search = add_search(conn, owner, visibility)
        add_people(conn, search, who)
    return search


def add(rt: Runtime, search: uuid.UUID, who: list[Person]) -> None:
    with rt.db.connection() as conn:
        add_people(conn, search, who)


@pytest.fixture
def candidate_queries(rt: Runtime, servers: Servers) -> Callable[[], int]:
    """How many queries of this test's database have read candidates so far."""
    name = rt.settings.database_url.split("?")[0].rpartition("/")[2]

    def ask() -> int:
        with psycopg.connect(servers.urls.superuser_url) as conn:
            row = conn.execute(
                "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
                " WHERE d.datname = %s AND s.query LIKE '%%candidates c%%'",
                (name,),
            ).fetchone()
        assert row is not None
        return int(row[0])

    return ask


def test_a_second_look_reads_nothing_of_the_candidates(
    rt: Runtime, alice: Actor, bob: Actor, candidate_queries: Callable[[], int]
) -> None:
    search = make(rt, alice, people.varied(50))
    views = [View.of(search), View.of(search, sort=[{"colId": "title", "sort": "asc"}])]

    def look(actor: Actor) -> list[Any]:
        found: list[Any] = [facets.facets(rt, actor, view, None, FACETS) for view in views]
        found += [facets.histogram(rt, actor, view, None, name) for view in views for name in RANGES]
        return [*found, facets.facet_search(rt, actor, views[0], None, "company_in", "goo")]

    first = look(alice)
    before = candidate_queries()
    assert before > 0
    # The same for a colleague, and in any order.
    assert look(alice) == look(bob) == first
    assert candidate_queries() == before


def test_five_facets_of_few_values_are_one_query(
    rt: Runtime, alice: Actor, candidate_queries: Callable[[], int]
) -> None:
    search = make(rt, alice, people.varied(50))
    before = candidate_queries()
    facets.facets(rt, alice, View.of(search), None, PLAIN)
    assert candidate_queries() == before + 1
    # Ticking a stage asks for the others anew; the stages themselves were counted without it before.
    ticked = View.of(search, filters={"stage_in": {"values": ["new"]}})
    facets.facet(rt, alice, ticked, None, "stage_in")
    assert candidate_queries() == before + 1


def test_many_who_ask_at_once_are_answered_by_one_count(
    rt: Runtime, alice: Actor, candidate_queries: Callable[[], int]
) -> None:
    search = make(rt, alice, people.varied(200))
    before, barrier, answers = candidate_queries(), threading.Barrier(4), list[Any]()

    def ask() -> None:
        barrier.wait()
        answers.append(facets.facet(rt, alice, View.of(search), None, "stage_in"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and all(answer == answers[0] for answer in answers)
    assert candidate_queries() == before + 1


def test_a_private_search_is_nobody_elses_whatever_is_kept(rt: Runtime, alice: Actor, bob: Actor, admin: Actor) -> None:
    search = make(rt, alice, people.varied(30), "private")
    view = View.of(search)
    assert facets.facet(rt, alice, view, None, "stage_in").values
    assert facets.histogram(rt, admin, view, None, "score").counts
    for ask in (
        lambda: facets.facet(rt, bob, view, None, "stage_in"),
        lambda: facets.histogram(rt, bob, view, None, "score"),
        lambda: facets.facet_search(rt, bob, view, None, "company_in", "goo"),
    ):
        with pytest.raises(Forbidden):
            ask()


def test_an_old_version_is_answered_from_what_was_kept_and_never_made_up(rt: Runtime, alice: Actor) -> None:
    search = make(rt, alice, [Person(company="Old Ltd")])
    view = View.of(search)
    old = facets.facet(rt, alice, view, None, "company_in")
    add(rt, search, [Person(company="New Ltd", score=5.0)])

    # What the page holds stays as long as it is kept.
    assert facets.facet(rt, alice, view, old.version, "company_in") == old
    assert facets.facet(rt, alice, view, None, "company_in").version == old.version + 1
    # What was not counted then is counted now, and says so.
    found = facets.histogram(rt, alice, view, old.version, "score")
    assert (found.version, sum(found.counts), found.blank) == (old.version + 1, 1, 1)
    # Versions that do not exist are the newest one.
    for version in (0, -5, 10**9):
        assert facets.facet(rt, alice, view, version, "company_in").version == old.version + 1


def test_without_redis_everything_is_counted(rt: Runtime, alice: Actor, tmp_path: Any) -> None:
    search = make(rt, alice, people.varied(60))
    away = Runtime(replace(rt.settings, redis_url=f"unix://{tmp_path}/nowhere.sock"))
    away.open()
    try:
        view = View.of(search, filters={"title_in": {"values": ["HR"]}})
        assert facets.facets(away, alice, view, None, FACETS) == facets.facets(rt, alice, view, None, FACETS)
        for name in RANGES:
            assert facets.histogram(away, alice, view, None, name) == facets.histogram(rt, alice, view, None, name)
    finally:
        away.close()


def test_a_list_that_is_there_says_how_many_have_no_tag(
    rt: Runtime, alice: Actor, candidate_queries: Callable[[], int]
) -> None:
    search = make(rt, alice, [Person(tags=("call",)), Person(), Person(), Person(filter_status="filtered_x")])
    view = View.of(search)
    count(rt, alice, view, None)
    before = candidate_queries()
    found = facets.facet(rt, alice, view, None, "tags_in")
    assert [(v.value, v.count) for v in found.values] == [(None, 2), ("call", 1)]
    assert candidate_queries() == before + 1


def test_an_empty_search_has_empty_facets(rt: Runtime, alice: Actor) -> None:
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
    view = View.of(search)
    assert all(found.values == [] for found in facets.facets(rt, alice, view, None, FACETS).values())
    for name in RANGES:
        found = facets.histogram(rt, alice, view, None, name)
        assert (found.counts, found.low, found.high, found.blank) == ([], None, None, 0)


# As the page asks for them


def ask(client: Browser, name: str, page: Any, text: Any = "", n: Any = 7) -> TestResponse:
    """A group's question, as dash-renderer sends it."""
    wanted = '..{"key":["MATCH"],"type":"facet"}.children...{"key":["MATCH"],"type":"facet-done"}.data..'
    given = {
        "id": {"type": "facet-ask", "key": name},
        "property": "data",
        "value": {"n": n, "page": page, "text": text},
    }
    return client.send(CALLBACK, json={
        "output": wanted,
        "outputs": [{"id": {"type": "facet", "key": name}, "property": "children"},
                    {"id": {"type": "facet-done", "key": name}, "property": "data"}],
        "inputs": [given],
        "state": [],
        "changedPropIds": [json.dumps({"key": name, "type": "facet-ask"}, separators=(",", ":")) + ".data"],
    })  # fmt: skip


def answer(response: TestResponse, name: str) -> tuple[str, Any]:
    """The group's content as JSON text, and the number of the question that it answers."""
    found = json.loads(response.get_data())["response"]
    places = {kind: json.dumps({"key": name, "type": kind}, separators=(",", ":")) for kind in ("facet", "facet-done")}
    return json.dumps(found[places["facet"]]["children"]), found[places["facet-done"]]["data"]


def test_a_group_is_answered_in_its_own_place(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    search = make(rt, alice, [Person(company="Google", score=7.0, stage="shortlisted"), Person(company="Gold Ltd")])
    client, page = (
        client_for(alice),
        {"search_id": str(search), "version": None, "f": {"stage_in": {"values": ["new"]}}},
    )
    shown, n = answer(ask(client, "stage_in", page), "stage_in")
    assert n == 7
    assert "Shortlisted, 1" in shown and "New, 1" in shown
    shown, _ = answer(ask(client, "company_in", page), "company_in")
    assert "Gold Ltd, 1" in shown and "Google" not in shown
    shown, _ = answer(ask(client, "company_in", page | {"f": {}}, "goo"), "company_in")
    assert "Google, 1" in shown and "Gold" not in shown
    shown, _ = answer(ask(client, "score", page | {"f": {}, "filterModel": {}}), "score")
    assert "7 to 7.4: 1" in shown and "1 not filled in" in shown


def test_a_group_is_answered_only_for_who_may_see_the_search(
    rt: Runtime, alice: Actor, bob: Actor, client_for: Callable[[Actor], Browser], stranger: Browser
) -> None:
    search = make(rt, alice, [Person(company="Secret Ltd")], "private")
    page = {"search_id": str(search)}
    assert ask(client_for(alice), "company_in", page).status_code == 200
    refused = ask(client_for(bob), "company_in", page)
    assert refused.status_code == 403
    assert "Secret" not in refused.get_data(as_text=True)
    assert ask(stranger, "company_in", page).status_code == 401


ODD_QUESTIONS: list[dict[str, Any]] = [
    {"page": None},
    {"page": []},
    {"page": {"search_id": "x"}},
    {"page": {"f": "x"}},
    {"page": {"f": {"nothing": 1}}},
    {"page": {"version": "x"}, "text": {"a": 1}},
    {"page": {"version": 2**80}, "text": "x" * 501},
    {"page": {}, "text": "\x00"},
]


def test_whatever_a_group_asks_there_is_an_answer(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    search, client = make(rt, alice, [Person(company="Google")]), client_for(alice)
    for name in ("company_in", "score", "password_hash", ""):
        for odd in ODD_QUESTIONS:
            page = {"search_id": str(search)} | odd["page"] if isinstance(odd["page"], dict) else odd["page"]
            response = ask(client, name, page, odd.get("text", ""))
            assert response.status_code == 200, odd
            assert answer(response, name)[1] == 7
