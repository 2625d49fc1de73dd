"""Adverse impact: rates, ratios, the four-fifths rule, what is hidden and cannot be found out again."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import BadInput
from services.figures import impact_file, impact_ratios
from services.figures.impact_file import Group
from services.figures.impact_ratios import SMALLEST, Comparison, compare, difference, hidden_of, without_small


def compared(table: str) -> list[Comparison]:
    return compare(without_small(impact_file.read(table)))


def test_the_example_of_the_guidelines_own_kind() -> None:
    (found,) = compared("group,applicants,selected\nA,80,48\nB,40,12\n")
    a, b = (line.selection for line in found.lines)
    assert a and b and (a.rate, a.ratio, a.flagged) == (0.6, 1.0, False)
    assert (b.rate, b.ratio, b.flagged, b.by_chance) == (0.3, 0.5, True, False)
    assert found.flagged == 1 and (found.total.part, found.total.whole) == (60, 120)


def test_exactly_four_fifths_is_not_below_it() -> None:
    (found,) = compared("group,applicants,selected\nA,70,35\nB,70,28\nC,70,27\n")
    assert [line.selection.flagged for line in found.lines if line.selection] == [False, False, True]


def test_a_small_difference_may_be_chance() -> None:
    (found,) = compared("group,applicants,selected\nA,10,5\nB,10,3\n")
    rate = found.lines[1].selection
    assert rate and rate.flagged and rate.by_chance and rate.p == pytest.approx(0.65, abs=0.01)


def test_nobody_selected_is_no_ratio() -> None:
    (found,) = compared("group,applicants,selected\nA,10,0\nB,10,0\n")
    assert [line.selection.ratio for line in found.lines if line.selection] == [None, None] and not found.flagged


def test_scores_are_compared_among_those_who_have_some() -> None:
    (found,) = compared(
        "group\tapplicants\tselected\tscored\tabove_median\tmean_score\nA\t100\t50\t90\t60\t6,5\nB\t100\t50\t80\t20\t5.2\n"
        "C\t100\t50\t\t\t\nD\t100\t50\t4\t4\t9\n"
    )
    a, b, c, d = found.lines
    assert a.scoring and b.scoring and (a.scoring.flagged, b.scoring.flagged) == (False, True)
    assert b.scoring.ratio == pytest.approx(0.25 / (60 / 90)) and b.score_ratio == pytest.approx(0.8)
    assert c.scoring is None and d.scoring is None and d.mean_score is None and d.selection
    assert found.total_scoring and (found.total_scoring.part, found.total_scoring.whole) == (80, 170)


def test_attributes_are_compared_apart() -> None:
    sex, age = compared(
        "attribute,group,applicants,selected\n"
        "sex,women,50,20\nage,under 40,60,40\nsex,men,50,30\nage,40 and over,40,10\n"
    )
    assert [(one.attribute, [line.name for line in one.lines]) for one in (sex, age)] == [
        ("sex", ["women", "men"]), ("age", ["under 40", "40 and over"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"A": 50, "B": 40, "C": 30}, ""),
        # One alone would be the total less the others: the next smallest goes with it.
        ({"A": 50, "B": 40, "C": 4}, "BC"),
        ({"A": 50, "B": 4, "C": 4}, "BC"),
        # Two of three people together are three people in the total.
        ({"A": 50, "B": 40, "C": 2, "D": 1}, "BCD"),
        # A group of nobody hides no one.
        ({"A": 50, "B": 40, "C": 4, "D": 0}, "BCD"),
        ({"A": 5, "B": 4}, "AB"),
        ({"A": 4}, "A"),
    ],
)
def test_which_groups_are_hidden(counts: dict[str, int], hidden: str) -> None:
    assert hidden_of([Group("", name, people, 0) for name, people in counts.items()]) == set(hidden)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8))
def test_nothing_of_a_hidden_group_is_left(counts: list[tuple[int, int]]) -> None:
    groups = [Group("", f"g{at}", people, min(people, part)) for at, (people, part) in enumerate(counts)]
    kept = without_small(groups)
    hidden = [group for group, is_hidden in kept if is_hidden]
    assert all((one.applicants, one.selected) == (0, 0) for one in hidden)
    shown = [group for group, is_hidden in kept if not is_hidden]
    assert all(one.applicants >= SMALLEST for one in shown)
    (found,) = compare(kept)
    assert [line.hidden for line in found.lines] == [is_hidden for _, is_hidden in kept]
    assert found.total.whole == sum(one.applicants for one in shown)
    gone = sum(one.applicants for one in groups) - found.total.whole
    if shown and hidden:
        # What the true total would tell is of several people in several groups.
        assert gone >= SMALLEST and sum(people > 0 for people, _ in counts) - len(shown) >= 2


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_small_counts_are_fishers_exact_test(n1: int, n2: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    hits, n = a + b, n1 + n2
    if hits in (0, n):
        assert difference((a, n1), (b, n2)) == 1.0
    elif min(n1, n2) * min(hits, n - hits) < 5 * n:
        tables = [comb(n1, x) * comb(n2, hits - x) for x in range(max(0, hits - n2), min(hits, n1) + 1)]
        seen = comb(n1, a) * comb(n2, b)
        exact = Fraction(sum(one for one in tables if one <= seen), comb(n, hits))
        assert difference((a, n1), (b, n2)) == pytest.approx(float(exact), rel=1e-4)


def test_differences_are_those_of_a_statistics_program() -> None:
    # R: prop.test(c(48, 12), c(80, 40), correct = FALSE)
    assert difference((48, 80), (12, 40)) == pytest.approx(0.001946, abs=1e-5)
    # R: fisher.test(matrix(c(3, 1, 1, 3), 2))
    assert difference((3, 4), (1, 4)) == pytest.approx(0.4857, abs=1e-4)
    assert 0 <= difference((40_000_000, 100_000_000), (3, 7)) <= 1


GOOD = "group,applicants,selected\nA,10,5\nB,10,3\n"


@pytest.mark.parametrize(
    "table",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t").replace("\n", "\r\n"),
        "\n\n" + GOOD + "\n\n",
        'Group, Applicants ,SELECTED,remark\n"A","10",5,=1+1\nB,10,3\n',
        "selected|group|candidates\n5|A|10\n3|B|10",
    ],
)
def test_tables_are_read_in_their_usual_spellings(table: str) -> None:
    assert impact_file.read(table) == [Group("", "A", 10, 5), Group("", "B", 10, 3)]


def test_marks_between_thousands_are_read() -> None:
    (found,) = impact_file.read("group;applicants;selected\nA;1,200;1 000\n")
    assert (found.applicants, found.selected) == (1200, 1000)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "a first line that names the columns"),
        (" \n\n", "a first line that names the columns"),
        ("group,applicants,selected\n", "a first line that names the columns"),
        ("A,10,5\nB,10,3\n", "Missing: group, applicants, selected"),
        ("group,applicants\nA,10\n", "Missing: selected"),
        ("group,applicants,candidates,selected\nA,1,1,1\n", "Two columns are called “applicants”"),
        ("group,email,applicants,selected\nA,a@example.com,1,1\n", "“email” is about persons"),
        ("Full name,group,applicants,selected\nA,A,1,1\n", "“Full name” is about persons"),
        ("group,applicants,selected\na@example.com,1,1\n", "Line 2: a group is not a person"),
        ("group,applicants,selected\nA,ten,5\n", "Line 2: applicants is not a whole number"),
        ("group,applicants,selected\nA,10.5,5\n", "Line 2: applicants is not a whole number"),
        ("group,applicants,selected\nA,-10,5\n", "Line 2: applicants is not a whole number"),
        ("group,applicants,selected\nA,10\n", "Line 2: selected is not a whole number"),
        ("group,applicants,selected\nA,999999999999,5\n", "Line 2: applicants is too large"),
        ("group,applicants,selected\nA,10,5\n\nB,10,11\n", "Line 4: selected is more than applicants"),
        ("group,applicants,selected,scored\nA,10,5,11\n", "Line 2: scored is more than applicants"),
        ("group,applicants,selected,scored,above_median\nA,10,5,8,9\n", "Line 2: above_median is more than scored"),
        ("group,applicants,selected,above_median\nA,10,5,11\n", "Line 2: above_median is more than scored"),
        ("group,applicants,selected,mean_score\nA,10,5,good\n", "Line 2: mean_score is not a number"),
        ("group,applicants,selected,mean_score\nA,10,5,NaN\n", "Line 2: mean_score is not a number"),
        ("group,applicants,selected\n,10,5\n", "Line 2: the group has no name"),
        ("group,applicants,selected\nA,10,5\na,10,5\n", "Line 3: the group “a” is there twice"),
        ('group,applicants,selected\n"A,10,5\n', "a quotation mark is not closed"),
        ("group,applicants,selected\n" + "".join(f"g{n},10,5\n" for n in range(501)), "longer than a table of groups"),
        ("group,applicants,selected\n" + "A" * 100_001, "longer than a table of groups"),
        ("PK\x03\x04\x00\x00", "Missing: group"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_one_line(table: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        impact_file.read(table)
    assert "\n" not in refused.value.message


@given(st.text(max_size=60))
def test_no_text_is_a_fault(table: str) -> None:
    for text in (table, "group,applicants,selected\n" + table):
        try:
            compare(without_small(impact_file.read(text)))
        except BadInput:
            pass


def test_a_ratio_is_to_the_highest_that_is_shown() -> None:
    (found,) = compared("group,applicants,selected\nA,100,50\nB,100,40\nC,6,6\nD,4,4\n")
    assert [line.hidden for line in found.lines] == [False, False, True, True]
    assert impact_ratios.SMALLEST == 5 and found.lines[0].selection and found.lines[0].selection.ratio == 1.0
