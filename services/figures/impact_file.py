"""Counts by group as people hand them in: a small table, as text. Pure.

The first line names the columns: group, applicants, selected; and where there are scores, scored, above_median and
mean_score; and attribute where several are told of at once (sex, age band, …). Everything is a count of a group;
what looks like a table of persons is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from services.errors import BadInput
from services.exports.spreadsheet_text import unguard
from services.imports.import_rows import clean

MAX_CHARACTERS = 100_000
MAX_ROWS = 500
MAX_NAME = 100
MOST = 100_000_000
WANTED = ("group", "applicants", "selected")
# What columns are called → what they are here.
_NAMES = {
    "attribute": "attribute", "category": "attribute", "characteristic": "attribute",
    "group": "group", "applicants": "applicants", "candidates": "applicants", "assessed": "applicants",
    "selected": "selected", "hired": "selected", "advanced": "selected",
    "scored": "scored", "above_median": "above_median", "above_the_median": "above_median",
    "mean_score": "mean_score", "average_score": "mean_score",
}  # fmt: skip
# Words of columns that only a table of persons has.
_OF_PERSONS = frozenset({"name", "first_name", "last_name", "full_name", "email", "e_mail", "phone", "linkedin_url"})
_NUMBER = re.compile(r"\d{1,3}(?:[,. '\u2019\u00a0\u202f]\d{3})+|\d+", re.ASCII)

EMPTY = "Paste the table, or choose a file: a line a group, with a first line that names the columns."
TOO_LONG = "This is longer than a table of groups can be (100,000 characters, 500 lines). Nothing was kept."
NO_HEADER = "The first line has to name the columns: group, applicants, selected. Missing: {missing}. Nothing was kept."
TWICE = "Two columns are called “{name}”. Nothing was kept."
OF_PERSONS = "The column “{name}” is about persons. Hand in counts by group only. Nothing was kept."


@dataclass(frozen=True)
class Group:
    """One group of one attribute ("" where the table has none). above_median: of `scored`."""

    attribute: str
    name: str
    applicants: int
    selected: int
    scored: int | None = None
    above_median: int | None = None
    mean_score: Decimal | None = None


def read(text: str) -> list[Group]:
    """The groups, in their order. Raises BadInput, which says in which line what is wrong."""
    if len(text) > MAX_CHARACTERS:
        raise BadInput(TOO_LONG)
    lines = _lines(text)
    number, header = next(lines, (0, []))
    if not header:
        raise BadInput(EMPTY)
    places = _places(header)
    groups: list[Group] = []
    seen: set[tuple[str, str]] = set()
    for number, cells in lines:
        if len(groups) == MAX_ROWS:
            raise BadInput(TOO_LONG)
        group = _group(number, {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()})
        key = (group.attribute.casefold(), group.name.casefold())
        if key in seen:
            raise _wrong(number, f"the group “{group.name}” is there twice")
        seen.add(key)
        groups.append(group)
    if not groups:
        raise BadInput(EMPTY)
    return groups


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the line, cells) of every line that holds something."""
    first = text.lstrip("\ufeff").lstrip().partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [unguard(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise _wrong(reader.line_num, "a quotation mark is not closed, or stands where none can") from error


def _places(header: Sequence[str]) -> dict[str, int]:
    """Which column is where; columns of other names are left alone."""
    places: dict[str, int] = {}
    for at, cell in enumerate(header):
        word = re.sub(r"[^a-z]+", "_", cell.lower()).strip("_")
        if word in _OF_PERSONS:
            raise BadInput(OF_PERSONS.format(name=clean(cell, MAX_NAME)))
        if name := _NAMES.get(word):
            if name in places:
                raise BadInput(TWICE.format(name=name))
            places[name] = at
    if missing := [name for name in WANTED if name not in places]:
        raise BadInput(NO_HEADER.format(missing=", ".join(missing)))
    return places


def _group(line: int, cells: Mapping[str, str]) -> Group:
    name = clean(cells["group"], MAX_NAME)
    if not name:
        raise _wrong(line, "the group has no name")
    if "@" in name:
        raise _wrong(line, "a group is not a person")
    applicants, selected = (_count(line, cells, column, needed=True) or 0 for column in ("applicants", "selected"))
    scored, above = _count(line, cells, "scored"), _count(line, cells, "above_median")
    if above is not None and scored is None:
        # Everyone was.
        scored = applicants
    for part, whole, less, more in ((selected, applicants, "selected", "applicants"),
                                    (scored, applicants, "scored", "applicants"),
                                    (above, scored, "above_median", "scored")):  # fmt: skip
        if part is not None and whole is not None and part > whole:
            raise _wrong(line, f"{less} is more than {more}")
    return Group(
        clean(cells.get("attribute", ""), MAX_NAME), name, applicants, selected, scored, above, _score(line, cells)
    )


def _count(line: int, cells: Mapping[str, str], column: str, *, needed: bool = False) -> int | None:
    """A whole number, which may have marks between thousands. None for an empty cell of a column that may be."""
    cell = cells.get(column, "")
    if not cell and not needed:
        return None
    if not _NUMBER.fullmatch(cell):
        raise _wrong(line, f"{column} is not a whole number of people")
    count = int(re.sub(r"\D", "", cell))
    if count > MOST:
        raise _wrong(line, f"{column} is too large")
    return count


def _score(line: int, cells: Mapping[str, str]) -> Decimal | None:
    cell = cells.get("mean_score", "")
    if not cell:
        return None
    try:
        score = Decimal(cell.replace(",", "."))
        if not 0 <= score <= 1_000_000:
            raise InvalidOperation
    except InvalidOperation as error:
        raise _wrong(line, "mean_score is not a number from 0 on") from error
    return score


def _wrong(line: int, what: str) -> BadInput:
    return BadInput(f"Line {line}: {what}. Nothing was kept.")
