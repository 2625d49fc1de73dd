"""From the cells of a row to a person."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.exports.spreadsheet_text import guard, unguard
from services.imports.import_dates import started_on
from services.imports.import_mapping import columns_by_field, suggest
from services.imports.import_rows import LIMITS, Person, clean, person_of, storable

TODAY = date(2026, 11, 15)


def person(**row: Any) -> Person | None:
    return person_of(2, row, columns_by_field(suggest(list(row))), today=TODAY)


def values(**row: Any) -> dict[str, Any]:
    found = person(**row)
    assert found is not None
    return found.values


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Ana \t Lima\n", "Ana Lima"),
        ("Ana\u00a0Lima", "Ana Lima"),
        ("A\u0301na", "Ána"),
        ("A\x00n\x07a", "Ana"),
        ("\ufeffAna\u200b", "Ana"),
        ("Ana\u202egro.elpmaxe", "Anagro.elpmaxe"),
        ("a\ud800b", "ab"),
        (None, ""),
        (True, ""),
        (12, "12"),
        (1.5, "1.5"),
        ({"a": 1}, "1"),
        ({"city": "Paris", "zip": None, "country": {"name": "France", "code": "FR"}}, "Paris, France"),
        (["a", "b"], "a, b"),
        ("'=1+2", "=1+2"),
        ("'Ana", "'Ana"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_text_is_cleaned(raw: Any, text: str) -> None:
    assert clean(raw) == text


def test_a_summary_keeps_its_lines() -> None:
    assert values(name="Ana", summary="One  two\r\nthree\n\n\n\nfour ")["summary"] == "One two\nthree\n\nfour"


def test_text_is_cut_to_what_a_column_holds() -> None:
    found = values(name="A" * 500, title="t" * 500, summary="s" * 30_000)
    assert {name: len(found[name]) for name in ("full_name", "title", "summary")} == {
        "full_name": 200,
        "title": 300,
        "summary": 20_000,
    }


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"name": "Ana Maria Lima"}, ("Ana Maria Lima", "", "", "Ana Maria", "Lima")),
        ({"first name": "Ana", "last name": "Lima"}, ("Ana Lima", "Ana", "Lima", "", "")),
        ({"name": "Dr Ana Lima", "last name": "Lima"}, ("Dr Ana Lima", "", "Lima", "", "")),
        ({"name": "Madonna"}, ("Madonna", "", "", "", "Madonna")),
    ],
)
def test_names(row: dict[str, str], name: tuple[str, ...]) -> None:
    found = values(**row)
    assert tuple(found[part] for part in ("full_name", "first_name", "last_name", "guess_first", "guess_last")) == name


@pytest.mark.parametrize(
    ("raw", "email"),
    [
        ("ana@example.com", "ana@example.com"),
        (" mailto:ana@example.com ", "ana@example.com"),
        ("<Ana@Example.com>", "Ana@Example.com"),
        ("n/a; ana@example.com, b@example.com", "ana@example.com"),
        ("ana@example", ""),
        ("ana", ""),
        ("@example.com", ""),
        ("a" * 400 + "@example.com", ""),
        (["x", "ana@example.com"], "ana@example.com"),
    ],
)
def test_an_email_is_one_or_nothing(raw: Any, email: str) -> None:
    assert values(name="Ana", email=raw)["email"] == email


def test_skills_of_all_columns_once_each() -> None:
    found = values(name="Ana", skills="Python, SQL;python\n C++ ", skill1="Go", skill2="", skill3=" sql ")
    assert found["skills"] == ["Python", "SQL", "C++", "Go"]
    assert values(name="Ana", skills=[{"name": "Rust"}, "Go", 5, None])["skills"] == ["Rust", "Go", "5"]
    assert len(values(name="Ana", skills=",".join(f"s{n}" for n in range(500)))["skills"]) == 100


@pytest.mark.parametrize(
    ("raw", "years"),
    [("7", 7), ("7.5 years", 7.5), ("7,5", 7.5), ("10+", 10), ("none", None), ("900", None), ("", None)],
)
def test_years(raw: str, years: float | None) -> None:
    assert values(**{"name": "Ana", "years of experience": raw})["years_experience"] == years


@pytest.mark.parametrize(
    ("raw", "months"),
    [
        ("3 years 2 months in role", 38),
        ("1 yr 4 mos", 16),
        ("11 months in company", 11),
        ("2 ans 1 mois", 25),
        ("14", 14),
        ("less than a year", None),
        ("", None),
        ("9999999", None),
        ("99999999999999999999 months", None),
        ("1 year in role", 12),
        ("3 Jahre 1 Monat", 37),
        ("Marketing", None),
    ],
)
def test_time_in_the_current_job(raw: str, months: int | None) -> None:
    assert values(name="Ana", durationInRole=raw)["current_tenure_months"] == months


@pytest.mark.parametrize(
    ("raw", "start"),
    [
        ("Feb 2026 - Present", "2026-02-01"),
        ("2019 – Present", "2019-01-01"),
        ("03/2020", "2020-03-01"),
        ("2020-03-17", "2020-03-01"),
        ("September 2021 — heute", "2021-09-01"),
        ("Feb 2019 - Mar 2021", None),
        ("", None),
        ("soon", None),
        ("Feb 2031 - Present", None),
        ("1902", None),
        ("13/2020", None),
        ("2026-12", None),
        ("2020-99-01", None),
    ],
)
def test_the_start_of_the_current_job(raw: str, start: str | None) -> None:
    assert started_on(raw, TODAY) == start


def test_the_start_gives_the_time_in_the_job() -> None:
    assert values(name="Ana", linkedinJobDateRange="Feb 2025 - Present")["current_tenure_months"] == 21


def test_the_public_address_comes_first_among_the_keys() -> None:
    found = person(
        name="Ana",
        profileUrl="https://www.linkedin.com/sales/lead/ACwAAB12cdE,x",
        vmid="ACwAAB12cdE",
        defaultProfileUrl="https://linkedin.com/in/ana",
    )
    assert found is not None
    assert found.keys == ["linkedin.com/in/ana", "linkedin:ACwAAB12cdE"]
    assert (found.has_public, found.values["public_url"]) == (True, "https://www.linkedin.com/in/ana")


def test_a_row_without_address_and_email_is_known_by_what_it_says() -> None:
    first, again, other = (person(name=name, title="Engineer") for name in ("Ana Lima", "ANA  LIMA", "Ben"))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.keys == again.keys != other.keys
    assert first.keys[0].startswith("row:")
    mailed = person(name="Ana Lima", title="Engineer", email="ana@example.com")
    assert mailed is not None
    assert mailed.keys == []


@pytest.mark.parametrize("row", [{}, {"name": ""}, {"name": " \u200b", "title": "Engineer"}, {"linkedin": "x y"}])
def test_a_row_that_names_nobody(row: dict[str, str]) -> None:
    assert person(**row) is None


def test_a_repeat_adds_what_it_says_and_takes_nothing_away() -> None:
    first, second, third = (
        person(name="Ana", linkedin="https://linkedin.com/in/ana", phone=phone, email=email, note=note)
        for phone, email, note in (("", "a@example.com", "x"), ("+351", "", "y"), ("+351", "", "y"))
    )
    assert first is not None
    assert second is not None
    assert third is not None
    first.absorb(second)
    first.absorb(third)
    assert (first.values["phone"], first.values["email"], first.raw["note"]) == ("+351", "a@example.com", "y")
    assert first.repeats == [(2, True), (2, False)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=8,
)


# A busy machine is no failure.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["name", "email", "linkedin", "skills", "title", "summary", "vmid", "x"]), JSON))
def test_any_row_gives_a_person_that_can_be_stored_or_none(row: dict[str, Any]) -> None:
    found = person(**row)
    if found is not None:
        text = json.dumps([found.values, found.raw], allow_nan=False)
        assert "\\u0000" not in text
        text.encode()
        assert all(len(found.values[name]) <= limit for name, limit in LIMITS.items())


@given(JSON)
def test_what_is_storable_is_left_alone(value: Any) -> None:
    once = storable(value)
    json.dumps(once, allow_nan=False)
    assert storable(once) == once


@given(st.text())
def test_a_guard_is_taken_off_again(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))
