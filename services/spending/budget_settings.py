"""Budgets as admins set them. Every function raises Forbidden for anyone who is no admin."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import sql
from services import db
from services.access.accounts import NO_USER, must_be_admin
from services.access.identity import Actor, audit
from services.errors import BadInput, NotFound
from services.runtime import Runtime
from services.screening import screening_wake

MOST = Decimal(1_000_000)
NOT_MONEY = "A budget is an amount in US dollars, for example 20 or 0.50; empty takes it away."
SHARED = ("team", "each")

_Q = sql.queries("budgets")


@dataclass(frozen=True)
class Spender:
    """Someone with their own budget (None: that of each person) and what they have spent this month."""

    id: int
    name: str
    amount: Decimal | None
    spent: Decimal


@dataclass(frozen=True)
class Budgets:
    """team and each: None where there is none."""

    team: Decimal | None
    each: Decimal | None
    people: tuple[Spender, ...]


def read(rt: Runtime, actor: Actor) -> Budgets:
    """All budgets as they are now; at most 500 people."""
    must_be_admin(actor)
    with rt.db.snapshot() as conn:
        shared = {row["scope"]: row["amount"] for row in db.rows(conn, _Q.fetch_shared)}
        people = tuple(Spender(**row) for row in db.rows(conn, _Q.fetch_all))
    return Budgets(shared.get("team"), shared.get("each"), people)


def save(rt: Runtime, actor: Actor, whose: str | int, raw: Any) -> Decimal | None:
    """Set the budget of a month, or take it away where nothing was typed; holds from the next calls on, and
    screenings that wait for money go on where there is some now.

    whose: "team", "each" (person), or a user's id. Returns the amount. Raises BadInput, NotFound.
    """
    must_be_admin(actor)
    amount = _amount(raw)
    if whose not in SHARED and (type(whose) is not int or not 0 < whose < 2**63):
        raise BadInput("There is no budget of that name.")
    scope, user_id = (whose, None) if isinstance(whose, str) else ("user", whose)
    given = {"scope": scope, "user_id": user_id, "amount": amount, "actor": actor.user_id}
    with rt.db.connection() as conn:
        # Whoever reserves at this moment has done so by the old amount, or does by the new one.
        db.run(conn, _Q.lock)
        if amount is None:
            db.run(conn, _Q.delete_budget, given)
        elif db.one(conn, _Q.upsert_budget, given) is None:
            raise NotFound(NO_USER)
        audit(conn, actor, "budget.set", str(whose), amount=None if amount is None else str(amount))
        screening_wake.wake_short(conn, rt.settings)
    return amount


def _amount(raw: Any) -> Decimal | None:
    typed = str(raw).strip() if raw is not None else ""
    if not typed:
        return None
    try:
        amount = Decimal(typed)
    except InvalidOperation as error:
        raise BadInput(NOT_MONEY) from error
    if not amount.is_finite() or not 0 <= amount <= MOST:
        raise BadInput(f"A budget is at least 0 and at most {MOST:,} US dollars.")
    if amount != round(amount, 2):
        raise BadInput("A budget has whole cents: at most two digits after the point.")
    return amount.quantize(Decimal("0.01"))
