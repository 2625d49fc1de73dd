"""Notes that name the reader: how many are unread, the page of them, and whom a note may name."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import dash
from dash import Input, Output, no_update
from flask import g

from callbacks import errors, page_values
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from layouts import ids, page_mentions, shell, text
from services.access.identity import Actor
from services.people import mentions
from services.people.notes import Noted
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """The newest ones, or those older than the note that the address names."""
    given = parse_qs(str(g.get("page_query", ""))).get("before", [""])[-1]
    before = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None
    found = mentions.listed(rt, actor, before)
    more = found[-1].note_id if len(found) == mentions.MOST_SHOWN else None
    return page_mentions.mentions_page(found, older_than=more)


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.MENTIONS, "children"), Input(ids.URL, "pathname"), Input(ids.MENTIONS_CLOCK, "n_intervals"),
        rule=Rule.ANY, polling=True,
    )  # fmt: skip
    def count(_path: Any, _clock: Any) -> Any:
        return link(rt, current_actor())

    @registry.callback(
        Output(ids.MENTIONS_LIST, "children"), Input(ids.MENTIONS_READ_ALL, "n_clicks"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def read_all(clicks: int | None) -> Any:
        if not clicks:
            return no_update
        actor = current_actor()
        mentions.read_all(rt, actor)
        dash.set_props(ids.MENTIONS, {"children": link(rt, actor)})
        errors.toast(text.MENTIONS_ALL_READ, kind="success")
        return page_mentions.mention_rows(mentions.listed(rt, actor))

    @registry.callback(
        Output(ids.MENTION_OFFER, "data"), Input(ids.MENTION_REQUEST, "data"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def offer(request: Any) -> Any:
        asked = mapping(request)
        search_id = page_values.uuid(asked.get("search_id"))
        found = mentions.offered(rt, current_actor(), search_id, asked.get("typed"))
        return {"n": asked.get("n"), "names": [one.name for one in found]}

    registry.clientside(
        dash.ClientsideFunction("mentions", "offered"), Input(ids.MENTION_OFFER, "data"), prevent_initial_call=True
    )


def link(rt: Runtime, actor: Actor) -> Any:
    """What stands in the header."""
    return shell.mentions_link(mentions.unread(rt, actor), mentions.MOST_COUNTED)


def read_about(rt: Runtime, actor: Actor, candidate_id: int) -> None:
    """The actor sees someone's notes: what names them there counts as read, in the header too."""
    if mentions.read_about(rt, actor, candidate_id):
        dash.set_props(ids.MENTIONS, {"children": link(rt, actor)})


def told(made: Noted) -> str:
    """What a saved note says of itself."""
    return text.NOTE_SAVED_TOLD.format(names=", ".join(made.named)) if made.named else text.NOTE_SAVED
