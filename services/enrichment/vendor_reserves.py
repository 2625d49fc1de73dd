"""What an admin keeps back of each day of a vendor's, for runs about a few people. Raises Forbidden for anyone else."""

from __future__ import annotations

from typing import Any

import sql
from services import db
from services.access.accounts import must_be_admin
from services.access.identity import Actor, audit
from services.enrichment import enrichment_plan, vendor_budget
from services.errors import BadInput
from services.runtime import Runtime

NOT_A_NUMBER = "What is kept back is a whole number of people, 0 for none."
NO_VENDOR = "There is no such vendor, or its key is not set."
NO_LIMIT = "{label} has no limit a day here, so nothing need be kept back of it."
TOO_MUCH = "{label} is asked about at most {limit:,} people a day: keep back fewer than that."

_Q = sql.queries("vendor_budget")


def save(rt: Runtime, actor: Actor, vendor: Any, raw: Any) -> int:
    """Keep so many people back of each day, from the next request on; returns how many. Raises BadInput."""
    must_be_admin(actor)
    if vendor not in enrichment_plan.available(rt.settings):
        raise BadInput(NO_VENDOR)
    typed = str(raw).strip() if raw is not None else ""
    if typed and not (typed.isascii() and typed.isdecimal() and len(typed) < 9):
        raise BadInput(NOT_A_NUMBER)
    reserve, limits = int(typed or 0), vendor_budget.limits_of(rt.settings, vendor)
    if reserve and not limits.per_day:
        raise BadInput(NO_LIMIT.format(label=limits.label))
    if reserve and reserve >= limits.per_day:
        raise BadInput(TOO_MUCH.format(label=limits.label, limit=limits.per_day))
    with rt.db.connection() as conn:
        db.run(conn, _Q.upsert_reserve, {"vendor": vendor, "reserve": reserve, "actor": actor.user_id})
        audit(conn, actor, "vendor.reserve", vendor, reserve=reserve)
    return reserve
