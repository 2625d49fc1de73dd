"""The search box: what each way of typing means."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from services.grid.search_text import MAX_LENGTH, MAX_TERMS, Term, parse


def word(text: str, negated: bool = False) -> Term:
    return Term(text, "word", negated)


def short(text: str, negated: bool = False) -> Term:
    return Term(text, "short", negated)


def prefix(text: str, negated: bool = False) -> Term:
    return Term(text, "prefix", negated)


def phrase(text: str, negated: bool = False) -> Term:
    return Term(text, "phrase", negated)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("", []),
        ("   ", []),
        ("engineer", [word("engineer")]),
        ("  senior   engineer ", [word("senior"), word("engineer")]),
        ('"machine  learning"', [phrase("machine learning")]),
        ('engineer "machine learning" pyth* -intern',
         [word("engineer"), phrase("machine learning"), prefix("pyth"), word("intern", True)]),
        ('-"machine learning"', [phrase("machine learning", True)]),
        ("-pyth*", [prefix("pyth", True)]),
        ("pyth***", [prefix("pyth")]),
        # Nothing to find a part by: a whole word, or how a name begins.
        ("go", [short("go")]), ("go*", [short("go")]), ("-hr", [short("hr", True)]),
        ("c++ c# r&d", [short("c++"), short("c#"), short("r&d")]),
        (".net node.js", [word(".net"), word("node.js")]),
        ("o'neil", [word("o'neil")]),
        # A quote inside a word begins a phrase; one that is never closed ends with the text.
        ('ada"senior engineer"', [word("ada"), phrase("senior engineer")]),
        ('"senior engineer', [phrase("senior engineer")]),
        # Signs with nothing to look for.
        ('- * "" "  " -* -- ! &', []), ('"*"', []), ("engineer - *", [word("engineer")]),
        ("e-mail", [word("e-mail")]),
        ("--remote", [word("-remote", True)]),
        # Only once each.
        ("go go -go", [short("go"), short("go", True)]),
        ("田中 עברית", [short("田中"), word("עברית")]),
        ("100% a_b", [word("100%"), short("a_b")]),
    ],
)  # fmt: skip
def test_a_text_is_read_as_terms(typed: str, terms: list[Term]) -> None:
    assert list(parse(typed)) == terms


def test_letters_are_composed() -> None:
    assert parse(unicodedata.normalize("NFD", "Émile")) == (word("Émile"),)


def test_a_nul_divides_words() -> None:
    assert parse("ada\0lovelace") == (word("ada"), word("lovelace"))


def test_a_long_text_is_cut() -> None:
    assert parse("x" * 10_000) == (word("x" * MAX_LENGTH),)
    assert len(parse(" ".join(f"word{n}" for n in range(100)))) == MAX_TERMS


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        (word("intern"), "“intern”"),
        (word("intern", True), "without “intern”"),
        (prefix("pyth"), "pyth*"),
        (prefix("pyth", True), "without pyth*"),
        (phrase("machine learning"), "“machine learning”"),
    ],
)
def test_a_term_says_what_it_means(term: Any, sentence: str) -> None:
    assert term.sentence() == sentence
