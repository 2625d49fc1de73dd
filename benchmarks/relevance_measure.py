"""How good an order is: nDCG, the fusion of two orders, and how sure a mean over jobs is. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from statistics import fmean

# Of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
K = 60
RESAMPLES = 2_000


def ndcg(order: Sequence[int], grades: Sequence[int], depth: int) -> float:
    """Of places in `grades`, best first; gain 2^grade - 1, discount log2 (Järvelin and Kekäläinen; Burges et al.)."""
    best = _dcg(sorted(grades, reverse=True)[:depth])
    return _dcg([grades[place] for place in order[:depth]]) / best if best else 0.0


def fused(orders: Sequence[Sequence[int]]) -> list[int]:
    """One order of several, by the sum of 1 / (60 + rank); who is in none of them is left out."""
    scores: dict[int, float] = defaultdict(float)
    for order in orders:
        for rank, place in enumerate(order, 1):
            scores[place] += 1 / (K + rank)
    return sorted(scores, key=lambda place: (-scores[place], place))


def bootstrap(values: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """The 95 % interval of a mean, by drawing as many values again and again."""
    rng = Random(seed)
    means = sorted(fmean(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def _dcg(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
