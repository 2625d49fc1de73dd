"""What a model may answer, and how it is found in the body of either API. Pure.

Every reader takes whatever JSON a server sent: a wrongly shaped body of a server that is not
OpenAI's ends as an unusable answer, never as a KeyError.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from services.vendors.openai_errors import (
    DECLINED,
    ModelError,
    RateLimited,
    Refused,
    ServerFault,
    Truncated,
    Usage,
)

MOST_TOKENS = 100_000_000


class Answer(BaseModel):
    # Limits are checked by validators and not put in the schema: servers differ in what they know.
    # Docstrings are for readers of this file: the model is told what it needs in the prompt.
    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra=lambda schema: schema.pop("description", None)
    )


class ProposedCriterion(Answer):
    """title ≤ 80 and question ≤ 300 characters, weight 1 to 5."""

    title: str
    question: str
    kind: Literal["must", "should", "avoid"]
    weight: int

    @field_validator("title", "question")
    @classmethod
    def _is_a_line(cls, value: str, info: ValidationInfo) -> str:
        value = " ".join(value.split())
        if not 0 < len(value) <= {"title": 80, "question": 300}[info.field_name or ""]:
            raise ValueError("empty or too long")
        return value

    @field_validator("weight")
    @classmethod
    def _is_in_range(cls, value: int) -> int:
        if not 1 <= value <= 5:
            raise ValueError("from 1 to 5")
        return value


class ProposedCriteria(Answer):
    criteria: list[ProposedCriterion]

    @field_validator("criteria")
    @classmethod
    def _are_some(cls, value: list[ProposedCriterion]) -> list[ProposedCriterion]:
        if not 1 <= len(value) <= 12:
            raise ValueError("from 1 to 12 criteria")
        return value


class CriterionVerdict(Answer):
    """`criterion` is a key of the prompt. field and quote are "" where there is no evidence.

    The evidence is as the model gave it: evidence.quote_is_verbatim tells whether it is there.
    """

    criterion: str
    field: str
    quote: str
    verdict: Literal["pass", "fail", "unknown"]


class Judgement(Answer):
    """One verdict for each criterion of the prompt, in the prompt's order."""

    verdicts: list[CriterionVerdict]


def read_responses(body: object) -> tuple[str | None, type[ModelError] | None]:
    """(answer text, None) or (None, what went wrong) of a Responses API body."""
    response = as_mapping(body)
    items = [as_mapping(item) for item in _list(response.get("output"))]
    # Other phases are the model thinking aloud, not its answer.
    final = [item for item in items if item.get("phase") in (None, "final_answer")]
    parts = [as_mapping(part) for item in final for part in _list(item.get("content"))]
    if any(part.get("type") == "refusal" for part in parts):
        return None, Refused
    status = response.get("status", "completed")
    if status == "incomplete":
        filtered = as_mapping(response.get("incomplete_details")).get("reason") == "content_filter"
        return None, Refused if filtered else Truncated
    if status != "completed":
        code = as_word(as_mapping(response.get("error")).get("code"))
        if code in DECLINED:
            return None, Refused
        return None, RateLimited if code == "rate_limit_exceeded" else ServerFault
    return "".join(as_word(part.get("text")) or "" for part in parts if part.get("type") == "output_text"), None


def read_chat(body: object) -> tuple[str | None, type[ModelError] | None]:
    """The same of a chat completion."""
    choices = _list(as_mapping(body).get("choices"))
    choice = as_mapping(choices[0]) if choices else {}
    message = as_mapping(choice.get("message"))
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        return None, Refused
    if choice.get("finish_reason") == "length":
        return None, Truncated
    return as_word(message.get("content")), None


def read_usage(body: object) -> Usage:
    """Tokens billed; the two APIs have their own names for the same counts. 0 where not said."""
    usage = as_mapping(as_mapping(body).get("usage"))
    details = as_mapping(usage.get("input_tokens_details") or usage.get("prompt_tokens_details"))
    return Usage(
        input_tokens=_count(usage.get("input_tokens", usage.get("prompt_tokens"))),
        cached_tokens=_count(details.get("cached_tokens")),
        output_tokens=_count(usage.get("output_tokens", usage.get("completion_tokens"))),
    )


def as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def as_word(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int:
    # Whatever a server says, it has to fit into a row.
    return min(value, MOST_TOKENS) if isinstance(value, int) and value > 0 else 0
