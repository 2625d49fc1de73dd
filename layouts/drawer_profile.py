"""In the person drawer: what is known of them, where it comes from, and where else they were seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import drawer_parts, text
from layouts.pages_searches import time

Person = Any


def facts(person: Person, *, tags: bool = True) -> list[Component]:
    facts: list[tuple[str, Any]] = [
        (text.PERSON_EMAIL, _link(person.email, person.email_link)),
        (text.PERSON_PHONE, person.phone),
        (text.PERSON_LINKEDIN, _link(person.linkedin_url, person.linkedin_link)),
        (text.PERSON_EXPERIENCE, _count(text.PERSON_YEARS, person.years_experience)),
        (text.PERSON_TENURE, _count(text.PERSON_MONTHS, person.current_tenure_months)),
        (text.PERSON_AVERAGE, _count(text.PERSON_MONTHS, person.average_tenure_months)),
        (text.PERSON_INDUSTRY, person.industry),
        (text.PERSON_COUNTRY, person.country),
        (text.PERSON_TAGS, _tags(person.tags) if tags else None),
        (text.PERSON_SOURCE, person.source or text.PERSON_NO_SOURCE),
        (text.PERSON_COLLECTED, time(person.collected_at)),
    ]
    shown = [(html.Dt(name), html.Dd(value, dir="auto")) for name, value in facts if value]
    return [html.Dl([part for pair in shown for part in pair], className="sx-facts")]


def dates(person: Person) -> list[Component]:
    """Whether they were told that they are kept, and how long they are."""
    told = (text.PERSON_TOLD, person.notified_at) if person.notified_at else (text.PERSON_TELL, person.notice_due)
    shown = [(html.Dt(name), html.Dd(time(at))) for name, at in (told, (text.PERSON_KEPT, person.kept_until))]
    return [html.Dl([part for pair in shown for part in pair], className="sx-facts")]


def contact(contact: Any) -> Component:
    """An e-mail or a telephone number, what its source says of it, and since when."""
    told = [text.PERSON_CONTACT_TYPES.get(contact.type, contact.type), contact.status, _vendor(contact.source)]
    said = " · ".join(part for part in told if part)
    value = html.Span(_link(contact.value, contact.link), dir="auto", className="sx-wrap")
    own = [drawer_parts.badge(text.PERSON_CONTACT_OWN)] if contact.own else []
    by = html.Div([html.Span(said), time(contact.at)], className="sx-by sx-muted")
    return html.Li([value, *own, by], **{"data-testid": "contact", "data-kind": contact.kind})


def lookup(lookup: Any) -> Component:
    outcome = text.PERSON_ASKED_OUTCOMES[lookup.outcome]
    said = text.PERSON_ASKED.format(vendor=_vendor(lookup.vendor), outcome=outcome)
    return html.Li(
        html.Div([html.Span(said), time(lookup.at)], className="sx-by sx-muted"), **{"data-testid": "lookup"}
    )


def known(known: Any) -> Component:
    # An archived search has no drawer: its page is its preview.
    where = "" if known.archived else f"?status=all&person={known.candidate_id}"
    href = f"/search/{known.search_id}{where}"
    more = [html.Span(["· ", time(known.stage_at)])] if known.stage_at else []
    if known.screened_at:
        more.append(html.Span([_said(text.PERSON_SCREENED, known.screened_by), " ", time(known.screened_at)]))
    if known.archived:
        more.append(html.Span(f"· {text.PERSON_ARCHIVED}"))
    by = [html.Span(_said(text.STAGES.get(known.stage, known.stage), known.stage_by)), *more]
    return html.Li([dcc.Link(known.title, href=href), html.Div(by, className="sx-by sx-muted")])


def position(position: Any) -> Component:
    return _entry(
        _joined(", ", position.title, position.company),
        _span(position.started_on, position.ended_on, position.is_current),
        position.location,
        position.description,
    )


def education(education: Any) -> Component:
    return _entry(
        _joined(", ", education.degree, education.field_of_study) or education.school,
        _span(education.started_on, education.ended_on, False),
        education.school if education.degree or education.field_of_study else "",
    )


def _entry(title: str, span: list[Any], *lines: str) -> Component:
    dates = [html.Div(html.Span(span), className="sx-by sx-muted")] if span else []
    more = [html.P(line, className="sx-muted sx-lines", dir="auto") for line in lines if line]
    return html.Li([html.Div(title, dir="auto"), *dates, *more])


def _said(what: str, who: str | None) -> str:
    return text.PERSON_BY.format(what=what, who=who) if who else what


def sources(sources: Sequence[Any]) -> list[Component]:
    """Closed until asked for: where each value comes from, and how old it is."""
    if not sources:
        return []
    rows = [
        html.Tr(
            [
                html.Th(text.DUPLICATE_FIELDS.get(found.field, found.field), scope="row"),
                html.Td([_origin(found.source), *([drawer_parts.badge(text.SOURCE_MERGED)] if found.merged else [])]),
                html.Td(time(found.at)),
            ]
        )
        for found in sources
    ]
    head = html.Tr([html.Th(name, scope="col") for name in text.SOURCE_COLUMNS])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="sx-sources")
    return [html.Details([html.Summary(text.PERSON_SOURCES_TITLE), table], className="sx-sources-box")]


def _origin(source: str) -> str:
    if source == "manual":
        return text.SOURCE_MANUAL
    return _vendor(source) or text.PERSON_NO_SOURCE


def summary(summary: str) -> list[Component]:
    return [html.H3(text.PERSON_SUMMARY), html.P(summary, className="sx-lines", dir="auto")] if summary else []


def skills(skills: Sequence[str]) -> list[Component]:
    return [html.H3(text.PERSON_SKILLS), _tags(skills)] if skills else []


def _tags(values: Iterable[str]) -> Component | None:
    tags = [html.Span(value, className="sx-tag", dir="auto") for value in values]
    return html.Div(tags, className="sx-tags sx-wrap") if tags else None


def _link(label: str, href: str | None) -> Any:
    """The address as a link where it may be one, else as plain text."""
    return html.A(label, href=href, target="_blank", rel="noopener noreferrer nofollow") if href else label


def _span(start: date | None, end: date | None, current: bool) -> list[Any]:
    """Months from – to; often no more of a date is true."""
    till = [text.PERSON_NOW] if current else [_month(end)] if end else []
    since = [_month(start)] if start else []
    return [*since, " – ", *till] if since and till else [*since, *till]


def _month(day: date) -> Component:
    return html.Time(f"{day:%b %Y}", dateTime=f"{day:%Y-%m}")


def _count(labels: tuple[str, str], value: float | None) -> str:
    """labels: for one, for any other number."""
    return "" if value is None else labels[value != 1].format(n=f"{value:g}")


def _joined(sign: str, *parts: str) -> str:
    return sign.join(part for part in parts if part)


def _vendor(name: str) -> str:
    return text.VENDOR_NAMES.get(name, name)
