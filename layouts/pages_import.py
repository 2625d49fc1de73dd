"""The page `/search/<id>/import`: choose a file, look at it, say what its columns are, import it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts import ids, shell, text
from layouts.pages_runs import Run, cancel_store, run_card

POLL_MS = 1_000


# services.people.duplicates.AfterImport: how the comparison behind an import stands.
Compared = Any


def import_page(
    *, search_id: str, title: str, max_mb: int, run: Run | None = None, compared: Compared = None, upload: str = ""
) -> html.Div:
    """The whole page; run: an import to show instead of a file field; upload: one that is here already."""
    back = dcc.Link(title, href=f"/search/{search_id}", className="sx-link")
    setup = [
        html.P(
            [
                text.IMPORT_HINT + " ",
                dcc.Link(text.SOURCES_OPEN, href=f"/search/{search_id}/sources", className="sx-link"),
            ],
            className="sx-muted",
        ),
        # upload.js puts the file field in here: Dash has none that streams.
        html.Div(id=ids.IMPORT_SLOT, className="sx-upload", **_words(max_mb), **{"data-given": upload}),
        html.Progress(id=ids.UPLOAD_PROGRESS, max="100", value="0", hidden=True, className="sx-progress"),
        html.P(id=ids.IMPORT_PROBLEM, className="sx-problem", role="alert"),
        # A file is looked at in a second or two: until then the place of its columns pulses.
        dcc.Loading(html.Div(id=ids.IMPORT_FILES), custom_spinner=html.Div(className="sx-skeleton"), delay_show=300),
        html.Div(id=ids.IMPORT_MAPPING),
        html.Div(
            [
                html.Button(
                    text.IMPORT_START, id=ids.IMPORT_START, type="button", className="btn btn-primary", hidden=True
                ),
                html.Button(
                    text.IMPORT_DRY_RUN,
                    id=ids.IMPORT_DRY_RUN,
                    type="button",
                    className="btn btn-outline-secondary",
                    title=text.IMPORT_DRY_RUN_HINT,
                    hidden=True,
                ),
            ],
            className="sx-actions",
        ),
        html.Div(id=ids.IMPORT_DRY_RUN_REPORT, role="status"),
        html.Div(id=ids.IMPORT_PREVIEW),
    ]
    return shell.page(
        text.IMPORT_TITLE,
        html.P([text.IMPORT_INTO, back]),
        html.Div(setup, id=ids.IMPORT_SETUP, hidden=run is not None),
        html.Div(report(run, search_id, compared) if run else None, id=ids.IMPORT_REPORT, role="status"),
        dcc.Store(id=ids.IMPORT_UPLOAD),
        dcc.Store(id=ids.IMPORT_SEARCH, data=search_id),
        dcc.Store(id=ids.IMPORT_RUN, data=run["id"] if run else None),
        dcc.Store(id=ids.IMPORT_DRY_RUN_RUN),
        dcc.Interval(id=ids.IMPORT_CLOCK, interval=POLL_MS, disabled=run is None),
        dcc.Interval(id=ids.IMPORT_DRY_RUN_CLOCK, interval=POLL_MS, disabled=True),
        cancel_store(),
        term="import",
    )


def archived(search_id: str) -> html.Div:
    """What stands here for an archived search: where it can be restored."""
    link = dcc.Link(text.IMPORT_ARCHIVED_LINK, href=f"/search/{search_id}", className="btn btn-primary")
    return html.Div([html.H1(text.ARCHIVE_TITLE), html.P(text.IMPORT_ARCHIVED), link], className="sx-page sx-message")


def report(run: Run, search_id: str, compared: Compared = None) -> html.Div:
    """How far the import is, what comparing its people came to, and what can be done next."""
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
    return run_card(run, extra=html.Div([_compared(compared, search_id), html.Div(after, className="sx-actions")]))


def _compared(compared: Compared, search_id: str) -> html.P | None:
    """Whether people of the import may be others who are known."""
    if compared is None:
        return None
    words: list[Any] = [text.IMPORT_COMPARING] if compared.is_open else []
    if not words and compared.state != "done":
        words = [text.IMPORT_NOT_COMPARED, " "]
    if compared.pairs:
        said = text.IMPORT_PAIRS_ONE if compared.pairs == 1 else text.IMPORT_PAIRS.format(n=compared.pairs)
        link = dcc.Link(text.IMPORT_DECIDE, href=f"/duplicates?search={search_id}", className="sx-link")
        words = [*words, f" {said} " if words else f"{said} ", link]
    return html.P(words or text.IMPORT_NO_PAIRS, **{"data-testid": "import-duplicates"})


def dry_run(run: Run) -> html.Div:
    """How far a trial is, or what it came to."""
    done = html.P(text.IMPORT_DRY_RUN_DONE) if run["state"] == "done" else None
    return run_card(run, extra=done)


def _words(max_mb: int) -> dict[str, str]:
    """What upload.js says."""
    return {
        "data-max-bytes": str(max_mb * 1_000_000),
        "data-label": text.IMPORT_FILE,
        "data-too-large": text.IMPORT_TOO_LARGE.format(megabytes=max_mb),
        "data-broken": text.IMPORT_BROKEN,
    }
