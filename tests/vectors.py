"""Vectors without a model: a live model, and people and texts at places that a test chooses."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from services.runtime import Runtime

DIMENSIONS = 384


def live_model(rt: Runtime, name: str = "test") -> int:
    """A model that everything is compared by; returns its id."""
    with rt.db.connection() as conn:
        row = conn.execute(
            "INSERT INTO embedding_models (name, provider, state, live_at) VALUES (%s, 'local', 'live', now())"
            " RETURNING id",
            [name],
        ).fetchone()
        assert row is not None
        conn.execute("SELECT add_embedding_partition(%s::smallint)", [row["id"]])
        return int(row["id"])


def at(degrees: float) -> list[float]:
    """A place on a circle: the cosine of the difference says how alike two are."""
    return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]


def place_people(rt: Runtime, model: int, people: Mapping[int, Sequence[float]]) -> None:
    """candidate id → the first numbers of their vector, all in one statement as the job does it."""
    given = [{"id": one, "vector": _text(vector)} for one, vector in people.items()]
    with rt.db.connection() as conn:
        conn.execute(
            "INSERT INTO profile_embeddings (profile_id, model_id, text_hash, embedding, seen_at)"
            " SELECT c.profile_id, %s, sha256(g.vector::bytea), g.vector::halfvec, now()"
            " FROM jsonb_to_recordset(%s::jsonb) AS g (id bigint, vector text) JOIN candidates c ON c.id = g.id"
            " ON CONFLICT (profile_id, model_id) DO UPDATE SET embedding = excluded.embedding",
            [model, json.dumps(given)],
        )


def place_text(rt: Runtime, model: int, text: str, vector: Sequence[float]) -> None:
    """As the job worker leaves a text that was asked for."""
    with rt.db.connection() as conn:
        conn.execute(
            "INSERT INTO query_embeddings (model_id, text_hash, embedding) VALUES (%s, query_hash(%s), %s::halfvec)",
            [model, text, _text(vector)],
        )
        conn.execute("DELETE FROM query_texts WHERE text_hash = query_hash(%s)", [text])


def set_job(rt: Runtime, search: Any, job: str) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET job_description = %s WHERE id = %s", [job, search])


def _text(vector: Sequence[float]) -> str:
    return str([*vector, *[0.0] * (DIMENSIONS - len(vector))])
