"""Which row of a table names its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.import_mapping import field_of

# A cell that is somebody's, and so no header.
_DATA = re.compile(r"https?://\S+|[^@\s]+@[^@\s]+\.[a-z]{2,}|\+?[\d ()./-]{7,}", re.IGNORECASE)


def find_header(rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    """The number of the header among the first rows (number, cells) of a table, blank ones left out.

    It is the first row, unless a later one names two or more known columns and the rows above it
    none (a title, a date of export), or nothing is known and the first row holds addresses: then
    there is none, and the answer is 0.
    """
    if not rows:
        return 1
    known = [sum(1 for cell in cells if field_of(cell)) for _, cells in rows]
    if not known[0]:
        later = next((place for place, count in enumerate(known) if count >= 2), None)
        if later is not None:
            return rows[later][0]
        if any(_DATA.fullmatch(cell.strip()) for cell in rows[0][1]):
            return 0
    return rows[0][0]
