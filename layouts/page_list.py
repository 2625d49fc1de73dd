"""The page `/lists/<id>`: one list, how its entries come in, the entries, and its versions. Pure.

`ListInfo`, `ListEntry` and `Version` here are those of services.filtering.lists, read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, list_file, shell, text
from layouts.list_versions import version_table
from layouts.pages_lists import form, state
from layouts.pages_runs import OPEN, cancel_store, counts
from layouts.pages_searches import time

ListInfo = Any
Entry = Any
Version = Any
# (rule sets that use the list, by name; searches where an older version is in force, id and title)
Uses = tuple[Sequence[str], Sequence[tuple[Any, str]]]
MAX_TEXT = 1_000_000
POLL_MS = 2_000


def list_page(
    one: ListInfo,
    entries: Sequence[Entry],
    total: int,
    versions: Sequence[Version],
    uses: Uses,
    *,
    page_size: int,
    max_mb: int,
    sheets: bool,
    filling: list_file.Filling | None,
) -> html.Div:
    """sheets: this installation can read Google Sheets. filling: the newest file that is or was read into the list."""
    edit = html.Button(text.LIST_EDIT, id=ids.LIST_EDIT, type="button", className="btn btn-outline-secondary")
    delete = html.Button(text.LIST_DELETE, id=ids.LIST_DELETE, type="button", className="btn btn-outline-secondary")
    return shell.page(
        one.name,
        html.Nav(dcc.Link(text.LISTS_TITLE, href="/lists", className="sx-crumb"), **{"aria-label": text.CRUMBS}),
        html.Div(facts(one, uses), id=ids.LIST_FACTS),
        *list_file.parts(filling),
        _ask() if one.editable else None,
        _filling(one, max_mb, sheets) if one.editable else html.P(text.LIST_READ_ONLY, className="sx-muted"),
        html.Section(
            [
                html.H2(text.LIST_ENTRIES),
                html.Label(text.LIST_FIND_LABEL, htmlFor=ids.LIST_FIND, className="visually-hidden"),
                dbc.Input(
                    id=ids.LIST_FIND, type="search", debounce=0.35, maxLength=200, autoComplete="off",
                    placeholder=text.LIST_FIND, className="sx-find",
                ),
                html.Div(entry_table(one, entries, total, 0, page_size), id=ids.LIST_ENTRIES),
            ],
            className="sx-section",
        ),
        html.Section(
            [html.H2(text.LIST_VERSIONS), html.Div(version_table(versions), id=ids.LIST_VERSIONS)],
            className="sx-section",
        ),
        dcc.Store(id=ids.LIST_ID, data=one.id),
        dcc.Store(id=ids.LIST_FILLED),
        dcc.Store(id=ids.LIST_SHEET_RUN),
        cancel_store(),
        dcc.Interval(id=ids.LIST_SHEET_CLOCK, interval=POLL_MS, disabled=True),
        dbc.Modal(form(one), id=ids.LIST_FORM, is_open=False, centered=True) if one.editable else None,
        actions=[edit, delete] if one.editable else None,
    )  # fmt: skip


def facts(one: ListInfo, uses: Uses) -> list[Component]:
    """What the list is, in one table of terms."""
    names, behind = uses
    places: list[Any] = [", ".join(names) or text.LIST_USED_NOWHERE]
    for search_id, title in behind:
        places += [html.Br(), dcc.Link(text.LIST_IN_SEARCH.format(title=title), href=f"/search/{search_id}/filter")]
    kind = text.LIST_KINDS.get(one.kind, one.kind)
    holds = f" ({text.LIST_HOLDINGS[one.holds].lower()})" if one.kind == "custom" else ""
    values = {
        "kind": kind + holds,
        "entries": f"{one.entry_count:,}",
        "version": str(one.version),
        "source": text.LIST_SOURCES[one.source],
        "changed": time(one.updated_at),
        "owner": f"{one.owner} · {text.LIST_SHARED_WITH[one.shared]}",
        "used": html.Span(places),
        "state": state(one),
    }
    pairs = [(html.Dt(label), html.Dd(values[name], dir="auto")) for name, label in text.LIST_FACTS.items()]
    return [html.Dl([part for pair in pairs for part in pair], className="sx-facts sx-list-facts")]


def entry_table(
    one: ListInfo, entries: Sequence[Entry], total: int, at: int, page_size: int, find: str = ""
) -> Component:
    """A page of entries; at: how many stand before it. The buttons are there even where they lead nowhere."""
    if not entries:
        said = text.LIST_NOT_FOUND if find else text.LIST_EMPTY if one.editable else text.LIST_EMPTY_VIEWER
        return html.Div([html.Div(html.P(said), className="sx-empty"), *_pager(at, 0, 0, page_size)])
    names = text.LIST_ENTRY_COLUMNS[one.holds]
    head = [html.Th(n, scope="col", className="sx-number" if n == names[0] else None) for n in names]
    head += [html.Th(html.Span(text.COLUMN_ACTIONS, className="visually-hidden"), scope="col")] if one.editable else []
    table = html.Table(
        [html.Thead(html.Tr(head)), html.Tbody([_entry(one, entry, names) for entry in entries])],
        className="sx-table sx-table-cards sx-entries",
    )
    return html.Div([table, *_pager(at, len(entries), total, page_size)])


def _ask() -> Component:
    """Closed until someone wants to delete the list."""
    buttons = [
        html.Button(text.LIST_DELETE_SURE, id=ids.LIST_DELETE_SURE, type="button", className="btn btn-sm btn-primary"),
        html.Button(
            text.LIST_KEEP, id=ids.LIST_DELETE_KEEP, type="button", className="btn btn-sm btn-outline-secondary"
        ),
    ]
    return html.Div(
        [html.P(text.LIST_DELETE_ASK), html.Div(buttons, className="sx-actions")],
        id=ids.LIST_DELETE_ASK, hidden=True, className="sx-note", role="alertdialog",
        **{"aria-label": text.LIST_DELETE},
    )  # fmt: skip


def _filling(one: ListInfo, max_mb: int, sheets: bool) -> Component:
    typed = [
        html.Label(text.LIST_TEXT, htmlFor=ids.LIST_TEXT),
        dbc.Textarea(id=ids.LIST_TEXT, rows=4, maxLength=MAX_TEXT),
        html.Small(text.LIST_TEXT_HINTS[one.holds], className="sx-muted"),
        html.Div(
            [
                html.Button(text.LIST_TEXT_ADD, id=ids.LIST_TEXT_ADD, type="button", className="btn btn-primary"),
                html.Button(
                    text.LIST_TEXT_REPLACE, id=ids.LIST_TEXT_REPLACE, type="button",
                    className="btn btn-outline-secondary",
                ),
            ],
            className="sx-actions",
        ),
    ]  # fmt: skip
    return html.Section(
        [
            html.H2(text.LIST_ADD_TITLE),
            html.P(text.LIST_OF_SHEET, className="sx-muted") if one.sheet_id else None,
            html.Div(typed, className="sx-form"),
            html.Div([_file(max_mb), _sheet(one, sheets)], className="sx-list-ways"),
            html.P(id=ids.LIST_ENTRY_PROBLEM, className="sx-problem", role="alert"),
        ],
        className="sx-section",
    )


def _file(max_mb: int) -> Component:
    words = {
        "data-max-bytes": str(max_mb * 1_000_000),
        "data-label": text.LIST_FILE_LABEL,
        "data-too-large": text.IMPORT_TOO_LARGE.format(megabytes=max_mb),
        "data-broken": text.IMPORT_BROKEN,
        "data-problem": ids.LIST_ENTRY_PROBLEM,
        "data-progress": ids.LIST_FILE_PROGRESS,
        "data-upload": ids.LIST_UPLOAD,
        "data-field": "list-file",
    }
    modes = [{"label": label, "value": value} for value, label in text.LIST_FILE_MODES.items()]
    return html.Details(
        [
            html.Summary(text.LIST_FILE),
            html.P(text.LIST_FILE_HINT, className="sx-muted"),
            dbc.RadioItems(id=ids.LIST_FILE_MODE, options=modes, value="replace", inline=True),
            html.Div(id=ids.LIST_FILE_SLOT, className="sx-upload", **words),
            html.Progress(id=ids.LIST_FILE_PROGRESS, max="100", value="0", hidden=True, className="sx-progress"),
            dcc.Store(id=ids.LIST_UPLOAD),
        ],
        className="sx-list-way",
    )


def sheet_state(run: Any) -> Component:
    """How far reading the sheet is, or what came of it; the list itself says the rest."""
    if run["state"] in OPEN:
        return html.P(text.LIST_SHEET_STARTED, className="sx-muted")
    if run["state"] == "done":
        return counts(run["counts"])
    return html.P(run["message"], className="sx-problem", role="alert")


def _sheet(one: ListInfo, sheets: bool) -> Component:
    """A sheet's address; without a service account, who can do something about that."""
    if not sheets:
        return html.Details(
            [html.Summary(text.LIST_SHEET), html.P(text.LIST_SHEET_OFF, className="sx-muted")], className="sx-list-way"
        )
    times = [{"label": label, "value": minutes} for minutes, label in text.LIST_SHEET_TIMES.items()]
    every = str(one.sync_every_min or 0)
    return html.Details(
        [
            html.Summary(text.LIST_SHEET),
            html.P(text.LIST_SHEET_HINT, className="sx-muted"),
            html.Div(
                [
                    html.Label(text.LIST_SHEET_ADDRESS, htmlFor=ids.LIST_SHEET),
                    dbc.Input(id=ids.LIST_SHEET, value=one.sheet_id, maxLength=500, autoComplete="off"),
                    html.Label(text.LIST_SHEET_RANGE, htmlFor=ids.LIST_SHEET_RANGE),
                    dbc.Input(id=ids.LIST_SHEET_RANGE, value=one.sheet_range, maxLength=200, autoComplete="off"),
                    html.Small(text.LIST_SHEET_RANGE_HINT, className="sx-muted"),
                    html.Label(text.LIST_SHEET_EVERY, htmlFor=ids.LIST_SHEET_EVERY),
                    dbc.Select(
                        id=ids.LIST_SHEET_EVERY, options=times, value=every if every in text.LIST_SHEET_TIMES else "0"
                    ),
                    html.Div(
                        [
                            html.Button(
                                text.LIST_SHEET_SAVE, id=ids.LIST_SHEET_SAVE, type="button", className="btn btn-primary"
                            ),
                        ],
                        className="sx-actions",
                    ),
                ],
                className="sx-form",
            ),
            html.Div(id=ids.LIST_SHEET_STATE, role="status"),
        ],
        className="sx-list-way", open=bool(one.sheet_id),
    )  # fmt: skip


def _entry(one: ListInfo, entry: Entry, names: Sequence[str]) -> html.Tr:
    cells = [html.Td(str(entry.row_number), className="sx-number", **{"data-label": names[0]}),
             html.Td(entry.label, className="sx-entry-name", dir="auto")]  # fmt: skip
    if one.holds == "people":
        address = entry.url_key or entry.email_key
        cells += [html.Td(entry.company, dir="auto", **{"data-label": names[2]}),
                  html.Td(address, **{"data-label": names[3]})]  # fmt: skip
    raw = "" if entry.raw == entry.label else entry.raw
    cells.append(html.Td(raw, className="sx-entry-raw sx-muted", dir="auto"))
    if one.editable:
        label = entry.label or entry.url_key or entry.email_key
        cells.append(html.Td(
            html.Button(
                "×", id=ids.list_entry_remove(entry.id), type="button", className="sx-icon-button",
                **{"aria-label": text.LIST_ENTRY_REMOVE.format(label=label)},
            ),
            className="sx-table-end",
        ))  # fmt: skip
    return html.Tr(cells, **{"data-testid": "list-entry"})


def _pager(at: int, shown: int, total: int, page_size: int) -> list[Component]:
    """Where the page stands; the Store holds how many entries are before it."""
    return [
        html.Div(
            [
                html.Button(
                    text.LIST_PREVIOUS, id=ids.LIST_PREVIOUS, type="button", disabled=at <= 0,
                    className="btn btn-sm btn-outline-secondary",
                ),
                html.Span(
                    text.LIST_SHOWN.format(first=at + 1, last=at + shown, total=total), role="status",
                    className="sx-muted",
                ),
                html.Button(
                    text.LIST_NEXT, id=ids.LIST_NEXT, type="button", disabled=at + shown >= total,
                    className="btn btn-sm btn-outline-secondary",
                ),
            ],
            className="sx-pager", hidden=total <= page_size and at == 0,
        ),
        dcc.Store(id=ids.LIST_AT, data=at),
    ]  # fmt: skip
