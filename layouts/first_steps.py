"""The first minute: three ways to start, and the guide through a first search. Pure."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, Protocol

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text


class Steps(Protocol):
    """services.searches.first_steps.FirstSteps."""

    @property
    def search_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def done(self) -> Set[str]: ...
    @property
    def sample(self) -> bool: ...
    @property
    def next(self) -> str: ...


# Where each step is done, within the search.
_PLACES = {"load": "/import", "filter": "/filter", "enrich": "/enrich", "screen": "/screen", "triage": "/triage",
           "export": ""}  # fmt: skip
# services.demo.sample.State.
_SAMPLE_OFF = {"offered": "", "removing": text.FIRST_SAMPLE_REMOVING, "off": text.FIRST_SAMPLE_OFF}
REMOVING_POLL_MS = 1_000


def greeting(sample: str) -> html.Div:
    """In place of an empty list of searches. sample: services.demo.sample.State, whether made-up people may come."""
    ways = [
        _way(text.FIRST_SAMPLE, text.FIRST_SAMPLE_START, ids.FIRST_SAMPLE, off=_SAMPLE_OFF[sample]),
        _way(text.FIRST_UPLOAD, text.FIRST_UPLOAD_START, ids.FIRST_UPLOAD),
        _way(text.FIRST_VENDOR, text.FIRST_VENDOR_START, ids.FIRST_VENDOR),
    ]
    return html.Div(
        [
            html.H2(text.EMPTY_TITLE),
            html.P(text.EMPTY_BODY),
            html.Ul(ways, className="sx-ways"),
            html.P(id=ids.FIRST_PROBLEM, className="sx-problem", role="alert"),
            dcc.Interval(id=ids.FIRST_CLOCK, interval=REMOVING_POLL_MS, disabled=sample != "removing"),
        ],
        className="sx-empty sx-greeting",
    )


def guide(steps: Steps) -> html.Section:
    """All steps with what they are for, those that are done ticked."""
    done = text.FIRST_STEPS_COUNT.format(n=len(steps.done), total=len(text.FIRST_STEPS))
    into = html.P([text.FIRST_STEPS_IN, dcc.Link(steps.title, href=f"/search/{steps.search_id}"), f" · {done}"],
                  className="sx-muted")  # fmt: skip
    head = html.Div([html.H2(text.FIRST_STEPS_TITLE, id="first-steps-title"), _dismiss()], className="sx-figure-head")
    remove = html.Button(text.SAMPLE_REMOVE, id=ids.sample_remove(steps.search_id, "guide"), type="button", n_clicks=0,
                         className="btn btn-sm btn-link sx-guide-remove")  # fmt: skip
    items = [_item(steps, name) for name in text.FIRST_STEPS]
    return html.Section(
        [head, into, html.Ol(items, className="sx-steps"), remove if steps.sample else None],
        className="sx-card sx-guide", **{"aria-labelledby": "first-steps-title", "data-testid": "first-steps"},
    )  # fmt: skip


def line(steps: Steps) -> html.Div:
    """The next step, in a line above the search itself."""
    name, what = text.FIRST_STEPS[steps.next]
    return html.Div(
        [
            html.Strong(text.FIRST_STEPS_NEXT),
            dcc.Link(name, href=_place(steps, steps.next), className="sx-link") if _PLACES[steps.next]
            else html.Strong(name),
            html.Span(f" {what} "),
            html.Span(text.FIRST_STEPS_COUNT.format(n=len(steps.done), total=len(text.FIRST_STEPS)),
                      className="sx-muted"),
            _dismiss(),
        ],
        className="sx-guide-line", role="note", **{"data-testid": "first-steps", "data-next": steps.next},
    )  # fmt: skip


def _way(words: tuple[str, str], label: str, button_id: str, off: str = "") -> html.Li:
    title, what = words
    button = html.Button(label, id=button_id, type="button", className="btn btn-primary")
    # No button where it leads nowhere: one that is disabled comes to life again when its callback has looked at it.
    return html.Li([html.H3(title), html.P(off or what), None if off else button], className="sx-card sx-way")


def _item(steps: Steps, step: str) -> html.Li:
    name, what = text.FIRST_STEPS[step]
    is_done = step in steps.done
    mark: list[Any] = [html.Span("✓", **{"aria-hidden": "true"}),
                       html.Span(text.FIRST_DONE, className="visually-hidden")] if is_done else []  # fmt: skip
    current = {"aria-current": "step"} if step == steps.next else {}
    return html.Li(
        [
            html.Span(mark, className="sx-step-mark"),
            html.Div([dcc.Link(name, href=_place(steps, step), className="sx-link"), html.P(what)]),
        ],
        className="sx-step" + (" sx-step-done" if is_done else ""), **{"data-step": step, **current},
    )  # fmt: skip


def _place(steps: Steps, step: str) -> str:
    return f"/search/{steps.search_id}{_PLACES[step]}"


def _dismiss() -> Component:
    return html.Button(
        "×", id=ids.FIRST_DISMISS, type="button", className="btn btn-sm btn-link", title=text.FIRST_DISMISS,
        **{"aria-label": text.FIRST_DISMISS},
    )  # fmt: skip
