"""What all readers share: the shape of a file, its rows, and the refusal of a file as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.errors import BadInput
from services.exports.spreadsheet_text import unguard
from services.readers.cells import continued

MAX_COLUMNS = 500
MAX_HEADER = 200
# Longer lines and records are files gone wrong, and would be held in memory.
MAX_LINE = 2_000_000
MAX_RECORD = 4_000_000
NO_ENCODING = "The file's text cannot be read: it is in no known encoding. Save it as CSV UTF-8."
NO_HEADER = "The first row of the file must name its columns."


class Unreadable(BadInput):
    """No part of this file may be imported."""


@dataclass(frozen=True)
class Options:
    """How a person wants a file to be read. "" and None: to be found out.

    header_row: the number of the row that names the columns; 0: none does.
    """

    encoding: str = ""
    delimiter: str = ""
    header_row: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """From the params of a run or from a page; what is of no use there is passed over."""
        encoding, delimiter, header = (given.get(name) for name in ("encoding", "delimiter", "header_row"))
        return cls(
            encoding if isinstance(encoding, str) else "",
            delimiter if isinstance(delimiter, str) else "",
            header if isinstance(header, int) and not isinstance(header, bool) and header >= 0 else None,
        )


@dataclass(frozen=True)
class Shape:
    """What a file is. kind: csv, json, xlsx or parquet. columns: header cells, or the names of the
    fields (JSON: of the first objects), all different. header_row: its number, 0 for none.

    sheets, sheet: of a workbook, those with something in them, and the one that is read.
    """

    kind: str
    encoding: str
    columns: list[str]
    delimiter: str = ""
    header_row: int = 1
    sheets: tuple[str, ...] = ()
    sheet: str = ""

    @property
    def own_columns(self) -> list[str]:
        """The columns, without those in which texts of the one before go on."""
        parts = continued(self.columns) if self.kind in ("csv", "xlsx") else {}
        return [column for column in self.columns if column not in parts]

    @property
    def options(self) -> dict[str, Any]:
        """What makes a later reading the same as this one; see Options.of()."""
        named = {"encoding": self.encoding, "delimiter": self.delimiter}
        header = {"header_row": self.header_row} if self.kind in ("csv", "xlsx") else {}
        return {name: value for name, value in named.items() if value} | header


class Row(NamedTuple):
    """One record: its number as a spreadsheet shows it (the header of a CSV is 1; JSON and Parquet count
    from 1), its values by column, its length in characters, and what is wrong with it ("" if nothing)."""

    number: int
    values: dict[str, Any]
    size: int
    problem: str = ""


def different(names: Iterable[str]) -> list[str]:
    """Header cells, cleaned and without the ' of our exports, empty ones named, repeated ones numbered.

    Raises Unreadable.
    """
    result: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(names, 1):
        if position > MAX_COLUMNS:
            raise Unreadable(f"The file has more than {MAX_COLUMNS} columns; {MAX_COLUMNS} can be read.")
        name = base = unguard(" ".join(raw.replace("\0", "").split()))[:MAX_HEADER] or f"column {position}"
        again = 1
        while name in taken:
            again += 1
            name = f"{base} ({again})"
        taken.add(name)
        result.append(name)
    return result
