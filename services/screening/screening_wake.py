"""Screenings that paused for what passes by itself go on without a person: there is money again, the vendor answers.

Looked at every minute by the job workers, and when a budget is set. What a person paused stays so.
"""

from __future__ import annotations

import sql
from services import db
from services.config import Settings
from services.runs import jobs
from services.runtime import Runtime
from services.screening import model_holds
from services.spending import budgets, prices
from services.vendors.openai_errors import Usage

_B = sql.queries("budgets")
_Q = sql.queries("screening")


def wake_due(rt: Runtime) -> int:
    """All that may go on now; returns how many runs do."""
    with rt.db.connection() as conn:
        again = db.rows(conn, _Q.reopen_due)
        for run in again:
            jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
        return len(again) + model_holds.wake_left(conn, rt.settings) + wake_short(conn, rt.settings)


def wake_short(conn: db.Conn, settings: Settings) -> int:
    """Those for whose next call there is money now, in the caller's transaction; returns how many."""
    is_priced = prices.cost(settings.openai_model, Usage()) is not None
    woken = 0
    for short in db.rows(conn, _B.fetch_short):
        if not budgets.has_room(conn, short["user_id"], short["id"], short["needs"], priced=is_priced):
            continue
        run = db.one(conn, _B.reopen_short, {"run_id": short["id"]})
        if run is not None:
            jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
            woken += 1
    return woken
