"""The shared allowance of a vendor: never more a day than allowed, whoever asks; places; nothing without Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import redis as redis_client

from services import vendor_budget
from services.call_budget import BudgetClosed
from services.errors import BadInput, Forbidden
from services.identity import Actor
from services.runtime import Runtime
from services.vendor_budget import SALESQL, Turns
from services.vendor_reserves import save


def take(rt: Runtime, people: int, of_run: int = 1000) -> int:
    with rt.db.connection() as conn:
        return vendor_budget.take_day(conn, rt.settings, SALESQL, people, of_run=of_run)[1]


def test_many_at_once_never_take_more_than_the_day_has(rt: Runtime) -> None:
    rt.settings = replace(rt.settings, salesql_daily=100)
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda _: take(rt, 7), range(24)))
    assert sum(taken) == 100 and min(taken) == 0 and max(taken) == 7


def test_what_is_rolled_back_is_not_counted(rt: Runtime) -> None:
    with pytest.raises(RuntimeError), rt.db.connection() as conn:
        vendor_budget.take_day(conn, rt.settings, SALESQL, 10, of_run=10)
        raise RuntimeError
    with rt.db.connection() as conn:
        assert vendor_budget.standing(conn, rt.settings, SALESQL).asked == 0


def test_no_limit_a_day_is_no_limit(rt: Runtime) -> None:
    rt.settings = replace(rt.settings, salesql_daily=0)
    assert take(rt, 100_000) == 100_000


def test_a_day_that_the_vendor_closed_is_closed(rt: Runtime) -> None:
    day = vendor_budget.day_at(rt.settings, vendor_budget.CLOCK.now())
    with rt.db.connection() as conn:
        vendor_budget.close_day(conn, SALESQL, day)
    assert take(rt, 1) == 0


def test_so_many_requests_at_once_and_a_place_that_is_left_is_free(rt: Runtime) -> None:
    rt.settings = replace(rt.settings, vendor_concurrency=2)
    one, other = Turns(rt, SALESQL), Turns(rt, SALESQL)
    first = one.enter()
    assert first and other.enter() and not one.enter()
    one.leave(first)
    assert other.enter()


def test_nobody_asks_without_redis(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody listens there.
    nowhere = redis_client.Redis(port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(rt, "_redis", nowhere)
    turns = Turns(rt, SALESQL)
    with pytest.raises(BudgetClosed):
        turns.enter()
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
