"""One question to the model and its answer, in the form of either API: for calls and for batches alike. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from services.screening.prompts import JudgePrompt
from services.vendors.openai_answers import (
    Answer,
    Judgement,
    as_mapping,
    as_word,
    read_chat,
    read_responses,
    read_usage,
)
from services.vendors.openai_errors import InvalidAnswer, Usage, failure, rate_headers

# Room for a reasoning model's hidden tokens; a runaway answer ends here and is Truncated.
MAX_OUTPUT_TOKENS = 8192
PATHS = {"responses": "/v1/responses", "chat": "/v1/chat/completions"}

AnswerT = TypeVar("AnswerT", bound=Answer)


def request_body(
    api: str, model: str, system: str, user: str, answer: type[Answer], cache_key: str | None = None
) -> dict[str, Any]:
    """What is sent to ask for an answer of this shape. api: "responses" or "chat"."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    schema = {"name": answer.__name__, "strict": True, "schema": answer.model_json_schema()}
    if api == "chat":
        # No option beyond the common ones: compatible servers refuse what they don't know.
        return {
            "model": model,
            "messages": messages,
            "response_format": {"type": "json_schema", "json_schema": schema},
        }
    return {
        "model": model,
        "input": messages,
        "text": {"format": {"type": "json_schema", **schema}},
        "max_output_tokens": MAX_OUTPUT_TOKENS,
        # The vendor keeps responses for 30 days unless told not to.
        "store": False,
        **({"prompt_cache_key": cache_key} if cache_key else {}),
    }


def read_answer(
    api: str, status: int, headers: Mapping[str, str], body: object, answer: type[AnswerT]
) -> tuple[AnswerT, Usage]:
    """A response with its HTTP status and decoded body (None: not JSON). Raises ModelError."""
    # Redirects are not followed, and are no answer.
    if status >= 300:
        error = as_mapping(as_mapping(body).get("error"))
        raise failure(status, as_word(error.get("code")), as_word(error.get("type")), headers)
    rates, usage = rate_headers(headers), read_usage(body)
    text, cause = read_responses(body) if api == "responses" else read_chat(body)
    if cause is not None:
        raise cause(usage=usage, headers=rates)
    try:
        return answer.model_validate_json(text or ""), usage
    except ValidationError as error:
        # What kind of fault, never the text: that may quote the profile.
        faults = ", ".join(sorted({one["type"] for one in error.errors()}))
    raise InvalidAnswer(f"({faults})", usage=usage, headers=rates)


def read_judgement(
    api: str, status: int, headers: Mapping[str, str], body: object, prompt: JudgePrompt
) -> tuple[Judgement, Usage]:
    """One verdict for each of the prompt's criteria, in its order. Raises ModelError."""
    answer, usage = read_answer(api, status, headers, body, Judgement)
    by_key = {verdict.criterion: verdict for verdict in answer.verdicts}
    if len(answer.verdicts) != len(prompt.criteria) or set(by_key) != set(prompt.criteria):
        said = "It does not judge each criterion once."
        raise InvalidAnswer(said, usage=usage, headers=rate_headers(headers))
    return Judgement(verdicts=[by_key[key] for key in prompt.criteria]), usage
