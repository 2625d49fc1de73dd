"""What a model does not get to read of a profile, in whatever field it stands."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.evidence import quote_is_verbatim
from services.screening.prompts import FIELD_TOKENS, build_judge_prompt, shown_fields
from services.screening.withholding import (
    WITHHELD,
    Names,
    names_of,
    withhold,
    withhold_in_list,
    withhold_in_place,
    words_in,
)

JANE = {"full_name": "Jane Doe, PhD", "first_name": "Jane", "last_name": "Doe"}
WORDS = [field for field in FIELD_TOKENS if not field.endswith(("experience", "months"))]


@pytest.mark.parametrize("field", WORDS)
@pytest.mark.parametrize(
    "text", ["Jane Doe Consulting", "Doe, Jane (owner)", "JANE DOE", "janedoe", "jane-doe", "Jane_Doe"]
)
def test_the_whole_name_is_withheld_in_every_field(field: str, text: str) -> None:
    shown = shown_fields({**JANE, field: f"{text} of Bern"})[field]
    assert WITHHELD in shown and not re.search("jane|doe", shown, re.IGNORECASE)


@pytest.mark.parametrize("field", sorted({*WORDS} - {"location", "country"}))
@pytest.mark.parametrize("text", ["The Doe Group", "Jane's bakery", "Doe & Sons", "I am Jane"])
def test_a_part_of_the_name_is_withheld_within_other_words(field: str, text: str) -> None:
    shown = shown_fields({**JANE, field: text})[field]
    assert WITHHELD in shown and not re.search("jane|doe", shown, re.IGNORECASE)


@pytest.mark.parametrize(
    ("field", "names", "text"),
    [
        ("location", {"full_name": "Francisco Lopez"}, "San Francisco, California"),
        ("country", {"first_name": "Chad"}, "Chad"),
        ("skills", {"first_name": "Julia", "last_name": "Stone"}, "Julia, Python"),
        ("title", {"last_name": "Baker"}, "Baker"),
    ],
)
def test_a_place_or_a_thing_that_is_also_a_name_stays(field: str, names: dict[str, str], text: str) -> None:
    assert shown_fields({**names, field: text})[field] == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ({"full_name": "Jane Doe, PhD"}, "PhD in Physics"),
        ({"full_name": "Jane Doe MBA CFA"}, "MBA, CFA Institute"),
        ({"full_name": "Anna von der Heide"}, "Leiterin von der Abteilung"),
        ({"full_name": "Dr. Jane Doe"}, "Dr. of Philosophy"),
    ],
)
def test_titles_and_particles_are_no_names(name: dict[str, str], text: str) -> None:
    found = names_of(name)
    assert found.words and words_in(text, found) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ({"full_name": "José Núñez"}, "Jose Nunez GmbH"),
        ({"full_name": "Jack Ma", "first_name": "Jack", "last_name": "Ma"}, "Jack Ma Foundation"),
        ({"full_name": "Anne-Marie O'Neil"}, "Marie and O'Neil"),
        ({"full_name": "Li An"}, "Li An. Engineer"),
    ],
)
def test_other_spellings_of_the_name_are_found(name: dict[str, str], text: str) -> None:
    assert WITHHELD in withhold(text, names_of(name))


NAMED = {"full_name": "Jane Mary O'Doe", "first_name": "Jane Mary", "last_name": "Straße"}
PIECES = (
    "Jane", "JANE", "jane", "Mary", "Jane Mary", "Doe", "O'Doe", "Straße", "STRASSE", "Strasse", "x", "3", "_", " ",
    "-", "'", ", ", "\n", "é", "राम", "and",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_words_of_a_name_are_found_where_a_pattern_finds_them(text: str) -> None:
    names = names_of(NAMED)
    longest = sorted(names.words, key=len, reverse=True)
    pattern = re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, longest)) + r")(?![^\W_])")
    assert withhold(text, replace(names, whole=())) == pattern.sub(WITHHELD, text)


def test_a_hostile_name_costs_little_and_matches_itself_alone() -> None:
    names = names_of({"full_name": "(a+)+$ [x" + "y" * 180, "first_name": "an", "last_name": "na"})
    assert withhold("banana, anna and canal", names) == "banana, anna and canal"


@pytest.mark.parametrize(
    "text",
    [
        "Nationality: Swiss", "Swiss citizen", "a US citizen since 2001", "Dual citizen of Chad", "native of Lyon",
        "Born and raised in Lyon", "born in Lyon", "Marital status: single", "married", "divorced", "widowed",
        "verheiratet", "single parent", "two children", "maternity leave", "parental leave", "pregnant",
        "Religion: none", "a practising Catholic", "Ethnicity: other", "Gender: F", "pronouns: they/them",
        "Disability: none", "severely disabled", "in my early forties", "in his 50s", "41 y/o", "41 Jahre alt",
        "Jahrgang 1985", "geboren am 3. März 1985", "German national",
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", [withhold, withhold_in_list, withhold_in_place])
def test_what_tells_age_family_origin_or_health_is_withheld_everywhere(way: object, text: str) -> None:
    assert callable(way)
    shown = way(f"Engineer. {text}. Python", Names())
    assert WITHHELD in shown and shown.startswith("Engineer. ") and shown.endswith("Python")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Chairwoman of the board", "Chair[withheld] of the board"),
        ("Salesman", "Sales[withheld]"),
        ("Actress", "Act[withheld]"),
        ("Softwareentwicklerin in Berlin", "Softwareentwickler[withheld] in Berlin"),
        ("Women in Tech", "[withheld] in Tech"),
    ],
)
def test_of_an_occupation_that_tells_a_sex_the_occupation_stays(text: str, shown: str) -> None:
    assert shown_fields({"title": text, "company": text}) == {"title": shown, "company": shown}


@pytest.mark.parametrize(
    "text",
    [
        "the national team", "National Bank", "Senior citizen services", "gender-based violence", "married with Kafka",
        "Ms Excel", "taught children", "human resources", "German, Roman", "Berlin, Dublin", "30 years of Python",
        "single page apps", "Isle of Skye", "a model citizen",
    ],
)  # fmt: skip
def test_words_that_only_look_like_it_stay(text: str) -> None:
    assert withhold(text, Names()) == text


def test_evidence_is_checked_against_what_was_sent_and_what_was_withheld_is_none() -> None:
    prompt = build_judge_prompt("Job", {"c1": "Self-employed?"}, {**JANE, "company": "Jane Doe Consulting"})
    assert prompt.fields["company"] == "[withheld] Consulting"
    assert quote_is_verbatim(prompt.fields, "company", "[withheld] Consulting")
    assert quote_is_verbatim(prompt.fields, "company", "Consulting")
    assert not quote_is_verbatim(prompt.fields, "company", "Jane Doe Consulting")
    assert not quote_is_verbatim(prompt.fields, "company", "[withheld]")
