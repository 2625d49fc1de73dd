"""P1: a jump anywhere costs what the first page costs, at any size, and is never wrong."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg

import sql
from benchmarks.measure import Figure, interleaved, is_noisy, p95, summary, timed
from benchmarks.stage import Stage
from benchmarks.web import Session
from services.grid import result_sets
from services.grid.grid_columns import COLUMNS
from services.grid.grid_view import View

_Q = sql.queries("benchmarks")
# Why a goal is missed, where it is.
SORTED_BY_ONE = (
    "nothing has this order, so all rows of the search are read and their keys sorted by one process;"
    " an index more would tax every import (docs/decisions/0002)"
)
INDEXED = ("full_name", "last_name", "title", "company", "location", "score", "years_experience", "added_at")
UNINDEXED = ("stage", "fit", "current_tenure_months", "average_tenure_months", "industry", "note_count")
# Sorts whose lists find no room any more beside those of the others.
FURTHER = ("source", "has_email", "filter_status", "screened_at")


def figures(stage: Stage) -> Iterator[Figure]:
    searches = stage.searches
    yield from _over_http(stage, searches)
    yield from _against_offset(stage, searches["large"])
    yield from _first_touch(stage, searches["large"])


def _over_http(stage: Stage, searches: dict[str, str]) -> Iterator[Figure]:
    session, rng = stage.session(), random.Random(7)
    # Every sort, in one direction each: 14 lists of a million are what one search may keep.
    sorts = [[{"colId": name, "sort": ("asc", "desc")[n % 2]}] for n, name in enumerate((*INDEXED, *UNINDEXED))]
    for name in ("large", "small"):
        for sort in sorts:
            result_sets.count(stage.rt, stage.actor, View.of(searches[name], status="all", sort=sort), None)

    def page(name: str, size: int, jump: bool) -> Any:
        start = rng.randrange(0, size - 100) if jump else 0
        answer = session.rows(searches[name], start, sort=rng.choice(sorts), version=None)
        if not answer["meta"]["exact"] or len(answer["rowData"]) != 100:
            raise RuntimeError("a page was not served by its list")

    arms = {
        "jump": partial(page, "large", stage.large, True),
        "page_1": partial(page, "large", stage.large, False),
        "jump_small": partial(page, "small", stage.small, True),
        "page_1_small": partial(page, "small", stage.small, False),
    }
    for work in arms.values():
        for _ in range(20):
            work()
    took = interleaved(arms, 30 if stage.quick else 400)
    noisy = is_noisy(took["page_1"])
    ratio = p95(took["jump"]) / p95(took["page_1"])
    shown = {name: summary(values) for name, values in took.items()}
    yield Figure(
        "P1a",
        "p95 jump / p95 page 1 <= 1.5",
        p95(took["jump"]),
        "ms",
        ratio <= 1.5,
        p95(took["page_1"]),
        ratio,
        shown,
        len(took["jump"]),
        noisy,
    )
    medians = {name: statistics.median(values) for name, values in took.items()}
    ratio = medians["jump"] / medians["jump_small"]
    yield Figure(
        "P1b",
        f"median at {stage.large:,} / at {stage.small:,} <= 1.3",
        medians["jump"],
        "ms",
        ratio <= 1.3,
        medians["jump_small"],
        ratio,
        shown,
        len(took["jump"]),
        noisy,
    )
    wrong = _wrong_rows(session, stage, searches["large"], rng)
    yield Figure("P1-rows", "wrong, missing or repeated rows = 0", wrong, "rows", wrong == 0, n=20)


def _wrong_rows(session: Session, stage: Stage, search_id: str, rng: random.Random) -> int:
    """Rows of random pages that differ from a plain ORDER BY … OFFSET of Postgres, in random sorts."""
    wrong = 0
    with psycopg.connect(stage.superuser_url.replace("/postgres?", "/sourcingx?")) as conn:
        for _ in range(20):
            name, way = rng.choice((*INDEXED, *UNINDEXED)), rng.choice(("asc", "desc"))
            start = rng.randrange(0, stage.large - 100)
            shown = session.rows(search_id, start, sort=[{"colId": name, "sort": way}])["rowData"]
            query = getattr(_Q, f"reference_{_reference(name)}_{way}").replace(
                "{column}", COLUMNS[name].sort_column or ""
            )
            expected = [row[0] for row in conn.execute(query, {"search_id": search_id, "offset": start})]
            wrong += sum(int(row["id"]) != want for row, want in zip(shown, expected, strict=True))
    return wrong


def _reference(name: str) -> str:
    return COLUMNS[name].sort_as


def _against_offset(stage: Stage, search_id: str) -> Iterator[Figure]:
    """Database time of a jump to 70 %: by list, by OFFSET, by deferred-join OFFSET."""
    start = int(stage.large * 0.7)
    with psycopg.connect(stage.superuser_url.replace("/postgres?", "/sourcingx?"), autocommit=True) as conn:
        conn.execute(_Q.settings_of_the_app)
        for name, least in (("full_name", 150), ("current_tenure_months", 500)):
            column = COLUMNS[name].sort_column or ""
            view = View.of(search_id, status="all", sort=[{"colId": name, "sort": "asc"}])
            result_sets.count(stage.rt, stage.actor, view, None)
            ids = [
                int(row["id"])
                for row in result_sets.fetch_page(stage.rt, stage.actor, view, None, start, start + 100).rows
            ]
            params = {"search_id": search_id, "offset": start, "ids": ids}

            def run(query: str, params: dict[str, Any] = params) -> list[Any]:
                return conn.execute(query, params).fetchall()

            by_list = partial(run, sql.queries("grid").fetch_rows)
            offset = partial(run, _Q.page_by_offset.replace("{column}", column))
            deferred = partial(run, _Q.page_by_deferred_offset.replace("{column}", column))
            if not [r[0] for r in offset()] == [r[0] for r in deferred()] == [str(i) for i in ids]:
                raise RuntimeError("the arms do not agree")
            took = interleaved({"list": by_list, "offset": offset, "deferred": deferred}, 5 if stage.quick else 15)
            medians = {arm: statistics.median(values) for arm, values in took.items()}
            ratio = medians["offset"] / medians["list"]
            kind = "indexed" if COLUMNS[name].indexed else "unindexed"
            yield Figure(
                f"P1c-{kind}",
                f"OFFSET / list >= {least}",
                medians["list"],
                "ms",
                None if stage.quick else ratio >= least,
                medians["offset"],
                ratio,
                {arm: summary(values) for arm, values in took.items()},
                len(took["list"]),
                is_noisy(took["list"]),
                note=f"deferred OFFSET {medians['deferred']:.1f} ms",
            )


def _first_touch(stage: Stage, search_id: str) -> Iterator[Figure]:
    """A sort nobody has used: when its first page is there, and when its list is."""
    worst = {"indexed": 0.0, "unindexed": 0.0, "page": 0.0}
    every: dict[str, list[float]] = {"indexed": [], "unindexed": [], "page": []}
    for kind, names in (("indexed", INDEXED), ("unindexed", (*UNINDEXED, *FURTHER))):
        for name in names:
            for way in ("asc", "desc"):
                view = View.of(search_id, status="all", sort=[{"colId": name, "sort": way}])
                stage.rt.redis.flushdb()
                if kind == "indexed":
                    first = [
                        timed(lambda v=view: result_sets.fetch_page(stage.rt, stage.actor, v, None, 0, 100))
                        for _ in range(3)
                    ]
                    every["page"].append(statistics.median(first))
                built = []
                for _ in range(3):
                    stage.rt.redis.flushdb()
                    built.append(timed(lambda v=view: result_sets.count(stage.rt, stage.actor, v, None)))
                every[kind].append(statistics.median(built))
    worst = {name: max(values) for name, values in every.items()}
    arms = {name: summary(values) for name, values in every.items()}
    for code, name, limit, cause in (
        ("P1d-list-indexed", "indexed", 500, ""),
        ("P1d-list-other", "unindexed", 1500, SORTED_BY_ONE),
        ("P1d-first-page", "page", 20, ""),
    ):
        yield Figure(
            code,
            f"worst sort's median of 3 <= {limit} ms",
            worst[name],
            "ms",
            worst[name] <= limit,
            arms={name: arms[name]},
            n=len(every[name]),
            cause=cause,
        )
