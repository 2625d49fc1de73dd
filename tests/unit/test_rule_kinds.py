"""Rules as people give them: what is taken, what is refused, what they say, and what they may not look at."""

from __future__ import annotations

import re
from typing import Any

import pytest

import sql
from services.errors import BadInput
from services.filtering import rule_kinds
from services.filtering.rule_kinds import KINDS, Rule, check, check_all, sentence

# What a rule may look at. Not: names, photos, sex, age, birth or graduation dates, nationality. A list of people
# is compared by name and company; that is a decision about someone, not about a kind of people.
MAY_BE_READ = {
    "c": {"id", "profile_id", "title_key", "company_key", "location_key", "country", "skills", "years_experience",
          "current_tenure_months", "average_tenure_months", "has_email", "search_tsv", "source"},
    "p": {"id", "headline", "phone", "linkedin_url", "email"},
    "h": {"jobs", "undated", "first_start", "recent"},
    "e": {"schools"},
}  # fmt: skip


@pytest.mark.parametrize("name", [*KINDS, "company_now", "company_before", "company_ever", "school_listed"])
def test_no_rule_looks_at_what_is_protected(name: str) -> None:
    if name == "list":
        return
    text = getattr(sql.queries("rules"), name)
    read = {(a, c) for a, c in re.findall(r"\b([cphe])\.\{?([a-z_]+)", text)}
    assert {(a, c) for a, c in read if c not in MAY_BE_READ[a]} == set()


def test_schools_are_read_without_their_years() -> None:
    queries = sql.queries("rules")
    for name in vars(queries):
        if "educations" in getattr(queries, name) or "studies" in getattr(queries, name):
            assert not re.search(r"\be\.(started_on|ended_on)|\bs\.(started_on|ended_on)", getattr(queries, name))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("title", "object"),
        ({"kind": "hair"}, "kind is one of"),
        ({"kind": []}, "kind is one of"),
        ({"kind": "title", "params": []}, "terms"),
        ({"kind": "title", "params": {"terms": []}}, "letters or digits"),
        ({"kind": "title", "params": {"terms": ["++"]}}, "letters or digits"),
        ({"kind": "title", "params": {"terms": ["a"] * 1 + ["b" * 101]}}, "at most"),
        ({"kind": "title", "params": {"terms": ["a"], "colour": 1}}, "no parameter 'colour'"),
        ({"kind": "title", "params": {"terms": ["a"], "has": "yes"}}, "true or false"),
        ({"kind": "experience", "params": {}}, "needs low or high"),
        ({"kind": "experience", "params": {"low": 9, "high": 3}}, "above its highest"),
        ({"kind": "experience", "params": {"low": "nan"}}, "number from"),
        ({"kind": "experience", "params": {"low": True}}, "number from"),
        ({"kind": "current_tenure", "params": {"low": 1.5}}, "whole number"),
        ({"kind": "job_hopper", "params": {"years": 3}}, "needs average or moves"),
        ({"kind": "level", "params": {"levels": ["boss"]}}, "some of junior"),
        ({"kind": "list", "params": {}}, "needs list_id"),
        ({"kind": "list", "params": {"list_id": 1, "match": "soundex"}}, "one of exact"),
        ({"kind": "list", "params": {"list_id": 1, "threshold": 0.2}}, "from 0.5 to 1"),
        ({"kind": "contacted"}, "needs days"),
        ({"kind": "missing", "params": {"fields": ["photo"]}}, "some of email"),
        ({"kind": "freelance", "on_unknown": "maybe"}, "keep, drop or flag"),
    ],
)
def test_what_makes_no_sense_is_refused(raw: Any, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        check(raw)


def test_rules_are_few_and_different() -> None:
    rule = {"kind": "freelance"}
    for raw, reason in ((rule, "list"), ([], "Add a rule"), ([rule, rule], "twice"), ([rule] * 41, "At most 40")):
        with pytest.raises(BadInput, match=reason):
            check_all(raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ({"kind": "title", "params": {"terms": ["intern"]}}, "Leave out whose title has “intern”"),
        (
            {"kind": "keyword", "params": {"terms": ["a", "b"], "has": False}, "on_unknown": "drop"},
            "Leave out whose profile has none of “a”, “b”, or where it is not known",
        ),
        (
            {"kind": "title", "params": {"terms": "a\nb\n\nc\nd\ne\nf"}},
            "Leave out whose title has any of “a”, “b”, “c”, “d”, “e” and 1 more",
        ),
        (
            {"kind": "experience", "params": {"low": 2.5, "high": 10}},
            "Leave out who has less than 2.5 years or more than 10 years of experience",
        ),
        (
            {"kind": "experience", "params": {"low": 1}},
            "Leave out who has less than 1 year of experience",
        ),
        (
            {"kind": "job_hopper", "params": {"average": 18, "moves": 3}},
            "Leave out who stays less than 18 months on average or moved at least 3 times in 5 years",
        ),
        (
            {"kind": "missing", "params": {"fields": ["email", "linkedin_url"]}},
            "Leave out who has no email or no linkedin url",
        ),
        (
            {"kind": "list", "params": {"list_id": 7, "match": "fuzzy", "scope": "ever"}, "on_unknown": "flag"},
            "Leave out who is on the list “Rivals” (alike by 0.8) for any employer; flag who is not known",
        ),
    ],
)  # fmt: skip
def test_a_rule_says_what_it_does(raw: dict[str, Any], text: str) -> None:
    assert sentence(check(raw), "Rivals") == text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_condition_and_a_status(kind: str) -> None:
    assert KINDS[kind].status.startswith("filtered_")
    assert kind == "list" or hasattr(sql.queries("rules"), kind)


def test_a_rule_is_known_again() -> None:
    one = check({"kind": "title", "params": {"terms": ["a", "b"]}})
    again = check({"kind": "title", "params": {"has": True, "terms": "a\nb"}, "on_unknown": "drop"})
    other = check({"kind": "title", "params": {"terms": ["a"]}})
    assert one.fingerprint == again.fingerprint != other.fingerprint
    exactly, loosely = (check({"kind": "list", "params": {"list_id": 7, "match": m}}) for m in ("exact", "contains"))
    assert exactly.fingerprint == loosely.fingerprint == "list:7:listed"
    assert check(one.as_json()) == one
    assert isinstance(one, Rule)
    assert rule_kinds.check_all([one]) == (one,)
