"""From verdicts to a score that can be checked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.rubric_scoring import CriterionWeight, Kind, Score, Verdict, score

RUBRIC = [
    CriterionWeight("must", 4),
    CriterionWeight("should", 2),
    CriterionWeight("should", 2),
    CriterionWeight("avoid", 2),
]


def scored(*verdicts: Verdict) -> Score:
    return score(RUBRIC, verdicts)


@pytest.mark.parametrize(
    ("verdicts", "expected", "fit"),
    [
        (("pass", "pass", "pass", "fail"), 10.0, "strong"),
        (("pass", "pass", "pass", "unknown"), 10.0, "strong"),
        (("pass", "pass", "fail", "fail"), 7.5, "strong"),
        (("pass", "unknown", "fail", "fail"), 6.3, "possible"),
        (("pass", "fail", "fail", "fail"), 5.0, "possible"),
        (("pass", "pass", "pass", "pass"), 7.5, "strong"),
        (("pass", "fail", "fail", "pass"), 2.5, "weak"),
        (("fail", "fail", "fail", "fail"), 0.0, "weak"),
        (("fail", "fail", "fail", "pass"), 0.0, "weak"),
    ],
)
def test_verdicts_give_this_score(verdicts: tuple[Verdict, ...], expected: float, fit: str) -> None:
    result = scored(*verdicts)
    assert (result.score, result.fit) == (expected, fit)


def test_nothing_known_is_no_score_and_never_zero() -> None:
    result = scored("unknown", "unknown", "unknown", "unknown")
    assert (result.score, result.fit) == (None, None)
    assert [line.verdict for line in result.explanation] == ["unknown"] * 4


def test_no_criteria_is_no_score() -> None:
    assert score([], []) == Score(None, None, [])


def test_a_failed_must_is_weak_however_high_the_rest() -> None:
    rubric = [CriterionWeight("must", 1), CriterionWeight("should", 9)]
    result = score(rubric, ["fail", "pass"])
    assert (result.score, result.fit) == (9.0, "weak")
    assert [line.caps_fit for line in result.explanation] == ["weak", None]


def test_an_unknown_must_keeps_a_candidate_from_strong() -> None:
    rubric = [CriterionWeight("must", 1), CriterionWeight("should", 9)]
    assert score(rubric, ["unknown", "pass"]).fit == "possible"


def test_a_passed_avoid_counts_against() -> None:
    assert scored("pass", "pass", "fail", "pass").score == 5.0
    assert scored("pass", "pass", "fail", "pass").explanation[3].points == -2.5


def test_only_avoid_criteria_start_at_ten() -> None:
    rubric = [CriterionWeight("avoid", 3), CriterionWeight("avoid", 1)]
    assert score(rubric, ["fail", "unknown"]).score == 10.0
    assert score(rubric, ["pass", "fail"]).score == 2.5
    assert score(rubric, ["pass", "pass"]).score == 0.0


def test_halves_round_up() -> None:
    rubric = [CriterionWeight("should", Decimal("0.5")), CriterionWeight("should", Decimal("7.5"))]
    assert score(rubric, ["pass", "fail"]).score == 0.6  # 0.625
    rubric = [CriterionWeight("should", 1), CriterionWeight("should", 7)]
    assert score(rubric, ["pass", "fail"]).score == 1.3  # 1.25


def test_the_explanation_adds_up_to_the_score() -> None:
    result = scored("pass", "unknown", "fail", "fail")
    assert [(line.position, line.kind, line.weight, line.points, line.best) for line in result.explanation] == [
        (0, "must", 4.0, 5.0, 5.0),
        (1, "should", 2.0, 1.25, 2.5),
        (2, "should", 2.0, 0.0, 2.5),
        (3, "avoid", 2.0, 0.0, 0.0),
    ]


@pytest.mark.parametrize("weight", [0, -1, float("nan")])
def test_it_rejects_a_weight_that_is_not_over_zero(weight: float) -> None:
    with pytest.raises(ValueError, match="over 0"):
        CriterionWeight("must", weight)


def test_it_rejects_words_that_are_no_kind_or_verdict() -> None:
    with pytest.raises(ValueError, match="must, should or avoid"):
        CriterionWeight("nice", 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="pass, fail or unknown"):
        score(RUBRIC, ["pass", "pass", "pass", "maybe"])  # type: ignore[list-item]


def test_it_rejects_a_missing_verdict() -> None:
    with pytest.raises(ValueError, match="4 criteria, but 3 verdicts"):
        scored("pass", "pass", "pass")


KINDS = st.sampled_from(["must", "should", "avoid"])
VERDICTS = st.sampled_from(["pass", "fail", "unknown"])
ROWS = st.lists(st.tuples(KINDS, st.integers(1, 20), VERDICTS), min_size=1, max_size=8)


@given(ROWS)
def test_a_score_is_none_or_from_zero_to_ten_with_one_decimal(rows: list[tuple[Kind, int, Verdict]]) -> None:
    result = score([CriterionWeight(kind, weight) for kind, weight, _ in rows], [row[2] for row in rows])
    if result.score is None:
        assert {row[2] for row in rows} == {"unknown"}
    else:
        assert 0 <= result.score <= 10
        assert round(result.score, 1) == result.score


@given(ROWS, st.data())
def test_learning_something_good_never_lowers_a_score(
    rows: list[tuple[Kind, int, Verdict]], data: st.DataObject
) -> None:
    criteria = [CriterionWeight(kind, weight) for kind, weight, _ in rows]
    verdicts = [row[2] for row in rows]
    at = data.draw(st.integers(0, len(rows) - 1))
    worse, better = ("pass", "fail") if rows[at][0] == "avoid" else ("fail", "pass")
    low = score(criteria, [*verdicts[:at], worse, *verdicts[at + 1 :]]).score  # type: ignore[list-item]
    high = score(criteria, [*verdicts[:at], better, *verdicts[at + 1 :]]).score  # type: ignore[list-item]
    assert low is not None and high is not None and low <= high
