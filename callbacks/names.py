"""The page `/lists/names`: pairs of names that mean the same, searched, added, removed."""

from __future__ import annotations

import secrets
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import page_values
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_names, text
from services.access.identity import Actor
from services.filtering import aliases
from services.runtime import Runtime

PAGE = 50


def page(rt: Runtime, actor: Actor) -> Any:
    """All pairs, the first page of them."""
    found, total = aliases.page(rt, actor, limit=PAGE)
    return page_names.names_page(found, total, page_size=PAGE, may_edit=actor.may_edit)


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.NAMES, "children"),
        Input(ids.NAMES_FIND, "value"), Input(ids.NAMES_PREVIOUS, "n_clicks"), Input(ids.NAMES_NEXT, "n_clicks"),
        Input(ids.NAMES_CHANGED, "data"), State(ids.NAMES_AT, "data"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def show(find: Any, back: int | None, on: int | None, changed: Any, at: Any) -> Any:
        asked = {ids.NAMES_PREVIOUS: back, ids.NAMES_NEXT: on, ids.NAMES_CHANGED: changed}
        if ctx.triggered_id in asked and not asked[ctx.triggered_id]:
            return no_update  # the buttons only appeared
        step = {ids.NAMES_PREVIOUS: -PAGE, ids.NAMES_NEXT: PAGE, ids.NAMES_CHANGED: 0}.get(str(ctx.triggered_id))
        start = 0 if step is None or not isinstance(at, int) else max(0, at + step)
        return _table(rt, current_actor(), str(find or ""), start)

    @registry.callback(
        Output(ids.NAMES_NAME, "value"), Output(ids.NAMES_SAME, "value"), Output(ids.NAMES_CHANGED, "data"),
        Output(ids.NAMES_PROBLEM, "children"),
        Input(ids.NAMES_ADD, "n_clicks"), Input(ids.NAMES_SAME, "n_submit"), State(ids.NAMES_HOLDS, "value"),
        State(ids.NAMES_NAME, "value"), State(ids.NAMES_SAME, "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(4),
        running=[(Output(ids.NAMES_ADD, "disabled"), True, False)],
    )  # fmt: skip
    def add(clicks: int | None, enter: int | None, holds: Any, name: Any, same_as: Any) -> Any:
        if not clicks and not enter:
            return (no_update,) * 4
        aliases.add(rt, current_actor(), str(holds), str(name or ""), str(same_as or ""))
        toast(text.NAMES_ADDED.format(name=str(name).strip(), same_as=str(same_as).strip()), kind="success")
        return "", "", secrets.token_hex(4), ""

    @registry.callback(
        Output(ids.NAMES_CHANGED, "data", allow_duplicate=True), Input(ids.name_remove(ALL), "n_clicks"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def remove(clicks: list[int | None]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update  # the buttons only appeared
        aliases.remove(rt, current_actor(), page_values.number(ctx.triggered_id.get("id")))
        toast(text.NAMES_REMOVED, kind="success")
        return secrets.token_hex(4)


def _table(rt: Runtime, actor: Actor, find: str, at: int) -> Any:
    found, total = aliases.page(rt, actor, find, offset=at, limit=PAGE)
    if not found and total:
        # Fewer than when the page was shown: the last page there is.
        at = (total - 1) // PAGE * PAGE
        found, total = aliases.page(rt, actor, find, offset=at, limit=PAGE)
    return page_names.table(found, total, at, PAGE, find.strip(), may_edit=actor.may_edit)
