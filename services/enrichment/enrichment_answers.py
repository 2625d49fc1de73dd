"""What becomes of a request that was sent, in one transaction: its answer or its failure, its people, its cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import sql
from services import db
from services.config import Settings
from services.enrichment import enrichment_write, vendor_budget
from services.enrichment.enrichment_rows import Items, Target
from services.runs.jobs import RunHandle
from services.spending import budgets, usage_ledger
from services.spending.usage_ledger import Call
from services.vendors.lookups import Answers
from services.vendors.vendor_errors import VendorError

# Someone whom a vendor has been looking for so many times is not known to it.
MOST_TRIES = 24
# A server's own failure: so many requests for one person.
MOST_ATTEMPTS = 6

# After these it may have been done, and billed.
UNKNOWN = ("unanswered", "not_understood")

_Q = sql.queries("enrichment")


@dataclass(frozen=True)
class Sent:
    """A request as it was written down: its id, its vendor, the day it counts against, whom it is about."""

    call_id: int
    vendor: str
    day: date
    targets: Sequence[Target]

    @property
    def ids(self) -> list[int]:
        return [one.candidate_id for one in self.targets]


def save(conn: db.Conn, settings: Settings, handle: RunHandle, items: Items, sent: Sent, answers: Answers) -> set[UUID]:
    """The answer of a vendor; returns the searches that it touched, for bump(). Raises Conflict when another writer was
    in the way: nothing is written then."""
    if not items.settle(conn, sent.call_id, "ok"):
        return set()
    now = vendor_budget.CLOCK.now()
    limits = vendor_budget.limits_of(settings, sent.vendor)
    profiles = items.living(conn, sent.targets)
    there = [one for one in sent.targets if one.candidate_id in profiles]
    gone = [one for one in there if _gave_up(one, answers)]
    found = {profiles[one.candidate_id]: answers.found[one.url] for one in there if one.url in answers.found}
    missed = [profiles[one.candidate_id] for one in there if one.url in answers.missed] + [
        profiles[one.candidate_id] for one in gone
    ]
    got, touched = enrichment_write.save(conn, settings, handle, sent.vendor, sent.call_id, found, missed, now)
    known = [
        {"id": one.candidate_id, "got": got.get(profiles[one.candidate_id], []), "reason": "missed"}
        for one in there
        if one.url in answers.found or one.url in answers.missed or one in gone
    ]
    items.advance(conn, sent.vendor, known)
    queued = [one.candidate_id for one in there if one.url in answers.queued and one not in gone]
    if queued:
        items.postpone(conn, queued, now + timedelta(seconds=answers.retry_s), "queued")
    for one in there:
        if one.url in answers.failed:
            items.end(conn, [one.candidate_id], "failed", answers.failed[one.url])
    outcome = "ok" if answers.found else "queued" if answers.queued else "missed"
    _record(conn, handle, Call(
        sent.vendor, outcome, handle.search_id, handle.run_id, units=answers.credits, unit="credits",
        cost=limits.cost(answers.credits)))  # fmt: skip
    return touched


def bump(conn: db.Conn, searches: set[UUID]) -> None:
    """New versions for the searches that an answer touched: the last statement of its transaction."""
    if searches:
        conn.execute(_Q.bump_searches, {"searches": list(searches)})


def fail(conn: db.Conn, handle: RunHandle, items: Items, sent: Sent, error: VendorError, again: datetime) -> None:
    """The request failed. Whoever was surely not asked about is asked again at `again`, and not counted against the
    day; whoever perhaps was is unknown."""
    if not items.settle(conn, sent.call_id, error.reason):
        return
    if not error.made:
        vendor_budget.give_back(conn, sent.vendor, sent.day, len(sent.targets), handle.actor.user_id)
    if error.reason in UNKNOWN:
        items.end(conn, sent.ids, "unknown", error.reason)
    elif error.reason == "server_fault":
        tired = [one.candidate_id for one in sent.targets if one.attempts + 1 >= MOST_ATTEMPTS]
        items.end(conn, tired, "failed", error.reason)
        items.postpone(conn, [one for one in sent.ids if one not in set(tired)], again)
    else:
        items.postpone(conn, sent.ids, again)
    _record(conn, handle, Call(
        sent.vendor, error.reason, handle.search_id, handle.run_id, unit="credits", cost=_cost_of(error)))  # fmt: skip


def _cost_of(error: VendorError) -> Decimal | None:
    """0 where nothing was billed, None where that is not known."""
    return None if error.reason in UNKNOWN else Decimal(0)


def _gave_up(one: Target, answers: Answers) -> bool:
    return one.url in answers.queued and one.attempts + 1 >= MOST_TRIES


def _record(conn: db.Conn, handle: RunHandle, call: Call) -> None:
    """What it cost takes the place of all that was set aside for it."""
    usage_ledger.record(conn, handle.actor.user_id, call)
    budgets.release(conn, handle.run_id)
