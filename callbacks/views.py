"""Saved views of a search, and the columns that a person chose."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import dash
from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import errors
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import view_of
from layouts import ids, text
from layouts.saved_views import ShownView, view_list
from services import column_state, saved_views
from services.identity import Actor
from services.runtime import Runtime


def shown_views(rt: Runtime, actor: Actor, search_id: UUID | str) -> list[ShownView]:
    """The lines of the menu."""
    found = saved_views.list_views(rt, actor, search_id)
    return [ShownView(v.id, v.name, v.query, v.own, v.shared, v.owner) for v in found]


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SAVED_VIEW_LIST, "children"),
        Output(ids.SAVED_VIEW_NAME, "value"),
        Input(ids.SAVED_VIEW_SAVE, "n_clicks"),
        State(ids.SAVED_VIEW_NAME, "value"),
        State(ids.SAVED_VIEW_SHARED, "value"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def save(clicks: int | None, name: str | None, shared: bool | None, page: dict[str, Any] | None) -> Any:
        if not clicks:
            return no_update, no_update
        view = view_of(page)
        made = saved_views.save(
            rt, current_actor(), view.search_id, name or "", view.state(), bool(shared), replace=True
        )
        errors.toast(text.VIEW_SAVED.format(name=made.name), kind="success")
        return view_list(shown_views(rt, current_actor(), view.search_id)), ""

    @registry.callback(
        Output(ids.SAVED_VIEW_LIST, "children", allow_duplicate=True),
        Input(ids.view_delete(ALL), "n_clicks"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def delete(clicks: list[int | None], page: dict[str, Any] | None) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update  # the buttons only appeared
        saved_views.delete(rt, current_actor(), int(ctx.triggered_id["id"]))
        errors.toast(text.VIEW_DELETED)
        return view_list(shown_views(rt, current_actor(), view_of(page).search_id))

    @registry.callback(Input(ids.COLUMN_STATE, "data"), rule=Rule.ANY, prevent_initial_call=True)
    def keep_columns(columns: Any) -> None:
        column_state.save(rt, current_actor(), columns)

    registry.clientside(
        dash.ClientsideFunction("grid", "pinned"), Input(ids.COLUMN_PINNED, "value"), prevent_initial_call=True
    )
    registry.clientside(
        dash.ClientsideFunction("grid", "columns"), Input(ids.COLUMN_CHOICE, "value"), prevent_initial_call=True
    )
