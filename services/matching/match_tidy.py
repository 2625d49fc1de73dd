"""Once a night: what people were compared with, and nobody uses any more, is removed; also where matching is off."""

from __future__ import annotations

import logging

import sql
from services import db, faults
from services.errors import ProductError
from services.matching.embedding_queries import TEXT_S
from services.runtime import Runtime

_Q = sql.queries("matching")
_E = sql.queries("embeddings")
_log = logging.getLogger(__name__)


def run(rt: Runtime) -> None:
    """What nobody looked at for three months and no saved view needs. Raises nothing."""
    try:
        with rt.db.connection() as conn:
            # While vectors are made this is done each minute.
            db.run(conn, _E.forget_texts, {"text_s": TEXT_S})
            _log.info("tidied away: %d matches", db.run(conn, _Q.delete_unused))
    except ProductError as error:
        _log.warning("old matches were not tidied away: %s", error.message)
    except Exception as error:
        _log.error("old matches were not tidied away: %s", faults.trace(error))
