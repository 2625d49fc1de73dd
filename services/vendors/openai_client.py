"""Asks a model over the Responses API or, for servers without it, chat completions.

The only module that imports openai; the job worker alone uses it. It never retries: the scheduler
does, by each error's `retryable` and `retry_after`. What comes back is either a whole, checked
answer or one of these (openai_errors.py); no failure looks like a verdict or a score:

ModelError
├── RateLimited, Truncated, InvalidAnswer, ServerFault, TimedOut     retryable
└── QuotaExhausted, Refused, BadKey, RequestRejected                 final

The answer is parsed here and not by the library's parse(), which loses the usage of a refused,
truncated or invalid answer. Nothing is logged: not the key, not the prompt, not the answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self, TypeVar

import httpx2
import openai
from pydantic import ValidationError

from services.prompts import JudgePrompt, build_propose_prompt
from services.vendors.openai_answers import (
    Answer,
    CriterionVerdict,
    Judgement,
    ProposedCriteria,
    ProposedCriterion,
    as_mapping,
    as_word,
    read_chat,
    read_responses,
    read_usage,
)
from services.vendors.openai_errors import (
    BadKey,
    InvalidAnswer,
    ModelError,
    QuotaExhausted,
    RateHeaders,
    RateLimited,
    Refused,
    RequestRejected,
    ServerFault,
    TimedOut,
    Truncated,
    Usage,
    failure,
    rate_headers,
)

__all__ = [
    "BadKey",
    "CriterionVerdict",
    "InvalidAnswer",
    "Judgement",
    "ModelClient",
    "ModelError",
    "ProposedCriterion",
    "QuotaExhausted",
    "RateHeaders",
    "RateLimited",
    "Refused",
    "RequestRejected",
    "ServerFault",
    "TimedOut",
    "Truncated",
    "Usage",
]

# Room for a reasoning model's hidden tokens; a runaway answer ends here and is Truncated.
MAX_OUTPUT_TOKENS = 8192

AnswerT = TypeVar("AnswerT", bound=Answer)


class ModelClient:
    """One connection pool to one model. Belongs to one event loop; close it with `aclose`.

    api is "responses" or "chat". timeout is for the whole call, in seconds. http_client replaces
    the transport.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        api: str,
        model: str,
        timeout: float = 60,
        *,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        if api not in ("responses", "chat"):
            raise ValueError(f"api is responses or chat, not {api!r}")
        self.api = api
        self.model = model
        self.timeout = timeout
        self._openai = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key, timeout=timeout, max_retries=0, http_client=http_client
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._openai.close()

    async def propose_criteria(self, job_description: str) -> tuple[list[ProposedCriterion], Usage]:
        """Criteria for a job, the most decisive first. Raises ModelError."""
        system, user = build_propose_prompt(job_description)
        answer, usage, _ = await self._ask(system, user, ProposedCriteria, cache_key=None)
        return answer.criteria, usage

    async def judge(self, prompt: JudgePrompt) -> tuple[Judgement, Usage, RateHeaders]:
        """One verdict for each of the prompt's criteria, in its order. Raises ModelError."""
        answer, usage, headers = await self._ask(prompt.system, prompt.user, Judgement, prompt.cache_key)
        by_key = {verdict.criterion: verdict for verdict in answer.verdicts}
        if len(answer.verdicts) != len(prompt.criteria) or set(by_key) != set(prompt.criteria):
            raise InvalidAnswer("It does not judge each criterion once.", usage=usage, headers=headers)
        return Judgement(verdicts=[by_key[key] for key in prompt.criteria]), usage, headers

    async def _ask(
        self, system: str, user: str, answer: type[AnswerT], cache_key: str | None
    ) -> tuple[AnswerT, Usage, RateHeaders]:
        status, headers, body = await self._send(system, user, answer, cache_key)
        if status >= 400:
            error = as_mapping(as_mapping(body).get("error"))
            raise failure(status, as_word(error.get("code")), as_word(error.get("type")), headers)
        rates = rate_headers(headers)
        usage = read_usage(body)
        text, cause = read_responses(body) if self.api == "responses" else read_chat(body)
        if cause is not None:
            raise cause(usage=usage, headers=rates)
        try:
            return answer.model_validate_json(text or ""), usage, rates
        except ValidationError as error:
            # What kind of fault, never the text: that may quote the profile.
            faults = ", ".join(sorted({one["type"] for one in error.errors()}))
        raise InvalidAnswer(f"({faults})", usage=usage, headers=rates)

    async def _send(
        self, system: str, user: str, answer: type[Answer], cache_key: str | None
    ) -> tuple[int, Mapping[str, str], object]:
        """(status, headers, decoded body or None). Raises TimedOut and ServerFault."""
        try:
            # The library's timeout is for each read; a server that drips bytes would pass it.
            async with asyncio.timeout(self.timeout):
                raw = await self._create(system, user, answer, cache_key)
                return raw.status_code, raw.headers, _decoded(raw.content)
        except openai.APIStatusError as error:
            return error.status_code, error.response.headers, {"error": error.body}
        except (openai.APITimeoutError, TimeoutError):
            lost: ModelError = TimedOut(f"({self.timeout:g} s)")
        except openai.APIConnectionError:
            lost = ServerFault("(no connection)")
        # Raised out here so that it does not drag the request along, which holds key and profile.
        raise lost

    async def _create(self, system: str, user: str, answer: type[Answer], cache_key: str | None) -> Any:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        schema = {"name": answer.__name__, "strict": True, "schema": answer.model_json_schema()}
        # The library's overloads cannot follow dictionaries that are built here.
        client: Any = self._openai
        if self.api == "chat":
            # No option beyond the common ones: compatible servers refuse what they don't know.
            return await client.chat.completions.with_raw_response.create(
                model=self.model,
                messages=messages,
                response_format={"type": "json_schema", "json_schema": schema},
            )
        return await client.responses.with_raw_response.create(
            model=self.model,
            input=messages,
            text={"format": {"type": "json_schema", **schema}},
            max_output_tokens=MAX_OUTPUT_TOKENS,
            prompt_cache_key=cache_key or openai.omit,
            # The vendor keeps responses for 30 days unless told not to.
            store=False,
        )


def _decoded(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None
