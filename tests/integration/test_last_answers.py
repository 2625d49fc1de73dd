"""A screening that is cancelled or stopped while people are being asked about: every call is written down, and once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from services import db
from services.access.identity import Actor
from services.config import Settings
from services.errors import Unavailable
from services.runs import runs, worker
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.screening import screening, screening_model
from services.spending import usage_ledger
from tests.browser.product import until
from tests.integration.test_screening import in_background
from tests.screening import add_search, row, rows, start, value, work
from tests.stubs.openai_server import OpenAIStub

FAN_OUT = 8


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(
        settings, openai_api_key="sk-test", openai_base_url=stub.base_url, openai_rpm=100_000, openai_tpm=100_000_000
    )


def patience(monkeypatch: pytest.MonkeyPatch, grace_s: float) -> None:
    pace = replace(screening_model.PACE, first_pause_s=0.001, timeout_s=60, fan_out=FAN_OUT, grace_s=grace_s)
    monkeypatch.setattr(screening_model, "PACE", pace)


def outcomes(rt: Runtime) -> dict[str, int]:
    return {one["outcome"]: one["n"] for one in rows(rt, "SELECT outcome, count(*) AS n FROM api_usage GROUP BY 1")}


def in_full_swing(rt: Runtime, actor: Actor, stub: OpenAIStub) -> int:
    """A run of 40 that has ten answers, and as many calls with the model as there may be; they wait for the stub."""
    stub.then(*["ok"] * 10)
    stub.mode = "slow"
    return start(rt, actor, add_search(rt, actor, 40))


def wait_for_calls(rt: Runtime, stub: OpenAIStub, calls: int) -> None:
    until(lambda: stub.requests.total == calls, "not so many calls")


def test_answers_that_come_soon_after_a_cancel_are_taken(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, 60)
    run_id = in_full_swing(rt, alice, stub)
    ended = in_background(rt, run_id)
    wait_for_calls(rt, stub, 10 + FAN_OUT)
    runs.cancel_run(rt, alice, run_id)
    ending = "SELECT bool_or(starts_with(counts ->> 'waiting', 'Ending')) FROM runs"
    until(lambda: value(rt, ending), "it does not say that it is ending")
    stub.release.set()
    ended.join(60)
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    assert (run["state"], run["done"], run["counts"]["waiting"]) == ("cancelled", 10 + FAN_OUT, "")
    assert outcomes(rt) == {"ok": stub.requests.total} == {"ok": 10 + FAN_OUT}


def test_calls_that_are_cut_off_by_a_cancel_count_as_expected(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, 0.1)
    run_id = in_full_swing(rt, alice, stub)
    ended = in_background(rt, run_id)
    wait_for_calls(rt, stub, 10 + FAN_OUT)
    runs.cancel_run(rt, alice, run_id)
    ended.join(60)
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    assert (run["state"], run["done"], outcomes(rt)) == ("cancelled", 10, {"ok": 10, "cut": FAN_OUT})
    known, cut = rows(rt, "SELECT outcome = 'cut' AS cut, min(cost) AS least, max(cost) AS most, sum(cost) AS cost "
                          "FROM api_usage GROUP BY 1 ORDER BY 1")  # fmt: skip
    # Not less than what such a call costs, and not many times as much.
    assert known["most"] < cut["most"] < known["most"] * 4 and cut["least"] > 0
    assert value(rt, "SELECT sum(cost) FROM usage_totals") == known["cost"] + cut["cost"]
    assert run["counts"]["cost"] == f"{known['cost'] + cut['cost']:.4f}"
    assert value(rt, "SELECT max(attempts) FROM screening_items WHERE state <> 'done'") == 0
    stub.release.set()
    stub.mode = "ok"
    screening.go_on(rt, alice, run_id)
    run = work(rt, run_id)
    assert (run["state"], run["done"], outcomes(rt)) == ("done", 40, {"ok": 40, "cut": FAN_OUT})


def test_a_worker_that_stops_writes_down_what_it_cuts_off(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, 0.1)
    run_id = in_full_swing(rt, alice, stub)
    runner = Runner(rt, "test")
    runner.start()
    going = threading.Thread(target=runner.execute, args=(run_id,))
    going.start()
    wait_for_calls(rt, stub, 10 + FAN_OUT)
    # As on SIGTERM.
    runner.stop()
    going.join(60)
    runner.close()
    assert value(rt, "SELECT state FROM runs WHERE id = %s", run_id) == "queued"
    assert outcomes(rt) == {"ok": 10, "cut": FAN_OUT}
    stub.release.set()
    stub.mode = "ok"
    assert work(rt, run_id)["done"] == 40


def test_a_worker_that_lost_the_run_writes_down_what_it_asked(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, 0.1)
    run_id = in_full_swing(rt, alice, stub)
    late = in_background(rt, run_id)
    wait_for_calls(rt, stub, 10 + FAN_OUT)
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET state = 'queued', lease_token = NULL WHERE id = %s", [run_id])
    late.join(60)
    assert outcomes(rt) == {"ok": 10, "cut": FAN_OUT}
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 10


def test_last_answers_are_waited_for_less_long_than_a_stopping_worker_has() -> None:
    assert screening_model.PACE.grace_s + 5 <= worker.GRACE_S


@contextmanager
def answers_get_lost(rt: Runtime, monkeypatch: pytest.MonkeyPatch, times: int) -> Iterator[list[int]]:
    """The first transactions that write a call down are committed, and nobody hears of it."""
    lost: list[int] = []
    wrote = threading.local()
    connect, record = rt.db.connection, usage_ledger.record

    def note(conn: db.Conn, *args: Any) -> bool:
        wrote.calls = True
        return record(conn, *args)

    @contextmanager
    def connection() -> Iterator[db.Conn]:
        wrote.calls = False
        with connect() as conn:
            yield conn
        if wrote.calls and len(lost) < times:
            lost.append(1)
            raise Unavailable("The database does not answer; try again in a moment.")

    monkeypatch.setattr(usage_ledger, "record", note)
    monkeypatch.setattr(rt.db, "connection", connection)
    yield lost


@pytest.mark.parametrize("mode", ["ok", "refusal"])
def test_a_commit_whose_answer_is_lost_is_not_made_twice(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    patience(monkeypatch, 1)
    stub.then(mode)
    run_id = start(rt, alice, add_search(rt, alice, 6))
    with answers_get_lost(rt, monkeypatch, 2) as lost:
        run = work(rt, run_id)
    assert len(lost) == 2
    failed = int(mode == "refusal")
    assert (run["state"], run["done"], run["failed"]) == ("done", 6, failed)
    assert outcomes(rt) == {"ok": 6 - failed} | ({"refused": 1} if failed else {})
    assert value(rt, "SELECT sum(calls) FROM usage_totals") == stub.requests.total == 6
    assert value(rt, "SELECT count(*) FROM ai_decisions") == 6 - failed
