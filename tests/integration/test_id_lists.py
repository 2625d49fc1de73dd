"""Lists of ids in Redis: what is kept comes back, memory is bounded, one process builds at a time."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client

from services import cache as caches
from services.cache import Cache, CacheDown
from services.config import Settings
from services.grid import id_lists
from services.grid.id_lists import LISTS_A_SEARCH, IdList, IdLists
from services.servers.servers import Servers
from tests.waiting import until

SEARCH, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
SNAPSHOT = "730:735:731,733"


@pytest.fixture
def limits(tmp_path: Path) -> Settings:
    return Settings.from_env({"SOURCINGX_HOME": str(tmp_path)})


@pytest.fixture
def lists(redis: redis_client.Redis, limits: Settings) -> IdLists:
    return IdLists(Cache(redis), limits)


def packed(ids: list[int], width: int = 4) -> IdList:
    return IdList(b"".join(i.to_bytes(width, "big") for i in ids), width, SNAPSHOT)


def filled(megabytes: float) -> IdList:
    return packed([7] * int(megabytes * 2**18))


def kept(redis: redis_client.Redis) -> set[str]:
    return {name.decode().removeprefix("rs:list:") for name in redis.scan_iter("rs:list:*")}


# What is kept comes back

WIDE = [2**31, 2**40, 2**62, 1]


@pytest.mark.parametrize(("ids", "width"), [(list(range(10, 20)), 4), ([2**31 - 1, 1], 4), (WIDE, 8), ([], 4), ([], 8)])
def test_any_slice_of_a_list_comes_back(lists: IdLists, ids: list[int], width: int) -> None:
    made = packed(ids, width)
    assert lists.store(SEARCH, "k", made)
    assert lists.load(SEARCH, "k") == made
    for start, end in ((0, 0), (0, 1), (0, 3), (1, 3), (3, 100), (9, 10), (10, 20), (2**52, 2**52 + 100), (5, 2)):
        for found in (lists.slice(SEARCH, "k", start, end), made.slice(start, end)):
            assert found is not None and (found.ids, found.total) == (ids[start:end], len(ids))


def test_a_list_that_was_never_made_is_not_there(lists: IdLists) -> None:
    assert lists.slice(SEARCH, "k", 0, 100) is None
    assert lists.load(SEARCH, "k") is None


def test_a_list_is_replaced(lists: IdLists) -> None:
    lists.store(SEARCH, "k", packed([1, 2, 3]))
    lists.store(SEARCH, "k", packed([4]))
    assert lists.load(SEARCH, "k") == packed([4])


# Memory is bounded


def test_a_list_goes_some_time_after_its_last_use(lists: IdLists, redis: redis_client.Redis, limits: Settings) -> None:
    lists.store(SEARCH, "k", packed([1]))
    most = limits.result_set_ttl_s
    assert most - 60 < redis.ttl("rs:list:k") <= most
    redis.expire("rs:list:k", most // 2)
    lists.slice(SEARCH, "k", 0, 1)
    assert most - 60 < redis.ttl("rs:list:k") <= most


def test_everything_that_is_kept_goes_some_time(lists: IdLists, redis: redis_client.Redis) -> None:
    lists.store(SEARCH, "k", packed([1]))
    # As if Redis had dropped the indexes of lists for want of memory.
    redis.delete(f"rs:search:{SEARCH}", "rs:all")
    lists.slice(SEARCH, "k", 0, 1)
    lists.single_flight("k", lambda: None)
    names = set(redis.scan_iter("*"))
    assert len(names) == 4 and all(redis.ttl(name) > 0 for name in names)


def test_the_least_recently_used_lists_go(lists: IdLists, redis: redis_client.Redis) -> None:
    for number in range(LISTS_A_SEARCH):
        lists.store(SEARCH, f"k{number}", packed([number]))
    lists.slice(SEARCH, "k0", 0, 1)
    lists.store(OTHER, "other", packed([1]))
    assert len(kept(redis)) == LISTS_A_SEARCH + 1
    for number in range(LISTS_A_SEARCH, LISTS_A_SEARCH + 5):
        lists.store(SEARCH, f"k{number}", packed([number]))
    # k0 was used since; k1 to k5 were not. Another search's list does not count here.
    gone = {f"k{number}" for number in range(1, 6)}
    assert kept(redis) == {f"k{number}" for number in range(LISTS_A_SEARCH + 5)} - gone | {"other"}


def test_storing_a_list_again_drops_no_other(lists: IdLists, redis: redis_client.Redis) -> None:
    for number in range(LISTS_A_SEARCH):
        lists.store(SEARCH, f"k{number}", packed([number]))
    for _ in range(3):
        lists.store(SEARCH, "k19", packed([1, 2]))
    assert len(kept(redis)) == LISTS_A_SEARCH


def test_lists_that_have_gone_do_not_count(lists: IdLists, redis: redis_client.Redis) -> None:
    for number in range(LISTS_A_SEARCH):
        lists.store(SEARCH, f"k{number}", packed([number]))
    # k10 and later have expired.
    redis.delete(*(f"rs:list:k{number}" for number in range(10, LISTS_A_SEARCH)))
    for number in range(10):
        lists.store(SEARCH, f"new{number}", packed([number]))
    assert len(kept(redis)) == LISTS_A_SEARCH
    assert redis.zcard(f"rs:search:{SEARCH}") == redis.zcard("rs:all") == LISTS_A_SEARCH


def test_the_lists_of_a_search_have_so_much_memory(redis: redis_client.Redis, limits: Settings) -> None:
    lists = IdLists(Cache(redis), replace(limits, result_set_search_mb=1))
    for name in "abcd":
        assert lists.store(SEARCH, name, filled(0.3))
    assert kept(redis) == {"b", "c", "d"}
    assert lists.store(SEARCH, "e", filled(0.9))
    assert kept(redis) == {"e"}


def test_all_lists_have_so_much_memory(redis: redis_client.Redis, limits: Settings) -> None:
    lists = IdLists(Cache(redis), replace(limits, result_set_total_mb=1))
    for number in range(4):
        assert lists.store(uuid.UUID(int=number), str(number), filled(0.3))
    assert kept(redis) == {"1", "2", "3"}


def test_a_list_that_is_too_large_drops_no_other(redis: redis_client.Redis, limits: Settings) -> None:
    lists = IdLists(Cache(redis), replace(limits, result_set_search_mb=1))
    lists.store(SEARCH, "a", filled(0.3))
    assert not lists.store(SEARCH, "b", filled(1))
    assert kept(redis) == {"a"}


@pytest.mark.parametrize("width", [4, 8])
def test_the_longest_list_just_fits(redis: redis_client.Redis, limits: Settings, width: int) -> None:
    lists = IdLists(Cache(redis), replace(limits, result_set_search_mb=2, result_set_total_mb=1))
    longest = lists.longest(width)
    assert lists.store(SEARCH, "k", IdList(bytes(longest * width), width, SNAPSHOT))
    assert not lists.store(SEARCH, "k", IdList(bytes((longest + 1024) * width), width, SNAPSHOT))
    assert IdLists(Cache(redis), replace(limits, result_set_max_rows=50)).longest(width) == 50


# One process builds at a time

WAITERS = 11


@pytest.fixture
def other_process(servers: Servers, limits: Settings) -> Iterator[IdLists]:
    """A second client, as another worker has one."""
    with redis_client.Redis.from_url(servers.urls.redis_url) as client:
        yield IdLists(Cache(client), limits)


def blocked(redis: redis_client.Redis) -> Any:
    """How many clients wait inside Redis."""
    return redis.info("clients")["blocked_clients"]


def test_one_builds_while_the_others_wait(lists: IdLists, other_process: IdLists, redis: redis_client.Redis) -> None:
    builders: list[int] = []

    def build() -> None:
        builders.append(threading.get_ident())
        until(lambda: blocked(redis) == WAITERS)
        lists.store(SEARCH, "k", packed([1, 2, 3]))

    def ask(number: int) -> bool:
        mine = (lists, other_process)[number % 2]
        assert mine.single_flight("k", build)
        # Whoever waited comes back when the list is there.
        return mine.slice(SEARCH, "k", 0, 1) is not None

    with ThreadPoolExecutor(WAITERS + 1) as threads:
        assert all(threads.map(ask, range(WAITERS + 1)))
    assert len(builders) == 1


def test_other_lists_are_built_meanwhile(lists: IdLists, other_process: IdLists) -> None:
    done = []

    def build() -> None:
        other_process.single_flight("other", lambda: done.append("other"))
        done.append("k")

    assert lists.single_flight("k", build)
    assert done == ["other", "k"]


def test_waiters_go_on_when_a_build_fails(
    lists: IdLists, other_process: IdLists, redis: redis_client.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever is not told waits longer than this test.
    monkeypatch.setattr(id_lists, "WAIT_S", 300.0)
    monkeypatch.setattr(id_lists, "LOCK_MS", 300_000)

    def fail() -> None:
        until(lambda: blocked(redis) == 1)
        raise RuntimeError("statement timeout")

    building = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(lists.single_flight, "k", lambda: (building.set(), fail()))  # type: ignore[arg-type]
        assert building.wait(60)
        waiter = threads.submit(other_process.single_flight, "k", lambda: None)
        with pytest.raises(RuntimeError):
            first.result(60)
        assert waiter.result(60)
    # The lock is free again.
    built: list[int] = []
    assert lists.single_flight("k", lambda: built.append(1)) and built == [1]


def test_the_end_of_an_earlier_build_ends_no_later_wait(
    lists: IdLists, other_process: IdLists, redis: redis_client.Redis
) -> None:
    assert lists.single_flight("k", lambda: None)
    finished: list[str] = []

    def build() -> None:
        until(lambda: blocked(redis) == 1)
        finished.append("build")

    building = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(lists.single_flight, "k", lambda: (building.set(), build()))  # type: ignore[arg-type]
        assert building.wait(60)
        waiter = threads.submit(other_process.single_flight, "k", lambda: finished.append("again"))
        assert waiter.result(60) and first.result(60)
    assert finished == ["build"]


def test_a_lock_that_ran_out_is_not_anothers_to_free(lists: IdLists, redis: redis_client.Redis) -> None:
    def build() -> None:
        # It took so long that someone else has begun.
        redis.set("rs:lock:k", "someone else")

    assert lists.single_flight("k", build)
    assert redis.get("rs:lock:k") == b"someone else"


# Redis away


@pytest.fixture
def left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is not tried again while a test goes on."""
    monkeypatch.setattr(caches, "RETRY_S", 3600.0)


def test_without_redis_it_says_so_and_asks_no_more(
    left_alone: None, tmp_path: Path, limits: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, tries = redis_client.UnixDomainSocketConnection._connect, []

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        tries.append(1)
        return connect(self, *args, **options)

    monkeypatch.setattr(redis_client.UnixDomainSocketConnection, "_connect", counted)
    with redis_client.Redis.from_url(f"unix://{tmp_path}/nowhere.sock") as client:
        cache = Cache(client)
        lists = IdLists(cache, limits)
        uses: list[Callable[[], Any]] = [
            lambda: lists.slice(SEARCH, "k", 0, 1),
            lambda: lists.load(SEARCH, "k"),
            lambda: lists.store(SEARCH, "k", packed([1])),
            lambda: lists.single_flight("k", lambda: None),
        ]
        for use in uses * 5:
            with pytest.raises(CacheDown):
                use()
        assert len(tries) == 1
        assert cache.memo("count:k", 60, lambda: 42) == 42


def test_a_redis_that_failed_is_left_alone_for_a_while(left_alone: None, redis: redis_client.Redis) -> None:
    """Each try may cost a timeout; a page must not pay for several."""
    cache, tries = Cache(redis), []

    def hang(_: redis_client.Redis) -> None:
        tries.append(1)
        raise redis_client.TimeoutError

    for _ in range(5):
        with pytest.raises(CacheDown):
            cache.call(hang)
    assert len(tries) == 1


def test_a_value_is_computed_once_and_kept_as_json(redis: redis_client.Redis) -> None:
    cache, computed = Cache(redis), []

    def compute() -> dict[str, Any]:
        computed.append(1)
        return {"title": [["Engineer", 3]], "none": None}

    found = [cache.memo("facets:k", 60, compute) for _ in range(3)]
    assert found == [{"title": [["Engineer", 3]], "none": None}] * 3 and len(computed) == 1
    assert redis.get("memo:facets:k") == b'{"title": [["Engineer", 3]], "none": null}'
    assert 0 < redis.ttl("memo:facets:k") <= 60
    # What someone else wrote there is not run, and not believed.
    redis.set("memo:facets:k", b"cos\nsystem\n(S'true'\ntR.")
    assert cache.memo("facets:k", 60, compute) == found[0]
