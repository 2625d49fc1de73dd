"""Whom a dry run has met in earlier batches: what people leave behind, as 64-bit hashes in an unlogged table.

The rules are those of find_people (docs/decisions/0004): one key is one person; one e-mail or one telephone
number and names that agree, unless both have public addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

import sql
from services import db
from services.imports.import_batch import Slot
from services.imports.import_rows import Person

# Of longer names only all words together are remembered: 57 combinations a name are enough.
MOST_WORDS = 6

_Q = sql.queries("dry_runs")


@dataclass(frozen=True)
class Met:
    """Whether each was met in an earlier batch."""

    slots: list[bool]
    nobodies: list[bool]


def met(conn: db.Conn, run_id: int, slots: Sequence[Slot], nobodies: Sequence[Person]) -> Met:
    """Who was met before; remembers the slots' people. nobodies: rows without a name that name nobody known."""
    marks = [marks_of(slot.person, slot.profile_id) for slot in slots]
    asking = [marks_of(person, None)[1] for person in nobodies]
    asked = sorted(set().union(*(means for _, means in marks), *asking))
    seen = {row["key"] for row in db.rows(conn, _Q.fetch_keys, {"run_id": run_id, "keys": asked})}
    left = sorted(set().union(*(leaves for leaves, _ in marks)))
    db.run(conn, _Q.insert_keys, {"run_id": run_id, "keys": left})
    return Met([bool(means & seen) for _, means in marks], [bool(means & seen) for means in asking])


def marks_of(person: Person, profile_id: int | None) -> tuple[set[int], set[int]]:
    """What a person leaves behind, and what says that they were here before."""
    own = {*person.keys, *([f"profile {profile_id}"] if profile_id else [])}
    leaves, means = set(own), set(own)
    left, asks = [], []
    if person.email or person.phone_key:
        told, asked = _names(person)
        contacts = [contact for contact in (person.email, person.phone_key) if contact]
        left = [f"{contact} {name}" for contact in contacts for name in told]
        asks = [f"{contact} {name}" for contact in contacts for name in asked]
    if person.email:
        # One short name is the same; a row without a name is about anyone.
        left += [f"{person.email} as {person.name_key}", f"{person.email} as "]
        asks += [f"{person.email} as {person.name_key}"]
    leaves |= {f"{'public' if person.has_public else 'plain'} {contact}" for contact in left}
    means |= {f"plain {contact}" for contact in asks}
    if not person.has_public:
        means |= {f"public {contact}" for contact in asks}
    return _hashed(leaves), _hashed(means)


def _names(person: Person) -> tuple[list[str], list[str]]:
    """Names that agree with this one (Person.agrees_by_name): all words of one stand in the other, two at least."""
    words = sorted(set(person.name_key.split(" ")))
    if len(words) < 2:
        return [], []
    sizes = range(2, len(words) + 1) if len(words) <= MOST_WORDS else [len(words)]
    parts = [" ".join(part) for size in sizes for part in combinations(words, size)]
    whole = " ".join(words)
    return [f"whole {whole}", *(f"part {part}" for part in parts)], [f"part {whole}", *(f"whole {p}" for p in parts)]


def _hashed(keys: Iterable[str]) -> set[int]:
    return {
        int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), signed=True) for key in keys
    }
