"""A batch of rows into the database, in the caller's transaction.

New people are copied straight into the tables; what a file says of known people is copied into staging
tables and merged from there, so that what is the same is not written. A row that the same source told
before, in the same words, of someone whom nothing has changed since, is not even read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

import sql
from services import db
from services.errors import Conflict
from services.identity import Actor
from services.import_batch import NOBODY, Batch, Slot, gather, one_each, reject
from services.import_normalise import Normaliser
from services.import_rows import Person

_Q = sql.queries("imports")
_IN_THE_WAY = "Someone else is changing the same people right now; try again in a moment."
_HISTORY = ("end_positions", "date_positions", "revive_positions", "insert_positions", "complete_positions",
            "insert_former_positions", "complete_educations", "insert_educations")  # fmt: skip
SAMPLE = 50
_VALUES = ("full_name", "first_name", "last_name", "guess_first", "guess_last", "headline", "title", "company",
           "location", "country", "industry", "summary", "email", "phone", "public_url", "opaque_url")  # fmt: skip


@dataclass
class Written:
    """What became of a batch: counts of rows by what happened to them, searches whose candidates changed,
    and how many people are new in the run's search."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    joined: int = 0
    searches: set[UUID] = field(default_factory=set)


@dataclass(frozen=True)
class Load:
    """One run's way into the database. joins: how people are put into the search, see import_run."""

    run_id: int
    actor: Actor
    search_id: str
    source: str
    today: date
    normaliser: Normaliser
    joins: Callable[[db.Conn, Sequence[int]], int]

    def write(self, conn: db.Conn, batch: Batch) -> Written:
        """Raises Conflict when another writer was in the way: nothing of the batch is kept then."""
        try:
            return self._write(conn, batch)
        except psycopg.errors.UniqueViolation as error:
            raise Conflict(_IN_THE_WAY) from error

    def _write(self, conn: db.Conn, batch: Batch) -> Written:
        conn.execute(_Q.lock_people)
        conn.execute(_Q.use_indexes)
        told = self._told_before(conn, batch)
        while True:
            places = [place for place, row_hash in enumerate(batch.hashes) if row_hash not in told]
            people, rejects = gather(batch, places, self.normaliser)
            slots, nobodies = one_each(people, _find(conn, people))
            found = {slot.profile_id for slot in slots if slot.profile_id is not None}
            # The order of rows matters where one of them says something new: those are all read.
            clash = {row_hash for row_hash, profile_id in told.items() if profile_id in found}
            if not clash:
                break
            told = {row_hash: profile_id for row_hash, profile_id in told.items() if row_hash not in clash}
        rejects += [reject(person.row_number, NOBODY, person.raw) for person in nobodies]
        new = [slot for slot in slots if slot.profile_id is None]
        known = sorted((slot for slot in slots if slot.profile_id is not None), key=lambda slot: slot.profile_id or 0)
        self._copy_new(conn, new)
        changed = self._merge_known(conn, known, batch.last_row)
        written = Written(rejected=len(rejects))
        written.unchanged = sum(1 for row_hash in batch.hashes if row_hash in told)
        self._join(conn, written, new, known, told, changed, batch)
        if changed:
            conn.execute(_Q.lock_candidates_of, {"people": sorted(changed)})
            synced = db.one(conn, _Q.sync_members, {"people": sorted(changed)})
            written.searches |= set(synced["searches"]) if synced else set()
        if rejects:
            db.run(conn, _Q.insert_rejects, {"run_id": self.run_id, "rejects": Jsonb(rejects)})
        return written

    def _told_before(self, conn: db.Conn, batch: Batch) -> dict[str | None, int]:
        """Row hash → profile id, of the rows that change nothing. A file of which none in a sample was told
        before is new; to read a row that was is slower, and comes to the same."""
        hashes = [row_hash for row_hash in batch.hashes if row_hash is not None]
        step = max(1, len(hashes) // SAMPLE)
        if len(hashes) > 2 * SAMPLE and not self._known(conn, hashes[::step]):
            return {}
        return self._known(conn, hashes)

    def _known(self, conn: db.Conn, hashes: Sequence[str]) -> dict[str | None, int]:
        given = {"hashes": _plain_array(hashes), "source": self.source}
        return {row["row_hash"].hex: row["profile_id"] for row in db.rows(conn, _Q.find_unchanged, given)}

    def _join(
        self,
        conn: db.Conn,
        written: Written,
        new: Sequence[Slot],
        known: Sequence[Slot],
        told: Mapping[str | None, int],
        changed: set[int],
        batch: Batch,
    ) -> None:
        """Put people into the search, and count the rows."""
        there = sorted({slot.profile_id for slot in known if slot.profile_id} | set(told.values()))
        given = {"search_id": self.search_id, "people": there}
        members = {row["profile_id"] for row in db.rows(conn, _Q.fetch_members, given)} if there else set()
        joining = sorted({slot.profile_id for slot in new if slot.profile_id} | (set(there) - members))
        written.joined = self.joins(conn, joining) if joining else 0
        # A person of several rows joins with the first.
        late = set(joining)
        for row_hash in batch.hashes:
            if row_hash in told and told[row_hash] in late:
                late.discard(told[row_hash])
                written.unchanged -= 1
                written.added += 1
        for slot in (*new, *known):
            if slot.profile_id in late:
                written.added += 1
            elif slot.profile_id in changed:
                written.changed += 1
            else:
                written.unchanged += 1
            brought = sum(slot.person.repeats)
            written.changed += brought
            written.unchanged += len(slot.person.repeats) - brought

    # -- people nobody knew -------------------------------------------------------------------

    def _copy_new(self, conn: db.Conn, slots: Sequence[Slot]) -> None:
        """Everything of new people; gives each slot its profile id."""
        if not slots:
            return
        row = db.one(conn, _Q.take_profile_ids, {"count": len(slots)})
        now = db.one(conn, _Q.fetch_now)
        assert row is not None
        assert now is not None
        at = now["now"]
        for slot, profile_id in zip(slots, row["ids"], strict=True):
            slot.profile_id = profile_id
        _copy(conn, _Q.copy_profiles, (self._profile(slot, at) for slot in slots))
        # Two people may share a key through a third row that was taken for the first: it stays with that one.
        keys: dict[str, int] = {}
        for slot in slots:
            for key in slot.person.keys:
                keys.setdefault(key, slot.profile_id or 0)
        _copy(conn, _Q.copy_urls, keys.items())
        _copy(conn, _Q.copy_raw, (
            (slot.profile_id, self.source, json.dumps(slot.person.raw), slot.person.row_hash, at, at)
            for slot in slots))  # fmt: skip
        _copy(conn, _Q.copy_positions, (
            (slot.profile_id, p.title, p.company, p.location, p.started_on, p.ended_on, p.is_current, p.description)
            for slot in slots for p in slot.person.history.positions))  # fmt: skip
        _copy(conn, _Q.copy_educations, (
            (slot.profile_id, e.school, e.degree, e.field_of_study, e.started_on, e.ended_on)
            for slot in slots for e in slot.person.history.educations))  # fmt: skip

    def _profile(self, slot: Slot, at: datetime) -> tuple[Any, ...]:
        v = slot.person.values
        return (
            slot.profile_id, v["full_name"], v["first_name"] or v["guess_first"], v["last_name"] or v["guess_last"],
            v["headline"], v["title"], v["company"], v["location"], v["country"], v["industry"], v["summary"],
            v["email"], v["phone"], v["public_url"] or v["opaque_url"], _array(v["skills"]), v["years_experience"],
            v["current_tenure_months"], slot.person.history.average_tenure(self.today), self.source, at, at, at,
        )  # fmt: skip

    # -- people who are known -----------------------------------------------------------------

    def _merge_known(self, conn: db.Conn, slots: Sequence[Slot], batch: int) -> set[int]:
        """Everything that a file says of known people, by profile id; returns whom it changed."""
        if not slots:
            return set()
        ids = [slot.profile_id for slot in slots]
        if len(db.rows(conn, _Q.lock_profiles, {"people": ids})) < len(set(ids)):
            # Someone was removed between the search for them and now.
            raise Conflict(_IN_THE_WAY)
        place = {"run_id": self.run_id, "batch": batch}
        self._stage(conn, slots, batch)
        changed = {row["id"] for row in db.rows(conn, _Q.merge_people, place)}
        grown = {row["profile_id"] for name in _HISTORY for row in db.rows(conn, getattr(_Q, name), place)}
        if grown:
            db.run(conn, _Q.derive_tenure, {"people": sorted(grown), "today": self.today})
        keys = [(key, slot.profile_id) for slot in slots for key in slot.person.keys]
        db.run(conn, _Q.insert_urls, {"keys": [key for key, _ in keys], "people": [who for _, who in keys]})
        db.run(conn, _Q.merge_raw, {**place, "source": self.source})
        db.run(conn, _Q.clear_staged, place)
        return changed | grown

    def _stage(self, conn: db.Conn, slots: Sequence[Slot], batch: int) -> None:
        start = (self.run_id, batch)
        _copy(conn, _Q.stage_people, (
            (*start, slot.profile_id, *(slot.person.values[name] for name in _VALUES),
             _array(slot.person.values["skills"]), slot.person.values["years_experience"],
             slot.person.values["current_tenure_months"], json.dumps(slot.person.raw), slot.person.row_hash)
            for slot in slots))  # fmt: skip
        _copy(conn, _Q.stage_positions, (
            (*start, slot.profile_id, n, p.title, p.company, p.location, p.started_on, p.ended_on, p.is_current,
             p.description) for slot in slots for n, p in enumerate(slot.person.history.positions)))  # fmt: skip
        _copy(conn, _Q.stage_educations, (
            (*start, slot.profile_id, n, e.school, e.degree, e.field_of_study, e.started_on, e.ended_on)
            for slot in slots for n, e in enumerate(slot.person.history.educations)))  # fmt: skip


def _find(conn: db.Conn, people: Sequence[Person]) -> dict[int, int]:
    """Place → profile id, of the people who are known."""
    keys = [(place, n, key) for place, person in enumerate(people) for n, key in enumerate(person.keys)]
    given = {"slots": _plain_array(k[0] for k in keys), "places": _plain_array(k[1] for k in keys),
             "keys": _array(k[2] for k in keys)}  # fmt: skip
    known = {row["slot"]: row["profile_id"] for row in db.rows(conn, _Q.find_by_key, given)}
    rest = [(place, person) for place, person in enumerate(people)
            if place not in known and (person.email or person.phone_key)]  # fmt: skip
    if rest:
        found = db.rows(conn, _Q.find_by_contact, {
            "slots": _plain_array(place for place, _ in rest), "emails": _array(person.email for _, person in rest),
            "phones": _array(person.phone_key for _, person in rest),
            "names": _array(person.values["full_name"] for _, person in rest),
            "public": _plain_array(person.has_public for _, person in rest)})  # fmt: skip
        known |= {row["slot"]: row["profile_id"] for row in found}
    return known


def _copy(conn: db.Conn, query: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY's text format, made here: psycopg would ask for the type of every cell."""
    if lines := [_line(row) for row in rows]:
        with conn.cursor().copy(query) as copy:
            copy.write("".join(lines))


def _line(row: Sequence[Any]) -> str:
    return "\t".join([_cell(value) for value in row]) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    text = value if isinstance(value, str) else str(value)
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


def _array(texts: Iterable[str]) -> str:
    """An array as Postgres reads it; made here, since psycopg looks at every element anew."""
    inner = ",".join(['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts])
    return "{" + inner + "}"


def _plain_array(values: Iterable[object]) -> str:
    """As _array, for numbers, truth values and hexadecimal digits."""
    return "{" + ",".join([str(value) for value in values]) + "}"
