"""COPY's text format and array literals. Made here for speed: psycopg asks for the type of every cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def line(row: Sequence[Any]) -> str:
    """A row of COPY without its end: cells with tabs between."""
    return "\t".join([_cell(value) for value in row])


def array(texts: Iterable[str]) -> str:
    """A text[] as Postgres reads it."""
    inner = ",".join(['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts])
    return "{" + inner + "}"


def plain_array(values: Iterable[object]) -> str:
    """As array(), for numbers, truth values and hexadecimal digits."""
    return "{" + ",".join([str(value) for value in values]) + "}"


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    text = value if isinstance(value, str) else str(value)
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text
