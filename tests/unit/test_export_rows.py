"""What the bytes of an export are, without a database."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import BadInput
from services.export_rows import (
    COLUMNS,
    FORMATS,
    check_columns,
    check_format,
    csv_body,
    csv_head,
    file_name,
    ndjson_body,
)
from services.exports import read_params
from services.grid_columns import COLUMNS as GRID_COLUMNS
from services.grid_view import View
from services.import_mapping import FIELDS, suggest
from services.spreadsheet_text import guard, unguard

VIEW = View.of("1b4e28ba-2fa1-11d2-883f-0016d3cca427")
# Postgres keeps neither of these.
TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"))


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), ("", ""), ("Ana", "Ana"), (7.5, "7.5"), (0, "0"), (-3, "-3"), (True, "yes"), (False, "no"),
        (["C++", "C#"], "C++, C#"), ([], ""), (["=x", "y"], "'=x, y"), ("+351 912", "'+351 912"), ("-", "'-"),
        ("@ana", "'@ana"), ("=1+1", "'=1+1"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("\n=1", "'\n=1"),
        ("'=1", "''=1"), ("O'Neil", "O'Neil"), ("'quoted'", "'quoted'"), ("\uff1d1", "'\uff1d1"), ("a=1", "a=1"),
        ("one\ntwo, \"three\"; four", "one\ntwo, \"three\"; four"), ("שלמה 😀", "שלמה 😀"),
    ],
)  # fmt: skip
def test_a_cell(value: Any, cell: str) -> None:
    assert cells(csv_body(["a"], [{"a": value}])) == [[cell]]


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_whatever_is_written_can_be_read_again_and_is_no_formula(people: list[tuple[str, str]]) -> None:
    rows = [{"full_name": name, "summary": summary} for name, summary in people]
    columns = ["full_name", "summary"]
    head, *found = cells(csv_head(columns) + csv_body(columns, rows))
    assert head == columns
    assert [tuple(map(unguard, line)) for line in found] == people
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for line in found for cell in line)


@given(st.text())
def test_a_guard_is_taken_off_again(text: str) -> None:
    assert unguard(guard(text)) == text


def test_lines_of_json() -> None:
    data = ndjson_body(
        ["full_name", "skills", "score"], [{"full_name": "=Ana\n😀", "skills": ["C#"], "score": None}] * 2
    )
    lines = data.decode().splitlines()
    assert [json.loads(line) for line in lines] == [{"full_name": "=Ana\n😀", "skills": ["C#"], "score": None}] * 2
    assert FORMATS["ndjson"].head(["full_name"]) == b""


def test_every_column_of_the_grid_can_be_exported() -> None:
    assert set(GRID_COLUMNS) <= set(COLUMNS)


def test_the_importer_knows_the_headers_of_what_it_can_take() -> None:
    taken = set(FIELDS) & set(COLUMNS)
    assert {column: field for column, field in suggest(COLUMNS).items() if column in taken} == {n: n for n in taken}
    assert set(suggest(COLUMNS)) == taken


def test_all_columns_or_those_that_were_chosen() -> None:
    assert check_columns(None) == list(COLUMNS)
    assert check_columns(["email", "full_name"]) == ["email", "full_name"]


@pytest.mark.parametrize("names", [[], "email", ["salary"], ["email", "email"], [1], {"email": 1}, 3, [["email"]]])
def test_columns_that_do_not_exist_are_refused(names: Any) -> None:
    with pytest.raises(BadInput):
        check_columns(names)


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
    assert file_name(title, date(2026, 11, 25), "csv") == f"{plain}-2026-11-25.csv"


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
