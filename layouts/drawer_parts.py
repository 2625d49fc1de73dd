"""Small parts that several sections of the person drawer are made of. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component


def section(title: str, rows: list[Component], *, id: str | None = None, className: str = "") -> list[Component]:
    if not rows:
        return []
    return [html.H3(title), html.Ul(rows, className=className, **({"id": id} if id else {}))]


def badge(label: str, tone: str = "") -> Component:
    return html.Span(label, className=f"sx-badge sx-badge-{tone}" if tone else "sx-badge")
