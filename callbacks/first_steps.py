"""The first minute: three ways to start, and the guide that can be dismissed."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, ctx, no_update

from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, text
from services import first_steps, sample, searches

# Which page of a new search a button leads to.
_PLACES = {ids.FIRST_UPLOAD: "import", ids.FIRST_VENDOR: "sources"}


def register(registry: Registry) -> None:
    rt = registry.rt
    asked = {"rule": Rule.RECRUITER, "prevent_initial_call": True, "on_error": told_last(2)}

    @registry.callback(
        Output(ids.URL, "href", allow_duplicate=True), Output(ids.FIRST_PROBLEM, "children", allow_duplicate=True),
        Input(ids.FIRST_SAMPLE, "n_clicks"), running=[(Output(ids.FIRST_SAMPLE, "disabled"), True, False)], **asked,
    )  # fmt: skip
    def load_sample(clicks: int | None) -> Any:
        if not clicks:
            return no_update, no_update
        search_id, run_id = sample.start(rt, current_actor())
        toast(text.FIRST_SAMPLE_STARTED)
        return f"/search/{search_id}/import?run={run_id}", ""

    @registry.callback(
        Output(ids.URL, "href", allow_duplicate=True), Output(ids.FIRST_PROBLEM, "children"),
        Input(ids.FIRST_UPLOAD, "n_clicks"), Input(ids.FIRST_VENDOR, "n_clicks"),
        # A second click before the answer would be a second search.
        running=[(Output(one, "disabled"), True, False) for one in _PLACES], **asked,
    )  # fmt: skip
    def begin(upload: int | None, vendor: int | None) -> Any:
        if not upload and not vendor:
            return no_update, no_update
        made = searches.create_search(rt, current_actor(), text.FIRST_TITLE)
        return f"/search/{made.id}/{_PLACES[str(ctx.triggered_id)]}", ""

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
