"""Batches that nobody looks after: what was never made, what turns up late, what nobody wants, and what only passes.

The clock alone (look_at_all, wake_due) goes on with their runs; all against the stub over HTTP.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from services.screening import batches, rubrics, screening, screening_model, screening_wake
from tests.integration.test_screening_batches import KEY, nobody_was_asked_about_twice, start, with_vendor
from tests.screening import CRITERIA, JOB, add_search, row, rows, save_rubric, value, work
from tests.stubs.openai_server import OpenAIStub


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


def change(rt: Runtime, query: str, *params: Any) -> None:
    with rt.db.connection() as conn:
        assert conn.execute(query, params).rowcount > 0


def made_long_ago(rt: Runtime) -> None:
    change(rt, "UPDATE screening_batches SET sending_at = sending_at - interval '10 minutes'")


def looked_for_long_ago(rt: Runtime) -> None:
    change(rt, "UPDATE screening_batches SET looked_at = looked_at - interval '1 hour'")


def go_by_the_clock(rt: Runtime, run_id: int) -> dict[str, Any]:
    """Minute after minute, until the run has ended or the clock has nothing to do."""
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    while screening_wake.wake_due(rt) + batches.look_at_all(rt):
        run = work(rt, run_id)
    return run


def ledger(rt: Runtime) -> list[tuple[str, int]]:
    found = rows(rt, "SELECT outcome, count(*) AS n FROM api_usage GROUP BY 1 ORDER BY 1")
    return [(one["outcome"], one["n"]) for one in found]


# ---- made or not


def test_a_run_whose_batch_was_never_made_goes_on_without_anyone(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    stub.batches.then("unmade")
    run_id = start(rt, alice, add_search(rt, alice, 4))
    work(rt, run_id)
    assert batches.look_at_all(rt) == 0
    made_long_ago(rt)
    assert batches.look_at_all(rt) == 1
    assert value(rt, "SELECT state FROM runs WHERE id = %s", run_id) == "queued"
    with_vendor(rt, run_id)
    run = go_by_the_clock(rt, run_id)
    assert (run["state"], run["done"], len(stub.batches.made)) == ("done", 4, 1)
    assert nobody_was_asked_about_twice(stub)


def test_a_cancelled_run_whose_batch_was_never_made_ends_without_anyone(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    stub.batches.then("unmade")
    run_id = start(rt, alice, add_search(rt, alice, 4))
    work(rt, run_id)
    change(rt, "UPDATE runs SET cancel_requested = true WHERE id = %s", run_id)
    made_long_ago(rt)
    assert batches.look_at_all(rt) == 1
    assert work(rt, run_id)["state"] == "cancelled"
    assert stub.batches.made == []


def test_a_slow_upload_is_not_taken_for_a_batch_that_is_not_there(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    stub.batches.then("unmade")
    run_id = start(rt, alice, add_search(rt, alice, 4))
    work(rt, run_id)
    # Putting it together and handing it over took an hour; its making, a moment.
    change(rt, "UPDATE screening_batches SET created_at = created_at - interval '1 hour'")
    assert batches.look_at_all(rt) == 0
    assert value(rt, "SELECT state FROM screening_batches") == "sending"


def test_a_batch_that_turns_up_late_is_cancelled_and_what_it_cost_is_known(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    stub.batches.then("unmade")
    run_id = start(rt, alice, add_search(rt, alice, 4))
    work(rt, run_id)
    late = row(rt, "SELECT name::text, input_file FROM screening_batches")
    content = stub.batches.files[late["input_file"]]
    made_long_ago(rt)
    assert batches.look_at_all(rt) == 1
    # Its file is gone first of all, so that its making fails, but a vendor may be slow in that, too.
    assert stub.batches.files == {}
    with screening_model.batch_client(rt.settings) as client:
        client.create(client.upload(io.BytesIO(content), late["name"]), late["name"])
    with_vendor(rt, run_id)
    run = go_by_the_clock(rt, run_id)
    assert (run["state"], run["done"], ledger(rt)) == ("done", 4, [("ok", 4)])
    # It is looked for now and then.
    stub.batches.hold, stub.batches.answers_first = True, 3
    assert stub.batches.made[0].status == "validating"
    looked_for_long_ago(rt)
    batches.look_at_all(rt)
    assert stub.batches.made[0].status == "cancelling"
    batches.look_at_all(rt)
    assert ledger(rt) == [("ok", 4), ("unused", 3)]
    assert value(rt, "SELECT count(*) FROM screening_batches WHERE state = 'ended'") == 2
    assert stub.batches.files == {}
    assert value(rt, "SELECT sum(cost) FROM screening_items") == value(rt, "SELECT sum(cost) FROM api_usage")
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 4


def test_one_that_never_turns_up_is_not_looked_for_for_ever(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    stub.batches.then("unmade")
    run_id = start(rt, alice, add_search(rt, alice, 2))
    work(rt, run_id)
    made_long_ago(rt)
    go_by_the_clock(rt, run_id)
    looked_for_long_ago(rt)
    batches.look_at_all(rt)
    assert value(rt, "SELECT count(*) FROM screening_batches WHERE state = 'forsaken'") == 1
    change(rt, "UPDATE screening_batches SET sending_at = sending_at - interval '3 days'")
    looked_for_long_ago(rt)
    batches.look_at_all(rt)
    assert value(rt, "SELECT count(*) FROM screening_batches WHERE state <> 'ended'") == 0


# ---- what nobody wants


@pytest.mark.parametrize("over", [True, False])
def test_what_a_batch_of_a_failed_run_cost_is_known(rt: Runtime, alice: Actor, stub: OpenAIStub, over: bool) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 5))
    with_vendor(rt, run_id)
    stub.batches.hold, stub.batches.answers_first = not over, None if over else 2
    change(rt, "UPDATE runs SET state = 'failed', finished_at = now() WHERE id = %s", run_id)
    if over:
        # Answered before anyone looked: nothing is left to cancel.
        with screening_model.batch_client(rt.settings) as client:
            client.look(stub.batches.made[0].id)
    stub.batches.breaks_off = True
    for _ in range(3):
        assert batches.look_at_all(rt) == 0
    assert ledger(rt) == [("unused", 5 if over else 2)]
    assert value(rt, "SELECT cost > 0 FROM usage_totals") and stub.batches.files == {}
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'pending'") == 5
    screening.go_on(rt, alice, run_id)
    stub.batches.hold, stub.batches.answers_first = False, None
    with_vendor(rt, run_id)
    assert go_by_the_clock(rt, run_id)["done"] == 5
    assert value(rt, "SELECT sum(cost) FROM screening_items") == value(rt, "SELECT sum(cost) FROM api_usage")


def test_what_was_taken_in_before_a_run_failed_is_not_written_twice(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 100))
    with_vendor(rt, run_id)
    assert batches.look_at_all(rt) == 1
    # The vendor's line breaks in the middle, each time.
    stub.batches.fails["read"] = [0] * 4
    stub.batches.breaks_off = True
    run = work(rt, run_id)
    assert run["state"] == "paused" and 0 < run["done"] < 100
    taken = value(rt, "SELECT count(*) FROM api_usage")
    assert taken == run["done"]
    change(rt, "UPDATE runs SET state = 'failed' WHERE id = %s", run_id)
    batches.look_at_all(rt)
    assert ledger(rt) == [("ok", taken), ("unused", 100 - taken)]


@pytest.mark.parametrize("failed", [False, True])
def test_a_batch_that_nobody_can_ask_about_any_more_counts_as_expected(
    rt: Runtime, alice: Actor, stub: OpenAIStub, failed: bool
) -> None:
    """The vendor does not know it: as with a key of another project, or after a change of servers."""
    run_id = start(rt, alice, add_search(rt, alice, 5))
    with_vendor(rt, run_id)
    stub.batches.made.clear()
    if failed:
        change(rt, "UPDATE runs SET state = 'failed', finished_at = now() WHERE id = %s", run_id)
    assert batches.look_at_all(rt) == (not failed)
    if not failed:
        run = work(rt, run_id)
        assert run["state"] == "paused" and "does not know the batch" in run["message"]
        assert float(run["counts"]["cost"]) > 0
    found = row(rt, "SELECT outcome, calls, cost, input_tokens > 0 AS told FROM api_usage")
    assert (found["outcome"], found["calls"], found["told"]) == ("cut", 5, True) and found["cost"] > 0
    assert value(rt, "SELECT state FROM screening_batches") == "ended"
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'pending'") == 5


def test_someone_who_was_erased_meanwhile_was_paid_for(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    change(rt, "DELETE FROM candidates WHERE id = (SELECT min(id) FROM candidates)")
    run = go_by_the_clock(rt, run_id)
    assert (run["state"], run["done"], ledger(rt)) == ("done", 2, [("ok", 2), ("unused", 1)])


def test_answers_are_kept_as_those_of_the_model_that_gave_them(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    asked_by = row(rt, "SELECT model, api, prompt_version FROM screening_batches")
    # All are answered; then another model is set, another way to ask it, and other words.
    assert batches.look_at_all(rt) == 1
    rt.settings = replace(rt.settings, openai_model="another", openai_api="chat")
    change(rt, "UPDATE screening_batches SET prompt_version = '0'")
    change(rt, "UPDATE screening_items SET seen_hash = regexp_replace(seen_hash, '^[^ ]+', '0')")
    run = work(rt, run_id)
    assert (run["state"], run["done"], ledger(rt)) == ("done", 3, [("ok", 3)])
    assert asked_by["model"] == "gpt-6-luna" and asked_by["api"] == "responses"
    for table in ("verdicts", "ai_decisions"):
        found = rows(rt, f"SELECT DISTINCT model, prompt_version FROM {table}")
        assert found == [{"model": "gpt-6-luna", "prompt_version": "0"}]
    assert value(rt, "SELECT count(*) FROM api_usage WHERE model = 'gpt-6-luna' AND priced AND cost > 0") == 3


def test_a_batch_of_a_model_that_is_set_no_more_is_cancelled(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 4))
    with_vendor(rt, run_id)
    stub.batches.hold, stub.batches.answers_first = True, 1
    rt.settings = replace(rt.settings, openai_model="another")
    assert batches.look_at_all(rt) == 0
    assert stub.batches.made[0].status == "cancelling"
    assert batches.look_at_all(rt) == 1
    run = work(rt, run_id)
    # What was answered is kept; whether the new model shall be asked about the rest, a person says.
    assert (run["state"], run["done"]) == ("paused", 1) and "model was changed" in run["message"]
    assert value(rt, "SELECT DISTINCT model FROM verdicts") == "gpt-6-luna"


def test_a_batch_about_criteria_that_are_asked_no_more_is_cancelled(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 4)
    run_id = start(rt, alice, search)
    with_vendor(rt, run_id)
    stub.batches.hold, stub.batches.answers_first = True, 1
    # One question is still asked, so its answers are of use.
    save_rubric(rt, alice, search, CRITERIA[:1])
    assert batches.look_at_all(rt) == 0
    assert stub.batches.made[0].status == "in_progress"
    rubrics.save(rt, alice, search, f"{JOB} Remote.", CRITERIA)
    assert batches.look_at_all(rt) == 0
    assert stub.batches.made[0].status == "cancelling"
    assert batches.look_at_all(rt) == 1
    run = work(rt, run_id)
    assert (run["state"], run["done"]) == ("cancelled", 1) and "criteria were changed" in run["message"]
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'sent'") == 0


# ---- what passes


@pytest.mark.parametrize("kind", ["upload", "make", "look", "read"])
def test_what_passes_in_a_moment_is_not_noticed(rt: Runtime, alice: Actor, stub: OpenAIStub, kind: str) -> None:
    stub.batches.fails[kind] = {"make": [429], "look": [500]}.get(kind, [500, 429, 0])
    run_id = start(rt, alice, add_search(rt, alice, 3))
    with_vendor(rt, run_id)
    batches.look_at_all(rt)
    work(rt, run_id)
    run = go_by_the_clock(rt, run_id)
    assert (run["state"], run["done"], len(stub.batches.made)) == ("done", 3, 1)
    assert stub.batches.fails[kind] == [] and nobody_was_asked_about_twice(stub)


@pytest.mark.parametrize("kind", ["upload", "make"])
def test_a_vendor_who_is_away_for_long_is_tried_again_without_anyone(
    rt: Runtime, alice: Actor, stub: OpenAIStub, kind: str
) -> None:
    stub.batches.fails[kind] = [429] * 5
    run_id = start(rt, alice, add_search(rt, alice, 3))
    run = work(rt, run_id)
    assert run["state"] == "paused" and run["message"].endswith("It is tried again by itself.")
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'pending'") == 3
    assert stub.batches.made == [] and screening_wake.wake_due(rt) == 0
    again = "UPDATE runs SET counts = counts || jsonb_build_object('_again_at', now() - interval '1 minute')"
    change(rt, again)
    assert screening_wake.wake_due(rt) == 1
    with_vendor(rt, run_id)
    run = go_by_the_clock(rt, run_id)
    assert (run["state"], run["done"], len(stub.batches.made)) == ("done", 3, 1)


def test_the_longer_the_vendor_is_away_the_less_often_it_is_tried(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    run_id = start(rt, alice, add_search(rt, alice, 1))
    waits = []
    for _ in range(3):
        stub.batches.fails["upload"] = [500] * 5
        work(rt, run_id)
        waits.append(
            value(rt, "SELECT extract(epoch FROM (counts ->> '_again_at')::timestamptz - finished_at) FROM runs")
        )
        change(rt, "UPDATE runs SET counts = counts || jsonb_build_object('_again_at', now())")
        assert screening_wake.wake_due(rt) == 1
    assert [round(float(one) / 60) for one in waits] == [1, 2, 4]
    # Once it answers, that is forgotten.
    with_vendor(rt, run_id)
    assert value(rt, "SELECT counts ->> '_tries' FROM runs") == "0"


def test_a_vendor_who_is_away_is_asked_about_few_batches_a_minute(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    stub.batches.hold = True
    for number in range(5):
        with_vendor(rt, start(rt, alice, add_search(rt, alice, 1, f"Search {number}")))
    stub.batches.fails["look"] = [500] * 5
    batches.look_at_all(rt)
    assert stub.batches.fails["look"] == [500] * 2
    told = "SELECT count(*) FROM screening_batches WHERE problem <> ''"
    assert value(rt, told) == batches.MOST_FAILED
    # Those that were not asked about are first in the next minute.
    stub.batches.fails["look"] = []
    batches.look_at_all(rt)
    assert value(rt, told) == 0
