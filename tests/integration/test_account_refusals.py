"""What a refusal says of the account holds for everyone at once, has an end, and is no attempt of anybody's."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from layouts.page_screen import hold_banner
from services.access.identity import Actor
from services.runtime import Runtime
from services.screening import model_holds, rubrics, screening, screening_model
from services.screening.call_budget import LONGEST_BLOCK_S, CallBudget
from services.vendors.openai_errors import BadKey, RateLimited, ServerFault
from tests.model_at_hand import quick, settings, stub
from tests.screening import JOB, add_search, row, rows, start, value, work
from tests.stubs.openai_server import OpenAIStub

__all__ = ["quick", "settings", "stub"]


@pytest.fixture(autouse=True)
def few_at_once(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, fan_out=8))


def waited_for(rt: Runtime, query: str) -> bool:
    """Until the query says true; False after 20 s."""
    pause = threading.Event()
    return any(value(rt, query) or pause.wait(0.05) for _ in range(400))


def test_a_server_that_asks_for_a_day_holds_everyone_until_then_and_says_when(
    rt: Runtime, alice: Actor, bob: Actor, stub: OpenAIStub
) -> None:
    hers, his = start(rt, alice, add_search(rt, alice, 5)), start(rt, bob, add_search(rt, bob, 5, "Another"))
    stub.then("rate_limit_day")
    run = work(rt, hers)
    held = model_holds.current(rt)
    assert held is not None and held.until is not None
    assert timedelta(hours=23) < held.until - datetime.now(UTC) <= timedelta(hours=24)
    said = f"{held.until:%d %b %Y, %H:%M} UTC"
    assert run["state"] == "paused" and said in run["message"] and said in str(hold_banner(held, may_lift=True))
    assert work(rt, his)["state"] == "paused" and stub.requests.total == 1
    # Nobody is kept from calling by anything else: whoever mends it goes on at once.
    screening.go_on(rt, alice, hers)
    assert [work(rt, one)["state"] for one in (hers, his)] == ["done", "done"]


def test_a_named_time_is_tried_early_but_not_every_minute_and_at_its_end(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    stub.then("rate_limit_day")
    run_id = start(rt, alice, add_search(rt, alice, 2))
    work(rt, run_id)
    for passed, waiting in (("10 minutes", 0), ("2 hours", 1)):
        with rt.db.connection() as conn:
            conn.execute(f"UPDATE model_holds SET tried_at = now() - interval '{passed}'")
        assert model_holds.lift_due(rt) == waiting
    stub.then("rate_limit_day")
    work(rt, run_id)
    with rt.db.connection() as conn:
        conn.execute("UPDATE model_holds SET until = now()")
    assert model_holds.lift_due(rt) == 1
    assert work(rt, run_id)["done"] == 2


def test_the_hold_is_there_while_the_last_answers_are_on_their_way(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    # One to begin with; then eight at once, of which one is refused.
    stub.then("ok", *["slow"] * 4, "quota", *["slow"] * 3)
    run_id = start(rt, alice, add_search(rt, alice, 30))
    ended = threading.Thread(target=work, args=(rt, run_id))
    ended.start()
    try:
        assert waited_for(rt, "SELECT count(*) = 1 FROM model_holds")
        assert value(rt, "SELECT state FROM runs WHERE id = %s", run_id) == "running"
    finally:
        stub.release.set()
        ended.join(20)
    assert row(rt, "SELECT state, failed FROM runs WHERE id = %s", run_id) == {"state": "paused", "failed": 0}


@pytest.mark.parametrize("mode", ["quota", "bad_key", "rate_limit_day"])
def test_refusals_of_the_account_are_no_attempts_of_the_people(
    rt: Runtime, alice: Actor, stub: OpenAIStub, mode: str
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 1))
    stub.then(*[mode] * 7)
    for _ in range(7):
        assert work(rt, run_id)["state"] == "paused"
        assert rows(rt, "SELECT state, attempts FROM screening_items") == [{"state": "retry", "attempts": 0}]
        screening.go_on(rt, alice, run_id)
    run = work(rt, run_id)
    assert (run["state"], run["done"], run["failed"]) == ("done", 1, 0)
    # All were written down: failures may cost money, too.
    assert value(rt, "SELECT count(*) FROM api_usage") == 8


@pytest.mark.parametrize(("error", "is_refusal"), [
    (RateLimited(retry_after=LONGEST_BLOCK_S), False), (RateLimited(retry_after=LONGEST_BLOCK_S + 1), True),
    (RateLimited(), False), (RateLimited(retry_after=1e14), True), (ServerFault(retry_after=1e14), False),
    (BadKey(), True),
])  # fmt: skip
def test_which_answers_hold_the_account(error: RateLimited, is_refusal: bool) -> None:
    assert (model_holds.refusal_of(error) is not None) is is_refusal


@pytest.mark.parametrize(("seconds", "most"), [(1e14, 600), (float("inf"), 600), (float("nan"), 0), (-5.0, 0)])
def test_no_header_closes_the_limit_for_longer_than_ten_minutes(rt: Runtime, seconds: float, most: int) -> None:
    budget = CallBudget(rt.redis, "openai:test", requests=60_000, tokens=60_000_000)
    budget.block(seconds)
    wait = budget.reserve(1)
    assert most - 10 < wait <= max(most, 1)


def test_a_proposal_asks_nobody_while_the_account_is_held(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    with rt.db.connection() as conn:
        model_holds.place(conn, rt.settings, "bad_key", "The key is not accepted.")
    run = work(rt, rubrics.propose(rt, alice, add_search(rt, alice, 1), JOB))
    assert (run["state"], run["message"], stub.requests.total) == ("failed", "The key is not accepted.", 0)


@pytest.mark.parametrize("mode", ["quota", "bad_key", "rate_limit_day"])
def test_a_proposal_that_the_account_refuses_holds_it(rt: Runtime, alice: Actor, stub: OpenAIStub, mode: str) -> None:
    stub.then(mode)
    search = add_search(rt, alice, 1)
    run = work(rt, rubrics.propose(rt, alice, search, JOB))
    held = model_holds.current(rt)
    assert held is not None and (run["state"], run["message"]) == ("failed", held.message)
    assert work(rt, start(rt, alice, search))["state"] == "paused" and stub.requests.total == 1


def test_a_proposal_waits_for_a_rate_limit_with_everyone(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    stub.then("rate_limit")
    run_id = rubrics.propose(rt, alice, add_search(rt, alice, 1), JOB)
    run = work(rt, run_id)
    assert run["state"] == "done" and rubrics.proposal(rt, alice, run_id).criteria
    assert stub.requests.by_outcome == {"rate_limit": 1, "ok": 1}
    assert value(rt, "SELECT count(*) FROM api_usage WHERE run_id = %s", run_id) == 2
