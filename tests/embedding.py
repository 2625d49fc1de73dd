"""What tests of vectors share: people, a model that is quick and tells what it was asked, runs done here and now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.access.identity import Actor
from services.matching import embedding_local, embedding_runs
from services.runtime import Runtime
from tests.change_runs import rows, run_row, work
from tests.stubs.embeddings_server import vector_of
from tests.two_people import one

__all__ = ["FakeShelf", "embed", "embedded", "one", "person", "quick_model", "rows", "texts_of"]


class FakeModel:
    """asked: every text, in order. failing: raised instead of an answer."""

    batch = embedding_local.BATCH

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing: Exception | None = None

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if self.failing is not None:
            raise self.failing
        self.asked += texts
        return [vector_of(text, embedding_local.DIMENSIONS) for text in texts]


class FakeShelf:
    """In place of embedding_local.SHELF."""

    def __init__(self) -> None:
        self.model = FakeModel()

    def take(self, folder: Path, threads: int) -> FakeModel:
        return self.model

    def put_back(self, idle_s: float) -> None:
        pass


@contextmanager
def quick_model() -> Iterator[FakeModel]:
    """No test but those of the model itself waits for it."""
    shelf = FakeShelf()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding_local, "SHELF", shelf)
        yield shelf.model


def embed(rt: Runtime, actor: Actor, search_id: Any = None, *, everyone: bool = False) -> dict[str, Any]:
    """A run to its end; its row."""
    run_id = embedding_runs.start(rt, actor, search_id, everyone=everyone)
    work(rt, run_id)
    return run_row(rt, run_id)


def embedded(rt: Runtime) -> list[int]:
    """Who has a vector, by id."""
    found = rows(rt, "SELECT profile_id FROM profile_embeddings WHERE embedding IS NOT NULL ORDER BY 1")
    return [row["profile_id"] for row in found]


def person(rt: Runtime, name: str = "Ada Example", **values: Any) -> int:
    """A profile; values by column."""
    given = {"full_name": name, "title": "Engineer", **values}
    names, marks = ", ".join(given), ", ".join(["%s"] * len(given))
    made = one(rt, f"INSERT INTO profiles ({names}) VALUES ({marks}) RETURNING id", *given.values())
    return int(made["id"])


def texts_of(model: FakeModel) -> list[str]:
    """What was asked since the last look."""
    asked, model.asked = model.asked, []
    return asked
