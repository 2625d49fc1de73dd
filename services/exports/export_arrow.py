"""Lines of CSV as Arrow batches: what spreadsheets and Parquet are written from. Job worker only.

The lines are Postgres's own (services/exports/export_query.py), so they are read back by what they mean:
nothing between two commas is NULL, "" is an empty text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from services.exports.export_query import UNIT
from services.exports.export_variants import Column
from services.exports.spreadsheet_text import keep

_TYPES = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "date": pa.date32(),
    "moment": pa.timestamp("s", tz="UTC"),
}
# A spreadsheet keeps figures; its dates begin in 1900, so days stay texts.
_FIGURES = ("number", "integer")
_PARSE = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)


def schema_of(columns: Sequence[Column], *, figures_only: bool = False) -> pa.Schema:
    """figures_only: everything but numbers is text."""
    return pa.schema([(keep(column.name), _type(column, figures_only)) for column in columns])


def batches(
    blocks: Iterable[bytes], columns: Sequence[Column], *, figures_only: bool = False
) -> Iterator[pa.RecordBatch]:
    """One batch a block of whole lines."""
    schema = schema_of(columns, figures_only=figures_only)
    # Places instead of names: headers of files may be the same in Arrow's eyes.
    # A single column has a companion, so that no line is empty (csv_statement).
    names = [str(place) for place in range(max(2, len(columns)))]
    read_as = [pa.string() if pa.types.is_list(kind) else kind for kind in schema.types]
    options = csv.ConvertOptions(
        column_types=dict(zip(names, read_as, strict=False)),
        # A spreadsheet has one kind of nothing.
        null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=figures_only,
        true_values=["yes"], false_values=["no"],
    )  # fmt: skip
    for block in blocks:
        read = csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names)
        table = csv.read_csv(pa.BufferReader(block), read, _PARSE, options)
        arrays = [_array(table.column(place).combine_chunks(), kind) for place, kind in enumerate(schema.types)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if not pa.types.is_list(kind):
        return column
    # No text at all is an empty list, not a list of one empty text.
    parts = pc.split_pattern(column, UNIT)
    empty = pa.array([[]], kind)[0]
    return pc.if_else(pc.equal(column, ""), empty, parts)


def _type(column: Column, figures_only: bool) -> pa.DataType:
    if figures_only and column.kind not in _FIGURES:
        return pa.string()
    if column.kind == "list":
        return pa.list_(pa.string())
    return _TYPES.get(column.kind, pa.string())
