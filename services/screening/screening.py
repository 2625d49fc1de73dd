"""Screening as people see it: started, followed, taken up again.

The work itself is in screening_job, which only the job worker imports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, Conflict, NotFound
from services.grid.grid_view import View
from services.runs import jobs
from services.runtime import Runtime
from services.screening import model_holds, prescreen, rubrics, screening_orders
from services.screening.prescreen import Prescreen
from services.searches.searches import not_editable, refusal
from services.spending import budgets, prices

MOST_DEAD = 100
UNDER_WAY = "A screening of this search has not ended: wait for it, take it up again or cancel it."

_Q = sql.queries("screening")


@dataclass(frozen=True)
class DeadLetter:
    """Someone who could not be screened. reason: a word of openai_errors."""

    candidate_id: int
    name: str
    reason: str
    attempts: int


@dataclass(frozen=True)
class Suspect:
    """Someone whose profile has text that reads like an order to the model, in this field."""

    candidate_id: int
    name: str
    field: str


@dataclass(frozen=True)
class Overview:
    """What the screening page starts with. latest_run: of the kind "screen", or None. is_priced: the model's price is
    known, so that a budget can be kept."""

    search_id: str
    title: str
    job_description: str
    editable: bool
    is_on: bool
    is_priced: bool
    latest_run: int | None


def overview(rt: Runtime, actor: Actor, search_id: UUID | str) -> Overview:
    """Raises Forbidden when the search is not there or not the actor's to see."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_search, {"search_id": search_id, **actor.params})
        if row is None:
            raise refusal(conn, actor, search_id)
    settings = rt.settings
    is_priced = prices.is_known(settings.openai_model)
    return Overview(str(search_id), is_on=bool(settings.openai_api_key), is_priced=is_priced, **row)


def start(
    rt: Runtime,
    actor: Actor,
    view: View,
    rubric_id: int,
    budget: Any = None,
    *,
    batch: bool = False,
    picked: Prescreen | None = None,
) -> int:
    """Screen the people of a view by a rubric of its search; returns the run's id. Raises as read_params().

    budget: US dollars as typed, at which the run pauses; None: no limit. batch: by the vendor's Batch API, at half
    the price, within a day. picked: only the people most like the job and a sample of the others. Who asks for the very
    same again while it is under way, as by a double click, gets that run.
    """
    if picked is not None:
        prescreen.must_be_on(rt, actor)
    with rt.db.connection() as conn:
        params = _wanted(rt, view, rubric_id, budget, batch=batch, picked=picked)
        going_on = _must_be_free(conn, rt, actor, view, rubric_id, params)
        if going_on is not None:
            return going_on
        audit(conn, actor, "screening.start", str(view.search_id), rubric=rubric_id, batch=batch)
        return jobs.start_run(conn, actor, "screen", str(view.search_id), params)


def read_params(
    rt: Runtime, actor: Actor, view: View, rubric_id: int, budget: Any = None, *, batch: bool = False,
    picked: Prescreen | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What a run of the kind "screen" is started with, as start() takes it.

    Raises BadInput without a model, for a budget that is none, or where someone is to be picked by similarity and
    matching is off; Forbidden, Conflict while another screening of the search is open, LimitReached where a budget of
    the month is used up.
    """
    if picked is not None:
        prescreen.must_be_on(rt, actor)
    with rt.db.connection() as conn:
        params = _wanted(rt, view, rubric_id, budget, batch=batch, picked=picked)
        if _must_be_free(conn, rt, actor, view, rubric_id, params) is not None:
            raise Conflict(UNDER_WAY)
        return params


def paused_batch(rt: Runtime, actor: Actor, search_id: UUID | str, rubric_id: int) -> int | None:
    """The actor's own screening by these criteria that went to the vendor as a batch and has not ended."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_open_run, {"search_id": search_id, "but": None})
    if row is None or (row["user_id"], row["state"]) != (actor.user_id, "paused"):
        return None
    is_it = row["params"].get("batch") and row["params"].get("rubric_id") == rubric_id
    return int(row["id"]) if is_it else None


def pause(rt: Runtime, actor: Actor, run_id: int) -> str:
    """Ask a screening to pause once what is under way is answered; returns its state ("paused" when it had not begun).

    Raises NotFound for a run of someone else or one that has ended.
    """
    with rt.db.connection() as conn:
        given = {"run_id": run_id, "message": screening_orders.PAUSED, **actor.params}
        row = db.one(conn, _Q.request_pause, given)
    if row is None:
        raise NotFound("This screening has stopped already, or someone else started it.")
    return str(row["state"])


def go_on(rt: Runtime, actor: Actor, run_id: int, budget: Any = None) -> None:
    """Take up a screening that was paused, cancelled or has failures: whoever is not screened is tried again.

    One that the account held up takes all others along: if it answers again, it does for everyone. Nothing is done
    where it goes on already. budget: another one, as start() takes it; None leaves the one it has. Raises BadInput,
    NotFound for a run of someone else (admins may take up any), Conflict when it cannot go on, LimitReached where its
    starter's budget of the month is used up.
    """
    amount = screening_orders.read_budget(budget, rt.settings.openai_model)
    asked = {"run_id": run_id, "budget": None if amount is None else str(amount), **actor.params}
    with rt.db.connection() as conn:
        held = db.one(conn, _Q.fetch_held, asked)
        if held is not None and actor.may_edit and held["account"] == model_holds.account_of(rt.settings):
            if amount is not None:
                db.run(conn, _Q.set_budget, asked)
            model_holds.lift_with(conn, rt.settings, actor)
            return
        row = db.one(conn, _Q.reopen_run, asked)
        if row is None:
            if db.one(conn, _Q.is_going_on, asked) is not None:
                return
            raise NotFound("Only the person who started a screening that has stopped, or an admin, can take it up.")
        given = {"search_id": row["search_id"], "rubric_id": None, **actor.params}
        db.run(conn, _Q.lock_screening, given)
        if db.one(conn, _Q.fetch_open_run, {**given, "but": run_id}):
            raise Conflict("Another screening of this search is under way. Wait for it, or cancel it.")
        newest = db.one(conn, _Q.fetch_rubric, given)
        if newest is None or newest["id"] != row["rubric_id"]:
            raise Conflict("The criteria have changed since this screening: start a new one instead.")
        _must_have_room(conn, rt, actor, row["user_id"])
        db.run(conn, _Q.revive_items, {"run_id": run_id})
        jobs.enqueue(conn, run_id, "screen", row["user_id"])


def dead_letters(rt: Runtime, actor: Actor, run_id: int, limit: int = MOST_DEAD) -> list[DeadLetter]:
    """Whom a run could not screen, by reason; at most 100."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_dead, {"run_id": run_id, "limit": min(limit, MOST_DEAD), **actor.params})
    return [DeadLetter(r["candidate_id"], r["full_name"], r["reason"], r["attempts"]) for r in found]


def suspects(rt: Runtime, actor: Actor, run_id: int, limit: int = MOST_DEAD) -> list[Suspect]:
    """Whose profile has text that reads like an order to the model, of those whom a run screened; at most 100."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_suspects, {"run_id": run_id, "limit": min(limit, MOST_DEAD), **actor.params})
    return [Suspect(r["candidate_id"], r["full_name"], r["suspect"]) for r in found]


def find_search(rt: Runtime, actor: Actor, wanted: str) -> str:
    """The id of the search with this id or title. Raises NotFound, or BadInput where two have the title."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.find_searches, {"wanted": wanted.strip(), **actor.params})
    if not found:
        raise NotFound("There is no search with this title or id.")
    if len(found) > 1:
        raise BadInput("Several searches have this title: give the id instead, it is in the search's address.")
    return str(found[0]["id"])


def _wanted(
    rt: Runtime, view: View, rubric_id: int, budget: Any, *, batch: bool, picked: Prescreen | None
) -> dict[str, Any]:
    """What was asked for, checked by itself. Raises BadInput."""
    amount = screening_orders.read_budget(budget, rt.settings.openai_model)
    if not rt.settings.openai_api_key:
        raise BadInput(rubrics.OFF)
    limit = {} if amount is None else {"budget": str(amount)}
    part = {} if picked is None else {"prescreen": picked.params()}
    return {"rubric_id": rubric_id, "view": view.state(), **limit, **part, **({"batch": True} if batch else {})}


def _must_be_free(
    conn: db.Conn, rt: Runtime, actor: Actor, view: View, rubric_id: int, params: dict[str, Any]
) -> int | None:
    """The actor's own run that does just this now; None where one may be started. Raises as read_params()."""
    given = {"search_id": view.search_id, "rubric_id": rubric_id, "but": None, **actor.params}
    db.run(conn, _Q.lock_screening, given)
    rubric = db.one(conn, _Q.fetch_rubric, given)
    if rubric is None:
        raise refusal(conn, actor, view.search_id)
    if not rubric["editable"]:
        raise not_editable(conn, actor, view.search_id)
    open_run = db.one(conn, _Q.fetch_open_run, given)
    if open_run is not None:
        is_same = (open_run["user_id"], open_run["params"]) == (actor.user_id, params)
        if is_same and open_run["state"] in ("queued", "running"):
            return int(open_run["id"])
        raise Conflict(UNDER_WAY)
    _must_have_room(conn, rt, actor, actor.user_id)
    return None


def _must_have_room(conn: db.Conn, rt: Runtime, actor: Actor, user_id: int) -> None:
    model = rt.settings.openai_model
    budgets.must_have_room(conn, user_id, model, priced=prices.is_known(model), reader=actor.user_id)
