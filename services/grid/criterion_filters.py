"""Filters and sorts by criteria: verdicts as sets of people. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Literal

from services.errors import BadInput
from services.grid.grid_columns import Filter
from services.grid.grid_where import MAX_VALUES, NO_VALUES, Where, check_uses, count_condition, fragment, joined
from services.screening import verdict_codes


def criterion_condition(where: Where, entry: Filter, model: Mapping[str, Any]) -> tuple[Composable, str]:
    """A filter on a criterion, or on what people said of it. Raises BadInput.

    All its conditions become one set of values, so that there is one set of people to look into.
    """
    parts, every = joined(entry, model) if "conditions" in model else ([model], False)
    sets = [_chosen(where, entry, part) for part in parts]
    kept = set.intersection(*sets) if every else set.union(*sets)
    codes, blank = verdict_codes.codes_of(kept)
    words = verdict_codes.words_of(kept) or NO_VALUES
    if not kept or (blank and not codes):
        return SQL("TRUE" if kept else "FALSE"), words
    condition = fragment("verdicts_in", search=where.value(where.search), field=where.value(entry.column),
                         codes=where.value(codes))  # fmt: skip
    return fragment("negated", condition=condition) if blank else condition, words


def verdict_of(search: UUID, field: str) -> Composable:
    """The verdict that counts on a criterion, of candidates c: 1 fail, 2 unknown, 3 pass, NULL for none."""

    def those(verdict: str) -> Composable:
        codes, _ = verdict_codes.codes_of([verdict])
        return fragment("verdicts_in", search=Literal(str(search)), field=Literal(field), codes=Literal(codes))

    return fragment("verdict_of", passed=those("pass"), unknown=those("unknown"), failed=those("fail"))


def _chosen(where: Where, entry: Filter, model: Mapping[str, Any]) -> set[str | None]:
    count_condition(where)
    check_uses(entry, model, "values")
    values = model.get("values")
    allowed = (*entry.values, *([None] if entry.kind == "verdict" else []))
    if not isinstance(values, list) or len(values) > MAX_VALUES or not all(value in allowed for value in values):
        raise BadInput("The filter on a criterion has a value that does not exist.")
    return set(values)
