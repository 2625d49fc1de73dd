"""Who makes vectors: the model of this process, or an endpoint. Job workers only.

with provider_of(rt, model, user_id=…, run_id=…, wait=handle.wait) as make:
    vectors = make.embed(texts)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Protocol

from services.matching import embedding_local
from services.matching.embedding_endpoint import EndpointModel, Wait
from services.matching.matching_state import Model
from services.runtime import Runtime


class Provider(Protocol):
    """batch: a good number of texts to give at once."""

    batch: int

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of 384 numbers, of length 1, for each text. Raises ProductError."""


@contextmanager
def provider_of(
    rt: Runtime, model: Model, *, user_id: int, run_id: int | None, wait: Wait, search_id: str | None = None
) -> Iterator[Provider]:
    """Also of a model that the settings name no more: the one in use answers until another is switched to.

    Raises Unavailable without the local model's files, NotSetUp without the endpoint's key.
    """
    if model.provider == "openai":
        with closing(EndpointModel(rt, model.name, user_id, run_id, wait, search_id)) as endpoint:
            yield endpoint
        return
    local = embedding_local.SHELF.take(rt.settings.home / "models", rt.settings.embedding_threads)
    try:
        yield local
    finally:
        embedding_local.SHELF.put_back(rt.settings.embedding_idle_s)
