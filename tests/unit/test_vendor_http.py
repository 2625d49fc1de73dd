"""Asking a vendor: what an answer is, and what each way of not getting one is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx2
import pytest

from services.vendors.http import Answer, VendorHttp, failure
from services.vendors.vendor_errors import (
    BadKey,
    NotSetUp,
    NotUnderstood,
    RateLimited,
    Rejected,
    ServerFault,
    Unanswered,
    Unreachable,
    VendorError,
)

KEY = "canary-key-123456"


def asked(handler: Callable[[httpx2.Request], httpx2.Response], timeout_s: float = 30) -> Answer:
    transport = httpx2.MockTransport(handler)
    headers = {"Authorization": f"Bearer {KEY}"}
    with VendorHttp("Acme", "https://acme.example/v1", headers, timeout_s=timeout_s, transport=transport) as http:
        return http.ask("POST", "/things/", params={"url": "https://x.example/a b"}, body={"a": 1})


def test_a_request_goes_below_the_base_url_with_the_key() -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=[1], headers={"X-Left": "3"})

    answer = asked(handler)
    assert (answer.status, answer.body, answer.headers["x-left"]) == (200, [1], "3")
    assert str(seen[0].url).startswith("https://acme.example/v1/things/?url=https%3A%2F%2Fx.example%2Fa")
    assert seen[0].headers["authorization"] == f"Bearer {KEY}" and seen[0].content == b'{"a":1}'


@pytest.mark.parametrize("status", [204, 301, 404, 500])
def test_a_status_is_an_answer_and_no_redirect_is_followed(status: int) -> None:
    answer = asked(lambda _: httpx2.Response(status, headers={"location": "https://elsewhere.example/"}))
    assert (answer.status, answer.body) == (status, None)


def test_an_error_page_is_an_answer_without_a_body() -> None:
    assert asked(lambda _: httpx2.Response(502, text="<html>A proxy</html>")).body is None


def test_a_good_status_without_json_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        asked(lambda _: httpx2.Response(200, text="<html>A proxy</html>"))


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (httpx2.ConnectError, Unreachable),
        (httpx2.ConnectTimeout, Unreachable),
        (httpx2.ReadTimeout, Unanswered),
        (httpx2.ReadError, Unanswered),
        (httpx2.RemoteProtocolError, Unanswered),
        (httpx2.LocalProtocolError, NotSetUp),
    ],
)
def test_a_call_that_was_never_sent_is_told_from_one_that_perhaps_was(
    error: type[httpx2.RequestError], cause: type[VendorError]
) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise error(f"about {KEY}", request=request)

    with pytest.raises(VendorError) as caught:
        asked(handler)
    assert type(caught.value) is cause
    assert caught.value.made is (cause is Unanswered)
    assert KEY not in str(caught.value)


def test_a_server_that_drips_bytes_is_cut_off_at_the_deadline() -> None:
    def drip() -> Iterator[bytes]:
        while True:
            yield b" "

    with pytest.raises(Unanswered):
        asked(lambda _: httpx2.Response(200, content=drip()), timeout_s=0.05)


@pytest.mark.parametrize("base_url", ["", "acme.example", "ftp://acme.example", "https://"])
def test_an_address_that_is_none_is_not_set_up(base_url: str) -> None:
    with pytest.raises(NotSetUp) as caught:
        VendorHttp("Acme", base_url, {"Authorization": KEY})
    assert KEY not in str(caught.value)


def test_a_key_that_no_header_can_hold_is_not_set_up_and_not_shown() -> None:
    with pytest.raises(NotSetUp) as caught:
        VendorHttp("Acme", "https://acme.example", {"Authorization": "clé"})
    assert "clé" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "cause"),
    [(400, Rejected), (401, BadKey), (403, BadKey), (404, Rejected), (408, Unanswered), (422, Rejected),
     (429, RateLimited), (500, ServerFault), (503, ServerFault)],
)  # fmt: skip
def test_a_status_has_a_cause(status: int, cause: type[VendorError]) -> None:
    error = failure("Acme", Answer(status, {"retry-after": "7"}, {"error": KEY}))
    assert type(error) is cause and KEY not in str(error) and "Acme" in str(error)
    assert error.retry_after == (7.0 if status in (429, 500, 503) else None)
