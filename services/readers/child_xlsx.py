"""Workbooks in the child process: sheets, and the rows of one of them as text, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from python_calamine_plus import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
    XmlError,
    ZipError,
)

from services.readers import zip_checks
from services.readers.child import Problem

MAX_COLUMNS = 500
MAX_ROWS = 1_048_576
# Rows in which the header is looked for, and something must stand for a sheet to count as one with rows.
_HEADER_ROWS = 1005
# Columns right of the header that are read, to tell that a row has too many cells.
_MORE = 4
# More blank rows than these are waited for by nobody who looks at a page.
_MAX_BLANK = 50_000
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
_BROKEN = (CalamineError, XmlError, ZipError, OSError, ValueError)


def look(file: BinaryIO, request: dict[str, Any]) -> dict[str, Any]:
    """{"sheets": those with rows, "sheet": the one that was read, "rows": its first ones}.

    request: sheet ("" for the first), first (how many rows).
    """
    book = _opened(file)
    visible = [s.name for s in book.sheets_metadata
               if s.typ == SheetTypeEnum.WorkSheet and s.visible == SheetVisibleEnum.Visible]  # fmt: skip
    sheets = [name for name in visible if next(_top(book, name), None)]
    wanted = request["sheet"]
    if wanted and wanted not in book.sheet_names:
        raise Problem("no sheet")
    if not wanted and not sheets:
        raise Problem("no sheets")
    sheet = wanted or sheets[0]
    first = list(islice(_top(book, sheet), request["first"]))
    return {"sheets": sheets, "sheet": sheet, "rows": [(number, cells) for number, cells, _ in first]}


def rows(file: BinaryIO, request: dict[str, Any]) -> Iterator[tuple[int, list[str], int]]:
    """Rows of request's sheet with a number above `after`, at most `first` of them (None: all).

    width: of the header. A cell more than four columns right of it is not read.
    """
    behind, first = int(request["after"]), request["first"]
    found, last = 0, behind
    for number, cells, size in _records(_opened(file), request["sheet"], behind, None, request["width"] + _MORE):
        if first is not None and (found >= first or (found and number - last > _MAX_BLANK)):
            return
        if cells:
            found, last = found + 1, number
            yield number, cells, size
        elif number - last > _MAX_BLANK and first is not None and not found:
            raise Problem("gap")


def _opened(file: BinaryIO) -> CalamineWorkbook:
    zip_checks.check(file)
    try:
        # By a path of its own: from an object of Python's it would be read into memory as a whole.
        return CalamineWorkbook.from_path(f"/dev/fd/{file.fileno()}")
    except PasswordError as error:
        raise Problem("password") from error
    except _BROKEN as error:
        raise Problem("damaged") from error


def _top(book: CalamineWorkbook, sheet: str) -> Iterator[tuple[int, list[str], int]]:
    """The rows among which the header is, blank ones left out."""
    for number, cells, size in _records(book, sheet, 0, _HEADER_ROWS, MAX_COLUMNS):
        if len(cells) > MAX_COLUMNS:
            raise Problem("wide")
        if cells:
            yield number, cells, size


def _records(
    book: CalamineWorkbook, sheet: str, after: int, until: int | None, max_column: int
) -> Iterator[tuple[int, list[str], int]]:
    """(number, cells, characters) of all rows, no cells for a blank one; the first row of a sheet is 1."""
    last = None if until is None else until - 1
    try:
        # Rows come filled up to the last column that is asked for.
        stream = book.stream_sheet_by_name(sheet, min_row=after, max_row=last, max_col=max_column)
        for number, values in enumerate(stream, after + 1):
            if number > MAX_ROWS:
                raise Problem("tall")
            if not any(values):
                yield number, [], 0
                continue
            cells = [value if type(value) is str and value[:1] != "#" else as_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            yield (number, cells, sum(map(len, cells))) if any(map(str.strip, cells)) else (number, [], 0)
    except WorksheetNotFound as error:
        # A sheet that is named but not there.
        raise Problem("damaged" if sheet in book.sheet_names else "no sheet") from error
    except _BROKEN as error:
        raise Problem("damaged") from error


def as_text(value: Any) -> str:
    """A cell as a person sees it, dates as ISO: 5.0 → 5, midnight of a day → the day, an error → nothing."""
    if isinstance(value, str):
        return "" if value in _ERRORS else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)
