"""Rejecting people whom nothing but a score chose: the question, and what a person says to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Input, Output, State, no_update, set_props

from callbacks.errors import told_last
from callbacks.registry import Registry, Rule, keep
from callbacks.session import current_actor
from layouts import ids, reject_dialog
from services.decisions.score_rejections import MustConfirm, confirmation_of


def ask(error: MustConfirm, problem: str = "") -> None:
    """Open the dialog with the numbers as they are now; what was typed stays where it is asked again."""
    set_props(ids.REJECT_BODY, {"children": reject_dialog.question(error.question)})
    keep(ids.REJECT_PEOPLE, error.question.people)
    set_props(ids.REJECT_PROBLEM, {"children": problem})
    if not problem:
        set_props(ids.REJECT_REASON, {"value": ""})
    set_props(ids.REJECT_DIALOG, {"is_open": True})


def register(registry: Registry, act: Callable[..., Any]) -> None:
    """act: actions.answer, which does what the page asked for."""
    rt = registry.rt

    @registry.callback(
        Output(ids.CHANGE_ANSWER, "data", allow_duplicate=True),
        Output(ids.REJECT_DIALOG, "is_open", allow_duplicate=True),
        Output(ids.REJECT_PROBLEM, "children", allow_duplicate=True),
        Input(ids.REJECT_CONFIRM, "n_clicks"), State(ids.CHANGE_REQUEST, "data"), State(ids.GRID_VIEW, "data"),
        State(ids.REJECT_PEOPLE, "data"), State(ids.REJECT_REASON, "value"),
        rule=Rule.RECRUITER, on_error=told_last(3), prevent_initial_call=True,
    )  # fmt: skip
    def confirm(clicks: int | None, request: Any, page: Any, people: Any, reason: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update
        confirmed = confirmation_of({"people": people, "reason": reason})
        try:
            return act(rt, current_actor(), request, page, confirmed), False, ""
        except MustConfirm as error:
            ask(error, error.message)
            return no_update, no_update, no_update

    @registry.callback(
        Output(ids.REJECT_DIALOG, "is_open"), Input(ids.REJECT_CANCEL, "n_clicks"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def cancel(clicks: int | None) -> Any:
        return False if clicks else no_update
