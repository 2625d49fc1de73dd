"""Reading the bodies of both APIs: whole answers, cut ones, and what is no answer at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.vendors.openai_answers import (
    Judgement,
    ProposedCriteria,
    ProposedCriterion,
    read_chat,
    read_responses,
    read_usage,
)
from services.vendors.openai_errors import RateLimited, Refused, ServerFault, Truncated, Usage


def message(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "message", "content": list(parts), **more}


TEXT = {"type": "output_text", "text": "{}"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"status": "completed", "output": [message(TEXT)]}, ("{}", None)),
        ({"output": [{"type": "reasoning", "content": None}, message(TEXT)]}, ("{}", None)),
        ({"output": [message({"type": "output_text", "text": "hm"}, phase="commentary"), message(TEXT)]}, ("{}", None)),
        ({"output": [message({"type": "refusal", "refusal": "no"})]}, (None, Refused)),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, (None, Truncated)),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, (None, Refused)),
        ({"status": "failed", "error": {"code": "rate_limit_exceeded"}}, (None, RateLimited)),
        ({"status": "failed", "error": {"code": "invalid_prompt"}}, (None, Refused)),
        ({"status": "failed", "error": None}, (None, ServerFault)),
        ({"status": "in_progress"}, (None, ServerFault)),
        (None, ("", None)),
        ("<html>", ("", None)),
    ],
)
def test_a_responses_body_is_read(body: object, expected: object) -> None:
    assert read_responses(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}, ("{}", None)),
        ({"choices": [{"message": {"content": "{"}, "finish_reason": "length"}]}, (None, Truncated)),
        ({"choices": [{"message": {"content": None, "refusal": "no"}}]}, (None, Refused)),
        ({"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}, (None, Refused)),
        ({"choices": []}, (None, None)),
        (None, (None, None)),
    ],
)
def test_a_chat_body_is_read(body: object, expected: object) -> None:
    assert read_chat(body) == expected


def test_usage_is_read_of_both_apis() -> None:
    responses = {"input_tokens": 9, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 4}}
    chat = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
    assert read_usage({"usage": responses}) == read_usage({"usage": chat}) == Usage(9, 4, 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["output", "content", "type", "status", "choices", "message", "usage", "text", "error"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_body_of_a_strange_server_raises(body: object) -> None:
    read_responses(body)
    read_chat(body)
    read_usage(body)


def test_the_schemas_are_closed_and_tell_nothing_of_the_code() -> None:
    for model in (Judgement, ProposedCriteria):
        schema = model.model_json_schema()
        for part in (schema, *schema["$defs"].values()):
            assert part["additionalProperties"] is False
            assert sorted(part["required"]) == sorted(part["properties"])
            assert "description" not in part


GOOD = {"title": "Python", "question": "Experience with Python?", "kind": "must", "weight": 3}


@pytest.mark.parametrize(
    "change",
    [{"weight": 0}, {"weight": 6}, {"kind": "nice"}, {"title": " "}, {"question": "x" * 301}, {"score": 9}],
)
def test_a_criterion_out_of_range_is_rejected(change: dict[str, Any]) -> None:
    assert ProposedCriterion.model_validate(GOOD).weight == 3
    with pytest.raises(ValidationError):
        ProposedCriterion.model_validate({**GOOD, **change})


@pytest.mark.parametrize("count", [0, 13])
def test_no_criteria_and_too_many_are_rejected(count: int) -> None:
    with pytest.raises(ValidationError):
        ProposedCriteria.model_validate({"criteria": [GOOD] * count})
