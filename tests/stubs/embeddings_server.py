"""An OpenAI-compatible embeddings endpoint over real HTTP: the same text, the same vector; like words, like vectors.

    with EmbeddingsStub(per_minute=100) as stub:
        EmbeddingsClient(stub.url + "/v1", stub.key, "text-embedding-3-small")

shortens: whether it obeys `dimensions`. shuffled: entries come in another order, told by `index`.
"""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

from tests.stubs.loopback import Reply, Request
from tests.stubs.vendor_stub import VendorStub

# What the model has of its own.
DIMENSIONS = 1536


class EmbeddingsStub(VendorStub):
    """asked: the texts, in the order in which they came. calls: how many were in each answered request."""

    key: str | None = "canary-embeddings-key"

    def __init__(self, *, shortens: bool = True, shuffled: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.shortens, self.shuffled = shortens, shuffled
        self.calls: list[int] = []
        self.models: set[str] = set()

    def answer(self, request: Request) -> Reply:
        if not self.signed_in(request):
            return Reply(401, {"error": {"code": "invalid_api_key", "message": "Incorrect API key"}})
        if request.path != "/v1/embeddings" or request.method != "POST":
            return Reply(404, {"error": {"message": "no such path"}})
        body = json.loads(request.body)
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        if not 1 <= len(texts) <= 2048 or not all(isinstance(text, str) and text for text in texts):
            return Reply(400, {"error": {"message": "'$.input' is invalid"}})
        if refused := self.admit(1, texts):
            return refused
        self.calls.append(len(texts))
        self.models.add(body["model"])
        size = body.get("dimensions", DIMENSIONS) if self.shortens else DIMENSIONS
        # Not of length 1: shortened vectors seldom are, and some servers leave it to the client.
        data = [
            {"object": "embedding", "index": place, "embedding": [3.0 * one for one in vector_of(text, size)]}
            for place, text in enumerate(texts)
        ]
        if self.shuffled:
            data.reverse()
        tokens = sum(1 + len(text) // 4 for text in texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return Reply(200, {"object": "list", "model": body["model"], "data": data, "usage": usage})


def vector_of(text: str, size: int) -> list[float]:
    """The sum of a random direction for each word."""
    total = [0.0] * size
    for word in text.casefold().split() or [""]:
        draw = random.Random(hashlib.sha256(word.strip(".,;:").encode()).digest())
        total = [one + draw.uniform(-1, 1) for one in total]
    length = sum(one * one for one in total) ** 0.5
    return [one / length for one in total]
