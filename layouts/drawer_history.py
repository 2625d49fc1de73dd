"""In the person drawer: what was done with them, by whom, and when. Pure."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import drawer_parts, text
from layouts.pages_searches import time


def event(event: Any) -> Component:
    if event.field in text.EVENTS:
        what: list[Any] = [html.Span(text.EVENTS[event.field].format(who=event.who))]
    elif event.field == "stage" and event.old == event.new:
        what = [html.Span((text.EVENT_REASON if event.reason else text.EVENT_REASON_BACK).format(who=event.who))]
    else:
        about = text.EVENT_VERDICT if event.criterion else text.EVENT_CHANGE
        what = [
            html.Span(about.format(who=event.who, field=_field(event.field), criterion=event.criterion)),
            html.Span([html.Span(_value(event.field, event.old)), " → ", html.Span(_value(event.field, event.new))]),
        ]
    undone = [drawer_parts.badge(text.EVENT_UNDONE)] if event.undone else []
    why = text.HISTORY_BY_SCORE.format(reason=event.by_score) if event.by_score else None
    if reason := text.REFUSE_REASONS.get(event.reason):
        why = text.HISTORY_REASON.format(reason=reason)
    return html.Li(
        [
            html.Div(what, className="sx-by", dir="auto"),
            html.Div(why, className="sx-by", dir="auto") if why else None,
            html.Div([time(event.at), *undone], className="sx-by sx-muted"),
        ],
        className="sx-undone" if event.undone else None,
    )


def _field(field: str) -> str:
    return text.FIELD_NAMES.get(field) or text.COLUMN_LABELS.get(field, field.replace("_", " ")).lower()


def _value(field: str, value: Any) -> str:
    """An old or new value in words."""
    if value is None or value in ("", []):
        return text.EVENT_NOTHING
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field == "filter_status":
        return status(str(value))
    words = {"stage": text.STAGES, "fit": text.FITS, "verdict": text.VERDICTS}.get(field.partition(":")[0], {})
    return words.get(str(value), str(value))


def status(status: str) -> str:
    if status == "active":
        return text.STATUS_TABS["active"]
    reason = text.FILTER_STATUSES.get(status) or status.removeprefix("filtered_").replace("_", " ")
    return text.PERSON_FILTERED.format(reason=reason[:1].lower() + reason[1:]) if reason else text.PERSON_FILTERED_OUT
