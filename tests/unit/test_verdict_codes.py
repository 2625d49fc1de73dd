"""Verdicts as numbers: which codes a filter's values mean, and how they are said."""

from __future__ import annotations

from itertools import combinations

import pytest

from services.grid.grid_columns import REVIEWS, VERDICTS, column_of, criterion_field, filter_of, is_criterion
from services.grid.grid_query import Where, add_filters
from services.grid.grid_view import View
from services.screening.verdict_codes import RANKS, codes_of, in_force, review, words_of

FIELD = "criterion_0123456789ab"
CODES = {4 * RANKS[said] + (RANKS[decided] if decided else 0): (said, decided)
         for said in VERDICTS for decided in (*VERDICTS, None)}  # fmt: skip


def test_a_persons_verdict_counts_in_place_of_the_models() -> None:
    for code, (said, decided) in CODES.items():
        assert in_force(code) == (decided or said)
        assert review(code) == (f"{said}>{decided}" if decided else None)


@pytest.mark.parametrize("chosen", [some for n in range(5) for some in combinations((*VERDICTS, None), n)])
def test_values_mean_exactly_the_people_who_have_them(chosen: tuple[str | None, ...]) -> None:
    codes, blank = codes_of(chosen)
    for code in CODES:
        assert (in_force(code) in chosen) == ((code in codes) is not blank)
    assert blank == (None in chosen)


def test_reviews_mean_one_pair_each() -> None:
    assert len(REVIEWS) == 9
    for pair in REVIEWS:
        (code,), blank = codes_of([pair])
        assert not blank and review(code) == pair


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["pass"], "pass"),
        (["fail", "pass", None], "pass or fail or not screened"),
        (["pass>fail"], "the model said pass and a person fail"),
        (["fail>fail"], "a person agreed with fail"),
        ([], ""),
    ],
)
def test_they_are_said_in_words(chosen: list[str | None], said: str) -> None:
    assert words_of(chosen) == said


@pytest.mark.parametrize(
    "name", [FIELD[:-1], FIELD + "0", FIELD.upper(), "criterion_0123456789ax", "criterion_", 5, None]
)
def test_other_names_are_no_criteria(name: object) -> None:
    assert not is_criterion(name) and filter_of(name) is None and column_of(name) is None


def test_a_criterion_is_a_column_and_a_filter_and_its_reviews_a_filter() -> None:
    column = column_of(FIELD)
    assert column is not None and column.sort_as == "verdict"
    assert criterion_field(f"{FIELD}_review") == criterion_field(FIELD) == FIELD
    assert column_of(f"{FIELD}_review") is None


def compiled(model: object, key: str = FIELD) -> tuple[str, list[int], str]:
    where = Where()
    add_filters(where, {key: model})
    codes = next((value for value in where.params.values() if isinstance(value, list)), [])
    return where.sql().as_string(), codes, where.sentences[key]


def test_conditions_are_joined_to_one_set() -> None:
    """As one set the planner can join with it."""
    parts = [{"values": ["pass", "unknown"]}, {"values": ["unknown", "fail"]}]
    text, codes, said = compiled({"operator": "AND", "conditions": parts})
    assert said == "criterion unknown" and set(codes) == {c for c in CODES if in_force(c) == "unknown"}
    assert text.startswith("(c.id IN (")
    assert compiled({"operator": "OR", "conditions": parts})[2] == "criterion pass or unknown or fail"
    assert compiled({"values": ["pass", None]})[0].startswith("NOT (c.id IN (")
    assert compiled({"values": [*VERDICTS, None]})[0] == "TRUE"
    assert compiled({"values": []})[0] == "FALSE"


def test_a_view_keeps_them_in_its_address() -> None:
    view = View.of("00000000-0000-0000-0000-000000000001", filters={FIELD: {"values": ["pass"]}},
                   sort=[{"colId": FIELD, "sort": "desc"}])  # fmt: skip
    assert FIELD in view.query_string() and f"sort={FIELD}.desc" in view.query_string()
    assert view.key(1) != View.of(view.search_id, filters={FIELD: {"values": ["fail"]}}, sort=[]).key(1)
