"""The shared limit: never more than allowed, whoever asks; nothing without Redis."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
import redis as redis_client

from services.screening.call_budget import BURST, EXPIRE_S, BudgetClosed, CallBudget


def without_time(redis: redis_client.Redis) -> None:
    """Nothing flows in until after the next call, however long that takes: the bucket's clock is ahead of it."""
    redis.hset("limit:test", "at", "9999999999")


def fill(budget: CallBudget) -> None:
    """Until one call has been let through, so that the bucket's clock runs."""
    pause = threading.Event()
    while (wait := budget.reserve(0)) > 0:
        pause.wait(wait)


def test_it_starts_empty_and_says_how_long_to_wait(redis: redis_client.Redis) -> None:
    budget = CallBudget(redis, "test", requests=60, tokens=6000)
    assert budget.reserve(1) == pytest.approx(1, abs=0.1)
    assert redis.hget("limit:test", "t") is not None


def test_callers_together_never_get_more_than_the_limit(redis: redis_client.Redis) -> None:
    # 100 requests a second: the bucket at most at once, and what flowed in since.
    requests, tokens, wanted = 6000, 600_000, 120
    taken: list[int] = []
    begin = time.monotonic()

    def call() -> None:
        budget = CallBudget(redis, "test", requests=requests, tokens=tokens)
        pause = threading.Event()
        while len(taken) < wanted:
            if wait := budget.reserve(50):
                pause.wait(wait)
            else:
                taken.append(50)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begin
    assert wanted <= len(taken) <= requests / 60 * took + 1


def test_tokens_are_limited_as_well_as_requests(redis: redis_client.Redis) -> None:
    budget = CallBudget(redis, "test", requests=600_000, tokens=60_000)
    fill(budget)
    # A call larger than the bucket goes through once the bucket is full, and leaves a debt.
    pause = threading.Event()
    while (wait := budget.reserve(5000)) > 0:
        assert wait <= 1.3
        pause.wait(wait)
    cap = 60_000 * BURST
    without_time(redis)
    assert budget.reserve(100) == pytest.approx((5000 - cap + 100) / (1000 * (1 - BURST)), abs=0.01)


def test_what_was_not_used_comes_back(redis: redis_client.Redis) -> None:
    budget = CallBudget(redis, "test", requests=600_000, tokens=60_000)
    full = round(60_000 * BURST)
    fill(budget)
    budget.settle(full, 0)
    assert budget.reserve(full) == 0
    without_time(redis)
    assert budget.reserve(full) > 0
    budget.settle(full, 0)
    assert budget.reserve(full - 100) == 0
    budget.settle(full - 100, 3000)
    without_time(redis)
    assert budget.reserve(1) > 1.5


def test_a_block_holds_for_everyone_and_is_not_shortened(redis: redis_client.Redis) -> None:
    first, second = (CallBudget(redis, "test", requests=600_000, tokens=60_000_000) for _ in range(2))
    fill(first)
    first.block(500)
    second.block(1)
    assert 400 < second.reserve(1) <= 500
    # The key outlives the block.
    assert redis.ttl("limit:test") > max(700, EXPIRE_S)
    other = CallBudget(redis, "other", requests=600_000, tokens=60_000_000)
    assert other.reserve(1) < 1


@pytest.mark.parametrize("limit", [1, 3, 49, 51, 200, 410])
def test_no_minute_has_more_calls_than_the_limit_and_one(redis: redis_client.Redis, limit: int) -> None:
    budget = CallBudget(redis, "test", requests=limit, tokens=1_000_000)
    budget.reserve(0)
    began = server_time(redis)
    redis.hset("limit:test", "r", "1000000")
    at_once, first = 0, 0.0
    while True:
        asked = server_time(redis)
        if (wait := budget.reserve(0)) > 0:
            break
        at_once += 1
        first = first or server_time(redis)
    ended = server_time(redis)
    # What a full bucket gives, and what flows in during a minute; how long it took is known from within and without.
    full = max(1, limit * BURST)
    gained = 1 - (full - at_once)
    assert at_once >= int(full)
    assert full + 60 * gained / (wait + ended - began) <= (limit + 1) * 1.02
    assert full + 60 * gained / (wait + asked - first) >= (limit + 1) * 0.98


def server_time(redis: redis_client.Redis) -> float:
    """Seconds by the clock that the limit goes by."""
    seconds, micros = redis.time()
    return float(seconds) + micros / 1e6


@pytest.mark.faults
def test_without_redis_nobody_may_call() -> None:
    with redis_client.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2) as gone:
        budget = CallBudget(gone, "test", requests=60, tokens=6000)
        for attempt in (lambda: budget.reserve(1), lambda: budget.settle(1, 1), lambda: budget.block(1)):
            with pytest.raises(BudgetClosed):
                attempt()


def test_who_waits_gets_an_equal_share_whatever_others_ask_for(redis: redis_client.Redis) -> None:
    """One asks from four places all the time, the other from one: the limit is shared by people."""
    got = {"greedy": 0, "modest": 0}
    lock = threading.Lock()

    def call(user: str) -> None:
        # Twenty calls a second: fewer than the busiest machine can ask for, so that there is always someone who waits.
        budget, pause = CallBudget(redis, "test", requests=1_000_000, tokens=1_200_000), threading.Event()
        while sum(got.values()) < 40:
            if wait := budget.reserve(1000, user):
                pause.wait(wait)
            else:
                with lock:
                    got[user] += 1

    threads = [threading.Thread(target=call, args=(user,)) for user in ["greedy"] * 4 + ["modest"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # By calls alone it would be one to four.
    assert 0.5 <= got["modest"] / got["greedy"] <= 2


def test_nobody_waits_for_someone_who_went_away(redis: redis_client.Redis) -> None:
    budget = CallBudget(redis, "test", requests=1_000_000, tokens=6_000_000)
    pause = threading.Event()
    while (wait := budget.reserve(1000, "busy")) > 0:
        pause.wait(wait)
    # Too much for the moment: they are told to come back, and never do.
    assert 0 < budget.reserve(2_000_000, "gone") < 2
    for _ in range(2000):
        if not (wait := budget.reserve(1000, "busy")):
            return
        pause.wait(wait)
    raise AssertionError("still waiting")


def test_the_vendors_own_limit_is_kept_where_it_is_lower(redis: redis_client.Redis) -> None:
    budget = CallBudget(redis, "test", requests=600_000, tokens=6_000_000)
    fill(budget)
    budget.heed(60, None)
    budget.reserve(0)
    without_time(redis)
    assert budget.reserve(0) == pytest.approx(1, abs=0.01)
    # Raised again, up to what was configured; nonsense is no limit.
    budget.heed(1_000_000, 0)
    pause = threading.Event()
    pause.wait(0.05)
    assert budget.reserve(0) == 0


def test_a_wait_too_short_to_be_told_is_still_a_wait(redis: redis_client.Redis) -> None:
    """What is told as 0 was taken: rounded down, a millionth of a second would be a call that nobody counted."""
    now = [1_000_000.0]
    budget = CallBudget(redis, "test", requests=180, tokens=81, now=lambda: now[0])
    taken = []
    while len(taken) < 5:
        wait = budget.reserve(100)
        now[0] += wait
        taken += [] if wait else [now[0]]
    # 100 tokens at 81 a minute.
    assert min(later - earlier for earlier, later in itertools.pairwise(taken)) > 60
