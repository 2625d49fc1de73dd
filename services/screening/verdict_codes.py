"""Verdicts as the database compares them: one small number for what the model said and what a person decided. Pure.

A code is 4 * said + decided, with 1 fail, 2 unknown, 3 pass, and 0 where nobody decided (SQL: verdict_code). The
verdict that counts is the person's where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable

RANKS = {"fail": 1, "unknown": 2, "pass": 3}
WORDS = {"pass": "pass", "unknown": "unknown", "fail": "fail", None: "not screened"}
_NAMES = {rank: name for name, rank in RANKS.items()}
_ALL = tuple(4 * said + decided for said in (1, 2, 3) for decided in (0, 1, 2, 3))


def codes_of(values: Iterable[str | None]) -> tuple[list[int], bool]:
    """Values of a filter → (codes, blank): people with one of the codes, or where blank is true everyone without.

    Values are verdicts that count, None for people who have none, and "said>decided" for reviews.
    """
    chosen = set(values)
    wanted = [code for code in _ALL if in_force(code) in chosen or (review(code) or "") in chosen]
    if None in chosen:
        return [code for code in _ALL if code not in wanted], True
    return wanted, False


def in_force(code: int) -> str:
    """The verdict that counts."""
    return _NAMES[code & 3 or code >> 2]


def review(code: int) -> str | None:
    """What the model said and what a person decided; None where nobody did."""
    return f"{_NAMES[code >> 2]}>{_NAMES[code & 3]}" if code & 3 else None


def words_of(values: Iterable[str | None]) -> str:
    """As people say it: "pass or not screened", "the model said pass and a person fail"."""
    chosen = set(values)
    said = [WORDS[value] for value in WORDS if value in chosen]
    reviews = sorted(value for value in chosen if value and ">" in value)
    said += [_review_words(*value.split(">")) for value in reviews]
    return " or ".join(said)


def _review_words(said: str, decided: str) -> str:
    if said == decided:
        return f"a person agreed with {said}"
    return f"the model said {said} and a person {decided}"
