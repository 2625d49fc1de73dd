"""The page `/lists/<id>`: one list, its entries paged and searched, its versions, its deletion."""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks import page_values
from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, list_versions, page_list, text
from services.access.identity import Actor
from services.filtering import filter_reads, list_runs, list_sheets, lists
from services.filtering.lists import ListInfo
from services.runtime import Runtime

PAGE = 50


def page(rt: Runtime, actor: Actor, list_id: int) -> Any:
    """The newest version of one list."""
    one = lists.get(rt, actor, list_id)
    entries, total = lists.entries(rt, actor, list_id, limit=PAGE)
    return page_list.list_page(
        one, entries, total, lists.versions(rt, actor, list_id), _uses(rt, actor, one),
        page_size=PAGE, max_mb=rt.settings.max_upload_mb, sheets=list_sheets.is_set_up(rt),
        filling=list_runs.fillings(rt, actor, [list_id]).get(list_id),
    )  # fmt: skip


def show_again(rt: Runtime, actor: Actor, list_id: int) -> None:
    """After the list has another version: facts, first entries and versions as they are now."""
    one = lists.get(rt, actor, list_id)
    dash.set_props(ids.LIST_FACTS, {"children": page_list.facts(one, _uses(rt, actor, one))})
    dash.set_props(ids.LIST_ENTRIES, {"children": _entries(rt, actor, one, "", 0)})
    dash.set_props(ids.LIST_VERSIONS, {"children": list_versions.version_table(lists.versions(rt, actor, list_id))})


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.LIST_ENTRIES, "children"),
        Input(ids.LIST_FIND, "value"), Input(ids.LIST_PREVIOUS, "n_clicks"), Input(ids.LIST_NEXT, "n_clicks"),
        State(ids.LIST_AT, "data"), State(ids.LIST_ID, "data"), rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def show_entries(find: Any, back: int | None, on: int | None, at: Any, list_id: Any) -> Any:
        if ctx.triggered_id != ids.LIST_FIND and not (back if ctx.triggered_id == ids.LIST_PREVIOUS else on):
            return no_update  # the buttons only appeared
        step = {ids.LIST_PREVIOUS: -PAGE, ids.LIST_NEXT: PAGE}.get(str(ctx.triggered_id))
        start = 0 if step is None or not isinstance(at, int) else max(0, at + step)
        actor = current_actor()
        return _entries(rt, actor, lists.get(rt, actor, page_values.number(list_id)), str(find or ""), start)

    @registry.callback(
        Output(ids.list_changes(MATCH), "children"), Input(ids.list_changes_ask(MATCH), "n_clicks"),
        State(ids.LIST_ID, "data"), rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def show_changes(clicks: int | None, list_id: Any) -> Any:
        if not clicks or not isinstance(ctx.triggered_id, dict):
            return no_update  # the button only appeared
        version = page_values.number(ctx.triggered_id.get("version"))
        found = filter_reads.version_changes(rt, current_actor(), page_values.number(list_id), version)
        return list_versions.version_changes(
            found.added, found.removed, found.added_total - len(found.added), found.removed_total - len(found.removed)
        )

    @registry.callback(
        Output(ids.URL, "href", allow_duplicate=True),
        Input(ids.LIST_DELETE_SURE, "n_clicks"), State(ids.LIST_ID, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def delete(clicks: int | None, list_id: Any) -> Any:
        if not clicks:
            return no_update
        actor = current_actor()
        name = lists.get(rt, actor, page_values.number(list_id)).name
        lists.archive(rt, actor, page_values.number(list_id))
        toast(text.LIST_DELETED.format(name=name), kind="success")
        return "/lists"

    @registry.callback(
        Output(ids.LIST_FILLED, "data", allow_duplicate=True),
        Input(ids.list_entry_remove(ALL), "n_clicks"), State(ids.LIST_ID, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def remove(clicks: list[int | None], list_id: Any) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update  # the buttons only appeared
        actor = current_actor()
        filled = lists.remove(rt, actor, page_values.number(list_id), [page_values.number(ctx.triggered_id.get("id"))])
        toast(text.LIST_REMOVED.format(version=filled.version), kind="success")
        show_again(rt, actor, page_values.number(list_id))
        return filled.version

    registry.clientside(
        ClientsideFunction("filtering", "ask"), Output(ids.LIST_DELETE_ASK, "hidden"),
        Input(ids.LIST_DELETE, "n_clicks"), Input(ids.LIST_DELETE_KEEP, "n_clicks"), prevent_initial_call=True,
    )  # fmt: skip


def _entries(rt: Runtime, actor: Actor, one: ListInfo, find: str, at: int) -> Any:
    found, total = lists.entries(rt, actor, one.id, find, offset=at, limit=PAGE)
    if not found and total:
        # Others took entries out meanwhile: the last page there is.
        at = (total - 1) // PAGE * PAGE
        found, total = lists.entries(rt, actor, one.id, find, offset=at, limit=PAGE)
    return page_list.entry_table(one, found, total, at, PAGE, find.strip())


def _uses(rt: Runtime, actor: Actor, one: ListInfo) -> page_list.Uses:
    names = filter_reads.list_uses(rt, actor, [one.id]).get(one.id, [])
    return names, lists.searches_behind(rt, actor, one.id)
