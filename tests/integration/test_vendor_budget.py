"""The shared allowance of a vendor: never more a day than allowed, whoever asks; places; nothing without Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import redis as redis_client

from services.access.identity import Actor
from services.enrichment import vendor_budget
from services.enrichment.vendor_budget import SALESQL
from services.enrichment.vendor_reserves import save
from services.enrichment.vendor_turns import Turns
from services.errors import BadInput, Forbidden
from services.runs import jobs
from services.runtime import Runtime
from services.screening.call_budget import BudgetClosed


def take(rt: Runtime, actor: Actor, people: int, of_run: int = 1000) -> int:
    with rt.db.connection() as conn:
        return vendor_budget.take_day(
            conn, rt.settings, SALESQL, people, user_id=actor.user_id, of_run=of_run, waiting=of_run
        ).people


def wants(rt: Runtime, actor: Actor, people: int) -> int:
    """A run that waits for its turn; returns its id."""
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, actor, "enrich", None, {})
        vendor_budget.keep_want(conn, run_id, SALESQL, people)
    return run_id


def test_a_batch_is_no_larger_than_half_of_a_minute(rt: Runtime) -> None:
    # 25 people at once where 20 a minute are allowed would be too many, and one a minute on average.
    slow = vendor_budget.limits_of(replace(rt.settings, salesql_rpm=20, salesql_batch=25), SALESQL)
    assert (slow.batch, slow.even_rate, slow.minutes_for(110)) == (10, 11, 10)
    assert vendor_budget.limits_of(replace(rt.settings, salesql_rpm=1, salesql_batch=25), SALESQL).batch == 1
    assert vendor_budget.limits_of(replace(rt.settings, salesql_rpm=180, salesql_batch=25), SALESQL).batch == 25


def test_many_at_once_never_take_more_than_the_day_has(rt: Runtime, alice: Actor, bob: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_daily=100)
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda n: take(rt, (alice, bob)[n % 2], 7), range(24)))
    assert sum(taken) == 100 and min(taken) == 0 and max(taken) == 7
    with rt.db.connection() as conn:
        counted = conn.execute("SELECT sum(asked) AS n FROM vendor_day_users").fetchone()
    assert counted == {"n": 100}


def test_the_rest_of_a_day_is_for_whoever_has_had_less_of_it(rt: Runtime, alice: Actor, bob: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_daily=100)
    assert take(rt, alice, 80) == 80
    run_id = wants(rt, bob, 40)
    assert take(rt, alice, 10) == 0
    with rt.db.connection() as conn:
        given = {"user_id": alice.user_id, "of_run": 1000, "waiting": 100}
        assert vendor_budget.take_day(conn, rt.settings, SALESQL, 10, **given).shared
        assert vendor_budget.room(conn, rt.settings, SALESQL, bob.user_id, 40) == 20
    assert take(rt, bob, 15, 40) == 15
    # What bob does not want any more is anybody's.
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET cancel_requested = true WHERE id = %s", [run_id])
    assert take(rt, alice, 10) == 5


def test_whoever_is_alone_uses_a_day_to_its_end(rt: Runtime, alice: Actor, bob: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_daily=100)
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET state = 'paused' WHERE id = %s", [wants(rt, bob, 40)])
    assert take(rt, alice, 100) == 100
    with rt.db.connection() as conn:
        given = {"user_id": alice.user_id, "of_run": 1000}
        assert not vendor_budget.take_day(conn, rt.settings, SALESQL, 10, **given).shared


def test_what_is_kept_back_is_also_for_who_has_had_little_of_the_day(rt: Runtime, alice: Actor, bob: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_daily=100)
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO vendor_accounts (vendor, reserve) VALUES ('salesql', 30)")
    assert take(rt, alice, 90) == 70 and take(rt, alice, 1) == 0
    assert take(rt, alice, 1, of_run=5) == 1
    # Forty people, of whom a late colleague gets what is left.
    assert take(rt, bob, 40, of_run=40) == 29 and take(rt, bob, 11, of_run=40) == 0


def test_who_was_surely_not_asked_is_not_counted_for_anybody(rt: Runtime, alice: Actor) -> None:
    assert take(rt, alice, 10) == 10
    with rt.db.connection() as conn:
        day = vendor_budget.day_at(rt.settings, vendor_budget.CLOCK.now())
        vendor_budget.give_back(conn, SALESQL, day, 4, alice.user_id)
        assert conn.execute("SELECT asked FROM vendor_day_users").fetchone() == {"asked": 6}
        assert vendor_budget.standing(conn, rt.settings, SALESQL).asked == 6


def test_what_is_rolled_back_is_not_counted(rt: Runtime, alice: Actor) -> None:
    with pytest.raises(RuntimeError), rt.db.connection() as conn:
        vendor_budget.take_day(conn, rt.settings, SALESQL, 10, user_id=alice.user_id, of_run=10)
        raise RuntimeError
    with rt.db.connection() as conn:
        assert vendor_budget.standing(conn, rt.settings, SALESQL).asked == 0


def test_no_limit_a_day_is_no_limit(rt: Runtime, alice: Actor, bob: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_daily=0)
    wants(rt, bob, 40)
    assert take(rt, alice, 100_000) == 100_000


def test_a_day_that_the_vendor_closed_is_closed(rt: Runtime, alice: Actor) -> None:
    day = vendor_budget.day_at(rt.settings, vendor_budget.CLOCK.now())
    with rt.db.connection() as conn:
        vendor_budget.close_day(conn, SALESQL, day)
    assert take(rt, alice, 1) == 0


def test_so_many_requests_at_once_and_a_place_that_is_left_is_free(rt: Runtime) -> None:
    rt.settings = replace(rt.settings, vendor_concurrency=2)
    one, other = Turns(rt, SALESQL), Turns(rt, SALESQL)
    assert one.enter("1") and other.enter("2") and not one.enter("3")
    # One that was taken up after its process died has its place still.
    assert other.enter("1") and not one.enter("3")
    one.leave("1")
    assert other.enter("3")


def test_nobody_asks_without_redis(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody listens there.
    nowhere = redis_client.Redis(port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(rt, "_redis", nowhere)
    turns = Turns(rt, SALESQL)
    with pytest.raises(BudgetClosed):
        turns.enter("1")
    with pytest.raises(BudgetClosed):
        turns.reserve(1, "1")
    # Who has asked writes down what came of it, Redis or not.
    turns.settle(2, 1)
    turns.block(1)
    turns.leave("anybody")
    nowhere.close()


def test_only_an_admin_keeps_back_and_less_than_the_day(rt: Runtime, alice: Actor, admin: Actor) -> None:
    with pytest.raises(Forbidden):
        save(rt, alice, SALESQL, 5)
    with pytest.raises(BadInput, match="no such vendor"):
        save(rt, admin, SALESQL, 5)
    rt.settings = replace(rt.settings, salesql_api_key="k", crustdata_api_key="k")
    assert save(rt, admin, SALESQL, "5") == 5
    for vendor, typed, said in (
        ("salesql", 5000, "fewer"),
        ("crustdata", 5, "no limit a day"),
        ("salesql", "x", "whole"),
    ):
        with pytest.raises(BadInput, match=said):
            save(rt, admin, vendor, typed)
    assert save(rt, admin, SALESQL, None) == 0
