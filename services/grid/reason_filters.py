"""The filter on why people were rejected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.sql import SQL, Composable, Identifier

from services.errors import BadInput
from services.grid.grid_columns import Filter
from services.grid.grid_where import NO_VALUES, Where, check_uses, fragment


def reason_condition(where: Where, entry: Filter, model: Mapping[str, Any], zone: str) -> tuple[Composable, str]:
    """Who is rejected, by codes of refuse_reasons; None among the values is whoever is so without a reason.

    Raises BadInput for another value.
    """
    check_uses(entry, model, "values")
    values = model.get("values")
    if not isinstance(values, list) or not all(value in (*entry.values, None) for value in values):
        raise BadInput(f"The filter on {entry.label} has a value that does not exist.")
    codes, blank = [code for code in entry.values if code in values], None in values
    words = [f"“{code.replace('_', ' ')}”" for code in codes] + (["not given"] if blank else [])
    # Without a reason is whoever has none of the others.
    asked = [code for code in entry.values if code not in codes] if blank else codes
    condition = fragment("rejected_for", search=where.value(where.search), codes=where.value(asked))
    if blank:
        condition = fragment("negated", condition=condition)
    rejected = fragment("value_equals", column=Identifier("c", entry.column), value=where.value("rejected"))
    return SQL("({} AND {})").format(rejected, condition), "is " + (" or ".join(words) or NO_VALUES)
