"""The page `/lists/names`: pairs of names that mean the same company or school. Pure.

`Alias` here is services.filtering.aliases.Alias, read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, shell, text
from layouts.pages_searches import time

Alias = Any
# So many of a pair's lists are named.
MOST_NAMED = 3


def names_page(found: Sequence[Alias], total: int, *, page_size: int, may_edit: bool) -> html.Div:
    """The form, if the reader may add a pair, and all pairs."""
    return shell.page(
        text.NAMES_TITLE,
        html.Nav(dcc.Link(text.LISTS_TITLE, href="/lists", className="sx-crumb"), **{"aria-label": text.CRUMBS}),
        html.P(text.NAMES_HINT, className="sx-muted"),
        html.P([text.NAMES_EFFECT, " ", text.NAMES_CHAIN], className="sx-muted"),
        _form() if may_edit else None,
        html.Label(text.NAMES_FIND_LABEL, htmlFor=ids.NAMES_FIND, className="visually-hidden"),
        dbc.Input(
            id=ids.NAMES_FIND, type="search", debounce=0.35, maxLength=200, autoComplete="off",
            placeholder=text.NAMES_FIND, className="sx-find sx-names-find",
        ),
        html.Div(table(found, total, 0, page_size, may_edit=may_edit), id=ids.NAMES),
        dcc.Store(id=ids.NAMES_CHANGED),
        term="alias",
    )  # fmt: skip


def table(found: Sequence[Alias], total: int, at: int, page_size: int, find: str = "", *, may_edit: bool) -> Component:
    """A page of pairs; at: how many stand before it."""
    if not found:
        body = text.NAMES_EMPTY_BODY if may_edit else text.NAMES_EMPTY_VIEWER
        empty = [html.P(text.NAMES_NOT_FOUND)] if find else [html.H2(text.NAMES_EMPTY_TITLE), html.P(body)]
        return html.Div([html.Div(empty, className="sx-empty"), _pager(0, 0, 0, page_size)])
    head = [html.Th(name, scope="col") for name in text.NAMES_COLUMNS]
    head += [html.Th(html.Span(text.COLUMN_ACTIONS, className="visually-hidden"), scope="col")] if may_edit else []
    rows = html.Tbody([_row(one, may_edit) for one in found])
    shown = html.Table([html.Thead(html.Tr(head)), rows], className="sx-table sx-table-cards sx-names")
    return html.Div([shown, _pager(at, len(found), total, page_size)])


def _form() -> Component:
    holds = [{"label": label, "value": key} for key, label in text.NAMES_HOLDINGS.items()]

    def field(label: str, control: Component) -> Component:
        return html.Label([html.Span(label), control])

    def name(key: str, hint: str) -> Component:
        return dbc.Input(id=key, maxLength=300, autoComplete="off", placeholder=hint)

    return html.Section(
        [
            html.H2(text.NAMES_ADD_TITLE),
            html.Div(
                [
                    field(text.NAMES_HOLDS, dbc.Select(id=ids.NAMES_HOLDS, options=holds, value="companies")),
                    field(text.NAMES_NAME, name(ids.NAMES_NAME, text.NAMES_NAME_HINT)),
                    field(text.NAMES_SAME, name(ids.NAMES_SAME, text.NAMES_SAME_HINT)),
                    html.Button(text.NAMES_ADD, id=ids.NAMES_ADD, type="button", className="btn btn-primary"),
                ],
                className="sx-names-form",
            ),
            html.P(id=ids.NAMES_PROBLEM, className="sx-problem", role="alert"),
        ],
        className="sx-section sx-card",
    )


def _row(one: Alias, may_edit: bool) -> html.Tr:
    labels = text.NAMES_COLUMNS
    cells = [
        html.Td(one.name, className="sx-table-main", dir="auto"),
        html.Td(one.same_as, dir="auto", **{"data-label": labels[1]}),
        html.Td(text.NAMES_OF[one.holds], **{"data-label": labels[2]}),
        html.Td(_lists(one.lists), title=", ".join(one.lists) or None, dir="auto", **{"data-label": labels[3]}),
        html.Td([one.who, html.Div(time(one.at), className="sx-muted")], **{"data-label": labels[4]}),
    ]
    if may_edit:
        cells.append(html.Td(
            html.Button(
                "×", id=ids.name_remove(one.id), type="button", className="sx-icon-button",
                **{"aria-label": text.NAMES_REMOVE.format(name=one.name, same_as=one.same_as)},
            ),
            className="sx-table-end",
        ))  # fmt: skip
    return html.Tr(cells, **{"data-testid": "name-pair"})


def _lists(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMED:
        return text.NAMES_LISTS_MORE.format(names=", ".join(names[:MOST_NAMED]))
    return ", ".join(names) or text.NAMES_LISTS_NONE


def _pager(at: int, shown: int, total: int, page_size: int) -> Component:
    """Where the page stands; the Store holds how many pairs are before it."""
    button = "btn btn-sm btn-outline-secondary"
    return html.Div(
        [
            dcc.Store(id=ids.NAMES_AT, data=at),
            html.Button(text.LIST_PREVIOUS, id=ids.NAMES_PREVIOUS, type="button", disabled=at <= 0, className=button),
            html.Span(
                text.LIST_SHOWN.format(first=at + 1, last=at + shown, total=total), className="sx-muted", role="status"
            ),
            html.Button(
                text.LIST_NEXT, id=ids.NAMES_NEXT, type="button", disabled=at + shown >= total, className=button
            ),
        ],
        className="sx-pager", hidden=total <= page_size and at == 0,
    )  # fmt: skip
