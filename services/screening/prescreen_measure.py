"""What choosing people by similarity saved, and whom it is likely to have missed: from the control sample of a run.

The sample is drawn at random from everyone who was not among the most similar. Of it, the share p whom the model passes
is measured, with Wilson's 95 % interval, so about p × others of the others would pass; what the most similar missed is
that over all who would pass. Both ends of the interval are carried through. Where the sample is everyone else, nothing
is estimated. Counts alone are read: who was erased since is in none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.figures.agreement import Share
from services.runtime import Runtime
from services.screening.prescreen import Prescreen
from services.screening.screening_estimate import Estimate

LATEST = 5

_Q = sql.queries("prescreen")


@dataclass(frozen=True)
class Saving:
    """What screening the picked alone would take, as a part of everyone's estimate; saved: the rest of that.

    people: who is picked; cost, batch_cost: US dollars, None without a known price. Who is screened already is taken
    to be spread evenly, since who is similar is found out by the run.
    """

    people: int
    calls: int
    tokens: int
    minutes: float
    cost: Decimal | None
    batch_cost: Decimal | None
    saved_calls: int
    saved_cost: Decimal | None
    saved_share: float
    highest_if_none: float


@dataclass(frozen=True)
class Missed:
    """Of everyone who would pass, the share that was not among the most similar: about, and its 95 % interval.

    similar: how many of the most similar pass; found of drawn: of the sample; others: how many of the others would
    pass, about, least and most. share is None where nobody is known to pass.
    """

    similar: int
    found: int
    drawn: int
    others: tuple[float, float, float]
    share: float | None
    low: float
    high: float
    is_exact: bool


@dataclass(frozen=True)
class Measured:
    """One run's pre-screen. people: of the view; compared: of them with a vector; others: who was not among the most
    similar; strong, possible: whom the model calls so, or better. last_strong: the place of the last strong one."""

    run_id: int
    state: str
    created_at: datetime
    rubric_version: int | None
    seed: int
    people: int
    compared: int
    similar: int
    similar_done: int
    control: int
    control_done: int
    last_strong: int
    strong: Missed
    possible: Missed
    saved_cost: Decimal | None

    @property
    def others(self) -> int:
        return max(0, self.people - self.similar)

    @property
    def unasked(self) -> int:
        return max(0, self.others - self.control)

    @property
    def is_whole(self) -> bool:
        """Everyone who was picked has been screened, or could not be: before, the figures say nothing."""
        return self.state == "done"


def saving(everyone: Estimate, wanted: Prescreen) -> Saving:
    """Of an estimate of the whole view. Pure."""
    picked = min(everyone.people, wanted.top + wanted.sample)
    part = picked / everyone.people if everyone.people else 1.0
    cost, batch_cost = (None if one is None else one * Decimal(part) for one in (everyone.cost, everyone.batch_cost))
    calls = round(everyone.calls * part)
    drawn = max(0, picked - wanted.top)
    others = max(0, everyone.people - wanted.top)
    return Saving(
        people=picked,
        calls=calls,
        tokens=round(everyone.tokens * part),
        minutes=everyone.minutes * part,
        cost=cost,
        batch_cost=batch_cost,
        saved_calls=everyone.calls - calls,
        saved_cost=None if cost is None or everyone.cost is None else everyone.cost - cost,
        saved_share=1 - part,
        highest_if_none=0.0 if drawn >= others else Share(0, drawn).interval[1],
    )


def as_estimate(everyone: Estimate, wanted: Prescreen) -> Estimate:
    """The picked people's estimate in the form of everyone's."""
    part = saving(everyone, wanted)
    return replace(
        everyone, people=part.people, known=max(0, part.people - part.calls), calls=part.calls, tokens=part.tokens,
        cost=part.cost, batch_cost=part.batch_cost, minutes=part.minutes,
    )  # fmt: skip


def missed(similar: int, found: int, drawn: int, others: int) -> Missed:
    """From counts: pass among the most similar; pass among the drawn; drawn and screened; not among the most similar.
    Pure."""
    share = Share(found, drawn)
    is_exact = drawn >= others
    middle = share.share or 0.0
    low, high = (middle, middle) if is_exact else share.interval
    about, least, most = (one * others for one in (middle, low, high))

    def part(passing: float) -> float:
        return passing / (similar + passing) if similar + passing else 0.0

    known = similar + found > 0 and (drawn > 0 or not others)
    return Missed(similar, found, drawn, (about, least, most), part(about) if known else None, part(least),
                  part(most), is_exact)  # fmt: skip


def of_run(rt: Runtime, actor: Actor, search_id: UUID | str, run_id: int) -> Measured | None:
    """Of one run; None where everyone was screened, or the search is not the actor's to see."""
    return next(iter(_measured(rt, actor, search_id, run_id, 1)), None)


def of_search(rt: Runtime, actor: Actor, search_id: UUID | str, limit: int = LATEST) -> Sequence[Measured]:
    """Of a search's last pre-screens, the newest first."""
    return _measured(rt, actor, search_id, None, min(limit, LATEST))


def _measured(rt: Runtime, actor: Actor, search_id: UUID | str, run_id: int | None, limit: int) -> list[Measured]:
    given = {"search_id": search_id, "run_id": run_id, "limit": limit, **actor.params}
    with rt.db.connection() as conn:
        return [_of(row) for row in db.rows(conn, _Q.measure, given)]


def _of(row: Mapping[str, Any]) -> Measured:
    picked = row["picked"]
    others = max(0, picked["people"] - picked["similar"])
    drawn = row["control_done"]
    unasked = max(0, others - picked["control"])
    spent, calls = Decimal(row["cost"] or 0), row["calls"] or 0
    return Measured(
        run_id=row["run_id"], state=row["state"], created_at=row["created_at"], rubric_version=row["rubric_version"],
        seed=picked["seed"], people=picked["people"], compared=picked["compared"], similar=picked["similar"],
        similar_done=row["similar_done"], control=picked["control"], control_done=drawn,
        last_strong=row["last_strong"],
        strong=missed(row["similar_strong"], row["control_strong"], drawn, others),
        possible=missed(row["similar_possible"], row["control_possible"], drawn, others),
        saved_cost=spent / calls * unasked if spent and calls else None,
    )  # fmt: skip
