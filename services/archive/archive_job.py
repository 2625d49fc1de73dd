"""The handler of archive runs: a search out of the hot tables into files, all or nothing.

1. Freeze: nobody may change the search, and whoever began before that has ended.
2. Write every table to a Parquet file, batch by batch, and read the files again.
3. In one short transaction the files become the truth, if the search is still what was written.
4. Remove the hot rows in short transactions; nobody reads them any more.
5. For a cold archive the same with the raw records of people who are in no other search.

Killed before 3: the search is as it was, and the next try begins anew. Killed after 3: the next try
goes on with 4. Nothing in 4 can be cancelled, since it would help nobody.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import audit
from services.archive import archive_files, archive_tables, archive_tidy
from services.archive.archive_files import Written
from services.archive.archives import BUSY
from services.errors import Conflict
from services.operations import maintenance
from services.runs.jobs import RunCancelled, RunHandle, RunStopped
from services.runtime import Runtime
from services.storage import Storage

# People a statement; of raw records, which may be large, so few that it ends in time.
READ_PEOPLE = 2_000
READ_RAW = 50
CLEAR_PEOPLE = 1_000
TRIES = 3
WAIT_S = 60.0
CHANGED = "People of this search are being changed all the time, by other searches' imports. Try again later."
WAITED = "Other work on the database does not come to an end. Nothing was archived; try again later."
NOT_MINE = "The search was archived or restored by another job."

_Q = sql.queries("archive")


def run_archive(rt: Runtime, handle: RunHandle) -> None:
    """The handler of archive runs. Memory: one group of rows, see archive_files."""
    archive_tidy.tidy(rt, handle.run_id)
    try:
        _Archiving(rt, handle).work()
    except RunStopped:
        raise
    except RunCancelled:
        if handle.cancelled.is_set() and not handle.lost.is_set():
            archive_tidy.tidy(rt, handle.run_id)
        raise
    maintenance.vacuum(rt)


class _Archiving:
    """One run at work."""

    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle = rt, handle
        self._storage = Storage.of(rt.settings)
        self._search_id = str(handle.search_id)
        row = self._own()
        self._id: int = row["id"]
        self._tier: str = row["tier"]
        self._archived = row["state"] == "archived"
        self._files = [Written(**file) for file in row["files"]]
        self._people: int = row["people"]

    def work(self) -> None:
        self._handle.must_finish = self._archived
        self._handle.raise_if_ended()
        for _ in range(TRIES):
            if self._archived:
                break
            self._freeze()
            self._archived = self._handle.must_finish = self._write_all()
        else:
            if not self._archived:
                raise Conflict(CHANGED)
        self._clear()
        if self._tier == "cold":
            self._write_raw()
            self._clear_raw()
        size = sum(file.bytes for file in self._files)
        with self._rt.db.connection() as conn:
            db.run(conn, _Q.mark_cleared, {"archive_id": self._id})
            audit(conn, self._handle.actor, "search.archived", self._search_id, run_id=self._handle.run_id,
                  people=self._people, bytes=size, tier=self._tier)  # fmt: skip
            self._handle.finish(conn=conn)

    # -- 1 and 2 --------------------------------------------------------------------------------

    def _freeze(self) -> None:
        """Nobody changes the search from here on. Raises Conflict when an old transaction does not end."""
        with self._rt.db.connection() as conn:
            db.run(conn, _Q.begin_writing, {"archive_id": self._id})
        self._must_be_alone()
        with self._rt.db.connection() as conn:
            clock = db.one(conn, _Q.read_clock)
        assert clock is not None
        waited = 0.0
        while self._older_transactions(clock["at"]):
            if waited >= WAIT_S:
                raise Conflict(WAITED)
            self._handle.wait(0.2)
            waited += 0.2

    def _older_transactions(self, before: Any) -> int:
        with self._rt.db.connection() as conn:
            row = db.one(conn, _Q.fetch_older_transactions, {"before": before})
        return int(row["open"]) if row else 0

    def _must_be_alone(self) -> None:
        with self._rt.db.connection() as conn:
            self._check_alone(conn)

    def _check_alone(self, conn: db.Conn) -> None:
        """Raises Conflict when another job of the search is open."""
        row = db.one(conn, _Q.fetch_open_runs, {"search_id": self._search_id, "run_id": self._handle.run_id})
        if row and row["open"]:
            raise Conflict(BUSY)

    def _write_all(self) -> bool:
        """Files of all tables, and the change of hands; False when the search was changed meanwhile."""
        archive_tidy.clear_index(self._rt, self._id)
        with self._rt.db.connection() as conn:
            row = db.one(conn, _Q.fetch_version, {"search_id": self._search_id})
            self._people = db.run(conn, _Q.index_people, {"archive_id": self._id, "search_id": self._search_id})
        assert row is not None
        # Writing and reading again, table by table, then removing; a cold archive has one table more.
        tables = len(archive_tables.TABLES)
        self._handle.progress(0, self._people * (2 * tables + 1) + (self._people if self._tier == "cold" else 0))
        self._files = [self._write(name, number) for number, name in enumerate(archive_tables.TABLES)]
        return self._change_hands(row["data_version"])

    def _write(self, name: str, number: int) -> Written:
        """One file, written and read again."""
        with self._rt.db.connection() as conn:
            table = archive_tables.table_of(conn, name)
        key = self._new_key()
        start = self._people * 2 * number
        size = READ_RAW if name == archive_tables.RAW else READ_PEOPLE
        # Closed at once when the writing fails: it holds a connection.
        with closing(self._rows(table, size, start)) as coming:
            file = archive_files.write(self._storage, key, name, table.kinds, coming, self._tier)
        for rows in archive_files.verify(self._storage, file):
            done = self._people * rows // max(file.rows, 1)
            self._report(start + self._people + done)
        return file

    def _rows(self, table: archive_tables.TableShape, size: int, start: int) -> Generator[dict[str, Any], None, None]:
        for place, ids in self._everyone(size):
            with self._rt.db.connection() as conn:
                yield from archive_tables.read_rows(conn, table, self._id, self._search_id, ids)
            self._report(start + place)

    def _report(self, done: int) -> None:
        """Progress, which never goes back: a try that begins anew is no further than the one before."""
        if self._archived:
            self._go_on()
        else:
            self._handle.progress(max(done, self._handle.done))

    def _new_key(self) -> str:
        """A key for a file, known before the file is there: whatever happens, it can be removed."""
        key = self._storage.new_key()
        with self._rt.db.connection() as conn:
            db.run(conn, _Q.insert_leftover, {"key": key, "run_id": self._handle.run_id})
        return key

    # -- 3 ----------------------------------------------------------------------------------------

    def _change_hands(self, version: int) -> bool:
        """The files are the truth from here on, unless the search is no longer what was written."""
        with self._rt.db.connection() as conn:
            conn.execute(_Q.lock_people)
            now = db.one(conn, _Q.lock_search, {"archive_id": self._id, "search_id": self._search_id})
            self._check_alone(conn)
            assert now is not None
            written = self._files[0].rows
            if now["data_version"] != version or not now["people"] == self._people == written:
                return False
            self._keep_files(conn)
            given = {"archive_id": self._id, "search_id": self._search_id, "people": self._people}
            db.run(conn, _Q.mark_archived, given)
            self._handle.save(conn, self._handle.done)
        return True

    def _keep_files(self, conn: db.Conn) -> None:
        state, size = [file.state() for file in self._files], sum(file.bytes for file in self._files)
        db.run(conn, _Q.note_files, {"archive_id": self._id, "files": Jsonb(state), "bytes": size})
        db.run(conn, _Q.forget_leftovers, {"keys": [file.key for file in self._files]})

    # -- 4 ----------------------------------------------------------------------------------------

    def _clear(self) -> None:
        """Remove the hot rows of everyone in the archive."""
        start = self._people * 2 * len(archive_tables.TABLES)
        after = int(self._handle.counts.get("_cleared", 0))
        for place, ids in self._everyone(CLEAR_PEOPLE, after):
            self._go_on()
            with self._rt.db.connection() as conn:
                for query in (_Q.clear_changes, _Q.clear_children, _Q.clear_candidates):
                    db.run(conn, query, {"ids": ids, "search_id": self._search_id})
                self._handle.save(conn, max(start + place, self._handle.done), _cleared=place)

    def _go_on(self) -> None:
        """Ends only with the process or the lease, not because somebody cancels."""
        if self._handle.stopping.is_set():
            raise RunStopped

    # -- 5 ----------------------------------------------------------------------------------------

    def _write_raw(self) -> None:
        if any(file.table == archive_tables.RAW for file in self._files):
            return
        file = self._write(archive_tables.RAW, len(archive_tables.TABLES))
        self._files = [*self._files, file]
        with self._rt.db.connection() as conn:
            self._keep_files(conn)
            self._handle.save(conn, self._handle.done)

    def _clear_raw(self) -> None:
        file = self._files[-1]
        for position, batch in archive_files.read(self._storage, file, int(self._handle.counts.get("_raw", 0))):
            self._go_on()
            given = {"archive_id": self._id, "candidate_ids": batch["candidate_id"], "sources": batch["source"],
                     "moments": batch["fetched_at"]}  # fmt: skip
            with self._rt.db.connection() as conn:
                # An import that has found one of them, and is putting them into a hot search, comes first.
                conn.execute(_Q.lock_people)
                db.run(conn, _Q.clear_raw, given)
                self._handle.save(conn, self._handle.done, _raw=position)

    # -- all -------------------------------------------------------------------------------------

    def _everyone(self, size: int, after: int = 0) -> Iterator[tuple[int, list[int]]]:
        """The candidates of the archive by place: (place of the last, ids)."""
        while True:
            with self._rt.db.connection() as conn:
                found = db.rows(conn, _Q.fetch_batch, {"archive_id": self._id, "after": after, "limit": size})
            if not found:
                return
            after = found[-1]["place"]
            yield after, [row["candidate_id"] for row in found]

    def _own(self) -> dict[str, Any]:
        """The archive's row. Raises Conflict when another job has it."""
        with self._rt.db.connection() as conn:
            row = db.one(conn, _Q.fetch_own_archive, {"search_id": self._search_id, "run_id": self._handle.run_id})
        if row is None:
            raise Conflict(NOT_MINE)
        return row
