"""The panel of a page's latest run, of screenings and enrichments: how far it is, whom it left out, what can be done.

Pure. Rows come from services; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import text
from layouts.pages_runs import OPEN, Run, run_card
from layouts.pages_searches import time

MOST = 100


def panel(title: str, run: Run, actions: Sequence[Component], *more: Component | None) -> html.Div:
    """The run's card under its title, with what can be done next, and whatever else is told of it."""
    begun = html.P([text.SCREEN_BEGUN.format(who=run["user_name"]), time(run["created_at"])], className="sx-muted")
    extra = html.Div([html.Div(actions, className="sx-actions"), *more], className="sx-run-next")
    return html.Div([html.H2(title), begun, run_card(run, extra=extra)], className="sx-section")


def first_actions(run: Run, pause: Component, show: Component, *, may_go_on: bool) -> list[Component]:
    """Pause, while it goes on and nobody has cancelled it; a look at what there is by now."""
    goes_on = run["state"] in ("queued", "running") and may_go_on and not run["cancel_requested"]
    has_some = run["state"] not in OPEN or run["done"]
    return [*([pause] if goes_on else []), *([show] if has_some else [])]


def button(label: str, id: str, *, kind: str = "outline-secondary") -> html.Button:
    return html.Button(label, id=id, type="button", className=f"btn btn-{kind}")


def link(label: str, href: str) -> dcc.Link:
    return dcc.Link(label, href=href, className="btn btn-outline-secondary")


def person(search_id: str, one: Any, *told: Any, **props: Any) -> html.Li:
    """Someone of a list, linked to their drawer, and what is told of them. one: candidate_id and name."""
    who = dcc.Link(one.name, href=f"/search/{search_id}?status=all&person={one.candidate_id}")
    return html.Li([who, *told], **props)


def people(title: str, hint: str, found: Sequence[html.Li], *, is_open: bool = True) -> html.Details | None:
    """A list of people under a title that folds it away; nothing where there is nobody. At most 100 are shown."""
    if not found:
        return None
    more = f" {text.SCREEN_DEAD_MORE.format(count=len(found))}" if len(found) >= MOST else ""
    body = [html.Summary(title), html.P(hint + more, className="sx-muted"), html.Ul(found, className="sx-dead")]
    return html.Details(body, open=is_open)
