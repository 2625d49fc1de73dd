"""Which field a column probably is: by its header, by a header like it, or by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from services.imports.import_mapping import FIELDS, alias_of, aliases, field_of
from services.people.urls import url_key

# Headers that differ by more than this are different words. Short ones are one letter from anything.
SIMILAR, SHORTEST = 85.0, 5
# Of the values that are there, so many must look the part, in percent.
LOOKS_LIKE = 60
_EMAIL = re.compile(r"(mailto:)?[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d ()./-]{7,25}")


@dataclass(frozen=True)
class Guess:
    """A field and why. how: header, similar, values, remembered or kept; confidence: 0–100; like: the known header."""

    field: str
    how: str
    confidence: int
    like: str = ""


def keep(
    columns: Sequence[str], guesses: Mapping[str, Guess], before: Sequence[tuple[str, str | None]]
) -> dict[str, Guess]:
    """Guesses for a file that is read in another way now, with what a person had chosen for what is still there.

    before: name and field (None for none) of each column as it was. A column is the same by its name, or by its
    place where there are as many columns as before: another encoding spells names otherwise. Of the latter only
    what nobody guesses anew is kept.
    """
    chosen = dict(before)
    placed = dict(zip(columns, (field for _, field in before), strict=False)) if len(columns) == len(before) else {}
    kept: dict[str, Guess] = {}
    for column in columns:
        found = guesses.get(column)
        field = chosen[column] if column in chosen else (found.field if found else placed.get(column))
        if found is not None and field == found.field:
            kept[column] = found
        elif field in FIELDS:
            kept[column] = Guess(str(field), "kept", 100)
    return kept


def guess(columns: Sequence[str], samples: Mapping[str, Sequence[str]]) -> dict[str, Guess]:
    """Column → guess, for the columns of which something can be said.

    A field that a known header names is not guessed again from less.
    """
    found = {column: Guess(field, "header", 100) for column in columns if (field := field_of(column))}
    taken = {known.field for known in found.values()}
    for find in (_by_similar_header, _by_values):
        for column in columns:
            if column in found:
                continue
            known = find(column, samples.get(column, ()))
            if known and known.field not in taken:
                found[column] = known
                taken.add(known.field)
    if not taken & {"full_name", "first_name", "last_name"}:
        # Companies look the same, so this is asked last, and of what is left.
        left = (column for column in columns if column not in found)
        name = next(((column, share) for column in left if (share := _share(_is_name, samples.get(column, ())))), None)
        if name:
            found[name[0]] = Guess("full_name", "values", name[1])
    return found


def _by_similar_header(column: str, values: Sequence[str]) -> Guess | None:
    alias = alias_of(column)
    if len(alias) < SHORTEST:
        return None
    known = [name for name in aliases() if len(name) >= SHORTEST]
    best = process.extractOne(alias, known, scorer=fuzz.ratio, score_cutoff=SIMILAR)
    if best is None:
        return None
    field = field_of(best[0]) or ""
    return Guess(field, "similar", round(best[1]), FIELDS[field])


def _by_values(column: str, values: Sequence[str]) -> Guess | None:
    for field, looks in (("email", _is_email), ("linkedin_url", _is_profile), ("phone", _is_phone)):
        if share := _share(looks, values):
            return Guess(field, "values", share)
    return None


def _share(looks: Callable[[str], bool], values: Sequence[str]) -> int:
    """Percent of the values that look so; 0 where they are too few."""
    filled = [value.strip() for value in values if value.strip()]
    share = round(100 * sum(map(looks, filled)) / len(filled)) if filled else 0
    return share if share >= LOOKS_LIKE else 0


def _is_email(value: str) -> bool:
    return bool(_EMAIL.fullmatch(value))


def _is_profile(value: str) -> bool:
    key = url_key(value)
    return key is not None and key.kind == "public"


def _is_phone(value: str) -> bool:
    return bool(_PHONE.fullmatch(value)) and 7 <= sum(map(str.isdigit, value)) <= 15 and not _is_date(value)


def _is_name(value: str) -> bool:
    words = value.split()
    if not 2 <= len(words) <= 5 or any(c.isdigit() or c in "@/:;,|" for c in value):
        return False
    # Scripts without capitals have names, too.
    return all(word[0].isalpha() and not word[0].islower() for word in (words[0], words[-1]))


def _is_date(value: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", value))
