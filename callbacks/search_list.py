"""The page `/`: the history of searches, a page at a time, narrowed by title, by whose they are and by state."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, ctx, no_update
from flask import g

from callbacks.archives import tell_arrived
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import address, ids, pages_searches, search_history
from services.access.identity import Actor
from services.archive import archive_nightly, archives
from services.demo import sample
from services.errors import ProductError
from services.runtime import Runtime
from services.searches import first_steps
from services.searches import search_history as history
from services.searches.search_history import Wanted


def page(rt: Runtime, actor: Actor) -> Any:
    """The searches that its address asks for: ?q=&whose=&state=&page=."""
    query = str(g.get("page_query", ""))
    wanted, ignored = Wanted.from_query(query)
    found = history.find(rt, actor, wanted)
    return pages_searches.searches_page(
        found,
        may_edit=actor.may_edit,
        archives=archives.archives_of(rt, actor, [row.id for row in found.rows]),
        owners=history.owners(rt, actor),
        unused=[one.title for one in archive_nightly.suggestions(rt, actor)],
        unused_days=rt.settings.archive_after_days,
        ignored=ignored,
        query=query,
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
        Output(ids.SEARCH_SHOWN, "data", allow_duplicate=True),
    )
    # In this order in what follows, too.
    fields = (
        Output(ids.SEARCH_Q, "value"), Output(ids.SEARCH_WHOSE, "value"), Output(ids.SEARCH_STATE, "value"),
    )  # fmt: skip

    def failed(error: ProductError) -> Any:
        # Whatever the address says next is asked for: nothing is shown of it.
        return search_history.failed(error.message), *[no_update] * 6, address.shown("/", None), *[no_update] * 3

    # All that it writes stands on the page: with the address among it, Dash would call it with each page that comes,
    # and draw the list a second time under the hands of whoever is quick. So the browser writes the address.
    @registry.callback(
        *in_list, *around, *fields,
        Input(ids.SEARCH_Q, "value"), Input(ids.SEARCH_WHOSE, "value"), Input(ids.SEARCH_STATE, "value"),
        Input(ids.SEARCH_PAGE, "value"), Input(ids.SEARCH_PREVIOUS, "n_clicks"), Input(ids.SEARCH_NEXT, "n_clicks"),
        Input(ids.SEARCH_SAVED, "data"), Input(ids.SEARCH_ADDRESS, "data"),
        rule=Rule.ANY, prevent_initial_call=True, on_error=failed,
        running=[(Output(ids.SEARCH_LIST, "className"), "sx-busy", "")],
    )  # fmt: skip
    def show_list(
        q: Any, whose: Any, state: Any, number: Any, back: int | None, on: int | None, saved: Any, place: Any
    ) -> Any:
        followed = ctx.triggered_id == ids.SEARCH_ADDRESS
        if followed:
            wanted, _ = Wanted.from_query(address.gone_to(place))
        else:
            step = {ids.SEARCH_PREVIOUS: -1, ids.SEARCH_NEXT: 1}.get(str(ctx.triggered_id), 0)
            wanted = Wanted.of(q, whose, state, 1 if ctx.triggered_id in narrowing else number).turned(step)
        found = history.find(rt, current_actor(), wanted)
        shown = address.shown("/", address.gone_to(place) if followed else found.wanted.query(), form=not followed)
        # What is being typed meanwhile stays.
        values = search_history.values(found) if followed else [no_update] * 3
        return *_shown(rt, current_actor(), found), *_around(found), shown, *values

    # What the form asked for goes into the address; an address that was gone to is shown.
    registry.clientside(
        ClientsideFunction("address", "told"),
        Output(ids.URL, "search", allow_duplicate=True), Input(ids.SEARCH_SHOWN, "data"), prevent_initial_call=True,
    )  # fmt: skip
    registry.clientside(
        ClientsideFunction("address", "followed"),
        Output(ids.SEARCH_ADDRESS, "data"), Input(ids.URL, "search"), State(ids.URL, "pathname"),
        State(ids.SEARCH_SHOWN, "data"), prevent_initial_call=True,
    )  # fmt: skip

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


def _sample(rt: Runtime, actor: Actor, found: history.Page) -> sample.State:
    """Whether made-up people may be loaded; asked only where the greeting stands in place of the list."""
    empty = not found.rows and not found.wanted.narrowed and found.wanted.state == "active"
    return sample.state(rt, actor) if empty and actor.may_edit else "off"


def _around(found: history.Page) -> tuple[int, str, bool, str]:
    return found.wanted.page, search_history.of_pages(found), found.pages == 1, search_history.count(found)
