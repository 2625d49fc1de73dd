"""The handler of import runs: a file into a search, batch by batch.

A batch of at most 1,000 rows is one transaction: people, their keys and raw rows, candidates,
rejected rows, the count of what was done, and the versions of the searches that it touched. The
run's counts hold the number of the last row that was committed, so a run that was cut short goes
on behind it. While one batch is written the next one is read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID

import sql
from services import db
from services.access.identity import audit
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.imports import import_history, import_mapping, import_readers, import_source
from services.imports.import_batch import NOBODY as NOBODY
from services.imports.import_batch import Batch
from services.imports.import_lines import lines_of
from services.imports.import_load import Load
from services.imports.import_normalise import Normaliser
from services.imports.import_readers import Row
from services.imports.import_source import Source
from services.imports.import_upkeep import IndexUpkeep
from services.imports.imports import COUNTS, check_editable
from services.operations import maintenance
from services.people import duplicates
from services.runs.jobs import LeaseLost, RunCancelled, RunHandle, RunStopped
from services.runtime import Runtime

CONFLICT_RETRIES = 5
VACUUM_AFTER = 5_000
# The thread that feeds Postgres gets its turn at once: for the usual 5 ms at each of its statements, the thread
# that reads ahead would cost more than it saves.
TURN_S = 0.0005
# Above this many hits among the last rows, the next ones are not made into people before they are asked for.
MOSTLY = 0.5

# Counts beside those of rows, told where there is something to tell.
ALSO = ("already_known", "do_not_contact", "shortened")

# Fields that are named where they first come further down than the page looks.
MOST_LATE = 20
LATE = (
    "Fields that first come far down in the file were kept with the people but not mapped: {names}. "
    "To map them, put an object that has them first and import the file again."
)

_Q = sql.queries("imports")


def run_import(rt: Runtime, handle: RunHandle) -> None:
    """The handler of import runs. A file that cannot be read to its end changes nothing."""
    try:
        handle.check()
        with import_source.open_source(rt, handle.actor, handle.params) as source:
            mapping = import_mapping.check(handle.params["mapping"], source.columns)
            if handle.total is None:
                with closing(source.rows()) as reading:
                    _read_all(handle, reading, source.columns)
            _Import(rt, handle, source, mapping).work()
    except (LeaseLost, RunStopped):
        raise
    except RunCancelled:
        _end(rt, handle, "cancelled", _what_was_done(handle, "this was cancelled"))
        return
    except (BadInput, Forbidden, NotFound) as error:
        _end(rt, handle, "failed", error.message + (f" {_what_was_done(handle, 'that')}" if handle.done else ""))
        return
    _end(rt, handle, "done", _not_mapped(handle))
    import_source.forget_files(rt, handle.actor, handle.params)
    counts = handle.counts
    if int(counts.get("added", 0)) + int(counts.get("changed", 0)) >= VACUUM_AFTER:
        maintenance.vacuum(rt)


def _shown(counts: dict[str, int]) -> dict[str, int]:
    """The counts that a person sees; who is known elsewhere is said where there is someone."""
    return {name: count for name, count in counts.items() if count or name in COUNTS}


def _end(rt: Runtime, handle: RunHandle, state: str, message: str) -> None:
    """The end of the run and its one line in the audit log."""
    counts = {name: int(handle.counts.get(name, 0)) for name in COUNTS}
    with rt.db.connection() as conn:
        audit(conn, handle.actor, "import", str(handle.search_id), run_id=handle.run_id, state=state, **counts)
        if counts["added"] + counts["changed"] and not handle.barred:
            duplicates.find_after_import(conn, handle.actor, handle.run_id)
        handle.finish(message, state=state, conn=conn)


def _what_was_done(handle: RunHandle, before: str) -> str:
    """Which rows stay, and how to have the others."""
    if not handle.done:
        return "Nothing was imported."
    return (
        f"{handle.done:,} of {handle.total or handle.done:,} rows were imported before {before}, and stay; the others "
        "changed nothing. Import the file again to go on: rows that are known already count as unchanged."
    )


def _not_mapped(handle: RunHandle) -> str:
    """Fields that nobody could map, since they come further down than the page looks."""
    late = handle.counts.get("_late") or []
    return LATE.format(names=", ".join(late)) if late else ""


def _read_all(handle: RunHandle, reading: Iterator[Row], columns: Sequence[str]) -> None:
    """All rows are read before the first is imported: so a damaged file changes nothing."""
    total = 0
    known, late = set(columns), dict[str, None]()
    for row in reading:
        total += 1
        if not row.problem and len(late) < MOST_LATE and not row.values.keys() <= known:
            late |= dict.fromkeys(name for name in row.values if name not in known)
        if total % 1000 == 0:
            handle.check()
    if not total:
        raise import_readers.Unreadable(import_readers.NO_ROWS)
    handle.progress(handle.done, total, None, **({"_late": list(late)[:MOST_LATE]} if late else {}))


class _Import:
    """One run at work."""

    def __init__(self, rt: Runtime, handle: RunHandle, source: Source, mapping: dict[str, str]) -> None:
        self._rt, self._handle, self._source = rt, handle, source
        self._counts = {name: int(handle.counts.get(name, 0)) for name in (*COUNTS, *ALSO)}
        self._done = handle.done
        today = self._today = datetime.now(UTC).date()
        columns, plan = import_mapping.columns_by_field(mapping), import_history.plan_of(source.columns)
        self._normaliser = Normaliser(columns, plan, today, source.source, source.columns, str(handle.search_id))
        self._load = Load(
            handle.run_id,
            handle.actor,
            str(handle.search_id),
            source.source,
            today,
            self._normaliser,
            rt.settings,
        )
        # Whether most rows of the batch before were told before, and need not become people; None at first.
        self._known_rows: bool | None = None

    def work(self) -> None:
        """Batch by batch: while Postgres writes one, the next one is read, and those before go into the search
        indexes."""
        behind = int(self._handle.counts.get("_row", 0))
        # For good: it is a setting of the process, in which another import may be at work.
        sys.setswitchinterval(TURN_S)
        # The generator is closed after the pool has ended: no other thread is in it then.
        with (
            closing(self._source.rows(behind)) as reading,
            ThreadPoolExecutor(1, "import-reader") as pool,
            IndexUpkeep(self._rt) as upkeep,
        ):
            coming: Future[Batch] | None = None
            while (batch := coming.result() if coming else self._next(reading)).rows:
                coming = None if self._known_rows is None else pool.submit(self._next, reading)
                before = self._counts
                self._save(batch)
                upkeep.written(sum(self._counts[name] - before[name] for name in ("added", "changed")))

    def _next(self, reading: Iterator[Row]) -> Batch:
        batch = Batch()
        for row in reading:
            batch.add(row, self._normaliser.hash_of(row))
            if batch.full:
                break
        if self._known_rows is False:
            for place in range(len(batch.rows)):
                person = batch.person(place, self._normaliser)
                if person is not None:
                    lines_of(person, self._source.source, self._today)
        return batch

    def _save(self, batch: Batch) -> None:
        """One transaction, tried again when another writer was in the way."""
        for attempt in range(CONFLICT_RETRIES):
            self._handle.check()
            try:
                with self._rt.db.connection() as conn:
                    counts = self._write(conn, batch)
            except Conflict:
                # What was rolled back was not done.
                self._handle.done, self._handle.counts = self._done, self._handle.counts | _shown(self._counts)
                if attempt == CONFLICT_RETRIES - 1:
                    raise
                self._handle.wait(0.2 * 2**attempt)
            else:
                self._known_rows = counts["unchanged"] - self._counts["unchanged"] > MOSTLY * len(batch.rows)
                self._done, self._counts = self._done + len(batch.rows), counts
                return

    def _write(self, conn: db.Conn, batch: Batch) -> dict[str, int]:
        """The batch; returns the run's counts with it."""
        search_id = str(self._handle.search_id)
        check_editable(conn, self._handle.actor, search_id)
        written = self._load.write(conn, batch)
        counts = {name: before + getattr(written, name, 0) for name, before in self._counts.items()}
        # The last statements lock what others need: the run's row, then the searches'.
        self._handle.save(conn, self._done + len(batch.rows), failed=counts["rejected"], _row=batch.last_row,
                          **_shown(counts))  # fmt: skip
        if written.joined:
            written.searches.add(UUID(search_id))
            db.run(conn, _Q.count_members, {"search_id": search_id, "added": written.joined})
        if written.searches:
            conn.execute(_Q.bump_searches, {"searches": list(written.searches)})
        return counts
