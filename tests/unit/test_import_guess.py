"""What a column probably is, and how sure that is."""

from __future__ import annotations

import pytest

from services.imports.import_guess import Guess, guess
from services.imports.import_memory import fingerprint


@pytest.mark.parametrize(
    ("header", "samples", "wanted"),
    [
        ("Full name", [], Guess("full_name", "header", 100)),
        ("Job titles", [], Guess("title", "similar", 94, "Job title")),
        ("E-mail addresses", [], Guess("email", "similar", 92, "E-mail")),
        ("Contact", ["ana@example.com", "", "no"], None),
        ("Contact", ["ana@example.com", "", "ben@example.com", "no"], Guess("email", "values", 67)),
        (
            "Where",
            ["https://www.linkedin.com/in/ana-lima", "linkedin.com/in/ben"],
            Guess("linkedin_url", "values", 100),
        ),
        ("Call", ["+351 900 000 001", "(030) 123-4567"], Guess("phone", "values", 100)),
        ("Since", ["2020-01-02", "01.02.2020"], None),
        ("Who", ["Ana Lima", "Zoë Müller", "שלמה כהן"], Guess("full_name", "values", 100)),
        ("Colour", ["green", "light blue"], None),
        ("Colour", [], None),
    ],
)
def test_a_column_is_guessed_by_header_or_values(header: str, samples: list[str], wanted: Guess | None) -> None:
    assert guess([header], {header: samples}).get(header) == wanted


def test_a_field_that_is_known_is_not_guessed_again() -> None:
    found = guess(["Email", "Backup"], {"Backup": ["ana@example.com"]})
    assert set(found) == {"Email"}


def test_companies_are_no_names_where_names_are_known() -> None:
    assert set(guess(["Name", "Where"], {"Where": ["Acme Corp", "Globex Inc"]})) == {"Name"}


def test_the_order_of_headers_does_not_matter_to_what_is_remembered() -> None:
    assert fingerprint(["a", "b"]) == fingerprint(["b", "a"]) != fingerprint(["a", "c"])
