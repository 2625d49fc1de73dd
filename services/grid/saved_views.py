"""Named views of a search: a person's own, and those that colleagues share.

A view holds what a URL says (View.state()) and, if wanted, the columns. Whoever opens one sees the
search with their own rights: a shared view is there only for people who may see its search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access import identity
from services.access.identity import Actor
from services.errors import BadInput, Conflict, Forbidden, LimitReached, NotFound
from services.grid import column_state
from services.grid.grid_view import View
from services.runtime import Runtime
from services.searches.searches import refusal

MOST_OF_ONE = 50  # of one person in one search
MOST_SHOWN = 100
MAX_NAME = 100
GONE = "This view does not exist any more, or it is not shared with you."
NOT_YOURS = "This view is not there any more, or it is not yours to change."
TAKEN = "You already have a view of that name in this search; choose another name, or replace it."
TOO_LONG = "The view is too long to be saved; remove some values of its filters."
VIEWERS = "Viewers keep views for themselves. Ask a recruiter to share one."

_Q = sql.queries("saved_views")
_DEFAULT = "default_view:"  # + search id: a preference


@dataclass(frozen=True)
class SavedView:
    """One view. state: as View.from_state takes it; what is not known any more is left out of it.

    columns: [{colId, width, hide, pinned}, …], empty where the view says nothing of them.
    """

    id: int
    search_id: UUID
    name: str
    shared: bool
    own: bool
    owner: str
    is_default: bool
    state: dict[str, Any]
    columns: list[dict[str, Any]]

    @property
    def view(self) -> View:
        return View.from_state(self.search_id, self.state)

    @property
    def query(self) -> str:
        """For the address: ?status=…&f=…, "" for the usual view."""
        return self.view.query_string()


def save(
    rt: Runtime,
    actor: Actor,
    search_id: UUID | str,
    name: str,
    state: Mapping[str, Any],
    shared: bool = False,
    *,
    replace: bool = False,
) -> SavedView:
    """Keep a view under a name; replace=True changes the actor's view of that name.

    state: View.state(), and "columns" if they belong to the view. Raises BadInput, Conflict (the name is
    taken), Forbidden, LimitReached.
    """
    view, name = _checked(search_id, state), _name(name)
    kept: dict[str, Any] = view.state() | {"columns": column_state.clean(state.get("columns") or [])}
    params = {**actor.params, "search_id": view.search_id, "name": name, "shared": shared, "state": Jsonb(kept)}
    with rt.db.connection() as conn:
        db.run(conn, _Q.lock_owner, actor.params)
        room = db.one(conn, _Q.fetch_room, params)
        if room is None:
            raise refusal(conn, actor, view.search_id)
        _may_share(actor, shared)
        try:
            row = db.one(conn, _Q.replace_view, params) if replace else None
            if row is None and room["saved"] >= MOST_OF_ONE:
                raise LimitReached(f"You have {MOST_OF_ONE} views of this search; delete one first.")
            row = row or db.one(conn, _Q.insert_view, params)
        except (psycopg.errors.CheckViolation, psycopg.DataError) as error:
            # Too long as the database writes it, or with signs that it cannot hold.
            raise BadInput(TOO_LONG) from error
        if row is None:
            raise Conflict(TAKEN)
        return _fetch(conn, actor, row["id"])


def list_views(rt: Runtime, actor: Actor, search_id: UUID | str) -> list[SavedView]:
    """The actor's views of a search, then those that others share; at most 100."""
    params = {**actor.params, "search_id": _uuid(search_id), "default_view": _DEFAULT, "most": MOST_SHOWN}
    with rt.db.connection() as conn:
        return [_saved_view(row) for row in db.rows(conn, _Q.fetch_views, params)]


def open_view(rt: Runtime, actor: Actor, view_id: int) -> SavedView:
    """One view. Raises NotFound when it is gone, or not the actor's to open."""
    with rt.db.connection() as conn:
        return _fetch(conn, actor, view_id)


def rename(rt: Runtime, actor: Actor, view_id: int, name: str) -> SavedView:
    """Raises BadInput, Conflict (the name is taken), NotFound (gone, or someone else's)."""
    name = _name(name)
    with rt.db.connection() as conn:
        _own(conn, actor, view_id)
        taken = db.one(conn, _Q.name_is_taken, {"view_id": view_id, "name": name})
        if taken and taken["taken"]:
            raise Conflict(TAKEN)
        db.run(conn, _Q.rename_view, {"view_id": view_id, "name": name})
        return _fetch(conn, actor, view_id)


def share(rt: Runtime, actor: Actor, view_id: int, shared: bool) -> SavedView:
    """Show a view to everyone who may see its search, or to its owner only."""
    with rt.db.connection() as conn:
        _own(conn, actor, view_id)
        _may_share(actor, shared)
        db.run(conn, _Q.share_view, {"view_id": view_id, "shared": shared})
        return _fetch(conn, actor, view_id)


def delete(rt: Runtime, actor: Actor, view_id: int) -> SavedView:
    """Remove one's own view; returns it as it was. Raises NotFound."""
    with rt.db.connection() as conn:
        _own(conn, actor, view_id)
        was = _fetch(conn, actor, view_id)
        db.run(conn, _Q.delete_view, {"view_id": view_id, "default_view": _DEFAULT})
    return was


def default_view(rt: Runtime, actor: Actor, search_id: UUID | str) -> SavedView | None:
    """The view with which a search opens for the actor, where its address says nothing else."""
    params = {**actor.params, "search_id": _uuid(search_id), "default_view": _DEFAULT}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_default_view, params)
    return _saved_view(row) if row else None


def set_default(rt: Runtime, actor: Actor, search_id: UUID | str, view_id: int | None) -> None:
    """Choose the view with which a search opens for the actor; None for the usual one. Raises NotFound."""
    search = _uuid(search_id)
    if view_id is None:
        params = {**actor.params, "search_id": search, "default_view": _DEFAULT}
        with rt.db.connection() as conn:
            db.run(conn, _Q.clear_default_view, params)
    elif open_view(rt, actor, view_id).search_id != search:
        raise NotFound(GONE)
    else:
        identity.set_preference(rt, actor, f"{_DEFAULT}{search}", view_id)


def _checked(search_id: UUID | str, state: Mapping[str, Any]) -> View:
    if not isinstance(state, Mapping):
        raise BadInput("The view is not in a form that can be read.")
    return View.from_state(search_id, state)


def _fetch(conn: db.Conn, actor: Actor, view_id: int) -> SavedView:
    row = db.one(conn, _Q.fetch_view, {**actor.params, "view_id": _id(view_id), "default_view": _DEFAULT})
    if row is None:
        raise NotFound(GONE)
    return _saved_view(row)


def _own(conn: db.Conn, actor: Actor, view_id: int) -> None:
    db.run(conn, _Q.lock_owner, actor.params)
    if db.one(conn, _Q.fetch_own_view, {**actor.params, "view_id": _id(view_id)}) is None:
        raise NotFound(NOT_YOURS)


def _may_share(actor: Actor, shared: bool) -> None:
    if shared and not actor.may_edit:
        raise Forbidden(VIEWERS)


def _saved_view(row: Mapping[str, Any]) -> SavedView:
    state = _readable(row["search_id"], row["state"])
    columns = column_state.clean(row["state"].get("columns") or [])
    names = ("id", "search_id", "name", "shared", "own", "owner", "is_default")
    return SavedView(**{name: row[name] for name in names}, state=state, columns=columns)


def _readable(search_id: UUID, state: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a state that this version still understands; filters come and go with versions."""
    try:
        return View.from_state(search_id, state).state()
    except BadInput:
        view = View.of(search_id)
    filters = dict(state.get("f") or {})
    parts = [{name: state[name]} for name in ("status", "q", "sort", "zone", "match") if name in state]
    for part in [*parts, *({"f": {key: model}} for key, model in filters.items())]:
        merged = {**view.state(), **part}
        if "f" in part:
            merged["f"] = {**view.filters, **part["f"]}
        try:
            view = View.from_state(search_id, merged)
        except BadInput:
            continue
    return view.state()


def _name(raw: Any) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in str(raw or "")).split())
    if not 1 <= len(name) <= MAX_NAME:
        raise BadInput(f"A view needs a name of 1 to {MAX_NAME} characters.")
    return name


def _id(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**63:
        raise NotFound(GONE)
    return raw


def _uuid(raw: UUID | str) -> UUID:
    return View.of(raw).search_id
