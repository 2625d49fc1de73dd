"""The export dialog: what is exported, as what, with which columns; first rows, progress, one's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_runs import OPEN, Run, run_card

POLL_MS = 1_000
# A column: what it is chosen by, and its header in the file.
Named = tuple[str, str]


class Look(Protocol):
    """services.exports.export_preview.Preview."""

    @property
    def rows(self) -> int: ...
    @property
    def columns(self) -> list[str]: ...
    @property
    def first(self) -> list[list[str]]: ...
    @property
    def left_out(self) -> int: ...


def export_dialog() -> list[Component]:
    """The empty dialog and its stores, once on the page of a search; dialog_body() fills it."""
    return [
        dbc.Modal(
            html.Div(id=ids.EXPORT_BODY), id=ids.EXPORT_DIALOG, is_open=False, size="xl", scrollable=True,
            fullscreen="md-down",
        ),
        dcc.Store(id=ids.EXPORT_REQUEST),
        dcc.Store(id=ids.EXPORT_TARGET),
        dcc.Store(id=ids.EXPORT_RUN),
        dcc.Interval(id=ids.EXPORT_CLOCK, interval=POLL_MS, disabled=True),
    ]  # fmt: skip


def dialog_body(people: int, columns: Sequence[Named], past: Sequence[Mapping[str, Any]]) -> list[Component]:
    """The whole dialog for so many people. columns: of the usual variant, in the grid's order."""
    start = html.Button(
        text.EXPORT_START, id=ids.EXPORT_START, type="button", className="btn btn-primary", disabled=not people
    )
    return [
        dbc.ModalHeader(dbc.ModalTitle(text.EXPORT_TITLE.format(people=_people(people)))),
        html.Div(
            [
                html.Div([_variants(), _formats(), columns_box(columns)], className="sx-export-choice"),
                html.Div(loading(), id=ids.EXPORT_PREVIEW, className="sx-export-preview"),
                html.P(id=ids.EXPORT_PROBLEM, className="sx-problem", role="alert"),
                html.Div(start, className="sx-actions"),
                html.Div(id=ids.EXPORT_PROGRESS, role="status"),
                html.H3(text.EXPORT_PAST),
                html.Div(past_files(past), id=ids.EXPORT_PAST),
            ],
            className="modal-body sx-export",
        ),
    ]


def column_options(names: Sequence[Named]) -> list[dict[str, str]]:
    """Choices of columns."""
    return [{"label": header, "value": name} for name, header in names]


def columns_box(names: Sequence[Named]) -> html.Details:
    """Which columns, folded away: all of them is what most want."""
    quick = [
        html.Button(label, id=name, type="button", className="btn btn-sm btn-light")
        for label, name in ((text.EXPORT_COLUMNS_ALL, ids.EXPORT_COLUMNS_ALL),
                            (text.EXPORT_COLUMNS_GRID, ids.EXPORT_COLUMNS_GRID))
    ]  # fmt: skip
    count = html.Span(columns_count(len(names), len(names)), id=ids.EXPORT_COLUMNS_COUNT, className="sx-muted")
    choice = dcc.Checklist(
        id=ids.EXPORT_COLUMNS,
        options=column_options(names),
        value=[name for name, _ in names],
        className="sx-export-columns",
    )
    return html.Details(
        [html.Summary([text.EXPORT_COLUMNS, " ", count]), html.Div(quick, className="sx-actions"), choice],
        id=ids.EXPORT_COLUMNS_BOX,
    )


def columns_count(chosen: int, of: int) -> str:
    """How many columns are chosen."""
    return text.EXPORT_COLUMNS_COUNT.format(n=chosen, total=of)


def look(found: Look, variant: str) -> list[Component]:
    """Row count and first rows."""
    rows = text.EXPORT_ROWS[found.rows != 1].format(n=found.rows)
    if not found.rows:
        return [html.P(text.EXPORT_NO_ROWS[variant], className="sx-empty")]
    if not found.first:
        return [html.P([html.Strong(rows), f" {text.EXPORT_FIRST_NONE}"], **{"data-rows": str(found.rows)})]
    told: list[Any] = [html.Strong(rows), f". {text.EXPORT_FIRST.format(n=len(found.first))}"]
    if found.left_out:
        told.append(html.Span(f" ({text.EXPORT_LEFT_OUT.format(n=found.left_out)})", className="sx-muted"))
    head = html.Thead(html.Tr([html.Th(column, scope="col") for column in found.columns]))
    body = html.Tbody([html.Tr([html.Td(cell, dir="auto") for cell in row]) for row in found.first])
    table = html.Table([head, body], className="sx-table sx-preview", **{"aria-label": text.EXPORT_TABLE})
    return [
        html.P(told, **{"data-rows": str(found.rows)}),
        html.Div(table, className="sx-scroll", tabIndex=0, role="region", **{"aria-label": text.EXPORT_TABLE}),
    ]


def loading() -> list[Component]:
    """Grey bars where the first rows will stand."""
    return [html.Div(className="sx-skeleton", **{"aria-hidden": "true"}) for _ in range(3)]


def progress(run: Run, made: Mapping[str, Any] | None) -> Component:
    """A run on its way, or at its end with the file."""
    extra = None
    if made is not None:
        extra = html.Div(
            [
                html.A(
                    text.EXPORT_DOWNLOAD_SIZE.format(size=size(made["bytes"])), href=f"/exports/{made['id']}",
                    id=ids.EXPORT_DOWNLOAD, className="btn btn-primary",
                ),
                html.Span(text.EXPORT_KEPT, className="sx-muted"),
            ],
            className="sx-actions",
        )  # fmt: skip
    return run_card(run, extra=extra)


def is_open(run: Run) -> bool:
    """Whether a run goes on."""
    return run["state"] in OPEN


def past_files(files: Sequence[Mapping[str, Any]]) -> Component:
    """One's files of this search, each with its size and when it goes."""
    if not files:
        return html.P(text.EXPORT_PAST_NONE, className="sx-muted")
    return html.Ul([_file(one) for one in files], className="sx-files")


def size(count: int) -> str:
    """Bytes for people: 950 B, 12 kB, 3.4 MB."""
    if count < 1_000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1_000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB" if count < 1_000_000_000 else f"{count / 1_000_000_000:.2f} GB"


def _file(one: Mapping[str, Any]) -> html.Li:
    rows = text.EXPORT_ROWS[one["rows"] != 1].format(n=one["rows"])
    about = [
        _day(one["created_at"]),
        f" · {rows} · {size(one['bytes'])} · {text.EXPORT_UNTIL} ",
        _day(one["expires_at"]),
    ]
    name = one["file_name"]
    return html.Li(
        [
            html.Div([html.Span(name, className="sx-file-name"), html.Span(about, className="sx-muted")]),
            html.A(
                text.EXPORT_DOWNLOAD, href=f"/exports/{one['id']}", className="btn btn-sm btn-outline-secondary",
                **{"data-testid": ids.EXPORT_DOWNLOAD, "aria-label": f"{text.EXPORT_DOWNLOAD} {name}"},
            ),
            html.Button(
                text.EXPORT_DELETE, id=ids.export_delete(str(one["id"])), type="button",
                className="btn btn-sm btn-light",
                **{"aria-label": text.EXPORT_DELETE_LABEL.format(name=name)},
            ),
        ],
        **{"data-testid": "export-file"},
    )  # fmt: skip


def _day(moment: datetime) -> html.Time:
    return html.Time(moment.strftime("%Y-%m-%d %H:%M UTC"), dateTime=moment.isoformat(), className="sx-time")


def _people(count: int) -> str:
    return text.EXPORT_ONE if count == 1 else text.EXPORT_MANY.format(n=count)


def _variants() -> html.Fieldset:
    options = [
        {"label": html.Span([html.Strong(label), html.Span(hint, className="sx-muted")]), "value": key}
        for key, (label, hint) in text.EXPORT_VARIANTS.items()
    ]
    choice = dbc.RadioItems(id=ids.EXPORT_VARIANT, options=options, value="processed", className="sx-export-variants")
    return html.Fieldset([html.Legend(text.EXPORT_VARIANT), choice])


def _formats() -> html.Fieldset:
    options = [{"label": label, "value": key} for key, label in text.EXPORT_FORMATS.items()]
    choice = dbc.RadioItems(id=ids.EXPORT_FORMAT, options=options, value="csv", inline=True)
    return html.Fieldset([html.Legend(text.EXPORT_FORMAT), choice])
