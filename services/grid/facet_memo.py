"""What was counted for a view, kept for everyone who may see the search.

The rules of versions are those of result sets: what is asked for under an old version is answered
from what was kept of it, or counted in the newest data and said to be so; never made up for the old.
One process counts, the others wait for it. Without Redis everyone counts for themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.access.identity import Actor
from services.cache import CacheDown
from services.grid.facet_counts import Counter
from services.grid.grid_columns import SIMILARITY
from services.grid.grid_view import View
from services.grid.result_sets import fetch_meta
from services.runtime import Runtime

TTL_S = 300
Kept = dict[str, Any]


class _Absent(Exception):
    """Nothing is kept under that key."""


class Asked:
    """One actor's question about one view. Raises Forbidden where the search is not theirs to see.

    base: the view without what does not change its counts; its search is the scope of what is kept,
    since everyone who may see a search sees the same people in it.
    """

    def __init__(self, rt: Runtime, actor: Actor, view: View, version: int | None) -> None:
        self.rt, self.actor, self.view = rt, actor, view
        with rt.db.connection() as conn:
            self.meta = fetch_meta(conn, actor, view)
        known = version is not None and 0 < version <= self.meta.version
        self.version = version if known and version is not None else self.meta.version

    def base(self, *without: str) -> View:
        """The view without some filters and without its order."""
        view = self.view.without_filter(*without)
        # What people are compared with is an order, but for a filter on how alike they are, and for that figure itself.
        match = view.match if SIMILARITY in view.filters or SIMILARITY in without else None
        return View(view.search_id, view.status, view.q, view.filters, (), view.zone, match)

    def total(self, version: int, *without: str) -> int | None:
        """How many people a version of the view without some filters has, if its list is there."""
        view = self.view.without_filter(*without)
        try:
            found = self.rt.lists.slice(view.search_id, view.key(version), 0, 0)
        except CacheDown:
            return None
        return found.total if found else None

    def recall(self, base: View, name: str, compute: Callable[[Counter], Kept]) -> Kept:
        """compute()'s answer with the "version" it holds for. JSON goes in, JSON comes out."""
        for version in dict.fromkeys((self.version, self.meta.version)):
            found = self._kept(base, version, name)
            if found is not None:
                return found
        made: list[Kept] = []

        def count() -> None:
            found = self._kept(base, self.meta.version, name)
            made.append(found if found is not None else self._count(base, name, compute))

        try:
            self.rt.lists.single_flight(_key(base, self.meta.version, name), count)
        except CacheDown:
            pass
        if not made:
            count()
        return made[0]

    def _count(self, base: View, name: str, compute: Callable[[Counter], Kept]) -> Kept:
        with self.rt.db.snapshot() as conn:
            meta = fetch_meta(conn, self.actor, base)
            answer = {**compute(Counter(conn, meta, base.search_id)), "version": meta.version}
        return self.rt.cache.memo(_key(base, meta.version, name), TTL_S, lambda: answer)

    def _kept(self, base: View, version: int, name: str) -> Kept | None:
        def absent() -> Kept:
            raise _Absent

        try:
            return self.rt.cache.memo(_key(base, version, name), TTL_S, absent)
        except _Absent:
            return None


def _key(base: View, version: int, name: str) -> str:
    return f"facet:{base.key(version)}:{name}"
