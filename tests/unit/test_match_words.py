"""Which words of a text can say why someone is like it."""

from __future__ import annotations

import pytest

from services.matching.match_words import MOST, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("We are looking for a person with experience.", []),
        ("Python and Go, 5 years", ["Python", "Go"]),
        ("C++, C# or .NET; Node.js.", ["C++", "C#", "NET", "Node.js", "C++ C#", "NET Node.js"]),
        ("machine learning", ["machine", "learning", "machine learning"]),
        ("Python, python", ["Python"]),
        ("R", ["R"]),
        ("x y", []),
        ("Ingénieur à Zürich", ["Ingénieur", "Zürich"]),
    ],
)
def test_telling_words_stay(text: str, words: list[str]) -> None:
    assert sorted(words_of(text)) == sorted(words)


def test_there_are_not_too_many() -> None:
    found = words_of(" ".join(f"word{n}" for n in range(5_000)))
    assert len(found) == MOST and found[0] == "word0" and "word0 word1" in found
