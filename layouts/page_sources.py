"""The page `/search/<id>/sources`: agents of PhantomBuster launched, earlier results taken, by the clock. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import ids, shell, text
from layouts.pages_runs import cancel_store
from layouts.pages_searches import time

POLL_MS = 2_000
# The choice of no hour; a Select shows nothing for an empty value.
LATER = "later"
# services.enrichment.phantom_account.AgentShown and Earlier, read by name.
AgentShown = Any
Earlier = Any


def sources_page(
    *,
    search_id: str,
    title: str,
    launches: Any,
    schedules: Any,
    set_up: bool,
    editable: bool,
    watched: bool,
    zone: str = "UTC",
) -> html.Div:
    """The whole page. launches, schedules: as launch_list() and schedule_list() show them; watched: something runs;
    zone: the reader's, whose hours schedules keep to."""
    back = [text.IMPORT_INTO, dcc.Link(title, href=f"/search/{search_id}", className="sx-link")]
    file = dcc.Link(text.SOURCES_FILE, href=f"/search/{search_id}/import", className="btn btn-outline-secondary")
    body: list[Any] = []
    if not set_up:
        body = [html.Div([html.H2(text.SOURCES_OFF_TITLE), html.P(text.SOURCES_OFF)], className="sx-empty")]
    elif not editable:
        body = [html.P(text.SOURCES_READ_ONLY, className="sx-notice")]
    fetched = html.Section(
        [html.H2(text.SOURCES_LATEST_TITLE), html.Div(launches, id=ids.SOURCES_LAUNCHES)], className="sx-section"
    )
    may = set_up and editable
    return shell.page(
        text.SOURCES_TITLE,
        html.P(back),
        *body,
        _launch() if may else None,
        fetched if set_up else None,
        _by_clock(schedules, zone) if may else None,
        dcc.Store(id=ids.SOURCES_SEARCH, data=search_id),
        dcc.Store(id=ids.SOURCES_STARTED),
        dcc.Store(id=ids.SOURCES_SEEN),
        dcc.Interval(id=ids.SOURCES_CLOCK, interval=POLL_MS, disabled=not watched),
        cancel_store(),
        actions=file,
    )


def _launch() -> html.Section:
    """The form. Agents are asked for when the page stands: PhantomBuster may take seconds."""
    more = html.Details(
        [
            html.Summary(text.SOURCES_MORE),
            html.Div(
                [
                    html.Label(text.SOURCES_ARGUMENT, htmlFor=ids.SOURCES_ARGUMENT),
                    dbc.Input(id=ids.SOURCES_ARGUMENT, maxLength=60, autoComplete="off"),
                    html.Small(text.SOURCES_ARGUMENT_HINT, className="sx-muted"),
                    dbc.Checkbox(id=ids.SOURCES_CHECK, label=text.SOURCES_CHECK, value=False),
                ],
                className="sx-form",
            ),
        ]
    )
    buttons = html.Div(
        [
            html.Button(text.SOURCES_LAUNCH, id=ids.SOURCES_LAUNCH, type="button", className="btn btn-primary"),
            html.Button(
                text.SOURCES_LATEST, id=ids.SOURCES_LATEST, type="button", className="btn btn-outline-secondary",
                title=text.SOURCES_LATEST_HINT,
            ),
        ],
        className="sx-actions",
    )  # fmt: skip
    form = html.Div(
        [
            html.Label(text.SOURCES_AGENT, htmlFor=ids.SOURCES_AGENT),
            html.Div(
                [
                    dbc.Select(id=ids.SOURCES_AGENT, options=[], placeholder=text.SOURCES_AGENTS_LOADING),
                    html.Button(
                        text.SOURCES_AGAIN, id=ids.SOURCES_AGAIN, type="button", className="btn btn-outline-secondary"
                    ),
                ],
                className="sx-source-agent",
            ),
            html.Div(id=ids.SOURCES_AGENT_STATE, role="status"),
            html.Label(text.SOURCES_URL, htmlFor=ids.SOURCES_URL),
            dbc.Input(
                id=ids.SOURCES_URL, type="url", maxLength=2000, autoComplete="off",
                placeholder=text.SOURCES_URL_LIKE,
            ),
            html.Small(text.SOURCES_URL_HINT, className="sx-muted"),
            more,
            html.P(id=ids.SOURCES_PROBLEM, className="sx-problem", role="alert"),
            buttons,
        ],
        className="sx-form",
    )  # fmt: skip
    return html.Section(
        [
            html.H2(text.SOURCES_LAUNCH_TITLE),
            form,
            dcc.Loading(
                html.Div(id=ids.SOURCES_EARLIER), custom_spinner=html.Div(className="sx-skeleton"), delay_show=300
            ),
        ],
        className="sx-section sx-phantom",
    )


def agent_options(agents: Sequence[AgentShown]) -> list[dict[str, str]]:
    """The agents as choices; whether each is free is said with its name."""
    return [{"value": one.agent.id, "label": f"{one.agent.name or one.agent.id} · {_short(one)}"} for one in agents]


def _short(one: AgentShown) -> str:
    if one.busy is not None:
        return text.SOURCES_AGENT_BUSY.format(who=one.busy.user_name)
    return text.SOURCES_RUNS if one.elsewhere else text.SOURCES_AGENT_IDLE


def agent_state(one: AgentShown | None) -> Any:
    """Whether the chosen agent can be launched now, and how its last run ended."""
    if one is None:
        return None
    if one.busy is not None:
        return _mark(text.SOURCES_AGENT_BUSY.format(who=one.busy.sentence), "warn")
    if one.elsewhere:
        return _mark(text.SOURCES_AGENT_ELSEWHERE, "warn")
    agent = one.agent
    if agent.last_ended_ms is None:
        return _mark(text.SOURCES_AGENT_NEVER, "good")
    ended = _ended(agent.last_exit_code, agent.last_end)
    last = text.SOURCES_LAST.format(ended=ended.lower())
    return html.Span([_mark(text.SOURCES_AGENT_IDLE, "good"), f" {last} ", _moment(agent.last_ended_ms)])


def unreachable(message: str) -> html.P:
    """What is wrong with PhantomBuster, in place of what it would have said."""
    return html.P(message, className="sx-problem", role="alert", **{"data-testid": "sources-unreachable"})


def earlier_list(found: Sequence[Earlier]) -> html.Div:
    """Earlier runs of an agent, each with a button that takes its result; and a field for the id of another."""
    by_id = html.Div(
        [
            html.Label(text.SOURCES_CONTAINER, htmlFor=ids.SOURCES_CONTAINER),
            html.Div(
                [
                    dbc.Input(id=ids.SOURCES_CONTAINER, maxLength=64, autoComplete="off", inputmode="numeric"),
                    html.Button(
                        text.SOURCES_TAKE, id=ids.SOURCES_TAKE, type="button", className="btn btn-outline-secondary"
                    ),
                ],
                className="sx-source-agent",
            ),
        ],
        className="sx-form",
    )
    if not found:
        return html.Div([html.P(text.SOURCES_EARLIER_NONE, className="sx-muted"), by_id])
    head = html.Thead(
        html.Tr([html.Th(name, scope="col") for name in text.SOURCES_COLUMNS] + [html.Th(_hidden(), scope="col")])
    )
    table = html.Table(
        [head, html.Tbody([_earlier(one) for one in found])], className="sx-table sx-table-cards sx-earlier"
    )
    return html.Div([html.H3(text.SOURCES_EARLIER), table, by_id])


def _earlier(one: Earlier) -> html.Tr:
    container, when = one.container, _moment(one.container.created_ms)
    done: Any = None
    if one.taken:
        done = html.Span(text.SOURCES_TAKEN, className="sx-mark sx-mark-good")
    elif container.is_over:
        # Heard, not seen: which run, in the reader's time as in the row.
        of_which = html.Span([text.SOURCES_TAKE_OF, _moment(container.created_ms)], className="visually-hidden")
        done = html.Button(
            [text.SOURCES_TAKE, of_which], id=ids.sources_take(container.id), type="button",
            className="btn btn-sm btn-outline-secondary",
        )  # fmt: skip
    ended = _ended(container.exit_code, container.end_type) if container.is_over else text.SOURCES_RUNS
    took = took_words(container.launched_ms, container.ended_ms)
    return html.Tr(
        [
            html.Td(when, className="sx-table-main"),
            html.Td(ended, **{"data-label": text.SOURCES_COLUMNS[1]}),
            html.Td(took, className="sx-number", **{"data-label": text.SOURCES_COLUMNS[2]}),
            html.Td(done, className="sx-table-end"),
        ],
        **{"data-testid": "earlier-run"},
    )


def took_words(began_ms: int | None, ended_ms: int | None) -> str:
    """How long something took: "3 min", "40 s", or "–"."""
    if not began_ms or not ended_ms or ended_ms < began_ms:
        return "–"
    seconds = (ended_ms - began_ms) / 1000
    if seconds < 90:
        return text.SOURCES_SECONDS.format(n=round(seconds))
    return text.SOURCES_MINUTES.format(n=f"{round(seconds / 60):,}")


def _by_clock(schedules: Any, zone: str) -> html.Section:
    def choice(name: str, label: str, options: Mapping[str, str], value: str) -> html.Div:
        shown = [{"value": key, "label": said} for key, said in options.items()]
        return html.Div([html.Label(label, htmlFor=name), dbc.Select(id=name, options=shown, value=value)])

    hours = {LATER: text.SOURCES_HOUR_LATER} | {str(hour): f"{hour:02}:00" for hour in range(24)}
    form = html.Div(
        [
            choice(ids.SOURCES_SCHEDULE_WHAT, text.SOURCES_SCHEDULE_DO, text.SOURCES_SCHEDULE_WHAT, "launch"),
            choice(ids.SOURCES_EVERY, text.SOURCES_EVERY, text.SOURCES_TIMES, "24"),
            choice(ids.SOURCES_HOUR, text.SOURCES_HOUR.format(zone=zone.replace("_", " ")), hours, "6"),
            html.Button(
                text.SOURCES_SCHEDULE_ADD, id=ids.SOURCES_SCHEDULE_ADD, type="button",
                className="btn btn-outline-secondary",
            ),
        ],
        className="sx-schedule-form",
    )  # fmt: skip
    return html.Section(
        [
            html.H2(text.SOURCES_SCHEDULES),
            html.P(text.SOURCES_SCHEDULES_HINT, className="sx-muted"),
            form,
            html.P(id=ids.SOURCES_SCHEDULE_PROBLEM, className="sx-problem", role="alert"),
            html.Div(schedules, id=ids.SOURCES_SCHEDULES),
        ],
        className="sx-section",
    )


def _ended(exit_code: int | None, end_type: str) -> str:
    if exit_code == 0:
        return text.SOURCES_SUCCEEDED
    if exit_code is None:
        return text.SOURCES_ENDS.get(end_type, end_type.capitalize())
    return text.SOURCES_FAILED.format(code=exit_code)


def _mark(words: str, kind: str) -> html.Span:
    return html.Span(words, className=f"sx-mark sx-mark-{kind} sx-source-mark")


def _moment(ms: int) -> html.Time:
    return time(datetime.fromtimestamp(ms / 1000, UTC))


def _hidden() -> html.Span:
    return html.Span(text.COLUMN_ACTIONS, className="visually-hidden")
