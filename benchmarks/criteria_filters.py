"""P1 with criteria: eight of them as filters at once, and as a sort, for 100,000 screened people.

A verdict is a row of its own for each person and criterion, 800,000 here. Each filter is one set of people.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg

import sql
from benchmarks.measure import Figure, is_noisy, summary, timed
from benchmarks.stage import Stage
from services.demo import synthetic
from services.grid import grid_criteria, result_sets
from services.grid.grid_view import View
from services.screening import rubrics
from services.screening.rubrics import Criterion

PEOPLE, QUICK_PEOPLE = 100_000, 5_000
CRITERIA = 8
ROUNDS = 7

_Q = sql.queries("benchmarks")


def figures(stage: Stage) -> Iterator[Figure]:
    search_id = synthetic.generate(
        stage.rt, stage.actor, QUICK_PEOPLE if stage.quick else PEOPLE, "Screened by eight criteria", seed=8
    )
    asked = [
        Criterion(f"Skill {n}", f"Does the profile show skill {n}?", "should", Decimal(1)) for n in range(CRITERIA)
    ]
    rubric = rubrics.save(stage.rt, stage.actor, search_id, "A job.", asked)
    with psycopg.connect(stage.settings.database_url) as conn:
        given = {"search_id": search_id, "rubric_id": rubric.id, "model": stage.settings.openai_model}
        verdicts = conn.execute(_Q.judge_everyone, given).rowcount
    with psycopg.connect(stage.superuser_url.replace("/postgres?", "/sourcingx?"), autocommit=True) as conn:
        conn.execute(_Q.vacuum_verdicts)
    fields = [one.field for one in grid_criteria.columns(stage.rt, stage.actor, search_id)]
    kept: dict[str, Any] = {"filterType": "set", "values": ["pass", "unknown"]}
    views = {
        "eight filters": View.of(search_id, status="all", filters=dict.fromkeys(fields, kept)),
        "eight filters and a sort by one": View.of(
            search_id, status="all", filters=dict.fromkeys(fields, kept), sort=[{"colId": fields[0], "sort": "desc"}]
        ),
        "one filter": View.of(search_id, status="all", filters={fields[0]: kept}),
    }
    took: dict[str, list[float]] = {name: [] for name in views}
    pages: dict[str, list[float]] = {name: [] for name in views}
    found = {}
    for _ in range(ROUNDS):
        for name, view in views.items():
            stage.rt.redis.flushdb()
            pages[name].append(timed(partial(result_sets.fetch_page, stage.rt, stage.actor, view, None, 0, 100)))
            stage.rt.redis.flushdb()
            took[name].append(timed(partial(result_sets.count, stage.rt, stage.actor, view, None)))
            found[name] = result_sets.count(stage.rt, stage.actor, view, None).row_count
    worst = max(statistics.median(took[name]) for name in views)
    yield Figure(
        "P1-criteria",
        f"{CRITERIA} criteria as filters at once: list ready, worst view's median of {ROUNDS} <= 1500 ms",
        worst,
        "ms",
        None if stage.quick else worst <= 1500,
        arms={name: summary(values) for name, values in took.items()}
        | {f"first page: {name}": summary(values) for name, values in pages.items()},
        n=ROUNDS,
        noisy=is_noisy(took["eight filters"]),
        cause="eight sets of 75,000 people are read and hashed one after the other: about eight times one filter",
        note=f"{verdicts:,} verdicts; " + ", ".join(f"{name}: {n:,} people" for name, n in found.items()),
    )
