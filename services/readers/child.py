"""The process that reads one file with native code: `python -m services.readers REQUEST`, file on stdin.

REQUEST is JSON: {"format": "xlsx" | "parquet", "what": "look" | "rows", "limits": {…}, …}. The answer is
one frame a line: {"look": {…}} once, or {"rows": [[number, [value, …]], …]} again and again, then
{"end": true}; or {"problem": CODE}, see sandbox.PROBLEMS. Nothing else of the product is loaded here.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

FRAME_ROWS = 500
FRAME_SIZE = 256 * 1024
MAX_ROW = 4_000_000
# Module of each format: look(file, request) → dict, rows(file, request) → (number, values, size).
FORMATS = {"xlsx": "services.readers.child_xlsx", "parquet": "services.readers.child_parquet"}


class Problem(Exception):
    """What is wrong with the file, as a code of sandbox.PROBLEMS."""


def main(argv: list[str]) -> int:
    request = json.loads(argv[1])
    _bound(request["limits"])
    try:
        # Only now: the libraries are loaded within the bounds, too.
        reader = importlib.import_module(FORMATS[request["format"]])
        with os.fdopen(0, "rb", closefd=False) as file:
            for frame in _frames(reader, file, request):
                _write(frame)
        _write({"end": True})
    except Problem as problem:
        _write({"problem": str(problem)})
    except MemoryError:
        _write({"problem": "memory"})
    except BrokenPipeError:
        return 1
    return 0


def _frames(reader: Any, file: BinaryIO, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if request["what"] == "look":
        yield {"look": reader.look(file, request)}
        return
    yield from batches(reader.rows(file, request))


def batches(rows: Iterable[tuple[int, list[Any], int]]) -> Iterator[dict[str, Any]]:
    """Rows in frames that are worth a write."""
    batch: list[tuple[int, list[Any]]] = []
    held = 0
    for number, values, size in rows:
        if size > MAX_ROW:
            raise Problem("long")
        batch.append((number, values))
        held += size
        if len(batch) >= FRAME_ROWS or held >= FRAME_SIZE:
            yield {"rows": batch}
            batch, held = [], 0
    if batch:
        yield {"rows": batch}


def _write(frame: dict[str, Any]) -> None:
    # Lone surrogates of a file are told as such: they are no UTF-8.
    data = json.dumps(frame, separators=(",", ":")).encode() + b"\n"
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def _bound(limits: dict[str, Any]) -> None:
    """Before a byte of the file is read."""
    memory = int(limits["memory_mb"]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (int(limits["cpu_s"]), int(limits["cpu_s"]) + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Writes to no file, starts no process.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        # Where memory runs out all the same, this process goes first.
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        pass
    os.nice(5)
