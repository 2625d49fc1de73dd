"""The page `/search/<id>/enrich`: what to look for, of whom, what it would take, how far it is. Pure.

Figures come from services.enrichment.enrichment and services.enrichment.vendor_budget; layouts import no services, so
their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, run_panel, shell, text
from layouts.page_usage import left_panel
from layouts.pages_runs import Run, cancel_store

POLL_MS = 2_000
Row = Any


def enrich_page(
    *,
    search_id: str,
    title: str,
    wants: Sequence[str],
    view: Mapping[str, Any] | None,
    people: Sequence[int],
    off: str,
    editable: bool,
    fresh_days: int,
    standings: Sequence[Row],
    reserves: bool,
    run: Component | None,
    run_id: int | None,
    run_open: bool,
    seen: Mapping[str, str] | None,
) -> html.Div:
    """wants: what can be looked for. view: the grid's, where it is not the usual one; people: who was selected in it.

    off: why nobody can be looked for. reserves: the reader may say what is kept back of a day. seen: what the first
    answer about the run is compared with.
    """
    form = _form(wants, view, people, fresh_days) if editable and not off else None
    return shell.page(
        text.ENRICH_TITLE,
        html.P([text.ENRICH_INTO, dcc.Link(title, href=f"/search/{search_id}", className="sx-link")]),
        html.P(off, className="sx-note", role="note") if off else None,
        html.Div(standing_lines(standings), id=ids.ENRICH_STANDING, role="status"),
        html.Div(run, id=ids.RUN_PROGRESS, role="status"),
        form,
        html.Div(reserve_panel(standings), id=ids.ENRICH_RESERVES) if reserves and standings else None,
        dcc.Store(id=ids.ENRICH_SEARCH, data=search_id),
        dcc.Store(id=ids.ENRICH_VIEW, data={"view": dict(view) if view else None, "people": list(people)}),
        dcc.Store(id=ids.ENRICH_SEEN, data=dict(seen) if seen else None),
        dcc.Store(id=ids.ENRICH_RUN, data={"run": run_id} if run_id else None),
        dcc.Interval(id=ids.ENRICH_CLOCK, interval=POLL_MS, disabled=not run_open),
        dcc.Store(id=ids.ENRICH_TICK),
        cancel_store(),
        term="enrich",
    )


def standing_lines(standings: Sequence[Row]) -> list[Component]:
    """Where each account stands today."""
    return [
        html.P(
            _standing(one), className="sx-note" if one.closed else "sx-muted",
            **{"data-testid": "vendor-standing", "data-vendor": one.limits.vendor},
        )
        for one in standings
    ]  # fmt: skip


def estimate_panel(found: Row | None, standing: Row = None) -> list[Component]:
    """What it would take, or how to find out. standing: what the reader may still spend this month."""
    if found is None:
        return [html.P(text.ENRICH_NO_ESTIMATE, className="sx-muted")]
    if not found.people:
        return [html.P(text.ENRICH_NOBODY)]
    items = [
        html.Li([html.Strong(f"{count:,}"), f" {label.format(days=found.fresh_days)}"], **{"data-figure": name})
        for name, label in text.ENRICH_FIGURES.items()
        if (count := getattr(found, name))
    ]
    lines = [_vendor(one) for one in found.vendors]
    notes = [html.P(text.ENRICH_ALL_KNOWN, className="sx-muted")] if not found.vendors else []
    if len(found.vendors) > 1 and found.cost:
        said = text.ENRICH_TOTAL.format(expected=f"{found.expected_cost:,.2f}", cost=f"{found.cost:,.2f}")
        notes.append(html.P(said, **{"data-testid": "estimate-total"}))
    if standing is not None and any(one.cost for one in found.vendors):
        notes += left_panel(standing)
        if found.cost is not None and standing.left is not None and found.cost > standing.left:
            notes.append(html.P(text.BUDGET_OVER, className="sx-note"))
    return [html.Ul(items, className="sx-counts"), *(part for parts in lines for part in parts), *notes]


def reserve_panel(standings: Sequence[Row], *, is_open: bool = False) -> html.Details:
    """For admins: what is kept back of each vendor's day, with a field and a button each."""
    limited = [one for one in standings if one.limits.per_day]
    few = limited[0].few if limited else 0
    return html.Details(
        [
            html.Summary(text.ENRICH_RESERVES),
            html.P(text.ENRICH_RESERVES_HINT.format(few=few), className="sx-muted"),
            html.Div([_reserve(one) for one in limited], className="sx-budgets"),
            html.P(id=ids.ENRICH_RESERVE_ANSWER, className="sx-problem", role="alert"),
        ],
        className="sx-card sx-budget-panel", open=is_open, hidden=not limited,
    )  # fmt: skip


def _reserve(one: Row) -> html.Div:
    label, limit = one.limits.label, f"{one.limits.per_day:,}"
    box = dbc.Input(
        id=ids.vendor_reserve(one.limits.vendor), type="number", min=0, step=1, inputMode="numeric", size="sm",
        value=one.reserve,
    )  # fmt: skip
    name = html.Span(html.Span(text.ENRICH_RESERVE_OF.format(label=label, limit=limit)), className="sx-budget-name")
    save = html.Button(
        text.BUDGET_SAVE, id=ids.vendor_reserve_save(one.limits.vendor), type="button",
        className="btn btn-sm btn-outline-secondary", **{"aria-label": text.ENRICH_RESERVE_SAVE.format(label=label)},
    )  # fmt: skip
    return html.Div([html.Label([name, box]), save], className="sx-budget-row")


def latest(run: Run, search_id: str, failed: Sequence[Row], *, may_go_on: bool) -> html.Div:
    """How far the latest enrichment is, whom it could not ask about, and what can be done next."""
    pause = run_panel.button(text.ENRICH_PAUSE, ids.ENRICH_PAUSE)
    show = run_panel.link(text.ENRICH_SHOW, f"/search/{search_id}")
    actions = run_panel.first_actions(run, pause, show, may_go_on=may_go_on)
    unknown = any(one.unknown for one in failed)
    if may_go_on and run["state"] == "done" and any(not one.unknown for one in failed):
        actions.append(run_panel.button(text.ENRICH_TRY_AGAIN, ids.ENRICH_GO_ON, kind="primary"))
    elif may_go_on and run["state"] in ("paused", "failed", "cancelled"):
        actions.append(run_panel.button(text.ENRICH_GO_ON, ids.ENRICH_GO_ON, kind="primary"))
    if may_go_on and unknown and run["state"] not in ("queued", "running"):
        actions.append(run_panel.button(text.ENRICH_ASK_AGAIN, ids.ENRICH_ASK_AGAIN))
    return run_panel.panel(text.ENRICH_LATEST, run, actions, _failed(search_id, failed))


def _form(wants: Sequence[str], view: Mapping[str, Any] | None, people: Sequence[int], fresh_days: int) -> html.Section:
    there = {"selected": bool(people), "view": bool(view)}
    scopes = {scope: label for scope, label in text.ENRICH_SCOPES.items() if there.get(scope, True)}
    chosen = "selected" if people else "view" if view else "shortlisted"
    return html.Section(
        [
            html.Fieldset(
                [
                    html.Legend(text.ENRICH_WHAT),
                    dbc.Checklist(
                        id=ids.ENRICH_WANTS, value=[],
                        options=[
                            {"label": label, "value": want, "disabled": want not in wants}
                            for want, label in text.ENRICH_WANTS.items()
                        ],
                    ),
                ],
                className="sx-screen-when",
            ),
            html.Fieldset(
                [
                    html.Legend(text.ENRICH_SCOPE),
                    dbc.RadioItems(
                        id=ids.ENRICH_SCOPE, value=chosen,
                        options=[
                            {"label": label.format(n=f"{len(people):,}"), "value": scope}
                            for scope, label in scopes.items()
                        ],
                    ),
                ],
                className="sx-screen-when",
            ),
            dbc.Checkbox(id=ids.ENRICH_AGAIN, value=False, label=text.ENRICH_AGAIN.format(days=fresh_days)),
            html.P(text.ENRICH_ACTIVE_ONLY, className="sx-muted"),
            html.H2(text.ENRICH_ESTIMATE),
            dcc.Loading(
                html.Div(estimate_panel(None), id=ids.ENRICH_ESTIMATE, role="status"), type="dot", delay_show=300
            ),
            html.P(id=ids.ENRICH_PROBLEM, className="sx-problem", role="alert"),
            html.Button(text.ENRICH_START, id=ids.ENRICH_START, type="button", className="btn btn-primary"),
        ],
        className="sx-section sx-enrich",
    )  # fmt: skip


def _vendor(one: Row) -> list[Component]:
    said = text.ENRICH_VENDOR.format(
        label=one.standing.limits.label, people=f"{one.people:,}", credits=_credits(one.credits), cost=_cost(one.cost),
        minutes=_minutes(one.minutes), later=text.ENRICH_LATER.format(later=f"{one.later:,}") if one.later else "",
    )  # fmt: skip
    expected = (text.ENRICH_EXPECTED if one.rated else text.ENRICH_EXPECTED_NEW).format(
        credits=_credits(one.expected_credits), cost=_cost(one.expected_cost), known=f"{one.known:,}",
        rated=f"{one.rated:,}",
    )  # fmt: skip
    lines: list[Component] = [
        html.P(said, **{"data-testid": "vendor-estimate"}), html.P(expected, className="sx-muted"),
    ]  # fmt: skip
    if one.left is not None and one.left < one.people:
        lines.append(html.P(text.ENRICH_LONG.format(left=f"{one.left:,}"), className="sx-note"))
    return lines


def _credits(n: int) -> str:
    return text.ENRICH_CREDIT_COUNT[n != 1].format(n=f"{n:,}")


def _cost(cost: Any) -> str:
    return text.ENRICH_COST.format(cost=f"{cost:,.2f}") if cost else ""


def _standing(one: Row) -> str:
    limits = one.limits
    if one.closed:
        return text.ENRICH_CLOSED.format(label=limits.label, when=f"{one.next_day:%H:%M} UTC")
    given = {"label": limits.label, "asked": f"{one.asked:,}", "limit": f"{limits.per_day:,}"}
    said = (text.ENRICH_STANDING if limits.per_day else text.ENRICH_STANDING_FREE).format(**given)
    if one.reserve and limits.per_day:
        said += text.ENRICH_KEPT.format(reserve=f"{one.reserve:,}", few=one.few)
    if one.credits_left is not None:
        said += text.ENRICH_CREDITS.format(credits=f"{one.credits_left:,}")
    return f"{said}."


def _failed(search_id: str, failed: Sequence[Row]) -> html.Details | None:
    found = [
        run_panel.person(
            search_id, one, f" · {text.ENRICH_REASONS.get(one.reason, one.reason)}",
            **{"data-testid": "enrich-failed", "data-unknown": str(one.unknown).lower()},
        )
        for one in failed
    ]  # fmt: skip
    return run_panel.people(text.ENRICH_FAILED, text.ENRICH_FAILED_HINT, found)


def _minutes(minutes: float) -> str:
    return text.SCREEN_UNDER_A_MINUTE if minutes < 1 else text.SCREEN_MINUTES.format(minutes=f"{minutes:,.0f}")
