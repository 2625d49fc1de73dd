"""The guide through a first search: which of its steps are done, by what the database has, and ending it for good."""

from __future__ import annotations

from dataclasses import dataclass

import sql
from services import db
from services.access import identity
from services.access.identity import Actor
from services.runtime import Runtime

STEPS = ("load", "filter", "enrich", "screen", "triage", "export")
# It takes a vendor's key, and files often bring addresses along.
OPTIONAL = frozenset({"enrich"})
# Whoever owns more searches needs no guide.
MOST_SEARCHES = 3
DISMISSED = "first_steps"

_Q = sql.queries("first_steps")


@dataclass(frozen=True)
class FirstSteps:
    """Of one search; done: those of STEPS that are. sample: whether it holds sample data."""

    search_id: str
    title: str
    done: frozenset[str]
    sample: bool = False

    @property
    def next(self) -> str:
        """The first step that is not done and may not be left out."""
        return next(step for step in STEPS if step not in self.done and step not in OPTIONAL)


def of_actor(rt: Runtime, actor: Actor) -> FirstSteps | None:
    """The guide as the actor is to see it; None for viewers, without a search, when it is finished or dismissed."""
    if not actor.may_edit:
        return None
    given = {"most": MOST_SEARCHES, "preference": DISMISSED, **actor.params}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_steps, given)
    if row is None:
        return None
    done = frozenset(step for step in STEPS if row[step])
    if done >= frozenset(STEPS) - OPTIONAL:
        return None
    return FirstSteps(str(row["search_id"]), row["title"], done, row["sample"])


def dismiss(rt: Runtime, actor: Actor) -> None:
    """The actor never sees it again."""
    identity.set_preference(rt, actor, DISMISSED, "dismissed")
