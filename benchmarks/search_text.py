"""P3: the search box at a million people: substring by trigrams against a scan, first pages, lists."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg

import sql
from benchmarks.measure import Figure, is_noisy, p95, summary, timed
from benchmarks.stage import Stage
from services.grid import result_sets
from services.grid.grid_view import View

_Q = sql.queries("benchmarks")
SELECTIVE = 50
# What recruiters type, from rare to half of everyone; two-sign terms and ones with 100,000 hits among them.
QUERIES = (
    "python",
    "engineer",
    "senior engineer",
    '"machine learning"',
    "go",
    "c++",
    "hr",
    "ma",
    "li",
    "joh",
    "mar",
    "eng*",
    "ma*",
    "manager",
    "data -intern",
    "-engineer",
    "germany",
    "kowalski",
    "zzzqq",
    "software engineer berlin",
)


def figures(stage: Stage) -> Iterator[Figure]:
    search_id = stage.searches["large"]
    yield from _substring(stage, search_id)
    yield from _box(stage, search_id)


def _substring(stage: Stage, search_id: str) -> Iterator[Figure]:
    with psycopg.connect(stage.superuser_url.replace("/postgres?", "/sourcingx?"), autocommit=True) as conn:
        conn.execute(_Q.settings_of_the_app)
        rng = random.Random(3)
        step = max(1, stage.large // 4000)
        names = [row[0] for row in conn.execute(_Q.sample_names, {"search_id": search_id, "step": step})]

        def run(query: str, term: str) -> list[Any]:
            return conn.execute(query, {"search_id": search_id, "term": term}).fetchall()

        # Parts of one word, as they can be typed into the box: a blank would make two terms of it.
        words = {word for name in names for word in name.split() if word.isalpha() and len(word) >= 7}
        terms: list[str] = []
        for word in sorted(words):
            length = rng.randrange(5, 8)
            start = rng.randrange(0, len(word) - length + 1)
            term = word[start : start + length]
            if term not in terms and len(run(_Q.substring_by_index, term)) <= SELECTIVE:
                terms.append(term)
        rng.shuffle(terms)
        index: list[float] = []
        scan: list[float] = []
        for number, term in enumerate(terms):
            found: list[Any] = []
            index.append(timed(lambda t=term, f=found: f.extend(run(_Q.substring_by_index, t))))
            if number % max(1, len(terms) // 15) == 0:
                conn.execute(_Q.scan_only)
                expected: list[Any] = []
                scan.append(timed(lambda t=term, e=expected: e.extend(run(_Q.substring_by_scan, t))))
                conn.execute(_Q.scan_and_index)
                if expected != found:
                    raise RuntimeError("index and scan do not agree")
        ratio = statistics.median(scan) / statistics.median(index)
        arms = {"index": summary(index), "scan": summary(scan)}
        noisy = is_noisy(index)
        yield Figure(
            "P3-substring-p95",
            "p95 of selective terms <= 5 ms",
            p95(index),
            "ms",
            p95(index) <= 5,
            arms=arms,
            n=len(index),
            noisy=noisy,
        )
        yield Figure(
            "P3-substring-ratio",
            "sequential ILIKE in one process / index >= 500, same rows",
            statistics.median(index),
            "ms",
            None if stage.quick else ratio >= 500,
            statistics.median(scan),
            ratio,
            arms,
            len(scan),
            noisy,
        )


def _box(stage: Stage, search_id: str) -> Iterator[Figure]:
    pages: dict[str, float] = {}
    lists: dict[str, float] = {}
    for q in QUERIES:
        view = View.of(search_id, status="all", q=q)
        first, built = [], []
        for _ in range(3):
            stage.rt.redis.flushdb()
            first.append(timed(partial(result_sets.fetch_page, stage.rt, stage.actor, view, None, 0, 100)))
            built.append(timed(partial(result_sets.count, stage.rt, stage.actor, view, None)))
        pages[q], lists[q] = statistics.median(first), statistics.median(built)
    for code, took, limit in (("P3-first-page", pages, 60), ("P3-list", lists, 1000)):
        worst = max(took, key=lambda q: took[q])
        yield Figure(
            code,
            f"any query's median of 3 <= {limit} ms",
            took[worst],
            "ms",
            took[worst] <= limit,
            arms={code: summary(list(took.values()))},
            n=len(took),
            note=f"slowest: {worst}",
        )
