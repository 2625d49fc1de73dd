"""Exports: files of people that their maker can download for a week. services/exports/export_run.py writes them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import Forbidden, NotFound
from services.exports import export_formats, export_targets, export_variants
from services.exports.export_variants import Column
from services.grid import grid_criteria
from services.grid.grid_columns import SIMILARITY
from services.grid.grid_view import View
from services.matching import match_rank
from services.runs import jobs
from services.runtime import Runtime
from services.searches.searches import refusal
from services.storage import Storage

KEEP_DAYS = 7
MOST_LISTED = 20
VIEWERS = "Viewers cannot export people. Ask an admin for another role."
GONE = "This export does not exist or was deleted. Make it again: files are kept for a week."
EXPIRED = "This export is more than a week old and can no longer be downloaded. Make it again."
NOT_OWNER = "Only the person who made this export, or an admin, can do this."

_Q = sql.queries("exports")
_log = logging.getLogger(__name__)


class Expired(NotFound):
    """It was there."""

    status = 410


@dataclass(frozen=True)
class Download:
    """A file to send: the caller closes it. size in bytes."""

    export_id: str
    file: BinaryIO
    file_name: str
    mimetype: str
    size: int
    made_at: datetime


def start_export(
    rt: Runtime,
    actor: Actor,
    view: View,
    version: int | None,
    target: Mapping[str, Any],
    fmt: Any = "csv",
    columns: Any = None,
    variant: Any = "processed",
) -> int:
    """Start to export people of a view; returns the run's id.

    version: of the list that the actor sees. target: {"all": True, "except": [ids left out, at most 500]} |
    {"ids": [candidate ids, at most 500]} | {"ranges": [[from, to), …]}, places in that list. Raises
    Forbidden (viewers, a search that is not theirs to see), BadInput (target, format, variant, columns,
    or ranges of a list that is gone).
    """
    criteria = more_columns(rt, actor, view)
    params = read_params(view, version, target, fmt, columns, variant, criteria)
    newest = check_allowed(rt, actor, view)
    if "ranges" in params["target"]:
        export_targets.check_shown(rt, view, version, newest)
    with rt.db.connection() as conn:
        total = export_targets.asked(params["target"])
        return jobs.start_run(conn, actor, "export", str(view.search_id), params, total)


def criterion_columns(rt: Runtime, actor: Actor, search_id: UUID | str, *, ever: bool = False) -> tuple[Column, ...]:
    """Columns of the criteria that a search asks; ever: and of those that it asked, for a choice made before."""
    asked = (grid_criteria.ever_asked if ever else grid_criteria.columns)(rt, actor, search_id)
    return export_variants.criterion_columns((one.field, one.title) for one in asked)


def more_columns(rt: Runtime, actor: Actor, view: View, *, ever: bool = False) -> tuple[Column, ...]:
    """Columns of "processed" that depend on the view: those of criteria, and how alike people are to what it is
    compared with. ever: see criterion_columns(). Raises as match_rank.likeness_of() does."""
    return criterion_columns(rt, actor, view.search_id, ever=ever) + _likeness(rt, view)


def _likeness(rt: Runtime, view: View) -> tuple[Column, ...]:
    if view.match is None:
        return ()
    with rt.db.reading() as conn:
        likeness = match_rank.likeness_of(conn, view)
    return (Column(SIMILARITY, "number", made_by=likeness.of_row()),) if likeness else ()


def read_params(
    view: View, version: int | None, target: Any, fmt: Any, columns: Any, variant: Any = "processed",
    criteria: tuple[Column, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """The params of an export run: view, version, target, format, columns, variant. Raises BadInput.

    criteria: columns that "processed" has besides its own.
    """
    known = export_variants.check_variant(variant)
    return {
        "view": view.state(), "version": version, "target": export_targets.read_target(target),
        "format": export_formats.check_format(fmt), "columns": export_variants.check_columns(known, columns, criteria),
        "variant": known,
    }  # fmt: skip


def check_allowed(rt: Runtime, actor: Actor, view: View) -> int:
    """The newest version of the view's search. Raises Forbidden unless the actor may export from it."""
    with rt.db.connection() as conn:
        return int(check_exportable(conn, actor, str(view.search_id))["data_version"])


def open_export(rt: Runtime, actor: Actor, export_id: UUID | str) -> Download:
    """The file of an export, opened. Raises NotFound, Expired (410), Forbidden unless its owner or an admin."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_export, {"export_id": str(export_id), **actor.params})
        if row is None:
            raise NotFound(GONE)
        if not row["allowed"]:
            raise Forbidden(NOT_OWNER)
        if row["expired"]:
            raise Expired(EXPIRED)
    try:
        file = Storage.of(rt.settings).open_read(row["storage_key"])
    except NotFound as error:
        raise Expired(GONE) from error
    mimetype = export_formats.FORMATS[row["format"]].mimetype
    return Download(str(row["id"]), file, row["file_name"], mimetype, row["bytes"], row["created_at"])


def note_download(rt: Runtime, actor: Actor, export_id: str, start: int) -> None:
    """Audit that bytes of a file are sent, from this place on: each download once, however many parts it comes in."""
    with rt.db.connection() as conn:
        if start == 0 or db.one(conn, _Q.fetch_download, {"export_id": export_id, **actor.params}) is None:
            audit(conn, actor, "export.download", export_id)


def list_exports(rt: Runtime, actor: Actor, search_id: UUID | str) -> list[dict[str, Any]]:
    """The actor's own files of a search, the newest first, at most MOST_LISTED; none once they may not export.

    Per file: id, run_id, variant, format, file_name, rows, bytes, created_at, expires_at.
    """
    given = {"search_id": str(search_id), "limit": MOST_LISTED, **actor.params}
    with rt.db.connection() as conn:
        return [dict(row) for row in db.rows(conn, _Q.fetch_exports, given)]


def remove(rt: Runtime, actor: Actor, export_id: UUID | str) -> None:
    """Delete a file before its time. Raises NotFound, Forbidden unless its maker or an admin."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_export, {"export_id": str(export_id), **actor.params})
        if row is None:
            raise NotFound(GONE)
        if not row["allowed"]:
            raise Forbidden(NOT_OWNER)
        audit(conn, actor, "export.delete", str(row["id"]))
    delete_export(rt, row)


def export_of_run(rt: Runtime, run_id: int) -> dict[str, Any]:
    """The export that a run has made: id, storage_key, rows, bytes, file_name. Raises NotFound."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_export_of_run, {"run_id": run_id})
    if row is None:
        raise NotFound(GONE)
    return dict(row)


def delete_export(rt: Runtime, row: Mapping[str, Any]) -> None:
    """First the file: what is cut short in between leaves a row, and so is found again."""
    Storage.of(rt.settings).delete(row["storage_key"])
    with rt.db.connection() as conn:
        db.run(conn, _Q.delete_export, {"export_id": row["id"]})


def purge(rt: Runtime) -> None:
    """Delete expired exports of everybody and what failed runs left, at most 100 of each.

    A file that cannot be deleted is no reason for another export to fail.
    """
    with rt.db.connection() as conn:
        expired = db.rows(conn, _Q.fetch_expired)
        leftovers = db.rows(conn, _Q.fetch_leftovers)
    try:
        for row in expired:
            delete_export(rt, row)
        for row in leftovers:
            Storage.of(rt.settings).delete(row["storage_key"])
            with rt.db.connection() as conn:
                db.run(conn, _Q.forget_leftover, {"run_id": row["id"]})
    except OSError as error:
        _log.warning("an old export cannot be deleted: %s", type(error).__name__)


def check_exportable(conn: db.Conn, actor: Actor, search_id: str) -> dict[str, Any]:
    """The search. Raises Forbidden unless the actor sees it and may export."""
    row = db.one(conn, _Q.fetch_exportable, {"search_id": search_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    if not row["allowed"]:
        raise Forbidden(VIEWERS) if actor.role == "viewer" else refusal(conn, actor, search_id)
    return row
