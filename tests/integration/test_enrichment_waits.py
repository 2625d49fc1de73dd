"""What makes an enrichment wait, and what has it go on: money, lost answers, colleagues who ask about the same."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.access.identity import Actor
from services.enrichment import enrichment, enrichment_wake, vendor_budget
from services.errors import Forbidden, LimitReached
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from services.spending import budget_settings, usage
from services.vendors.salesql import SalesqlClient
from tests.enrichment import add_people, profile, row, rows, start, value, work
from tests.integration.test_enrichment import Time, clock, crustdata, salesql, settings
from tests.stubs.salesql_server import SalesqlStub
from tests.waiting import until

__all__ = ["clock", "crustdata", "salesql", "settings"]

LEFT: Any = (200, {"credits": 5}, {})


def change(rt: Runtime, query: str, *params: Any) -> None:
    with rt.db.connection() as conn:
        conn.execute(query, params)


@pytest.fixture(autouse=True)
def only_salesql(rt: Runtime) -> None:
    rt.settings = replace(rt.settings, crustdata_api_key="")


# -- money ---------------------------------------------------------------------------------------------


def test_a_month_s_budget_is_used_to_its_end_and_a_raised_one_has_the_run_go_on(
    rt: Runtime, alice: Actor, admin: Actor, salesql: SalesqlStub
) -> None:
    rt.settings = replace(rt.settings, salesql_credit_usd=Decimal("0.5"))
    budget_settings.save(rt, admin, "each", "10")
    run_id = start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(23)]), "email")
    run = work(rt, run_id)
    # One request would have been about all 23: it was made about those for whom there is money.
    assert (run["state"], run["done"], len(salesql.asked)) == ("paused", 20, 20)
    assert "budget of $10.00" in run["message"] and "goes on by itself once there is money" in run["message"]
    assert value(rt, "SELECT sum(cost) FROM api_usage") == 10 and value(rt, "SELECT asked FROM vendor_days") == 20
    assert enrichment_wake.wake_due(rt) == 0
    budget_settings.save(rt, admin, "each", "20")
    assert enrichment_wake.wake_due(rt) == 1
    run = work(rt, run_id)
    assert (run["state"], run["done"], len(set(salesql.asked)), len(salesql.asked)) == ("done", 23, 23, 23)


def test_one_that_was_cancelled_stays_so_whatever_money_there_is(rt: Runtime, alice: Actor, admin: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_credit_usd=Decimal(1))
    budget_settings.save(rt, admin, "each", "1")
    run_id = start(rt, alice, add_people(rt, alice, ["ana-1", "ana-2"]), "email")
    assert work(rt, run_id)["state"] == "paused"
    assert runs.cancel_run(rt, alice, run_id) == "cancelled"
    budget_settings.save(rt, admin, "each", "5")
    assert enrichment_wake.wake_due(rt) == 0


def test_a_used_up_budget_is_said_before_anything_begins(rt: Runtime, alice: Actor, admin: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_credit_usd=Decimal(1))
    budget_settings.save(rt, admin, "each", "1")
    search = add_people(rt, alice, ["ana-1", "ana-2"])
    runs.cancel_run(rt, alice, work(rt, start(rt, alice, search, "email"))["id"])
    with pytest.raises(LimitReached, match=r"budget of \$1\.00"):
        start(rt, alice, search, "email")


def test_what_was_set_aside_for_who_was_not_found_is_free_for_colleagues_at_once(
    rt: Runtime, alice: Actor, admin: Actor, salesql: SalesqlStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    rt.settings = replace(rt.settings, salesql_credit_usd=Decimal(1), salesql_batch=2)
    budget_settings.save(rt, admin, "team", "10")
    run_id = start(rt, alice, add_people(rt, alice, ["ana-1", "nobody-2", "nobody-3", "nobody-4"]), "email")
    held: list[tuple[Decimal, int]] = []
    ask = SalesqlClient.look_up

    def look_up(self: SalesqlClient, urls: Any) -> Any:
        with rt.db.connection() as conn:
            held.append(row_of_holds(conn))
        return ask(self, urls)

    monkeypatch.setattr(SalesqlClient, "look_up", look_up)
    assert work(rt, run_id)["state"] == "done"
    assert held == [(2, 1), (2, 1)] and value(rt, "SELECT sum(amount) FROM budget_holds") == 0


def row_of_holds(conn: Any) -> tuple[Decimal, int]:
    found = conn.execute("SELECT sum(amount) AS amount, count(*) AS n FROM budget_holds").fetchone()
    return found["amount"], found["n"]


def test_where_no_price_is_known_it_is_looked_at_again_by_itself(
    rt: Runtime, alice: Actor, admin: Actor, clock: Time
) -> None:
    budget_settings.save(rt, admin, "team", "10")
    run_id = start(rt, alice, add_people(rt, alice, ["ana-one"]), "email")
    run = work(rt, run_id)
    assert run["state"] == "paused" and "SALESQL_CREDIT_USD" in run["message"] and "09:10" in run["message"]
    budget_settings.save(rt, admin, "team", "")
    clock.now += timedelta(minutes=10)
    assert enrichment_wake.wake_due(rt) == 1
    assert work(rt, run_id)["state"] == "done"


# -- colleagues ----------------------------------------------------------------------------------------


def test_whom_a_colleague_is_asking_about_at_this_moment_is_not_paid_for_twice(
    rt: Runtime, alice: Actor, bob: Actor, salesql: SalesqlStub, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    other = str(searches.create_search(rt, bob, "Bob's").id)
    change(rt, "SELECT add_candidates(%s, array_agg(id), %s) FROM profiles", other, bob.user_id)
    first, second = start(rt, alice, search, "email"), start(rt, bob, other, "email")
    looked = "SELECT state <> 'pending' OR not_before > 'epoch' FROM enrichment_items WHERE run_id = %s"
    colleague = threading.Thread(target=lambda: work(rt, second, "another"))
    asked: list[Any] = []
    ask = SalesqlClient.look_up

    def look_up(self: SalesqlClient, urls: Any) -> Any:
        asked.append(urls)
        if len(asked) == 1:
            colleague.start()
            until(lambda: value(rt, "SELECT count(*) FROM enrichment_items WHERE run_id = %s", second), "it began")
            until(lambda: value(rt, looked, second), "the colleague's run never came to this person")
        return ask(self, urls)

    monkeypatch.setattr(SalesqlClient, "look_up", look_up)
    mine = work(rt, first)
    clock.now += timedelta(minutes=1)
    colleague.join(60)
    assert mine["counts"]["found"] == 1 and len(asked) == len(salesql.asked) == 1
    assert value(rt, "SELECT sum(units) FROM api_usage") == 1
    theirs = row(rt, "SELECT * FROM runs WHERE id = %s", second)
    assert (theirs["state"], theirs["failed"]) == ("done", 0) and profile(rt, "ana-one")["email"]


def test_who_may_change_the_search_may_cancel_a_paused_one_but_not_go_on_with_it(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, salesql: SalesqlStub
) -> None:
    salesql.then(LEFT, (401, {}, {}))
    search = add_people(rt, alice, ["ana-one"])
    run_id = start(rt, alice, search, "email")
    with pytest.raises(Forbidden):
        runs.cancel_run(rt, bob, run_id)
    assert work(rt, run_id)["state"] == "paused"
    with pytest.raises(Forbidden):
        runs.cancel_run(rt, charlie, run_id)
    shown = runs.get_run(rt, bob, run_id)
    assert shown["may_cancel"] and not shown["own"]
    # It held up the search for everyone.
    assert runs.cancel_run(rt, bob, run_id) == "cancelled"
    assert work(rt, start(rt, bob, search, "email"))["state"] == "done"


# -- answers that were lost ----------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [(404, {}, {}), (408, {}, {}), (200, "<html>A proxy</html>", {})])
def test_that_an_account_does_not_say_what_is_left_is_no_reason_to_wait(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, answer: Any
) -> None:
    salesql.then(answer)
    run = work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert (run["state"], run["counts"]["found"]) == ("done", 1)


def test_answers_that_are_lost_again_and_again_have_nobody_else_asked_about(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, clock: Time
) -> None:
    rt.settings = replace(rt.settings, salesql_batch=1)
    salesql.then(LEFT, (500, {}, {}), *[(408, {}, {})] * 3)
    run_id = start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(9)]), "email")
    run = work(rt, run_id)
    assert (run["state"], run["counts"]["unknown"], run["counts"]["calls"]) == ("paused", 3, 4)
    assert "3 times in a row" in run["message"] and "go on once SalesQL answers again" in run["message"]
    clock.now += timedelta(days=1)
    assert enrichment_wake.wake_due(rt) == 0 and not salesql.asked
    enrichment.go_on(rt, alice, run_id)
    run = work(rt, run_id)
    assert (run["state"], run["failed"], len(salesql.asked)) == ("done", 3, 6)


def test_an_answer_that_no_code_foresaw_loses_nobody_else_s(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rt.settings = replace(rt.settings, salesql_batch=1)
    ask = SalesqlClient.look_up

    def look_up(self: SalesqlClient, urls: Any) -> Any:
        found = ask(self, urls)
        if urls[0].endswith("ana-1"):
            raise ValueError("ana-1")
        return found

    monkeypatch.setattr(SalesqlClient, "look_up", look_up)
    run_id = start(rt, alice, add_people(rt, alice, ["ana-0", "ana-1", "ana-2"]), "email")
    run = work(rt, run_id)
    assert (run["state"], run["counts"]["found"], run["counts"]["unknown"]) == ("done", 2, 1)
    assert [one.reason for one in enrichment.failed(rt, alice, run_id)] == ["not_understood"]
    assert "ValueError" in caplog.text and "ana-1" not in caplog.text


def test_other_failures_before_a_rate_limit_do_not_make_it_the_day_s(
    rt: Runtime, alice: Actor, salesql: SalesqlStub
) -> None:
    salesql.then(LEFT, *[(500, {}, {})] * 2, (429, {}, {"retry-after": "0.01"}))
    run = work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert run["state"] == "done" and value(rt, "SELECT closed_at FROM vendor_days") is None


def test_a_day_that_the_vendor_closes_late_is_the_one_on_which_it_was_asked(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = datetime(2026, 6, 1, 23, 59, 59, tzinfo=UTC)
    salesql.then(LEFT, (429, {}, {"retry-after": "3600"}))
    ask = SalesqlClient.look_up

    def look_up(self: SalesqlClient, urls: Any) -> Any:
        clock.now = datetime(2026, 6, 2, 0, 0, 1, tzinfo=UTC)
        # What the vendor asks to wait for in this minute is not what this is about.
        monkeypatch.setattr("services.enrichment.vendor_turns.Turns.block", lambda *_: None)
        return ask(self, urls)

    monkeypatch.setattr(SalesqlClient, "look_up", look_up)
    run = work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert (run["state"], run["counts"]["found"]) == ("done", 1)
    closed = rows(rt, "SELECT day::text FROM vendor_days WHERE closed_at IS NOT NULL")
    assert [one["day"] for one in closed] == ["2026-06-01"]


def test_what_a_run_had_sent_when_it_ended_for_good_is_in_the_ledger_and_not_waited_for(
    rt: Runtime, alice: Actor, salesql: SalesqlStub
) -> None:
    run_id = start(rt, alice, add_people(rt, alice, ["ana-one"]), "email")
    with rt.db.connection() as conn:
        vendor_budget.take_day(conn, rt.settings, "salesql", 1, user_id=alice.user_id, of_run=1)
        call = conn.execute(
            "INSERT INTO vendor_calls (run_id, vendor, day, people) VALUES (%s, 'salesql', '2026-06-01', 1)"
            " RETURNING id",
            [run_id],
        ).fetchone()
        assert call is not None
        conn.execute(
            "INSERT INTO enrichment_items (run_id, candidate_id, state, step, needs, call_id)"
            " SELECT %s, id, 'sent', 1, '{email}', %s FROM candidates", [run_id, call["id"]])  # fmt: skip
        conn.execute("UPDATE runs SET state = 'failed', total = 1 WHERE id = %s", [run_id])
    enrichment_wake.wake_due(rt)
    assert rows(rt, "SELECT * FROM api_usage") == [], "its worker may be about to write the answer"
    change(rt, "UPDATE vendor_calls SET sent_at = sent_at - interval '6 minutes'")
    for _ in range(2):
        enrichment_wake.wake_due(rt)
        one = row(rt, "SELECT vendor, outcome, calls, priced, user_id FROM api_usage")
        assert tuple(one.values()) == ("salesql", "unknown", 1, False, alice.user_id)
        assert len(rows(rt, "SELECT id FROM api_usage")) == 1
        run = runs.get_run(rt, alice, run_id)
        assert (run["done"], run["failed"], run["counts"]["unknown"]) == (1, 1, 1)
    assert [one.unknown for one in enrichment.failed(rt, alice, run_id)] == [True]
    assert usage.read(rt, alice).people[0].unpriced == 1
    # They are asked about again when a person says so, and not before.
    enrichment.go_on(rt, alice, run_id)
    assert work(rt, run_id)["failed"] == 1 and not salesql.asked
    enrichment.go_on(rt, alice, run_id, unknown=True)
    assert work(rt, run_id)["counts"]["found"] == 1
