"""The page `/search/<id>/match`: people of other searches, compared, and added to this one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update
from flask import g

from callbacks import page_values
from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_rediscovery, text
from services.access.identity import Actor
from services.errors import Conflict, NotFound, ProductError
from services.matching import matching, rediscovery
from services.runtime import Runtime
from services.searches import searches


def page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """Compared with what the address says, else with the job description where there is one."""
    search = searches.get_search(rt, actor, search_id)
    off, has_job = matching.why_off(rt, actor), matching.has_job(rt, actor, search.id)
    match, notices = rediscovery.read_link(search.id, str(g.get("page_query", "")))
    body, waiting = page_rediscovery.problem(off or text.REDISCOVER_ASK), False
    try:
        if not off and match is not None and _is_gone(rt, actor, search.id, match):
            match, notices = None, [*notices, text.REDISCOVER_GONE]
        if not off and match is None and has_job:
            match = matching.to_job(rt, actor, search.id).id
        if not off and match is not None:
            body, waiting = _shown(rt, actor, search.id, match)
    except ProductError as error:
        body = page_rediscovery.problem(error.message)
    return page_rediscovery.rediscovery_page(
        search_id=str(search.id), title=search.title, body=body, match=match, waiting=waiting, off=off,
        has_job=has_job, notices=notices,
    )  # fmt: skip


def register(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return no_update, page_rediscovery.problem(error.message), True

    @registry.callback(
        Output(ids.REDISCOVER_MATCH, "data"), Output(ids.REDISCOVER_BODY, "children"),
        Output(ids.REDISCOVER_CLOCK, "disabled"),
        Input(ids.REDISCOVER_START, "n_clicks"), Input(ids.REDISCOVER_JOB, "n_clicks"),
        State(ids.REDISCOVER_TEXT, "value"), State(ids.REDISCOVER_SEARCH, "data"),
        rule=Rule.ANY, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def ask(_: int | None, __: int | None, said: Any, search_id: Any) -> Any:
        actor, search = current_actor(), page_values.uuid(search_id)
        by_job = ctx.triggered_id == ids.REDISCOVER_JOB
        found = matching.to_job(rt, actor, search) if by_job else matching.to_text(rt, actor, search, said)
        body, waiting = _shown(rt, actor, search, found.id)
        return found.id, body, not waiting

    @registry.callback(
        Output(ids.REDISCOVER_BODY, "children", allow_duplicate=True),
        Output(ids.REDISCOVER_CLOCK, "disabled", allow_duplicate=True),
        Input(ids.REDISCOVER_CLOCK, "n_intervals"),
        State(ids.REDISCOVER_MATCH, "data"), State(ids.REDISCOVER_SEARCH, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True, on_error=lambda error: explain(error)[1:],
    )  # fmt: skip
    def look(_: int | None, match: Any, search_id: Any) -> Any:
        body, waiting = _shown(rt, current_actor(), page_values.uuid(search_id), page_values.number(match))
        return (no_update, no_update) if waiting else (body, True)

    @registry.callback(
        Output(ids.REDISCOVER_BODY, "children", allow_duplicate=True),
        Input(ids.REDISCOVER_ADD, "n_clicks"), State(ids.rediscover_choice(ALL), "value"),
        State(ids.REDISCOVER_MATCH, "data"), State(ids.REDISCOVER_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def add(clicks: int | None, chosen: list[Any], match: Any, search_id: Any) -> Any:
        if not clicks:
            return no_update  # the button only appeared
        actor, search = current_actor(), page_values.uuid(search_id)
        added = rediscovery.add(rt, actor, search, [one for ticked in chosen for one in ticked or []])
        toast(text.REDISCOVER_ADDED[added != 1].format(n=f"{added:,}"), kind="success")
        return _shown(rt, actor, search, page_values.number(match))[0]

    # The address says what the page compares with, so that it can be handed on. With an output that is never written:
    # one without is not called when its page is put in.
    registry.clientside(
        ClientsideFunction("rediscovery", "address"),
        Output(ids.REDISCOVER_MATCH, "modified_timestamp"),
        Input(ids.REDISCOVER_MATCH, "data"),
        State(ids.REDISCOVER_SEARCH, "data"),
    )


def _is_gone(rt: Runtime, actor: Actor, search_id: UUID, match_id: int) -> bool:
    """Whether what a link compares with is not there any more, or never was in this search."""
    try:
        matching.look(rt, actor, search_id, match_id)
    except NotFound:
        return True
    except Conflict:
        pass  # nobody of them was read yet: the page says so
    return False


def _shown(rt: Runtime, actor: Actor, search_id: UUID, match_id: int) -> tuple[Any, bool]:
    """What to show by now, and whether it is not all yet."""
    match = matching.look(rt, actor, search_id, match_id)
    if match.state == "waiting":
        return page_rediscovery.reading(), True
    if match.state == "failed":
        return page_rediscovery.problem(match.message), False
    found = rediscovery.find(rt, actor, search_id, match.id)
    editable = searches.get_search(rt, actor, search_id).editable
    return page_rediscovery.people(match, found, editable=editable), False
