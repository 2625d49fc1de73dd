"""A person's word on one verdict: agreed with, or decided differently and why. It counts in place of the model's.

The model's verdict stays beside it, so that the two can be compared (services/figures/agreement.py). Score and fit are
made anew at once, by the same arithmetic; a fit that a person decided as a whole stays as it is, and so does the stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, NotFound
from services.grid.grid_columns import VERDICTS
from services.runtime import Runtime
from services.screening import decision_undo, verdicts
from services.screening.overrides import reason_of, refusal_of

NOT_JUDGED = "This person was not screened by this criterion, or the criteria have changed. Open the person again."

_Q = sql.queries("criteria")
_S = sql.queries("screening")


@dataclass(frozen=True)
class Reviewed:
    """What a decision did. column: the criterion's in the grid. The versions are the search's, before and after it.
    Undo takes batch_id."""

    column: str
    title: str
    said: str
    verdict: str
    score: float | None
    fit: str | None
    version_before: int
    version_after: int
    batch_id: int


def review(
    rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int, criterion_id: int, verdict: Any, reason: Any
) -> Reviewed:
    """Agree with a verdict, or decide differently; screening again leaves it.

    Raises BadInput for another verdict, or no reason where it differs; NotFound for who or what is gone; Forbidden.
    """
    if verdict not in VERDICTS:
        raise BadInput(f"Choose a verdict: {', '.join(VERDICTS)}.")
    given: dict[str, Any] = {
        "search_id": search_id, "candidate_id": candidate_id, "criterion_id": criterion_id, "verdict": verdict,
        **actor.params,
    }  # fmt: skip
    with rt.db.connection() as conn:
        if db.one(conn, _S.lock_candidate, given) is None:
            raise refusal_of(conn, actor, given)
        row = db.one(conn, _Q.lock_verdict, given)
        if row is None:
            raise NotFound(NOT_JUDGED)
        said = str(row["verdict"])
        given |= {"model_verdict": said, "reason": reason_of(reason, needed=verdict != said)}
        field = decision_undo.verdict_field(criterion_id)
        given["batch_id"] = decision_undo.record(conn, actor, search_id, candidate_id, field, row["decided"], verdict)
        db.run(conn, _Q.decide_verdict, given)
        db.run(conn, _Q.insert_decision, given)
        found = verdicts.explain_with(conn, rt, actor, search_id, candidate_id)
        judged = next((one for one in found.verdicts if one.criterion_id == criterion_id), None)
        if judged is None:
            # An older version's: it is not what the score is made of any more.
            raise NotFound(NOT_JUDGED)
        scored = db.one(conn, _Q.update_score, {**given, "score": found.score, "fit": found.fit})
        audit(conn, actor, "screening.verdict", str(candidate_id), criterion=criterion_id, verdict=verdict, said=said)
        bumped = db.one(conn, _S.bump_version, given)
    assert scored is not None and bumped is not None
    # The bump locks the search's row, so nobody else's version lies between the two.
    before = bumped["version"] - 1
    return Reviewed(
        judged.column, judged.criterion, said, verdict, found.score, scored["fit"], before, bumped["version"],
        given["batch_id"],
    )  # fmt: skip
