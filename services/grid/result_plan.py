"""How a view will be read: its conditions and order, about how many people it has, and ids straight from the table.

Finding and sorting costs what there is to find; walking an index in the view's order costs the way to the
next page of hits. Which is less depends on how many hits there are, so that is found out first
(docs/decisions/0002, "Find, then sort").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from psycopg.sql import SQL, Composable, Composed

import sql
from services import db
from services.grid.grid_columns import RELEVANCE, SIMILARITY
from services.grid.grid_order import Order, order_by_fusion, order_by_rank, order_of
from services.grid.grid_query import Where, fragment
from services.grid.grid_view import View
from services.matching import match_rank, match_sql

_Q = sql.queries("grid")
RANK_CAP = 2_000
# With fewer hits than this, finding and sorting them all costs less than a walk through an index can.
FEW = 20_000
# Hits of a search text are counted up to here: the planner cannot guess phrases and parts of words.
MANY = 10_000
# Where a page of hits stands among so many of the newest people, counting them all is not worth its time.
NEAR, ENOUGH = 8_000, 101
# The same for how alike people are: each one's vector is looked for, which takes several times as long as a word.
NEAR_ALIKE = 2_000


@dataclass(frozen=True)
class Plan:
    """Conditions and order of a view, ready for SQL, and about how many rows it has.

    walk: so many are hits that an index in this order meets a page of them soon. head: the first ones in the order,
    where an index of vectors gave them; the rest comes after them in an order of its own.
    """

    view: View
    where: Where
    order: Order
    estimate: int
    filtered: bool
    walk: bool = False
    head: tuple[int, ...] = ()


def plan_of(conn: db.Conn, view: View, profile_count: int) -> Plan:
    """profile_count: of the view's search. All that follows must be done in the same snapshot.

    Raises as match_rank.likeness_of() does for a view that is compared with something.
    """
    plan = _plan(conn, view, profile_count, match_rank.likeness_of(conn, view))
    compared = plan.order.nearest
    if compared is None:
        return plan
    few = compared.exact_rows
    if profile_count <= few or count_capped(conn, plan.where, few + 1) <= few:
        return plan
    return replace(plan, head=tuple(match_rank.nearest(conn, plan.where, compared) or ()))


def _plan(conn: db.Conn, view: View, profile_count: int, likeness: match_rank.Likeness | None) -> Plan:
    where, filtered = view.where(), bool(view.filters or view.terms or view.status not in ("active", "all"))
    estimate = profile_count if view.status == "all" and not filtered else estimate_rows(conn, where)
    order = order_of(view, likeness)
    # The planner cannot guess how alike people are either, and looking for each one's vector on a long walk takes
    # several times as long as for everyone's in a row.
    if not view.terms and SIMILARITY not in view.filters:
        return Plan(view, where, order, estimate, filtered)
    if estimate >= FEW and _is_near(conn, where, NEAR_ALIKE if SIMILARITY in view.filters else NEAR):
        return Plan(view, where, order, estimate, filtered, walk=order.by_index)
    row = conn.execute(SQL(_Q.find_capped).format(where=where.sql()), {**where.params, "cap": MANY + 1}).fetchone()
    hits = int(row["n"]) if row else 0
    if row and hits <= MANY:
        # Whoever was found need not be looked for again.
        where.conditions = [fragment("among", value=where.value(row["ids"] or []))]
    # Ranking reads every hit: only where there are few. Many hits come in the usual order.
    if view.terms and view.effective_sort[0][0] == RELEVANCE and hits <= RANK_CAP:
        words = [
            fragment("rank_prefix" if term.kind == "prefix" else "rank_word", value=where.value(term.text))
            for term in view.terms
            if not term.negated
        ]
        rank = fragment("rank_of_hits" if likeness else "rank", query=SQL(" || ").join(words))
        # Words that nearly everyone has say little of who is better, and their order is one of chance.
        weight = match_rank.rarity(hits, profile_count)
        order = order_by_fusion(likeness, rank, weight) if likeness else order_by_rank(rank)
    if hits <= MANY:
        return Plan(view, where, order, hits, filtered)
    return Plan(view, where, order, max(estimate, FEW), filtered, walk=order.by_index)


def _is_near(conn: db.Conn, where: Where, among: int) -> bool:
    """Whether a page of hits stands among the newest people: then there are too many to rank, and a walk is short."""
    text = SQL(_Q.count_near).format(search=where.conditions[0], where=where.sql())
    row = conn.execute(text, {**where.params, "among": among, "cap": ENOUGH}).fetchone()
    return row is not None and row["n"] >= ENOUGH


def fetch_ids(conn: db.Conn, plan: Plan, limit: int, offset: int) -> list[int]:
    """At most limit ids of a view from its place offset on, without a list."""
    if plan.head:
        first = list(plan.head[offset : offset + limit])
        rest = limit - len(first)
        return first + (fetch_ids(conn, behind(plan), rest, max(0, offset - len(plan.head))) if rest else [])
    if plan.order.computed or (plan.filtered and plan.estimate < FEW):
        text = SQL(_Q.fetch_found_ids).format(
            where=plan.where.sql(), columns=SQL(", ").join(plan.order.columns), source=plan.order.source,
            order=SQL(", ").join(plan.order.whole),
        )  # fmt: skip
        params = {**plan.where.params, "limit": limit, "offset": offset}
        return [row["id"] for row in conn.execute(text, params)]
    ids: list[int] = []
    if plan.walk:
        conn.execute(_Q.walk_index)
    for number, segment in enumerate(plan.order.segments):
        where = where_and(plan.where, segment.condition)
        params = {**plan.where.params, "limit": limit - len(ids), "offset": offset}
        got = [row["id"] for row in conn.execute(_format(_Q.fetch_ids, where, segment.terms), params)]
        ids += got
        if len(ids) >= limit or number + 1 == len(plan.order.segments):
            break
        # Past the end of this segment: go on in the next one with what is left of the offset.
        offset = 0 if got else max(0, offset - _count_where(conn, where, plan.where.params))
    return ids


def behind(plan: Plan) -> Plan:
    """The plan of everyone who comes after the head."""
    where = replace(plan.where, conditions=list(plan.where.conditions), params=dict(plan.where.params))
    where.conditions.append(match_sql.fragment("not_among", value=where.value(list(plan.head))))
    return replace(plan, where=where, head=())


def estimate_rows(conn: db.Conn, where: Where) -> int:
    """The planner's guess, in about a millisecond."""
    text = SQL(_Q.estimate_rows).format(where=where.sql())
    row = conn.execute(text, where.params).fetchone()
    return int(row["QUERY PLAN"][0]["Plan"]["Plan Rows"]) if row else 0


def count_rows(conn: db.Conn, where: Where) -> int:
    """Exact, by counting."""
    return _count_where(conn, where.sql(), where.params)


def count_capped(conn: db.Conn, where: Where, cap: int) -> int:
    """As count_rows, but no further than to cap."""
    row = conn.execute(SQL(_Q.count_capped).format(where=where.sql()), {**where.params, "cap": cap}).fetchone()
    return int(row["n"]) if row else 0


def _count_where(conn: db.Conn, where: Composable, params: dict[str, Any]) -> int:
    row = conn.execute(SQL(_Q.count_rows).format(where=where), params).fetchone()
    return int(row["n"]) if row else 0


def where_and(where: Where, extra: Composable | None) -> Composed:
    """All conditions, and one more."""
    return SQL(" AND ").join(where.conditions if extra is None else [*where.conditions, extra])


def _format(query: str, where: Composable, order: list[Composable]) -> Composed:
    return SQL(query).format(where=where, order=SQL(", ").join(order))
