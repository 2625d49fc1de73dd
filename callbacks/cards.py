"""People as cards, 25 at a time: what a phone asks for in place of the grid's blocks."""

from __future__ import annotations

import secrets
from typing import Any

from dash import Input, Output, State, ctx, no_update
from flask import request as http

from callbacks.grid import page_meta, turn_of
from callbacks.registry import Registry, Rule, keep
from callbacks.session import current_actor
from callbacks.view_state import mapping, version_of, view_of
from layouts import cards, ids
from services.errors import BadInput, Forbidden, ProductError
from services.matching import matching

# What theme.js found out about the window, sent with every call.
LAYOUT_HEADER = "X-Layout"


def wanted() -> bool:
    """Whether this page is for a window that is too narrow for a grid."""
    return http.headers.get(LAYOUT_HEADER) == "cards"


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.CANDIDATE_CARDS, "children"), Input(ids.CARDS_REQUEST, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY, on_error=_say_why, prevent_initial_call=True,
    )  # fmt: skip
    def show(request: Any, page: Any) -> Any:
        asked, view = mapping(request), view_of(page)
        start = _start(asked)
        found = matching.fetch_page(rt, current_actor(), view, version_of(mapping(page)), start, start + cards.PAGE)
        meta = page_meta(view, found) | {"turn": turn_of(mapping(page)), "start": start, "n": asked.get("n")}
        keep(ids.GRID_ANSWER, meta)
        return cards.card_items(found.rows, start, editable=found.editable)


def _say_why(error: ProductError) -> Any:
    """The cards stay as they are; the page says what was wrong and asks again where that may help."""
    page = ctx.states.get(f"{ids.GRID_VIEW}.data")
    held = page if isinstance(page, dict) else {}
    meta = {"search_id": held.get("search_id"), "turn": turn_of(held), "error": error.message,
            "retry": not isinstance(error, BadInput | Forbidden), "n": secrets.token_hex(4)}  # fmt: skip
    keep(ids.GRID_ANSWER, meta)
    return no_update


def _start(asked: Any) -> int:
    """A hint of the page; nonsense is the first one."""
    start = asked.get("start")
    return start if isinstance(start, int) and not isinstance(start, bool) and 0 <= start < 2**31 else 0
