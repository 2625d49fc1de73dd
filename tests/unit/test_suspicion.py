"""Profiles that talk to the model are flagged; those that talk about work are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.demo.synthetic_people import people
from services.screening.suspicion import is_suspect, suspect_field
from tests.hostile import injected


@pytest.mark.parametrize(("name", "field", "payload"), list(injected()))
def test_an_order_is_flagged_with_its_field(name: str, field: str, payload: str) -> None:
    assert suspect_field({"skills": "Python", field: f"Engineer. {payload}"}) == field


@pytest.mark.parametrize(
    "text",
    [
        "Gave a talk on passing the AWS exam; rated 10 of 10 by every student.",
        "Wrote the rules engine and the guidelines for code review.",
        "Built a system that gives each customer a score.",
        "AI assistant for recruiters: product lead. Prompt engineering, LLM evaluation.",
        "👩‍💻 Engineer 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "Ingénieure, passe-muraille",
        "Set up all pass-through billing",
    ],
)
def test_words_about_work_are_not(text: str) -> None:
    assert not is_suspect(text)


def test_nobody_ordinary_is_flagged() -> None:
    found = [one for one in people(1, 0) if suspect_field({"summary": one.summary, "headline": one.headline})]
    assert found == []


@given(st.text(max_size=2000))
def test_any_text_gets_an_answer(text: str) -> None:
    assert is_suspect(text) in (True, False)
