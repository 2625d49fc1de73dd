"""Proposing criteria in the job worker: one call of the model, its answer into the run's counts."""

from __future__ import annotations

import asyncio

from services import rubrics, screening_rows
from services.jobs import RunHandle
from services.prompts import JOB_DESCRIPTION_TOKENS, estimate_tokens
from services.runtime import Runtime
from services.screening_model import Turns, client, must_be_on
from services.vendors.openai_errors import ModelError

# Instructions, schema and answer.
OTHER_TOKENS = 1000


def run_propose(rt: Runtime, handle: RunHandle) -> None:
    """Handler of runs of the kind "propose": criteria for the search's job description.

    It does not try again: a person is looking, and asks again at will.
    """
    must_be_on(rt.settings)
    job = rubrics.job_description_of(rt, handle.actor, handle.search_id or "")
    asyncio.run(_propose(rt, handle, job))


async def _propose(rt: Runtime, handle: RunHandle, job: str) -> None:
    async with Turns(rt) as turns, client(rt.settings) as model:
        waiting = asyncio.create_task(turns.take(min(estimate_tokens(job), JOB_DESCRIPTION_TOKENS) + OTHER_TOKENS))
        try:
            while not (await asyncio.wait((waiting,), timeout=0.5))[0]:
                handle.check()
            waiting.result()
        finally:
            waiting.cancel()
        try:
            proposed, usage = await model.propose_criteria(job)
        except ModelError as error:
            with rt.db.connection() as conn:
                screening_rows.insert_usage(conn, handle, model.model, error.usage, error.reason)
            raise
    with rt.db.connection() as conn:
        screening_rows.insert_usage(conn, handle, model.model, usage, "ok")
        handle.save(conn, 1, 1, _criteria=[one.model_dump() for one in proposed])
