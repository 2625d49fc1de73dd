"""The ordered ids of a whole view as one string of bytes, made in Postgres in the way that suits the view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg.sql import SQL, Composable, Composed

import sql
from services import db
from services.grid.grid_query import fragment
from services.grid.id_lists import pack
from services.grid.result_plan import FEW, Plan, behind, where_and

_Q = sql.queries("grid")


def id_width(conn: db.Conn) -> int:
    """Bytes an id takes: 4, or 8 once ids have outgrown them."""
    wide = db.one(conn, _Q.fetch_ids_are_wide)
    return 8 if wide and wide["wide"] else 4


def packed_ids(conn: db.Conn, plan: Plan, width: int) -> bytes:
    """Ids of a view in its order, big-endian, `width` bytes each. For a transaction of its own: it tunes it."""
    conn.execute(_Q.sort_in_memory)
    if plan.head:
        return pack(plan.head, width) + packed_ids(conn, behind(plan), width)
    packed, order, params = fragment(f"packed_{width}"), plan.order, plan.where.params
    if order.leaves_out and plan.estimate >= FEW:
        return _bytes(conn, *_list_without(plan, packed))
    if order.grouped and (grouped := _list_by_groups(conn, plan, packed)) is not None:
        return _bytes(conn, grouped, params)
    if order.reads_index:
        return b"".join(_bytes(conn, text, params) for text in _lists_from_index(plan, packed))
    return _bytes(conn, _list_sorted(plan, packed), params)


def _lists_from_index(plan: Plan, packed: Composable) -> Iterator[Composed]:
    for segment in plan.order.segments:
        yield SQL(_Q.build_list).format(
            packed=packed, where=where_and(plan.where, segment.condition), order=SQL(", ").join(segment.terms)
        )


def _list_sorted(plan: Plan, packed: Composable) -> Composed:
    return SQL(_Q.build_list_sorted).format(
        packed=packed,
        where=plan.where.sql(),
        order=SQL(", ").join(plan.order.whole),
        columns=SQL(", ").join(plan.order.columns),
        source=plan.order.source,
    )


def _list_by_groups(conn: db.Conn, plan: Plan, packed: Composable) -> Composed | None:
    """None where the planner would not do it by hash."""
    *by, tie = plan.order.whole
    text = SQL(_Q.build_list_grouped).format(
        packed=packed, where=plan.where.sql(), order=SQL(", ").join(by), tie=tie, columns=plan.order.columns[0]
    )
    row = conn.execute(SQL(_Q.explain_list).format(query=text), plan.where.params).fetchone()
    ways = _strategies(row["QUERY PLAN"][0]["Plan"]) if row else set()
    return text if "Hashed" in ways and not ways & {"Sorted", "Mixed"} else None


def _strategies(plan: dict[str, Any]) -> set[str]:
    """How aggregates are made in a plan."""
    return {plan.get("Strategy", "")}.union(*(_strategies(part) for part in plan.get("Plans", ())))


def _list_without(plan: Plan, packed: Composable) -> tuple[Composed, dict[str, Any]]:
    where = plan.view.without_text().where()
    parts = [
        fragment(
            "build_part", packed=packed, where=where_and(where, segment.condition), order=SQL(", ").join(segment.terms)
        )
        for segment in plan.order.segments
    ]
    matches = SQL(" OR ").join(plan.view.left_out(where))
    text = SQL(_Q.build_list_without).format(search=where.conditions[0], matches=matches, parts=SQL(" || ").join(parts))
    return text, where.params


def _bytes(conn: db.Conn, text: Composed, params: dict[str, Any]) -> bytes:
    row = conn.execute(text, params, binary=True).fetchone()
    return bytes(row["ids"]) if row and row["ids"] is not None else b""
