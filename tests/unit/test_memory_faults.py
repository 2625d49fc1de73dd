"""The memory faults of the program before this one: each is in docs/memory.md with proof that is there, and the
rules that no other test asks for."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAULTS = [f"2.{number}" for number in range(1, 15)]
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = [line.strip("|").split("|") for line in (ROOT / "docs/memory.md").read_text("utf-8").splitlines()
        if line.startswith("| 2.")]  # fmt: skip


def test_every_fault_has_its_line() -> None:
    assert [row[0].strip() for row in ROWS] == FAULTS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip())
def test_what_proves_it_is_there(row: list[str]) -> None:
    named = PROOF.findall(row[3])
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []


@cache
def functions(path: str) -> set[str]:
    return {node.name for node in ast.walk(tree(ROOT / path)) if isinstance(node, ast.FunctionDef)}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def services() -> list[Path]:
    return sorted((ROOT / "services").rglob("*.py"))


def name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_every_pool_of_threads_has_a_size() -> None:
    pools = [(path, call) for path in services() for call in calls(path) if name(call) == "ThreadPoolExecutor"]
    assert pools
    unbounded = [f"{path.name}:{call.lineno}" for path, call in pools
                 if not call.args and "max_workers" not in {k.arg for k in call.keywords}]  # fmt: skip
    assert unbounded == []


def test_no_frame_is_copied_or_gone_through_row_by_row() -> None:
    wrong = []
    for path in services():
        uses_pandas = "pandas" in {a.name for n in ast.walk(tree(path)) if isinstance(n, ast.Import) for a in n.names}
        for call in calls(path):
            by_row = name(call) in {"iterrows", "itertuples"} or (
                name(call) == "apply" and "axis" in {k.arg for k in call.keywords}
            )
            if by_row or (uses_pandas and name(call) == "copy"):
                wrong.append(f"{path.name}:{call.lineno}")
    assert wrong == []


@pytest.mark.parametrize("path", ["requirements.txt", "requirements-dev.txt", "benchmarks/peers/requirements.txt"])
def test_every_requirement_is_one_version(path: str) -> None:
    lines = [
        line for line in (ROOT / path).read_text("utf-8").splitlines() if line and not line.startswith(("#", "-r"))
    ]
    assert [line for line in lines if not re.match(r"[A-Za-z0-9_.\[\]-]+==\d[\w.]*(\s*;.*)?$", line)] == []
