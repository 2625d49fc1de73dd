"""From a row of a file to a person: clean text within the columns' limits, and the keys of an identity.

Pure. The values of a person are field → text, plus skills (list), years_experience and
current_tenure_months (number or None), public_url, opaque_url, guess_first, guess_last. This is the
reference, a row at a time; import_normalise does a batch at a time with the same result.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.exports.spreadsheet_text import unguard
from services.imports.import_dates import months_between, months_of, started_on, years_of
from services.imports.import_history import Plan, history_of
from services.imports.import_names import ONLY_NAME, names_after, row_key
from services.people.careers import History, Position
from services.people.country_names import country_in
from services.people.text_keys import text_key
from services.people.urls import opaque_key, url_key

# As in sql/migrations/0001_foundation.sql.
LIMITS = {
    "full_name": 200, "first_name": 200, "last_name": 200, "headline": 500, "title": 300, "company": 300,
    "location": 300, "country": 100, "industry": 200, "summary": 20_000, "email": 320, "phone": 50,
}  # fmt: skip
MAX_SKILLS, MAX_SKILL = 100, 100

# NUL and lone surrogates cannot be stored; the others are invisible or turn text around.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
EMAIL = re.compile(r"^[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+$")
SPLIT_SKILLS = re.compile(r"[,;|\n\r•·]+")
_SPLIT_EMAILS = re.compile(r"[\s,;]+")
# As sx_phone in sql/migrations/0004_bulk_load.sql.
_PHONE_TAIL = re.compile(r"\s*(x|ext|#|,|;|/)[\s\S]*$", re.IGNORECASE)
_PHONE = re.compile(r"^(?:\+|00)([1-9][0-9]{7,14})$")
NO_PLAN = Plan()


@dataclass
class Person:
    """One person of a file.

    keys: names of the identity, strongest first: public address, opaque addresses, and only where there is
    neither an address nor an e-mail the hash of all that the row says, so that the same row is known again.
    """

    row_number: int
    values: dict[str, Any]
    keys: list[str]
    raw: dict[str, Any]
    history: History = field(default_factory=History)
    phone_key: str = ""
    # The hash of the row, None for a person of several rows.
    row_hash: str | None = None
    # What each row told, where there were several: stored jobs are met by one row after the other.
    told: list[History] = field(default_factory=list)
    # See import_lines; None until they are made, and when something was added since.
    lines: Any = None
    # Rows that turned out to be the same person: number, and whether it brought something new.
    repeats: list[tuple[int, bool]] = field(default_factory=list)
    # How many values were too long, of all rows.
    shortened: int = 0

    @property
    def email(self) -> str:
        return str(self.values["email"]).lower()

    @property
    def row_numbers(self) -> list[int]:
        """Of all rows that told of the person."""
        return [self.row_number, *(number for number, _ in self.repeats)]

    @property
    def has_public(self) -> bool:
        return bool(self.values["public_url"])

    def copy(self) -> Person:
        return replace(
            self,
            values=dict(self.values),
            keys=list(self.keys),
            raw=dict(self.raw),
            history=self.history.copy(),
            told=list(self.told),
            repeats=list(self.repeats),
            lines=None,
        )

    @property
    def only_name(self) -> bool:
        """Whether the row says a name and nothing else of whom it is about."""
        return bool(self.keys) and self.keys[0].startswith(ONLY_NAME)

    @property
    def name_key(self) -> str:
        return text_key(str(self.values["full_name"]))

    def agrees_by_name(self, other: Person) -> bool:
        """Whether every word of the shorter name stands in the longer one, two at least."""
        one, two = set(self.name_key.split(" ")), set(other.name_key.split(" "))
        return len(one & two) == min(len(one), len(two)) >= 2

    def absorb(self, other: Person) -> None:
        """Take what a later row of the same person says, where it says something."""
        before = (dict(self.values), self.history.copy())
        names = names_after(self.values, other.values)
        self.values |= {name: value for name, value in other.values.items() if value not in ("", None, [])} | names
        self.keys += [key for key in other.keys if key not in self.keys]
        self.phone_key = other.phone_key if other.values["phone"] else self.phone_key
        self.raw |= other.raw
        self.told = [*(self.told or [self.history.copy()]), *(other.told or [other.history])]
        self.history.absorb(other.history)
        self.row_hash = self.lines = None
        self.shortened += other.shortened
        self.repeats += [(other.row_number, (self.values, self.history) != before), *other.repeats]


def person_of(
    row_number: int,
    row: Mapping[str, Any],
    columns: Mapping[str, Sequence[str]],
    *,
    today: date,
    plan: Plan = NO_PLAN,
    scope: str = "",
) -> Person | None:
    """The person of a row, or None when it holds neither name nor address.

    columns: field → columns, see import_mapping.columns_by_field(). plan: see import_history.plan_of().
    scope: within what a bare name is one person: the id of a search.
    """
    values: dict[str, Any] = {name: first_text(row, columns.get(name, ()), name) for name in LIMITS if name != "email"}
    values["email"] = email_of(row, columns.get("email", ()))
    values["skills"] = skills_of(row, columns.get("skills", ()))
    values["years_experience"] = years_of(first_text(row, columns.get("years_experience", ())))
    tenure = first_text(row, columns.get("current_tenure_months", ()))
    return finish_person(row_number, row, columns, values, tenure, today, plan, scope)


def finish_person(
    row_number: int,
    row: Mapping[str, Any],
    columns: Mapping[str, Sequence[str]],
    values: dict[str, Any],
    tenure: str,
    today: date,
    plan: Plan,
    scope: str,
) -> Person | None:
    """What follows from the values of single columns: names, dates, country, keys, history."""
    start_text = first_text(row, columns.get("started_on", ()))
    start = started_on(start_text, today) if start_text else None
    began = date.fromisoformat(start) if start else None
    values["current_tenure_months"] = months_of(tenure) if tenure else None
    if values["current_tenure_months"] is None and began:
        values["current_tenure_months"] = months_between(began, today)
    if not values["country"] and values["location"]:
        values["country"] = country_in(values["location"])
    _name(values)
    keys = _addresses(row, columns, values)
    if not (keys or values["email"] or values["full_name"]):
        return None
    raw = raw_of(row)
    if not keys and not values["email"]:
        keys = [row_key(values, raw, scope)]
    current = Position(values["title"], values["company"], values["location"], began, None, True)
    history = history_of(row, plan, current, clean, today)
    if values["years_experience"] is None and plan.tells_career(row):
        values["years_experience"] = history.years(today)
    return Person(row_number, values, keys, raw, history, phone_key(values["phone"]))


def raw_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the row says, as it can be stored, without the ' of our exports; empty cells left out."""
    return {
        name if name.isascii() else storable(name): (unguard(value) if value[0] == "'" else value)
        if isinstance(value, str) and ((value.isascii() and "\0" not in value) or not _UNSTORABLE.search(value))
        else storable(value)
        for name, value in row.items()
        if value not in (None, "") and "\0" not in name
    }


def phone_key(phone: str) -> str:
    """A telephone number as digits with its country code; "" where it does not say the country."""
    if not phone:
        return ""
    digits = re.sub(r"[^0-9+]", "", _PHONE_TAIL.sub("", phone).replace("(0)", ""))
    found = _PHONE.match(digits)
    return found[1] if found else ""


def clean(value: Any, limit: int | None = None, *, lines: bool = False) -> str:
    """One value as text: NFC, nothing invisible, single spaces (line ends kept with lines=True), cut to limit.

    Of lists and objects all parts, with commas (or on lines of their own).
    """
    if isinstance(value, str):
        # Most cells, at a tenth of the time: nothing in them is to be changed.
        if value.isascii() and value.isprintable() and "  " not in value and value[:1] != "'":
            return value.strip(" ")[:limit].rstrip()
    elif isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, dict | list):
        # Where an object has a name that is what it is called; else all that it says.
        named = clean(value.get("name")) if isinstance(value, dict) else ""
        parts = [named] if named else list(value.values()) if isinstance(value, dict) else value
        value = ("\n" if lines else ", ").join(text for part in parts if (text := clean(part)))
    text = unguard(str(value).lstrip(" "))
    text = FORBIDDEN.sub("", unicodedata.normalize("NFC", text))
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


def first_text(row: Mapping[str, Any], columns: Sequence[str], name: str = "") -> str:
    for column in columns:
        if text := clean(row.get(column), LIMITS.get(name), lines=name == "summary"):
            return text
    return ""


def email_of(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    for column in columns:
        for part in _SPLIT_EMAILS.split(clean(row.get(column))):
            plain = part.removeprefix("mailto:").strip("<>\"'.")
            if len(plain) <= LIMITS["email"] and EMAIL.match(plain):
                return plain
    return ""


def skills_of(
    row: Mapping[str, Any], columns: Sequence[str], most: int = MAX_SKILLS, longest: int = MAX_SKILL
) -> list[str]:
    found: dict[str, str] = {}
    for column in columns:
        value = row.get(column)
        parts = value if isinstance(value, list) else SPLIT_SKILLS.split(str(value or ""))
        for part in parts:
            if skill := clean(part, longest):
                found.setdefault(skill.casefold(), skill)
    return list(found.values())[:most]


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
