"""In the person drawer: a fit that a person decides, with the reason."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, no_update

from callbacks import errors, page_values
from callbacks.person import search_of, shown_body
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from layouts import ids, text
from services import overrides
from services.errors import ProductError
from services.overrides import Decided


def register(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return no_update, no_update, error.message

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.PERSON_ANSWER, "data", allow_duplicate=True),
        Output(ids.OVERRIDE_PROBLEM, "children"),
        Input(ids.OVERRIDE_SAVE, "n_clicks"), State(ids.OVERRIDE_FIT, "value"), State(ids.OVERRIDE_REASON, "value"),
        State(ids.PERSON_ANSWER, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def decide(clicks: int | None, fit: Any, reason: Any, shown: Any, page: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update  # the button only appeared
        search_id, candidate_id = search_of(page), page_values.digits(mapping(shown).get("person"))
        made = overrides.decide(rt, current_actor(), search_id, candidate_id, fit, reason)
        errors.toast(_said(made), kind="success")
        body, snapshot = shown_body(rt, current_actor(), search_id, candidate_id)
        return body, _answer(candidate_id, made, snapshot), no_update


def _said(made: Decided) -> str:
    words = text.OVERRIDE_SAVED if made.model_fit else text.OVERRIDE_SAVED_ALONE
    return words.format(fit=text.FITS[made.fit].lower(), model=text.FITS.get(made.model_fit or "", "").lower())


def _answer(candidate_id: int, made: Decided, snapshot: str | None) -> dict[str, Any]:
    return {
        "person": str(candidate_id),
        "snapshot": snapshot,
        "row": {"fit": made.fit},
        "version_before": made.version_before,
        "version_after": made.version_after,
    }
