"""Vectors that benchmarks make of real ones stay where those are, and the design they are compared with is right."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import psycopg

from benchmarks import load_everything, vectors


def real(count: int = 40) -> vectors.Vectors:
    """In few directions, as those of a model are."""
    rng = np.random.default_rng(1)
    found = rng.normal(size=(count, 5)) @ rng.normal(size=(5, 384)) + 2
    return cast(vectors.Vectors, (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32))


def test_perturbed_ones_are_as_long_as_1_near_their_own_and_always_the_same() -> None:
    own = real()
    more = vectors.perturbed(own, 3)
    assert more.shape == (120, 384) and more.dtype == np.float32
    assert np.allclose(np.linalg.norm(more, axis=1), 1, atol=1e-5)
    alike = (more * np.concatenate([own] * 3)).sum(axis=1)
    assert 0.5 < alike.min() and alike.mean() < 0.9999
    assert np.array_equal(more, vectors.perturbed(own, 3))
    # No direction is new: what five directions and a middle span holds them all.
    assert np.linalg.matrix_rank(more, tol=1e-3) <= 6


def test_they_are_read_by_postgres_as_they_are() -> None:
    (text, *_) = vectors.as_texts(np.array([[0.25, -1e-05, 1.0]], dtype=np.float32))
    assert text == "[0.25,-1e-05,1]"


class Rows:
    """In place of a connection."""

    def __init__(self, rows: list[tuple[int, str, bytes]]) -> None:
        self._rows = rows

    def execute(self, *_: Any, **__: Any) -> Rows:
        return self

    def fetchall(self) -> list[tuple[int, str, bytes]]:
        return self._rows


def test_the_other_design_finds_the_ten_most_alike() -> None:
    own = real()
    conn = cast(psycopg.Connection, Rows([(place, "", one.tobytes()) for place, one in enumerate(own)]))
    expected = sorted(range(len(own)), key=lambda place: -float(own[place] @ own[7]))[:10]
    assert load_everything.nearest(conn, "bytea", own[7].tolist()) == expected
    assert expected[0] == 7
