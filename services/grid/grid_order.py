"""The order of a view as SQL. Pure.

Blanks come last in both directions, and equal rows are told apart by id, in the direction of the
first column. One index (search_id, column, id) serves both directions in two walks where its blanks
stand at the wrong end: first the rows that have a value, then the blanks. That is descending for
NULL, which an index keeps last, and ascending for an empty text, which it keeps first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from psycopg.sql import SQL, Composable, Identifier

from services.grid.criterion_filters import verdict_of
from services.grid.grid_columns import COLUMNS, RELEVANCE, Column, column_of
from services.grid.grid_query import fragment
from services.grid.grid_view import View
from services.matching.match_rank import Likeness

CANDIDATES = SQL("candidates c")


@dataclass(frozen=True)
class Segment:
    """One stretch of an order: the rows that meet `condition`, by `terms`."""

    condition: Composable | None
    terms: list[Composable]


@dataclass(frozen=True)
class Order:
    """An order as segments (their concatenation), as one ORDER BY, and what that one compares.

    reads_index: an index alone has both the rows and their order. by_index: an index has their order.
    leaves_out: an index alone has them, but for those whom a text leaves out. computed: a column is no column of
    the table, so the rows are found first and sorted after.
    grouped: its one column has few values, so the rows of each come by their last term alone. source: what the rows are
    found in. nearest: the most alike first, and nothing else, which an index of vectors may give.
    """

    segments: list[Segment]
    whole: list[Composable]
    columns: list[Composable]
    reads_index: bool
    by_index: bool = False
    leaves_out: bool = False
    grouped: bool = False
    computed: bool = False
    source: Composable = field(default_factory=lambda: CANDIDATES)
    nearest: Likeness | None = None


def order_of(view: View, likeness: Likeness | None = None) -> Order:
    """The order of a view by its columns; relevance falls back to the usual order. likeness: of the view's match."""
    sorts = [s for s in view.effective_sort if s[0] != RELEVANCE] or list(view.usual_sort)
    named = [(column_of(name) or COLUMNS[name], direction) for name, direction in sorts]
    first, down = named[0][0], named[0][1] == "desc"
    tie = _tie(down)
    whole = [*(_term(column, direction) for column, direction in named), tie]
    compared = likeness if any(column.sort_as == "similarity" for column, _ in named) else None
    columns = [_read(column, view, compared) for column, _ in named]
    segments = _walks(first, down, whole[1:]) if first.indexed else [Segment(None, whole)]
    alone = len(sorts) == 1 and not view.filters and view.status in ("active", "all")
    return Order(
        segments,
        whole,
        columns,
        reads_index=alone and first.indexed and not view.terms,
        by_index=first.indexed,
        leaves_out=alone and first.indexed and bool(view.terms) and all(term.negated for term in view.terms),
        grouped=alone and first.few_values and not view.terms,
        computed=any(column.sort_as in ("verdict", "similarity") for column, _ in named),
        source=compared.source if compared else CANDIDATES,
        nearest=compared if len(named) == 1 and down else None,
    )


def order_by_rank(rank: Composable) -> Order:
    """Best hit first; rank is an expression over c.search_tsv."""
    whole = [fragment("order_backward", column=rank), _tie(down=True)]
    return Order([Segment(None, whole)], whole, [Identifier("c", "search_tsv")], reads_index=False)


def order_by_fusion(likeness: Likeness, rank: Composable, weight: float) -> Order:
    """By likeness and by the words, which count `weight` as much, at once: for few people, who are all ranked twice."""
    column = Identifier("fused")
    whole = [fragment("order_backward", column=column), _tie(down=True)]
    columns = [fragment("named", expression=likeness.fused(rank, weight), column=column)]
    return Order([Segment(None, whole)], whole, columns, False, computed=True, source=likeness.source)


def _walks(first: Column, down: bool, then: list[Composable]) -> list[Segment]:
    """The order as an index on its first column has it: one walk, or two."""
    column = _column(first)
    forward = fragment("order_backward" if down else "order_ascending", column=column)
    if down == (first.sort_as == "text") or not (first.nullable or first.sort_as == "text"):
        return [Segment(None, [forward, *then])]
    kind = "text" if first.sort_as == "text" else "value"
    # Blanks are all equal, but the planner sees the index's order only where the column is named.
    return [
        Segment(fragment(f"{kind}_not_blank", column=column), [forward, *then]),
        Segment(fragment(f"{kind}_blank", column=column), [forward, *then]),
    ]


def _tie(down: bool) -> Composable:
    return fragment("order_backward" if down else "order_ascending", column=Identifier("c", "id"))


def _column(column: Column) -> Composable:
    return Identifier("c", column.sort_column or "id")


def _read(column: Column, view: View, likeness: Likeness | None) -> Composable:
    """A column among those that are read of the people who were found."""
    if likeness is not None and column.sort_as == "similarity":
        return fragment("named", expression=likeness.similarity, column=Identifier(column.field))
    if column.sort_as != "verdict":
        return _column(column)
    return fragment("named", expression=verdict_of(view.search_id, column.field), column=Identifier(column.field))


def _term(column: Column, direction: str) -> Composable:
    expression = _column(column)
    if column.sort_as not in ("plain", "verdict", "similarity"):
        expression = fragment(f"sort_{column.sort_as}", column=expression)
    return fragment("order_ascending" if direction == "asc" else "order_descending", column=expression)
