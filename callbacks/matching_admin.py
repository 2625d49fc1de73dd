"""The page `/admin/matching`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import run_progress
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from layouts import ids, page_matching, text
from services.access.identity import Actor
from services.errors import ProductError
from services.matching import embedding_models, embedding_runs, matching_admin
from services.matching.matching_admin import Overview
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """Raises Forbidden for anyone who is no admin."""
    found = matching_admin.overview(rt, actor)
    return page_matching.page(found, _seen(found))


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.MATCHING_FIGURES, "children"), Output(ids.MATCHING_RUN, "children"),
        Output(ids.MATCHING_MODELS, "children"), Output(ids.MATCHING_SWITCH, "hidden"),
        Output(ids.MATCHING_SWITCH, "disabled"), Output(ids.MATCHING_BUILD, "disabled"),
        Output(ids.MATCHING_SEEN, "data"),
        Input(ids.MATCHING_CLOCK, "n_intervals"), State(ids.MATCHING_SEEN, "data"),
        rule=Rule.ADMIN, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def show(_: int | None, before: Any) -> Any:
        return _news(matching_admin.overview(rt, current_actor()), before)

    def button(pressed: Input, act: Callable[[], str]) -> None:
        """act: does it, and says so."""

        @registry.callback(
            Output(ids.MATCHING_ANSWER, "children", allow_duplicate=True),
            Output(ids.MATCHING_MODELS, "children", allow_duplicate=True), pressed,
            rule=Rule.ADMIN, on_error=_refused, prevent_initial_call=True,
        )  # fmt: skip
        def press(clicks: Any) -> Any:
            if not (any(clicks) if isinstance(clicks, list) else clicks):
                return no_update, no_update  # it only appeared
            said = act()
            found = matching_admin.overview(rt, current_actor())
            return page_matching.answer(said, good=True), page_matching.model_list(found)

    def build() -> str:
        embedding_runs.start(rt, current_actor())
        return text.MATCHING_STARTED

    def switch() -> str:
        return text.MATCHING_SWITCHED.format(model=embedding_models.switch(rt, current_actor()).name)

    def drop() -> str:
        return text.MATCHING_DROPPED.format(model=embedding_models.drop(rt, current_actor(), _model_of_row()).name)

    @registry.callback(
        Output(ids.MATCHING_ANSWER, "children"),
        Input(ids.admin_act(ALL, "drop-model"), "n_clicks"), Input(ids.admin_act(ALL, "drop-keep"), "n_clicks"),
        rule=Rule.ADMIN, on_error=lambda error: _refused(error)[0], prevent_initial_call=True,
    )  # fmt: skip
    def ask(*_: Any) -> Any:
        if not (ctx.triggered and ctx.triggered[0]["value"]):
            return no_update  # it only appeared
        if mapping(ctx.triggered_id).get("type") == ids.admin_act(0, "drop-keep")["type"]:
            return None
        return page_matching.ask_drop(matching_admin.losses(rt, current_actor(), _model_of_row()))

    button(Input(ids.MATCHING_BUILD, "n_clicks"), build)
    button(Input(ids.MATCHING_SWITCH, "n_clicks"), switch)
    button(Input(ids.admin_act(ALL, "drop-sure"), "n_clicks"), drop)


def _news(found: Overview, before: Any) -> Any:
    """What the clock's callback puts into the page. before: what the page says to have seen."""
    now, run, models = _seen(found), no_update, no_update
    known = before if isinstance(before, dict) else {}
    if not (found.run and run_progress.only_figures(found.run, known.get("run"), now["run"])):
        run = page_matching.run_part(found)
    if known.get("models") != now["models"]:
        models = page_matching.model_list(found)
    switch = not page_matching.is_building(found), not found.may_switch
    return page_matching.figures(found), run, models, *switch, not found.state.possible, now


def _model_of_row() -> int:
    """The model whose button was pressed; 0, which is none, for anything else."""
    model_id = mapping(ctx.triggered_id).get("id")
    return model_id if type(model_id) is int else 0


def _refused(error: ProductError) -> Any:
    return page_matching.answer(error.message, good=False), no_update


def _seen(found: Overview) -> dict[str, Any]:
    """What the page shows, as short names: buttons that are drawn anew while they are pressed are not pressed."""
    run = (found.run["id"], found.run["state"]) if found.run else None
    models = [(row.model.id, row.model.state, row.model.last_error) for row in found.rows]
    return {"run": run_progress.seen(found.run) if found.run else None, "models": run_progress.digest([models, run])}
