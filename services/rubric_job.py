"""Proposing criteria in the job worker: one answer of the model into the run's counts."""

from __future__ import annotations

import asyncio
from typing import Any

from services import budgets, model_holds, prices, rubrics, screening_rows
from services.budgets import Grant
from services.errors import LimitReached
from services.jobs import RunHandle
from services.model_holds import Refusal
from services.model_scheduler import Scheduler, scheduler
from services.prompts import JOB_DESCRIPTION_TOKENS, estimate_tokens
from services.runtime import Runtime
from services.screening_calls import MAX_ATTEMPTS
from services.screening_model import must_be_on
from services.vendors.openai_errors import ModelError, RateLimited, Usage

# Instructions, schema and answer.
OTHER_TOKENS = 1000
# What a server that names no time is given after it said that there were too many calls.
PAUSE_S = 1.0


def run_propose(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "propose": criteria for the search's job description.

    A rate limit is waited for, as screenings do. Anything else is not tried again: a person is looking, and asks again
    at will. Raises LimitReached while the account is held and where a budget has no room, and ModelError.
    """
    must_be_on(rt.settings)
    job = rubrics.job_description_of(rt, handle.actor, handle.search_id or "")
    with scheduler(rt) as shared:
        shared.run(_propose(rt, handle, shared, job))


async def _propose(rt: Runtime, handle: RunHandle, shared: Scheduler, job: str) -> None:
    tokens = min(estimate_tokens(job), JOB_DESCRIPTION_TOKENS) + OTHER_TOKENS
    for attempt in range(1, MAX_ATTEMPTS + 1):
        await asyncio.to_thread(_set_aside, rt, handle, tokens)
        await _take_turn(handle, shared, tokens)
        try:
            proposed, usage = await shared.client.propose_criteria(job)
        except ModelError as error:
            await _failed(rt, handle, shared, tokens, error)
            if attempt == MAX_ATTEMPTS or not isinstance(error, RateLimited):
                raise
        else:
            await shared.turns.settle(tokens, usage.input_tokens + usage.output_tokens)
            criteria = [one.model_dump() for one in proposed]
            await asyncio.to_thread(_note_usage, rt, handle, usage, "ok", criteria)
            return


async def _take_turn(handle: RunHandle, shared: Scheduler, tokens: int) -> None:
    """Raises RunCancelled where it takes too long for whoever asked."""
    waiting = asyncio.create_task(shared.turns.take(tokens, str(handle.actor.user_id)))
    try:
        while not (await asyncio.wait((waiting,), timeout=0.5))[0]:
            await asyncio.to_thread(handle.check)
        waiting.result()
    finally:
        waiting.cancel()


async def _failed(rt: Runtime, handle: RunHandle, shared: Scheduler, tokens: int, error: ModelError) -> None:
    """Heeds what a refusal says of the account, for everyone. Raises LimitReached where it is not to be called."""
    await shared.turns.settle(tokens, error.usage.input_tokens + error.usage.output_tokens)
    await asyncio.to_thread(_note_usage, rt, handle, error.usage, error.reason)
    refusal = model_holds.refusal_of(error)
    if refusal is not None:
        await asyncio.to_thread(_hold, rt, error.reason, refusal)
        raise LimitReached(refusal.message)
    if isinstance(error, RateLimited):
        await shared.turns.block(error.retry_after or PAUSE_S)


def _hold(rt: Runtime, reason: str, refusal: Refusal) -> None:
    with rt.db.connection() as conn:
        model_holds.place(conn, rt.settings, reason, refusal.message, refusal.until)


def _set_aside(rt: Runtime, handle: RunHandle, tokens: int) -> None:
    """Raises LimitReached while the account is held, and where a budget of the month has no room for the call."""
    model, user_id = rt.settings.openai_model, handle.actor.user_id
    held = model_holds.current(rt)
    if held is not None:
        raise LimitReached(held.message)
    cost = prices.cost(model, Usage(tokens - OTHER_TOKENS, 0, OTHER_TOKENS))
    with rt.db.connection() as conn:
        if cost is None:
            month = budgets.in_force(conn, user_id)
            grant = Grant(1) if month is None else Grant(0, budgets.no_price(model, month))
        else:
            grant = budgets.reserve(conn, user_id, handle.run_id, [cost])
    if not grant.calls:
        raise LimitReached(grant.refusal)


def _note_usage(
    rt: Runtime, handle: RunHandle, usage: Usage, outcome: str, criteria: list[dict[str, Any]] | None = None
) -> None:
    with rt.db.connection() as conn:
        screening_rows.insert_usage(conn, handle, rt.settings.openai_model, usage, outcome)
    if criteria is not None:
        # On its own: what was billed stays in the ledger, also when nobody may have the answer any more.
        with rt.db.connection() as conn:
            handle.save(conn, 1, 1, _criteria=criteria)
