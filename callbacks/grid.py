"""The candidate grid: blocks of rows, the exact count, newer data, and the view in the URL."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import dash
from dash import Input, Output, State, no_update

from callbacks import errors
from callbacks.registry import Registry, Rule, keep
from callbacks.session import current_actor
from callbacks.view_state import mapping, page_state, version_of, view_of
from layouts import ids, text
from layouts.facet_panel import filter_chips
from layouts.match_menu import match_sentence
from services.errors import BadInput, Conflict, Forbidden, NotFound, ProductError
from services.grid import grid_criteria, result_sets
from services.grid.grid_query import parse_rows
from services.grid.grid_view import View, parse_url
from services.matching import matching
from services.runtime import Runtime


def register(registry: Registry) -> None:
    rt = registry.rt

    def always_answer(error: ProductError) -> dict[str, Any]:
        # The grid waits for ever for an answer that does not come: give it an empty one, and say why.
        retry = not isinstance(error, BadInput | Forbidden)
        page = callback_state(ids.GRID_VIEW)
        search_id = page.get("search_id")
        shown = search_id if isinstance(search_id, str) and len(search_id) <= 36 else None
        meta = {"search_id": shown, "turn": turn_of(page), "error": error.message, "retry": retry}
        meta["n"] = secrets.token_hex(4)
        keep(ids.GRID_ANSWER, meta)
        # As many as the page knew of, so that its scrollbar stays where it is until the rows are there again.
        known = page.get("count")
        count = known if retry and isinstance(known, int) and not isinstance(known, bool) else 0
        return {"rowData": [], "rowCount": max(0, count)}

    @registry.callback(
        Output(ids.CANDIDATE_GRID, "getRowsResponse"),
        Input(ids.CANDIDATE_GRID, "getRowsRequest"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        on_error=always_answer,
        # Of a grid that was just put in and has asked for nothing yet.
        prevent_initial_call=True,
    )
    def rows(request: dict[str, Any] | None, page: dict[str, Any] | None) -> Any:
        if request is None:
            return no_update
        view = view_of(page, mapping(request))
        start, end = parse_rows(request.get("startRow"), request.get("endRow"))
        found = matching.fetch_page(rt, current_actor(), view, version_of(page or {}), start, end)
        meta = page_meta(view, found) | {"turn": turn_of(mapping(page)), "start": start}
        keep(ids.GRID_ANSWER, meta)
        return {"rowData": found.rows, "rowCount": found.row_count}

    @registry.callback(
        Output(ids.COUNT_ANSWER, "data"),
        Input(ids.COUNT_REQUEST, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def exact_count(request: Any, page: Any) -> Any:
        asked = mapping(request or {})
        found = result_sets.count(rt, current_actor(), view_of(page), version_of(asked))
        return {"n": asked.get("n"), "version": found.version, "count": found.row_count}

    @registry.callback(
        Output(ids.FILTER_CHIPS, "children"),
        Input(ids.VIEW_SHOWN, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def chips(page: dict[str, Any] | None) -> Any:
        view = view_of(page)
        said = grid_criteria.sentences(rt, current_actor(), view)
        return filter_chips(said if view.match is None else {**said, "match": _compared_with(rt, view)})

    @registry.callback(
        Output(ids.VERSION_ANSWER, "data"),
        Input(ids.VERSION_REQUEST, "data"),
        rule=Rule.ANY,
        polling=True,
        prevent_initial_call=True,
        on_error=_gone,
    )
    def newest_version(request: Any) -> Any:
        view = View.of(mapping(request or {}).get("search_id"))
        return {"search_id": str(view.search_id), "version": result_sets.version_of(rt, current_actor(), view)}

    @registry.callback(
        Output(ids.URL_ANSWER, "data"),
        Input(ids.URL_QUERY, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def read_url(request: Any, page: Any) -> Any:
        base = view_of(page)
        read, person, _, notices = parse_url(base.search_id, str(mapping(request or {}).get("query", "")), base.zone)
        view, gone = grid_criteria.without_gone(rt, current_actor(), read)
        view, pending, unmatched = matching.settle(rt, current_actor(), view)
        for notice in (*notices, *gone, *unmatched):
            errors.toast(notice)
        return {"view": page_state(view, person, pending)}

    for name, given in (
        ("answered", Input(ids.GRID_ANSWER, "data")),
        ("counted", Input(ids.COUNT_ANSWER, "data")),
        ("version", Input(ids.VERSION_ANSWER, "data")),
        ("url", Input(ids.URL_ANSWER, "data")),
        ("search", Input(ids.QUICK_SEARCH, "value")),
        ("facets", Input(ids.FACET_CHOICE, "data")),
    ):
        registry.clientside(dash.ClientsideFunction("grid", name), given, prevent_initial_call=True)
    # With an output, though it never writes it: one without is not called when its page is put in.
    registry.clientside(
        dash.ClientsideFunction("grid", "mount"),
        Output(ids.GRID_VIEW, "modified_timestamp"),
        Input(ids.GRID_VIEW, "data"),
    )
    registry.clientside(
        dash.ClientsideFunction("grid", "poll"),
        Output(ids.VERSION_REQUEST, "data"),
        Input(ids.VERSION_CLOCK, "n_intervals"),
        prevent_initial_call=True,
    )


def _gone(error: ProductError) -> Any:
    """A search that was deleted, put away or taken from the reader in another tab: the page says so once. The rest of
    what may go wrong with a look at the clock is no news."""
    asked = dash.ctx.inputs.get(f"{ids.VERSION_REQUEST}.data")
    if not isinstance(error, Forbidden) or not isinstance(asked, Mapping):
        return no_update
    shown = asked.get("search_id")
    return {"search_id": shown if isinstance(shown, str) and len(shown) <= 36 else None, "gone": error.message}


def _compared_with(rt: Runtime, view: View) -> str:
    """For the chip that takes the comparison away, whatever became of it."""
    try:
        found = matching.look(rt, current_actor(), view.search_id, view.match)
        return match_sentence(found, matching.coverage(rt, current_actor(), view.search_id))
    except (NotFound, Conflict):
        return text.MATCH_GONE


def turn_of(page: Mapping[str, Any]) -> int | None:
    """The page's own number comes back to it; anything else does not."""
    turn = page.get("turn")
    return turn if isinstance(turn, int) and abs(turn) < 2**53 else None


def page_meta(view: View, found: result_sets.Page) -> dict[str, Any]:
    """What the page in the browser needs to know of the rows that it was given."""
    # The caller adds the page's turn, a number that it counts up with each other view: what comes late
    # for one that was left is known by it.
    return {
        "search_id": str(view.search_id),
        "version": found.version,
        "count": found.row_count,
        "exact": found.exact,
        "moved": found.moved,
        "editable": found.editable,
        "snapshot": found.snapshot,
        "too_large": text.GRID_TOO_LARGE if found.too_large else "",
    }


def callback_state(component: str) -> Mapping[str, Any]:
    """A Store that this callback was given, as it stands in the request."""
    data = dash.ctx.states.get(f"{component}.data")
    return data if isinstance(data, Mapping) else {}
