"""Launches in the ledger of calls: for whom, for which search, how long an agent worked, and what that cost.

PhantomBuster's plans are paid by execution time, so that is what is counted, in seconds; it costs what the setting
PHANTOMBUSTER_HOUR_USD says, and where it says nothing no money is guessed. Written in the transaction that ends a
launch, so that each stands there once.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services import db
from services.config import Settings
from services.spending import usage_ledger
from services.spending.usage_ledger import Call

VENDOR, UNIT = "phantombuster", "seconds"
_CENTS = Decimal("0.000001")


def record_time(
    conn: db.Conn,
    settings: Settings,
    launch: Mapping[str, Any],
    outcome: str,
    began_ms: int | None,
    ended_ms: int | None,
) -> None:
    """An agent that has worked. outcome: "ok", or a word for how it ended. Times None: not told, so no price either."""
    if began_ms is None or ended_ms is None:
        _record(conn, launch, outcome, 0, None)
        return
    seconds = max(0, round((ended_ms - began_ms) / 1000))
    hour = settings.phantombuster_hour_usd
    cost = None if hour is None else (seconds * hour / 3600).quantize(_CENTS)
    _record(conn, launch, outcome, seconds, cost)


def record_none(conn: db.Conn, launch: Mapping[str, Any], outcome: str) -> None:
    """A launch that was asked for and not made, or a result of before that was taken: no time was used."""
    _record(conn, launch, outcome, 0, Decimal(0))


def _record(conn: db.Conn, launch: Mapping[str, Any], outcome: str, seconds: int, cost: Decimal | None) -> None:
    search_id = str(launch["search_id"]) if launch["search_id"] else None
    call = Call(VENDOR, outcome, search_id, launch["run_id"], units=seconds, unit=UNIT, cost=cost)
    usage_ledger.record(conn, launch["user_id"], call)
