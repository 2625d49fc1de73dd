"""An export as a workbook (XLSX). Job worker only. Memory: one batch of rows, whatever the number of rows.

Cells are texts and numbers, never formulas or links, and texts carry Excel's own mark (quotePrefix)
that keeps them texts when someone edits them. A text longer than a cell goes on in further columns.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import rustpy_xlsxwriter

from services.errors import BadInput
from services.exports import export_arrow
from services.exports.export_formats import MOST_SHEET_ROWS
from services.exports.export_variants import Column
from services.exports.spreadsheet_text import keep

# Excel's limit of a cell and of a name that people can read; signs as UTF-16 counts them.
MOST_CELL = 32_767
MOST_HEADER = 200
COLUMN_WIDTH = 20.0
_FREE = ("text", "list", "raw", "raw_rest")
CONTINUED = "{name} (continued {part})"
TOO_MANY = (
    f"A sheet of a workbook holds {MOST_SHEET_ROWS:,} rows, and this export has more. "
    "Choose CSV or Parquet, or narrow the view."
)


@dataclass
class Page:
    """One sheet: its blocks of lines are asked for again when it must be written anew.

    parts: how many columns each column's longest text takes, known once it was seen.
    """

    label: str
    columns: Sequence[Column]
    blocks: Callable[[], Iterator[bytes]]
    parts: list[int] = field(default_factory=list)


class _Longer(Exception):
    """Some texts need more columns than the headers that are written already."""


def write(path: Path, pages: Sequence[Page]) -> int:
    """All sheets into a file at path; returns how many columns go on in further ones. Raises BadInput, OSError."""
    for page in pages:
        page.parts = [1] * len(page.columns)
    # Once more for each sheet with long texts, which is rare; data that change meanwhile may cost another try.
    while not _write_once(path, pages):
        pass
    return sum(part > 1 for page in pages for part in page.parts)


def _write_once(path: Path, pages: Sequence[Page]) -> bool:
    feeds = [_Feed(page) for page in pages]
    text = rustpy_xlsxwriter.Format().set_quote_prefix()
    formats: dict[str, Any] = {feed.page.label: dict.fromkeys(feed.text_names, text) for feed in feeds}
    try:
        rustpy_xlsxwriter.write_worksheets(
            [(feed.page.label, feed.reader()) for feed in feeds], path, column_formats=formats, bold_headers=True,
            column_width={"general": COLUMN_WIDTH}, freeze_panes={"general": {"row": 1, "col": 0}},
            autofilter={feed.page.label: True for feed in feeds},
        )  # fmt: skip
    except RuntimeError as error:
        # What went wrong in our own rows passes through the writer as a text.
        found = next((feed.error for feed in feeds if feed.error is not None), None)
        if isinstance(found, _Longer):
            return False
        if found is not None:
            raise found from None
        raise _cause(error) from error
    finally:
        for feed in feeds:
            feed.rows.close()
    return True


class _Feed:
    """The rows of a sheet on their way into the writer; `error` is what stopped them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.error: BaseException | None = None
        plain = export_arrow.schema_of(page.columns, figures_only=True)
        names = _headers(page)
        self._parts = list(page.parts)
        kinds = [kind for kind, parts in zip(plain.types, self._parts, strict=True) for _ in range(parts)]
        self._schema = pa.schema(list(zip(names, kinds, strict=True)))
        # Closed by whoever is done with it: a reader that was left in the middle holds a connection.
        self.rows = self._watched()
        # What people and files wrote; the mark costs time in every cell.
        free = [c.kind in _FREE for c, parts in zip(page.columns, self._parts, strict=True) for _ in range(parts)]
        self.text_names = [name for name, marked in zip(names, free, strict=True) if marked]

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self._schema, self.rows)

    def _watched(self) -> Generator[pa.RecordBatch, None, None]:
        try:
            yield from self._batches()
        except BaseException as error:
            self.error = error
            raise

    def _batches(self) -> Iterator[pa.RecordBatch]:
        rows, longer = 0, False
        for batch in export_arrow.batches(self.page.blocks(), self.page.columns, figures_only=True):
            rows += batch.num_rows
            if rows > MOST_SHEET_ROWS:
                raise BadInput(TOO_MANY)
            needed = [_parts(column) for column in batch.columns]
            self.page.parts = [max(pair) for pair in zip(self.page.parts, needed, strict=True)]
            # From the first text that is too long on, the rest is only measured.
            longer = longer or self.page.parts != self._parts
            if not longer:
                pairs = zip(batch.columns, self._parts, strict=True)
                pieces = [piece for column, parts in pairs for piece in _cut(column, parts)]
                yield pa.RecordBatch.from_arrays(pieces, schema=self._schema)
        if longer:
            raise _Longer


def _parts(column: pa.Array) -> int:
    """How many cells the longest text of a column takes."""
    if not pa.types.is_string(column.type) or (pc.max(pc.binary_length(column)).as_py() or 0) <= MOST_CELL:
        return 1
    return max(len(_pieces(text)) for text in column.to_pylist())


def _cut(column: pa.Array, parts: int) -> list[pa.Array]:
    if parts == 1:
        return [column]
    rows = [_pieces(text) for text in column.to_pylist()]
    return [pa.array([row[n] if n < len(row) else None for row in rows], pa.string()) for n in range(parts)]


def _pieces(text: str | None) -> list[str | None]:
    """A text in pieces of at most MOST_CELL UTF-16 units, never in the middle of a sign."""
    if text is None:
        return [None]
    pieces: list[str | None] = []
    start = units = 0
    for place, sign in enumerate(text):
        width = 2 if sign > "\uffff" else 1
        if units + width > MOST_CELL:
            pieces.append(text[start:place])
            start, units = place, 0
        units += width
    return [*pieces, text[start:]]


def _headers(page: Page) -> list[str]:
    """Names of the columns of a sheet, all different and short enough for a cell."""
    result: list[str] = []
    taken: set[str] = set()
    for column, parts in zip(page.columns, page.parts, strict=True):
        for part in range(1, parts + 1):
            short = keep(column.name[:MOST_HEADER])
            base = name = CONTINUED.format(name=short, part=part) if part > 1 else short
            again = 1
            while name in taken:
                again += 1
                name = f"{base} ({again})"
            taken.add(name)
            result.append(name)
    return result


def _cause(error: RuntimeError) -> Exception:
    # The writer gives its own errors as texts; the number of the system's is in them.
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        if f"os error {number}" in str(error):
            return OSError(number, "no room")
    return error
