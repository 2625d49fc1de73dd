"""Saved views of a search, and the columns that a person chose."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import dash
from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import errors
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping, view_of
from layouts import ids, text
from layouts.saved_views import ASKS, ShownView, lines, view_list
from services.access.identity import Actor
from services.errors import BadInput
from services.grid import column_state, saved_views
from services.runtime import Runtime


def shown_views(rt: Runtime, actor: Actor, search_id: UUID | str) -> list[ShownView]:
    """The lines of the menu."""
    found = saved_views.list_views(rt, actor, search_id)
    return [ShownView(v.id, v.name, v.query, v.own, v.shared, v.owner, v.is_default) for v in found]


def register(registry: Registry) -> None:
    rt = registry.rt

    def listed(page: dict[str, Any] | None, asked: tuple[str, int] | None = None) -> Any:
        actor, search_id = current_actor(), view_of(page).search_id
        return view_list(shown_views(rt, actor, search_id), may_share=actor.may_edit, asked=asked)

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
        return listed(page), ""

    @registry.callback(
        Output(ids.SAVED_VIEW_LIST, "children", allow_duplicate=True),
        Input(ids.view_action(ALL, ALL), "n_clicks"),
        Input(ids.view_new_name(ALL), "n_submit"),
        State(ids.view_new_name(ALL), "value"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def act(clicks: list[int | None], enters: list[int | None], names: list[Any], page: dict[str, Any] | None) -> Any:
        if not isinstance(ctx.triggered_id, dict) or not any([*clicks, *enters]):
            return no_update  # the buttons only appeared
        # Enter in the field is its button; there is one such field at most.
        action, view_id = str(ctx.triggered_id.get("action", "keep")), _number(ctx.triggered_id.get("id"))
        if action in ASKS:
            return listed(page, (action, view_id))
        _change(rt, current_actor(), view_of(page).search_id, action, view_id, names[0] if names else "")
        return listed(page)

    @registry.callback(
        Output(ids.SAVED_VIEW_LIST, "children", allow_duplicate=True),
        Input(ids.SAVED_VIEW_NEWS, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def show_as_they_are_now(request: Any, page: dict[str, Any] | None) -> Any:
        """lines: what the menu has. Where it is the same it stays, with whatever is asked in it."""
        actor, shown = current_actor(), mapping(request).get("lines")
        now = shown_views(rt, actor, view_of(page).search_id)
        return no_update if lines(now) == shown else view_list(now, may_share=actor.may_edit)

    @registry.callback(Input(ids.COLUMN_STATE, "data"), rule=Rule.ANY, prevent_initial_call=True)
    def keep_columns(columns: Any) -> None:
        column_state.save(rt, current_actor(), columns)

    registry.clientside(
        dash.ClientsideFunction("grid", "pinned"), Input(ids.COLUMN_PINNED, "value"), prevent_initial_call=True
    )
    registry.clientside(
        dash.ClientsideFunction("grid", "columns"), Input(ids.COLUMN_CHOICE, "value"), prevent_initial_call=True
    )


def _change(rt: Runtime, actor: Actor, search_id: UUID, action: str, view_id: int, name: Any) -> None:
    """Do what a button says and tell it. Raises as the services do, BadInput for no such button."""
    if action == "leave":
        return
    if action == "keep":
        said = text.VIEW_RENAMED.format(name=saved_views.rename(rt, actor, view_id, str(name or "")).name)
    elif action == "share":
        view = saved_views.share(rt, actor, view_id, not saved_views.open_view(rt, actor, view_id).shared)
        said = (text.VIEW_SHARED_NOW if view.shared else text.VIEW_UNSHARED).format(name=view.name)
    elif action == "default":
        view = saved_views.open_view(rt, actor, view_id)
        saved_views.set_default(rt, actor, search_id, None if view.is_default else view.id)
        said = text.VIEW_DEFAULT_GONE if view.is_default else text.VIEW_DEFAULT_NOW.format(name=view.name)
    elif action == "remove":
        said = text.VIEW_DELETED.format(name=saved_views.delete(rt, actor, view_id).name)
    else:
        raise BadInput(text.UNKNOWN_CALL)
    errors.toast(said, kind="success")


def _number(raw: Any) -> int:
    """A view's id; 0, which is none's, for what is no number."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else 0
