"""Screening in the job worker: asks the model about some candidates at a time, on the process's scheduler.

The rows are the truth (screening_rows): killed at any line, the run goes on from them. What a
failure leads to is decided here alone:

    retryable                    again after a random pause that grows (or Retry-After), 6 attempts in all
    final for this candidate     dead, with its reason
    final for the account        the run pauses with what to do, and for want of credit or a good key
                                 everyone's do (model_holds); or a server has rejected everything so far

No failure touches a candidate. Nothing here knows stages.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TypeVar, cast

from services import db, model_holds, screening_model
from services import screening_rows as rows
from services.errors import Conflict, Unavailable
from services.grid_view import View
from services.jobs import LeaseLost, RunCancelled, RunHandle, RunStopped
from services.model_scheduler import Scheduler, scheduler
from services.prompts import JudgePrompt
from services.runtime import Runtime
from services.screening_orders import Budget, Paused, obey
from services.screening_progress import Progress
from services.screening_rows import Item, Result
from services.vendors.openai_answers import Judgement
from services.vendors.openai_errors import BadKey, ModelError, QuotaExhausted, RateLimited, RequestRejected, Usage

T = TypeVar("T")
MAX_ATTEMPTS = 6
TICK_S = 0.25
WRITE_EVERY_S = 1.0
# So many rejections in a row are the settings' fault, not the candidates'.
MOST_REJECTED = 8
PAUSING = "Pausing: the last answers are on their way."


def run_screening(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "screen". params: rubric_id, view (View.state())."""
    screening_model.must_be_on(rt.settings)
    with scheduler(rt) as shared:
        _Screening(rt, handle, shared).run()


class _Screening:
    def __init__(self, rt: Runtime, handle: RunHandle, shared: Scheduler) -> None:
        self._rt, self._handle, self._pace = rt, handle, screening_model.PACE
        self._model = rt.settings.openai_model
        self._shared, self._turns, self._client = shared, shared.turns, shared.client
        self._user = str(handle.actor.user_id)
        self._budget = Budget(handle, self._model)
        with rt.db.connection() as conn:
            self._rubric = rows.fetch_rubric(conn, handle)
        self._progress = Progress(handle, self._model)
        self._rejected = 0
        # Answers of any kind in this go: see _places().
        self._heard = 0
        # A former worker may have died between a result and its bump.
        self._dirty = True
        self._ready: deque[Item] = deque()
        self._asking: set[asyncio.Task[None]] = set()
        self._pausing = asyncio.Event()

    def run(self) -> None:
        self._collect()
        try:
            self._shared.run(self._screen())
        except Paused as pause:
            self._end("paused", pause.message, pause)
        except RunCancelled:
            self._insist_now(self._let_go)
            raise
        else:
            self._end("done", "")

    # -- before and after ----------------------------------------------------------------------

    def _collect(self) -> None:
        """The view's people become items, once; what a dead worker held is free again."""
        handle = self._handle
        with self._rt.db.connection() as conn:
            if not handle.counts.get("_collected"):
                rows.insert_items(conn, handle, View.from_state(handle.search_id, handle.params["view"]))
            rows.free_items(conn, handle)
            self._progress.report_exactly(conn, _collected=True)

    def _end(self, state: str, message: str, pause: Paused | None = None) -> None:
        def end(conn: db.Conn) -> None:
            rows.release_items(conn, self._handle)
            held = model_holds.account_of(self._rt.settings) if pause is not None and pause.held else None
            if pause is not None and pause.held_by is not None:
                model_holds.place(conn, self._rt.settings, pause.held_by.reason, message)
            self._progress.report_exactly(conn, _held=held)
            self._handle.finish(message or self._progress.summary(), state=state, conn=conn)
            rows.bump_version(conn, self._handle)

        self._insist_now(end)

    def _let_go(self, conn: db.Conn) -> None:
        rows.release_items(conn, self._handle)
        if not self._handle.lost.is_set():
            self._progress.report_exactly(conn)
        if self._dirty:
            rows.bump_version(conn, self._handle)

    def _insist_now(self, write: Callable[[db.Conn], None]) -> None:
        """Write the end, waiting for the database for as long as this process may."""
        while True:
            try:
                with self._rt.db.connection() as conn:
                    return write(conn)
            except (Unavailable, Conflict):
                if self._handle.stopping.wait(1.0):
                    raise

    # -- the loop ------------------------------------------------------------------------------

    async def _screen(self) -> None:
        # One thread: writes keep their order, and a run has one connection at a time.
        with ThreadPoolExecutor(1, "screen") as self._thread:
            with self._shared.sharing() as self._share:
                await self._write(self._obey)
                feeder, keeper = asyncio.create_task(self._feed()), asyncio.create_task(self._keep())
                try:
                    await asyncio.wait((feeder, keeper), return_when=asyncio.FIRST_COMPLETED)
                    # The keeper only ever ends by raising.
                    await (keeper if keeper.done() else feeder)
                except Paused:
                    # What is under way is paid for: its answers are still taken.
                    self._pausing.set()
                    await self._write(lambda conn: self._progress.report(conn, waiting=PAUSING))
                    while not feeder.done():
                        await asyncio.wait((feeder,), timeout=TICK_S)
                        self._raise_if_ended()
                    raise
                finally:
                    for task in (feeder, keeper):
                        task.cancel()
                    await asyncio.gather(feeder, keeper, return_exceptions=True)

    async def _feed(self) -> None:
        """Keeps some calls going until nothing is left or the run pauses. Raises Paused."""
        calls: set[asyncio.Task[None]] = set()
        try:
            while not self._pausing.is_set():
                if len(self._ready) + len(calls) < self._places() and await self._claim():
                    continue
                if self._ready and self._budget.is_short:
                    await self._write(lambda conn: self._budget.provide(conn, [item.prompt for item in self._ready]))
                while self._ready and len(calls) < self._places() and (call := self._next_call()):
                    calls.add(call)
                if calls:
                    ended, calls = await asyncio.wait(calls, timeout=WRITE_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                    # All are looked at, so that none that failed beside another goes unheard.
                    if problems := [error for call in ended if (error := call.exception())]:
                        raise problems[0]
                    continue
                if self._ready and self._budget.waits:
                    await asyncio.sleep(TICK_S)
                    continue
                if self._ready:
                    raise self._budget.used_up(self._progress.tally.cost)
                due = await self._write(lambda conn: rows.next_due(conn, self._handle))
                if due is None:
                    return
                await asyncio.sleep(min(due, TICK_S))
            await self._last_answers(calls)
        except Paused:
            await self._last_answers(calls)
            raise
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    def _next_call(self) -> asyncio.Task[None] | None:
        """Ask about whoever is next; None where the budget has no room for it."""
        prompt = self._ready[0].prompt
        assert prompt is not None
        cost = self._budget.begin(prompt, self._progress.tally.cost)
        return None if cost is None else asyncio.create_task(self._ask(self._ready.popleft(), prompt, cost))

    def _places(self) -> int:
        """How many calls may be under way: few until answers come, so that one refusal of the account is not dozens,
        and so that the part that all prompts share is cached before they are many."""
        return min(self._share(), 1 + 2 * self._heard)

    async def _last_answers(self, calls: set[asyncio.Task[None]]) -> None:
        """What is under way is paid for: its answers are still taken. What waits its turn is not begun."""
        for call in calls - self._asking:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def _keep(self) -> None:
        """Progress and the search's version, at most once a second; ends by raising RunCancelled or Paused."""
        handle, next_write = self._handle, 0.0
        while True:
            self._raise_if_ended()
            if time.monotonic() >= next_write:
                next_write = time.monotonic() + WRITE_EVERY_S
                await self._write(self._obey)
                if self._dirty:
                    self._dirty = False
                    await self._write(lambda conn: rows.bump_version(conn, handle))
            await asyncio.sleep(TICK_S)

    def _raise_if_ended(self) -> None:
        if self._handle.lost.is_set():
            raise LeaseLost
        if self._handle.cancelled.is_set():
            raise RunCancelled
        if self._handle.stopping.is_set():
            raise RunStopped

    def _obey(self, conn: db.Conn) -> None:
        self._progress.report(conn, waiting=self._turns.waiting)
        obey(conn, self._rt.settings, self._handle)

    async def _claim(self) -> bool:
        """Take what is due: who has to be asked about becomes ready, who is known already is written at once.

        True when all of them were known, so that there may be more.
        """

        def claim(conn: db.Conn) -> tuple[list[Item], int]:
            items = rows.claim(conn, self._handle, self._rubric, self._model, self._pace.claim)
            known = [Result(item, item.known) for item in items if item.prompt is None]
            saved = rows.save(conn, self._handle, self._rubric, self._model, known) if known else []
            return [item for item in items if item.prompt is not None], len(saved)

        ready, known = await self._write(claim)
        self._ready.extend(ready)
        self._progress.tally.screened += known
        self._progress.tally.reused += known
        self._dirty = self._dirty or known > 0
        return known > 0 and not ready

    async def _ask(self, item: Item, prompt: JudgePrompt, cost: Decimal) -> None:
        expected = prompt.input_tokens + prompt.output_tokens
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            await self._turns.take(expected, self._user)
            self._progress.tally.calls += 1
            self._asking.add(task)
            try:
                judgement, usage, headers = await self._client.judge(prompt)
            except ModelError as error:
                await self._failed(item, error, expected)
            else:
                await self._answered(item, prompt, judgement, usage, expected)
                await self._turns.heed(headers, expected)
            self._heard += 1
        finally:
            self._budget.end(cost)
            self._asking.discard(task)

    async def _answered(
        self, item: Item, prompt: JudgePrompt, judgement: Judgement, usage: Usage, expected: int
    ) -> None:
        self._rejected = 0
        used = usage.input_tokens + usage.output_tokens
        await self._turns.settle(expected, used)
        rulings = dict(item.known)
        for criterion, said in zip(item.asked, judgement.verdicts, strict=True):
            rulings[criterion] = rows.ruling_of(prompt, said.verdict, said.field, said.quote)
        result = Result(item, rulings, usage)
        saved = await self._write(lambda conn: rows.save(conn, self._handle, self._rubric, self._model, [result]))
        self._progress.tally.screened += len(saved)
        self._progress.tally.suspect += sum(bool(one.item.suspect) for one in saved)
        self._progress.spent(usage)
        self._progress.unverified += sum(one.said not in (None, one.verdict) for one in rulings.values())
        self._dirty = True

    async def _failed(self, item: Item, error: ModelError, expected: int) -> None:
        used = error.usage.input_tokens + error.usage.output_tokens
        await self._turns.settle(expected, used)
        pause = random.uniform(0, min(self._pace.longest_pause_s, self._pace.first_pause_s * 2**item.failures))
        delay = pause + (error.retry_after or 0.0)
        if isinstance(error, RateLimited):
            await self._turns.block(error.retry_after or pause)
        self._rejected += isinstance(error, RequestRejected)
        held_by = error if isinstance(error, BadKey | QuotaExhausted) else None
        hopeless = held_by is not None or self._rejected >= MOST_REJECTED
        dead = not error.retryable or item.failures + 1 >= MAX_ATTEMPTS
        state, delay = ("dead", 0.0) if dead and not hopeless else ("retry", 0.0 if hopeless else delay)
        await self._write(lambda conn: rows.fail(
            conn, self._handle, item, self._model, error.usage, error.reason, state=state, delay_s=delay))  # fmt: skip
        self._progress.spent(error.usage)
        self._progress.tally.dead += state == "dead"
        if hopeless:
            raise Paused(error.message, held_by)

    async def _write(self, write: Callable[[db.Conn], T]) -> T:
        """One transaction on a thread; again while the database is away, so that no paid answer is lost."""

        def transaction() -> T:
            with self._rt.db.connection() as conn:
                return write(conn)

        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)
            except (Unavailable, Conflict):
                if self._handle.stopping.is_set():
                    raise
                await asyncio.sleep(WRITE_EVERY_S)
