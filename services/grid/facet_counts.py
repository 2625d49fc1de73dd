"""Counting the values of a view's columns: exactly where that is quick, else on a sample.

The planner says what an exact count costs; above COST_LIMIT a sample is counted. It is drawn by the
people's profiles, so that the same data gives the same numbers.
At 1,000,000 candidates an index that has the column counts in 150 to 300 ms, the whole table in
350 to 600 ms, skills in 1,500 ms, a sample in 40 to 150 ms (2 cores, interleaved).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier

import sql
from services import db
from services.grid.criterion_filters import verdict_of
from services.grid.grid_query import Where
from services.grid.result_sets import Meta
from services.matching.match_filter import LikenessColumn

# In the planner's units; a quarter of a second on one core of a small machine.
COST_LIMIT = 50_000.0
# People looked at for a sample. A value that 1 % have is then known to about ±5 %, 2 of 3 times.
SAMPLE = 50_000
# Neighbours taken at a time: they stand on the same pages of the table.
RUN = 16
# Where a sample finds fewer than this, few match, and counting them all is quick.
ENOUGH = 1_000

_Q = sql.queries("facets")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Counted:
    """Rows of a query; factor is by how much their counts were scaled up, 1 where they are exact."""

    rows: Rows
    factor: int = 1

    @property
    def exact(self) -> bool:
        return self.factor == 1


@dataclass(frozen=True)
class Counter:
    """Counts for one search in one snapshot. The limits are arguments so that a small table can meet them."""

    conn: db.Conn
    meta: Meta
    search_id: UUID
    cost_limit: float = COST_LIMIT
    sample: int = SAMPLE
    enough: int = ENOUGH

    def values(self, where: Where, column: str, most: int, wanted: str = "any_value", **params: Any) -> Counted:
        """value, n, people by falling n. wanted: which of the values, a fragment with its params."""
        parts = {"column": Identifier("c", column), "wanted": part(wanted)}
        return self.run(_Q.count_values, where, parts, {"most": most, **params}, _people_of(wanted))

    def elements(self, where: Where, column: str, most: int, wanted: str = "any_value", **params: Any) -> Counted:
        """The same for an array column."""
        parts = {"column": Identifier("c", column), "wanted": part(wanted)}
        return self.run(_Q.count_elements, where, parts, {"most": most, **params}, _people_of(wanted))

    def elements_if_quick(self, where: Where, column: str, most: int, wanted: str, **params: Any) -> Rows:
        """The same, exact; no rows where that would not be quick."""
        parts = {"column": Identifier("c", column), "wanted": part(wanted)}
        query, given = _compose(_Q.count_elements, part("people"), where, parts), where.params | {"most": most} | params
        return self.rows(query, given) if self.is_quick(query, given) else []

    def rules(self, where: Where, column: str, most: int, wanted: str = "any_value", **params: Any) -> Counted:
        """The same of those whom rules left out; value is what the rule says. column: the only one there is."""
        return self.run(_Q.count_rules, where, {"wanted": part(wanted)}, {"most": most, **params}, _people_of(wanted))

    def reasons(self, where: Where, most: int) -> Counted:
        """The same of those who are rejected; value is a code of refuse_reasons, '' without one."""
        return self.run(_Q.count_reasons, where, {}, {"most": most}, _people)

    def tags(
        self, where: Where, column: str, most: int, wanted: str = "any_value", total: int | None = None, **params: Any
    ) -> Counted:
        """As elements(), by the index of those who have any where that is quicker. total: all people, if known."""
        query = _compose(_Q.count_tags, part("people"), where, {"wanted": part(wanted)})
        given = {**where.params, "most": most, **params}
        if not self.is_quick(query, given):
            return self.elements(where, column, most, wanted, **params)
        tagged, *found = self.rows(query, given)
        factor = 1
        if wanted == "any_value":
            if total is None:
                people = self.run(_Q.count_people, where, {}, {}, _sum)
                total, factor = people.rows[0]["n"], people.factor
            found.append({"value": None, "n": max(0, total - tagged["n"])})
        found = sorted((row for row in found if row["n"]), key=lambda row: (-row["n"], row["value"] or ""))
        return Counted(found, factor)

    def verdicts(self, where: Where, field: str) -> Counted:
        """value, n, people of a criterion's verdicts that count; NULL for those who were not screened by it."""
        parts = {"verdict": verdict_of(self.search_id, field)}
        return self.run(_Q.count_verdicts, where, parts, {}, _people)

    def small(self, where: Where, most: int) -> Counted:
        """field, value, n of all columns that have few values."""
        return self.run(_Q.count_small, where, {}, {"most": most}, lambda rows: _sum(rows, field="stage"))

    def steps(self, where: Where, column: str, size: float) -> Counted:
        """step, n, low, high of a numeric column in steps of `size`; step is None for blanks."""
        parts = {"column": Identifier("c", column)}
        return self.run(_Q.count_steps, where, parts, {"step_size": size}, _sum)

    def likeness(self, where: Where, size: float) -> Counted:
        """The same of how alike people are to the view's match; step is None for who was not compared."""
        likeness = LikenessColumn(where)
        parts = {"vector": likeness.vector, "shown": likeness.shown, "model": likeness.model}
        return self.run(_Q.count_likeness, where, parts, {"step_size": size}, _sum)

    def bars(self, where: Where, column: str, edges: Sequence[datetime]) -> Counted:
        """bar, n of a column of moments: bar i lies between edges i - 1 and i; None for blanks."""
        parts = {"column": Identifier("c", column)}
        return self.run(_Q.count_bars, where, parts, {"edges": list(edges)}, _sum)

    def spellings(self, column: str, shown: str, keys: Sequence[str]) -> dict[str, str]:
        """Key → how it is written in a profile of this search; the key itself where that is not found."""
        query = SQL(_Q.fetch_spellings).format(column=Identifier(column), shown=Identifier(shown))
        rows = self.conn.execute(query, {"search_id": self.search_id, "keys": list(keys)})
        return {row["key"]: row["label"] or row["key"] for row in rows}

    def keys(self, texts: Sequence[str]) -> list[str]:
        """The keys of some texts."""
        return [row["key"] for row in db.rows(self.conn, _Q.fetch_keys, {"texts": list(texts)})]

    def moments(self, column: str) -> tuple[datetime, datetime] | None:
        """The first and the last moment that anyone in the search has in a column."""
        query = SQL(_Q.fetch_moments).format(column=Identifier("c", column))
        row = self.conn.execute(query, {"search_id": self.search_id}).fetchone()
        return (row["first"], row["last"]) if row and row["first"] is not None else None

    def run(
        self,
        query: LiteralString,
        where: Where,
        parts: Mapping[str, Composable],
        params: dict[str, Any],
        people: Callable[[Rows], int],
    ) -> Counted:
        """Count exactly if that is quick, else on a sample. people(rows) tells how many were counted."""
        everyone = _compose(query, part("people"), where, parts)
        given = {**where.params, **params}
        if self.is_quick(everyone, given):
            return Counted(self.rows(everyone, given))
        factor = -(-self.meta.profile_count // self.sample)
        span = self._span(factor)
        found = self.rows(_compose(query, part("sampled_people"), where, parts), given | span) if span else []
        if people(found) < self.enough:
            return Counted(self.rows(everyone, given))
        return Counted([row | {"n": row["n"] * factor} for row in found], factor)

    def is_quick(self, query: Composed, params: dict[str, Any]) -> bool:
        """Whether to count everyone: few people, or the planner finds it cheap."""
        if self.meta.profile_count <= self.sample:
            return True
        row = self.conn.execute(SQL(_Q.explain).format(query=query), params).fetchone()
        return row is not None and float(row["QUERY PLAN"][0]["Plan"]["Total Cost"]) <= self.cost_limit

    def rows(self, query: Composed, params: dict[str, Any]) -> Rows:
        return [dict(row) for row in self.conn.execute(query, params)]

    def _span(self, factor: int) -> dict[str, Any] | None:
        """Where the sample's runs begin: one in `factor`, each with about RUN people of this search."""
        row = db.one(self.conn, _Q.fetch_span, {"search_id": self.search_id})
        if row is None or row["first"] is None:
            return None
        spread = -(-(row["last"] - row["first"] + 1) // max(1, self.meta.profile_count))
        length = RUN * max(1, spread)
        return {"search_id": self.search_id, "first": row["first"], "last": row["last"],
                "length": length, "step": length * factor}  # fmt: skip


def part(name: str, **parts: Composable) -> Composable:
    """A fragment of sql/facets.sql."""
    return SQL(getattr(_Q, name)).format(**parts)


def _compose(query: LiteralString, people: Composable, where: Where, parts: Mapping[str, Composable]) -> Composed:
    return SQL(query).format(people=people, where=where.sql(), **parts)


def _sum(rows: Rows, field: str | None = None) -> int:
    return sum(row["n"] for row in rows if field is None or row["field"] == field)


def _people(rows: Rows) -> int:
    return int(rows[0]["people"]) if rows else 0


def _people_of(wanted: str) -> Callable[[Rows], int]:
    # Values that do not contain a text say nothing about how many people there are.
    return _people if wanted != "value_contains" else lambda rows: sys.maxsize
