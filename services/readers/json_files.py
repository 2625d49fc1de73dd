"""JSON as an array of objects, or one object after the other (JSON lines)."""

from __future__ import annotations

import io
import json
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import Any, BinaryIO, TextIO

from services.import_rows import storable
from services.readers.base import MAX_COLUMNS, MAX_RECORD, Row, Shape, Unreadable

_CHUNK = 64 * 1024
# Objects whose fields are the columns on the page; those of later ones are kept all the same.
_FIRST = 100


def examine(file: BinaryIO, encoding: str) -> Shape:
    """The fields of the first objects. Raises Unreadable."""
    shape = Shape("json", encoding, [])
    names: dict[str, None] = {}
    with closing(rows(file, shape)) as reading:
        for row in islice(reading, _FIRST):
            if not row.problem:
                names |= dict.fromkeys(row.values)
            # Told at once: a few objects of a hostile file would fill the memory with names.
            if len(names) > MAX_COLUMNS:
                raise Unreadable(f"The objects have {len(names)} fields; {MAX_COLUMNS} can be read.")
    if not names:
        raise Unreadable("The file holds no objects with named fields.")
    return Shape("json", encoding, list(names))


def rows(file: BinaryIO, shape: Shape) -> Generator[Row, None, None]:
    """All objects. Raises Unreadable, also late."""
    file.seek(0)
    # The wrapper must not close the file with itself.
    text = io.TextIOWrapper(file, encoding=shape.encoding, newline="")
    try:
        yield from _json_rows(text)
    finally:
        text.detach()


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
            if not self._more(_CHUNK):
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
                if not self._more(max(_CHUNK, held)):
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
