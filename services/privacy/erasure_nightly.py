"""What is done about erasures without being asked: at a job worker's start, and once a night."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import sql
from services import db, faults
from services.errors import ProductError
from services.privacy import erasure_replay, erasures, retention
from services.runs import jobs
from services.runtime import Runtime

_Q = sql.queries("erasures")
_log = logging.getLogger(__name__)


def at_start(rt: Runtime) -> None:
    """Erasures that a restored database does not know are done again; that it fails is no reason not to start."""
    try:
        erasure_replay.replay(rt)
    except ProductError as error:
        _log.warning("erasures were not done again: %s", error.message)
    except Exception as error:
        _log.error("erasures were not done again: %s", faults.trace(error))


def run(rt: Runtime) -> int | None:
    """The night's work: what at_start() does, people whose time is over, and files that no job has seen to; returns the
    run that it started for these."""
    at_start(rt)
    retention.purge(rt, datetime.now(UTC))
    try:
        return _see_to_files(rt)
    except Exception as error:
        _log.error("the nightly work on erasures failed: %s", faults.trace(error))
    return None


def _see_to_files(rt: Runtime) -> int | None:
    with rt.db.connection() as conn:
        left = db.one(conn, _Q.fetch_left)
        if left is None or not left["found"]:
            return None
        worker = erasures.someone(conn)
        return jobs.start_run(conn, worker, "erase", None, {}) if worker else None
