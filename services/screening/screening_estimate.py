"""What a screening will ask for: people, tokens, money, minutes. Before anything is spent.

Who is asked what is counted by what decides about it later (screening_rows.items_of): a verdict holds for candidate ×
what the model sees × question × model × prompt version. Up to MOST_READ people are all read, so that it is exact; of
more, a profile that was not written since its verdicts is taken for the one that they were made on, and of the others
MOST_READ are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import fmean

from psycopg.sql import SQL

import sql
from services import db
from services.access.identity import Actor
from services.grid import result_sets
from services.grid.grid_view import View
from services.people.profile_texts import fetch_profiles
from services.runtime import Runtime
from services.screening.prompts import PROMPT_VERSION, JudgePrompt, estimate_tokens, hash_of, prompt_of, shown_fields
from services.screening.rubrics import Rubric, is_cut
from services.spending import prices
from services.vendors.openai_errors import Usage

# Hashing one takes some milliseconds, and somebody waits.
MOST_READ = 200
# To learn how long profiles are.
SAMPLE = 100
# The vendor caches the beginning that prompts share, from so many tokens on, in such steps.
CACHED_FROM, CACHED_STEP = 1024, 128
# Calls that are under way before the first answer has filled the cache.
UNCACHED_CALLS = 8

# Which criteria of a rubric someone is asked about, by their places in it.
Places = tuple[int, ...]

_Q = sql.queries("screening")


@dataclass(frozen=True)
class Estimate:
    """people: in the view; known: of them with verdicts on all criteria already; calls: the others.

    is_exact: whether known and calls were counted, and not estimated from a part of the changed profiles.
    cost: US dollars, None for a model without a known price (as of priced_on); batch_cost: by the
    Batch API. minutes: at the account's limits, with nobody else using it. cut: the model reads
    only the beginning of the job description.
    """

    people: int
    known: int
    calls: int
    is_exact: bool
    tokens: int
    cost: Decimal | None
    batch_cost: Decimal | None
    minutes: float
    model: str
    priced_on: date | None
    cut: bool


def estimate(rt: Runtime, actor: Actor, view: View, rubric: Rubric) -> Estimate:
    """For a screening of the view by the rubric. Raises Forbidden, Unavailable."""
    settings = rt.settings
    people = result_sets.count(rt, actor, view, None).row_count
    with rt.db.connection() as conn:
        found = _look(conn, view, rubric, settings.openai_model, people) if people else _NOBODY
    calls = sum(found.asked.values())
    usage = _usage(rubric, found)
    tokens = usage.input_tokens + usage.output_tokens
    return Estimate(
        people=people,
        known=max(0, people - calls),
        calls=calls,
        is_exact=found.is_exact,
        tokens=tokens,
        cost=prices.cost(settings.openai_model, usage),
        batch_cost=prices.cost(settings.openai_model, replace(usage, batch=True)),
        minutes=max(calls / settings.openai_rpm, tokens / settings.openai_tpm),
        model=settings.openai_model,
        priced_on=prices.priced_on(settings.openai_model),
        cut=is_cut(rubric.job_description),
    )


@dataclass(frozen=True)
class _Look:
    """asked: which criteria → of how many people, without those of whom nothing is asked. read: profiles as the model
    would see them, to learn how long they are: of people who are asked about, where some were read."""

    asked: Mapping[Places, int]
    read: Sequence[Mapping[str, str]]
    is_exact: bool


_NOBODY = _Look({}, [], True)


def _look(conn: db.Conn, view: View, rubric: Rubric, model: str, people: int) -> _Look:
    if people <= MOST_READ:
        profiles = _sample(conn, view, 1, MOST_READ)
        asked = _asked(conn, rubric, model, profiles)
        counts = Counter(places for places in asked.values() if places)
        return _Look(counts, [shown for one, shown in profiles.items() if asked[one]], True)
    where = view.where()
    given = {**where.params, "rubric_id": rubric.id, "model": model, "prompt_version": PROMPT_VERSION,
             "most": MOST_READ}  # fmt: skip
    groups = [dict(row) for row in conn.execute(SQL(_Q.count_judged).format(where=where.sql()), given)]
    doubtful = _shown(conn, view, [one for group in groups for one in group["doubtful"]])
    asked = _asked(conn, rubric, model, doubtful)
    counts = Counter({_places(rubric, 0): people - sum(group["people"] for group in groups)})
    for group in groups:
        if group["sure"] == group["seen"]:
            counts[_places(rubric, group["sure"])] += group["people"]
            continue
        shares = Counter(asked[one] for one in group["doubtful"] if one in asked)
        for places, n in shares.items():
            counts[places] += round(group["people"] * n / shares.total())
    counts[()] = 0
    sample = _sample(conn, view, max(1, people // (4 * SAMPLE)), SAMPLE)
    return _Look(
        {places: n for places, n in counts.items() if n > 0},
        [*sample.values(), *(shown for one, shown in doubtful.items() if asked[one])],
        all(group["sure"] == group["seen"] or group["people"] == len(group["doubtful"]) for group in groups),
    )


def _sample(conn: db.Conn, view: View, every: int, most: int) -> dict[int, dict[str, str]]:
    """Some people of a view, from all of it, as the model would see them."""
    where = view.where()
    text = SQL(_Q.fetch_sample).format(where=where.sql())
    ids = [row["id"] for row in conn.execute(text, {**where.params, "every": every, "limit": most})]
    return _shown(conn, view, ids)


def _shown(conn: db.Conn, view: View, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    profiles = fetch_profiles(conn, str(view.search_id), ids)
    return {one: shown_fields(profile) for one, profile in profiles.items()}


def _asked(conn: db.Conn, rubric: Rubric, model: str, profiles: Mapping[int, Mapping[str, str]]) -> dict[int, Places]:
    """What a screening would ask about these people now."""
    hashes = {one: hash_of(shown) for one, shown in profiles.items()}
    known = {(row["candidate_id"], row["criterion_id"]) for row in db.rows(conn, _Q.fetch_known, {
        "ids": list(hashes), "hashes": list(hashes.values()), "rubric_id": rubric.id, "model": model,
        "prompt_version": PROMPT_VERSION})}  # fmt: skip
    return {
        one: tuple(place for place, criterion in enumerate(rubric.criteria) if (one, criterion.id) not in known)
        for one in profiles
    }


def _places(rubric: Rubric, judged: int) -> Places:
    """The criteria that are not among the judged ones, which are bits by place."""
    return tuple(place for place in range(len(rubric.criteria)) if not judged >> place & 1)


def _usage(rubric: Rubric, found: _Look) -> Usage:
    """Tokens of all calls: what the criteria that are asked take is known, what profiles take is a mean."""
    job, one = rubric.job_description, {"c1": rubric.criteria[0].question}
    read = found.read[:: max(1, len(found.read) // SAMPLE)] or [{}]
    profile = fmean(_own_tokens(prompt_of(job, one, shown)) for shown in read)
    total = Usage()
    for places, people in found.asked.items():
        prompt = prompt_of(job, {f"c{place + 1}": rubric.criteria[place].question for place in places}, {})
        shared = estimate_tokens(prompt.system)
        cached = shared // CACHED_STEP * CACHED_STEP if shared >= CACHED_FROM else 0
        total = Usage(
            total.input_tokens + round((shared + profile) * people),
            total.cached_tokens + cached * max(0, people - UNCACHED_CALLS),
            total.output_tokens + prompt.output_tokens * people,
        )
    return total


def _own_tokens(prompt: JudgePrompt) -> int:
    """What a call takes besides what all calls with these criteria share."""
    return prompt.input_tokens - estimate_tokens(prompt.system)
