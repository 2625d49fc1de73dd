"""The parts of `/admin/privacy` on how long people are kept: who is overdue, rules, what the night does. Pure.

Rows come from services.privacy.retention; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_admin import cell, empty, table
from layouts.pages_searches import time

Row = Any


def sections(found: Row) -> list[Component]:
    """Made anew after every change. found: services.privacy.retention.Overview."""
    return [html.H2(text.OVERDUE_TITLE), *_overdue(found), html.H2(text.RETENTION_TITLE), *_rules(found)]


def answer(said: str, *, good: bool) -> html.P:
    """What came of a change."""
    return html.P(said, className="sx-muted" if good else "sx-problem", role=None if good else "alert")


def _overdue(found: Row) -> list[Component]:
    if not found.overdue:
        return [empty(text.OVERDUE_NONE)]
    said = text.OVERDUE_SUM.format(over=f"{found.expired:,}", untold=f"{found.untold:,}")
    # Whoever is late in both counts twice.
    if len(found.overdue) < max(found.expired, found.untold):
        said = f"{said} {text.OVERDUE_FIRST.format(n=len(found.overdue))}"
    all_told = html.Button(
        text.OVERDUE_TOLD_ALL, id=ids.RETENTION_TOLD_ALL, type="button", className="btn btn-sm btn-outline-secondary",
        hidden=not found.untold,
    )  # fmt: skip
    return [html.P(said), table(text.OVERDUE_COLUMNS, [_person(row) for row in found.overdue]), all_told]


def _person(row: Row) -> html.Tr:
    _, source, collected, due, until = text.OVERDUE_COLUMNS
    told = html.Button(
        text.OVERDUE_TOLD, id=ids.retention_row(row.id, "told"), type="button",
        className="btn btn-sm btn-outline-secondary", **{"aria-label": f"{text.OVERDUE_TOLD}: {row.full_name}"},
    ) if row.untold else None  # fmt: skip
    return html.Tr(
        [
            html.Td([html.Div(row.full_name, dir="auto"), html.Div(row.country, className="sx-muted")],
                    className="sx-table-main"),
            cell(source, row.source or text.PERSON_NO_SOURCE),
            cell(collected, time(row.collected_at)),
            cell(due, _due(row.notice_due, row.untold)),
            cell(until, _due(row.kept_until, row.over)),
            html.Td(told, className="sx-table-end"),
        ],
        **{"data-testid": "overdue-row"},
    )  # fmt: skip


def _due(at: Any, late: bool) -> Component | None:
    if at is None:
        return None
    return html.Strong(time(at), className="sx-problem") if late else time(at)


def _rules(found: Row) -> list[Component]:
    return [
        html.P(text.RETENTION_HINT, className="sx-muted"),
        table(text.RETENTION_COLUMNS, [_rule(rule) for rule in found.rules]),
        html.Details([html.Summary(text.RETENTION_NEW), _new()], className="sx-sources-box"),
        html.Div(_settings(found), className="sx-retention-settings"),
    ]


def _rule(rule: Row) -> html.Tr:
    label = text.RETENTION_MONTHS_OF.format(name=rule.jurisdiction)
    months = html.Label([
        html.Span(label, className="visually-hidden"),
        dbc.Input(id=ids.retention_row(rule.id, "months"), value=rule.keep_months, type="number", min=1, max=240,
                  size="sm", className="sx-months"),
    ])  # fmt: skip
    buttons = [_button(rule, "change", text.RETENTION_CHANGE)]
    if rule.countries:
        buttons.append(_button(rule, "remove", text.RETENTION_REMOVE))
    countries = ", ".join(name.title() for name in rule.countries) or text.RETENTION_OTHERS
    _, where, number = text.RETENTION_COLUMNS
    return html.Tr(
        [
            html.Td(rule.jurisdiction, className="sx-table-main"),
            cell(where, html.Span(countries, className="sx-muted")),
            cell(number, months),
            html.Td(html.Div(buttons, className="sx-actions"), className="sx-table-end"),
        ],
        **{"data-testid": "rule-row"},
    )


def _button(rule: Row, what: str, label: str) -> html.Button:
    return html.Button(
        label, id=ids.retention_row(rule.id, what), type="button", className="btn btn-sm btn-outline-secondary",
        **{"aria-label": f"{label}: {rule.jurisdiction}"},
    )  # fmt: skip


def _new() -> Component:
    return _fields([
        (text.RETENTION_NAME, dbc.Input(id=ids.RETENTION_NAME, maxLength=100, autoComplete="off")),
        (text.RETENTION_COUNTRIES, dbc.Input(id=ids.RETENTION_COUNTRIES, maxLength=2000, autoComplete="off")),
        (text.RETENTION_MONTHS, dbc.Input(id=ids.RETENTION_NEW_MONTHS, type="number", min=1, max=240)),
    ], text.RETENTION_ADD, ids.RETENTION_ADD)  # fmt: skip


def _settings(found: Row) -> list[Component]:
    return [
        dbc.Switch(id=ids.RETENTION_PURGE, value=found.purge, label=text.RETENTION_PURGE),
        dbc.Switch(id=ids.RETENTION_EXPORT, value=found.export_listed, label=text.RETENTION_EXPORT),
        _fields([(text.RETENTION_DECISIONS, dbc.Input(id=ids.RETENTION_DECISIONS, value=found.decision_months,
                type="number", min=6, max=240, className="sx-months"))], text.RETENTION_SAVE, ids.RETENTION_SAVE),
    ]  # fmt: skip


def _fields(fields: Sequence[tuple[str, Component]], label: str, button: str) -> html.Div:
    labels = [html.Label([html.Span(name), field]) for name, field in fields]
    act = html.Button(label, id=button, type="button", className="btn btn-outline-secondary")
    return html.Div([*labels, act], className="sx-invite-fields")
