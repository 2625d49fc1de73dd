"""The page `/search/<id>/match`: people of other searches who are like what this one looks for. Pure.

`Found` here is services.matching.rediscovery.Found, `Match` services.matching.matching.Match; read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import drawer_match, ids, shell, text
from layouts.match_menu import MAX_TEXT, like

Found = Any
Match = Any
POLL_MS = 1_500


def rediscovery_page(
    *,
    search_id: str,
    title: str,
    body: Component,
    match: int | None,
    waiting: bool,
    off: str,
    has_job: bool,
    notices: Sequence[str] = (),
) -> html.Div:
    """body: what there is by now (found, reading, or why not). off: why nobody can be compared. notices: what was left
    out of the address."""
    box = dcc.Textarea(
        id=ids.REDISCOVER_TEXT, className="form-control form-control-sm", rows=2, maxLength=MAX_TEXT,
        placeholder=text.MATCH_TEXT_PLACEHOLDER, disabled=bool(off),
    )  # fmt: skip
    job = html.Button(
        text.MATCH_JOB, id=ids.REDISCOVER_JOB, type="button", className="btn btn-sm btn-light",
        disabled=bool(off) or not has_job, title=text.MATCH_JOB_HINT if has_job else text.MATCH_NO_JOB,
    )  # fmt: skip
    start = html.Button(
        text.MATCH_TEXT_START, id=ids.REDISCOVER_START, type="button", className="btn btn-sm btn-primary",
        disabled=bool(off),
    )  # fmt: skip
    return shell.page(
        text.REDISCOVER_TITLE,
        html.P([text.REDISCOVER_FOR, dcc.Link(title, href=f"/search/{search_id}", className="sx-link")]),
        html.P(text.REDISCOVER_HINT, className="sx-muted"),
        *(html.P(notice, className="sx-note", role="status") for notice in notices),
        html.Div(
            [html.Label([html.Span(text.MATCH_TEXT), box]), html.Div([start, job], className="sx-actions")],
            className="sx-card sx-form sx-rediscover-ask",
        ),
        html.Div(body, id=ids.REDISCOVER_BODY, role="status"),
        dcc.Store(id=ids.REDISCOVER_SEARCH, data=search_id),
        dcc.Store(id=ids.REDISCOVER_MATCH, data=match),
        dcc.Interval(id=ids.REDISCOVER_CLOCK, interval=POLL_MS, disabled=not waiting),
        term="likeness",
    )


def reading() -> Component:
    """While the job worker reads what people are compared with."""
    spin = html.Span(className="sx-match-spin", **{"aria-hidden": "true"})
    return html.Div(html.Span([spin, text.REDISCOVER_READING]), className="sx-match-wait")


def problem(message: str) -> Component:
    """In place of people."""
    return html.Div(html.P(message), className="sx-empty")


def people(match: Match, found: Found, *, editable: bool) -> Component:
    """The most alike first, each with a box to choose them, and the button that adds who was chosen."""
    if not found.people:
        return problem(text.REDISCOVER_NOBODY if found.among or not found.exact else text.REDISCOVER_NO_OTHERS)
    among = f"{found.among:,}" if found.exact else text.REDISCOVER_MANY.format(n=f"{found.among:,}")
    said = text.REDISCOVER_SAID.format(like=like(match), n=f"{len(found.people):,}", among=among)
    rows = [_person(one, editable) for one in found.people]
    add = html.Button(text.REDISCOVER_ADD, id=ids.REDISCOVER_ADD, type="button", className="btn btn-sm btn-primary")
    return html.Div([
        html.Div([html.P(said), *([add] if editable else [])], className="sx-rediscover-head"),
        html.Ul(rows, className="sx-rediscover-list"),
    ])  # fmt: skip


def _person(one: Any, editable: bool) -> Component:
    name = one.full_name or text.PERSON_UNNAMED
    job = one.headline or one.title or one.company
    if one.title and one.company:
        job = text.PERSON_TITLE_AT.format(title=one.title, company=one.company)
    who = html.Div([
        html.Strong(name, dir="auto"), html.Span(" · ".join(part for part in (job, one.location) if part), dir="auto"),
    ], className="sx-rediscover-who")  # fmt: skip
    marks = (
        [html.Span(text.PERSON_DO_NOT_CONTACT, className="sx-badge sx-badge-rejected")] if one.do_not_contact else []
    )
    known = html.Div([
        html.Span(drawer_match.number(one.similarity), className="sx-person-score"), *marks, *map(_place, one.places),
    ], className="sx-by sx-muted")  # fmt: skip
    common = drawer_match.common(one.words)
    box = dcc.Checklist(id=ids.rediscover_choice(one.id), options=[{"label": _label(name), "value": one.id}], value=[])
    return html.Li([*([box] if editable else []), html.Div([who, known, *common])], **{"data-testid": "known-person"})


def _label(name: str) -> Component:
    return html.Span(text.REDISCOVER_CHOOSE.format(name=name), className="visually-hidden")


def _place(place: Any) -> Component:
    stage = text.STAGES.get(place["stage"], place["stage"])
    href = f"/search/{place['search_id']}?status=all&person={place['candidate_id']}"
    return html.Span([dcc.Link(place["title"], href=href), f" ({stage})"])
