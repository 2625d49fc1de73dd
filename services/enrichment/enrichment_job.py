"""Enrichment in the job worker: asks vendors about a run's people, one request at a time, within everyone's limits.

What a request is, and what a kill leaves of it, is in enrichment_request.py. Where the day of a vendor is used up, or
one cannot be asked for another reason, the run asks the others; when nobody is left who can be asked about, it pauses
and goes on by itself at the first time that helps (enrichment_wake.py), so that it holds no place in the queue
meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.enrichment import enrichment_progress, vendor_budget
from services.enrichment.enrichment_holds import Held, Holds, Paused, pause_for
from services.enrichment.enrichment_request import Pace, Requests, clock
from services.enrichment.enrichment_rows import Due, Items
from services.enrichment.enrichment_vendors import client_of
from services.enrichment.vendor_turns import Turns
from services.privacy import suppression
from services.privacy.suppression import Marker
from services.runs.jobs import LeaseLost, RunCancelled, RunHandle, RunStopped
from services.runtime import Runtime
from services.screening.call_budget import BudgetClosed
from services.spending import usage_ledger
from services.vendors.lookups import Enricher
from services.vendors.vendor_errors import BadKey, NoCredit, NotSetUp, VendorError

WAITING_REDIS = "Waiting for Redis: limits cannot be kept without it."
WAITING_TURN = "Waiting for {vendor}'s limit a minute."
FETCHING = "{vendor} is looking for {n}. They are asked about again by themselves at {when} UTC."
PAUSED = "Paused. Go on when you like: nobody is asked about twice."
# Longer than this nobody holds a place in the queue for someone who is being fetched.
SHORT_WAIT_S = 60.0

PACE = Pace()


def run_enrich(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "enrich". params: see enrichment.start()."""
    _Enrichment(rt, handle).run()


class _Enrichment:
    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle, self._items = rt, handle, Items(handle)
        self._requests = Requests(rt, handle, self._items, PACE)
        self._clients: dict[str, Enricher] = {}
        self._turns: dict[str, Turns] = {}
        self._holds = Holds()

    def run(self) -> None:
        try:
            self._collect()
            while self._step():
                self._handle.check()
        except Paused as pause:
            self._end("paused", pause.message, pause.until, pause.needs)
        except (LeaseLost, RunStopped):
            raise
        except RunCancelled:
            self._end("cancelled", "")
        else:
            self._end("done", "")
        finally:
            for client in self._clients.values():
                client.close()

    def _collect(self) -> None:
        """Whom it is about, once; and what an earlier process of this run had sent without an answer."""
        with self._rt.db.connection() as conn:
            self._items.check_rights(conn)
            # Before anybody is asked: an answer that cannot be compared with erased people is paid for and not kept.
            suppression.check_key(conn, Marker.of(self._rt.settings))
            if not self._handle.counts.get("_collected"):
                self._items.insert(conn)
            for lost in self._items.lose(conn):
                # Whether it was billed is not known, so no money is guessed.
                call = usage_ledger.Call(
                    lost.vendor, "unknown", self._handle.search_id, self._handle.run_id, unit="credits"
                )
                usage_ledger.record(conn, self._handle.actor.user_id, call)
            enrichment_progress.report(conn, self._handle, self._items, _collected=True)

    def _step(self) -> bool:
        """One request, or waiting for one; False when nobody is left. Raises Paused."""
        now = vendor_budget.CLOCK.now()
        held = self._holds.vendors(now)
        with self._rt.db.connection() as conn:
            if self._items.pause_requested(conn):
                raise Paused(PAUSED)
            due = self._items.due(conn, now, [n for n, vendor in enumerate(self._items.vendors, 1) if vendor in held])
        if not due.pending:
            return False
        if due.step is None:
            if not (due.held and self._step_past(held, due.held)):
                self._wait(due, now)
            return True
        vendor = self._items.vendors[due.step - 1]
        try:
            self._in_turn(vendor, due.step, due.ready)
        except Held as reason:
            self._holds.put(vendor, reason)
        return True

    def _step_past(self, held: set[str], places: list[int]) -> int:
        with self._rt.db.connection() as conn:
            return self._items.step_past(conn, held, places)

    def _wait(self, due: Due, now: datetime) -> None:
        """Nobody can be asked about now: a short time is waited for here. Raises Paused."""
        reasons = self._holds.of(self._items.vendors[step - 1] for step in due.held)
        if due.next_at is not None:
            seconds = (due.next_at - now).total_seconds()
            if seconds <= SHORT_WAIT_S or not due.queued:
                vendor_budget.CLOCK.wait(self._handle, min(max(seconds, 0.01), PACE.look_s))
                return
            vendor = vendor_budget.LABELS[vendor_budget.CRUSTDATA]
            people = f"{due.queued:,} people" if due.queued != 1 else "one person"
            said = FETCHING.format(vendor=vendor, n=people, when=clock(due.next_at))
            reasons.append(Held(said, due.next_at))
        raise pause_for(reasons)

    def _in_turn(self, vendor: str, step: int, ready: int) -> None:
        """Wait for a place and for room in the minute, then ask about as many as there are and the day allows."""
        turns = self._turns.setdefault(vendor, Turns(self._rt, vendor))
        client = self._client(vendor)
        wanted = min(client.most, ready)
        user, run = str(self._handle.actor.user_id), str(self._handle.run_id)
        try:
            if not turns.enter(run):
                self._pass_time(PACE.look_s / 5, WAITING_TURN.format(vendor=turns.limits.label))
                return
            try:
                wait = turns.reserve(wanted, user)
                if not wait:
                    self._requests.ask(turns, client, step, wanted, ready)
            finally:
                turns.leave(run)
        except BudgetClosed:
            self._pass_time(PACE.look_s, WAITING_REDIS)
            return
        if wait:
            self._pass_time(min(wait, PACE.look_s), WAITING_TURN.format(vendor=turns.limits.label))

    def _client(self, vendor: str) -> Enricher:
        """Made at its first use, which is when the account is asked what it has left: not to ask about people in vain.
        That it does not say so is no reason not to ask. Raises Held."""
        if vendor not in self._clients:
            try:
                client = self._clients[vendor] = client_of(self._rt.settings, vendor)
                left = client.credits_left()
            except (NotSetUp, BadKey, NoCredit) as error:
                raise Held(error.message) from None
            except VendorError:
                return self._clients[vendor]
            if left is not None:
                with self._rt.db.connection() as conn:
                    vendor_budget.note_credits(conn, vendor, left)
            if left is not None and left <= 0:
                raise Held(NoCredit(vendor_budget.LABELS[vendor]).message)
        return self._clients[vendor]

    def _pass_time(self, seconds: float, why: str) -> None:
        self._handle.progress(self._handle.done, waiting=why)
        vendor_budget.CLOCK.wait(self._handle, seconds)

    def _end(self, state: str, message: str, until: datetime | None = None, needs: Decimal | None = None) -> None:
        when = {"_resume_at": until.isoformat() if until else None, "_needs": str(needs) if needs else None}
        with self._rt.db.connection() as conn:
            enrichment_progress.report(conn, self._handle, self._items, **when)
            if state != "paused":
                vendor_budget.forget_wants(conn, self._handle.run_id)
            self._handle.finish(message or enrichment_progress.summary(conn, self._items), state=state, conn=conn)
