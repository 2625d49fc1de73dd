"""Result sets: any page of any view at the cost of the first one.

A view's ordered ids are built once for a version of the search's data, kept in Redis, and shared
by everyone who looks at it. A page is a slice of that list and 100 rows by primary key.

Rules of versions (docs/decisions/0002):
- the key is computed here from view and data_version; none is ever accepted from outside;
- a page shows the version that it started with as long as its list lives: nothing moves;
- a list that is gone after the version moved on is never rebuilt under the old version: the
  answer carries the new one, and the grid starts over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL, Composable, Composed

import sql
from services import db, known
from services.cache import CacheDown
from services.errors import Forbidden, LimitReached
from services.grid_columns import RELEVANCE
from services.grid_order import Order, order_by_rank, order_of
from services.grid_query import Where, fragment
from services.grid_view import View
from services.id_lists import IdList, IdSlice
from services.identity import Actor
from services.runtime import Runtime

_Q = sql.queries("grid")
RANK_CAP = 2_000
# With fewer hits than this, finding and sorting them all costs less than a walk through an index can.
FEW = 20_000
# Hits of a search text are counted up to here: the planner cannot guess phrases and parts of words.
MANY = 10_000
PAGE = 100
TOO_MANY = "This view has too many people for that. Narrow it with a filter first."
NO_SEARCH = "This search does not exist, or you may not see it."


@dataclass(frozen=True)
class Page:
    """Rows start..end of a view.

    rows: dicts by column field, at most 100; a candidate deleted since has `deleted` true. `known`: see
    services/known.marks().
    row_count: of the whole view, exact or the planner's estimate. version: of the data that the
    order comes from. moved: the version asked for is gone, start over. too_large: above
    RESULT_SET_MAX_ROWS or the memory for lists, so far jumps are slow. snapshot: Postgres's, of the
    moment at which the rows were read.
    """

    rows: list[dict[str, Any]]
    row_count: int
    exact: bool
    version: int
    editable: bool = False
    moved: bool = False
    too_large: bool = False
    snapshot: str = ""


@dataclass(frozen=True)
class Meta:
    """What a page needs to know of its search."""

    version: int
    profile_count: int
    editable: bool
    snapshot: str

    def wanted(self, version: int | None) -> int:
        """The version that a page asks for, if there is or was such a one; else the newest."""
        return version if version is not None and 0 < version < self.version else self.version


@dataclass(frozen=True)
class _Part:
    """Ids start..end, how many there are in all, and where they come from."""

    ids: list[int]
    total: int
    version: int
    moved: bool
    too_large: bool = False


@dataclass(frozen=True)
class _Plan:
    """Conditions and order of a view, ready for SQL, and about how many rows it has.

    walk: so many are hits that an index in this order meets a page of them soon.
    """

    where: Where
    order: Order
    estimate: int
    filtered: bool
    walk: bool = False


def fetch_page(rt: Runtime, actor: Actor, view: View, version: int | None, start: int, end: int) -> Page:
    """Rows of a view. version: what the page holds, or None. Raises Forbidden, Unavailable."""
    with rt.db.connection() as conn:
        meta = fetch_meta(conn, actor, view)
        wanted = meta.wanted(version)
        try:
            found = rt.lists.slice(view.search_id, view.key(wanted), start, end)
        except CacheDown:
            found = None
        if found is not None:
            rows = _rows(conn, actor, view, found.ids)
            return Page(rows, found.total, True, wanted, meta.editable, snapshot=meta.snapshot)
    if start == 0:
        return _first_page(rt, actor, view, version, end)
    return _jump(rt, actor, view, version, start, end)


def count(rt: Runtime, actor: Actor, view: View, version: int | None) -> Page:
    """The exact number of rows, which builds the list: what makes the next jumps quick. No rows."""
    return _jump(rt, actor, view, version, 0, 0)


def version_of(rt: Runtime, actor: Actor, view: View) -> int:
    """The newest version of the search's data; one small query, for the pill."""
    with rt.db.connection() as conn:
        return fetch_meta(conn, actor, view).version


def fetch_meta(conn: db.Conn, actor: Actor, view: View) -> Meta:
    """Version and rights. Raises Forbidden when the search is not there or not the actor's to see."""
    row = db.one(conn, _Q.fetch_version, {"search_id": view.search_id, **actor.params})
    if row is None:
        raise Forbidden(NO_SEARCH)
    return Meta(row["data_version"], row["profile_count"], row["editable"], row["snapshot"])


def whole_list(rt: Runtime, actor: Actor, view: View, version: int | None) -> tuple[IdList, int]:
    """The list that a page shows, or one of the newest version where that is gone; and its version.

    One list from beginning to end, whatever others write meanwhile: 4 or 8 bytes of memory an id. Its
    snapshot tells who changed since: those whose changed_xid is not visible in it. Built once for all,
    as for a page. Raises LimitReached in web processes above RESULT_SET_MAX_ROWS; jobs may go beyond.
    """
    with rt.db.connection() as conn:
        meta = fetch_meta(conn, actor, view)
    try:
        for at in dict.fromkeys((meta.wanted(version), meta.version)):
            found = rt.lists.load(view.search_id, view.key(at))
            if found is not None:
                return found, at
        built = _build_once(rt, actor, view, meta.version)
        if built is not None:
            return built
    except CacheDown:
        pass
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan, width = _plan(conn, view, meta), _width(conn)
        if rt.kind == "web" and min(meta.profile_count, plan.estimate) > rt.lists.longest(width):
            raise LimitReached(TOO_MANY)
        conn.execute(_Q.sort_in_memory)
        return _list_of(conn, plan, meta, width), meta.version


def rows_of(rt: Runtime, actor: Actor, view: View, ids: list[int]) -> list[dict[str, Any]]:
    """Rows of at most 100 candidates as they are now, to be shown in place of what the page has."""
    with rt.db.connection() as conn:
        fetch_meta(conn, actor, view)
        return _rows(conn, actor, view, ids[:PAGE])


def _first_page(rt: Runtime, actor: Actor, view: View, version: int | None, end: int) -> Page:
    # Straight from the table: the first page never waits for a list.
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan = _plan(conn, view, meta)
        ids = _ids(conn, plan, end + 1, 0)
        rows = _rows(conn, actor, view, ids[:end])
        exact = len(ids) <= end
        total = len(ids) if exact else max(plan.estimate, len(ids))
    moved = meta.wanted(version) != meta.version
    return Page(rows, total, exact, meta.version, meta.editable, moved, snapshot=meta.snapshot)


def _jump(rt: Runtime, actor: Actor, view: View, version: int | None, start: int, end: int) -> Page:
    part = _slice(rt, actor, view, version, start, end)
    with rt.db.connection() as conn:
        meta = fetch_meta(conn, actor, view)
        rows = _rows(conn, actor, view, part.ids)
    return Page(rows, part.total, True, part.version, meta.editable, part.moved, part.too_large, meta.snapshot)


def _slice(rt: Runtime, actor: Actor, view: View, version: int | None, start: int, end: int) -> _Part:
    """By the list, building it if need be."""
    with rt.db.connection() as conn:
        meta = fetch_meta(conn, actor, view)
        wanted = meta.wanted(version)

    def part(found: IdSlice, used: int) -> _Part:
        return _Part(found.ids, found.total, used, used != wanted)

    try:
        for at in dict.fromkeys((wanted, meta.version)):
            found = rt.lists.slice(view.search_id, view.key(at), start, end)
            if found is not None:
                return part(found, at)
        built = _build_once(rt, actor, view, meta.version)
        if built is not None:
            made, at = built
            return part(made.slice(start, end), at)
        found = rt.lists.slice(view.search_id, view.key(meta.version), start, end)
        if found is not None:
            return part(found, meta.version)
    except CacheDown:
        pass
    return _by_offset(rt, actor, view, wanted, start, end)


def _build_once(rt: Runtime, actor: Actor, view: View, version: int) -> tuple[IdList, int] | None:
    made: list[tuple[IdList, int]] = []

    def build() -> None:
        if rt.lists.slice(view.search_id, view.key(version), 0, 0) is None:
            built = _build(rt, actor, view)
            if built is not None:
                rt.lists.store(view.search_id, view.key(built[1]), built[0])
                made.append(built)

    rt.lists.single_flight(view.key(version), build)
    return made[0] if made else None


def _build(rt: Runtime, actor: Actor, view: View) -> tuple[IdList, int] | None:
    """The whole list in one snapshot, with the version of that snapshot; None above the ceiling."""
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan = _plan(conn, view, meta)
        conn.execute(_Q.sort_in_memory)
        width = _width(conn)
        most = rt.lists.longest(width)
        if meta.profile_count > most and plan.estimate > most:
            return None
        return _list_of(conn, plan, meta, width), meta.version


def _list_of(conn: db.Conn, plan: _Plan, meta: Meta, width: int) -> IdList:
    return IdList(_packed_ids(conn, plan, width), width, meta.snapshot)


def _width(conn: db.Conn) -> int:
    wide = db.one(conn, _Q.fetch_ids_are_wide)
    return 8 if wide and wide["wide"] else 4


def _packed_ids(conn: db.Conn, plan: _Plan, width: int) -> bytes:
    packed, order = fragment(f"packed_{width}"), plan.order
    if order.reads_index:
        texts = [
            SQL(_Q.build_list).format(
                packed=packed, where=_with(plan.where, segment.condition), order=SQL(", ").join(segment.terms)
            )
            for segment in order.segments
        ]
    else:
        texts = [
            SQL(_Q.build_list_sorted).format(
                packed=packed,
                where=plan.where.sql(),
                order=SQL(", ").join(order.whole),
                columns=SQL(", ").join(order.columns),
            )
        ]
    return b"".join(_bytes(conn, text, plan.where.params) for text in texts)


def _bytes(conn: db.Conn, text: Composed, params: dict[str, Any]) -> bytes:
    row = conn.execute(text, params, binary=True).fetchone()
    return bytes(row["ids"]) if row and row["ids"] is not None else b""


def _by_offset(rt: Runtime, actor: Actor, view: View, wanted: int, start: int, end: int) -> _Part:
    """Without a list: ids first (deferred join), rows after. Slower, never wrong."""
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan = _plan(conn, view, meta)
        # Counted first: a walk through an index leaves the planner no other way for what follows.
        total = _count(conn, plan.where)
        ids = _ids(conn, plan, end - start, start) if start < min(end, total) else []
        most = rt.lists.longest(_width(conn))
    return _Part(ids, total, meta.version, meta.version != wanted, total > most)


def _ids(conn: db.Conn, plan: _Plan, limit: int, offset: int) -> list[int]:
    if plan.filtered and plan.estimate < FEW:
        text = SQL(_Q.fetch_found_ids).format(
            where=plan.where.sql(), columns=SQL(", ").join(plan.order.columns), order=SQL(", ").join(plan.order.whole)
        )
        params = {**plan.where.params, "limit": limit, "offset": offset}
        return [row["id"] for row in conn.execute(text, params)]
    ids: list[int] = []
    if plan.walk:
        conn.execute(_Q.walk_index)
    for number, segment in enumerate(plan.order.segments):
        where = _with(plan.where, segment.condition)
        params = {**plan.where.params, "limit": limit - len(ids), "offset": offset}
        got = [row["id"] for row in conn.execute(_format(_Q.fetch_ids, where, segment.terms), params)]
        ids += got
        if len(ids) >= limit or number + 1 == len(plan.order.segments):
            break
        # Past the end of this segment: go on in the next one with what is left of the offset.
        offset = 0 if got else max(0, offset - _count_where(conn, where, plan.where.params))
    return ids


def _plan(conn: db.Conn, view: View, meta: Meta) -> _Plan:
    where, filtered = view.where(), bool(view.filters or view.terms or view.status not in ("active", "all"))
    estimate = meta.profile_count if view.status == "all" and not filtered else _estimate(conn, where)
    if not view.terms:
        return _Plan(where, order_of(view), estimate, filtered)
    row = conn.execute(SQL(_Q.count_capped).format(where=where.sql()), {**where.params, "cap": MANY + 1}).fetchone()
    hits = int(row["n"]) if row else 0
    # Ranking reads every hit: only where there are few. Many hits come in the usual order.
    if view.effective_sort[0][0] == RELEVANCE and hits <= RANK_CAP:
        words = [
            fragment("rank_prefix" if term.kind == "prefix" else "rank_word", value=where.value(term.text))
            for term in view.terms
            if not term.negated
        ]
        return _Plan(where, order_by_rank(fragment("rank", query=SQL(" || ").join(words))), hits, filtered)
    order = order_of(view)
    if hits <= MANY:
        return _Plan(where, order, hits, filtered)
    return _Plan(where, order, max(estimate, FEW), filtered, walk=order.by_index)


def _rows(conn: db.Conn, actor: Actor, view: View, ids: list[int]) -> list[dict[str, Any]]:
    if not ids:
        return []
    rows = db.rows(conn, _Q.fetch_rows, {"ids": ids, "search_id": view.search_id})
    marks = known.marks(conn, actor, view.search_id, ids)
    return [{**row, "known": marks.get(row["id"])} for row in rows]


def _estimate(conn: db.Conn, where: Where) -> int:
    text = SQL(_Q.estimate_rows).format(where=where.sql())
    row = conn.execute(text, where.params).fetchone()
    return int(row["QUERY PLAN"][0]["Plan"]["Plan Rows"]) if row else 0


def _count(conn: db.Conn, where: Where) -> int:
    return _count_where(conn, where.sql(), where.params)


def _count_where(conn: db.Conn, where: Composable, params: dict[str, Any]) -> int:
    row = conn.execute(SQL(_Q.count_rows).format(where=where), params).fetchone()
    return int(row["n"]) if row else 0


def _with(where: Where, extra: Composable | None) -> Composed:
    return SQL(" AND ").join(where.conditions if extra is None else [*where.conditions, extra])


def _format(query: str, where: Composable, order: list[Composable]) -> Composed:
    return SQL(query).format(where=where, order=SQL(", ").join(order))
