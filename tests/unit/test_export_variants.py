"""What an export may hold and how it is named, without a database."""

from __future__ import annotations

import tracemalloc
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import BadInput
from services.exports.export_formats import check_format, file_name
from services.exports.export_variants import (
    MOST_RAW,
    RAW_REST,
    VARIANTS,
    Column,
    RawKeys,
    check_columns,
    check_variant,
    sheets_of,
    table_of,
)
from services.exports.exports import read_params
from services.exports.spreadsheet_text import guard, unguard
from services.grid.grid_columns import COLUMNS as GRID_COLUMNS
from services.grid.grid_columns import SIMILARITY
from services.grid.grid_view import View
from services.imports.import_mapping import FIELDS, suggest

COLUMNS = VARIANTS["processed"].names
VIEW = View.of("1b4e28ba-2fa1-11d2-883f-0016d3cca427")


@given(st.text())
def test_a_guard_is_taken_off_again(text: str) -> None:
    assert unguard(guard(text)) == text


def test_every_column_of_the_grid_can_be_exported() -> None:
    # How alike people are is a column of views that compare: test_match_page.py.
    assert set(GRID_COLUMNS) - {SIMILARITY} <= set(COLUMNS)


def test_the_importer_knows_the_headers_of_what_it_can_take() -> None:
    taken = set(FIELDS) & set(COLUMNS)
    assert {column: field for column, field in suggest(COLUMNS).items() if column in taken} == {n: n for n in taken}
    assert set(suggest(COLUMNS)) == taken


def test_all_columns_or_those_that_were_chosen() -> None:
    assert check_columns("processed", None) == COLUMNS
    assert check_columns("processed", ["email", "full_name"]) == ["email", "full_name"]


@pytest.mark.parametrize("names", [[], "email", ["salary"], ["email", "email"], [1], {"email": 1}, 3, [["email"]]])
def test_columns_that_do_not_exist_are_refused(names: Any) -> None:
    with pytest.raises(BadInput):
        check_columns("processed", names)


@pytest.mark.parametrize("name", ["pdf", "", None, 3, ["csv"], "CSV"])
def test_an_unknown_format_is_refused(name: Any) -> None:
    with pytest.raises(BadInput):
        check_format(name)


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Backend engineers, Lisbon", "backend-engineers-lisbon"),
        ("Ingénieurs / São Paulo", "ingenieurs-sao-paulo"),
        ("../../etc/passwd", "etc-passwd"),
        ('a"\r\nSet-Cookie: x', "a-set-cookie-x"),
        ("שלמה 😀", "people"),
        ("--", "people"),
        ("x" * 200, "x" * 80),
    ],
)
def test_the_name_of_the_file(title: str, plain: str) -> None:
    assert file_name(title, "processed", date(2026, 11, 25), "csv") == f"{plain}-2026-11-25.csv"


@pytest.mark.parametrize(
    "target",
    [
        {}, None, "all", [], {"all": False}, {"ids": []}, {"ranges": []}, {"all": True, "ids": [1]}, {"ids": "1"},
        {"ids": [1.5]}, {"ids": [True]}, {"ids": ["x"]}, {"ids": [None]}, {"ids": [0]}, {"ids": [-1]},
        {"ids": [2**63]}, {"ids": ["\uff19"]}, {"ids": list(range(1, 502))}, {"ranges": [[1]]}, {"ranges": [[5, 5]]},
        {"ranges": [[9, 5]]}, {"ranges": [[-1, 5]]}, {"ranges": [["0", "5"]]}, {"ranges": [[0, 2**31]]},
        {"ranges": [[0, 1]] * 101}, {"ranges": {"0": 1}}, {"ranges": [[0, True]]},
    ],
)  # fmt: skip
def test_a_target_that_makes_no_sense_is_refused(target: Any) -> None:
    with pytest.raises(BadInput):
        read_params(VIEW, 1, target, "csv", None)


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ({"all": True, "ids": [], "ranges": None}, {"all": True}),
        ({"ids": ["7", 3, 7]}, {"ids": [7, 3]}),
        ({"ranges": [[5, 9], [0, 2], [8, 12], [2, 3]]}, {"ranges": [[0, 3], [5, 12]]}),
    ],
)
def test_a_target_names_nobody_twice(target: Any, kept: Any) -> None:
    assert read_params(VIEW, 1, target, "csv", None)["target"] == kept


def test_a_variant_is_named_in_the_file() -> None:
    assert file_name("Lisbon", "detailed", date(2026, 11, 25), "xlsx") == "lisbon-detailed-2026-11-25.xlsx"


@pytest.mark.parametrize("name", ["all", "", None, 3, ["processed"], "Processed"])
def test_an_unknown_variant_is_refused(name: Any) -> None:
    with pytest.raises(BadInput):
        check_variant(name)


def test_what_files_brought_has_no_columns_to_choose() -> None:
    assert check_columns("combined", ["salary"]) == []


def test_a_workbook_shows_positions_and_verdicts_apart() -> None:
    names = ["verdict", "title", "full_name", "kind"]
    assert [(sheet.label, [column.name for column in sheet.columns]) for sheet in sheets_of("detailed", names)] == [
        ("Positions", ["title", "full_name"]),
        ("Verdicts", ["verdict", "full_name"]),
    ]
    assert [column.name for column in table_of("detailed", names).columns] == names


def test_a_sheet_of_which_nothing_was_chosen_is_left_out() -> None:
    assert [sheet.label for sheet in sheets_of("detailed", ["criterion", "kind"])] == ["Verdicts"]


def raw_keys(keys: set[str], files: list[list[str]]) -> RawKeys:
    found = RawKeys(files)
    found.add(keys)
    return found


def raw_columns(keys: set[str], files: list[list[str]]) -> tuple[Column, ...]:
    return raw_keys(keys, files).columns()


def test_columns_of_files_stand_in_the_order_of_the_files() -> None:
    found = raw_columns({"b", "a", "z", "q"}, [["z", "a", "gone"], ["a", "b"]])
    assert [column.name for column in found] == ["z", "a", "b", "q", "imported_from", "imported_at"]


def test_a_file_that_names_its_source_itself() -> None:
    found = raw_columns({"imported_from"}, [])
    assert [column.name for column in found[:2]] == ["imported_from", "imported_from (2)"]
    assert [column.kind for column in found[:2]] == ["raw", "text"]


def test_more_columns_than_a_table_has_room_for() -> None:
    found = raw_columns({f"c{n:04}" for n in range(MOST_RAW + 5)}, [])
    assert len(found) == MOST_RAW + 3
    assert (found[MOST_RAW].name, found[MOST_RAW].kind) == (RAW_REST, "raw_rest")


def test_those_without_a_column_are_named_a_few_of_them() -> None:
    many = {f"c{n:04}" for n in range(MOST_RAW + 5)}
    assert raw_keys(set(list(many)[:MOST_RAW]), []).left_out() == ""
    named = [f"“c{MOST_RAW + n}”" for n in range(3)]
    assert raw_keys({f"c{n:04}" for n in range(MOST_RAW + 1)}, []).left_out() == named[0]
    assert (
        raw_keys({f"c{n:04}" for n in range(MOST_RAW + 3)}, []).left_out() == f"{named[0]}, {named[1]} and {named[2]}"
    )
    assert raw_keys(many, []).left_out() == f"{', '.join(named)} and others"
    assert raw_keys(many | {"d" * 60}, [["d" * 60], sorted(many)]).left_out().startswith("“c0999”")


def test_however_many_keys_there_are_only_a_table_full_of_them_is_held() -> None:
    keys = RawKeys([["z", "y"]])
    tracemalloc.start()
    for batch in range(200):
        keys.add(f"key {batch * 1000 + n:06}" for n in range(1000))
    keys.add(["y"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    found = [column.name for column in keys.columns()]
    assert (found[:3], found[MOST_RAW - 1 : MOST_RAW + 1]) == (
        ["y", "key 000000", "key 000001"],
        ["key 000998", RAW_REST],
    )
    assert peak < 2 << 20, "200,000 of them would be about 20 MB"
