"""The versions of a list, and what one of them changed. Pure.

`Version` here is services.filtering.lists.Version, read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_searches import time

Version = Any


def version_table(versions: Sequence[Version]) -> Component:
    """The list's history, the newest first."""
    if not versions:
        return html.P(text.LIST_VERSIONS_EMPTY, className="sx-muted")
    labels = text.LIST_VERSION_COLUMNS
    numbers = {labels[0], labels[4], labels[5], labels[6]}
    head = [html.Th(n, scope="col", className="sx-number" if n in numbers else None) for n in labels]
    rows = []
    for one in versions:
        ask = html.Button(
            text.LIST_CHANGES, id=ids.list_changes_ask(one.version), type="button", className="btn btn-sm btn-link",
            **{"aria-label": text.LIST_CHANGES_LABEL.format(n=one.version)},
        )  # fmt: skip
        rows.append(html.Tr([
            html.Td(str(one.version), className="sx-number", **{"data-label": labels[0]}),
            html.Td(time(one.at), **{"data-label": labels[1]}),
            html.Td(one.who, **{"data-label": labels[2]}),
            html.Td(text.LIST_SOURCES[one.source], **{"data-label": labels[3]}),
            html.Td(f"{one.added:,}", className="sx-number", **{"data-label": labels[4]}),
            html.Td(f"{one.removed:,}", className="sx-number", **{"data-label": labels[5]}),
            html.Td(f"{one.entries:,}", className="sx-number", **{"data-label": labels[6]}),
            html.Td(html.Div(ask, id=ids.list_changes(one.version)), className="sx-list-cell"),
        ], **{"data-testid": "list-version"}))  # fmt: skip
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="sx-table sx-table-cards")


def version_changes(added: Sequence[str], removed: Sequence[str], more_added: int, more_removed: int) -> Component:
    """What one version added and removed; more: how many are not shown."""
    parts: list[Any] = []
    for title, names, more in (
        (text.LIST_CHANGES_ADDED, added, more_added),
        (text.LIST_CHANGES_REMOVED, removed, more_removed),
    ):
        if names:
            items: list[Any] = [html.Li(name, dir="auto") for name in names]
            items += [html.Li(text.LIST_CHANGES_MORE.format(n=more), className="sx-muted")] if more else []
            parts += [html.Strong(title), html.Ul(items, className="sx-changes-list")]
    return html.Div(parts, role="status", className="sx-changes")
