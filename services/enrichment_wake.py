"""Enrichments that wait for a time go on by themselves: the vendor's next day, or when it is worth asking again."""

from __future__ import annotations

import sql
from services import db, jobs, vendor_budget
from services.runtime import Runtime

_Q = sql.queries("enrichment")


def wake_due(rt: Runtime) -> int:
    """All runs whose time has come go back into the queue; returns how many."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.reopen_due, {"now": vendor_budget.CLOCK.now()})
        for run in found:
            jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
    return len(found)
