"""The page `/lists`: the lists that rules use, and the form that makes, renames or shares one. Pure.

`ListInfo` here is services.filtering.lists.ListInfo; layouts import no services, so its parts are read by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, list_file, shell, text
from layouts.pages_searches import time

ListInfo = Any
# services.filtering.list_runs.Filling.
Filling = Any


def lists_page(
    lists: Sequence[ListInfo], used: Mapping[int, Sequence[str]], files: Mapping[int, Filling], *, may_edit: bool
) -> html.Div:
    """used: by a list's id, the names of rule sets that use it; files: the newest that was read into it."""
    names = dcc.Link(text.LISTS_NAMES, href="/lists/names", className="btn btn-outline-secondary")
    new = html.Button(text.LIST_NEW, id=ids.LIST_NEW, type="button", className="btn btn-primary")
    return shell.page(
        text.LISTS_TITLE,
        html.P(text.LISTS_HINT, className="sx-muted"),
        html.Div(list_table(lists, used, files, may_edit=may_edit), id=ids.LISTS),
        dbc.Modal(form(), id=ids.LIST_FORM, is_open=False, centered=True) if may_edit else None,
        actions=[names, new] if may_edit else [names],
        term="list",
    )


def list_table(
    lists: Sequence[ListInfo], used: Mapping[int, Sequence[str]], files: Mapping[int, Filling], *, may_edit: bool
) -> Component:
    """All lists, or what to do when there are none."""
    if not lists:
        body = text.LISTS_EMPTY_BODY if may_edit else text.LISTS_EMPTY_VIEWER
        return html.Div([html.H2(text.LISTS_EMPTY_TITLE), html.P(body)], className="sx-empty")
    numbers = {text.LIST_COLUMNS[2], text.LIST_COLUMNS[3]}
    head = [html.Th(n, scope="col", className="sx-number" if n in numbers else None) for n in text.LIST_COLUMNS]
    rows = [_row(one, used.get(one.id, ()), files.get(one.id)) for one in lists]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="sx-table sx-table-cards sx-lists")


def state(one: ListInfo, file: Filling | None = None) -> Component:
    """Whether a list is in force, and how the last try to read its sheet or a file went."""
    if file is not None and file.is_open:
        said = text.LIST_FILE_STAYS if one.version else ""
        return html.Span(
            [_badge(text.LIST_FILE_READING, "unknown"), html.Span(said, className="sx-muted")],
            className="sx-list-state",
        )
    if file is not None and file.went_wrong:
        return html.Span(
            [_badge(text.LIST_STATES["failed"], "weak"),
             html.Span(list_file.problem(file), className="sx-list-problem")],
            className="sx-list-state",
        )  # fmt: skip
    if one.sync_state == "failed":
        said = text.LIST_SYNC_FAILED.format(message=one.sync_message)
        return html.Span(
            [_badge(text.LIST_STATES["failed"], "weak"), html.Span(said, className="sx-list-problem")],
            className="sx-list-state",
        )
    if one.sheet_id and one.sync_state == "never":
        return _badge(text.LIST_STATES["never"], "unknown")
    if one.sheet_id and one.synced_at:
        return html.Span([f"{text.LIST_STATES['ok']} ", time(one.synced_at)], className="sx-muted")
    if not one.entry_count:
        return html.Span(text.LIST_STATES["empty"], className="sx-muted")
    return html.Span(text.LIST_STATES["typed"], className="sx-muted")


def used_by(names: Sequence[str]) -> str:
    """How many rule sets use a list."""
    if not names:
        return text.LIST_USED_NOWHERE
    return text.LIST_USED_BY_ONE if len(names) == 1 else text.LIST_USED_BY.format(n=len(names))


def form(one: ListInfo | None = None) -> list[Any]:
    """Content of the dialog: empty for a new list, or the name and sharing that the list has now."""
    kinds = [{"label": label, "value": kind} for kind, label in text.LIST_KINDS.items()]
    holds = [{"label": label, "value": key} for key, label in text.LIST_HOLDINGS.items()]
    first = one.kind if one else next(iter(text.LIST_KINDS))
    # Hidden where the list is there already: what it holds cannot become something else.
    kind = html.Div(
        [
            html.Label(text.LIST_KIND, htmlFor=ids.LIST_KIND),
            dbc.Select(id=ids.LIST_KIND, options=kinds, value=first),
            html.Small(text.LIST_KIND_HINTS[first], id=ids.LIST_KIND_HINT, className="sx-muted"),
            html.Div(
                [html.Label(text.LIST_HOLDS, htmlFor=ids.LIST_HOLDS),
                 dbc.Select(id=ids.LIST_HOLDS, options=holds, value=one.holds if one else "people")],
                id=ids.LIST_HOLDS_BOX, hidden=True,
            ),
        ],
        className="sx-form", hidden=one is not None,
    )  # fmt: skip
    fields = [
        html.Label(text.LIST_NAME, htmlFor=ids.LIST_NAME),
        dbc.Input(
            id=ids.LIST_NAME, value=one.name if one else "", maxLength=100, autoComplete="off", autoFocus=True,
            placeholder=text.LIST_NAME_HINT,
        ),
        kind,
        dbc.Switch(id=ids.LIST_SHARED, label=text.LIST_SHARED, value=one.shared if one else True, className="mt-2"),
        html.P(id=ids.LIST_PROBLEM, className="sx-problem", role="alert"),
    ]  # fmt: skip
    buttons = [
        html.Button(text.CANCEL, id=ids.LIST_CANCEL, type="button", className="btn btn-outline-secondary"),
        html.Button(
            text.SAVE if one else text.LIST_CREATE, id=ids.LIST_SAVE, type="button", className="btn btn-primary"
        ),
    ]
    return [
        dcc.Store(id=ids.LIST_EDITED, data=one.id if one else None),
        dbc.ModalHeader(dbc.ModalTitle(text.LIST_EDIT_TITLE if one else text.LIST_NEW)),
        dbc.ModalBody(fields, className="sx-form"),
        dbc.ModalFooter(buttons),
    ]


def _row(one: ListInfo, used: Sequence[str], file: Filling | None) -> html.Tr:
    labels = text.LIST_COLUMNS
    kind = text.LIST_KINDS.get(one.kind, one.kind)
    holds = f" · {text.LIST_HOLDINGS[one.holds].lower()}" if one.kind == "custom" else ""
    return html.Tr(
        [
            html.Td(
                [dcc.Link(one.name, href=f"/lists/{one.id}"),
                 html.Div(text.LIST_OWNER.format(who=one.owner), className="sx-muted sx-list-by")],
                className="sx-table-main", dir="auto",
            ),
            html.Td(kind + holds, **{"data-label": labels[1]}),
            html.Td(f"{one.entry_count:,}", className="sx-number", **{"data-label": labels[2]}),
            html.Td(str(one.version), className="sx-number", **{"data-label": labels[3]}),
            html.Td(text.LIST_SOURCES[one.source], **{"data-label": labels[4]}),
            html.Td(used_by(used), title=", ".join(used) or None, **{"data-label": labels[5]}),
            html.Td(state(one, file), className="sx-list-cell"),
        ],
        **{"data-testid": "list-row", "data-list": str(one.id)},
    )  # fmt: skip


def _badge(label: str, tone: str) -> Component:
    return html.Span(label, className=f"sx-badge sx-badge-{tone}")
