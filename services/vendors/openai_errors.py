"""What can go wrong with a model call, named by cause, and what the answer's headers say.

Imports nothing of openai, so any process may name these errors.

ModelError             message is for people; no key, no profile text, no answer text in it
├── RateLimited        retryable   429; retry_after in seconds where the server says
├── QuotaExhausted     final       the account has no credit left: retrying cannot help
├── Refused            final       the model or its content filter declined
├── Truncated          retryable   the answer was cut at its length limit
├── InvalidAnswer      retryable   not the JSON asked for, out of range, or a criterion is missing
├── ServerFault        retryable   5xx, 409, or no connection
│   └── AnswerLost     retryable   the connection broke after the request had been sent
├── TimedOut           retryable   no whole answer within the timeout
├── BadKey             final       401 or 403
├── NoBatches          final       the server has no Batch API
├── BatchGone          final       the vendor does not know a batch or its file any more
└── RequestRejected    final       400, 404, 413, 422: unknown model, input too long
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from services.errors import ProductError


@dataclass(frozen=True)
class Usage:
    """Tokens of one call, as billed. cached_tokens are part of input_tokens. batch: by the Batch API, at half price."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    batch: bool = False


@dataclass(frozen=True)
class RateHeaders:
    """The x-ratelimit-* headers; None where the server does not send one. Resets in seconds."""

    limit_requests: int | None = None
    limit_tokens: int | None = None
    remaining_requests: int | None = None
    remaining_tokens: int | None = None
    reset_requests: float | None = None
    reset_tokens: float | None = None
    request_id: str | None = None


class ModelError(ProductError):
    """Base. `reason` is a stable word for rows and counters.

    `usage` is what the failed call was billed, where the server said: failures cost money too.
    `may_be_billed`: the request was sent and no answer came, so that nobody here knows.
    """

    reason = "failed"
    retryable = False
    status = 503
    said = "The model could not be asked: try again in a moment."

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: float | None = None,
        usage: Usage | None = None,
        headers: RateHeaders | None = None,
        may_be_billed: bool = False,
    ) -> None:
        super().__init__(f"{self.said} {detail}".strip())
        self.retry_after = retry_after
        self.usage = usage or Usage()
        self.headers = headers or RateHeaders()
        self.may_be_billed = may_be_billed

    def billed(self, expected: Usage) -> Usage:
        """What to count the call as: where nobody knows what it was billed, what was expected of it."""
        return expected if self.may_be_billed else self.usage


class RateLimited(ModelError):
    reason, retryable, status = "rate_limited", True, 429
    said = "The model's rate limit is reached; the call is made again later."


class QuotaExhausted(ModelError):
    reason, retryable, status = "quota_exhausted", False, 429
    said = "The OpenAI account has no credit left: add credit, then start the run again."


class Refused(ModelError):
    reason, retryable = "refused", False
    said = "The model declined to answer: change what it is asked about, or decide yourself."


class Truncated(ModelError):
    reason, retryable = "truncated", True
    said = "The model's answer was cut off: ask again, about less at a time."


class InvalidAnswer(ModelError):
    reason, retryable = "invalid_answer", True
    said = "The model's answer was not usable: ask again; if it stays so, an admin looks at OPENAI_MODEL."


class ServerFault(ModelError):
    reason, retryable = "server_fault", True
    said = "The model's server failed or could not be reached: try again in a moment."


class AnswerLost(ServerFault):
    reason = "answer_lost"


class TimedOut(ModelError):
    reason, retryable = "timed_out", True
    said = "The model did not answer in time: try again in a moment."


class BadKey(ModelError):
    reason, retryable = "bad_key", False
    said = "The model's server does not accept the key: check OPENAI_API_KEY."


class RequestRejected(ModelError):
    reason, retryable = "request_rejected", False
    said = "The model's server rejects the request: check OPENAI_MODEL, OPENAI_API and OPENAI_BASE_URL."


class NoBatches(ModelError):
    reason = "no_batches"
    said = "The model's server has no Batch API: screen now instead of tonight."


class BatchGone(ModelError):
    reason = "batch_gone"
    said = "The vendor does not know this batch any more: go on with the screening, which asks about them anew."


# Codes and types seen in the bodies of a 429 (or 402) that waiting does not cure.
_NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_credits"}
# Codes by which a server says that it will not answer this prompt.
DECLINED = {"content_filter", "content_policy_violation", "invalid_prompt"}


def failure(status: int, code: str | None, kind: str | None, headers: Mapping[str, str]) -> ModelError:
    """The error for a response with a failure status. code and kind are those of the body's error."""
    rates = rate_headers(headers)
    wait = retry_after(headers)
    cause: type[ModelError]
    if status == 402 or {code, kind} & _NO_CREDIT:
        cause, wait = QuotaExhausted, None
    elif status == 429:
        cause = RateLimited
        wait = wait if wait is not None else _until_room(rates)
    elif status in (401, 403):
        cause = BadKey
    elif status == 408:
        cause = TimedOut
    elif status >= 500 or status == 409:
        cause = ServerFault
    elif code in DECLINED:
        cause = Refused
    else:
        cause = RequestRejected
    return cause(f"(HTTP {status})", retry_after=wait, headers=rates)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, of retry-after-ms or of retry-after as seconds or as an HTTP date; ≥ 0.

    What is none of these, or less than 0, counts as not said. How long anyone waits is not decided here.
    """
    if (wait := _number(headers.get("retry-after-ms"))) is not None and wait >= 0:
        return wait / 1000
    raw = headers.get("retry-after")
    if (wait := _number(raw)) is not None:
        return wait if wait >= 0 else None
    try:
        until = parsedate_to_datetime(raw or "")
    except (ValueError, OverflowError):
        return None
    # "-0000" gives a time without a zone, which is UTC by the mail standard.
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def rate_headers(headers: Mapping[str, str]) -> RateHeaders:
    """Read the limits of any response; a header that cannot be read counts as absent."""

    def count(name: str) -> int | None:
        value = _number(headers.get(f"x-ratelimit-{name}"))
        return None if value is None else int(value)

    return RateHeaders(
        limit_requests=count("limit-requests"),
        limit_tokens=count("limit-tokens"),
        remaining_requests=count("remaining-requests"),
        remaining_tokens=count("remaining-tokens"),
        reset_requests=parse_duration(headers.get("x-ratelimit-reset-requests")),
        reset_tokens=parse_duration(headers.get("x-ratelimit-reset-tokens")),
        request_id=headers.get("x-request-id"),
    )


def parse_duration(text: str | None) -> float | None:
    """Seconds of "6m0s", "1h2m", "120ms", "0.5s" or a bare number of seconds; None for else."""
    if (bare := _number(text)) is not None:
        return bare
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", text or "")
    if not text or "".join(number + unit for number, unit in parts) != text.strip():
        return None
    return sum(float(number) * {"h": 3600, "m": 60, "s": 1, "ms": 0.001}[unit] for number, unit in parts)


def _number(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"\s*-?\d{1,15}(\.\d+)?\s*", text) else None


def _until_room(rates: RateHeaders) -> float | None:
    waits = [
        reset
        for left, reset in (
            (rates.remaining_requests, rates.reset_requests),
            (rates.remaining_tokens, rates.reset_tokens),
        )
        if left == 0 and reset is not None
    ]
    return max(waits, default=None)
