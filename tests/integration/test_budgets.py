"""Budgets of a month: kept over all processes, met by a pause that loses nothing, raised, and over with the month."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import errors

from layouts import ids, text
from services.access.identity import Actor
from services.config import Settings
from services.errors import BadInput, Forbidden, LimitReached, NotFound
from services.grid.grid_view import View
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.screening import rubrics, screening, screening_model, screening_rows, screening_wake
from services.screening.screening_estimate import estimate
from services.spending import budget_settings, budgets, usage_ledger
from services.vendors.openai_errors import Usage
from tests.integration import test_screen_page
from tests.screening import CRITERIA, JOB, add_search, row, rows, save_rubric, start, value, work
from tests.stubs.openai_server import OpenAIStub
from tests.web import Browser

CENT = Decimal("0.01")


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(
        settings, openai_api_key="sk-test", openai_base_url=stub.base_url, openai_rpm=100_000, openai_tpm=100_000_000
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001, timeout_s=60, fan_out=8)
    )


def spend(rt: Runtime, actor: Actor, cost: Any, run_id: int | None = None, model: str = "gpt-6-luna") -> None:
    """As if a call of this person had cost so much."""
    known = None if cost is None else Decimal(str(cost))
    with rt.db.connection() as conn:
        usage_ledger.record(
            conn, actor.user_id, usage_ledger.Call("openai", "ok", run_id=run_id, model=model, cost=known)
        )


def add_run(rt: Runtime, actor: Actor, state: str = "running") -> int:
    made = value(
        rt, "INSERT INTO runs (kind, user_id, state, params) VALUES ('screen', %s, %s, '{}') RETURNING id",
        actor.user_id, state,
    )  # fmt: skip
    return int(made)


def reserve(rt: Runtime, actor: Actor, run_id: int, *costs: Any) -> budgets.Grant:
    with rt.db.connection() as conn:
        return budgets.reserve(conn, actor.user_id, run_id, [Decimal(str(cost)) for cost in costs])


def turn_the_month(settings: Settings) -> None:
    """The clock is turned on where months are told: nothing else knows them."""
    with psycopg.connect(settings.database_owner_url) as conn:
        conn.execute(
            "CREATE OR REPLACE FUNCTION billing_month(at timestamptz DEFAULT now()) RETURNS date LANGUAGE sql STABLE "
            "RETURN (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month')::date"
        )


def half_of(rt: Runtime, actor: Actor, search: str) -> Decimal:
    """About half of what screening the search is expected to cost, so that it is not enough."""
    cost = estimate(rt, actor, View.of(search), save_rubric(rt, actor, search)).cost
    assert cost is not None
    return cost / 2


def leave(rt: Runtime, admin: Actor, actor: Actor, amount: Decimal) -> None:
    """Give someone a budget of $20 of which so much is left."""
    spend(rt, actor, 20 - amount)
    budget_settings.save(rt, admin, actor.user_id, "20")


# ---- the ledger


def test_every_call_is_summed_up_as_it_is_written(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 12)
    stub.then("server_error", "refusal", "incomplete")
    run_id = start(rt, alice, search)
    work(rt, run_id)
    names = "calls, input_tokens, cached_tokens, output_tokens, cost"
    sums = ", ".join(f"sum({name}) AS {name}" for name in names.split(", "))
    lines = row(rt, f"SELECT {sums} FROM api_usage WHERE run_id = %s", run_id)
    totals = row(rt, f"SELECT {names}, failed, unpriced, search_id::text FROM usage_totals WHERE run_id = %s", run_id)
    assert totals == {**lines, "failed": 3, "unpriced": 0, "search_id": search}
    assert lines["cost"] > 0 and lines["calls"] == stub.requests.total


def test_a_call_without_a_known_price_is_counted_and_no_money_is_guessed(rt: Runtime, alice: Actor) -> None:
    spend(rt, alice, None, model="own-model")
    assert row(rt, "SELECT cost, priced FROM api_usage") == {"cost": 0, "priced": False}
    assert row(rt, "SELECT calls, unpriced, cost FROM usage_totals") == {"calls": 1, "unpriced": 1, "cost": 0}


def test_what_was_spent_stays_spent(rt: Runtime, alice: Actor) -> None:
    spend(rt, alice, 1)
    for change in ("UPDATE api_usage SET cost = 0", "DELETE FROM api_usage", "DELETE FROM usage_totals"):
        with pytest.raises(errors.InsufficientPrivilege), rt.db.connection() as conn:
            conn.execute(change)
    assert value(rt, "SELECT sum(cost) FROM api_usage") == 1


def test_an_answer_that_came_too_late_is_paid_for_all_the_same(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 1)
    run_id = start(rt, alice, search)
    token = str(value(rt, "UPDATE runs SET state = 'running', lease_token = gen_random_uuid() RETURNING lease_token"))
    with rt.db.connection() as conn:
        given = conn.execute("SELECT r.*, u.role, u.name FROM runs r JOIN users u ON u.id = r.user_id").fetchone()
        assert given is not None
        handle = RunHandle(rt, run_id, token, dict(given), threading.Event())
        rubric = screening_rows.fetch_rubric(conn, handle)
        screening_rows.insert_items(conn, handle, View.of(search))
        (item,) = screening_rows.claim(conn, handle, rubric, "gpt-6-luna", 1)
        # Someone else has it meanwhile.
        conn.execute("UPDATE screening_items SET lease_token = gen_random_uuid()")
        rulings = {one.id: screening_rows.Ruling("unknown") for one in rubric.criteria}
        late = screening_rows.Result(item, rulings, Usage(1_000, 0, 100))
        assert screening_rows.save(conn, handle, rubric, "gpt-6-luna", [late]) == []
    assert row(rt, "SELECT outcome, input_tokens FROM api_usage") == {"outcome": "late", "input_tokens": 1_000}
    assert value(rt, "SELECT count(*) FROM verdicts") == 0


# ---- a run meets its budget


def test_a_screening_pauses_at_the_budget_and_goes_on_after_a_raise(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 40)
    left = half_of(rt, alice, search)
    leave(rt, admin, alice, left)
    run_id = start(rt, alice, search)
    run = work(rt, run_id)
    spent = value(rt, "SELECT sum(cost) FROM api_usage")
    assert (run["state"], 20 - left < spent <= 20) == ("paused", True)
    assert run["message"].startswith("Your budget of $20.00 for ") and f"is used: ${spent:,.2f}" in run["message"]
    assert "An admin can raise it" in run["message"]
    assert 0 < run["done"] == stub.requests.total < 40
    budget_settings.save(rt, admin, alice.user_id, "25")
    run = work(rt, run_id)
    assert (run["state"], run["done"], stub.requests.total) == ("done", 40, 40)


def test_a_new_month_has_its_whole_budget(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub, settings: Settings
) -> None:
    search = add_search(rt, alice, 30)
    leave(rt, admin, alice, half_of(rt, alice, search))
    run_id = start(rt, alice, search)
    assert work(rt, run_id)["state"] == "paused"
    this = budgets.standing(rt, alice).month
    turn_the_month(settings)
    found = budgets.standing(rt, alice)
    assert found.own is not None and (found.own.spent, found.own.held, found.own.left) == (0, 0, 20)
    assert found.month > this
    screening.go_on(rt, alice, run_id)
    run = work(rt, run_id)
    assert (run["state"], run["done"]) == ("done", 30)
    assert [one["month"] for one in rows(rt, "SELECT DISTINCT month FROM usage_totals ORDER BY 1")] == [
        this, found.month,
    ]  # fmt: skip


def test_nothing_is_started_or_taken_up_on_a_budget_that_is_used(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 2)
    run_id = start(rt, alice, search)
    screening.pause(rt, alice, run_id)
    spend(rt, alice, 20)
    budget_settings.save(rt, admin, "each", 20)
    with pytest.raises(LimitReached, match=r"Your budget of \$20\.00"):
        screening.go_on(rt, alice, run_id)
    with pytest.raises(LimitReached, match=r"The starter's budget of \$20\.00"):
        screening.go_on(rt, admin, run_id)
    assert value(rt, "SELECT state FROM runs") == "paused"
    other = add_search(rt, alice, 2, "Others")
    with pytest.raises(LimitReached, match=r"Your budget of \$20\.00"):
        start(rt, alice, other)
    assert value(rt, "SELECT count(*) FROM runs") == 1


def test_criteria_are_not_proposed_on_a_budget_that_is_used(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 1)
    leave(rt, admin, alice, Decimal("0.000001"))
    run_id = rubrics.propose(rt, alice, search, JOB)
    run = work(rt, run_id)
    assert (run["state"], stub.requests.total) == ("failed", 0)
    assert run["message"].startswith("Your budget of $20.00")


def test_the_team_shares_one_budget(rt: Runtime, alice: Actor, bob: Actor, admin: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 2)
    spend(rt, bob, 30)
    budget_settings.save(rt, admin, "team", "30.00")
    with pytest.raises(LimitReached, match=r"The team's budget of \$30\.00 .* is used: \$30\.00"):
        start(rt, alice, search)


def test_one_persons_budget_takes_the_place_of_each_persons(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor
) -> None:
    budget_settings.save(rt, admin, "each", 5)
    budget_settings.save(rt, admin, bob.user_id, "9.50")
    found = [budgets.standing(rt, one).own for one in (alice, bob)]
    assert [one.amount if one else None for one in found] == [5, Decimal("9.50")]
    budget_settings.save(rt, admin, bob.user_id, " ")
    own = budgets.standing(rt, bob).own
    assert own is not None and own.amount == 5


def test_a_budget_cannot_be_kept_for_a_model_without_a_price(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 3)
    own = Runtime(replace(rt.settings, openai_model="own-model"), kind="worker")
    own.open()
    try:
        run_id = start(own, alice, search)
        budget_settings.save(rt, admin, "team", 10)
        run = work(own, run_id)
        assert (run["state"], stub.requests.total) == ("paused", 0)
        assert run["message"].startswith("The price of the model own-model is not known here")
        with pytest.raises(LimitReached, match="own-model"):
            screening.go_on(own, alice, run_id)
        proposal = rubrics.propose(own, alice, search, JOB)
        assert "own-model" in work(own, proposal)["message"]
        budget_settings.save(own, admin, "team", None)
        assert work(own, run_id)["state"] == "done"
    finally:
        own.close()


# ---- setting money aside


def test_many_at_once_never_set_aside_more_than_there_is(rt: Runtime, alice: Actor, bob: Actor, admin: Actor) -> None:
    budget_settings.save(rt, admin, "team", 1)
    runs = [(actor, add_run(rt, actor)) for actor in (alice, bob) for _ in range(6)]
    together = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:

        def take(place: int) -> int:
            together.wait(60)
            mine = runs[place::4]
            return sum(reserve(rt, actor, run, *[CENT * 4] * 20).calls for actor, run in mine)

        granted = sum(pool.map(take, range(4)))
    assert granted == 25
    assert value(rt, "SELECT sum(amount) FROM budget_holds") == 1


def test_what_a_call_cost_takes_the_place_of_what_was_set_aside(rt: Runtime, alice: Actor, admin: Actor) -> None:
    budget_settings.save(rt, admin, "team", 1)
    run_id = add_run(rt, alice)
    assert reserve(rt, alice, run_id, "0.40", "0.40", "0.40").calls == 2
    spend(rt, alice, "0.30", run_id)
    team = budgets.standing(rt, alice).team
    assert team is not None and (team.spent, team.held, team.left) == (
        Decimal("0.30"),
        Decimal("0.50"),
        Decimal("0.20"),
    )
    # The next look corrects what was expected too much of; more than was expected is no fault either.
    with rt.db.connection() as conn:
        grant = budgets.reserve(conn, alice.user_id, run_id, [Decimal("0.30")], under_way=Decimal("0.40"))
    assert grant.calls == 1
    spend(rt, alice, "0.90", run_id)
    assert value(rt, "SELECT amount FROM budget_holds") == 0


def test_what_a_killed_worker_held_is_free_once_its_run_is_not_running(rt: Runtime, alice: Actor, admin: Actor) -> None:
    budget_settings.save(rt, admin, "team", 1)
    dead, other = add_run(rt, alice), add_run(rt, alice)
    assert reserve(rt, alice, dead, 1).calls == 1
    grant = reserve(rt, alice, other, "0.5")
    # Not given up while others' calls may leave room; a call that never fits is.
    assert (grant.calls, grant.waits) == (0, True)
    assert "is set aside for others' calls under way" in grant.refusal
    assert not reserve(rt, alice, other, "1.5").waits
    for state in ("queued", "paused", "failed", "done"):
        with rt.db.connection() as conn:
            conn.execute("UPDATE runs SET state = %s WHERE id = %s", [state, dead])
        assert reserve(rt, alice, other, "0.5").calls == 1


def test_a_screening_waits_for_others_calls_rather_than_give_up(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 6)
    run_id = start(rt, alice, search)
    budget_settings.save(rt, admin, "team", 1)
    other = add_run(rt, alice)
    assert reserve(rt, alice, other, 1).calls == 1
    ended: list[dict[str, Any]] = []
    going = threading.Thread(target=lambda: ended.append(work(rt, run_id)))
    going.start()
    wait_until(rt, "SELECT count(*) > 0 FROM budget_holds WHERE run_id = %s AND amount = 0", run_id)
    assert stub.requests.total == 0
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET state = 'done' WHERE id = %s", [other])
    going.join(60)
    assert [one["state"] for one in ended] == ["done"]


def test_a_screening_does_not_wait_for_others_batches_and_goes_on_when_they_are_answered(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, stub: OpenAIStub
) -> None:
    """What is with the vendor until tomorrow keeps no worker waiting."""
    budget_settings.save(rt, admin, "team", 1)
    run_id = start(rt, alice, add_search(rt, alice, 6))
    other = add_run(rt, bob)
    assert reserve(rt, bob, other, 1).calls == 1
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO screening_batches (run_id, account, state) VALUES (%s, '', 'sent')", [other])
        conn.execute("UPDATE runs SET state = 'paused' WHERE id = %s", [other])
    run = work(rt, run_id)
    assert (run["state"], stub.requests.total) == ("paused", 0)
    assert "is set aside for others' calls under way" in run["message"]
    assert run["message"].endswith("It goes on by itself once there is room.")
    assert screening_wake.wake_due(rt) == 0
    with rt.db.connection() as conn:
        conn.execute("UPDATE screening_batches SET state = 'ended'")
    assert screening_wake.wake_due(rt) == 1
    run = work(rt, run_id)
    assert (run["state"], run["done"], run["message"]) == ("done", 6, "6 screened.")
    assert screening_wake.wake_due(rt) == 0


def test_a_batch_that_is_looked_for_in_vain_keeps_no_money(rt: Runtime, alice: Actor, bob: Actor, admin: Actor) -> None:
    budget_settings.save(rt, admin, "team", 1)
    run_id = add_run(rt, bob)
    assert reserve(rt, bob, run_id, 1).calls == 1
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO screening_batches (run_id, account, state) VALUES (%s, '', 'forsaken')", [run_id])
        conn.execute("UPDATE runs SET state = 'done' WHERE id = %s", [run_id])
    assert budgets.standing(rt, alice).left == 1
    with rt.db.connection() as conn:
        conn.execute("UPDATE screening_batches SET vendor_id = 'batch_1'")
    assert budgets.standing(rt, alice).left == 0


def paused_for_money(rt: Runtime, admin: Actor, actor: Actor) -> int:
    """A run of 30 that has used up its starter's budget about half way."""
    search = add_search(rt, actor, 30)
    leave(rt, admin, actor, half_of(rt, actor, search))
    run_id = start(rt, actor, search)
    run = work(rt, run_id)
    assert run["state"] == "paused" and 0 < run["done"] < 30
    assert screening_wake.wake_due(rt) == 0
    return run_id


def test_a_raise_alone_takes_up_what_waits_for_money(rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub) -> None:
    run_id = paused_for_money(rt, admin, alice)
    budget_settings.save(rt, admin, alice.user_id, "25")
    assert value(rt, "SELECT state FROM runs WHERE id = %s", run_id) == "queued"
    run = work(rt, run_id)
    assert (run["state"], run["done"], stub.requests.total) == ("done", 30, 30)


def test_a_new_month_alone_takes_up_what_waits_for_money(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub, settings: Settings
) -> None:
    run_id = paused_for_money(rt, admin, alice)
    turn_the_month(settings)
    assert screening_wake.wake_due(rt) == 1
    run = work(rt, run_id)
    assert (run["state"], run["done"], stub.requests.total) == ("done", 30, 30)


@pytest.mark.parametrize("why", ["paused", "criteria", "own_budget", "price"])
def test_what_a_person_has_to_decide_waits_for_them(
    rt: Runtime, alice: Actor, admin: Actor, stub: OpenAIStub, why: str
) -> None:
    run_id = paused_for_money(rt, admin, alice)
    if why == "paused":
        with rt.db.connection() as conn:
            conn.execute("UPDATE runs SET pause_requested = true")
    elif why == "criteria":
        search = value(rt, "SELECT search_id::text FROM runs WHERE id = %s", run_id)
        save_rubric(rt, alice, search, CRITERIA[:2])
    elif why == "own_budget":
        spent = value(rt, "SELECT cost FROM usage_totals WHERE run_id = %s", run_id)
        budget_settings.save(rt, admin, alice.user_id, None)
        with rt.db.connection() as conn:
            conn.execute("UPDATE runs SET params = params || jsonb_build_object('budget', %s::text)", [str(spent)])
        assert work(rt, run_id)["state"] == "paused"
    else:
        rt.settings = replace(rt.settings, openai_model="own-model")
    budget_settings.save(rt, admin, alice.user_id, "1000")
    assert screening_wake.wake_due(rt) == 0
    assert value(rt, "SELECT state FROM runs WHERE id = %s", run_id) == "paused"


def wait_until(rt: Runtime, query: str, *params: Any) -> None:
    """Until a query says true; a run that ends wrongly ends the test by its assertions, a hang by this."""
    pause = threading.Event()
    for _ in range(600):
        if value(rt, query, *params):
            return
        pause.wait(0.1)
    raise AssertionError(f"never came true: {query}")


# ---- who may set them, and to what


def test_what_is_no_budget_is_refused(rt: Runtime, admin: Actor) -> None:
    for raw in ("x", "-1", "NaN", "1e12", "0.001", [1], "Infinity"):
        with pytest.raises(BadInput, match="budget"):
            budget_settings.save(rt, admin, "team", raw)
    wrong: list[Any] = ["everyone", "", True, 0, -1, 2**70, None, 1.5]
    for whose in wrong:
        with pytest.raises(BadInput, match="no budget of that name"):
            budget_settings.save(rt, admin, whose, 5)
    assert value(rt, "SELECT count(*) FROM budgets") == 0


def test_nobody_who_is_not_there_gets_a_budget(rt: Runtime, admin: Actor) -> None:
    with pytest.raises(NotFound):
        budget_settings.save(rt, admin, 999_999, 5)


def test_only_admins_set_budgets(rt: Runtime, alice: Actor, charlie: Actor) -> None:
    for actor in (alice, charlie):
        with pytest.raises(Forbidden):
            budget_settings.read(rt, actor)
        with pytest.raises(Forbidden):
            budget_settings.save(rt, actor, "team", 1)


def test_a_change_is_in_the_audit_log(rt: Runtime, alice: Actor, admin: Actor) -> None:
    budget_settings.save(rt, admin, alice.user_id, "12.5")
    budget_settings.save(rt, admin, "team", "")
    found = rows(rt, "SELECT subject, detail, user_id FROM audit_log WHERE action = 'budget.set' ORDER BY id")
    assert found == [
        {"subject": str(alice.user_id), "detail": {"amount": "12.50"}, "user_id": admin.user_id},
        {"subject": "team", "detail": {"amount": None}, "user_id": admin.user_id},
    ]


def test_without_budgets_nothing_is_written_for_them(rt: Runtime, alice: Actor) -> None:
    assert reserve(rt, alice, add_run(rt, alice), *[100] * 40) == budgets.Grant(40)
    assert value(rt, "SELECT count(*) FROM budget_holds") == 0
    with rt.db.connection() as conn:
        assert budgets.in_force(conn, alice.user_id) is None


def test_the_tightest_budget_counts(rt: Runtime, alice: Actor, admin: Actor) -> None:
    assert budgets.standing(rt, alice).left is None
    spend(rt, alice, 4)
    budget_settings.save(rt, admin, "team", 10)
    budget_settings.save(rt, admin, "each", 5)
    assert budgets.standing(rt, alice).left == 1


def test_the_estimate_says_what_is_left_before_anything_is_spent(
    rt: Runtime, client_for: Callable[[Actor], Browser], alice: Actor, admin: Actor
) -> None:
    search, client = add_search(rt, alice, 4), client_for(alice)

    def shown() -> str:
        answer = test_screen_page.estimate(client, search, test_screen_page.PYTHON)
        return json.dumps(test_screen_page.props(answer)[ids.SCREEN_ESTIMATE]["children"])

    assert "budget" not in shown()
    budget_settings.save(rt, admin, "team", 10)
    assert "$10.00 left of the team's budget of $10.00" in shown() and text.BUDGET_OVER not in shown()
    leave(rt, admin, alice, Decimal("0.000001"))
    assert "left of your budget of $20.00" in shown() and text.BUDGET_OVER in shown()
