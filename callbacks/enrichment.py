"""The page `/search/<id>/enrich`: estimated, started, followed, paused and taken up again."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update, set_props
from flask import g

from callbacks import page_values, run_panel, run_progress
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.run_panel import Panel
from callbacks.session import current_actor
from layouts import ids, page_enrich, text
from services.access.identity import Actor
from services.enrichment import enrichment, vendor_reserves
from services.enrichment.enrichment_estimate import Choice
from services.errors import ProductError
from services.grid.grid_view import View, parse_url
from services.runs import runs
from services.runtime import Runtime
from services.spending import budgets

MOST_SELECTED = 100


def page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """What can be looked for, of whom; and the latest enrichment."""
    found = enrichment.overview(rt, actor, search_id)
    query = str(g.get("page_query", ""))
    view, _, _, _ = parse_url(search_id, query)
    run = runs.get_run(rt, actor, found.latest_run) if found.latest_run else None
    return page_enrich.enrich_page(
        search_id=found.search_id,
        title=found.title,
        wants=found.wants,
        view=view.state() if view.query_string() else None,
        people=_selected(query),
        off="" if found.wants else enrichment.OFF,
        editable=found.editable,
        fresh_days=rt.settings.enrich_fresh_days,
        standings=enrichment.standings(rt),
        reserves=actor.role == "admin",
        run=_run_panel(rt, actor, run, found.search_id) if run else None,
        run_id=found.latest_run,
        run_open=run is not None and run["state"] in runs.OPEN,
        seen=run_progress.seen(run) if run else None,
    )


def register(registry: Registry) -> None:
    registry.clientside(
        ClientsideFunction("screening", "enrich"), Output(ids.ENRICH_OPEN, "href"), Input(ids.VIEW_SHOWN, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    _register_form(registry)
    _register_run(registry)
    _register_reserves(registry)


def _register_form(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return page_enrich.estimate_panel(None), error.message

    @registry.callback(
        Output(ids.ENRICH_ESTIMATE, "children"), Output(ids.ENRICH_PROBLEM, "children"),
        Input(ids.ENRICH_WANTS, "value"), Input(ids.ENRICH_SCOPE, "value"), Input(ids.ENRICH_AGAIN, "value"),
        Input(ids.ENRICH_CLOCK, "disabled"), State(ids.ENRICH_SEARCH, "data"), State(ids.ENRICH_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def estimate(wants: Any, scope: Any, again: Any, no_run: Any, search_id: Any, shown: Any) -> Any:
        if ctx.triggered_id == ids.ENRICH_CLOCK and not no_run:
            # A run has begun; when it has ended there is less left to look for, and that is said.
            return no_update, no_update
        if not wants:
            return page_enrich.estimate_panel(None), ""
        chosen = _choice(rt, search_id, shown, wants, scope, again)
        found = enrichment.estimate(rt, current_actor(), chosen)
        return page_enrich.estimate_panel(found, budgets.standing(rt, current_actor())), ""

    @registry.callback(
        Output(ids.ENRICH_RUN, "data"), Output(ids.ENRICH_CLOCK, "disabled"),
        Output(ids.ENRICH_PROBLEM, "children", allow_duplicate=True),
        Input(ids.ENRICH_START, "n_clicks"), State(ids.ENRICH_WANTS, "value"), State(ids.ENRICH_SCOPE, "value"),
        State(ids.ENRICH_AGAIN, "value"), State(ids.ENRICH_SEARCH, "data"), State(ids.ENRICH_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
    )  # fmt: skip
    def start(clicks: int | None, wants: Any, scope: Any, again: Any, search_id: Any, shown: Any) -> Any:
        if not clicks:
            return (no_update,) * 3
        run_id = enrichment.start(rt, current_actor(), _choice(rt, search_id, shown, wants, scope, again))
        toast(text.ENRICH_STARTED, kind="success")
        return {"run": run_id}, False, ""


def _register_run(registry: Registry) -> None:
    rt = registry.rt

    def draw(actor: Actor, run: dict[str, Any], search_id: str) -> Any:
        return _run_panel(rt, actor, run, search_id)

    def beside(actor: Actor, only_figures: bool) -> None:
        set_props(ids.ENRICH_STANDING, {"children": page_enrich.standing_lines(enrichment.standings(rt))})

    panel = Panel(ids.ENRICH_RUN, ids.ENRICH_CLOCK, ids.ENRICH_TICK, ids.ENRICH_SEEN, ids.ENRICH_SEARCH, draw, beside)
    run_panel.follow(registry, panel)
    run_panel.pause_by(registry, panel, ids.ENRICH_PAUSE, partial(enrichment.pause, rt), text.ENRICH_PAUSING)

    # Two callbacks, since seldom both buttons are there.
    for button in (ids.ENRICH_GO_ON, ids.ENRICH_ASK_AGAIN):

        @registry.callback(
            Output(ids.ENRICH_RUN, "data", allow_duplicate=True),
            Output(ids.ENRICH_CLOCK, "disabled", allow_duplicate=True),
            Input(button, "n_clicks"), State(ids.ENRICH_RUN, "data"),
            rule=Rule.RECRUITER, prevent_initial_call=True,
        )  # fmt: skip
        def go_on(clicks: int | None, shown: Any) -> Any:
            if not clicks or not isinstance(shown, dict):
                return no_update, no_update
            unknown = ctx.triggered_id == ids.ENRICH_ASK_AGAIN
            enrichment.go_on(rt, current_actor(), page_values.number(shown.get("run")), unknown=unknown)
            return run_progress.look_again(shown), False


def _register_reserves(registry: Registry) -> None:
    rt = registry.rt

    def refused(error: ProductError) -> Any:
        # The panel as it is keeps what was typed.
        return no_update, no_update, error.message

    @registry.callback(
        Output(ids.ENRICH_RESERVES, "children"), Output(ids.ENRICH_STANDING, "children"),
        Output(ids.ENRICH_RESERVE_ANSWER, "children"),
        Input(ids.vendor_reserve_save(ALL), "n_clicks"), State(ids.vendor_reserve(ALL), "value"),
        State(ids.vendor_reserve(ALL), "id"), rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def save(clicks: list[int | None], amounts: list[Any], fields: list[Any]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update, no_update  # the buttons only appeared
        vendor = ctx.triggered_id["id"]
        typed = [amount for field, amount in zip(fields, amounts, strict=False) if field == ids.vendor_reserve(vendor)]
        kept = vendor_reserves.save(rt, current_actor(), vendor, typed[0] if typed else None)
        toast(text.ENRICH_RESERVE_SAVED.format(n=f"{kept:,}"), kind="success")
        now = enrichment.standings(rt)
        return page_enrich.reserve_panel(now, is_open=True), page_enrich.standing_lines(now), no_update


def _choice(rt: Runtime, search_id: Any, shown: Any, wants: Any, scope: Any, again: Any) -> Choice:
    search, given = page_values.uuid(search_id), shown if isinstance(shown, dict) else {}
    # Before anything is said of what was chosen: a search that is not theirs looks like one that is not there.
    enrichment.overview(rt, current_actor(), search)
    state, people = given.get("view"), given.get("people")
    if scope == "selected" and people:
        return enrichment.choice(rt, View.of(search, status="all"), wants, people, again)
    if scope == "view" and isinstance(state, dict):
        return enrichment.choice(rt, View.from_state(search, state), wants, (), again)
    status = "active" if scope == "active" else "shortlisted"
    return enrichment.choice(rt, View.of(search, status=status), wants, (), again)


def _selected(query: str) -> list[int]:
    """Whom the address names, people=1.2.3; anything else is nobody."""
    try:
        raw = parse_qs(query, max_num_fields=50).get("people", [""])[-1]
    except ValueError:
        return []
    parts = raw.split(".")[:MOST_SELECTED]
    return [int(one) for one in parts if one.isascii() and one.isdecimal() and len(one) < 19]


def _run_panel(rt: Runtime, actor: Actor, run: dict[str, Any], search_id: str) -> Any:
    """One small query while it runs; whom it could not ask about follows once it has stopped."""
    stopped = run["state"] not in ("queued", "running")
    failed = enrichment.failed(rt, actor, run["id"]) if stopped and run["failed"] else []
    return page_enrich.latest(run, search_id, failed, may_go_on=actor.may_edit and run["own"])
