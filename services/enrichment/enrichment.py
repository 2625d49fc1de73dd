"""Enrichments as pages start and follow them: what could be found of whom, at what cost, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.config import Settings
from services.decisions.candidates import candidate_ids
from services.enrichment import enrichment_estimate, enrichment_plan, vendor_budget
from services.enrichment.enrichment_estimate import Choice, Estimate
from services.enrichment.vendor_budget import Standing
from services.errors import BadInput, Conflict, NotFound
from services.grid.grid_view import View
from services.runs import jobs
from services.runtime import Runtime
from services.searches.searches import not_editable, refusal
from services.spending import budgets

MOST_FAILED = 100
PAUSED = "Paused. Go on when you like: nobody is asked about twice."
NOBODY = "There is nobody to look for: all of them are known, were asked about lately, or have no public address."
OFF = "Nobody can be looked for yet: an admin sets CRUSTDATA_API_KEY or SALESQL_API_KEY first."

_Q = sql.queries("enrichment")


@dataclass(frozen=True)
class Overview:
    """What the page starts with. wants: what can be looked for with the keys that are set."""

    search_id: str
    title: str
    editable: bool
    latest_run: int | None
    wants: tuple[str, ...]


@dataclass(frozen=True)
class Failed:
    """Someone whom nobody could be asked about; unknown: perhaps they were. reason: a word or a sentence."""

    candidate_id: int
    name: str
    reason: str
    unknown: bool


def overview(rt: Runtime, actor: Actor, search_id: UUID | str) -> Overview:
    """Raises Forbidden when the search is not there or not the actor's to see."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_search, {"search_id": search_id, **actor.params})
        if row is None:
            raise refusal(conn, actor, search_id)
    wants = tuple(want for want in enrichment_plan.WANTS if enrichment_plan.order_of(rt.settings, want))
    return Overview(str(search_id), wants=wants, **row)


def choice(rt: Runtime, view: View, wants: Any, only: Any = (), again: Any = False) -> Choice:
    """What a page sent, checked. Raises BadInput."""
    given = [str(one) for one in wants] if isinstance(wants, list | tuple) else []
    chosen = tuple(candidate_ids(only)) if only else ()
    return Choice(view, enrichment_plan.wants_of(rt.settings, given), chosen, bool(again))


def estimate(rt: Runtime, actor: Actor, chosen: Choice) -> Estimate:
    """What it would take. Raises Forbidden, BadInput for too many people."""
    with rt.db.connection() as conn:
        _editable(conn, actor, chosen.view.search_id)
        return enrichment_estimate.estimate(conn, rt.settings, actor, chosen)


def start(rt: Runtime, actor: Actor, chosen: Choice) -> int:
    """Look for what was chosen; returns the run's id. Raises Forbidden, BadInput when nobody would be asked about,
    Conflict while another enrichment of the search is open, LimitReached for a used-up budget that would pay for it."""
    with rt.db.connection() as conn:
        return start_with(conn, rt.settings, actor, chosen)


def start_with(conn: db.Conn, settings: Settings, actor: Actor, chosen: Choice) -> int:
    """start(), in the caller's transaction."""
    search_id = str(chosen.view.search_id)
    _editable(conn, actor, search_id)
    db.run(conn, _Q.lock_search, {"search_id": search_id})
    if db.one(conn, _Q.fetch_open_run, {"search_id": search_id, "but": None}):
        raise Conflict("An enrichment of this search has not ended: wait for it, go on with it or cancel it.")
    found = enrichment_estimate.estimate(conn, settings, actor, chosen)
    if not found.asked:
        raise BadInput(NOBODY)
    if any(one.cost for one in found.vendors):
        budgets.must_have_room(conn, actor.user_id, "", priced=True, reader=actor.user_id)
    audit(conn, actor, "enrichment.start", search_id, wants=list(chosen.wants), again=chosen.again)
    run_id = jobs.start_run(conn, actor, "enrich", search_id, _params(settings, chosen))
    for vendor in sorted(enrichment_plan.available(settings)):
        # From now on colleagues leave it its share of the day, also while it waits for a place in the queue.
        vendor_budget.keep_want(conn, run_id, vendor, found.first_at(vendor))
    return run_id


def pause(rt: Runtime, actor: Actor, run_id: int) -> str:
    """Ask an enrichment to pause after the request that is under way; returns its state. Raises NotFound."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.request_pause, {"run_id": run_id, "message": PAUSED, **actor.params})
    if row is None:
        raise NotFound("This enrichment has stopped already, or someone else started it.")
    return str(row["state"])


def go_on(rt: Runtime, actor: Actor, run_id: int, *, unknown: bool = False) -> None:
    """Take up an enrichment that paused, was cancelled or has failures: who could not be asked about is tried again.

    unknown: also those of whom it is not known whether they were asked about, which may cost them twice. Raises
    NotFound for a run of someone else (admins may take up any), Conflict while another one is open.
    """
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.reopen_run, {"run_id": run_id, **actor.params})
        if row is None:
            raise NotFound("Only the person who started an enrichment that has stopped, or an admin, can take it up.")
        db.run(conn, _Q.lock_search, {"search_id": row["search_id"]})
        if db.one(conn, _Q.fetch_open_run, {"search_id": row["search_id"], "but": run_id}):
            raise Conflict("Another enrichment of this search is under way. Wait for it, or cancel it.")
        db.run(conn, _Q.revive_items, {"run_id": run_id, "unknown": unknown})
        audit(conn, actor, "enrichment.go_on", str(row["search_id"]), run=run_id, unknown=unknown)
        jobs.enqueue(conn, run_id, "enrich", row["user_id"])


def failed(rt: Runtime, actor: Actor, run_id: int) -> list[Failed]:
    """Whom a run could not ask about; at most 100."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_failed, {"run_id": run_id, "limit": MOST_FAILED, **actor.params})
    return [Failed(row["candidate_id"], row["full_name"], row["reason"], row["state"] == "unknown") for row in found]


def standings(rt: Runtime) -> tuple[Standing, ...]:
    """Every account whose key is set, as it stands today; no secret, so anyone may know."""
    vendors = sorted(enrichment_plan.available(rt.settings))
    with rt.db.connection() as conn:
        return tuple(vendor_budget.standing(conn, rt.settings, vendor) for vendor in vendors)


def _editable(conn: db.Conn, actor: Actor, search_id: UUID | str) -> None:
    row = db.one(conn, _Q.fetch_search, {"search_id": search_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    if not row["editable"]:
        raise not_editable(conn, actor, search_id)


def _params(settings: Settings, chosen: Choice) -> dict[str, Any]:
    """Of a run of the kind "enrich"."""
    steps = [step.state() for step in enrichment_plan.steps_of(settings, chosen.wants)]
    only = {"only": list(chosen.only)} if chosen.only else {}
    return {
        "view": chosen.view.state(), "wants": list(chosen.wants), "steps": steps, "again": chosen.again,
        "since": enrichment_estimate.since(settings, chosen).isoformat(), **only,
    }  # fmt: skip
