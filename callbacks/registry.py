"""The one place where callbacks and routes are made known, each with a rule on who may use it.

    @registry.callback(Output(ids.SEARCH_LIST, "children"), Input(ids.NEW_SEARCH, "n_clicks"), rule=Rule.RECRUITER)
    def show(clicks): ...

The rule is checked before the request reaches Dash (callbacks/session.py). What was not declared
here is refused, so a callback registered past the registry can never be called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

import dash
from dash import dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks import errors
from layouts import ids
from services import state_limits
from services.access.identity import Actor
from services.errors import Forbidden, NotSignedIn, ProductError
from services.runtime import Runtime

# Stores that are no state, and why.
NOT_STATE = {
    ids.CHANGE_ANSWER: "rows for the grid, which takes them and drops this",
    ids.PERSON_ANSWER: "the open person, shown and replaced by the next",
    ids.TRIAGE_ANSWER: "the person whose turn it is, shown and replaced by the next",
    ids.TRIAGE_DONE: "what came of a decision, with the person where it must be shown again",
    ids.TRIAGE_AHEAD: "the next few people, so that a step waits for nothing; shown and thrown away",
    ids.TRIAGE_VIEW: "what the address says, which has at most 8 KB",
    ids.EXPORT_TARGET: "the selection: a list of ids has limits of its own",
    ids.GRID_VIEW: "what the address says, which has at most 8 KB",
    ids.URL_ANSWER: "what the address says, which has at most 8 KB",
    ids.ENRICH_VIEW: "what the address says, which has at most 8 KB",
    ids.SCREEN_VIEW: "what the address says, which has at most 8 KB",
    ids.REPORT_DOWNLOAD: "a file on its way to the reader's disk",
}

F = TypeVar("F", bound=Callable[..., Any])
OnError = Callable[[ProductError], Any]


class Rule(Enum):
    """Who may use a callback or route."""

    ANONYMOUS = "anyone"
    ANY = "signed in"
    RECRUITER = "recruiter or admin"
    ADMIN = "admin"

    def check(self, actor: Actor | None, sign_in_first: str, not_allowed: str) -> None:
        """Raises NotSignedIn or Forbidden."""
        if self is Rule.ANONYMOUS:
            return
        if actor is None:
            raise NotSignedIn(sign_in_first)
        if (self is Rule.RECRUITER and not actor.may_edit) or (self is Rule.ADMIN and actor.role != "admin"):
            raise Forbidden(not_allowed)


@dataclass(frozen=True)
class Declared:
    """What is known about one callback or route. Polling does not count as use of a session."""

    rule: Rule
    polling: bool = False


@dataclass
class Registry:
    """Registers on one Dash app; bodies reach services through `rt`."""

    app: dash.Dash
    rt: Runtime
    callbacks: dict[str, Declared] = field(default_factory=dict)
    clientsides: set[str] = field(default_factory=set)
    routes: dict[str, Declared] = field(default_factory=dict)
    unlimited: set[str] = field(default_factory=set)

    def callback(
        self, *wiring: Any, rule: Rule, polling: bool = False, on_error: OnError | None = None, **options: Any
    ) -> Callable[[F], F]:
        """As dash.callback, with a rule.

        A ProductError becomes a toast and leaves the outputs as they are, unless on_error(error)
        returns other outputs (the grid must always be answered). Any other exception is logged
        under a reference and treated the same. Answers after Forbidden, NotSignedIn, Unavailable
        and faults also carry that HTTP status.
        """
        if options.get("background"):
            raise ValueError("no background callbacks: long work is a job")
        known = len(self.app.callback_map)
        register = self.app.callback(*wiring, **options)
        callback_id = self._newest(known)
        self.callbacks[callback_id] = Declared(rule, polling)
        leave = None if self.app.callback_map[callback_id]["no_output"] else dash.no_update

        def tell(error: ProductError) -> Any:
            errors.toast(error.message, kind="problem")
            return leave

        def decorate(function: F) -> F:
            spec = self.app.callback_map[callback_id]
            parts = [place for place, _ in _outputs(spec, "children")]
            register(_guarded(function, on_error or tell, _stores(spec), parts))
            return function

        return decorate

    def clientside(self, function: Any, *wiring: Any, **options: Any) -> None:
        """As dash.clientside_callback; runs in the browser, so there is nothing to permit."""
        known = len(self.app.callback_map)
        self.app.clientside_callback(function, *wiring, **options)
        self.clientsides.add(self._newest(known))

    def route(
        self,
        path: str,
        *,
        rule: Rule,
        methods: tuple[str, ...] = ("GET",),
        polling: bool = False,
        any_size: bool = False,
    ) -> Callable[[F], F]:
        """As flask.Flask.route. POSTs are checked for origin and CSRF token like callbacks.

        any_size: the function itself limits the request's body (uploads); else it is 2 MB.
        """

        def decorate(function: F) -> F:
            endpoint = f"sourcingx.{function.__module__}.{function.__name__}"
            self.app.server.add_url_rule(path, endpoint, function, methods=list(methods))
            self.routes[endpoint] = Declared(rule, polling)
            if any_size:
                self.unlimited.add(endpoint)
            return function

        return decorate

    def _newest(self, known: int) -> str:
        # A second callback with the same outputs would silently replace the first one and its rule.
        if len(self.app.callback_map) != known + 1:
            raise ValueError(f"two callbacks have the same outputs: {next(reversed(self.app.callback_map))}")
        return str(next(reversed(self.app.callback_map)))


def keep(store: str, value: Any) -> None:
    """Write a Store that is no output of the callback. Raises StateTooLarge, a fault of ours."""
    if store not in NOT_STATE:
        state_limits.check(store, value)
    dash.set_props(store, {"data": value})


def check_parts(shown: Any) -> None:
    """Stores that a part of a page is born with are state, too. Raises StateTooLarge."""
    # Dash's own walk also makes a path for each part, which takes as long as all else that is done with a page.
    waiting = [shown]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting.extend(part)
        elif isinstance(part, Component):
            waiting.append(getattr(part, "children", None))
            if isinstance(part, dcc.Store) and str(part.id) not in NOT_STATE:
                state_limits.check(str(part.id), getattr(part, "data", None))


def _stores(spec: Any) -> list[tuple[int | None, str]]:
    """(place among the outputs, or None for the only one; id) of every output that a Store keeps."""
    return [(place, str(o.component_id)) for place, o in _outputs(spec, "data") if str(o.component_id) not in NOT_STATE]


def _outputs(spec: Any, name: str) -> list[tuple[int | None, Any]]:
    """(place among the outputs, or None for the only one; output) of every output of this property."""
    if spec["no_output"]:
        return []
    outputs = spec["output"]
    many = isinstance(outputs, list | tuple)
    return [
        (place if many else None, output)
        for place, output in enumerate(outputs if many else [outputs])
        if output.component_property == name
    ]


def _guarded(
    function: Callable[..., Any],
    on_error: OnError,
    kept: list[tuple[int | None, str]],
    parts: Sequence[int | None] = (),
) -> Callable[..., Any]:
    """kept: Stores among the outputs; parts: places of those that get parts of a page, which may hold Stores."""

    def given(result: Any, place: int | None) -> Any:
        return result if place is None or not isinstance(result, list | tuple) else result[place]

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            result = function(*args, **kwargs)
            for place, name in kept:
                if (value := given(result, place)) is not dash.no_update:
                    state_limits.check(name, value)
            for place in parts:
                check_parts(given(result, place))
            return result
        except PreventUpdate:
            raise
        except ProductError as error:
            found = error
        except Exception as error:
            found = errors.unexpected(error)
        errors.remember_status(found)
        return on_error(found)

    return guarded
