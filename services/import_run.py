"""The handler of import runs: a file into a search, batch by batch.

A batch of at most 1,000 rows is one transaction: people, their keys and raw rows, candidates,
rejected rows, the count of what was done, and the versions of the searches that it touched. The
run's counts hold the number of the last row that was committed, so a run that was cut short goes
on behind it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db, import_mapping, import_readers, import_source, maintenance
from services.errors import Conflict
from services.identity import audit
from services.import_readers import Row
from services.import_rows import Person, person_of, storable
from services.imports import COUNTS, check_editable
from services.jobs import RunHandle
from services.runtime import Runtime

BATCH_ROWS = 1000
# Characters; rows may be long.
BATCH_SIZE = 4_000_000
CONFLICT_RETRIES = 5
VACUUM_AFTER = 5_000
NOBODY = "The row has no name, and nobody is known by its addresses."

_Q = sql.queries("imports")
_log = logging.getLogger(__name__)


def run_import(rt: Runtime, handle: RunHandle) -> None:
    """The handler of import runs. A file that cannot be read to its end changes nothing."""
    with import_source.open_source(rt, handle.actor, handle.params) as source:
        mapping = import_mapping.check(handle.params["mapping"], source.columns)
        if handle.total is None:
            with closing(source.rows()) as reading:
                _read_all(handle, reading)
        with closing(source.rows(after=int(handle.counts.get("_row", 0)))) as reading:
            _Import(rt, handle, source.source, mapping).work(reading)
    with rt.db.connection() as conn:
        counts = {name: int(handle.counts.get(name, 0)) for name in COUNTS}
        audit(conn, handle.actor, "import", str(handle.search_id), run_id=handle.run_id, **counts)
        handle.finish(conn=conn)
    import_source.forget_files(rt, handle.actor, handle.params)
    if counts["added"] + counts["changed"] >= VACUUM_AFTER:
        maintenance.vacuum(rt)


def _read_all(handle: RunHandle, reading: Iterator[Row]) -> None:
    """All rows are read before the first is imported: so a damaged file changes nothing."""
    total = 0
    for _ in reading:
        total += 1
        if total % BATCH_ROWS == 0:
            handle.check()
    if not total:
        raise import_readers.Unreadable(import_readers.NO_ROWS)
    handle.progress(handle.done, total)


@dataclass
class _Slot:
    """A person of a batch and the profile that it is, None for someone new."""

    person: Person
    profile_id: int | None


@dataclass
class _Batch:
    """Rows on their way: people with different keys, and what cannot be taken."""

    people: list[Person] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0
    size: int = 0
    last_row: int = 0
    _by_key: dict[str, Person] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return self.rows >= BATCH_ROWS or self.size >= BATCH_SIZE

    def add(self, row: Row, person: Person | None) -> None:
        self.rows += 1
        self.size += row.size
        self.last_row = row.number
        if person is None:
            self.rejects.append(_reject(row.number, row.problem or NOBODY, row.values))
            return
        known = next((self._by_key[key] for key in person.keys if key in self._by_key), None)
        if known is None:
            self.people.append(person)
        else:
            known.absorb(person)
        # What the person brought in leads to the first one, too.
        self._by_key |= dict.fromkeys(person.keys, known or person)


class _Import:
    """One run at work."""

    def __init__(self, rt: Runtime, handle: RunHandle, source: str, mapping: dict[str, str]) -> None:
        self._rt, self._handle = rt, handle
        self._columns = import_mapping.columns_by_field(mapping)
        self._source = source
        self._today: date = datetime.now(UTC).date()
        self._done = handle.done
        self._counts = {name: int(handle.counts.get(name, 0)) for name in COUNTS}

    def work(self, reading: Iterator[Row]) -> None:
        batch = _Batch()
        for row in reading:
            person = None if row.problem else person_of(row.number, row.values, self._columns, today=self._today)
            batch.add(row, person)
            if batch.full:
                self._save(batch)
                batch = _Batch()
        if batch.rows:
            self._save(batch)

    def _save(self, batch: _Batch) -> None:
        """One transaction, tried again when another writer was in the way."""
        for attempt in range(CONFLICT_RETRIES):
            self._handle.check()
            try:
                with self._rt.db.connection() as conn:
                    counts = self._write(conn, batch)
            except Conflict:
                if attempt == CONFLICT_RETRIES - 1:
                    raise
                self._handle.wait(0.2 * 2**attempt)
            else:
                self._done, self._counts = self._done + batch.rows, counts
                return

    def _write(self, conn: db.Conn, batch: _Batch) -> dict[str, int]:
        """The batch; returns the run's counts with it."""
        search_id, actor = str(self._handle.search_id), self._handle.actor
        check_editable(conn, actor, search_id)
        conn.execute(_Q.lock_people)
        slots, nobodies = _one_each(_find(conn, batch.people))
        rejects = [*batch.rejects, *(_reject(person.row_number, NOBODY, person.raw) for person in nobodies)]
        actions = self._merge(conn, slots)
        ids = [slot.profile_id for slot in slots]
        members = {r["profile_id"] for r in db.rows(conn, _Q.fetch_members, {"search_id": search_id, "people": ids})}
        given = {"search_id": search_id, "actor": actor.user_id}
        joining = [profile_id for profile_id in ids if profile_id not in members]
        added = db.one(conn, _Q.add_members, {"people": joining, **given}) if joining else None
        changed = [slot.profile_id for slot, action in zip(slots, actions, strict=True) if action == "UPDATE"]
        touched: set[Any] = set()
        if changed and (synced := db.one(conn, _Q.sync_members, {"people": changed, **given})):
            touched |= set(synced["searches"])
        counts = dict(self._counts)
        counts["rejected"] += len(rejects)
        for slot, action in zip(slots, actions, strict=True):
            new = slot.profile_id not in members
            counts["added" if new else "changed" if action == "UPDATE" else "unchanged"] += 1
            for brought_something in slot.person.repeats:
                counts["changed" if brought_something else "unchanged"] += 1
        if rejects:
            db.run(conn, _Q.insert_rejects, {"run_id": self._handle.run_id, "rejects": Jsonb(rejects)})
        # The last statements lock what others need: the run's row, then the searches'.
        self._handle.save(conn, self._done + batch.rows, failed=counts["rejected"], _row=batch.last_row, **counts)
        if added and added["added"]:
            touched.add(UUID(search_id))
            db.run(conn, _Q.count_members, {"search_id": search_id, "added": added["added"]})
        if touched:
            conn.execute(_Q.bump_searches, {"searches": list(touched)})
        return counts

    def _merge(self, conn: db.Conn, slots: list[_Slot]) -> list[str]:
        """Write people, and fill in the profile ids of new ones; returns per slot INSERT, UPDATE or ""."""
        records = [{
            "slot": place, "profile_id": slot.profile_id, "source": self._source, "keys": slot.person.keys,
            **slot.person.values,
        } for place, slot in enumerate(slots)]  # fmt: skip
        actions = [""] * len(slots)
        for row in db.rows(conn, _Q.merge_people, {"people": Jsonb(records)}):
            place = row["slot"]
            actions[place] = row["action"]
            slots[place].profile_id = records[place]["profile_id"] = row["profile_id"]
        conn.execute(_Q.insert_urls, {"people": _parts(records, "profile_id", "keys")})
        raw = [{"profile_id": s.profile_id, "source": self._source, "raw": s.person.raw} for s in slots]
        conn.execute(_Q.upsert_raw, {"people": Jsonb(raw)})
        if new := [record for record, action in zip(records, actions, strict=True) if action]:
            positions = _parts(new, "profile_id", "title", "company", "location", "started_on")
            for query in (_Q.end_positions, _Q.date_positions, _Q.insert_positions):
                conn.execute(query, {"people": positions})
        return actions


def _find(conn: db.Conn, people: list[Person]) -> list[_Slot]:
    """Each person with the profile that it is known as."""
    given = [{"slot": place, "keys": person.keys, "email": person.email, "has_public": person.has_public}
             for place, person in enumerate(people)]  # fmt: skip
    known = {r["slot"]: r["profile_id"] for r in db.rows(conn, _Q.find_people, {"people": Jsonb(given)})}
    # Copies: the batch stays as it was read, for another try.
    return [_Slot(person.copy(), known.get(place)) for place, person in enumerate(people)]


def _one_each(slots: list[_Slot]) -> tuple[list[_Slot], list[Person]]:
    """Slots without repeats, and people without a name whom nobody knows.

    Repeats: known as one profile; or new, with one e-mail, unless their public addresses differ.
    """
    result: list[_Slot] = []
    nobodies: list[Person] = []
    by_profile: dict[int, Person] = {}
    by_email: dict[str, Person] = {}
    for slot in slots:
        person = slot.person
        if slot.profile_id is not None:
            same = by_profile.get(slot.profile_id)
        else:
            same = by_email.get(person.email)
            if same is not None and same.has_public and person.has_public:
                same = None
        if same is not None:
            same.absorb(person)
        elif slot.profile_id is None and not person.values["full_name"]:
            nobodies.append(person)
            continue
        else:
            result.append(slot)
        if slot.profile_id is not None:
            by_profile.setdefault(slot.profile_id, same or person)
        if person.email:
            by_email.setdefault(person.email, same or person)
    return result, nobodies


def _reject(row_number: int, reason: str, raw: dict[str, Any]) -> dict[str, Any]:
    return {"row_number": row_number, "reason": reason, "raw": storable(raw)}


def _parts(records: list[dict[str, Any]], *names: str) -> Jsonb:
    return Jsonb([{name: record[name] for name in names} for record in records])
