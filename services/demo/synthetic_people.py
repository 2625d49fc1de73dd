"""Synthetic people: who they are, decided by a seed alone. Pure; services.demo.synthetic stores them.

People come in chunks of CHUNK. Chunk k depends on (seed, k) only, so the first 100 people of a seed
are the same however many are made, and chunks can be made in any order.
No one here exists: names are random pairs, companies are invented, addresses are under example.com
and example.org, telephone numbers are from ranges that regulators keep for fiction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple, TypeVar

from services.demo.synthetic_vocabulary import Culture, Family, Vocabulary, vocabulary
from services.demo.synthetic_words import SOURCES, TITLE_FORMS
from services.screening.rubric_scoring import STRONG_FROM, WEAK_BELOW

CHUNK = 2_000
DAYS = 90  # added_s is within these; screening and stages follow within FOLLOW_UP_S
FOLLOW_UP_S = 20 * 86_400
LONG_SUMMARY = 5_000
BEGINNERS = frozenset({"Junior", "Trainee", "Graduate", "Working Student"})

T = TypeVar("T")
Draw = Callable[[], float]  # Random.random: a number in [0, 1)


class Person(NamedTuple):
    """One person and their place in a search.

    The fields down to `source` are columns of profiles ('' or None where not known), except slug,
    the end of the LinkedIn address. The others are columns of candidates. *_s are whole seconds
    after the start of the fixed 90 days.
    """

    full_name: str
    first_name: str
    last_name: str
    headline: str
    title: str
    company: str
    location: str
    country: str
    industry: str
    summary: str
    email: str
    phone: str
    slug: str
    skills: list[str]
    years_experience: float | None
    current_tenure_months: int | None
    average_tenure_months: int | None
    source: str
    filter_status: str
    stage: str
    stage_changed_s: int | None
    fit: str | None
    score: float | None
    screened_s: int | None
    tags: list[str]
    added_s: int


class Position(NamedTuple):
    """One job of a person; months are counted back from the day they were added."""

    title: str
    company: str
    location: str
    started_months_ago: int
    ended_months_ago: int | None


def people(seed: int, chunk: int, count: int = CHUNK) -> list[Person]:
    """The first `count` people of a chunk; at most CHUNK."""
    draw = Random(f"{seed}/{chunk}").random
    start = chunk * CHUNK
    words = vocabulary()
    return [_person(draw, words, seed, start + i) for i in range(min(count, CHUNK))]


def histories(seed: int, chunk: int, chosen: Sequence[Person]) -> list[list[Position]]:
    """Current job and up to two earlier ones of each person of a chunk, newest first."""
    draw = Random(f"{seed}/{chunk}/positions").random
    words = vocabulary()
    return [_positions(draw, words, person) for person in chosen]


def head(draw: Draw, items: Sequence[T]) -> T:
    """One of a short list; the first is about 5 times as frequent as the middle one."""
    return items[int(len(items) * draw() * draw())]


def tail(draw: Draw, items: Sequence[T], knee: int = 20) -> T:
    """One of a long list by Zipf-Mandelbrot: rank r has the weight 1 / (r + knee)."""
    return items[int(knee * ((len(items) / knee + 1) ** draw() - 1))]


def _person(draw: Draw, words: Vocabulary, seed: int, number: int) -> Person:
    culture = words.cultures[int(1000 * draw())]
    family = words.families[int(1000 * draw())]
    full, first, last, address = _name(draw, culture)
    seniority = head(draw, words.seniorities)
    title = _title(draw, family, seniority) if draw() > 0.03 else ""
    company = tail(draw, words.companies, 5) if draw() > 0.05 else ""
    place, country, town = tail(draw, words.places) if draw() > 0.04 else ("", "", "")
    industry = head(draw, family.industries) if draw() > 0.04 else ""
    skills = _skills(draw, words, family)
    years = None if draw() < 0.1 else int((40 if seniority in BEGINNERS else 420) * draw() * draw()) / 10
    cap = 180 if years is None else int(years * 12)
    tenure = None if draw() < 0.2 else int(min(cap, 180) * draw() * draw())
    average = None if draw() < 0.2 else int(min(cap, 100) * draw())
    facts = {
        "title": title or "Colleague",
        "company": company or "a small company",
        "company2": tail(draw, words.companies),
        "place": town or "home",
        "industry": industry or "this trade",
        "skill": skills[0] if skills else "planning",
        "skill2": skills[-1] if skills else "delivery",
    }
    # An odd multiplier walks through all 32-bit numbers, so no two people of a seed share one.
    code = f"{(number * 2_654_435_761 + seed * 40_503) & 0xFFFFFFFF:08x}"
    added = int(DAYS * 86_400 * draw())
    stage, status = _stage(draw), _status(draw)
    score, fit = _score(draw) if draw() < 0.3 else (None, None)
    return Person(
        full,
        first,
        last,
        head(draw, words.headlines).format_map(facts) if title else "",
        title,
        company,
        place,
        country,
        industry,
        _summary(draw, words, facts),
        f"{address or 'person'}.{code}@example.{'com' if draw() < 0.7 else 'org'}" if draw() < 0.45 else "",
        _phone(draw) if draw() < 0.15 else "",
        f"{address.replace('.', '-') or 'member'}-{code}" if draw() < 0.97 else "",
        skills,
        years,
        tenure,
        average,
        head(draw, SOURCES),
        status,
        stage,
        None if stage == "new" else added + int(FOLLOW_UP_S * draw()),
        fit,
        score,
        None if score is None else added + int(FOLLOW_UP_S * draw()),
        _tags(draw, words) if draw() < 0.03 else [],
        added,
    )


def _name(draw: Draw, culture: Culture) -> tuple[str, str, str, str]:
    """Full, first and last name, and 'first.last' in ASCII ('' where the script is not Latin)."""
    first, first_ascii = head(draw, culture.firsts)
    last, last_ascii = head(draw, culture.lasts)
    kind = draw()
    if culture.family_first:
        return last + first, first, last, ""
    if culture.two_surnames and kind < 0.8:
        last = f"{last} {head(draw, culture.lasts)[0]}"
    elif kind > 0.95:
        last = f"{last}-{head(draw, culture.lasts)[0]}"
    elif kind > 0.9:
        first = f"{first} {head(draw, culture.firsts)[0]}"
    elif kind > 0.86 and last_ascii:
        first = f"{first} {'ABCDEFGHJKLMNPRSTVWZ'[int(20 * draw())]}."
    if draw() < 0.002:  # as long as names get
        first = " ".join([first, *(head(draw, culture.firsts)[0] for _ in range(3))])
        last = " ".join([last, "de la", *(head(draw, culture.lasts)[0] for _ in range(6))])
    full = f"{first} {last}"
    return full, first, last, f"{first_ascii}.{last_ascii}" if first_ascii and last_ascii else ""


def _title(draw: Draw, family: Family, seniority: str) -> str:
    role = head(draw, family.roles)
    if seniority:
        role = f"{seniority} {role}"
    kind = draw()
    if kind < 0.5:
        return role
    title = head(draw, TITLE_FORMS).format(role, head(draw, family.specialisations))
    return title.upper() if kind > 0.995 else title


def _skills(draw: Draw, words: Vocabulary, family: Family) -> list[str]:
    """0 to 25, most of one's own trade, some from anywhere; those of one's own trade first."""
    if draw() < 0.08:
        return []
    count = 3 + int(23 * draw() * draw())
    own, every = family.skills, words.skills
    foreign = int(count * draw() * 0.4)
    drawn = [own[int(len(own) * draw() * draw())] for _ in range(count - foreign)]
    drawn += [tail(draw, every, 60) for _ in range(foreign)]
    return list(dict.fromkeys(drawn))


def _summary(draw: Draw, words: Vocabulary, facts: dict[str, str]) -> str:
    """Mostly 200 to 800 characters; 12 % have none, one in a thousand 5,000."""
    kind = draw()
    if kind < 0.12:
        return ""
    order = words.sentences[int(len(words.sentences) * draw())]
    at, count = int(len(order) / 2 * draw()), 4 + int(8 * draw())
    text = " ".join((head(draw, words.openings), *order[at : at + count])).format_map(facts)
    if kind > 0.999:
        return "\n\n".join([text] * (LONG_SUMMARY // len(text) + 1))[:LONG_SUMMARY]
    return text if len(text) <= 800 else text[: text.rindex(" ", 0, 800)]


def _phone(draw: Draw) -> str:
    return f"+44 7700 900{int(1000 * draw()):03d}" if draw() < 0.5 else f"+1 202 555 01{int(100 * draw()):02d}"


def _stage(draw: Draw) -> str:
    kind = draw()
    if kind < 0.82:
        return "new"
    if kind < 0.89:
        return "shortlisted"
    if kind < 0.94:
        return "contacted"
    if kind < 0.96:
        return "interviewing"
    return "hired" if kind < 0.965 else "rejected"


def _status(draw: Draw) -> str:
    kind = draw()
    if kind < 0.935:
        return "active"
    return "filtered_past_candidate" if kind < 0.98 else "filtered_blacklist"


def _score(draw: Draw) -> tuple[float, str]:
    """Score and fit as screening makes them: a failed or unknown must lowers the fit at times."""
    score = int(100 * (draw() + draw() + draw()) / 3 + 0.5) / 10
    fit = "strong" if score >= STRONG_FROM else "weak" if score < WEAK_BELOW else "possible"
    if draw() < 0.12:
        fit = "possible" if fit == "strong" else "weak"
    return score, fit


def _tags(draw: Draw, words: Vocabulary) -> list[str]:
    return list(dict.fromkeys(head(draw, words.tags) for _ in range(1 + int(2 * draw()))))


def _positions(draw: Draw, words: Vocabulary, person: Person) -> list[Position]:
    if not person.title:
        return []
    started = person.current_tenure_months if person.current_tenure_months is not None else int(60 * draw())
    jobs = [Position(person.title, person.company, person.location, started, None)]
    for _ in range(int(3 * draw())):
        ended = started + int(4 * draw())
        started = ended + 3 + int(2 * (person.average_tenure_months or 24) * draw())
        place = tail(draw, words.places)[0]
        jobs.append(Position(person.title.split(",")[0], tail(draw, words.companies), place, started, ended))
    return jobs


def raw_record(person: Person, jobs: Sequence[Position]) -> dict[str, Any]:
    """What a vendor might have sent for this person."""
    return {
        "name": person.full_name,
        "headline": person.headline,
        "about": person.summary,
        "geo": {"name": person.location, "country": person.country},
        "skills": [{"name": skill} for skill in person.skills],
        "experience": [job._asdict() for job in jobs],
        "connections": 50 + person.added_s % 450,
    }
