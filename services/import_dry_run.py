"""The handler of dry runs: what an import would do, counted without doing it.

Reads the same rows in the same batches as the import, and asks the same query whom they name, but
writes nothing about people: only what it has met so far, by hash (import_marks), so that who stands in the
files twice is counted once. A dry run that was cut short begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

import sql
from services import db, import_history, import_mapping, import_marks, import_readers, import_source, suppression
from services import known as known_marks
from services.careers import Education, History, Position
from services.config import Settings
from services.import_batch import Batch, Slot, gather, one_each
from services.import_load import find_people
from services.import_normalise import Normaliser
from services.import_readers import Row
from services.jobs import RunHandle
from services.runtime import Runtime

# Every row is in one of the first six; already_known: people who are in other searches that one may see.
COUNTS = ("added", "changed", "unchanged", "repeated", "rejected", "suppressed", "already_known")

_Q = sql.queries("dry_runs")
_IMPORTS = sql.queries("imports")


def run_dry_run(rt: Runtime, handle: RunHandle) -> None:
    """The handler of dry runs."""
    with rt.db.connection() as conn:
        db.run(conn, _Q.forget_keys, {"run_id": handle.run_id})
    counts, done = dict.fromkeys(COUNTS, 0), 0
    with import_source.open_source(rt, handle.actor, handle.params) as source, closing(source.rows()) as reading:
        mapping = import_mapping.check(handle.params["mapping"], source.columns)
        columns, plan = import_mapping.columns_by_field(mapping), import_history.plan_of(source.columns)
        today, into = datetime.now(UTC).date(), str(handle.search_id)
        normaliser = Normaliser(columns, plan, today, source.source, source.columns, into)
        for batch in _batches(reading):
            with rt.db.connection() as conn:
                _count(conn, handle, batch, normaliser, counts, rt.settings)
            done += len(batch.rows)
            handle.progress(done, failed=counts["rejected"], **counts)
    if not done:
        raise import_readers.Unreadable(import_readers.NO_ROWS)
    with rt.db.connection() as conn:
        db.run(conn, _Q.forget_keys, {"run_id": handle.run_id})
        handle.finish(conn=conn)


def _batches(reading: Iterator[Row]) -> Iterator[Batch]:
    """As the import has them: rows of one batch are seen together."""
    batch = Batch()
    for row in reading:
        batch.add(row, None)
        if batch.full:
            yield batch
            batch = Batch()
    if batch.rows:
        yield batch


def _count(
    conn: db.Conn, handle: RunHandle, batch: Batch, normaliser: Normaliser, counts: dict[str, int], settings: Settings
) -> None:
    """Add what an import would do with these rows."""
    conn.execute(_IMPORTS.prepare_batch)
    people, rejects = gather(batch, range(len(batch.rows)), normaliser)
    people, suppressed = suppression.sift(conn, settings, people)
    counts["suppressed"] += suppressed
    slots, nobodies = one_each(people, find_people(conn, people))
    counts["rejected"] += len(rejects)
    if shortened := sum(slot.person.shortened for slot in slots):
        counts["shortened"] = counts.get("shortened", 0) + shortened
    met = import_marks.met(conn, handle.run_id, slots, nobodies)
    for seen, person in zip(met.nobodies, nobodies, strict=True):
        # An earlier row may have brought in whom this one is about.
        counts["repeated" if seen else "rejected"] += 1 + len(person.repeats)
    first = []
    for seen, slot in zip(met.slots, slots, strict=True):
        counts["repeated"] += len(slot.person.repeats) + seen
        if not seen:
            first.append(slot)
    _add_outcomes(conn, handle, first, counts)


def _add_outcomes(conn: db.Conn, handle: RunHandle, slots: Sequence[Slot], counts: dict[str, int]) -> None:
    known = [slot.profile_id for slot in slots if slot.profile_id is not None]
    place = {"people": known, "search_id": handle.search_id}
    stored = _histories(conn, place) if known else {}
    given = [
        {"profile_id": slot.profile_id, "grown": _grows(stored.get(slot.profile_id), slot), **slot.person.values}
        for slot in slots
    ]
    row = db.one(conn, _Q.count_outcomes, {"people": Jsonb(given), "search_id": handle.search_id})
    for name, value in (row or {}).items():
        counts[name] += int(value)
    if known:
        counts["already_known"] += known_marks.count_known(conn, known, handle.search_id, handle.actor)


def _histories(conn: db.Conn, place: dict[str, Any]) -> dict[int | None, History]:
    """Profile id → jobs and schools, of the people of a batch who are in the search."""
    found: dict[int | None, History] = {}
    for row in db.rows(conn, _Q.fetch_positions, place):
        found.setdefault(row.pop("profile_id"), History()).positions.append(Position(**row))
    for row in db.rows(conn, _Q.fetch_educations, place):
        found.setdefault(row.pop("profile_id"), History()).educations.append(Education(**row))
    return found


def _grows(stored: History | None, slot: Slot) -> bool:
    """Whether the rows tell of jobs or schools, or of something about them, that was not known."""
    if slot.profile_id is None:
        return False
    before = stored or History()
    after = before.copy()
    for told in slot.person.told or [slot.person.history]:
        after.absorb(told)
    return after != before
