"""The person drawer: who they are, where they stand, why, and what was said about them. Pure.

`Person` here is services.people.person.Person; layouts import no services, so its parts are read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import (
    drawer_edit,
    drawer_erase,
    drawer_history,
    drawer_parts,
    drawer_profile,
    drawer_reject,
    drawer_screening,
    drawer_tags,
    ids,
    text,
)
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
    """All about one person; sections with nothing in them are left out. reasons: services.filtering.ledger.Reasons.

    likeness: drawer_match.likeness_section(). may_erase: who looks is an admin. before: what colleagues did with them.
    """
    sections = (
        _head(person),
        why_out(reasons, person.editable) if reasons else [],
        _stage(person),
        drawer_tags.section(person.tags) if person.editable else [],
        known_before([one for one in before if not one.own]),
        drawer_profile.facts(person, tags=not person.editable),
        drawer_edit.edited_section(person),
        drawer_edit.form_section(person),
        drawer_parts.section(
            text.PERSON_CONTACTS,
            [*map(drawer_profile.contact, person.contacts), *map(drawer_profile.lookup, person.lookups)],
        ),
        likeness,
        drawer_screening.explanation_section(person.explanation, editable=person.editable),
        drawer_screening.override_section(person),
        drawer_parts.section(text.PERSON_NOTES, [_note(n) for n in person.notes], className="sx-notes"),
        drawer_parts.section(text.PERSON_KNOWN, [drawer_profile.known(k) for k in person.known]),
        drawer_profile.summary(person.summary),
        drawer_parts.section(text.PERSON_POSITIONS, [drawer_profile.position(p) for p in person.positions]),
        drawer_parts.section(text.PERSON_EDUCATIONS, [drawer_profile.education(e) for e in person.educations]),
        drawer_profile.skills(person.skills),
        was_out(reasons) if reasons else [],
        drawer_parts.section(text.PERSON_HISTORY, [drawer_history.event(e) for e in person.history]),
        drawer_profile.sources(person.sources),
        _raw(),
        drawer_profile.dates(person),
        drawer_erase.section() if may_erase else [],
    )
    return [part for section in sections for part in section]


def triage_parts(person: Person, reasons: Any = None) -> tuple[list[Component], list[Component]]:
    """For one person a screen: what a decision goes by, and who they are besides. Nothing in it can be pressed."""
    decided_by = (
        _head(person),
        why_out(reasons, False) if reasons else [],
        drawer_screening.explanation_section(person.explanation),
        drawer_parts.section(
            text.PERSON_NOTES, [_note(n, may_delete=False) for n in person.notes], className="sx-notes"
        ),
    )
    besides = (
        drawer_profile.facts(person),
        drawer_profile.summary(person.summary),
        drawer_parts.section(text.PERSON_POSITIONS, [drawer_profile.position(p) for p in person.positions]),
        drawer_parts.section(text.PERSON_EDUCATIONS, [drawer_profile.education(e) for e in person.educations]),
        drawer_profile.skills(person.skills),
        drawer_parts.section(text.PERSON_HISTORY, [drawer_history.event(e) for e in person.history]),
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
        badges.append(drawer_parts.badge(text.FITS.get(person.fit, person.fit), person.fit))
    if not person.editable:
        badges.append(drawer_parts.badge(text.STAGES.get(person.stage, person.stage), person.stage))
    if person.filter_status != "active":
        badges.append(drawer_parts.badge(drawer_history.status(person.filter_status), "rejected"))
    if person.do_not_contact:
        badges.append(drawer_parts.badge(text.PERSON_DO_NOT_CONTACT, "rejected"))
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


def _raw() -> list[Component]:
    button = html.Button(text.RAW_OPEN, id=ids.RAW_OPEN, type="button", className="btn btn-sm btn-light")
    return [html.H3(text.RAW_TITLE), html.Div(button, id=ids.RAW_BODY)]


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
