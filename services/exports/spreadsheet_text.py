"""Text that passes through spreadsheet programs without being run as a formula.

OWASP, "CSV injection": a cell that starts with one of these signs is a formula to a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

# With the 's before the sign, so that a text which really begins with '= comes back as it was.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile(f"'{_FORMULA.pattern}")


def guard(cell: str) -> str:
    """The cell with a ' before it where it would be a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def guard_once(cell: str) -> str:
    """The cell with a ' before it unless it has one: for rows as a file had them, which may have been an export."""
    return cell if _GUARDED.match(cell) else guard(cell)


def keep(cell: str) -> str:
    """The cell with one more ' where unguard() would take one off: for files whose texts are never formulas."""
    return "'" + cell if _GUARDED.match(cell) else cell


def unguard(cell: str) -> str:
    """What guard() was given."""
    return cell[1:] if _GUARDED.match(cell) else cell


def csv_line(cells: Iterable[Any]) -> bytes:
    """A line of a CSV file in UTF-8, its texts guarded; None is an empty cell."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([guard(cell) if isinstance(cell, str) else cell for cell in cells])
    return buffer.getvalue().encode()
