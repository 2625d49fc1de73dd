"""In the person drawer: fields that a person writes by hand, and the way back to what the source says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import errors, page_values
from callbacks.errors import told_last
from callbacks.person import compared_with, search_of, shown_body
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from layouts import ids, text
from services.grid import result_sets
from services.grid.grid_view import View
from services.people import profile_edits
from services.people.profile_edits import Edited
from services.runtime import Runtime


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.PERSON_ANSWER, "data", allow_duplicate=True),
        Output(ids.PERSON_EDIT_PROBLEM, "children"),
        Input(ids.PERSON_EDIT_SAVE, "n_clicks"), State(ids.person_edit(ALL), "value"),
        State(ids.person_edit(ALL), "id"), State(ids.PERSON_EDIT_SHOWN, "data"), State(ids.PERSON_ANSWER, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
    )  # fmt: skip
    def save(clicks: int | None, values: list[Any], boxes: list[Any], before: Any, shown: Any, page: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update  # the button only appeared
        search_id, candidate_id = search_of(page), page_values.digits(mapping(shown).get("person"))
        typed = {mapping(box).get("field"): value for box, value in zip(boxes, values, strict=False)}
        made = profile_edits.save(rt, current_actor(), search_id, candidate_id, typed, mapping(before))
        named = ", ".join(text.DUPLICATE_FIELDS[field].lower() for field in made.fields)
        errors.toast(text.PERSON_EDIT_SAVED.format(fields=named), kind="success", undo_batch=made.batch_id)
        return *_shown(rt, search_id, candidate_id, made, page), no_update

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.PERSON_ANSWER, "data", allow_duplicate=True),
        Input(ids.person_edit_back(ALL), "n_clicks"), State(ids.PERSON_ANSWER, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def back(clicks: list[int | None], shown: Any, page: Any) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update  # the buttons only appeared
        search_id, candidate_id = search_of(page), page_values.digits(mapping(shown).get("person"))
        field = ctx.triggered_id.get("field")
        made = profile_edits.back_to_source(rt, current_actor(), search_id, candidate_id, field)
        said = text.PERSON_EDIT_BACK_DONE.format(field=text.DUPLICATE_FIELDS[made.fields[0]])
        errors.toast(said, kind="success", undo_batch=made.batch_id)
        return _shown(rt, search_id, candidate_id, made, page)


def _shown(rt: Runtime, search_id: UUID, candidate_id: int, made: Edited, page: Any) -> tuple[Any, dict[str, Any]]:
    """The person as they are now, in the drawer and in their row."""
    actor = current_actor()
    body, snapshot = shown_body(rt, actor, search_id, candidate_id, compared_with(page))
    row = result_sets.rows_of(rt, actor, View.of(search_id), [candidate_id])[0][0]
    return body, {
        "person": str(candidate_id), "snapshot": snapshot, "row": row, "version_before": made.version_before,
        "version_after": made.version_after,
    }  # fmt: skip
