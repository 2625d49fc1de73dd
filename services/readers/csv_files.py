"""CSV in any usual spelling: delimiter and header are found out, or as a person says."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from statistics import multimode
from typing import BinaryIO, TextIO

from services.imports.import_mapping import field_of
from services.readers import tables
from services.readers.base import MAX_LINE, MAX_RECORD, Options, Row, Shape, Unreadable
from services.readers.tables import Record

DELIMITERS = ",;\t|"
CELL_TOO_LONG = "A cell in row {number} is longer than {most:,} characters. Is a quotation mark not closed?"
# The library's own limit is shorter than a line may be, and its error is not to be told from others.
csv.field_size_limit(MAX_LINE)
# Characters that are kept of a row that is broken.
_TOLD = 2000


def examine(file: BinaryIO, encoding: str, start: str, options: Options) -> Shape:
    """Delimiter and columns. start: the beginning of the text. Raises Unreadable."""
    delimiter = options.delimiter or _delimiter(start)
    if len(delimiter) != 1 or delimiter in '\r\n"\0':
        raise Unreadable("The delimiter must be one character, such as a comma or a semicolon.")
    with _text(file, encoding) as text, closing(_records(text, delimiter)) as records:
        # Blank rows are left out, so that row n is among the first n.
        first = list(islice(records, tables.rows_to_look_at(options.header_row)))
    header_row, columns = tables.header_of(first, options.header_row)
    return Shape("csv", encoding, columns, delimiter, header_row)


def rows(file: BinaryIO, shape: Shape) -> Generator[Row, None, None]:
    """The records behind the header. Raises Unreadable, also late."""
    with _text(file, shape.encoding) as text:
        yield from tables.as_rows(_records(text, shape.delimiter), shape.columns, shape.header_row, shape.delimiter)


@contextmanager
def _text(file: BinaryIO, encoding: str) -> Iterator[TextIO]:
    file.seek(0)
    # The wrapper must not close the file with itself.
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


class _Lines:
    """The lines of a file, bounded; what was read since the last record is `told`, `size` characters of it."""

    def __init__(self, text: TextIO) -> None:
        self._text, self.told, self.size = text, "", 0

    def __iter__(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, MAX_LINE + 1), ""):
            self.told = (self.told + line)[:_TOLD] if self.size else line
            self.size += len(line)
            if len(line) > MAX_LINE or self.size > MAX_RECORD:
                raise Unreadable("A row of this file is longer than any row can be. Is a quotation mark not closed?")
            yield line


def _records(text: TextIO, delimiter: str) -> Generator[Record, None, None]:
    """Every record that is not blank, header included."""
    lines = _Lines(text)
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True, skipinitialspace=True)
    number = 0
    while True:
        number += 1
        lines.size = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise Unreadable(f"A quotation mark opened in row {number} is not closed.") from error
            if "field limit" in str(error):
                raise Unreadable(CELL_TOO_LONG.format(number=number, most=MAX_LINE)) from error
            # The reader begins anew with the next line.
            yield (
                number,
                [lines.told[:_TOLD].strip()],
                lines.size,
                "A quotation mark stands inside a cell without being doubled.",
            )
            continue
        if number == 1 and re.fullmatch(r"sep=.?", "".join(cells) or "-"):
            continue
        if "".join(cells).strip():
            yield number, cells, lines.size, ""


def _delimiter(start: str) -> str:
    """The delimiter under which most header cells are known, else most rows have one width of the most cells."""
    if found := re.match(r"sep=(.)\r?\n", start):
        return found[1] if found[1] in DELIMITERS else ","
    best, best_score = ",", (0, 0.0, 1)
    for delimiter in DELIMITERS:
        table: list[list[str]] = []
        try:
            reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, skipinitialspace=True)
            table = [cells for cells, _ in zip((cells for cells in reader if cells), range(20), strict=False)]
        except csv.Error:
            pass
        if len(table) > 2:
            table.pop()  # The sample may end inside it.
        if not table:
            continue
        known = [sum(1 for cell in cells if field_of(cell)) for cells in table]
        # As wide as the header, where one is known, else as most rows: there may be a title above it.
        width = len(table[known.index(max(known))]) if max(known) else max(multimode(map(len, table)))
        same = sum(1 for cells in table if len(cells) == width) / len(table)
        score = (max(known), same if width > 1 else 0.0, width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best
