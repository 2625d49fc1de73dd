"""The filter panel: each open group asks for its own values, so that they come one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import ALL, MATCH, Input, Output, ctx

from callbacks import page_values
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping, version_of, view_of
from layouts import facet_panel, ids
from services.errors import ProductError
from services.grid import facets, grid_criteria
from services.grid.facet_specs import chosen_range, range_of
from services.searches import searches


def register(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return facet_panel.problem(_key(), error.message), _number()

    @registry.callback(
        Output(ids.facet(MATCH), "children"),
        Output(ids.facet_done(MATCH), "data"),
        Input(ids.facet_ask(MATCH), "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
        on_error=explain,
    )
    def show(ask: Any) -> Any:
        page, key, actor = mapping(mapping(ask).get("page")), _key(), current_actor()
        view, version, text = view_of(page), version_of(page), ask.get("text") or ""
        if range_of(key):
            bars = facets.histogram(rt, actor, view, version, key)
            return facet_panel.histogram(bars, chosen_range(view.filters.get(key))), _number()
        if text:
            found = facets.facet_search(rt, actor, view, version, key, text)
        else:
            found = facets.facet(rt, actor, view, version, key)
        return facet_panel.facet_values(found, found=bool(text)), _number()

    @registry.callback(
        Output(ids.FILTER_PANEL, "children"),
        Input(ids.PANEL_REQUEST, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def fill(request: Any) -> Any:
        search = searches.get_search(rt, current_actor(), page_values.uuid(mapping(request).get("search_id")))
        return facet_panel.filter_groups(grid_criteria.columns(rt, current_actor(), search.id))

    for name, given in (
        ("filled", Input(ids.FILTER_PANEL, "children")),
        ("view", Input(ids.GRID_VIEW, "data")),
        ("shown", Input(ids.VIEW_SHOWN, "data")),
        ("answered", Input(ids.facet_done(ALL), "data")),
        ("find", Input(ids.facet_find(ALL), "value")),
    ):
        registry.clientside(dash.ClientsideFunction("facets", name), given, prevent_initial_call=True)


def _key() -> str:
    """The facet that was asked for, by the id of its place in the page."""
    return str(ctx.triggered_id["key"]) if isinstance(ctx.triggered_id, dict) else ""


def _number() -> Any:
    """Which question this answers."""
    ask = ctx.triggered[0]["value"] if ctx.triggered else None
    return ask.get("n") if isinstance(ask, Mapping) else None
