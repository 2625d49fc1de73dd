"""One line of the ledger in words: the reason, the entry, and what has become of it. Pure.

`Line` here is services.filtering.ledger.Line, read by name.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import text
from layouts.pages_searches import time

Line = Any


def why(one: Line) -> str:
    """The reason of a line, in words."""
    if one.sentence:
        return str(one.sentence)
    reason = text.FILTER_STATUSES.get(one.filter_status)
    if reason and one.filter_status not in ("filtered_manual", "filtered"):
        return text.LEDGER_BY_HAND_WHY.format(reason=reason.lower())
    return text.LEDGER_BY_HAND


def entry(one: Line) -> list[Component]:
    """The list, its version, the entry and its row, where the reason is one."""
    if not one.list_name:
        return []
    of_list = html.Div(text.LEDGER_LIST.format(name=one.list_name, version=one.list_version), className="sx-muted")
    if not one.entry and one.entry_row is None:
        return [of_list]
    row = f" · {text.LEDGER_ROW.format(row=one.entry_row)}" if one.entry_row is not None else ""
    return [html.Div([one.entry, html.Span(row, className="sx-muted")], dir="auto"), of_list]


def now(one: Line) -> list[Any]:
    """Whether the person of a line is still out because of it."""
    if one.restored_at is None:
        return [html.Span(text.LEDGER_OUT, className="sx-badge sx-badge-rejected")]
    said = text.LEDGER_BACK[one.restored_as].format(who=one.restored_by)
    return [html.Span(said), html.Div(time(one.restored_at), className="sx-muted")]
