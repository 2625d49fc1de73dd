"""The handler of restore runs: a search from its files back into the hot tables, all or nothing.

Rows come back in short transactions, with their own ids, while people still see the archive; the last
transaction makes the tables the truth again. A run that is cut short goes on behind its last batch; one
that is cancelled leaves the archive as it is, and what it put back is removed by the next nightly tidying.
"""

from __future__ import annotations

from typing import Any

import sql
from services import db
from services.access.identity import audit
from services.archive import archive_files, archive_tables, archive_tidy
from services.archive.archive_files import Written
from services.archive.archive_job import NOT_MINE
from services.errors import Conflict
from services.operations import maintenance
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.storage import Storage

_Q = sql.queries("archive")


def run_restore(rt: Runtime, handle: RunHandle) -> None:
    """The handler of restore runs. Memory: one group of rows, see archive_files."""
    archive = _own(rt, handle)
    files = [Written(**file) for file in archive["files"]]
    total = sum(file.rows for file in files) * 2
    storage = Storage.of(rt.settings)
    start = 0
    for file in files:
        # All files before the first row: a damaged one changes nothing.
        for rows in archive_files.verify(storage, file):
            handle.progress(max(start + rows, handle.done), total)
        start += file.rows
    for number, file in enumerate(files):
        _put_back(rt, handle, storage, archive["id"], number, file, start)
        start += file.rows
    with rt.db.connection() as conn:
        given = {"archive_id": archive["id"], "search_id": handle.search_id, "run_id": handle.run_id}
        conn.execute(_Q.lock_people)
        db.one(conn, _Q.lock_search, given)
        missing = db.one(conn, _Q.count_missing, given)
        if missing is None or missing["missing"]:
            raise archive_files.Damaged(files[0].table)
        db.run(conn, _Q.carry_merges, given)
        handle.must_be_allowed(conn)
        db.run(conn, _Q.mark_restored, given)
        audit(conn, handle.actor, "search.restored", str(handle.search_id), run_id=handle.run_id)
        handle.finish(conn=conn)
    archive_tidy.tidy(rt)
    maintenance.vacuum(rt)


def _put_back(
    rt: Runtime, handle: RunHandle, storage: Storage, archive_id: int, number: int, file: Written, start: int
) -> None:
    """One file's rows, from the last batch that was committed on."""
    at_file, at_row = int(handle.counts.get("_file", 0)), int(handle.counts.get("_row", 0))
    if number < at_file:
        return
    with rt.db.connection() as conn:
        table = archive_tables.table_of(conn, file.table)
    for position, batch in archive_files.read(storage, file, at_row if number == at_file else 0):
        handle.check()
        with rt.db.connection() as conn:
            if file.table == "candidates":
                conn.execute(_Q.lock_people)
            archive_tables.restore_rows(conn, table, archive_id, batch)
            if file.table == "candidates":
                came = {"archive_id": archive_id, "ids": batch["id"], "people": batch["profile_id"]}
                conn.execute(_Q.sync_restored, came)
            handle.save(conn, max(start + position, handle.done), _file=number, _row=position)


def _own(rt: Runtime, handle: RunHandle) -> dict[str, Any]:
    given = {"search_id": str(handle.search_id), "run_id": handle.run_id}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_own_archive, given)
    if row is None or row["state"] != "archived":
        raise Conflict(NOT_MINE)
    return row
