"""Archived searches: what the list shows of them, and the page of one with its preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from dash import dcc, html

from layouts import address, ids, text
from layouts.pages_runs import cancel_store

POLL_MS = 1_500
_MB, _KB = 1_000_000, 1_000


class ArchiveRow(Protocol):
    """What is shown of an archive: services.archive.archives.Archive."""

    @property
    def search_id(self) -> Any: ...
    @property
    def title(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def owned(self) -> bool: ...
    @property
    def tier(self) -> str: ...
    @property
    def people(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def archived(self) -> bool: ...
    @property
    def archived_at(self) -> datetime | None: ...
    @property
    def made_by(self) -> str: ...
    @property
    def run_id(self) -> int | None: ...
    @property
    def run_kind(self) -> str | None: ...
    @property
    def run_state(self) -> str | None: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def message(self) -> str: ...
    @property
    def may_cancel(self) -> bool: ...
    @property
    def under_way(self) -> bool: ...
    @property
    def failed(self) -> bool: ...


def progress(archive: ArchiveRow) -> html.Div | None:
    """How far a job is with it, or why it came to nothing; None where there is nothing to say."""
    kind = archive.run_kind or "archive"
    if archive.failed:
        reason = text.ARCHIVE_FAILED[kind].format(reason=archive.message)
        return html.Div(html.P(reason, className="sx-problem"), className="sx-archiving")
    if not archive.under_way:
        return None
    what, known = text.ARCHIVE_GOES_ON[kind], bool(archive.total) and archive.run_state == "running"
    bar = {"value": str(archive.done), "max": str(archive.total)} if known else {}
    percent = archive.done * 100 // archive.total if known and archive.total else 0
    words = text.ARCHIVE_STEPS if known else text.ARCHIVE_WAITS
    if archive.run_state == "running" and not known:
        words = text.ARCHIVE_BEGINS
    cancel = html.Button(
        text.CANCEL, type="button", className="btn btn-sm btn-outline-secondary",
        **{"data-cancel-run": str(archive.run_id), "data-testid": "archive-cancel"},
    )  # fmt: skip
    return html.Div(
        [
            html.Span(words.format(what=what, percent=percent), className="sx-muted", role="status"),
            html.Progress(className="sx-progress", **bar, **{"aria-label": what}),
            cancel if archive.may_cancel else None,
        ],
        className="sx-archiving",
        **{"data-testid": "archive-progress"},
    )


def restore_button(archive: ArchiveRow, *, primary: bool = False) -> html.Button | None:
    """For whoever may restore, unless that is happening."""
    if not archive.owned or archive.under_way:
        return None
    look = "btn btn-primary" if primary else "btn btn-sm btn-outline-secondary"
    return html.Button(
        text.SEARCH_RESTORE, id=ids.search_restore(str(archive.search_id)), type="button", className=look,
        **{"aria-label": text.ARCHIVE_RESTORE_LABEL.format(title=archive.title), "data-testid": "search-restore"},
    )  # fmt: skip


def undo_button(search_id: str) -> html.Button:
    """For the message that says that a search is archived."""
    return html.Button(
        text.UNDO, id=ids.search_restore(search_id), type="button", className="btn btn-sm btn-link",
    )  # fmt: skip


def open_link(search_id: str) -> dcc.Link:
    """For the message that says that a search is back."""
    return dcc.Link(text.ARCHIVE_OPEN, href=f"/search/{search_id}", className="btn btn-sm btn-link")


def kept(archive: ArchiveRow) -> html.Span:
    """Tier and size."""
    tier = html.Span(text.ARCHIVE_TIERS[archive.tier], className=f"sx-tier sx-tier-{archive.tier}")
    return html.Span([tier, f" {size(archive.bytes)}"], title=text.ARCHIVE_TIER_HINTS[archive.tier])


def size(count: int) -> str:
    """Bytes for people."""
    if count >= _MB:
        return f"{count / _MB:,.1f} MB"
    return f"{max(1, round(count / _KB)):,} kB"


def suggestion(titles: Sequence[str], days: int) -> list[Any]:
    """A card that offers to archive what nobody uses; nothing where there is nothing."""
    if not titles:
        return []
    one = len(titles) == 1
    named = ", ".join(f"“{title}”" for title in titles[:3]) + ("…" if len(titles) > 3 else "")
    words = text.ARCHIVE_SUGGESTION[0 if one else 1].format(count=len(titles), days=days, titles=named)
    button = html.Button(
        text.ARCHIVE_SUGGESTED[0 if one else 1], id=ids.ARCHIVE_SUGGESTED, type="button",
        className="btn btn-sm btn-outline-secondary",
    )  # fmt: skip
    return [html.Div([html.Span(words), button], className="sx-card sx-suggestion")]


def frozen_notice() -> html.Div:
    """Above the grid of a search that is being written to files."""
    return html.Div(text.ARCHIVE_FROZEN, className="sx-notice sx-notice-page", role="status")


def archive_page(
    archive: ArchiveRow, rows: Sequence[Mapping[str, Any]], page: int, pages: int, query: str = ""
) -> html.Div:
    """The page of an archived search: what it is, a way back, and its people page by page. query: of the address."""
    crumbs = html.Nav(
        [dcc.Link(text.SEARCHES_TITLE, href="/", className="sx-crumb"), html.Span("/", className="sx-muted")],
        **{"aria-label": text.CRUMBS},
    )
    return html.Div(
        [
            html.Div([crumbs, html.H1(archive.title, className="sx-title", title=archive.title)], className="sx-head"),
            html.Div(state(archive), id=ids.ARCHIVE_STATE),
            html.H2(text.ARCHIVE_ROWS, className="sx-archive-heading"),
            html.Div(preview(rows), id=ids.ARCHIVE_ROWS),
            _pager(page, pages),
            dcc.Store(id=ids.ARCHIVE_SEARCH, data=str(archive.search_id)),
            dcc.Store(id=ids.ARCHIVE_SHOWN, data=address.shown(f"/search/{archive.search_id}", query)),
            dcc.Store(id=ids.ARCHIVE_ADDRESS),
            dcc.Interval(id=ids.ARCHIVE_PAGE_CLOCK, interval=POLL_MS, disabled=not archive.under_way),
            cancel_store(),
        ],
        className="sx-page sx-page-wide sx-archive-page",
    )


def state(archive: ArchiveRow | None) -> html.Div:
    """The banner: archived when and by whom, restoring, or back (None)."""
    if archive is None or archive.archived_at is None:
        link = html.A(text.ARCHIVE_OPEN, href="", className="btn btn-primary", **{"data-testid": "archive-open"})
        return html.Div([html.Span(text.ARCHIVE_RESTORED_HERE), link], className="sx-card sx-archive", role="status")
    before, after = text.ARCHIVE_BANNER.format(
        when="\0", who=archive.made_by, count=f"{archive.people:,}", size=size(archive.bytes)
    ).split("\0")
    words = [before, _time(archive.archived_at), after]
    if not archive.owned:
        words += [" ", text.ARCHIVE_ASK.format(owner=archive.owner)]
    tier = html.Span(
        text.ARCHIVE_TIERS[archive.tier], className=f"sx-tier sx-tier-{archive.tier}",
        title=text.ARCHIVE_TIER_HINTS[archive.tier],
    )  # fmt: skip
    parts = [html.Span([tier, " ", *words]), restore_button(archive, primary=True), progress(archive)]
    return html.Div(parts, className="sx-card sx-archive", **{"data-testid": "archive-banner"})


def preview(rows: Sequence[Mapping[str, Any]]) -> html.Table | html.Div:
    """One page of people, to read only."""
    if not rows:
        return html.Div(html.P(text.ARCHIVE_EMPTY), className="sx-empty")
    fields = ("full_name", "title", "company", "location", "stage", "score", "tags", "note_count")
    numbers = {"score", "note_count"}
    head = [html.Th("#", scope="col", className="sx-number")]
    head += [
        html.Th(text.COLUMN_LABELS[name], scope="col", className="sx-number" if name in numbers else None)
        for name in fields
    ]
    body = [html.Tr(_cells(row, fields, numbers), **{"data-testid": "archive-row"}) for row in rows]
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)], className="sx-table sx-table-cards sx-archive-rows"
    )


def _cells(row: Mapping[str, Any], fields: Sequence[str], numbers: set[str]) -> list[html.Td]:
    cells = [html.Td(f"{row['place']:,}", className="sx-number sx-muted"), _name(row)]
    for name in fields[1:]:
        value = _words(name, row[name])
        # On a phone a label without a value would only take room.
        label = {"data-label": text.COLUMN_LABELS[name]} if value else {}
        names = [*(["sx-number"] if name in numbers else []), *([] if value else ["sx-nothing"])]
        cells.append(html.Td(value, className=" ".join(names) or None, **label))
    return cells


def _name(row: Mapping[str, Any]) -> html.Td:
    out = None
    if row["filter_status"] != "active":
        out = html.Span(text.PERSON_FILTERED_OUT, className="sx-muted sx-out")
    return html.Td([row["full_name"] or text.PERSON_UNNAMED, out], className="sx-archive-name")


def _words(field: str, value: Any) -> str:
    if field == "stage":
        return text.STAGES.get(value, value)
    if field == "tags":
        return ", ".join(value)
    if field == "score":
        return "" if value is None else f"{value:g}"
    return str(value or "")


def _pager(page: int, pages: int) -> html.Div:
    def step(label: str, name: str) -> html.Button:
        return html.Button(label, id=name, type="button", className="btn btn-sm btn-outline-secondary")

    return html.Nav(
        [
            step(text.ARCHIVE_PREVIOUS, ids.ARCHIVE_PREVIOUS),
            html.Label(text.ARCHIVE_PAGE, htmlFor=ids.ARCHIVE_PAGE),
            dcc.Input(
                id=ids.ARCHIVE_PAGE, type="number", min=1, max=pages, step=1, value=page, debounce=True,
                className="form-control form-control-sm",
            ),
            html.Span(text.ARCHIVE_PAGES.format(pages=f"{pages:,}")),
            step(text.ARCHIVE_NEXT, ids.ARCHIVE_NEXT),
        ],
        className="sx-pager",
        hidden=pages == 1,
        **{"aria-label": text.ARCHIVE_PAGE},
    )  # fmt: skip


def list_cells(archive: ArchiveRow | None) -> list[html.Td]:
    """The cells of the list of archived searches that are about the archive."""
    if archive is None or archive.archived_at is None:
        return [html.Td("–"), html.Td("–")]
    return [
        html.Td(_time(archive.archived_at), **{"data-label": text.COLUMN_ARCHIVED}),
        html.Td(kept(archive), **{"data-label": text.COLUMN_KEPT}),
    ]


def _time(moment: datetime) -> html.Time:
    """A moment, UTC here; app.js writes it in the reader's zone."""
    return html.Time(moment.strftime("%Y-%m-%d %H:%M UTC"), dateTime=moment.isoformat(), className="sx-time")
