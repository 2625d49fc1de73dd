"""Whom a run is about: the list as the person saw it, kept in the database until the run has ended.

The list in Redis may go, and a list made later would hold other people or leave some out; the
changes of a run would move its own ground. 4 or 8 bytes a person.
"""

from __future__ import annotations

import struct
from collections.abc import Collection

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput, Conflict
from services.grid import result_sets
from services.grid.grid_view import View
from services.grid.id_lists import IdList, unpack
from services.runtime import Runtime
from services.searches.searches import not_editable

MOVED = "The data has changed since this list was made. Refresh it, look again, and repeat the action."
NOBODY = "There is nobody in this list."
_STEP = 10_000

_Q = sql.queries("bulk")


def as_shown(
    rt: Runtime, actor: Actor, view: View, version: int | None, except_ids: Collection[int] = ()
) -> tuple[IdList, int]:
    """The list of a view that the actor may change, without some of its people; and its version.

    version: what the page shows, or None for the newest. Raises Forbidden, Conflict when that
    version can no longer be had, BadInput when nobody is left.
    """
    with rt.db.connection() as conn:
        if not result_sets.fetch_meta(conn, actor, view).editable:
            raise not_editable(conn, actor, view.search_id)
    made, at = result_sets.whole_list(rt, actor, view, version)
    if version is not None and at != version:
        raise Conflict(MOVED)
    made = without(made, set(except_ids))
    if not made.total:
        raise BadInput(NOBODY)
    return made, at


def without(made: IdList, left_out: Collection[int]) -> IdList:
    """The list without some ids, in its order; in steps, so that no list of all ids is in memory."""
    if not left_out:
        return made
    parts, sign = [], "i" if made.width == 4 else "q"
    for start in range(0, made.total, _STEP):
        packed = made.packed[start * made.width : (start + _STEP) * made.width]
        ids = unpack(packed, made.width)
        kept = [one for one in ids if one not in left_out]
        parts.append(packed if len(kept) == len(ids) else struct.pack(f">{len(kept)}{sign}", *kept))
    return IdList(b"".join(parts), made.width, made.snapshot)


def keep(conn: db.Conn, run_id: int, made: IdList) -> None:
    """For the run's whole life."""
    conn.execute(_Q.delete_ended_targets)
    given = {"run_id": run_id, "width": made.width, "ids": made.packed, "snapshot": made.snapshot}
    db.run(conn, _Q.insert_targets, given)


def drop(conn: db.Conn, run_id: int) -> None:
    """In the transaction that ends the run."""
    db.run(conn, _Q.delete_targets, {"run_id": run_id})


def kept(conn: db.Conn, run_id: int) -> tuple[int, str] | None:
    """(how many, snapshot of the list), or None when there is no list yet."""
    row = db.one(conn, _Q.fetch_targets, {"run_id": run_id})
    return (row["total"], row["snapshot"]) if row else None


def ids(conn: db.Conn, run_id: int, start: int, end: int) -> list[int]:
    """Ids start..end of a run's list."""
    given = {"run_id": run_id, "start": start, "end": end}
    row = conn.execute(_Q.fetch_target_ids, given, binary=True).fetchone()
    return unpack(bytes(row["ids"]), row["width"]) if row else []


def ensure(rt: Runtime, actor: Actor, run_id: int, view: View, version: int | None) -> tuple[int, str]:
    """As kept(); makes the list now where the run was started without one."""
    with rt.db.connection() as conn:
        found = kept(conn, run_id)
    if found is None:
        made, _ = as_shown(rt, actor, view, version)
        with rt.db.connection() as conn:
            keep(conn, run_id, made)
        found = made.total, made.snapshot
    return found
