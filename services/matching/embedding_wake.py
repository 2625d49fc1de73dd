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
from services import db, faults
from services.errors import LimitReached, ProductError, Unavailable
from services.matching import embedding_models, embedding_runs, matching_state
from services.matching.embedding_job import as_text
from services.matching.embedding_providers import Provider, provider_of
from services.matching.embedding_queries import TEXT_S
from services.matching.matching_state import Model
from services.runs.jobs import RunStopped
from services.runtime import Runtime
from services.screening import prompts
from services.vendors.vendor_errors import Rejected

MOST_TEXTS = 50
PIECE_TOKENS = 200
MOST_PIECES = 6
# A vector that nobody used goes after a quarter of a year.
DAYS = 90
FAULT = "This text could not be read because of a fault in the program ({kind}). Tell your admin."


class Fault(ProductError):
    """Of ours, with one text."""


# What went wrong with one text, or with whom it is read for: others may do better.
OF_ONE_TEXT = (Rejected, LimitReached, Fault)

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
    with rt.db.connection() as conn:
        models = [one for one in matching_state.models(conn) if one.state == "live" or
                  (one.state == "building" and one.complete_at)]  # fmt: skip
    return sum(_round(rt, model, stopping) for model in models)


def _round(rt: Runtime, model: Model, stopping: threading.Event) -> int:
    """Those of one model, as far as it answers. Before each job description whoever has come to wait meanwhile."""
    made, done = 0, set[bytes]()
    with rt.db.connection() as conn:
        unread = db.rows(conn, _Q.fetch_job_texts, {"model_id": model.id, "limit": MOST_TEXTS})
    for _ in range(2 * MOST_TEXTS):
        row = _asked(rt, model) or next((one for one in unread if one["text_hash"] not in done), None)
        if row is None or stopping.is_set():
            break
        done.add(row["text_hash"])
        problem = _embed(rt, model, row, stopping)
        made += problem is None
        if problem is not None and not isinstance(problem, OF_ONE_TEXT):
            # The next one would fail as well, and whoever waits for it would wait for that.
            _fail_asked(rt, model, problem)
            break
    return made


def _asked(rt: Runtime, model: Model) -> dict[str, Any] | None:
    """The text that someone has waited for longest."""
    if model.state != "live":
        return None
    with rt.db.connection() as conn:
        return db.one(conn, _Q.fetch_asked_text)


def _embed(rt: Runtime, model: Model, row: dict[str, Any], stopping: threading.Event) -> ProductError | None:
    """One text; what went wrong, which whoever waits for it is told, too. Raises RunStopped."""
    given = {"model_id": model.id, "text_hash": row["text_hash"]}
    try:
        with provider_of(rt, model, user_id=row["user_id"], run_id=None, wait=_waiter(stopping)) as provider:
            vector = _vector(provider, row["text"])
    except RunStopped:
        raise
    except Exception as error:
        problem = error if isinstance(error, ProductError) else _fault(error)
        with rt.db.connection() as conn:
            embedding_models.note_error(conn, model.id, problem.message)
            if isinstance(problem, OF_ONE_TEXT):
                # A job description, too, that nobody has asked for: it is not tried again before the hour is over.
                db.run(conn, _Q.fail_text, {**row, "message": problem.message[:500]})
        return problem
    with rt.db.connection() as conn:
        embedding_models.note_error(conn, model.id, "")
        db.run(conn, _Q.save_query, {**given, "vector": as_text(vector)})
        if model.state == "live":
            db.run(conn, _Q.delete_asked, given)
    return None


def _fault(error: Exception) -> Fault:
    _log.error("making the vector of a text failed: %s", faults.trace(error))
    return Fault(FAULT.format(kind=type(error).__name__))


def _fail_asked(rt: Runtime, model: Model, problem: ProductError) -> None:
    """Everyone who waits is told why nothing comes."""
    if model.state == "live":
        with rt.db.connection() as conn:
            db.run(conn, _Q.fail_asked, {"message": problem.message[:500]})


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
