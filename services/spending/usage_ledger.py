"""The ledger of calls to vendors: one line each, written in the transaction that settles the call.

The database sums lines up as they are written (migration 0015), so whatever is written here is on the usage page
and counts against the budgets. Nothing here is about a candidate, and no line is ever changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

import sql
from services import db
from services.operations import metrics

_Q = sql.queries("usage")


@dataclass(frozen=True)
class Call:
    """One call that has ended, or all those of a batch of which no more is known. vendor: "openai", for example.

    outcome: "ok", or a word for what went wrong. cost: US dollars; None where the price is not known, so that it is
    counted and no money is guessed. units: what the vendor counts besides tokens, in `unit` ("credits").
    call_id: made before the call, so that it is written down once however often that is tried.
    """

    vendor: str
    outcome: str
    search_id: str | None = None
    run_id: int | None = None
    model: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    units: int = 0
    unit: str = ""
    cost: Decimal | None = None
    calls: int = 1
    call_id: UUID = field(default_factory=uuid4)


def record(conn: db.Conn, user_id: int, call: Call) -> bool:
    """Write a call down, in the caller's transaction; user_id: for whom it was made. False: it was already."""
    given = {**vars(call), "user_id": user_id, "priced": call.cost is not None, "cost": call.cost or Decimal(0)}
    is_new = db.run(conn, _Q.insert_call, given) > 0
    if is_new:
        metrics.VENDOR_CALLS.count(call.vendor, call.outcome)
    return is_new
