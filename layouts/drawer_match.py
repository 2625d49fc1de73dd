"""How alike the open person is to what the view is compared with, and where else they would fit. Pure.

`Likeness` and `Fitting` here are those of services.matching.match_person, read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text


def likeness_section(likeness: Any, person_id: int, *, off: str = "") -> list[Component]:
    """likeness: None where the view is compared with nothing. off: why nobody can be compared."""
    more = html.Button(
        text.MATCH_MORE_LIKE, type="button", className="btn btn-sm btn-light", disabled=bool(off),
        **{"data-action": "match-person", "data-person": str(person_id)},
    )  # fmt: skip
    fits = html.Button(
        text.MATCH_FITTING, id=ids.MATCH_FITTING, type="button", className="btn btn-sm btn-light", disabled=bool(off)
    )
    buttons = html.Div([more, fits], className="sx-stage-row")
    note = [html.P(off, className="sx-muted")] if off else []
    return [
        html.H3(text.MATCH_SECTION),
        html.Div(_why(likeness) if likeness is not None else [], id=ids.MATCH_WHY),
        *note,
        buttons,
        html.Div(id=ids.MATCH_FITTING_LIST, role="status"),
    ]


def fitting_list(found: Any) -> list[Component]:
    """Searches whose job description is like the person, the most alike first; and how many were looked at."""
    looked = text.MATCH_LOOKED[found.compared != 1].format(n=f"{found.compared:,}")
    waiting = [text.MATCH_UNREAD[found.waiting != 1].format(n=f"{found.waiting:,}")] if found.waiting else []
    rows = [_fitting(one) for one in found.searches]
    return [
        html.Ul(rows) if rows else html.P(text.MATCH_FITS_NONE, className="sx-muted"),
        html.P(" ".join([looked, *waiting]), className="sx-muted"),
    ]


def common(words: Sequence[str]) -> list[Component]:
    """The words that two texts have in common; a line where there are none."""
    if not words:
        return [html.P(text.MATCH_NO_WORDS, className="sx-muted")]
    tags = [html.Span(word, className="sx-tag", dir="auto") for word in words]
    return [html.Div([html.Span(text.MATCH_WORDS, className="sx-muted"), *tags], className="sx-tags sx-wrap")]


def number(similarity: float) -> str:
    """As everywhere: two places."""
    return f"{similarity:.2f}"


def _why(likeness: Any) -> list[Component]:
    if likeness.similarity is None:
        return [html.P(text.MATCH_NOT_READ, className="sx-muted")]
    said = text.MATCH_SIMILARITY.format(similarity=number(likeness.similarity))
    return [html.P(html.Strong(said)), *common(likeness.words)]


def _fitting(one: Any) -> Component:
    there = [html.Span(text.MATCH_IS_IN, className="sx-badge")] if one.is_in else []
    by = html.Div([html.Span(number(one.similarity)), *there], className="sx-by sx-muted")
    return html.Li(
        [dcc.Link(one.title, href=f"/search/{one.id}"), by, *common(one.words)], **{"data-testid": "fitting-search"}
    )
