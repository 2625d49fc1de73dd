"""How far applying rules, or bringing people back, is; on the pages of rules and of the ledger. Pure."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_runs import OPEN, Run, cancel_store, run_card

POLL_MS = 1_000


def run_parts(run: Run | None, search_id: str, mode: str, *, editable: bool) -> list[Component]:
    """A run that goes on, with a clock that follows it, and what its cancel button writes to."""
    going = run if run is not None and run["state"] in OPEN else None
    return [
        html.Div(
            run_panel(going, search_id, mode, editable=editable) if going else None,
            id=ids.FILTER_PROGRESS,
            role="status",
        ),
        dcc.Store(id=ids.FILTER_RUN, data={"run": going["id"], "mode": mode} if going else None),
        dcc.Store(id=ids.FILTER_SEEN),
        dcc.Interval(id=ids.FILTER_CLOCK, interval=POLL_MS, disabled=going is None),
        cancel_store(),
    ]


def undo_button(run: Run | None) -> Component | None:
    """Takes a run back, where that is possible. Its value: "<batch>:<run>"."""
    if run is None or not run.get("undo_batch"):
        return None
    return html.Button(
        text.FILTER_UNDO, id=ids.FILTER_UNDO, type="button", value=f"{run['undo_batch']}:{run['id']}",
        className="btn btn-sm btn-outline-secondary",
    )  # fmt: skip


def run_panel(run: Run, search_id: str, mode: str, *, editable: bool) -> Component:
    """One run: progress, or the result with what can be done next."""
    actions: list[Any] = []
    if run["state"] not in OPEN:
        status, label = ("filtered", text.FILTER_SHOW_OUT) if mode == "apply" else ("active", text.FILTER_SHOW_IN)
        actions = [
            dcc.Link(label, href=f"/search/{search_id}?status={status}", className="btn btn-sm btn-outline-secondary"),
            dcc.Link(
                text.FILTER_SHOW_LEDGER,
                href=f"/search/{search_id}/ledger",
                className="btn btn-sm btn-outline-secondary",
            ),
        ]
        actions.append(undo_button(run) if editable else None)
    head = html.H2(text.FILTER_LATEST.get(mode) or text.FILTER_LATEST["apply"])
    return html.Section([head, run_card(run, extra=html.Div(actions, className="sx-actions"))], className="sx-section")
