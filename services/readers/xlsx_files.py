"""Workbooks (XLSX, XLSM): read in a process of its own, one sheet at a time."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any, BinaryIO

from services.readers import sandbox, tables
from services.readers.base import Options, Row, Shape, Unreadable
from services.readers.sandbox import PROBLEMS, QUICK, THOROUGH
from services.readers.tables import Record


def examine(file: BinaryIO, options: Options, sheet: str) -> Shape:
    """Sheets, and the columns of one: the named one, else the first with rows. Raises Unreadable."""
    wanted = tables.rows_to_look_at(options.header_row)
    request = {"format": "xlsx", "what": "look", "sheet": sheet, "first": wanted}
    with closing(sandbox.frames(file, request, QUICK)) as frames:
        found = next(frames, {}).get("look")
    if not isinstance(found, dict):
        raise Unreadable(PROBLEMS["damaged"])
    first = [_record(row) for row in found.get("rows") or []]
    if not first:
        raise Unreadable("This sheet is empty. Choose another one.")
    header_row, columns = tables.header_of(first, options.header_row)
    sheets = tuple(str(name) for name in found.get("sheets") or [])
    return Shape("xlsx", "", columns, header_row=header_row, sheets=sheets, sheet=str(found.get("sheet") or sheet))


def rows(file: BinaryIO, shape: Shape, after: int, first: int | None) -> Generator[Row, None, None]:
    """The rows behind the header with a number above `after`; first: how many, for a person who waits.

    Raises Unreadable, also late.
    """
    behind = max(after, shape.header_row)
    request = {"format": "xlsx", "what": "rows", "sheet": shape.sheet, "after": behind, "first": first,
               "width": len(shape.columns)}  # fmt: skip
    with closing(sandbox.frames(file, request, THOROUGH if first is None else QUICK)) as frames:
        for frame in frames:
            yield from tables.as_rows(map(_record, frame.get("rows") or []), shape.columns, shape.header_row)


def _record(row: Any) -> Record:
    number, cells = row
    return number, cells, sum(map(len, cells)), ""
