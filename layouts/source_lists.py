"""Parts of the page of PhantomBuster: what was fetched into a search, and what is fetched by the clock. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from layouts import ids, text
from layouts.page_sources import took_words
from layouts.pages_searches import time

# A row of services.enrichment.phantom_account.launches_of().
Launch = Mapping[str, Any]
# services.enrichment.fetch_schedules.Schedule, read by name.
Schedule = Any
LIVE = ("launching", "unknown", "running")
OPEN = (*LIVE, "finished")


def launch_list(
    launches: Sequence[Launch], search_id: str, consoles: Mapping[int, str], cancellable: Mapping[int, bool]
) -> html.Div:
    """The newest first. consoles: launch → the end of its console; cancellable: run → whether it can be stopped."""
    if not launches:
        return html.Div(html.P(text.SOURCES_NONE), className="sx-empty sx-source-empty")
    cards = [
        _launch(one, search_id, consoles.get(one["id"], ""), cancellable.get(one["run_id"] or 0)) for one in launches
    ]
    return html.Div(cards, className="sx-source-list")


def _launch(one: Launch, search_id: str, console: str, stoppable: bool | None) -> html.Article:
    head: list[Any] = [
        html.Span(text.SOURCES_STATES[one["state"]], className=f"sx-run-state sx-run-state-{_colour(one['state'])}"),
        html.Strong(one["agent_name"] or one["agent_id"], className="sx-source-name"),
        html.Span(_about(one), className="sx-muted"),
        time(one["created_at"]),
    ]
    if stoppable is not None and one["state"] in OPEN:
        head.append(
            html.Button(
                text.CANCEL, type="button", className="btn btn-sm btn-outline-secondary", disabled=not stoppable,
                **{"data-cancel-run": str(one["run_id"]), "data-testid": "run-cancel"},
            )
        )  # fmt: skip
    body: list[Any] = []
    if one["state"] == "running":
        share = one["progress"]
        value = {} if share is None else {"value": f"{share:.2f}", "max": "1"}
        body.append(html.Progress(className="sx-progress", **value, **{"aria-label": text.RUN_PROGRESS}))
        if one["progress_label"]:
            body.append(html.Div(one["progress_label"], className="sx-muted"))
    if one["source_url"]:
        body.append(html.Div(one["source_url"], className="sx-source-url", title=one["source_url"], dir="ltr"))
    if one["message"]:
        body.append(html.P(one["message"], className="sx-problem" if one["state"] == "failed" else None))
    if console:
        body.append(
            html.Details(
                [
                    html.Summary(text.SOURCES_CONSOLE),
                    html.Pre(console, className="sx-console", tabIndex=0, dir="ltr"),
                ],
                open=one["state"] in ("running", "failed"),
            )
        )
    if one["import_run_id"]:
        href = f"/search/{search_id}/import?run={one['import_run_id']}"
        body.append(dcc.Link(text.SOURCES_TO_IMPORT, href=href, className="sx-link"))
    elif one["upload_id"]:
        href = f"/search/{search_id}/import?upload={one['upload_id']}"
        body.append(dcc.Link(text.SOURCES_SAY_COLUMNS, href=href, className="btn btn-sm btn-primary"))
    return html.Article(
        [html.Div(head, className="sx-source-head"), *body],
        className="sx-card sx-source",
        **{"data-testid": "launch", "data-state": one["state"]},
    )


def _about(one: Launch) -> str:
    parts = [text.SOURCES_WHAT[one["what"]], one["user_name"]]
    if one["schedule_id"]:
        parts.append(text.SOURCES_BY_CLOCK)
    if one["state"] not in OPEN and one["began_ms"]:
        parts.append(took_words(one["began_ms"], one["ended_ms"]))
    return " · ".join(parts)


def _colour(state: str) -> str:
    return {"taken": "done", "failed": "failed", "unknown": "paused"}.get(state, "running")


def schedule_list(schedules: Sequence[Schedule]) -> Any:
    """A table, or that there is none."""
    if not schedules:
        return html.P(text.SOURCES_SCHEDULES_NONE, className="sx-muted")
    names = (text.SOURCES_AGENT, text.SOURCES_SCHEDULE_DO, text.SOURCES_EVERY, text.SOURCES_NEXT)
    head = [*(html.Th(name, scope="col") for name in names),
            html.Th(html.Span(text.COLUMN_ACTIONS, className="visually-hidden"), scope="col")]  # fmt: skip
    body = html.Tbody([_schedule(one) for one in schedules])
    return html.Table([html.Thead(html.Tr(head)), body], className="sx-table sx-table-cards sx-schedules")


def _schedule(one: Schedule) -> html.Tr:
    named = one.agent_name or one.agent_id
    acts = ("resume" if one.paused else "pause", "delete") if one.may_change else ()
    buttons = [
        html.Button(
            text.SOURCES_ACTS[act], id=ids.schedule_act(one.id, act), type="button",
            className="btn btn-sm btn-outline-secondary",
            **{"aria-label": text.SOURCES_ACTS_LABEL.format(act=text.SOURCES_ACTS[act], what=named)},
        )
        for act in acts
    ]  # fmt: skip
    when: Any = time(one.next_at)
    if one.paused:
        when = html.Span(text.SOURCES_PAUSED, className="sx-mark sx-mark-warn")
    told: list[Any] = []
    if one.missed:
        missed = text.SOURCES_MISSED_ONE if one.missed == 1 else text.SOURCES_MISSED.format(n=f"{one.missed:,}")
        told.append(html.Span(missed, className="sx-mark sx-mark-warn"))
    if one.message:
        told.append(html.Div(one.message, className="sx-problem" if one.missed else "sx-muted"))
    return html.Tr(
        [
            html.Td([html.Div(named), *told], className="sx-table-main"),
            html.Td(text.SOURCES_WHAT[one.what], **{"data-label": text.SOURCES_SCHEDULE_DO}),
            html.Td(text.SOURCES_TIMES.get(str(one.every_hours), ""), **{"data-label": text.SOURCES_EVERY}),
            html.Td(when, **{"data-label": text.SOURCES_NEXT}),
            html.Td(html.Div(buttons, className="sx-actions"), className="sx-table-end"),
        ],
        **{"data-testid": "schedule", "data-schedule": str(one.id)},
    )
