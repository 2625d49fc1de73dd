"""The shared limit: never more than allowed, whoever asks; nothing without Redis."""

from __future__ import annotations

import threading
import time

import pytest
import redis as redis_client

from services.call_budget import EXPIRE_S, BudgetClosed, CallBudget


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
    # 100 requests a second: 2 % of a minute at most at once, and what flowed in since.
    requests, tokens = 6000, 600_000
    taken: list[int] = []
    begin = time.monotonic()
    ended = begin + 1.5

    def call() -> None:
        budget = CallBudget(redis, "test", requests=requests, tokens=tokens)
        pause = threading.Event()
        while time.monotonic() < ended:
            wait = budget.reserve(50)
            if wait:
                pause.wait(wait)
            else:
                taken.append(50)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begin
    assert len(taken) <= requests / 60 * took + 1
    # Little of what is allowed is left unused, after an empty start.
    assert len(taken) >= 0.6 * requests / 60 * 1.5


def test_tokens_are_limited_as_well_as_requests(redis: redis_client.Redis) -> None:
    budget = CallBudget(redis, "test", requests=600_000, tokens=60_000)
    fill(budget)
    # A call larger than the bucket goes through once the bucket is full, and leaves a debt.
    pause = threading.Event()
    while (wait := budget.reserve(5000)) > 0:
        assert wait <= 1.3
        pause.wait(wait)
    assert budget.reserve(100) == pytest.approx((5000 - 1200 + 100) / 980, abs=0.3)


def test_what_was_not_used_comes_back(redis: redis_client.Redis) -> None:
    budget = CallBudget(redis, "test", requests=600_000, tokens=60_000)
    fill(budget)
    budget.settle(1200, 0)
    assert budget.reserve(1200) == 0
    assert budget.reserve(1200) > 1
    budget.settle(1200, 100)
    assert budget.reserve(1000) == 0
    budget.settle(1000, 3000)
    assert budget.reserve(1) > 1.5


def test_a_block_holds_for_everyone_and_is_not_shortened(redis: redis_client.Redis) -> None:
    first, second = (CallBudget(redis, "test", requests=600_000, tokens=60_000_000) for _ in range(2))
    fill(first)
    first.block(700)
    second.block(1)
    assert second.reserve(1) == pytest.approx(700, abs=2)
    # The key outlives the block.
    assert redis.ttl("limit:test") > max(700, EXPIRE_S)
    other = CallBudget(redis, "other", requests=600_000, tokens=60_000_000)
    assert other.reserve(1) < 1


@pytest.mark.parametrize("limits", [(1, 100), (3, 1000), (49, 1000), (51, 100), (1_000_000, 1_000_000_000)])
def test_no_minute_has_more_than_the_limit_and_one(redis: redis_client.Redis, limits: tuple[int, int]) -> None:
    budget = CallBudget(redis, "test", requests=limits[0], tokens=limits[1])
    burst_r, rate_r, burst_t, rate_t, _ = budget._levels
    assert burst_r >= 1 and rate_r > 0 and rate_t > 0
    assert burst_r + 60 * rate_r == pytest.approx(limits[0] + 1)
    assert burst_t + 60 * rate_t == pytest.approx(limits[1])


def test_without_redis_nobody_may_call() -> None:
    with redis_client.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2) as gone:
        budget = CallBudget(gone, "test", requests=60, tokens=6000)
        for attempt in (lambda: budget.reserve(1), lambda: budget.settle(1, 1), lambda: budget.block(1)):
            with pytest.raises(BudgetClosed):
                attempt()
