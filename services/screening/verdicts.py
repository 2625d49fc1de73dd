"""Why one person has the score they have: verdicts, evidence, each criterion's part, and what is out of date.

A verdict that a person decided counts in place of the model's; both are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.people.profile_texts import fetch_profiles
from services.runtime import Runtime
from services.screening import rubric_scoring
from services.screening.prompts import PROMPT_VERSION, input_hash
from services.screening.rubric_scoring import CriterionWeight, Fit
from services.screening.suspicion import suspect_field

# Why a verdict may not hold any more: other criteria since, another profile, another model or prompt.
Stale = Literal["criteria", "profile", "model"]
STALE: tuple[Stale, ...] = get_args(Stale)

_Q = sql.queries("screening")


@dataclass(frozen=True)
class Decision:
    """What a person said of a verdict. reason: "" where they agreed; by and at: None of what came with a file."""

    verdict: str
    reason: str
    by: str | None
    at: datetime | None


class CriterionVerdict(NamedTuple):
    """One criterion's verdict on one person, and what it did to the score.

    kind: must, should, avoid. verdict: pass, fail, unknown. field and quote are the evidence, which
    stands in the profile word for word; "" where there is none. points of at most `best` were added
    (negative: taken away); caps_fit: the highest fit that it leaves possible, None where it does not cap.
    criterion_id, column: the criterion in the version that judged, and its column in the grid. said: the model's
    verdict. decision: a person's, which `verdict` then is.
    """

    criterion: str
    kind: str
    verdict: str
    field: str
    quote: str
    points: float
    best: float
    caps_fit: str | None
    criterion_id: int = 0
    column: str = ""
    said: str = ""
    decision: Decision | None = None


@dataclass(frozen=True)
class Explanation:
    """A score with what it is made of. score and fit: by arithmetic from the verdicts, None without any. model_fit:
    what the model's own verdicts come to, without what people decided.

    suspect: the profile's field with text that reads like an order to the model, "" where there is none.

    version, newest: of the criteria that judged, and of the search's newest. stale: as in STALE.
    """

    verdicts: tuple[CriterionVerdict, ...] = ()
    score: float | None = None
    fit: Fit | None = None
    version: int = 0
    newest: int = 0
    stale: tuple[Stale, ...] = ()
    suspect: str = ""
    model_fit: Fit | None = None


def explain(rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int) -> Explanation:
    """One person's verdicts by the newest criteria that judged them, in the rubric's order; empty before that."""
    with rt.db.connection() as conn:
        return explain_with(conn, rt, actor, search_id, candidate_id)


def explain_with(conn: db.Conn, rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int) -> Explanation:
    """explain() within the caller's transaction."""
    rows = db.rows(conn, _Q.fetch_verdicts, {"search_id": search_id, "candidate_id": candidate_id, **actor.params})
    if not rows:
        return Explanation()
    weights = [CriterionWeight(row["kind"], row["weight"]) for row in rows]
    found = rubric_scoring.score(weights, [row["decided"] or row["verdict"] for row in rows])
    verdicts = [
        CriterionVerdict(
            row["title"], row["kind"], line.verdict, row["evidence_field"], row["evidence_quote"],
            round(line.points, 2), round(line.best, 2), line.caps_fit, row["id"], row["column"], row["verdict"],
            Decision(row["decided"], row["reason"] or "", row["decided_by"], row["decided_at"])
            if row["decided"] else None,
        )
        for row, line in zip(rows, found.explanation, strict=True)
    ]  # fmt: skip
    profile = fetch_profiles(conn, str(search_id), [candidate_id]).get(candidate_id, {})
    model = rt.settings.openai_model
    why: dict[Stale, bool] = {
        "criteria": rows[0]["version"] < rows[0]["newest"],
        "profile": any(row["input_hash"] != input_hash(profile) for row in rows),
        "model": any((row["model"], row["prompt_version"]) != (model, PROMPT_VERSION) for row in rows),
    }
    if why["model"]:
        # Another prompt may show other fields, so hashes tell nothing about the profile.
        why["profile"] = False
    stale = tuple(reason for reason in STALE if why[reason])
    return Explanation(
        tuple(verdicts), found.score, found.fit, rows[0]["version"], rows[0]["newest"], stale, suspect_field(profile),
        rubric_scoring.score(weights, [row["verdict"] for row in rows]).fit,
    )  # fmt: skip
