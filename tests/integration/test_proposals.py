"""Criteria that the model proposes: once however often someone clicks, each call paid for once, fit to be saved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from layouts import ids, text
from services import db
from services.access.identity import Actor
from services.config import Settings
from services.errors import NotFound, Unavailable
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.screening import rubrics, screening_model, screening_rows
from tests.integration.test_screening import in_background
from tests.screen_page import proposal, propose, props, show
from tests.screening import JOB, add_search, row, rows, value, work
from tests.stubs import openai_brain
from tests.stubs.openai_server import OpenAIStub
from tests.waiting import PATIENCE_S
from tests.web import Browser

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(
        settings, openai_api_key="sk-test", openai_base_url=stub.base_url, openai_rpm=100_000, openai_tpm=100_000_000
    )


def pace(monkeypatch: pytest.MonkeyPatch, **more: float) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001, **more))


def found(shown: Any) -> dict[str, dict[str, Any]]:
    """Id → properties of all that a page shows."""
    if isinstance(shown, list):
        return {name: one for each in shown for name, one in found(each).items()}
    if not isinstance(shown, dict):
        return {}
    own = shown.get("props", {})
    mine = {own["id"]: own} if isinstance(own, dict) and isinstance(own.get("id"), str) else {}
    return mine | {name: one for each in shown.values() for name, one in found(each).items()}


def ledger(rt: Runtime) -> list[dict[str, Any]]:
    return rows(rt, "SELECT outcome, calls, input_tokens > 0 AS counted, cost > 0 AS costs FROM api_usage ORDER BY id")


# ---- one at a time


def test_two_quick_clicks_are_one_proposal(rt: Runtime, alice: Actor, client_for: ClientFor, stub: OpenAIStub) -> None:
    search, client = add_search(rt, alice, 1), client_for(alice)
    first, second = (props(propose(client, search))[ids.SCREEN_PROPOSAL]["data"] for _ in range(2))
    assert first == second
    assert work(rt, first)["state"] == "done"
    assert stub.requests.total == value(rt, "SELECT count(*) FROM runs") == 1
    # Whoever asks again once it is there wants another one.
    third = props(propose(client, search))[ids.SCREEN_PROPOSAL]["data"]
    assert third != first


def test_clicks_that_arrive_together_are_one_proposal(rt: Runtime, alice: Actor) -> None:
    search, together, found = add_search(rt, alice, 1), threading.Barrier(4), []

    def click() -> None:
        together.wait(PATIENCE_S)
        found.append(rubrics.propose(rt, alice, search, JOB))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_S)
    assert len(found) == 4 and len(set(found)) == 1
    assert value(rt, "SELECT count(*) FROM runs") == 1


def test_a_page_that_is_loaded_again_waits_for_the_proposal(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    search, client = add_search(rt, alice, 1), client_for(alice)
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'team'")
    run_id = props(propose(client, search))[ids.SCREEN_PROPOSAL]["data"]

    def page(who: Browser) -> tuple[Any, Any, Any, Any]:
        shown = found(show(who, f"/search/{search}/screen").get_json())
        return (
            shown[ids.SCREEN_PROPOSAL].get("data"), shown[ids.SCREEN_PROPOSAL_CLOCK]["disabled"],
            shown[ids.SCREEN_PROPOSAL_NOTE].get("children"), shown[ids.SCREEN_PROPOSE]["disabled"],
        )  # fmt: skip

    assert page(client) == (run_id, False, text.SCREEN_PROPOSING, True)
    # It is hers: a colleague may ask for another one meanwhile.
    assert page(client_for(bob)) == (None, True, None, False)
    work(rt, run_id)
    assert page(client) == (None, True, None, False)


def test_another_text_or_another_person_or_one_that_is_cancelled_is_another_proposal(
    rt: Runtime, alice: Actor, bob: Actor
) -> None:
    search = add_search(rt, alice, 1)
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'team'")
    first = rubrics.propose(rt, alice, search, JOB)
    other_text = rubrics.propose(rt, alice, search, f"{JOB} Spark is a plus.")
    other_person = rubrics.propose(rt, bob, search, JOB)
    runs.cancel_run(rt, alice, other_text)
    after = rubrics.propose(rt, alice, search, f"{JOB} Spark is a plus.")
    assert len({first, other_text, other_person, after}) == 4


# ---- what it costs


def test_a_proposal_that_times_out_counts_as_expected(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace(monkeypatch, timeout_s=0.1)
    stub.mode = "slow"
    run = work(rt, rubrics.propose(rt, alice, add_search(rt, alice, 1), JOB))
    assert (run["state"], "did not answer in time" in run["message"]) == ("failed", True)
    assert ledger(rt) == [{"outcome": "timed_out", "calls": 1, "counted": True, "costs": True}]


def test_one_that_is_cut_off_counts_as_expected(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace(monkeypatch, grace_s=0.1)
    stub.mode = "slow"
    run_id = rubrics.propose(rt, alice, add_search(rt, alice, 1), JOB)
    ended = in_background(rt, run_id)
    assert stub.slow_arrived.wait(PATIENCE_S)
    runs.cancel_run(rt, alice, run_id)
    ended.join(PATIENCE_S)
    assert row(rt, "SELECT state FROM runs WHERE id = %s", run_id)["state"] == "cancelled"
    assert ledger(rt) == [{"outcome": "cut", "calls": 1, "counted": True, "costs": True}]


def test_a_worker_that_stops_waits_for_the_answer_a_while(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace(monkeypatch, grace_s=PATIENCE_S)
    stub.mode = "slow"
    run_id = rubrics.propose(rt, alice, add_search(rt, alice, 1), JOB)
    runner = Runner(rt, "test")
    runner.start()
    going = threading.Thread(target=runner.execute, args=(run_id,))
    going.start()
    assert stub.slow_arrived.wait(PATIENCE_S)
    # As on SIGTERM.
    runner.stop()
    stub.release.set()
    going.join(PATIENCE_S)
    runner.close()
    assert row(rt, "SELECT state FROM runs WHERE id = %s", run_id)["state"] == "done"
    assert rubrics.proposal(rt, alice, run_id).criteria
    assert ledger(rt) == [{"outcome": "ok", "calls": 1, "counted": True, "costs": True}]


def test_an_answer_that_comes_while_the_database_is_away_is_written_down_and_not_paid_twice(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = rubrics.propose(rt, alice, add_search(rt, alice, 1), JOB)
    insert, away = screening_rows.insert_usage, ["once", "twice"]

    def insert_usage(conn: db.Conn, *args: Any) -> bool:
        if away:
            away.pop()
            raise Unavailable("The database does not answer; try again in a moment.")
        return insert(conn, *args)

    monkeypatch.setattr(screening_rows, "insert_usage", insert_usage)
    assert work(rt, run_id)["state"] == "done"
    assert (away, stub.requests.total) == ([], 1)
    assert ledger(rt) == [{"outcome": "ok", "calls": 1, "counted": True, "costs": True}]


# ---- what can be kept


GOOD = {"title": "Python", "question": "Does the profile show Python?", "kind": "must", "weight": 4}
# Not too many characters for the model's schema, and too many tokens to be asked.
LONG = {"title": "経験", "question": "この分野の実務経験がありますか。" * 10, "kind": "should", "weight": 2}


def test_what_could_not_be_saved_is_left_out_of_a_proposal(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_brain, "propose", lambda job: [GOOD, LONG, GOOD | {"title": "Again", "weight": 1}])
    search = add_search(rt, alice, 1)
    run_id = rubrics.propose(rt, alice, search, JOB)
    work(rt, run_id)
    kept = rubrics.proposal(rt, alice, run_id).criteria
    assert [one.title for one in kept] == ["Python"]
    assert rubrics.save(rt, alice, search, JOB, kept).version == 1


def test_a_proposal_of_nothing_that_could_be_saved_fails_and_says_so(
    rt: Runtime, alice: Actor, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_brain, "propose", lambda job: [LONG])
    search, client = add_search(rt, alice, 1), client_for(alice)
    run_id = props(propose(client, search))[ids.SCREEN_PROPOSAL]["data"]
    work(rt, run_id)
    shown = props(proposal(client, run_id))
    assert "not usable" in shown[ids.SCREEN_PROPOSAL_NOTE]["children"]
    assert shown[ids.SCREEN_PROPOSAL_CLOCK]["disabled"] is True
    assert shown[ids.SCREEN_PROPOSE]["disabled"] is False
    assert ledger(rt) == [{"outcome": "invalid_answer", "calls": 1, "counted": True, "costs": True}]


def test_whoever_lost_the_search_sees_no_proposal_any_more_and_the_page_stops_asking(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    search, client = add_search(rt, alice, 1), client_for(bob)
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'team'")
    run_id = props(propose(client, search))[ids.SCREEN_PROPOSAL]["data"]
    work(rt, run_id)
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private'")
    with pytest.raises(NotFound):
        rubrics.proposal(rt, bob, run_id)
    shown = props(proposal(client, run_id))
    assert shown[ids.SCREEN_PROPOSAL_CLOCK]["disabled"] is True
    assert "does not exist" in shown[ids.SCREEN_PROPOSAL_NOTE]["children"]
    assert text.SCREEN_PROPOSED not in str(shown)
