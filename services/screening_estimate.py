"""What a screening will ask for: people, tokens, money, minutes. From a sample, before anything is spent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import fmean

from psycopg.sql import SQL

import sql
from services import prices, result_sets
from services.grid_view import View
from services.identity import Actor
from services.profile_texts import fetch_profiles
from services.prompts import PROMPT_VERSION, build_judge_prompt, estimate_tokens
from services.rubrics import Rubric, is_cut
from services.runtime import Runtime
from services.vendors.openai_errors import Usage

SAMPLE = 100
# The vendor caches the beginning that prompts share, from so many tokens on, in such steps.
CACHED_FROM, CACHED_STEP = 1024, 128
# Calls that are under way before the first answer has filled the cache.
UNCACHED_CALLS = 8

_Q = sql.queries("screening")


@dataclass(frozen=True)
class Estimate:
    """people: in the view; known: of them with verdicts of these criteria already; calls: the others.

    cost: US dollars, None for a model without a known price (as of priced_on); batch_cost: by the
    Batch API. minutes: at the account's limits, with nobody else using it. cut: the model reads
    only the beginning of the job description.
    """

    people: int
    known: int
    calls: int
    tokens: int
    cost: Decimal | None
    batch_cost: Decimal | None
    minutes: float
    model: str
    priced_on: date
    cut: bool


def estimate(rt: Runtime, actor: Actor, view: View, rubric: Rubric) -> Estimate:
    """For a screening of the view by the rubric. Raises Forbidden, Unavailable."""
    settings = rt.settings
    people = result_sets.count(rt, actor, view, None).row_count
    known = _known(rt, view, rubric) if people else 0
    calls = people - known
    each = _per_call(rt, view, rubric, people) if calls else (0.0, 0.0, 0)
    usage = Usage(
        input_tokens=round(each[0] * calls),
        cached_tokens=each[2] * max(0, calls - UNCACHED_CALLS),
        output_tokens=round(each[1] * calls),
    )
    tokens = usage.input_tokens + usage.output_tokens
    return Estimate(
        people=people,
        known=known,
        calls=calls,
        tokens=tokens,
        cost=prices.cost(settings.openai_model, usage),
        batch_cost=prices.cost(settings.openai_model, replace(usage, batch=True)),
        minutes=max(calls / settings.openai_rpm, tokens / settings.openai_tpm),
        model=settings.openai_model,
        priced_on=prices.PRICED_ON,
        cut=is_cut(rubric.job_description),
    )


def _known(rt: Runtime, view: View, rubric: Rubric) -> int:
    """Who was judged by this version or one like it; a profile that changed since is asked about again."""
    where = view.where()
    text = SQL(_Q.count_known).format(where=where.sql())
    params = {**where.params, "rubric_id": rubric.id, "model": rt.settings.openai_model,
              "prompt_version": PROMPT_VERSION}  # fmt: skip
    with rt.db.connection() as conn:
        row = conn.execute(text, params).fetchone()
    return int(row["n"]) if row else 0


def _per_call(rt: Runtime, view: View, rubric: Rubric, people: int) -> tuple[float, float, int]:
    """(input, output, cached) tokens of one call: means over a sample of the view."""
    where = view.where()
    text = SQL(_Q.fetch_sample).format(where=where.sql())
    with rt.db.connection() as conn:
        ids = [row["id"] for row in conn.execute(
            text, {**where.params, "every": max(1, people // (2 * SAMPLE)), "limit": SAMPLE})]  # fmt: skip
        profiles = fetch_profiles(conn, str(view.search_id), ids)
    questions = {f"c{number}": one.question for number, one in enumerate(rubric.criteria, 1)}
    prompts = [build_judge_prompt(rubric.job_description, questions, shown) for shown in profiles.values() or [{}]]
    shared = estimate_tokens(prompts[0].system)
    cached = shared // CACHED_STEP * CACHED_STEP if shared >= CACHED_FROM else 0
    return fmean(p.input_tokens for p in prompts), fmean(p.output_tokens for p in prompts), cached
