"""The page `/search/<id>/sources`: agents of PhantomBuster launched, watched, and their results taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update, set_props

from callbacks import page_values, run_progress
from callbacks.errors import toast, told_last
from callbacks.reader_zone import current_zone
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_sources, source_lists, text
from services.access.identity import Actor
from services.enrichment import fetch_schedules, launches, phantom_account
from services.enrichment.launches import Wanted
from services.errors import ProductError
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches

# What a launch is started from, and what is only taken.
_FORM = (
    State(ids.SOURCES_SEARCH, "data"), State(ids.SOURCES_AGENT, "value"), State(ids.SOURCES_AGENT, "options"),
    State(ids.SOURCES_URL, "value"), State(ids.SOURCES_ARGUMENT, "value"), State(ids.SOURCES_CHECK, "value"),
)  # fmt: skip


def page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """What was fetched so far, and the form; agents are asked for once the page stands."""
    search = searches.get_search(rt, actor, search_id)
    shown, watched, _ = _launches(rt, actor, search.id)
    return page_sources.sources_page(
        search_id=str(search.id),
        title=search.title,
        launches=shown,
        schedules=source_lists.schedule_list(fetch_schedules.of_search(rt, actor, search.id)),
        set_up=launches.is_set_up(rt),
        zone=current_zone(),
        editable=search.editable,
        watched=watched,
    )


def register(registry: Registry) -> None:
    _register_agents(registry)
    _register_start(registry)
    _register_watch(registry)
    _register_schedules(registry)


def _register_agents(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return [], text.SOURCES_AGENT_CHOOSE, page_sources.unreachable(error.message)

    @registry.callback(
        Output(ids.SOURCES_AGENT, "options"), Output(ids.SOURCES_AGENT, "placeholder"),
        Output(ids.SOURCES_AGENT_STATE, "children"),
        Input(ids.SOURCES_AGAIN, "n_clicks"), State(ids.SOURCES_AGENT, "value"),
        rule=Rule.RECRUITER, on_error=explain,
        running=[(Output(ids.SOURCES_AGAIN, "disabled"), True, False)],
    )  # fmt: skip
    def show_agents(_: int | None, chosen: Any) -> Any:
        # Also when the page appears.
        found = phantom_account.agents(rt, current_actor())
        if not found:
            return [], text.SOURCES_NO_AGENTS, None
        one = next((one for one in found if one.agent.id == chosen), None)
        return page_sources.agent_options(found), text.SOURCES_AGENT_CHOOSE, page_sources.agent_state(one)

    def unread(error: ProductError) -> Any:
        return page_sources.unreachable(error.message), no_update

    @registry.callback(
        Output(ids.SOURCES_EARLIER, "children"), Output(ids.SOURCES_AGENT_STATE, "children", allow_duplicate=True),
        Input(ids.SOURCES_AGENT, "value"), State(ids.SOURCES_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=unread,
    )  # fmt: skip
    def show_agent(agent_id: Any, search_id: Any) -> Any:
        if not agent_id:
            return None, None
        actor, search = current_actor(), page_values.uuid(search_id)
        found = phantom_account.earlier(rt, actor, search, str(agent_id))
        one = next((one for one in phantom_account.agents(rt, actor) if one.agent.id == agent_id), None)
        return page_sources.earlier_list(found), page_sources.agent_state(one)


def _register_start(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SOURCES_STARTED, "data", allow_duplicate=True),
        Output(ids.SOURCES_PROBLEM, "children", allow_duplicate=True),
        Input(ids.SOURCES_LAUNCH, "n_clicks"), Input(ids.SOURCES_LATEST, "n_clicks"), *_FORM,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(2),
    )  # fmt: skip
    def start(clicked: int | None, latest: int | None, search_id: Any, *form: Any) -> Any:
        what = "latest" if ctx.triggered_id == ids.SOURCES_LATEST else "launch"
        if not (latest if what == "latest" else clicked):
            return no_update, no_update
        return _started(rt, page_values.uuid(search_id), _wanted(what, *form)), ""

    @registry.callback(
        Output(ids.SOURCES_STARTED, "data", allow_duplicate=True),
        Output(ids.SOURCES_PROBLEM, "children", allow_duplicate=True),
        Input(ids.sources_take(ALL), "n_clicks"), Input(ids.SOURCES_TAKE, "n_clicks"),
        State(ids.SOURCES_CONTAINER, "value"), *_FORM,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(2),
    )  # fmt: skip
    def take(clicks: list[int | None], by_id: int | None, typed: Any, search_id: Any, *form: Any) -> Any:
        one = isinstance(ctx.triggered_id, dict)
        if not (any(clicks) if one else by_id):
            return no_update, no_update  # the buttons only appeared
        container = str(ctx.triggered_id["id"] if one else typed or "").strip()
        return _started(rt, page_values.uuid(search_id), _wanted("container", *form, container=container)), ""


def _register_watch(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SOURCES_LAUNCHES, "children"), Output(ids.SOURCES_CLOCK, "disabled"),
        Output(ids.SOURCES_SEEN, "data"),
        Input(ids.SOURCES_CLOCK, "n_intervals"), Input(ids.SOURCES_STARTED, "data"),
        State(ids.SOURCES_SEARCH, "data"), State(ids.SOURCES_SEEN, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def watch(_: int | None, started: Any, search_id: Any, seen: Any) -> Any:
        actor, search = current_actor(), page_values.uuid(search_id)
        shown, watched, digest = _launches(rt, actor, search)
        return (no_update if digest == seen else shown), not watched, digest


def _register_schedules(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SOURCES_SCHEDULES, "children"), Output(ids.SOURCES_SCHEDULE_PROBLEM, "children"),
        Input(ids.SOURCES_SCHEDULE_ADD, "n_clicks"), State(ids.SOURCES_SCHEDULE_WHAT, "value"),
        State(ids.SOURCES_EVERY, "value"), State(ids.SOURCES_HOUR, "value"), *_FORM,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(2),
    )  # fmt: skip
    def add(clicks: int | None, what: Any, every: Any, hour: Any, search_id: Any, *form: Any) -> Any:
        if not clicks:
            return no_update, no_update
        actor, search = current_actor(), page_values.uuid(search_id)
        first = None if hour == page_sources.LATER else page_values.digits(hour)
        wanted, hours = _wanted(str(what), *form), page_values.digits(every or 0)
        fetch_schedules.create(rt, actor, search, wanted, hours, first, current_zone())
        toast(text.SOURCES_SCHEDULE_ADDED, kind="success")
        return _schedules(rt, actor, search), ""

    @registry.callback(
        Output(ids.SOURCES_SCHEDULES, "children", allow_duplicate=True),
        Input(ids.schedule_act(ALL, ALL), "n_clicks"), State(ids.SOURCES_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def act(clicks: list[int | None], search_id: Any) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update  # the buttons only appeared
        actor, asked = current_actor(), ctx.triggered_id
        schedule_id = page_values.number(asked.get("id"))
        if asked.get("do") == "delete":
            fetch_schedules.delete(rt, actor, schedule_id)
        else:
            fetch_schedules.set_paused(rt, actor, schedule_id, asked.get("do") == "pause")
        return _schedules(rt, actor, page_values.uuid(search_id))


def _started(rt: Runtime, search_id: UUID, wanted: Wanted) -> dict[str, int]:
    run_id = launches.start(rt, current_actor(), str(search_id), wanted)
    set_props(ids.SOURCES_CLOCK, {"disabled": False})
    toast(text.SOURCES_STARTED, kind="success")
    return {"run": run_id}


def _wanted(
    what: str, agent_id: Any, options: Any, url: Any, argument: Any, check: Any, *, container: str = ""
) -> Wanted:
    """What the form says."""
    labels = {one.get("value"): one.get("label") for one in options or [] if isinstance(one, dict)}
    name = str(labels.get(agent_id) or "").rpartition(" · ")[0]
    return Wanted(
        str(agent_id or ""), what, name, str(url or ""), str(argument or "").strip(), container, bool(check)
    )  # fmt: skip


def _launches(rt: Runtime, actor: Actor, search_id: UUID) -> tuple[Any, bool, str]:
    """What was fetched, whether something goes on, and a name for all that is shown."""
    found = phantom_account.launches_of(rt, actor, search_id)
    going = [one for one in found if one["state"] in source_lists.OPEN]
    told = {one["id"]: phantom_account.console(rt, one["id"]) for one in found if one["state"] in ("running", "failed")}
    states = {one["run_id"]: runs.get_run(rt, actor, one["run_id"]) for one in going if one["run_id"]}
    on = {run_id: run for run_id, run in states.items() if run["state"] in runs.OPEN}
    stoppable = {run_id: not run["cancel_requested"] for run_id, run in on.items() if run["may_cancel"]}
    shown = source_lists.launch_list(found, str(search_id), told, stoppable)
    return shown, bool(on), run_progress.digest([[dict(one) for one in found], told, stoppable])


def _schedules(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    return source_lists.schedule_list(fetch_schedules.of_search(rt, actor, search_id))
