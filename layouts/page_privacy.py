"""The admin's page `/admin/privacy`: erasing someone, and what was erased. Pure.

Rows come from services.privacy.erasures; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids, page_report, text
from layouts.pages_admin import cell, empty, frame, table
from layouts.pages_searches import time

Row = Any


def page(erasures: Sequence[Row], people: int, retention: Sequence[Component]) -> html.Div:
    """people: erased so far, in all. retention: see page_retention.sections()."""
    return frame(
        "privacy", text.ADMIN_PRIVACY,
        html.Div(_erase(), className="sx-card sx-invite"),
        html.Div(page_report.form(), className="sx-card sx-invite sx-report-card"),
        html.Div(id=ids.RETENTION_ANSWER, role="status"),
        html.Div(list(retention), id=ids.RETENTION),
        html.H2(text.ERASURES_TITLE),
        html.Div(erasure_list(erasures, people), id=ids.ADMIN_ERASURES),
        term="erasure",
    )  # fmt: skip


def erasure_list(erasures: Sequence[Row], people: int) -> list[Component]:
    """Made anew after an erasure: counts and dates, no names."""
    if not erasures:
        return [empty(text.ERASURES_NONE, text.ERASURES_NONE_HINT)]
    numbers = (text.ERASURE_PEOPLE, text.ERASURE_SEARCHES)
    names = (text.ERASURE_WHEN, text.ERASURE_WHY, *numbers, text.ERASURE_WHO, text.ERASURE_FILES)
    return [
        html.P(text.ERASURES_SUM.format(people=counted(people, text.PEOPLE_COUNT)), className="sx-muted"),
        table(names, [_erasure(row) for row in erasures], numbers=numbers),
    ]


def done(people: int, searches: int, *, files: bool) -> html.P:
    """What came of an erasure."""
    return html.P(said(people, searches, files=files), className="sx-card", **{"data-good": "true"})


def said(people: int, searches: int, *, files: bool) -> str:
    """The same in words. files: a job sees to them."""
    told = text.ERASE_DONE.format(
        people=counted(people, text.PEOPLE_COUNT), searches=counted(searches, text.SEARCHES_COUNT)
    )
    return f"{told} {text.ERASE_FILES}" if files else told


def refused(why: str) -> html.P:
    """Why nobody was erased."""
    return html.P(why, className="sx-problem", role="alert")


def counted(n: int, words: tuple[str, str]) -> str:
    """words: for one, for any other number."""
    return words[n != 1].format(n=f"{n:,}")


def _erase() -> list[Any]:
    return [
        html.H2(text.ERASE_TITLE),
        html.P(text.ERASE_HINT, className="sx-muted"),
        html.Div(
            [
                html.Label([html.Span(text.ERASE_ADDRESS), dbc.Input(id=ids.ERASE_ADDRESS, maxLength=1000,
                           autoComplete="off")]),
                html.Label([html.Span(text.ERASE_CONFIRM), dbc.Input(id=ids.ERASE_CONFIRM, maxLength=20,
                           autoComplete="off")]),
                html.Button(text.ERASE_START, id=ids.ERASE_START, type="button", className="btn btn-danger"),
            ],
            className="sx-invite-fields",
        ),
        html.Div(id=ids.ERASE_ANSWER, role="status"),
    ]  # fmt: skip


def _erasure(row: Row) -> html.Tr:
    left = text.ERASURE_FILES_LEFT.format(n=row.files_left) if row.files_left else text.ERASURE_FILES_DONE
    return html.Tr(
        [
            html.Td(time(row.erased_at), className="sx-table-main"),
            cell(text.ERASURE_WHY, text.ERASURE_REASONS[row.reason]),
            cell(text.ERASURE_PEOPLE, f"{row.people:,}", number=True),
            cell(text.ERASURE_SEARCHES, f"{row.searches:,}", number=True),
            cell(text.ERASURE_WHO, row.user_name or text.ERASURE_NOBODY),
            cell(text.ERASURE_FILES, left),
            html.Td(),
        ],
        **{"data-testid": "erasure-row"},
    )
