"""What the client sends and what it makes of answers, with a transport that is a function."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from services.screening.prompts import build_judge_prompt
from services.vendors.openai_client import (
    InvalidAnswer,
    Judgement,
    ModelClient,
    ModelError,
    ServerFault,
    TimedOut,
    Usage,
)

PROMPT = build_judge_prompt("Cook in Bern", {"c1": "Cooks?", "c2": "Bern?"}, {"summary": "Canary Parrot cooks"})
KEY = "sk-canary-key"
Handler = Callable[[httpx2.Request], httpx2.Response]


def judge(handler: Handler, api: str = "responses", timeout: float = 5) -> tuple[Judgement, Usage]:
    async def ask() -> tuple[Judgement, Usage]:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(handler))
        async with ModelClient("http://model.test/v1", KEY, api, "m", timeout, http_client=http) as client:
            judgement, usage, _ = await client.judge(PROMPT)
            return judgement, usage

    return asyncio.run(ask())


def verdict(key: str, **change: str) -> dict[str, str]:
    return {"criterion": key, "field": "", "quote": "", "verdict": "unknown"} | change


def answering(answer: object, api: str = "responses") -> Handler:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    body: dict[str, Any] = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    if api == "responses":
        body = {
            "status": "completed",
            "output": [{"type": "message", "content": [{"type": "output_text", "text": text}]}],
        }
    body["usage"] = {"input_tokens": 100, "output_tokens": 7}
    return lambda request: httpx2.Response(200, json=body)


def test_a_responses_request_says_what_it_must() -> None:
    sent: list[dict[str, Any]] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content))
        assert request.url.path == "/v1/responses"
        assert request.headers["authorization"] == f"Bearer {KEY}"
        return answering({"verdicts": [verdict("c1"), verdict("c2")]})(request)

    judge(handler)
    (body,) = sent
    assert body["store"] is False
    assert body["prompt_cache_key"] == PROMPT.cache_key
    assert [message["role"] for message in body["input"]] == ["system", "user"]
    assert body["text"]["format"]["strict"] is True
    assert "temperature" not in body


def test_a_chat_request_holds_nothing_that_a_compatible_server_may_not_know() -> None:
    sent: list[dict[str, Any]] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content))
        assert request.url.path == "/v1/chat/completions"
        return answering({"verdicts": [verdict("c1"), verdict("c2")]}, "chat")(request)

    judge(handler, "chat")
    assert set(sent[0]) == {"model", "messages", "response_format"}


def test_verdicts_come_back_in_the_order_of_the_prompt() -> None:
    judgement, usage = judge(answering({"verdicts": [verdict("c2", verdict="fail"), verdict("c1")]}))
    assert [(one.criterion, one.verdict) for one in judgement.verdicts] == [("c1", "unknown"), ("c2", "fail")]
    assert usage == Usage(100, 0, 7)


@pytest.mark.parametrize(
    "answer",
    [
        {"verdicts": [verdict("c1")]},
        {"verdicts": [verdict("c1"), verdict("c1")]},
        {"verdicts": [verdict("c1"), verdict("c2"), verdict("c2")]},
        {"verdicts": [verdict("c1"), verdict("c3")]},
        {"verdicts": [verdict("c1"), verdict("c2", verdict="Canary")]},
        {"verdicts": [verdict("c1"), verdict("c2", Canary="9")]},
        {"verdicts": []},
        {"score": 9},
        "Canary",
        "",
    ],
)
@pytest.mark.parametrize("api", ["responses", "chat"])
def test_an_answer_that_is_not_whole_is_an_error_that_was_billed(api: str, answer: object) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        judge(answering(answer, api), api)
    assert caught.value.usage.input_tokens == 100
    assert "Canary" not in str(caught.value)


def test_it_never_retries() -> None:
    calls: list[int] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        return httpx2.Response(500, json={"error": {"message": "Canary"}})

    with pytest.raises(ServerFault) as caught:
        judge(handler)
    assert len(calls) == 1
    assert "Canary" not in str(caught.value)


def test_a_lost_connection_is_a_server_fault() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(ServerFault) as caught:
        judge(handler)
    assert (caught.value.reason, caught.value.may_be_billed) == ("server_fault", False)


def test_a_read_timeout_is_timed_out() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("slow", request=request)

    with pytest.raises(TimedOut):
        judge(handler)


@pytest.mark.parametrize(
    ("lost", "reason", "may_be_billed"),
    [
        (httpx2.ReadError, "answer_lost", True),
        (httpx2.WriteError, "answer_lost", True),
        (httpx2.RemoteProtocolError, "answer_lost", True),
        (httpx2.ReadTimeout, "timed_out", True),
        (httpx2.ConnectTimeout, "timed_out", False),
        (httpx2.PoolTimeout, "timed_out", False),
    ],
)
def test_only_what_was_sent_may_be_billed(lost: type[Exception], reason: str, may_be_billed: bool) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise lost("Canary")

    with pytest.raises(ModelError) as caught:
        judge(handler)
    error, expected = caught.value, Usage(900, 0, 100)
    assert (error.reason, error.may_be_billed, error.retryable) == (reason, may_be_billed, True)
    assert error.billed(expected) == (expected if may_be_billed else Usage())


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_a_server_refuses_is_not_billed(status: int) -> None:
    with pytest.raises(ModelError) as caught:
        judge(lambda request: httpx2.Response(status, json={"error": {"message": "no"}}))
    assert caught.value.billed(Usage(900, 0, 100)) == Usage()


def test_an_error_drags_neither_key_nor_profile_along() -> None:
    with pytest.raises(ModelError) as caught:
        judge(lambda request: httpx2.Response(401, json={"error": {"message": f"Incorrect API key {KEY}"}}))
    error = caught.value
    assert KEY not in f"{error!r}{error.__dict__}"
    assert error.__context__ is None and error.__cause__ is None


def test_neither_key_nor_profile_is_logged_even_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    judge(answering({"verdicts": [verdict("c1", quote="Canary Parrot cooks"), verdict("c2")]}))
    with pytest.raises(ServerFault):
        judge(lambda request: httpx2.Response(500, text="Canary Parrot"))
    assert caplog.records
    assert "anary" not in "".join(record.getMessage() for record in caplog.records)


def test_an_api_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="responses or chat"):
        ModelClient("http://model.test/v1", KEY, "assistants", "m")
