"""What people type, paste or keep in tables, and the entries that it makes."""

from __future__ import annotations

import pytest

from services.filtering.list_rows import Entry, from_table, from_text


@pytest.mark.parametrize(
    ("text", "holds", "entries"),
    [
        ("Google\n\n  Acme, Inc. \r\nBeeb", "companies", [
            Entry(1, "Google", "Google"), Entry(3, "Acme, Inc.", "Acme, Inc."), Entry(4, "Beeb", "Beeb")]),
        ("MIT\tUSA\nETH", "schools", [Entry(1, "MIT, USA", "MIT"), Entry(2, "ETH", "ETH")]),
        ("https://www.linkedin.com/in/Ada-Example/?x=1", "people", [
            Entry(1, "https://www.linkedin.com/in/Ada-Example/?x=1", "", "linkedin.com/in/ada-example")]),
        ("Ada Example, ada@Example.com, Acme", "people", [
            Entry(1, "Ada Example, ada@Example.com, Acme", "Ada Example", "", "ada@example.com", "Acme")]),
        ('"Example, Ada",Acme', "people", [Entry(1, "Example, Ada, Acme", "Example, Ada", "", "", "Acme")]),
        ("Ada\tAcme\tlinkedin.com/in/ada", "people", [
            Entry(1, "Ada, Acme, linkedin.com/in/ada", "Ada", "linkedin.com/in/ada", "", "Acme")]),
        ("only a name\n\n,,,\n", "people", []),
        ("", "companies", []),
    ],
)  # fmt: skip
def test_typed_lines(text: str, holds: str, entries: list[Entry]) -> None:
    assert from_text(text, holds) == entries  # type: ignore[arg-type]


def test_a_header_says_which_column_is_what() -> None:
    rows = [["Nr", "First Name", "Last name", "E-Mail", "Company", "LinkedIn"],
            [1, "Ada", "Example", "mailto:ada@example.com", "Acme", "https://linkedin.com/in/ada"],
            ["2", "Bo"], [], ["3", "Cy", "Example", "", "Beeb"], [None, 4.5]]  # fmt: skip
    assert from_table(rows, "people") == [
        Entry(2, "1, Ada, Example, mailto:ada@example.com, Acme, https://linkedin.com/in/ada", "Ada Example",
            "linkedin.com/in/ada", "ada@example.com", "Acme"),
        Entry(5, "3, Cy, Example, Beeb", "Cy Example", "", "", "Beeb"),
    ]  # fmt: skip


def test_a_table_of_companies() -> None:
    rows = [["Company", "Why"], ["Acme", "rival"], ["", "rival"], ["Beeb"]]
    assert [(e.row_number, e.label) for e in from_table([["Company"], ["Acme"], ["Beeb"]], "companies")] == [
        (2, "Acme"), (3, "Beeb")]  # fmt: skip
    assert [e.label for e in from_table(rows, "companies")] == ["Acme", "Beeb"]
