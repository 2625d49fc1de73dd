"""Rows on their way into the database: a batch, and who in it is the same person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.import_normalise import Normaliser
from services.import_readers import Row
from services.import_rows import Person, storable

MOST_ROWS = 1000
# Characters; rows may be long.
MOST_SIZE = 4_000_000
NOBODY = "The row has no name, and nobody is known by its addresses."


@dataclass
class Batch:
    """The next rows of a file, each with the hash of what it says. People are made when they are asked for."""

    rows: list[Row] = field(default_factory=list)
    hashes: list[UUID | None] = field(default_factory=list)
    size: int = 0
    _people: dict[int, Person | None] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return len(self.rows) >= MOST_ROWS or self.size >= MOST_SIZE

    @property
    def last_row(self) -> int:
        return self.rows[-1].number

    def add(self, row: Row, row_hash: UUID | None) -> None:
        self.rows.append(row)
        self.hashes.append(row_hash)
        self.size += row.size

    def person(self, place: int, normaliser: Normaliser) -> Person | None:
        """Who the row at this place is about, None for a broken row and for one that names nobody."""
        if place not in self._people:
            made = None if self.rows[place].problem else normaliser.person(self.rows[place])
            if made is not None:
                made.row_hash = self.hashes[place]
            self._people[place] = made
        return self._people[place]


@dataclass
class Slot:
    """A person of a batch and the profile that it is, None for someone new."""

    person: Person
    profile_id: int | None


def gather(batch: Batch, places: Iterable[int], normaliser: Normaliser) -> tuple[list[Person], list[dict[str, Any]]]:
    """People with different keys, and the rows that cannot be taken. What is returned may be changed."""
    people: list[Person] = []
    rejects: list[dict[str, Any]] = []
    by_key: dict[str, Person] = {}
    for place in places:
        row, person = batch.rows[place], batch.person(place, normaliser)
        if person is None:
            rejects.append(reject(row.number, row.problem or NOBODY, row.values))
            continue
        known = next((by_key[key] for key in person.keys if key in by_key), None)
        if known is None:
            # A copy: the batch stays as it was read, for another try.
            known = person.copy()
            people.append(known)
        else:
            known.absorb(person)
        # What the person brought in leads to the first one, too.
        by_key |= dict.fromkeys(person.keys, known)
    return people, rejects


def one_each(people: Sequence[Person], known: Mapping[int, int]) -> tuple[list[Slot], list[Person]]:
    """Slots without repeats, and people without a name whom nobody knows. known: place → profile id.

    Repeats: known as one profile; or new, with one e-mail, or one telephone number and names that
    agree, unless their public addresses differ.
    """
    result: list[Slot] = []
    nobodies: list[Person] = []
    by_profile: dict[int, Person] = {}
    by_contact: dict[str, list[Person]] = {}
    for place, person in enumerate(people):
        profile_id = known.get(place)
        if profile_id is not None:
            same = by_profile.get(profile_id)
        else:
            same = _same_contact(person, by_contact)
        if same is not None:
            same.absorb(person)
        elif profile_id is None and not person.values["full_name"]:
            nobodies.append(person)
            continue
        else:
            result.append(Slot(person, profile_id))
        if profile_id is not None:
            by_profile.setdefault(profile_id, same or person)
        for contact in _contacts(same or person):
            others = by_contact.setdefault(contact, [])
            if not any(other is (same or person) for other in others):
                others.append(same or person)
    return result, nobodies


def _contacts(person: Person) -> list[str]:
    return [contact for contact in (person.email, person.phone_key) if contact]


def _same_contact(person: Person, by_contact: Mapping[str, list[Person]]) -> Person | None:
    for other in by_contact.get(person.email, ()) if person.email else ():
        if not (person.has_public and other.has_public):
            return other
    for other in by_contact.get(person.phone_key, ()) if person.phone_key else ():
        if not (person.has_public and other.has_public) and person.agrees_by_name(other):
            return other
    return None


def reject(row_number: int, reason: str, raw: dict[str, Any]) -> dict[str, Any]:
    return {"row_number": row_number, "reason": reason, "raw": storable(raw)}
