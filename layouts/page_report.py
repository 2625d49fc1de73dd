"""The report on what is held of one person: to be read, and to be printed. Pure.

`Report` here is services.privacy.data_report.Report; layouts import no services, so its parts are read by name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_searches import time

Report = Any


def form() -> list[Component]:
    """Whom to report on."""
    buttons = [
        html.Button(text.REPORT_SHOW, id=ids.REPORT_SHOW, type="button", className="btn btn-primary"),
        html.Button(text.REPORT_JSON, id=ids.REPORT_JSON, type="button", className="btn btn-outline-secondary"),
    ]
    return [
        html.H2(text.REPORT_TITLE),
        html.P(text.REPORT_HINT, className="sx-muted"),
        html.Div(
            [
                html.Label([html.Span(text.ERASE_ADDRESS), dbc.Input(id=ids.REPORT_ADDRESS, maxLength=1000,
                           autoComplete="off")]),
                *buttons,
            ],
            className="sx-invite-fields",
        ),
        html.Div(id=ids.REPORT_ANSWER, role="status"),
        dcc.Download(id=ids.REPORT_DOWNLOAD),
        html.Div(id=ids.REPORT_PRINTED, hidden=True),
    ]  # fmt: skip


def reports(found: Sequence[Report]) -> list[Component]:
    """One article a person, and a button that prints them."""
    button = html.Button(text.REPORT_PRINT, id=ids.REPORT_PRINT, type="button",
                         className="btn btn-sm btn-outline-secondary sx-no-print")  # fmt: skip
    return [button, *(_report(report) for report in found)]


def _report(report: Report) -> html.Article:
    profile = report.profile
    told: list[Any] = [time(profile["notified_at"])] if profile["notified_at"] else [
        f"{text.REPORT_NOT_TOLD} ", time(profile["notice_due"])]  # fmt: skip
    rows = sum(len(kept) for kept in report.records.values())
    raw = [
        [html.H4([kept["source"] or text.PERSON_NO_SOURCE, " · ", time(datetime.fromisoformat(kept["fetched_at"]))]),
         html.Pre(json.dumps(kept["raw"], ensure_ascii=False, indent=1), className="sx-raw", tabIndex=0)]
        for kept in report.records.get("profile_raw", ())
    ]  # fmt: skip
    return html.Article(
        [
            html.H3(profile["full_name"] or text.PERSON_UNNAMED, dir="auto"),
            html.P([f"{text.REPORT_MADE} ", time(report.made_at), f" · {text.REPORT_TOLD}: ", *told,
                    f" · {text.PERSON_KEPT} ", time(profile["kept_until"])], className="sx-muted"),
            _table(text.REPORT_VALUE_COLUMNS, [
                (text.DUPLICATE_FIELDS.get(v.field, v.field), _plain(v.value), v.source or text.PERSON_NO_SOURCE,
                 time(v.at)) for v in report.values]),
            *_section(text.REPORT_SEARCHES, text.REPORT_SEARCH_COLUMNS, [_search(row) for row in report.searches]),
            *_section(text.REPORT_EVENTS, text.REPORT_EVENT_COLUMNS, [
                (time(e["at"]), e["who"], text.REPORT_EVENT.get(e["what"], e["what"]), e["about"], e["said"])
                for e in report.events]),
            *_section(text.REPORT_LISTS, text.REPORT_LIST_COLUMNS, [
                (row["name"], text.LIST_KINDS.get(row["kind"], row["kind"]), row["label"] or row["raw"])
                for row in report.lists]),
            *_section(text.REPORT_FILES, text.REPORT_FILE_COLUMNS, [
                (row["title"], row["format"].upper(), row["who"], time(row["created_at"]), time(row["expires_at"]))
                for row in report.files]),
            *([html.H3(text.REPORT_RAW), *(part for parts in raw for part in parts)] if raw else []),
            html.P(text.REPORT_RECORDS.format(rows=f"{rows:,}", tables=len(report.records)), className="sx-muted"),
        ],
        className="sx-report",
        **{"data-testid": "data-report"},
    )  # fmt: skip


def _search(row: Any) -> tuple[Any, ...]:
    judged = " · ".join(
        str(part) for part in (text.FITS.get(row["fit"] or "", ""), row["score"]) if part not in ("", None)
    )
    name = [row["title"], html.Div(text.REPORT_ARCHIVED, className="sx-muted")] if row["archived"] else row["title"]
    return name, row["owner"], text.STAGES.get(row["stage"], row["stage"]), judged, time(row["added_at"])


def _section(title: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Component]:
    return [html.H3(title), _table(names, rows)] if rows else []


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Div:
    head = html.Tr([html.Th(name, scope="col") for name in names])
    body = [html.Tr([html.Td(value, dir="auto") for value in row]) for row in rows]
    # It scrolls by itself where the window is narrow.
    table = html.Table([html.Thead(head), html.Tbody(body)], className="sx-sources")
    return html.Div(table, className="sx-report-table", tabIndex=0)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
