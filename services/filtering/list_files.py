"""Lists from uploaded files: CSV, Excel, Parquet or JSON, by the same readers and limits as imports.

An entry keeps the number of its row as a spreadsheet shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import BinaryIO

from services.access.identity import Actor
from services.errors import BadInput, Forbidden
from services.filtering import list_rows, lists
from services.filtering.list_rows import Cells
from services.imports import import_readers, uploads
from services.imports.import_readers import Options, Unreadable
from services.runtime import Runtime

# How often whoever waits is told how many rows were read.
TELL_EVERY = 1_000


def fill(
    rt: Runtime,
    actor: Actor,
    list_id: int,
    upload_id: str,
    add_only: bool = False,
    read: Callable[[int, bool], None] | None = None,
) -> lists.Filled:
    """Make an upload's rows the list's entries, or add them; the upload is gone when that is done.

    read(n, whole) is told how many rows were read, and whether those are all: the last moment at which nothing has
    changed yet. What it raises ends it. Raises NotFound, Forbidden, BadInput
    (Unreadable for a file that cannot be read): the list is as it was.
    """
    about = lists.get(rt, actor, list_id)
    if not about.editable:
        raise Forbidden(lists.READ_ONLY)
    with uploads.opened_upload(rt, actor, upload_id) as (_, file):
        entries = list_rows.from_numbered(_told(rows_of(file), read), about.holds)
    if read is not None:
        read(len(entries), True)
    filled = lists.add(rt, actor, list_id, entries) if add_only else lists.replace(rt, actor, list_id, entries, "file")
    uploads.discard(rt, actor, upload_id)
    return filled


def rows_of(file: BinaryIO) -> Generator[tuple[int, Cells]]:
    """(number, cells) of a file, from its very first row on; of JSON and Parquet the names of fields come first, as
    row 0. Raises Unreadable, BadInput for too many rows."""
    # Whether the first row names columns is for list_rows to say: most lists are one column without a name.
    shape = import_readers.examine(file, Options(header_row=0))
    if shape.kind in ("json", "parquet"):
        yield 0, shape.columns
    with closing(import_readers.rows(file, shape)) as reading:
        for place, row in enumerate(reading, 1):
            if place > list_rows.MAX_ENTRIES:
                raise BadInput(f"A list holds at most {list_rows.MAX_ENTRIES:,} entries; the file has more rows.")
            if row.problem:
                raise Unreadable(f"Row {row.number} of the file cannot be read: {row.problem}")
            yield row.number, [row.values.get(name) for name in shape.columns]


def _told(rows: Generator[tuple[int, Cells]], read: Callable[[int, bool], None] | None) -> Iterator[tuple[int, Cells]]:
    with closing(rows) as reading:
        for place, row in enumerate(reading, 1):
            yield row
            if read is not None and place % TELL_EVERY == 0:
                read(place, False)
