"""People who were erased on request, known again without being known: keyed hashes of what they were known by.

A mark is BLAKE2b under a key derived from SUPPRESSION_KEY (a keyed hash by RFC 7693), cut to 64 bits: whoever has the
database and not the key cannot tell whose it is, and among a million rows one hits a wrong one of 10,000 marks once in
a billion times.
"""

from __future__ import annotations

import hmac
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha256
from typing import Any, TypeVar

import sql
from services import db
from services.config import Settings
from services.errors import BadInput
from services.imports.copy_text import plain_array
from services.imports.import_rows import Person
from services.people.text_keys import text_key

NO_KEY = "SUPPRESSION_KEY is not set: without it nobody could be known again. Set it as docs/settings.md says."
OTHER_KEY = (
    "SUPPRESSION_KEY is not the one under which people were erased here, so they would not be known again, and "
    "nothing was done. Set the former key."
)

MARKS_AT_ONCE = 20_000

_Q = sql.queries("erasures")
T = TypeVar("T", bound=Hashable)
# Kind (url, email in lower case, or phone as import_rows.phone_key has it), value, and the name of whose it is.
Known = tuple[str, str, str]


class WrongKey(BadInput):
    """Without the key nobody who was erased is known again; no run is tried again for that."""


@dataclass(frozen=True)
class Marker:
    """Makes marks under one key."""

    key: bytes

    @classmethod
    def of(cls, settings: Settings) -> Marker:
        secret = settings.suppression_key
        return cls(sha256(b"sourcingx suppression " + secret.encode()).digest() if secret else b"")

    @property
    def fingerprint(self) -> bytes:
        """Tells this key from another without telling the key."""
        return blake2b(b"fingerprint", key=self.key, digest_size=16).digest()

    def mark(self, kind: str, value: str) -> int:
        """kind: url, email, phone, or contact (an e-mail or telephone that several people have, with a name)."""
        # A copy of a hash that has been begun: a third of the time, for each of thousands in a batch.
        begun = _begun(self.key, kind).copy()
        begun.update(value.encode("utf-8", "replace"))
        return int.from_bytes(begun.digest(), signed=True)

    def of_row(self, kind: str, value: str, full_name: str, *, shared: bool) -> int:
        """The mark of one thing that someone was known by. shared: it names them only together with their name."""
        if kind == "url" and value.startswith("mailto:"):
            return self.mark("email", value.removeprefix("mailto:"))
        if kind == "url" and value.startswith("tel:"):
            return self.mark("phone", value.removeprefix("tel:"))
        return self.mark("contact", f"{value}\x1f{words_of(full_name)}") if shared else self.mark(kind, value)

    def of_known(self, known: Iterable[Known], *, named: bool) -> list[int]:
        """All marks by which one could be an erased person's. named: as in of_person()."""
        found = []
        for kind, value, full_name in known:
            found.append(self.mark(kind, value))
            if named and kind != "url":
                found.append(self.mark("contact", f"{value}\x1f{words_of(full_name)}"))
        return found

    def of_person(self, person: Person, *, named: bool) -> list[int]:
        """All marks by which a row's person could be an erased one. named: also those of contacts with the name."""
        found = [self.mark("url", key) for key in person.keys]
        for kind, contact in (("email", person.email), ("phone", person.phone_key)):
            if contact:
                found.append(self.mark(kind, contact))
                if named:
                    found.append(self.mark("contact", f"{contact}\x1f{words_of(person.values['full_name'])}"))
        return found


@cache
def _begun(key: bytes, kind: str) -> Any:
    return blake2b(f"{kind}\x1f".encode(), key=key, digest_size=8)


def words_of(full_name: str) -> str:
    """A name's words, whatever their order, case and accents."""
    return " ".join(sorted(set(text_key(full_name).split())))


def check_key(conn: db.Conn, marker: Marker, *, first: bool = False) -> None:
    """Raises WrongKey where this is not the key of the marks that are there. first: from now on it is."""
    if first:
        if not marker.key:
            raise WrongKey(NO_KEY)
        db.run(conn, _Q.keep_fingerprint, {"fingerprint": marker.fingerprint})
    known = db.one(conn, _Q.fetch_fingerprint)
    if known is not None and not (marker.key and hmac.compare_digest(bytes(known["fingerprint"]), marker.fingerprint)):
        raise WrongKey(OTHER_KEY)


def marked(conn: db.Conn, marks: Iterable[int]) -> set[int]:
    """Those of some marks that are an erased person's."""
    return {row["mark"] for row in db.rows(conn, _Q.fetch_marks, {"marks": plain_array(set(marks))})}


def is_erased(conn: db.Conn, settings: Settings, kind: str, value: str, full_name: str) -> bool:
    """Whether an e-mail (in lower case) or a telephone number (as import_rows.phone_key) is an erased person's.

    kind: email or phone. Raises WrongKey as sift().
    """
    found = db.one(conn, _Q.any_marks)
    if found is None or not found["found"]:
        return False
    marker = Marker.of(settings)
    check_key(conn, marker)
    return bool(marked(conn, [marker.mark(kind, value), marker.mark("contact", f"{value}\x1f{words_of(full_name)}")]))


def erased_among(conn: db.Conn, settings: Settings, known_by: Iterable[tuple[T, Iterable[Known]]]) -> set[T]:
    """Who or what of some has something that an erased person was known by. Raises WrongKey as sift().

    known_by: each with what it is known by; not even read where nobody was ever erased.
    """
    found = db.one(conn, _Q.any_marks)
    if found is None or not found["found"]:
        return set()
    marker = Marker.of(settings)
    check_key(conn, marker)
    own = {who: marker.of_known(known, named=found["named"]) for who, known in known_by}
    marks = sorted({mark for some in own.values() for mark in some})
    erased: set[int] = set()
    for start in range(0, len(marks), MARKS_AT_ONCE):
        erased |= marked(conn, marks[start : start + MARKS_AT_ONCE])
    return {who for who, some in own.items() if not erased.isdisjoint(some)}


def sift(conn: db.Conn, settings: Settings, people: Sequence[Person]) -> tuple[list[Person], int]:
    """The people of a batch who were not erased, and how many rows were about those who were.

    One question where nobody was ever erased, two for a whole batch where somebody was. Raises WrongKey under
    another key than theirs.
    """
    found = db.one(conn, _Q.any_marks)
    if not people or found is None or not found["found"]:
        return list(people), 0
    marker = Marker.of(settings)
    check_key(conn, marker)
    own = [marker.of_person(person, named=found["named"]) for person in people]
    erased = marked(conn, (mark for marks in own for mark in marks))
    if not erased:
        return list(people), 0
    kept, rows = [], 0
    for person, marks in zip(people, own, strict=True):
        if erased.isdisjoint(marks):
            kept.append(person)
        else:
            rows += len(person.row_numbers)
    return kept, rows


def marks_of(marker: Marker, known_by: Iterable[Mapping[str, Any]]) -> dict[int, bool]:
    """Marks of what people are known by, each with whether it is of a contact and a name. known_by: rows of kind,
    value, full_name and shared."""
    return {
        marker.of_row(row["kind"], row["value"], row["full_name"], shared=row["shared"]): bool(row["shared"])
        for row in known_by
    }
