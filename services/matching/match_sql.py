"""Fragments of sql/matching.sql with their parts filled in, and the vector of a match. Pure."""

from __future__ import annotations

from functools import cache

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

import sql

# Rocchio's weights (Salton and Buckley 1990): the text, those who are liked, those who were turned down.
ALPHA, BETA, GAMMA = 1.0, 0.75, 0.15

_Q = sql.queries("matching")


@cache
def _template(name: str) -> SQL:
    # Without its comment, whose signs are not ours to fill in.
    return SQL("\n".join(line for line in getattr(_Q, name).splitlines() if not line.startswith("--")))


def fragment(name: str, **parts: Composable) -> Composed:
    """A fragment of sql/matching.sql with its parts filled in."""
    return _template(name).format(**parts)


def vector_of_match(match: Composable, search: Composable) -> Composed:
    """The vector of a match, whatever it is, by the model that is live when it is run; NULL of another search's."""
    model, text_hash = fragment("live_model"), Identifier("m", "text_hash")
    people = fragment(
        "vector_of_people", match=Identifier("m", "id"), model=model, text_hash=text_hash,
        alpha=fragment("weight_by_kind", taste=Literal(ALPHA), people=Literal(0.0)),
        beta=fragment("weight_by_kind", taste=Literal(BETA), people=Literal(1.0)),
        gamma=fragment("weight_by_kind", taste=Literal(GAMMA), people=Literal(0.0)),
    )  # fmt: skip
    text = fragment("vector_of_text", model=model, text_hash=text_hash)
    return fragment("vector_of_match", text=text, people=people, match=match, search=search)
