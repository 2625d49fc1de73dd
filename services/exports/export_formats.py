"""The kinds of files that exports are, and their names. Pure; what writes them is loaded by jobs only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.errors import BadInput

# Excel's and everybody's: one more row is for the headers.
MOST_SHEET_ROWS = 1_048_575
_UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Format:
    """guarded: texts get a ' where a spreadsheet would take them for a formula. workbook: of several sheets."""

    mimetype: str
    guarded: bool = False
    workbook: bool = False


FORMATS: dict[str, Format] = {
    "csv": Format("text/csv", guarded=True),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook=True),
    "parquet": Format("application/vnd.apache.parquet"),
    "ndjson": Format("application/x-ndjson"),
}


def check_format(name: Any) -> str:
    """Raises BadInput for a format that is not made here."""
    if not isinstance(name, str) or name not in FORMATS:
        raise BadInput(f"An export is one of {', '.join(FORMATS)}.")
    return name


def file_name(title: str, variant: str, day: date, extension: str) -> str:
    """search-title-2026-11-25.csv: letters, digits and hyphens, whatever the title holds.

    Variants other than the usual one are named in it.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = _UNSAFE.sub("-", plain).strip("-")[:80].rstrip("-") or "people"
    what = "" if variant == "processed" else f"-{variant}"
    return f"{name}{what}-{day.isoformat()}.{extension}"
