"""Files as they come: encodings, delimiters, broken rows and broken files."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.imports.import_readers import MAX_COLUMNS, Options, Row, Shape, Unreadable, examine, rows


def read(content: bytes | str) -> tuple[Shape, list[Row]]:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    shape = examine(file)
    return shape, list(rows(file, shape))


TABLE = "Name,Company\nAna Lima,Acme\nZoë Müller,Société Générale\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_usual_spellings(encoding: str, delimiter: str, end: str) -> None:
    shape, found = read(TABLE.replace(",", delimiter).replace("\n", end).encode(encoding))
    assert (shape.columns, shape.delimiter) == (["Name", "Company"], delimiter)
    assert [row.values for row in found] == [
        {"Name": "Ana Lima", "Company": "Acme"},
        {"Name": "Zoë Müller", "Company": "Société Générale"},
    ]
    assert [row.number for row in found] == [2, 3]


def test_a_delimiter_inside_cells_is_not_taken_for_the_delimiter() -> None:
    shape, found = read("Full name;Company;Skills\nAna;Acme;a,b,c,d\nBen;Acme;a,b,c,d\n")
    assert shape.delimiter == ";"
    assert found[0].values["Skills"] == "a,b,c,d"


def test_a_first_line_may_name_the_delimiter() -> None:
    shape, found = read("sep=;\nName;Company\nAna;Acme\n")
    assert shape.columns == ["Name", "Company"]
    assert [(row.number, row.values["Name"]) for row in found] == [(3, "Ana")]


@pytest.mark.parametrize(
    "content", ["Name,,\nAna,x,y\n", "Ana,ana@example.com\n" * 30 + "Ben,b,c\n", "x\nName,Title\nA,b\n"]
)
def test_what_was_found_out_is_found_again(content: str) -> None:
    file = io.BytesIO(content.encode())
    shape = examine(file)
    assert examine(file, Options.of(shape.options)) == shape


def test_a_title_above_the_header_does_not_hide_the_delimiter() -> None:
    shape, _ = read("Export of today\nWer;Firma\nAna;Acme\nBen;Globex\n")
    assert shape.delimiter == ";"


def test_one_column_is_a_table() -> None:
    shape, found = read("LinkedIn URL\nhttps://linkedin.com/in/ana\n")
    assert shape.columns == ["LinkedIn URL"]
    assert len(found) == 1


def test_cells_may_hold_quotes_lines_and_delimiters() -> None:
    _, found = read('Name,Summary\n"Lima, Ana","Says ""hi""\nand more"\nBen,x\n')
    assert found[0].values == {"Name": "Lima, Ana", "Summary": 'Says "hi"\nand more'}
    assert [row.number for row in found] == [2, 3]


def test_blank_rows_are_passed_over_but_counted() -> None:
    _, found = read("Name,Company\n\n,,\nAna,Acme\n , \n")
    assert [row.number for row in found] == [4]


def test_short_rows_are_filled_and_empty_cells_too_many_are_dropped() -> None:
    _, found = read("Name,Company,City\nAna\nBen,Acme,Porto,,\n")
    assert [row.values for row in found] == [{"Name": "Ana"}, {"Name": "Ben", "Company": "Acme", "City": "Porto"}]


def test_a_row_with_too_many_cells_has_a_problem() -> None:
    _, found = read("Name,Company\nAna,Acme,more\n")
    assert found[0].problem == "The row has 3 cells, the header 2."


def test_a_broken_row_does_not_break_the_next() -> None:
    _, found = read('Name,Company\n"Ana "Q" Lima",Acme\nBen,Acme\n')
    assert [bool(row.problem) for row in found] == [True, False]
    assert found[1].values["Name"] == "Ben"


def test_headers_that_repeat_or_are_empty_get_names() -> None:
    shape, _ = read("Name,,Name, Na  me \nAna,x,y,z\n")
    assert shape.columns == ["Name", "column 2", "Name (2)", "Na me"]


@pytest.mark.parametrize("as_lines", [True, False])
def test_json_as_lines_and_as_an_array(as_lines: bool) -> None:
    people = [{"name": f"Person {n}", "n": n, "nest": {"a": [n]}} for n in range(300)]
    text = "\n".join(map(json.dumps, people)) if as_lines else json.dumps(people, indent=2)
    shape, found = read(text)
    assert (shape.kind, shape.columns) == ("json", ["name", "n", "nest"])
    assert [row.values for row in found] == people
    assert [row.number for row in found] == list(range(1, 301))


def test_json_that_is_no_object_has_a_problem() -> None:
    _, found = read('[{"name": "Ana"}, 5, "x", null, {}, {"name": ""}]')
    assert [bool(row.problem) for row in found] == [False, True, True, True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"PK\x03\x04...",
        b"PAR1...",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0...",
        b"\x1f\x8b\x08",
        b"\x89PNG",
        b"a\x00b\x00\x00\x00\xff",
        b"\x00\x00\x00\x01",
        b"Name\n\x81\x8d\x8f\xff\xfe\n",
        b'Name\n"open',
        b'"open',
        b'Name,Company\nAna,"' + (b"x" * 1_000_000 + b"\n") * 3 + b'"\n',
        b"Name\n" + b"x" * 2_100_000,
        b"[",
        b"[{",
        b'[{"a": 1}',
        b'[{"a": 1},',
        b'[{"a": 1} {"b": 2}]',
        b'[{"a": 1}] more',
        b'{"a": 1',
        b'{"a": 1}\n{"b"',
        b"[]",
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'[{"a": "' + b"x" * 4_200_000 + b'"}]',
        b'{"a": tru}',
        ",".join(f"c{n}" for n in range(MAX_COLUMNS + 1)).encode(),
        "Näme".encode("utf-16")[:-1],
        json.dumps({f"c{n}": n for n in range(MAX_COLUMNS + 1)}).encode(),
    ],
    ids=lambda content: repr(content[:24]),
)
def test_what_is_no_table_of_people_is_one_clear_message(content: bytes) -> None:
    with pytest.raises(Unreadable) as told:
        file = io.BytesIO(content)
        shape = examine(file)
        list(rows(file, shape))
    assert 10 < len(told.value.message) < 120


# Some begin as workbooks and Parquet do, and have a process of their own started for them.
@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(st.sampled_from('ab,;"\n\r\t{}[]:1 '), max_size=60).map(str.encode))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    file = io.BytesIO(content)
    try:
        shape = examine(file)
        found = list(rows(file, shape))
    except Unreadable:
        return
    assert len(set(shape.columns)) == len(shape.columns)
    numbers = [row.number for row in found]
    assert numbers == sorted(set(numbers))


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=2, max_size=2),
        max_size=8,
    )
)
def test_what_a_csv_writer_wrote_is_read_as_it_was(table: list[list[str]]) -> None:
    import csv

    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["Name", "Company"], *table])
    _, found = read(text.getvalue())
    wanted = [{"Name": name, "Company": company} for name, company in table if name.strip() or company.strip()]
    assert [row.values for row in found] == wanted


class Large(io.RawIOBase):
    """A file of any size that is never in memory."""

    def __init__(self, line: bytes, count: int) -> None:
        super().__init__()
        self._line, self._count, self._at = line, count, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), len(self._line) * self._count - self._at)
        start = self._at % len(self._line)
        data = (self._line * (size // len(self._line) + 2))[start : start + size]
        buffer[:size] = data
        self._at += size
        return size


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(lines: int) -> int:
        file = io.BufferedReader(Large(b"Ana Lima,Backend Engineer,Acme,Lisbon,https://linkedin.com/in/ana\n", lines))
        tracemalloc.start()
        shape = examine(file)
        assert sum(1 for _ in _closed(rows(file, shape))) == lines
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(100_000) - peak(40_000) < 500_000


def test_a_cell_of_300_mebibytes_is_refused_within_the_same_memory() -> None:
    file = io.BufferedReader(Large(b"x" * 1024, 300 << 10))
    tracemalloc.start()
    with pytest.raises(Unreadable, match="longer than any row can be"):
        examine(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def _closed(reading: Iterator[Row]) -> Iterator[Row]:
    yield from reading


PERSON = {"name": "Ana Lima", "email": "ana@example.com"}
BEN = {"name": "Ben Okoro"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"name": "Backend search", "results": [PERSON, BEN]}, [PERSON, BEN]),
        ({"meta": {"page": 1}, "total": 2, "payload": [PERSON, BEN], "tags": ["a"]}, [PERSON, BEN]),
        ({"data": [PERSON, 5]}, [PERSON, {"row": "5"}]),
        # One person, with lists of her own.
        (PERSON | {"experiences": [{"title": "CTO"}]}, [PERSON | {"experiences": [{"title": "CTO"}]}]),
        (PERSON | {"awards": [{"title": "x"}]}, [PERSON | {"awards": [{"title": "x"}]}]),
        ({"education": [{"school": "MIT"}]}, [{"education": [{"school": "MIT"}]}]),
    ],
)
def test_the_list_in_an_object_is_the_people(content: dict[str, Any], found: list[dict[str, Any]]) -> None:
    assert [row.values for row in read(json.dumps(content))[1]] == found
    assert [row.number for row in read(json.dumps(content))[1]] == list(range(1, len(found) + 1))


def test_objects_behind_each_other_are_people_even_with_lists_in_them() -> None:
    one = {"data": [PERSON]}
    assert len(read("\n".join(json.dumps(one) for _ in range(3)))[1]) == 3


def test_two_lists_in_an_object_are_told() -> None:
    with pytest.raises(Unreadable, match="with 2 lists of objects"):
        read(json.dumps({"people": [PERSON], "leads": [BEN]}))


def test_a_list_in_an_object_longer_than_any_record_is_streamed() -> None:
    people = [{"name": f"Person {n}", "about": "x" * 1000} for n in range(5_000)]
    shape, found = read(json.dumps({"name": "All", "count": 5_000, "results": people, "next": None}))
    assert (shape.columns, len(found), found[-1].number) == (["name", "about"], 5_000, 5_000)
    for cut, why in ((-3, "not closed|damaged"), (-60, "not complete|damaged")):
        with pytest.raises(Unreadable, match=why):
            read(json.dumps({"results": people})[:cut])
    with pytest.raises(Unreadable, match="after the end of the JSON object"):
        read(json.dumps({"results": people}) + "{}")


def test_fields_that_come_late_are_columns_within_the_limit() -> None:
    people = [{"name": f"Person {n}"} | ({"email": f"p{n}@example.com"} if n > 150 else {}) for n in range(200)]
    assert read("\n".join(map(json.dumps, people)))[0].columns == ["name", "email"]
    many = [{"name": f"Person {n}"} | ({f"f{n}": 1} if n > 100 else {}) for n in range(1_000)]
    shape, found = read(json.dumps(many))
    assert (len(shape.columns), len(found)) == (MAX_COLUMNS, 1_000)


def test_a_long_cell_is_read() -> None:
    long = "word, " * 60_000
    found = read(f'Name,About\nAna,"{long}"\n')[1]
    assert found[0].values["About"] == long


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('["a, b", 1, null]', ["a, b", 1, None]),
        ('{"a": [{"b": "c"}]}', {"a": [{"b": "c"}]}),
        ("[]", []),
        ("'[1]", "[1]"),
        ("''{x}", "'{x}"),
        ("'[1", "'[1"),
        ("[Senior] Engineer [x]", "[Senior] Engineer [x]"),
        ("[NaN]", "[NaN]"),
        ("[" * 5_000 + "]" * 5_000, "[" * 5_000 + "]" * 5_000),
        ("[" * 50 + "]" * 50, "[" * 50 + "]" * 50),
        ("]", "]"),
    ],
)
def test_a_cell_that_is_json_is_a_list_or_an_object(cell: str, value: Any) -> None:
    quoted = cell.replace('"', '""')
    assert read(f'Name,X\nAna,"{quoted}"\n')[1][0].values["X"] == value


def test_headers_lose_the_mark_of_our_exports() -> None:
    assert read("Name,'=a,''=a,'b,=c\nAna,1,2,3,4\n")[0].columns == ["Name", "=a", "'=a", "'b", "=c"]


def test_texts_that_go_on_in_further_columns_are_one() -> None:
    shape, found = read(
        "Name,n,n (continued 2),n (continued 3),x (continued 2),n (continued 4)\nAna,a,b,c,d,e\nBen,a\n"
    )
    assert shape.own_columns == ["Name", "n", "x (continued 2)", "n (continued 4)"]
    assert [row.values for row in found] == [
        {"Name": "Ana", "n": "abc", "x (continued 2)": "d", "n (continued 4)": "e"},
        {"Name": "Ben", "n": "a"},
    ]
