"""What keeps the database quick after many writes."""

from __future__ import annotations

import logging

import sql
from services import faults
from services.runtime import Runtime

_Q = sql.queries("maintenance")
_log = logging.getLogger(__name__)


def vacuum(rt: Runtime) -> None:
    """Reads after many writes are slow until this was done; that it fails is no reason for a job to fail."""
    _vacuum(rt, _Q.vacuum)


def vacuum_candidates(rt: Runtime) -> None:
    """As vacuum(), after changes of candidates that leave what they say as it is."""
    _vacuum(rt, _Q.vacuum_candidates)


def _vacuum(rt: Runtime, statement: str) -> None:
    try:
        with rt.db.connection() as conn:
            conn.autocommit = True
            try:
                conn.execute(_Q.unlimited)
                conn.execute(statement)
                conn.execute(_Q.limited)
            finally:
                conn.autocommit = False
    except Exception as error:
        _log.warning("vacuum failed: %s", faults.trace(error))
