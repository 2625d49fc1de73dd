"""Files as rows, in constant memory: CSV, XLSX, Parquet, JSON. One way in for all of them.

`examine(file)` says what a file is, `rows(file, shape)` reads it, one row after the other: nothing
here returns a whole file. A row that is broken carries its problem; a file that is broken raises
Unreadable, so reading it to its end before any work tells whether all of it can be read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator
from contextlib import closing
from itertools import islice
from typing import BinaryIO

from services.readers import csv_files, json_files, parquet_files, xlsx_files
from services.readers.base import MAX_COLUMNS, NO_ENCODING, Options, Row, Shape, Unreadable
from services.readers.encodings import ENCODINGS, find_encoding
from services.readers.sandbox import PROBLEMS

__all__ = ["ENCODINGS", "MAX_COLUMNS", "Options", "Row", "Shape", "Unreadable", "examine", "rows"]

NO_ROWS = "The file names its columns but holds no rows."
_SAMPLE = 64 * 1024
# Files of other kinds, by how they begin, and what to do with them.
_OTHERS = (
    (b"%PDF", "This is a PDF: save its table as CSV or XLSX and upload that."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an old Excel workbook (.xls), or one with a password: save it as XLSX without a password, or as CSV.",
    ),
    ((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"), PROBLEMS["archive"]),
    ((b"PK\x05\x06", b"PK\x07\x08"), PROBLEMS["archive"]),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM6"), "This is a picture: upload the table itself, as CSV or XLSX."),
    (b"PARE", PROBLEMS["password"]),
    (b"SQLite format 3\0", "This is a database file: export its table as CSV and upload that."),
)
_JSON = re.compile(r'\[\s*([\[{\]"\d-]|null|true|false|$)|\{\s*("|\}|$)')
_PAGE = re.compile(r"<(!doctype html|html|\?xml|table|head|body)\b", re.IGNORECASE)


def examine(file: BinaryIO, options: Options | None = None, sheet: str = "") -> Shape:
    """Find out type, encoding, delimiter and columns, as far as options do not say them. Raises Unreadable."""
    options = options or Options()
    file.seek(0)
    head = file.read(_SAMPLE)
    file.seek(0)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("The file is empty.")
    if head.startswith(b"PK\x03\x04"):
        return xlsx_files.examine(file, options, sheet)
    if head.startswith(b"PAR1"):
        return parquet_files.examine(file)
    for starts, message in _OTHERS:
        if head.startswith(starts):
            raise Unreadable(message)
    if options.encoding and options.encoding not in ENCODINGS:
        raise Unreadable("This encoding is not known.")
    encoding = options.encoding or find_encoding(file, head)
    # errors="replace": what cannot be decoded is told of while reading, with all the rest.
    start = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff \t\r\n")
    if _PAGE.match(start):
        raise Unreadable("This is a web page or XML, not a table: save the table as CSV or XLSX and upload that.")
    try:
        if _JSON.match(start):
            return json_files.examine(file, encoding)
        return csv_files.examine(file, encoding, start, options)
    except UnicodeError as error:
        raise Unreadable(NO_ENCODING) from error


def rows(file: BinaryIO, shape: Shape, after: int = 0, first: int | None = None) -> Generator[Row, None, None]:
    """The records with a number above `after`, blank ones left out. Raises Unreadable, also late.

    first: no more than so many, within the time of a person who waits. Close what is returned
    before the file, when not all of it was taken.
    """
    try:
        if shape.kind == "xlsx":
            yield from xlsx_files.rows(file, shape, after, first)
        elif shape.kind == "parquet":
            yield from parquet_files.rows(file, shape, after, first)
        else:
            reading = json_files.rows(file, shape) if shape.kind == "json" else csv_files.rows(file, shape)
            with closing(reading):
                behind = (row for row in reading if row.number > after) if after else reading
                yield from islice(behind, first)
    except UnicodeError as error:
        raise Unreadable(NO_ENCODING) from error
