"""The admin's pages on the running install: workers and memory, jobs, keys. Pure.

Rows come from services.operations.operations; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_admin import act, cell, counts, empty, frame, table
from layouts.pages_searches import time

Row = Any
Rows = Sequence[Mapping[str, Any]]
POLL_MS = 5_000


def workers_page(processes: Sequence[Row] | None, slow: Rows | None, why_not: str) -> html.Div:
    """Processes with their memory, and the database's slowest statements. why_not: said where those are None."""
    return frame(
        "workers", text.ADMIN_WORKERS,
        html.Div(worker_list(processes), id=ids.ADMIN_WORKERS),
        html.H2(text.ADMIN_SLOW),
        html.P(text.ADMIN_SLOW_HINT, className="sx-muted"),
        _slow(slow, why_not),
        dcc.Interval(id=ids.ADMIN_CLOCK, interval=POLL_MS),
    )  # fmt: skip


def worker_list(processes: Sequence[Row] | None) -> list[Component]:
    """Made anew every few seconds."""
    if processes is None:
        return [html.P(text.ADMIN_NO_REDIS, className="sx-problem", role="alert")]
    if not processes:
        return [empty(text.ADMIN_NO_WORKERS, text.ADMIN_NO_WORKERS_HINT)]
    total = counts({text.ADMIN_TOTAL: _mb(sum(p.pss for p in processes)), text.ADMIN_PROCESSES: len(processes)})
    numbers = (text.ADMIN_PSS, text.ADMIN_RSS, text.ADMIN_LIMIT, text.ADMIN_POOL, text.ADMIN_AGE)
    names = (text.ADMIN_KIND, text.ADMIN_HOST, *numbers)
    return [total, table(names, [_process(p) for p in processes], numbers=numbers)]


def jobs_page(queue: Row, dead: Rows, items: Rows) -> html.Div:
    """What waits, what goes on, and what failed."""
    return frame(
        "jobs", text.ADMIN_JOBS,
        html.Div(jobs_body(queue, dead, items), id=ids.ADMIN_JOBS),
        dcc.Interval(id=ids.ADMIN_JOBS_CLOCK, interval=POLL_MS),
    )  # fmt: skip


def jobs_body(queue: Row, dead: Rows, items: Rows) -> list[Component]:
    """Made anew every few seconds and after a retry."""
    open_now = [
        html.Li([html.Strong(f"{n:,}"), f" {text.RUN_KINDS.get(kind, kind)}, {text.RUN_STATES[state].lower()}, ",
                 text.ADMIN_OLDEST.format(age=age(oldest))])
        for kind, state, n, oldest in queue.open
    ]  # fmt: skip
    silence = text.ADMIN_NO_JOB_WORKER if queue.silence_s is None else text.ADMIN_SILENCE.format(
        seconds=f"{queue.silence_s:,.0f}")  # fmt: skip
    parts: list[Component] = [
        html.P(silence, className="sx-problem" if queue.silence_s is None or queue.silence_s > 60 else "sx-muted"),
        html.Ul(open_now, className="sx-plain") if open_now else html.P(text.ADMIN_QUEUE_EMPTY),
        html.H2(text.ADMIN_DEAD),
    ]
    if dead:
        parts.append(table((text.RUN_KIND, text.ADMIN_ABOUT, text.RUN_WHO, text.ADMIN_ENDED), [_dead(r) for r in dead]))
    else:
        parts.append(empty(text.ADMIN_NO_DEAD))
    if items:
        names = (text.RUN_SEARCH, text.ADMIN_REASON, text.ADMIN_PEOPLE)
        parts += [html.H2(text.ADMIN_DEAD_CALLS), table(names, [_item(r) for r in items], numbers=(text.ADMIN_PEOPLE,))]
    return parts


def keys_page(keys: Sequence[Row]) -> html.Div:
    """Vendors' keys, each with a test where there is one."""
    names = (text.ADMIN_KEY, text.ADMIN_KEY_STATE)
    return frame(
        "keys", text.ADMIN_KEYS,
        html.P(text.ADMIN_KEYS_HINT, className="sx-muted"),
        html.Div(table(names, [_key(key) for key in keys]), id=ids.ADMIN_KEYS),
        html.Div(id=ids.ADMIN_KEY_ANSWER, role="status"),
    )  # fmt: skip


def key_answer(said: str, *, good: bool) -> html.P:
    """What a vendor said of a key."""
    return html.P(said, className="sx-card" if good else "sx-card sx-problem", **{"data-good": str(good).lower()})


def age(seconds: float) -> str:
    """A duration at a glance: 40 s, 12 min, 3 h, 2 d."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(max(seconds, 0))} s"


def _process(p: Row) -> html.Tr:
    limit = _mb(p.limit) if p.limit else "–"
    kind = [text.ADMIN_KINDS.get(p.kind, p.kind)]
    if p.replacing:
        kind.append(html.Div(text.ADMIN_REPLACING, className="sx-muted"))
    over = bool(p.limit and p.pss > p.limit)
    return html.Tr(
        [
            html.Td(kind, className="sx-table-main"),
            cell(text.ADMIN_HOST, f"{p.host} · {p.pid}"),
            cell(text.ADMIN_PSS, html.Strong(_mb(p.pss), className="sx-problem") if over else _mb(p.pss), number=True),
            cell(text.ADMIN_RSS, _mb(p.rss), number=True),
            cell(text.ADMIN_LIMIT, limit, number=True),
            cell(text.ADMIN_POOL, _pool(p.pool), number=True),
            cell(text.ADMIN_AGE, age(p.age_s), number=True),
            html.Td(),
        ],
        **{"data-testid": "worker-row"},
    )  # fmt: skip


def _pool(pool: Mapping[str, int]) -> Component | str:
    """Connections now; and that requests had to wait for one, where they had to."""
    used = pool["pool_size"] - pool["pool_available"]
    now = text.ADMIN_POOL_OF.format(used=used, size=pool["pool_size"], waiting=pool["requests_waiting"])
    waited, refused = pool.get("requests_queued", 0), pool.get("requests_errors", 0)
    if not waited and not refused:
        return now
    told = text.ADMIN_POOL_WAITED.format(waited=f"{waited:,}", refused=f"{refused:,}")
    return html.Div([now, html.Div(told, className="sx-problem" if refused else "sx-muted")])


def _slow(rows: Rows | None, why_not: str) -> Component:
    if rows is None:
        return html.P(why_not, className="sx-card", **{"data-testid": "no-statements"})
    numbers = (text.ADMIN_CALLS, text.ADMIN_MEAN, text.ADMIN_MAX, text.ADMIN_SUM)
    return table((text.ADMIN_STATEMENT, *numbers), [_statement(row) for row in rows], numbers=numbers)


def _statement(row: Mapping[str, Any]) -> html.Tr:
    return html.Tr(
        [
            html.Td(html.Code(row["query"]), className="sx-table-main sx-statement"),
            cell(text.ADMIN_CALLS, f"{row['calls']:,}", number=True),
            cell(text.ADMIN_MEAN, f"{row['mean_ms']:,.1f} ms", number=True),
            cell(text.ADMIN_MAX, f"{row['max_ms']:,.0f} ms", number=True),
            cell(text.ADMIN_SUM, f"{row['total_ms'] / 1000:,.1f} s", number=True),
            html.Td(),
        ],
        **{"data-testid": "statement-row"},
    )


def _dead(row: Mapping[str, Any]) -> html.Tr:
    kind = text.RUN_KINDS.get(row["kind"], row["kind"])
    where = dcc.Link(row["search_title"], href=f"/search/{row['search_id']}") if row["search_title"] else None
    retry = act(row["id"], "retry", text.ADMIN_RETRY, f"{kind} {row['id']}") if row["may_retry"] else None
    return html.Tr(
        [
            html.Td([kind, html.Div(f"#{row['id']}", className="sx-muted")], className="sx-table-main sx-run-kind"),
            html.Td([where, html.Div(row["message"], className="sx-problem")], className="sx-about"),
            cell(text.RUN_WHO, row["user_name"]),
            cell(text.ADMIN_ENDED, time(row["finished_at"])),
            html.Td(retry, className="sx-table-end"),
        ],
        **{"data-testid": "dead-row", "data-run": str(row["id"])},
    )


def _item(row: Mapping[str, Any]) -> html.Tr:
    search = dcc.Link(row["search_title"], href=f"/search/{row['search_id']}/screen")
    return html.Tr(
        [
            html.Td(search, className="sx-table-main"),
            cell(text.ADMIN_REASON, row["reason"]),
            cell(text.ADMIN_PEOPLE, f"{row['items']:,}", number=True),
            html.Td(),
        ],
        **{"data-testid": "dead-call-row"},
    )


def _key(key: Row) -> html.Tr:
    state = text.ADMIN_KEY_ORIGINS[key.origin].format(name=key.name)
    test = act(key.name, "test", text.ADMIN_TEST, key.name) if key.testable and key.origin else None
    return html.Tr(
        [
            html.Td([html.Code(key.name), html.Div(key.help, className="sx-muted")], className="sx-table-main"),
            html.Td(state, className=None if key.origin else "sx-muted"),
            html.Td(test, className="sx-table-end"),
        ],
        **{"data-testid": "key-row"},
    )


def _mb(size: float) -> str:
    return f"{size / (1 << 20):,.0f} MB"
