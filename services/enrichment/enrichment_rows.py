"""What an enrichment run reads and writes about itself: its people, its requests, its figures.

A request is written down before it is sent (state "sent") and settled with its answer. Whoever takes the run up after
its process died finds what was sent and not settled: whether that was made, and cost, nobody knows, so it is not made
again by itself (state "unknown").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

import sql
from services import db
from services.errors import Forbidden
from services.grid.grid_view import View
from services.people.urls import url_key
from services.privacy import contact_rules
from services.runs.jobs import RunHandle

# Whom another run asks about is looked at again after so long.
UNDER_WAY_S = 5.0

_Q = sql.queries("enrichment")


@dataclass(frozen=True)
class Target:
    """Someone to ask about now. url: their public address."""

    candidate_id: int
    profile_id: int
    url: str
    attempts: int


@dataclass(frozen=True)
class Due:
    """step: the first one at which someone can be asked about now, None where nobody can; ready: how many there;
    pending: all who wait. Of those at no held step: next_at: when the next one is due; queued: whom a vendor is looking
    for. held: held steps at which someone waits."""

    step: int | None
    ready: int
    pending: int
    next_at: datetime | None
    queued: int
    held: list[int]


@dataclass(frozen=True)
class Tally:
    """Where a run stands. failed: those whom nobody could be asked about, `unknown` among them."""

    total: int = 0
    done: int = 0
    failed: int = 0
    unknown: int = 0
    found: int = 0
    missed: int = 0
    fresh: int = 0
    no_address: int = 0
    left_alone: int = 0
    fetching: int = 0


@dataclass(frozen=True)
class Lost:
    """A request of a process that died."""

    id: int
    vendor: str
    people: int


class Items:
    """The rows of one run. steps: as enrichment_plan.steps_of() gave them, as JSON."""

    def __init__(self, handle: RunHandle) -> None:
        self._handle = handle
        self.steps: list[dict[str, Any]] = handle.params["steps"]
        self.since = datetime.fromisoformat(handle.params["since"])

    def check_rights(self, conn: db.Conn) -> None:
        """Raises Forbidden when the run's person may not change its search any more."""
        given = {"search_id": self._handle.search_id, **self._handle.actor.params}
        row = db.one(conn, _Q.fetch_rights, given)
        if row is None or not row["editable"]:
            raise Forbidden("The search is gone, or you may not change it any more.")

    def insert(self, conn: db.Conn) -> None:
        """Everyone of the view, or of those who were chosen in it, once."""
        handle, given = self._handle, self._handle.params
        where = View.from_state(str(handle.search_id), given["view"]).where()
        text = SQL(_Q.insert_items).format(where=where.sql())
        conn.execute(text, {
            **where.params, "run_id": handle.run_id, "wants": given["wants"], "steps": Jsonb(self.steps),
            "since": self.since, "again": bool(given.get("again")), "only": given.get("only"),
            **handle.actor.params})  # fmt: skip

    def lose(self, conn: db.Conn) -> list[Lost]:
        """Requests that were sent and never settled, by an earlier process of this run."""
        return [Lost(**row) for row in db.rows(conn, _Q.lose_calls, {"run_id": self._handle.run_id})]

    @property
    def vendors(self) -> list[str]:
        """Who is asked at each step; the first one is step 1."""
        return [str(step["vendor"]) for step in self.steps]

    def due(self, conn: db.Conn, now: datetime, held: Sequence[int]) -> Due:
        """held: steps whose vendor cannot be asked now."""
        row = db.one(conn, _Q.fetch_due, {"run_id": self._handle.run_id, "now": now, "held": list(held)})
        assert row is not None
        return Due(**row)

    def step_past(self, conn: db.Conn, vendors: Collection[str], places: Sequence[int]) -> int:
        """Who waits at these steps, whose vendors cannot be asked now, is moved to others; returns how many were."""
        return db.run(conn, _Q.step_past_held, {
            "run_id": self._handle.run_id, "steps": Jsonb(self.steps), "held": sorted(vendors), "places": list(places),
        })  # fmt: skip

    def claim(self, conn: db.Conn, step: int, limit: int, now: datetime) -> list[Target]:
        """Up to so many people to ask about at a step. Those of whom there is nothing to ask are moved on, and whom
        another run asks about at this moment waits for what comes of it: nobody is paid for twice. Nobody to ask about
        does not mean that nobody is left."""
        vendor, gives = self.steps[step - 1]["vendor"], self.steps[step - 1]["gives"]
        found = db.rows(conn, _Q.claim_items, {
            "run_id": self._handle.run_id, "step": step, "limit": limit, "now": now, "vendor": vendor,
            "since": self.since})  # fmt: skip
        targets, moved, later = [], [], []
        allowed = set(contact_rules.may_be_enriched(conn, [row["profile_id"] for row in found]))
        for row in found:
            address = url_key(f"https://www.{row['url_key']}") if row["url_key"] else None
            may_be_asked = row["active"] and row["profile_id"] in allowed
            if may_be_asked and row["under_way"] and not row["asked"]:
                later.append(row["candidate_id"])
                continue
            if may_be_asked and address is not None and not row["asked"]:
                targets.append(Target(row["candidate_id"], row["profile_id"], address.url, row["attempts"]))
                continue
            has = {"email": row["has_email"], "phone": row["has_phone"], "history": row["asked"]}
            got = [field for field in gives if has[field]]
            reason = "fresh" if row["asked"] else "no_address"
            if not may_be_asked:
                reason = "do_not_contact" if row["active"] else "left_out"
            moved.append({"id": row["candidate_id"], "got": got, "reason": reason})
        self.advance(conn, vendor, moved)
        self.postpone(conn, later, now + timedelta(seconds=UNDER_WAY_S))
        return targets

    def send(self, conn: db.Conn, vendor: str, day: Any, targets: Sequence[Target]) -> int:
        """A request about these is about to be sent; returns its id."""
        given = {"run_id": self._handle.run_id, "vendor": vendor, "day": day, "people": len(targets)}
        row = db.one(conn, _Q.insert_call, given)
        assert row is not None
        ids = [one.candidate_id for one in targets]
        db.run(conn, _Q.mark_sent, {"run_id": self._handle.run_id, "call_id": row["id"], "ids": ids})
        return int(row["id"])

    def living(self, conn: db.Conn, targets: Sequence[Target]) -> dict[int, int]:
        """Candidate → profile, as they are now; they may have been merged or deleted since."""
        ids = [one.candidate_id for one in targets]
        return {row["id"]: row["profile_id"] for row in db.rows(conn, _Q.fetch_living, {"ids": ids})}

    def settle(self, conn: db.Conn, call_id: int, outcome: str) -> bool:
        """It has ended so. False: that is written already, by a commit whose answer was lost."""
        return db.one(conn, _Q.settle_call, {"call_id": call_id, "outcome": outcome}) is not None

    def advance(self, conn: db.Conn, vendor: str, items: Sequence[Mapping[str, Any]]) -> None:
        """On to the next vendor, or to the end. items: {id, got: fields, reason: why nothing was got}."""
        if items:
            db.run(conn, _Q.advance_items, {
                "run_id": self._handle.run_id, "vendor": vendor, "steps": Jsonb(self.steps),
                "items": Jsonb(list(items))})  # fmt: skip

    def postpone(self, conn: db.Conn, ids: Sequence[int], until: datetime, reason: str = "") -> None:
        if ids:
            db.run(conn, _Q.postpone_items, {
                "run_id": self._handle.run_id, "ids": list(ids), "until": until, "reason": reason})  # fmt: skip

    def end(self, conn: db.Conn, ids: Sequence[int], state: str, reason: str) -> None:
        """state: "failed" or "unknown"."""
        db.run(conn, _Q.end_items, {
            "run_id": self._handle.run_id, "ids": list(ids), "state": state, "reason": reason})  # fmt: skip

    def tally(self, conn: db.Conn) -> Tally:
        row = db.one(conn, _Q.count_items, {"run_id": self._handle.run_id})
        return Tally(**row) if row else Tally()

    def spent(self, conn: db.Conn) -> tuple[int, int]:
        """(credits, requests) so far."""
        row = db.one(conn, _Q.sum_credits, {"run_id": self._handle.run_id})
        return (row["credits"], row["calls"]) if row else (0, 0)

    def pause_requested(self, conn: db.Conn) -> bool:
        row = db.one(conn, _Q.fetch_orders, {"run_id": self._handle.run_id})
        return bool(row and row["pause_requested"])
