"""A batch of rows into the database, in the caller's transaction.

New people are copied straight into the tables; what a file says of known people is copied into staging
tables and merged from there, so that what is the same is not written. A row that the same source told
before, in the same words, of someone whom nothing has changed since, is not even read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.config import Settings
from services.errors import Conflict
from services.imports.copy_text import array, line, plain_array
from services.imports.import_batch import NOBODY, Batch, Slot, gather, one_each, reject
from services.imports.import_lines import history_lines, lines_of, staged_line
from services.imports.import_normalise import Normaliser
from services.imports.import_rows import Person
from services.people import known as known_marks
from services.privacy import contact_rules, suppression

_Q = sql.queries("imports")
_IN_THE_WAY = "Someone else is changing the same people right now; try again in a moment."
_HISTORY = ("end_positions", "date_positions", "revive_positions", "insert_positions", "complete_positions",
            "insert_former_positions", "complete_educations", "insert_educations")  # fmt: skip
SAMPLE = 50


@dataclass
class Written:
    """What became of a batch: counts of rows by what happened to them, searches whose candidates changed,
    how many people are new in the run's search, how many are in other searches that its person may see, how many are on
    a do-not-contact list, and how many values were too long."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    suppressed: int = 0
    joined: int = 0
    already_known: int = 0
    do_not_contact: int = 0
    shortened: int = 0
    searches: set[UUID] = field(default_factory=set)


@dataclass(frozen=True)
class Load:
    """One run's way into the database."""

    run_id: int
    actor: Actor
    search_id: str
    source: str
    today: date
    normaliser: Normaliser
    settings: Settings

    def write(self, conn: db.Conn, batch: Batch) -> Written:
        """Raises Conflict when another writer was in the way: nothing of the batch is kept then."""
        try:
            return self._write(conn, batch)
        except psycopg.errors.UniqueViolation as error:
            raise Conflict(_IN_THE_WAY) from error

    def _write(self, conn: db.Conn, batch: Batch) -> Written:
        conn.execute(_Q.lock_people)
        conn.execute(_Q.prepare_batch)
        known_marks.from_source(conn, self.source)
        told = self._told_before(conn, batch)
        while True:
            places = [place for place, row_hash in enumerate(batch.hashes) if row_hash not in told]
            people, rejects = gather(batch, places, self.normaliser)
            people, suppressed = suppression.sift(conn, self.settings, people)
            slots, nobodies = one_each(people, find_people(conn, people))
            found = {slot.profile_id for slot in slots if slot.profile_id is not None}
            # The order of rows matters where one of them says something new: those are all read.
            clash = {row_hash for row_hash, profile_id in told.items() if profile_id in found}
            if not clash:
                break
            told = {row_hash: profile_id for row_hash, profile_id in told.items() if row_hash not in clash}
        rejects += [reject(number, NOBODY, person.raw) for person in nobodies for number in person.row_numbers]
        new = [slot for slot in slots if slot.profile_id is None]
        known = sorted((slot for slot in slots if slot.profile_id is not None), key=lambda slot: slot.profile_id or 0)
        self._copy_new(conn, new)
        changed = self._merge_known(conn, known, batch.last_row)
        written = Written(rejected=len(rejects), suppressed=suppressed)
        written.shortened = sum(slot.person.shortened for slot in slots)
        written.unchanged = sum(1 for row_hash in batch.hashes if row_hash in told)
        self._join(conn, written, new, known, told, changed, batch)
        if changed:
            conn.execute(_Q.lock_candidates_of, {"people": sorted(changed)})
            synced = db.one(conn, _Q.sync_members, {"people": sorted(changed)})
            written.searches |= set(synced["searches"]) if synced else set()
        everyone = {slot.profile_id for slot in slots if slot.profile_id is not None} | set(told.values())
        written.do_not_contact = len(contact_rules.listed(conn, sorted(everyone)))
        if rejects:
            db.run(conn, _Q.insert_rejects, {"run_id": self.run_id, "rejects": Jsonb(rejects)})
        return written

    def merge(self, conn: db.Conn, slots: Sequence[Slot], batch: int) -> set[int]:
        """What is said of people who are known, ordered by their ids: theirs where it says something new; returns
        whom it changed. batch: a number that no other transaction of the run uses. Raises Conflict."""
        known_marks.from_source(conn, self.source)
        return self._merge_known(conn, slots, batch)

    def _told_before(self, conn: db.Conn, batch: Batch) -> dict[str | None, int]:
        """Row hash → profile id, of the rows that change nothing. A file of which none in a sample was told
        before is new; to read a row that was is slower, and comes to the same."""
        hashes = [row_hash for row_hash in batch.hashes if row_hash is not None]
        step = max(1, len(hashes) // SAMPLE)
        if len(hashes) > 2 * SAMPLE and not self._known(conn, hashes[::step]):
            return {}
        return self._known(conn, hashes)

    def _known(self, conn: db.Conn, hashes: Sequence[str]) -> dict[str | None, int]:
        found = db.one(conn, _Q.find_unchanged, {"hashes": plain_array(hashes), "source": self.source})
        assert found is not None
        return {hashes[place - 1]: who for place, who in zip(found["places"], found["people"], strict=True)}

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
        given: dict[str, Any] = {"search_id": self.search_id, "people": there}
        found = db.one(conn, _Q.fetch_members, given) if there else None
        members = set(found["people"]) if found else set()
        joining = sorted({slot.profile_id for slot in new if slot.profile_id} | (set(there) - members))
        if there:
            written.already_known = known_marks.count_known(conn, there, self.search_id, self.actor)
        if joining:
            row = db.one(conn, _Q.add_members, given | {"people": joining, "actor": self.actor.user_id})
            written.joined = int(row["added"]) if row else 0
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
            brought = sum(news for _, news in slot.person.repeats)
            written.changed += brought
            written.unchanged += len(slot.person.repeats) - brought

    # -- people nobody knew -------------------------------------------------------------------

    def _copy_new(self, conn: db.Conn, slots: Sequence[Slot]) -> None:
        """Everything of new people; gives each slot its profile id."""
        if not slots:
            return
        row = db.one(conn, _Q.take_profile_ids, {"count": len(slots)})
        assert row is not None
        for slot, profile_id in zip(slots, row["ids"], strict=True):
            slot.profile_id = profile_id
        made = [(slot.profile_id, lines_of(slot.person, self.source, self.today)) for slot in slots]
        # Two people may share a key through a third row that was taken for the first: it stays with that one.
        keys: dict[str, int | None] = {}
        for slot in slots:
            for key in slot.person.keys:
                keys.setdefault(key, slot.profile_id)
        _copy(conn, _Q.copy_profiles, [f"{who}\t{lines.profile}\n" for who, lines in made])
        _copy(conn, _Q.copy_urls, [line(pair) + "\n" for pair in keys.items()])
        _copy(conn, _Q.copy_raw, [f"{who}\t{lines.raw}\n" for who, lines in made])
        _copy(conn, _Q.copy_positions, [f"{who}\t{job}\n" for who, lines in made for job in lines.positions])
        _copy(conn, _Q.copy_educations, [f"{who}\t{part}\n" for who, lines in made for part in lines.educations])

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
        made = [(f"{self.run_id}\t{batch}\t{slot.profile_id}", slot.person) for slot in slots]
        _copy(conn, _Q.stage_people, [f"{start}\t{staged_line(person)}\n" for start, person in made])
        changed = {row["id"] for row in db.rows(conn, _Q.merge_people, place)}
        db.run(conn, _Q.keep_told, {**place, "source": self.source})
        grown = self._merge_histories(conn, made, place)
        if grown:
            db.run(conn, _Q.derive_tenure, {"people": sorted(grown), "today": self.today})
        keys = [(key, slot.profile_id) for slot in slots for key in slot.person.keys]
        db.run(conn, _Q.insert_urls, {"keys": [key for key, _ in keys], "people": [who for _, who in keys]})
        db.run(conn, _Q.merge_raw, {**place, "source": self.source})
        db.run(conn, _Q.clear_staged, place)
        return changed | grown

    def _merge_histories(self, conn: db.Conn, made: Sequence[tuple[str, Person]], place: dict[str, int]) -> set[int]:
        """Jobs and schools, by profile id; returns whose changed. A person's first row, then the second: what
        comes of them must not depend on where a batch ended."""
        told = [(start, person.told or [person.history]) for start, person in made]
        grown: set[int] = set()
        for turn in range(max(len(histories) for _, histories in told)):
            lines = [(start, *history_lines(histories[turn])) for start, histories in told if turn < len(histories)]
            _copy(conn, _Q.stage_positions, [
                f"{start}\t{n}\t{job}\n" for start, jobs, _ in lines for n, job in enumerate(jobs)])  # fmt: skip
            _copy(conn, _Q.stage_educations, [
                f"{start}\t{n}\t{part}\n" for start, _, parts in lines for n, part in enumerate(parts)])  # fmt: skip
            db.run(conn, _Q.fill_positions, place)
            grown |= {row["profile_id"] for name in _HISTORY for row in db.rows(conn, getattr(_Q, name), place)}
            db.run(conn, _Q.clear_staged_history, place)
        return grown


def find_people(conn: db.Conn, people: Sequence[Person]) -> dict[int, int]:
    """Place → profile id, of the people who are known."""
    keys = [(place, n, key) for place, person in enumerate(people) for n, key in enumerate(person.keys)]
    given = {"slots": plain_array(k[0] for k in keys), "places": plain_array(k[1] for k in keys),
             "keys": array(k[2] for k in keys)}  # fmt: skip
    known = {row["slot"]: row["profile_id"] for row in db.rows(conn, _Q.find_by_key, given)}
    rest = [(place, person) for place, person in enumerate(people)
            if place not in known and (person.email or person.phone_key)]  # fmt: skip
    if rest:
        found = db.rows(conn, _Q.find_by_contact, {
            "slots": plain_array(place for place, _ in rest), "emails": array(person.email for _, person in rest),
            "phones": array(person.phone_key for _, person in rest),
            "names": array(person.values["full_name"] for _, person in rest),
            "public": plain_array(person.has_public for _, person in rest)})  # fmt: skip
        known |= {row["slot"]: row["profile_id"] for row in found}
    return known


def _copy(conn: db.Conn, query: str, lines: Sequence[str]) -> None:
    if lines:
        with conn.cursor().copy(query) as copy:
            copy.write("".join(lines))
