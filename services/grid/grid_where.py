"""What a filter of the grid is made of: conditions with parameters and sentences, and SQL by name. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Placeholder

import sql
from services.errors import BadInput
from services.grid.grid_columns import Filter

_F = sql.queries("grid")
MAX_CONDITIONS = 50
MAX_VALUES = 200
NO_VALUES = "one of no values"

_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)
# What AG Grid may send along, empty, where a condition does not use it.
_PARTS = frozenset(("filter", "filterTo", "dateFrom", "dateTo"))


@dataclass
class Where:
    """Conditions that all must hold, their parameters, and a sentence for each filter. search: whose candidates.

    match: what they are compared with, if anything.
    """

    search: UUID | None = None
    match: int | None = None
    conditions: list[Composable] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    sentences: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def value(self, value: Any) -> Placeholder:
        """A placeholder that stands for one value."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return Placeholder(name)

    def sql(self) -> Composed:
        return SQL(" AND ").join(self.conditions)


def fragment(name: str, **parts: Composable) -> Composable:
    """A fragment of sql/grid.sql with its parts filled in."""
    return _fragment(name).format(**parts)


@cache
def _fragment(name: str) -> SQL:
    # Without its comment: the braces and signs of that are not ours to fill in.
    return SQL(_COMMENT.sub("", getattr(_F, name)))


def joined(entry: Filter, model: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], bool]:
    """The conditions of one filter, and whether all must hold, else any. Raises BadInput."""
    check_uses(entry, model, "operator", "conditions")
    parts, operator = model["conditions"], model.get("operator")
    if operator not in ("AND", "OR") or not isinstance(parts, list) or not parts:
        raise BadInput(f"The filter on {entry.label} needs AND or OR between its conditions.")
    if not all(isinstance(part, Mapping) and "conditions" not in part for part in parts):
        raise BadInput(f"The filter on {entry.label} is not in a form that can be read.")
    return parts, operator == "AND"


def count_condition(where: Where) -> None:
    """One more; raises BadInput for too many."""
    where.count += 1
    if where.count > MAX_CONDITIONS:
        raise BadInput(f"A view can have at most {MAX_CONDITIONS} conditions.")


def check_uses(entry: Filter, model: Mapping[str, Any], *used: str) -> None:
    """Refuse what a condition does not use: left out silently, it would show wrong rows."""
    expected = entry.kind if entry.kind in ("text", "number", "date") else "set"
    if model.get("filterType", expected) != expected:
        raise BadInput(f"The filter on {entry.label} takes a {expected} condition.")
    for key, value in model.items():
        if key != "filterType" and key not in used and not (key in _PARTS and value is None):
            raise BadInput(f"The filter on {entry.label} is not in a form that can be read.")
