"""Rows of cells as records: the header gives the columns, the rest are checked against it. For CSV and workbooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from services.imports.import_mapping import field_of
from services.readers.base import NO_HEADER, Row, Unreadable, different
from services.readers.cells import ENDS, continued, join, taken

# Rows in which a header is looked for, and the last row that a person may name as one.
HEADER_ROWS = 10
# Rows from the header on that tell how wide the table is.
_WIDTH_ROWS = 5
MAX_HEADER_ROW = 1000
# Cells that are kept of a row that has more than the header.
_LONG_ROW = 2000
# A cell that is somebody's, and so no header.
_DATA = re.compile(r"https?://\S+|[^@\s]+@[^@\s]+\.[a-z]{2,}|\+?[\d ()./-]{7,}", re.IGNORECASE)

# number, cells, size in characters, problem; blank rows are left out.
Record = tuple[int, list[str], int, str]


def rows_to_look_at(wanted: int | None) -> int:
    """How many records hold the header. wanted: as in Options.header_row."""
    return max(min(wanted or 0, MAX_HEADER_ROW), HEADER_ROWS) + _WIDTH_ROWS


def header_of(first: Sequence[Record], wanted: int | None) -> tuple[int, list[str]]:
    """Number of the header and the columns, by the first records. Raises Unreadable."""
    number = _find_header(first[:HEADER_ROWS]) if wanted is None else wanted
    if number == 0:
        width = max((len(_trimmed(cells)) for _, cells, _, _ in first[:HEADER_ROWS]), default=0)
        return 0, different([""] * width)
    header = next((record for record in first if record[0] == number), None)
    if header is None or header[3]:
        raise Unreadable(NO_HEADER if wanted is None else f"Row {wanted} does not name columns. Choose another one.")
    # A column without a name counts when something stands in it.
    rest = [cells for at, cells, _, _ in first if at >= number]
    width = max(len(_trimmed(cells)) for cells in rest[:_WIDTH_ROWS])
    return number, different(header[1][: max(width, len(_trimmed(header[1])))])


def as_rows(records: Iterable[Record], columns: Sequence[str], header_row: int, joined_by: str = ",") -> Iterator[Row]:
    """The records behind the header, by column."""
    width = len(columns)
    parts = continued(columns)
    for number, cells, size, problem in records:
        if number <= header_row:
            continue
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if not problem and len(cells) > width:
            named = f"the header {width}" if header_row else f"the first rows {width}"
            problem = f"The row has {len(cells)} cells, {named}."
        if problem:
            yield Row(number, {"row": joined_by.join(cells[:_LONG_ROW])}, size, problem)
        else:
            values: dict[str, Any] = dict(zip(columns, cells, strict=False))
            if parts:
                join(values, parts)
            # Asked once a row: most have no such sign at all.
            text = "".join(cells)
            if "]" in text or "}" in text:
                for column, cell in values.items():
                    if cell.endswith(ENDS):
                        values[column] = taken(cell)
            yield Row(number, values, size)


def _find_header(first: Sequence[Record]) -> int:
    """It is the first row, unless a later one names two or more known columns and the rows above it none
    (a title, a date of export), or nothing is known and the first row holds addresses: then it is 0."""
    if not first:
        return 1
    if first[0][3]:
        return first[0][0]
    known = [sum(1 for cell in cells if field_of(cell)) for _, cells, _, _ in first]
    if not known[0]:
        later = next((place for place, count in enumerate(known) if count >= 2), None)
        if later is not None:
            return first[later][0]
        if any(_DATA.fullmatch(cell.strip()) for cell in first[0][1]):
            return 0
    return first[0][0]


def _trimmed(cells: list[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
