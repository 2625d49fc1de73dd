"""An OpenAI-compatible embeddings endpoint: texts in, vectors of 384 numbers and of length 1 out.

The endpoint is asked for 384 numbers (`dimensions`), and what comes is counted, put in order by `index`, checked to be
finite and made as long as 1: servers that ignore the wish, or shorten vectors without that, would spoil all that they
are compared with. One request, no retries; the caller knows the account's limits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from services.vendors.http import Answer, VendorHttp, failure
from services.vendors.lookups import part
from services.vendors.vendor_errors import NoCredit, NotSetUp, NotUnderstood, Rejected, VendorError

NAME = "The embeddings endpoint"
DIMENSIONS = 384
TIMEOUT_S = 20.0
NO_KEY = "an admin sets EMBEDDING_API_KEY."


@dataclass(frozen=True)
class Vectors:
    """In the order of the texts. tokens: as billed; None where the endpoint does not say."""

    vectors: list[list[float]]
    tokens: int | None


class EmbeddingsClient:
    """Usable by several threads; to be closed. Raises NotSetUp for no key or no address."""

    def __init__(
        self,
        base_url: str,
        key: str,
        model: str,
        *,
        timeout_s: float = TIMEOUT_S,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not key:
            raise NotSetUp(NAME, NO_KEY)
        self.model = model
        headers = {"Authorization": f"Bearer {key}"}
        self._http = VendorHttp(NAME, base_url, headers, timeout_s=timeout_s, transport=transport)

    def close(self) -> None:
        self._http.close()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Ask once. Raises a VendorError."""
        body = {"model": self.model, "input": list(texts), "dimensions": DIMENSIONS, "encoding_format": "float"}
        answer = self._http.ask("POST", "/embeddings", body=body)
        if answer.status != 200:
            raise _failure(answer)
        entries = part(answer.body, "data")
        if not isinstance(entries, list) or len(entries) != len(texts):
            raise NotUnderstood(NAME, "It has not one vector for each text.")
        found: dict[int, list[float]] = {}
        for place, entry in enumerate(entries):
            index = part(entry, "index")
            found[index if type(index) is int else place] = _vector(part(entry, "embedding"))
        if sorted(found) != list(range(len(texts))):
            raise NotUnderstood(NAME, "It has not one vector for each text.")
        tokens = part(answer.body, "usage", "prompt_tokens")
        return Vectors([found[place] for place in range(len(texts))], tokens if type(tokens) is int else None)


def _vector(value: Any) -> list[float]:
    if not isinstance(value, list) or not all(type(one) in (int, float) and math.isfinite(one) for one in value):
        raise NotUnderstood(NAME, "It holds no vector of numbers.")
    if len(value) != DIMENSIONS:
        raise NotUnderstood(
            NAME, f"It has vectors of {len(value):,} numbers where {DIMENSIONS} were asked for: choose another model."
        )
    length = math.sqrt(math.fsum(one * one for one in value))
    if not length:
        raise NotUnderstood(NAME, "It has a vector of zeros.")
    return [one / length for one in value]


def _failure(answer: Answer) -> VendorError:
    if answer.status == 402 or (answer.status == 429 and part(answer.body, "error", "code") == "insufficient_quota"):
        return NoCredit(NAME, f"(HTTP {answer.status})")
    if answer.status in (400, 404, 422):
        return Rejected(NAME, f"(HTTP {answer.status}) Check EMBEDDING_MODEL: it must be able to give 384 numbers.")
    return failure(NAME, answer)
