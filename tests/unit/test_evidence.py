"""A quote counts as evidence only when it stands in the profile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.evidence import quote_is_verbatim

FIELDS = {
    "headline": "Senior  Engineer\nat\u00a0Northwind",
    "summary": "Led the Zu\u0308rich team; ﬁrst to ship in STRASSE 9.",
    "skills": "",
}


@pytest.mark.parametrize(
    ("field", "quote"),
    [
        ("headline", "Senior Engineer at Northwind"),
        ("headline", "  senior\tENGINEER "),
        ("summary", "Led the Zürich team"),
        ("summary", "first to ship"),
        ("summary", "straße 9"),
        ("summary", "Led\u200b the"),
    ],
)
def test_it_accepts_what_differs_only_in_form(field: str, quote: str) -> None:
    assert quote_is_verbatim(FIELDS, field, quote)


@pytest.mark.parametrize(
    ("field", "quote"),
    [
        ("headline", "Senior Engineers at Northwind"),
        ("headline", "Engineer Senior"),
        ("headline", "Led the Zürich team"),
        ("headline", "Senior … Northwind"),
        ("skills", "Python"),
        ("no_such_field", "Python"),
        ("", "Senior"),
    ],
)
def test_it_rejects_other_words_and_other_fields(field: str, quote: str) -> None:
    assert not quote_is_verbatim(FIELDS, field, quote)


@pytest.mark.parametrize("quote", ["", " ", "at", "\u200b\u200b\u200b", " a \n", "\U000e0041\U000e0042\U000e0043"])
def test_a_quote_too_short_to_prove_anything_is_no_evidence(quote: str) -> None:
    assert not quote_is_verbatim(FIELDS, "headline", quote)
    assert not quote_is_verbatim({"headline": quote}, "headline", quote)


@pytest.mark.parametrize("quote", ["the", "and the", "in a", "with.", "der und die", "...", "a b", "[withheld]"])
def test_a_quote_without_a_word_of_content_is_no_evidence(quote: str) -> None:
    assert not quote_is_verbatim({"summary": f"There: {quote} more"}, "summary", quote)


@pytest.mark.parametrize("quote", ["C++", "the Go team", "7 years", "データ", "SQL", "R&D"])
def test_short_words_of_content_are_evidence(quote: str) -> None:
    assert quote_is_verbatim({"summary": f"There: {quote} more"}, "summary", quote)


def test_a_quote_that_nobody_asked_for_the_length_of_is_not_even_read() -> None:
    # One of these characters is eighteen once it is normalised.
    text = "\ufdfa" * 200_000
    assert not quote_is_verbatim({"summary": text[:10]}, "summary", text)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_whole_words_of_a_field_are_always_found(before: str, quote: str, after: str) -> None:
    fields = {"summary": f"{before} {quote}word {after}"}
    assert quote_is_verbatim(fields, "summary", f"{quote}word")
