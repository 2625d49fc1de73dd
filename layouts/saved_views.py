"""The menu of saved views: open, save, share, rename, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text


@dataclass(frozen=True)
class ShownView:
    """One line of the menu. query: the view as a query string; own: may be deleted here."""

    id: int
    name: str
    query: str
    own: bool
    shared: bool
    owner: str


def saved_views_menu(views: Sequence[ShownView]) -> Component:
    """The dropdown; its list is made anew after each change."""
    return dbc.DropdownMenu(
        html.Div(
            className="sx-saved-views",
            children=[
                html.Div(view_list(views), id=ids.SAVED_VIEW_LIST),
                html.Label(text.VIEW_NAME, htmlFor=ids.SAVED_VIEW_NAME),
                dcc.Input(
                    id=ids.SAVED_VIEW_NAME,
                    type="text",
                    maxLength=100,
                    autoComplete="off",
                    placeholder=text.VIEW_NAME_HINT,
                    className="form-control form-control-sm",
                ),
                dbc.Checkbox(id=ids.SAVED_VIEW_SHARED, label=text.VIEW_SHARED, value=False),
                html.Button(text.VIEW_SAVE, id=ids.SAVED_VIEW_SAVE, type="button", className="btn btn-sm btn-primary"),
            ],
        ),
        id=ids.SAVED_VIEWS,
        label=text.VIEWS,
        size="sm",
        color="light",
        align_end=True,
    )


def view_list(views: Sequence[ShownView]) -> list[Component]:
    """One row a view; a line that says so where there is none."""
    if not views:
        return [html.P(text.VIEWS_EMPTY, className="sx-muted")]
    return [_row(view) for view in views]


def _row(view: ShownView) -> Component:
    note = "" if view.own and not view.shared else text.VIEW_SHARED_MARK if view.own else view.owner
    opened = html.Button(
        [html.Span(view.name), html.Span(note, className="sx-muted")],
        type="button",
        className="btn btn-sm btn-light",
        **{"data-action": "open-view", "data-query": view.query},
    )
    delete = html.Button(
        "×",
        id=ids.view_delete(view.id),
        type="button",
        className="btn btn-sm btn-light",
        **{"aria-label": text.VIEW_DELETE.format(name=view.name)},
    )
    return html.Div([opened, delete] if view.own else [opened], className="sx-view-row")
