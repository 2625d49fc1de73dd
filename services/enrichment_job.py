"""Enrichment in the job worker: asks vendors about a run's people, one request at a time, within everyone's limits.

Each request is three steps: it is written down together with what it takes of the day; it is sent; its answer is
written together with what it cost. Killed between any two, the run goes on behind it: what was perhaps made is not
made again by itself. Where the day is used up, or a vendor is still looking for someone, the run pauses and goes on by
itself at that time (services/enrichment_wake.py); so it holds no place in the queue meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services import budgets, db, enrichment_answers, usage_ledger, vendor_budget
from services.call_budget import BudgetClosed
from services.enrichment_rows import Items, Target
from services.enrichment_vendors import client_of
from services.errors import Conflict, Unavailable
from services.jobs import LeaseLost, RunCancelled, RunHandle, RunStopped
from services.runtime import Runtime
from services.vendor_budget import Limits, Turns
from services.vendors.lookups import Answers, Enricher
from services.vendors.vendor_errors import NoCredit, RateLimited, VendorError

WAITING_REDIS = "Waiting for Redis: limits cannot be kept without it."
WAITING_TURN = "Waiting for {vendor}'s limit a minute."
DAY_USED = "{vendor}'s {limit} of today are used. It goes on by itself at {when} UTC."
DAY_CLOSED = "{vendor} says that today's allowance is used. It goes on by itself at {when} UTC."
FETCHING = "{vendor} is looking for {n}. They are asked about again by themselves at {when} UTC."
TRY_LATER = "{said} It is tried again by itself at {when} UTC."
PAUSED = "Paused. Go on when you like: nobody is asked about twice."
NO_PRICE = (
    "What a credit of {vendor} costs is not known here, so the budget of {month} cannot be kept. "
    "Ask an admin to set {setting}, or to lift the budget."
)
# A vendor who fails so many times in a row is left alone for a while.
MOST_FAILURES = 3
# More than a minute's limit can make anyone wait: it is the day's.
LONG_WAIT_S = 600.0


@dataclass(frozen=True)
class Pace:
    """Seconds: between two looks while waiting, after a failure (twice as long each time), after MOST_FAILURES."""

    look_s: float = 1.0
    failed_s: float = 5.0
    resume_s: float = 600.0


PACE = Pace()


class Paused(Exception):
    """The run shall pause with this message; until: when it goes on by itself, None when someone says so."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.message, self.until = message, until


def run_enrich(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "enrich". params: see enrichment.start()."""
    _Enrichment(rt, handle).run()


class _Enrichment:
    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle, self._items = rt, handle, Items(handle)
        self._clients: dict[str, Enricher] = {}
        self._turns: dict[str, Turns] = {}
        # In a row, of one vendor; an answer ends it.
        self._failures = 0

    def run(self) -> None:
        try:
            self._collect()
            while self._step():
                self._handle.check()
        except Paused as pause:
            self._end("paused", pause.message, pause.until)
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
            if not self._handle.counts.get("_collected"):
                self._items.insert(conn)
            for lost in self._items.lose(conn):
                # Whether it was billed is not known, so no money is guessed.
                call = usage_ledger.Call(
                    lost.vendor, "unknown", self._handle.search_id, self._handle.run_id, unit="credits"
                )
                usage_ledger.record(conn, self._handle.actor.user_id, call)
            self._report(conn, _collected=True)

    def _step(self) -> bool:
        """One request, or waiting for one; False when nobody is left. Raises Paused."""
        now = vendor_budget.CLOCK.now()
        with self._rt.db.connection() as conn:
            if self._items.pause_requested(conn):
                raise Paused(PAUSED)
            due = self._items.due(conn, now)
        if not due.pending:
            return False
        if due.step is None:
            assert due.next_at is not None
            self._wait_until(due.next_at, now, due.queued)
            return True
        vendor = self._items.steps[due.step - 1]["vendor"]
        turns = self._turns.setdefault(vendor, Turns(self._rt, vendor))
        self._in_turn(turns, vendor, due.step, due.ready)
        return True

    def _wait_until(self, at: datetime, now: datetime, queued: int) -> None:
        seconds = (at - now).total_seconds()
        if seconds > 60 and queued:
            vendor = vendor_budget.LABELS[vendor_budget.CRUSTDATA]
            people = f"{queued:,} people" if queued != 1 else "one person"
            raise Paused(FETCHING.format(vendor=vendor, n=people, when=_clock(at)), at)
        vendor_budget.CLOCK.wait(self._handle, min(max(seconds, 0.01), PACE.look_s))

    def _in_turn(self, turns: Turns, vendor: str, step: int, ready: int) -> None:
        """Wait for a place and for room in the minute, then ask about as many as there are and the day allows."""
        client = self._client(vendor)
        wanted = min(client.most, ready)
        user = str(self._handle.actor.user_id)
        try:
            place = turns.enter()
            if not place:
                self._pass_time(PACE.look_s / 5, WAITING_TURN.format(vendor=turns.limits.label))
                return
            try:
                wait = turns.reserve(wanted, user)
                if not wait:
                    self._ask(turns, client, vendor, step, wanted)
            finally:
                turns.leave(place)
        except BudgetClosed:
            self._pass_time(PACE.look_s, WAITING_REDIS)
            return
        if wait:
            self._pass_time(min(wait, PACE.look_s), WAITING_TURN.format(vendor=turns.limits.label))

    def _client(self, vendor: str) -> Enricher:
        """Made at its first use, which is when the account is asked what it has left. Raises Paused."""
        if vendor not in self._clients:
            try:
                client = self._clients[vendor] = client_of(self._rt.settings, vendor)
                left = client.credits_left()
            except VendorError as error:
                if not error.retryable:
                    raise Paused(error.message) from None
                return self._clients[vendor]
            if left is not None:
                with self._rt.db.connection() as conn:
                    vendor_budget.note_credits(conn, vendor, left)
            if left is not None and left <= 0:
                raise Paused(NoCredit(vendor_budget.LABELS[vendor]).message)
        return self._clients[vendor]

    def _pass_time(self, seconds: float, why: str) -> None:
        self._handle.progress(self._handle.done, waiting=why)
        vendor_budget.CLOCK.wait(self._handle, seconds)

    def _ask(self, turns: Turns, client: Enricher, vendor: str, step: int, wanted: int) -> None:
        """The three steps of a request. Raises Paused."""
        try:
            call_id, day, targets = self._write_down(turns.limits, vendor, step, wanted)
        except Paused:
            turns.settle(wanted, 0)
            raise
        if not targets:
            turns.settle(wanted, 0)
            return
        if len(targets) < wanted:
            turns.settle(wanted, len(targets))
        sent = enrichment_answers.Sent(call_id, vendor, day, targets)
        try:
            answers: Answers | VendorError = client.look_up([one.url for one in targets])
        except VendorError as error:
            answers = error
        self._take(turns, sent, answers)

    def _write_down(self, limits: Limits, vendor: str, step: int, wanted: int) -> tuple[int, date, Sequence[Target]]:
        """The request and what it takes of the day and of budgets, before it is sent. Raises Paused."""
        with self._rt.db.connection() as conn:
            total = self._handle.total or wanted
            day, granted = vendor_budget.take_day(conn, self._rt.settings, vendor, wanted, of_run=total)
            if not granted:
                raise self._day_over(conn, limits)
            targets = self._items.claim(conn, step, granted, vendor_budget.CLOCK.now())
            if len(targets) < granted:
                vendor_budget.give_back(conn, vendor, day, granted - len(targets))
            call_id = self._items.send(conn, vendor, day, targets) if targets else 0
            self._report(conn)
            if targets:
                self._set_aside(conn, limits, len(targets))
        return call_id, day, targets

    def _set_aside(self, conn: db.Conn, limits: Limits, people: int) -> None:
        """Of the month's budgets, what everyone's being found would cost. Raises Paused, which undoes the rest."""
        user_id = self._handle.actor.user_id
        cost = limits.cost(limits.credits * people)
        month = budgets.in_force(conn, user_id)
        if month is None:
            return
        if cost is None:
            setting = f"{limits.vendor.upper()}_CREDIT_USD"
            raise Paused(NO_PRICE.format(vendor=limits.label, month=f"{month:%B %Y}", setting=setting))
        grant = budgets.reserve(conn, user_id, self._handle.run_id, [cost])
        if not grant.calls:
            raise Paused(grant.refusal)

    def _day_over(self, conn: db.Conn, limits: Limits) -> Paused:
        found = vendor_budget.standing(conn, self._rt.settings, limits.vendor)
        said = DAY_CLOSED if found.closed else DAY_USED
        message = said.format(vendor=limits.label, limit=f"{limits.per_day:,}", when=_clock(found.next_day))
        return Paused(message, found.next_day)

    def _take(self, turns: Turns, sent: enrichment_answers.Sent, answers: Answers | VendorError) -> None:
        """Write the answer down; insisting, since it is paid for. Raises Paused, LeaseLost."""
        self._failures = self._failures + 1 if isinstance(answers, VendorError) else 0
        # Also when whoever started it has lost the right meanwhile: the run ends behind it.
        self._handle.must_finish = True
        try:
            pause = self._insist(turns, sent, answers)
        finally:
            self._handle.must_finish = False
        if isinstance(answers, RateLimited):
            turns.block(answers.retry_after or 60.0)
        if pause is not None:
            raise pause

    def _insist(self, turns: Turns, sent: enrichment_answers.Sent, answers: Answers | VendorError) -> Paused | None:
        while True:
            try:
                with self._rt.db.connection() as conn:
                    pause, touched = None, set[UUID]()
                    if isinstance(answers, VendorError):
                        pause = self._failed(conn, turns, sent, answers)
                    else:
                        touched = enrichment_answers.save(
                            conn, self._rt.settings, self._handle, self._items, sent, answers
                        )
                    self._report(conn)
                    enrichment_answers.bump(conn, touched)
                return pause
            except (Conflict, Unavailable):
                if self._handle.stopping.wait(PACE.look_s):
                    raise

    def _failed(self, conn: db.Conn, turns: Turns, sent: enrichment_answers.Sent, error: VendorError) -> Paused | None:
        """Whom it was about is asked about later, or by a person's wish, or never; says whether the run pauses."""
        now = vendor_budget.CLOCK.now()
        delay = timedelta(seconds=PACE.failed_s * 2 ** (self._failures - 1))
        enrichment_answers.fail(conn, self._handle, self._items, sent, error, now + delay)
        if isinstance(error, RateLimited):
            if self._failures >= MOST_FAILURES or (error.retry_after or 0) > LONG_WAIT_S:
                vendor_budget.close_day(conn, sent.vendor, vendor_budget.day_at(self._rt.settings, now))
                return self._day_over(conn, turns.limits)
            return None
        if not error.retryable and error.reason not in ("unanswered", "not_understood"):
            return Paused(error.message)
        if self._failures >= MOST_FAILURES:
            until = now + timedelta(seconds=PACE.resume_s)
            return Paused(TRY_LATER.format(said=error.message, when=_clock(until)), until)
        return None

    def _report(self, conn: db.Conn, **more: object) -> None:
        """Exactly, from the rows: a checkpoint. Raises LeaseLost."""
        tally = self._items.tally(conn)
        credits, calls = self._items.spent(conn)
        counts = {
            "found": tally.found, "missed": tally.missed, "fresh": tally.fresh, "no_address": tally.no_address,
            "left_alone": tally.left_alone, "fetching": tally.fetching, "unknown": tally.unknown, "credits": credits,
            "calls": calls, "waiting": "",
        }  # fmt: skip
        self._handle.save(conn, tally.done + tally.failed, tally.total, tally.failed, **counts, **more)

    def _end(self, state: str, message: str, until: datetime | None = None) -> None:
        with self._rt.db.connection() as conn:
            self._report(conn, _resume_at=until.isoformat() if until else None)
            self._handle.finish(message or self._summary(conn), state=state, conn=conn)

    def _summary(self, conn: db.Conn) -> str:
        tally = self._items.tally(conn)
        if not tally.total:
            return "There was nobody to look for."
        said = f"Something was found about {tally.found:,} of {tally.total:,}."
        if tally.unknown:
            said += (
                f" Of {tally.unknown:,} an answer was lost: perhaps they were asked about, and cost a credit."
                " They are asked about again only when you say so."
            )
        return said


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M on %d %B}"
