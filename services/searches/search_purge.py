"""The handler of purge runs: a deleted search whose time is over is removed for good.

People who are in no other search, archived or not, go with it as they do after their time (no marks: they may come
again); everybody else only leaves it. Bit by bit, each in a transaction of its own, and what is gone needs no
checkpoint: a run that was cut short goes on with what is left.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composed

import sql
from services import db, faults
from services.access.identity import audit
from services.archive import archive_tidy
from services.errors import BadInput, Conflict
from services.exports import exports
from services.privacy import erasure_traces, erasures
from services.runs import jobs
from services.runs.jobs import RunHandle
from services.runtime import Runtime

AT_ONCE = 100
MEMBERS_AT_ONCE = 1_000
MOST_A_NIGHT = 50
MOST_HURRIED = 1_000
NOT_DUE = "This search is back, or gone already. Nothing was removed."
STILL_BUSY = "A job of this search has not ended yet. It is tried again tomorrow night."

_Q = sql.queries("search_history")
_ONLY_THERE = SQL(_Q.only_there)
ONLY_IN_SEARCH = SQL(_Q.fetch_only_in_search).format(only_there=_ONLY_THERE)
ONLY_IN_ARCHIVE = SQL(_Q.fetch_only_in_archive).format(only_there=_ONLY_THERE)
_log = logging.getLogger(__name__)


def start_due(rt: Runtime) -> list[int]:
    """The night's work: a run for each deleted search whose time is over; returns them. Logs what fails.

    A search of which a job has not ended is passed over, and the job told to end once more.
    """
    try:
        return _start_due(rt)
    except Exception as error:
        _log.error("removing deleted searches failed: %s", faults.trace(error))
        return []


def _start_due(rt: Runtime) -> list[int]:
    _hurry(rt)
    with rt.db.connection() as conn:
        due = db.rows(conn, _Q.fetch_due, {"days": rt.settings.search_deleted_days, "limit": MOST_A_NIGHT})
        worker = erasures.someone(conn) if due else None
        if worker is None:
            return []
        return [jobs.start_run(conn, worker, "purge", None, {"search_id": str(row["id"])}) for row in due]


def _hurry(rt: Runtime) -> None:
    """Jobs of searches whose time is over are told to end; those that only wait end at once."""
    given = {"days": rt.settings.search_deleted_days, "limit": MOST_HURRIED}
    with rt.db.connection() as conn:
        waiting = db.rows(conn, _Q.fetch_waiting, given)
    for row in waiting:
        # One whose job holds what is wanted is told tomorrow; the others have their turn tonight.
        with suppress(Conflict), rt.db.connection() as conn:
            db.run(conn, _Q.cancel_runs, {"search_id": row["id"]})
    if waiting:
        with rt.db.connection() as conn:
            left = len(db.rows(conn, _Q.fetch_waiting, given))
        _log.warning("deleted searches with jobs that had not ended: %d, still so: %d", len(waiting), left)


def run_purge(rt: Runtime, handle: RunHandle) -> None:
    """The handler of purge runs."""
    # In whose name it is done is an accident: it is brought to its end, whatever becomes of them.
    handle.must_finish = True
    _Purge(rt, handle).work()


class _Purge:
    """One run at work."""

    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle = rt, handle
        self._search = UUID(handle.params["search_id"])
        self._given: dict[str, Any] = {"search_id": self._search, "days": rt.settings.search_deleted_days}

    def work(self) -> None:
        with self._rt.db.connection() as conn:
            found = db.one(conn, _Q.lock_due, self._given)
            if found is not None and not found["open"]:
                db.run(conn, _Q.mark_begun, self._given)
        if found is None:
            self._handle.finish(NOT_DUE)
            return
        if found["open"]:
            raise BadInput(STILL_BUSY)
        self._given["archive_id"] = found["archive_id"]
        self._remove_exports()
        self._erase_people()
        self._remove_members()
        self._remove_search()

    def _remove_exports(self) -> None:
        while True:
            with self._rt.db.connection() as conn:
                page = db.rows(conn, _Q.fetch_exports, self._given)
            if not page:
                return
            for row in page:
                exports.delete_export(self._rt, row)
            self._handle.progress(self._handle.done)

    def _erase_people(self) -> None:
        """Those who are in no other search."""
        self._erase_each(ONLY_IN_SEARCH)
        self._erase_each(ONLY_IN_ARCHIVE)

    def _erase_each(self, query: Composed) -> None:
        after = -1
        while True:
            with self._rt.db.connection() as conn:
                erasure_traces.prepare(conn)
                found = db.rows(conn, query, self._given | {"after": after, "most": AT_ONCE})
                if not found:
                    return
                after, people = found[-1]["place"], sorted(row["profile_id"] for row in found)
                done = erasures.erase(self._rt, conn, None, people, reason="search")
                self._handle.save(conn, self._handle.done + done.people, erased=self._erased + done.people)
            erasure_traces.forget_cached(self._rt, done.searches)

    def _remove_members(self) -> None:
        """Those who stay in others leave this one."""
        left = MEMBERS_AT_ONCE
        while left:
            with self._rt.db.connection() as conn:
                left = db.run(conn, _Q.delete_members, self._given | {"most": MEMBERS_AT_ONCE})
                self._handle.save(conn, self._handle.done + left)

    def _remove_search(self) -> None:
        with self._rt.db.connection() as conn:
            # Who came in while this was at work would go unseen: nobody can, since nobody sees the search, and it
            # cannot come back once this has begun.
            db.run(conn, _Q.delete_archive, self._given | {"run_id": self._handle.run_id})
            db.run(conn, _Q.delete_search, self._given)
            audit(conn, self._handle.actor, "search.purge", str(self._search), erased=self._erased)
            self._handle.finish(conn=conn)
        archive_tidy.tidy(self._rt, self._handle.run_id)

    @property
    def _erased(self) -> int:
        return int(self._handle.counts.get("erased", 0))
