"""From verdicts to a score and a fit, by arithmetic that anyone can check. Pure.

The model gives a verdict for each criterion and nothing else; this module makes the number.

Let W be the sum of the weights of the must and should criteria.

    credit   of a must or should: pass 1, unknown 1/2, fail 0
    base     = sum(weight * credit) / W                       (1 where there are only avoid criteria)
    penalty  = sum(weight of the avoid criteria that pass) / W
               (divided by the sum of the avoid weights where there are only avoid criteria)
    score    = 10 * max(0, base - penalty), rounded half up to one decimal

`pass` always means "yes, the profile says so", so a passed avoid criterion counts against; one that
is unknown or failed does not. An unknown must or should gets half, so it ranks between a pass and
a fail, and a thin profile with one hit does not outrank a full one with one miss.

Where every verdict is unknown, or there is no criterion, score and fit are None: nothing is known,
which is not the same as 0.

    fit      strong from 7.5 on, weak under 4.0, possible between, then capped:
             a failed must → weak; an unknown must → at most possible
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

Kind = Literal["must", "should", "avoid"]
Verdict = Literal["pass", "fail", "unknown"]
Fit = Literal["strong", "possible", "weak"]
Cap = Literal["possible", "weak"]

STRONG_FROM = 7.5
WEAK_BELOW = 4.0


@dataclass(frozen=True)
class CriterionWeight:
    """What scoring needs of a criterion. Raises ValueError unless the weight is over 0."""

    kind: Kind
    weight: float | Decimal

    def __post_init__(self) -> None:
        if self.kind not in ("must", "should", "avoid"):
            raise ValueError(f"a criterion is must, should or avoid, not {self.kind!r}")
        if not self.weight > 0:
            raise ValueError("a criterion's weight is over 0")


@dataclass(frozen=True)
class ScoreLine:
    """One criterion's part in a score.

    points   what it added, in score points (negative for an avoid criterion that passed)
    best     the most that it could have added (0 for avoid)
    caps_fit the highest fit that it leaves possible, None where it does not cap
    """

    position: int
    kind: Kind
    weight: float
    verdict: Verdict
    points: float
    best: float
    caps_fit: Cap | None


@dataclass(frozen=True)
class Score:
    """score 0.0 to 10.0 with one decimal or None; explanation has one line a criterion, in order."""

    score: float | None
    fit: Fit | None
    explanation: list[ScoreLine]


def score(criteria: Sequence[CriterionWeight], verdicts: Sequence[Verdict]) -> Score:
    """Score and fit of one candidate. Raises ValueError unless there is one verdict a criterion."""
    if len(criteria) != len(verdicts):
        raise ValueError(f"{len(criteria)} criteria, but {len(verdicts)} verdicts")
    weights = [Fraction(criterion.weight) for criterion in criteria]
    wanted = sum((w for w, c in zip(weights, criteria, strict=True) if c.kind != "avoid"), Fraction(0))
    whole = wanted or sum(weights, Fraction(0))
    points = [
        10 * weight * _credit(criterion.kind, verdict) / whole
        for weight, criterion, verdict in zip(weights, criteria, verdicts, strict=True)
    ]
    lines = [
        ScoreLine(
            position=position,
            kind=criterion.kind,
            weight=float(criterion.weight),
            verdict=verdict,
            points=float(earned),
            best=0.0 if criterion.kind == "avoid" else float(10 * weight / whole),
            caps_fit=_cap(criterion.kind, verdict),
        )
        for position, (criterion, verdict, weight, earned) in enumerate(
            zip(criteria, verdicts, weights, points, strict=True)
        )
    ]
    if all(verdict == "unknown" for verdict in verdicts):
        return Score(None, None, lines)
    start = Fraction(0) if wanted else Fraction(10)
    total = _one_decimal(max(Fraction(0), start + sum(points, Fraction(0))))
    return Score(total, _fit(total, {line.caps_fit for line in lines}), lines)


def _credit(kind: Kind, verdict: Verdict) -> Fraction:
    if verdict not in ("pass", "fail", "unknown"):
        raise ValueError(f"a verdict is pass, fail or unknown, not {verdict!r}")
    if kind == "avoid":
        return Fraction(-1 if verdict == "pass" else 0)
    return {"pass": Fraction(1), "unknown": Fraction(1, 2), "fail": Fraction(0)}[verdict]


def _cap(kind: Kind, verdict: Verdict) -> Cap | None:
    if kind != "must" or verdict == "pass":
        return None
    return "weak" if verdict == "fail" else "possible"


def _fit(total: float, caps: set[Cap | None]) -> Fit:
    if "weak" in caps or total < WEAK_BELOW:
        return "weak"
    if "possible" in caps or total < STRONG_FROM:
        return "possible"
    return "strong"


def _one_decimal(value: Fraction) -> float:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return float(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
