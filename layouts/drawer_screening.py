"""What the drawer says of a screening: verdicts with evidence, how they make the score, and one's own decision. Pure.

`Explanation` is services.screening.verdicts.Explanation, `Override` services.screening.overrides.Override; read by
name.
"""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_searches import time

Explanation = Any
MAX_REASON = 2000


def explanation_section(found: Explanation, *, editable: bool = False) -> list[Component]:
    """Verdicts, each with its part in the score; nothing before the first screening. editable: may be decided about."""
    if not found.verdicts:
        return []
    notes = [_suspect(found.suspect)] if found.suspect else []
    notes += [_stale(found)] if found.stale else []
    rows = [_verdict(one, editable) for one in found.verdicts]
    return [
        html.H3(text.PERSON_VERDICTS), *notes,
        html.P(id=ids.VERDICT_PROBLEM, className="sx-problem", role="alert"),
        html.Ul(rows, id=ids.CANDIDATE_EVIDENCE),
        html.P(_sum(found), className="sx-muted sx-score-sum", **{"data-testid": "score-sum"}),
    ]  # fmt: skip


def override_section(person: Any) -> list[Component]:
    """A form that is closed until asked for, for whoever may change the search."""
    if not person.editable:
        return []
    options = [{"label": label, "value": fit} for fit, label in text.FITS.items()]
    form = html.Div(
        [
            html.P(text.OVERRIDE_HINT, className="sx-muted"),
            html.Label([html.Span(text.OVERRIDE_FIT), dbc.Select(
                id=ids.OVERRIDE_FIT, options=options, value=person.fit or "possible", size="sm")]),
            html.Label([html.Span(text.OVERRIDE_REASON), dbc.Textarea(
                id=ids.OVERRIDE_REASON, rows=2, maxLength=MAX_REASON, placeholder=text.OVERRIDE_PLACEHOLDER)]),
            html.P(id=ids.OVERRIDE_PROBLEM, className="sx-problem", role="alert"),
            html.Button(text.OVERRIDE_SAVE, id=ids.OVERRIDE_SAVE, type="button", className="btn btn-sm btn-primary"),
        ],
        className="sx-override",
    )  # fmt: skip
    return [html.Details([html.Summary(text.OVERRIDE_OPEN, id=ids.OVERRIDE_OPEN), form], className="sx-override-box")]


def _verdict(one: Any, editable: bool) -> Component:
    head = html.Div(
        [
            html.Span(one.criterion, dir="auto"),
            html.Span(text.CRITERION_KINDS.get(one.kind, one.kind), className="sx-muted sx-kind"),
            html.Span(text.VERDICTS.get(one.verdict, one.verdict), className=f"sx-badge sx-badge-{_tone(one)}"),
            html.Span(_points(one), className="sx-points sx-muted"),
        ],
        className="sx-verdict",
    )
    source = html.Span(f" {text.EVIDENCE_FROM.format(field=_field(one.field))}")
    quote = [html.Blockquote([one.quote, source], className="sx-quote", dir="auto")] if one.quote else []
    cap = [html.P(text.SCORE_CAPS[one.caps_fit], className="sx-muted sx-by")] if one.caps_fit else []
    review = _review(one) if editable else []
    told = {"data-verdict": one.verdict, "data-said": one.said, "data-column": one.column}
    return html.Li([head, *_decision(one), *quote, *cap, *review], **told)


def _decision(one: Any) -> list[Component]:
    """Both values, who decided and why."""
    if one.decision is None:
        return []
    said, who = text.VERDICTS[one.said].lower(), one.decision.by or text.VERDICT_SOMEONE
    agreed = one.decision.verdict == one.said
    words = (text.VERDICT_AGREED if agreed else text.VERDICT_DECIDED).format(who=who, said=said)
    reason = [html.Span(one.decision.reason, dir="auto")] if one.decision.reason else []
    moment = [time(one.decision.at)] if one.decision.at else []
    return [
        html.P([html.Span(words), *reason, *moment], className="sx-muted sx-by", **{"data-testid": "verdict-decision"})
    ]


def _review(one: Any) -> list[Component]:
    """Agree by one click; to decide differently takes a reason, so it is folded away."""
    spoken = {"aria-label": text.VERDICT_AGREE_LABEL.format(criterion=one.criterion)}
    agree = html.Button(
        text.VERDICT_AGREE, id=ids.verdict_agree(one.criterion_id), value=one.said, type="button",
        className="btn btn-sm btn-link", **spoken,
    )  # fmt: skip
    others = [{"label": label, "value": verdict} for verdict, label in text.VERDICTS.items() if verdict != one.verdict]
    form = html.Div(
        [
            html.Label([html.Span(text.VERDICT_CHOICE.format(criterion=one.criterion)), dbc.Select(
                id=ids.verdict_choice(one.criterion_id), options=others, value=others[0]["value"], size="sm")]),
            html.Label([html.Span(text.OVERRIDE_REASON), dbc.Textarea(
                id=ids.verdict_reason(one.criterion_id), rows=2, maxLength=MAX_REASON,
                placeholder=text.VERDICT_PLACEHOLDER)]),
            html.Button(text.OVERRIDE_SAVE, id=ids.verdict_save(one.criterion_id), type="button",
                        className="btn btn-sm btn-primary"),
        ],
        className="sx-override",
    )  # fmt: skip
    change = html.Details([html.Summary(text.VERDICT_DIFFERENT), form], className="sx-verdict-form")
    unreviewed = one.decision is None or one.decision.verdict != one.said
    return [html.Div([*([agree] if unreviewed else []), change], className="sx-verdict-review")]


def _points(one: Any) -> str:
    if one.kind == "avoid":
        return f"{one.points:.1f}" if one.points else "0"
    return text.SCORE_OF.format(points=f"{one.points:.1f}", best=f"{one.best:.1f}")


def _sum(found: Explanation) -> str:
    if found.score is None:
        return text.SCORE_NONE
    fit = text.FITS.get(found.fit, found.fit)
    return text.SCORE_SUM.format(score=f"{found.score:g}", fit=fit.lower(), version=found.version)


def _stale(found: Explanation) -> Component:
    said = [text.STALE[reason].format(version=found.version, newest=found.newest) for reason in found.stale]
    return html.P(
        [html.Span(text.STALE_BADGE, className="sx-badge sx-badge-unknown"), " ", " ".join(said), " ", text.STALE_HINT],
        className="sx-stale-verdicts", **{"data-testid": "stale-verdicts", "data-stale": " ".join(found.stale)},
    )  # fmt: skip


def _suspect(field: str) -> Component:
    return html.P(
        text.SUSPECT_HINT.format(field=_field(field)), className="sx-stale-verdicts", **{"data-testid": "suspect-text"}
    )


def _field(field: str) -> str:
    return text.FIELD_NAMES.get(field) or text.COLUMN_LABELS.get(field, field.replace("_", " ")).lower()


def _tone(one: Any) -> str:
    """Colour of a verdict: to have what should be avoided is bad news."""
    if one.verdict == "unknown":
        return "unknown"
    return "strong" if (one.verdict == "pass") is (one.kind != "avoid") else "weak"
