"""The page `/`: all searches that a person may see, and the form that makes or edits one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import address, archive, first_steps, ids, search_dialogs, search_history, shell, text
from layouts.archive import ArchiveRow
from layouts.pages_runs import cancel_store
from layouts.search_history import Found, SearchRow, Wanted, time

# Search id → its archive, for those that have one.
Archives = Mapping[Any, ArchiveRow]
# A named person or a colleague: services.access.sharing, read by name.
Person = Any
# What stands for "not named any more" until the form is saved.
REMOVED = "none"
_LAST_COLUMNS = {
    "active": (text.COLUMN_VISIBILITY, text.COLUMN_CREATED),
    "archived": (text.COLUMN_ARCHIVED, text.COLUMN_KEPT),
    "deleted": (text.COLUMN_DELETED, text.COLUMN_GONE),
}


def searches_page(
    found: Found,
    *,
    may_edit: bool,
    archives: Archives | None = None,
    owners: Sequence[Person] = (),
    unused: Sequence[str] = (),
    unused_days: int = 0,
    ignored: bool = False,
    query: str = "",
    sample: str = "off",
    steps: first_steps.Steps | None = None,
) -> html.Div:
    """The whole page. unused: titles that could be archived. ignored: part of the address was not known. query:
    of the address.

    sample: services.demo.sample.State, whether made-up people may be loaded. steps: of the guide, where it is seen.
    """
    known = archives or {}
    watched = watch(known)
    new = html.Button(text.SEARCH_NEW, id=ids.NEW_SEARCH, type="button", className="btn btn-primary")
    return shell.page(
        text.SEARCHES_TITLE,
        html.Div(first_steps.guide(steps) if steps else None, id=ids.FIRST_STEPS),
        html.Div(text.SEARCH_ADDRESS_IGNORED, className="sx-notice", role="status") if ignored else None,
        html.Div(archive.suggestion(unused, unused_days), id=ids.ARCHIVE_SUGGESTION),
        search_history.bar(found, owners),
        html.Div(search_list(found, may_edit=may_edit, archives=known, sample=sample), id=ids.SEARCH_LIST),
        search_history.pager(found),
        # Absent for viewers: Dash would ask for its content, which is not theirs.
        dbc.Modal(form(), id=ids.SEARCH_FORM, is_open=False, centered=True) if may_edit else None,
        *(search_dialogs.dialogs() if may_edit else []),
        dcc.Store(id=ids.SEARCH_SAVED),
        dcc.Store(id=ids.SEARCH_SHOWN, data=address.shown("/", query)),
        dcc.Store(id=ids.SEARCH_ADDRESS),
        dcc.Store(id=ids.ARCHIVE_WATCH, data=watched),
        dcc.Interval(id=ids.ARCHIVE_CLOCK, interval=archive.POLL_MS, disabled=not watched),
        cancel_store(),
        actions=[new] if may_edit else [],
        term="search",
    )


def watch(archives: Archives) -> dict[str, str]:
    """What the page waits for: id → archive or restore, of searches with a job under way."""
    return {str(key): found.run_kind or "" for key, found in archives.items() if found.under_way}


def search_list(
    found: Found, *, may_edit: bool, archives: Archives | None = None, sample: str = "off"
) -> html.Div | html.Table:
    """A table, or what to do when it would be empty. sample: services.demo.sample.State."""
    state = found.wanted.state
    if not found.rows:
        return _empty(found.wanted, may_edit, sample)
    last = _LAST_COLUMNS[state]
    names = (text.COLUMN_TITLE, text.COLUMN_COUNT, text.COLUMN_OWNER, *last)
    head = [html.Th(n, scope="col", className="sx-number" if n == text.COLUMN_COUNT else None) for n in names]
    head.append(html.Th(html.Span(text.COLUMN_ACTIONS, className="visually-hidden"), scope="col"))
    body = [_row(row, (archives or {}).get(row.id), may_edit) for row in found.rows]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="sx-table sx-table-cards sx-searches")


def _row(row: SearchRow, found: ArchiveRow | None, may_edit: bool) -> html.Tr:
    name: Any = dcc.Link(row.title, href=f"/search/{row.id}")
    menu = search_history.menu(row, may_edit=may_edit)
    if row.deleted_at is not None:
        # Nothing is behind it until it is restored.
        name, menu = html.Span(row.title), None
        last = search_history.deleted_cells(row)
        action = search_history.undelete_button(str(row.id), row.title)
    elif row.archived:
        last, action = archive.list_cells(found), archive.restore_button(found) if found else None
    else:
        last = [
            html.Td(text.VISIBILITIES_LIST[row.visibility], **{"data-label": text.COLUMN_VISIBILITY}),
            html.Td(time(row.created_at), **{"data-label": text.COLUMN_CREATED}),
        ]
        action = _edit_button(row) if row.editable else None
    main = [name, search_history.came_from(row), archive.progress(found) if found and not row.deleted_at else None]
    return html.Tr(
        [
            html.Td(main, className="sx-table-main"),
            html.Td(f"{row.profile_count:,}", className="sx-number", **{"data-label": text.COLUMN_COUNT}),
            html.Td(row.owner, **{"data-label": text.COLUMN_OWNER}),
            *last,
            html.Td(html.Div([action, menu], className="sx-row-actions"), className="sx-table-end"),
        ],
        **{"data-testid": "search-row"},
    )


def _edit_button(row: SearchRow) -> html.Button:
    return html.Button(
        text.SEARCH_EDIT, id=ids.search_edit(str(row.id)), type="button", className="btn btn-sm btn-outline-secondary",
        **{"aria-label": text.SEARCH_EDIT_LABEL.format(title=row.title)},
    )  # fmt: skip


def _empty(wanted: Wanted, may_edit: bool, sample: str) -> html.Div:
    if wanted.narrowed:
        return html.Div(html.P(text.EMPTY_FOUND), className="sx-empty")
    if wanted.state != "active":
        said = text.EMPTY_ARCHIVED if wanted.state == "archived" else text.EMPTY_DELETED
        return html.Div(html.P(said), className="sx-empty")
    if not may_edit:
        return html.Div([html.H2(text.EMPTY_VIEWER_TITLE), html.P(text.EMPTY_VIEWER)], className="sx-empty")
    return first_steps.greeting(sample)


def form(
    row: SearchRow | None = None, *, members: Sequence[Person] = (), colleagues: Sequence[Person] = ()
) -> list[Any]:
    """Content of the dialog: empty for a new search, or what the search has now.

    members: services.access.sharing.Member; colleagues: services.access.sharing.Colleague.
    """
    return [
        dcc.Store(id=ids.SEARCH_EDITED, data=str(row.id) if row else None),
        dbc.ModalHeader(dbc.ModalTitle(text.SEARCH_EDIT_TITLE if row else text.SEARCH_NEW)),
        dbc.ModalBody(_fields(row, members, colleagues), className="sx-form"),
        dbc.ModalFooter(_buttons(row)),
    ]


def member(person: Person, role: str, *, may_share: bool = True) -> html.Div:
    """A named person with what they may do."""
    options = [{"label": label, "value": value} for value, label in text.MEMBER_ROLES.items()]
    choice = dbc.Select(id=ids.search_member(person.email), value=role, options=options, size="sm",
                        disabled=not may_share)  # fmt: skip
    name = html.Span(
        [html.Span(person.name), html.Small(person.email, className="sx-muted")], className="sx-member-name"
    )
    return html.Div(
        [name, html.Label([html.Span(text.MEMBER_MAY.format(name=person.name), className="visually-hidden"), choice])],
        className="sx-member", **{"data-testid": "search-member"},
    )  # fmt: skip


def _fields(row: SearchRow | None, members: Sequence[Person], colleagues: Sequence[Person]) -> list[Any]:
    visibility = row.visibility if row else "team"
    may_share = row is None or row.owned
    options = [{"label": label, "value": value} for value, label in text.VISIBILITIES.items()]
    return [
        html.Label(text.SEARCH_TITLE, htmlFor=ids.SEARCH_TITLE),
        dbc.Input(
            id=ids.SEARCH_TITLE, value=row.title if row else "", maxLength=200, autoComplete="off", autoFocus=True,
            placeholder=text.SEARCH_TITLE_HINT,
        ),
        html.Label(text.SEARCH_VISIBILITY, htmlFor=ids.SEARCH_VISIBILITY),
        dbc.Select(id=ids.SEARCH_VISIBILITY, options=options, value=visibility, disabled=not may_share),
        html.Div(_named(members, colleagues, may_share), id=ids.SEARCH_MEMBERS_BOX, hidden=visibility != "named"),
        html.Div(_owner(row, colleagues), hidden=row is None or not row.owned),
        html.P(id=ids.SEARCH_PROBLEM, className="sx-problem", role="alert"),
    ]  # fmt: skip


def _named(members: Sequence[Person], colleagues: Sequence[Person], may_share: bool) -> list[Any]:
    """Who is named, and a field for more: the browser offers the colleagues as one types."""
    add = html.Div(
        [
            dbc.Input(id=ids.SEARCH_MEMBERS, type="text", maxLength=8000, autoComplete="off",
                      list=ids.SEARCH_COLLEAGUES, placeholder=text.SEARCH_MEMBERS_HINT),
            html.Button(text.SEARCH_MEMBERS_ADD, id=ids.SEARCH_MEMBERS_ADD, type="button",
                        className="btn btn-outline-secondary"),
        ],
        className="sx-member-add",
    )  # fmt: skip
    offered = html.Datalist([html.Option(p.name, value=p.email) for p in colleagues], id=ids.SEARCH_COLLEAGUES)
    return [
        html.Label(text.SEARCH_MEMBERS, htmlFor=ids.SEARCH_MEMBERS),
        html.Div([member(p, p.role, may_share=may_share) for p in members], id=ids.SEARCH_MEMBERS_LIST),
        html.Div([add, offered], hidden=not may_share),
        html.Small(text.SEARCH_MEMBERS_NOTE, className="sx-muted"),
    ]


def _owner(row: SearchRow | None, colleagues: Sequence[Person]) -> list[Any]:
    options = [{"label": f"{p.name} ({p.email})", "value": str(p.id)} for p in colleagues if p.may_own]
    if row and str(row.owner_id) not in {option["value"] for option in options}:
        # Disabled meanwhile, or a viewer.
        options.insert(0, {"label": row.owner, "value": str(row.owner_id)})
    return [
        html.Label(text.SEARCH_OWNER, htmlFor=ids.SEARCH_OWNER),
        dbc.Select(id=ids.SEARCH_OWNER, options=options, value=str(row.owner_id) if row else None),
        html.Small(text.SEARCH_OWNER_HINT, className="sx-muted"),
    ]


def _buttons(row: SearchRow | None) -> list[Any]:
    save = html.Button(
        text.SAVE if row else text.SEARCH_CREATE, id=ids.SEARCH_SAVE, type="button", className="btn btn-primary"
    )
    cancel = html.Button(text.CANCEL, id=ids.SEARCH_CANCEL, type="button", className="btn btn-outline-secondary")
    if row is None or not row.owned:
        return [cancel, save]
    away = html.Button(
        text.SEARCH_ARCHIVE, id=ids.SEARCH_ARCHIVE, type="button", className="btn btn-outline-secondary me-auto"
    )
    return [away, cancel, save]
