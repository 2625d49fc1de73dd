"""Files as rows, in constant memory: CSV in any usual spelling, JSON as an array or one object a line.

`examine(file)` says what a file is, `rows(file, shape)` reads it. A row that is broken carries its
problem; a file that is broken raises Unreadable, so `count(file, shape)` before any work tells
whether all of it can be read.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TextIO

from services.errors import BadInput
from services.import_mapping import field_of
from services.import_rows import storable

MAX_COLUMNS = 500
MAX_HEADER = 200
# Longer lines and records are files gone wrong, and would be held in memory.
MAX_LINE = 2_000_000
MAX_RECORD = 4_000_000
DELIMITERS = ",;\t|"
_CHUNK = 1 << 20
_SAMPLE = 64 * 1024
_JSON_CHUNK = 64 * 1024
_SAVE_AS_CSV = "This file type cannot be read yet: save it as CSV and upload that."
_MAGIC = (b"PK\x03\x04", b"PAR1", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"7z\xbc\xaf")


class Unreadable(BadInput):
    """No part of this file may be imported."""


@dataclass(frozen=True)
class Shape:
    """What a file is. columns: header cells (CSV) or the keys of the first objects (JSON), all different."""

    kind: str
    encoding: str
    columns: list[str]
    delimiter: str = ""


@dataclass(frozen=True)
class Row:
    """One record: its number as a spreadsheet shows it (the header of a CSV is 1; JSON counts from 1),
    its values by column, its length in characters, and what is wrong with it ("" if nothing)."""

    number: int
    values: dict[str, Any]
    size: int
    problem: str = ""


def examine(file: BinaryIO) -> Shape:
    """Find out type, encoding, delimiter and columns; reads the file once. Raises Unreadable."""
    head = file.read(_SAMPLE)
    file.seek(0)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("The file is empty.")
    if head.startswith(_MAGIC):
        raise Unreadable(_SAVE_AS_CSV)
    encoding = _encoding(file, head)
    # errors="replace": what cannot be decoded is told of while reading, with all the rest.
    start = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff \t\r\n")
    if re.match(r"\[\s*(\{|\]|$)|\{\s*(\"|\}|$)", start):
        return Shape("json", encoding, _json_columns(file, encoding))
    delimiter = _delimiter(start)
    return Shape("csv", encoding, _header(file, encoding, delimiter), delimiter)


def rows(file: BinaryIO, shape: Shape) -> Generator[Row, None, None]:
    """All records from the start of the file, blank ones left out. Raises Unreadable, also late.

    Close what is returned before the file, when not all of it was taken.
    """
    file.seek(0)
    # The wrapper must not close the file with itself.
    text = io.TextIOWrapper(file, encoding=shape.encoding, newline="")
    try:
        yield from _json_rows(text) if shape.kind == "json" else _csv_rows(text, shape)
    except UnicodeError as error:
        raise Unreadable("The file's text cannot be read: it is in no known encoding. Save it as CSV UTF-8.") from error
    finally:
        text.detach()


def count(file: BinaryIO, shape: Shape) -> int:
    """Number of records. Raises Unreadable when any part of the file cannot be read."""
    return sum(1 for _ in rows(file, shape))


# -- encoding ---------------------------------------------------------------------------------


def _encoding(file: BinaryIO, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if nulls := head.count(0):
        # UTF-16 without its mark: every other byte of western text is 0.
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
            if zeros.count(0) > len(zeros) * 0.4 and nulls <= zeros.count(0) * 1.2:
                return encoding
        raise Unreadable(_SAVE_AS_CSV)
    if _decodes(file, "utf-8"):
        return "utf-8-sig"
    if _decodes(file, "cp1252"):
        return "cp1252"
    raise Unreadable("The file's text cannot be read: it is in no known encoding. Save it as CSV UTF-8.")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


# -- CSV --------------------------------------------------------------------------------------


class _Lines:
    """The lines of a file, bounded, with what has been read since the last record."""

    def __init__(self, text: TextIO) -> None:
        self._text, self.pending, self.size = text, "", 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self.size += len(line)
        if len(line) > MAX_LINE or self.size > MAX_RECORD:
            raise Unreadable("A row of this file is longer than any row can be. Is a quotation mark not closed?")
        self.pending = (self.pending + line)[:2000]
        return line

    def take(self) -> tuple[str, int]:
        taken, size = self.pending, self.size
        self.pending, self.size = "", 0
        return taken, size


def _records(text: TextIO, delimiter: str) -> Iterator[tuple[int, list[str], int, str]]:
    """(number, cells, size, problem) of every record that is not blank, header included."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise Unreadable(f"A quotation mark opened in row {number} is not closed.") from error
            # The reader begins anew with the next line.
            broken, size = lines.take()
            yield number, [broken.strip()], size, "A quotation mark stands inside a cell without being doubled."
            continue
        _, size = lines.take()
        if number == 1 and re.fullmatch(r"sep=.?", "".join(cells) or "-"):
            continue
        if any(cell.strip() for cell in cells):
            yield number, cells, size, ""


def _csv_rows(text: TextIO, shape: Shape) -> Iterator[Row]:
    records = _records(text, shape.delimiter)
    next(records)
    width = len(shape.columns)
    for number, cells, size, problem in records:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if not problem and len(cells) > width:
            problem = f"The row has {len(cells)} cells, the header {width}."
        if problem:
            yield Row(number, {"row": shape.delimiter.join(cells)}, size, problem)
        else:
            yield Row(number, dict(zip(shape.columns, cells, strict=False)), size)


def _header(file: BinaryIO, encoding: str, delimiter: str) -> list[str]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        first = next(_records(text, delimiter), None)
    except UnicodeError as error:
        raise Unreadable("The file's text cannot be read: it is in no known encoding.") from error
    finally:
        text.detach()
    if first is None or first[3]:
        raise Unreadable("The first row of the file must name its columns.")
    cells = first[1]
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(f"The file has {len(cells)} columns; {MAX_COLUMNS} can be read.")
    return _different(cells)


def _different(names: list[str]) -> list[str]:
    """Header cells, cleaned, with empty ones named and repeated ones numbered."""
    result: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(names, 1):
        name = base = " ".join(raw.replace("\0", "").split())[:MAX_HEADER] or f"column {position}"
        again = 1
        while name in taken:
            again += 1
            name = f"{base} ({again})"
        taken.add(name)
        result.append(name)
    return result


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
        width = len(table[0])
        same = sum(1 for cells in table if len(cells) == width) / len(table)
        score = (sum(1 for cell in table[0] if field_of(cell)), same if width > 1 else 0.0, width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


# -- JSON -------------------------------------------------------------------------------------


def _json_rows(text: TextIO) -> Iterator[Row]:
    for number, (value, size) in enumerate(_json_values(text), 1):
        if not isinstance(value, dict):
            yield Row(number, {"row": json.dumps(value)[:2000]}, size, "This is not an object with named fields.")
        elif any(part not in (None, "", [], {}) for part in value.values()):
            yield Row(number, storable(value), size)


def _json_values(text: TextIO) -> Iterator[tuple[Any, int]]:
    """The values of an array, or those that stand one after the other."""
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    window = _Window(text)
    array = window.skip(" \t\r\n") == "["
    if array:
        window.at += 1
    first = True
    while True:
        sign = window.skip(" \t\r\n")
        if array and sign == "]":
            window.at += 1
            if window.skip(" \t\r\n"):
                raise Unreadable("There is text after the end of the JSON array.")
            return
        if not sign:
            if array:
                raise Unreadable("The JSON array is not closed: the file is not complete.")
            return
        if array and not first:
            if sign != ",":
                raise Unreadable(f"There is no comma after value {window.values} of the JSON array.")
            window.at += 1
            window.skip(" \t\r\n")
        first = False
        yield window.value(decoder)


class _Window:
    """A part of a text that moves on as values are taken from it."""

    def __init__(self, text: TextIO) -> None:
        self._text, self.part, self.at, self.values = text, "", 0, 0

    def skip(self, signs: str) -> str:
        """Pass over signs; returns what comes then, "" at the end."""
        while True:
            while self.at < len(self.part):
                if self.part[self.at] not in signs:
                    return self.part[self.at]
                self.at += 1
            if not self._more(_JSON_CHUNK):
                return ""

    def value(self, decoder: json.JSONDecoder) -> tuple[Any, int]:
        """The next value and its length."""
        self.values += 1
        while True:
            try:
                value, end = decoder.raw_decode(self.part, self.at)
            except json.JSONDecodeError as error:
                held = len(self.part) - self.at
                if held > MAX_RECORD:
                    raise Unreadable(f"JSON value {self.values} is longer than any record can be.") from error
                if not self._more(max(_JSON_CHUNK, held)):
                    raise Unreadable(f"JSON value {self.values} cannot be read: the file is damaged.") from error
            except (ValueError, RecursionError) as error:
                raise Unreadable(f"JSON value {self.values} cannot be read: it holds too much.") from error
            else:
                size, self.at = end - self.at, end
                return value, size

    def _more(self, size: int) -> bool:
        chunk = self._text.read(size)
        self.part = self.part[self.at :] + chunk
        self.at = 0
        return bool(chunk)


def _json_columns(file: BinaryIO, encoding: str) -> list[str]:
    names: dict[str, None] = {}
    for _, row in zip(range(100), rows(file, Shape("json", encoding, [])), strict=False):
        if not row.problem:
            names |= dict.fromkeys(row.values)
    if not names:
        raise Unreadable("The file holds no objects with named fields.")
    if len(names) > MAX_COLUMNS:
        raise Unreadable(f"The objects have {len(names)} fields; {MAX_COLUMNS} can be read.")
    return list(names)
