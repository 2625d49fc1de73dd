"""Comparing people on the page of a search: asked for, waited for, shown; and where the open person would fit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import dash
from dash import Input, Output, State, no_update

from callbacks import errors, page_values
from callbacks.person import search_of
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from layouts import drawer_match, ids, pages_runs, text
from services.access.identity import Actor
from services.errors import BadInput, ProductError
from services.matching import embedding_runs, match_person, matching
from services.matching.matching import Match
from services.runtime import Runtime


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.MATCH_ANSWER, "data"),
        Input(ids.MATCH_REQUEST, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        on_error=_refused(ids.MATCH_REQUEST),
        prevent_initial_call=True,
    )
    def compare(request: Any, page: Any) -> Any:
        asked = mapping(request)
        return _answer(asked, _asked_for(rt, current_actor(), search_of(page), asked))

    @registry.callback(
        Output(ids.MATCH_ANSWER, "data", allow_duplicate=True),
        Input(ids.MATCH_WATCH, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        polling=True,
        on_error=_refused(ids.MATCH_WATCH),
        prevent_initial_call=True,
    )
    def look(request: Any, page: Any) -> Any:
        asked = mapping(request)
        match_id = page_values.number(asked.get("match"))
        return _answer(asked, matching.look(rt, current_actor(), search_of(page), match_id))

    @registry.callback(
        Output(ids.MATCH_FITTING_LIST, "children"),
        Input(ids.MATCH_FITTING, "n_clicks"),
        State(ids.PERSON_ANSWER, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        on_error=lambda error: dash.html.P(error.message, className="sx-muted"),
        prevent_initial_call=True,
    )
    def fitting(clicks: int | None, shown: Any, page: Any) -> Any:
        if not clicks:
            return no_update  # the button only appeared
        candidate_id = page_values.digits(mapping(shown).get("person"))
        return drawer_match.fitting_list(match_person.fitting(rt, current_actor(), search_of(page), candidate_id))

    @registry.callback(
        Input(ids.MATCH_MAKE, "n_clicks"), State(ids.GRID_VIEW, "data"), rule=Rule.RECRUITER, prevent_initial_call=True
    )
    def make(clicks: int | None, page: Any) -> None:
        if clicks:
            embedding_runs.start(rt, current_actor(), search_of(page))
            errors.toast(text.MATCH_MAKING, kind="success", action=pages_runs.link_in_message())

    registry.clientside(
        dash.ClientsideFunction("grid", "compared"), Input(ids.MATCH_ANSWER, "data"), prevent_initial_call=True
    )


def _asked_for(rt: Runtime, actor: Actor, search_id: UUID, asked: Any) -> Match:
    """Raises as services/matching/matching.py does, BadInput for what is none of its kinds."""
    kind = asked.get("kind")
    if kind == "job":
        return matching.to_job(rt, actor, search_id)
    if kind == "taste":
        return matching.to_taste(rt, actor, search_id)
    if kind == "text":
        return matching.to_text(rt, actor, search_id, asked.get("text"))
    if kind == "people" and isinstance(asked.get("ids"), list):
        return matching.to_people(rt, actor, search_id, asked["ids"])
    raise BadInput(text.UNKNOWN_CALL)


def _answer(asked: Any, found: Match) -> dict[str, Any]:
    return {"n": asked.get("n"), "match": found.id, "state": found.state, "message": found.message}


def _refused(store: str) -> Any:
    def refused(error: ProductError) -> dict[str, Any]:
        given = dash.ctx.inputs.get(f"{store}.data")
        asked = given if isinstance(given, dict) else {}
        return {"n": asked.get("n"), "match": None, "state": "failed", "message": error.message}

    return refused
