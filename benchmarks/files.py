"""P5, import: against COPY of the same rows into the same tables, and again with nothing new."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import psycopg

import sql
from benchmarks import import_files
from benchmarks.measure import Figure, is_noisy, summary, timed
from benchmarks.stage import Stage

_Q = sql.queries("benchmarks")
BUSY = (
    "an import uses two cores at once (reading ahead, sorting into the search indexes) and COPY one, so what else runs "
    "on a machine of two slows only the import; in time of a core its writer takes 300 us a row, COPY 195"
)
# Table → how its rows are read as another person's, who is in no table yet.
TABLES = ("profiles", "profile_urls", "profile_raw", "positions", "educations", "candidates")


def figures(stage: Stage) -> Iterator[Figure]:
    """Into live tables, with all their indexes on, in both arms. Neither arm's vacuum is in its time."""
    count, rounds = (5_000, 2) if stage.quick else (50_000, 5)
    # Others' people, so that indexes have their usual depth.
    assert stage.searches
    took: dict[str, list[float]] = {"import": [], "copy": [], "again": []}
    with psycopg.connect(stage.superuser_url.replace("/postgres?", "/sourcingx?"), autocommit=True) as conn:
        for seed in range(1000, 1000 + rounds):
            search_id = import_files.new_search(stage, f"Import {seed}")
            first = import_files.import_here(stage, search_id, import_files.upload(stage, count, seed))
            again = import_files.import_here(stage, search_id, import_files.upload(stage, count, seed))
            if first["counts"]["added"] != count or again["counts"]["unchanged"] != count:
                raise RuntimeError(f"not all rows were taken: {first['counts']}, {again['counts']}")
            took["import"].append(first["seconds"] * 1000)
            took["again"].append(again["seconds"] * 1000)
            took["copy"].append(_copy_same_rows(stage, conn, search_id))
    medians = {name: statistics.median(values) for name, values in took.items()}
    arms = {name: summary(values) for name, values in took.items()}
    noisy = is_noisy(took["copy"])
    ratio = medians["copy"] / medians["import"]
    yield Figure(
        "P5-import-ratio", "rows/s of an import / of COPY of the same rows into the same tables >= 0.5",
        count / medians["import"] * 1000, "rows/s", ratio >= 0.5, count / medians["copy"] * 1000, ratio, arms,
        rounds, noisy, cause=BUSY,
    )  # fmt: skip
    ratio = medians["import"] / medians["again"]
    yield Figure(
        "P5-reimport", "unchanged re-import >= 5x the first", count / medians["again"] * 1000, "rows/s", ratio >= 5,
        count / medians["import"] * 1000, ratio, arms, rounds, noisy,
    )  # fmt: skip


def _copy_same_rows(stage: Stage, conn: psycopg.Connection[Any], search_id: str) -> float:
    """Milliseconds to COPY what an import wrote once more, under other ids and keys, as psql's \\copy does."""
    other = import_files.new_search(stage, "Copied")
    given = {"search_id": search_id, "other": other}
    shift = conn.execute(_Q.shift_ids, given).fetchone()
    assert shift is not None
    data = {}
    for table in TABLES:
        with conn.cursor().copy(getattr(_Q, f"dump_{table}"), {**given, "shift": shift[0]}) as copy:
            data[table] = b"".join(bytes(part) for part in copy)

    def load() -> None:
        for table in TABLES:
            with conn.cursor().copy(getattr(_Q, f"load_{table}")) as copy:
                copy.write(data[table])

    took = timed(load)
    conn.execute(_Q.pass_shifted, {"shift": shift[0]})
    conn.execute(_Q.vacuum_all)
    return took
