"""What job workers do about vectors when they are woken, and every minute: texts that someone waits for first, job
descriptions that no model knows yet, then people, once an import is over.

A text that is longer than the model reads is taken in pieces, whose vectors' average it gets: what a job asks for often
stands behind a page about the company.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Sequence
from typing import Any

import sql
from services import db, embedding_models, embedding_runs, faults, matching_state, prompts
from services.embedding_job import as_text
from services.embedding_providers import Provider, provider_of
from services.errors import ProductError, Unavailable
from services.jobs import RunStopped
from services.matching_state import Model
from services.runtime import Runtime

MOST_TEXTS = 50
PIECE_TOKENS = 200
MOST_PIECES = 6
# A text that waits goes after an hour, a vector that nobody used after a quarter of a year.
TEXT_S = 3600
DAYS = 90

_Q = sql.queries("embeddings")
_log = logging.getLogger(__name__)


def wake(rt: Runtime, stopping: threading.Event) -> None:
    """All of it; what fails is noted where people see it, and never a reason for the queue to try again at once."""
    try:
        with rt.db.connection() as conn:
            if matching_state.refusal(conn, rt):
                return
        embed_texts(rt, stopping)
        embedding_runs.start_due(rt)
        with rt.db.connection() as conn:
            db.run(conn, _Q.forget_texts, {"text_s": TEXT_S})
            db.run(conn, _Q.forget_queries, {"days": DAYS})
    except RunStopped:
        return
    except ProductError as error:
        _log.warning("vectors: %s", error.message)
    except Exception as error:
        _log.error("making vectors of texts failed: %s", faults.trace(error))


def embed_texts(rt: Runtime, stopping: threading.Event) -> int:
    """Texts that wait, by the live model, and job descriptions, by it and by what is to follow it; returns how many."""
    made = 0
    with rt.db.connection() as conn:
        models = [one for one in matching_state.models(conn) if one.state == "live" or
                  (one.state == "building" and one.complete_at)]  # fmt: skip
    for model in models:
        with rt.db.connection() as conn:
            asked = db.rows(conn, _Q.fetch_asked_texts, {"limit": MOST_TEXTS}) if model.state == "live" else []
            known = {bytes(row["text_hash"]) for row in asked}
            of_jobs = db.rows(conn, _Q.fetch_job_texts, {"model_id": model.id, "limit": MOST_TEXTS})
        for row in [*asked, *(row for row in of_jobs if bytes(row["text_hash"]) not in known)]:
            if stopping.is_set():
                return made
            made += _embed(rt, model, row, stopping)
    return made


def _embed(rt: Runtime, model: Model, row: dict[str, Any], stopping: threading.Event) -> bool:
    """One text. What goes wrong is told to whoever waits for it. Raises RunStopped."""
    given = {"model_id": model.id, "text_hash": row["text_hash"]}
    try:
        with provider_of(rt, model, user_id=row["user_id"], run_id=None, wait=_waiter(stopping)) as provider:
            vector = _vector(provider, row["text"])
    except ProductError as error:
        with rt.db.connection() as conn:
            embedding_models.note_error(conn, model.id, error.message)
            db.run(conn, _Q.fail_asked, {**given, "message": error.message[:500]})
        return False
    with rt.db.connection() as conn:
        db.run(conn, _Q.save_query, {**given, "vector": as_text(vector)})
        if model.state == "live":
            db.run(conn, _Q.delete_asked, given)
    return True


def _waiter(stopping: threading.Event) -> Any:
    """Waits for a place at the endpoint, a minute in all: a person is looking."""
    left = 60.0

    def wait(seconds: float) -> None:
        nonlocal left
        left -= seconds
        if stopping.wait(seconds):
            raise RunStopped
        if left < 0:
            raise Unavailable("The embeddings endpoint has no room for this now. Ask again in a minute.")

    return wait


def _vector(provider: Provider, text: str) -> Sequence[float]:
    """Of length 1: of the text, or the average of its pieces."""
    found = provider.embed(pieces(text))
    total = [math.fsum(numbers) for numbers in zip(*found, strict=True)]
    length = math.sqrt(math.fsum(number * number for number in total))
    return [number / length for number in total] if length else found[0]


def pieces(text: str) -> list[str]:
    """Of at most PIECE_TOKENS each, MOST_PIECES of them, cut between words; about the same length, so that none weighs
    more than it has to say."""
    count = min(MOST_PIECES, math.ceil(prompts.estimate_tokens(text) / PIECE_TOKENS))
    size = math.ceil(prompts.estimate_tokens(text) / count) + 1 if count < MOST_PIECES else PIECE_TOKENS
    found: list[str] = []
    while text and len(found) < MOST_PIECES:
        piece = prompts.capped(text, size) or text[:200]
        found.append(piece)
        text = text[len(piece) :].strip()
    return found
