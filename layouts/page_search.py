"""The page of one search: toolbar, filter panel, grid, bulk bar, person drawer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.cards import cards_box
from layouts.drawer import drawer
from layouts.export_dialog import export_dialog
from layouts.facet_panel import filter_panel
from layouts.grid import SIMILARITY, Criterion, candidate_grid, column_defs
from layouts.help_mark import help_mark
from layouts.match_menu import match_wait
from layouts.pages_runs import cancel_store
from layouts.reject_dialog import reject_dialog

POLL_MS = 5_000


def search_page(
    *,
    search_id: str,
    title: str,
    page: Mapping[str, Any],
    sort: Sequence[tuple[str, str]],
    columns: Sequence[Mapping[str, Any]],
    editable: bool,
    views: Component,
    match: Component,
    criteria: Sequence[Criterion] = (),
    notice: Component | None = None,
    guide: Component | None = None,
    cards: bool = False,
) -> Component:
    """page: what the Store grid-view starts with; views and match: the saved views, and the menu of what people are
    compared with.

    criteria: those that the search asks, as columns. notice: a line above all, about the search as it is now.
    guide: the next step of a first search. cards: in place of the grid, for a narrow window.
    """
    return html.Div(
        className="sx-search-page sx-search-cards" if cards else "sx-search-page",
        **{"data-grid-texts": json.dumps(text.GRID_IN_BROWSER)},
        children=[
            *_stores(page),
            notice,
            html.Div(guide, id=ids.FIRST_STEPS),
            _head(search_id, title, None if cards else _columns_menu(columns, criteria), editable, views),
            _toolbar(str(page.get("status", "active")), str(page.get("q", "")), match),
            match_wait(),
            html.Div(id=ids.FILTER_CHIPS, className="sx-chips", role="group", **{"aria-label": text.CHIPS_LABEL}),
            html.Div(id=ids.GRID_NOTICE, className="sx-notice", role="status", hidden=True),
            html.Div(
                className="sx-workbench",
                children=[
                    _side(),
                    html.Div(
                        className="sx-grid-box",
                        children=[
                            html.Button(
                                text.STALE_PILL, id=ids.STALE_PILL, type="button", className="sx-pill", hidden=True,
                                **{"data-action": "refresh"},
                            ),
                            cards_box(editable=editable) if cards
                            else candidate_grid(
                                page.get("filterModel") or {}, sort, columns, criteria, compared=bool(page.get("match"))
                            ),
                            _empty(search_id, editable),
                            _bulk_bar() if editable else html.Div(id=ids.BULK_BAR, hidden=True),
                        ],
                    ),
                    drawer(),
                ],
            ),
            *([*export_dialog(), *reject_dialog()] if editable else []),
        ],
    )  # fmt: skip


def _stores(page: Mapping[str, Any]) -> list[Component]:
    empty = (
        ids.GRID_ANSWER, ids.COUNT_REQUEST, ids.COUNT_ANSWER, ids.VERSION_REQUEST, ids.VERSION_ANSWER, ids.URL_QUERY,
        ids.URL_ANSWER, ids.VIEW_SHOWN, ids.FACET_CHOICE, ids.CHANGE_REQUEST, ids.CHANGE_ANSWER, ids.PERSON_REQUEST,
        ids.PERSON_ANSWER, ids.COLUMN_STATE, ids.RUN_WATCH, ids.RUN_STATE, ids.MATCH_REQUEST, ids.MATCH_WATCH,
        ids.MATCH_ANSWER, ids.CARDS_REQUEST, ids.SAVED_VIEW_NEWS, ids.PANEL_REQUEST,
    )  # fmt: skip
    return [
        dcc.Store(id=ids.GRID_VIEW, data=dict(page)),
        *(dcc.Store(id=name) for name in empty),
        dcc.Interval(id=ids.VERSION_CLOCK, interval=POLL_MS),
        cancel_store(),
    ]


def _head(search_id: str, title: str, columns: Component | None, editable: bool, views: Component) -> Component:
    edit = [
        _button(text.UNDO, "undo-last", id=ids.UNDO_LAST, title=text.UNDO_LAST),
        _button(text.EXPORT_OPEN, "export", id=ids.EXPORT_OPEN),
        dcc.Link(
            text.IMPORT_OPEN, href=f"/search/{search_id}/import", id=ids.IMPORT_OPEN,
            className="btn btn-sm btn-outline-secondary",
        ),
        dcc.Link(
            text.FILTER_OPEN, href=f"/search/{search_id}/filter", id=ids.FILTER_OPEN,
            className="btn btn-sm btn-outline-secondary",
        ),
        dcc.Link(
            text.ENRICH_OPEN, href=f"/search/{search_id}/enrich", id=ids.ENRICH_OPEN,
            className="btn btn-sm btn-outline-secondary",
        ),
        dcc.Link(
            text.SCREEN_OPEN, href=f"/search/{search_id}/screen", id=ids.SCREEN_OPEN, className="btn btn-sm btn-primary"
        ),
    ]  # fmt: skip
    return html.Div(
        className="sx-head",
        children=[
            html.Nav(
                [dcc.Link(text.SEARCHES_TITLE, href="/", className="sx-crumb"), html.Span("/", className="sx-muted")],
                **{"aria-label": text.CRUMBS},
            ),
            html.H1(title, className="sx-title", title=title),
            html.Span(id=ids.ROW_COUNT, className="sx-count", role="status"),
            help_mark("candidates"),
            html.Div(
                className="sx-head-actions",
                children=[
                    views,
                    columns,
                    _button(text.COPY_LINK, "copy-link", id=ids.COPY_LINK),
                    _button(text.TRIAGE_OPEN, "triage", id=ids.TRIAGE_TOGGLE, title=text.TRIAGE_LABEL),
                    *(edit if editable else []),
                ],
            ),
        ],
    )


def _columns_menu(columns: Sequence[Mapping[str, Any]], criteria: Sequence[Criterion]) -> Component:
    defs = [column for column in column_defs(columns, criteria) if column["field"] != SIMILARITY]
    options = [{"label": column["headerName"], "value": column["field"]} for column in defs]
    pinned = dcc.Checklist(
        id=ids.COLUMN_PINNED,
        options=options,
        value=[column["field"] for column in defs if column.get("pinned") == "left"],
    )
    return dbc.DropdownMenu(
        html.Div(
            className="sx-columns",
            children=[
                dcc.Checklist(
                    id=ids.COLUMN_CHOICE,
                    options=options,
                    value=[column["field"] for column in defs if not column["hide"]],
                ),
                html.Details([html.Summary(text.PINNED), pinned]),
            ],
        ),
        label=text.COLUMNS,
        size="sm",
        color="light",
        align_end=True,
    )


def _toolbar(status: str, q: str, match: Component) -> Component:
    tabs = [
        html.Button(
            label, type="button", role="tab", className="sx-tab", tabIndex=0 if value == status else -1,
            **{"data-action": "status", "data-value": value, "aria-selected": str(value == status).lower()},
        )
        for value, label in text.STATUS_TABS.items()
    ]  # fmt: skip
    return html.Div(
        className="sx-toolbar",
        children=[
            _button(
                text.FILTERS, "toggle-filters", id=ids.FILTER_TOGGLE,
                **{"aria-expanded": "true", "aria-controls": ids.FILTER_PANEL},
            ),
            html.Div(tabs, id=ids.STATUS_TABS, role="tablist", className="sx-tabs", **{"aria-label": text.STATUS}),
            html.Label(text.QUICK_SEARCH_LABEL, htmlFor=ids.QUICK_SEARCH, className="visually-hidden"),
            dcc.Input(
                id=ids.QUICK_SEARCH, type="search", value=q, debounce=0.35, maxLength=300, autoComplete="off",
                placeholder=text.QUICK_SEARCH, className="form-control form-control-sm sx-quick-search",
            ),
            match,
        ],
    )  # fmt: skip


def _bulk_bar() -> Component:
    stages = [
        html.Button(
            text.STAGES[stage],
            type="button",
            className="dropdown-item",
            **{"data-action": "stage", "data-value": stage},
        )
        for stage in text.STAGES
    ]
    restore = html.Button(text.RESTORE, type="button", className="dropdown-item", **{"data-action": "restore"})
    more = [
        html.Button(text.EXPORT_SELECTED, type="button", className="dropdown-item", **{"data-action": "export"}),
        html.Button(text.ENRICH_SELECTED, type="button", className="dropdown-item", **{"data-action": "enrich"}),
        html.Button(
            text.MATCH_MORE_LIKE_THESE, type="button", className="dropdown-item",
            **{"data-action": "match", "data-value": "people"},
        ),
    ]  # fmt: skip
    return html.Div(
        id=ids.BULK_BAR,
        className="sx-bulk",
        role="toolbar",
        hidden=True,
        **{"aria-label": text.BULK_LABEL},
        children=[
            html.Strong(id=ids.BULK_COUNT, role="status"),
            _button(text.SELECT_ALL, "select-all", id=ids.SELECT_ALL_MATCHING, kind="link"),
            _button(text.SHORTLIST, "stage", value="shortlisted", kind="primary"),
            dbc.DropdownMenu(
                [*stages, html.Hr(className="dropdown-divider"), restore],
                label=text.SET_STAGE, size="sm", color="light", direction="up",
            ),
            _reject_menu(),
            dbc.DropdownMenu(_tag_box(), label=text.TAG_MENU, size="sm", color="light", direction="up"),
            _button(text.EXCLUDE, "exclude", title=text.EXCLUDE_HINT),
            _button(text.RESTORE, "restore"),
            # Together, so that the bar is one row between panel and drawer, also with large numbers in it.
            dbc.DropdownMenu(more, label=text.BULK_MORE, size="sm", color="light", direction="up"),
            _button(
                "×", "clear-selection", kind="link",
                **{"aria-label": text.CLEAR_SELECTION, "title": text.CLEAR_SELECTION},
            ),
        ],
    )  # fmt: skip


def _reject_menu() -> Component:
    """Rejecting asks why: a click with a reason, a click without one."""
    codes = [
        html.Button(label, type="button", className="dropdown-item", **{"data-action": "reject", "data-value": code})
        for code, label in text.REFUSE_REASONS.items()
    ]
    without = html.Button(text.BULK_REJECT_WITHOUT, type="button", className="dropdown-item",
                          **{"data-action": "reject"})  # fmt: skip
    return dbc.DropdownMenu(
        [html.Div(text.TRIAGE_REASONS_TITLE, className="dropdown-header"), *codes,
         html.Hr(className="dropdown-divider"), without],
        label=text.BULK_REJECT, size="sm", color="light", direction="up", className="sx-reject-menu",
    )  # fmt: skip


def _tag_box() -> Component:
    return html.Div(
        className="sx-bulk-tag",
        children=[
            html.Label(text.TAG_LABEL, htmlFor=ids.BULK_TAG),
            dcc.Input(
                id=ids.BULK_TAG, type="text", placeholder=text.TAG_PLACEHOLDER, maxLength=50, autoComplete="off",
                className="form-control form-control-sm",
            ),
            html.Div([_button(text.ADD_TAG, "tag", kind="primary"), _button(text.REMOVE_TAG, "untag")]),
        ],
    )  # fmt: skip


def _side() -> Component:
    """The filter panel; on a phone it covers the rows, so there it has a way back to them."""
    close = _button(text.GRID_IN_BROWSER["show_all"], "close-filters", id=ids.FILTER_CLOSE, kind="primary")
    return html.Aside([filter_panel(), html.Div(close, className="sx-side-foot")], className="sx-side",
                      **{"aria-label": text.FILTERS})  # fmt: skip


def _empty(search_id: str, editable: bool) -> Component:
    """Nobody to see. Which of its parts is shown depends on the view: grid.js sets data-why."""
    link = dcc.Link(text.EMPTY_SEARCH_IMPORT, href=f"/search/{search_id}/import", className="btn btn-sm btn-primary")
    parts = {
        "filters": [html.P(text.EMPTY_FILTERS), _button(text.EMPTY_FILTERS_CLEAR, "clear-filters", kind="primary")],
        "tab": [html.P(text.EMPTY_TAB), _button(text.EMPTY_TAB_ALL, "show-all", kind="primary")],
        "nobody": [html.P(text.EMPTY_SEARCH), *([link] if editable else [])],
    }
    shown = [html.Div(part, **{"data-why": why}) for why, part in parts.items()]
    return html.Div(shown, id=ids.GRID_EMPTY, className="sx-grid-empty", role="status", hidden=True)


def _button(
    label: str, action: str, *, value: str = "", id: str | None = None, kind: str = "light", **more: Any
) -> Component:
    """A button that grid.js acts on; more: attributes."""
    attributes: dict[str, Any] = {"data-action": action, **more}
    if value:
        attributes["data-value"] = value
    if id:
        attributes["id"] = id
    return html.Button(label, type="button", className=f"btn btn-sm btn-{kind}", **attributes)
