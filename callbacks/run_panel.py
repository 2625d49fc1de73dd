"""A page that follows its latest run, of screenings and enrichments: drawn anew when it changes, and paused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks import page_values, run_progress
from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids
from services.access.identity import Actor
from services.runs import runs


@dataclass(frozen=True)
class Panel:
    """run, clock, tick, seen, search: ids of the page's stores and of its clock.

    draw: of the actor, the run and the search's id, the panel as a component. beside: told of each change, and whether
    nothing but figures has changed; sends what stands beside the panel.
    """

    run: str
    clock: str
    tick: str
    seen: str
    search: str
    draw: Callable[[Actor, dict[str, Any], str], Any]
    beside: Callable[[Actor, bool], None]


def follow(registry: Registry, panel: Panel) -> None:
    """Look at the run by the clock; what the page shows already is not sent again."""
    rt = registry.rt
    registry.clientside(
        ClientsideFunction("screening", "tick"), Output(panel.tick, "data"), Input(panel.clock, "n_intervals"),
        prevent_initial_call=True,
    )  # fmt: skip

    @registry.callback(
        Output(ids.RUN_PROGRESS, "children", allow_duplicate=True),
        Output(panel.clock, "disabled", allow_duplicate=True), Output(panel.seen, "data"),
        Input(panel.tick, "data"), Input(panel.run, "data"), State(panel.search, "data"), State(panel.seen, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def progress(_: int | None, shown: Any, search_id: Any, seen: Any) -> Any:
        if not isinstance(shown, dict):
            return no_update, True, no_update
        actor = current_actor()
        run = runs.get_run(rt, actor, page_values.number(shown.get("run")))
        now = run_progress.seen(run)
        if now == seen:
            return (no_update,) * 3
        only_figures = run_progress.only_figures(run, seen, now)
        panel.beside(actor, only_figures)
        if only_figures:
            return no_update, no_update, now
        ended = True if run["state"] not in runs.OPEN else no_update
        return panel.draw(actor, run, str(page_values.uuid(search_id))), ended, now


def pause_by(registry: Registry, panel: Panel, button: str, pause: Callable[[Actor, int], str], said: str) -> None:
    """A button that pauses the run. pause: returns its state; said: where it goes on for a moment."""

    @registry.callback(
        Output(panel.run, "data", allow_duplicate=True), Input(button, "n_clicks"), State(panel.run, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def paused(clicks: int | None, shown: Any) -> Any:
        if not clicks or not isinstance(shown, dict):
            return no_update
        if pause(current_actor(), page_values.number(shown.get("run"))) == "running":
            toast(said)
        return run_progress.look_again(shown)
