"""Why a person is out, or was: rule, entry of a list with its row and version, who and when. In the drawer. Pure.

`Reasons` and `Line` here are those of services.filtering.ledger, read by name.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import text
from layouts.ledger_words import entry, now, why
from layouts.pages_searches import time

Reasons = Any


def why_out(found: Reasons, editable: bool) -> list[Component]:
    """The line that keeps the person out, with a way back, and what could not be decided about them."""
    parts: list[Component] = [_open(line, editable) for line in found.lines if line.restored_at is None]
    if found.flags:
        flags = [html.Li(sentence, dir="auto") for sentence in found.flags]
        parts += [html.H3(text.PERSON_FLAGS), html.Ul(flags)]
    return parts


def was_out(found: Reasons) -> list[Component]:
    """Lines that are closed."""
    rows = [
        html.Li([
            html.Div(why(line), dir="auto"), *entry(line),
            html.Div([html.Span(line.who), time(line.at)], className="sx-by sx-muted"),
            html.Div(now(line), className="sx-by sx-muted"),
        ])
        for line in found.lines
        if line.restored_at is not None
    ]  # fmt: skip
    return [html.H3(text.PERSON_WHY_BEFORE), html.Ul(rows)] if rows else []


def _open(line: Any, editable: bool) -> Component:
    restore = html.Button(
        text.PERSON_RESTORE, type="button", className="btn btn-sm btn-light", **{"data-action": "restore-person"}
    )
    unknown = [html.P(text.LEDGER_UNKNOWN, className="sx-muted")] if line.was_unknown else []
    return html.Div(
        [
            html.Strong(text.PERSON_WHY),
            html.P(why(line), dir="auto"), *unknown, *entry(line),
            html.P([text.PERSON_WHY_BY.format(who=line.who), time(line.at)], className="sx-muted"),
            restore if editable else None,
        ],
        className="sx-why", **{"data-testid": "why-out"},
    )  # fmt: skip
