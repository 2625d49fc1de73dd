"""JSON as an array of objects, one object after the other (JSON lines), or one object that holds the list."""

from __future__ import annotations

import io
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, TextIO

from services.imports import import_history
from services.imports.import_mapping import alias_of, field_of
from services.imports.import_rows import storable
from services.readers.base import MAX_COLUMNS, MAX_RECORD, Row, Shape, Unreadable
from services.readers.cells import DEEPEST, is_shallow

_CHUNK = 64 * 1024
# Objects whose fields are all columns, or the file is refused.
_FIRST = 100
# Characters that are looked through for fields of later ones: vendors leave empty fields out.
LOOKED_AT = 32_000_000
# Lists in an object about one person, and names of lists that answers of vendors come in.
_WRAPPERS = {
    "results", "data", "people", "persons", "profiles", "items", "records", "candidates", "leads", "contacts",
    "rows", "hits", "elements", "entries", "employees", "searchresults", "prospects",
}  # fmt: skip
_IDENTITY = {"full_name", "first_name", "last_name", "linkedin_url", "linkedin_id", "email"}
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
_SPACE = " \t\r\n"


def examine(file: BinaryIO, encoding: str) -> Shape:
    """The fields of the objects, of a file that is large of the first ones. sheet: the list in a single object
    in which they are. Raises Unreadable."""
    with _text(file, encoding) as text:
        wrapped = _wrapped(_Window(text))
    shape = Shape("json", encoding, [], sheet=wrapped)
    names: dict[str, None] = {}
    seen = 0
    with _text(file, encoding) as text:
        for number, (value, size) in enumerate(_json_values(text, wrapped)):
            seen += size
            if seen > LOOKED_AT and number >= _FIRST:
                break
            if isinstance(value, dict) and _filled(value):
                if number < _FIRST or len(names) + len(value.keys() - names) <= MAX_COLUMNS:
                    names |= dict.fromkeys(value)
            # Told at once: a few objects of a hostile file would fill the memory with names.
            if len(names) > MAX_COLUMNS:
                raise Unreadable(f"The objects have {len(names)} fields; {MAX_COLUMNS} can be read.")
    if not names:
        raise Unreadable("The file holds no objects with named fields.")
    return replace(shape, columns=list(dict.fromkeys(storable(name) for name in names)))


def rows(file: BinaryIO, shape: Shape) -> Generator[Row, None, None]:
    """All objects. Raises Unreadable, also late."""
    with _text(file, shape.encoding) as text:
        yield from _json_rows(text, shape.sheet)


@contextmanager
def _text(file: BinaryIO, encoding: str) -> Iterator[TextIO]:
    file.seek(0)
    # The wrapper must not close the file with itself.
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


def _json_rows(text: TextIO, wrapped: str) -> Iterator[Row]:
    for number, (value, size) in enumerate(_json_values(text, wrapped), 1):
        if not isinstance(value, dict):
            yield Row(number, {"row": json.dumps(value)[:2000]}, size, "This is not an object with named fields.")
        elif not is_shallow(value):
            # What is done with values calls itself for their parts.
            yield Row(number, {}, size, f"Its values are nested more than {DEEPEST} deep.")
        elif _filled(value):
            yield Row(number, storable(value), size)


def _filled(value: dict[str, Any]) -> bool:
    return any(part not in (None, "", [], {}) for part in value.values())


def _wrapped(window: _Window) -> str:
    """The list that the file's only object holds, "" where the file is something else. Raises Unreadable."""
    if window.skip(_SPACE) != "{":
        return ""
    try:
        value, _ = window.value(_DECODER)
    except Unreadable:
        # Too long to be a person, or damaged: which of the two shows where it is read.
        return _first_list(window)
    if window.skip(_SPACE) or not isinstance(value, dict):
        return ""
    lists = [name for name, part in value.items() if _is_list_of_objects(part) and not import_history.is_list(name)]
    called = [name for name in lists if alias_of(name) in _WRAPPERS]
    found = called or (lists if not _IDENTITY & {field_of(name) for name in value} else [])
    if len(found) > 1:
        raise Unreadable(f"The file is one object with {len(found)} lists of objects. Upload the list of people alone.")
    return found[0] if found else ""


def _first_list(window: _Window) -> str:
    """The first list of objects of an object that is longer than any record, "" without one."""
    window.at += 1
    try:
        for name in _names(window):
            if window.skip(_SPACE) == "[" and alias_of(name) in _WRAPPERS:
                return name
            window.value(_DECODER)
    except Unreadable:
        pass
    return ""


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) for part in value[:10])


def _json_values(text: TextIO, wrapped: str = "") -> Iterator[tuple[Any, int]]:
    """The values of an array, those that stand one after the other, or those of a list in an object."""
    window = _Window(text)
    sign = window.skip(_SPACE)
    if wrapped:
        window.at += 1
        for name in _names(window):
            if name == wrapped and window.skip(_SPACE) == "[":
                yield from _array(window)
            else:
                window.value(_DECODER)
        if window.skip(_SPACE):
            raise Unreadable("There is text after the end of the JSON object.")
        return
    if sign == "[":
        yield from _array(window)
        if window.skip(_SPACE):
            raise Unreadable("There is text after the end of the JSON array.")
        return
    while window.skip(_SPACE):
        yield window.value(_DECODER)


def _names(window: _Window) -> Iterator[str]:
    """The names in an object, from behind its brace to its end; the caller takes the value of each."""
    first = True
    while (sign := window.skip(_SPACE)) != "}":
        if not first and sign == ",":
            window.at += 1
        elif not first or not sign:
            raise Unreadable("The JSON object is not closed: the file is not complete.")
        first = False
        window.skip(_SPACE)
        name, _ = window.value(_DECODER)
        if not isinstance(name, str) or window.skip(_SPACE) != ":":
            raise Unreadable(f"JSON value {window.values} cannot be read: the file is damaged.")
        window.at += 1
        window.skip(_SPACE)
        yield name
    window.at += 1


def _array(window: _Window) -> Iterator[tuple[Any, int]]:
    window.at += 1
    window.values = 0
    first = True
    while True:
        sign = window.skip(_SPACE)
        if sign == "]":
            window.at += 1
            return
        if not sign:
            raise Unreadable("The JSON array is not closed: the file is not complete.")
        if not first:
            if sign != ",":
                raise Unreadable(f"There is no comma after value {window.values} of the JSON array.")
            window.at += 1
            window.skip(_SPACE)
        first = False
        yield window.value(_DECODER)


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
