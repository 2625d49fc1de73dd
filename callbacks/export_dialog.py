"""The export dialog on the page of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import dash
from dash import ALL, Input, Output, State, ctx, no_update, set_props

from callbacks import errors
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping, version_of, view_of
from layouts import export_dialog, ids, pages_runs, text
from services.access.identity import Actor
from services.errors import BadInput, ProductError, Unavailable
from services.exports import export_preview, export_variants, exports
from services.exports.export_variants import Column
from services.grid.grid_view import View
from services.grid.selection import selection_of
from services.runs import runs
from services.runtime import Runtime


def register(registry: Registry) -> None:
    rt = registry.rt
    _register_choice(registry)
    _register_run(registry)

    @registry.callback(
        Output(ids.EXPORT_DIALOG, "is_open"), Output(ids.EXPORT_BODY, "children"), Output(ids.EXPORT_TARGET, "data"),
        Output(ids.EXPORT_RUN, "data"),
        Input(ids.EXPORT_REQUEST, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def show(request: Any, page: Any) -> Any:
        asked, view, actor = mapping(request), view_of(page), current_actor()
        version = version_of(page)
        people = export_preview.count_people(rt, actor, view, version, _people(rt, actor, view, version, asked))
        shown = [one for one in asked.get("columns") or [] if isinstance(one, str)]
        criteria = exports.more_columns(rt, actor, view)
        columns = export_variants.in_order("processed", _with_evidence(shown, criteria), criteria)
        body = export_dialog.dialog_body(
            people, _labelled(columns, criteria), exports.list_exports(rt, actor, view.search_id)
        )
        return True, body, {"target": asked.get("target"), "columns": shown}, None


def _register_choice(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.EXPORT_COLUMNS, "options"), Output(ids.EXPORT_COLUMNS, "value"),
        Output(ids.EXPORT_COLUMNS_BOX, "hidden"),
        Input(ids.EXPORT_VARIANT, "value"), Input(ids.EXPORT_COLUMNS_ALL, "n_clicks"),
        Input(ids.EXPORT_COLUMNS_GRID, "n_clicks"), State(ids.EXPORT_TARGET, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def offer(variant: Any, _: int | None, __: int | None, kept: Any, page: Any) -> Any:
        criteria = exports.more_columns(rt, current_actor(), view_of(page))
        shown = _with_evidence(mapping(kept).get("columns") or [], criteria)
        names = export_variants.in_order(export_variants.check_variant(variant), shown, criteria)
        of_grid = [name for name in names if name in shown] if ctx.triggered_id == ids.EXPORT_COLUMNS_GRID else names
        return export_dialog.column_options(_labelled(names, criteria)), of_grid or names, not names

    def explain(error: ProductError) -> Any:
        return None, "", error.message, True

    @registry.callback(
        Output(ids.EXPORT_PREVIEW, "children"), Output(ids.EXPORT_COLUMNS_COUNT, "children"),
        Output(ids.EXPORT_PROBLEM, "children"), Output(ids.EXPORT_START, "disabled"),
        Input(ids.EXPORT_COLUMNS, "value"), Input(ids.EXPORT_VARIANT, "value"), State(ids.EXPORT_TARGET, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, on_error=explain,
    )  # fmt: skip
    def look(chosen: Any, variant: Any, kept: Any, page: Any) -> Any:
        actor, view, version = current_actor(), view_of(page), version_of(page)
        criteria = exports.more_columns(rt, actor, view)
        names = _columns(variant, chosen, kept, criteria)
        target = _people(rt, actor, view, version, mapping(kept))
        found = export_preview.preview(rt, actor, view, version, target, variant, names)
        count = export_dialog.columns_count(len(names or []), len(export_variants.names_of(variant, criteria)))
        return export_dialog.look(found, variant), count, "", not found.rows


def _register_run(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return no_update, no_update, error.message, no_update

    @registry.callback(
        Output(ids.EXPORT_RUN, "data", allow_duplicate=True), Output(ids.EXPORT_CLOCK, "disabled"),
        Output(ids.EXPORT_PROBLEM, "children", allow_duplicate=True),
        Output(ids.EXPORT_PROGRESS, "children", allow_duplicate=True),
        Input(ids.EXPORT_START, "n_clicks"), State(ids.EXPORT_VARIANT, "value"), State(ids.EXPORT_FORMAT, "value"),
        State(ids.EXPORT_COLUMNS, "value"), State(ids.EXPORT_TARGET, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def start(clicks: int | None, variant: Any, fmt: Any, chosen: Any, kept: Any, page: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update, no_update
        actor, view, version = current_actor(), view_of(page), version_of(page)
        criteria = exports.more_columns(rt, actor, view)
        names = _columns(variant, chosen, kept, criteria)
        target = _people(rt, actor, view, version, mapping(kept))
        run_id = exports.start_export(rt, actor, view, version, target, fmt, names, variant)
        run = runs.get_run(rt, actor, run_id)
        return {"run_id": run_id, "open": True, "shape": _shape(run)}, False, "", export_dialog.progress(run, None)

    def stop(error: ProductError) -> Any:
        # A server that is away comes back; what is refused stays refused, and is said once.
        if isinstance(error, Unavailable):
            return no_update, no_update, no_update, no_update
        errors.toast(error.message, kind="problem")
        return no_update, no_update, True, no_update

    @registry.callback(
        Output(ids.EXPORT_PROGRESS, "children"), Output(ids.EXPORT_RUN, "data", allow_duplicate=True),
        Output(ids.EXPORT_CLOCK, "disabled", allow_duplicate=True), Output(ids.EXPORT_PAST, "children"),
        Input(ids.EXPORT_CLOCK, "n_intervals"), State(ids.EXPORT_RUN, "data"),
        rule=Rule.RECRUITER, polling=True, prevent_initial_call=True, on_error=stop,
    )  # fmt: skip
    def watch(_: int | None, kept: Any) -> Any:
        if not isinstance(kept, dict) or not kept.get("open"):
            return no_update, no_update, True, no_update
        actor = current_actor()
        run = runs.get_run(rt, actor, kept["run_id"] if isinstance(kept.get("run_id"), int) else 0)
        shape = _shape(run)
        if export_dialog.is_open(run):
            if kept.get("shape") == shape:
                # A button that is replaced while it is pressed is not pressed.
                set_props(ids.RUN_FIGURES, {"children": pages_runs.figures(run)})
                return no_update, no_update, no_update, no_update
            return export_dialog.progress(run, None), {**kept, "shape": shape}, no_update, no_update
        past = exports.list_exports(rt, actor, run["search_id"])
        made = next((one for one in past if one["run_id"] == run["id"]), None)
        return export_dialog.progress(run, made), {**kept, "open": False}, True, export_dialog.past_files(past)

    @registry.callback(
        Output(ids.EXPORT_PAST, "children", allow_duplicate=True),
        Input(ids.export_delete(ALL), "n_clicks"), State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def delete(clicks: list[int | None], page: Any) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update  # the buttons only appeared
        exports.remove(rt, current_actor(), _export_id(ctx.triggered_id["id"]))
        errors.toast(text.EXPORT_DELETED)
        return _past(rt, current_actor(), view_of(page).search_id)

    registry.clientside(
        dash.ClientsideFunction("grid", "exportClosed"), Input(ids.EXPORT_DIALOG, "is_open"),
        State(ids.EXPORT_RUN, "data"), prevent_initial_call=True,
    )  # fmt: skip


def _people(rt: Runtime, actor: Actor, view: View, version: int | None, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Whom the page has chosen, as an export takes it: places in a list become people, as the actor sees them now."""
    target = mapping(kept.get("target"))
    if "ids" in target and "ranges" not in target:
        return {"ids": target["ids"]}
    chosen = selection_of(rt, actor, view, version, target)
    return {"all": True, "except": list(chosen.left_out)} if chosen.everyone else {"ids": list(chosen.ids)}


def _shape(run: dict[str, Any]) -> list[Any]:
    """What the card of a run looks like, its figures apart."""
    return [run["state"], run["cancel_requested"], run["queue_position"]]


def _past(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    return export_dialog.past_files(exports.list_exports(rt, actor, search_id))


def _with_evidence(shown: Sequence[Any], criteria: Sequence[Column]) -> list[Any]:
    """The grid's columns; behind each criterion its evidence, which the grid shows in the drawer."""
    evidence = {column.source: column.chosen_by for column in criteria if column.kind == "evidence"}
    return [name for one in shown if isinstance(one, str) for name in (one, evidence.get(one)) if name]


def _labelled(names: Sequence[str], criteria: Sequence[Column]) -> list[tuple[str, str]]:
    """(choice, header) of columns."""
    headers = {column.chosen_by: column.name for column in criteria}
    return [(name, headers.get(name, name)) for name in names]


def _columns(variant: Any, chosen: Any, kept: Any, criteria: Sequence[Column]) -> Sequence[str] | None:
    """The columns that are ticked, in the order in which they are offered. Raises BadInput."""
    shown = _with_evidence(mapping(kept).get("columns") or [], criteria)
    names = export_variants.in_order(export_variants.check_variant(variant), shown, criteria)
    # What is ticked may still be of the variant that was shown before.
    return [name for name in names if isinstance(chosen, list) and name in chosen] if names else None


def _export_id(raw: Any) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError as error:
        raise BadInput(text.UNKNOWN_CALL) from error
