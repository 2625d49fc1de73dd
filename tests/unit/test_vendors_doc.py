"""docs/vendors.md: every failure that it names has a test that there is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "vendors.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!what happens|---)(.+?) \| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_tests_that_are_named_exist() -> None:
    assert [f"{path}::{name}" for path, name in NAMED if name not in functions_of(path)] == []


def test_every_line_says_what_is_made_of_it_and_names_a_test() -> None:
    assert len(ROWS) > 45
    assert [
        what for what, made, shown in ROWS if len(made) < 5 or not re.search(r"`tests/[\w/]+\.py::\w+`", shown)
    ] == []


def test_each_vendor_has_its_lines() -> None:
    chapters = re.findall(r"^## (\w+)", TEXT, re.MULTILINE)
    assert chapters == ["Every", "PhantomBuster", "Crustdata", "SalesQL", "Google", "OpenAI"]
