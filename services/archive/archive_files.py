"""Parquet files of archives: written and read as a stream of row groups, zstd, every page with a checksum.

Only the job worker imports this: pyarrow has no place in a web process.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.errors import ProductError
from services.storage import Storage

# What is held of a table at a time, give or take one row: a group is written, and read, as a whole.
GROUP_BYTES = 2 << 20
GROUP_ROWS = 2_000
READ_ROWS = 1_000
CHUNK = 1 << 20
# What a value travels as → its type in the file.
TYPES = {
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "text": pa.string(),
}
# zstd: a warm archive is to be quick, a cold one small.
LEVELS = {"warm": 3, "cold": 12}

Row = Mapping[str, Any]


class Damaged(ProductError):
    """A file of an archive is not what was written."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"The archive's file of {table} is damaged or missing; nothing was changed. Restore it from a backup."
        )


@dataclass(frozen=True)
class Written:
    """A file as it was written: rows in it, bytes and SHA-256 of all of it."""

    table: str
    key: str
    rows: int
    bytes: int
    sha256: str

    def state(self) -> dict[str, Any]:
        return asdict(self)


def write(storage: Storage, key: str, table: str, kinds: Mapping[str, str], rows: Iterable[Row], tier: str) -> Written:
    """Write rows as they come; whole or not at all. kinds: column → one of TYPES. Raises Unavailable."""
    schema = pa.schema([(name, TYPES[kind]) for name, kind in kinds.items()])
    digest, written = hashlib.sha256(), 0

    def chunks() -> Iterator[bytes]:
        nonlocal written
        sink = _Sink()
        with pq.ParquetWriter(
            sink, schema, compression="zstd", compression_level=LEVELS[tier], write_page_checksum=True
        ) as writer:
            for group in _grouped(rows):
                writer.write_table(pa.Table.from_pylist(group, schema=schema), row_group_size=len(group))
                written += len(group)
                yield _counted(sink.take())
        yield _counted(sink.take())

    def _counted(chunk: bytes) -> bytes:
        digest.update(chunk)
        return chunk

    size = storage.save_stream(key, chunks(), sys.maxsize)
    return Written(table, key, written, size, digest.hexdigest())


def verify(storage: Storage, file: Written) -> Iterator[int]:
    """Read a file again, every byte and every page of it; yields the number of rows after each group.

    Raises Damaged where it is not what was written.
    """
    digest, size = hashlib.sha256(), 0
    with _opened(storage, file) as raw:
        while chunk := raw.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    if (size, digest.hexdigest()) != (file.bytes, file.sha256):
        raise Damaged(file.table)
    rows = 0
    for _, batch in read(storage, file):
        rows += len(next(iter(batch.values())))
        yield rows
    if rows != file.rows:
        raise Damaged(file.table)


def read(storage: Storage, file: Written, after: int = 0) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """Batches of at most 1,000 rows behind the first `after`: (rows up to and with it, column → values).

    Raises Damaged.
    """
    with _opened(storage, file) as raw:
        try:
            parquet = pq.ParquetFile(raw, pre_buffer=False, page_checksum_verification=True)
            position = 0
            for group in range(parquet.num_row_groups):
                rows = parquet.metadata.row_group(group).num_rows
                if position + rows > after:
                    skipped = max(after - position, 0)
                    table = parquet.read_row_group(group, use_threads=False).slice(skipped)
                    for first in range(0, table.num_rows, READ_ROWS):
                        part = table.slice(first, READ_ROWS)
                        yield position + skipped + first + part.num_rows, part.to_pydict()
                position += rows
        except (pa.ArrowException, OSError, EOFError) as error:
            raise Damaged(file.table) from error


def without(storage: Storage, key: str, file: Written, tier: str, column: str, gone: set[int]) -> Written:
    """The same file under another key, without the rows in which a column holds one of some ids. Raises Damaged."""
    with _opened(storage, file) as raw:
        try:
            schema = pq.ParquetFile(raw).schema_arrow
        except (pa.ArrowException, OSError, EOFError) as error:
            raise Damaged(file.table) from error
    kinds = {name: next(kind for kind, own in TYPES.items() if own == schema.field(name).type) for name in schema.names}

    def rows() -> Iterator[Row]:
        for _, batch in read(storage, file):
            names = list(batch)
            for values in zip(*batch.values(), strict=True):
                row = dict(zip(names, values, strict=True))
                if row[column] not in gone:
                    yield row

    return write(storage, key, file.table, kinds, rows(), tier)


def _opened(storage: Storage, file: Written) -> Any:
    try:
        return storage.open_read(file.key)
    except ProductError as error:
        raise Damaged(file.table) from error


def _grouped(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in groups of GROUP_BYTES or GROUP_ROWS, whichever is reached first: many small groups would be
    mostly headings."""
    group: list[Row] = []
    size = 0
    for row in rows:
        group.append(row)
        size += sum(map(sys.getsizeof, row.values()))
        if size >= GROUP_BYTES or len(group) >= GROUP_ROWS:
            yield group
            group, size = [], 0
    if group:
        yield group


class _Sink(io.RawIOBase):
    """Holds what was written until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken
