"""The words of a text that can tell why someone is like it. Pure.

A model compares meanings, not words; what is shown beside is what both have in common in so many words, so that people
see whether a likeness has a reason they can check.
"""

from __future__ import annotations

import re
from itertools import pairwise

MOST = 120

_WORD = re.compile(r"[^\W_][\w+#./-]*[\w+#]|[^\W_]", re.UNICODE)
# Words of nearly every job description say nothing about who fits.
_COMMON = frozenset(
    """
    a about above across after all also am an and any are as at be because been being below between both but by can
    could did do does doing done down during each etc every few for from further get had has have having he her here
    hers him his how i if in including into is it its just like ll make many may me more most much must my need new no
    nor not now of off on once only or other our ours out over own per plus re s same shall she should so some such t
    than that the their theirs them then there these they this those through to too under until up us use used using
    very via was we well were what when where which while who whom why will with within without would you your yours
    ability able apply benefits candidate candidates company day degree description environment equal equivalent
    excellent experience experienced good great help ideal ideally include includes job join knowledge least looking
    minimum offer opportunity part people person position preferred qualifications related required requirements
    responsibilities responsible role salary skill skills strong team teams understanding want work working world year
    years
    """.split()
)


def words_of(text: str) -> list[str]:
    """Telling words in the order of the text, then pairs of neighbours, for skills of two words: 120 at most."""
    tokens = [found.group().rstrip(".") for found in _WORD.finditer(text[:20_000])]
    words: dict[str, str] = {}
    for token in tokens:
        if _tells(token):
            words.setdefault(token.casefold(), token)
    pairs: dict[str, str] = {}
    for one, next_one in pairwise(tokens):
        if _tells(one) and _tells(next_one) and one.casefold() != next_one.casefold():
            pairs.setdefault(f"{one} {next_one}".casefold(), f"{one} {next_one}")
    return [*list(words.values())[: MOST * 2 // 3], *list(pairs.values())[: MOST // 3]]


def _tells(token: str) -> bool:
    return token.casefold() not in _COMMON and not token.isdigit() and (len(token) > 1 or token in ("C", "R"))
