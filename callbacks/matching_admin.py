"""The page `/admin/matching`."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, ctx, no_update

from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_matching, text
from services import embedding_models, embedding_runs, matching_admin
from services.errors import ProductError
from services.identity import Actor
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """Raises Forbidden for anyone who is no admin."""
    return page_matching.page(matching_admin.overview(rt, actor))


def register(registry: Registry) -> None:
    rt = registry.rt

    def refused(error: ProductError) -> Any:
        return page_matching.answer(error.message, good=False), no_update

    def told(said: str) -> Any:
        found = matching_admin.overview(rt, current_actor())
        return page_matching.answer(said, good=True), page_matching.model_list(found)

    @registry.callback(
        Output(ids.MATCHING_FIGURES, "children"), Input(ids.MATCHING_CLOCK, "n_intervals"),
        rule=Rule.ADMIN, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def show(_: int | None) -> Any:
        return page_matching.figures(matching_admin.overview(rt, current_actor()))

    @registry.callback(
        Output(ids.MATCHING_ANSWER, "children", allow_duplicate=True),
        Output(ids.MATCHING_MODELS, "children", allow_duplicate=True), Input(ids.MATCHING_BUILD, "n_clicks"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def build(clicks: int | None) -> Any:
        if not clicks:
            return no_update, no_update
        embedding_runs.start(rt, current_actor())
        return told(text.MATCHING_STARTED)

    @registry.callback(
        Output(ids.MATCHING_ANSWER, "children", allow_duplicate=True),
        Output(ids.MATCHING_MODELS, "children", allow_duplicate=True), Input(ids.MATCHING_SWITCH, "n_clicks"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def switch(clicks: int | None) -> Any:
        if not clicks:
            return no_update, no_update
        return told(text.MATCHING_SWITCHED.format(model=embedding_models.switch(rt, current_actor()).name))

    @registry.callback(
        Output(ids.MATCHING_ANSWER, "children", allow_duplicate=True),
        Output(ids.MATCHING_MODELS, "children", allow_duplicate=True),
        Input(ids.admin_act(ALL, "drop-model"), "n_clicks"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def drop(clicks: list[int | None]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict) or type(ctx.triggered_id["id"]) is not int:
            return no_update, no_update  # the buttons only appeared
        return told(text.MATCHING_DROPPED.format(
            model=embedding_models.drop(rt, current_actor(), ctx.triggered_id["id"]).name))  # fmt: skip
