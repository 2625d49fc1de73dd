"""In the drawer: the tags of a person, each to be taken away, and a field for one more. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text


def section(tags: Sequence[str]) -> list[Component]:
    """For whoever may change the search; others see the tags among the facts."""
    shown = [
        html.Span(
            [
                html.Span(tag, dir="auto"),
                html.Button(
                    "×", type="button", className="sx-tag-gone",
                    **{"data-action": "untag-person", "data-value": tag, "aria-label": text.TAG_GONE.format(tag=tag)},
                ),
            ],
            className="sx-tag",
        )
        for tag in tags
    ]  # fmt: skip
    box = dcc.Input(
        id=ids.TAG_INPUT, type="text", placeholder=text.TAG_MORE, maxLength=50, autoComplete="off",
        className="form-control form-control-sm",
    )  # fmt: skip
    label = html.Label(text.TAG_MORE_LABEL, htmlFor=ids.TAG_INPUT, className="visually-hidden")
    return [html.Div([*shown, label, box], className="sx-tags sx-wrap sx-drawer-tags")]
