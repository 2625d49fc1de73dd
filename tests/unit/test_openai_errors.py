"""Each failure status becomes the error that tells the scheduler what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from services.vendors.openai_errors import (
    BadKey,
    ModelError,
    QuotaExhausted,
    RateHeaders,
    RateLimited,
    Refused,
    RequestRejected,
    ServerFault,
    TimedOut,
    failure,
    parse_duration,
    rate_headers,
    retry_after,
)


@pytest.mark.parametrize(
    ("status", "code", "kind", "error", "retryable"),
    [
        (429, "rate_limit_exceeded", "requests", RateLimited, True),
        (429, None, None, RateLimited, True),
        (429, "insufficient_quota", "insufficient_quota", QuotaExhausted, False),
        (429, None, "insufficient_quota", QuotaExhausted, False),
        (429, "billing_hard_limit_reached", None, QuotaExhausted, False),
        (402, None, None, QuotaExhausted, False),
        (401, "invalid_api_key", "invalid_request_error", BadKey, False),
        (403, None, None, BadKey, False),
        (400, "context_length_exceeded", None, RequestRejected, False),
        (400, "content_filter", None, Refused, False),
        (404, "model_not_found", None, RequestRejected, False),
        (408, None, None, TimedOut, True),
        (409, None, None, ServerFault, True),
        (500, None, "server_error", ServerFault, True),
        (503, None, None, ServerFault, True),
    ],
)
def test_a_status_becomes_this_error(
    status: int, code: str | None, kind: str | None, error: type[ModelError], retryable: bool
) -> None:
    raised = failure(status, code, kind, {"x-request-id": "req_1"})
    assert type(raised) is error
    assert raised.retryable is retryable
    assert raised.headers.request_id == "req_1"
    assert str(status) in raised.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "1"}, 1),
        ({"retry-after": "121"}, 121),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "-5"}, None),
        ({"retry-after-ms": "-5", "retry-after": "2"}, 2),
        ({"retry-after": "Wed, 21 Oct 99999 07:28:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
    assert failure(429, None, None, headers).retry_after == seconds


def test_a_date_to_wait_until_is_read() -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    assert retry_after({"retry-after": format_datetime(until, usegmt=True)}) == pytest.approx(90, abs=5)


def test_without_retry_after_the_wait_is_that_of_the_limit_that_is_used_up() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "3",
        "x-ratelimit-reset-requests": "9s",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    assert failure(429, None, None, headers).retry_after == 360


def test_an_exhausted_quota_names_no_time_to_wait() -> None:
    assert failure(429, "insufficient_quota", None, {"retry-after": "1"}).retry_after is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6m0s", 360), ("1h2m3s", 3723), ("120ms", 0.12), ("0.5s", 0.5), ("7", 7), ("", None), (None, None), ("1x", None),
     ("6m 0s", None), ("s", None)],
)  # fmt: skip
def test_reset_times_are_read(text: str | None, seconds: float | None) -> None:
    assert parse_duration(text) == (None if seconds is None else pytest.approx(seconds))


def test_rate_headers_are_read_and_what_is_unreadable_is_absent() -> None:
    assert rate_headers({}) == RateHeaders()
    read = rate_headers({"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-tokens": "many"})
    assert (read.limit_requests, read.remaining_tokens) == (500, None)
