"""The admin's page `/admin/matching`: which model people are compared by, whom it knows, what is being made. Pure.

Rows come from services.matching.matching_admin; layouts import no services, so their parts are read by name.
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


def page(found: Row, seen: Any = None) -> html.Div:
    """found: a matching_admin.Overview. seen: what the page knows of it, so that it is not drawn anew for nothing."""
    return frame(
        "matching", text.ADMIN_MATCHING,
        html.Div(figures(found), id=ids.MATCHING_FIGURES, role="status"),
        _buttons(found),
        html.Div(id=ids.MATCHING_ANSWER, role="status"),
        html.Div(run_part(found), id=ids.MATCHING_RUN),
        html.H2(text.MATCHING_MODELS),
        html.P(text.MATCHING_MODELS_HINT, className="sx-muted"),
        html.Div(model_list(found), id=ids.MATCHING_MODELS),
        dcc.Interval(id=ids.MATCHING_CLOCK, interval=POLL_MS),
        dcc.Store(id=ids.MATCHING_SEEN, data=seen),
        pages_runs.cancel_store(),
    )  # fmt: skip


def figures(found: Row) -> list[Component]:
    """Made anew every few seconds, so without a button: where matching stands."""
    on = found.state.on
    said = text.MATCHING_ON.format(model=found.state.model.name) if on else found.state.reason
    # That nobody has begun yet is no problem.
    parts: list[Component] = [html.P(said, className="sx-card" if found.state.possible else "sx-card sx-problem")]
    if note := _next(found):
        parts.append(html.P(note, className="sx-note"))
    live = next((row for row in found.rows if row.model.state == "live"), None)
    if live is not None:
        shown: dict[str, Any] = {text.MATCHING_MADE: f"{live.made:,}", text.MATCHING_MISSING: f"{live.missing:,}"}
        if found.per_minute is not None:
            shown[text.MATCHING_RATE] = f"{found.per_minute:,.0f}"
        if found.waiting:
            shown[text.MATCHING_WAITING] = f"{found.waiting:,}"
        parts.append(counts(shown))
    return parts


def run_part(found: Row) -> list[Component]:
    """The newest run with its button; made anew when it is another one, or in another state."""
    return [html.H2(text.MATCHING_RUN), pages_runs.run_card(found.run)] if found.run is not None else []


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


def ask_drop(losses: Row) -> html.Div:
    """Before a model is dropped: what is lost. losses: a matching_admin.Losses."""
    name, n = losses.model.name, losses.vectors
    said = text.MATCHING_DROP_ASK[n != 1].format(model=name, n=f"{n:,}")
    buttons = [
        act(losses.model.id, "drop-sure", text.MATCHING_DROP_SURE, name, className="btn btn-sm btn-danger"),
        # The one that does no harm has the focus.
        act(losses.model.id, "drop-keep", text.MATCHING_DROP_KEEP, name, autoFocus=True),
    ]
    return html.Div(
        [html.P(said if n else text.MATCHING_DROP_NONE.format(model=name)), html.Div(buttons, className="sx-actions")],
        className="sx-card", role="alertdialog", **{"aria-label": text.MATCHING_DROP, "data-testid": "drop-ask"},
    )  # fmt: skip


def is_building(found: Row) -> bool:
    """Whether there is a model that could follow the one in use."""
    return any(row.model.state == "building" for row in found.rows)


def _next(found: Row) -> str:
    """What is to follow the model in use; "" where nothing is."""
    row = next((row for row in found.rows if row.model.state == "building"), None)
    if row is not None:
        said = text.MATCHING_BUILDING.format(model=row.model.name, made=f"{row.made:,}", people=f"{row.people:,}")
        return f"{said} {text.MATCHING_COMPLETE}" if found.may_switch else said
    named = found.state.on and found.configured != found.state.model.name
    return text.MATCHING_NAMED.format(model=found.configured) if named else ""


def _buttons(found: Row) -> html.Div:
    """Build is there where vectors can be made; switch where a model could follow."""
    return html.Div(
        [
            html.Button(text.MATCHING_BUILD, id=ids.MATCHING_BUILD, type="button", className="btn btn-primary",
                        disabled=not found.state.possible),
            html.Button(text.MATCHING_SWITCH, id=ids.MATCHING_SWITCH, type="button", hidden=not is_building(found),
                        disabled=not found.may_switch, className="btn btn-outline-secondary"),
        ],
        className="sx-actions",
    )  # fmt: skip


def _model(row: Row) -> html.Tr:
    model = row.model
    error = html.Div(model.last_error, className="sx-problem") if model.last_error else None
    # One that is being built is what the settings name, and would be made anew at once.
    drop = act(model.id, "drop-model", text.MATCHING_DROP, model.name) if model.state == "retired" else None
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
