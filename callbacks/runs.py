"""The page `/runs`, and the cancel buttons of jobs on every page."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, no_update

from callbacks import run_progress
from callbacks.actions import told
from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, pages_runs, text
from services.access.identity import Actor
from services.decisions import undo as undoing
from services.runs import runs
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """The newest jobs that the actor may see."""
    return pages_runs.runs_page(runs.list_runs(rt, actor))


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.RUNS_LIST, "children"), Output(ids.RUNS_SEEN, "data"),
        Input(ids.RUNS_CLOCK, "n_intervals"), State(ids.RUNS_SEEN, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def show_list(_: int | None, seen: str | None) -> Any:
        found = runs.list_runs(rt, current_actor())
        now = run_progress.digest(found)
        return (no_update, no_update) if now == seen else (pages_runs.run_list(found), now)

    @registry.callback(
        Output(ids.RUN_CANCEL_REQUEST, "clear_data"), Input(ids.RUN_CANCEL_REQUEST, "data"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def cancel(request: Any) -> Any:
        if not isinstance(request, dict) or not isinstance(request.get("run"), int):
            return no_update
        runs.cancel_run(rt, current_actor(), request["run"])
        toast(text.RUN_CANCELLED)
        return True

    @registry.callback(
        Output(ids.RUN_UNDO_REQUEST, "clear_data"), Output(ids.RUNS_LIST, "children", allow_duplicate=True),
        Input(ids.RUN_UNDO_REQUEST, "data"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def undo(request: Any) -> Any:
        if not isinstance(request, dict) or type(request.get("batch")) is not int:
            return no_update, no_update
        outcome = undoing.undo(rt, current_actor(), request["batch"])
        toast(text.UNDO_STARTED.format(n=outcome.total) if outcome.done is None else told(outcome.done, True))
        return True, pages_runs.run_list(runs.list_runs(rt, current_actor()))
