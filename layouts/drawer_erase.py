"""The drawer's last section, for admins: erasing who is open. Pure."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids, text


def section() -> list[Component]:
    """Closed until asked for."""
    return [
        html.Details(
            [
                html.Summary(text.PERSON_ERASE),
                html.P(text.ERASE_HINT, className="sx-muted"),
                html.Label([html.Span(text.ERASE_CONFIRM), dbc.Input(id=ids.PERSON_ERASE_CONFIRM, maxLength=20,
                           autoComplete="off", size="sm")]),
                html.Button(text.ERASE_START, id=ids.PERSON_ERASE, type="button", className="btn btn-sm btn-danger"),
                html.Div(id=ids.PERSON_ERASE_ANSWER, role="status"),
            ],
            className="sx-sources-box sx-erase-box",
        )
    ]  # fmt: skip
