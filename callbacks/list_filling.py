"""How entries come into a list: typed, pasted, from a file, from a Google Sheet."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks import page_values
from callbacks.errors import toast, told_last
from callbacks.list_page import show_again
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, text
from services.access.identity import Actor
from services.filtering import list_rows, lists
from services.filtering.lists import Filled
from services.runtime import Runtime


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.LIST_TEXT, "value"), Output(ids.LIST_FILLED, "data"), Output(ids.LIST_ENTRY_PROBLEM, "children"),
        Input(ids.LIST_TEXT_ADD, "n_clicks"), Input(ids.LIST_TEXT_REPLACE, "n_clicks"),
        State(ids.LIST_TEXT, "value"), State(ids.LIST_ID, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
        running=[(Output(ids.LIST_TEXT_ADD, "disabled"), True, False),
                 (Output(ids.LIST_TEXT_REPLACE, "disabled"), True, False)],
    )  # fmt: skip
    def take_text(add: int | None, replace: int | None, typed: Any, list_id: Any) -> Any:
        if not (add or replace):
            return (no_update,) * 3
        filled = _fill(
            rt, current_actor(), page_values.number(list_id), str(typed or ""), ctx.triggered_id == ids.LIST_TEXT_ADD
        )
        return "", filled.version, ""

    # An output of its own: callbacks without one are not called when a page appears.
    registry.clientside(
        ClientsideFunction("upload", "mount"), Output(ids.LIST_FILE_SLOT, "title"), Input(ids.LIST_FILE_SLOT, "id")
    )


def told(filled: Filled) -> str:
    """What came of filling a list, in words."""
    erased = [text.LIST_FILLED_ERASED.format(n=filled.suppressed)] if filled.suppressed else []
    if not (filled.added or filled.removed):
        return " ".join([text.LIST_FILLED_SAME, *erased])
    said = text.LIST_FILLED.format(
        added=filled.added, removed=filled.removed, entries=filled.entries, version=filled.version
    )
    left = filled.given - filled.taken - filled.suppressed
    return " ".join([said, *([text.LIST_FILLED_LEFT.format(n=left)] if left > 0 else []), *erased])


def _fill(rt: Runtime, actor: Actor, list_id: int, typed: str, add: bool) -> Filled:
    entries = list_rows.from_text(typed, lists.get(rt, actor, list_id).holds)
    filled = lists.add(rt, actor, list_id, entries) if add else lists.replace(rt, actor, list_id, entries)
    toast(told(filled), kind="success")
    show_again(rt, actor, list_id)
    return filled
