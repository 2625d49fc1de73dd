"""The order of a view as SQL. Pure.

Blanks come last in both directions, and equal rows are told apart by id, in the direction of the
first column. One index (search_id, column, id) serves both directions: descending over a column
with blanks is two walks, backward over the rows that have a value, then over the blanks.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.sql import Composable, Identifier

from services.grid_columns import COLUMNS, DEFAULT_SORT, RELEVANCE, Column
from services.grid_query import fragment
from services.grid_view import View


@dataclass(frozen=True)
class Segment:
    """One stretch of an order: the rows that meet `condition`, by `terms`."""

    condition: Composable | None
    terms: list[Composable]


@dataclass(frozen=True)
class Order:
    """An order as segments (their concatenation), as one ORDER BY, and what that one compares.

    reads_index: an index alone has both the rows and their order.
    """

    segments: list[Segment]
    whole: list[Composable]
    columns: list[Composable]
    reads_index: bool


def order_of(view: View) -> Order:
    """The order of a view by its columns; relevance falls back to the usual order."""
    sorts = [s for s in view.effective_sort if s[0] != RELEVANCE] or list(DEFAULT_SORT)
    down = sorts[0][1] == "desc"
    tie = _tie(down)
    whole = [*(_term(COLUMNS[name], direction) for name, direction in sorts), tie]
    columns: list[Composable] = [Identifier("c", COLUMNS[name].sort_column or "id") for name, _ in sorts]
    first = COLUMNS[sorts[0][0]]
    plain = len(sorts) == 1 and first.sort_as == "plain"
    segments = [Segment(None, whole)]
    if plain and down and first.nullable:
        terms = [fragment("order_backward", column=columns[0]), tie]
        segments = [
            Segment(fragment("value_not_blank", column=columns[0]), terms),
            Segment(fragment("value_blank", column=columns[0]), [tie]),
        ]
    unfiltered = not view.filters and not view.terms and view.status in ("active", "all")
    return Order(segments, whole, columns, plain and first.indexed and unfiltered)


def order_by_rank(rank: Composable) -> Order:
    """Best hit first; rank is an expression over c.search_tsv."""
    whole = [fragment("order_backward", column=rank), _tie(down=True)]
    return Order([Segment(None, whole)], whole, [Identifier("c", "search_tsv")], reads_index=False)


def _tie(down: bool) -> Composable:
    return fragment("order_backward" if down else "order_ascending", column=Identifier("c", "id"))


def _term(column: Column, direction: str) -> Composable:
    identifier: Composable = Identifier("c", column.sort_column or "id")
    expression = identifier if column.sort_as == "plain" else fragment(f"sort_{column.sort_as}", column=identifier)
    if direction == "asc":
        return fragment("order_ascending", column=expression)
    # Without blanks plain DESC, which the planner recognises as the index read backward.
    return fragment("order_descending" if column.nullable else "order_backward", column=expression)
