"""Adverse impact: rates of groups, their ratio to the highest, the four-fifths rule; small groups hidden. Pure.

Selection rate = selected / applicants; impact ratio = rate / the highest rate of a group; below four fifths is
generally taken as evidence of adverse impact: Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR
1607.4(D), which also says to look at whether a difference may be chance. Scoring rate = those of a group with a score
above the median of all / those with a score: rules to New York City's Local Law 144, 6 RCNY 5-300.

Groups of fewer than 5 people are hidden, and so that a hidden one cannot be told from a total, the smallest others
until at least two are hidden, of 5 people together. Nothing is computed from what is hidden: the highest rate and
the totals are those of the groups that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from math import erfc, exp, lgamma, sqrt

from services.figures.impact_file import Group

SMALLEST = 5
FOUR_FIFTHS = Fraction(4, 5)
# Chance explains a difference that is seen in more than one of twenty samples.
CHANCE = 0.05


@dataclass(frozen=True)
class Rate:
    """part of whole. ratio: to the highest rate of the attribute, None where nobody was selected, or there is nobody
    to compare with. p: how likely chance alone makes the difference to the highest; 1 for the highest itself."""

    part: int
    whole: int
    ratio: float | None = None
    flagged: bool = False
    p: float = 1.0

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def by_chance(self) -> bool:
        """Flagged, and chance may explain it."""
        return self.flagged and self.p > CHANCE


@dataclass(frozen=True)
class Line:
    """One group. Of one that is hidden there is its name only. score_ratio: of mean_score to the highest."""

    name: str
    hidden: bool
    selection: Rate | None = None
    scoring: Rate | None = None
    mean_score: Decimal | None = None
    score_ratio: float | None = None


@dataclass(frozen=True)
class Comparison:
    """The groups of one attribute, in their order. total: of those that are shown."""

    attribute: str
    lines: tuple[Line, ...]
    total: Rate
    total_scoring: Rate | None

    @property
    def hidden(self) -> int:
        return sum(line.hidden for line in self.lines)

    @property
    def compares(self) -> bool:
        """Whether there are two groups to compare at all."""
        return len(self.lines) - self.hidden >= 2

    @property
    def flagged(self) -> int:
        """How many groups are below four fifths in any rate."""
        return sum(any(rate and rate.flagged for rate in (line.selection, line.scoring)) for line in self.lines)


def hidden_of(groups: Sequence[Group]) -> frozenset[str]:
    """The names of those groups of one attribute that are not shown."""
    hidden = [group for group in groups if group.applicants < SMALLEST]
    if not hidden:
        return frozenset()
    large = [group for group in groups if group.applicants >= SMALLEST]
    others = sorted(large, key=lambda one: (one.applicants, one.name))
    while others and not _blurs(hidden):
        hidden.append(others.pop(0))
    return frozenset(one.name for one in hidden)


def _blurs(hidden: Sequence[Group]) -> bool:
    """Whether none of them can be told from a total. One of no people adds nothing to that."""
    return sum(one.applicants > 0 for one in hidden) >= 2 and sum(one.applicants for one in hidden) >= SMALLEST


def without_small(groups: Iterable[Group]) -> list[tuple[Group, bool]]:
    """Every group with whether it is hidden; the counts of those are gone, and scores of fewer than 5 people."""
    found: list[tuple[Group, bool]] = []
    for _, members in _by_attribute(groups):
        hidden = hidden_of(members)
        for one in members:
            if one.name in hidden:
                found.append((Group(one.attribute, one.name, 0, 0), True))
            elif one.scored is not None and one.scored < SMALLEST:
                found.append((Group(one.attribute, one.name, one.applicants, one.selected), False))
            else:
                found.append((one, False))
    return found


def compare(groups: Iterable[tuple[Group, bool]]) -> list[Comparison]:
    """What without_small() left, an attribute after the other."""
    pairs = list(groups)
    hidden = {(group.attribute, group.name) for group, is_hidden in pairs if is_hidden}
    found = []
    for attribute, members in _by_attribute(group for group, _ in pairs):
        shown = [one for one in members if (attribute, one.name) not in hidden]
        found.append(_comparison(attribute, members, shown))
    return found


def _by_attribute(groups: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    """In the order in which attributes are first named, wherever their groups stand."""
    members = list(groups)
    order = {name: at for at, name in reversed(list(enumerate(one.attribute for one in members)))}
    members.sort(key=lambda one: order[one.attribute])
    return [(attribute, list(some)) for attribute, some in groupby(members, key=lambda one: one.attribute)]


def _comparison(attribute: str, members: Sequence[Group], shown: Sequence[Group]) -> Comparison:
    selection = _rates([(one.selected, one.applicants) for one in shown])
    # Only groups that tell of both are compared by score.
    with_scores = [one for one in shown if one.above_median is not None and one.scored]
    rates = _rates([(one.above_median or 0, one.scored or 0) for one in with_scores])
    scoring = {one.name: rate for one, rate in zip(with_scores, rates, strict=True)}
    best = max((one.mean_score for one in shown if one.mean_score is not None), default=None)
    by_name = {
        one.name: Line(
            one.name, False, rate, scoring.get(one.name), one.mean_score,
            float(one.mean_score / best) if one.mean_score is not None and best else None,
        )
        for one, rate in zip(shown, selection, strict=True)
    }  # fmt: skip
    lines = tuple(by_name.get(one.name) or Line(one.name, True) for one in members)
    total = Rate(sum(one.selected for one in shown), sum(one.applicants for one in shown))
    above = Rate(sum(one.above_median or 0 for one in with_scores), sum(one.scored or 0 for one in with_scores))
    return Comparison(attribute, lines, total, above if with_scores else None)


def _rates(counts: Sequence[tuple[int, int]]) -> list[Rate]:
    """(part, whole) of each group; exact, so that four fifths of a rate is not below them."""
    shares = [Fraction(part, whole) for part, whole in counts]
    best = max(shares, default=Fraction(0))
    if len(counts) < 2 or not best:
        return [Rate(part, whole) for part, whole in counts]
    highest = counts[shares.index(best)]
    return [
        Rate(part, whole, float(share / best), share / best < FOUR_FIFTHS, difference((part, whole), highest))
        for (part, whole), share in zip(counts, shares, strict=True)
    ]


def difference(one: tuple[int, int], other: tuple[int, int]) -> float:
    """How likely two shares (part, whole) differ as much by chance, two-sided.

    Fisher's exact test where a cell is expected to hold fewer than 5, else the z-test of two proportions.
    """
    (a, n1), (b, n2) = one, other
    hits, n = a + b, n1 + n2
    if hits in (0, n):
        return 1.0
    if min(n1, n2) * min(hits, n - hits) < 5 * n:
        return _fisher(a, n1, hits, n)
    p = hits / n
    z = (a / n1 - b / n2) / sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    return erfc(abs(z) / sqrt(2))


def _fisher(a: int, n1: int, hits: int, n: int) -> float:
    """The sum of the probabilities of all tables with these margins that are no more likely than this one."""

    def log_likely(x: int) -> float:
        return _log_choose(n1, x) + _log_choose(n - n1, hits - x) - _log_choose(n, hits)

    seen = log_likely(a)
    # A little more than equal: sums of logarithms are not exact.
    all_of = (log_likely(x) for x in range(max(0, hits - (n - n1)), min(hits, n1) + 1))
    return min(1.0, sum(exp(one) for one in all_of if one <= seen + 1e-5))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
