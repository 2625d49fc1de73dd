"""The person drawer: whom it shows, next and previous, notes, raw data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import dash
from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import errors, mentions, page_values
from callbacks.reader_zone import current_zone
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping, version_of, view_of
from layouts import drawer, ids, text
from layouts.drawer_match import likeness_section
from services.access.identity import Actor
from services.decisions import collisions
from services.errors import BadInput, Conflict, NotFound, ProductError
from services.filtering import ledger
from services.grid import neighbours
from services.grid.grid_view import View
from services.matching import match_person, matching
from services.people import notes, person
from services.people.notes import Noted
from services.runtime import Runtime


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.PERSON_BODY, "children"),
        Output(ids.PERSON_ANSWER, "data"),
        Input(ids.PERSON_REQUEST, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        on_error=_not_shown,
        prevent_initial_call=True,
    )
    def show(request: dict[str, Any] | None, page: dict[str, Any] | None) -> Any:
        if request is None:
            return no_update, no_update
        asked, step = mapping(request), _step(request)
        candidate_id, position = page_values.digits(asked.get("person")), _position(asked)
        if step:
            view, version = view_of(page), version_of(page or {})
            found = neighbours.neighbour(rt, current_actor(), view, version, candidate_id, step, position)
            if found is None:
                end = text.PERSON_END if step > 0 else text.PERSON_START
                return no_update, {"n": asked.get("n"), "person": str(candidate_id), "end": end}
            candidate_id, position = found
        body, snapshot = shown_body(rt, current_actor(), search_of(page), candidate_id, compared_with(page))
        answer = {"n": asked.get("n"), "person": str(candidate_id), "position": position, "snapshot": snapshot}
        return body, answer

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.PERSON_ANSWER, "data", allow_duplicate=True),
        Output(ids.NOTE_INPUT, "value"),
        Input(ids.NOTE_SAVE, "n_clicks"),
        State(ids.NOTE_INPUT, "value"),
        State(ids.PERSON_ANSWER, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def save(clicks: int | None, body: str | None, shown: dict[str, Any] | None, page: dict[str, Any] | None) -> Any:
        if not clicks:
            return no_update, no_update, no_update
        search_id, candidate_id = search_of(page), page_values.digits(mapping(shown).get("person"))
        made = notes.add_note(rt, current_actor(), search_id, candidate_id, body or "")
        errors.toast(mentions.told(made), kind="success")
        return *_shown_noted(rt, page, candidate_id, made), ""

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.PERSON_ANSWER, "data", allow_duplicate=True),
        Output(ids.NOTE_INPUT, "value", allow_duplicate=True),
        Input(ids.note_delete(ALL), "n_clicks"),
        State(ids.NOTE_INPUT, "value"),
        State(ids.PERSON_ANSWER, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def delete(
        clicks: list[int | None], draft: str | None, shown: dict[str, Any] | None, page: dict[str, Any] | None
    ) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update, no_update  # the buttons only appeared
        search_id, candidate_id = search_of(page), page_values.digits(mapping(shown).get("person"))
        gone = notes.delete_note(
            rt, current_actor(), search_id, candidate_id, page_values.digits(ctx.triggered_id.get("id"))
        )
        back = no_update if draft else gone.body
        errors.toast(text.NOTE_DELETED if draft else text.NOTE_DELETED_BACK)
        return *_shown_noted(rt, page, candidate_id, gone), back

    @registry.callback(
        Output(ids.RAW_BODY, "children"),
        Input(ids.RAW_OPEN, "n_clicks"),
        State(ids.PERSON_ANSWER, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.ANY,
        prevent_initial_call=True,
    )
    def raw(clicks: int | None, shown: dict[str, Any] | None, page: dict[str, Any] | None) -> Any:
        if not clicks:
            return no_update  # the button only appeared
        candidate_id = page_values.digits(mapping(shown).get("person"))
        return drawer.raw_body(person.raw(rt, current_actor(), search_of(page), candidate_id))

    registry.clientside(
        dash.ClientsideFunction("grid", "person"), Input(ids.PERSON_ANSWER, "data"), prevent_initial_call=True
    )


def shown_body(
    rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, match: Any = None
) -> tuple[Any, str | None]:
    """What the drawer shows, and the snapshot in which it was read: what is done to them is judged by it.

    match: what the view is compared with.
    """
    try:
        found = person.person(rt, actor, search_id, candidate_id)
    except NotFound:
        return drawer.gone(), None
    reasons = ledger.reasons(rt, actor, search_id, candidate_id)
    likeness = likeness_section(
        _likeness(rt, actor, View.of(search_id, match=match), candidate_id),
        candidate_id,
        off=matching.why_off(rt, actor),
    )
    if found.notes:
        mentions.read_about(rt, actor, candidate_id)
    before = collisions.before(rt, actor, search_id, candidate_id, current_zone())
    body = drawer.person_body(found, reasons, likeness, may_erase=actor.role == "admin", before=before)
    return body, found.snapshot


def _likeness(rt: Runtime, actor: Actor, view: View, candidate_id: int) -> match_person.Likeness | None:
    """None also where that cannot be told now: the person is shown all the same."""
    try:
        return match_person.likeness(rt, actor, view, candidate_id)
    except (BadInput, Conflict):
        return None


def compared_with(page: Any) -> Any:
    """The match of the page's view; View.of() checks it."""
    return mapping(page).get("match")


def _not_shown(error: ProductError) -> Any:
    """A step that failed leaves who is shown; whoever was to be opened gets a message and another try."""
    request = ctx.inputs.get(f"{ids.PERSON_REQUEST}.data")
    asked = request if isinstance(request, dict) else {}
    answer = {"n": asked.get("n"), "person": asked.get("person"), "failed": True}
    if asked.get("step"):
        errors.toast(error.message, kind="problem")
        return no_update, answer
    shown = asked.get("person")
    return drawer.failed(error.message, shown if isinstance(shown, str) else None), answer


def _shown_noted(rt: Runtime, page: Any, candidate_id: int, made: Noted) -> tuple[Any, dict[str, Any]]:
    """The drawer after a note came or went, and what the list learns of that."""
    body, snapshot = shown_body(rt, current_actor(), search_of(page), candidate_id, compared_with(page))
    return body, {
        "person": str(candidate_id),
        "snapshot": snapshot,
        "row": {"note_count": made.note_count},
        "version_before": made.version_before,
        "version_after": made.version_after,
    }


def search_of(page: Any) -> UUID:
    """The search that the page shows, whatever its filters say. Raises BadInput."""
    return View.of(mapping(page).get("search_id")).search_id


def _step(request: dict[str, Any]) -> int:
    step = request.get("step")
    return step if isinstance(step, int) and not isinstance(step, bool) else 0


def _position(request: Any) -> int | None:
    """Where the page thinks the person stands; a hint, so nonsense is none."""
    position = request.get("position")
    return position if isinstance(position, int) and not isinstance(position, bool) and position >= 0 else None
