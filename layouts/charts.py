"""Charts of one series of figures, for plotly. Pure.

Figures are plain: plotly's classes check them against 10 MB of descriptions that each web worker would hold. Their
colours come from charts.css, for light and dark. A chart goes with a table that says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from dash import dcc, html

ROW = 30
# A label longer than this takes the room of the bars.
LONGEST = 26
# So many short labels stand side by side on a phone; of more, some are shown that leave each other room.
MOST_FITTING, MOST_LABELS = 10, 6
# As in tokens.css, since plotly measures texts to make room for them.
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"


def columns(
    name: str,
    said: str,
    labels: Sequence[str],
    values: Sequence[float],
    *,
    unit: str = "%{y:,}",
    most: float | None = None,
) -> html.Div:
    """Upright bars, from left to right. name: its id; said: the chart in words; unit: plotly's template of a value;
    most: the end of the scale, where it is known."""
    data = {
        "type": "bar", "x": list(labels), "y": list(values), "hovertemplate": f"%{{x}}: {unit}<extra></extra>",
        "cliponaxis": False,
    }  # fmt: skip
    scale: dict[str, Any] = {"rangemode": "tozero"} if most is None else {"range": [0, most]}
    every = labels if len(labels) <= MOST_FITTING else labels[:: -(-len(labels) // MOST_LABELS)]
    axes = {
        "xaxis": {
            "fixedrange": True,
            "type": "category",
            "tickangle": 0,
            "automargin": True,
            "showgrid": False,
            "tickvals": list(every),
        },
        "yaxis": {"fixedrange": True, **scale, "nticks": 5, "automargin": True, "zeroline": False},
    }
    return _chart(name, said, [data], axes, 220, bottom=28)


def bars(name: str, said: str, labels: Sequence[str], values: Sequence[float], *, unit: str) -> html.Div:
    """Lying bars, from the top down, each with its value beside it. unit: plotly's template of a value."""
    names = [_short(label, at) for at, label in enumerate(labels)]
    data = {
        "type": "bar", "orientation": "h", "y": names, "x": list(values),
        "texttemplate": unit, "textposition": "outside", "cliponaxis": False,
        "customdata": [escape(label) for label in labels],
        "hovertemplate": f"%{{customdata}}: {unit}<extra></extra>",
    }  # fmt: skip
    # Room for the largest value's text, which stands outside its bar.
    most = max(values, default=0) or 1
    axes = {
        "xaxis": {"fixedrange": True, "visible": False, "range": [0, most * 1.25]},
        "yaxis": {"fixedrange": True, "type": "category", "autorange": "reversed", "automargin": True, "ticks": ""},
    }
    return _chart(name, said, [data], axes, ROW * len(labels) + 16)


def funnel(name: str, said: str, labels: Sequence[str], values: Sequence[int]) -> html.Div:
    """Bars from the widest to the narrowest."""
    data = {
        "type": "funnel", "y": list(labels), "x": list(values), "texttemplate": "%{x:,}", "textposition": "auto",
        "hovertemplate": "%{y}: %{x:,}<extra></extra>", "connector": {"visible": False},
    }  # fmt: skip
    axes = {
        "yaxis": {"fixedrange": True, "automargin": True},
        "xaxis": {"fixedrange": True, "visible": False},
    }
    return _chart(name, said, [data], axes, 40 * len(labels) + 8)


def _chart(
    name: str, said: str, data: list[dict[str, Any]], axes: dict[str, Any], height: int, *, bottom: int = 4
) -> html.Div:
    layout = {
        "margin": {"l": 4, "r": 4, "t": 8, "b": bottom, "pad": 4}, "height": height, "showlegend": False, "bargap": 0.3,
        "font": {"family": FONT, "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", **axes,
    }  # fmt: skip
    graph = dcc.Graph(
        id=name, figure={"data": data, "layout": layout}, responsive=True, config={"displayModeBar": False},
        style={"height": f"{height}px"},
    )  # fmt: skip
    return html.Div(graph, className="sx-chart", role="img", **{"aria-label": said})


def _short(label: str, at: int) -> str:
    """Of two that begin alike each keeps a bar of its own: plotly puts what has one name into one place."""
    short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
    # Invisible signs, as many as its place says. Plotly reads some tags in its texts.
    return escape(short) + "\u200b" * at
