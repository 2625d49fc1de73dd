"""Comparing people on the page of a search: the menu beside the search text, and the line while it is read. Pure."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text

MAX_TEXT = 2_000


def match_menu(search_id: str, *, off: str = "", has_job: bool = True, may_make: bool = False) -> Component:
    """off: why nobody can be compared, "" where they can. has_job: the search has a job description.

    may_make: whoever looks may have people read who were not yet.
    """
    make = html.Button(
        text.MATCH_MAKE, id=ids.MATCH_MAKE, type="button", className="btn btn-sm btn-light", title=text.MATCH_MAKE_HINT
    )
    box = dcc.Textarea(
        id=ids.MATCH_TEXT, className="form-control form-control-sm", rows=3, maxLength=MAX_TEXT,
        placeholder=text.MATCH_TEXT_PLACEHOLDER, disabled=bool(off),
    )  # fmt: skip
    content = [
        *([html.P(off, className="sx-match-off", role="note")] if off else []),
        _choice(text.MATCH_JOB, text.MATCH_JOB_HINT if has_job else text.MATCH_NO_JOB, "job", bool(off) or not has_job),
        _choice(text.MATCH_TASTE, text.MATCH_TASTE_HINT, "taste", bool(off)),
        html.Label([html.Span(text.MATCH_TEXT), box]),
        html.Button(
            text.MATCH_TEXT_START, type="button", className="btn btn-sm btn-primary", disabled=bool(off),
            **{"data-action": "match", "data-value": "text"},
        ),
        html.Hr(className="dropdown-divider"),
        dcc.Link(text.MATCH_ELSEWHERE, href=f"/search/{search_id}/match", id=ids.MATCH_ELSEWHERE, className="sx-link"),
        html.Small(text.MATCH_HINT, className="sx-muted"),
        *([make] if may_make else []),
    ]  # fmt: skip
    return dbc.DropdownMenu(
        html.Div(content, className="sx-match-menu"), id=ids.MATCH_MENU, label=text.MATCH, size="sm", color="light"
    )


def match_wait() -> Component:
    """Shown while the job worker reads what people are compared with; grid_match.js shows and hides it."""
    stop = html.Button(text.MATCH_STOP, type="button", className="btn btn-sm btn-link", **{"data-action": "match-stop"})
    said = html.Span([html.Span(className="sx-match-spin", **{"aria-hidden": "true"}), text.MATCH_WAITING])
    return html.Div([said, stop], id=ids.MATCH_WAIT, className="sx-match-wait", role="status", hidden=True)


def like(found: Any) -> str:
    """What is compared with, in words. found: services.matching.matching.Match."""
    if found.kind == "taste":
        return text.MATCH_LIKE_TASTE.format(liked=f"{found.liked:,}", unliked=f"{found.unliked:,}")
    if found.kind == "people" and found.name:
        return text.MATCH_LIKE_ONE.format(name=found.name)
    if found.kind == "people":
        return text.MATCH_LIKE_PEOPLE[found.liked != 1].format(n=f"{found.liked:,}")
    if found.kind == "job":
        return text.MATCH_LIKE_OLD_JOB if found.is_old else text.MATCH_LIKE_JOB
    return text.MATCH_LIKE_TEXT.format(text=found.text if len(found.text) <= 60 else f"{found.text[:59]}…")


def match_sentence(found: Any, coverage: Any) -> str:
    """What a view is compared with, for its chip. found, coverage: Match and Coverage of services.matching.matching."""
    missing = coverage.people - coverage.compared
    if not missing:
        return like(found)
    return like(found) + text.MATCH_MISSING.format(missing=f"{missing:,}", people=f"{coverage.people:,}")


def _choice(label: str, hint: str, kind: str, disabled: bool) -> Component:
    return html.Button(
        [html.Span(label), html.Small(hint, className="sx-muted")],
        type="button", className="dropdown-item sx-match-choice", disabled=disabled,
        **{"data-action": "match", "data-value": kind},
    )  # fmt: skip
