"""Proposing criteria in the job worker: one answer of the model into the run's counts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from services import db
from services.errors import LimitReached
from services.runs.jobs import RunCancelled, RunHandle
from services.runtime import Runtime
from services.screening import model_holds, rubrics, screening_model, screening_rows
from services.screening.model_scheduler import Scheduler, scheduler
from services.screening.prompts import JOB_DESCRIPTION_TOKENS, estimate_tokens
from services.screening.screening_calls import MAX_ATTEMPTS
from services.screening.screening_model import must_be_on
from services.screening.screening_unanswered import CUT
from services.spending import budgets, prices
from services.spending.budgets import Grant
from services.vendors.openai_answers import ProposedCriterion
from services.vendors.openai_errors import InvalidAnswer, ModelError, RateLimited, Usage

# Instructions, schema and answer.
OTHER_TOKENS = 1000
# What a server that names no time is given after it said that there were too many calls.
PAUSE_S = 1.0
LOOK_S = 0.25


def run_propose(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "propose": criteria for the search's job description.

    A rate limit is waited for, as screenings do. Anything else is not tried again: a person is looking, and asks again
    at will. Raises LimitReached while the account is held and where a budget has no room, and ModelError.
    """
    must_be_on(rt.settings)
    job = rubrics.job_description_of(rt, handle.actor, handle.search_id or "")
    with scheduler(rt) as shared:
        shared.run(_Proposing(rt, handle, shared, job).run())


@dataclass
class _Call:
    """One call. expected: what it may be billed. call_id: so that it is written down once."""

    expected: Usage
    call_id: UUID = field(default_factory=uuid4)

    @property
    def tokens(self) -> int:
        return self.expected.input_tokens + self.expected.output_tokens


class _Proposing:
    def __init__(self, rt: Runtime, handle: RunHandle, shared: Scheduler, job: str) -> None:
        self._rt, self._handle, self._shared, self._job = rt, handle, shared, job

    async def run(self) -> None:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            size = min(estimate_tokens(self._job), JOB_DESCRIPTION_TOKENS)
            call = _Call(Usage(size, 0, OTHER_TOKENS))
            await asyncio.to_thread(self._set_aside, call)
            await self._take_turn(call)
            try:
                proposed, usage = await self._answer()
            except ModelError as error:
                await self._failed(call, error)
                if attempt == MAX_ATTEMPTS or not isinstance(error, RateLimited):
                    raise
            except RunCancelled:
                await asyncio.to_thread(self._note, call, call.expected, CUT)
                raise
            else:
                await self._shared.turns.settle(call.tokens, usage.input_tokens + usage.output_tokens)
                await asyncio.to_thread(self._keep, call, usage, proposed)
                return

    async def _take_turn(self, call: _Call) -> None:
        """Raises RunCancelled where it takes too long for whoever asked."""
        waiting = asyncio.create_task(self._shared.turns.take(call.tokens, str(self._handle.actor.user_id)))
        try:
            while not (await asyncio.wait((waiting,), timeout=0.5))[0]:
                await asyncio.to_thread(self._handle.check)
            waiting.result()
        finally:
            waiting.cancel()

    async def _answer(self) -> tuple[list[ProposedCriterion], Usage]:
        """What is under way is paid for, so a run that shall end waits for it a while. Raises RunCancelled after
        that, when nobody knows what was billed, and ModelError."""
        asking = asyncio.create_task(self._shared.client.propose_criteria(self._job))
        try:
            while not (await asyncio.wait((asking,), timeout=LOOK_S))[0]:
                try:
                    self._handle.raise_if_ended()
                except RunCancelled:
                    if not (await asyncio.wait((asking,), timeout=screening_model.PACE.grace_s))[0]:
                        raise
            return asking.result()
        finally:
            asking.cancel()

    async def _failed(self, call: _Call, error: ModelError) -> None:
        """Heeds what a refusal says of the account, for everyone. Raises LimitReached where it is not to be called."""
        await self._shared.turns.settle(call.tokens, error.usage.input_tokens + error.usage.output_tokens)
        await asyncio.to_thread(self._note, call, error.billed(call.expected), error.reason)
        refusal = model_holds.refusal_of(error)
        if refusal is not None:

            def hold(conn: db.Conn) -> None:
                model_holds.place(conn, self._rt.settings, error.reason, refusal.message, refusal.until)

            await asyncio.to_thread(self._handle.insist, hold)
            raise LimitReached(refusal.message)
        if isinstance(error, RateLimited):
            await self._shared.turns.block(error.retry_after or PAUSE_S)

    def _set_aside(self, call: _Call) -> None:
        """Raises LimitReached while the account is held, and where a budget of the month has no room for the call."""
        model, user_id = self._rt.settings.openai_model, self._handle.actor.user_id
        held = model_holds.current(self._rt)
        if held is not None:
            raise LimitReached(held.message)
        cost = prices.cost(model, call.expected)
        with self._rt.db.connection() as conn:
            if cost is None:
                month = budgets.in_force(conn, user_id)
                grant = Grant(1) if month is None else Grant(0, budgets.no_price(model, month))
            else:
                grant = budgets.reserve(conn, user_id, self._handle.run_id, [cost])
        if not grant.calls:
            raise LimitReached(grant.refusal)

    def _keep(self, call: _Call, usage: Usage, proposed: Sequence[ProposedCriterion]) -> None:
        """Raises InvalidAnswer where none of the criteria could be saved as it is, LeaseLost and RightLost."""
        criteria = rubrics.usable([one.model_dump() for one in proposed])
        self._note(call, usage, "ok" if criteria else InvalidAnswer.reason)
        if not criteria:
            raise InvalidAnswer(usage=usage)
        # On its own: what was billed stays in the ledger, also when nobody may have the answer any more.
        self._handle.insist(lambda conn: self._handle.save(conn, 1, 1, _criteria=criteria))

    def _note(self, call: _Call, usage: Usage, outcome: str) -> None:
        def note(conn: db.Conn) -> None:
            screening_rows.insert_usage(
                conn, self._handle, self._rt.settings.openai_model, usage, outcome, call.call_id
            )

        self._handle.insist(note)
