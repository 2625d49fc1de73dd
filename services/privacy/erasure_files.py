"""The handler of erase runs: files that may hold erased people are deleted, or written anew without them.

Which ones stands in erasure_files; a row goes when its file has been seen to, so a run that was cut short goes on with
the rest, and any later run, or the night, does what an earlier one left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db
from services.archive import archive_files, archive_tidy
from services.archive.archive_files import Damaged, Written
from services.errors import Conflict, NotFound
from services.exports import exports
from services.imports import import_readers, uploads
from services.imports.import_readers import Options, Unreadable
from services.imports.import_rows import clean, phone_key
from services.people.urls import opaque_key, url_key
from services.privacy import erasure_traces, suppression
from services.privacy.suppression import Marker
from services.runs.jobs import RunHandle, RunStopped
from services.runtime import Runtime
from services.storage import Storage

AGAIN_S = 1.0
FIRST = UUID(int=0)
HELD = "{n} files could not be seen to: {why} They are tried again every night."

NOT_ENDED = "a job that was told of them has not ended."

_Q = sql.queries("erasures")
_ARCHIVE = sql.queries("archive")


class StillOpen(Conflict):
    """It can be seen to later."""


def run_erase(rt: Runtime, handle: RunHandle) -> None:
    """The handler of erase runs. Memory: one group of rows, see archive_files."""
    # Whoever asked for it: it is brought to its end, whatever becomes of them.
    handle.must_finish = True
    work = _Files(rt, handle)
    erasure_traces.forget_cached(rt, [])
    for row in _everything(rt):
        handle.total = (handle.total or 0) + 1
        try:
            getattr(work, f"see_to_{row['kind']}")(row)
        except (Damaged, StillOpen) as error:
            work.held.append(error.message)
            continue
        with rt.db.connection() as conn:
            db.run(conn, _Q.forget_file, {"id": row["id"]})
            handle.save(conn, handle.done + 1)
    handle.finish(HELD.format(n=len(work.held), why=work.held[0]) if work.held else "")


def _everything(rt: Runtime) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        with rt.db.connection() as conn:
            page = db.rows(conn, _Q.fetch_files, {"after": after})
        if not page:
            return
        yield from page
        after = page[-1]["id"]


class _Files:
    """One run at work. held: what could not be done, in words."""

    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle = rt, handle
        self._storage = Storage.of(rt.settings)
        self._marker = Marker.of(rt.settings)
        self.held: list[str] = []

    def see_to_export(self, row: dict[str, Any]) -> None:
        self._storage.delete(row["ref"])

    def see_to_run(self, row: dict[str, Any]) -> None:
        """An export that was being written when it was told to end; it may have been quicker."""
        while self._open(_Q.fetch_run_state, {"run_id": int(row["ref"])}, "open"):
            self._pause()
        with self._rt.db.connection() as conn:
            found = db.rows(conn, _Q.fetch_exports_of_run, {"run_id": int(row["ref"])})
        for export in found:
            exports.delete_export(self._rt, export)

    def see_to_params(self, row: dict[str, Any]) -> None:
        """What a job was told, once it has ended. Raises StillOpen."""
        given = {"run_id": int(row["ref"])}
        if self._open(_Q.fetch_run_state, given, "open"):
            raise StillOpen(NOT_ENDED)
        with self._rt.db.connection() as conn:
            db.run(conn, _Q.blank_run, given)

    def see_to_uploads(self, row: dict[str, Any]) -> None:
        """Every file that waits to be imported is read once; one that names an erased person is deleted."""
        after = FIRST
        while True:
            with self._rt.db.connection() as conn:
                page = db.rows(conn, _Q.fetch_uploads, {"after": after})
            if not page:
                return
            for upload in page:
                # It may have been on its way here when they were erased.
                while self._storage.is_being_written(upload["storage_key"]):
                    self._pause()
                if self._names_someone(upload):
                    while self._open(_Q.fetch_reading, {"upload_id": str(upload["id"])}, "found"):
                        self._pause()
                    uploads.delete_upload(self._rt, upload)
            after = page[-1]["id"]

    def see_to_archive(self, row: dict[str, Any]) -> None:
        """The files of an archive, written anew without some candidates. Raises Damaged."""
        archive_id, gone = int(row["ref"]), set(row["candidates"])
        while True:
            found = self._archive(archive_id)
            if found is None or not found["files"]:
                # Brought back since, without them; or never written.
                return
            if not found["busy"] and self._rewrite(found, gone):
                return
            self._pause()

    def _rewrite(self, archive: dict[str, Any], gone: set[int]) -> bool:
        """False when a job took the archive in hand meanwhile: what was written goes."""
        before = [Written(**file) for file in archive["files"]]
        after = before
        try:
            after = [self._without(file, archive["tier"], gone) for file in before]
            changed = self._change(archive, before, after)
        except Damaged:
            archive_tidy.tidy(self._rt, self._handle.run_id)
            raise
        kept, other = (after, before) if changed else (before, after)
        self._drop(kept, other)
        return changed

    def _without(self, file: Written, tier: str, gone: set[int]) -> Written:
        """The file itself where none of them is in it."""
        column = "id" if file.table == "candidates" else "candidate_id"
        self._go_on()
        if not any(gone.intersection(batch[column]) for _, batch in archive_files.read(self._storage, file)):
            return file
        key = self._storage.new_key()
        with self._rt.db.connection() as conn:
            # Known before it is there: whatever happens, it can be removed.
            db.run(conn, _ARCHIVE.insert_leftover, {"key": key, "run_id": self._handle.run_id})
        return archive_files.without(self._storage, key, file, tier, column, gone)

    def _change(self, archive: dict[str, Any], before: list[Written], after: list[Written]) -> bool:
        if after == before:
            return True
        given = {
            "archive_id": archive["id"], "files": Jsonb([file.state() for file in after]),
            "bytes": sum(file.bytes for file in after), "keys": [file.key for file in after],
        }  # fmt: skip
        with self._rt.db.connection() as conn:
            now = db.one(conn, _Q.lock_archive, given)
            if now is None or now["busy"] or now["files"] != archive["files"]:
                return False
            db.run(conn, _Q.change_files, given)
            db.run(conn, _ARCHIVE.forget_leftovers, given)
        return True

    def _drop(self, kept: list[Written], written: list[Written]) -> None:
        """Delete files that are not among those that stay."""
        for key in {file.key for file in written} - {file.key for file in kept}:
            self._storage.delete(key)
            with self._rt.db.connection() as conn:
                db.run(conn, _ARCHIVE.forget_leftovers, {"keys": [key]})

    def _archive(self, archive_id: int) -> dict[str, Any] | None:
        with self._rt.db.connection() as conn:
            return db.one(conn, _Q.fetch_archive, {"archive_id": archive_id})

    # -- uploads ----------------------------------------------------------------------------------

    def _names_someone(self, upload: dict[str, Any]) -> bool:
        """Whether a cell of the file is what an erased person was known by. What cannot be read is deleted, too."""
        try:
            with self._storage.open_read(upload["storage_key"]) as file:
                return any(self._erased(marks) for marks in self._marks_in(file))
        except NotFound:
            return False
        except Unreadable:
            return True

    def _marks_in(self, file: BinaryIO) -> Iterator[set[int]]:
        """Marks of the cells of a file, some rows at a time."""
        marks: set[int] = set()
        first = import_readers.examine(file, Options())
        for sheet in first.sheets or ("",):
            shape = first if sheet in ("", first.sheet) else import_readers.examine(file, Options(), sheet)
            with closing(import_readers.rows(file, shape)) as reading:
                for number, row in enumerate(reading):
                    for value in row.values.values():
                        marks |= self._marks_of(clean(value))
                    if number % 1000 == 999:
                        self._go_on()
                        yield marks
                        marks = set()
        yield marks

    def _marks_of(self, cell: str) -> set[int]:
        found = set()
        for part in cell.replace(";", " ").replace(",", " ").split():
            if "@" in part:
                found.add(self._marker.mark("email", part.strip("<>\"'.").removeprefix("mailto:").lower()))
            if key := url_key(part) or opaque_key(part):
                found.add(self._marker.mark("url", key.key))
        if digits := phone_key(cell):
            found.add(self._marker.mark("phone", digits))
        return found

    def _erased(self, marks: set[int]) -> bool:
        with self._rt.db.connection() as conn:
            return bool(suppression.marked(conn, marks))

    # -- waiting ------------------------------------------------------------------------------------

    def _open(self, query: str, given: dict[str, Any], name: str) -> bool:
        with self._rt.db.connection() as conn:
            row = db.one(conn, query, given)
        return bool(row and row[name])

    def _pause(self) -> None:
        """For a job that has the file in hand."""
        self._handle.wait(AGAIN_S)

    def _go_on(self) -> None:
        if self._handle.stopping.is_set():
            raise RunStopped
