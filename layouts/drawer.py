"""The person drawer: who they are, where they stand, why, and what was said about them. Pure.

`Person` here is services.person.Person; layouts import no services, so its parts are read by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import drawer_edit, drawer_erase, drawer_reject, drawer_screening, drawer_tags, ids, text
from layouts.known_before import Before, known_before
from layouts.pages_searches import time
from layouts.person_why import was_out, why_out

Person = Any
MAX_NOTE = 5000


def drawer() -> Component:
    """The frame, empty and closed. The note box stands outside of what changes with the person."""
    return html.Div(
        id=ids.CANDIDATE_DRAWER,
        className="sx-drawer",
        role="dialog",
        tabIndex=-1,
        hidden=True,
        **{"aria-label": text.DRAWER_LABEL},
        children=[
            html.Div(
                className="sx-drawer-bar",
                children=[
                    _button("←", "prev", id=ids.DRAWER_PREV, spoken=text.PREVIOUS),
                    _button("→", "next", id=ids.DRAWER_NEXT, spoken=text.NEXT),
                    html.Span(text.DRAWER_KEYS, className="sx-muted sx-drawer-keys"),
                    _button("×", "close-person", id=ids.DRAWER_CLOSE, spoken=text.CLOSE),
                ],
            ),
            html.Div(skeleton(), id=ids.PERSON_BODY, className="sx-drawer-body"),
            html.Div(
                className="sx-note-box",
                children=[
                    html.Label(text.NOTE_LABEL, htmlFor=ids.NOTE_INPUT, className="visually-hidden"),
                    dcc.Textarea(
                        id=ids.NOTE_INPUT, className="form-control form-control-sm", rows=2, maxLength=MAX_NOTE,
                        placeholder=text.NOTE_PLACEHOLDER,
                    ),
                    html.Button(text.NOTE_SAVE, id=ids.NOTE_SAVE, type="button", className="btn btn-sm btn-light"),
                ],
            ),
        ],
    )  # fmt: skip


def skeleton() -> Component:
    """Stands in for a person who is being fetched."""
    return html.Div(
        [html.Span(className="sx-cell-skeleton") for _ in range(6)],
        className="sx-drawer-skeleton",
        role="status",
        **{"aria-label": text.LOADING},
    )


def gone() -> list[Component]:
    """In place of someone who was deleted."""
    return [html.H2(text.PERSON_GONE_TITLE, className="sx-gone"), html.P(text.PERSON_GONE, className="sx-muted")]


def failed(message: str, person_id: str | None) -> list[Component]:
    """In place of someone who could not be fetched; person_id: whom to try again."""
    retry = [_button(text.PERSON_RETRY, "open-person", person=person_id)] if person_id else []
    return [html.H2(text.PERSON_FAILED_TITLE), html.P(message, className="sx-muted"), *retry]


def person_body(
    person: Person, reasons: Any = None, likeness: Sequence[Component] = (), *, may_erase: bool = False,
    before: Sequence[Before] = (),
) -> list[Component]:  # fmt: skip
    """All about one person; sections with nothing in them are left out. reasons: services.ledger.Reasons.

    likeness: drawer_match.likeness_section(). may_erase: who looks is an admin. before: what colleagues did with them.
    """
    sections = (
        _head(person),
        why_out(reasons, person.editable) if reasons else [],
        _stage(person),
        drawer_tags.section(person.tags) if person.editable else [],
        known_before([one for one in before if not one.own]),
        _facts(person, tags=not person.editable),
        drawer_edit.edited_section(person),
        drawer_edit.form_section(person),
        _section(text.PERSON_CONTACTS, [*map(_contact, person.contacts), *map(_asked, person.lookups)]),
        likeness,
        drawer_screening.explanation_section(person.explanation, editable=person.editable),
        drawer_screening.override_section(person),
        _section(text.PERSON_NOTES, [_note(n) for n in person.notes], className="sx-notes"),
        _section(text.PERSON_KNOWN, [_known(k) for k in person.known]),
        _summary(person.summary),
        _section(text.PERSON_POSITIONS, [_position(p) for p in person.positions]),
        _section(text.PERSON_EDUCATIONS, [_education(e) for e in person.educations]),
        _skills(person.skills),
        was_out(reasons) if reasons else [],
        _section(text.PERSON_HISTORY, [_event(e) for e in person.history]),
        _sources(person.sources),
        _raw(),
        drawer_erase.section() if may_erase else [],
    )
    return [part for section in sections for part in section]


def triage_parts(person: Person, reasons: Any = None) -> tuple[list[Component], list[Component]]:
    """For one person a screen: what a decision goes by, and who they are besides. Nothing in it can be pressed."""
    decided_by = (
        _head(person),
        why_out(reasons, False) if reasons else [],
        drawer_screening.explanation_section(person.explanation),
        _section(text.PERSON_NOTES, [_note(n, may_delete=False) for n in person.notes], className="sx-notes"),
    )
    besides = (
        _facts(person),
        _summary(person.summary),
        _section(text.PERSON_POSITIONS, [_position(p) for p in person.positions]),
        _section(text.PERSON_EDUCATIONS, [_education(e) for e in person.educations]),
        _skills(person.skills),
        _section(text.PERSON_HISTORY, [_event(e) for e in person.history]),
    )
    left, right = ([part for section in sections for part in section] for sections in (decided_by, besides))
    return left, right


def raw_body(body: str) -> Component:
    """Raw data, to be read and copied; scrolls by keyboard."""
    if not body:
        return html.P(text.RAW_NONE, className="sx-muted")
    return html.Pre(body, className="sx-raw", tabIndex=0, role="region", **{"aria-label": text.RAW_TITLE})


def _head(person: Person) -> list[Component]:
    job = person.headline or person.title or person.company
    if person.title and person.company:
        job = text.PERSON_TITLE_AT.format(title=person.title, company=person.company)
    more = person.headline if person.headline and person.headline != job else ""
    return [
        html.H2(person.full_name or text.PERSON_UNNAMED, dir="auto"),
        *(html.P(line, dir="auto", className=kind) for line, kind in (
            (job, "sx-job"), (more, "sx-muted"), (person.location, "sx-muted")) if line),
        html.Div(_badges(person), className="sx-badges"),
    ]  # fmt: skip


def _badges(person: Person) -> list[Component]:
    badges = []
    if person.score is not None:
        badges.append(html.Strong(text.PERSON_SCORE.format(score=f"{person.score:g}"), className="sx-person-score"))
    if person.fit:
        badges.append(_badge(text.FITS.get(person.fit, person.fit), person.fit))
    if not person.editable:
        badges.append(_badge(text.STAGES.get(person.stage, person.stage), person.stage))
    if person.filter_status != "active":
        badges.append(_badge(_status(person.filter_status), "rejected"))
    if person.do_not_contact:
        badges.append(_badge(text.PERSON_DO_NOT_CONTACT, "rejected"))
    if person.screened_at:
        badges.append(html.Span([f"{text.PERSON_SCREENED} ", time(person.screened_at)], className="sx-muted"))
    if person.override:
        said = text.PERSON_OVERRIDE.format(
            fit=text.FITS[person.override.fit].lower(), who=person.override.by, reason=person.override.reason
        )
        badges.append(html.Span([said, " · ", time(person.override.at)], className="sx-muted", dir="auto"))
    return badges


def _stage(person: Person) -> list[Component]:
    if not person.editable:
        return []
    buttons = [
        html.Button(
            label,
            type="button",
            className="btn btn-sm btn-light",
            **{"data-action": "stage-person", "data-value": stage, "aria-pressed": str(stage == person.stage).lower()},
        )
        for stage, label in text.STAGES.items()
    ]
    label = {"aria-label": text.PERSON_STAGE}
    return [
        html.Div(buttons, id=ids.STAGE_SELECT, className="sx-stage-row", role="group", **label),
        drawer_reject.section(),
    ]


def _facts(person: Person, *, tags: bool = True) -> list[Component]:
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


def _contact(contact: Any) -> Component:
    """An e-mail or a telephone number, what its source says of it, and since when."""
    told = [text.PERSON_CONTACT_TYPES.get(contact.type, contact.type), contact.status, _vendor(contact.source)]
    said = " · ".join(part for part in told if part)
    value = html.Span(_link(contact.value, contact.link), dir="auto", className="sx-wrap")
    own = [_badge(text.PERSON_CONTACT_OWN)] if contact.own else []
    by = html.Div([html.Span(said), time(contact.at)], className="sx-by sx-muted")
    return html.Li([value, *own, by], **{"data-testid": "contact", "data-kind": contact.kind})


def _asked(lookup: Any) -> Component:
    outcome = text.PERSON_ASKED_OUTCOMES[lookup.outcome]
    said = text.PERSON_ASKED.format(vendor=_vendor(lookup.vendor), outcome=outcome)
    return html.Li(
        html.Div([html.Span(said), time(lookup.at)], className="sx-by sx-muted"), **{"data-testid": "lookup"}
    )


def _vendor(name: str) -> str:
    return text.VENDOR_NAMES.get(name, name)


def _note(note: Any, *, may_delete: bool = True) -> Component:
    start = note.body if len(note.body) <= 40 else f"{note.body[:40]}…"
    label = {"aria-label": text.NOTE_DELETE_LABEL.format(start=start)}
    delete = html.Button(
        text.NOTE_DELETE, id=ids.note_delete(note.id), type="button", className="btn btn-sm btn-link", **label
    )
    by = html.Div(
        [html.Span(note.author), time(note.at), *([delete] if note.own and may_delete else [])],
        className="sx-by sx-muted",
    )
    return html.Li([html.P(note.body, className="sx-lines", dir="auto"), by], **{"data-testid": "note"})


def _known(known: Any) -> Component:
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


def _position(position: Any) -> Component:
    return _entry(
        _joined(", ", position.title, position.company),
        _span(position.started_on, position.ended_on, position.is_current),
        position.location,
        position.description,
    )


def _education(education: Any) -> Component:
    return _entry(
        _joined(", ", education.degree, education.field_of_study) or education.school,
        _span(education.started_on, education.ended_on, False),
        education.school if education.degree or education.field_of_study else "",
    )


def _entry(title: str, span: list[Any], *lines: str) -> Component:
    dates = [html.Div(html.Span(span), className="sx-by sx-muted")] if span else []
    more = [html.P(line, className="sx-muted sx-lines", dir="auto") for line in lines if line]
    return html.Li([html.Div(title, dir="auto"), *dates, *more])


def _event(event: Any) -> Component:
    if event.field in text.EVENTS:
        what: list[Any] = [html.Span(text.EVENTS[event.field].format(who=event.who))]
    else:
        about = text.EVENT_VERDICT if event.criterion else text.EVENT_CHANGE
        what = [
            html.Span(about.format(who=event.who, field=_field(event.field), criterion=event.criterion)),
            html.Span([html.Span(_value(event.field, event.old)), " → ", html.Span(_value(event.field, event.new))]),
        ]
    undone = [_badge(text.EVENT_UNDONE)] if event.undone else []
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


def _said(what: str, who: str | None) -> str:
    return text.PERSON_BY.format(what=what, who=who) if who else what


def _sources(sources: Sequence[Any]) -> list[Component]:
    """Closed until asked for: where each value comes from, and how old it is."""
    if not sources:
        return []
    rows = [
        html.Tr(
            [
                html.Th(text.DUPLICATE_FIELDS.get(found.field, found.field), scope="row"),
                html.Td([_origin(found.source), *([_badge(text.SOURCE_MERGED)] if found.merged else [])]),
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


def _summary(summary: str) -> list[Component]:
    return [html.H3(text.PERSON_SUMMARY), html.P(summary, className="sx-lines", dir="auto")] if summary else []


def _skills(skills: Sequence[str]) -> list[Component]:
    return [html.H3(text.PERSON_SKILLS), _tags(skills)] if skills else []


def _raw() -> list[Component]:
    button = html.Button(text.RAW_OPEN, id=ids.RAW_OPEN, type="button", className="btn btn-sm btn-light")
    return [html.H3(text.RAW_TITLE), html.Div(button, id=ids.RAW_BODY)]


def _section(title: str, rows: list[Component], *, id: str | None = None, className: str = "") -> list[Component]:
    if not rows:
        return []
    return [html.H3(title), html.Ul(rows, className=className, **({"id": id} if id else {}))]


def _tags(values: Iterable[str]) -> Component | None:
    tags = [html.Span(value, className="sx-tag", dir="auto") for value in values]
    return html.Div(tags, className="sx-tags sx-wrap") if tags else None


def _link(label: str, href: str | None) -> Any:
    """The address as a link where it may be one, else as plain text."""
    return html.A(label, href=href, target="_blank", rel="noopener noreferrer nofollow") if href else label


def _badge(label: str, tone: str = "") -> Component:
    return html.Span(label, className=f"sx-badge sx-badge-{tone}" if tone else "sx-badge")


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


def _field(field: str) -> str:
    return text.FIELD_NAMES.get(field) or text.COLUMN_LABELS.get(field, field.replace("_", " ")).lower()


def _status(status: str) -> str:
    if status == "active":
        return text.STATUS_TABS["active"]
    reason = text.FILTER_STATUSES.get(status) or status.removeprefix("filtered_").replace("_", " ")
    return text.PERSON_FILTERED.format(reason=reason[:1].lower() + reason[1:]) if reason else text.PERSON_FILTERED_OUT


def _value(field: str, value: Any) -> str:
    """An old or new value in words."""
    if value is None or value in ("", []):
        return text.EVENT_NOTHING
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field == "filter_status":
        return _status(str(value))
    words = {"stage": text.STAGES, "fit": text.FITS, "verdict": text.VERDICTS}.get(field.partition(":")[0], {})
    return words.get(str(value), str(value))


def _joined(sign: str, *parts: str) -> str:
    return sign.join(part for part in parts if part)


def _button(label: str, action: str, *, id: str | None = None, spoken: str = "", person: str = "") -> Component:
    """A button that grid.js acts on; `spoken` names it where the label is only a sign."""
    attributes: dict[str, Any] = {"data-action": action}
    if person:
        attributes["data-person"] = person
    if spoken:
        attributes |= {"aria-label": spoken, "title": spoken}
    if id:
        attributes["id"] = id
    return html.Button(label, type="button", className="btn btn-sm btn-light", **attributes)
