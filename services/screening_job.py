"""Screening in the job worker: an event loop that asks the model about a few candidates at a time.

The rows are the truth (screening_rows): killed at any line, the run goes on from them. What a
failure leads to is decided here alone:

    retryable                    again after a random pause that grows (or Retry-After), 6 attempts in all
    final for this candidate     dead, with its reason
    final for the account        the run pauses with what to do: no credit, a bad key, or a server
                                 that has rejected everything so far

No failure touches a candidate. Nothing here knows stages.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

from services import db, prices, screening_model
from services import screening_rows as rows
from services.errors import Conflict, Unavailable
from services.grid_view import View
from services.jobs import LeaseLost, RunCancelled, RunHandle, RunStopped
from services.prompts import JudgePrompt
from services.runtime import Runtime
from services.screening_rows import Item, Result, Tally
from services.vendors.openai_answers import Judgement
from services.vendors.openai_errors import BadKey, ModelError, QuotaExhausted, RateLimited, RequestRejected, Usage

T = TypeVar("T")
MAX_ATTEMPTS = 6
TICK_S = 0.25
WRITE_EVERY_S = 1.0
# So many rejections in a row are the settings' fault, not the candidates'.
MOST_REJECTED = 8


def run_screening(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "screen". params: rubric_id, view (View.state())."""
    screening_model.must_be_on(rt.settings)
    _Screening(rt, handle).run()


class _Paused(Exception):
    """The run shall pause with this message."""


class _Screening:
    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle, self._pace = rt, handle, screening_model.PACE
        self._model = rt.settings.openai_model
        self._turns = screening_model.Turns(rt)
        with rt.db.connection() as conn:
            self._rubric = rows.fetch_rubric(conn, handle)
        self._tally = Tally()
        self._unverified = int(handle.counts.get("unverified", 0))
        self._rejected = 0
        # A former worker may have died between a result and its bump.
        self._dirty = True
        self._ready: deque[Item] = deque()
        self._asking: set[asyncio.Task[None]] = set()

    def run(self) -> None:
        self._collect()
        try:
            asyncio.run(self._screen())
        except _Paused as pause:
            self._end("paused", str(pause))
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
            self._report_exactly(conn, _collected=True)

    def _end(self, state: str, message: str) -> None:
        def end(conn: db.Conn) -> None:
            rows.release_items(conn, self._handle)
            self._report_exactly(conn)
            self._handle.finish(message or self._summary(), state=state, conn=conn)
            rows.bump_version(conn, self._handle)

        self._insist_now(end)

    def _let_go(self, conn: db.Conn) -> None:
        rows.release_items(conn, self._handle)
        if not self._handle.lost.is_set():
            self._report_exactly(conn)
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

    def _report_exactly(self, conn: db.Conn, **more: object) -> None:
        self._tally, self._turns.waiting = rows.count_items(conn, self._handle.run_id), ""
        self._report(conn, **more)

    def _report(self, conn: db.Conn, **more: object) -> None:
        tally = self._tally
        counts = {"screened": tally.screened, "reused": tally.reused, "unverified": self._unverified,
                  "calls": tally.calls, "tokens": tally.tokens, "cost": f"{tally.cost:.4f}" if tally.cost else "",
                  "waiting": self._turns.waiting, **more}  # fmt: skip
        self._handle.save(conn, tally.screened + tally.dead, tally.total, tally.dead, **counts)

    def _summary(self) -> str:
        tally = self._tally
        if not tally.total:
            return "There was nobody to screen."
        known = f", {tally.reused:,} of them by what was known before" if tally.reused else ""
        said = f"{tally.screened:,} screened{known}."
        return f"{said} {tally.dead:,} could not be screened and keep what they had." if tally.dead else said

    # -- the loop ------------------------------------------------------------------------------

    async def _screen(self) -> None:
        # One thread: writes keep their order, and a run has one connection at a time.
        with ThreadPoolExecutor(1, "screen") as self._thread:
            async with self._turns, screening_model.client(self._rt.settings) as self._client:
                feeder, keeper = asyncio.create_task(self._feed()), asyncio.create_task(self._keep())
                try:
                    await asyncio.wait((feeder, keeper), return_when=asyncio.FIRST_COMPLETED)
                    # The keeper only ever ends by raising.
                    await (keeper if keeper.done() else feeder)
                finally:
                    for task in (feeder, keeper):
                        task.cancel()
                    await asyncio.gather(feeder, keeper, return_exceptions=True)

    async def _feed(self) -> None:
        """Keeps a few calls going until nothing is left. Raises _Paused."""
        calls: set[asyncio.Task[None]] = set()
        try:
            while True:
                if not self._ready and await self._claim():
                    continue
                while self._ready and len(calls) < self._pace.fan_out:
                    calls.add(asyncio.create_task(self._ask(self._ready.popleft())))
                if calls:
                    ended, calls = await asyncio.wait(calls, timeout=WRITE_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                    for call in ended:
                        call.result()
                    continue
                due = await self._write(lambda conn: rows.next_due(conn, self._handle))
                if due is None:
                    return
                await asyncio.sleep(min(due, WRITE_EVERY_S))
        except _Paused:
            # What is under way is paid for: its answers are still taken. What waits its turn is not begun.
            for call in calls - self._asking:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            raise
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    async def _keep(self) -> None:
        """Progress and the search's version, at most once a second; ends by raising RunCancelled."""
        handle, next_write = self._handle, 0.0
        while True:
            if handle.lost.is_set():
                raise LeaseLost
            if handle.cancelled.is_set():
                raise RunCancelled
            if handle.stopping.is_set():
                raise RunStopped
            if time.monotonic() >= next_write:
                next_write = time.monotonic() + WRITE_EVERY_S
                await self._write(self._report)
                if self._dirty:
                    self._dirty = False
                    await self._write(lambda conn: rows.bump_version(conn, handle))
            await asyncio.sleep(TICK_S)

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
        self._tally.screened += known
        self._tally.reused += known
        self._dirty = self._dirty or known > 0
        return known > 0 and not ready

    async def _ask(self, item: Item) -> None:
        assert item.prompt is not None
        expected = item.prompt.input_tokens + item.prompt.output_tokens
        await self._turns.take(expected)
        self._tally.calls += 1
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._asking.add(task)
        try:
            judgement, usage, _ = await self._client.judge(item.prompt)
        except ModelError as error:
            await self._failed(item, error, expected)
        else:
            await self._answered(item, item.prompt, judgement, usage, expected)
        finally:
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
        self._tally.screened += len(saved)
        self._spent(usage)
        self._unverified += sum(one.said not in (None, one.verdict) for one in rulings.values())
        self._dirty = True

    def _spent(self, usage: Usage) -> None:
        self._tally.tokens += usage.input_tokens + usage.output_tokens
        self._tally.cost += prices.cost(self._model, usage) or 0

    async def _failed(self, item: Item, error: ModelError, expected: int) -> None:
        used = error.usage.input_tokens + error.usage.output_tokens
        await self._turns.settle(expected, used)
        pause = random.uniform(0, min(self._pace.longest_pause_s, self._pace.first_pause_s * 2**item.failures))
        delay = pause + (error.retry_after or 0.0)
        if isinstance(error, RateLimited):
            await self._turns.block(error.retry_after or pause)
        self._rejected += isinstance(error, RequestRejected)
        hopeless = isinstance(error, BadKey | QuotaExhausted) or self._rejected >= MOST_REJECTED
        dead = not error.retryable or item.failures + 1 >= MAX_ATTEMPTS
        state, delay = ("dead", 0.0) if dead and not hopeless else ("retry", 0.0 if hopeless else delay)
        await self._write(lambda conn: rows.fail(
            conn, self._handle, item, self._model, error.usage, error.reason, state=state, delay_s=delay))  # fmt: skip
        self._spent(error.usage)
        self._tally.dead += state == "dead"
        if hopeless:
            raise _Paused(error.message)

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
