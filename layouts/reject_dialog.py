"""The dialog before a rejection that nothing but a score chose: how many people, what is doubtful, and why."""

from __future__ import annotations

from typing import Protocol

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text


class Question(Protocol):
    """services.decisions.score_rejections.Question."""

    @property
    def people(self) -> int: ...
    @property
    def unscored(self) -> int: ...
    @property
    def unknown(self) -> int: ...
    @property
    def stale(self) -> int: ...


def reject_dialog() -> list[Component]:
    """The closed dialog and its store, once on the page of a search; question() fills it."""
    return [
        dbc.Modal(
            [
                dbc.ModalHeader(dbc.ModalTitle(text.REJECT_TITLE)),
                dbc.ModalBody(
                    [
                        html.Div(id=ids.REJECT_BODY),
                        html.Label(text.REJECT_REASON, htmlFor=ids.REJECT_REASON),
                        dbc.Textarea(id=ids.REJECT_REASON, maxLength=2_000, rows=3, autofocus=True,
                                     placeholder=text.REJECT_REASON_HINT),
                        html.P(id=ids.REJECT_PROBLEM, className="sx-problem", role="alert"),
                    ],
                    className="sx-form",
                ),
                dbc.ModalFooter(
                    [
                        html.Button(text.REJECT_CANCEL, id=ids.REJECT_CANCEL, type="button",
                                    className="btn btn-outline-secondary"),
                        html.Button(text.REJECT_CONFIRM, id=ids.REJECT_CONFIRM, type="button",
                                    className="btn btn-primary"),
                    ]
                ),
            ],
            id=ids.REJECT_DIALOG, is_open=False, centered=True, scrollable=True,
        ),
        dcc.Store(id=ids.REJECT_PEOPLE),
    ]  # fmt: skip


def question(asked: Question) -> list[Component]:
    """How many people, that only a score chose them, and how many of those scores are doubtful."""
    doubts = [
        html.Li([html.Strong(f"{n:,}"), f" {words}"], **{"data-figure": name})
        for name, words, n in (
            ("unscored", text.REJECT_UNSCORED, asked.unscored),
            ("unknown", text.REJECT_UNKNOWN, asked.unknown),
            ("stale", text.REJECT_STALE, asked.stale),
        )
        if n
    ]
    return [
        html.P(text.REJECT_ASK.format(n=f"{asked.people:,}"), **{"data-testid": "reject-people"}),
        html.Ul(doubts) if doubts else html.P(text.REJECT_NO_DOUBTS, className="sx-muted"),
        html.P(text.REJECT_KEPT, className="sx-muted"),
    ]
