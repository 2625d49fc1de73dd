"""The page `/search/<id>/screen`: job description, criteria, estimate, start, progress, who could not be screened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import criteria_editor, ids, page_prescreen, run_panel, shell, text
from layouts.page_usage import left_panel
from layouts.pages_runs import OPEN, Run, cancel_store

# A look is two small queries, of the sign-in and of the run: one a second.
POLL_MS = 2_000
PROPOSAL_POLL_MS = 1_000


class Figures(Protocol):
    """services.screening.screening_estimate.Estimate."""

    @property
    def people(self) -> int: ...
    @property
    def known(self) -> int: ...
    @property
    def calls(self) -> int: ...
    @property
    def is_exact(self) -> bool: ...
    @property
    def tokens(self) -> int: ...
    @property
    def cost(self) -> Any: ...
    @property
    def batch_cost(self) -> Any: ...
    @property
    def minutes(self) -> float: ...
    @property
    def model(self) -> str: ...
    @property
    def priced_on(self) -> date | None: ...
    @property
    def cut(self) -> bool: ...


class Hold(Protocol):
    """services.screening.model_holds.Hold."""

    @property
    def message(self) -> str: ...
    @property
    def runs(self) -> int: ...


class Suspect(Protocol):
    """services.screening.screening.Suspect."""

    @property
    def candidate_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def field(self) -> str: ...


class Dead(Protocol):
    """services.screening.screening.DeadLetter."""

    @property
    def candidate_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def attempts(self) -> int: ...


def screen_page(
    *,
    search_id: str,
    title: str,
    job_description: str,
    criteria: Sequence[Mapping[str, Any]],
    starts: Sequence[Mapping[str, Any]],
    rubric_id: int | None,
    view: Mapping[str, Any] | None,
    off: str,
    unpriced: str,
    unmatched: str,
    hold: Component | None,
    editable: bool,
    estimate: Component | None,
    run: Component | None,
    run_id: int | None,
    proposal: int | None,
    run_open: bool,
    seen: Mapping[str, str] | None,
) -> html.Div:
    """criteria, starts: as criteria_editor.section() takes them. view: the grid's, where it is not the usual one.

    proposal: a run that proposes criteria now, whose answer is waited for.
    off: why there is no model. unpriced: the model's name, where its price is not known. unmatched: why nobody can be
    chosen by similarity.
    seen: what the first answer about the run is compared with.
    """
    return shell.page(
        text.SCREEN_TITLE,
        html.P(
            [
                text.SCREEN_INTO,
                dcc.Link(title, href=f"/search/{search_id}", className="sx-link"),
                " · ",
                dcc.Link(text.AGREEMENT_OPEN, href=f"/search/{search_id}/agreement", className="sx-link"),
            ]
        ),
        html.P(off, className="sx-note", role="note") if off else None,
        html.Div(hold, id=ids.SCREEN_HOLD, role="status"),
        html.Div(run, id=ids.RUN_PROGRESS, role="status"),
        _job(job_description, editable, bool(off), proposal is not None),
        criteria_editor.section(criteria, starts, editable),
        _start(view, estimate, editable, bool(off), unpriced, unmatched),
        dcc.Store(id=ids.SCREEN_SEARCH, data=search_id),
        dcc.Store(id=ids.SCREEN_VIEW, data=dict(view) if view else None),
        dcc.Store(id=ids.SCREEN_RUBRIC, data=rubric_id),
        dcc.Store(id=ids.SCREEN_PROPOSAL, data=proposal),
        dcc.Store(id=ids.SCREEN_SEEN, data=dict(seen) if seen else None),
        dcc.Store(id=ids.SCREEN_RUN, data={"run": run_id} if run_id else None),
        dcc.Interval(id=ids.SCREEN_CLOCK, interval=POLL_MS, disabled=not run_open),
        dcc.Store(id=ids.SCREEN_TICK),
        dcc.Interval(id=ids.SCREEN_PROPOSAL_CLOCK, interval=PROPOSAL_POLL_MS, disabled=proposal is None),
        cancel_store(),
        term="rubric",
    )


def estimate_panel(found: Figures | None, standing: Any = None, part: Component | None = None) -> list[Any]:
    """What a screening would take, or how to find out. standing: services.spending.budgets.Standing, what may be spent.

    part: what screening a part of them saves, where that is chosen.
    """
    if found is None:
        return [html.P(text.SCREEN_NO_ESTIMATE, className="sx-muted")]
    if not found.people:
        return [html.P(text.SCREEN_NOBODY)]
    figures = {"people": f"{found.people:,}", "known": f"{found.known:,}" if found.known else ""}
    if found.calls:
        figures |= {"calls": f"{found.calls:,}", "tokens": f"{found.tokens:,}"}
        figures |= {"cost": _money(found.cost), "batch_cost": _money(found.batch_cost)}
        figures |= {"minutes": _minutes(found.minutes)}
    items = [
        html.Li([html.Strong(figures[name]), f" {label}"], **{"data-figure": name})
        for name, label in text.SCREEN_FIGURES.items()
        if figures.get(name)
    ]
    notes = [] if found.calls else [text.SCREEN_ALL_KNOWN]
    if found.calls and found.priced_on is not None:
        notes.append(text.SCREEN_PRICED.format(model=found.model, date=found.priced_on.isoformat()))
    notes += [] if found.is_exact else [text.SCREEN_ABOUT]
    notes += [text.SCREEN_CUT] if found.cut else []
    lines = [html.P(note, className="sx-muted") for note in notes]
    return [html.Ul(items, className="sx-counts"), part, *lines, *_budgets(found, standing)]


def latest(
    run: Run,
    search_id: str,
    dead: Sequence[Dead],
    suspects: Sequence[Suspect],
    measured: page_prescreen.Measured | None = None,
    *,
    may_go_on: bool,
) -> html.Div:
    """How far the latest screening is, who could not be screened, whom to read oneself, and what can be done next.

    measured: what choosing by similarity left out, where that was done and the run has stopped.
    """
    ended = run["state"] not in OPEN
    pause = run_panel.button(text.SCREEN_PAUSE, ids.SCREEN_PAUSE)
    show = run_panel.link(text.SCREEN_SHOW, f"/search/{search_id}?sort=score.desc")
    actions = run_panel.first_actions(run, pause, show, may_go_on=may_go_on)
    unfinished = run["state"] in ("paused", "failed", "cancelled") or bool(run["failed"])
    if unfinished and may_go_on and (ended or run["state"] == "paused"):
        label = text.SCREEN_AGAIN if run["state"] == "done" else text.SCREEN_RESUME
        label = text.SCREEN_LOOK if run["vendor_since"] else label
        actions.append(run_panel.button(label, ids.SCREEN_AGAIN, kind="primary"))
    part = page_prescreen.result(measured) if measured else None
    lists = _dead(search_id, dead), _suspects(search_id, suspects)
    return run_panel.panel(text.SCREEN_LATEST, run, actions, part, *lists)


def hold_banner(hold: Hold | None, *, may_lift: bool) -> html.Div | None:
    """Why nobody's screening goes on for now, and a button that tries again."""
    if hold is None:
        return None
    words = text.SCREEN_HOLD[hold.runs > 1] if hold.runs else text.SCREEN_HOLD_ALONE
    button = html.Button(text.SCREEN_LIFT, id=ids.SCREEN_LIFT, type="button", className="btn btn-sm btn-primary")
    said = html.Span(words.format(message=hold.message, n=hold.runs))
    return html.Div([said, button if may_lift else None], className="sx-note sx-hold")


def _job(job_description: str, editable: bool, off: bool, proposing: bool) -> html.Section:
    propose = html.Button(
        text.SCREEN_PROPOSE, id=ids.SCREEN_PROPOSE, type="button", className="btn btn-outline-secondary",
        disabled=off or proposing,
    )  # fmt: skip
    note = html.Span(text.SCREEN_PROPOSING if proposing else None, id=ids.SCREEN_PROPOSAL_NOTE, role="status")
    return html.Section(
        [
            html.Label(text.SCREEN_JOB, htmlFor=ids.SCREEN_JOB_DESCRIPTION),
            dbc.Textarea(
                id=ids.SCREEN_JOB_DESCRIPTION, value=job_description, placeholder=text.SCREEN_JOB_HINT,
                maxLength=30_000, rows=8, readonly=not editable,
            ),
            html.Div(
                [propose if editable else None, note],
                className="sx-actions",
            ),
        ],
        className="sx-section sx-form",
    )  # fmt: skip


def _start(
    view: Mapping[str, Any] | None,
    estimate: Component | None,
    editable: bool,
    off: bool,
    unpriced: str,
    unmatched: str,
) -> html.Section | None:
    if not editable:
        return None
    scopes = {scope: label for scope, label in text.SCREEN_SCOPES.items() if scope != "view" or view}
    return html.Section(
        [
            html.H2(text.SCREEN_ESTIMATE),
            dbc.RadioItems(
                id=ids.SCREEN_SCOPE, value="view" if view else "active", inline=True,
                options=[{"label": label, "value": scope} for scope, label in scopes.items()],
            ),
            page_prescreen.choice(unmatched),
            html.Div(estimate or estimate_panel(None), id=ids.SCREEN_ESTIMATE, role="status"),
            html.P(text.SCREEN_NO_PRICE.format(model=unpriced), className="sx-note") if unpriced else None,
            html.Fieldset(
                [
                    html.Legend(text.SCREEN_WHEN),
                    dbc.RadioItems(
                        id=ids.SCREEN_WHEN, value="now",
                        options=[{"label": label, "value": when} for when, label in text.SCREEN_WHENS.items()],
                    ),
                ],
                className="sx-screen-when",
            ),
            html.Label(
                [
                    html.Span(f"{text.SCREEN_BUDGET} ({text.SCREEN_BUDGET_HINT})"),
                    dbc.Input(id=ids.SCREEN_BUDGET, type="number", min=0, step="any", inputMode="decimal",
                              disabled=bool(unpriced)),
                ],
                className="sx-budget",
            ),
            html.Button(
                text.SCREEN_START, id=ids.SCREEN_START, type="button", className="btn btn-primary", disabled=off
            ),
        ],
        className="sx-section",
    )  # fmt: skip


def _budgets(found: Figures, standing: Any) -> list[Component]:
    """What is left of the month's budgets, and whether the estimate is more than that."""
    if standing is None or not found.calls:
        return []
    over = found.cost is not None and standing.left is not None and found.cost > standing.left
    return [*left_panel(standing), *([html.P(text.BUDGET_OVER, className="sx-note")] if over else [])]


def _dead(search_id: str, dead: Sequence[Dead]) -> html.Details | None:
    found = [
        run_panel.person(
            search_id, one, f" · {text.SCREEN_REASONS.get(one.reason, one.reason)} · ",
            html.Span(_attempts(one.attempts), className="sx-muted"),
            **{"data-testid": "dead-letter", "data-reason": one.reason},
        )
        for one in dead
    ]  # fmt: skip
    return run_panel.people(text.SCREEN_DEAD, text.SCREEN_DEAD_HINT, found)


def _suspects(search_id: str, suspects: Sequence[Suspect]) -> html.Details | None:
    found = [
        run_panel.person(
            search_id, one,
            f" · {text.FIELD_NAMES.get(one.field) or text.COLUMN_LABELS.get(one.field, one.field).lower()}",
            **{"data-testid": "suspect"},
        )
        for one in suspects
    ]  # fmt: skip
    return run_panel.people(text.SCREEN_SUSPECTS, text.SCREEN_SUSPECTS_HINT, found, is_open=False)


def _attempts(count: int) -> str:
    return text.SCREEN_ATTEMPTS.get(count) or text.SCREEN_ATTEMPTS_MANY.format(count=count)


def _money(cost: Any) -> str:
    if cost is None:
        return ""
    return f"{cost:.2f}" if cost >= 1 else f"{cost:.4f}"


def _minutes(minutes: float) -> str:
    return text.SCREEN_UNDER_A_MINUTE if minutes < 1 else text.SCREEN_MINUTES.format(minutes=f"{minutes:,.0f}")
