"""Screening as people see it: started, followed, taken up again; one person's verdicts; a decision of one's own.

The work itself is in screening_job, which only the job worker imports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, get_args
from uuid import UUID

import sql
from services import db, jobs, rubric_scoring, rubrics
from services.errors import BadInput, Conflict, NotFound
from services.grid_view import View
from services.identity import Actor, audit
from services.rubric_scoring import CriterionWeight, Fit
from services.runtime import Runtime
from services.searches import not_editable, refusal

MAX_REASON = 2_000
MOST_DEAD = 100

_Q = sql.queries("screening")


class CriterionVerdict(NamedTuple):
    """One criterion's verdict on one person. kind: must, should, avoid. verdict: pass, fail, unknown.

    field and quote are the evidence, which stands in the profile word for word; "" where there is none.
    """

    criterion: str
    kind: str
    verdict: str
    field: str
    quote: str


@dataclass(frozen=True)
class Override:
    """A person's decision about a fit, beside what the model's verdicts came to (None: nothing)."""

    fit: Fit
    model_fit: Fit | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class DeadLetter:
    """Someone who could not be screened. reason: a word of openai_errors."""

    candidate_id: int
    name: str
    reason: str
    attempts: int


@dataclass(frozen=True)
class Overview:
    """What the screening page starts with. latest_run: of the kind "screen", or None."""

    search_id: str
    title: str
    job_description: str
    editable: bool
    is_on: bool
    latest_run: int | None


def overview(rt: Runtime, actor: Actor, search_id: UUID | str) -> Overview:
    """Raises Forbidden when the search is not there or not the actor's to see."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_search, {"search_id": search_id, **actor.params})
        if row is None:
            raise refusal(conn, actor, search_id)
    return Overview(str(search_id), is_on=bool(rt.settings.openai_api_key), **row)


def start(rt: Runtime, actor: Actor, view: View, rubric_id: int) -> int:
    """Screen the people of a view by a rubric of its search; returns the run's id. Raises as read_params()."""
    with rt.db.connection() as conn:
        params = _params(conn, rt, actor, view, rubric_id)
        audit(conn, actor, "screening.start", str(view.search_id), rubric=rubric_id)
        return jobs.start_run(conn, actor, "screen", str(view.search_id), params)


def read_params(rt: Runtime, actor: Actor, view: View, rubric_id: int) -> dict[str, Any]:
    """What a run of the kind "screen" is started with.

    Raises BadInput without a model, Forbidden, Conflict while another screening of the search is open.
    """
    with rt.db.connection() as conn:
        return _params(conn, rt, actor, view, rubric_id)


def go_on(rt: Runtime, actor: Actor, run_id: int) -> None:
    """Take up a screening that was paused, cancelled or has failures: whoever is not screened is tried again.

    Raises NotFound for a run of someone else (admins may take up any), Conflict when it cannot go on.
    """
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.reopen_run, {"run_id": run_id, **actor.params})
        if row is None:
            raise NotFound("Only the person who started a screening that has stopped, or an admin, can take it up.")
        given = {"search_id": row["search_id"], "rubric_id": None, **actor.params}
        db.run(conn, _Q.lock_screening, given)
        if db.one(conn, _Q.fetch_open_run, {**given, "but": run_id}):
            raise Conflict("Another screening of this search is under way. Wait for it, or cancel it.")
        newest = db.one(conn, _Q.fetch_rubric, given)
        if newest is None or newest["id"] != row["rubric_id"]:
            raise Conflict("The criteria have changed since this screening: start a new one instead.")
        db.run(conn, _Q.revive_items, {"run_id": run_id})
        jobs.enqueue(conn, run_id, "screen", row["user_id"])


def dead_letters(rt: Runtime, actor: Actor, run_id: int, limit: int = MOST_DEAD) -> list[DeadLetter]:
    """Whom a run could not screen, by reason; at most 100."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_dead, {"run_id": run_id, "limit": min(limit, MOST_DEAD), **actor.params})
    return [DeadLetter(r["candidate_id"], r["full_name"], r["reason"], r["attempts"]) for r in found]


def verdicts(rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int) -> list[CriterionVerdict]:
    """One person's verdicts by the newest criteria that judged them, in the rubric's order; [] before that."""
    with rt.db.connection() as conn:
        rows = _verdicts(conn, actor, search_id, candidate_id)
    return [
        CriterionVerdict(r["title"], r["kind"], r["verdict"], r["evidence_field"], r["evidence_quote"]) for r in rows
    ]


def last_override(rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int) -> Override | None:
    """What a person decided last about this candidate's fit."""
    with rt.db.connection() as conn:
        row = _override(conn, actor, search_id, candidate_id)
    return None if row is None else Override(row["fit"], row["model_fit"], row["reason"], row["by"], row["created_at"])


def override(rt: Runtime, actor: Actor, search_id: UUID | str, candidate_id: int, fit: str, reason: str) -> Fit | None:
    """Decide a fit oneself, with a reason; screening again leaves it. Returns the model's fit, which is kept too.

    Raises BadInput for another fit or no reason, Forbidden.
    """
    why = " ".join((reason or "").replace("\0", "").split())
    if fit not in get_args(Fit):
        raise BadInput(f"A fit is one of {', '.join(get_args(Fit))}.")
    if not why:
        raise BadInput("Say in a few words why you decide differently.")
    if len(why) > MAX_REASON:
        raise BadInput(f"A reason has at most {MAX_REASON:,} characters.")
    given = {"search_id": search_id, "candidate_id": candidate_id, **actor.params}
    with rt.db.connection() as conn:
        candidate = db.one(conn, _Q.lock_candidate, given)
        if candidate is None:
            raise not_editable(conn, actor, search_id)
        model_fit = _model_fit(conn, actor, search_id, candidate_id, candidate["fit"])
        db.run(conn, _Q.insert_override, {**given, "model_fit": model_fit, "fit": fit, "reason": why})
        db.run(conn, _Q.update_fit, {**given, "fit": fit})
        audit(conn, actor, "screening.override", str(candidate_id), fit=fit, model_fit=model_fit)
        db.run(conn, _Q.bump_version, given)
    return model_fit


def find_search(rt: Runtime, actor: Actor, wanted: str) -> str:
    """The id of the search with this id or title. Raises NotFound, or BadInput where two have the title."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.find_searches, {"wanted": wanted.strip(), **actor.params})
    if not found:
        raise NotFound("There is no search with this title or id.")
    if len(found) > 1:
        raise BadInput("Several searches have this title: give the id instead, it is in the search's address.")
    return str(found[0]["id"])


def _params(conn: db.Conn, rt: Runtime, actor: Actor, view: View, rubric_id: int) -> dict[str, Any]:
    if not rt.settings.openai_api_key:
        raise BadInput(rubrics.OFF)
    given = {"search_id": view.search_id, "rubric_id": rubric_id, "but": None, **actor.params}
    db.run(conn, _Q.lock_screening, given)
    rubric = db.one(conn, _Q.fetch_rubric, given)
    if rubric is None:
        raise refusal(conn, actor, view.search_id)
    if not rubric["editable"]:
        raise not_editable(conn, actor, view.search_id)
    if db.one(conn, _Q.fetch_open_run, given):
        raise Conflict("A screening of this search has not ended: wait for it, take it up again or cancel it.")
    return {"rubric_id": rubric_id, "view": view.state()}


def _verdicts(conn: db.Conn, actor: Actor, search_id: UUID | str, candidate_id: int) -> list[dict[str, Any]]:
    given = {"search_id": search_id, "candidate_id": candidate_id, **actor.params}
    return [dict(row) for row in db.rows(conn, _Q.fetch_verdicts, given)]


def _override(conn: db.Conn, actor: Actor, search_id: UUID | str, candidate_id: int) -> dict[str, Any] | None:
    given = {"search_id": search_id, "candidate_id": candidate_id, **actor.params}
    return db.one(conn, _Q.fetch_override, given)


def _model_fit(conn: db.Conn, actor: Actor, search_id: UUID | str, candidate_id: int, shown: Fit | None) -> Fit | None:
    """By the verdicts; for someone without any, what stood there before a person decided."""
    found = _verdicts(conn, actor, search_id, candidate_id)
    if found:
        weights = [CriterionWeight(row["kind"], row["weight"]) for row in found]
        return rubric_scoring.score(weights, [row["verdict"] for row in found]).fit
    earlier = _override(conn, actor, search_id, candidate_id)
    if earlier is None:
        return shown
    fit: Fit | None = earlier["model_fit"]
    return fit
