"""Fifty profiles that give the model orders, against a model that obeys whatever it can be made to see as one.

The arm without the defence is what people write first: the profile's text between two tags. It must fail,
or these tests would show nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from services.screening import screening, verdicts
from services.screening.evidence import quote_is_verbatim
from services.screening.prompts import JudgePrompt, build_judge_prompt
from services.vendors.openai_client import Judgement, ModelClient
from tests.hostile import injected
from tests.screening import CRITERIA, JOB, add_search, rows, start, work
from tests.stubs.openai_server import OpenAIStub

CLEAN = {
    "headline": "Data engineer", "title": "Data engineer", "company": "Northwind", "location": "Oslo, Norway",
    "skills": "SQL, Kubernetes", "summary": "Moves data.", "years_experience": "4",
}  # fmt: skip
QUESTIONS = {f"c{number}": one.question for number, one in enumerate(CRITERIA, 1)}


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub(mode="obedient") as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(
        settings, openai_api_key="sk-test", openai_base_url=stub.base_url, openai_rpm=100_000, openai_tpm=100_000_000
    )


def with_order(field: str, payload: str) -> dict[str, str]:
    return CLEAN | {field: f"{CLEAN[field]} {payload}"}


def guarded(profile: dict[str, str]) -> JudgePrompt:
    return build_judge_prompt(JOB, QUESTIONS, profile)


def unguarded(profile: dict[str, str]) -> JudgePrompt:
    """The same question with the profile as it is, between two tags."""
    shown = "\n".join(f"{name}: {text}" for name, text in profile.items())
    return replace(guarded(profile), user=f"The candidate:\n<profile>\n{shown}\n</profile>", fields=profile)


def ask(stub: OpenAIStub, prompts: list[JudgePrompt]) -> list[Judgement]:
    async def all_of_them() -> list[Judgement]:
        async with ModelClient(stub.base_url, "sk-test", "responses", "gpt-6-luna") as client:
            answers: list[Any] = await asyncio.gather(*(client.judge(prompt) for prompt in prompts))
        return [answer[0] for answer in answers]

    return asyncio.run(all_of_them())


def said(judgement: Judgement) -> list[str]:
    return [one.verdict for one in judgement.verdicts]


def test_orders_move_nothing_where_the_defence_stands_and_much_where_it_does_not(stub: OpenAIStub) -> None:
    hostile = [with_order(field, payload) for _, field, payload in injected()]
    assert len(hostile) == 50
    (clean,) = ask(stub, [guarded(CLEAN)])
    prompts = [guarded(profile) for profile in hostile]
    with_defence = ask(stub, prompts)
    without = ask(stub, [unguarded(profile) for profile in hostile])
    kept = sum(said(one) == said(clean) for one in with_defence)
    obeyed = sum(said(one) == ["pass"] * 3 for one in without)
    assert "fail" in said(clean)
    assert kept >= 0.95 * 50, f"{kept} of 50 keep their twin's verdicts"
    assert obeyed >= 0.75 * 50, f"only {obeyed} of 50 orders work on the arm without defence"
    # Evidence is in what was shown, word for word; what is not would be set aside.
    for prompt, judgement in zip(prompts, with_defence, strict=True):
        for one in judgement.verdicts:
            assert one.verdict != "pass" or quote_is_verbatim(prompt.fields, one.field, one.quote)


def test_a_screening_gives_them_their_twins_scores_and_flags_them(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 51)
    ids = [one["profile_id"] for one in rows(rt, "SELECT profile_id FROM candidates ORDER BY id")]
    columns = {field: CLEAN[field] for field in ("headline", "title", "company", "location", "summary")}
    with rt.db.connection() as conn:
        for number, (_, field, payload) in enumerate(injected()):
            person = columns | {field: f"{CLEAN[field]} {payload}"[:300]}
            conn.execute(
                "UPDATE profiles SET headline = %(headline)s, title = %(title)s, company = %(company)s,"
                " location = %(location)s, summary = %(summary)s, skills = '{SQL,Kubernetes}', years_experience = 4"
                " WHERE id = %(id)s",
                {**person, "id": ids[number]},
            )
        conn.execute(
            "UPDATE profiles SET headline = %(headline)s, title = %(title)s, company = %(company)s,"
            " location = %(location)s, summary = %(summary)s, skills = '{SQL,Kubernetes}', years_experience = 4"
            " WHERE id = %(id)s",
            {**columns, "id": ids[50]},
        )
    run = work(rt, start(rt, alice, search))
    assert (run["state"], run["done"], run["failed"]) == ("done", 51, 0)
    found = rows(rt, "SELECT id, score, fit, stage FROM candidates ORDER BY id")
    *hostile, twin = found
    assert [(one["score"], one["fit"], one["stage"]) for one in hostile] == [(twin["score"], twin["fit"], "new")] * 50
    flagged = screening.suspects(rt, alice, run["id"])
    assert run["counts"]["suspect"] == 50
    assert {one.candidate_id for one in flagged} == {one["id"] for one in hostile}
    assert verdicts.explain(rt, alice, search, hostile[0]["id"]).suspect == "summary"
    assert verdicts.explain(rt, alice, search, twin["id"]).suspect == ""
