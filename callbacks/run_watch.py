"""Long actions on the page that started them: how far they are, and what came of them."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

import dash
from dash import Input, Output

from callbacks import errors
from callbacks.actions import told, versions
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from layouts import ids, pages_runs, text
from services.access.identity import Actor
from services.decisions import bulk
from services.runs import runs
from services.runtime import Runtime

MOST = 20


class _Ended(NamedTuple):
    """What to say of a run that has ended. undo_batch and link: what to offer with it."""

    message: str
    good: bool
    undo_batch: int | None = None
    link: Any = None


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.RUN_STATE, "data"),
        Input(ids.RUN_WATCH, "data"),
        rule=Rule.ANY,
        polling=True,
        prevent_initial_call=True,
    )
    def watch(request: dict[str, Any] | None) -> Any:
        asked = mapping(request).get("run_ids")
        known = [one for one in asked if type(one) is int][:MOST] if isinstance(asked, list) else []
        answers = [_state(rt, current_actor(), run_id) for run_id in known]
        _say([ended for _, ended in answers if ended is not None])
        return {"runs": [state for state, _ in answers], "n": secrets.token_hex(4)}

    registry.clientside(
        dash.ClientsideFunction("grid", "watched"), Input(ids.RUN_STATE, "data"), prevent_initial_call=True
    )


def _state(rt: Runtime, actor: Actor, run_id: int) -> tuple[dict[str, Any], _Ended | None]:
    run = runs.get_run(rt, actor, run_id)
    state = {"run_id": run_id, "state": run["state"]}
    if run["state"] in runs.OPEN:
        place = run["queue_position"]
        waits = text.RUN_WAITS.format(place=place) if run["state"] == "queued" and place else ""
        goes_on = text.RUN_GOES_ON.format(done=run["done"], total=run["total"] or 0)
        return state | {"notice": waits or goes_on}, None
    good = run["state"] == "done"
    problem = "" if good else f"{run['message'] or text.RUN_ENDED} "
    found = bulk.result_of(rt, actor, run_id) if run["kind"] in ("bulk", "undo") else None
    if found is None:
        return state, _Ended(problem or text.EXPORT_DONE, good, link=pages_runs.download_in_message(run))
    undone = run["kind"] == "undo"
    return state | versions(found), _Ended(problem + told(found, undone), good, None if undone else found.batch_id)


def _say(ended: list[_Ended]) -> None:
    """One message has room for one button, so where more have ended their Undo and files are left to the page Runs."""
    if not ended:
        return
    kind = "success" if all(one.good for one in ended) else "problem"
    if len(ended) == 1:
        errors.toast(ended[0].message, kind=kind, undo_batch=ended[0].undo_batch, action=ended[0].link)
    else:
        errors.toast(" ".join(one.message for one in ended), kind=kind, action=pages_runs.link_in_message())
