"""Proposing criteria in the job worker: one call of the model, its answer into the run's counts."""

from __future__ import annotations

import asyncio
from typing import Any

from services import budgets, prices, rubrics, screening_rows
from services.budgets import Grant
from services.errors import LimitReached
from services.jobs import RunHandle
from services.model_scheduler import Scheduler, scheduler
from services.prompts import JOB_DESCRIPTION_TOKENS, estimate_tokens
from services.runtime import Runtime
from services.screening_model import must_be_on
from services.vendors.openai_errors import ModelError, Usage

# Instructions, schema and answer.
OTHER_TOKENS = 1000


def run_propose(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "propose": criteria for the search's job description.

    It does not try again: a person is looking, and asks again at will.
    """
    must_be_on(rt.settings)
    job = rubrics.job_description_of(rt, handle.actor, handle.search_id or "")
    with scheduler(rt) as shared:
        shared.run(_propose(rt, handle, shared, job))


async def _propose(rt: Runtime, handle: RunHandle, shared: Scheduler, job: str) -> None:
    tokens = min(estimate_tokens(job), JOB_DESCRIPTION_TOKENS) + OTHER_TOKENS
    await asyncio.to_thread(_set_aside, rt, handle, tokens)
    waiting = asyncio.create_task(shared.turns.take(tokens, str(handle.actor.user_id)))
    try:
        while not (await asyncio.wait((waiting,), timeout=0.5))[0]:
            await asyncio.to_thread(handle.check)
        waiting.result()
    finally:
        waiting.cancel()
    model = rt.settings.openai_model
    try:
        proposed, usage = await shared.client.propose_criteria(job)
    except ModelError as error:
        await asyncio.to_thread(_note_usage, rt, handle, model, error.usage, error.reason)
        raise
    await shared.turns.settle(tokens, usage.input_tokens + usage.output_tokens)
    criteria = [one.model_dump() for one in proposed]
    await asyncio.to_thread(_note_usage, rt, handle, model, usage, "ok", criteria)


def _set_aside(rt: Runtime, handle: RunHandle, tokens: int) -> None:
    """Raises LimitReached where a budget of the month has no room for the call."""
    model, user_id = rt.settings.openai_model, handle.actor.user_id
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
    rt: Runtime, handle: RunHandle, model: str, usage: Usage, outcome: str, criteria: list[dict[str, Any]] | None = None
) -> None:
    with rt.db.connection() as conn:
        screening_rows.insert_usage(conn, handle, model, usage, outcome)
    if criteria is not None:
        # On its own: what was billed stays in the ledger, also when nobody may have the answer any more.
        with rt.db.connection() as conn:
            handle.save(conn, 1, 1, _criteria=criteria)
