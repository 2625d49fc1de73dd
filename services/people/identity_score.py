"""How likely two profiles are one person: a number from 0 to 100 and its reasons. Pure; for the job worker.

Evidence adds up as log-odds (Fellegi and Sunter's model of record linkage, with weights set by hand and
judged by tests/labelled_pairs.py): score = 100 / (1 + e^-(bias + sum of weights)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

from services.people.identity_keys import Facts, mailbox, phone_digits
from services.people.identity_names import company_tokens, fold, forms, initials, is_given, name_tokens, skeleton

_BIAS = -3.6
_WORDS = {
    "sr": "senior", "snr": "senior", "jr": "junior", "jnr": "junior", "eng": "engineer", "engr": "engineer",
    "dev": "developer", "mgr": "manager", "dir": "director", "swe": "software engineer", "vp": "vice president",
    "svp": "senior vice president", "cto": "chief technology officer", "ceo": "chief executive officer",
    "cfo": "chief financial officer", "pm": "product manager", "ml": "machine learning", "qa": "quality assurance",
    "hr": "human resources", "sre": "site reliability engineer", "ux": "user experience", "bi": "business intelligence",
    "admin": "administrator", "asst": "assistant", "assoc": "associate", "exec": "executive", "ops": "operations",
    "programmer": "developer", "frontend": "front end", "backend": "back end", "fullstack": "full stack",
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """value: 0 to 100. reasons: codes, what speaks for it first; layouts/text/ has them in words."""

    value: int
    reasons: tuple[str, ...]


def score(a: Facts, b: Facts, namesakes: int = 2) -> Score:
    """Compare two people. namesakes: how many have such a name, these two included: a rare one says more."""
    weights = [
        _name(a, b), _namesakes(namesakes), _company(a, b), _title(a, b), _location(a, b), _email(a, b), _phone(a, b),
        _address(a, b), _skills(a, b),
    ]  # fmt: skip
    total = _BIAS + sum(weight for weight, _ in weights)
    told = sorted((found for found in weights if found[1]), key=lambda found: -found[0])
    return Score(round(100 / (1 + math.exp(-total))), tuple(reason for _, reason in told))


def name_likeness(a: str, b: str) -> float:
    """0 to 1: how well the words of one name are found in the other, in any order."""
    short, long = sorted((name_tokens(a), name_tokens(b)), key=len)
    if not short:
        return 0.0
    left, total = list(long), 0.0
    # Whole words first, so that an initial takes what they leave.
    for token in sorted(short, key=len, reverse=True):
        likeness, at = max((_word_likeness(token, other), -n) for n, other in enumerate(left))
        total += likeness
        left.pop(-at)
    mean = total / len(short) - 0.02 * len(left)
    return min(mean, 0.72) if len(short) == 1 and len(long) > 1 else mean


def _word_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if len(a) == 1 or len(b) == 1:
        return 0.8 if initials(a) & initials(b) else 0.0
    if set(forms(a)) & set(forms(b)):
        return 0.98
    if is_given(a) and is_given(b):
        return 0.2
    # Umlauts that one of them writes as one letter and the other as two.
    alike = max(OSA.normalized_similarity(a, b), OSA.normalized_similarity(_short(a), _short(b)))
    if alike >= 0.5 and skeleton(a) == skeleton(b):
        return 0.94
    near = JaroWinkler.similarity(a, b)
    return min(alike + 0.08, max(near, alike)) if alike >= 0.7 else 0.0


def _short(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _name(a: Facts, b: Facts) -> tuple[float, str]:
    likeness = name_likeness(a.full_name, b.full_name)
    if likeness >= 0.99:
        return 3.2, "name_same"
    if likeness >= 0.93:
        return 2.7, "name_close"
    if likeness >= 0.86:
        return 1.9, "name_like"
    if likeness >= 0.7:
        return 0.2, "name_like"
    return -5.0, "name_differs"


def _namesakes(count: int) -> tuple[float, str]:
    if count <= 4:
        return 0.0, ""
    return (-0.6, "name_common") if count <= 20 else (-1.2, "name_common")


def _company(a: Facts, b: Facts) -> tuple[float, str]:
    own, other = company_tokens(a.company), company_tokens(b.company)
    if own and other:
        likeness = token_set_ratio(" ".join(own), " ".join(other))
        if likeness >= 92:
            return 2.2, "company_same"
        if likeness >= 80:
            return 1.3, "company_like"
    if _worked_at(a, other) or _worked_at(b, own):
        return 1.8, "company_earlier"
    return (-1.3, "company_differs") if own and other else (0.0, "")


def _worked_at(person: Facts, company: tuple[str, ...]) -> bool:
    return bool(company) and company in {company_tokens(name) for name in person.companies}


def _title(a: Facts, b: Facts) -> tuple[float, str]:
    own, other = _job(a.title), _job(b.title)
    if not own or not other:
        return 0.0, ""
    likeness = max(token_sort_ratio(own, other), 0.9 * token_set_ratio(own, other))
    if likeness >= 88:
        return 1.3, "title_same"
    if likeness >= 65:
        return 0.7, "title_like"
    return (0.0, "") if likeness >= 45 else (-0.7, "title_differs")


def _job(title: str) -> str:
    return " ".join(_WORDS.get(word, word) for word in fold(title).split())


def _location(a: Facts, b: Facts) -> tuple[float, str]:
    own, other = fold(a.location).split(), fold(b.location).split()
    if not own or not other:
        return 0.0, ""
    # The town is written first; the rest is a region or a country.
    if own[0] == other[0] or set(own) <= set(other) or set(other) <= set(own):
        return 0.9, "location_same"
    near = bool(set(own) & set(other))
    return (-0.3, "location_differs") if near else (-1.1, "location_differs")


def _email(a: Facts, b: Facts) -> tuple[float, str]:
    own, other = a.email.strip().lower(), b.email.strip().lower()
    if not own or not other:
        return 0.0, ""
    if own == other:
        return 5.0, "email_same"
    box = mailbox(own)
    if len(box) >= 5 and box == mailbox(other):
        # One that is only the name says what the name says.
        spelled = {"".join(tokens) for tokens in _orders(fold(a.full_name).split())}
        return (0.5, "mailbox_same") if box in spelled else (2.2, "mailbox_same")
    return -0.2, ""


def _orders(words: list[str]) -> Iterable[list[str]]:
    for first in words:
        for last in words:
            yield [first, last]
            yield [first[0], last]


def _phone(a: Facts, b: Facts) -> tuple[float, str]:
    own, other = phone_digits(a.phone), phone_digits(b.phone)
    if not own or not other:
        return 0.0, ""
    return (4.0, "phone_same") if own == other else (-0.5, "phone_differs")


def _address(a: Facts, b: Facts) -> tuple[float, str]:
    """Nearly everybody has one public profile: two different ones are two people, most of the time."""
    if not a.public_urls or not b.public_urls:
        return 0.0, ""
    return (4.0, "url_same") if set(a.public_urls) & set(b.public_urls) else (-3.0, "url_differs")


def _skills(a: Facts, b: Facts) -> tuple[float, str]:
    own, other = {fold(skill) for skill in a.skills}, {fold(skill) for skill in b.skills}
    if min(len(own), len(other)) < 3:
        return 0.0, ""
    shared = len(own & other) / min(len(own), len(other))
    if shared >= 0.6:
        return 0.9, "skills_shared"
    return (-0.6, "") if shared < 0.15 else (0.0, "")
