"""Parquet in the child process: columns, and rows as values that JSON knows, batch by batch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from services.readers.child import Problem

MAX_COLUMNS = 500
_BATCH = 200
# Pages are read as they are needed, not whole column chunks.
_BUFFER = 64 * 1024
_DEEPEST = 20


def look(file: BinaryIO, request: dict[str, Any]) -> dict[str, Any]:
    """{"columns": names of the fields, as they are}."""
    opened = _opened(file)
    if len(opened.schema_arrow) > MAX_COLUMNS:
        raise Problem("wide")
    return {"columns": [str(name) for name in opened.schema_arrow.names]}


def rows(file: BinaryIO, request: dict[str, Any]) -> Iterator[tuple[int, list[Any], int]]:
    """Rows with a number above `after` (the first is 1), at most `first` of them (None: all)."""
    yield from islice(_rows(_opened(file), int(request["after"])), request["first"])


def _rows(file: pq.ParquetFile, after: int) -> Iterator[tuple[int, list[Any], int]]:
    groups: list[int] = []
    number = 0
    for group in range(file.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        if groups or number + count > after:
            groups.append(group)
        else:
            number += count
    try:
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=groups, use_threads=False):
            columns = [column.to_pylist() for column in batch.columns]
            for values in zip(*columns, strict=True):
                number += 1
                if number > after:
                    plain = [as_plain(value) for value in values]
                    yield number, plain, sum(size_of(value) for value in plain)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise Problem("damaged") from error


def _opened(file: BinaryIO) -> pq.ParquetFile:
    file.seek(-4, 2)
    if file.read(4) == b"PARE":
        raise Problem("password")
    file.seek(0)
    try:
        return pq.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False, memory_map=False)
    except pa.ArrowMemoryError as error:
        raise Problem("memory") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Problem("password" if "ncrypt" in str(error) else "damaged") from error


def as_plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON: dates as ISO, decimals and large whole numbers as text, bytes as text where they are."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 53 else str(value)
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() and not value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\ufffd", "")
    if isinstance(value, timedelta):
        return str(value)
    if depth >= _DEEPEST:
        return None
    if isinstance(value, dict):
        return {str(name): as_plain(part, depth + 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(part, depth + 1) for part in value]
    return str(value)


def size_of(value: Any) -> int:
    """Characters, about."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(name) + size_of(part) for name, part in value.items())
    if isinstance(value, list):
        return sum(map(size_of, value))
    return 8
