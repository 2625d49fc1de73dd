"""The pages `/analytics` and `/search/<id>/analytics`: how searches go, as charts and as tables. Pure.

Figures come from services.figures.analytics; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from layouts import analytics_tables, charts, ids, shell, text
from layouts.analytics_tables import Table

Analytics = Any
PERIODS = (30, 90, 365, None)


def page(found: Analytics, search_id: str | None = None, title: str = "", *, zone: str = "UTC") -> html.Div:
    """The whole page; without people, what to do. title: of the search that it is about. zone: of its weeks."""
    base = f"/search/{search_id}/analytics" if search_id else "/analytics"
    into = [] if search_id is None else [
        html.P([text.SCREEN_INTO, dcc.Link(title, href=f"/search/{search_id}", className="sx-link"), " · ",
                dcc.Link(text.ANALYTICS_EVERY, href="/analytics", className="sx-link")]),
    ]  # fmt: skip
    return shell.page(
        text.ANALYTICS_TITLE,
        *into,
        html.P(text.ANALYTICS_HINT_ONE if search_id else text.ANALYTICS_HINT, className="sx-muted"),
        _periods(found, base),
        *_body(found, base, search_id, zone),
        term="analytics",
    )


def _periods(found: Analytics, base: str) -> html.Nav:
    """Which people figures are about, by when they were added."""
    links, look = list[Any](), "btn btn-sm btn-outline-secondary"
    for period in PERIODS:
        label = text.ANALYTICS_PERIODS[period]
        if period == found.period:
            links.append(html.Span(label, className=look, **{"aria-current": "page"}))
        else:
            links.append(dcc.Link(label, href=base if period is None else f"{base}/{period}", className=look))
    return html.Nav(links, className="sx-actions sx-versions sx-periods", **{"aria-label": text.ANALYTICS_PERIOD})


def _body(found: Analytics, base: str, search_id: str | None, zone: str) -> list[Component]:
    if not found.people:
        to = (f"/search/{search_id}/import", text.EMPTY_SEARCH_IMPORT) if search_id else ("/", text.TO_SEARCHES)
        link = dcc.Link(to[1], href=to[0], className="btn btn-primary")
        return [html.Div([html.P(text.ANALYTICS_EMPTY), html.P(link)], className="sx-empty")]
    asked = {"search": search_id or "", "period": "" if found.period is None else str(found.period),
             "zone": zone}  # fmt: skip
    panels = [_panel(asked, table) for table in analytics_tables.tables(found)]
    return [html.Div(panels, id=ids.ANALYTICS, className="sx-figures")]


def _panel(asked: Mapping[str, str], table: Table) -> html.Section:
    """Heading, chart, the same as a table, and as a file; without figures, why there are none."""
    name, title = f"analytics-{table.name}", text.ANALYTICS_TITLES[table.name]
    head: list[Component] = [html.H2(title, id=f"{name}-title")]
    chart: Component = html.P(text.ANALYTICS_NONE[table.name], className="sx-figure-none")
    if table.drawn:
        chart = _CHARTS[table.name](table)
    if table.rows:
        href = "/analytics.csv?" + urlencode({"table": table.name, **asked})
        head.append(html.A(text.ANALYTICS_CSV, href=href, download="", className="sx-link",
                           **{"aria-label": text.ANALYTICS_CSV_OF.format(name=title)}))  # fmt: skip
    return html.Section(
        [
            html.Div(head, className="sx-figure-head"),
            html.P(text.ANALYTICS_HINTS[table.name], className="sx-muted"),
            chart,
            html.Details([html.Summary(text.ANALYTICS_TABLE), _table(table)]) if table.rows else None,
        ],
        className="sx-card sx-figure", **{"aria-labelledby": f"{name}-title", "data-testid": name},
    )  # fmt: skip


def _table(table: Table) -> html.Div:
    head = [html.Th(label, scope="col", className="sx-number" if at else None) for at, label in enumerate(table.head)]
    rows = []
    for row, link in zip(table.shown, table.links, strict=True):
        first: Any = dcc.Link(row[0], href=link, className="sx-link") if link else row[0]
        cells = [html.Td(cell, className="sx-number") for cell in row[1:]]
        rows.append(html.Tr([html.Th(html.Span(first, dir="auto"), scope="row"), *cells]))
    made = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="sx-table")
    return html.Div(made, className="sx-scroll", tabIndex=0, role="region",
                    **{"aria-label": text.ANALYTICS_TITLES[table.name]})  # fmt: skip


def _said(table: Table, unit: str = "") -> str:
    """A chart in words, for who does not see it."""
    figures = ", ".join(f"{label} {value:,.6g}{unit}" for label, value in table.drawn)
    return f"{text.ANALYTICS_TITLES[table.name]}: {figures}"


def _drawn(table: Table) -> tuple[Sequence[str], Sequence[float]]:
    return [label for label, _ in table.drawn], [value for _, value in table.drawn]


_CHARTS: Mapping[str, Callable[[Table], Component]] = {
    "funnel": lambda t: charts.funnel(ids.ANALYTICS_FUNNEL, _said(t), *_drawn(t)),
    "sources": lambda t: charts.bars(ids.ANALYTICS_SOURCES, _said(t, " %"), *_drawn(t), unit="%{x:.1f} %"),
    "stages": lambda t: charts.bars(ids.ANALYTICS_STAGES, _said(t, " d"), *_drawn(t), unit="%{x:,.1f} d"),
    "scores": lambda t: charts.columns(ids.ANALYTICS_SCORES, _said(t), *_drawn(t)),
    "reasons": lambda t: charts.bars(ids.ANALYTICS_REASONS, _said(t), *_drawn(t), unit="%{x:,}"),
    "costs": lambda t: charts.bars(ids.ANALYTICS_COSTS, _said(t, " $"), *_drawn(t), unit="$%{x:,.2f}"),
    "team": lambda t: charts.bars(ids.ANALYTICS_TEAM, _said(t), *_drawn(t), unit="%{x:,}"),
    "weeks": lambda t: charts.columns(ids.ANALYTICS_WEEKS, _said(t), *_drawn(t)),
}
