"""Any filter in any sort, by every way that a page is made: exactly the rows that Python finds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from services.errors import BadInput
from services.grid import result_sets
from services.grid.grid_columns import STATUSES
from services.grid.grid_query import parse_rows
from services.grid.grid_view import View, parse_url
from services.servers.servers import Servers
from tests import people
from tests.grid_models import (
    FILTERED,
    JUNK,
    MODELS,
    ROW_NUMBERS,
    SORT_ITEMS,
    SORTABLE,
    SORTS,
    STEADY,
    ZONES,
    filter_models,
    one_filter,
    sort_model,
    spoiled,
)  # fmt: skip
from tests.grid_reference import TEXTS, key, ordered, shown
from tests.grid_world import World, all_ids, check_three_ways, world


@pytest.fixture(scope="module")
def grid(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(servers, template_database, tmp_path_factory.mktemp("home"), people.varied(400)) as made:
        yield made


def test_keys_are_without_accents_and_case(grid: World) -> None:
    for row in grid.rows:
        expected = tuple(map(key, (row.full_name, row.last_name, row.title, row.company, row.location)))
        assert (row.name_key, row.last_name_key, row.title_key, row.company_key, row.location_key) == expected


# Where a block begins, as a part of the view, and its size.
BLOCKS = st.tuples(st.sampled_from((0, 0.1, 0.5, 0.8, 0.99, 1.2)), st.sampled_from((1, 7, 100)))


@settings(STEADY, max_examples=200)
@given(status=st.sampled_from(STATUSES), model=filter_models(), sorts=SORTS, block=BLOCKS, zone=ZONES)
def test_any_view_shows_what_python_finds(
    grid: World, status: str, model: dict[str, Any], sorts: list[tuple[str, str]], block: tuple[float, int], zone: str
) -> None:
    view = View.of(grid.search_id, status=status, filters=model, sort=sort_model(sorts), zone=zone)
    expected = ordered(shown(grid.rows, status, model, zone=zone), sorts or [("score", "desc")])
    start = int(block[0] * len(expected))
    check_three_ways(grid, view, expected, start, start + block[1])


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("name", SORTABLE)
def test_each_column_sorts_all_people(grid: World, name: str, direction: str) -> None:
    view = View.of(grid.search_id, status="all", sort=sort_model([(name, direction)]))
    expected = ordered(grid.rows, [(name, direction)])
    assert len(expected) == 400
    for start in (0, 250, 395):
        check_three_ways(grid, view, expected, start, start + 100)


@pytest.mark.parametrize("name", FILTERED)
def test_each_filter_finds_what_python_finds(grid: World, name: str) -> None:
    @settings(STEADY, max_examples=20)
    @given(model=one_filter(name), zone=ZONES)
    def check(model: dict[str, Any], zone: str) -> None:
        view = View.of(grid.search_id, status="all", filters={name: model}, zone=zone)
        found = all_ids(grid.rt, grid.actor, view)
        expected = ordered(shown(grid.rows, "all", {name: model}, zone=zone), [("score", "desc")])
        assert found == [row.id for row in expected]

    check()


SAME = (
    *TEXTS, "headline", "industry", "source", "tags", "years_experience", "current_tenure_months",
    "average_tenure_months", "score", "fit", "stage", "filter_status", "has_email", "note_count",
)  # fmt: skip


def test_what_a_row_shows_is_what_the_tables_hold(grid: World) -> None:
    view = View.of(grid.search_id, status="all", sort=sort_model([("added_at", "asc")]))
    page = result_sets.fetch_page(grid.rt, grid.actor, view, None, 0, 100)
    for row, expected in zip(page.rows, ordered(grid.rows, [("added_at", "asc")]), strict=False):
        assert {name: row[name] for name in SAME} == {name: getattr(expected, name) for name in SAME}
        assert row["skills"] == ", ".join(expected.skills)
        assert row["added_at"] == f"{expected.added_at:%Y-%m-%dT%H:%M:%SZ}"
        assert row["screened_at"] == (expected.screened_at and f"{expected.screened_at:%Y-%m-%dT%H:%M:%SZ}")
        assert set(row) == {"id", "deleted", "skills", "linkedin_url", "added_at", "screened_at", "known", *SAME}
        json.dumps(row)


# Anything at all

GOOD: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(STATUSES),
    "q": st.sampled_from(("", "engineer", "c++ -hr", '"machine learning" zur*')),
    "filters": filter_models(),
    "sort": SORTS.map(sort_model),
    "start": st.integers(0, 400),
    "end": st.integers(401, 600),
    "zone": ZONES,
}
BAD: dict[str, st.SearchStrategy[Any]] = {
    "status": JUNK,
    "q": st.one_of(st.text(max_size=30), JUNK),
    "filters": MODELS,
    "sort": st.one_of(st.lists(SORT_ITEMS, max_size=6), JUNK),
    "start": ROW_NUMBERS,
    "end": ROW_NUMBERS,
    "zone": JUNK,
}


@st.composite
def requests(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """A request of which one or two parts are anything at all."""
    bad = draw(st.lists(st.sampled_from((*BAD, "filters", "filters", "q")), min_size=1, max_size=2))
    return {part: draw(BAD[part] if part in bad else good) for part, good in GOOD.items()}


PLAIN = {"status": "all", "q": "", "filters": {}, "sort": [], "start": 0, "end": 100, "zone": "UTC"}


@settings(STEADY, max_examples=250)
@given(request=requests())
@example(request=PLAIN | {"q": "x" * 300})
@example(request=PLAIN | {"q": "&|!():*<->' \\ & foo:*A", "start": 5})
@example(request=PLAIN | {"q": "\u216b\u3371 \u2122\u33a9 \U0001d7d8 \u0663 \u00b2"})
def test_anything_at_all_is_a_page_or_bad_input(grid: World, request: dict[str, Any]) -> None:
    parts = {name: value for name, value in request.items() if name not in ("start", "end")}
    try:
        view = View.of(grid.search_id, **parts)
        first, last = parse_rows(request["start"], request["end"])
    except BadInput as refused:
        assert len(refused.message) < 200
        return
    for rt in (grid.rt, grid.away):
        page = result_sets.fetch_page(rt, grid.actor, view, None, first, last)
        assert page.version == 2 and len(page.rows) <= 100
        json.dumps(page.rows)
    # What was accepted can be linked to, kept and told.
    again, _, _, notices = parse_url(grid.search_id, view.query_string(), view.zone)
    assert again == view and notices == [] and view.sentences() is not None
    with psycopg.connect(grid.database_url) as conn:
        row = conn.execute("SELECT %s::jsonb", (Jsonb(view.state()),)).fetchone()
    assert row is not None and View.from_state(grid.search_id, row[0]).key(1) == view.key(1)


@settings(STEADY, max_examples=150)
@given(model=spoiled())
def test_a_spoiled_filter_is_refused_or_means_what_it_says(grid: World, model: Any) -> None:
    try:
        view = View.of(grid.search_id, status="all", filters=model)
    except BadInput:
        return
    assert view.where().sentences.keys() == set(model)
    found = all_ids(grid.away, grid.actor, view)
    assert found == [row.id for row in ordered(shown(grid.rows, "all", model), [("score", "desc")])]


def test_numbers_that_json_does_not_have_are_refused(grid: World) -> None:
    for value in (math.nan, math.inf):
        with pytest.raises(BadInput):
            View.of(grid.search_id, filters={"score": {"type": "equals", "filter": value}})
