"""A filter on how alike people are, as SQL. Pure.

It finds the vectors of match and people itself, so whatever reads a view's conditions heeds it and knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.sql import Composable

from services.grid.grid_where import Where
from services.matching.match_sql import fragment, vector_of_match


class LikenessColumn:
    """How alike candidates c are to a view's match, for conditions on the number that its list shows."""

    def __init__(self, where: Where) -> None:
        self.vector: Composable = vector_of_match(where.value(where.match), where.value(where.search))
        self.shown: Composable = fragment("similarity_shown", vector=self.vector)
        self.model: Composable = fragment("live_model")

    def leaves(self, holds: Composable, model: Mapping[str, Any]) -> Composable:
        """Those about whom a condition on `shown` is true. model: what it was made of, a checked filter of the grid."""
        name = "whom_likeness_leaves_out" if _holds_for_blank(model) else "whom_likeness_leaves"
        return fragment(name, model=self.model, vector=self.vector, holds=holds)


def _holds_for_blank(model: Mapping[str, Any]) -> bool:
    """Whether a filter lets through whoever was not compared."""
    if "conditions" not in model:
        return bool(model.get("type") == "blank")
    together = all if model["operator"] == "AND" else any
    return together(_holds_for_blank(part) for part in model["conditions"])
