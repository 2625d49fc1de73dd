"""COPY's text format and array literals. Made here for speed: psycopg asks for the type of every cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def line(row: Sequence[Any]) -> str:
    """A row of COPY without its end: cells with tabs between."""
    told = "\t".join([value if isinstance(value, str) else _other(value) for value in row])
    # Most rows: nothing in them but the tabs between and NULLs is to be escaped.
    if (
        told.count("\t") == len(row) - 1
        and told.count("\\") == row.count(None)
        and "\n" not in told
        and "\r" not in told
    ):
        return told
    return "\t".join([_escaped(value) if isinstance(value, str) else _other(value) for value in row])


def array(texts: Iterable[str]) -> str:
    """A text[] as Postgres reads it."""
    inner = ",".join(['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts])
    return "{" + inner + "}"


def plain_array(values: Iterable[object]) -> str:
    """As array(), for numbers, truth values and hexadecimal digits."""
    return "{" + ",".join([str(value) for value in values]) + "}"


def _other(value: Any) -> str:
    """Numbers, dates, truth values, NULL: nothing in them is to be escaped."""
    return "\\N" if value is None else str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
