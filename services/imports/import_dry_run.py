"""The handler of dry runs: what an import would do, counted without doing it.

Reads the same rows in the same batches as the import, and asks the same query whom they name, but
writes nothing about people: only what it has met so far, by hash (import_marks), so that who stands in the
files twice is counted once. A dry run that was cut short begins anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Protocol

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.config import Settings
from services.imports import import_history, import_mapping, import_marks, import_readers, import_source
from services.imports.import_batch import NOBODY, Batch, Slot, gather, one_each
from services.imports.import_load import find_people
from services.imports.import_normalise import Normaliser
from services.imports.import_readers import Row
from services.imports.import_source import Source
from services.people import known as known_marks
from services.people.careers import Education, History, Position
from services.privacy import suppression
from services.runs.jobs import RunHandle
from services.runtime import Runtime

# Every row is in one of the first six; already_known: people who are in other searches that one may see.
COUNTS = ("added", "changed", "unchanged", "repeated", "rejected", "suppressed", "already_known")

_Q = sql.queries("dry_runs")
_IMPORTS = sql.queries("imports")


class Into(Protocol):
    """Where people would go, and in whose name: a run, or what stands for one."""

    @property
    def run_id(self) -> int: ...
    @property
    def search_id(self) -> str | None: ...
    @property
    def actor(self) -> Actor: ...


def run_dry_run(rt: Runtime, handle: RunHandle) -> None:
    """The handler of dry runs."""
    with rt.db.connection() as conn:
        db.run(conn, _Q.forget_keys, {"run_id": handle.run_id})
    counts, done, reasons = dict.fromkeys(COUNTS, 0), 0, Counter[str]()
    with import_source.open_source(rt, handle.actor, handle.params) as source, closing(source.rows()) as reading:
        normaliser = _normaliser(handle, source, handle.params["mapping"])
        for batch in _batches(reading):
            with rt.db.connection() as conn:
                _count(conn, handle, batch, normaliser, counts, reasons, rt.settings)
            done += len(batch.rows)
            handle.progress(done, failed=counts["rejected"], **counts)
    if not done:
        raise import_readers.Unreadable(import_readers.NO_ROWS)
    with rt.db.connection() as conn:
        db.run(conn, _Q.forget_keys, {"run_id": handle.run_id})
        handle.finish(conn=conn)


def count_all(
    conn: db.Conn, into: Into, source: Source, mapping: Mapping[str, str], settings: Settings
) -> tuple[dict[str, int], Counter[str]]:
    """The same in the caller's transaction, which may be rolled back: counts, and why rows cannot be taken."""
    counts, reasons = dict.fromkeys(COUNTS, 0), Counter[str]()
    normaliser = _normaliser(into, source, mapping)
    with closing(source.rows()) as reading:
        for batch in _batches(reading):
            _count(conn, into, batch, normaliser, counts, reasons, settings)
    return counts, reasons


def _normaliser(into: Into, source: Source, given: Any) -> Normaliser:
    mapping = import_mapping.check(given, source.columns)
    columns, plan = import_mapping.columns_by_field(mapping), import_history.plan_of(source.columns)
    return Normaliser(columns, plan, datetime.now(UTC).date(), source.source, source.columns, str(into.search_id))


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
    conn: db.Conn,
    into: Into,
    batch: Batch,
    normaliser: Normaliser,
    counts: dict[str, int],
    reasons: Counter[str],
    settings: Settings,
) -> None:
    """Add what an import would do with these rows."""
    conn.execute(_IMPORTS.prepare_batch)
    people, rejects = gather(batch, range(len(batch.rows)), normaliser)
    people, suppressed = suppression.sift(conn, settings, people)
    counts["suppressed"] += suppressed
    slots, nobodies = one_each(people, find_people(conn, people))
    counts["rejected"] += len(rejects)
    reasons.update(reject["reason"] for reject in rejects)
    if shortened := sum(slot.person.shortened for slot in slots):
        counts["shortened"] = counts.get("shortened", 0) + shortened
    met = import_marks.met(conn, into.run_id, slots, nobodies)
    for seen, person in zip(met.nobodies, nobodies, strict=True):
        # An earlier row may have brought in whom this one is about.
        rows = 1 + len(person.repeats)
        counts["repeated" if seen else "rejected"] += rows
        reasons.update({} if seen else {NOBODY: rows})
    first = []
    for seen, slot in zip(met.slots, slots, strict=True):
        counts["repeated"] += len(slot.person.repeats) + seen
        if not seen:
            first.append(slot)
    _add_outcomes(conn, into, first, counts)


def _add_outcomes(conn: db.Conn, into: Into, slots: Sequence[Slot], counts: dict[str, int]) -> None:
    known = [slot.profile_id for slot in slots if slot.profile_id is not None]
    place = {"people": known, "search_id": into.search_id}
    stored = _histories(conn, place) if known else {}
    given = [
        {"profile_id": slot.profile_id, "grown": _grows(stored.get(slot.profile_id), slot), **slot.person.values}
        for slot in slots
    ]
    row = db.one(conn, _Q.count_outcomes, {"people": Jsonb(given), "search_id": into.search_id})
    for name, value in (row or {}).items():
        counts[name] += int(value)
    if known:
        counts["already_known"] += known_marks.count_known(conn, known, into.search_id, into.actor)


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
