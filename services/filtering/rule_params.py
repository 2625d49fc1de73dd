"""How parameters of rules are checked: each function gives the clean value or raises BadInput. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from services.errors import BadInput
from services.imports.import_rows import clean

MAX_TERMS = 200
MAX_TERM = 100


def terms(raw: Any, name: str) -> list[str]:
    parts = raw.splitlines() if isinstance(raw, str) else raw
    if not isinstance(parts, Sequence):
        raise BadInput(f"{name} is a list of words.")
    terms = list(dict.fromkeys(text for part in parts if (text := clean(part))))
    if not any(c.isalnum() for term in terms for c in term) or not all(any(c.isalnum() for c in t) for t in terms):
        raise BadInput(f"{name} needs words with letters or digits.")
    if len(terms) > MAX_TERMS or any(len(term) > MAX_TERM for term in terms):
        raise BadInput(f"{name}: at most {MAX_TERMS} entries of {MAX_TERM} characters.")
    return terms


def flag(raw: Any, name: str) -> bool:
    if not isinstance(raw, bool):
        raise BadInput(f"{name} is true or false.")
    return raw


def number(low: float, high: float, *, whole: bool = True) -> Callable[[Any, str], float]:
    def check_number(raw: Any, name: str) -> float:
        try:
            value = float(raw) if not isinstance(raw, bool) else float("nan")
        except (TypeError, ValueError) as error:
            raise BadInput(f"{name} is a number.") from error
        if not low <= value <= high or (whole and value != int(value)):
            raise BadInput(f"{name} is a {'whole ' if whole else ''}number from {low:g} to {high:g}.")
        return int(value) if whole else value

    return check_number


def choice(allowed: Sequence[str]) -> Callable[[Any, str], str]:
    def check_choice(raw: Any, name: str) -> str:
        if raw not in allowed:
            raise BadInput(f"{name} is one of {', '.join(allowed)}.")
        return str(raw)

    return check_choice


def choices(allowed: Sequence[str]) -> Callable[[Any, str], list[str]]:
    def check_choices(raw: Any, name: str) -> list[str]:
        if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw or any(one not in allowed for one in raw):
            raise BadInput(f"{name} is some of {', '.join(allowed)}.")
        return [one for one in allowed if one in raw]

    return check_choices
