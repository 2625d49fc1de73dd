"""One request to a vendor, in three steps, each a transaction or nothing: written down, sent, its answer written down.

It is written down together with what it takes of the day; its answer together with what it cost. Killed between any
two, the run goes on behind it: what was perhaps made is not made again by itself.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from uuid import UUID

from services import db, faults
from services.enrichment import enrichment_answers, enrichment_progress, vendor_budget
from services.enrichment.enrichment_answers import UNKNOWN, Sent
from services.enrichment.enrichment_holds import Held, Paused
from services.enrichment.enrichment_rows import Items, Target
from services.enrichment.vendor_budget import Limits
from services.enrichment.vendor_turns import Turns
from services.errors import Conflict, Unavailable
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.spending import budgets
from services.vendors.lookups import Answers, Enricher
from services.vendors.vendor_errors import NotUnderstood, RateLimited, VendorError

DAY_USED = "{vendor}'s {limit} of today are used. It goes on by itself at {when} UTC."
DAY_SHARED = (
    "What is left of {vendor}'s day is for colleagues who have had less of it. "
    "It is tried again by itself at {when} UTC."
)
DAY_CLOSED = "{vendor} says that today's allowance is used. It goes on by itself at {when} UTC."
NO_MONEY = "{said} It goes on by itself once there is money again."
TRY_LATER = "{said} It is tried again by itself at {when} UTC."
LOST_AGAIN = (
    "{said} So it was {n} times in a row, and each may have cost credits, so nobody else is asked about there for now: "
    "go on once {vendor} answers again."
)
NO_PRICE = (
    "What a credit of {vendor} costs is not known here, so the budget of {month} cannot be kept. "
    "Ask an admin to set {setting}, or to lift the budget."
)
# A vendor who fails so many times in a row is left alone for a while.
MOST_FAILURES = 3
# More than a minute's limit can make anyone wait: it is the day's.
LONG_WAIT_S = 600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """Seconds: between two looks while waiting, after a failure (twice as long each time), after MOST_FAILURES, and
    until it is looked again whether colleagues left some of the day."""

    look_s: float = 1.0
    failed_s: float = 5.0
    resume_s: float = 600.0
    shared_s: float = 300.0


class Requests:
    """The requests of one run, one at a time. Raises Held where the vendor cannot be asked, Paused where nobody can."""

    def __init__(self, rt: Runtime, handle: RunHandle, items: Items, pace: Pace) -> None:
        self._rt, self._handle, self._items, self._pace = rt, handle, items, pace
        # What went wrong in a row, by vendor: reasons of errors; an answer ends it.
        self._failures: dict[str, list[str]] = defaultdict(list)

    def ask(self, turns: Turns, client: Enricher, step: int, wanted: int, waiting: int) -> None:
        """Ask about up to `wanted` people of a step, for whom room in the minute is reserved; waiting: all who wait
        there. Raises Held, Paused, LeaseLost."""
        vendor = turns.limits.vendor
        try:
            call_id, day, targets = self._within_budgets(turns.limits, step, wanted, waiting)
        except (Held, Paused):
            turns.settle(wanted, 0)
            raise
        if len(targets) < wanted:
            turns.settle(wanted, len(targets))
        if not targets:
            return
        sent = Sent(call_id, vendor, day, targets)
        try:
            answers: Answers | VendorError = client.look_up([one.url for one in targets])
        except VendorError as error:
            answers = error
        except Exception as error:
            # An answer that no code foresaw: perhaps paid for, and nobody else's is lost by it.
            _log.error("the answer to request %s could not be read: %s", call_id, faults.trace(error))
            answers = NotUnderstood(turns.limits.label)
        self._take(turns, sent, answers)

    def _within_budgets(
        self, limits: Limits, step: int, wanted: int, waiting: int
    ) -> tuple[int, date, Sequence[Target]]:
        while True:
            try:
                return self._write_down(limits, step, wanted, waiting)
            except _Fewer as room:
                wanted = room.people

    def _write_down(self, limits: Limits, step: int, wanted: int, waiting: int) -> tuple[int, date, Sequence[Target]]:
        handle, vendor, user_id = self._handle, limits.vendor, self._handle.actor.user_id
        with self._rt.db.connection() as conn:
            taken = vendor_budget.take_day(
                conn, self._rt.settings, vendor, wanted, user_id=user_id, of_run=handle.total or wanted, waiting=waiting
            )
            if not taken.people:
                raise self._day_over(conn, limits, shared=taken.shared)
            targets = self._items.claim(conn, step, taken.people, vendor_budget.CLOCK.now())
            if len(targets) < taken.people:
                vendor_budget.give_back(conn, vendor, taken.day, taken.people - len(targets), user_id)
            call_id = self._items.send(conn, vendor, taken.day, targets) if targets else 0
            vendor_budget.keep_want(conn, handle.run_id, vendor, waiting - taken.people)
            enrichment_progress.report(conn, handle, self._items)
            if targets:
                self._set_aside(conn, limits, len(targets))
        return call_id, taken.day, targets

    def _set_aside(self, conn: db.Conn, limits: Limits, people: int) -> None:
        """Of the month's budgets, what everyone's being found would cost. What it raises undoes the rest."""
        user_id = self._handle.actor.user_id
        each = limits.cost(limits.credits)
        month = budgets.in_force(conn, user_id)
        if month is None:
            return
        if each is None:
            setting = f"{limits.vendor.upper()}_CREDIT_USD"
            said = NO_PRICE.format(vendor=limits.label, month=f"{month:%B %Y}", setting=setting)
            raise self._later(said)
        grant = budgets.reserve(conn, user_id, self._handle.run_id, [each] * people)
        if not grant.calls:
            raise Paused(NO_MONEY.format(said=grant.refusal), needs=each)
        if grant.calls < people:
            raise _Fewer(grant.calls)

    def _later(self, said: str) -> Held:
        """The vendor is left alone for a while."""
        until = vendor_budget.CLOCK.now() + timedelta(seconds=self._pace.resume_s)
        return Held(TRY_LATER.format(said=said, when=clock(until)), until)

    def _day_over(self, conn: db.Conn, limits: Limits, *, shared: bool = False) -> Held:
        found = vendor_budget.standing(conn, self._rt.settings, limits.vendor)
        said, until = DAY_CLOSED if found.closed else DAY_USED, found.next_day
        if shared:
            later = vendor_budget.CLOCK.now() + timedelta(seconds=self._pace.shared_s)
            said, until = DAY_SHARED, min(until, later)
        return Held(said.format(vendor=limits.label, limit=f"{limits.per_day:,}", when=clock(until)), until)

    def _take(self, turns: Turns, sent: Sent, answers: Answers | VendorError) -> None:
        """Write the answer down; insisting, since it is paid for. Raises Held, LeaseLost."""
        if isinstance(answers, VendorError):
            self._failures[sent.vendor].append(answers.reason)
        else:
            self._failures[sent.vendor].clear()
        # Also when whoever started it has lost the right meanwhile: the run ends behind it.
        self._handle.must_finish = True
        try:
            held = self._insist(turns, sent, answers)
        finally:
            self._handle.must_finish = False
        if isinstance(answers, RateLimited):
            turns.block(answers.retry_after or 60.0)
        if held is not None:
            raise held

    def _insist(self, turns: Turns, sent: Sent, answers: Answers | VendorError) -> Held | None:
        while True:
            try:
                with self._rt.db.connection() as conn:
                    held, touched = None, set[UUID]()
                    if isinstance(answers, VendorError):
                        held = self._failed(conn, turns, sent, answers)
                    else:
                        touched = enrichment_answers.save(
                            conn, self._rt.settings, self._handle, self._items, sent, answers
                        )
                    enrichment_progress.report(conn, self._handle, self._items)
                    enrichment_answers.bump(conn, touched)
                return held
            except (Conflict, Unavailable):
                if self._handle.stopping.wait(self._pace.look_s):
                    raise

    def _failed(self, conn: db.Conn, turns: Turns, sent: Sent, error: VendorError) -> Held | None:
        """Whom it was about is asked about later, or by a person's wish, or never; says whether the vendor is held."""
        reasons = self._failures[sent.vendor]
        now, times = vendor_budget.CLOCK.now(), len(reasons)
        again = len(list(takewhile(lambda one: one == error.reason, reversed(reasons))))
        delay = timedelta(seconds=self._pace.failed_s * 2 ** (min(times, MOST_FAILURES) - 1))
        enrichment_answers.fail(conn, self._handle, self._items, sent, error, now + delay)
        if isinstance(error, RateLimited):
            if again >= MOST_FAILURES or (error.retry_after or 0) > LONG_WAIT_S:
                # Of the day on which it was asked: it may be another one by now.
                vendor_budget.close_day(conn, sent.vendor, sent.day)
                if sent.day == vendor_budget.day_at(self._rt.settings, now):
                    return self._day_over(conn, turns.limits)
            return None
        if error.reason in UNKNOWN:
            if again < MOST_FAILURES:
                return None
            return Held(LOST_AGAIN.format(said=error.message, n=again, vendor=turns.limits.label))
        if not error.retryable:
            return Held(error.message)
        return self._later(error.message) if times >= MOST_FAILURES else None


class _Fewer(Exception):
    """The month's budgets have room for so many people only."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.people = people


def clock(moment: datetime) -> str:
    """As messages name a time, which is UTC."""
    return f"{moment:%H:%M on %d %B}"
