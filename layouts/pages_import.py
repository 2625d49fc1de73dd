"""The page `/search/<id>/import`: choose a file, look at it, say what its columns are, import it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import ids, shell, text
from layouts.pages_runs import Run, cancel_store, run_card

POLL_MS = 1_000
# The choice of no field; a Select shows nothing for an empty value.
KEEP = "keep"


def import_page(*, search_id: str, title: str, max_mb: int, run: Run | None = None) -> html.Div:
    """The whole page; run: an import to show instead of a file field."""
    back = dcc.Link(title, href=f"/search/{search_id}", className="sx-link")
    setup = [
        html.P(text.IMPORT_HINT, className="sx-muted"),
        # upload.js puts the file field in here: Dash has none that streams.
        html.Div(id=ids.IMPORT_SLOT, className="sx-upload", **_words(max_mb)),
        html.Progress(id=ids.UPLOAD_PROGRESS, max="100", value="0", hidden=True, className="sx-progress"),
        html.P(id=ids.IMPORT_PROBLEM, className="sx-problem", role="alert"),
        html.Div(id=ids.IMPORT_MAPPING),
        html.Button(text.IMPORT_START, id=ids.IMPORT_START, type="button", className="btn btn-primary", hidden=True),
        html.Div(id=ids.IMPORT_PREVIEW),
    ]
    return shell.page(
        text.IMPORT_TITLE,
        html.P([text.IMPORT_INTO, back]),
        html.Div(setup, id=ids.IMPORT_SETUP, hidden=run is not None),
        html.Div(report(run, search_id) if run else None, id=ids.IMPORT_REPORT, role="status"),
        dcc.Store(id=ids.IMPORT_UPLOAD),
        dcc.Store(id=ids.IMPORT_SEARCH, data=search_id),
        dcc.Store(id=ids.IMPORT_RUN, data=run["id"] if run else None),
        dcc.Interval(id=ids.IMPORT_CLOCK, interval=POLL_MS, disabled=run is None),
        cancel_store(),
    )


def preview(file_name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> html.Div:
    """The first rows of a file as a table."""
    head = html.Thead(html.Tr([html.Th(column, scope="col") for column in columns]))
    body = html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])
    return html.Div(
        [
            html.H2(text.IMPORT_PREVIEW.format(name=file_name, count=len(rows))),
            html.Div(html.Table([head, body], className="sx-table sx-preview"), className="sx-scroll", tabIndex=0),
        ]
    )


def mapping(columns: Sequence[str], suggested: Mapping[str, str], fields: Mapping[str, str]) -> html.Div:
    """For each column a choice of field. suggested: column → field; fields: field → label."""
    options = [{"label": text.IMPORT_NO_FIELD, "value": KEEP}]
    options += [{"label": label, "value": field} for field, label in fields.items()]
    choices = [
        html.Label(
            [
                html.Span(column, className="sx-column-name", title=column),
                dbc.Select(id=ids.import_map(place), options=options, value=suggested.get(column, KEEP), size="sm"),
            ],
            className="sx-column",
            **{"data-column": column},
        )
        for place, column in enumerate(columns)
    ]
    head = [html.H2(text.IMPORT_MAPPING), html.P(text.IMPORT_MAPPING_HINT, className="sx-muted")]
    return html.Div([*head, html.Div(choices, className="sx-columns-map")])


def report(run: Run, search_id: str) -> html.Div:
    """How far the import is, and what can be done next."""
    after: list[Any] = []
    if run["counts"].get("rejected"):
        after.append(
            html.A(
                text.IMPORT_REJECTED, id=ids.REJECTED_DOWNLOAD, href=f"/imports/{run['id']}/rejected.csv",
                className="btn btn-outline-secondary", download=True,
            )
        )  # fmt: skip
    if run["state"] not in ("queued", "running", "paused"):
        after = [
            dcc.Link(text.IMPORT_SHOW, href=f"/search/{search_id}", className="btn btn-primary"),
            *after,
            html.A(text.IMPORT_ANOTHER, href=f"/search/{search_id}/import", className="btn btn-outline-secondary"),
        ]
    return run_card(run, extra=html.Div(after, className="sx-actions"))


def _words(max_mb: int) -> dict[str, str]:
    """What upload.js says."""
    return {
        "data-max-bytes": str(max_mb * 1_000_000),
        "data-label": text.IMPORT_FILE,
        "data-too-large": text.IMPORT_TOO_LARGE.format(megabytes=max_mb),
        "data-broken": text.IMPORT_BROKEN,
    }
