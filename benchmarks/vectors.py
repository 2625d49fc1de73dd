"""Vectors for benchmarks: of real texts by the real model, and more of them by a perturbation of these.

The model makes some tens a second, so what it made is kept in the system's temporary folder, by the texts' hash, and
found there by the next run; a run that is ended goes on from what it had. Only here: nothing of it is in the
repository or in a product's database.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.matching.embedding_local import LocalModel
from services.matching.embedding_models import LOCAL

CHUNK = 250
# How far a vector is moved: about as two people of one trade are apart.
ALPHA = 0.35
THREADS = 2

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Made:
    """rate: texts a second of those that were not kept from before; 0 where all were."""

    vectors: Vectors
    rate: float


def real(texts: Sequence[str]) -> Made:
    """One vector of length 1 a text, in their order."""
    folder = Path(tempfile.gettempdir()) / "sourcingx-bench-vectors"
    folder.mkdir(mode=0o700, exist_ok=True)
    model: LocalModel | None = None
    parts, made, took = [], 0, 0.0
    for start in range(0, len(texts), CHUNK):
        part = texts[start : start + CHUNK]
        path = folder / f"{_hash(part)}.npy"
        if path.exists():
            parts.append(np.load(path))
            continue
        model = model or LocalModel(folder, THREADS)
        begun = time.perf_counter()
        vectors = np.array(model.embed(part), dtype=np.float32)
        took, made = took + time.perf_counter() - begun, made + len(part)
        draft = path.with_suffix(".part")
        with draft.open("wb") as file:
            np.save(file, vectors)
        draft.replace(path)
        parts.append(vectors)
    return Made(np.concatenate(parts), made / took if took else 0.0)


def perturbed(vectors: Vectors, copies: int, seed: int = 4) -> Vectors:
    """`copies` of each, each moved by ALPHA times the difference of two others drawn at random, and made as long as 1.

    So they stay where real ones are, in the same few directions, which noise in all 384 would not: that would make
    neighbours easy to tell apart, and recall better than it is.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(copies):
        first, second = (rng.permutation(len(vectors)) for _ in range(2))
        moved = vectors + ALPHA * (vectors[first] - vectors[second])
        parts.append(moved / np.linalg.norm(moved, axis=1, keepdims=True))
    return np.concatenate(parts).astype(np.float32)


def as_texts(vectors: Vectors) -> Iterator[str]:
    """As Postgres reads them."""
    for vector in vectors:
        yield f"[{','.join(f'{number:.6g}' for number in vector)}]"


def _hash(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join((LOCAL, *texts)).encode()).hexdigest()[:32]
