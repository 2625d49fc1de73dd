"""One candidate asked about: the turn, the call, its answer or its failure into the rows.

What a failure leads to is decided here alone:

    retryable                    again after a random pause that grows (or Retry-After), 6 attempts in all
    final for this candidate     dead, with its reason
    final for the account        the run pauses with what to do, and for want of credit or a good key, or where the
                                 server asks for hours, everyone's do at once (model_holds), and it is no attempt of
                                 the candidate's; or a server has rejected everything so far

No failure touches a candidate. A call whose answer never came counts as what was expected of it: nobody here knows
whether it was billed, and a budget that left it out would be overrun by what times out.
"""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal
from typing import cast

from services import db
from services.screening import model_holds, screening_model
from services.screening import screening_rows as rows
from services.screening.call_budget import LONGEST_BLOCK_S
from services.screening.model_scheduler import Scheduler
from services.screening.prompts import JudgePrompt
from services.screening.screening_answers import result_of
from services.screening.screening_course import Course
from services.screening.screening_orders import Paused
from services.screening.screening_rows import Item, Result
from services.screening.screening_unanswered import expected as expected_usage
from services.screening.screening_writer import Writer
from services.vendors.openai_answers import Judgement
from services.vendors.openai_errors import ModelError, RateLimited, RequestRejected, Usage

MAX_ATTEMPTS = 6
# So many rejections in a row are the settings' fault, not the candidates'.
MOST_REJECTED = 8


class Calls:
    """The calls of one run, on the scheduler's loop.

    heard: answers of any kind in this go. asking: those that are with the model now, whose answers are paid for.
    """

    def __init__(self, course: Course, shared: Scheduler, write: Writer) -> None:
        self._course, self._write, self._pace = course, write, screening_model.PACE
        self._turns, self._client = shared.turns, shared.client
        self._user = str(course.handle.actor.user_id)
        self._rejected = 0
        self.heard = 0
        self.asking: set[asyncio.Task[None]] = set()

    async def ask(self, item: Item, prompt: JudgePrompt, cost: Decimal) -> None:
        """To be run as a task. cost: what the budget set aside for it. Raises Paused where none shall follow."""
        course, expected = self._course, prompt.input_tokens + prompt.output_tokens
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            await self._turns.take(expected, self._user)
            course.progress.tally.calls += 1
            self.asking.add(task)
            try:
                judgement, usage, headers = await self._client.judge(prompt)
            except ModelError as error:
                await self._failed(item, prompt, error, expected)
            else:
                await self._answered(item, prompt, judgement, usage, expected)
                await self._turns.heed(headers, expected)
            self.heard += 1
        finally:
            course.budget.end(cost)
            self.asking.discard(task)

    async def _answered(
        self, item: Item, prompt: JudgePrompt, judgement: Judgement, usage: Usage, expected: int
    ) -> None:
        self._rejected = 0
        await self._turns.settle(expected, usage.input_tokens + usage.output_tokens)
        course, result = self._course, result_of(item, prompt, judgement, usage)
        saved = await self._write(lambda conn: rows.save(conn, course.handle, course.rubric, course.model, [result]))
        course.progress.answered(saved, [result])
        course.is_changed = True

    async def _failed(self, item: Item, prompt: JudgePrompt, error: ModelError, expected: int) -> None:
        await self._turns.settle(expected, error.usage.input_tokens + error.usage.output_tokens)
        pause = random.uniform(0, min(self._pace.longest_pause_s, self._pace.first_pause_s * 2**item.failures))
        delay = pause + min(error.retry_after or 0.0, LONGEST_BLOCK_S)
        refusal = model_holds.refusal_of(error)
        if isinstance(error, RateLimited) and refusal is None:
            await self._turns.block(error.retry_after or pause)
        self._rejected += isinstance(error, RequestRejected)
        hopeless = refusal is not None or self._rejected >= MOST_REJECTED
        state, delay = (
            ("dead", 0.0) if is_final(error, item) and not hopeless else ("retry", 0.0 if hopeless else delay)
        )
        course, usage = self._course, error.billed(expected_usage(prompt))

        def write(conn: db.Conn) -> None:
            rows.fail(conn, course.handle, item, course.model, usage, error.reason, state=state, delay_s=delay,
                      is_attempt=refusal is None)  # fmt: skip
            if refusal is not None:
                # Now, and not when the last answers are in: nobody else shall call meanwhile.
                model_holds.place(conn, course.rt.settings, error.reason, refusal.message, refusal.until)

        await self._write(write)
        course.progress.failed(usage, is_dead=state == "dead")
        if refusal is not None:
            raise Paused(refusal.message, error)
        if hopeless:
            raise Paused(error.message)


def is_final(error: ModelError, item: Item) -> bool:
    """Whether nobody asks about this candidate again."""
    return not error.retryable or item.failures + 1 >= MAX_ATTEMPTS


def known_result(item: Item) -> Result:
    """Of someone about whom everything is known already."""
    return Result(item, item.known)
