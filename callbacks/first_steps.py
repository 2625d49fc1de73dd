"""The first minute: three ways to start, sample data that is taken away again, the guide that can be dismissed."""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks import page_values
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import first_steps as guides
from layouts import ids, search_dialogs, text
from services.demo import sample, sample_removal
from services.errors import ProductError
from services.searches import first_steps, searches

# Which page of a new search a button leads to.
_PLACES = {ids.FIRST_UPLOAD: "import", ids.FIRST_VENDOR: "sources"}


def register(registry: Registry) -> None:
    rt = registry.rt
    asked = {"rule": Rule.RECRUITER, "prevent_initial_call": True}

    def said(error: ProductError) -> str:
        return error.message

    # The address is no output: Dash would call both as soon as the buttons are there, and a click on one that is
    # disabled meanwhile is lost.
    @registry.callback(
        Output(ids.FIRST_PROBLEM, "children", allow_duplicate=True), Input(ids.FIRST_SAMPLE, "n_clicks"),
        running=[(Output(ids.FIRST_SAMPLE, "disabled"), True, False)], on_error=said, **asked,
    )  # fmt: skip
    def load_sample(clicks: int | None) -> Any:
        if not clicks:
            return no_update
        search_id, run_id = sample.start(rt, current_actor())
        toast(text.FIRST_SAMPLE_STARTED)
        dash.set_props(ids.URL, {"href": f"/search/{search_id}/import?run={run_id}"})
        return ""

    @registry.callback(
        Output(ids.FIRST_PROBLEM, "children", allow_duplicate=True),
        Input(ids.FIRST_UPLOAD, "n_clicks"), Input(ids.FIRST_VENDOR, "n_clicks"),
        # A second click before the answer would be a second search.
        running=[(Output(one, "disabled"), True, False) for one in _PLACES], on_error=said, **asked,
    )  # fmt: skip
    def begin(upload: int | None, vendor: int | None) -> Any:
        if not upload and not vendor:
            return no_update
        made = searches.create_search(rt, current_actor(), text.FIRST_TITLE)
        dash.set_props(ids.URL, {"href": f"/search/{made.id}/{_PLACES[str(ctx.triggered_id)]}"})
        return ""

    @registry.callback(
        Output(ids.FIRST_STEPS, "children"), Input(ids.FIRST_DISMISS, "n_clicks"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def dismiss(clicks: int | None) -> Any:
        if not clicks:
            return no_update
        first_steps.dismiss(rt, current_actor())
        toast(text.FIRST_DISMISSED)
        return None

    @registry.callback(
        Output(ids.SAMPLE_FORM, "children"), Output(ids.SAMPLE_FORM, "is_open"),
        Input(ids.sample_remove(ALL, ALL), "n_clicks"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def ask_about_removing(clicks: list[int | None]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update  # the buttons only appeared
        found = sample_removal.what_goes(rt, current_actor(), ctx.triggered_id["id"])
        return search_dialogs.sample_question(found), True

    @registry.callback(
        Output(ids.SAMPLE_FORM, "is_open", allow_duplicate=True),
        Output(ids.FIRST_STEPS, "children", allow_duplicate=True),
        Output(ids.SEARCH_SAVED, "data", allow_duplicate=True), Output(ids.SAMPLE_PROBLEM, "children"),
        Input(ids.SAMPLE_DO, "n_clicks"), State(ids.SAMPLE_REMOVED, "data"),
        running=[(Output(ids.SAMPLE_DO, "disabled"), True, False)], on_error=told_last(4), **asked,
    )  # fmt: skip
    def remove_sample(clicks: int | None, asked: Any) -> Any:
        if not clicks:
            return [no_update] * 4
        run_id = sample_removal.remove(rt, current_actor(), *page_values.agreed(asked))
        toast(text.SAMPLE_REMOVED_SAID, kind="success")
        steps = first_steps.of_actor(rt, current_actor())
        return False, guides.guide(steps) if steps else None, {"removed": run_id, "clicks": clicks}, ""

    @registry.callback(
        Output(ids.SEARCH_SAVED, "data", allow_duplicate=True), Input(ids.FIRST_CLOCK, "n_intervals"),
        rule=Rule.RECRUITER, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def look_for_removal(ticks: int | None) -> Any:
        """When it is over, the list is asked for again."""
        if not ticks or sample.state(rt, current_actor()) == "removing":
            return no_update
        return {"removal": "over", "ticks": ticks}

    registry.clientside(
        ClientsideFunction("shell", "close"), Output(ids.SAMPLE_FORM, "is_open", allow_duplicate=True),
        Input(ids.SAMPLE_CANCEL, "n_clicks"), prevent_initial_call=True,
    )  # fmt: skip
