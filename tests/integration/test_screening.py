"""Screening against the stub model over HTTP: results with evidence, failures that never become a score."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.access.identity import Actor
from services.config import Settings
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.screening import (
    model_holds,
    overrides,
    rubrics,
    screening,
    screening_model,
    screening_rows,
    screening_wake,
    verdicts,
)
from services.screening.rubrics import Criterion
from services.screening.screening_estimate import estimate
from services.searches import searches
from tests.screening import CRITERIA, JOB, add_search, row, rows, save_rubric, start, value, work
from tests.stubs.openai_server import OpenAIStub
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub(api_key="sk-canary") as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(
        settings,
        openai_api_key="sk-canary",
        openai_base_url=stub.base_url,
        openai_rpm=100_000,
        openai_tpm=100_000_000,
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of milliseconds between attempts, and no patience with last answers."""
    monkeypatch.setattr(
        screening_model,
        "PACE",
        replace(screening_model.PACE, first_pause_s=0.001, timeout_s=60, fan_out=8, grace_s=0.1),
    )


def people(rt: Runtime, search_id: str) -> list[dict[str, Any]]:
    """The search's candidates, by number."""
    return rows(
        rt,
        "SELECT c.id, c.score, c.fit, c.stage, c.screened_at, c.changed_by, p.skills, p.location FROM candidates c "
        "JOIN profiles p ON p.id = c.profile_id WHERE c.search_id = %s ORDER BY c.id",
        search_id,
    )


def test_everyone_gets_verdicts_with_evidence_a_score_and_a_fit(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    stub.latency = 0.05
    search = add_search(rt, alice, 60)
    version = value(rt, "SELECT data_version FROM searches WHERE id = %s", search)
    run = work(rt, start(rt, alice, search))
    assert (run["state"], run["total"], run["done"], run["failed"]) == ("done", 60, 60, 0)
    assert stub.requests.by_outcome == {"ok": 60}
    assert 2 <= stub.requests.most_in_flight <= 8
    for number, person in enumerate(people(rt, search), 1):
        # Python 4 (must), Kubernetes 2, Bern 1; the profiles say yes or no to each.
        points = 4 * (number % 2 == 0) + 2 * (number % 3 == 0) + (number % 4 == 0)
        assert person["score"] == Decimal(points * 10 / 7).quantize(Decimal("0.1"))
        assert person["fit"] == ("weak" if number % 2 else "strong" if points * 10 / 7 >= 7.5 else "possible")
        assert (person["stage"], person["changed_by"]) == ("new", alice.user_id)
        assert person["screened_at"] is not None
        found = verdicts.explain(rt, alice, search, person["id"]).verdicts
        assert [one.criterion for one in found] == ["Python", "Kubernetes", "Bern"]
        assert found[0].verdict == ("fail" if number % 2 else "pass")
        assert (found[0].field, found[0].quote) == (("", "") if number % 2 else ("skills", "Python"))
    assert value(rt, "SELECT count(*) FROM ai_decisions WHERE run_id = %s", run["id"]) == 60
    usage = row(
        rt,
        "SELECT sum(calls) AS calls, sum(input_tokens + output_tokens) AS tokens, sum(cost) AS cost "
        "FROM api_usage WHERE run_id = %s AND user_id = %s AND outcome = 'ok'",
        run["id"],
        alice.user_id,
    )
    assert (usage["calls"], usage["tokens"]) == (60, stub.requests.accepted_tokens)
    assert run["counts"]["cost"] == f"{usage['cost']:.4f}"
    assert value(rt, "SELECT data_version FROM searches WHERE id = %s", search) > version


def test_a_second_screening_of_the_same_500_makes_no_call(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 500)
    work(rt, start(rt, alice, search))
    before = people(rt, search)
    run = work(rt, start(rt, alice, search))
    assert (run["state"], run["done"], run["counts"]["reused"], run["counts"]["calls"]) == ("done", 500, 500, 0)
    assert stub.requests.total == 500
    assert people(rt, search) == before
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 500


def test_other_weights_make_a_new_score_without_a_call(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 6)
    work(rt, start(rt, alice, search))
    other = save_rubric(rt, alice, search, (CRITERIA[0], replace(CRITERIA[1], weight=Decimal(8)), CRITERIA[2]))
    run = work(rt, start(rt, alice, search, other))
    assert stub.requests.total == 6
    assert (other.version, run["counts"]["reused"]) == (2, 6)
    assert [float(one["score"]) for one in people(rt, search)] == [0, 3.1, 6.2, 3.8, 0, 9.2]
    # What was decided before is still told, line by line.
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 12


def test_a_new_criterion_is_asked_alone(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 6)
    work(rt, start(rt, alice, search))
    stub.requests.seen.clear()
    added = Criterion("SQL", "Does the profile show experience with sql?", "should", Decimal(1))
    run = work(rt, start(rt, alice, search, save_rubric(rt, alice, search, (*CRITERIA, added))))
    assert stub.requests.total == 12
    for body in stub.requests.seen:
        system = body["input"][0]["content"]
        assert "sql?" in system and "kubernetes?" not in system
    assert all(len(verdicts.explain(rt, alice, search, one["id"]).verdicts) == 4 for one in people(rt, search))
    assert run["counts"]["reused"] == 0


def test_a_changed_profile_is_asked_about_again(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 6)
    work(rt, start(rt, alice, search))
    one = people(rt, search)[0]
    with rt.db.connection() as conn:
        conn.execute("UPDATE profiles SET skills = '{Python}' FROM candidates c "
                     "WHERE c.profile_id = profiles.id AND c.id = %s", [one["id"]])  # fmt: skip
    work(rt, start(rt, alice, search))
    assert stub.requests.total == 7
    assert people(rt, search)[0]["score"] > one["score"]


def test_a_score_is_explained_and_what_is_out_of_date_is_marked(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 6)
    work(rt, start(rt, alice, search))
    one, other = people(rt, search)[0], people(rt, search)[5]
    # 6 knows Python (4 of 7) and Kubernetes (2 of 7) and is not in Bern.
    found = verdicts.explain(rt, alice, search, other["id"])
    assert [round(line.points, 1) for line in found.verdicts] == [5.7, 2.9, 0]
    assert [round(line.best, 1) for line in found.verdicts] == [5.7, 2.9, 1.4]
    assert (found.score, found.fit, found.stale) == (float(other["score"]), other["fit"], ())
    assert verdicts.explain(rt, alice, search, one["id"]).verdicts[0].caps_fit == "weak"
    with rt.db.connection() as conn:
        # What the model does not see makes nothing out of date.
        conn.execute("UPDATE profiles SET email = 'a@example.com', updated_at = now()")
        assert verdicts.explain(rt, alice, search, one["id"]).stale == ()
        conn.execute("UPDATE profiles p SET skills = '{Python}' FROM candidates c "
                     "WHERE c.profile_id = p.id AND c.id = %s", [one["id"]])  # fmt: skip
    assert verdicts.explain(rt, alice, search, one["id"]).stale == ("profile",)
    assert verdicts.explain(rt, alice, search, other["id"]).stale == ()
    save_rubric(rt, alice, search, CRITERIA[:2])
    newer = verdicts.explain(rt, alice, search, other["id"])
    assert (newer.version, newer.newest, newer.stale) == (1, 2, ("criteria",))
    changed = Runtime(replace(rt.settings, openai_model="another"))
    changed.open()
    try:
        assert verdicts.explain(changed, alice, search, one["id"]).stale == ("criteria", "model")
    finally:
        changed.close()
    work(rt, start(rt, alice, search, rubrics.newest(rt, alice, search)))
    assert [verdicts.explain(rt, alice, search, p["id"]).stale for p in people(rt, search)] == [()] * 6


def test_only_the_people_of_the_view_are_screened(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 10)
    ids = [one["id"] for one in people(rt, search)]
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET stage = 'shortlisted' WHERE id = ANY (%s)", [ids[:4]])
        conn.execute("UPDATE candidates SET filter_status = 'filtered_rule' WHERE id = %s", [ids[0]])
    run = work(rt, start(rt, alice, search, status="shortlisted"))
    assert run["total"] == stub.requests.total == 3
    assert [one["id"] for one in people(rt, search) if one["screened_at"]] == ids[1:4]


def test_a_quote_that_is_not_there_makes_the_verdict_unknown(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 3)
    stub.mode = "invented_quote"
    run = work(rt, start(rt, alice, search))
    assert run["counts"]["unverified"] == 9
    for person in people(rt, search):
        assert (person["score"], person["fit"]) == (None, None)
        found = verdicts.explain(rt, alice, search, person["id"]).verdicts
        assert {(v.verdict, v.quote) for v in found} == {("unknown", "")}


@pytest.mark.parametrize(
    ("mode", "reason", "calls"),
    [
        ("refusal", "refused", 1),
        ("content_filter", "refused", 1),
        ("incomplete", "truncated", 6),
        ("invalid_json", "invalid_answer", 6),
        ("out_of_range", "invalid_answer", 6),
        ("missing_verdict", "invalid_answer", 6),
        ("html", "invalid_answer", 6),
        ("server_error", "server_fault", 6),
    ],
)
def test_no_failure_becomes_a_score(
    rt: Runtime, alice: Actor, stub: OpenAIStub, mode: str, reason: str, calls: int
) -> None:
    search = add_search(rt, alice, 5)
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET score = 6.5, fit = 'possible' WHERE search_id = %s", [search])
    before = people(rt, search)
    stub.mode = mode
    run = work(rt, start(rt, alice, search))
    assert (run["state"], run["done"], run["failed"]) == ("done", 5, 5)
    assert stub.requests.total == 5 * calls
    assert people(rt, search) == before
    assert value(rt, "SELECT count(*) FROM verdicts") == value(rt, "SELECT count(*) FROM ai_decisions") == 0
    dead = screening.dead_letters(rt, alice, run["id"])
    assert {(one.reason, one.attempts) for one in dead} == {(reason, calls)}
    # Refused, cut and unusable answers were billed; the others not.
    billed = value(rt, "SELECT sum(tokens) FROM screening_items")
    assert (billed > 0) is (mode not in ("html", "server_error"))
    assert billed == value(rt, "SELECT sum(input_tokens + output_tokens) FROM api_usage")


def test_a_server_that_does_not_answer_in_time_is_given_up(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, timeout_s=0.1))
    search = add_search(rt, alice, 2)
    stub.mode = "slow"
    run = work(rt, start(rt, alice, search))
    assert run["failed"] == 2
    assert {one.reason for one in screening.dead_letters(rt, alice, run["id"])} == {"timed_out"}
    assert all(one["score"] is None and one["screened_at"] is None for one in people(rt, search))
    # Nobody here knows what they were billed: each counts as what was expected of it.
    (spent,) = rows(rt, "SELECT count(*) AS calls, min(input_tokens) AS input, min(output_tokens) AS output, "
                        "sum(cost) AS cost, sum(input_tokens + output_tokens) AS tokens FROM api_usage "
                        "WHERE outcome = 'timed_out'")  # fmt: skip
    assert (spent["calls"], spent["input"] > 500, spent["output"] > 50) == (12, True, True)
    assert value(rt, "SELECT sum(cost) FROM usage_totals") == spent["cost"] > 0
    assert (run["counts"]["tokens"], run["counts"]["cost"]) == (spent["tokens"], f"{spent['cost']:.4f}")


def test_calls_without_an_answer_use_up_a_budget(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, timeout_s=0.1))
    stub.mode = "slow"
    search = add_search(rt, alice, 5)
    run_id = screening.start(rt, alice, View.of(search), save_rubric(rt, alice, search).id, "0.0005")
    run = work(rt, run_id)
    assert (run["state"], run["done"]) == ("paused", 0)
    assert "budget of $0.0005 is used up" in run["message"]
    spent = value(rt, "SELECT sum(cost) FROM api_usage")
    assert 0 < spent <= Decimal("0.0005")
    # All that the budget has room for, and not six for each of five people.
    each = value(rt, "SELECT max(cost) FROM api_usage")
    assert stub.requests.total == Decimal("0.0005") // each


def test_what_failed_can_be_tried_again(rt: Runtime, alice: Actor, bob: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 5)
    stub.then("refusal", "refusal")
    run = work(rt, start(rt, alice, search))
    assert (run["done"], run["failed"]) == (5, 2)
    with pytest.raises(NotFound):
        screening.go_on(rt, bob, run["id"])
    screening.go_on(rt, alice, run["id"])
    run = work(rt, run["id"])
    assert (run["state"], run["done"], run["failed"], stub.requests.total) == ("done", 5, 0, 7)
    assert run["counts"]["calls"] == value(rt, "SELECT sum(calls) FROM api_usage") == 7
    assert screening.dead_letters(rt, alice, run["id"]) == []
    assert all(one["score"] is not None for one in people(rt, search))


def test_faults_in_passing_are_overcome(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 20)
    stub.then("server_error", "incomplete", "invalid_json", "server_error", "missing_verdict")
    run = work(rt, start(rt, alice, search))
    assert (run["done"], run["failed"], run["counts"]["calls"]) == (20, 0, 25)
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 20


def test_a_rate_limit_is_obeyed_and_cured(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 10)
    stub.then("rate_limit")
    run = work(rt, start(rt, alice, search))
    assert (run["state"], run["done"], run["failed"]) == ("done", 10, 0)
    assert stub.requests.by_outcome == {"ok": 10, "rate_limit": 1}
    waited = row(rt, "SELECT finished_at - started_at AS took FROM runs WHERE id = %s", run["id"])["took"]
    assert waited.total_seconds() >= 1


def test_while_the_vendor_says_wait_nobody_calls_and_cancelling_works(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 30)
    stub.mode = "rate_limit_long"
    run_id = start(rt, alice, search)
    ended = in_background(rt, run_id)
    wait_until(rt, "SELECT count(*) > 0 FROM screening_items WHERE state = 'retry'")
    assert runs.cancel_run(rt, alice, run_id) == "running"
    ended.join(PATIENCE_S)
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    assert (run["state"], run["failed"]) == ("cancelled", 0)
    # Those that were under way when the vendor first said so, and nobody after them.
    assert stub.requests.total <= 8
    due = value(rt, "SELECT max(not_before) - now() FROM screening_items")
    assert 100 < due.total_seconds() <= 130
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'leased'") == 0
    assert all(one["score"] is None for one in people(rt, search))


def test_a_run_is_paused_by_hand_and_nobody_is_asked_twice(
    rt: Runtime, alice: Actor, bob: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 40)
    stub.then(*["ok"] * 10, *["slow"] * 8)
    run_id = start(rt, alice, search)
    ended = in_background(rt, run_id)
    assert stub.slow_arrived.wait(PATIENCE_S)
    with pytest.raises(NotFound):
        screening.pause(rt, bob, run_id)
    assert screening.pause(rt, alice, run_id) == "running"
    # What is under way when it pauses is answered later, and kept.
    wait_until(rt, "SELECT bool_or(starts_with(counts ->> 'waiting', 'Pausing')) FROM runs")
    stub.release.set()
    ended.join(PATIENCE_S)
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    assert (run["state"], run["failed"]) == ("paused", 0)
    assert "Go on" in run["message"]
    assert run["done"] == stub.requests.total == value(rt, "SELECT count(*) FROM ai_decisions")
    assert value(rt, "SELECT count(*) FROM screening_items WHERE state = 'leased'") == 0
    with pytest.raises(NotFound):
        screening.pause(rt, alice, run_id)
    screening.go_on(rt, alice, run_id)
    # It waits, so it pauses at once; nothing is left of that when it goes on.
    assert screening.pause(rt, alice, run_id) == "paused"
    screening.go_on(rt, alice, run_id)
    run = work(rt, run_id)
    assert (run["state"], run["done"], stub.requests.total) == ("done", 40, 40)


def test_a_budget_is_not_exceeded_and_can_be_raised(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 40)
    rubric = save_rubric(rt, alice, search)
    whole = estimate(rt, alice, View.of(search), rubric).cost
    assert whole is not None
    run_id = screening.start(rt, alice, View.of(search), rubric.id, str(whole / 4))
    run = work(rt, run_id)
    spent = value(rt, "SELECT sum(cost) FROM api_usage")
    assert run["state"] == "paused" and "budget" in run["message"]
    assert whole / 8 < spent <= whole / 4
    assert 0 < run["done"] == stub.requests.total < 20
    # Going on with the same budget makes no call.
    screening.go_on(rt, alice, run_id)
    assert work(rt, run_id)["state"] == "paused"
    assert value(rt, "SELECT sum(cost) FROM api_usage") == spent
    screening.go_on(rt, alice, run_id, str(whole * 2))
    run = work(rt, run_id)
    assert (run["state"], run["done"], stub.requests.total) == ("done", 40, 40)


@pytest.mark.parametrize("typed", ["x", "0", "-1", "NaN", "1e9", [1]])
def test_a_budget_that_is_none_is_refused(rt: Runtime, alice: Actor, typed: Any) -> None:
    search = add_search(rt, alice, 1)
    with pytest.raises(BadInput, match="budget"):
        screening.start(rt, alice, View.of(search), save_rubric(rt, alice, search).id, typed)
    assert value(rt, "SELECT count(*) FROM runs") == 0


def test_a_budget_needs_a_model_whose_price_is_known(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 1)
    rubric = save_rubric(rt, alice, search)
    own = Runtime(replace(rt.settings, openai_model="own-model"))
    own.open()
    try:
        with pytest.raises(BadInput, match="price"):
            screening.start(own, alice, View.of(search), rubric.id, "5")
        assert screening.start(own, alice, View.of(search), rubric.id, " ") > 0
    finally:
        own.close()


def test_an_account_without_credit_pauses_everyones_runs_and_all_go_on_together(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, stub: OpenAIStub
) -> None:
    first, second = add_search(rt, alice, 12), add_search(rt, bob, 12, "Another")
    stub.mode = "quota"
    hers, his = start(rt, alice, first), start(rt, bob, second)
    assert work(rt, hers)["state"] == "paused"
    # One refusal is enough: the other run asks nobody.
    assert stub.requests.total == 1
    run = work(rt, his)
    assert (run["state"], stub.requests.total) == ("paused", 1)
    assert "no credit left" in run["message"]
    hold = model_holds.current(rt)
    assert hold is not None and hold.runs == 2 and "add credit" in hold.message
    with pytest.raises(Forbidden):
        model_holds.lift(rt, charlie)
    # Not yet: it was tried just now.
    assert model_holds.lift_due(rt) == 0
    stub.mode = "ok"
    # Whoever takes up one of them takes up all.
    screening.go_on(rt, bob, his)
    assert model_holds.current(rt) is None
    assert [work(rt, run_id)["state"] for run_id in (hers, his)] == ["done", "done"]
    assert stub.requests.by_outcome == {"ok": 24, "quota": 1}


def test_a_hold_is_tried_again_by_itself(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 5)
    stub.then("bad_key")
    run_id = start(rt, alice, search)
    assert work(rt, run_id)["state"] == "paused"
    with rt.db.connection() as conn:
        conn.execute("UPDATE model_holds SET tried_at = now() - interval '1 hour'")
    assert model_holds.lift_due(rt) == 1
    run = work(rt, run_id)
    assert (run["state"], run["done"], run["failed"]) == ("done", 5, 0)


def test_a_run_that_goes_on_pauses_when_the_account_fails_for_another(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    search = add_search(rt, alice, 30)
    stub.then("ok")
    stub.mode = "slow"
    run_id = start(rt, alice, search)
    ended = in_background(rt, run_id)
    assert stub.slow_arrived.wait(PATIENCE_S)
    with rt.db.connection() as conn:
        model_holds.place(conn, rt.settings, "quota_exhausted", "No credit left.")
    wait_until(rt, "SELECT bool_or(starts_with(counts ->> 'waiting', 'Pausing')) FROM runs")
    stub.release.set()
    ended.join(PATIENCE_S)
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    assert (run["state"], run["message"], run["failed"]) == ("paused", "No credit left.", 0)
    assert run["done"] == stub.requests.total < 30


def test_a_run_that_comes_to_its_pause_while_the_hold_is_lifted_goes_on_by_itself(
    rt: Runtime, alice: Actor, stub: OpenAIStub
) -> None:
    stub.then("ok")
    stub.mode = "slow"
    run_id = start(rt, alice, add_search(rt, alice, 30))
    ended = in_background(rt, run_id)
    assert stub.slow_arrived.wait(PATIENCE_S)
    with rt.db.connection() as conn:
        model_holds.place(conn, rt.settings, "quota_exhausted", "No credit left.")
    wait_until(rt, "SELECT bool_or(starts_with(counts ->> 'waiting', 'Pausing')) FROM runs")
    # It is not paused yet, so it is not among those that the lift wakes.
    assert model_holds.lift(rt, alice) == 0
    stub.release.set()
    ended.join(PATIENCE_S)
    assert value(rt, "SELECT state FROM runs WHERE id = %s", run_id) == "paused"
    assert model_holds.current(rt) is None
    assert screening_wake.wake_due(rt) == 1
    assert work(rt, run_id)["state"] == "done"
    assert screening_wake.wake_due(rt) == 0


def test_a_cancel_that_is_asked_for_while_it_comes_to_its_pause_is_one(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = add_search(rt, alice, 30)
    run_id = screening.start(rt, alice, View.of(search), save_rubric(rt, alice, search).id, "0.0005")
    release = screening_rows.release_items

    def release_items(*args: Any) -> None:
        # The last thing before the pause is written.
        runs.cancel_run(rt, alice, run_id)
        release(*args)

    monkeypatch.setattr(screening_rows, "release_items", release_items)
    run = work(rt, run_id)
    assert (run["state"], run["cancel_requested"]) == ("cancelled", True)
    monkeypatch.undo()
    # It holds its search up no longer.
    assert screening.start(rt, alice, View.of(search), save_rubric(rt, alice, search).id) != run_id


@pytest.mark.parametrize(("mode", "said"), [("quota", "no credit left"), ("bad_key", "OPENAI_API_KEY")])
def test_without_credit_or_key_the_run_pauses_and_goes_on_later(
    rt: Runtime, alice: Actor, stub: OpenAIStub, mode: str, said: str
) -> None:
    search = add_search(rt, alice, 30)
    stub.then(*["ok"] * 5)
    stub.mode = mode
    run = work(rt, start(rt, alice, search))
    assert (run["state"], run["failed"]) == ("paused", 0)
    assert said in run["message"]
    assert stub.requests.total <= 5 + 8
    with pytest.raises(Conflict):
        start(rt, alice, search)
    stub.mode = "ok"
    screening.go_on(rt, alice, run["id"])
    run = work(rt, run["id"])
    assert (run["state"], run["done"], run["failed"]) == ("done", 30, 0)
    assert stub.requests.by_outcome["ok"] == 30


def test_a_run_is_cancelled_in_the_middle_and_taken_up_again(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 40)
    stub.then(*["ok"] * 10, *["slow"] * 8)
    run_id = start(rt, alice, search)
    ended = in_background(rt, run_id)
    assert stub.slow_arrived.wait(PATIENCE_S)
    # Answers that came may be on their way into the tables still.
    wait_until(rt, "SELECT count(*) >= 10 FROM ai_decisions")
    runs.cancel_run(rt, alice, run_id)
    ended.join(PATIENCE_S)
    stub.release.set()
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    assert (run["state"], run["total"]) == ("cancelled", 40)
    done = value(rt, "SELECT count(*) FROM ai_decisions")
    assert done == run["done"] == sum(one["score"] is not None for one in people(rt, search))
    assert 10 <= done < 40
    screening.go_on(rt, alice, run_id)
    run = work(rt, run_id)
    assert (run["state"], run["done"]) == ("done", 40)
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 40


def test_a_worker_that_lost_the_run_writes_nothing_more(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 8)
    run_id = start(rt, alice, search)
    stub.mode = "slow"
    late = in_background(rt, run_id)
    assert stub.slow_arrived.wait(PATIENCE_S)
    with rt.db.connection() as conn:
        # As a rescue would find it: the worker was silent, the run waits again.
        conn.execute("UPDATE runs SET state = 'queued', lease_token = NULL WHERE id = %s", [run_id])
    stub.mode = "ok"
    run = work(rt, run_id, "another")
    stub.release.set()
    late.join(PATIENCE_S)
    assert (run["state"], run["done"]) == ("done", 8)
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 8
    assert row(rt, "SELECT state FROM runs WHERE id = %s", run_id) == {"state": "done"}


def test_without_redis_the_run_waits_and_says_so(
    rt: Runtime, alice: Actor, stub: OpenAIStub, settings: Settings
) -> None:
    search = add_search(rt, alice, 3)
    run_id = start(rt, alice, search)
    closed = Runtime(replace(settings, redis_url="redis://127.0.0.1:1/0"), kind="worker")
    closed.open()
    try:
        ended = in_background(closed, run_id)
        wait_until(rt, "SELECT bool_or(starts_with(counts ->> 'waiting', 'Waiting for Redis')) FROM runs")
        assert stub.requests.total == 0
        runs.cancel_run(rt, alice, run_id)
        ended.join(PATIENCE_S)
    finally:
        closed.close()
    assert stub.requests.total == 0
    screening.go_on(rt, alice, run_id)
    assert work(rt, run_id)["done"] == 3


def test_criteria_are_proposed_in_a_run(rt: Runtime, alice: Actor, bob: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 1)
    run_id = rubrics.propose(rt, alice, search, JOB)
    assert rubrics.proposal(rt, alice, run_id).open
    work(rt, run_id)
    proposal = rubrics.proposal(rt, alice, run_id)
    assert not proposal.open
    assert {one.title: one.kind for one in proposal.criteria}["Python"] == "must"
    assert screening.overview(rt, alice, search).job_description == JOB
    assert value(rt, "SELECT count(*) FROM api_usage WHERE run_id = %s AND input_tokens > 0", run_id) == 1
    with pytest.raises(NotFound):
        rubrics.proposal(rt, bob, run_id)


def test_a_proposal_that_fails_says_why(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 1)
    stub.mode = "refusal"
    run_id = rubrics.propose(rt, alice, search, JOB)
    work(rt, run_id)
    proposal = rubrics.proposal(rt, alice, run_id)
    assert (proposal.open, proposal.criteria) == (False, ())
    assert "declined" in proposal.message


def test_a_rubric_saved_as_it_was_is_the_same_version(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 1)
    first = save_rubric(rt, alice, search)
    assert save_rubric(rt, alice, search) == first
    second = save_rubric(rt, alice, search, CRITERIA[:2])
    assert (first.version, second.version) == (1, 2)
    newest = rubrics.newest(rt, alice, search)
    assert newest == second


@pytest.mark.parametrize(
    "typed",
    [
        ("", "Experience with Python?", "must", 1),
        ("Python", " ", "must", 1),
        ("P" * 81, "Experience with Python?", "must", 1),
        ("Python", "P" * 301, "must", 1),
        ("Python", "経" * 200, "must", 1),
        ("Python", "Experience with Python?", "shall", 1),
        ("Python", "Experience with Python?", "must", 0),
        ("Python", "Experience with Python?", "must", "11"),
        ("Python", "Experience with Python?", "must", None),
        ("Python", "Experience with Python?", "must", "NaN"),
        (None, 5, None, []),
    ],
)
def test_a_criterion_that_cannot_be_asked_is_refused(typed: tuple[Any, ...]) -> None:
    with pytest.raises(BadInput):
        rubrics.criterion(*typed)


def test_the_estimate_is_close_to_the_bill(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 60)
    rubric = save_rubric(rt, alice, search)
    said = estimate(rt, alice, View.of(search), rubric)
    assert (said.people, said.known, said.calls) == (60, 0, 60)
    run = work(rt, start(rt, alice, search, rubric))
    assert said.tokens == pytest.approx(run["counts"]["tokens"], rel=0.2)
    assert said.cost is not None
    assert float(said.cost) == pytest.approx(float(run["counts"]["cost"]), rel=0.2)
    assert said.minutes == pytest.approx(max(60 / 100_000, said.tokens / 100_000_000))
    again = estimate(rt, alice, View.of(search), rubric)
    assert (again.people, again.known, again.calls, again.tokens, again.cost) == (60, 60, 0, 0, 0)


def test_without_a_key_screening_is_off_and_says_what_to_set(settings: Settings, rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 1)
    rubric = save_rubric(rt, alice, search)
    off = Runtime(replace(settings, openai_api_key=""))
    off.open()
    try:
        assert not screening.overview(off, alice, search).is_on
        for attempt in (
            lambda: screening.start(off, alice, View.of(search), rubric.id),
            lambda: rubrics.propose(off, alice, search, JOB),
        ):
            with pytest.raises(BadInput, match="OPENAI_API_KEY"):
                attempt()
        assert estimate(off, alice, View.of(search), rubric).calls == 1
    finally:
        off.close()


def test_others_cannot_start_see_or_change_what_is_not_theirs(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor
) -> None:
    search = add_search(rt, alice, 2)
    rubric = save_rubric(rt, alice, search)
    one = people(rt, search)[0]["id"]
    view = View.of(search)
    # A viewer of a team search looks, and no more.
    assert screening.overview(rt, charlie, search).editable is False
    assert verdicts.explain(rt, charlie, search, one).verdicts == ()
    for attempt in (
        lambda: screening.start(rt, charlie, view, rubric.id),
        lambda: save_rubric(rt, charlie, search),
        lambda: rubrics.propose(rt, charlie, search, JOB),
        lambda: overrides.decide(rt, charlie, search, one, "strong", "known to me"),
    ):
        with pytest.raises(Forbidden):
            attempt()
    searches.set_visibility(rt, alice, search, "private")
    assert rubrics.newest(rt, bob, search) is None
    assert verdicts.explain(rt, bob, search, one).verdicts == ()
    for attempt in (
        lambda: screening.overview(rt, bob, search),
        lambda: screening.start(rt, bob, view, rubric.id),
        lambda: save_rubric(rt, bob, search),
        lambda: overrides.decide(rt, bob, search, one, "strong", "known to me"),
        lambda: estimate(rt, bob, view, rubric),
    ):
        with pytest.raises(Forbidden):
            attempt()
    # A rubric of one search is none of another.
    other = add_search(rt, alice, 1, "Another")
    with pytest.raises(Forbidden):
        screening.start(rt, alice, View.of(other), rubric.id)


def test_a_starter_who_lost_the_search_screens_nobody(rt: Runtime, alice: Actor, bob: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 2)
    run_id = start(rt, bob, search)
    searches.set_visibility(rt, alice, search, "private")
    run = work(rt, run_id)
    assert run["state"] == "cancelled"
    assert stub.requests.total == 0


def test_a_person_decides_and_both_values_are_kept(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 2)
    work(rt, start(rt, alice, search))
    one = people(rt, search)[0]
    assert one["fit"] == "weak"
    for fit, reason in (("strong", " "), ("excellent", "because")):
        with pytest.raises(BadInput):
            overrides.decide(rt, alice, search, one["id"], fit, reason)
    assert overrides.decide(rt, alice, search, one["id"], "strong", "Wrote the book on it.").model_fit == "weak"
    kept = overrides.last(rt, alice, search, one["id"])
    assert kept is not None
    assert (kept.fit, kept.model_fit, kept.reason, kept.by) == ("strong", "weak", "Wrote the book on it.", alice.name)
    # Screening again, here with other weights, does not take the decision back.
    work(rt, start(rt, alice, search, save_rubric(rt, alice, search, (replace(CRITERIA[0], weight=Decimal(9)),))))
    after = people(rt, search)[0]
    assert (after["fit"], after["score"]) == ("strong", 0)
    assert overrides.decide(rt, alice, search, one["id"], "possible", "On second thoughts.").model_fit == "weak"


def test_neither_key_nor_names_leave_the_machine_or_reach_the_log(
    rt: Runtime, alice: Actor, stub: OpenAIStub, caplog: pytest.LogCaptureFixture
) -> None:
    search = add_search(rt, alice, 3)
    caplog.set_level("DEBUG", logger="services")
    work(rt, start(rt, alice, search))
    assert not any("Ada" in body["input"][1]["content"] for body in stub.requests.seen)
    assert "sk-canary" not in caplog.text and "Ada" not in caplog.text
    assert not any(b"sk-canary" in key for key in rt.redis.keys())
    assert "sk-canary" not in str(rows(rt, "SELECT * FROM procrastinate_jobs")) + str(rows(rt, "SELECT * FROM runs"))


def in_background(rt: Runtime, run_id: int) -> threading.Thread:
    """The run in a thread of its own; join it."""
    thread = threading.Thread(target=work, args=(rt, run_id))
    thread.start()
    return thread


def wait_until(rt: Runtime, query: str) -> None:
    """Until the query says true."""
    until(lambda: value(rt, query), f"never came true: {query}")
