"""Once a night: what sign-ins leave behind is removed."""

from __future__ import annotations

import logging

import sql
from services import db, faults
from services.errors import ProductError
from services.runtime import Runtime

_Q = sql.queries("identity")
_log = logging.getLogger(__name__)


def run(rt: Runtime) -> None:
    """Failures that no longer count, links that nobody can use, sign-ins of more than a month ago. Raises nothing."""
    try:
        with rt.db.connection() as conn:
            queries = (_Q.delete_old_attempts, _Q.delete_old_links, _Q.delete_old_sessions)
            gone = [db.run(conn, query) for query in queries]
        _log.info("tidied away: %d failed sign-ins, %d links, %d sign-ins", *gone)
    except ProductError as error:
        _log.warning("old sign-ins were not tidied away: %s", error.message)
    except Exception as error:
        _log.error("old sign-ins were not tidied away: %s", faults.trace(error))
