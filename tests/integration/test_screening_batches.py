"""Screening by the vendor's Batch API, against the stub over HTTP: half the price, and nobody is asked about twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.access.identity import Actor
from services.config import Settings, child_environ
from services.grid.grid_view import View
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.screening import batches, model_holds, screening, screening_model
from services.screening.screening_estimate import estimate
from services.spending import budget_settings, budgets, prices
from services.vendors.openai_errors import Usage
from tests.integration.test_budgets import spend
from tests.screening import add_search, row, rows, save_rubric, value, work
from tests.stubs.openai_server import OpenAIStub

ROOT = Path(__file__).parents[2]
KEY = "sk-canary"


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub(api_key=KEY) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(settings, openai_api_key=KEY, openai_base_url=stub.base_url)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of milliseconds between attempts."""
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001))


def start(rt: Runtime, actor: Actor, search_id: str, budget: Any = None) -> int:
    rubric = save_rubric(rt, actor, search_id)
    return screening.start(rt, actor, View.of(search_id), rubric.id, budget, batch=True)


def with_vendor(rt: Runtime, run_id: int) -> None:
    """Work on it until its people are with the vendor."""
    run = work(rt, run_id)
    assert (run["state"], value(rt, "SELECT count(*) FROM screening_items WHERE state = 'leased'")) == ("paused", 0)
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'sent'") > 0


def answered(rt: Runtime, run_id: int) -> dict[str, Any]:
    """The clock finds the answers, and they are taken in."""
    assert batches.look_at_all(rt) == 1
    return work(rt, run_id)


def all_answered(rt: Runtime, run_id: int) -> dict[str, Any]:
    """Batch after batch, until none is with the vendor."""
    while value(rt, "SELECT count(*) FROM screening_batches WHERE state <> 'ended'"):
        run = answered(rt, run_id)
    return run


def people(rt: Runtime) -> list[dict[str, Any]]:
    return rows(rt, "SELECT id, score, fit, screened_at FROM candidates ORDER BY id")


def nobody_was_asked_about_twice(stub: OpenAIStub) -> bool:
    return set(stub.requests.by_input.values()) == {1}


def test_people_go_to_the_vendor_and_their_answers_come_back_at_half_the_price(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 60)
    rubric = save_rubric(rt, alice, search)
    said = estimate(rt, alice, View.of(search), rubric)
    assert said.cost is not None and said.batch_cost == pytest.approx(said.cost / 2, abs=Decimal("0.000001"))
    run_id = start(rt, alice, search)
    with_vendor(rt, run_id)
    shown = runs.get_run(rt, alice, run_id)
    assert (shown["state"], shown["counts"]["sent"], shown["done"]) == ("paused", 60, 0)
    assert shown["vendor_since"] is not None and "24 hours" in shown["message"]
    assert stub.requests.total == 0 and len(stub.batches.made) == 1
    stub.batches.hold = True
    assert batches.look_at_all(rt) == 0
    stub.batches.hold = False
    run = answered(rt, run_id)
    assert (run["state"], run["done"], run["failed"], run["counts"]["sent"]) == ("done", 60, 0, 0)
    assert nobody_was_asked_about_twice(stub)
    for number, person in enumerate(people(rt), 1):
        points = 4 * (number % 2 == 0) + 2 * (number % 3 == 0) + (number % 4 == 0)
        assert person["score"] == Decimal(points * 10 / 7).quantize(Decimal("0.1"))
    assert value(rt, "SELECT count(*) FROM ai_decisions WHERE run_id = %s", run_id) == 60
    usage = row(
        rt,
        "SELECT sum(input_tokens) AS i, sum(cached_tokens) AS c, sum(output_tokens) AS o, sum(cost) AS cost, "
        "count(*) AS calls FROM api_usage WHERE run_id = %s",
        run_id,
    )
    full = prices.cost("gpt-6-luna", Usage(usage["i"], usage["c"], usage["o"]))
    assert full is not None and usage["calls"] == 60
    assert usage["cost"] == pytest.approx(full / 2, abs=Decimal("0.0001"))
    assert float(said.batch_cost) == pytest.approx(float(usage["cost"]), rel=0.2)
    assert run["counts"]["cost"] == f"{usage['cost']:.4f}"
    # Profiles do not stay with the vendor.
    assert stub.batches.files == {} and len(stub.batches.deleted) == 2


def test_chat_completions_have_batches_too(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    rt.settings = replace(rt.settings, openai_api="chat")
    run_id = start(rt, alice, add_search(rt, alice, 5))
    with_vendor(rt, run_id)
    assert answered(rt, run_id)["done"] == 5
    assert set(stub.requests.by_path) == {"/v1/chat/completions"}


def test_a_budget_of_the_month_holds_for_people_at_the_vendors(
    rt: Runtime, admin: Actor, alice: Actor, stub: OpenAIStub
) -> None:
    """What they are expected to cost is set aside, at half the price, until their answers are written down."""
    search = add_search(rt, alice, 60)
    cost = estimate(rt, alice, View.of(search), save_rubric(rt, alice, search)).batch_cost
    assert cost is not None
    budget_settings.save(rt, admin, alice.user_id, "20")
    spend(rt, alice, 20 - cost / 2)
    run_id = start(rt, alice, search)
    with_vendor(rt, run_id)
    sent = value(rt, "SELECT count(*) FROM screening_items WHERE state = 'sent'")
    assert 20 <= sent <= 35
    limit = budgets.standing(rt, alice).own
    assert limit is not None and limit.held > 0 and limit.left < cost / 40
    # Each cost less than was expected, so a few more are sent, until there is no room for one.
    run = all_answered(rt, run_id)
    assert (run["state"], "Your budget of $20.00" in run["message"]) == ("paused", True)
    assert sent <= run["done"] < 60
    after = budgets.standing(rt, alice).own
    assert after is not None and after.held == 0 and after.spent <= 20
    budget_settings.save(rt, admin, alice.user_id, "30")
    work(rt, run_id)
    assert all_answered(rt, run_id)["done"] == 60
    assert nobody_was_asked_about_twice(stub)


def test_who_is_known_is_not_sent_and_a_second_run_sends_nobody(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 6)
    run_id = start(rt, alice, search)
    with_vendor(rt, run_id)
    answered(rt, run_id)
    run = work(rt, start(rt, alice, search))
    assert (run["state"], run["done"], run["counts"]["reused"]) == ("done", 6, 6)
    assert len(stub.batches.made) == 1


def test_failures_within_a_batch_are_asked_again_or_told_and_never_a_score(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 6))
    with_vendor(rt, run_id)
    stub.then("refusal", "invalid_json", "server_error", "incomplete", "invented_quote", "out_of_range")
    with_vendor_again = answered(rt, run_id)
    # Four are asked about again, in another batch; one is dead, one has a verdict without evidence.
    assert (with_vendor_again["state"], with_vendor_again["done"], with_vendor_again["failed"]) == ("paused", 2, 1)
    assert len(stub.batches.made) == 2 and stub.batches.made[1].counts["total"] == 4
    assert value(rt, "SELECT count(*) FROM candidates WHERE score IS NOT NULL") == 0
    run = answered(rt, run_id)
    assert (run["state"], run["done"], run["failed"]) == ("done", 6, 1)
    (dead,) = screening.dead_letters(rt, alice, run_id)
    assert dead.reason == "refused"
    assert value(rt, "SELECT count(*) FROM candidates WHERE score IS NOT NULL") == 4


def test_a_model_that_never_answers_well_ends_in_dead_letters(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 2))
    stub.mode = "invalid_json"
    work(rt, run_id)
    for _ in range(6):
        run = answered(rt, run_id)
    assert (run["state"], run["failed"], len(stub.batches.made)) == ("done", 2, 6)
    assert {(one.reason, one.attempts) for one in screening.dead_letters(rt, alice, run_id)} == {("invalid_answer", 6)}


@pytest.mark.parametrize("ends_as", ["expired", "cancelled"])
def test_a_batch_that_ends_early_keeps_what_is_answered_and_goes_on_when_asked(
    rt: Runtime, alice: Actor, stub: OpenAIStub, ends_as: str
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 8))
    with_vendor(rt, run_id)
    stub.batches.answers_first, stub.batches.ends_as = 3, ends_as
    run = answered(rt, run_id)
    assert (run["state"], run["done"], run["failed"]) == ("paused", 3, 0)
    assert "Go on" in run["message"] and len(stub.batches.made) == 1
    assert batches.look_at_all(rt) == 0
    stub.batches.answers_first = None
    screening.go_on(rt, alice, run_id)
    with_vendor(rt, run_id)
    run = answered(rt, run_id)
    assert (run["state"], run["done"]) == ("done", 8)
    assert nobody_was_asked_about_twice(stub)


def test_cancelling_takes_it_back_from_the_vendor_and_keeps_what_is_answered(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 8))
    with_vendor(rt, run_id)
    stub.batches.hold, stub.batches.answers_first = True, 3
    assert runs.cancel_run(rt, alice, run_id) == "paused"
    # The vendor is told, and takes its time.
    assert batches.look_at_all(rt) == 0
    assert stub.batches.made[0].status == "cancelling"
    assert runs.get_run(rt, alice, run_id)["cancel_requested"]
    run = answered(rt, run_id)
    assert (run["state"], run["done"], run["counts"]["screened"]) == ("cancelled", 3, 3)
    assert value(rt, "SELECT sum(cost) > 0 FROM api_usage")
    stub.batches.hold, stub.batches.answers_first = False, None
    screening.go_on(rt, alice, run_id)
    with_vendor(rt, run_id)
    assert answered(rt, run_id)["done"] == 8
    assert nobody_was_asked_about_twice(stub)


def test_cancelling_before_anything_was_sent_ends_at_once(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 2))
    assert runs.cancel_run(rt, alice, run_id) == "cancelled"
    assert batches.look_at_all(rt) == 0 and stub.batches.made == []


@pytest.mark.parametrize(
    ("making", "said"), [("refused", "rejects the request"), ("no_room", "no room"), ("missing", "no Batch API")]
)
def test_a_vendor_who_does_not_take_it_is_told_and_nothing_is_lost(
    rt: Runtime, alice: Actor, stub: OpenAIStub, making: str, said: str
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 4))
    stub.batches.exists = making != "missing"
    stub.batches.then(*[making] * (making != "missing"))
    run = work(rt, run_id)
    if making == "no_room":
        # It is taken first, and refused when it is looked into.
        run = answered(rt, run_id)
    assert (run["state"], run["done"], run["failed"]) == ("paused", 0, 0)
    assert said in run["message"] and runs.get_run(rt, alice, run_id)["vendor_since"] is None
    assert {one["state"] for one in rows(rt, "SELECT state FROM screening_items")} == {"pending"}
    assert stub.batches.files == {}
    stub.batches.exists = True
    screening.go_on(rt, alice, run_id)
    with_vendor(rt, run_id)
    assert answered(rt, run_id)["done"] == 4


def test_a_bad_key_holds_everyone_and_all_go_on_when_it_is_mended(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    stub.api_key = "another"
    assert work(rt, run_id)["state"] == "paused"
    assert model_holds.current(rt) is not None
    stub.api_key = KEY
    assert model_holds.lift(rt, alice) == 1
    with_vendor(rt, run_id)
    assert answered(rt, run_id)["done"] == 3


def test_that_the_vendor_cannot_be_asked_is_told_and_tried_again(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    stub.api_key = "another"
    assert batches.look_at_all(rt) == 0
    problem = runs.get_run(rt, alice, run_id)["vendor_problem"]
    assert "OPENAI_API_KEY" in problem and KEY not in problem
    stub.api_key = KEY
    run = answered(rt, run_id)
    assert (run["state"], run["done"]) == ("done", 3)


def test_a_batch_whose_making_got_no_answer_is_found_by_its_name(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    # Somebody else's batches are there, too.
    for number in range(3):
        other = start(rt, alice, add_search(rt, alice, 2, f"Other {number}"))
        with_vendor(rt, other)
    stub.batches.hold = True
    stub.batches.then("lost")
    run_id = start(rt, alice, add_search(rt, alice, 4))
    work(rt, run_id)
    assert value(rt, "SELECT vendor_id FROM screening_batches WHERE run_id = %s", run_id) == ""
    assert batches.look_at_all(rt) == 0
    assert value(rt, "SELECT vendor_id FROM screening_batches WHERE run_id = %s", run_id) == stub.batches.made[3].id
    stub.batches.hold = False
    assert batches.look_at_all(rt) == 4
    assert work(rt, run_id)["done"] == 4
    assert len(stub.batches.made) == 4


def test_a_batch_that_was_never_made_is_made_once_that_is_sure(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    stub.batches.then("unmade")
    run_id = start(rt, alice, add_search(rt, alice, 4))
    work(rt, run_id)
    for _ in range(3):
        assert batches.look_at_all(rt) == 0
    screening.go_on(rt, alice, run_id)
    # Asking for it does not make it sure.
    assert work(rt, run_id)["state"] == "paused" and stub.batches.made == []
    with rt.db.connection() as conn:
        conn.execute("UPDATE screening_batches SET sending_at = sending_at - interval '10 minutes'")
    screening.go_on(rt, alice, run_id)
    work(rt, run_id)
    assert len(stub.batches.made) == 1
    assert answered(rt, run_id)["done"] == 4
    assert nobody_was_asked_about_twice(stub)


KILLED = """
import sys
from services.config import Settings
from services.runs.job_runner import Runner
from services.runtime import Runtime
rt = Runtime(Settings.from_env(), kind="worker")
rt.open()
Runner(rt, "slot-1").execute(int(sys.argv[1]))
"""


@pytest.mark.parametrize("stops_at", ["upload", "made"])
def test_after_a_kill_9_while_it_is_handed_over_nobody_is_asked_about_twice(
    rt: Runtime, alice: Actor, stub: OpenAIStub, stops_at: str
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 50))
    stub.batches.stops_at = stops_at
    environ = child_environ(rt.settings) | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen([sys.executable, "-c", KILLED, str(run_id)], env=environ, cwd=ROOT)
    try:
        assert stub.batches.arrived.wait(60)
    finally:
        killed.kill()
        killed.wait()
    stub.batches.stops_at = ""
    stub.batches.release.set()
    assert Runner(rt, "slot-1").rescue(own_slot=True) == [run_id]
    with_vendor(rt, run_id)
    run = answered(rt, run_id)
    assert (run["state"], run["done"], len(stub.batches.made)) == ("done", 50, 1)
    assert nobody_was_asked_about_twice(stub)
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 50


def test_a_download_that_breaks_off_is_taken_up_and_nobody_is_written_twice(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 100))
    with_vendor(rt, run_id)
    stub.batches.breaks_off = True
    run = answered(rt, run_id)
    assert (run["state"], run["done"]) == ("done", 100)
    assert value(rt, "SELECT count(*) FROM ai_decisions") == value(rt, "SELECT count(*) FROM api_usage") == 100


def test_a_budget_counts_half_and_stops_what_it_has_no_room_for(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 40)
    whole = estimate(rt, alice, View.of(search), save_rubric(rt, alice, search)).batch_cost
    assert whole is not None
    run_id = start(rt, alice, search, str(whole / 2))
    with_vendor(rt, run_id)
    assert 10 <= stub.batches.made[0].counts["total"] <= 30
    # What the answers cost less than was expected is spent, too, in smaller and smaller batches.
    for _ in range(10):
        run = answered(rt, run_id)
        if "budget" in run["message"]:
            break
    assert run["state"] == "paused" and "budget" in run["message"]
    assert whole / 4 < value(rt, "SELECT sum(cost) FROM api_usage") <= whole / 2
    screening.go_on(rt, alice, run_id, str(whole * 2))
    with_vendor(rt, run_id)
    assert answered(rt, run_id)["done"] == 40
    assert nobody_was_asked_about_twice(stub)


def test_a_profile_that_changed_meanwhile_is_asked_about_again(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    first = people(rt)[0]["id"]
    with rt.db.connection() as conn:
        conn.execute("UPDATE profiles p SET skills = '{Python}' FROM candidates c "
                     "WHERE c.profile_id = p.id AND c.id = %s", [first])  # fmt: skip
    run = answered(rt, run_id)
    assert (run["state"], run["done"], stub.batches.made[1].counts["total"]) == ("paused", 2, 1)
    assert people(rt)[0]["score"] is None
    assert answered(rt, run_id)["done"] == 3
    assert people(rt)[0]["score"] > 5


def test_someone_who_is_erased_meanwhile_is_left_out(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM candidates WHERE id = %s", [people(rt)[0]["id"]])
    run = answered(rt, run_id)
    assert (run["state"], run["total"], run["done"]) == ("done", 2, 2)


def test_another_server_meanwhile_ends_the_batch_with_a_reason(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    with OpenAIStub(api_key=KEY) as other:
        rt.settings = replace(rt.settings, openai_base_url=other.base_url)
        run = answered(rt, run_id)
    assert run["state"] == "paused" and "model was changed" in run["message"]
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'pending'") == 3


def test_a_batch_whose_run_failed_is_taken_back_and_its_files_are_deleted(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    stub.batches.hold = True
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET state = 'failed', finished_at = now() WHERE id = %s", [run_id])
    assert batches.look_at_all(rt) == 0
    assert stub.batches.made[0].status == "cancelling"
    assert batches.look_at_all(rt) == 0
    assert value(rt, "SELECT state FROM screening_batches") == "ended"
    assert stub.batches.files == {}
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'pending'") == 3


def test_neither_key_nor_names_stand_in_what_is_kept(
    rt: Runtime, alice: Actor, stub: OpenAIStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="services")
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    sent = str(list(stub.batches.files.values()))
    kept = str(rows(rt, "SELECT * FROM screening_batches")) + str(rows(rt, "SELECT * FROM procrastinate_jobs"))
    assert "Ada" not in sent + kept + caplog.text and KEY not in sent + kept + caplog.text
    assert list(rt.settings.home.rglob("*.jsonl")) == []
