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
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from services import db
from services import screening_rows as rows
from services.call_budget import BudgetClosed, CallBudget
from services.config import Settings
from services.errors import BadInput, Conflict, Unavailable
from services.grid_view import View
from services.jobs import LeaseLost, RunCancelled, RunHandle, RunStopped
from services.rubrics import OFF, job_description_of
from services.runtime import Runtime
from services.screening_rows import Item, Result, Tally
from services.vendors.openai_client import ModelClient
from services.vendors.openai_errors import BadKey, ModelError, QuotaExhausted, RateLimited, RequestRejected

T = TypeVar("T")
MAX_ATTEMPTS = 6
TICK_S = 0.25
WRITE_EVERY_S = 1.0
# So many rejections in a row are the settings' fault, not the candidates'.
MOST_REJECTED = 8
WAITING_REDIS = "for Redis, without which limits cannot be kept"


@dataclass(frozen=True)
class Pace:
    """fan_out: calls at once. claim: items taken at a time. Pauses and timeout in seconds."""

    fan_out: int = 8
    claim: int = 40
    timeout_s: float = 60.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0


PACE = Pace()


def run_screening(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "screen". params: rubric_id, view (View.state())."""
    _must_be_on(rt.settings)
    _Screening(rt, handle, PACE).run()


def run_propose(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "propose": criteria for the search's job description, into the run's counts."""
    _must_be_on(rt.settings)
    settings = rt.settings
    job = job_description_of(rt, handle.actor, handle.search_id or "")
    with ThreadPoolExecutor(1) as pool:
        budget = _budget(rt)
        while (wait := pool.submit(budget.reserve, len(job) // 3 + 1000).result()) > 0:
            handle.wait(wait)

    async def ask() -> None:
        try:
            async with _client(settings, PACE) as client:
                proposed, usage = await client.propose_criteria(job)
        except ModelError as error:
            with rt.db.connection() as conn:
                rows.insert_usage(conn, handle, settings.openai_model, error.usage, error.reason)
            raise
        with rt.db.connection() as conn:
            rows.insert_usage(conn, handle, settings.openai_model, usage, "ok")
            handle.save(conn, 1, 1, _criteria=[one.model_dump() for one in proposed])

    asyncio.run(ask())


class _Paused(Exception):
    """The run shall pause with this message."""


class _Screening:
    def __init__(self, rt: Runtime, handle: RunHandle, pace: Pace) -> None:
        self._rt, self._handle, self._pace = rt, handle, pace
        self._model = rt.settings.openai_model
        self._budget = _budget(rt)
        with rt.db.connection() as conn:
            self._rubric = rows.fetch_rubric(conn, handle)
        self._tally = Tally()
        self._unverified = int(handle.counts.get("unverified", 0))
        self._waiting = ""
        self._rejected = 0
        # A former worker may have died between a result and its bump.
        self._dirty = True
        self._ready: deque[Item] = deque()

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
            self._tally = rows.count_items(conn, handle.run_id)
            self._report(conn, _collected=True)

    def _end(self, state: str, message: str) -> None:
        def end(conn: db.Conn) -> None:
            rows.release_items(conn, self._handle)
            self._tally, self._waiting = rows.count_items(conn, self._handle.run_id), ""
            self._report(conn)
            self._handle.finish(message or self._summary(), state=state, conn=conn)
            rows.bump_version(conn, self._handle)

        self._insist_now(end)

    def _let_go(self, conn: db.Conn) -> None:
        rows.release_items(conn, self._handle)
        self._tally, self._waiting = rows.count_items(conn, self._handle.run_id), ""
        if not self._handle.lost.is_set():
            self._report(conn)
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

    def _report(self, conn: db.Conn, **more: object) -> None:
        tally = self._tally
        counts = {"screened": tally.screened, "reused": tally.reused, "unverified": self._unverified,
                  "calls": tally.calls, "tokens": tally.tokens, "cost": f"{tally.cost:.6f}",
                  "waiting": self._waiting, **more}  # fmt: skip
        self._handle.save(conn, tally.screened + tally.dead, tally.total, tally.dead, **counts)

    def _summary(self) -> str:
        tally = self._tally
        if not tally.total:
            return "There was nobody to screen."
        said = f"{tally.screened:,} screened, {tally.reused:,} of them known before."
        return f"{said} {tally.dead:,} could not be screened and keep what they had." if tally.dead else said

    # -- the loop ------------------------------------------------------------------------------

    async def _screen(self) -> None:
        # One thread: writes keep their order, and a run has one connection at a time.
        with ThreadPoolExecutor(1, "screen-db") as self._db, ThreadPoolExecutor(1, "screen-limit") as self._limits:
            async with _client(self._rt.settings, self._pace) as self._client:
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
        """Claims what is due and keeps a few calls going until nothing is left."""
        calls: set[asyncio.Task[None]] = set()
        try:
            while True:
                if not self._ready:
                    items, known = await self._write(self._claim)
                    self._ready.extend(items)
                    self._tally.screened += known
                    self._tally.reused += known
                    self._dirty = self._dirty or known > 0
                while self._ready and len(calls) < self._pace.fan_out:
                    calls.add(asyncio.create_task(self._ask(self._ready.popleft())))
                if not calls and not self._ready and not known:
                    due = await self._write(lambda conn: rows.next_due(conn, self._handle))
                    if due is None:
                        return
                    await asyncio.sleep(min(due, WRITE_EVERY_S))
                    continue
                ended, calls = await asyncio.wait(calls, timeout=WRITE_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                for call in ended:
                    call.result()
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

    def _claim(self, conn: db.Conn) -> tuple[list[Item], int]:
        """(what has to be asked, how many were known already and are written now)"""
        items = rows.claim(conn, self._handle, self._rubric, self._model, self._pace.claim)
        known = [Result(item, item.known) for item in items if item.prompt is None]
        saved = rows.save(conn, self._handle, self._rubric, self._model, known) if known else []
        return [item for item in items if item.prompt is not None], len(saved)

    async def _ask(self, item: Item) -> None:
        assert item.prompt is not None
        expected = item.prompt.input_tokens + item.prompt.output_tokens
        await self._my_turn(expected)
        self._tally.calls += 1
        try:
            judgement, usage, _ = await self._client.judge(item.prompt)
        except ModelError as error:
            await self._failed(item, error, expected)
            return
        self._rejected = 0
        await self._settle(expected, usage.input_tokens + usage.output_tokens)
        rulings = dict(item.known)
        for criterion, said in zip(item.asked, judgement.verdicts, strict=True):
            rulings[criterion] = rows.ruling_of(item.prompt, said.verdict, said.field, said.quote)
        result = Result(item, rulings, usage)
        saved = await self._write(lambda conn: rows.save(conn, self._handle, self._rubric, self._model, [result]))
        self._tally.screened += len(saved)
        self._spent(usage.input_tokens + usage.output_tokens, item, result)

    def _spent(self, tokens: int, item: Item, result: Result) -> None:
        self._tally.tokens += tokens
        self._unverified += sum(one.said not in (None, one.verdict) for one in result.rulings.values())
        self._dirty = True

    async def _failed(self, item: Item, error: ModelError, expected: int) -> None:
        used = error.usage.input_tokens + error.usage.output_tokens
        if used:
            await self._settle(expected, used)
        pause = random.uniform(0, min(self._pace.longest_pause_s, self._pace.first_pause_s * 2**item.failures))
        delay = pause + (error.retry_after or 0.0)
        if isinstance(error, RateLimited):
            await self._in(self._limits, lambda: _quietly(self._budget.block, error.retry_after or pause))
        self._rejected += isinstance(error, RequestRejected)
        hopeless = isinstance(error, BadKey | QuotaExhausted) or self._rejected >= MOST_REJECTED
        dead = not error.retryable or item.failures + 1 >= MAX_ATTEMPTS
        state, delay = ("dead", 0.0) if dead and not hopeless else ("retry", 0.0 if hopeless else delay)
        await self._write(lambda conn: rows.fail(
            conn, self._handle, item, self._model, error.usage, error.reason, state=state, delay_s=delay))  # fmt: skip
        self._tally.tokens += used
        self._tally.dead += state == "dead"
        if hopeless:
            raise _Paused(error.message)

    # -- limits and the database, off the loop -------------------------------------------------

    async def _my_turn(self, tokens: int) -> None:
        """Wait for room within the limits that all processes share."""
        while True:
            try:
                wait = await self._in(self._limits, lambda: self._budget.reserve(tokens))
            except BudgetClosed:
                self._waiting, wait = WAITING_REDIS, WRITE_EVERY_S
            else:
                self._waiting = ""
                if wait == 0:
                    return
            await asyncio.sleep(wait)

    async def _settle(self, reserved: int, used: int) -> None:
        await self._in(self._limits, lambda: _quietly(self._budget.settle, reserved, used))

    async def _write(self, write: Callable[[db.Conn], T]) -> T:
        """One transaction; again while the database is away, so that no paid answer is lost."""

        def transaction() -> T:
            with self._rt.db.connection() as conn:
                return write(conn)

        while True:
            try:
                return await self._in(self._db, transaction)
            except (Unavailable, Conflict):
                if self._handle.stopping.is_set():
                    raise
                await asyncio.sleep(WRITE_EVERY_S)

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


def _must_be_on(settings: Settings) -> None:
    if not settings.openai_api_key:
        raise BadInput(OFF)


def _client(settings: Settings, pace: Pace) -> ModelClient:
    s = settings
    return ModelClient(s.openai_base_url, s.openai_api_key, s.openai_api, s.openai_model, pace.timeout_s)


def _budget(rt: Runtime) -> CallBudget:
    s = rt.settings
    # Without the key, which may stand nowhere else; whoever shares server and model shares the limit.
    account = blake2b(f"{s.openai_base_url} {s.openai_model}".encode(), digest_size=8).hexdigest()
    return CallBudget(rt.redis, f"openai:{account}", requests=s.openai_rpm, tokens=s.openai_tpm)


def _quietly(adjust: Callable[..., None], *args: float) -> None:
    """Redis went away since the reservation: nothing to correct, and the next one waits anyway."""
    try:
        adjust(*args)
    except BudgetClosed:
        return
