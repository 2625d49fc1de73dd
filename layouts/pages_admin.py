"""The pages under `/admin`: what frames them, and people and their sign-ins. Pure.

Rows come from services.access.accounts; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import ids, shell, text
from layouts.pages_searches import time

Row = Any
PAGES = (("users", text.ADMIN_USERS), ("sessions", text.ADMIN_SESSIONS), ("workers", text.ADMIN_WORKERS),
         ("jobs", text.ADMIN_JOBS), ("matching", text.ADMIN_MATCHING), ("keys", text.ADMIN_KEYS),
         ("privacy", text.ADMIN_PRIVACY), ("fairness", text.ADMIN_FAIRNESS))  # fmt: skip


def frame(here: str, title: str, *children: Any, actions: Any = None, term: str = "") -> html.Div:
    """One of the pages, with the way to the others above it."""
    links = [
        html.A(label, href=f"/admin/{name}", className="sx-nav-link", **{"aria-current": "page"})
        if name == here
        else dcc.Link(label, href=f"/admin/{name}", className="sx-nav-link")
        for name, label in PAGES
    ]
    nav = html.Nav(links, className="sx-subnav", **{"aria-label": text.ADMIN_NAV})
    return html.Div([nav, shell.page(title, *children, actions=actions, term=term)], className="sx-admin-page")


def users_page(rows: Sequence[Row], me: int, provider: str = "") -> html.Div:
    """Invite, and everyone with what can be done about them. provider: what people call the identity provider."""
    return frame(
        "users", text.ADMIN_USERS,
        html.Div(_invite(), className="sx-card sx-invite"),
        html.Div(id=ids.ADMIN_LINK, role="status"),
        html.Div(user_list(rows, me, provider), id=ids.ADMIN_USERS),
    )  # fmt: skip


def user_list(rows: Sequence[Row], me: int, provider: str = "") -> html.Table:
    """The table alone, made anew after every change."""
    names = (text.ADMIN_NAME, text.ADMIN_ROLE, text.ADMIN_WAYS, text.ADMIN_LAST_USE, text.ADMIN_SIGN_INS)
    return table(names, [_user(row, me, provider) for row in rows])


def link_card(link: str, whom: str, said: str = text.ADMIN_LINK_FOR) -> html.Div:
    """A one-time link to be handed on; it is shown this once."""
    return html.Div(
        [
            html.P(said.format(whom=whom)),
            dbc.Textarea(value=link, readonly=True, rows=3, className="sx-link-text", id=ids.ADMIN_LINK_TEXT),
        ],
        className="sx-card",
    )  # fmt: skip


def sessions_page(rows: Sequence[Row]) -> html.Div:
    """Who is signed in, each with a button that ends it."""
    return frame(
        "sessions", text.ADMIN_SESSIONS,
        html.P(text.ADMIN_SESSIONS_HINT, className="sx-muted"),
        html.Div(session_list(rows), id=ids.ADMIN_SESSIONS),
    )  # fmt: skip


def session_list(rows: Sequence[Row]) -> html.Table:
    """The table alone."""
    return table((text.ADMIN_NAME, text.ADMIN_ROLE, text.ADMIN_SINCE, text.ADMIN_LAST_USE), [_session(r) for r in rows])


def table(names: Sequence[str], rows: Sequence[html.Tr], *, numbers: Sequence[str] = ()) -> html.Table:
    """A table that becomes cards on a phone, with a last column for buttons."""
    head = [html.Th(name, scope="col", className="sx-number" if name in numbers else None) for name in names]
    head.append(html.Th(html.Span(text.COLUMN_ACTIONS, className="visually-hidden"), scope="col"))
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(list(rows))], className="sx-table sx-table-cards sx-admin")


def cell(label: str, value: Any, *, number: bool = False) -> html.Td:
    """One value, with its column's name before it on a phone."""
    return html.Td(value, className="sx-number" if number else None, **{"data-label": label})


def act(row: Any, do: str, label: str, about: str, **props: Any) -> html.Button:
    """A button of a row. do: see ids.admin_act()."""
    given = {"className": "btn btn-sm btn-outline-secondary", **props}
    return html.Button(
        label, id=ids.admin_act(row, do), type="button",
        **{"aria-label": f"{label}: {about}", "data-testid": f"admin-{do}"}, **given,
    )  # fmt: skip


def _invite() -> list[Any]:
    roles = [{"label": label, "value": role} for role, label in text.ROLES.items()]
    return [
        html.H2(text.ADMIN_INVITE_TITLE),
        html.Div(
            [
                html.Label([html.Span(text.ADMIN_EMAIL), dbc.Input(id=ids.ADMIN_INVITE_EMAIL, type="email",
                           maxLength=320, autoComplete="off")]),
                html.Label([html.Span(text.ADMIN_NAME), dbc.Input(id=ids.ADMIN_INVITE_NAME, maxLength=200,
                           autoComplete="off")]),
                html.Label([html.Span(text.ADMIN_ROLE), dbc.Select(id=ids.ADMIN_INVITE_ROLE, options=roles,
                           value="recruiter")]),
                html.Button(text.ADMIN_INVITE, id=ids.ADMIN_INVITE, type="button", className="btn btn-primary"),
            ],
            className="sx-invite-fields",
        ),
        html.P(id=ids.ADMIN_PROBLEM, className="sx-problem", role="alert"),
    ]  # fmt: skip


def _user(row: Row, me: int, provider: str) -> html.Tr:
    about = row.name or row.email
    name = [html.Div(about), html.Div(row.email, className="sx-muted")]
    if row.disabled:
        buttons = [act(row.id, "enable", text.ADMIN_ENABLE, about)]
    else:
        buttons = [
            act(row.id, "link", text.ADMIN_NEW_LINK, about),
            act(row.id, "password", text.ADMIN_PASSWORD_LINK, about),
        ]
        if row.id != me:
            buttons.append(act(row.id, "disable", text.ADMIN_DISABLE, about))
    role = dbc.Select(
        id=ids.admin_role(row.id), value=row.role, size="sm", disabled=row.disabled,
        options=[{"label": label, "value": role} for role, label in text.ROLES.items()],
    )  # fmt: skip
    used = time(row.last_active) if row.last_active else text.ADMIN_NEVER
    return html.Tr(
        [
            html.Td(name, className="sx-table-main"),
            html.Td(html.Label([html.Span(text.ADMIN_ROLE_OF.format(name=about), className="visually-hidden"), role])),
            cell(text.ADMIN_WAYS, ", ".join(_ways(row, provider))),
            cell(text.ADMIN_LAST_USE, text.ADMIN_DISABLED if row.disabled else used),
            cell(text.ADMIN_SIGN_INS, f"{row.sessions:,}"),
            html.Td(html.Div(buttons, className="sx-actions"), className="sx-table-end"),
        ],
        className="sx-off" if row.disabled else None,
        **{"data-testid": "user-row", "data-user": str(row.id)},
    )


def _ways(row: Row, provider: str) -> list[str]:
    """How someone can sign in: an admin's link always."""
    ways = [provider] if row.has_provider and provider else []
    if row.has_password:
        ways.append(text.ADMIN_WAY_BREAK_GLASS if row.break_glass else text.ADMIN_WAY_PASSWORD)
    return ways or [text.ADMIN_WAY_LINK]


def _session(row: Row) -> html.Tr:
    name = [html.Div(row.name), html.Div(row.email, className="sx-muted")]
    end = html.Span(text.ADMIN_OWN_SESSION, className="sx-muted") if row.own else act(
        row.id, "end", text.ADMIN_END, row.name)  # fmt: skip
    return html.Tr(
        [
            html.Td(name, className="sx-table-main"),
            cell(text.ADMIN_ROLE, text.ROLES.get(row.role, row.role)),
            cell(text.ADMIN_SINCE, time(row.created_at)),
            cell(text.ADMIN_LAST_USE, time(row.last_active)),
            html.Td(end, className="sx-table-end"),
        ],
        **{"data-testid": "session-row"},
    )


def empty(title: str, body: str = "") -> html.Div:
    """In place of a table without rows."""
    return html.Div([html.H2(title), html.P(body) if body else None], className="sx-empty")


def counts(values: Mapping[str, Any]) -> html.Dl:
    """Named figures beside each other."""
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in values.items()], className="sx-tally")
