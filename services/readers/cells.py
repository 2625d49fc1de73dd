"""Cells that hold a list or an object as JSON, as our own exports write them where one cell is all there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

# How such a cell ends: asked of every cell.
ENDS = ("]", "}")
_BEGINS = ("[", "{")
# As in cell_of_text of sql/exports.sql: a text that only looks like JSON has a ' before it.
_GUARDED = re.compile(r"'+[\[{]")
DEEPEST = 20
_CONTINUED = re.compile(r"(.*) \(continued ([0-9]{1,3})\)", re.DOTALL)


def taken(cell: str) -> Any:
    """The list or object that a cell holds, without the ' of a text that only looks like one; else the cell."""
    if not cell.endswith(ENDS):
        return cell
    if not cell.startswith(_BEGINS):
        return cell[1:] if _GUARDED.match(cell) else cell
    try:
        value = json.loads(cell, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return cell
    return value if is_shallow(value) else cell


def continued(columns: Iterable[str]) -> Mapping[str, str]:
    """Column → the one before it whose texts it goes on with, as in our own workbooks; see export_workbook."""
    found: dict[str, str] = {}
    base, expected = "", 2
    for column in columns:
        match = _CONTINUED.fullmatch(column)
        if match and base and match[1] == base and int(match[2]) == expected:
            found[column] = base
            expected += 1
        else:
            base, expected = column, 2
    return found


def join(values: dict[str, str], parts: Mapping[str, str]) -> None:
    """Put texts together again that went on in further columns. parts: as continued() gives them."""
    for column, base in parts.items():
        if column in values:
            values[base] += values.pop(column)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def is_shallow(value: Any, left: int = DEEPEST) -> bool:
    """Whether lists and objects are nested no deeper than `left`."""
    if isinstance(value, dict):
        return left > 0 and all(is_shallow(part, left - 1) for part in value.values())
    if isinstance(value, list):
        return left > 0 and all(is_shallow(part, left - 1) for part in value)
    return True
