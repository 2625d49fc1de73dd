"""An export as Parquet (zstd). Job worker only. Memory: one row group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from services.exports import export_arrow
from services.exports.export_variants import Column

# Bytes of Arrow memory a row group: what a writer holds at a time.
GROUP_BYTES = 4 << 20


def write(path: Path, columns: Sequence[Column], blocks: Iterable[bytes]) -> None:
    """All lines into a file at path."""
    schema = export_arrow.schema_of(columns)
    held: list[pa.RecordBatch] = []
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in export_arrow.batches(blocks, columns):
            held.append(batch)
            if sum(one.nbytes for one in held) >= GROUP_BYTES:
                writer.write_table(pa.Table.from_batches(held))
                held = []
        if held:
            writer.write_table(pa.Table.from_batches(held))
