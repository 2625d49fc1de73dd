"""filterModel and sortModel → SQL, parameters and a sentence; and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg.sql import Placeholder

from services.decisions import refuse_reasons
from services.errors import BadInput
from services.grid.grid_columns import COLUMNS, FILTERS
from services.grid.grid_query import MAX_CONDITIONS, Where, add_filters, fragment, parse_rows, parse_sort

Model = dict[str, Any]
REASONS = fragment("rejected_for", search=Placeholder("p0"), codes=Placeholder("p1")).as_string()


def compiled(key: str, model: Any, zone: str = "UTC") -> tuple[str, dict[str, Any], str]:
    """(SQL with the table's alias left out, parameters, sentence) of one filter."""
    where = Where(match=7)
    add_filters(where, {key: model}, zone)
    return where.sql().as_string().replace('"c".', "").replace('"', ""), where.params, where.sentences[key]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def nested(depth: int) -> Any:
    model: Any = "x"
    for _ in range(depth):
        model = [model]
    return model


TEXT = [
    ("contains", "title_key LIKE sx_contains(%(p0)s)", "contains"),
    ("notContains", "title_key NOT LIKE sx_contains(%(p0)s)", "does not contain"),
    ("equals", "title_key = sx_key(%(p0)s)", "is"),
    ("notEqual", "title_key <> sx_key(%(p0)s)", "is not"),
    ("startsWith", "title_key LIKE sx_starts(%(p0)s)", "begins with"),
    ("endsWith", "title_key LIKE sx_ends(%(p0)s)", "ends with"),
]


@pytest.mark.parametrize(("operator", "text", "words"), TEXT)
def test_a_text_is_compared_by_its_key(operator: str, text: str, words: str) -> None:
    model = {"filterType": "text", "type": operator, "filter": " Engineer; DROP TABLE x "}
    typed = "Engineer; DROP TABLE x"
    assert compiled("title", model) == (text, {"p0": typed}, f"title {words} “{typed}”")


NUMBER = [
    ("equals", "score = %(p0)s", "is 5"),
    ("notEqual", "score <> %(p0)s", "is not 5"),
    ("lessThan", "score < %(p0)s", "is less than 5"),
    ("lessThanOrEqual", "score <= %(p0)s", "is at most 5"),
    ("greaterThan", "score > %(p0)s", "is more than 5"),
    ("greaterThanOrEqual", "score >= %(p0)s", "is at least 5"),
]


@pytest.mark.parametrize(("operator", "text", "words"), NUMBER)
def test_a_number_is_compared_as_a_decimal(operator: str, text: str, words: str) -> None:
    model = {"filterType": "number", "type": operator, "filter": 5}
    assert compiled("score", model) == (text, {"p0": Decimal(5)}, f"score {words}")


def test_a_range_of_numbers_holds_both_ends() -> None:
    model = {"filterType": "number", "type": "inRange", "filter": 0.1, "filterTo": 7.5}
    expected = {"p0": Decimal("0.1"), "p1": Decimal("7.5")}
    assert compiled("score", model) == ("score BETWEEN %(p0)s AND %(p1)s", expected, "score is from 0.1 to 7.5")


JUNE, JULY = day("2026-06-01"), day("2026-07-01")
DATE = [
    ("equals", "(added_at >= %(p0)s AND added_at < %(p1)s)", [JUNE, day("2026-06-02")], "on 2026-06-01"),
    ("notEqual", "(added_at < %(p0)s OR added_at >= %(p1)s)", [JUNE, day("2026-06-02")], "not on 2026-06-01"),
    ("lessThan", "added_at < %(p0)s", [JUNE], "before 2026-06-01"),
    ("greaterThan", "added_at >= %(p0)s", [day("2026-06-02")], "after 2026-06-01"),
]


@pytest.mark.parametrize(("operator", "text", "values", "words"), DATE)
def test_a_date_is_a_whole_day(operator: str, text: str, values: list[datetime], words: str) -> None:
    # dateTo is null in what AG Grid sends for one date.
    model = {"filterType": "date", "type": operator, "dateFrom": "2026-06-01 00:00:00", "dateTo": None}
    params = {f"p{number}": value for number, value in enumerate(values)}
    assert compiled("added_at", model) == (text, params, f"added {words}")


def test_a_range_of_dates_holds_both_days() -> None:
    model = {"filterType": "date", "type": "inRange", "dateFrom": "2026-06-01", "dateTo": "2026-06-30T00:00:00"}
    text = "(added_at >= %(p0)s AND added_at < %(p1)s)"
    assert compiled("added_at", model) == (text, {"p0": JUNE, "p1": JULY}, "added from 2026-06-01 to 2026-06-30")


def test_a_day_begins_at_the_readers_midnight() -> None:
    model = {"type": "equals", "dateFrom": "2026-03-29"}
    _, params, _ = compiled("added_at", model, "Europe/Zurich")
    # The clocks go forward that night: the day has 23 hours.
    assert [value.astimezone(UTC) for value in params.values()] == [
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("key", "model", "text", "words"),
    [
        ("title", {"filterType": "text", "type": "blank"}, "title_key = ''", "title is blank"),
        ("title", {"filterType": "text", "type": "notBlank"}, "title_key > ''", "title is not blank"),
        ("score", {"filterType": "number", "type": "blank"}, "score IS NULL", "score is blank"),
        ("score", {"filterType": "number", "type": "notBlank"}, "score IS NOT NULL", "score is not blank"),
        (
            "screened_at",
            {"filterType": "date", "type": "blank", "dateFrom": None, "dateTo": None},
            "screened_at IS NULL",
            "screened is blank",
        ),
        ("screened_at", {"type": "notBlank"}, "screened_at IS NOT NULL", "screened is not blank"),
    ],
)
def test_blank_needs_no_value(key: str, model: Model, text: str, words: str) -> None:
    assert compiled(key, model) == (text, {}, words)


@pytest.mark.parametrize(
    ("key", "values", "text", "params", "words"),
    [
        ("stage_in", ["new", "hired"], "(stage = ANY (%(p0)s::text[]))", [["hired", "new"]],
         "stage is “new” or “hired”"),
        ("stage_in", [], "FALSE", [], "stage is one of no values"),
        ("fit_in", ["strong", None], "(fit = ANY (%(p0)s::text[]) OR fit IS NULL)", [["strong"]],
         "fit is “strong” or blank"),
        ("fit_in", [None], "(fit IS NULL)", [], "fit is blank"),
        ("source_in", [" csv ", None], "(source = ANY (%(p0)s::text[]) OR source = '')", [[" csv "]],
         "source is “ csv ” or blank"),
        ("company_in", [" Łódź ", None], "(company_key = ANY (sx_keys(%(p0)s::text[])) OR company_key = '')",
         [["Łódź"]], "company is “Łódź” or blank"),
        ("skills_in", ["Go", "C++", "Go"], "((skills && %(p0)s::text[] AND skills <> '{}'))", [["C++", "Go"]],
         "skills is “Go” or “C++” or “Go”"),
        ("tags_in", [None], "(tags = '{}')", [], "tags is blank"),
        ("rule_in", ["Leave out who works in consulting", None],
         "(filter_rule_id IN (SELECT f.id FROM filter_rules f WHERE f.run_id IS NOT NULL"
         " AND left(f.sentence, 500) = ANY (%(p0)s::text[])) OR filter_rule_id IS NULL)",
         [["Leave out who works in consulting"]], "rule is “Leave out who works in consulting” or blank"),
        ("reason_in", [], f"(stage = %(p2)s AND {REASONS})", [None, [], "rejected"],
         "reason of rejection is one of no values"),
        ("reason_in", ["not_interested", "skills"], f"(stage = %(p2)s AND {REASONS})",
         [None, ["skills", "not_interested"], "rejected"], "reason of rejection is “skills” or “not interested”"),
        ("reason_in", ["skills", None], f"(stage = %(p2)s AND NOT {REASONS})",
         [None, [code for code in refuse_reasons.CODES if code != "skills"], "rejected"],
         "reason of rejection is “skills” or not given"),
        ("has_email", [True], "(has_email = %(p0)s)", [True], "e-mail known is yes"),
        ("has_email", [True, False], "(has_email = %(p0)s OR has_email = %(p1)s)", [True, False],
         "e-mail known is yes or no"),
        ("has_email", [], "FALSE", [], "e-mail known is one of no values"),
    ],
)  # fmt: skip
def test_a_set_takes_any_of_its_values(key: str, values: list[Any], text: str, params: list[Any], words: str) -> None:
    expected = {f"p{number}": value for number, value in enumerate(params)}
    assert compiled(key, {"filterType": "set", "values": values}) == (text, expected, words)


@pytest.mark.parametrize("operator", ["AND", "OR"])
@pytest.mark.parametrize("count", [2, 3])
def test_conditions_are_joined(operator: str, count: int) -> None:
    parts = [{"filterType": "text", "type": "contains", "filter": f"t{n}"} for n in range(count - 1)]
    model = {
        "filterType": "text",
        "operator": operator,
        "conditions": [*parts, {"filterType": "text", "type": "blank"}],
    }
    text, params, sentence = compiled("title", model)
    likes = [f"title_key LIKE sx_contains(%(p{n})s)" for n in range(count - 1)]
    assert text == "(" + f" {operator} ".join([*likes, "title_key = ''"]) + ")"
    assert params == {f"p{n}": f"t{n}" for n in range(count - 1)}
    said = [f"contains “t{n}”" for n in range(count - 1)]
    assert sentence == "title " + f" {operator.lower()} ".join([*said, "is blank"])


def test_filters_on_two_columns_must_both_hold() -> None:
    where = Where()
    add_filters(where, {"title": {"type": "blank"}, "company": {"type": "contains", "filter": "go"}})
    assert where.sql().as_string() == """"c"."company_key" LIKE sx_contains(%(p0)s) AND "c"."title_key" = ''"""


@pytest.mark.parametrize(("key", "entry"), FILTERS.items())
def test_each_filter_of_the_registry_compiles(key: str, entry: Any) -> None:
    model = {"text": {"type": "blank"}, "number": {"type": "blank"}, "date": {"type": "blank"}}.get(entry.kind)
    text, _, sentence = compiled(key, model or {"values": []})
    assert text and sentence.startswith(entry.label)


CONTAINS = {"type": "contains", "filter": "x"}
REFUSED: dict[str, Any] = {
    "a filter that is no mapping": ("title", "x"),
    "no filter at all": ("title", None),
    "a column that does not exist": ("nope", CONTAINS),
    "a column of the table that is no filter": ("search_id", CONTAINS),
    "an identifier with SQL": ('title"; DROP TABLE candidates; --', CONTAINS),
    "a key that is no text": (1, CONTAINS),
    "condition1 of old versions": (
        "title", {"filterType": "text", "operator": "AND", "condition1": CONTAINS, "condition2": CONTAINS}),
    "condition1 alone": ("title", {"condition1": CONTAINS}),
    "conditions beside a condition": ("title", {**CONTAINS, "operator": "AND", "conditions": [CONTAINS, CONTAINS]}),
    "conditions beside condition1": ("title", {"operator": "OR", "conditions": [CONTAINS], "condition1": CONTAINS}),
    "conditions in conditions": (
        "title", {"operator": "OR", "conditions": [{"operator": "OR", "conditions": [CONTAINS]}]}),
    "no operator": ("title", {"conditions": [CONTAINS, CONTAINS]}),
    "an operator beside AND and OR": ("title", {"operator": "XOR", "conditions": [CONTAINS, CONTAINS]}),
    "an operator that is a list": ("title", {"operator": ["AND"], "conditions": [CONTAINS, CONTAINS]}),
    "no conditions": ("title", {"operator": "AND", "conditions": []}),
    "conditions that are no list": ("title", {"operator": "AND", "conditions": CONTAINS}),
    "a condition that is no mapping": ("title", {"operator": "AND", "conditions": [CONTAINS, "x"]}),
    "an operator without conditions": ("title", {**CONTAINS, "operator": "AND"}),
    "a key that is not known": ("title", {**CONTAINS, "caseSensitive": True}),
    "a key in a condition that is not known": (
        "title", {"operator": "AND", "conditions": [CONTAINS, {**CONTAINS, "not": True}]}),
    "a type that does not exist": ("title", {"type": "matches", "filter": "x"}),
    "no type": ("title", {"filter": "x"}),
    "a type that is a list": ("title", {"type": ["contains"], "filter": "x"}),
    "a type of another kind": ("title", {"type": "greaterThan", "filter": 1}),
    "a filterType of another kind": ("title", {**CONTAINS, "filterType": "number"}),
    "a filterType of another kind around conditions": (
        "title", {"filterType": "date", "operator": "AND", "conditions": [CONTAINS, CONTAINS]}),
    "no text": ("title", {"type": "contains"}),
    "null for a text": ("title", {"type": "contains", "filter": None}),
    "a number for a text": ("title", {"type": "contains", "filter": 5}),
    "a list for a text": ("title", {"type": "contains", "filter": ["x"]}),
    "a second text": ("title", {**CONTAINS, "filterTo": "y"}),
    "a text for blank": ("title", {"type": "blank", "filter": "x"}),
    "a text that is too long": ("title", {"type": "contains", "filter": "x" * 501}),
    "a NUL": ("title", {"type": "contains", "filter": "a\0b"}),
    "half a surrogate pair": ("title", {"type": "contains", "filter": "\ud800"}),
    "a text for a number": ("score", {"type": "equals", "filter": "5"}),
    "a bool for a number": ("score", {"type": "equals", "filter": True}),
    "not a number": ("score", {"type": "equals", "filter": float("nan")}),
    "infinity": ("score", {"type": "lessThan", "filter": float("inf")}),
    "minus infinity": ("score", {"type": "greaterThan", "filter": float("-inf")}),
    "a huge number": ("score", {"type": "equals", "filter": 10**400}),
    "a range without its end": ("score", {"type": "inRange", "filter": 1}),
    "an end without a range": ("score", {"type": "equals", "filter": 1, "filterTo": 2}),
    "a number of an unknown kind": ("score", {"type": "about", "filter": 1}),
    "a number for blank": ("score", {"type": "blank", "filter": 1}),
    "a date that does not exist": ("added_at", {"type": "equals", "dateFrom": "2026-02-30"}),
    "a date with a tail": ("added_at", {"type": "equals", "dateFrom": "2026-02-01; DROP TABLE x"}),
    "a date that is a number": ("added_at", {"type": "equals", "dateFrom": 20260201}),
    "a date that is a mapping": ("added_at", {"type": "equals", "dateFrom": {}}),
    "a date that is a list": ("added_at", {"type": "equals", "dateFrom": ["2026-02-01"]}),
    "a week": ("added_at", {"type": "equals", "dateFrom": "2026-W05-1"}),
    "a year out of range": ("added_at", {"type": "equals", "dateFrom": "0001-01-01"}),
    "digits of another script": ("added_at", {"type": "equals", "dateFrom": "२०२६-०१-०१"}),
    "no date": ("added_at", {"type": "equals", "dateFrom": None}),
    "a range of dates without its end": ("added_at", {"type": "inRange", "dateFrom": "2026-02-01", "dateTo": None}),
    "a second date": ("added_at", {"type": "lessThan", "dateFrom": "2026-02-01", "dateTo": "2026-02-02"}),
    "a date for blank": ("added_at", {"type": "blank", "dateFrom": "2026-02-01"}),
    "a date of an unknown kind": ("added_at", {"type": "lastWeek", "dateFrom": "2026-02-01"}),
    "values that are no list": ("stage_in", {"values": "new"}),
    "no values": ("stage_in", {}),
    "a value that does not exist": ("stage_in", {"values": ["promoted"]}),
    "a value that is a number": ("source_in", {"values": [1]}),
    "a value that is a list": ("source_in", {"values": [["csv"]]}),
    "too many values": ("source_in", {"values": ["x"] * 201}),
    "a value with a NUL": ("skills_in", {"values": ["\0"]}),
    "a value with half a surrogate pair": ("company_in", {"values": ["\udfff"]}),
    "a set with a type": ("stage_in", {"type": "contains", "values": ["new"]}),
    "a flag that is a text": ("has_email", {"values": ["true"]}),
    "a flag that is null": ("has_email", {"values": [None]}),
    "a flag that is a number": ("has_email", {"values": [1]}),
    "deep nesting": ("title", {"type": "contains", "filter": nested(500)}),
    "too many conditions": ("title", {"operator": "OR", "conditions": [CONTAINS] * (MAX_CONDITIONS + 1)}),
}  # fmt: skip


@pytest.mark.parametrize(("key", "model"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_known_is_refused(key: Any, model: Any) -> None:
    with pytest.raises(BadInput) as caught:
        add_filters(Where(), {key: model})
    # The message names the filter, never what was typed into it.
    assert "DROP" not in caught.value.message and len(caught.value.message) < 100


@pytest.mark.parametrize("model", [None, "title", 5, ["title"], [{}]])
def test_a_filter_model_must_be_a_mapping(model: Any) -> None:
    with pytest.raises(BadInput):
        add_filters(Where(), model)


def test_conditions_are_counted_over_all_columns() -> None:
    many = {"operator": "OR", "conditions": [CONTAINS] * (MAX_CONDITIONS // 2 + 1)}
    with pytest.raises(BadInput, match=f"at most {MAX_CONDITIONS}"):
        add_filters(Where(), {"title": many, "company": many})


def test_a_zone_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadInput):
        add_filters(Where(), {"added_at": {"type": "equals", "dateFrom": "2026-06-01"}}, "Mars/Base")


# Sorting


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ([], ()),
        ([{"colId": "score", "sort": "desc"}], (("score", "desc"),)),
        # AG Grid 35 also says how a column compares; there is one way here.
        ([{"colId": "title", "sort": "asc", "type": "default"}], (("title", "asc"),)),
        (
            [{"colId": "title", "sort": "asc"}, {"colId": "score", "sort": "desc"}],
            (("title", "asc"), ("score", "desc")),
        ),
        # The first mention of a column counts.
        ([{"colId": "title", "sort": "asc"}, {"colId": "title", "sort": "desc"}], (("title", "asc"),)),
    ],
)
def test_a_sort_is_read(model: Any, expected: Any) -> None:
    assert parse_sort(model) == expected


@pytest.mark.parametrize("name", [name for name, column in COLUMNS.items() if column.sort_column])
def test_each_sortable_column_sorts(name: str) -> None:
    assert parse_sort([{"colId": name, "sort": "asc"}]) == ((name, "asc"),)


@pytest.mark.parametrize(
    "model",
    [
        None,
        "score",
        5,
        {"colId": "score", "sort": "asc"},
        [None],
        ["score"],
        [{}],
        [{"colId": "nope", "sort": "asc"}],
        [{"colId": "relevance", "sort": "desc"}],
        [{"colId": "skills", "sort": "asc"}],
        [{"colId": ["score"], "sort": "asc"}],
        [{"colId": "score", "sort": "ASC; DROP TABLE x"}],
        [{"colId": "score", "sort": None}],
        [{"colId": "score", "sort": ["asc"]}],
        [{"colId": "score"}],
        [{"colId": "score", "sort": "asc"}] * 6,
    ],
)
def test_a_sort_that_is_not_known_is_refused(model: Any) -> None:
    with pytest.raises(BadInput):
        parse_sort(model)


# Rows


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 100, (0, 100)), (700_000, 700_100, (700_000, 700_100)), (0, 1, (0, 1)), (5, 2**52, (5, 105))],
)
def test_a_block_of_rows_is_at_most_a_hundred(start: int, end: int, expected: tuple[int, int]) -> None:
    assert parse_rows(start, end) == expected


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (-1, 100),
        (0, 0),
        (10, 5),
        (None, 100),
        (0, None),
        ("0", "100"),
        (0.0, 100.0),
        (False, True),
        (0, True),
        (2**53, 2**53 + 1),
        (0, 10**30),
        ([0], [1]),
        (float("nan"), 5),
    ],
)
def test_a_range_of_rows_that_is_none_is_refused(start: Any, end: Any) -> None:
    with pytest.raises(BadInput):
        parse_rows(start, end)
