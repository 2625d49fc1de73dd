"""What is fetched from PhantomBuster by the clock: kept, stopped, and started when its time has come.

A schedule launches an agent, or takes what the newest run of an agent found that runs by PhantomBuster's own clock.
What could not be started is told on it: it is not made up for, the next time comes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sql
from services import db, zones
from services.access.identity import Actor, audit
from services.config import Settings
from services.enrichment import launches
from services.enrichment.launches import Wanted
from services.errors import BadInput, Conflict, Forbidden, LimitReached, ProductError
from services.runtime import Runtime
from services.searches.searches import not_editable

MOST = 20
# Hours between two times.
TIMES = (1, 6, 12, 24, 168)
GONE = "This schedule is not there any more, or you may not change it."
NOBODY = (
    "Paused: whoever it was made for has no account, or may not change this search any more. Resume it, and it is "
    "yours."
)
SLEPT = "No job worker was there for {n} of its times; they are not made up for."
_ROUND = 200

_Q = sql.queries("fetch_schedules")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schedule:
    """A search's schedule. missed: how often in a row it could not be started; message: why not, the last time."""

    id: int
    agent_id: str
    agent_name: str
    what: str
    source_url: str
    every_hours: int
    next_at: datetime
    paused: bool
    last_run_id: int | None
    last_at: datetime | None
    missed: int
    message: str
    user_name: str
    may_change: bool


def create(
    rt: Runtime,
    actor: Actor,
    search_id: UUID,
    wanted: Wanted,
    every_hours: int,
    hour: int | None = None,
    zone: str = "UTC",
) -> int:
    """A new schedule; returns its id. hour: of the zone's day for the first time, None for an interval from now.

    What comes every day or week keeps to the hour when the clocks change. Raises Forbidden, BadInput.
    """
    with rt.db.connection() as conn:
        launches.check_editable(conn, actor, str(search_id))
    if not launches.is_set_up(rt):
        raise BadInput(launches.OFF)
    if every_hours not in TIMES:
        raise BadInput("Choose how often.")
    if hour is not None and not 0 <= hour <= 23:
        raise BadInput("The hour is a number from 0 to 23.")
    if wanted.what not in ("launch", "latest"):
        raise BadInput("By the clock an agent is launched, or the result of its latest run is taken.")
    given = wanted.checked() | {
        "search_id": search_id, "every_hours": every_hours, "hour": hour, "zone": zones.known(zone),
        "next_at": zones.first_time(datetime.now(UTC), every_hours, hour, zones.known(zone)), **actor.params,
    }  # fmt: skip
    with rt.db.connection() as conn:
        counted = db.one(conn, _Q.count_schedules, given)
        if counted and counted["n"] >= MOST:
            raise BadInput(f"A search has at most {MOST} schedules. Delete one first.")
        row = db.one(conn, _Q.insert_schedule, given)
        if row is None:
            raise not_editable(conn, actor, search_id)
        audit(conn, actor, "phantombuster.schedule", str(search_id), schedule=row["id"], agent=given["agent_id"])
    return int(row["id"])


def of_search(rt: Runtime, actor: Actor, search_id: UUID) -> list[Schedule]:
    """A search's schedules, the oldest first; none where the actor may not see it."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_schedules, {"search_id": search_id, **actor.params})
    return [Schedule(**row) for row in found]


def set_paused(rt: Runtime, actor: Actor, schedule_id: int, paused: bool) -> None:
    """Stop it, or let it go on, for the actor from then on; what it missed is not made up for. Raises Forbidden."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.lock_schedule, {"schedule_id": schedule_id, **actor.params})
        if row is None:
            raise Forbidden(GONE)
        next_at = row["next_at"] if paused or row["next_at"] > row["now"] else _next(row)[0]
        db.run(conn, _Q.set_paused, {"schedule_id": schedule_id, "paused": paused, "next_at": next_at, **actor.params})
        act = "pause" if paused else "resume"
        audit(conn, actor, f"phantombuster.schedule.{act}", str(row["search_id"]), schedule=schedule_id)


def delete(rt: Runtime, actor: Actor, schedule_id: int) -> None:
    """Raises Forbidden."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.delete_schedule, {"schedule_id": schedule_id, **actor.params})
        if row is None:
            raise Forbidden(GONE)
        audit(conn, actor, "phantombuster.schedule.delete", str(row["search_id"]), schedule=schedule_id)


def _next(row: Mapping[str, Any]) -> tuple[datetime, int]:
    return zones.next_time(row["next_at"], row["now"], row["every_hours"], row["hour"], zones.known(row["zone"]))


def start_due(rt: Runtime) -> int:
    """Start what is due, on any host once; returns how many runs were started. Raises what ends all of it."""
    started = 0
    for _ in range(_ROUND):
        with rt.db.connection() as conn:
            row = db.one(conn, _Q.claim_due)
            if row is None:
                break
            started += _start_one(conn, rt.settings, row)
    return started


def _start_one(conn: db.Conn, settings: Settings, row: Mapping[str, Any]) -> int:
    """One that is due: started and moved on in one transaction, or told why not."""
    next_at, slept = _next(row)
    said = SLEPT.format(n=f"{slept:,}") if slept else ""
    moved: dict[str, Any] = {"schedule_id": row["id"], "next_at": next_at, "run_id": None, "paused": False}
    if not row["editable"]:
        db.run(conn, _Q.move_on, {**moved, "missed": row["missed"] + 1, "message": NOBODY, "paused": True})
        return 0
    actor = Actor(row["user_id"], row["role"], row["name"])
    wanted = Wanted(
        row["agent_id"], row["what"], row["agent_name"], row["source_url"], row["argument_name"], schedule_id=row["id"]
    )
    try:
        # A savepoint: what was begun goes, that it was due stays.
        with conn.transaction():
            run_id = launches.claim(conn, settings, actor, str(row["search_id"]), wanted.checked())
    except (Conflict, Forbidden, BadInput, LimitReached) as error:
        db.run(conn, _Q.move_on, {**moved, "missed": row["missed"] + 1, "message": f"{said} {error.message}".strip()})
        return 0
    db.run(conn, _Q.move_on, {**moved, "run_id": run_id, "missed": 0, "message": said})
    return 1


def start_due_quietly(rt: Runtime) -> None:
    """start_due() for the clock. Raises nothing."""
    try:
        start_due(rt)
    except ProductError as error:
        _log.warning("schedules were not looked at: %s", error.message)
