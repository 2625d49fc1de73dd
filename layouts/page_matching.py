"""The admin's page `/admin/matching`: which model people are compared by, whom it knows, what is being made. Pure.

Rows come from services.matching_admin; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, pages_runs, text
from layouts.pages_admin import act, cell, counts, empty, frame, table
from layouts.pages_searches import time

Row = Any
POLL_MS = 3_000


def page(found: Row) -> html.Div:
    """found: a matching_admin.Overview."""
    return frame(
        "matching", text.ADMIN_MATCHING,
        html.Div(figures(found), id=ids.MATCHING_FIGURES, role="status"),
        _buttons(found),
        html.Div(id=ids.MATCHING_ANSWER, role="status"),
        html.H2(text.MATCHING_MODELS),
        html.P(text.MATCHING_MODELS_HINT, className="sx-muted"),
        html.Div(model_list(found), id=ids.MATCHING_MODELS),
        dcc.Interval(id=ids.MATCHING_CLOCK, interval=POLL_MS),
        pages_runs.cancel_store(),
    )  # fmt: skip


def figures(found: Row) -> list[Component]:
    """Made anew every few seconds: where matching stands, and the newest run."""
    on = found.state.on
    said = text.MATCHING_ON.format(model=found.state.model.name) if on else found.state.reason
    parts: list[Component] = [html.P(said, className="sx-card" if on else "sx-card sx-problem")]
    live = next((row for row in found.rows if row.model.state == "live"), None)
    if live is not None:
        shown: dict[str, Any] = {text.MATCHING_MADE: f"{live.made:,}", text.MATCHING_MISSING: f"{live.missing:,}"}
        if found.per_minute is not None:
            shown[text.MATCHING_RATE] = f"{found.per_minute:,.0f}"
        if found.waiting:
            shown[text.MATCHING_WAITING] = f"{found.waiting:,}"
        parts.append(counts(shown))
    if found.run is not None:
        parts += [html.H2(text.MATCHING_RUN), pages_runs.run_card(found.run)]
    return parts


def model_list(found: Row) -> Component:
    """Made anew after a button was pressed."""
    if not found.rows:
        return empty(text.MATCHING_NO_MODELS, text.MATCHING_NO_MODELS_HINT)
    numbers = (text.MATCHING_MADE, text.MATCHING_MISSING, text.MATCHING_SIZE)
    names = (text.MATCHING_MODEL, text.MATCHING_STATE, *numbers, text.MATCHING_SINCE)
    return table(names, [_model(row) for row in found.rows], numbers=numbers)


def answer(said: str, *, good: bool) -> html.P:
    """What came of a button."""
    return html.P(said, className="sx-card" if good else "sx-card sx-problem", **{"data-good": str(good).lower()})


def _buttons(found: Row) -> html.Div:
    """Build is there where vectors can be made; switch where a model could follow."""
    building = any(row.model.state == "building" for row in found.rows)
    return html.Div(
        [
            html.Button(text.MATCHING_BUILD, id=ids.MATCHING_BUILD, type="button", className="btn btn-primary",
                        disabled=not found.state.possible),
            html.Button(text.MATCHING_SWITCH, id=ids.MATCHING_SWITCH, type="button", hidden=not building,
                        className="btn btn-outline-secondary"),
        ],
        className="sx-actions",
    )  # fmt: skip


def _model(row: Row) -> html.Tr:
    model = row.model
    error = html.Div(model.last_error, className="sx-problem") if model.last_error else None
    drop = act(model.id, "drop-model", text.MATCHING_DROP, model.name) if model.state != "live" else None
    return html.Tr(
        [
            html.Td([model.name, html.Div(text.MATCHING_PROVIDERS[model.provider], className="sx-muted"), error],
                    className="sx-table-main"),
            cell(text.MATCHING_STATE, text.MATCHING_STATES[model.state]),
            cell(text.MATCHING_MADE, f"{row.made:,}", number=True),
            cell(text.MATCHING_MISSING, f"{row.missing:,}", number=True),
            cell(text.MATCHING_SIZE, f"{row.bytes / (1 << 20):,.1f} MB", number=True),
            cell(text.MATCHING_SINCE, time(model.created_at)),
            html.Td(drop, className="sx-table-end"),
        ],
        **{"data-testid": "model-row", "data-state": model.state},
    )  # fmt: skip
