"""What synthetic people are drawn from: the word lists, unfolded once a process. Pure.

Lists are in order of frequency; draw() in services.demo.synthetic_people prefers their heads. The
vocabulary does not depend on the seed: all seeds share companies, places, titles and skills.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain, zip_longest
from random import Random
from typing import TypeVar

from services.demo import synthetic_words as words

COMPANIES = 30_000
SURNAMES = 240  # composed ones a culture, beside those listed
T = TypeVar("T")


@dataclass(frozen=True)
class Culture:
    """Names as (text, ASCII for addresses) pairs; the ASCII is '' where the script is not Latin."""

    firsts: tuple[tuple[str, str], ...]
    lasts: tuple[tuple[str, str], ...]
    family_first: bool
    two_surnames: bool


@dataclass(frozen=True)
class Family:
    """A family of jobs: what its people are called, where they work, what they know."""

    roles: tuple[str, ...]
    specialisations: tuple[str, ...]
    industries: tuple[str, ...]
    skills: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """cultures and families are lottery drums of 1,000 tickets; places are (location, country, town)."""

    cultures: tuple[Culture, ...]
    families: tuple[Family, ...]
    seniorities: tuple[str, ...]
    companies: tuple[str, ...]
    places: tuple[tuple[str, str, str], ...]
    skills: tuple[str, ...]
    headlines: tuple[str, ...]
    openings: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]  # the same sentences in 64 orders, each order twice in a row
    tags: tuple[str, ...]
    schools: tuple[str, ...]
    degrees: tuple[str, ...]


def split(text: str) -> tuple[str, ...]:
    """'a b' → a, b; 'a | b c' → a, b c."""
    return tuple(part.strip() for part in text.split("|")) if "|" in text else tuple(text.split())


_ASCII_FORMS = str.maketrans(words.ASCII_FORMS)


def ascii_of(name: str) -> str:
    """'Þóra' → 'thora'; '' for a name in another script."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_ASCII_FORMS))
    return "".join(c for c in plain if "a" <= c <= "z")


@cache
def vocabulary() -> Vocabulary:
    """All lists; takes about 0.2 s the first time."""
    rng = Random("vocabulary")
    cultures = [(fields[0], _culture(name, rng)) for name, fields in words.NAMES.items()]
    families = [(fields[0], Family(*map(split, fields[1:]))) for fields in words.FAMILIES.values()]
    sentences = split(words.SENTENCES)
    by_rank = chain.from_iterable(zip_longest(*(family.skills for _, family in families)))
    return Vocabulary(
        cultures=_drum(cultures),
        families=_drum(families),
        seniorities=split(words.SENIORITIES),
        companies=_companies(rng),
        places=_places(),
        skills=tuple(dict.fromkeys(skill for skill in by_rank if skill)),
        headlines=split(words.HEADLINES),
        openings=split(words.OPENINGS),
        sentences=tuple(tuple(rng.sample(sentences, len(sentences))) * 2 for _ in range(64)),
        tags=split(words.TAGS),
        schools=split(words.SCHOOLS),
        degrees=split(words.DEGREES),
    )


def _drum(shares: Iterable[tuple[int, T]]) -> tuple[T, ...]:
    return tuple(item for share, item in shares for _ in range(share))


def _culture(name: str, rng: Random) -> Culture:
    _, firsts, lasts, beginnings, endings = words.NAMES[name]
    composed = [a + b for a in split(beginnings) for b in split(endings)]
    rng.shuffle(composed)
    return Culture(
        firsts=tuple((text, ascii_of(text)) for text in split(firsts)),
        lasts=tuple((text, ascii_of(text)) for text in dict.fromkeys([*split(lasts), *composed[:SURNAMES]])),
        family_first=name in words.FAMILY_FIRST,
        two_surnames=name in words.TWO_SURNAMES,
    )


def _companies(rng: Random) -> tuple[str, ...]:
    firsts, seconds, lasts = split(words.COMPANY_FIRST), split(words.COMPANY_SECOND), split(words.COMPANY_LAST)
    names = [f"{a} {b} {c}".strip() for a in firsts for b in seconds for c in lasts]
    return tuple(rng.sample(names, COMPANIES))


def _places() -> tuple[tuple[str, str, str], ...]:
    """Large places first: towns as they are listed in turn over the countries, then their outskirts."""
    by_country = []
    for country, text in words.PLACES.items():
        regions = [entry.split("=") for entry in text.split(";")]
        by_country.append([(town, region, country) for region, towns in regions for town in towns.split(",")])
    towns = [town for rank in zip_longest(*by_country) for town in rank if town]
    return tuple(
        (f"{name}, {region}, {country}", country, town)
        for form in split(words.PLACE_FORMS)
        for town, region, country in towns
        for name in (form.format(town),)
    )
