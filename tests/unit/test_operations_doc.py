"""docs/operations.md: the faults that it names are tried by tests, and its figures are those of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from services.config import Settings
from services.operations import metrics, metrics_page
from services.servers import connections

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def with_marker(path: Path) -> set[str]:
    """The tests of a file that carry the marker `faults`, as "path::name"."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    whole = any(isinstance(n, ast.Assign) and "pytestmark" in ast.dump(n) and "'faults'" in ast.dump(n.value)
                for n in tree.body)  # fmt: skip
    return {
        f"{path.relative_to(ROOT)}::{n.name}" for n in tree.body
        if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")
        and (whole or any("'faults'" in ast.dump(d) for d in n.decorator_list))
    }  # fmt: skip


def test_every_fault_that_is_named_is_tried_and_the_other_way_round() -> None:
    marked = {name for path in (ROOT / "tests").rglob("test_*.py") for name in with_marker(path)}
    named = {f"{path}::{name}" for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)}
    assert len(named) > 20
    assert (named - marked, marked - named) == (set(), set())


def test_the_table_of_sizes_adds_up() -> None:
    """By the formulas that stand below it, and by what a start adds up."""
    rows = re.findall(r"^\| to .*? \| (\d+) × (\d+) \| (\d+) \| ([\d,]+) MB \|", TEXT, re.MULTILINE)
    assert len(rows) == 4
    for workers, threads, wanted, memory in rows:
        settings = Settings.from_env({"WEB_WORKERS": workers, "WEB_THREADS": threads})
        assert connections.demand(settings).total == int(wanted)
        assert int(workers) * 300 + 200 == int(memory.replace(",", ""))
    most = max(int(row[2]) for row in rows) + connections.FOR_OTHERS
    assert f"needs a Postgres with `max_connections` of {most + 3}" in TEXT


def test_every_figure_is_in_the_table_and_is_one_that_there_is() -> None:
    table = "\n".join(line for line in TEXT.splitlines() if line.startswith("| `sourcingx_"))
    told = set(re.findall(r"`(sourcingx_\w+)`", table)) | {
        "sourcingx_process" + e for e in re.findall(r"`(_\w+)`", table)
    }
    counted = {m.name for m in vars(metrics).values() if isinstance(m, metrics.Count | metrics.Time)}
    now = set(re.findall(r'"(sourcingx_\w+)"', Path(metrics_page.__file__).read_text(encoding="utf-8")))
    assert told == counted | now
    assert set(re.findall(r"`(sourcingx_\w+)", TEXT)) <= told
