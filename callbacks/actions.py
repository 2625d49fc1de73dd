"""Actions on selected candidates or on everything that matches; Undo; the progress of long ones."""

from __future__ import annotations

import secrets
from typing import Any

import dash
from dash import Input, Output, State, no_update

from callbacks import errors, rejections
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping, version_of, view_of
from layouts import ids, text
from services.access.identity import Actor
from services.decisions import bulk, candidates
from services.decisions import undo as undoing
from services.decisions.candidates import ChangeResult
from services.decisions.score_rejections import Choice, Confirmation, MustConfirm
from services.errors import NotFound
from services.grid import result_sets
from services.grid.grid_view import View
from services.grid.selection import selection_of
from services.runtime import Runtime


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
        try:
            return answer(rt, current_actor(), request, page)
        except MustConfirm as error:
            rejections.ask(error)
            return no_update

    rejections.register(registry, answer)

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
        return _taken_back(undoing.undo(rt, current_actor(), batch))

    registry.clientside(
        dash.ClientsideFunction("grid", "changed"), Input(ids.CHANGE_ANSWER, "data"), prevent_initial_call=True
    )


def answer(
    rt: Runtime, actor: Actor, request: Any, page: dict[str, Any] | None, confirmed: Confirmation | None = None
) -> dict[str, Any]:
    """Do what the page asks for, and what it is answered. Raises MustConfirm for a rejection by score alone."""
    asked = mapping(request)
    view, version, target = view_of(page), version_of(page or {}), mapping(asked.get("target"))
    name, value = asked.get("action"), asked.get("value") or ""
    if name == "undo":
        return _undone(rt, actor, view)
    chosen = selection_of(rt, actor, view, version, target, (page or {}).get("snapshot"))
    if chosen.everyone:
        outcome = bulk.start(
            rt, actor, view, version, str(name), value, chosen.left_out, confirmed, asked.get("reason")
        )
        if outcome.done is None:
            return _started(outcome.run_id, "bulk", text.BULK_STARTED.format(n=outcome.total))
        return _done(outcome.done)
    action = candidates.action_of(name, value, asked.get("reason"))
    choice = Choice(view if chosen.by_place else None, part=chosen.by_place, confirmed=confirmed)
    done = candidates.change(rt, actor, view.search_id, chosen.ids, action, chosen.as_of, chosen.shown, choice)
    if len(chosen.ids) > result_sets.PAGE:
        return _done(done)
    rows, snapshot = result_sets.rows_of(rt, actor, view, list(chosen.ids))
    return _done(done) | {"rows": rows, "snapshot": snapshot}


def _undone(rt: Runtime, actor: Actor, view: View) -> dict[str, Any]:
    """The actor's newest action in the search is taken back."""
    last = undoing.last_batch(rt, actor, view.search_id)
    if last is None:
        raise NotFound(text.UNDO_NOTHING)
    return _taken_back(undoing.undo(rt, actor, last.id))


def _taken_back(outcome: bulk.Outcome) -> dict[str, Any]:
    if outcome.done is None:
        return _started(outcome.run_id, "undo", text.UNDO_STARTED.format(n=outcome.total))
    return _done(outcome.done, undone=True)


def _started(run_id: int | None, kind: str, message: str) -> dict[str, Any]:
    errors.toast(message)
    return {"run_id": run_id, "kind": kind, "done": True, "n": secrets.token_hex(4)}


def _done(done: ChangeResult, *, undone: bool = False) -> dict[str, Any]:
    kind = "success" if done.changed else "info"
    errors.toast(told(done, undone), kind=kind, undo_batch=None if undone else done.batch_id)
    return {"rows": [], "done": True, "undone": undone, "n": secrets.token_hex(4), **versions(done)}


def versions(done: ChangeResult) -> dict[str, int]:
    """Of the search, before and after: whoever had seen the one has now seen the other."""
    return {"version_before": done.version_before, "version_after": done.version_after}


def told(done: ChangeResult, undone: bool) -> str:
    """What came of an action or an Undo, in a line."""
    left = [
        words.format(n=n)
        for words, n in (
            (text.LEFT_NEWER, done.skipped_changed),
            (text.LEFT_GONE, done.skipped_gone),
            (text.LEFT_FULL, done.skipped_full),
        )
        if n
    ]
    if undone:
        said = text.UNDONE_ONE if done.changed == 1 else text.UNDONE.format(n=done.changed)
    elif done.changed:
        said = text.CHANGED_ONE if done.changed == 1 else text.CHANGED.format(n=done.changed)
    elif done.unchanged:
        said = text.CHANGED_NONE_OF.format(n=done.unchanged) if left else text.CHANGED_NONE
    else:
        said = text.CHANGED_NOBODY
    return " ".join([said, *left])
