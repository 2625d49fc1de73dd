"""Screening in the job worker: asks the model about some candidates at a time, on the process's scheduler.

The rows are the truth (screening_rows): killed at any line, the run goes on from them. One
candidate's call is in screening_calls, the way by the vendor's batches in screening_batch_job.
Nothing here knows stages.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress

from services import db
from services.errors import ProductError
from services.runs.jobs import RunCancelled, RunHandle
from services.runtime import Runtime
from services.screening import screening_model
from services.screening import screening_rows as rows
from services.screening.model_scheduler import Scheduler, scheduler
from services.screening.screening_batch_job import BatchScreening
from services.screening.screening_calls import Calls, known_result
from services.screening.screening_course import Course
from services.screening.screening_orders import Paused, obey
from services.screening.screening_rows import Item
from services.screening.screening_writer import Writer

TICK_S = 0.25
WRITE_EVERY_S = 1.0
PAUSING = "Pausing: the last answers are on their way."
ENDING = "Ending: the last answers are on their way."


def run_screening(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "screen". params: rubric_id, view (View.state()), budget and batch where chosen."""
    screening_model.must_be_on(rt.settings)
    course = Course(rt, handle)
    if handle.params.get("batch"):
        BatchScreening(course).run()
        return
    try:
        with scheduler(rt) as shared:
            _Screening(course, shared).run()
    finally:
        # Of someone who does not wait for last answers: only now is nothing under way.
        course.write_cut()


class _Screening:
    """A run whose people are asked about now, as many at once as there is room for."""

    def __init__(self, course: Course, shared: Scheduler) -> None:
        self._course, self._shared = course, shared
        self._handle, self._progress, self._budget = course.handle, course.progress, course.budget
        self._ready: deque[Item] = deque()
        self._pausing = asyncio.Event()
        # Whom the calls that have begun are about.
        self._asked: dict[asyncio.Task[None], Item] = {}

    def run(self) -> None:
        self._course.collect()
        try:
            self._shared.run(self._screen())
        except Paused as pause:
            self._course.end("paused", pause.message, pause)
        except Exception:
            self._course.let_go()
            raise
        else:
            self._course.end("done", "")

    async def _screen(self) -> None:
        with Writer(self._course.rt, self._handle) as self._write, self._shared.sharing() as self._share:
            self._calls = Calls(self._course, self._shared, self._write)
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
                    self._handle.raise_if_ended()
                raise
            except RunCancelled:
                self._pausing.set()
                with suppress(RunCancelled, ProductError):
                    await self._write(lambda conn: self._progress.report(conn, waiting=ENDING))
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
                    self._heard_of(ended)
                    continue
                if self._ready and self._budget.waits:
                    await asyncio.sleep(TICK_S)
                    continue
                if self._ready:
                    prompt = self._ready[0].prompt
                    assert prompt is not None
                    raise self._course.out_of_money(prompt)
                due = await self._write(lambda conn: rows.next_due(conn, self._handle))
                if due is None:
                    return
                await asyncio.sleep(min(due, TICK_S))
            await self._last_answers(calls, None)
        except Paused:
            await self._last_answers(calls, None)
            raise
        finally:
            asking = calls & self._calls.asking
            try:
                await self._last_answers(calls, screening_model.PACE.grace_s)
            finally:
                self._course.cut += [self._asked[call] for call in asking if not call.done() or call.cancelled()]
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)

    async def _last_answers(self, calls: set[asyncio.Task[None]], longest_s: float | None) -> None:
        """What is under way is paid for: its answers are still taken, for so long. What waits its turn is not begun."""
        asking = calls & self._calls.asking
        for call in calls - asking:
            call.cancel()
        if asking:
            ended, _ = await asyncio.wait(asking, timeout=longest_s)
            self._note_lost(ended)

    def _heard_of(self, ended: set[asyncio.Task[None]]) -> None:
        """Raises what the first of these calls that failed did."""
        self._note_lost(ended)
        problems = [error for call in ended if (error := call.exception())]
        for call in ended:
            del self._asked[call]
        if problems:
            raise problems[0]

    def _note_lost(self, ended: set[asyncio.Task[None]]) -> None:
        """Calls that were made and whose answers could not be written."""
        lost = [call for call in ended if not call.cancelled() and not isinstance(call.exception(), Paused | None)]
        self._course.cut += [self._asked[call] for call in lost]

    def _next_call(self) -> asyncio.Task[None] | None:
        """Ask about whoever is next; None where the budget has no room for it."""
        prompt = self._ready[0].prompt
        assert prompt is not None
        cost = self._budget.begin(prompt, self._progress.tally.cost)
        if cost is None:
            return None
        item = self._ready.popleft()
        call = asyncio.create_task(self._calls.ask(item, prompt, cost))
        self._asked[call] = item
        return call

    def _places(self) -> int:
        """How many calls may be under way: few until answers come, so that one refusal of the account is not dozens,
        and so that the part that all prompts share is cached before they are many."""
        return min(self._share(), 1 + 8 * self._calls.heard)

    async def _keep(self) -> None:
        """Progress and the search's version, at most once a second; ends by raising RunCancelled or Paused."""
        handle, next_write = self._handle, 0.0
        while True:
            self._handle.raise_if_ended()
            if time.monotonic() >= next_write:
                next_write = time.monotonic() + WRITE_EVERY_S
                await self._write(self._obey)
                if self._course.is_changed:
                    self._course.is_changed = False
                    await self._write(lambda conn: rows.bump_version(conn, handle))
            await asyncio.sleep(TICK_S)

    def _obey(self, conn: db.Conn) -> None:
        self._progress.report(conn, waiting=self._shared.turns.waiting)
        obey(conn, self._course.rt.settings, self._handle)

    async def _claim(self) -> bool:
        """Take what is due: who has to be asked about becomes ready, who is known already is written at once.

        True when all of them were known, so that there may be more.
        """
        course = self._course

        def claim(conn: db.Conn) -> tuple[list[Item], int]:
            items = rows.claim(conn, course.handle, course.rubric, course.model, screening_model.PACE.claim)
            known = [known_result(item) for item in items if item.prompt is None]
            saved = rows.save(conn, course.handle, course.rubric, course.model, known) if known else []
            return [item for item in items if item.prompt is not None], len(saved)

        ready, known = await self._write(claim)
        self._ready.extend(ready)
        self._progress.reused(known)
        course.is_changed = course.is_changed or known > 0
        return known > 0 and not ready
