"""The criteria on the screening page: proposed by the model, typed, taken from earlier ones, kept for others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import page_values
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import criteria_editor, ids, text
from services.access.identity import Actor
from services.errors import BadInput, NotFound, ProductError
from services.runtime import Runtime
from services.screening import presets, rubrics
from services.screening.rubrics import Criterion

# Title, question, kind and weight of all criteria, as the page holds them.
EDITOR = [State(ids.screen_field(field, ALL), "value") for field in criteria_editor.FIELDS]


def register(registry: Registry) -> None:
    _register_proposal(registry)
    _register_editor(registry)
    _register_presets(registry)


def starts(rt: Runtime, actor: Actor, search_id: UUID) -> list[dict[str, str]]:
    """Options of what criteria can start from: this search's versions, then the team's presets."""
    found = [
        {"value": f"version-{one.id}", "label": text.PRESET_VERSION.format(
            version=one.version, who=one.created_by, date=f"{one.created_at:%Y-%m-%d}", count=one.count)}
        for one in presets.versions(rt, actor, search_id)
    ]  # fmt: skip
    return found + [
        {"value": f"preset-{one.id}", "label": text.PRESET_OPTION.format(name=one.name, count=one.count)}
        for one in presets.presets(rt, actor)
    ]


def _register_proposal(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return no_update, True, error.message, False

    @registry.callback(
        Output(ids.SCREEN_PROPOSAL, "data"), Output(ids.SCREEN_PROPOSAL_CLOCK, "disabled"),
        Output(ids.SCREEN_PROPOSAL_NOTE, "children"), Output(ids.SCREEN_PROPOSE, "disabled"),
        Input(ids.SCREEN_PROPOSE, "n_clicks"), State(ids.SCREEN_JOB_DESCRIPTION, "value"),
        State(ids.SCREEN_SEARCH, "data"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def propose(clicks: int | None, job: str | None, search_id: str) -> Any:
        if not clicks:
            return (no_update,) * 4
        run_id = rubrics.propose(rt, current_actor(), page_values.uuid(search_id), job or "")
        return run_id, False, text.SCREEN_PROPOSING, True

    @registry.callback(
        Output(ids.SCREEN_CRITERIA, "children"),
        Output(ids.SCREEN_PROPOSAL_CLOCK, "disabled", allow_duplicate=True),
        Output(ids.SCREEN_PROPOSAL_NOTE, "children", allow_duplicate=True),
        Output(ids.SCREEN_PROPOSE, "disabled", allow_duplicate=True),
        Input(ids.SCREEN_PROPOSAL_CLOCK, "n_intervals"), State(ids.SCREEN_PROPOSAL, "data"),
        rule=Rule.RECRUITER, polling=True, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def show_proposal(_: int | None, run_id: int | None) -> Any:
        found = rubrics.proposal(rt, current_actor(), page_values.number(run_id))
        if found.open:
            return (no_update,) * 4
        if not found.criteria:
            return no_update, True, found.message, False
        return criteria_editor.blocks(plain(found.criteria)), True, text.SCREEN_PROPOSED, False


def _register_editor(registry: Registry) -> None:
    @registry.callback(
        Output(ids.SCREEN_CRITERIA, "children", allow_duplicate=True),
        Input(ids.SCREEN_ADD, "n_clicks"), Input(ids.screen_remove(ALL), "n_clicks"), *EDITOR,
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def edit(add: int | None, removes: list[int | None], *editor: list[Any]) -> Any:
        if not (add if ctx.triggered_id == ids.SCREEN_ADD else any(removes)):
            return no_update  # the buttons only appeared
        rows = [dict(zip(criteria_editor.FIELDS, values, strict=True)) for values in rows_of(editor)]
        if ctx.triggered_id == ids.SCREEN_ADD:
            rows.append(criteria_editor.BLANK)
        else:
            rows = [one for place, one in enumerate(rows) if place != ctx.triggered_id["place"]]
        return criteria_editor.blocks(rows)


def _register_presets(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SCREEN_CRITERIA, "children", allow_duplicate=True),
        Output(ids.SCREEN_PROBLEM, "children", allow_duplicate=True),
        Input(ids.PRESET_LOAD, "n_clicks"), State(ids.PRESET_CHOICE, "value"), State(ids.SCREEN_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(2),
    )  # fmt: skip
    def load(clicks: int | None, choice: Any, search_id: Any) -> Any:
        if not clicks:
            return no_update, no_update
        found = _chosen(rt, current_actor(), page_values.uuid(search_id), choice)
        toast(text.PRESET_LOADED.format(count=len(found)))
        return criteria_editor.blocks(plain(found)), ""

    @registry.callback(
        Output(ids.PRESET_CHOICE, "options"), Output(ids.SCREEN_PROBLEM, "children", allow_duplicate=True),
        Input(ids.PRESET_SAVE, "n_clicks"), State(ids.PRESET_NAME, "value"), State(ids.SCREEN_SEARCH, "data"), *EDITOR,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(2),
    )  # fmt: skip
    def save(clicks: int | None, name: Any, search_id: Any, *editor: list[Any]) -> Any:
        if not clicks:
            return no_update, no_update
        actor = current_actor()
        presets.save(rt, actor, name, [rubrics.criterion(*values) for values in rows_of(editor)])
        toast(text.PRESET_SAVED, kind="success")
        return starts(rt, actor, page_values.uuid(search_id)), ""

    @registry.callback(
        Output(ids.PRESET_CHOICE, "options", allow_duplicate=True),
        Output(ids.SCREEN_PROBLEM, "children", allow_duplicate=True),
        Input(ids.PRESET_DELETE, "n_clicks"), State(ids.PRESET_CHOICE, "value"), State(ids.SCREEN_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(2),
    )  # fmt: skip
    def delete(clicks: int | None, choice: Any, search_id: Any) -> Any:
        if not clicks:
            return no_update, no_update
        kind, number = _choice(choice)
        if kind != "preset":
            raise BadInput(text.PRESET_VERSIONS_STAY)
        name = presets.delete(rt, current_actor(), number)
        toast(text.PRESET_DELETED.format(name=name))
        return starts(rt, current_actor(), page_values.uuid(search_id)), ""


def _chosen(rt: Runtime, actor: Actor, search_id: UUID, choice: Any) -> tuple[Criterion, ...]:
    kind, number = _choice(choice)
    if kind == "preset":
        return presets.criteria_of(rt, actor, number)
    rubric = rubrics.newest(rt, actor, search_id, number)
    if rubric is None:
        raise NotFound(presets.GONE)
    return rubric.criteria


def _choice(raw: Any) -> tuple[str, int]:
    kind, _, number = raw.partition("-") if isinstance(raw, str) else ("", "", "")
    if kind not in ("preset", "version") or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise BadInput(text.PRESET_CHOOSE_FIRST)
    return kind, int(number)


def plain(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    return [
        {"title": one.title, "question": one.question, "kind": one.kind, "weight": float(one.weight)}
        for one in criteria
    ]


def rows_of(editor: Sequence[list[Any]]) -> list[tuple[Any, ...]]:
    """From one list a field to one tuple a criterion."""
    if len({len(values) for values in editor}) != 1:
        raise BadInput(text.UNKNOWN_CALL)
    return list(zip(*editor, strict=True))
