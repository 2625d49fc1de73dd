"""Vectors that a test writes by itself: how alike someone is to a text is then known beforehand."""

from __future__ import annotations

import math

from services.runtime import Runtime

DIMENSIONS = 384


def add_model(rt: Runtime) -> int:
    """A live model without vectors; its id."""
    with rt.db.connection() as conn:
        row = conn.execute(
            "INSERT INTO embedding_models (name, provider, state, live_at) VALUES ('test', 'local', 'live', now()) "
            "RETURNING id"
        ).fetchone()
        assert row is not None
        conn.execute("SELECT add_embedding_partition(%s::smallint)", [row["id"]])
    return int(row["id"])


def at(share: float) -> str:
    """A vector at this share of a right angle from at(0)."""
    turned = [math.cos(share * math.pi / 2), math.sin(share * math.pi / 2)]
    return f"[{','.join(map(str, turned + [0.0] * (DIMENSIONS - 2)))}]"


def add_text(rt: Runtime, model_id: int, text: str, share: float = 0.0) -> None:
    """The vector of a text, as if a job worker had made it."""
    with rt.db.connection() as conn:
        conn.execute(
            "INSERT INTO query_embeddings (model_id, text_hash, embedding) VALUES (%s, query_hash(%s), %s::halfvec)",
            [model_id, text, at(share)],
        )


def add_people(rt: Runtime, model_id: int, search_id: str, but: int = 0) -> None:
    """Vectors of a search's people, each less like at(0) than the one before, but of the last few none."""
    with rt.db.connection() as conn:
        found = conn.execute(
            "SELECT c.profile_id, p.updated_at FROM candidates c JOIN profiles p ON p.id = c.profile_id "
            "WHERE c.search_id = %s ORDER BY c.id",
            [search_id],
        ).fetchall()
        compared = found[: len(found) - but]
        vectors = [at((place + 1) / (len(found) + 1)) for place in range(len(compared))]
        conn.execute(
            "INSERT INTO profile_embeddings (profile_id, model_id, text_hash, embedding, seen_at) "
            "SELECT u.id, %s, sha256(''), u.vector::halfvec, u.seen_at "
            "FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS u (id, vector, seen_at)",
            [model_id, [one["profile_id"] for one in compared], vectors, [one["updated_at"] for one in compared]],
        )
