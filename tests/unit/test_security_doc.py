"""docs/security.md: every line has a test that there is, or a reason; and it has all the chapters that apply."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([\d., –]+) \| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_tests_that_are_named_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 80
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(path)] == []


def test_what_looks_like_a_test_is_written_so_that_it_is_checked() -> None:
    assert re.findall(r"tests/[^`\s]*", re.sub(r"`tests/[\w/]+\.py::\w+`", "", TEXT)) == []


def test_every_line_has_a_test_or_a_reason() -> None:
    assert len(ROWS) > 100
    assert [number for number, what, shown in ROWS if len(what) < 10 or len(shown) < 5] == []


def test_all_chapters_that_apply_are_there_once() -> None:
    chapters = {number.split(".")[0] for given, _, _ in ROWS for number in re.findall(r"\d+\.\d+\.\d+", given)}
    assert chapters == {str(number) for number in range(1, 17)}


def test_the_files_it_links_to_exist() -> None:
    assert [name for name in re.findall(r"\]\(([\w./]+)\)", TEXT) if not (ROOT / "docs" / name).exists()] == []
