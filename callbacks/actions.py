"""Actions on selected candidates or on everything that matches; Undo; the progress of long ones."""

from __future__ import annotations

import secrets
from typing import Any

import dash
from dash import Input, Output, State, no_update

from callbacks import errors
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping, version_of, view_of
from layouts import ids, pages_runs, text
from services import bulk, candidates, result_sets, runs
from services import undo as undoing
from services.candidates import ChangeResult
from services.selection import selection_of


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.CHANGE_ANSWER, "data"),
        Input(ids.CHANGE_REQUEST, "data"),
        State(ids.GRID_VIEW, "data"),
        rule=Rule.RECRUITER,
        prevent_initial_call=True,
    )
    def act(request: dict[str, Any] | None, page: dict[str, Any] | None) -> Any:
        asked, actor = mapping(request), current_actor()
        view, version, target = view_of(page), version_of(page or {}), mapping(asked.get("target"))
        name, value = asked.get("action"), asked.get("value") or ""
        chosen = selection_of(rt, actor, view, version, target, (page or {}).get("snapshot"))
        if chosen.everyone:
            outcome = bulk.start(rt, actor, view, version, str(name), value)
            if outcome.done is None:
                return _started(outcome.run_id, text.BULK_STARTED.format(n=outcome.total))
            return _done(outcome.done, [])
        action = candidates.action_of(name, value)
        done = candidates.change(rt, actor, view.search_id, chosen.ids, action, chosen.as_of)
        few = len(chosen.ids) <= result_sets.PAGE
        return _done(done, result_sets.rows_of(rt, actor, view, list(chosen.ids)) if few else [])

    @registry.callback(
        Output(ids.CHANGE_ANSWER, "data", allow_duplicate=True),
        Input(ids.UNDO, "n_clicks"),
        State(ids.UNDO_BATCH, "data"),
        rule=Rule.RECRUITER,
        prevent_initial_call=True,
    )
    def undo(clicks: int | None, batch: Any) -> Any:
        if not clicks or type(batch) is not int:
            return no_update
        outcome = undoing.undo(rt, current_actor(), batch)
        if outcome.done is None:
            return _started(outcome.run_id, text.UNDO_STARTED.format(n=outcome.total))
        return _done(outcome.done, [], undone=True)

    @registry.callback(
        Output(ids.RUN_STATE, "data"),
        Input(ids.RUN_WATCH, "data"),
        rule=Rule.ANY,
        polling=True,
        prevent_initial_call=True,
    )
    def watch(request: dict[str, Any] | None) -> Any:
        run_id = mapping(request).get("run_id")
        run = runs.get_run(rt, current_actor(), run_id if isinstance(run_id, int) else 0)
        state = {"run_id": run_id, "state": run["state"], "n": secrets.token_hex(4)}
        if run["state"] in runs.OPEN:
            place = run["queue_position"]
            waits = text.RUN_WAITS.format(place=place) if run["state"] == "queued" and place else ""
            return state | {"notice": waits or text.RUN_GOES_ON.format(done=run["done"], total=run["total"] or 0)}
        good = run["state"] == "done"
        kind, problem = ("success", "") if good else ("problem", f"{run['message'] or text.RUN_ENDED} ")
        found = bulk.result_of(rt, current_actor(), run["id"]) if run["kind"] in ("bulk", "undo") else None
        if found is None:
            errors.toast(problem or text.EXPORT_DONE, kind=kind, action=pages_runs.download_in_message(run))
            return state
        undone = run["kind"] == "undo"
        errors.toast(problem + _told(found, undone), kind=kind, undo_batch=None if undone else found.batch_id)
        return state | _versions(found)

    for name, given in (("changed", ids.CHANGE_ANSWER), ("watched", ids.RUN_STATE)):
        registry.clientside(dash.ClientsideFunction("grid", name), Input(given, "data"), prevent_initial_call=True)


def _started(run_id: int | None, message: str) -> dict[str, Any]:
    errors.toast(message)
    return {"run_id": run_id, "done": True, "n": secrets.token_hex(4)}


def _done(done: ChangeResult, rows: list[dict[str, Any]], *, undone: bool = False) -> dict[str, Any]:
    kind = "success" if done.changed else "info"
    errors.toast(_told(done, undone), kind=kind, undo_batch=None if undone else done.batch_id)
    return {"rows": rows, "done": True, "n": secrets.token_hex(4), **_versions(done)}


def _versions(done: ChangeResult) -> dict[str, int]:
    return {"version_before": done.version_before, "version_after": done.version_after}


def _told(done: ChangeResult, undone: bool) -> str:
    said = text.UNDONE if undone else text.CHANGED if done.changed else text.CHANGED_NONE
    if done.changed == 1:
        said = text.UNDONE_ONE if undone else text.CHANGED_ONE
    parts = [said.format(n=done.changed)]
    for words, n in (
        (text.LEFT_NEWER, done.skipped_changed),
        (text.LEFT_GONE, done.skipped_gone),
        (text.LEFT_FULL, done.skipped_full),
    ):
        parts += [words.format(n=n)] if n else []
    return " ".join(parts)
