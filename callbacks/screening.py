"""The page `/search/<id>/screen`: criteria proposed, edited and saved; estimated, started, followed, taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from dash import ClientsideFunction, Input, Output, State, ctx, no_update, set_props
from flask import g

from callbacks import page_values, run_panel, run_progress
from callbacks.criteria import EDITOR, plain, rows_of, starts
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.run_panel import Panel
from callbacks.session import current_actor
from layouts import ids, page_prescreen, page_screen, text
from services.access.identity import Actor
from services.errors import ProductError
from services.grid.grid_view import View, parse_url
from services.runs import runs
from services.runtime import Runtime
from services.screening import model_holds, prescreen, prescreen_measure, rubrics, screening, screening_estimate
from services.screening.prescreen import Prescreen
from services.screening.rubrics import Rubric
from services.spending import budgets

# Of Input or State, one by one: ids and their properties.
PICKED = ((ids.SCREEN_REACH, ids.SCREEN_TOP, ids.SCREEN_SAMPLE), ("value", "value", "value"))


def page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """The newest criteria, what screening by them would take, and the latest screening."""
    found = screening.overview(rt, actor, search_id)
    rubric = rubrics.newest(rt, actor, search_id)
    view, _, _, _ = parse_url(search_id, str(g.get("page_query", "")))
    run = runs.get_run(rt, actor, found.latest_run) if found.latest_run else None
    return page_screen.screen_page(
        search_id=found.search_id,
        title=found.title,
        job_description=found.job_description or (rubric.job_description if rubric else ""),
        criteria=plain(rubric.criteria) if rubric else [],
        starts=starts(rt, actor, search_id) if found.editable else [],
        rubric_id=rubric.id if rubric else None,
        view=view.state() if view.query_string() else None,
        off="" if found.is_on else rubrics.OFF,
        unpriced="" if found.is_priced else rt.settings.openai_model,
        unmatched=prescreen.refusal(rt, actor),
        hold=_hold(rt, actor),
        editable=found.editable,
        estimate=_estimate(rt, actor, view, rubric) if rubric and found.editable else None,
        run=_run_panel(rt, actor, run, found.search_id) if run else None,
        run_id=found.latest_run,
        proposal=rubrics.open_proposal(rt, actor, search_id) if found.editable else None,
        run_open=run is not None and run["state"] in runs.OPEN,
        seen=run_progress.seen(run) if run else None,
    )


def register(registry: Registry) -> None:
    registry.clientside(
        ClientsideFunction("screening", "link"), Output(ids.SCREEN_OPEN, "href"), Input(ids.VIEW_SHOWN, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    _register_estimate(registry)
    _register_runs(registry)


def _register_estimate(registry: Registry) -> None:
    rt = registry.rt

    leave = (no_update, no_update)

    def explain(error: ProductError) -> Any:
        return *leave, error.message

    @registry.callback(
        Output(ids.SCREEN_ESTIMATE, "children"), Output(ids.SCREEN_RUBRIC, "data"),
        Output(ids.SCREEN_PROBLEM, "children"),
        Input(ids.SCREEN_SAVE, "n_clicks"), Input(ids.SCREEN_SCOPE, "value"), *map(Input, *PICKED),
        State(ids.SCREEN_SEARCH, "data"), State(ids.SCREEN_VIEW, "data"), State(ids.SCREEN_RUBRIC, "data"),
        State(ids.SCREEN_JOB_DESCRIPTION, "value"), *EDITOR,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def estimate(
        clicks: int | None,
        scope: str,
        reach: Any,
        top: Any,
        sample: Any,
        search_id: str,
        state: Any,
        rubric_id: Any,
        job: str | None,
        *editor: list[Any],
    ) -> Any:
        actor, search = current_actor(), page_values.uuid(search_id)
        picked = _picked(reach, top, sample)
        if ctx.triggered_id == ids.SCREEN_SAVE:
            rubric: Rubric | None = _save(rt, actor, search, job, editor)
        else:
            rubric = rubrics.newest(rt, actor, search, page_values.number(rubric_id)) if rubric_id else None
        if rubric is None:
            return (no_update,) * 3
        return _estimate(rt, actor, _view(search, scope, state), rubric, picked), rubric.id, ""


def _register_runs(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SCREEN_RUN, "data"), Output(ids.SCREEN_CLOCK, "disabled"),
        Output(ids.SCREEN_RUBRIC, "data", allow_duplicate=True),
        Output(ids.SCREEN_PROBLEM, "children", allow_duplicate=True),
        Input(ids.SCREEN_START, "n_clicks"), State(ids.SCREEN_SCOPE, "value"), State(ids.SCREEN_SEARCH, "data"),
        State(ids.SCREEN_VIEW, "data"), State(ids.SCREEN_JOB_DESCRIPTION, "value"),
        State(ids.SCREEN_BUDGET, "value"), State(ids.SCREEN_WHEN, "value"), *map(State, *PICKED), *EDITOR,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(4),
    )  # fmt: skip
    def start(
        clicks: int | None,
        scope: str,
        search_id: str,
        state: Any,
        job: str | None,
        budget: Any,
        when: Any,
        reach: Any,
        top: Any,
        sample: Any,
        *editor: list[Any],
    ) -> Any:
        if not clicks:
            return (no_update,) * 4
        actor, search = current_actor(), page_values.uuid(search_id)
        picked = _picked(reach, top, sample)
        rubric = _save(rt, actor, search, job, editor)
        batch, view = when == "batch", _view(search, scope, state)
        run_id = screening.start(rt, actor, view, rubric.id, budget, batch=batch, picked=picked)
        toast(text.SCREEN_STARTED_BATCH if batch else text.SCREEN_STARTED, kind="success")
        return {"run": run_id}, False, rubric.id, ""

    def draw(actor: Actor, run: dict[str, Any], search_id: str) -> Any:
        return _run_panel(rt, actor, run, search_id)

    def beside(actor: Actor, only_figures: bool) -> None:
        if not only_figures:
            set_props(ids.SCREEN_HOLD, {"children": _hold(rt, actor)})

    panel = Panel(ids.SCREEN_RUN, ids.SCREEN_CLOCK, ids.SCREEN_TICK, ids.SCREEN_SEEN, ids.SCREEN_SEARCH, draw, beside)
    run_panel.follow(registry, panel)
    run_panel.pause_by(registry, panel, ids.SCREEN_PAUSE, partial(screening.pause, rt), text.SCREEN_PAUSING)

    @registry.callback(
        Output(ids.SCREEN_RUN, "data", allow_duplicate=True),
        Output(ids.SCREEN_CLOCK, "disabled", allow_duplicate=True),
        Input(ids.SCREEN_AGAIN, "n_clicks"), State(ids.SCREEN_RUN, "data"), State(ids.SCREEN_BUDGET, "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def go_on(clicks: int | None, shown: Any, budget: Any) -> Any:
        if not clicks or not isinstance(shown, dict):
            return no_update, no_update
        screening.go_on(rt, current_actor(), page_values.number(shown.get("run")), budget)
        return run_progress.look_again(shown), False

    @registry.callback(
        Output(ids.SCREEN_HOLD, "children"), Output(ids.SCREEN_CLOCK, "disabled", allow_duplicate=True),
        Input(ids.SCREEN_LIFT, "n_clicks"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def lift(clicks: int | None) -> Any:
        if not clicks:
            return no_update, no_update
        toast(text.SCREEN_LIFTED.format(n=model_holds.lift(rt, current_actor())), kind="success")
        return None, False


def _hold(rt: Runtime, actor: Actor) -> Any:
    return page_screen.hold_banner(model_holds.current(rt), may_lift=actor.may_edit)


def _save(rt: Runtime, actor: Actor, search_id: UUID, job: str | None, editor: Sequence[list[Any]]) -> Rubric:
    criteria = [rubrics.criterion(*values) for values in rows_of(editor)]
    return rubrics.save(rt, actor, search_id, job or "", criteria)


def _picked(reach: Any, top: Any, sample: Any) -> Prescreen | None:
    """Who of the people is screened; None: everyone. Raises BadInput."""
    return prescreen.read(top, sample) if reach == "similar" else None


def _estimate(rt: Runtime, actor: Actor, view: View, rubric: Rubric, picked: Prescreen | None = None) -> Any:
    found, standing = screening_estimate.estimate(rt, actor, view, rubric), budgets.standing(rt, actor)
    if picked is None:
        return page_screen.estimate_panel(found, standing)
    missing = prescreen.uncompared(rt, actor, view)
    saving = page_prescreen.saving(prescreen_measure.saving(found, picked), found.people, missing)
    return page_screen.estimate_panel(prescreen_measure.as_estimate(found, picked), standing, saving)


def _run_panel(rt: Runtime, actor: Actor, run: dict[str, Any], search_id: str) -> Any:
    """One small query while it runs; whom it could not screen follows once it has stopped."""
    stopped = run["state"] not in ("queued", "running")
    dead = screening.dead_letters(rt, actor, run["id"]) if stopped and run["failed"] else []
    suspects = screening.suspects(rt, actor, run["id"]) if stopped and run["counts"].get("suspect") else []
    measured = prescreen_measure.of_run(rt, actor, search_id, run["id"]) if stopped else None
    return page_screen.latest(run, search_id, dead, suspects, measured, may_go_on=actor.may_edit and run["own"])


def _view(search_id: UUID, scope: Any, state: Any) -> View:
    if scope == "view" and isinstance(state, dict):
        return View.from_state(search_id, state)
    return View.of(search_id, status="shortlisted" if scope == "shortlisted" else "active")
