"""Whether people can be compared by vectors here, by which model, and how many of them have one.

Matching needs two things: pgvector in the database, and a model (EMBEDDING_PROVIDER). Where one is missing it is off,
says so in one sentence, and everything else works. Imports no model: any process may ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sql
from services import db
from services.access.identity import Actor
from services.config import Settings
from services.errors import Unavailable
from services.runtime import Runtime

NO_PGVECTOR = (
    "Matching is off: the Postgres server lacks pgvector 0.8 or newer. An admin installs it and runs"
    " `sourcingx migrate`."
)
NO_PROVIDER = "Matching is off: EMBEDDING_PROVIDER is off. An admin sets it to local or openai to turn it on."
NO_KEY = "Matching is off: the model is asked over the network, and there is no key. An admin sets EMBEDDING_API_KEY."
NO_VECTORS = "Matching begins when the first vectors are made. A recruiter or an admin can start that now."
# Counts of a million people take a second.
COUNTS_TTL_S = 15

_Q = sql.queries("embeddings")


@dataclass(frozen=True)
class Model:
    """One model's vectors. state: building, live or retired. provider: local or openai.

    complete_at: when a run last had nothing left to make. last_error: what went wrong last, "" where nothing did.
    """

    id: int
    name: str
    provider: str
    state: str
    created_at: datetime
    complete_at: datetime | None
    last_error: str
    last_error_at: datetime | None


@dataclass(frozen=True)
class MatchingState:
    """on: people can be compared now. reason: why not, one sentence; "" where on.

    possible: vectors can be kept and made; on needs a live model besides. model: the live one.
    made, missing: people with a vector of the live model that is up to date, and without; 0 where they were not
    counted (`counts=False`).
    """

    on: bool
    possible: bool
    reason: str
    model: Model | None
    made: int = 0
    missing: int = 0


def state(rt: Runtime, actor: Actor, *, counts: bool = False) -> MatchingState:
    """Where matching stands. One cheap query; with counts=True also how many people are missing (kept for 15 s).

    Counts are of everyone in the database, not of a search, and tell nothing about anyone; actor: whoever asks.
    """
    with rt.db.connection() as conn:
        reason = refusal(conn, rt)
        if reason:
            return MatchingState(False, False, reason, None)
        model = live(conn)
    if model is None:
        return MatchingState(False, True, NO_VECTORS, None)
    made = people = 0
    if counts:
        made, people = count(rt, model.id)
    return MatchingState(True, True, "", model, made, max(0, people - made))


def refusal(conn: db.Conn, rt: Runtime) -> str:
    """Why no vectors can be made or kept here; "" where they can."""
    settings = rt.settings
    if settings.embedding_provider == "off":
        return NO_PROVIDER
    if settings.embedding_provider == "openai" and not endpoint_of(settings)[1]:
        return NO_KEY
    row = db.one(conn, _Q.is_possible)
    return "" if row and row["found"] else NO_PGVECTOR


def endpoint_of(settings: Settings) -> tuple[str, str]:
    """(address, key) of the endpoint that makes vectors. The key of OPENAI_BASE_URL goes nowhere else."""
    base = settings.embedding_base_url or settings.openai_base_url
    is_same = base.rstrip("/") == settings.openai_base_url.rstrip("/")
    return base, settings.embedding_api_key or (settings.openai_api_key if is_same else "")


def must_be_possible(conn: db.Conn, rt: Runtime) -> None:
    """Raises Unavailable with the reason where vectors can be neither made nor kept."""
    if reason := refusal(conn, rt):
        raise Unavailable(reason)


def live(conn: db.Conn) -> Model | None:
    """The model that everything is compared by; None while there is none."""
    return next((one for one in models(conn) if one.state == "live"), None)


def models(conn: db.Conn) -> list[Model]:
    """All models, the one in use first."""
    return [_model(row) for row in db.rows(conn, _Q.fetch_models)]


def count(rt: Runtime, model_id: int) -> tuple[int, int]:
    """(people with a vector of this model that is up to date, people); at most 15 s old."""

    def compute() -> list[int]:
        with rt.db.connection() as conn:
            row = db.one(conn, _Q.count_vectors, {"model_id": model_id})
        return [row["made"], row["people"]] if row else [0, 0]

    made, people = rt.cache.memo(f"vectors:{model_id}", COUNTS_TTL_S, compute)
    return made, people


def _model(row: dict[str, Any]) -> Model:
    return Model(**{name: row[name] for name in Model.__dataclass_fields__})
