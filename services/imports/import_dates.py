"""Dates and durations as files write them: "Feb 2026 - Present", "03/2020", "2 yrs 3 mos", "7,5 years".

Pure; months are the precision. What is not clear is None, never a guess.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

EARLIEST_YEAR = 1950
MOST_YEARS, MOST_MONTHS = 80, 960
# Values repeat: a file of a million people knows a few hundred of them.
_REMEMBERED = 8192

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_YEARS = re.compile(r"(\d+(?:[.,]\d+)?)\s*\+?\s*(?:years?|yrs?|y|an(?:s|n[ée]es?)?|jahre?|años?)\b", re.IGNORECASE)
_MONTHS = re.compile(r"(\d+)\s*(?:months?|mos?|m|mois|monate?|mes(?:es)?)\b", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_MONTH_YEAR = re.compile(r"([^\W\d_]{3,10})\.?(?:\s+de)?\s+(\d{4})|(\d{1,2})/(\d{4})|(\d{4})", re.IGNORECASE)
_DASH = re.compile(r"\s[-–—]\s|[–—]|\s(?:to|bis|au|al?)\s")
# English, French, German, Spanish, Portuguese, Italian: the first letters of a month without accents.
_NAMES = {
    1: "jan ene gen", 2: "feb fev fevr", 3: "mar", 4: "apr avr abr", 5: "may mai mag", 6: "jun juin giu",
    7: "jul juil lug", 8: "aug aou ago", 9: "sep set", 10: "oct okt out ott", 11: "nov", 12: "dec dez dic",
}  # fmt: skip
_MONTH_NAMES = {name: month for month, names in _NAMES.items() for name in names.split()}


@dataclass(frozen=True)
class Period:
    """When something began and ended, to the month; None where that is not said. open: "– Present"."""

    started: date | None = None
    ended: date | None = None
    open: bool = False


@lru_cache(_REMEMBERED)
def years_of(text: str) -> float | None:
    """Years of experience: the first number, at most 80."""
    found = _NUMBER.search(text)
    value = float(found[0].replace(",", ".")) if found else -1.0
    return round(value, 1) if 0 <= value <= MOST_YEARS else None


@lru_cache(_REMEMBERED)
def months_of(text: str) -> int | None:
    """Months of "3 years 2 months in role", "1 yr 4 mos" or a bare number of months; at most 80 years."""
    if text.isdecimal():
        months = float(text) if len(text) < 5 else -1.0
    else:
        years, rest = _YEARS.search(text), _MONTHS.search(text)
        if not years and not rest:
            return None
        months = (float(years[1].replace(",", ".")) * 12 if years else 0) + (int(rest[1][:5]) if rest else 0)
    return round(months) if 0 <= months <= MOST_MONTHS else None


@lru_cache(_REMEMBERED)
def period_of(text: str, today: date) -> Period:
    """A range as files write it. One date alone is a beginning, and whether it goes on is not said."""
    begin, _, end = _DASH.sub("\n", text, count=1).partition("\n")
    end = end.split("\n", 1)[0]
    started, ended = _month(begin, today), _month(end, today)
    if started and ended and ended < started:
        return Period()
    return Period(started, ended, bool(end.strip()) and not any(c.isdigit() for c in end))


@lru_cache(_REMEMBERED)
def started_on(text: str, today: date) -> str | None:
    """The start of the current job as an ISO date; None when unclear. A range that has ended is no current job."""
    begin, _, end = _DASH.sub("\n", text).partition("\n")
    if end and any(c.isdigit() for c in end):
        return None
    started = _month(begin, today)
    return started.isoformat() if started else None


def months_between(start: date, end: date) -> int:
    """Whole calendar months from one month to another."""
    return (end.year - start.year) * 12 + end.month - start.month


def _month(text: str, today: date) -> date | None:
    year, month = 0, 1
    if found := _ISO.search(text):
        year, month = int(found[1]), int(found[2])
    elif found := _MONTH_YEAR.search(text):
        year = int(found[2] or found[4] or found[5])
        month = _month_of(found[1]) or int(found[3] or 1)
    if not (EARLIEST_YEAR <= year <= today.year and 1 <= month <= 12) or date(year, month, 1) > today:
        return None
    return date(year, month, 1)


def _month_of(word: str | None) -> int | None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", (word or "").lower()) if c.isalpha() and c.isascii())
    return _MONTH_NAMES.get(plain[:4]) or _MONTH_NAMES.get(plain[:3])
