"""From what the page and its grid say to a View, and back to what the page starts with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layouts import text
from services.errors import BadInput
from services.grid.grid_columns import split_filters
from services.grid.grid_view import View


def view_of(page: Any, request: Mapping[str, Any] | None = None) -> View:
    """The view that the page shows: its own part, and what the grid's headers say. Raises BadInput."""
    if not isinstance(page, Mapping):
        raise BadInput(text.UNKNOWN_CALL)
    asked = request if request is not None else page
    headers = asked.get("filterModel") or {}
    sort = asked.get("sortModel" if request is not None else "sort") or []
    panel = page.get("f") or {}
    if not isinstance(headers, Mapping) or not isinstance(panel, Mapping):
        raise BadInput(text.UNKNOWN_CALL)
    return View.of(
        page.get("search_id"),
        status=page.get("status", "active"),
        q=page.get("q", ""),
        filters={**panel, **headers},
        sort=sort,
        zone=page.get("zone", "UTC"),
        match=page.get("match"),
    )


def version_of(page: Mapping[str, Any]) -> int | None:
    """The version that the page holds; anything that is no version counts as none."""
    version = page.get("version")
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def page_state(view: View, person: str | None, pending: int | None = None) -> dict[str, Any]:
    """What the Store grid-view starts with. pending: the match that it is compared with once that was read."""
    headers, panel = split_filters(view.filters)
    return {
        "search_id": str(view.search_id),
        "version": None,
        "seen": None,
        "count": None,
        "exact": False,
        **view.state(),
        "f": panel,
        "filterModel": headers,
        "match": view.match,
        "pending": pending,
        "person": person,
        "turn": 0,
    }


def mapping(request: Any) -> Mapping[str, Any]:
    """A request that must be an object. Raises BadInput."""
    if not isinstance(request, Mapping):
        raise BadInput(text.UNKNOWN_CALL)
    return request
