"""Files as rows, in constant memory: CSV, XLSX, Parquet, JSON. One way in for all of them.

`examine(file)` says what a file is, `rows(file, shape)` reads it, one row after the other: nothing
here returns a whole file. A row that is broken carries its problem; a file that is broken raises
Unreadable, so reading it to its end before any work tells whether all of it can be read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator
from typing import BinaryIO

from services.readers import csv_files, json_files
from services.readers.base import MAX_COLUMNS, NO_ENCODING, Options, Row, Shape, Unreadable
from services.readers.encodings import ENCODINGS, find_encoding

__all__ = ["MAX_COLUMNS", "Options", "Row", "Shape", "Unreadable", "examine", "rows"]

NO_ROWS = "The file names its columns but holds no rows."
_SAMPLE = 64 * 1024
_SAVE_AS_CSV = "This file type cannot be read yet: save it as CSV and upload that."
_MAGIC = (b"PK\x03\x04", b"PAR1", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"7z\xbc\xaf")


def examine(file: BinaryIO, options: Options | None = None, sheet: str = "") -> Shape:
    """Find out type, encoding, delimiter and columns, as far as options do not say them. Raises Unreadable."""
    options = options or Options()
    file.seek(0)
    head = file.read(_SAMPLE)
    file.seek(0)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("The file is empty.")
    if head.startswith(_MAGIC):
        raise Unreadable(_SAVE_AS_CSV)
    if options.encoding and options.encoding not in ENCODINGS:
        raise Unreadable("This encoding is not known.")
    encoding = options.encoding or find_encoding(file, head)
    # errors="replace": what cannot be decoded is told of while reading, with all the rest.
    start = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff \t\r\n")
    try:
        if re.match(r"\[\s*(\{|\]|$)|\{\s*(\"|\}|$)", start):
            return json_files.examine(file, encoding)
        return csv_files.examine(file, encoding, start, options)
    except UnicodeError as error:
        raise Unreadable(NO_ENCODING) from error


def rows(file: BinaryIO, shape: Shape) -> Generator[Row, None, None]:
    """All records from the start of the file, blank ones left out. Raises Unreadable, also late.

    Close what is returned before the file, when not all of it was taken.
    """
    try:
        yield from json_files.rows(file, shape) if shape.kind == "json" else csv_files.rows(file, shape)
    except UnicodeError as error:
        raise Unreadable(NO_ENCODING) from error
