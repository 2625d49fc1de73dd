"""The criteria on the screening page: a block of fields each, and what to start from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids, text

FIELDS = ("title", "question", "kind", "weight")
BLANK = {"title": "", "question": "", "kind": "should", "weight": 2}
MAX_NAME = 80


def section(criteria: Sequence[Mapping[str, Any]], starts: Sequence[Mapping[str, Any]], editable: bool) -> html.Section:
    """criteria: dicts with FIELDS. starts: options (label, value) of criteria to start from."""
    buttons = [
        html.Button(text.SCREEN_ADD, id=ids.SCREEN_ADD, type="button", className="btn btn-outline-secondary"),
        html.Button(text.SCREEN_SAVE, id=ids.SCREEN_SAVE, type="button", className="btn btn-outline-secondary"),
    ]
    return html.Section(
        [
            html.H2(text.SCREEN_CRITERIA),
            html.P(text.SCREEN_CRITERIA_HINT, className="sx-muted"),
            _starts(starts) if editable else None,
            html.Div(blocks(criteria, editable=editable), id=ids.SCREEN_CRITERIA, className="sx-criteria"),
            html.Div(buttons if editable else None, className="sx-actions"),
            _keep() if editable else None,
            html.P(id=ids.SCREEN_PROBLEM, className="sx-problem", role="alert"),
        ],
        className="sx-section",
    )


def blocks(criteria: Sequence[Mapping[str, Any]], *, editable: bool = True) -> list[Any]:
    """One block of fields a criterion."""
    if not criteria:
        return [html.P(text.SCREEN_NO_CRITERIA, className="sx-muted")]
    return [_criterion(place, one, editable) for place, one in enumerate(criteria)]


def _criterion(place: int, one: Mapping[str, Any], editable: bool) -> html.Div:
    def labelled(field: str, control: Component) -> html.Label:
        return html.Label([html.Span(text.SCREEN_FIELDS[field]), control], className=f"sx-criterion-{field}")

    kinds = [{"label": label, "value": kind} for kind, label in text.SCREEN_KINDS.items()]
    remove = html.Button(
        "×", id=ids.screen_remove(place), type="button", className="sx-icon-button",
        **{"aria-label": text.SCREEN_REMOVE.format(title=one["title"] or text.SCREEN_THIS)},
    )  # fmt: skip
    closed = not editable
    return html.Div(
        [
            labelled(
                "title",
                dbc.Input(id=ids.screen_field("title", place), value=one["title"], maxLength=80, readonly=closed),
            ),
            labelled(
                "question",
                dbc.Textarea(
                    id=ids.screen_field("question", place), value=one["question"], maxLength=300, rows=2,
                    readonly=closed,
                ),
            ),
            labelled(
                "kind",
                dbc.Select(id=ids.screen_field("kind", place), options=kinds, value=one["kind"], disabled=closed),
            ),
            labelled(
                "weight",
                dbc.Input(
                    id=ids.screen_field("weight", place), type="number", value=one["weight"], min=0.5, max=10, step=0.5,
                    readonly=closed,
                ),
            ),
            remove if editable else None,
        ],
        className="sx-criterion",
        role="group",
        **{"data-testid": "screen-criterion", "aria-label": one["title"] or text.SCREEN_THIS},
    )  # fmt: skip


def _starts(starts: Sequence[Mapping[str, Any]]) -> html.Div:
    """Earlier versions and the team's presets; chosen, then taken by a button, so that a slip replaces nothing."""
    load = html.Button(text.PRESET_LOAD, id=ids.PRESET_LOAD, type="button", className="btn btn-outline-secondary")
    delete = html.Button(text.PRESET_DELETE, id=ids.PRESET_DELETE, type="button", className="btn btn-outline-secondary")
    choice = dbc.Select(id=ids.PRESET_CHOICE, options=list(starts), placeholder=text.PRESET_CHOOSE)
    return html.Div(
        [html.Label([html.Span(text.PRESET_FROM), choice]), html.Div([load, delete], className="sx-actions")],
        className="sx-preset-row",
    )


def _keep() -> html.Details:
    name = dbc.Input(id=ids.PRESET_NAME, maxLength=MAX_NAME, placeholder=text.PRESET_NAME_HINT)
    save = html.Button(text.PRESET_SAVE, id=ids.PRESET_SAVE, type="button", className="btn btn-outline-secondary")
    row = html.Div([html.Label([html.Span(text.PRESET_NAME), name]), save], className="sx-preset-row")
    return html.Details([html.Summary(text.PRESET_KEEP), row], className="sx-preset")
