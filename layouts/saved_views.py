"""The menu of saved views: open, save, rename, share, open first, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text

# What a row asks for instead of showing its view: a new name, or whether to delete it.
ASKS = ("rename", "delete")


@dataclass(frozen=True)
class ShownView:
    """One line of the menu. query: the view as a query string; own: may be changed here; first: opens with the page."""

    id: int
    name: str
    query: str
    own: bool
    shared: bool
    owner: str
    first: bool = False


def saved_views_menu(views: Sequence[ShownView], *, may_share: bool = True) -> Component:
    """The dropdown; its list is made anew after each change."""
    return dbc.DropdownMenu(
        html.Div(
            className="sx-saved-views",
            children=[
                html.Div(view_list(views, may_share=may_share), id=ids.SAVED_VIEW_LIST),
                html.Label(text.VIEW_NAME, htmlFor=ids.SAVED_VIEW_NAME),
                dcc.Input(
                    id=ids.SAVED_VIEW_NAME,
                    type="text",
                    maxLength=100,
                    autoComplete="off",
                    placeholder=text.VIEW_NAME_HINT,
                    className="form-control form-control-sm",
                ),
                dbc.Checkbox(id=ids.SAVED_VIEW_SHARED, label=text.VIEW_SHARED, value=False, disabled=not may_share),
                html.Button(text.VIEW_SAVE, id=ids.SAVED_VIEW_SAVE, type="button", className="btn btn-sm btn-primary"),
            ],
        ),
        id=ids.SAVED_VIEWS,
        label=text.VIEWS,
        size="sm",
        color="light",
        align_end=True,
    )


def view_list(
    views: Sequence[ShownView], *, may_share: bool = True, asked: tuple[str, int] | None = None
) -> list[Component]:
    """One row a view; a line that says so where there is none. asked: what is asked about which view (ASKS)."""
    if not views:
        return [html.P(text.VIEWS_EMPTY, className="sx-muted")]
    usual = [_usual()] if any(view.first for view in views) else []
    return [*usual, *(_row(view, may_share, asked) for view in views)]


def lines(views: Sequence[ShownView]) -> list[list[str]]:
    """What view_list() shows, as the page reads it off its rows: name and what is said beside it."""
    usual = [[text.VIEW_USUAL, ""]] if any(view.first for view in views) else []
    return [*usual, *([view.name, _note(view)] for view in views)]


def _note(view: ShownView) -> str:
    notes = [view.owner] if not view.own else [text.VIEW_SHARED_MARK] if view.shared else []
    return " · ".join([*notes, *([text.VIEW_DEFAULT_MARK] if view.first else [])])


def _usual() -> Component:
    """The way back to everyone, where the page opens with something else."""
    return html.Div(_open(text.VIEW_USUAL, "", ""), className="sx-view-row")


def _row(view: ShownView, may_share: bool, asked: tuple[str, int] | None) -> Component:
    if asked == ("rename", view.id):
        return _rename(view)
    if asked == ("delete", view.id):
        return _ask(view)
    actions = [_button(text.VIEW_UNDEFAULT if view.first else text.VIEW_DEFAULT, "default", view)]
    if view.own:
        actions.append(_button(text.VIEW_RENAME, "rename", view))
        if may_share:
            actions.append(_button(text.VIEW_UNSHARE if view.shared else text.VIEW_SHARE, "share", view))
        actions.append(_button(text.VIEW_DELETE, "delete", view))
    label = text.VIEW_ACTIONS.format(name=view.name)
    parts = [
        _open(view.name, view.query, _note(view)),
        html.Div(actions, className="sx-view-actions", role="group", **{"aria-label": label}),
    ]
    return html.Div(parts, className="sx-view-row", **{"data-testid": "saved-view"})


def _open(name: str, query: str, note: str) -> Component:
    return html.Button(
        [html.Span(name), html.Span(note, className="sx-muted")],
        type="button",
        className="btn btn-sm btn-light sx-view-open",
        **{"data-action": "open-view", "data-query": query},
    )


def _rename(view: ShownView) -> Component:
    field = dcc.Input(
        id=ids.view_new_name(view.id), type="text", value=view.name, maxLength=100, autoComplete="off",
        autoFocus=True, className="form-control form-control-sm",
    )  # fmt: skip
    spoken = html.Span(text.VIEW_NEW_NAME.format(name=view.name), className="visually-hidden")
    actions = [_button(text.SAVE, "keep", view, "primary"), _button(text.CANCEL, "leave", view)]
    parts = [html.Label([spoken, field]), html.Div(actions, className="sx-view-actions")]
    return html.Div(parts, className="sx-view-row", **{"data-testid": "saved-view-rename"})


def _ask(view: ShownView) -> Component:
    words = (text.VIEW_ASK_SHARED if view.shared else text.VIEW_ASK).format(name=view.name)
    actions = [
        _button(text.VIEW_DELETE, "remove", view, "danger"),
        # The one that does no harm has the focus.
        _button(text.VIEW_KEEP, "leave", view, autoFocus=True),
    ]
    parts = [html.Span(words), html.Div(actions, className="sx-view-actions")]
    return html.Div(parts, className="sx-view-row", role="alert", **{"data-testid": "saved-view-delete"})


def _button(label: str, action: str, view: ShownView, kind: str = "link", **props: Any) -> Component:
    return html.Button(
        label, id=ids.view_action(action, view.id), type="button", className=f"btn btn-sm btn-{kind}",
        **props, **{"aria-label": f"{label}: {view.name}"},
    )  # fmt: skip
