"""The page `/`: the history of searches, a page at a time, narrowed by title, by whose they are and by state."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, ctx, no_update
from flask import g

from callbacks.archives import tell_arrived
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, pages_searches, search_history
from services import archive_nightly, archives, first_steps, sample
from services import search_history as history
from services.errors import ProductError
from services.identity import Actor
from services.runtime import Runtime
from services.search_history import Wanted


def page(rt: Runtime, actor: Actor) -> Any:
    """The searches that its address asks for: ?q=&whose=&state=&page=."""
    wanted, ignored = Wanted.from_query(str(g.get("page_query", "")))
    found = history.find(rt, actor, wanted)
    return pages_searches.searches_page(
        found,
        may_edit=actor.may_edit,
        archives=archives.archives_of(rt, actor, [row.id for row in found.rows]),
        owners=history.owners(rt, actor),
        unused=[one.title for one in archive_nightly.suggestions(rt, actor)],
        unused_days=rt.settings.archive_after_days,
        ignored=ignored,
        sample=_sample(rt, actor, found),
        steps=first_steps.of_actor(rt, actor),
    )


def register(registry: Registry) -> None:
    rt = registry.rt
    narrowing = (ids.SEARCH_Q, ids.SEARCH_WHOSE, ids.SEARCH_STATE)
    in_list = (
        Output(ids.SEARCH_LIST, "children", allow_duplicate=True),
        Output(ids.ARCHIVE_CLOCK, "disabled", allow_duplicate=True),
        Output(ids.ARCHIVE_WATCH, "data", allow_duplicate=True),
    )
    around = (
        Output(ids.SEARCH_PAGE, "value", allow_duplicate=True),
        Output(ids.SEARCH_PAGE_COUNT, "children", allow_duplicate=True),
        Output(ids.SEARCH_PAGER, "hidden", allow_duplicate=True),
        Output(ids.SEARCH_PAGES, "children", allow_duplicate=True),
        Output(ids.URL, "search", allow_duplicate=True),
    )

    def failed(error: ProductError) -> Any:
        return search_history.failed(error.message), *[no_update] * 7

    @registry.callback(
        *in_list, *around,
        Input(ids.SEARCH_Q, "value"), Input(ids.SEARCH_WHOSE, "value"), Input(ids.SEARCH_STATE, "value"),
        Input(ids.SEARCH_PAGE, "value"), Input(ids.SEARCH_PREVIOUS, "n_clicks"), Input(ids.SEARCH_NEXT, "n_clicks"),
        Input(ids.SEARCH_SAVED, "data"),
        rule=Rule.ANY, prevent_initial_call=True, on_error=failed,
        running=[(Output(ids.SEARCH_LIST, "className"), "sx-busy", "")],
    )  # fmt: skip
    def show_list(q: Any, whose: Any, state: Any, number: Any, back: int | None, on: int | None, _: Any) -> Any:
        step = {ids.SEARCH_PREVIOUS: -1, ids.SEARCH_NEXT: 1}.get(str(ctx.triggered_id), 0)
        wanted = Wanted.of(q, whose, state, 1 if ctx.triggered_id in narrowing else number)
        found = history.find(rt, current_actor(), wanted.turned(step))
        return *_shown(rt, current_actor(), found), *_around(found)

    @registry.callback(
        *in_list, Input(ids.ARCHIVE_CLOCK, "n_intervals"),
        State(ids.SEARCH_Q, "value"), State(ids.SEARCH_WHOSE, "value"), State(ids.SEARCH_STATE, "value"),
        State(ids.SEARCH_PAGE, "value"), State(ids.ARCHIVE_WATCH, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def refresh(_: int | None, q: Any, whose: Any, state: Any, number: Any, watched: Any) -> Any:
        tell_arrived(rt, current_actor(), watched)
        return _shown(rt, current_actor(), history.find(rt, current_actor(), Wanted.of(q, whose, state, number)))


def _shown(rt: Runtime, actor: Actor, found: history.Page) -> tuple[Any, bool, dict[str, str]]:
    """The list, whether its clock stands still, and what it waits for."""
    known = archives.archives_of(rt, actor, [row.id for row in found.rows])
    watched = pages_searches.watch(known)
    shown = pages_searches.search_list(found, may_edit=actor.may_edit, archives=known, sample=_sample(rt, actor, found))
    return shown, not watched, watched


def _sample(rt: Runtime, actor: Actor, found: history.Page) -> bool:
    """Whether made-up people may be loaded; asked only where the greeting stands in place of the list."""
    empty = not found.rows and not found.wanted.narrowed and found.wanted.state == "active"
    return empty and sample.offered(rt, actor)


def _around(found: history.Page) -> tuple[int, str, bool, str, str]:
    wanted, pages = found.wanted, search_history.of_pages(found)
    return wanted.page, pages, found.pages == 1, search_history.count(found), wanted.query()
