"""The page `/lists`, and the form that makes, renames or shares a list."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks import list_page, page_values
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, pages_lists, text
from services.access.identity import Actor
from services.filtering import filter_reads, list_runs, lists
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """All lists that the actor may see."""
    found = lists.all_lists(rt, actor)
    known = [one.id for one in found]
    used, files = filter_reads.list_uses(rt, actor, known), list_runs.fillings(rt, actor, known)
    return pages_lists.lists_page(found, used, files, may_edit=actor.may_edit)


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.LIST_FORM, "children"), Output(ids.LIST_FORM, "is_open"),
        Input(ids.LIST_NEW, "n_clicks"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def open_new(clicks: int | None) -> Any:
        return (pages_lists.form(), True) if clicks else (no_update, no_update)

    @registry.callback(
        Output(ids.LIST_FORM, "children", allow_duplicate=True), Output(ids.LIST_FORM, "is_open", allow_duplicate=True),
        Input(ids.LIST_EDIT, "n_clicks"), State(ids.LIST_ID, "data"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def open_edit(clicks: int | None, list_id: Any) -> Any:
        if not clicks:
            return no_update, no_update
        return pages_lists.form(lists.get(rt, current_actor(), page_values.number(list_id))), True

    @registry.callback(
        Output(ids.LIST_KIND_HINT, "children"), Output(ids.LIST_HOLDS_BOX, "hidden"), Input(ids.LIST_KIND, "value"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def explain_kind(kind: Any) -> Any:
        return text.LIST_KIND_HINTS.get(str(kind), ""), kind != "custom"

    @registry.callback(
        Output(ids.LIST_FORM, "is_open", allow_duplicate=True), Output(ids.URL, "href", allow_duplicate=True),
        Output(ids.LIST_PROBLEM, "children"),
        Input(ids.LIST_SAVE, "n_clicks"), Input(ids.LIST_NAME, "n_submit"), State(ids.LIST_EDITED, "data"),
        State(ids.LIST_NAME, "value"), State(ids.LIST_SHARED, "value"), State(ids.LIST_KIND, "value"),
        State(ids.LIST_HOLDS, "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
        running=[(Output(ids.LIST_SAVE, "disabled"), True, False)],
    )  # fmt: skip
    def save(clicks: int | None, enter: int | None, edited: Any, name: Any, shared: Any, kind: Any, holds: Any) -> Any:
        if not clicks and not enter:
            return (no_update,) * 3
        actor = current_actor()
        if edited is None:
            made = lists.create(rt, actor, str(kind), str(name or ""), holds, shared=bool(shared))
            return False, f"/lists/{made}", ""
        list_id = page_values.number(edited)
        lists.rename(rt, actor, list_id, str(name or ""), shared=bool(shared))
        toast(text.LIST_SAVED, kind="success")
        dash.set_props(ids.PAGE, {"children": list_page.page(rt, actor, list_id)})
        return False, no_update, ""

    registry.clientside(
        ClientsideFunction("shell", "close"), Output(ids.LIST_FORM, "is_open", allow_duplicate=True),
        Input(ids.LIST_CANCEL, "n_clicks"), prevent_initial_call=True,
    )  # fmt: skip
