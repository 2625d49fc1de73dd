"""Synthetic people: the same every time, as varied as real ones, and nobody real."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from services.demo import synthetic_words as words
from services.demo.synthetic import runs
from services.demo.synthetic_people import CHUNK, DAYS, FOLLOW_UP_S, LONG_SUMMARY, Person, histories, people, raw_record
from services.demo.synthetic_vocabulary import ascii_of, split, vocabulary
from services.people.urls import url_key

CHUNKS = 15


@pytest.fixture(scope="module")
def crowd() -> list[Person]:
    """30,000 people."""
    return [person for chunk in range(CHUNKS) for person in people(1, chunk)]


def fingerprint(some: Iterable[Person]) -> str:
    return hashlib.sha256("\n".join(map(repr, some)).encode()).hexdigest()[:16]


def share(crowd: list[Person], of: Callable[[Person], object]) -> float:
    return sum(bool(of(person)) for person in crowd) / len(crowd)


def test_a_seed_gives_the_same_people_in_every_process() -> None:
    # Benchmarks of two versions compare only on the same people: a new value here belongs in CHANGELOG.md.
    assert fingerprint(people(1, 0, 500)) == "bea93bb717baaefe"


def test_a_small_search_is_the_beginning_of_a_large_one() -> None:
    assert people(1, 3, 100) == people(1, 3)[:100]


def test_chunks_do_not_depend_on_one_another() -> None:
    alone = people(5, 7, 50)
    people(5, 6, 50)
    assert people(5, 7, 50) == alone


def test_another_seed_gives_other_people_with_other_addresses() -> None:
    first, second = people(1, 0), people(2, 0)
    assert fingerprint(first) != fingerprint(second)
    assert not {p.slug for p in first if p.slug} & {p.slug for p in second}
    assert not {p.email for p in first if p.email} & {p.email for p in second}


def test_no_address_leads_to_anyone(crowd: list[Person]) -> None:
    for person in crowd:
        assert re.fullmatch(r"([a-z]+(\.[a-z]+)?\.[0-9a-f]{8}@example\.(com|org))?", person.email)
        assert re.fullmatch(r"(\+44 7700 900\d{3}|\+1 202 555 01\d\d)?", person.phone)


def test_addresses_are_each_ones_own(crowd: list[Person]) -> None:
    for field in ("slug", "email"):
        known = [value for person in crowd if (value := getattr(person, field))]
        assert len(set(known)) == len(known)


def test_the_key_of_an_address_is_the_one_that_an_import_makes(crowd: list[Person]) -> None:
    for person in crowd[:CHUNK]:
        if person.slug:
            found = url_key(f"https://www.linkedin.com/in/{person.slug}")
            assert found is not None
            assert (found.kind, found.key) == ("public", f"linkedin.com/in/{person.slug}")


def test_every_column_fits_its_table(crowd: list[Person]) -> None:
    limits = {
        "full_name": 200, "first_name": 200, "last_name": 200, "headline": 500, "title": 300, "company": 300,
        "location": 300, "country": 100, "industry": 200, "summary": 20_000, "email": 320, "phone": 50,
    }  # fmt: skip
    for person in crowd:
        assert person.full_name
        assert all(len(getattr(person, field)) <= limit for field, limit in limits.items())
        assert len(person.skills) == len(set(person.skills)) <= 25
        assert person.years_experience is None or 0 <= person.years_experience <= 45
        assert person.current_tenure_months is None or 0 <= person.current_tenure_months <= 180


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [
        ("years_experience", 0.09, 0.11),
        ("current_tenure_months", 0.19, 0.21),
        ("average_tenure_months", 0.19, 0.21),
        ("title", 0.02, 0.05),
        ("company", 0.02, 0.06),
        ("location", 0.02, 0.05),
        ("email", 0.5, 0.6),
    ],
)
def test_some_of_everything_is_missing(crowd: list[Person], field: str, low: float, high: float) -> None:
    assert low < share(crowd, lambda p: getattr(p, field) in ("", None)) < high


def test_names_come_from_many_cultures(crowd: list[Person]) -> None:
    letters = {
        script: share(crowd, lambda p, s=script: any(unicodedata.name(c, "").startswith(s) for c in p.full_name))  # type: ignore[misc]
        for script in ("ARABIC", "HEBREW", "CJK", "HANGUL", "CYRILLIC", "GREEK")
    }
    assert 0.012 < letters["ARABIC"] + letters["HEBREW"] < 0.018
    assert 0.007 < letters["CJK"] + letters["HANGUL"] < 0.014
    assert min(letters.values()) > 0.001
    accented = share(crowd, lambda p: unicodedata.normalize("NFKD", p.full_name) != p.full_name)
    assert 0.15 < accented < 0.5
    given = {person.first_name for person in crowd}
    assert {"José", "Łukasz", "Zoë", "Þóra"} <= given


def test_names_are_hyphenated_doubled_and_very_long(crowd: list[Person]) -> None:
    assert 0.03 < share(crowd, lambda p: "-" in p.last_name) < 0.12
    assert 0.1 < share(crowd, lambda p: " " in p.last_name) < 0.25
    assert max(len(person.full_name) for person in crowd) > 80


def test_few_share_a_name_and_many_share_an_employer(crowd: list[Person]) -> None:
    assert len({person.full_name for person in crowd}) > 0.7 * len(crowd)
    companies = Counter(person.company for person in crowd if person.company)
    assert 0.01 < companies.most_common(1)[0][1] / len(crowd) < 0.05
    once = sum(count == 1 for count in companies.values())
    assert once > 0.4 * len(companies)


def test_titles_places_and_skills_have_long_tails(crowd: list[Person]) -> None:
    assert len({person.title for person in crowd}) > 8_000
    assert 1_400 < len({person.location for person in crowd}) < 1_700
    skills = Counter(skill for person in crowd for skill in person.skills)
    assert 550 < len(skills) < 650
    ranked = skills.most_common()
    assert ranked[0][1] > 100 * ranked[-1][1]


@pytest.mark.parametrize("skill", ["C++", "C#", ".NET", "Node.js", "Go", "R"])
def test_skills_that_break_searches_are_common(crowd: list[Person], skill: str) -> None:
    assert share(crowd, lambda p: skill in p.skills) > 0.02


def test_some_have_no_skill_and_some_have_dozens(crowd: list[Person]) -> None:
    assert 0.05 < share(crowd, lambda p: not p.skills) < 0.1
    assert max(len(person.skills) for person in crowd) >= 20


def test_summaries_are_paragraphs_and_a_few_are_essays(crowd: list[Person]) -> None:
    lengths = [len(person.summary) for person in crowd if person.summary]
    assert sum(200 <= length <= 800 for length in lengths) / len(lengths) > 0.95
    essays = sum(length == LONG_SUMMARY for length in lengths)
    assert 10 < essays < 60
    assert not any("{" in person.summary + person.headline for person in crowd)


def test_most_are_new_and_a_realistic_part_is_further(crowd: list[Person]) -> None:
    stages = Counter(person.stage for person in crowd)
    assert set(stages) == {"new", "shortlisted", "contacted", "interviewing", "hired", "rejected"}
    assert 0.8 < stages["new"] / len(crowd) < 0.84
    statuses = Counter(person.filter_status for person in crowd)
    assert set(statuses) == {"active", "filtered_past_candidate", "filtered_blacklist"}
    assert 0.92 < statuses["active"] / len(crowd) < 0.95
    assert 0.02 < share(crowd, lambda p: p.tags) < 0.04
    assert {person.source for person in crowd} == {"csv", "phantombuster", "crustdata"}


def test_about_a_third_are_screened_and_no_one_else_has_a_score(crowd: list[Person]) -> None:
    assert 0.28 < share(crowd, lambda p: p.screened_s is not None) < 0.32
    for person in crowd:
        assert (person.score is None) == (person.fit is None) == (person.screened_s is None)
        assert person.score is None or 0 <= person.score <= 10
        # A failed must can lower the fit below what the score says; nothing raises it.
        assert person.fit != "strong" or (person.score is not None and person.score >= 7.5)


def test_everything_happens_after_someone_was_added(crowd: list[Person]) -> None:
    for person in crowd:
        assert 0 <= person.added_s < DAYS * 86_400
        for later in (person.stage_changed_s, person.screened_s):
            assert later is None or 0 <= later - person.added_s <= FOLLOW_UP_S
        assert (person.stage_changed_s is None) == (person.stage == "new")


def test_a_history_starts_with_the_job_of_today(crowd: list[Person]) -> None:
    chosen = crowd[:CHUNK]
    for person, jobs in zip(chosen, histories(1, 0, chosen), strict=True):
        assert bool(jobs) == bool(person.title)
        if jobs:
            assert (jobs[0].title, jobs[0].company, jobs[0].ended_months_ago) == (person.title, person.company, None)
            assert person.current_tenure_months in (None, jobs[0].started_months_ago)
        for newer, older in pairwise(jobs):
            assert older.ended_months_ago is not None
            assert newer.started_months_ago <= older.ended_months_ago < older.started_months_ago
        assert raw_record(person, jobs)["name"] == person.full_name


def test_shares_of_cultures_and_trades_add_up() -> None:
    assert sum(fields[0] for fields in words.NAMES.values()) == 1000
    assert sum(fields[0] for fields in words.FAMILIES.values()) == 1000


def test_no_word_needs_quotes_in_an_array() -> None:
    listed = vocabulary()
    assert not [w for w in (*listed.skills, *listed.tags) if set(w) & set('"\\|{}') or w != w.strip()]


def test_names_become_ascii_for_addresses() -> None:
    names = ["Þóra", "Łukasz", "Zoë", "Weiß", "O'Brien", "Ørsted", "محمد", "伟"]
    assert [ascii_of(name) for name in names] == ["thora", "lukasz", "zoe", "weiss", "obrien", "orsted", "", ""]


def test_lists_are_split_at_bars_or_else_at_spaces() -> None:
    assert split("a b") == ("a", "b")
    assert split("a | b c | ") == ("a", "b c", "")


def test_ids_are_noted_as_runs() -> None:
    assert list(runs([1, 2, 3, 7, 8, 10])) == [(1, 3), (7, 8), (10, 10)]
    assert list(runs([])) == []
