"""A search full of synthetic people, for demos, tests and benchmarks.

Memory is constant: people are made and stored in chunks of synthetic_people.CHUNK. Two threads make
and COPY chunks into profiles (Postgres computes the keys and the text vector) while the caller's
thread adds the finished ones to the search, in order.

Into an empty candidates table, BULK_FROM people or more are loaded without its secondary indexes,
which are made again from their own definitions. Dropping, loading and making are one transaction
of the owner: a failure or a kill leaves the indexes as they were. A table with rows, or an install
without the owner's role, is loaded with its indexes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql as pgsql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access import identity
from services.access.identity import Actor
from services.demo.synthetic_people import CHUNK, Person, Position, histories, people, raw_record
from services.errors import BadInput, Forbidden, Unavailable
from services.runtime import Runtime

START = datetime(2026, 6, 1, tzinfo=UTC)
LARGEST = 10_000_000
BULK_FROM = 20_000  # below this, building the indexes anew would save nothing
POSITIONS_FOR = 100_000
RAW_EVERY = 100
LOADERS = 2
WAITING = 4  # chunks in flight: bounds the memory

Progress = Callable[[int, int], None]

_Q = sql.queries("synthetic")


def generate(
    rt: Runtime,
    actor: Actor,
    n: int,
    title: str,
    seed: int = 1,
    progress: Progress | None = None,
    *,
    bulk_from: int = BULK_FROM,
) -> str:
    """Make a search of n synthetic people; returns its id.

    The same seed gives the same people, in the same order. Each has a profile and, where they have
    a LinkedIn address, a row in profile_urls; the first 100,000 have positions, one in a hundred
    has raw data. `progress(done, n)` is called after each chunk, in the caller's thread.
    On any error nothing is left of it; a kill may leave profiles that no search has.
    Raises BadInput, Forbidden, Unavailable.
    """
    if not 1 <= n <= LARGEST:
        raise BadInput(f"Between 1 and {LARGEST:,} people can be made.")
    if not 1 <= len(title.strip()) <= 200:
        raise BadInput("A search needs a title of 1 to 200 characters.")
    if not actor.may_edit:
        raise Forbidden("Viewers cannot add people. Ask a recruiter or an admin.")
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.insert_search, {
            "actor": actor.user_id, "title": title.strip(), "source_ref": f"seed {seed}"})  # fmt: skip
    assert row is not None
    load = _Load(rt, actor, n, seed, str(row["id"]), progress)
    try:
        if n < bulk_from or not load.into_empty_table():
            load.into_live_table()
    except BaseException:
        load.undo()
        raise
    _vacuum(rt)
    return load.search_id


class _Load:
    """One call of generate()."""

    def __init__(self, rt: Runtime, actor: Actor, n: int, seed: int, search_id: str, progress: Progress | None) -> None:
        self.rt, self.actor, self.n, self.seed = rt, actor, n, seed
        self.search_id, self.progress = search_id, progress
        self.taken: list[tuple[int, int]] = []  # runs of profile ids, for undo()

    def into_empty_table(self) -> bool:
        """Load without secondary indexes; False where that may not be done."""
        settings = self.rt.settings
        with _connection(settings.database_owner_url or settings.database_url) as conn:
            indexes = _drop_indexes(conn)
            if indexes is None:
                return False
            self._add_chunks(conn, commit_each=False)
            for definition in indexes:
                db.run(conn, definition)
            self._finish(conn)
        return True

    def into_live_table(self) -> None:
        """Load with indexes on, a transaction a chunk."""
        with _connection(self.rt.settings.database_url) as conn:
            self._add_chunks(conn, commit_each=True)
            self._finish(conn)

    def undo(self) -> None:
        """Remove what was stored; a profile that someone else uses by now goes with it."""
        with _connection(self.rt.settings.database_url) as conn:
            db.run(conn, _Q.delete_search, {"search_id": self.search_id})
            conn.commit()
            for first, last in self.taken:
                db.run(conn, _Q.delete_profiles, {"first": first, "last": last})
                conn.commit()

    def _add_chunks(self, conn: db.Conn, *, commit_each: bool) -> None:
        """Add the candidates of one chunk after the other, in order."""
        done = 0
        with closing(self._stored_chunks()) as chunks:
            for ids, chunk in chunks:
                db.run(conn, _Q.insert_candidates, {
                    "search_id": self.search_id, "actor": self.actor.user_id, "start": START, **_columns(ids, chunk),
                })  # fmt: skip
                if commit_each:
                    conn.commit()
                done += len(ids)
                if self.progress:
                    self.progress(done, self.n)

    def _stored_chunks(self) -> Generator[tuple[list[int], list[Person]], None, None]:
        """Chunks in order, each once its profiles are committed."""
        waiting: deque[tuple[list[int], Future[list[Person]]]] = deque()
        pool = ThreadPoolExecutor(LOADERS, thread_name_prefix="synthetic")
        try:
            for chunk in range(-(-self.n // CHUNK)):
                ids = self._take_ids(min(CHUNK, self.n - chunk * CHUNK))
                waiting.append((ids, pool.submit(self._store, chunk, ids)))
                if len(waiting) == WAITING:
                    ids, stored = waiting.popleft()
                    yield ids, stored.result()
            for ids, stored in waiting:
                yield ids, stored.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _take_ids(self, count: int) -> list[int]:
        with self.rt.db.connection() as conn:
            row = db.one(conn, _Q.take_profile_ids, {"count": count})
        assert row is not None
        ids: list[int] = row["ids"]
        self.taken.extend(runs(ids))
        return ids

    def _store(self, chunk: int, ids: list[int]) -> list[Person]:
        """Make one chunk of people and store all of theirs but the candidates; in a thread of its own."""
        made = people(self.seed, chunk, len(ids))
        jobs = histories(self.seed, chunk, made) if chunk * CHUNK < POSITIONS_FOR else []
        urls = [(f"linkedin.com/in/{p.slug}", profile_id) for p, profile_id in zip(made, ids, strict=True) if p.slug]
        with self.rt.db.connection() as conn:
            db.run(conn, _Q.commit_soon)
            with conn.cursor().copy(_Q.copy_profiles) as copy:
                for profile_id, person in zip(ids, made, strict=True):
                    copy.write_row(_profile_row(profile_id, person))
            db.run(conn, _Q.insert_urls, {"urls": _list([u for u, _ in urls]), "ids": _list([i for _, i in urls])})
            if jobs:
                with conn.cursor().copy(_Q.copy_positions) as copy:
                    for profile_id, person, held in zip(ids, made, jobs, strict=True):
                        for job in held:
                            copy.write_row(_position_row(profile_id, person, job))
            with conn.cursor().copy(_Q.copy_raw) as copy:
                for i in range(0, len(made), RAW_EVERY):
                    record = raw_record(made[i], jobs[i] if jobs else [])
                    copy.write_row((ids[i], made[i].source, Jsonb(record), _day(made[i])))
        return made

    def _finish(self, conn: db.Conn) -> None:
        """Count, log, and last of all move the version on, since that locks the search."""
        db.run(conn, _Q.finish_search, {"search_id": self.search_id, "count": self.n})
        identity.audit(conn, self.actor, "search.generate", self.search_id, people=self.n, seed=self.seed)
        db.run(conn, _Q.bump_version, {"search_id": self.search_id})


def runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """[1, 2, 3, 7, 8] → (1, 3), (7, 8)."""
    first = 0
    for i in range(1, len(ids) + 1):
        if i == len(ids) or ids[i] != ids[i - 1] + 1:
            yield ids[first], ids[i - 1]
            first = i


def _drop_indexes(conn: db.Conn) -> list[str] | None:
    """Drop the indexes that no constraint needs; returns what makes them again, None where we may not."""
    owner = db.one(conn, _Q.owns_candidates)
    if owner is None or not owner["owns"]:
        return None
    try:
        db.run(conn, _Q.lock_candidates)
    except psycopg.errors.LockNotAvailable:
        conn.rollback()
        return None
    found = db.one(conn, _Q.fetch_any_candidate)
    if found is None or found["found"]:
        return None
    indexes = db.rows(conn, _Q.fetch_indexes)
    for index in indexes:
        conn.execute(pgsql.SQL(cast(LiteralString, _Q.drop_index)).format(index=pgsql.Identifier(index["name"])))
    return [index["definition"] for index in indexes]


def _profile_row(profile_id: int, p: Person) -> tuple[Any, ...]:
    url = f"https://www.linkedin.com/in/{p.slug}" if p.slug else ""
    return (profile_id, *p[:12], url, _array(p.skills), *p[14:18], _day(p))


def _position_row(profile_id: int, person: Person, job: Position) -> tuple[Any, ...]:
    ended = None if job.ended_months_ago is None else _month(person, job.ended_months_ago)
    started = _month(person, job.started_months_ago)
    return profile_id, job.title, job.company, job.location, started, ended, ended is None


def _columns(ids: Sequence[int], chunk: Sequence[Person]) -> dict[str, str]:
    """The columns of candidates that profiles do not have, an array each."""
    own = ("filter_status", "stage", "stage_changed_s", "fit", "score", "screened_s", "added_s")
    columns = {name: _list([getattr(person, name) for person in chunk]) for name in own}
    return columns | {"ids": _list(ids), "tags": _array(["|".join(person.tags) for person in chunk])}


def _array(texts: Sequence[str]) -> str:
    """An array as Postgres reads it; none of our words holds a quote or a backslash."""
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def _list(values: Sequence[object]) -> str:
    """As _array, for plain words, numbers and None."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _day(person: Person) -> datetime:
    return START + timedelta(seconds=person.added_s)


def _month(person: Person, months_before: int) -> date:
    added = _day(person)
    year, month = divmod(added.year * 12 + added.month - 1 - months_before, 12)
    return date(year, month + 1, 1)


@contextmanager
def _connection(url: str, *, autocommit: bool = False) -> Iterator[db.Conn]:
    """A connection of our own, without the pool's time limits; committed at the end, rolled back on error."""
    try:
        with psycopg.connect(url, connect_timeout=5, row_factory=dict_row, autocommit=autocommit) as conn:
            db.run(conn, _Q.tune_load)
            yield conn
    except psycopg.OperationalError as error:
        raise Unavailable("Postgres stopped answering while people were being made; try again.") from error


def _vacuum(rt: Runtime) -> None:
    with _connection(rt.settings.database_url, autocommit=True) as conn:
        db.run(conn, _Q.vacuum)
