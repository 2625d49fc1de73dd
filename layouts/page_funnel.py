"""The page `/search/<id>/funnel`: how many people have come how far, as a chart and as a table. Pure.

`Funnel` here is services.filtering.ledger.Funnel, read by name.
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, shell, text
from layouts.page_filter import crumbs

Funnel = Any


def funnel_page(*, search_id: str, title: str, found: Funnel) -> html.Div:
    """The whole page; without people, what to do."""
    if not found.loaded:
        link = dcc.Link(text.EMPTY_SEARCH_IMPORT, href=f"/search/{search_id}/import", className="btn btn-primary")
        body: list[Any] = [html.Div([html.P(text.FUNNEL_EMPTY), html.P(link)], className="sx-empty")]
    else:
        body = [
            html.Div(chart(found), className="sx-card sx-funnel", role="img", **{"aria-label": said(found)}),
            table(found),
            *_out(found, search_id),
        ]
    return shell.page(
        text.FUNNEL_TITLE,
        crumbs(search_id, title, "funnel"),
        html.P(text.FUNNEL_HINT, className="sx-muted"),
        *body,
        actions=dcc.Link(text.ANALYTICS_OPEN, href=f"/search/{search_id}/analytics", id=ids.ANALYTICS_OPEN,
                         className="btn btn-sm btn-outline-secondary"),
        term="funnel",
    )  # fmt: skip


def chart(found: Funnel) -> dcc.Graph:
    """Bars from the widest to the narrowest. Their colours come from filtering.css, for light and dark.

    The figure is plain: plotly's classes check it against 10 MB of descriptions that each web worker would hold.
    """
    steps = _steps(found)
    figure = {
        "data": [{
            "type": "funnel",
            "y": [label for label, _ in steps],
            "x": [people for _, people in steps],
            "texttemplate": "%{x:,}",
            "textposition": "auto",
            "hovertemplate": "%{y}: %{x:,}<extra></extra>",
            "connector": {"visible": False},
        }],
        "layout": {
            "margin": {"l": 96, "r": 0, "t": 4, "b": 4},
            "height": 52 * len(steps) + 8,
            "showlegend": False,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "yaxis": {"fixedrange": True},
            "xaxis": {"fixedrange": True, "visible": False},
        },
    }  # fmt: skip
    return dcc.Graph(id=ids.FUNNEL, figure=figure, responsive=True, config={"displayModeBar": False})


def said(found: Funnel) -> str:
    """The chart in words, for who does not see it."""
    return text.FUNNEL_CHART.format(steps=", ".join(f"{label} {people:,}" for label, people in _steps(found)))


def table(found: Funnel) -> html.Table:
    """The same figures, with shares."""
    labels = text.FUNNEL_COLUMNS
    head = [html.Th(n, scope="col", className=None if n == labels[0] else "sx-number") for n in labels]
    rows = []
    for label, people in _steps(found):
        cells = (
            f"{people:,}",
            _share(people, found.loaded),
            _share(people, found.active) if people <= found.active else "–",
        )
        rows.append(html.Tr([
            html.Th(label, scope="row"),
            *(html.Td(value, className="sx-number", **{"data-label": name})
              for name, value in zip(labels[1:], cells, strict=True)),
        ], **{"data-testid": "funnel-step"}))  # fmt: skip
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(rows)], id=ids.FUNNEL_TABLE, className="sx-table sx-funnel-table"
    )


def _out(found: Funnel, search_id: str) -> list[Component]:
    if not found.statuses:
        return []
    rows = [
        html.Tr([html.Th(text.FILTER_STATUSES.get(status, status), scope="row"),
                 html.Td(f"{people:,}", className="sx-number"),
                 html.Td(_share(people, found.loaded), className="sx-number")])
        for status, people in found.statuses.items()
    ]  # fmt: skip
    link = dcc.Link(text.FUNNEL_OUT, href=f"/search/{search_id}/ledger", className="sx-link")
    return [html.H2(link, className="sx-funnel-out"),
            html.Table(html.Tbody(rows), className="sx-table sx-funnel-table")]  # fmt: skip


def _steps(found: Funnel) -> list[tuple[str, int]]:
    return [(label, getattr(found, name)) for name, label in text.FUNNEL_STEPS.items()]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"
