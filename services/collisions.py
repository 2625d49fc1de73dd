"""What a colleague did with someone before: so that nobody is contacted twice, or judged without knowing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sql
from services import db
from services.identity import Actor
from services.runtime import Runtime

MOST = 20

_Q = sql.queries("known")


@dataclass(frozen=True)
class Before:
    """One thing that was done: moved to a stage, or screened.

    what: "stage" or "screened". here: in this search. at, days: since when, None where not known (archived searches);
    days are whole ones, 0 today. who: None where not known. own: the actor did it. reason: of a rejection, a code.
    """

    title: str
    here: bool
    what: str
    stage: str
    at: datetime | None
    who: str | None
    own: bool
    days: int | None
    reason: str


def before(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int) -> tuple[Before, ...]:
    """What was done with a candidate's person, here and wherever else the actor may look; the latest first."""
    with rt.db.reading() as conn:
        row = db.one(conn, _Q.fetch_profile, {"search_id": search_id, "candidate_id": candidate_id, **actor.params})
        if row is None:
            return ()
        given = {"profile_id": row["profile_id"], "search_id": search_id, "most": MOST, **actor.params}
        return tuple(Before(**found) for found in db.rows(conn, _Q.fetch_before, given))
