"""The page `/runs`: long jobs with their progress; and one job as other pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from layouts import ids, shell, text

POLL_MS = 2_000
OPEN = ("queued", "running", "paused")
# A run as services.runs.runs.list_runs() gives it.
Run = Mapping[str, Any]


def runs_page(runs: Sequence[Run]) -> html.Div:
    """The whole page, with a clock that fetches the list again."""
    return shell.page(
        text.RUNS_TITLE,
        html.Div(run_list(runs), id=ids.RUNS_LIST),
        dcc.Store(id=ids.RUNS_SEEN),
        dcc.Interval(id=ids.RUNS_CLOCK, interval=POLL_MS),
        cancel_store(),
        dcc.Store(id=ids.RUN_UNDO_REQUEST),
        term="run",
    )


def cancel_store() -> dcc.Store:
    """What a cancel button writes to (runs.js); once on every page that has such a button."""
    return dcc.Store(id=ids.RUN_CANCEL_REQUEST)


def run_list(runs: Sequence[Run]) -> html.Div | html.Table:
    """A table, newest first, or what to do when it would be empty."""
    if not runs:
        return html.Div([html.H2(text.RUNS_EMPTY_TITLE), html.P(text.RUNS_EMPTY_BODY)], className="sx-empty")
    names = (text.RUN_KIND, text.RUN_SEARCH, text.RUN_WHO, text.RUN_STARTED, text.RUN_PROGRESS)
    head = [*(html.Th(name, scope="col") for name in names), html.Th(_hidden(text.COLUMN_ACTIONS), scope="col")]
    rows = [_row(run) for run in runs]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="sx-table sx-table-cards")


def run_card(run: Run, *, extra: Any = None) -> html.Div:
    """One job on the page where it was started: progress, counts, message, cancel, then extra."""
    cancel = _cancel(run, id=ids.RUN_CANCEL) if run["state"] in OPEN else None
    head = html.Div([_state(run), cancel], className="sx-run-head")
    live = html.Div(figures(run), id=ids.RUN_FIGURES, className="sx-run-figures")
    return html.Div([head, live, extra], className="sx-card sx-run", **{"data-state": run["state"]})


def figures(run: Run) -> list[Any]:
    """What changes all the time, apart from the buttons: one that is replaced while it is pressed is not pressed."""
    return _progress(run)


def _row(run: Run) -> html.Tr:
    search = dcc.Link(run["search_title"], href=f"/search/{run['search_id']}") if run["search_id"] else "–"
    return html.Tr(
        [
            html.Td(text.RUN_KINDS.get(run["kind"], run["kind"]), className="sx-run-kind"),
            html.Td(search, className="sx-run-search", **{"data-label": text.RUN_SEARCH}),
            html.Td(run["user_name"], **{"data-label": text.RUN_WHO}),
            html.Td(_time(run["created_at"]), **{"data-label": text.RUN_STARTED}),
            html.Td(html.Div([_state(run), *_progress(run)], className="sx-run-line"), className="sx-run-cell"),
            html.Td(_cancel(run) if run["state"] in OPEN else _undo(run) or _download(run), className="sx-table-end"),
        ],
        **{"data-testid": "run-row", "data-run": str(run["id"]), "data-state": run["state"]},
    )


def _state(run: Run) -> html.Span:
    label: Any = text.RUN_STATES[run["state"]]
    if run["state"] == "paused" and run.get("vendor_since"):
        label = text.RUN_CANCELLING
        if not run["cancel_requested"]:
            label = [text.RUN_WITH_VENDOR, _time(run["vendor_since"])]
    elif run["state"] == "queued" and run["queue_position"]:
        label = text.RUN_QUEUED.format(position=run["queue_position"])
    elif run["state"] == "running" and run["cancel_requested"]:
        label = text.RUN_CANCELLING
    return html.Span(label, className=f"sx-run-state sx-run-state-{run['state']}")


def _progress(run: Run) -> list[Any]:
    """Bar, figures and message, as far as there are any."""
    parts: list[Any] = []
    if run["state"] == "running":
        bar = {"value": str(run["done"]), "max": str(run["total"])} if run["total"] else {}
        parts.append(html.Progress(className="sx-progress", **bar, **{"aria-label": text.RUN_PROGRESS}))
    if run["total"] and run["state"] != "queued":
        figures = text.RUN_DONE_OF.format(done=f"{run['done']:,}", total=f"{run['total']:,}")
        left = f" · {_left(run['eta_s'])}" if run["eta_s"] is not None else ""
        parts.append(html.Div(figures + left, className="sx-muted", **{"data-testid": "run-figures"}))
    if run["counts"]:
        parts.append(counts(run["counts"]))
    if run.get("vendor_problem"):
        parts.append(html.P(text.RUN_VENDOR_PROBLEM.format(problem=run["vendor_problem"]), className="sx-problem"))
    if run["message"]:
        parts.append(html.P(run["message"], className="sx-problem" if run["state"] == "failed" else None))
    return parts


def counts(values: Mapping[str, Any]) -> html.Ul:
    """Named figures: 120 added · 3 changed; those that are 0 are left out unless all are."""
    shown = {name: value for name, value in values.items() if value} or dict(values)
    items = [
        html.Li([html.Strong(_figure(value)), f" {text.COUNTS.get(name, name)}"], **{"data-count": name})
        for name, value in sorted(shown.items(), key=lambda item: _place(item[0]))
    ]
    return html.Ul(items, className="sx-counts")


def _place(name: str) -> int:
    names = list(text.COUNTS)
    return names.index(name) if name in names else len(names)


def _figure(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _left(seconds: float) -> str:
    if seconds < 60:
        return text.RUN_LEFT_SHORT
    return text.RUN_LEFT.format(minutes=f"{round(seconds / 60):,}")


def _cancel(run: Run, **props: Any) -> html.Button | None:
    if not run["may_cancel"]:
        return None
    return html.Button(
        text.CANCEL, type="button", className="btn btn-sm btn-outline-secondary",
        disabled=bool(run["cancel_requested"]), **props,
        **{"data-cancel-run": str(run["id"]), "data-testid": "run-cancel"},
    )  # fmt: skip


def download_in_message(run: Run) -> html.A | None:
    """The link to an export's file, for a message. None without a file."""
    return _download(run)


def link_in_message() -> dcc.Link:
    """The link to this page, for a message about several jobs."""
    return dcc.Link(text.RUNS_SHOW, href="/runs", className="btn btn-sm btn-outline-secondary")


def _undo(run: Run) -> html.Button | None:
    if not run.get("undo_batch"):
        return None
    return html.Button(
        text.UNDO, type="button", className="btn btn-sm btn-outline-secondary",
        **{"data-undo-batch": str(run["undo_batch"]), "data-testid": "run-undo"},
    )  # fmt: skip


def _download(run: Run, **props: Any) -> html.A | None:
    """To the file of an export that the reader can download."""
    if not run.get("export_id"):
        return None
    return html.A(
        text.EXPORT_DOWNLOAD, href=f"/exports/{run['export_id']}", className="btn btn-sm btn-outline-secondary",
        **props, **{"data-testid": ids.EXPORT_DOWNLOAD},
    )  # fmt: skip


def _time(moment: datetime) -> html.Time:
    return html.Time(moment.strftime("%Y-%m-%d %H:%M UTC"), dateTime=moment.isoformat(), className="sx-time")


def _hidden(label: str) -> html.Span:
    return html.Span(label, className="visually-hidden")
