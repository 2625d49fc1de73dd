"""Archived searches: restoring, the page of one, and news of what is under way on the list."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update
from flask import g

from callbacks.errors import toast
from callbacks.registry import Registry, Rule, keep
from callbacks.session import current_actor
from layouts import address, archive, ids, text
from services.access.identity import Actor
from services.archive import archive_nightly, archives
from services.errors import ProductError
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor, search_id: str) -> Any:
    """The page of an archived search; ?page= says where in it."""
    query = str(g.get("page_query", ""))
    found = archives.preview(rt, actor, search_id, _asked(query))
    return archive.archive_page(found.archive, found.rows, found.page, found.pages, query)


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Input(ids.search_restore(ALL), "n_clicks"), State(ids.URL, "pathname"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def restore(clicks: list[int | None], pathname: str | None) -> None:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return  # the buttons only appeared
        archives.start_restore(rt, current_actor(), ctx.triggered_id["id"])
        toast(text.ARCHIVE_RESTORING)
        # Undo in a message may be pressed on any page; only two of them have something to show.
        if pathname == "/":
            pressed = sum(click or 0 for click in clicks)
            keep(ids.SEARCH_SAVED, {"restored": ctx.triggered_id["id"], "clicks": pressed})
        elif pathname == f"/search/{ctx.triggered_id['id']}":
            dash.set_props(ids.ARCHIVE_PAGE_CLOCK, {"disabled": False})

    @registry.callback(
        Output(ids.ARCHIVE_SUGGESTION, "children"), Output(ids.SEARCH_SAVED, "data", allow_duplicate=True),
        Input(ids.ARCHIVE_SUGGESTED, "n_clicks"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def archive_unused(clicks: int | None) -> Any:
        if not clicks:
            return no_update, no_update
        started = archive_nightly.archive_suggested(rt, current_actor())
        toast(text.ARCHIVE_SUGGESTED_STARTED.format(count=len(started)), kind="success")
        return [], {"archived": started}

    # The address is written in the browser: see callbacks/search_list.py.
    @registry.callback(
        Output(ids.ARCHIVE_ROWS, "children"), Output(ids.ARCHIVE_PAGE, "value"), Output(ids.ARCHIVE_SHOWN, "data"),
        Input(ids.ARCHIVE_PAGE, "value"), Input(ids.ARCHIVE_PREVIOUS, "n_clicks"), Input(ids.ARCHIVE_NEXT, "n_clicks"),
        Input(ids.ARCHIVE_ADDRESS, "data"), State(ids.ARCHIVE_SEARCH, "data"), rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def turn(page: Any, back: int | None, on: int | None, place: Any, search_id: str) -> Any:
        followed = ctx.triggered_id == ids.ARCHIVE_ADDRESS
        step = {ids.ARCHIVE_PREVIOUS: -1, ids.ARCHIVE_NEXT: 1}.get(str(ctx.triggered_id), 0)
        wanted = _asked(address.gone_to(place)) if followed else _number(page) + step
        found = archives.preview(rt, current_actor(), search_id, wanted)
        query = address.gone_to(place) if followed else f"?page={found.page}"
        shown = address.shown(f"/search/{found.archive.search_id}", query, form=not followed)
        return archive.preview(found.rows), found.page, shown

    registry.clientside(
        ClientsideFunction("address", "told"),
        Output(ids.URL, "search", allow_duplicate=True), Input(ids.ARCHIVE_SHOWN, "data"), prevent_initial_call=True,
    )  # fmt: skip
    registry.clientside(
        ClientsideFunction("address", "followed"),
        Output(ids.ARCHIVE_ADDRESS, "data"), Input(ids.URL, "search"), State(ids.URL, "pathname"),
        State(ids.ARCHIVE_SHOWN, "data"), prevent_initial_call=True,
    )  # fmt: skip

    @registry.callback(
        Output(ids.ARCHIVE_STATE, "children"), Output(ids.ARCHIVE_PAGE_CLOCK, "disabled"),
        Input(ids.ARCHIVE_PAGE_CLOCK, "n_intervals"), State(ids.ARCHIVE_SEARCH, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def show_state(_: int | None, search_id: str) -> Any:
        found = archives.find(rt, current_actor(), search_id)
        return archive.state(found), found is None or not found.under_way


def tell_arrived(rt: Runtime, actor: Actor, watched: Any) -> None:
    """A message for each search that the list waits for and that has arrived; the last one stays."""
    given = watched if isinstance(watched, dict) else {}
    for search_id, kind in list(given.items())[:100]:
        _tell(rt, actor, str(search_id), str(kind))


def _tell(rt: Runtime, actor: Actor, search_id: str, kind: str) -> None:
    """A message when a search that the page waits for has arrived: archived (with Undo), or back."""
    try:
        found = archives.find(rt, actor, search_id)
    except ProductError:
        return
    if found is not None and found.under_way:
        return
    if kind == "archive" and found is not None and found.archived:
        undo = archive.undo_button(search_id) if found.owned else None
        toast(text.ARCHIVE_DONE.format(title=found.title), kind="success", action=undo)
    elif kind == "restore" and found is None:
        toast(text.ARCHIVE_RESTORED_HERE, kind="success", action=archive.open_link(search_id))


def _asked(query: str) -> int:
    """The page that an address names."""
    return _number(parse_qs(query).get("page", [""])[0])


def _number(raw: Any) -> int:
    """A page's number; the first for what is none."""
    given = str(raw if raw is not None else "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 1
