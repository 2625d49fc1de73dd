"""Rows on their way into the database: a batch, and who in it is the same person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.imports.import_normalise import Normaliser
from services.imports.import_readers import Row
from services.imports.import_rows import Person, storable

MOST_ROWS = 1000
# Characters; rows may be long.
MOST_SIZE = 4_000_000
# An e-mail or a telephone number that more people have is an office's.
MOST_SHARING = 20
NOBODY = "The row has no name, and nobody is known by its addresses."


@dataclass
class Batch:
    """The next rows of a file, each with the hash of what it says. People are made when they are asked for."""

    rows: list[Row] = field(default_factory=list)
    hashes: list[str | None] = field(default_factory=list)
    size: int = 0
    _people: dict[int, Person | None] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return len(self.rows) >= MOST_ROWS or self.size >= MOST_SIZE

    @property
    def last_row(self) -> int:
        return self.rows[-1].number

    def add(self, row: Row, row_hash: str | None) -> None:
        self.rows.append(row)
        self.hashes.append(row_hash)
        self.size += row.size

    def person(self, place: int, normaliser: Normaliser) -> Person | None:
        """Who the row at this place is about, None for a broken row and for one that names nobody."""
        if place not in self._people:
            made = None if self.rows[place].problem else normaliser.person(self.rows[place])
            if made is not None and not made.only_name:
                made.row_hash = self.hashes[place]
            self._people[place] = made
        return self._people[place]


@dataclass
class Slot:
    """A person of a batch and the profile that it is, None for someone new."""

    person: Person
    profile_id: int | None


def gather(batch: Batch, places: Iterable[int], normaliser: Normaliser) -> tuple[list[Person], list[dict[str, Any]]]:
    """People with different keys, and the rows that cannot be taken. The batch stays as it was read."""
    people = _People()
    rejects: list[dict[str, Any]] = []
    by_key: dict[str, int] = {}
    for place in places:
        row, person = batch.rows[place], batch.person(place, normaliser)
        if person is None:
            rejects.append(reject(row.number, row.problem or NOBODY, row.values))
            continue
        known = next((by_key[key] for key in person.keys if key in by_key), None)
        if known is None:
            known = people.add(person)
        else:
            people.absorb(known, person)
        # What the person brought in leads to the first one, too.
        for key in person.keys:
            by_key[key] = known
    return people.all, rejects


class _People:
    """People who take in what later rows say of them; one who does is copied first."""

    def __init__(self) -> None:
        self.all: list[Person] = []
        self._copied: set[int] = set()

    def add(self, person: Person) -> int:
        self.all.append(person)
        return len(self.all) - 1

    def absorb(self, place: int, other: Person) -> None:
        if place not in self._copied:
            self._copied.add(place)
            self.all[place] = self.all[place].copy()
        self.all[place].absorb(other)


def one_each(people: Sequence[Person], known: Mapping[int, int]) -> tuple[list[Slot], list[Person]]:
    """Slots without repeats, and people without a name whom nobody knows. known: place → profile id.

    Repeats: known as one profile; or new, with one e-mail or one telephone number and names that
    agree, unless their public addresses differ or many have it.
    """
    result = _People()
    ids: list[int | None] = []
    nobodies: list[Person] = []
    by_profile: dict[int, int] = {}
    by_contact: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        profile_id = known.get(place)
        if profile_id is not None:
            same = by_profile.get(profile_id)
        else:
            same = _same_contact(person, by_contact, result.all)
        if same is not None:
            result.absorb(same, person)
        elif profile_id is None and not person.values["full_name"]:
            nobodies.append(person)
            continue
        else:
            same = result.add(person)
            ids.append(profile_id)
        if profile_id is not None:
            by_profile.setdefault(profile_id, same)
        for contact in _contacts(result.all[same]):
            others = by_contact.setdefault(contact, [])
            if same not in others:
                others.append(same)
    return [Slot(person, profile_id) for person, profile_id in zip(result.all, ids, strict=True)], nobodies


def _contacts(person: Person) -> list[str]:
    return [contact for contact in (person.email, person.phone_key) if contact]


def _same_contact(person: Person, by_contact: Mapping[str, list[int]], people: Sequence[Person]) -> int | None:
    for contact in _contacts(person):
        others = by_contact.get(contact, ())
        if len(others) > MOST_SHARING:
            continue
        for place in others:
            other = people[place]
            if person.has_public and other.has_public:
                continue
            if person.agrees_by_name(other) or (contact == person.email and _mails_alike(person, other, len(others))):
                return place
    return None


def _mails_alike(person: Person, other: Person, sharing: int) -> bool:
    """Of two with one e-mail whose names are too short to agree: one name, or none and nobody else who has it."""
    return person.name_key == other.name_key if person.name_key else sharing == 1


def reject(row_number: int, reason: str, raw: dict[str, Any]) -> dict[str, Any]:
    return {"row_number": row_number, "reason": reason, "raw": storable(raw)}
