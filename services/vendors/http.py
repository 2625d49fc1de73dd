"""The one way to ask a vendor over HTTP: a base URL, a deadline for every call, errors named by cause.

    with VendorHttp("SalesQL", base_url, {"Authorization": f"Bearer {key}"}) as http:
        answer = http.ask("GET", "/allowance")          # raises Unreachable, Unanswered, NotUnderstood
        if answer.status != 200:
            raise failure("SalesQL", answer)            # BadKey, RateLimited, ServerFault, Rejected

A status is an answer, not an error: each client knows what its vendor means by it. Nothing is retried, no redirect is
followed (it could lead the key elsewhere), nothing is logged: not the key, not whom the call was about. The library is
httpx2, which the model's client brings along; a process that asks no vendor does not import this.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx2

from services.vendors.openai_errors import retry_after
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

TIMEOUT_S = 30.0
CONNECT_S = 5.0
# More is no answer to anything that is asked here; files are read by stream().
MOST_BYTES = 32 * 1024 * 1024

UNUSABLE = "its address begins with https://, and its key is one line of plain letters and digits."

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True)
class Answer:
    """headers: names in lower case. body: decoded JSON; None where there is none (204, an error page)."""

    status: int
    headers: Mapping[str, str]
    body: Any


class VendorHttp:
    """A vendor's address and how to sign in there. Usable by several threads; close it, or use it as a context.

    vendor: as people call it, for messages. headers: go along with every request, the key among them.
    timeout_s: for the whole call. told: hears of each ask() how it ended: ok, refused, or the error's name. transport
    replaces the network, for tests. Raises NotSetUp for no address.
    """

    def __init__(
        self,
        vendor: str,
        base_url: str,
        headers: Mapping[str, str],
        *,
        timeout_s: float = TIMEOUT_S,
        told: Callable[[str], None] | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.vendor, self.timeout_s = vendor, timeout_s
        self._told = told or (lambda outcome: None)
        limits = httpx2.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        problem: VendorError | None = None
        try:
            if httpx2.URL(base_url).scheme not in ("http", "https") or not httpx2.URL(base_url).host:
                raise ValueError
            self._http = httpx2.Client(
                base_url=base_url.rstrip("/"), headers=headers, timeout=limits, transport=transport
            )
        except (ValueError, TypeError, httpx2.InvalidURL):
            # What could not be taken may be the key: nothing of it is said, and no exception holds it.
            problem = NotSetUp(vendor, UNUSABLE)
        if problem is not None:
            raise problem

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def ask(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        """Ask once. params: of the query string; body: sent as JSON where it is not None.

        Raises Unreachable (surely not sent), Unanswered (perhaps done), NotUnderstood (a good status, but no JSON).
        """
        try:
            answer = self._ask(method, path, params, body)
        except VendorError as error:
            self._told(type(error).__name__)
            raise
        self._told("ok" if answer.status < 400 else "refused")
        return answer

    def _ask(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Answer:
        parts: list[bytes] = []
        with self.stream(method, path, params=params, body=body, most=MOST_BYTES) as (status, headers, content):
            parts.extend(content)
        raw = b"".join(parts)
        try:
            decoded = json.loads(raw) if raw.strip() else None
        except ValueError:
            decoded = None
        if decoded is None and raw.strip() and raw.strip() != b"null" and status < 400:
            raise NotUnderstood(self.vendor, "It is no JSON.")
        return Answer(status, headers, decoded)

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        most: int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        timeout_s: float | None = None,
    ) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes]]]:
        """Status, headers, and the content piece by piece, at most `most` bytes of it. Raises as ask().

        url: a path of the vendor's, or a whole address (whose host the caller has checked: the key goes along).
        """
        deadline = time.monotonic() + (timeout_s or self.timeout_s)
        problem: VendorError | None = None
        try:
            with self._http.stream(method, url, params=params, json=body) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                yield response.status_code, headers, self._pieces(response, most, deadline)
        except _NEVER_SENT as error:
            problem = Unreachable(self.vendor, f"({type(error).__name__})")
        except httpx2.LocalProtocolError:
            problem = NotSetUp(self.vendor, UNUSABLE)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            problem = Unanswered(self.vendor, f"({type(error).__name__})")
        # Raised out here so that it does not drag the request along, which holds the key and whom it was about.
        if problem is not None:
            raise problem

    def _pieces(self, response: httpx2.Response, most: int, deadline: float) -> Iterator[bytes]:
        """The library's timeout is for each read; a server that drips bytes would pass it."""
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > most:
                raise NotUnderstood(self.vendor, "It is longer than any answer should be.")
            if time.monotonic() > deadline:
                raise Unanswered(self.vendor, f"({self.timeout_s:g} s)")
            yield piece


def is_page(answer: Answer) -> bool:
    """Whether it is a page for people: whoever sends that is no interface, whatever its status seems to say."""
    return "text/html" in answer.headers.get("content-type", "").lower()


def failure(vendor: str, answer: Answer) -> VendorError:
    """The error for an answer with a failure status, where the vendor means by it what everyone does."""
    told, wait = f"(HTTP {answer.status})", retry_after(answer.headers)
    if answer.status == 429:
        return RateLimited(vendor, told, retry_after=wait)
    if answer.status in (401, 403):
        return BadKey(vendor, told)
    if answer.status >= 500:
        return ServerFault(vendor, told, retry_after=wait)
    if answer.status == 408:
        return Unanswered(vendor, told)
    return Rejected(vendor, told)
