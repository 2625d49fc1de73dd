"""Pages of a view while others write, over several workers, with and without Redis, and who may see them."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.access.identity import Actor
from services.cache import CacheDown
from services.db import Database
from services.errors import Forbidden, LimitReached
from services.grid import result_plan, result_sets
from services.grid.grid_view import View
from services.grid.id_lists import IdList, IdLists
from services.grid.result_sets import Page
from services.runtime import Runtime
from services.servers.servers import Servers, ServerUrls
from tests import people
from tests.grid_reference import STAGES, load_rows, ordered, shown
from tests.people import Person, add_people, add_search
from tests.waiting import until

BY_STAGE = [{"colId": "stage", "sort": "asc"}, {"colId": "full_name", "sort": "asc"}]


class Desk:
    """One search of 400 people, Alice who reads it and Bob who works on it, each through a worker of their own."""

    def __init__(self, rt: Runtime, alice: Actor, bob: Actor, urls: ServerUrls, connection: psycopg.Connection) -> None:
        """connection: whoever writes, in autocommit."""
        self.rt, self.alice, self.bob, self.urls, self.connection = rt, alice, bob, urls, connection
        self.search_id = add_search(connection, alice)
        self.ids = self.add(*people.varied(400))
        self.view = View.of(self.search_id, status="all", sort=BY_STAGE)

    def expected(self, status: str = "all", sort: Any = (("stage", "asc"), ("full_name", "asc"))) -> list[str]:
        """Ids as they stand in the tables now."""
        return [str(row.id) for row in ordered(shown(load_rows(self.connection, self.search_id), status), sort)]

    def page(self, version: int | None, start: int, end: int, rt: Runtime | None = None) -> Page:
        return result_sets.fetch_page(rt or self.rt, self.alice, self.view, version, start, end)

    def all_pages(self, version: int, rt: Runtime | None = None) -> list[Page]:
        return [self.page(version, start, start + 100, rt) for start in range(0, 500, 100)]

    def begin(self) -> int:
        """Open the view and jump once, so that its list is there; returns the version that the page holds."""
        version = self.page(None, 0, 100).version
        assert not result_sets.count(self.rt, self.alice, self.view, version).moved
        assert self.listed(version)
        return version

    def listed(self, version: int) -> bool:
        return self.rt.lists.slice(self.search_id, self.view.key(version), 0, 0) is not None

    def drop_list(self, version: int) -> None:
        self.drop_list_of(self.view, version)

    def drop_list_of(self, view: View, version: int) -> None:
        assert self.rt.redis.delete(f"rs:list:{view.key(version)}") == 1

    def write(self, query: str, *params: Any) -> None:
        """Someone else's action: its rows and the new version in one transaction."""
        with self.connection.transaction():
            self.connection.execute(query, params)
            self.connection.execute("SELECT bump_version(%s)", (self.search_id,))

    def add(self, *arrivals: Person) -> list[int]:
        with self.connection.transaction():
            return add_people(self.connection, self.search_id, arrivals)

    def set_stage(self, candidate_id: int, stage: str) -> None:
        self.write(
            "UPDATE candidates SET stage = %s, changed_by = %s, changed_xid = pg_current_xact_id() WHERE id = %s",
            stage, self.bob.user_id, candidate_id,
        )  # fmt: skip

    def delete(self, *candidate_ids: int) -> None:
        self.write("DELETE FROM candidates WHERE id = ANY (%s)", list(candidate_ids))


def ids(*pages: Page) -> list[str]:
    return [row["id"] for page in pages for row in page.rows]


@pytest.fixture
def desk(database: ServerUrls, rt: Runtime, alice: Actor, bob: Actor) -> Iterator[Desk]:
    with psycopg.connect(database.database_url, autocommit=True) as connection:
        yield Desk(rt, alice, bob, database, connection)


@pytest.fixture
def second(desk: Desk, servers: Servers, tmp_path: Path) -> Iterator[Runtime]:
    """Another worker: its own pool and its own client."""
    with people.runtime(desk.urls, tmp_path) as rt:
        yield rt


@pytest.fixture
def away(desk: Desk, tmp_path: Path) -> Iterator[Runtime]:
    """A worker that has no Redis."""
    with people.runtime(desk.urls, tmp_path, redis_url=f"unix://{tmp_path}/nowhere.sock") as rt:
        yield rt


# Others write while someone reads


def test_nothing_moves_or_repeats_while_others_write(desk: Desk, second: Runtime) -> None:
    version = desk.begin()
    before = desk.expected()
    draw = random.Random(3)
    gone = draw.sample(desk.ids, 20)
    stay = [candidate for candidate in desk.ids if candidate not in gone]

    def work() -> None:
        for number in range(500):
            desk.set_stage(draw.choice(stay), draw.choice(STAGES))
            if number % 25 == 0:
                desk.delete(gone[number // 25])
                desk.add(Person(full_name="New Arrival", stage="new"))

    with ThreadPoolExecutor(1) as threads:
        writer = threads.submit(work)
        rounds = 0
        while not writer.done() or rounds < 3:
            pages = desk.all_pages(version, (desk.rt, second)[rounds % 2])
            assert ids(*pages) == before
            assert {(page.version, page.moved, page.row_count, page.exact) for page in pages} == {
                (version, False, 400, True)
            }
            rounds += 1
        writer.result()
    # The pill has something to say, and who takes it up sees how things stand.
    assert result_sets.version_of(desk.rt, desk.bob, desk.view) == version + 540
    fresh = desk.page(None, 0, 100)
    assert (fresh.version, ids(fresh)) == (version + 540, desk.expected()[:100])
    assert ids(*desk.all_pages(fresh.version)) == desk.expected() != before


def test_people_deleted_meanwhile_are_shown_as_such(desk: Desk) -> None:
    version = desk.begin()
    before = desk.expected()
    gone = [before[0], before[150]]
    desk.delete(*map(int, gone))
    pages = desk.all_pages(version)
    assert ids(*pages) == before
    deleted = [row for page in pages for row in page.rows if row["deleted"]]
    assert [row["id"] for row in deleted] == gone
    assert {value for row in deleted for name, value in row.items() if name not in ("id", "deleted")} == {None}


def test_a_list_that_went_is_built_again_while_nothing_changed(desk: Desk) -> None:
    version = desk.begin()
    desk.drop_list(version)
    page = desk.page(version, 100, 200)
    assert (ids(page), page.version, page.moved) == (desk.expected()[100:200], version, False)
    assert desk.listed(version)


@pytest.mark.parametrize("start", [0, 100])
def test_a_list_that_went_is_never_built_again_under_its_old_version(desk: Desk, start: int) -> None:
    version = desk.begin()
    desk.set_stage(desk.ids[5], "hired")
    desk.delete(desk.ids[7])
    desk.drop_list(version)
    page = desk.page(version, start, start + 100)
    assert (ids(page), page.version, page.moved) == (desk.expected()[start : start + 100], version + 2, True)
    assert not desk.listed(version)
    # From here on the page holds the new version.
    again = desk.all_pages(page.version)
    assert ids(*again) == desk.expected()
    assert not any(page.moved for page in again)


def test_the_list_of_the_newest_version_serves_who_lost_theirs(desk: Desk, second: Runtime) -> None:
    version = desk.begin()
    desk.set_stage(desk.ids[5], "hired")
    result_sets.count(second, desk.bob, desk.view, None)
    desk.drop_list(version)
    counted = result_sets.count(desk.rt, desk.alice, desk.view, version)
    assert (counted.row_count, counted.version, counted.moved) == (400, version + 1, True)


def test_without_redis_a_page_says_that_its_version_went(desk: Desk, away: Runtime) -> None:
    version = desk.page(None, 0, 100, away).version
    desk.set_stage(desk.ids[5], "hired")
    for start in (0, 100):
        page = desk.page(version, start, start + 100, away)
        assert (ids(page), page.version, page.moved) == (desk.expected()[start : start + 100], version + 1, True)


@pytest.mark.parametrize("claimed", [10**6, 2**62, 0, -5])
def test_a_version_that_never_was_is_the_newest(desk: Desk, away: Runtime, claimed: int) -> None:
    for rt in (desk.rt, away):
        for start in (0, 100, 0):
            page = desk.page(claimed, start, start + 100, rt)
            assert (page.version, page.moved) == (2, False)
            assert ids(page) == desk.expected()[start : start + 100]
    assert desk.listed(2) and not desk.listed(claimed)
    assert result_sets.whole_list(desk.rt, desk.alice, desk.view, claimed)[1] == 2


def test_a_page_of_an_earlier_version_does_not_read_the_newer_list(desk: Desk) -> None:
    version = desk.begin()
    before = desk.expected()
    desk.set_stage(int(before[0]), "rejected")
    newer = desk.begin()
    assert ids(*desk.all_pages(version)) == before
    assert ids(*desk.all_pages(newer)) == desk.expected() != before


class Meanwhile:
    """In place of a Runtime's database: in each snapshot, once it has read the version, something happens."""

    def __init__(self, database: Database, happens: Callable[[], None]) -> None:
        self._database, self._happens = database, happens

    def connection(self) -> AbstractContextManager[Any]:
        return self._database.connection()

    def reading(self) -> AbstractContextManager[Any]:
        return self._database.reading()

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        with self._database.snapshot() as conn:
            self._conn = conn
            yield self

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        found = self._conn.execute(query, params, **options)
        if "data_version" in str(query):
            self._happens()
        return found

    def close(self) -> None:
        self._database.close()


def block(desk: Desk, rt: Runtime, start: int) -> tuple[list[str], int]:
    page = desk.page(None, start, start + 100, rt)
    return ids(page), page.version


def whole(desk: Desk, rt: Runtime, start: int) -> tuple[list[str], int]:
    made, version = result_sets.whole_list(rt, desk.alice, desk.view, None)
    return [str(found) for found in made.slice(start, start + 100).ids], version


@pytest.mark.parametrize(("read", "start"), [(block, 0), (block, 100), (whole, 0)])
@pytest.mark.parametrize("with_redis", [True, False])
def test_version_and_rows_are_of_one_moment(
    desk: Desk, away: Runtime, with_redis: bool, read: Callable[..., tuple[list[str], int]], start: int
) -> None:
    rt = desk.rt if with_redis else away
    before = desk.expected()
    real = rt.db
    rt._db = Meanwhile(real, lambda: desk.delete(int(before[0])))  # type: ignore[assignment]
    try:
        found = read(desk, rt, start)
    finally:
        rt._db = real
    assert found == (before[start : start + 100], 2)
    # Seen a moment later, everyone would have moved up.
    assert desk.expected() == before[1:]


# Jobs on a whole result


def test_a_job_takes_the_list_that_the_page_shows(desk: Desk) -> None:
    version = desk.begin()
    before = desk.expected()
    desk.set_stage(int(before[0]), "rejected")
    made, used = result_sets.whole_list(desk.rt, desk.alice, desk.view, version)
    assert ([str(found) for found in made.slice(0, 500).ids], used) == (before, version)
    desk.drop_list(version)
    made, used = result_sets.whole_list(desk.rt, desk.alice, desk.view, version)
    assert ([str(found) for found in made.slice(0, 500).ids], used) == (desk.expected(), version + 1)


def test_the_lists_snapshot_tells_who_changed_since(desk: Desk) -> None:
    version = desk.begin()
    with psycopg.connect(desk.urls.database_url) as waiting:
        # One is changed before the list is read, by someone who commits after it was made.
        waiting.execute("UPDATE candidates SET changed_xid = pg_current_xact_id() WHERE id = %s", (desk.ids[1],))
        desk.drop_list(version)
        result_sets.count(desk.rt, desk.alice, desk.view, version)
        waiting.commit()
    desk.set_stage(desk.ids[2], "hired")
    made, _ = result_sets.whole_list(desk.rt, desk.alice, desk.view, version)
    changed = desk.connection.execute(
        "SELECT array_agg(id ORDER BY id) FROM candidates WHERE NOT pg_visible_in_snapshot(changed_xid, %s)",
        (made.snapshot,),
    ).fetchone()
    assert changed == (desk.ids[1:3],)


# Several workers


def test_two_workers_in_turn_show_everyone_once(desk: Desk, second: Runtime) -> None:
    version = desk.page(None, 0, 37).version
    pages = [
        desk.page(version, start, start + 37, (desk.rt, second)[number % 2])
        for number, start in enumerate(range(0, 407, 37))
    ]
    assert ids(*pages) == desk.expected()
    assert {page.version for page in pages} == {version}


class CountingLists(IdLists):
    """Counts the lists that are built, and holds the build until all have asked for it."""

    built = 0
    asked: list[int]

    def single_flight(self, key: str, build: Callable[[], None]) -> bool:
        self.asked.append(1)

        def held() -> None:
            until(lambda: len(self.asked) == ASKING, "not all ask for the list")
            build()

        return super().single_flight(key, held)

    def store(self, search_id: uuid.UUID, key: str, made: IdList) -> bool:
        type(self).built += 1
        return super().store(search_id, key, made)


ASKING = 12


def test_a_list_that_many_ask_for_at_once_is_built_once(desk: Desk, second: Runtime) -> None:
    CountingLists.built, CountingLists.asked = 0, []
    for rt in (desk.rt, second):
        rt._lists = CountingLists(rt.cache, rt.settings)
    together = threading.Barrier(ASKING)

    def ask(number: int) -> Page:
        together.wait(60)
        return desk.page(None, 300, 400, (desk.rt, second)[number % 2])

    with ThreadPoolExecutor(ASKING) as threads:
        pages = list(threads.map(ask, range(ASKING)))
    assert CountingLists.built == 1
    assert {tuple(ids(page)) for page in pages} == {tuple(desk.expected()[300:])}
    assert {(page.version, page.exact, page.too_large) for page in pages} == {(2, True, False)}


# Redis


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Servers]:
    """A Valkey that a test may stop."""
    mine = Servers(tmp_path / "valkey", postgres=False)
    mine.attach()
    yield mine
    mine.release()


@pytest.mark.faults
def test_redis_is_stopped_and_started_again_in_the_middle(desk: Desk, own_valkey: Servers, tmp_path: Path) -> None:
    with people.runtime(desk.urls, tmp_path, redis_url=own_valkey.urls.redis_url) as rt:
        version = desk.page(None, 0, 100, rt).version
        assert ids(desk.page(version, 100, 200, rt)) == desk.expected()[100:200]

        own_valkey.release()
        assert own_valkey.processes() == {"valkey": None}
        for _ in range(2):
            pages = desk.all_pages(version, rt)
            assert ids(*pages) == desk.expected()
            assert not any(page.moved for page in pages)
        counted = result_sets.count(rt, desk.alice, desk.view, version)
        assert (counted.row_count, counted.exact) == (400, True)
        desk.set_stage(desk.ids[0], "hired")
        moved = desk.page(version, 100, 200, rt)
        assert (ids(moved), moved.version, moved.moved) == (desk.expected()[100:200], version + 1, True)

        own_valkey.attach()

        def recovered() -> bool:
            page = desk.page(moved.version, 100, 200, rt)
            assert ids(page) == desk.expected()[100:200] and not page.moved
            try:
                return rt.lists.load(desk.search_id, desk.view.key(moved.version)) is not None
            except CacheDown:
                return False

        until(recovered)
        assert ids(*desk.all_pages(moved.version, rt)) == desk.expected()


def test_many_views_of_a_search_take_bounded_memory(desk: Desk) -> None:
    views = [
        View.of(desk.search_id, filters={"note_count": {"type": "lessThan", "filter": number}}) for number in range(25)
    ]
    for number, view in enumerate(views):
        result_sets.count(desk.rt, desk.alice, view, None)
        if number >= 1:
            # The second is looked at again and again.
            result_sets.fetch_page(desk.rt, desk.alice, views[1], None, 0, 100)
    kept = [desk.rt.lists.load(desk.search_id, view.key(2)) is not None for view in views]
    assert kept == [False, True, *[False] * 4, *[True] * 19]
    names = list(desk.rt.redis.scan_iter("rs:list:*"))
    assert len(names) == 20
    most = desk.rt.settings.result_set_ttl_s
    assert all(0 < desk.rt.redis.ttl(name) <= most for name in names)


def test_above_the_ceiling_it_says_so_and_shows_the_right_rows(desk: Desk, tmp_path: Path) -> None:
    with psycopg.connect(desk.urls.database_owner_url) as conn:
        conn.execute("ANALYZE candidates")
    few = View.of(desk.search_id, status="all", filters={"tags_in": {"values": ["x"]}, "fit_in": {"values": ["weak"]}})
    with people.runtime(desk.urls, tmp_path, result_set_max_rows=50) as rt:
        for page in desk.all_pages(2, rt)[1:]:
            assert (page.row_count, page.exact, page.too_large, page.moved) == (400, True, True, False)
        assert ids(*desk.all_pages(2, rt)) == desk.expected()
        assert not desk.listed(2)
        with pytest.raises(LimitReached):
            result_sets.whole_list(rt, desk.alice, desk.view, 2)
        # A small view of a large search has its list as ever.
        page = result_sets.fetch_page(rt, desk.alice, few, 2, 1, 100)
        assert 0 < page.row_count < 50 and not page.too_large
        assert rt.lists.load(desk.search_id, few.key(2)) is not None
        assert result_sets.whole_list(rt, desk.alice, few, 2)[0].total == page.row_count
    with people.runtime(desk.urls, tmp_path, "worker", result_set_max_rows=50) as job:
        assert result_sets.whole_list(job, desk.alice, desk.view, 2)[0].total == 400


WRONGLY_GUESSED = View.of(
    uuid.UUID(int=0),
    status="all",
    filters={
        # Each of these says the same of the same people, which the planner takes for luck.
        "fit_in": {"values": ["strong", "possible", "weak"]},
        "score": {"type": "notBlank"},
        "screened_at": {"operator": "AND", "conditions": [{"type": "greaterThan", "dateFrom": "2026-05-01"}] * 3},
        "note_count": {"operator": "AND", "conditions": [{"type": "greaterThanOrEqual", "filter": 0}] * 4},
    },
)


def test_a_ceiling_holds_whatever_the_planner_guesses(desk: Desk, tmp_path: Path) -> None:
    with psycopg.connect(desk.urls.database_owner_url) as conn:
        conn.execute("ANALYZE candidates")
    view = replace(WRONGLY_GUESSED, search_id=desk.search_id)
    with desk.rt.db.connection() as conn:
        guess = result_plan.estimate_rows(conn, view.where())
    exact = result_sets.count(desk.rt, desk.alice, view, 2).row_count
    desk.drop_list_of(view, 2)
    most = (guess + exact) // 2
    assert guess < most < exact
    with people.runtime(desk.urls, tmp_path, result_set_max_rows=most) as rt:
        page = result_sets.fetch_page(rt, desk.alice, view, 2, 100, 110)
        assert (page.row_count, page.exact, page.too_large, len(page.rows)) == (exact, True, True, 10)
        assert rt.lists.load(desk.search_id, view.key(2)) is None
        with pytest.raises(LimitReached):
            result_sets.whole_list(rt, desk.alice, view, 2)
    # One that is guessed to be too long and is not has its list.
    with people.runtime(desk.urls, tmp_path, result_set_max_rows=exact) as rt:
        assert not result_sets.fetch_page(rt, desk.alice, view, 2, 100, 110).too_large
        assert rt.lists.load(desk.search_id, view.key(2)) is not None


class NoRoom(IdLists):
    """Takes no list, as where its bytes are more than the memory for lists."""

    def store(self, search_id: uuid.UUID, key: str, made: IdList) -> bool:
        return False


def test_a_list_that_could_not_be_kept_is_said_to_be_too_large(desk: Desk) -> None:
    desk.rt._lists = NoRoom(desk.rt.cache, desk.rt.settings)
    page = desk.page(2, 100, 200)
    assert (ids(page), page.row_count, page.too_large) == (desk.expected()[100:200], 400, True)
    assert result_sets.whole_list(desk.rt, desk.alice, desk.view, 2)[0].total == 400


# Who may see what


READS: dict[str, Callable[[Runtime, Actor, View], object]] = {
    "first page": lambda rt, actor, view: result_sets.fetch_page(rt, actor, view, None, 0, 100),
    "jump": lambda rt, actor, view: result_sets.fetch_page(rt, actor, view, 2, 100, 200),
    "count": lambda rt, actor, view: result_sets.count(rt, actor, view, 2),
    "version": result_sets.version_of,
    "whole list": lambda rt, actor, view: result_sets.whole_list(rt, actor, view, 2),
}


@pytest.mark.parametrize("with_redis", [True, False])
def test_a_private_search_is_its_owners(
    desk: Desk, away: Runtime, charlie: Actor, admin: Actor, with_redis: bool
) -> None:
    rt = desk.rt if with_redis else away
    # Its list is in Redis: knowing the search's address is not enough to read from it.
    desk.begin()
    desk.connection.execute("UPDATE searches SET visibility = 'private'")
    for read in READS.values():
        for stranger in (desk.bob, charlie):
            with pytest.raises(Forbidden) as refused:
                read(rt, stranger, desk.view)
            # No word on whether there is such a search.
            with pytest.raises(Forbidden) as missing:
                read(rt, stranger, View.of(uuid.uuid4()))
            assert refused.value.message == missing.value.message
        for allowed in (desk.alice, admin):
            assert read(rt, allowed, desk.view)


def test_named_people_see_a_search_until_they_are_named_no_more(desk: Desk) -> None:
    desk.begin()
    desk.connection.execute("UPDATE searches SET visibility = 'named'")
    with pytest.raises(Forbidden):
        result_sets.fetch_page(desk.rt, desk.bob, desk.view, None, 0, 100)
    desk.connection.execute("INSERT INTO search_members VALUES (%s, %s)", (desk.search_id, desk.bob.user_id))
    assert result_sets.fetch_page(desk.rt, desk.bob, desk.view, None, 0, 100).editable
    desk.connection.execute("DELETE FROM search_members")
    with pytest.raises(Forbidden):
        result_sets.fetch_page(desk.rt, desk.bob, desk.view, 2, 0, 100)


def test_viewers_read_and_no_more(desk: Desk, charlie: Actor) -> None:
    for start in (0, 100, 100):
        page = result_sets.fetch_page(desk.rt, charlie, desk.view, 2, start, start + 100)
        assert (ids(page), page.editable) == (desk.expected()[start : start + 100], False)
        assert result_sets.fetch_page(desk.rt, desk.bob, desk.view, 2, start, start + 100).editable


def test_a_list_is_shared_by_all_who_may_see_it(desk: Desk, second: Runtime, charlie: Actor) -> None:
    desk.begin()
    # Only who reads the list can still show an order that the table has no more.
    desk.connection.execute("UPDATE candidates SET stage = 'new'")
    before = ids(*desk.all_pages(2))
    shared = [result_sets.fetch_page(second, charlie, desk.view, 2, start, start + 100) for start in range(0, 400, 100)]
    assert ids(*shared) == before != desk.expected()


def test_a_person_is_shown_only_in_their_own_search(desk: Desk) -> None:
    """A list that names others' candidates, however it came to be, shows nothing of them."""
    other = add_search(desk.connection, desk.bob, "private")
    secret = add_people(desk.connection, other, [Person(full_name="Secret Person")])[0]
    desk.rt.lists.store(desk.search_id, desk.view.key(2), IdList(secret.to_bytes(4, "big"), 4, "1:1:"))
    page = desk.page(2, 0, 100)
    assert [(row["id"], row["deleted"], row["full_name"]) for row in page.rows] == [(str(secret), True, None)]


def test_ids_that_have_outgrown_four_bytes_take_eight(desk: Desk) -> None:
    version = desk.begin()
    assert result_sets.whole_list(desk.rt, desk.alice, desk.view, version)[0].width == 4
    with psycopg.connect(desk.urls.database_owner_url) as conn:
        conn.execute("ALTER SEQUENCE candidates_id_seq RESTART WITH 2147483653")
    desk.add(Person(full_name="Late Arrival", stage="contacted"))
    newest = desk.begin()
    made, _ = result_sets.whole_list(desk.rt, desk.alice, desk.view, newest)
    assert made.width == 8 and [str(found) for found in made.slice(0, 500).ids] == desk.expected()
