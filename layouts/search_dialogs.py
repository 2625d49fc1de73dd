"""The questions before a search is copied or deleted: what goes along, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text


class WhatGoes(Protocol):
    """services.searches.search_deletion.WhatGoes."""

    @property
    def search_id(self) -> Any: ...
    @property
    def title(self) -> str: ...
    @property
    def people(self) -> int: ...
    @property
    def jobs(self) -> int: ...
    @property
    def files(self) -> int: ...
    @property
    def schedules(self) -> int: ...
    @property
    def named(self) -> int: ...
    @property
    def days(self) -> int: ...


class SampleGoes(Protocol):
    """services.demo.sample_removal.WhatGoes."""

    @property
    def search_id(self) -> Any: ...
    @property
    def title(self) -> str: ...
    @property
    def people(self) -> int: ...
    @property
    def staying(self) -> int: ...
    @property
    def added(self) -> int: ...


def dialogs() -> list[Component]:
    """All, closed; copy_question(), delete_question() and sample_question() fill them."""
    return [
        dbc.Modal(copy_question(), id=ids.SEARCH_COPY_FORM, is_open=False, centered=True),
        dbc.Modal(delete_question(), id=ids.SEARCH_DELETE_FORM, is_open=False, centered=True),
        dbc.Modal(sample_question(), id=ids.SAMPLE_FORM, is_open=False, centered=True),
    ]


def copy_question(search_id: str | None = None, title: str = "", suggested: str = "") -> list[Component]:
    """What a copy is called, what it takes over and what it leaves."""
    taken = html.Ul([html.Li(line) for line in text.SEARCH_COPY_TAKES])
    body = [
        html.Label(text.SEARCH_COPY_NAME, htmlFor=ids.SEARCH_COPY_NAME),
        dbc.Input(id=ids.SEARCH_COPY_NAME, value=suggested, maxLength=200, autoComplete="off", autoFocus=True),
        html.P(text.SEARCH_COPY_TAKES_HEAD, className="sx-question"),
        taken,
        dbc.Switch(id=ids.SEARCH_COPY_SHARE, label=text.SEARCH_COPY_SHARE, value=False),
        html.Small(text.SEARCH_COPY_SHARE_HINT, className="sx-muted"),
        html.P(text.SEARCH_COPY_LEAVES, className="sx-muted sx-question"),
        html.P(id=ids.SEARCH_COPY_PROBLEM, className="sx-problem", role="alert"),
    ]
    return _dialog(
        ids.SEARCH_COPIED, search_id, text.SEARCH_COPY_TITLE.format(title=title), body,
        (ids.SEARCH_COPY_CANCEL, ids.SEARCH_COPY_DO), text.SEARCH_COPY_DO, "btn btn-primary",
    )  # fmt: skip


def copied(counts: Mapping[str, int]) -> str:
    """The message after a copy: how many criteria, rule_sets and views it has."""
    parts = [text.SEARCH_COPIED_PARTS[name][0 if n == 1 else 1].format(n=f"{n:,}") for name, n in counts.items() if n]
    return text.SEARCH_COPIED_WITH.format(parts=", ".join(parts)) if parts else text.SEARCH_COPIED


def delete_question(found: WhatGoes | None = None) -> list[Component]:
    """What is lost with a search, and until when it can come back."""
    lines = [] if found is None else _lost(found)
    hint = "" if found is None else text.SEARCH_DELETE_HINT.format(days=f"{found.days:,}")
    body = [
        html.P(hint),
        html.Ul([html.Li(line) for line in lines], hidden=not lines),
        html.P(id=ids.SEARCH_DELETE_PROBLEM, className="sx-problem", role="alert"),
    ]
    return _dialog(
        ids.SEARCH_DELETED, str(found.search_id) if found else None,
        text.SEARCH_DELETE_TITLE.format(title=found.title if found else ""), body,
        (ids.SEARCH_DELETE_CANCEL, ids.SEARCH_DELETE_DO), text.SEARCH_DELETE_DO, "btn btn-danger",
    )  # fmt: skip


def sample_question(found: SampleGoes | None = None) -> list[Component]:
    """What goes with sample data, for good."""
    lines = [] if found is None else _counted(
        (found.people, text.SAMPLE_REMOVE_PEOPLE),
        (found.staying, text.SAMPLE_REMOVE_STAYING),
        (found.added, text.SAMPLE_REMOVE_ADDED),
    )  # fmt: skip
    body = [
        html.P("" if found is None else text.SAMPLE_REMOVE_HINT.format(title=found.title)),
        html.Ul([html.Li(line) for line in lines], hidden=not lines),
        html.P(id=ids.SAMPLE_PROBLEM, className="sx-problem", role="alert"),
    ]
    return _dialog(
        # What was told goes along: nobody is erased of whom it did not tell.
        ids.SAMPLE_REMOVED, {"search": str(found.search_id), "added": found.added} if found else None,
        text.SAMPLE_REMOVE_TITLE, body,
        (ids.SAMPLE_CANCEL, ids.SAMPLE_DO), text.SAMPLE_REMOVE_DO, "btn btn-danger",
    )  # fmt: skip


def _lost(found: WhatGoes) -> list[str]:
    return _counted(
        (found.people, text.SEARCH_DELETE_PEOPLE),
        (found.jobs, text.SEARCH_DELETE_JOBS),
        (found.files, text.SEARCH_DELETE_FILES),
        (found.schedules, text.SEARCH_DELETE_SCHEDULES),
        (found.named, text.SEARCH_DELETE_NAMED),
    )


def _counted(*counted: tuple[int, tuple[str, str]]) -> list[str]:
    return [words[0 if n == 1 else 1].format(n=f"{n:,}") for n, words in counted if n]


def _dialog(
    store: str, data: Any, title: str, body: list[Component], buttons: tuple[str, str], word: str, look: str
) -> list[Component]:
    cancel, do = buttons
    return [
        dcc.Store(id=store, data=data),
        dbc.ModalHeader(dbc.ModalTitle(title)),
        dbc.ModalBody(body, className="sx-form"),
        dbc.ModalFooter(
            [
                html.Button(text.CANCEL, id=cancel, type="button", className="btn btn-outline-secondary"),
                html.Button(word, id=do, type="button", className=look),
            ]
        ),
    ]
