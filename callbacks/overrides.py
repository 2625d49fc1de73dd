"""In the person drawer: what a person decides about the fit, and about single verdicts, with the reason."""

from __future__ import annotations

from typing import Any

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
from services.screening import overrides, verdict_reviews
from services.screening.overrides import Decided
from services.screening.verdict_reviews import Reviewed


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.PERSON_ANSWER, "data", allow_duplicate=True),
        Output(ids.OVERRIDE_PROBLEM, "children"),
        Input(ids.OVERRIDE_SAVE, "n_clicks"), State(ids.OVERRIDE_FIT, "value"), State(ids.OVERRIDE_REASON, "value"),
        State(ids.PERSON_ANSWER, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
    )  # fmt: skip
    def decide(clicks: int | None, fit: Any, reason: Any, shown: Any, page: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update  # the button only appeared
        search_id, candidate_id = search_of(page), page_values.digits(mapping(shown).get("person"))
        made = overrides.decide(rt, current_actor(), search_id, candidate_id, fit, reason)
        errors.toast(_said(made), kind="success", undo_batch=made.batch_id)
        body, snapshot = shown_body(rt, current_actor(), search_id, candidate_id, compared_with(page))
        return body, _answer(candidate_id, made, snapshot), no_update

    _register_verdicts(registry)


def _register_verdicts(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.PERSON_ANSWER, "data", allow_duplicate=True),
        Output(ids.VERDICT_PROBLEM, "children"),
        Input(ids.verdict_agree(ALL), "n_clicks"), Input(ids.verdict_save(ALL), "n_clicks"),
        State(ids.verdict_agree(ALL), "value"), State(ids.verdict_choice(ALL), "value"),
        State(ids.verdict_reason(ALL), "value"), State(ids.PERSON_ANSWER, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
    )  # fmt: skip
    def review(
        agreed: list[int | None], saved: list[int | None], said: Any, choices: Any, reasons: Any, shown: Any, page: Any
    ) -> Any:
        pressed = ctx.triggered_id
        if not isinstance(pressed, dict) or not any([*agreed, *saved]):
            return no_update, no_update, no_update  # the buttons only appeared
        actor, search_id = current_actor(), search_of(page)
        candidate_id = page_values.digits(mapping(shown).get("person"))
        verdict, reason = _typed(pressed, *ctx.states_list[:3])
        criterion = page_values.number(pressed.get("criterion"))
        made = verdict_reviews.review(rt, actor, search_id, candidate_id, criterion, verdict, reason)
        errors.toast(_reviewed(made), kind="success", undo_batch=made.batch_id)
        body, snapshot = shown_body(rt, actor, search_id, candidate_id, compared_with(page))
        row = result_sets.rows_of(rt, actor, View.of(search_id), [candidate_id])[0][0]
        return body, _answer(candidate_id, made, snapshot) | {"row": row, "decided": made.column}, no_update


def _typed(pressed: dict[str, Any], said: Any, choices: Any, reasons: Any) -> tuple[Any, Any]:
    """The verdict and the reason that belong to the button that was pressed."""

    def of(states: Any) -> Any:
        return next((s.get("value") for s in states if s["id"]["criterion"] == pressed.get("criterion")), None)

    return (of(said), "") if pressed.get("type") == "verdict-agree" else (of(choices), of(reasons))


def _reviewed(made: Reviewed) -> str:
    if made.verdict == made.said:
        return text.VERDICT_SAVED_AGREED.format(criterion=made.title)
    score = text.VERDICT_NO_SCORE if made.score is None else f"{made.score:g}"
    return text.VERDICT_SAVED.format(
        criterion=made.title,
        verdict=text.VERDICTS[made.verdict].lower(),
        said=text.VERDICTS[made.said].lower(),
        score=score,
    )


def _said(made: Decided) -> str:
    words = text.OVERRIDE_SAVED if made.model_fit else text.OVERRIDE_SAVED_ALONE
    return words.format(fit=text.FITS[made.fit].lower(), model=text.FITS.get(made.model_fit or "", "").lower())


def _answer(candidate_id: int, made: Decided | Reviewed, snapshot: str | None) -> dict[str, Any]:
    return {
        "person": str(candidate_id),
        "snapshot": snapshot,
        "row": {"fit": made.fit},
        "version_before": made.version_before,
        "version_after": made.version_after,
    }
