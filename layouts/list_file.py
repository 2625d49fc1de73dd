"""A file on its way into a list: how far its reading is, or what came of it. Pure.

`Filling` here is services.filtering.list_runs.Filling, read by name.
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text

Filling = Any
POLL_MS = 1_000


def parts(found: Filling | None) -> list[Component]:
    """What a list's page holds for it: the state, and a clock that runs while a file is read."""
    return [
        html.Div(state(found), id=ids.LIST_FILE_STATE, role="status"),
        dcc.Interval(id=ids.LIST_FILE_CLOCK, interval=POLL_MS, disabled=not (found and found.is_open)),
        dcc.Store(id=ids.LIST_FILE_SEEN),
    ]


def state(found: Filling | None) -> Component | None:
    """While a file is read: how far, and a way to stop it. After it failed: why, until the list changes."""
    if found is None or not (found.is_open or found.went_wrong):
        return None
    if not found.is_open:
        return html.Div(html.P(problem(found), className="sx-problem", role="alert"), className="sx-note")
    cancel = html.Button(
        text.CANCEL, type="button", className="btn btn-sm btn-outline-secondary", disabled=found.cancel_requested,
        **{"data-cancel-run": str(found.run_id), "data-testid": "run-cancel"},
    )  # fmt: skip
    return html.Div(
        [
            html.Div(
                [html.Strong(text.LIST_FILE_READING), cancel if found.may_cancel else None], className="sx-run-head"
            ),
            html.Progress(className="sx-progress", **{"aria-label": text.LIST_FILE_READING}),
            html.Div(figures(found), id=ids.LIST_FILE_FIGURES),
            html.P(text.LIST_FILE_STAYS, className="sx-muted"),
        ],
        className="sx-card sx-run",
    )


def figures(found: Filling) -> str:
    """What changes all the time, apart from the button: one that is replaced while it is pressed is not pressed."""
    if found.state == "queued":
        return text.LIST_FILE_WAITS
    return text.LIST_FILE_ROWS.format(n=found.rows)


def problem(found: Filling) -> str:
    """Why a file did not become entries, and what holds now."""
    if found.state == "cancelled":
        return text.LIST_FILE_CANCELLED
    return text.LIST_SYNC_FAILED.format(message=found.message or text.RUN_ENDED)
