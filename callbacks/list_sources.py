"""Lists from a file or a Google Sheet: uploaded, named, read now."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, no_update, set_props

from callbacks import page_values
from callbacks.errors import toast, told_last
from callbacks.list_filling import told
from callbacks.list_page import show_again
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, list_file, page_list, text
from services.access.identity import Actor
from services.filtering import list_runs, list_sheets
from services.runs import runs
from services.runtime import Runtime


def register(registry: Registry) -> None:
    _register_file(registry)
    _register_sheet(registry)


def _register_file(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.LIST_FILE_STATE, "children"), Output(ids.LIST_FILE_CLOCK, "disabled"),
        Output(ids.LIST_ENTRY_PROBLEM, "children", allow_duplicate=True),
        Input(ids.LIST_UPLOAD, "data"), State(ids.LIST_FILE_MODE, "value"), State(ids.LIST_ID, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
    )  # fmt: skip
    def take_file(uploads: Any, mode: Any, list_id: Any) -> Any:
        if not isinstance(uploads, list) or not uploads:
            return (no_update,) * 3
        actor, one = current_actor(), page_values.number(list_id)
        list_runs.start(rt, actor, one, str(uploads[0]), add_only=mode == "add")
        return list_file.state(_filling(rt, actor, one)), False, ""

    @registry.callback(
        Output(ids.LIST_FILE_STATE, "children", allow_duplicate=True),
        Output(ids.LIST_FILE_CLOCK, "disabled", allow_duplicate=True), Output(ids.LIST_FILE_SEEN, "data"),
        Output(ids.LIST_FILLED, "data", allow_duplicate=True),
        Input(ids.LIST_FILE_CLOCK, "n_intervals"), State(ids.LIST_FILE_SEEN, "data"), State(ids.LIST_ID, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def watch_file(_: int | None, seen: Any, list_id: Any) -> Any:
        actor, one = current_actor(), page_values.number(list_id)
        found = _filling(rt, actor, one)
        if found is None:
            return None, True, no_update, no_update
        if found.is_open:
            shape = [found.run_id, found.state, found.cancel_requested]
            set_props(ids.LIST_FILE_FIGURES, {"children": list_file.figures(found)})
            return (no_update if shape == seen else list_file.state(found)), no_update, shape, no_update
        show_again(rt, actor, one)
        if found.state == "done":
            toast(told(list_runs.filled_by(found)), kind="success")
        return list_file.state(found), True, no_update, found.run_id


def _filling(rt: Runtime, actor: Actor, list_id: int) -> list_runs.Filling | None:
    return list_runs.fillings(rt, actor, [list_id]).get(list_id)


def _register_sheet(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.LIST_SHEET_RUN, "data"), Output(ids.LIST_SHEET_CLOCK, "disabled"),
        Output(ids.LIST_ENTRY_PROBLEM, "children", allow_duplicate=True),
        Input(ids.LIST_SHEET_SAVE, "n_clicks"), State(ids.LIST_SHEET, "value"), State(ids.LIST_SHEET_RANGE, "value"),
        State(ids.LIST_SHEET_EVERY, "value"), State(ids.LIST_ID, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
        running=[(Output(ids.LIST_SHEET_SAVE, "disabled"), True, False)],
    )  # fmt: skip
    def save(clicks: int | None, address: Any, part: Any, every: Any, list_id: Any) -> Any:
        if not clicks:
            return (no_update,) * 3
        actor, one, sheet = current_actor(), page_values.number(list_id), str(address or "").strip()
        minutes = int(every) if every in text.LIST_SHEET_TIMES and every != "0" else None
        list_sheets.set_source(rt, actor, one, sheet, str(part or "").strip(), minutes)
        show_again(rt, actor, one)
        if not sheet:
            toast(text.LIST_SHEET_GONE, kind="success")
            return None, True, ""
        toast(text.LIST_SHEET_STARTED)
        return list_sheets.sync_now(rt, actor, one), False, ""

    @registry.callback(
        Output(ids.LIST_SHEET_STATE, "children"), Output(ids.LIST_SHEET_CLOCK, "disabled", allow_duplicate=True),
        Input(ids.LIST_SHEET_CLOCK, "n_intervals"), Input(ids.LIST_SHEET_RUN, "data"), State(ids.LIST_ID, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def progress(_: int | None, run_id: Any, list_id: Any) -> Any:
        if run_id is None:
            return None, True
        actor, run = current_actor(), runs.get_run(rt, current_actor(), page_values.number(run_id))
        if run["state"] in runs.OPEN:
            return page_list.sheet_state(run), no_update
        show_again(rt, actor, page_values.number(list_id))
        return page_list.sheet_state(run), True
