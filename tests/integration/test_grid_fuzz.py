"""Whatever a page may say to the grid's callbacks, each answers: with the right rows, or with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from layouts import ids
from services.access import identity
from services.grid.grid_columns import STATUSES
from services.servers.servers import Servers
from tests import people
from tests.grid_models import JUNK, MODELS, ROW_NUMBERS, SORT_ITEMS, SORTS, STEADY, filter_models, sort_model
from tests.grid_reference import Row, ordered, shown
from tests.grid_world import World, world
from tests.web import Browser, browser, call, csrf_of, web_server

QUICK = settings(STEADY, suppress_health_check=list(HealthCheck))
# In place of the search's id, which is not known before the tests run.
OURS = "the search"

REQUESTS = st.one_of(
    JUNK,
    st.fixed_dictionaries(
        {
            "startRow": ROW_NUMBERS,
            "endRow": ROW_NUMBERS,
            "filterModel": MODELS,
            "sortModel": st.one_of(st.lists(SORT_ITEMS, max_size=4), JUNK),
        }
    ),
)
PAGES = st.one_of(
    JUNK,
    st.fixed_dictionaries(
        {
            "search_id": st.one_of(st.just(OURS), st.just(OURS), st.just(OURS), JUNK),
            "version": st.one_of(st.none(), st.integers(-1, 9), JUNK),
            "status": st.one_of(st.sampled_from(STATUSES), JUNK),
            "q": st.one_of(st.just(""), st.text(max_size=12), JUNK),
            "f": st.one_of(st.just({}), MODELS),
            "zone": JUNK,
            "count": JUNK,
            "snapshot": JUNK,
            "person": JUNK,
        }
    ),
)


class Desk:
    """A world, and a browser that is signed in to it."""

    def __init__(self, grid: World, client: Browser) -> None:
        self.grid, self.client = grid, client

    def page(self, page: Any) -> Any:
        if isinstance(page, dict) and page.get("search_id") == OURS:
            return page | {"search_id": str(self.grid.search_id)}
        return page

    def rows(self, request: Any, page: Any) -> TestResponse:
        given = [(ids.CANDIDATE_GRID, "getRowsRequest", request)]
        return call(self.client, "candidate-grid.getRowsResponse", given, [(ids.GRID_VIEW, "data", self.page(page))])


@pytest.fixture(scope="module")
def desk(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("home")
    with (
        world(servers, template_database, home, people.varied(120)) as grid,
        web_server(grid.rt.settings) as server,
    ):
        client = browser(server)
        link = identity.make_login_link(grid.rt, "alice@example.com")
        client.set_cookie("sx_session", identity.sign_in_with_link(grid.rt, link))
        client.csrf = csrf_of(client)
        yield Desk(grid, client)


def check_block(answer: TestResponse, rows: list[Row]) -> dict[str, Any]:
    """What the grid cannot do without in every answer; returns the part that is for the page."""
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    found = answer.get_json()
    block = found["response"][ids.CANDIDATE_GRID]["getRowsResponse"]
    assert set(block) == {"rowData", "rowCount"}
    assert type(block["rowCount"]) is int and block["rowCount"] >= 0
    assert len(block["rowData"]) <= 100
    ours = {str(row.id): row for row in rows}
    for row in block["rowData"]:
        assert row["full_name"] == ours[row["id"]].full_name
    meta = found["sideUpdate"][ids.GRID_ANSWER]["data"]
    if "error" in meta:
        assert (block, meta["retry"]) == ({"rowData": [], "rowCount": 0}, False)
        assert 0 < len(meta["error"]) < 200
    else:
        assert len(block["rowData"]) <= block["rowCount"] and meta["version"] == 2
    assert isinstance(meta, dict)
    return meta


@settings(QUICK, max_examples=400)
@given(request=REQUESTS.filter(lambda request: request is not None), page=PAGES)
@example(request={"startRow": 0, "endRow": 100}, page={"search_id": OURS, "count": True})
@example(request={"startRow": 0, "endRow": 100, "filterModel": {}, "sortModel": []}, page={"search_id": OURS, "f": []})
@example(request=[], page=None)
def test_every_request_for_rows_is_answered_with_a_block(desk: Desk, request: Any, page: Any) -> None:
    check_block(desk.rows(request, page), desk.grid.rows)


@settings(QUICK, max_examples=150)
@given(
    status=st.sampled_from(STATUSES), model=filter_models(), sorts=SORTS, start=st.integers(0, 130),
    size=st.sampled_from((1, 10, 100, 500)), version=st.sampled_from((None, 2, 1, 99)),
)  # fmt: skip
def test_a_good_request_brings_the_rows_that_python_finds(
    desk: Desk, status: str, model: dict[str, Any], sorts: list[tuple[str, str]], start: int, size: int, version: Any
) -> None:
    page = {"search_id": OURS, "status": status, "q": "", "f": {}, "version": version, "zone": "Europe/Zurich"}
    request = {"startRow": start, "endRow": start + size, "filterModel": model, "sortModel": sort_model(sorts)}
    answer = desk.rows(request, page)
    meta = check_block(answer, desk.grid.rows)
    expected = ordered(shown(desk.grid.rows, status, model, zone="Europe/Zurich"), sorts or [("score", "desc")])
    block = answer.get_json()["response"][ids.CANDIDATE_GRID]["getRowsResponse"]
    assert [row["id"] for row in block["rowData"]] == [str(row.id) for row in expected[start : start + min(size, 100)]]
    assert not meta["exact"] or block["rowCount"] == len(expected)


def others(request: Any, page: Any) -> dict[str, tuple[list[Any], list[Any]]]:
    """The other callbacks that read what a page holds: output → what is sent to it."""
    view = [(ids.GRID_VIEW, "data", page)]
    return {
        "count-answer.data": ([(ids.COUNT_REQUEST, "data", request)], view),
        "filter-chips.children": ([(ids.VIEW_SHOWN, "data", page)], []),
        "version-answer.data": ([(ids.VERSION_REQUEST, "data", page)], []),
        "url-answer.data": ([(ids.URL_QUERY, "data", {"query": request})], view),
        "change-answer.data": ([(ids.CHANGE_REQUEST, "data", request)], view),
    }


@settings(QUICK, max_examples=150)
@given(request=REQUESTS, page=PAGES)
def test_no_other_callback_of_the_page_fails(desk: Desk, request: Any, page: Any) -> None:
    for output, (inputs, state) in others(request, desk.page(page)).items():
        answer = call(desk.client, output, inputs, state)
        assert answer.status_code < 500, (output, answer.get_data(as_text=True)[:300])
