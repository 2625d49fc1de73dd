"""Asks a model over the Responses API or, for servers without it, chat completions.

With openai_batches the only module that imports openai; the job worker alone uses it. It never retries: the scheduler
does, by each error's `retryable` and `retry_after`. What comes back is either a whole, checked
answer or one of these (openai_errors.py); no failure looks like a verdict or a score:

ModelError
├── RateLimited, Truncated, InvalidAnswer, ServerFault, TimedOut     retryable
└── QuotaExhausted, Refused, BadKey, RequestRejected                 final

Where the request was sent and no answer came, `may_be_billed` says so.

The answer is parsed here and not by the library's parse(), which loses the usage of a refused,
truncated or invalid answer. Nothing is logged: not the key, not the prompt, not the answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self

import httpx2
import openai

from services.screening.prompts import JudgePrompt, build_propose_prompt
from services.vendors.openai_answers import CriterionVerdict, Judgement, ProposedCriteria, ProposedCriterion
from services.vendors.openai_errors import (
    AnswerLost,
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
    rate_headers,
)
from services.vendors.openai_exchange import read_answer, read_judgement, request_body

__all__ = [
    "AnswerLost",
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


# Of the transport: the request was never on its way.
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


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
        # By itself the library follows a redirect, and profiles would go to wherever it leads.
        stays = http_client or openai.DefaultAsyncHttpxClient(follow_redirects=False)
        self._openai = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key, timeout=timeout, max_retries=0, http_client=stays
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
        status, headers, body = await self._send(request_body(self.api, self.model, system, user, ProposedCriteria))
        answer, usage = read_answer(self.api, status, headers, body, ProposedCriteria)
        return answer.criteria, usage

    async def judge(self, prompt: JudgePrompt) -> tuple[Judgement, Usage, RateHeaders]:
        """One verdict for each of the prompt's criteria, in its order. Raises ModelError."""
        status, headers, body = await self._send(
            request_body(self.api, self.model, prompt.system, prompt.user, Judgement, prompt.cache_key)
        )
        judgement, usage = read_judgement(self.api, status, headers, body, prompt)
        return judgement, usage, rate_headers(headers)

    async def _send(self, request: Mapping[str, Any]) -> tuple[int, Mapping[str, str], object]:
        """(status, headers, decoded body or None). Raises TimedOut, ServerFault and AnswerLost."""
        # The library's overloads cannot follow a dictionary that is built elsewhere.
        client: Any = self._openai
        api = client.chat.completions if self.api == "chat" else client.responses
        try:
            # The library's timeout is for each read; a server that drips bytes would pass it.
            async with asyncio.timeout(self.timeout):
                raw = await api.with_raw_response.create(**request)
                return raw.status_code, raw.headers, _decoded(raw.content)
        except openai.APIStatusError as error:
            return error.status_code, error.response.headers, {"error": error.body}
        except (openai.APITimeoutError, TimeoutError) as error:
            lost: ModelError = TimedOut(f"({self.timeout:g} s)", may_be_billed=_was_sent(error))
        except openai.APIConnectionError as error:
            lost = AnswerLost("(no answer)", may_be_billed=True) if _was_sent(error) else ServerFault("(no connection)")
        # Raised out here so that it does not drag the request along, which holds key and profile.
        raise lost


def _was_sent(error: BaseException) -> bool:
    """Whether the model may have begun to answer."""
    return not isinstance(error.__cause__, _UNSENT)


def _decoded(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None
