"""What may be spent in a month, by all together and by each person; what is left; setting it aside before calls.

Money is in US dollars, months are by UTC (billing_month() in the database knows which one it is). A budget
holds over all processes: whoever is about to make calls sets aside what they are expected to cost, one after the
other; what they did cost takes the place of it in the transaction that writes the call down. So what is spent and
what is set aside never exceed the budget, but for a call that cost more than was expected of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sql
from services import db
from services.access.identity import Actor
from services.errors import LimitReached
from services.runtime import Runtime

NO_PRICE = (
    "The price of the model {model} is not known here, so the budget of {month} cannot be kept. "
    "Ask an admin to lift the budget, or to set up a model whose price is known."
)
USED = (
    "{whose} budget of ${amount:,.2f} for {month} is used: ${spent:,.2f}{held}. "
    "An admin can raise it on the page Usage; a new month begins on the 1st (UTC). What was done until then stays."
)
HELD = ", and ${held:,.4f} is set aside for others' calls under way"

_Q = sql.queries("budgets")


@dataclass(frozen=True)
class Limit:
    """One budget: amount, what of it is spent, and what others' jobs have set aside; busy: of that, by jobs that are
    running now, and not for people who are with the vendor in a batch. US dollars."""

    amount: Decimal
    spent: Decimal
    held: Decimal
    busy: Decimal

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.amount - self.spent - self.held)


@dataclass(frozen=True)
class Standing:
    """Where someone stands in a month (its first day); None where nothing limits them."""

    month: date
    own: Limit | None
    team: Limit | None

    @property
    def limits(self) -> list[tuple[str, Limit]]:
        """(whose, limit) of those in force."""
        named = (("Your", self.own), ("The team's", self.team))
        return [(whose, limit) for whose, limit in named if limit is not None]

    @property
    def left(self) -> Decimal | None:
        """What may still be spent; None: no limit."""
        return min((limit.left for _, limit in self.limits), default=None)


@dataclass(frozen=True)
class Grant:
    """calls: how many of the calls may be made now. refusal: why not all of them, "" where all may.

    waits: others' calls under way now may leave room in a moment, so that it is too early to give up.
    """

    calls: int
    refusal: str = ""
    waits: bool = False


def standing(rt: Runtime, actor: Actor) -> Standing:
    """Of the actor, this month."""
    with rt.db.connection() as conn:
        return _standing(conn, actor.user_id, None)


def must_have_room(conn: db.Conn, user_id: int, model: str, *, priced: bool, reader: int) -> None:
    """Before a run of this person is started or taken up. Raises LimitReached when a budget is used up or cannot be
    kept, in words for `reader`."""
    found = _standing(conn, user_id, None)
    if found.limits and not priced:
        raise LimitReached(no_price(model, found.month))
    for whose, limit in found.limits:
        if limit.spent >= limit.amount:
            theirs = whose == "Your" and reader != user_id
            raise LimitReached(_used("The starter's" if theirs else whose, limit, found.month))


def reserve(
    conn: db.Conn, user_id: int, run_id: int, costs: Sequence[Decimal], *, under_way: Decimal = Decimal(0)
) -> Grant:
    """Set money aside for the next calls of a run, as many of them as there is room for, the first ones first.

    costs: what each is expected to cost. under_way: what is expected of the run's calls that are not written down
    yet; with it this is all that the run has set aside. Holds the budgets' lock until the transaction ends, so it
    belongs at the end of a short one. Where nothing limits anyone it is one query.
    """
    if in_force(conn, user_id) is None:
        return Grant(len(costs))
    db.run(conn, _Q.lock)
    found = _standing(conn, user_id, run_id)
    room = (found.left if found.left is not None else Decimal(0)) - under_way
    calls, amount = 0, Decimal(0)
    while calls < len(costs) and amount + costs[calls] <= room:
        amount += costs[calls]
        calls += 1
    db.run(conn, _Q.upsert_hold, {"run_id": run_id, "user_id": user_id, "amount": under_way + amount})
    if calls == len(costs):
        return Grant(calls)
    whose, tightest = min(found.limits, key=lambda one: one[1].left)
    limits = [limit for _, limit in found.limits]
    fits = all(costs[calls] <= one.amount - one.spent - one.held + one.busy for one in limits)
    return Grant(calls, _used(whose, tightest, found.month), waits=fits and any(one.busy for one in limits))


def release(conn: db.Conn, run_id: int) -> None:
    """None of a run's calls is under way any more: what was set aside for them beyond their cost is others' again."""
    db.run(conn, _Q.release_hold, {"run_id": run_id})


def has_room(conn: db.Conn, user_id: int, run_id: int, needs: Decimal, *, priced: bool) -> bool:
    """Whether a run of this person could set so much aside now. priced: the price of its model is known."""
    found = _standing(conn, user_id, run_id)
    return found.left is None or (priced and needs <= found.left)


def in_force(conn: db.Conn, user_id: int) -> date | None:
    """The month, where a budget limits this person in it; else None."""
    row = db.one(conn, _Q.fetch_limits, {"user_id": user_id})
    return row["month"] if row is not None and (row["team"] is not None or row["own"] is not None) else None


def no_price(model: str, month: date) -> str:
    """Why calls of a model cannot be made under a budget."""
    return NO_PRICE.format(model=model, month=_named(month))


def _standing(conn: db.Conn, user_id: int, run_id: int | None) -> Standing:
    limits = db.one(conn, _Q.fetch_limits, {"user_id": user_id})
    spent = db.one(conn, _Q.fetch_spent, {"user_id": user_id, "run_id": run_id})
    assert limits is not None and spent is not None

    def limit(name: str) -> Limit | None:
        amount = limits[name]
        return (
            None if amount is None else Limit(amount, *(spent[f"{name}_{what}"] for what in ("spent", "held", "busy")))
        )

    return Standing(limits["month"], limit("own"), limit("team"))


def _used(whose: str, limit: Limit, month: date) -> str:
    held = HELD.format(held=limit.held) if limit.held else ""
    return USED.format(whose=whose, amount=limit.amount, month=_named(month), spent=limit.spent, held=held)


def _named(month: date) -> str:
    return f"{month:%B %Y}"
