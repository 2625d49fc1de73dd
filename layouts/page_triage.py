"""Triage: one person a screen, decided by keys or by large buttons. triage.js does what they say. Pure.

`Person` is services.people.person.Person, `Before` services.decisions.collisions.Before, `Spot`
services.decisions.triage.Spot; read by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import drawer, ids, text
from layouts.known_before import Before, known_before

Person = Any


def triage_page(*, title: str, back: str, page: Mapping[str, Any], card: Any, editable: bool) -> Component:
    """back: the address of the list. page: what the Store triage-view starts with. card: of the first one shown."""
    return html.Div(
        id=ids.TRIAGE,
        className="sx-triage",
        role="region",
        tabIndex=-1,
        **{
            "aria-label": text.TRIAGE_LABEL,
            "data-texts": json.dumps({**text.TRIAGE_IN_BROWSER, "reasons": text.REFUSE_REASONS}),
            "data-editable": str(editable).lower(),
        },
        children=[
            *_stores(page),
            _head(title, back),
            html.P(id=ids.TRIAGE_SAID, className="sx-triage-said", role="status"),
            html.Div(card, id=ids.TRIAGE_BODY, className="sx-triage-body"),
            _end(back),
            _note_box(),
            _reasons() if editable else None,
            _bar(editable),
            _help(),
        ],
    )


def empty_page(title: str, back: str) -> Component:
    """Nobody is in the view."""
    link = dcc.Link(text.TRIAGE_TO_LIST, href=back, className="btn btn-primary")
    return html.Div(
        [_head(title, back), html.Div([html.P(text.TRIAGE_EMPTY), link], className="sx-empty", role="status")],
        className="sx-triage",
    )


def person_card(person: Person, before: Sequence[Before], reasons: Any, href: str, banner: str = "") -> Component:
    """Everything that a decision goes by, beside it who they are.

    href: where they stand in the list. banner: what to know first, of this very moment.
    """
    left, right = drawer.triage_parts(person, reasons)
    stage = html.Span(
        text.STAGES.get(person.stage, person.stage),
        className=f"sx-badge sx-badge-{person.stage}",
        **{"data-testid": "triage-stage", "data-stage": person.stage},
    )
    open_it = html.A(text.TRIAGE_DRAWER, href=href, target="_blank", rel="noopener")
    return html.Article(
        [
            html.P(banner, className="sx-notice", role="alert") if banner else None,
            html.Div([*left, *known_before(before)], className="sx-triage-main sx-drawer-body"),
            html.Div([html.Div([stage, open_it], className="sx-triage-stage"), *right],
                     className="sx-triage-more sx-drawer-body"),
        ],
        className="sx-triage-card",
        **{"data-candidate": str(person.candidate_id)},
    )  # fmt: skip


def gone_card(candidate_id: int) -> Component:
    """In place of someone who was deleted."""
    return html.Article(drawer.gone(), className="sx-triage-card", **{"data-candidate": str(candidate_id)})


def _stores(page: Mapping[str, Any]) -> list[Component]:
    empty = (
        ids.TRIAGE_REQUEST, ids.TRIAGE_CHANGE, ids.TRIAGE_NOTE_REQUEST, ids.TRIAGE_ANSWER, ids.TRIAGE_DONE,
        ids.TRIAGE_AHEAD_REQUEST, ids.TRIAGE_AHEAD,
    )  # fmt: skip
    return [dcc.Store(id=ids.TRIAGE_VIEW, data=dict(page)), *(dcc.Store(id=name) for name in empty)]


def _head(title: str, back: str) -> Component:
    crumbs = html.Nav(
        [
            dcc.Link(text.SEARCHES_TITLE, href="/", className="sx-crumb"),
            html.Span("/", className="sx-muted"),
            dcc.Link(title, href=back, id=ids.TRIAGE_TO_LIST, className="sx-crumb sx-title"),
            html.Span("/", className="sx-muted"),
        ],
        **{"aria-label": text.CRUMBS},
    )
    return html.Div(
        [
            crumbs,
            html.H1(text.TRIAGE_TITLE),
            html.Strong(id=ids.TRIAGE_POSITION, className="sx-count", role="status"),
            # Who came, for whoever hears the page: the focus stays where it is while people go by.
            html.Span(id=ids.TRIAGE_NAME, className="visually-hidden", role="status"),
            html.Span(id=ids.TRIAGE_TALLY, className="sx-count"),
            _button("help", text.TRIAGE_HELP_OPEN, "?", "light", className="sx-triage-help-open"),
        ],
        className="sx-head",
    )


def _end(back: str) -> Component:
    return html.Div(
        [
            html.H2(text.TRIAGE_END_TITLE),
            html.P(**{"data-part": "tally"}),
            html.Div(
                [
                    _button("revisit", text.TRIAGE_REVISIT, "X", "primary"),
                    dcc.Link(text.TRIAGE_TO_LIST, href=back, className="btn btn-light"),
                ],
                className="sx-actions",
            ),
        ],
        id=ids.TRIAGE_END,
        className="sx-empty",
        hidden=True,
        role="status",
    )


def _note_box() -> Component:
    return html.Div(
        [
            html.Label(text.NOTE_LABEL, htmlFor=ids.TRIAGE_NOTE, className="visually-hidden"),
            dcc.Textarea(
                id=ids.TRIAGE_NOTE, className="form-control form-control-sm", rows=1, maxLength=drawer.MAX_NOTE,
                placeholder=text.NOTE_PLACEHOLDER,
            ),
            html.Button(text.NOTE_SAVE, id=ids.TRIAGE_NOTE_SAVE, type="button", className="btn btn-light",
                        **{"data-triage": "save-note"}),
        ],
        className="sx-note-box",
    )  # fmt: skip


def _reasons() -> Component:
    """The codes, each with the digit that stands for it."""
    buttons = [
        html.Button(
            [html.Kbd(str(n), **{"aria-hidden": "true"}), label], type="button", className="btn btn-light",
            **{"data-triage": "reason", "data-value": code, "data-key": str(n)},
        )
        for n, (code, label) in enumerate(text.REFUSE_REASONS.items(), 1)
    ]  # fmt: skip
    cancel = html.Button(text.CANCEL, type="button", className="btn btn-link", **{"data-triage": "cancel"})
    return html.Div(
        [html.Strong(text.TRIAGE_REASONS_TITLE), html.Div(buttons, className="sx-triage-codes"), cancel],
        id=ids.TRIAGE_REASONS,
        className="sx-triage-reasons",
        role="group",
        hidden=True,
        **{"aria-label": text.TRIAGE_REASONS_TITLE},
    )


def _bar(editable: bool) -> Component:
    kinds = {"reject": "outline-danger", "shortlist": "primary"}
    names = [name for name in text.TRIAGE_BUTTONS if editable or name in ("prev", "next", "skip")]
    return html.Div(
        [_button(name, *text.TRIAGE_BUTTONS[name], kinds.get(name, "light")) for name in names],
        className="sx-triage-bar",
        role="group",
        **{"aria-label": text.TRIAGE_BAR},
    )


def _help() -> Component:
    rows = [part for key, what in text.TRIAGE_KEYS for part in (html.Dt(html.Kbd(key)), html.Dd(what))]
    close = html.Button(text.CLOSE, type="button", className="btn btn-primary", **{"data-triage": "close-help"})
    return html.Dialog(
        [html.H2(text.TRIAGE_HELP_TITLE), html.Dl(rows), html.P(text.TRIAGE_KEYS_HINT, className="sx-muted"), close],
        id=ids.TRIAGE_HELP,
        className="sx-dialog sx-triage-help",
        **{"aria-label": text.TRIAGE_HELP_TITLE},
    )


def _button(name: str, label: str, key: str, kind: str, *, className: str = "") -> Component:
    """A button that triage.js acts on, with its key; the key is in its spoken name too."""
    spoken = text.TRIAGE_BUTTON_LABEL.format(label=label, key=key)
    return html.Button(
        [html.Span(label), html.Kbd(key, **{"aria-hidden": "true"})],
        type="button",
        className=f"btn btn-{kind} {className}".strip(),
        title=spoken,
        **{"data-triage": name, "aria-label": spoken},
    )
