"""Parquet: read in a process of its own, batch by batch."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import BinaryIO

from services.imports.import_rows import storable
from services.readers import sandbox
from services.readers.base import Row, Shape, Unreadable, different
from services.readers.cells import taken
from services.readers.sandbox import PROBLEMS, Limits

# Larger than a workbook's: the library itself takes a quarter of it.
_QUICK = Limits(memory_mb=2048, cpu_s=20, silence_s=20)
_THOROUGH = Limits(memory_mb=2048)


def examine(file: BinaryIO) -> Shape:
    """The names of the fields. Raises Unreadable."""
    with closing(sandbox.frames(file, {"format": "parquet", "what": "look"}, _QUICK)) as frames:
        found = next(frames, {}).get("look")
    if not isinstance(found, dict) or not found.get("columns"):
        raise Unreadable(PROBLEMS["damaged"])
    return Shape("parquet", "", different(str(name) for name in found["columns"]))


def rows(file: BinaryIO, shape: Shape, after: int, first: int | None) -> Generator[Row, None, None]:
    """The rows with a number above `after`; first: how many, for a person who waits. Raises Unreadable, also late."""
    request = {"format": "parquet", "what": "rows", "after": after, "first": first}
    with closing(sandbox.frames(file, request, _THOROUGH if first is None else _QUICK)) as frames:
        for frame in frames:
            for number, values in frame.get("rows") or []:
                if any(value not in (None, "", [], {}) for value in values):
                    size = sum(len(value) if isinstance(value, str) else 8 for value in values)
                    plain = [taken(value) if isinstance(value, str) else value for value in values]
                    yield Row(number, storable(dict(zip(shape.columns, plain, strict=True))), size)
