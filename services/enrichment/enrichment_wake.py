"""Enrichments that wait go on by themselves: at the vendor's next day, when it is worth asking again, with money there.

And what the worker of a run that has ended had sent without an answer is written down, since nobody takes that run up.
"""

from __future__ import annotations

import sql
from services import db
from services.enrichment import vendor_budget
from services.runs import jobs
from services.runtime import Runtime
from services.spending import budgets, usage_ledger

_B = sql.queries("budgets")
_Q = sql.queries("enrichment")


def wake_due(rt: Runtime) -> int:
    """All runs whose time has come, or that there is money for, go back into the queue; returns how many."""
    with rt.db.connection() as conn:
        _lose_forsaken(conn)
        found = db.rows(conn, _Q.reopen_due, {"now": vendor_budget.CLOCK.now()})
        for short in db.rows(conn, _B.fetch_short_enrichments):
            if budgets.has_room(conn, short["user_id"], short["id"], short["needs"], priced=True):
                found += db.rows(conn, _B.reopen_short, {"run_id": short["id"]})
        for run in found:
            jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
    return len(found)


def _lose_forsaken(conn: db.Conn) -> None:
    """Whether these were made is not known, so no money is guessed, as when a run is taken up (enrichment_job)."""
    for lost in db.rows(conn, _Q.lose_forsaken):
        search_id = str(lost["search_id"]) if lost["search_id"] else None
        call = usage_ledger.Call(lost["vendor"], "unknown", search_id, lost["run_id"], unit="credits")
        usage_ledger.record(conn, lost["user_id"], call)
