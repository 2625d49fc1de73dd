"""What a sample says of those whom a choice by similarity left out, and what the choice saves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from layouts import page_prescreen
from services.errors import BadInput
from services.screening import prescreen, prescreen_measure
from services.screening.prescreen import Prescreen
from services.screening.prescreen_measure import missed
from services.screening.screening_estimate import Estimate


def estimate(people: int, calls: int, cost: Decimal | None = Decimal(10)) -> Estimate:
    return Estimate(people=people, known=people - calls, calls=calls, is_exact=True, tokens=calls * 100, cost=cost,
                    batch_cost=None if cost is None else cost / 2, minutes=20.0, model="m", priced_on=None,
                    cut=False)  # fmt: skip


def test_what_is_left_out_is_the_passing_share_of_the_sample_times_the_others() -> None:
    found = missed(similar=60, found=2, drawn=50, others=1000)
    # 2 of 50: 4 %, by Wilson 1.1 to 13.5 %; so 40 (11 to 135) of 1,000 beside the 60.
    assert found.others == pytest.approx((40, 11.0, 134.6), rel=0.01)
    assert found.share == pytest.approx(40 / 100)
    assert (found.low, found.high) == pytest.approx((11.0 / 71.0, 134.6 / 194.6), rel=0.01)
    assert not found.is_exact


def test_nobody_in_the_sample_leaves_an_upper_end() -> None:
    found = missed(similar=60, found=0, drawn=50, others=1000)
    assert (found.share, found.low) == (0, 0)
    # z² / (n + z²): 7.1 % of the others.
    assert found.high == pytest.approx(71.3 / 131.3, rel=0.01)


def test_a_sample_of_all_others_is_no_estimate() -> None:
    found = missed(similar=6, found=2, drawn=20, others=20)
    assert found.is_exact
    assert found.others == (2, 2, 2)
    assert found.share == found.low == found.high == 0.25


def test_without_anyone_who_passes_nothing_is_known() -> None:
    assert missed(similar=0, found=0, drawn=50, others=1000).share is None
    assert missed(similar=3, found=0, drawn=0, others=1000).share is None


def test_where_there_are_no_others_nobody_is_left_out() -> None:
    found = missed(similar=3, found=0, drawn=0, others=0)
    assert (found.share, found.low, found.high, found.is_exact) == (0, 0, 0, True)


def test_the_saving_is_what_everyone_takes_less_what_the_picked_do() -> None:
    part = prescreen_measure.saving(estimate(1000, 800), Prescreen(200, 50))
    assert (part.people, part.calls, part.saved_calls) == (250, 200, 600)
    assert (part.cost, part.batch_cost, part.saved_cost) == (Decimal("2.5"), Decimal("1.25"), Decimal("7.5"))
    assert (part.minutes, part.saved_share) == (5.0, 0.75)
    assert part.highest_if_none == pytest.approx(0.0713, abs=0.0001)
    shown = prescreen_measure.as_estimate(estimate(1000, 800), Prescreen(200, 50))
    assert (shown.people, shown.known, shown.calls, shown.tokens) == (250, 50, 200, 20_000)


def test_without_a_price_calls_are_told_and_no_money() -> None:
    part = prescreen_measure.saving(estimate(1000, 1000, None), Prescreen(200, 50))
    assert (part.cost, part.saved_cost, part.saved_calls) == (None, None, 750)
    assert "750 calls fewer" in str(page_prescreen.saving(part, 1000, 0))


@pytest.mark.parametrize("people", [0, 1, 250])
def test_of_few_people_all_are_picked_and_nothing_is_saved(people: int) -> None:
    part = prescreen_measure.saving(estimate(people, people), Prescreen(200, 50))
    assert (part.people, part.saved_calls, part.saved_cost, part.highest_if_none) == (people, 0, 0, 0)
    assert "nothing is saved" in str(page_prescreen.saving(part, people, 0))


def test_it_is_read_as_typed() -> None:
    assert prescreen.read(200, "50") == Prescreen(200, 50)
    assert prescreen.read("1", 10, "7") == Prescreen(1, 10, 7)
    assert prescreen.of_params({"prescreen": Prescreen(5, 10, 3).params()}) == Prescreen(5, 10, 3)
    assert prescreen.of_params({"prescreen": Prescreen(5, 10).params()}) == Prescreen(5, 10)
    assert prescreen.of_params({"rubric_id": 1}) is None


@pytest.mark.parametrize(
    ("top", "sample", "said"),
    [
        (0, 50, "1 to 100,000"),
        (None, 50, "1 to 100,000"),
        ("many", 50, "1 to 100,000"),
        (2.5, 50, "1 to 100,000"),
        (True, 50, "1 to 100,000"),
        (10**9, 50, "1 to 100,000"),
        (200, 9, "10 to 10,000"),
        (200, "", "10 to 10,000"),
        (200, -50, "10 to 10,000"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_what_can(top: Any, sample: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        prescreen.read(top, sample)


def test_the_page_begins_with_what_the_service_suggests() -> None:
    assert (page_prescreen.TOP, page_prescreen.SAMPLE) == (prescreen.TOP, prescreen.SAMPLE)
