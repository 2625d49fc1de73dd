"""The handler of dry runs: what an import would do, counted without doing it.

Reads the same rows as the import and asks the same query whom they name, but writes nothing about
people: only what it has met so far, by hash, so that who stands in the files twice is counted once.
A dry run that was cut short begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice

from psycopg.types.json import Jsonb

import sql
from services import db, import_mapping, import_readers, import_source
from services.import_load import find_people
from services.import_rows import Person, person_of
from services.jobs import RunHandle
from services.runtime import Runtime

BATCH_ROWS = 1000
# Every row is in one of the first five; already_known: people who are in other searches that one may see.
COUNTS = ("added", "changed", "unchanged", "repeated", "rejected", "suppressed", "already_known")

_Q = sql.queries("uploads")


def run_dry_run(rt: Runtime, handle: RunHandle) -> None:
    """The handler of dry runs."""
    with rt.db.connection() as conn:
        db.run(conn, _Q.forget_keys, {"run_id": handle.run_id})
    counts = dict.fromkeys(COUNTS, 0)
    today, done = datetime.now(UTC).date(), 0
    with import_source.open_source(rt, handle.actor, handle.params) as source, closing(source.rows()) as reading:
        columns = import_mapping.columns_by_field(import_mapping.check(handle.params["mapping"], source.columns))
        while batch := list(islice(reading, BATCH_ROWS)):
            people = [None if row.problem else person_of(row.number, row.values, columns, today=today) for row in batch]
            with rt.db.connection() as conn:
                _count(conn, handle, [person for person in people if person is not None], counts)
            counts["rejected"] += people.count(None)
            done += len(batch)
            handle.progress(done, failed=counts["rejected"], **counts)
    if not done:
        raise import_readers.Unreadable(import_readers.NO_ROWS)
    with rt.db.connection() as conn:
        db.run(conn, _Q.forget_keys, {"run_id": handle.run_id})
        handle.finish(conn=conn)


def _count(conn: db.Conn, handle: RunHandle, people: list[Person], counts: dict[str, int]) -> None:
    """Add what an import would do with these people."""
    known = find_people(conn, people)
    first: list[int] = []
    met = _met(conn, handle.run_id, [_marks(person, known.get(slot)) for slot, person in enumerate(people)])
    for slot, person in enumerate(people):
        if met[slot]:
            counts["repeated"] += 1
        elif slot not in known and not person.values["full_name"]:
            counts["rejected"] += 1
        else:
            first.append(slot)
    given = [{"slot": slot, "profile_id": known.get(slot), **people[slot].values} for slot in first]
    row = db.one(conn, _Q.count_outcomes, {
        "people": Jsonb(given), "search_id": handle.search_id, **handle.actor.params})  # fmt: skip
    for name, value in (row or {}).items():
        counts[name] += int(value)


def _marks(person: Person, profile_id: int | None) -> tuple[set[int], set[int]]:
    """What a person leaves behind, and what says that they were here before.

    One e-mail is one person, unless both have public addresses of their own.
    """
    own = {*person.keys, *([f"profile {profile_id}"] if profile_id else [])}
    leaves, means = set(own), set(own)
    if person.email:
        leaves.add(f"{'public' if person.has_public else 'plain'} {person.email}")
        means |= {f"plain {person.email}"} | (set() if person.has_public else {f"public {person.email}"})
    return _hashed(leaves), _hashed(means)


def _met(conn: db.Conn, run_id: int, marks: list[tuple[set[int], set[int]]]) -> list[bool]:
    """Whether each was met before, in earlier batches or earlier in this one; remembers them all."""
    asked = sorted(set().union(*(means for _, means in marks)))
    seen = {row["key"] for row in db.rows(conn, _Q.fetch_keys, {"run_id": run_id, "keys": asked})}
    result = []
    for leaves, means in marks:
        result.append(bool(means & seen))
        seen |= leaves
    left = sorted(set().union(*(leaves for leaves, _ in marks)))
    db.run(conn, _Q.insert_keys, {"run_id": run_id, "keys": left})
    return result


def _hashed(keys: Iterable[str]) -> set[int]:
    return {
        int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), signed=True) for key in keys
    }
