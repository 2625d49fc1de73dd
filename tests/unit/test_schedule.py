"""The order in which the files of tests are handed out: the longest first, and the browser's to one process."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests import schedule

ROOT = Path(__file__).parents[2]


def test_the_browser_begins_then_long_files_then_those_with_servers() -> None:
    names = [
        "tests/unit/test_urls.py::test_a", "tests/integration/test_lists.py::test_b", f"{schedule.LONG[2]}::test_c",
        f"{schedule.LONG[1]}::test_d", "tests/browser/test_phone.py::test_e",
    ]  # fmt: skip
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    assert [item.nodeid for item in sorted(items, key=schedule.place)] == [*names[4:1:-1], names[1], names[0]]


def test_files_are_handed_out_whole_and_the_browsers_together() -> None:
    handed = schedule.LongestFirst.__new__(schedule.LongestFirst)
    found = [handed._split_scope(name) for name in (
        "tests/browser/test_phone.py::test_a", "tests/browser/test_triage.py::test_b",
        "tests/integration/test_lists.py::test_c[x::y]",
    )]  # fmt: skip
    assert found == [schedule.BROWSER, schedule.BROWSER, "tests/integration/test_lists.py"]


def test_the_long_files_are_there() -> None:
    assert [name for name in schedule.LONG if not (ROOT / name).exists()] == []
