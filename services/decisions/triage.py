"""Triage: the people of a view one after the other, each decided by a person, and taken back again.

The order is that of the list which the page holds (docs/decisions/0002): it stays as it is while someone decides,
whatever others do meanwhile. What a colleague did in the meantime is shown and not overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.decisions import candidates, undo
from services.decisions.bulk import Outcome
from services.decisions.candidates import ChangeResult
from services.errors import NotFound
from services.grid import neighbours, result_sets
from services.grid.grid_view import View
from services.runtime import Runtime

# The decisions that triage has keys for.
DECISIONS = ("shortlisted", "rejected")
MOST_AHEAD = 4
NOTHING_TO_UNDO = "There is no action of yours in this search that can be taken back."

_Q = sql.queries("undo")


@dataclass(frozen=True)
class Spot:
    """Someone's place in the list of `version`; position from 0."""

    candidate_id: int
    position: int
    total: int
    version: int

    def as_dict(self) -> dict[str, int]:
        return {"position": self.position, "total": self.total, "version": self.version}


@dataclass(frozen=True)
class TakenBack:
    """What an Undo came to. candidate_id: whom it was about, None where it was about several."""

    outcome: Outcome
    candidate_id: int | None


def opened(rt: Runtime, actor: Actor, view: View, version: int | None, candidate_id: int | None) -> Spot | None:
    """Where to begin: at someone, else at the first one; None where nobody is in the view. Raises Forbidden."""
    found = None
    if candidate_id is not None:
        found = neighbours.place_of(rt, actor, view, version, candidate_id)
    if found is None:
        found = neighbours.first_from(rt, actor, view, version, 0)
    return None if found is None else _spot(rt, actor, view, version, found)


def stepped(
    rt: Runtime, actor: Actor, view: View, version: int | None, candidate_id: int, step: int, position: int | None
) -> Spot | None:
    """Whoever is `step` places on, None beyond either end; see neighbours.neighbour, also for what is raised."""
    found = neighbours.neighbour(rt, actor, view, version, candidate_id, step, position)
    return None if found is None else _spot(rt, actor, view, version, found)


def ahead(
    rt: Runtime, actor: Actor, view: View, version: int | None, candidate_id: int, position: int | None, count: int
) -> list[Spot]:
    """At most `count` people after someone, in order: what a page fetches before it is asked for them."""
    found: list[Spot] = []
    for _ in range(max(1, min(MOST_AHEAD, count))):
        after = found[-1] if found else None
        spot = stepped(rt, actor, view, after.version if after else version,
                       after.candidate_id if after else candidate_id, +1,
                       after.position if after else position)  # fmt: skip
        if spot is None:
            break
        found.append(spot)
    return found


def decide(
    rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, stage: Any, reason: Any, snapshot: str | None
) -> ChangeResult:
    """Move someone to a stage, as seen in a snapshot. Where a colleague changed them after it, nothing is changed and
    they count as skipped_changed. Raises BadInput, Forbidden."""
    action = candidates.action_of("stage", stage, reason)
    return candidates.change(rt, actor, search_id, [candidate_id], action, snapshot)


def take_back(rt: Runtime, actor: Actor, search_id: UUID, batch_id: int | None) -> TakenBack:
    """Undo a decision, or the actor's newest action in the search. Raises NotFound, Forbidden, Conflict."""
    if batch_id is None:
        last = undo.last_batch(rt, actor, search_id)
        if last is None:
            raise NotFound(NOTHING_TO_UNDO)
        batch_id = last.id
    outcome = undo.undo(rt, actor, batch_id)
    with rt.db.connection() as conn:
        given = {"batch_id": batch_id, "after": 0, "limit": 2}
        changed = [int(row["candidate_id"]) for row in db.rows(conn, _Q.fetch_changed, given)]
    return TakenBack(outcome, changed[0] if len(changed) == 1 else None)


def _spot(rt: Runtime, actor: Actor, view: View, version: int | None, place: neighbours.Place) -> Spot:
    counted = result_sets.count(rt, actor, view, version)
    return Spot(place.candidate_id, place.position, counted.row_count, counted.version)
