"""The search box: words, "phrases", prefix*, -not. Pure.

    engineer "machine learning" pyth* -intern

Every term must match (a term with a minus must not). A word is found whole in name, headline,
title, company, location or skills, or as a part of a name or a company; one or two signs are
found as a whole word or as the beginning of a name or a company. Accents and case don't count.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

MAX_LENGTH = 300
MAX_TERMS = 20

_RUN = re.compile(r"[^\W_]{3}")
_TERM = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """One term: its text without signs, how it matches, whether it must not."""

    text: str
    kind: Literal["word", "short", "prefix", "phrase"]
    negated: bool = False

    def sentence(self) -> str:
        """For people: without "intern"."""
        shown = f"{self.text}*" if self.kind == "prefix" else f"“{self.text}”"
        return f"without {shown}" if self.negated else shown


def parse(text: str) -> tuple[Term, ...]:
    """Terms in the order typed; at most 20, of at most 300 characters. Never raises.

    Signs with nothing to look for (a lone quote, star or minus) are left out.
    """
    clean = unicodedata.normalize("NFC", text.replace("\x00", " "))[:MAX_LENGTH]
    terms: list[Term] = []
    for found in _TERM.finditer(clean):
        term = _term(found.group("phrase"), found.group("word"), negated=bool(found.group("minus")))
        if term is not None and term not in terms:
            terms.append(term)
    return tuple(terms[:MAX_TERMS])


def _term(phrase: str | None, word: str | None, *, negated: bool) -> Term | None:
    if phrase is not None:
        text = " ".join(phrase.split())
        return Term(text, "phrase", negated) if _has_word(text) else None
    text = (word or "").rstrip("*")
    if not _has_word(text):
        return None
    # Without three letters in a row there is no trigram to find a part by ("Go", "C++").
    if not _RUN.search(text):
        return Term(text, "short", negated)
    return Term(text, "prefix" if (word or "").endswith("*") else "word", negated)


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
