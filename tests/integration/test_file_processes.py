"""Processes that read workbooks and Parquet: bounded, ended with their reader, and not believed."""

from __future__ import annotations

import io
import json
import signal
import sys
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from services.errors import Unavailable
from services.imports import import_readers
from services.readers import sandbox
from services.readers.base import Unreadable
from services.readers.sandbox import PROBLEMS, Limits, frames
from tests.corpus.workbooks import ANA, HEADER, book, cell, sheet, written


def children() -> set[psutil.Process]:
    return set(psutil.Process().children())


def test_the_process_ends_when_nobody_reads_on() -> None:
    rows = "".join(f'<row r="{n}">{cell(f"A{n}", "x" * 300)}</row>' for n in range(2, 30_000))
    file = io.BytesIO(book({"xl/worksheets/sheet1.xml": sheet(HEADER + rows)}))
    shape = import_readers.examine(file)
    before = children()
    with closing(import_readers.rows(file, shape)) as reading:
        next(reading)
        (child,) = children() - before
    assert child not in children()


def test_it_starts_where_an_import_was_cut_short() -> None:
    file = io.BytesIO(written(("People", [["Name"], *([f"Person {n}"] for n in range(2, 900))]))())
    shape = import_readers.examine(file)
    with closing(import_readers.rows(file, shape, after=700)) as reading:
        found = [(row.number, row.values["Name"]) for row in reading]
    assert found == [(n, f"Person {n}") for n in range(701, 900)]


def test_it_gets_no_more_memory_than_allowed() -> None:
    text = "".join(chr(65 + n * n % 23) for n in range(40_000)) * 500
    file = io.BytesIO(book({"xl/worksheets/sheet1.xml": sheet(HEADER + ANA.replace("Acme", text))}))
    request = {"format": "xlsx", "what": "rows", "sheet": "People", "after": 1, "first": None, "width": 2}
    with pytest.raises(Unreadable) as told:
        list(frames(file, request, Limits(memory_mb=100)))
    assert told.value.message in (PROBLEMS["memory"], PROBLEMS["bomb"])


def test_it_gets_no_more_time_than_allowed() -> None:
    far = f'<row r="1048000">{cell("A1048000", "x")}</row>'
    file = io.BytesIO(book({"xl/worksheets/sheet1.xml": sheet(HEADER + far)}))
    request = {"format": "xlsx", "what": "rows", "sheet": "People", "after": 1, "first": None, "width": 490}
    for limits in (Limits(silence_s=0.3), Limits(cpu_s=1)):
        with pytest.raises(Unreadable) as told:
            list(frames(file, request, limits))
        assert told.value.message == PROBLEMS["time"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("not json\n", "damaged"),
        ("[1]\n", "damaged"),
        ('{"problem": "<script>"}\n', "damaged"),
        ('{"rows": []}\n', "damaged"),
        ("", "damaged"),
    ],
)
def test_what_it_says_is_not_believed(monkeypatch: pytest.MonkeyPatch, answer: str, problem: str) -> None:
    monkeypatch.setattr(sandbox, "command", lambda request: [sys.executable, "-c", f"print({answer!r}, end='')"])
    with pytest.raises(Unreadable) as told:
        list(frames(io.BytesIO(b"x"), {}, Limits()))
    assert told.value.message == PROBLEMS[problem]


def test_a_frame_without_an_end_is_not_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys\nwhile True: sys.stdout.write('x' * 1000000)"
    monkeypatch.setattr(sandbox, "command", lambda request: [sys.executable, "-c", script])
    with pytest.raises(Unreadable) as told:
        list(frames(io.BytesIO(b"x"), {}, Limits()))
    assert told.value.message == PROBLEMS["long"]


def test_it_sees_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    script = "import json, os; print(json.dumps({'rows': dict(os.environ)})); print('{\"end\": true}')"
    monkeypatch.setattr(sandbox, "command", lambda request: [sys.executable, "-c", script])
    assert "canary" not in json.dumps(list(frames(io.BytesIO(b"x"), {}, Limits())))


def test_a_killed_process_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"
    monkeypatch.setattr(sandbox, "command", lambda request: [sys.executable, "-c", script])
    with pytest.raises(Unreadable) as told:
        list(frames(io.BytesIO(b"x"), {}, Limits()))
    assert told.value.message == PROBLEMS["memory"]


def test_a_web_worker_reads_no_more_than_two_files_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "print('{\"rows\": []}', flush=True); input()"
    monkeypatch.setattr(sandbox, "command", lambda request: [sys.executable, "-c", script])
    file, patient = io.BytesIO(b"x"), Limits(silence_s=60)
    with closing(frames(file, {}, patient)) as first, closing(frames(file, {}, patient)) as second:
        next(first), next(second)
        with pytest.raises(Unavailable, match="Try again"):
            next(frames(file, {}, Limits(silence_s=0.2)))
    with closing(frames(file, {}, patient)) as third:
        assert next(third) == {"rows": []}
