"""The page `/account`: one's own password and sign-ins. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from layouts import ids, shell, text
from layouts.pages_admin import cell, table
from layouts.pages_searches import time

Row = Any


def page(own: Row, sessions: Sequence[Row]) -> html.Div:
    """own: services.access.accounts.Own; sessions: services.access.identity.OwnSession."""
    return shell.page(
        text.ACCOUNT_TITLE,
        html.P([html.Strong(own.name), f" · {own.email} · {text.ROLES[own.role]}"], className="sx-muted"),
        html.Div(_password(own), className="sx-card sx-form sx-account"),
        html.H2(text.ACCOUNT_SESSIONS),
        html.P(text.ACCOUNT_SESSIONS_HINT, className="sx-muted"),
        html.Div(session_list(sessions), id=ids.ACCOUNT_SESSIONS),
    )


def session_list(rows: Sequence[Row]) -> html.Table:
    """The table alone, made anew after every change."""
    return table((text.ADMIN_SINCE, text.ADMIN_LAST_USE), [_session(row) for row in rows])


def _password(own: Row) -> list[Any]:
    head = html.H2(text.PASSWORD_CHANGE if own.has_password else text.PASSWORD_LINK_TITLE)
    if not own.password_counts:
        return [head, html.P(text.PASSWORD_OFF.format(name=own.provider), className="sx-muted")]
    old = html.Div(
        [html.Label(text.PASSWORD_OLD, htmlFor=ids.PASSWORD_OLD), _field(ids.PASSWORD_OLD, "current-password")],
        hidden=not own.has_password,
    )
    return [
        head,
        old,
        html.Label(text.PASSWORD_NEW, htmlFor=ids.PASSWORD_NEW),
        _field(ids.PASSWORD_NEW, "new-password"),
        html.Label(text.PASSWORD_AGAIN, htmlFor=ids.PASSWORD_AGAIN),
        _field(ids.PASSWORD_AGAIN, "new-password"),
        html.Small(text.PASSWORD_RULES, className="sx-muted"),
        html.P(id=ids.PASSWORD_PROBLEM, className="sx-problem", role="alert"),
        html.Div(html.Button(text.PASSWORD_SAVE, id=ids.PASSWORD_SAVE, type="button", className="btn btn-primary")),
    ]


def _field(name: str, complete: str) -> dbc.Input:
    return dbc.Input(id=name, type="password", maxLength=1000, autoComplete=complete)


def _session(row: Row) -> html.Tr:
    end = html.Span(text.ADMIN_OWN_SESSION, className="sx-muted") if row.own else html.Button(
        text.ADMIN_END, id=ids.account_end(row.id), type="button", className="btn btn-sm btn-outline-secondary",
        **{"data-testid": "account-end"},
    )  # fmt: skip
    return html.Tr(
        [
            html.Td(time(row.created_at), className="sx-table-main"),
            cell(text.ADMIN_LAST_USE, time(row.last_active)),
            html.Td(end, className="sx-table-end"),
        ],
        **{"data-testid": "account-session"},
    )
