"""In the drawer: a rejection with its reason, closed until asked for. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts import text


def section() -> Component:
    """A button for each reason that there is."""
    codes = [
        html.Button(
            label, type="button", className="btn btn-sm btn-light",
            **{"data-action": "reject-person", "data-value": code},
        )
        for code, label in text.REFUSE_REASONS.items()
    ]  # fmt: skip
    return html.Details(
        [html.Summary(text.REJECT_WHY), html.Div(codes, className="sx-stage-row")], className="sx-reject-why"
    )
