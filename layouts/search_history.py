"""Parts of the list of searches: what it is narrowed by, its pages, what can be done with a row, deleted ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text

# Not "", which a Select takes for nothing chosen; services read what is neither "mine" nor an id as everybody.
EVERYBODY = "all"
# services.demo.sample.SOURCE.
SAMPLE = "sample"


class Wanted(Protocol):
    """What was asked for: services.searches.search_history.Wanted."""

    @property
    def q(self) -> str: ...
    @property
    def whose(self) -> str: ...
    @property
    def state(self) -> Any: ...
    @property
    def page(self) -> int: ...
    @property
    def narrowed(self) -> bool: ...


class SearchRow(Protocol):
    """What a row shows: services.searches.search_history.Listed."""

    @property
    def id(self) -> Any: ...
    @property
    def title(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def owner_id(self) -> int: ...
    @property
    def visibility(self) -> str: ...
    @property
    def profile_count(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def archived(self) -> bool: ...
    @property
    def editable(self) -> bool: ...
    @property
    def owned(self) -> bool: ...
    @property
    def source_ref(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def source_url(self) -> str: ...
    @property
    def deleted_at(self) -> datetime | None: ...
    @property
    def deleted_by(self) -> str: ...
    @property
    def gone_at(self) -> datetime | None: ...


class Found(Protocol):
    """One page: services.searches.search_history.Page."""

    @property
    def wanted(self) -> Any: ...
    @property
    def rows(self) -> Any: ...
    @property
    def total(self) -> int: ...
    @property
    def pages(self) -> int: ...


def bar(found: Found, owners: Sequence[Any]) -> html.Div:
    """Title, whose and state; how many there are. owners: services.searches.search_history.Owner."""
    q, owner, state = values(found)
    whose = [(EVERYBODY, text.SEARCH_ALL), ("mine", text.SEARCH_MINE), *((str(one.id), one.name) for one in owners)]
    return html.Div(
        [
            html.Label(text.SEARCH_FIND, htmlFor=ids.SEARCH_Q, className="visually-hidden"),
            dcc.Input(
                id=ids.SEARCH_Q, type="search", value=q, debounce=0.4, maxLength=200, autoComplete="off",
                placeholder=text.SEARCH_FIND, className="form-control",
            ),
            _select(ids.SEARCH_WHOSE, text.SEARCH_WHOSE, whose, owner),
            _select(ids.SEARCH_STATE, text.SEARCH_STATE, list(text.SEARCH_STATES.items()), state),
            html.Span(count(found), id=ids.SEARCH_PAGES, className="sx-muted", role="status"),
        ],
        className="sx-search-bar",
        role="search",
    )  # fmt: skip


def count(found: Found) -> str:
    """As in “61 searches”."""
    return text.SEARCH_TOTAL[0 if found.total == 1 else 1].format(n=f"{found.total:,}")


def of_pages(found: Found) -> str:
    """As in “of 3”."""
    return text.ARCHIVE_PAGES.format(pages=f"{found.pages:,}")


def values(found: Found) -> tuple[str, str, str]:
    """What the fields of the bar have: title, whose, state."""
    return found.wanted.q, found.wanted.whose or EVERYBODY, found.wanted.state


def pager(found: Found) -> html.Nav:
    """A page back or on, or any by its number; hidden where there is one only."""

    def step(label: str, name: str) -> html.Button:
        return html.Button(label, id=name, type="button", className="btn btn-sm btn-outline-secondary")

    return html.Nav(
        [
            step(text.ARCHIVE_PREVIOUS, ids.SEARCH_PREVIOUS),
            html.Label(text.ARCHIVE_PAGE, htmlFor=ids.SEARCH_PAGE),
            dcc.Input(
                id=ids.SEARCH_PAGE, type="number", min=1, step=1, value=found.wanted.page, debounce=True,
                className="form-control form-control-sm",
            ),
            html.Span(of_pages(found), id=ids.SEARCH_PAGE_COUNT),
            step(text.ARCHIVE_NEXT, ids.SEARCH_NEXT),
        ],
        id=ids.SEARCH_PAGER,
        className="sx-pager",
        hidden=found.pages == 1,
        **{"aria-label": text.SEARCH_PAGES_LABEL},
    )  # fmt: skip


def menu(row: SearchRow, *, may_edit: bool) -> Component | None:
    """What is done more rarely: a copy, and deleting; None where neither may be."""
    lines = []
    if may_edit:
        lines.append(dbc.DropdownMenuItem(text.SEARCH_COPY, id=ids.search_copy(str(row.id)), n_clicks=0))
    if row.owned and row.source == SAMPLE:
        # Not deleted: among real people nobody wants made-up ones back.
        asks = ids.sample_remove(str(row.id), "list")
        lines.append(dbc.DropdownMenuItem(text.SAMPLE_REMOVE, id=asks, n_clicks=0))
    elif row.owned:
        lines.append(dbc.DropdownMenuItem(text.SEARCH_DELETE, id=ids.search_delete(str(row.id)), n_clicks=0))
    if not lines:
        return None
    name = html.Span(text.SEARCH_MORE_FOR.format(title=row.title), className="visually-hidden")
    return dbc.DropdownMenu(
        lines, label=[html.Span("⋯", **{"aria-hidden": "true"}), name], size="sm",
        color="light", align_end=True, caret=False, class_name="sx-row-menu",
    )  # fmt: skip


def came_from(row: SearchRow) -> Component | None:
    """Where a search came from that nobody made here by hand, and the search at LinkedIn that it was made of."""
    if not row.source_url and row.source not in text.SEARCH_SOURCES:
        return None
    words = text.SEARCH_SOURCES.get(row.source, "").format(ref=row.source_ref)
    link = None
    if row.source_url.startswith(("https://", "http://")):
        link = html.A(text.SEARCH_FROM_LINKEDIN, href=row.source_url, target="_blank", rel="noopener noreferrer")
    return html.Div([html.Span(words), link], className="sx-came-from sx-muted")


def deleted_cells(row: SearchRow) -> list[html.Td]:
    """When and by whom it was deleted, and when it is gone for good."""
    when = [time(row.deleted_at), f" {text.SEARCH_DELETED_BY.format(name=row.deleted_by)}" if row.deleted_by else ""]
    return [
        html.Td(when if row.deleted_at else None, **{"data-label": text.COLUMN_DELETED}),
        html.Td(time(row.gone_at), **{"data-label": text.COLUMN_GONE}),
    ]


def undelete_button(search_id: str, title: str, *, at: str = "list") -> html.Button:
    """Brings a deleted search back, in its row or as the Undo of a message (at)."""
    look = "btn btn-sm btn-outline-secondary" if at == "list" else "btn btn-sm btn-link"
    return html.Button(
        text.SEARCH_UNDELETE if at == "list" else text.UNDO, id=ids.search_undelete(search_id, at), type="button",
        n_clicks=0, className=look,
        **{"aria-label": text.SEARCH_UNDELETE_LABEL.format(title=title), "data-testid": "search-undelete"},
    )  # fmt: skip


def failed(reason: str) -> html.Div:
    """In place of the list: why it cannot be shown, and the same page once more."""
    again = html.A(text.SEARCH_LIST_RETRY, href="", className="btn btn-sm btn-outline-secondary")
    said = html.P(text.SEARCH_LIST_FAILED.format(reason=reason), className="sx-problem", role="alert")
    return html.Div([said, again], className="sx-empty", **{"data-testid": "search-list-failed"})


def time(moment: datetime | None) -> html.Time | None:
    """A moment, UTC here; app.js writes it in the reader's zone."""
    if moment is None:
        return None
    return html.Time(moment.strftime("%Y-%m-%d %H:%M UTC"), dateTime=moment.isoformat(), className="sx-time")


def _select(name: str, label: str, choices: Sequence[tuple[str, str]], value: str) -> html.Label:
    options = [{"label": said, "value": given} for given, said in choices]
    return html.Label(
        [html.Span(label, className="visually-hidden"), dbc.Select(id=name, options=options, value=value)]
    )
