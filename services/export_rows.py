"""From rows of people to the bytes of a file. Pure.

A row is a mapping by column: text, number, bool, list of texts or None. Headers are the names that
the grid and the importer know, so that a file that was exported can be imported.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.errors import BadInput
from services.spreadsheet_text import guard

Row = Mapping[str, Any]

# In the order of the file; all of them are given by sql/exports.sql, fetch_rows.
COLUMNS = (
    "full_name", "first_name", "last_name", "title", "company", "location", "country", "industry", "headline",
    "email", "phone", "linkedin_url", "skills", "years_experience", "current_tenure_months", "average_tenure_months",
    "score", "fit", "stage", "filter_status", "tags", "note_count", "source", "has_email", "added_at", "screened_at",
    "summary",
)  # fmt: skip
# The mark at the start tells spreadsheet programs that this is UTF-8.
MARK = b"\xef\xbb\xbf"
_UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Format:
    """head: columns → first bytes. body: columns and rows → their bytes."""

    mimetype: str
    head: Callable[[Sequence[str]], bytes]
    body: Callable[[Sequence[str], Sequence[Row]], bytes]


def csv_head(columns: Sequence[str]) -> bytes:
    return MARK + _csv([list(columns)])


def csv_body(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    return _csv([[_cell(row[column]) for column in columns] for row in rows])


def ndjson_body(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """One object a line."""
    lines = (json.dumps({column: row[column] for column in columns}, ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


FORMATS: dict[str, Format] = {
    "csv": Format("text/csv", csv_head, csv_body),
    "ndjson": Format("application/x-ndjson", lambda _: b"", ndjson_body),
}


def check_format(name: Any) -> str:
    """Raises BadInput for a format that is not made here."""
    if not isinstance(name, str) or name not in FORMATS:
        raise BadInput(f"An export is one of {', '.join(FORMATS)}.")
    return name


def check_columns(names: Any) -> list[str]:
    """The columns of a file, all without a choice. Raises BadInput for unknown or double ones."""
    if names is None:
        return list(COLUMNS)
    good = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    if not good or not names or len(set(names)) != len(names):
        raise BadInput("Name the columns of the export, each once.")
    if unknown := set(names) - set(COLUMNS):
        raise BadInput(f"An export has no column {min(unknown)[:50]!r}; there are {', '.join(COLUMNS)}.")
    return list(names)


def file_name(title: str, day: date, extension: str) -> str:
    """search-title-2026-11-25.csv: letters, digits and hyphens, whatever the title holds."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return f"{_UNSAFE.sub('-', plain).strip('-')[:80].rstrip('-') or 'people'}-{day.isoformat()}.{extension}"


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return guard(", ".join(value))
    # A number cannot be a formula, and a minus before it is no sign of one.
    return guard(value) if isinstance(value, str) else str(value)
