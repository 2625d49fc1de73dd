"""An account that answers nobody for now, for want of credit or a good key: every run that needs it pauses.

The hold is one row, so that workers on all hosts stop after one refusal, and nobody's 10,000
people are tried one by one. It ends when someone has mended the account and says so, and is tried
every few minutes besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import sql
from services import db, jobs
from services.config import Settings
from services.errors import Forbidden
from services.identity import Actor, audit
from services.runtime import Runtime
from services.searches import READ_ONLY

TRY_EVERY_S = 240

_Q = sql.queries("model_holds")


@dataclass(frozen=True)
class Hold:
    """message: what is wrong and what to do. runs: how many screenings wait for it, everyone's."""

    message: str
    since: datetime
    runs: int


def account_of(settings: Settings) -> str:
    """Whoever shares server and model shares limits and credit. Without the key, which may stand nowhere else."""
    return blake2b(f"{settings.openai_base_url} {settings.openai_model}".encode(), digest_size=8).hexdigest()


def current(rt: Runtime) -> Hold | None:
    """What keeps screenings waiting now; no secret, so anyone may know."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_hold, {"account": account_of(rt.settings)})
    return None if row is None else Hold(**row)


def place(conn: db.Conn, settings: Settings, reason: str, message: str) -> None:
    """Nobody calls from now on. reason: a word of openai_errors."""
    db.run(conn, _Q.upsert_hold, {"account": account_of(settings), "reason": reason, "message": message})


def lift(rt: Runtime, actor: Actor) -> int:
    """The account has been mended, as far as the actor knows: all that waited go on. Returns how many runs.

    Raises Forbidden for viewers.
    """
    if not actor.may_edit:
        raise Forbidden(READ_ONLY)
    with rt.db.connection() as conn:
        audit(conn, actor, "model.hold_lifted")
        return _go_on(conn, rt.settings)


def lift_due(rt: Runtime) -> int:
    """Try again by itself, some minutes after the last try: one call tells, and places the hold again if need be."""
    with rt.db.connection() as conn:
        due = db.one(conn, _Q.fetch_due, {"account": account_of(rt.settings), "after_s": TRY_EVERY_S})
        return _go_on(conn, rt.settings) if due else 0


def _go_on(conn: db.Conn, settings: Settings) -> int:
    given: dict[str, Any] = {"account": account_of(settings)}
    db.run(conn, _Q.delete_hold, given)
    waiting = db.rows(conn, _Q.reopen_held, given)
    for run in waiting:
        jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
    return len(waiting)
