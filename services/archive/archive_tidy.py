"""Removes what archives leave behind: files and index rows that nothing leads to, tries that came to nothing."""

from __future__ import annotations

import sql
from services import db
from services.runtime import Runtime
from services.storage import Storage

BATCH_ROWS = 5_000

_Q = sql.queries("archive")


def tidy(rt: Runtime, run_id: int | None = None) -> None:
    """What jobs that have ended left, and what the given one wrote so far. Short transactions."""
    storage = Storage.of(rt.settings)
    with rt.db.connection() as conn:
        keys = [row["storage_key"] for row in db.rows(conn, _Q.fetch_leftovers, {"run_id": run_id})]
    # First the files: what is cut short in between is found again.
    for key in keys:
        storage.delete(key)
    with rt.db.connection() as conn:
        db.run(conn, _Q.forget_leftovers, {"keys": keys})
    while stray := _stray_index(rt):
        clear_index(rt, stray)


def forget_failed(rt: Runtime) -> None:
    """Archives that never came to be, in all searches; their searches are as they were."""
    with rt.db.connection() as conn:
        db.run(conn, _Q.delete_failed, {"search_id": None, "run_id": None})


def clear_index(rt: Runtime, archive_id: int) -> None:
    """Remove an archive's index of people."""
    removed = BATCH_ROWS
    while removed == BATCH_ROWS:
        with rt.db.connection() as conn:
            removed = db.run(conn, _Q.clear_people, {"archive_id": archive_id, "limit": BATCH_ROWS})


def _stray_index(rt: Runtime) -> int | None:
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_stray_index)
    return None if row is None else int(row["archive_id"])
