"""A person's own decision about a fit, with its reason, beside what the model's verdicts came to. Both are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, NotFound, ProductError
from services.runtime import Runtime
from services.screening import decision_undo, verdicts
from services.screening.rubric_scoring import Fit
from services.searches.searches import not_editable, refusal

MAX_REASON = 2_000

_Q = sql.queries("screening")


@dataclass(frozen=True)
class Override:
    """A decision. model_fit: what the verdicts came to (None: nothing)."""

    fit: Fit
    model_fit: Fit | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Decided:
    """What a decision did. The versions are the search's, before and after it. Undo takes batch_id."""

    fit: Fit
    model_fit: Fit | None
    version_before: int
    version_after: int
    batch_id: int


def last(rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int) -> Override | None:
    """What a person decided last about this candidate's fit."""
    with rt.db.connection() as conn:
        row = _last(conn, actor, search_id, candidate_id)
    return None if row is None else Override(row["fit"], row["model_fit"], row["reason"], row["by"], row["created_at"])


def decide(rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int, fit: Any, reason: Any) -> Decided:
    """Decide a fit oneself; screening again leaves it. Never the stage.

    Raises BadInput for another fit or no reason, NotFound for who is gone, Forbidden.
    """
    why = reason_of(reason)
    if fit not in get_args(Fit):
        raise BadInput(f"Choose a fit: {', '.join(get_args(Fit))}.")
    given = {"search_id": search_id, "candidate_id": candidate_id, **actor.params}
    with rt.db.connection() as conn:
        candidate = db.one(conn, _Q.lock_candidate, given)
        if candidate is None:
            raise refusal_of(conn, actor, given)
        model_fit = _model_fit(conn, rt, actor, search_id, candidate_id, candidate["fit"])
        batch_id = decision_undo.record(conn, actor, search_id, candidate_id, decision_undo.FIT, candidate["fit"], fit)
        decided = {**given, "model_fit": model_fit, "fit": fit, "reason": why, "batch_id": batch_id}
        db.run(conn, _Q.insert_override, decided)
        db.run(conn, _Q.update_fit, {**given, "fit": fit})
        audit(conn, actor, "screening.override", str(candidate_id), fit=fit, model_fit=model_fit)
        bumped = db.one(conn, _Q.bump_version, given)
    assert bumped is not None
    # The bump locks the search's row, so nobody else's version lies between the two.
    return Decided(fit, model_fit, bumped["version"] - 1, bumped["version"], batch_id)


def refusal_of(conn: db.Conn, actor: Actor, given: dict[str, Any]) -> ProductError:
    """Why nobody was found to decide about: gone, or not the actor's to change."""
    search = db.one(conn, _Q.fetch_search, given)
    if search is not None and search["editable"]:
        return NotFound("This person is not in this search any more.")
    return not_editable(conn, actor, given["search_id"]) if search else refusal(conn, actor, given["search_id"])


def reason_of(raw: Any, *, needed: bool = True) -> str:
    """A reason as it is kept, on one line. Raises BadInput where it is missing, or too long."""
    why = " ".join(raw.replace("\0", "").encode("utf-8", "ignore").decode().split()) if isinstance(raw, str) else ""
    if needed and not why:
        raise BadInput("Say in a few words why you decide differently.")
    if len(why) > MAX_REASON:
        raise BadInput(f"A reason has at most {MAX_REASON:,} characters; this one has {len(why):,}.")
    return why


def _last(conn: db.Conn, actor: Actor, search_id: UUID | str, candidate_id: int) -> dict[str, Any] | None:
    given = {"search_id": search_id, "candidate_id": candidate_id, **actor.params}
    return db.one(conn, _Q.fetch_override, given)


def _model_fit(
    conn: db.Conn, rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int, shown: Fit | None
) -> Fit | None:
    """By the model's verdicts; for someone without any, what stood there before a person decided."""
    found = verdicts.explain_with(conn, rt, actor, search_id, candidate_id)
    if found.verdicts:
        return found.model_fit
    earlier = _last(conn, actor, search_id, candidate_id)
    if earlier is None:
        return shown
    fit: Fit | None = earlier["model_fit"]
    return fit
