"""The page `/search/<id>/ledger`: who was left out, why, by whom, and who came back. Pure.

`Line` and `ByRule` here are those of services.filtering.ledger, read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, shell, text
from layouts.filter_runs import run_parts
from layouts.ledger_words import entry, now, why
from layouts.page_filter import crumbs
from layouts.pages_runs import Run
from layouts.pages_searches import time

Line = Any
ByRule = Any
ANY = "any"
PAGE = 50


def ledger_page(
    *,
    search_id: str,
    title: str,
    editable: bool,
    lines: Sequence[Line],
    total: int,
    by_rule: Sequence[ByRule],
    run: Run | None,
    mode: str,
    download: str,
) -> html.Div:
    """Who is out now first; the choices above the table show the rest. download: address of the lines as a file."""
    everyone = html.Button(
        text.LEDGER_RESTORE_ALL, id=ids.LEDGER_RESTORE_ALL, type="button", className="btn btn-outline-secondary",
        hidden=not by_rule,
    )  # fmt: skip
    return shell.page(
        text.LEDGER_TITLE,
        crumbs(search_id, title, "ledger"),
        html.P(text.LEDGER_HINT, className="sx-muted"),
        *run_parts(run, search_id, mode, editable=editable),
        html.Div(reasons(by_rule, editable), id=ids.LEDGER_BY_RULE),
        _choices(by_rule),
        html.Div(ledger(lines, total, 0, search_id, editable, narrowed=False, download=download), id=ids.LEDGER),
        dcc.Store(id=ids.LEDGER_SEARCH, data=search_id),
        dcc.Store(id=ids.LEDGER_CHANGED),
        actions=[everyone] if editable else None,
        term="ledger",
    )


def reasons(by_rule: Sequence[ByRule], editable: bool) -> Component | None:
    """Who is out now, by reason, with a button that brings them back."""
    if not by_rule:
        return None
    most = max(one.people for one in by_rule)
    items = [_reason(one, most, editable) for one in by_rule]
    return html.Section(
        [html.H2(text.LEDGER_BY_RULE), html.Ul(items, className="sx-reasons")], className="sx-section sx-card"
    )


def ledger(
    lines: Sequence[Line], total: int, at: int, search_id: str, editable: bool, *, narrowed: bool, download: str
) -> Component:
    """A page of lines; at: how many stand before it. narrowed: choices may be why there are none.

    download: where all that fit the choices are as a file, "" for nowhere.
    """
    if not lines:
        empty: list[Any] = [html.P(text.LEDGER_NOT_FOUND)] if narrowed else [
            html.H2(text.LEDGER_EMPTY_TITLE), html.P(text.LEDGER_EMPTY_BODY),
            html.P(dcc.Link(text.LEDGER_EMPTY_LINK, href=f"/search/{search_id}/filter", className="btn btn-primary")),
        ]  # fmt: skip
        return html.Div([html.Div(empty, className="sx-empty"), _pager(0, 0, 0)])
    head = [html.Th(n, scope="col") for n in text.LEDGER_COLUMNS]
    rows = [_line(one, search_id, editable) for one in lines]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="sx-table sx-table-cards sx-ledger")
    link = html.A(
        text.LEDGER_DOWNLOAD_ONE if total == 1 else text.LEDGER_DOWNLOAD.format(n=total), href=download,
        className="sx-link", download="", **{"data-testid": "ledger-download"},
    )  # fmt: skip
    return html.Div(
        [html.P(link, className="sx-ledger-file") if download else None, table, _pager(at, len(lines), total)]
    )


def _reason(one: ByRule, most: int, editable: bool) -> Component:
    said = one.sentence or why(one)
    many = text.LEDGER_PEOPLE_ONE if one.people == 1 else text.LEDGER_PEOPLE.format(n=one.people)
    restore = html.Button(
        text.LEDGER_RESTORE, id=ids.ledger_restore_rule(one.rule_id), type="button",
        className="btn btn-sm btn-outline-secondary",
        **{"aria-label": text.LEDGER_RESTORE_RULE_LABEL.format(sentence=said)},
    )  # fmt: skip
    bar = html.Div(style={"width": f"{max(1, round(100 * one.people / most))}%"}, className="sx-reason-bar")
    return html.Li(
        [
            html.Div([html.Span(said, dir="auto"), bar], className="sx-reason-what"),
            html.Strong(many, className="sx-reason-many"),
            restore if editable and one.rule_id is not None else html.Span(),
        ],
        **{"data-testid": "ledger-reason"},
    )


def _choices(by_rule: Sequence[ByRule]) -> Component:
    rules = [{"value": ANY, "label": text.LEDGER_ANY_RULE}]
    rules += [{"value": str(one.rule_id), "label": one.sentence} for one in by_rule if one.rule_id is not None]
    states = [{"value": value, "label": label} for value, label in text.LEDGER_STATES.items()]
    return html.Div(
        [
            html.Label([
                html.Span(text.LEDGER_FIND_LABEL),
                dbc.Input(id=ids.LEDGER_FIND, type="search", debounce=0.35, maxLength=200, autoComplete="off",
                          placeholder=text.LEDGER_FIND, size="sm"),
            ]),
            html.Label([html.Span(text.LEDGER_STATE),
                        dbc.Select(id=ids.LEDGER_STATE, options=states, value="open", size="sm")]),
            html.Label([html.Span(text.LEDGER_RULE),
                        dbc.Select(id=ids.LEDGER_RULE, options=rules, value=ANY, size="sm")]),
        ],
        className="sx-pair-filters",
    )  # fmt: skip


def _line(one: Line, search_id: str, editable: bool) -> html.Tr:
    labels = text.LEDGER_COLUMNS
    name = one.full_name or text.PERSON_UNNAMED
    job = text.PERSON_TITLE_AT.format(title=one.title, company=one.company) if one.title and one.company else ""
    unknown = [html.Div(text.LEDGER_UNKNOWN, className="sx-muted")] if one.was_unknown else []
    state: list[Any] = now(one)
    if editable and one.restored_at is None:
        state.append(html.Button(
            text.LEDGER_RESTORE, id=ids.ledger_restore(one.candidate_id), type="button", value=name,
            className="btn btn-sm btn-outline-secondary",
            **{"aria-label": text.LEDGER_RESTORE_LABEL.format(name=name)},
        ))  # fmt: skip
    return html.Tr(
        [
            html.Td(
                [dcc.Link(name, href=f"/search/{search_id}?status=all&person={one.candidate_id}"),
                 html.Div(job or one.title or one.company, className="sx-muted sx-list-by")],
                className="sx-ledger-who", dir="auto",
            ),
            html.Td([html.Div(why(one), dir="auto"), *unknown], className="sx-ledger-why"),
            html.Td(entry(one), className="sx-ledger-entry"),
            html.Td([one.who, html.Div(time(one.at), className="sx-muted")], **{"data-label": labels[3]}),
            html.Td(html.Div(state, className="sx-ledger-now"), className="sx-ledger-end"),
        ],
        **{"data-testid": "ledger-line", "data-candidate": str(one.candidate_id)},
    )  # fmt: skip


def _pager(at: int, shown: int, total: int) -> Component:
    back, on = at <= 0, at + shown >= total
    return html.Div(
        [
            dcc.Store(id=ids.LEDGER_AT, data=at),
            html.Button(
                text.LIST_PREVIOUS, id=ids.LEDGER_PREVIOUS, type="button", disabled=back,
                className="btn btn-sm btn-outline-secondary",
            ),
            html.Span(
                text.LIST_SHOWN.format(first=at + 1, last=at + shown, total=total), className="sx-muted", role="status"
            ),
            html.Button(
                text.LIST_NEXT, id=ids.LEDGER_NEXT, type="button", disabled=on,
                className="btn btn-sm btn-outline-secondary",
            ),
        ],
        className="sx-pager", hidden=back and on,
    )  # fmt: skip
