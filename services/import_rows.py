"""From a row of a file to a person: clean text within the columns' limits, and the keys of an identity.

Pure. The shape of a person is the record that sql/imports.sql takes: field → text, plus
skills (list), years_experience and current_tenure_months (number or None), started_on (ISO date
or None), public_url, opaque_url, guess_first, guess_last, and `keys` (see below).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.spreadsheet_text import unguard
from services.urls import opaque_key, url_key

# As in sql/migrations/0001_foundation.sql.
LIMITS = {
    "full_name": 200, "first_name": 200, "last_name": 200, "headline": 500, "title": 300, "company": 300,
    "location": 300, "country": 100, "industry": 200, "summary": 20_000, "email": 320, "phone": 50,
}  # fmt: skip
MAX_SKILLS, MAX_SKILL = 100, 100

# NUL and lone surrogates cannot be stored; the others are invisible or turn text around.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_EMAIL = re.compile(r"^[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_YEARS = re.compile(r"(\d+(?:[.,]\d+)?)\s*\+?\s*(?:years?|yrs?|y|an(?:s|n[ée]es?)?|jahre?|años?)\b", re.IGNORECASE)
_MONTHS = re.compile(r"(\d+)\s*(?:months?|mos?|m|mois|monate?|mes(?:es)?)\b", re.IGNORECASE)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_MONTH_YEAR = re.compile(r"([a-z]{3,9})\.?\s+(\d{4})|(\d{1,2})/(\d{4})|(\d{4})", re.IGNORECASE)


@dataclass
class Person:
    """One person of a file.

    keys: names of the identity, strongest first: public address, opaque addresses, and only where
    there is neither an address nor an e-mail the hash of name, title, company and location.
    """

    row_number: int
    values: dict[str, Any]
    keys: list[str]
    raw: dict[str, Any]
    # Of rows that turned out to be the same person: whether each brought something new.
    repeats: list[bool] = field(default_factory=list)

    @property
    def email(self) -> str:
        return str(self.values["email"]).lower()

    @property
    def has_public(self) -> bool:
        return bool(self.values["public_url"])

    def copy(self) -> Person:
        return Person(self.row_number, dict(self.values), list(self.keys), dict(self.raw), list(self.repeats))

    def absorb(self, other: Person) -> None:
        """Take what a later row of the same person says, where it says something."""
        before = dict(self.values)
        self.values |= {name: value for name, value in other.values.items() if value not in ("", None, [])}
        self.keys += [key for key in other.keys if key not in self.keys]
        self.raw |= other.raw
        self.repeats += [self.values != before, *other.repeats]


def person_of(
    row_number: int, row: Mapping[str, Any], columns: Mapping[str, Sequence[str]], *, today: date
) -> Person | None:
    """The person of a row, or None when it holds neither name nor address.

    columns: field → columns, see import_mapping.columns_by_field().
    """
    values: dict[str, Any] = {name: _first(row, columns.get(name, ()), name) for name in LIMITS if name != "email"}
    values["email"] = _email(row, columns.get("email", ()))
    values["skills"] = _skills(row, columns.get("skills", ()))
    values["years_experience"] = _years(_first(row, columns.get("years_experience", ())))
    values["started_on"] = started_on(_first(row, columns.get("started_on", ())), today)
    values["current_tenure_months"] = _tenure(_first(row, columns.get("current_tenure_months", ())))
    if values["current_tenure_months"] is None and values["started_on"]:
        start = date.fromisoformat(values["started_on"])
        values["current_tenure_months"] = (today.year - start.year) * 12 + today.month - start.month
    _name(values)
    keys = _addresses(row, columns, values)
    if not (keys or values["email"] or values["full_name"]):
        return None
    if not keys and not values["email"]:
        keys = [_row_key(values)]
    return Person(
        row_number, values, keys, storable({column: value for column, value in row.items() if value not in (None, "")})
    )


def clean(value: Any, limit: int | None = None, *, lines: bool = False) -> str:
    """One value as text: NFC, nothing invisible, single spaces (line ends kept with lines=True), cut to limit."""
    if isinstance(value, str):
        # Most cells, at a tenth of the time: nothing in them is to be changed.
        if value.isascii() and value.isprintable() and "  " not in value and value[:1] != "'":
            return value.strip(" ")[:limit].rstrip()
    elif isinstance(value, bool) or value is None or isinstance(value, dict):
        return ""
    if isinstance(value, list):
        value = "\n".join(clean(part) for part in value)
    text = unguard(str(value).lstrip(" "))
    text = _FORBIDDEN.sub("", unicodedata.normalize("NFC", text))
    if lines:
        text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.splitlines())
        text = re.sub(r"\n{3,}", "\n\n", text).strip()
    else:
        text = _SPACES.sub(" ", text).strip()
    return text if limit is None else text[:limit].rstrip()


def storable(value: Any) -> Any:
    """A value of a file as Postgres can keep it in jsonb: no NUL, no lone surrogate, no infinity."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return _UNSTORABLE.sub("", value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("", str(name)): storable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [storable(part) for part in value]
    return value


def started_on(text: str, today: date) -> str | None:
    """The start of "Feb 2026 - Present", "2019-03-01", "03/2020" or "2018" as an ISO date; None when unclear.

    A range that has ended is no current job.
    """
    begin, _, end = re.sub(r"\s[-–—]\s|[–—]", "\n", text).partition("\n")
    if end and any(c.isdigit() for c in end):
        return None
    year, month = 0, 1
    if found := _ISO.search(begin):
        year, month = int(found[1]), int(found[2])
    elif found := _MONTH_YEAR.search(begin):
        year = int(found[2] or found[4] or found[5])
        name = (found[1] or "")[:3].lower()
        month = _MONTH_NAMES.index(name) + 1 if name in _MONTH_NAMES else int(found[3] or 1)
    if not (1950 <= year <= today.year and 1 <= month <= 12) or date(year, month, 1) > today:
        return None
    return date(year, month, 1).isoformat()


def _first(row: Mapping[str, Any], columns: Sequence[str], name: str = "") -> str:
    for column in columns:
        if text := clean(row.get(column), LIMITS.get(name), lines=name == "summary"):
            return text
    return ""


def _email(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    for column in columns:
        for part in re.split(r"[\s,;]+", clean(row.get(column))):
            plain = part.removeprefix("mailto:").strip("<>\"'.")
            if len(plain) <= LIMITS["email"] and _EMAIL.match(plain):
                return plain
    return ""


def _skills(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for column in columns:
        value = row.get(column)
        parts = value if isinstance(value, list) else re.split(r"[,;|\n\r•·]+", str(value or ""))
        for part in parts:
            name = part.get("name") if isinstance(part, dict) else part
            if skill := clean(name, MAX_SKILL):
                found.setdefault(skill.casefold(), skill)
    return list(found.values())[:MAX_SKILLS]


def _years(text: str) -> float | None:
    found = _NUMBER.search(text)
    value = float(found[0].replace(",", ".")) if found else -1.0
    return round(value, 1) if 0 <= value <= 80 else None


def _tenure(text: str) -> int | None:
    """Months of "3 years 2 months in role", "1 yr 4 mos" or a bare number of months."""
    if text.isdecimal():
        months = float(text) if len(text) < 5 else -1.0
    else:
        years, rest = _YEARS.search(text), _MONTHS.search(text)
        if not years and not rest:
            return None
        months = (float(years[1].replace(",", ".")) * 12 if years else 0) + (int(rest[1][:5]) if rest else 0)
    return round(months) if 0 <= months <= 960 else None


def _name(values: dict[str, Any]) -> None:
    first, last = values["first_name"], values["last_name"]
    if not values["full_name"]:
        values["full_name"] = f"{first} {last}".strip()[: LIMITS["full_name"]]
    # A guess serves sorting by last name; it never replaces what a file said.
    guess_first, _, guess_last = values["full_name"].rpartition(" ")
    known = bool(first or last)
    values["guess_first"], values["guess_last"] = ("", "") if known else (guess_first, guess_last)


def _addresses(row: Mapping[str, Any], columns: Mapping[str, Sequence[str]], values: dict[str, Any]) -> list[str]:
    found = [url_key(clean(row.get(column))) for column in columns.get("linkedin_url", ())]
    found += [opaque_key(clean(row.get(column))) for column in columns.get("linkedin_id", ())]
    public = [key for key in found if key and key.kind == "public"]
    opaque = [key for key in found if key and key.kind == "opaque"]
    values["public_url"] = public[0].url if public else ""
    values["opaque_url"] = opaque[0].url if opaque else ""
    return list(dict.fromkeys(key.key for key in [*public, *opaque]))


def _row_key(values: dict[str, Any]) -> str:
    parts = [str(values[name]).casefold() for name in ("full_name", "title", "company", "location")]
    return "row:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
