"""An account that answers nobody for now, for want of credit, a good key or patience: every run that needs it pauses.

The hold is one row, so that workers on all hosts stop after one refusal, and nobody's 10,000
people are tried one by one. It ends when someone has mended the account and says so, and is tried
every few minutes besides. A server that asks for a longer pause than a run waits for (Retry-After) is a hold too: until
the time that it named, and tried every hour, since such a header may be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from psycopg.rows import DictRow

import sql
from services import db
from services.access.identity import Actor, audit
from services.config import Settings
from services.errors import Forbidden
from services.runs import jobs
from services.runtime import Runtime
from services.screening.call_budget import LONGEST_BLOCK_S
from services.searches.searches import READ_ONLY
from services.vendors.openai_errors import BadKey, ModelError, QuotaExhausted, RateLimited

TRY_EVERY_S = 240
# Where the server named a time.
TRY_EARLY_S = 3600
LONGEST_HOLD_S = 86_400.0
ASKED_TO_WAIT = "The model's server asks to wait until {until:%d %b %Y, %H:%M} UTC. Screenings go on by themselves."

_Q = sql.queries("model_holds")


@dataclass(frozen=True)
class Hold:
    """message: what is wrong and what to do. until: when the server answers again, by what it said. runs: how many
    screenings wait for it, everyone's."""

    message: str
    since: datetime
    until: datetime | None
    runs: int


@dataclass(frozen=True)
class Refusal:
    """Why an account is not to be called: for people; until: as Hold's."""

    message: str
    until: datetime | None


def account_of(settings: Settings) -> str:
    """Whoever shares server and model shares limits and credit. Without the key, which may stand nowhere else."""
    return blake2b(f"{settings.openai_base_url} {settings.openai_model}".encode(), digest_size=8).hexdigest()


def current(rt: Runtime) -> Hold | None:
    """What keeps screenings waiting now; no secret, so anyone may know."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_hold, {"account": account_of(rt.settings)})
    return None if row is None else Hold(**row)


def place(conn: db.Conn, settings: Settings, reason: str, message: str, until: datetime | None = None) -> None:
    """Nobody calls from now on. reason: a word of openai_errors. until: where the server named a time."""
    given = {"account": account_of(settings), "reason": reason, "message": message, "until": until}
    db.run(conn, _Q.upsert_hold, given)


def refusal_of(error: ModelError) -> Refusal | None:
    """What a failed call says of the account: None where others may go on calling."""
    if isinstance(error, BadKey | QuotaExhausted):
        return Refusal(error.message, None)
    if not isinstance(error, RateLimited) or (error.retry_after or 0.0) <= LONGEST_BLOCK_S:
        return None
    until = datetime.now(UTC) + timedelta(seconds=min(error.retry_after or 0.0, LONGEST_HOLD_S))
    return Refusal(ASKED_TO_WAIT.format(until=until), until)


def lift(rt: Runtime, actor: Actor) -> int:
    """The account has been mended, as far as the actor knows: all that waited go on. Returns how many runs.

    Raises Forbidden for viewers.
    """
    if not actor.may_edit:
        raise Forbidden(READ_ONLY)
    with rt.db.connection() as conn:
        return lift_with(conn, rt.settings, actor)


def lift_with(conn: db.Conn, settings: Settings, actor: Actor) -> int:
    """lift() within the caller's transaction, for someone who may."""
    audit(conn, actor, "model.hold_lifted")
    return _go_on(conn, settings)


def lift_due(rt: Runtime) -> int:
    """Try again by itself, some minutes after the last try: one call tells, and places the hold again if need be."""
    given = {"account": account_of(rt.settings), "after_s": TRY_EVERY_S, "after_said_s": TRY_EARLY_S}
    with rt.db.connection() as conn:
        due = db.one(conn, _Q.fetch_due, given)
        return _go_on(conn, rt.settings) if due else 0


def wake_left(conn: db.Conn, settings: Settings) -> int:
    """Runs that wait for the account though nothing holds it go on; returns how many."""
    return _enqueue(conn, db.rows(conn, _Q.reopen_left, {"account": account_of(settings)}))


def _go_on(conn: db.Conn, settings: Settings) -> int:
    given: dict[str, Any] = {"account": account_of(settings)}
    db.run(conn, _Q.delete_hold, given)
    return _enqueue(conn, db.rows(conn, _Q.reopen_held, given))


def _enqueue(conn: db.Conn, reopened: list[DictRow]) -> int:
    for run in reopened:
        jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
    return len(reopened)
