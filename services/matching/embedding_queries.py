"""The vector of a text that people are compared with: a job description, a sentence. Made by a job worker, kept.

A web process asks, is told "making", and asks again (the page polls); it never loads a model. The text waits in
query_texts until it is a vector; job arguments, cache keys and logs hold none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput
from services.matching import matching_state
from services.runs import jobs
from services.runtime import Runtime

# A text that could not be embedded is tried again after so many seconds, when it is asked for.
AGAIN_S = 30
# A text that waits goes after so many seconds, whether it could be read or not.
TEXT_S = 3600
LONGEST = 50_000
NO_TEXT = "There is no text to compare people with: write a job description first."
TOO_LONG = "This text is too long to compare people with: 50,000 characters are the most."

_Q = sql.queries("embeddings")


@dataclass(frozen=True)
class Query:
    """A text on its way to being a vector.

    state      ready: its vector is the row (model_id, text_hash) of query_embeddings
               making: ask again in a second
               failed: error says why, in words for people; asking again later tries again
               off: matching is off; error says why
    """

    state: Literal["ready", "making", "failed", "off"]
    model_id: int = 0
    text_hash: bytes = b""
    error: str = ""

    @property
    def ready(self) -> bool:
        return self.state == "ready"


def embed_query(rt: Runtime, actor: Actor, text: str) -> Query:
    """The vector of a text by the live model, made if it was not yet. Raises BadInput for none or one too long."""
    if not text.strip():
        raise BadInput(NO_TEXT)
    if len(text) > LONGEST:
        raise BadInput(TOO_LONG)
    state = matching_state.state(rt, actor)
    if state.model is None:
        return Query("off", error=state.reason)
    model_id = state.model.id
    given = {"model_id": model_id, "text": text, "again_s": AGAIN_S, "actor": actor.user_id}
    with rt.db.connection() as conn:
        known = db.one(conn, _Q.fetch_query, given)
        assert known is not None
        text_hash = bytes(known["text_hash"])
        if known["found"]:
            return Query("ready", model_id, text_hash)
        if db.one(conn, _Q.ask_query, given) is not None:
            jobs.wake(conn, jobs.EMBEDDINGS_TASK)
            return Query("making", model_id, text_hash)
        waiting = db.one(conn, _Q.fetch_asked, {"text_hash": text_hash})
    if waiting is not None and waiting["error"]:
        return Query("failed", model_id, text_hash, waiting["error"])
    return Query("making", model_id, text_hash)
