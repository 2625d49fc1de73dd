"""Exports: a list as a person saw it, written to a file that its owner can download for a week.

A run may be cut short at any line and done again. Each try writes to a new key, which is noted in
the run first; the next try, or a later export once the run has ended, deletes what it left. A file
is known (a row of `exports`) only in the transaction that ends the run as done.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import UUID

import sql
from services import db, export_rows, jobs, result_sets, run_targets
from services.cache import CacheDown
from services.errors import BadInput, Forbidden, NotFound
from services.grid_view import View
from services.identity import Actor, audit
from services.jobs import LeaseLost, RunHandle
from services.runtime import Runtime
from services.searches import NOT_YOURS
from services.storage import Storage

BATCH_ROWS = 500
MAX_IDS = 500
MAX_RANGES = 100
KEEP_DAYS = 7
VIEWERS = "Viewers cannot export people. Ask an admin for another role."
MOVED = "The list has changed since these people were chosen. Refresh it and choose them again."
NO_TARGET = "Say whom to export: all people of the list, or those that are chosen."
GONE = "This export does not exist or was deleted. Make it again: files are kept for a week."
EXPIRED = "This export is more than a week old and can no longer be downloaded. Make it again."

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
    fmt: str = "csv",
    columns: Any = None,
) -> int:
    """Start to export people of a view; returns the run's id.

    version: of the list that the actor sees. target: {"all": True, "except": [ids left out, at most 500]} |
    {"ids": [candidate ids, at most 500]} | {"ranges": [[from, to), …]}, places in that list. Raises
    Forbidden (viewers, a search that is not theirs to see), BadInput (target, format, columns, or
    ranges of a list that is gone).
    """
    params = read_params(view, version, target, fmt, columns)
    newest = check_allowed(rt, actor, view)
    if "ranges" in params["target"]:
        _check_shown(rt, view, version, newest)
    with rt.db.connection() as conn:
        return jobs.start_run(conn, actor, "export", str(view.search_id), params, _asked(params["target"]))


def read_params(view: View, version: int | None, target: Any, fmt: Any, columns: Any) -> dict[str, Any]:
    """The params of an export run: view, version, target, format, columns. Raises BadInput."""
    return {
        "view": view.state(), "version": version, "target": _target(target),
        "format": export_rows.check_format(fmt), "columns": export_rows.check_columns(columns),
    }  # fmt: skip


def check_allowed(rt: Runtime, actor: Actor, view: View) -> int:
    """The newest version of the view's search. Raises Forbidden unless the actor may export from it."""
    with rt.db.connection() as conn:
        return int(_check_exportable(conn, actor, str(view.search_id))["data_version"])


def run_export(rt: Runtime, handle: RunHandle) -> None:
    """The handler of export runs. Memory: the list's packed ids, and one batch of rows."""
    purge(rt)
    storage, key = Storage.of(rt.settings), Storage.new_key()
    if left := handle.counts.get("_file"):
        storage.delete(left)
    batches, total = _batches(rt, handle)
    with rt.db.connection() as conn:
        title = _check_exportable(conn, handle.actor, str(handle.search_id))["title"]
        handle.save(conn, handle.done, total, _file=key)
    fmt = export_rows.check_format(handle.params["format"])
    writing = _Writing(rt, handle, fmt)
    size = storage.save_stream(key, writing.chunks(batches), sys.maxsize)
    name = export_rows.file_name(title, datetime.now(UTC).date(), fmt)
    try:
        with rt.db.connection() as conn:
            made = db.one(conn, _Q.insert_export, {
                "search_id": handle.search_id, "run_id": handle.run_id, "format": fmt, "file_name": name,
                "rows": writing.rows, "bytes": size, "storage_key": key, "days": KEEP_DAYS,
                **handle.actor.params})  # fmt: skip
            assert made is not None
            audit(conn, handle.actor, "export", str(handle.search_id), run_id=handle.run_id, export=str(made["id"]),
                  rows=writing.rows, format=fmt)  # fmt: skip
            handle.finish("1 person" if writing.rows == 1 else f"{writing.rows:,} people", conn=conn)
    except LeaseLost:
        # After any other error it is not known whether the transaction was done: the next try decides.
        storage.delete(key)
        raise


def open_export(rt: Runtime, actor: Actor, export_id: UUID | str) -> Download:
    """The file of an export, opened. Raises NotFound, Expired (410), Forbidden unless its owner or an admin."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_export, {"export_id": str(export_id), **actor.params})
        if row is None:
            raise NotFound(GONE)
        if not row["allowed"]:
            raise Forbidden("Only the person who made this export, or an admin, can download it.")
        if row["expired"]:
            raise Expired(EXPIRED)
        audit(conn, actor, "export.download", str(row["id"]))
    try:
        file = Storage.of(rt.settings).open_read(row["storage_key"])
    except NotFound as error:
        raise Expired(GONE) from error
    mimetype = export_rows.FORMATS[row["format"]].mimetype
    return Download(str(row["id"]), file, row["file_name"], mimetype, row["bytes"], row["created_at"])


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


class _Writing:
    """The content of the file of one run, batch by batch; `rows` counts the people in it."""

    def __init__(self, rt: Runtime, handle: RunHandle, fmt: str) -> None:
        self.rows = 0
        self._rt, self._handle = rt, handle
        self._format = export_rows.FORMATS[fmt]
        self._columns = export_rows.check_columns(handle.params["columns"])

    def chunks(self, batches: Iterator[list[int]]) -> Iterator[bytes]:
        # A run that is done again begins anew, and never counts backward: to get on is to be further
        # than before, or a person whom no worker survives would be tried for ever.
        done, before = 0, self._handle.done
        yield self._format.head(self._columns)
        for ids in batches:
            with self._rt.db.connection() as conn:
                _check_exportable(conn, self._handle.actor, str(self._handle.search_id))
                found = db.rows(conn, _Q.fetch_rows, {"ids": ids, "search_id": self._handle.search_id})
            yield self._format.body(self._columns, found)
            self.rows += len(found)
            done += len(ids)
            self._handle.progress(max(done, before))


def _batches(rt: Runtime, handle: RunHandle) -> tuple[Iterator[list[int]], int]:
    """The ids of a run's target in batches, and how many they are."""
    target, version = _target(handle.params["target"]), handle.params["version"]
    if "ids" in target:
        return iter([target["ids"]]), len(target["ids"])
    view = View.from_state(handle.search_id, handle.params["view"])
    made, at = result_sets.whole_list(rt, handle.actor, view, version)
    made = run_targets.without(made, set(target.get("except", ())))
    ranges = target.get("ranges", [[0, made.total]])
    if "ranges" in target and at != version:
        # Places in another list would be other people.
        raise BadInput(MOVED)
    ranges = [(start, min(end, made.total)) for start, end in ranges]

    def batches() -> Iterator[list[int]]:
        for start, end in ranges:
            for first in range(start, end, BATCH_ROWS):
                yield made.slice(first, min(first + BATCH_ROWS, end)).ids

    return batches(), sum(max(0, end - start) for start, end in ranges)


def _check_exportable(conn: db.Conn, actor: Actor, search_id: str) -> dict[str, Any]:
    """The search. Raises Forbidden unless the actor sees it and may export."""
    row = db.one(conn, _Q.fetch_exportable, {"search_id": search_id, **actor.params})
    if row is None:
        raise Forbidden(NOT_YOURS)
    if not row["allowed"]:
        raise Forbidden(VIEWERS)
    return row


def _check_shown(rt: Runtime, view: View, version: int | None, newest: int) -> None:
    """Raises BadInput when the list that the actor sees cannot be had any more."""
    if version == newest:
        return
    try:
        if version is not None and rt.lists.slice(view.search_id, view.key(version), 0, 0) is not None:
            return
    except CacheDown:
        pass
    raise BadInput(MOVED)


def _target(raw: Any) -> dict[str, Any]:
    """A target as it is kept in a run. Raises BadInput."""
    given = {name: raw[name] for name in ("all", "ids", "ranges") if raw.get(name)} if isinstance(raw, Mapping) else {}
    if len(given) != 1:
        raise BadInput(NO_TARGET)
    if "ids" in given:
        return {"ids": _ids(given["ids"])}
    if "ranges" in given:
        return {"ranges": _ranges(given["ranges"])}
    left_out = _ids(raw.get("except") or [])
    return {"all": True, "except": left_out} if left_out else {"all": True}


def _ids(raw: Any) -> list[int]:
    if not isinstance(raw, list):
        raise BadInput(NO_TARGET)
    if len(raw) > MAX_IDS:
        raise BadInput(f"At most {MAX_IDS} people can be named one by one; choose all people of the list instead.")
    # The grid's row ids are texts.
    found = [int(one) if isinstance(one, str) and one.isascii() and one.isdecimal() else one for one in raw]
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**63 for one in found):
        raise BadInput(NO_TARGET)
    return list(dict.fromkeys(found))


def _ranges(raw: Any) -> list[list[int]]:
    """Sorted and apart from each other, so that nobody is written twice."""
    if not isinstance(raw, list) or len(raw) > MAX_RANGES or not all(map(_is_range, raw)):
        raise BadInput(NO_TARGET)
    merged: list[list[int]] = []
    for start, end in sorted(raw):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return merged


def _is_range(raw: Any) -> bool:
    numbers = isinstance(raw, list | tuple) and len(raw) == 2 and all(type(one) is int for one in raw)
    return numbers and 0 <= raw[0] < raw[1] < 2**31


def _asked(target: Mapping[str, Any]) -> int | None:
    """How many people that is at most; None where the list must be counted first."""
    if "ids" in target:
        return len(target["ids"])
    return sum(end - start for start, end in target["ranges"]) if "ranges" in target else None
