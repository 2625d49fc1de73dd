"""How good an order is: nDCG, the fusion of orders, and how sure a mean over jobs is. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from random import Random
from statistics import fmean

# Of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
K = 60
RESAMPLES = 2_000
# Of what was asked for, by weight: who has less of it has it by chance.
LEAST_SHARE = 0.1


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


def fused_by_share(order: Sequence[int], hits: Mapping[str, Collection[int]], people: int) -> list[int]:
    """An order of everyone and what was found by some words, as one order: fusion in which words count as much as a
    person has of them.

    hits: word → who has it. A word weighs ln(people / how many have it); a person's share is the weight of the words
    that they have over that of all words. Words give share / (60 + rank by share), and nothing below LEAST_SHARE.
    """
    weights = {word: math.log(people / max(1, len(found))) for word, found in hits.items()}
    whole = sum(weights.values()) or 1.0
    shares = {place: sum(weights[word] for word, found in hits.items() if place in found) / whole for place in order}
    shares = {place: share for place, share in shares.items() if share >= LEAST_SHARE}
    ranks = {place: 1 + sum(other > share for other in shares.values()) for place, share in shares.items()}
    scores = {place: 1 / (K + rank) for rank, place in enumerate(order, 1)}
    for place, rank in ranks.items():
        scores[place] += shares[place] / (K + rank)
    return sorted(order, key=lambda place: -scores[place])


def bootstrap(values: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """The 95 % interval of a mean, by drawing as many values again and again."""
    rng = Random(seed)
    means = sorted(fmean(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def _dcg(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
