"""Loads the named queries of the .sql files beside this module.

A file holds queries, each introduced by a line `-- name --` and one comment line on its
purpose. `queries("candidates").fetch_page` is the text of one of them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import SimpleNamespace

_NAME = re.compile(r"^-- ([a-z][a-z0-9_]*) --$", re.MULTILINE)


class Queries(SimpleNamespace):
    """The queries of one file as attributes."""

    def __getattr__(self, name: str) -> str:
        raise AttributeError(f"no query named {name!r} in this .sql file")


@cache
def queries(name: str) -> Queries:
    """All queries of sql/<name>.sql. Raises FileNotFoundError or ValueError (no or double names)."""
    text = files("sql").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)
    names, bodies = parts[1::2], [body.strip() for body in parts[2::2]]
    if not names or len(set(names)) != len(names):
        raise ValueError(f"sql/{name}.sql needs query names, each used once")
    return Queries(**dict(zip(names, bodies, strict=True)))


@cache
def migrations() -> tuple[tuple[int, str, str], ...]:
    """(number, file name, text) of every migration, in order."""
    found = [f for f in files("sql").joinpath("migrations").iterdir() if f.name.endswith(".sql")]
    rows = sorted((int(f.name.split("_", 1)[0]), f.name, f.read_text(encoding="utf-8")) for f in found)
    if [number for number, _, _ in rows] != list(range(1, len(rows) + 1)):
        raise ValueError("sql/migrations must be numbered 0001, 0002, … without gaps")
    return tuple(rows)
