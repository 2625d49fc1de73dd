"""What colleagues did with someone before, in words. Pure.

`Before` is services.decisions.collisions.Before, read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import text
from layouts.pages_searches import time

Before = Any


def known_before(before: Sequence[Before]) -> list[Component]:
    """What colleagues did with this person before, as a warning; nothing where nobody did anything."""
    if not before:
        return []
    rows = [html.Li([html.Span(sentence(one)), *_moment(one)], **{"data-testid": "known-before"}) for one in before]
    return [html.H3(text.TRIAGE_BEFORE), html.Ul(rows, className="sx-triage-before")]


def sentence(one: Before) -> str:
    """Screened by Bob 3 days ago in “Backend Bern”."""
    who = text.TRIAGE_WHO_YOU if one.own else one.who or text.TRIAGE_WHO_SOMEONE
    if one.what == "screened":
        said = text.TRIAGE_BEFORE_SCREENED.format(who=who)
    else:
        said = text.TRIAGE_BEFORE_STAGE.format(stage=text.STAGES.get(one.stage, one.stage), who=who)
    since = [] if one.days is None else [text.TRIAGE_DAYS[min(one.days, 2)].format(n=one.days)]
    where = text.TRIAGE_HERE if one.here else text.TRIAGE_IN.format(title=one.title)
    reason = text.REFUSE_REASONS.get(one.reason)
    why = [f"({text.TRIAGE_REASON.format(reason=reason)})"] if reason else []
    return " ".join([said, *since, where, *why])


def _moment(one: Before) -> list[Any]:
    return [] if one.at is None else [html.Span([" · ", time(one.at)], className="sx-muted")]
