"""What a colleague did with someone before: so that nobody is contacted twice, or judged without knowing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import sql
from services import db, zones
from services.access.identity import Actor
from services.runtime import Runtime

MOST = 20

_Q = sql.queries("known")


@dataclass(frozen=True)
class Before:
    """One thing that was done: moved to a stage, or screened.

    what: "stage" or "screened". here: in this search. at, days: since when, None where not known (archived searches);
    days are those of the reader's zone, 0 today, 1 yesterday. who: None where not known. own: the actor did it.
    reason: of a rejection, a code.
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


def before(
    rt: Runtime,
    actor: Actor,
    search_id: UUID,
    candidate_id: int,
    zone: str = "UTC",
    now: datetime | None = None,
) -> tuple[Before, ...]:
    """What was done with a candidate's person, here and wherever else the actor may look; the latest first.

    zone: the reader's, by which days are counted, up to `now`.
    """
    until = now or datetime.now(UTC)
    with rt.db.reading() as conn:
        row = db.one(conn, _Q.fetch_profile, {"search_id": search_id, "candidate_id": candidate_id, **actor.params})
        if row is None:
            return ()
        given = {"profile_id": row["profile_id"], "search_id": search_id, "most": MOST, **actor.params}
        found = db.rows(conn, _Q.fetch_before, given)
    return tuple(Before(**row, days=_days(row["at"], until, zone)) for row in found)


def _days(at: datetime | None, now: datetime, zone: str) -> int | None:
    return None if at is None else zones.days_ago(at, now, zone)
