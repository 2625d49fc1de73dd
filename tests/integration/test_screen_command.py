"""`sourcingx screen`: the main job's middle, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from services.screening import screening_model
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.screening import JOB, add_search, rows, start, value
from tests.stubs.openai_server import OpenAIStub

__all__ = ["sourcingx"]


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(
        settings,
        openai_api_key="sk-test",
        openai_base_url=stub.base_url,
        openai_rpm=100_000,
        openai_tpm=100_000_000,
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001))


@pytest.fixture
def job(tmp_path: Path) -> str:
    path = tmp_path / "job.txt"
    path.write_text(JOB, encoding="utf-8")
    return str(path)


def test_a_search_is_screened_and_the_second_time_makes_no_call(
    rt: Runtime, alice: Actor, stub: OpenAIStub, sourcingx: CommandLine, job: str
) -> None:
    search = add_search(rt, alice, 8, "Data engineers")
    done = sourcingx.json("screen", "Data engineers", "--job", job)
    assert (done["search"], done["state"], done["people"], done["screened"]) == (search, "done", 8, 8)
    assert (done["failed"], done["reused"], done["calls"], done["rubric"]) == (0, 0, 8, 1)
    assert "Python" in done["criteria"]
    assert stub.requests.total == 9
    assert value(rt, "SELECT count(*) FROM candidates WHERE score IS NOT NULL") == 8
    again = sourcingx.json("screen", search, "--job", job)
    assert (again["screened"], again["reused"], again["calls"], again["rubric"]) == (8, 8, 0, 1)
    assert stub.requests.total == 9


def test_by_batches_at_half_the_price_and_again_for_the_answers(
    rt: Runtime, alice: Actor, stub: OpenAIStub, sourcingx: CommandLine, job: str
) -> None:
    search = add_search(rt, alice, 8)
    stub.batches.hold = True
    asked = ("screen", search, "--job", job, "--batch")
    code, out, err = sourcingx(*asked)
    assert (code, err) == (0, "")
    assert "state: paused" in out and "sent: 8" in out
    assert "within 24 hours" in out and "the same command again" in out
    # Nothing is answered yet: it still is with the vendor, and nobody is handed over twice.
    waiting = sourcingx.json(*asked)
    assert (waiting["state"], waiting["sent"], waiting["screened"], len(stub.batches.made)) == ("paused", 8, 0, 1)
    stub.batches.hold = False
    done = sourcingx.json(*asked)
    assert (done["run"], done["state"], done["screened"], done["sent"]) == (waiting["run"], "done", 8, 0)
    assert (len(stub.batches.made), value(rt, "SELECT count(*) FROM runs WHERE kind = 'screen'")) == (1, 1)
    again = sourcingx.json(*asked)
    assert (again["state"], again["reused"], again["calls"], len(stub.batches.made)) == ("done", 8, 0, 1)


def test_a_budget_pauses_it_and_the_reason_is_told(
    rt: Runtime, alice: Actor, stub: OpenAIStub, sourcingx: CommandLine, job: str
) -> None:
    search = add_search(rt, alice, 8)
    code, out, err = sourcingx("screen", search, "--job", job, "--budget", "0.0003")
    assert (code, "state: paused" in out, "budget of $0.0003 is used up" in err) == (1, True, True)
    assert stub.requests.total < 9
    code, out, err = sourcingx("screen", search, "--job", job, "--budget", "much")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_only_the_shortlist_when_asked_for(rt: Runtime, alice: Actor, sourcingx: CommandLine, job: str) -> None:
    search = add_search(rt, alice, 8)
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET stage = 'shortlisted' WHERE id = (SELECT min(id) FROM candidates)")
    assert sourcingx.json("screen", search, "--job", job, "--status", "shortlisted")["people"] == 1


def test_an_account_without_credit_pauses_the_run_and_exits_1(
    rt: Runtime, alice: Actor, stub: OpenAIStub, sourcingx: CommandLine, job: str
) -> None:
    search = add_search(rt, alice, 3)
    stub.then("ok")
    stub.mode = "quota"
    code, out, err = sourcingx("screen", search, "--job", job)
    assert code == 1
    assert "state: paused" in out and "no credit left" in err
    # A paused screening is not started beside itself.
    code, _, err = sourcingx("screen", search, "--job", job)
    assert (code, "has not ended" in err) == (2, True)


def test_a_proposal_that_fails_exits_1_with_its_reason(
    rt: Runtime, alice: Actor, stub: OpenAIStub, sourcingx: CommandLine, job: str
) -> None:
    search = add_search(rt, alice, 3)
    stub.mode = "refusal"
    code, out, err = sourcingx("screen", search, "--job", job)
    assert (code, out) == (1, "")
    assert "declined" in err
    assert rows(rt, "SELECT kind FROM runs") == [{"kind": "propose"}]


def test_what_cannot_be_taken_is_one_line_and_starts_nothing(
    rt: Runtime, alice: Actor, bob: Actor, sourcingx: CommandLine, job: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    search = add_search(rt, alice, 1)
    add_search(rt, alice, 1, "Twice")
    add_search(rt, alice, 1, "Twice")
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary.txt"
    empty.write_text(" \n")
    binary.write_bytes(b"\xff\xfe\x00j")

    def refused(*argv: str) -> str:
        code, out, err = sourcingx("screen", *argv)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        return err

    assert "no search with this title" in refused("Nobody", "--job", job)
    assert "Several searches" in refused("Twice", "--job", job)
    assert "cannot be read" in refused(search, "--job", str(tmp_path / "missing.txt"))
    assert "holds no text" in refused(search, "--job", str(empty))
    assert "not text in UTF-8" in refused(search, "--job", str(binary))
    assert "no active user" in refused(search, "--job", job, "--user", "nobody@example.com")
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private'")
    assert "no search with this title" in refused(search, "--job", job, "--user", "bob@example.com")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert "OPENAI_API_KEY" in refused(search, "--job", job, "--user", "alice@example.com")
    assert rows(rt, "SELECT id FROM runs") == []


def test_a_screening_under_way_is_not_started_beside(
    rt: Runtime, alice: Actor, sourcingx: CommandLine, job: str
) -> None:
    search = add_search(rt, alice, 1)
    start(rt, alice, search)
    code, _, err = sourcingx("screen", search, "--job", job)
    assert (code, "has not ended" in err) == (2, True)
