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

import time
from dataclasses import dataclass, replace
from typing import Any

import sql
from services import db
from services.access.identity import Actor
from services.cache import CacheDown
from services.errors import LimitReached
from services.grid import grid_criteria
from services.grid.grid_view import View
from services.grid.id_lists import IdList, IdSlice
from services.grid.list_building import id_width, packed_ids
from services.grid.result_plan import Plan, count_capped, count_rows, fetch_ids, plan_of
from services.matching import match_rank
from services.operations import metrics
from services.people import known
from services.runtime import Runtime
from services.searches.searches import refusal

_Q = sql.queries("grid")
# The most rows that a request brings.
PAGE = 100
TOO_MANY = "This view has too many people for that. Narrow it with a filter first."


@dataclass(frozen=True)
class Page:
    """Rows start..end of a view.

    rows: dicts by column field, at most 100; a candidate deleted since has `deleted` true. `known`: see
    services/people/known.marks(); of screened people also what grid_criteria.marks() says, and where the view is
    compared with something what services/matching/match_rank.marks() says.
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


def fetch_page(rt: Runtime, actor: Actor, view: View, version: int | None, start: int, end: int) -> Page:
    """Rows of a view. version: what the page holds, or None. Raises Forbidden, Unavailable."""
    with rt.db.reading() as conn:
        meta = fetch_meta(conn, actor, view)
        wanted = meta.wanted(version)
        try:
            found = rt.lists.slice(view.search_id, view.key(wanted), start, end)
        except CacheDown:
            found = None
        if found is not None:
            rows = _rows(conn, rt, actor, view, found.ids)
            return Page(rows, found.total, True, wanted, meta.editable, snapshot=meta.snapshot)
    if start == 0:
        return _first_page(rt, actor, view, version, end)
    return _jump(rt, actor, view, version, start, end)


def count(rt: Runtime, actor: Actor, view: View, version: int | None) -> Page:
    """The exact number of rows, which builds the list: what makes the next jumps quick. No rows."""
    return _jump(rt, actor, view, version, 0, 0)


def version_of(rt: Runtime, actor: Actor, view: View) -> int:
    """The newest version of the search's data; one small query, for the pill."""
    with rt.db.reading() as conn:
        return fetch_meta(conn, actor, view).version


def fetch_meta(conn: db.Conn, actor: Actor, view: View) -> Meta:
    """Version and rights. Raises Forbidden when the search is not there or not the actor's to see."""
    row = db.one(conn, _Q.fetch_version, {"search_id": view.search_id, **actor.params}, often=True)
    if row is None:
        raise refusal(conn, actor, view.search_id)
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
            return built[:2]
    except CacheDown:
        pass
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan, width = plan_of(conn, view, meta.profile_count), id_width(conn)
        if rt.kind == "web" and _is_too_long(conn, plan, meta, rt.lists.longest(width)):
            raise LimitReached(TOO_MANY)
        return _list_of(conn, plan, meta, width), meta.version


def rows_of(rt: Runtime, actor: Actor, view: View, ids: list[int]) -> tuple[list[dict[str, Any]], str]:
    """Rows of at most 100 candidates as they are now, to be shown in place of what the page has; and the
    snapshot in which they are at least as new."""
    with rt.db.reading() as conn:
        meta = fetch_meta(conn, actor, view)
        return _rows(conn, rt, actor, view, ids[:PAGE]), meta.snapshot


def _first_page(rt: Runtime, actor: Actor, view: View, version: int | None, end: int) -> Page:
    # Straight from the table: the first page never waits for a list.
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan = plan_of(conn, view, meta.profile_count)
        ids = fetch_ids(conn, plan, end + 1, 0)
        rows = _rows(conn, rt, actor, view, ids[:end])
        exact = len(ids) <= end
        total = len(ids) if exact else max(plan.estimate, len(ids))
    moved = meta.wanted(version) != meta.version
    return Page(rows, total, exact, meta.version, meta.editable, moved, snapshot=meta.snapshot)


def _jump(rt: Runtime, actor: Actor, view: View, version: int | None, start: int, end: int) -> Page:
    part = _slice(rt, actor, view, version, start, end)
    with rt.db.reading() as conn:
        meta = fetch_meta(conn, actor, view)
        rows = _rows(conn, rt, actor, view, part.ids)
    return Page(rows, part.total, True, part.version, meta.editable, part.moved, part.too_large, meta.snapshot)


def _slice(rt: Runtime, actor: Actor, view: View, version: int | None, start: int, end: int) -> _Part:
    """By the list, building it if need be."""
    with rt.db.reading() as conn:
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
            made, at, kept = built
            return replace(part(made.slice(start, end), at), too_large=not kept)
        found = rt.lists.slice(view.search_id, view.key(meta.version), start, end)
        if found is not None:
            return part(found, meta.version)
    except CacheDown:
        pass
    return _by_offset(rt, actor, view, wanted, start, end)


def _build_once(rt: Runtime, actor: Actor, view: View, version: int) -> tuple[IdList, int, bool] | None:
    """The list if it was built here, its version, and whether there was room to keep it for the others."""
    made: list[tuple[IdList, int, bool]] = []

    def build() -> None:
        if rt.lists.slice(view.search_id, view.key(version), 0, 0) is None:
            began = time.monotonic()
            built = _build(rt, actor, view)
            if built is not None:
                kept = rt.lists.store(view.search_id, view.key(built[1]), built[0])
                made.append((*built, kept))
                metrics.LIST_BUILDS.observe(time.monotonic() - began, "yes" if kept else "no")

    rt.lists.single_flight(view.key(version), build)
    return made[0] if made else None


def _build(rt: Runtime, actor: Actor, view: View) -> tuple[IdList, int] | None:
    """The whole list in one snapshot, with the version of that snapshot; None above the ceiling."""
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan = plan_of(conn, view, meta.profile_count)
        width = id_width(conn)
        most = rt.lists.longest(width)
        if _is_too_long(conn, plan, meta, most):
            return None
        return _list_of(conn, plan, meta, width), meta.version


def _is_too_long(conn: db.Conn, plan: Plan, meta: Meta, most: int) -> bool:
    """Whether a view has more people than a list may. Counted, at most one more than that: the planner
    may be wrong by any factor, in both directions.
    """
    return meta.profile_count > most and count_capped(conn, plan.where, most + 1) > most


def _list_of(conn: db.Conn, plan: Plan, meta: Meta, width: int) -> IdList:
    return IdList(packed_ids(conn, plan, width), width, meta.snapshot)


def _by_offset(rt: Runtime, actor: Actor, view: View, wanted: int, start: int, end: int) -> _Part:
    """Without a list: ids first (deferred join), rows after. Slower, never wrong."""
    with rt.db.snapshot() as conn:
        meta = fetch_meta(conn, actor, view)
        plan = plan_of(conn, view, meta.profile_count)
        # Counted first: a walk through an index leaves the planner no other way for what follows.
        total = count_rows(conn, plan.where)
        ids = fetch_ids(conn, plan, end - start, start) if start < min(end, total) else []
        most = rt.lists.longest(id_width(conn))
    return _Part(ids, total, meta.version, meta.version != wanted, total > most)


def _rows(conn: db.Conn, rt: Runtime, actor: Actor, view: View, ids: list[int]) -> list[dict[str, Any]]:
    if not ids:
        return []
    given = {"ids": db.id_array(ids), "search_id": view.search_id}
    rows = db.rows(conn, _Q.fetch_rows, given, often=True)
    marks = known.marks(conn, actor, view.search_id, ids)
    screening = grid_criteria.marks(conn, rt, view.search_id, rows)
    compared = match_rank.marks(conn, view, ids)
    for row in rows:
        row["known"] = marks.get(row["id"])
        row.update(screening.get(row["id"], {}), **compared.get(row["id"], {}))
    return rows
