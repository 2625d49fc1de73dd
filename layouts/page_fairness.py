"""The admin's page `/admin/fairness`: adverse impact, from counts by group that are handed in. Pure.

Rows come from services.figures.fairness and services.figures.impact_ratios; layouts import no services, so their parts
are read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_admin import cell, empty, frame, table
from layouts.pages_searches import time

Row = Any
# For no search in particular: a choice without a value shows nothing.
ALL = "all"


def page(reports: Sequence[Row], searches: Sequence[tuple[str, str]], shown: Sequence[Component] = ()) -> html.Div:
    """searches: (id, title) of what a report can be about. shown: report() of the one that the address names."""
    return frame(
        "fairness", text.FAIRNESS_TITLE,
        html.P(text.FAIRNESS_HINT, className="sx-muted"),
        html.Div(list(shown), id=ids.FAIRNESS_REPORT),
        html.Div(_form(searches), className="sx-card sx-invite sx-fairness-form"),
        html.H2(text.FAIRNESS_REPORTS),
        html.Div(report_list(reports), id=ids.ADMIN_FAIRNESS),
        term="fairness",
    )  # fmt: skip


def report_list(reports: Sequence[Row]) -> Component:
    """Made anew when one is added or deleted."""
    if not reports:
        return empty(text.FAIRNESS_NONE, text.FAIRNESS_NONE_HINT)
    names = text.FAIRNESS_LIST_COLUMNS
    return table(names, [_listed(row) for row in reports], numbers=names[-1:])


def _listed(row: Row) -> html.Tr:
    _, about, made, who, groups = text.FAIRNESS_LIST_COLUMNS
    link = dcc.Link(row.title, href=f"/admin/fairness/{row.id}", className="sx-link")
    return html.Tr(
        [
            html.Td(html.Span(link, dir="auto"), className="sx-table-main"),
            cell(about, html.Span(row.search or text.FAIRNESS_ALL, dir="auto")),
            cell(made, time(row.created_at)),
            cell(who, row.user_name),
            cell(groups, f"{row.groups:,}", number=True),
            html.Td(className="sx-table-end"),
        ],
        **{"data-testid": "fairness-row"},
    )


def _form(searches: Sequence[tuple[str, str]]) -> list[Component]:
    options = [{"label": text.FAIRNESS_ALL, "value": ALL}, *({"label": t, "value": s} for s, t in searches)]
    slot = {"data-text": ids.FAIRNESS_TEXT, "data-problem": ids.FAIRNESS_ANSWER, "data-label": text.FAIRNESS_FILE,
            "data-too-large": text.FAIRNESS_TOO_LARGE, "data-not-text": text.FAIRNESS_NOT_TEXT}  # fmt: skip
    return [
        html.H2(text.FAIRNESS_NEW),
        html.P(text.FAIRNESS_FORMAT, className="sx-muted"),
        html.Div(
            [
                html.Label([html.Span(text.FAIRNESS_ABOUT),
                            dbc.Input(id=ids.FAIRNESS_NAME, maxLength=200, autoComplete="off")]),
                html.Label([html.Span(text.FAIRNESS_SEARCH),
                            dbc.Select(id=ids.FAIRNESS_SEARCH, options=options, value=ALL)]),
                html.Label([html.Span(text.FAIRNESS_FILE), html.Div(id=ids.FAIRNESS_FILE, **slot)]),
            ],
            className="sx-invite-fields",
        ),
        html.Label([html.Span(text.FAIRNESS_TABLE), dbc.Textarea(id=ids.FAIRNESS_TEXT, rows=7, spellcheck=False,
                   placeholder=text.FAIRNESS_EXAMPLE, className="sx-fairness-text")], className="sx-fairness-label"),
        html.Div(id=ids.FAIRNESS_ANSWER, role="status"),
        html.Button(text.FAIRNESS_ADD, id=ids.FAIRNESS_ADD, type="button", className="btn btn-primary"),
    ]  # fmt: skip


def refused(why: str) -> html.P:
    """Why nothing was kept."""
    return html.P(why, className="sx-problem", role="alert")


def report(row: Row, found: Sequence[Row]) -> list[Component]:
    """One report: fairness.Report of services.figures and an impact_ratios.Comparison for each attribute."""
    about = f"{text.FAIRNESS_SEARCH}: {row.search}" if row.search else text.FAIRNESS_ALL
    csv = html.A(text.FAIRNESS_CSV, href=f"/admin/fairness/{row.id}.csv", download="",
                 className="btn btn-sm btn-outline-secondary", **{"data-testid": "fairness-csv"})  # fmt: skip
    delete = html.Details(
        [
            html.Summary(text.FAIRNESS_DELETE, className="btn btn-sm btn-outline-secondary"),
            html.Button(text.FAIRNESS_DELETE_SURE, id=ids.FAIRNESS_DELETE, type="button",
                        className="btn btn-sm btn-danger"),
        ],
        className="sx-fairness-delete",
    )  # fmt: skip
    return [
        dcc.Store(id=ids.FAIRNESS_ID, data=row.id),
        html.Section(
            [
                html.Div([html.H2(row.title, dir="auto"), html.Div([csv, delete], className="sx-actions")],
                         className="sx-fairness-head"),
                html.P([about, " · ", time(row.created_at), " · ", row.user_name], className="sx-muted"),
                *(part for one in found for part in _comparison(one)),
                html.P(text.FAIRNESS_SOURCE, className="sx-muted"),
            ],
            className="sx-card sx-fairness",
        ),
    ]  # fmt: skip


def _comparison(found: Row) -> list[Component]:
    parts: list[Component] = [html.H3(found.attribute, dir="auto")] if found.attribute else []
    parts.append(html.P(_said(found), className="sx-note" if found.flagged else None))
    if found.hidden:
        parts.append(html.P(text.FAIRNESS_HIDDEN.format(n=found.hidden), className="sx-muted"))
    rates = [(text.FAIRNESS_SELECTION, "selection", found.total)]
    if found.total_scoring is not None:
        rates.append((text.FAIRNESS_SCORING, "scoring", found.total_scoring))
    return [*parts, *(_table(found, title, name, total) for title, name, total in rates), *_means(found)]


def _said(found: Row) -> str:
    if not found.compares:
        return text.FAIRNESS_NO_TWO
    return text.FAIRNESS_FLAGGED.format(n=found.flagged) if found.flagged else text.FAIRNESS_FINE


def _table(found: Row, title: str, name: str, total: Row) -> html.Div:
    """The groups in one rate. name: of services.figures.impact_ratios.Line."""
    labels = text.FAIRNESS_COLUMNS[name]
    rows = [_group(labels, line, getattr(line, name)) for line in found.lines]
    foot = html.Tr(
        [html.Th(text.FAIRNESS_TOTAL, scope="row"), _number(labels[1], f"{total.whole:,}"),
         _number(labels[2], f"{total.part:,}"), _number(labels[3], _percent(total.rate)), html.Td(),
         html.Td()],
        className="sx-fairness-total",
    )  # fmt: skip
    numbers = labels[1:5]
    head = [html.Th(label, scope="col", className="sx-number" if label in numbers else None) for label in labels]
    caption = html.Caption(f"{title}: {found.attribute}" if found.attribute else title)
    return html.Div(
        html.Table([caption, html.Thead(html.Tr(head)), html.Tbody([*rows, foot])],
                   className="sx-table sx-table-cards", **{"data-testid": f"fairness-{name}"}),
        className="sx-scroll",
    )  # fmt: skip


def _group(labels: Sequence[str], line: Row, rate: Row) -> html.Tr:
    name = html.Th(html.Span(line.name, dir="auto"), scope="row")
    if rate is None:
        why = text.FAIRNESS_NOT_SHOWN if line.hidden else text.FAIRNESS_NO_SCORES
        return html.Tr([name, html.Td(why, colSpan=5, className="sx-muted")], **{"data-hidden": str(line.hidden)})
    return html.Tr(
        [
            name,
            _number(labels[1], f"{rate.whole:,}"),
            _number(labels[2], f"{rate.part:,}"),
            _number(labels[3], _percent(rate.rate)),
            _number(labels[4], "–" if rate.ratio is None else f"{rate.ratio:.2f}"),
            html.Td(_finding(rate), **{"data-label": labels[5]}),
        ],
        **{"data-flagged": str(rate.flagged)},
    )


def _finding(rate: Row) -> Any:
    """Below four fifths or not, and whether chance may explain it."""
    if rate.ratio is None:
        return "–"
    if not rate.flagged:
        return html.Span(text.FAIRNESS_ABOVE, className="sx-muted")
    chance = text.FAIRNESS_CHANCE if rate.by_chance else text.FAIRNESS_NO_CHANCE
    p = text.FAIRNESS_P_TINY if rate.p < 0.001 else text.FAIRNESS_P.format(p=f"{rate.p:.3f}")
    return [html.Strong(text.FAIRNESS_BELOW, className="sx-problem"), html.Div(f"{chance} ({p})", className="sx-muted")]


def _means(found: Row) -> list[Component]:
    """Average scores, where the table told of some: they are shown, and no rule is about them."""
    scored = [line for line in found.lines if line.mean_score is not None]
    if not scored:
        return []
    labels = text.FAIRNESS_MEAN_COLUMNS
    rows = [
        html.Tr([html.Th(html.Span(line.name, dir="auto"), scope="row"), _number(labels[1], f"{line.mean_score:,.2f}"),
                 _number(labels[2], "–" if line.score_ratio is None else f"{line.score_ratio:.2f}")])
        for line in scored
    ]  # fmt: skip
    head = [html.Th(label, scope="col", className="sx-number" if at else None) for at, label in enumerate(labels)]
    made = html.Table([html.Caption(text.FAIRNESS_MEANS), html.Thead(html.Tr(head)), html.Tbody(rows)],
                      className="sx-table sx-table-cards", **{"data-testid": "fairness-means"})  # fmt: skip
    return [html.Div(made, className="sx-scroll")]


def _number(label: str, value: str) -> html.Td:
    return html.Td(value, className="sx-number", **{"data-label": label})


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"
