"""From what people type, paste, or keep in files and sheets to the entries of a list. Pure.

One entry a line. People are given by address, e-mail, or name and company, in any order:

    https://www.linkedin.com/in/ada-example      ada@example.com      Ada Example, Example Ltd

Tables may have a header; without one, the cells say themselves what they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.filtering.rule_kinds import Holds
from services.imports.import_rows import clean
from services.people.urls import url_key

Cells = Sequence[Any]
MAX_ENTRIES = 200_000
MAX_LABEL = 300
MAX_RAW = 2_000

_EMAIL = re.compile(r"^[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+$")
_ADDRESS = re.compile(r"^(https?://|www\.|([a-z]{2,3}\.)?linkedin\.com/)", re.IGNORECASE)
# What a header calls its columns, in lower case.
_HEADERS = {
    "url": "url", "linkedin": "url", "linkedin url": "url", "profile url": "url", "linkedin_url": "url",
    "profile": "url", "profile link": "url", "linkedinprofileurl": "url", "email": "email", "e-mail": "email",
    "email address": "email", "mail": "email", "name": "name", "full name": "name", "full_name": "name",
    "fullname": "name", "candidate": "name", "candidate name": "name", "first name": "first", "first_name": "first",
    "firstname": "first", "last name": "last", "last_name": "last", "lastname": "last", "surname": "last",
    "company": "company", "company name": "company", "companies": "company", "employer": "company",
    "current company": "company", "organization": "company", "organisation": "company", "school": "school",
    "university": "school", "schools": "school", "universities": "school", "college": "school", "institution": "school",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One line of a list. row_number: 1 is the first line; raw: the line as it was. label: of a company,
    school or person; url_key, email_key and company are of people."""

    row_number: int
    raw: str
    label: str
    url_key: str = ""
    email_key: str = ""
    company: str = ""


def from_text(text: str, holds: Holds) -> list[Entry]:
    """Lines that were typed or pasted. A pasted table has tabs between its cells."""
    lines = text.lstrip("\ufeff").splitlines()
    if holds == "people":
        delimiter = "\t" if any("\t" in line for line in lines[:50]) else ","
        return from_table((row for line in lines for row in _cells(line, delimiter)), holds)
    return from_table(([part] if "\t" not in (part := line) else part.split("\t") for line in lines), holds)


def from_table(rows: Iterable[Cells], holds: Holds) -> list[Entry]:
    """Rows of a sheet, short ones included; blank ones and a header are no entries."""
    return from_numbered(enumerate(rows, 1), holds)


def from_numbered(rows: Iterable[tuple[int, Cells]], holds: Holds) -> list[Entry]:
    """The same with the rows' own numbers. Row 0 can only be a header."""
    found: list[Entry] = []
    columns: dict[str, int] | None = None
    for number, row in rows:
        cells = [clean(cell if not isinstance(cell, (int, float)) else str(cell), MAX_LABEL) for cell in row]
        if not any(cells):
            continue
        if columns is None:
            columns = _header(cells, holds)
            if columns or number == 0:
                continue
        entry = _entry(number, cells, columns, holds)
        if entry is not None:
            found.append(entry)
    return found


def _header(cells: Sequence[str], holds: Holds) -> dict[str, int]:
    """Which column holds what; {} where the row is no header."""
    columns: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = _HEADERS.get(cell.lower().strip(" :"))
        if name is not None:
            columns.setdefault(name, at)
    # "Mail" or "Profile" among others can be a company.
    own = {"companies": "company", "schools": "school", "people": "name"}[holds]
    alone = len([cell for cell in cells if cell]) == 1
    return columns if len(columns) > 1 or own in columns or (columns and alone) else {}


def _entry(number: int, cells: Sequence[str], columns: dict[str, int], holds: Holds) -> Entry | None:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at] if at is not None and at < len(cells) else ""

    raw = ", ".join(part for part in cells if part)[:MAX_RAW]
    if holds != "people":
        own = "company" if holds == "companies" else "school"
        named = [name for name in (own, "name") if name in columns]
        label = next((cell(name) for name in named), "") if named else next(part for part in cells if part)
        return Entry(number, raw, label) if label else None
    if columns:
        address, email, company = cell("url"), cell("email"), cell("company")
        name = cell("name") or f"{cell('first')} {cell('last')}".strip()
    else:
        address = next((part for part in cells if _ADDRESS.match(part)), "")
        email = next((part for part in cells if _EMAIL.match(part)), "")
        name, company = ([part for part in cells if part and part not in (address, email)] + ["", ""])[:2]
    key = url_key(address) if address else None
    mail = email.removeprefix("mailto:").lower() if _EMAIL.match(email.removeprefix("mailto:")) else ""
    if not (key or mail or (name and company)):
        return None
    return Entry(number, raw, name, key.key if key else "", mail, company)


def _cells(line: str, delimiter: str) -> Iterable[list[str]]:
    return [[]] if not line.strip() else csv.reader([line.replace("\0", "")], delimiter=delimiter)
