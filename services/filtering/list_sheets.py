"""Lists that are kept in Google Sheets: where they are read from, when, and how the last try went.

The client of sheets calls this. Whatever goes wrong, the version that was read last stays in force.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, Forbidden
from services.filtering import lists
from services.filtering.list_rows import Entry
from services.imports.import_rows import clean
from services.runs import jobs
from services.runtime import Runtime

UNREAD = (
    "The sheet is not read any more: whoever it was read for has no account, or may not change this list. Save its "
    "address again, and it is read for you."
)

_ADDRESS = re.compile(r"/spreadsheets/d/([\w-]{20,100})")
_ID = re.compile(r"([\w-]{20,100})")

_Q = sql.queries("lists")


@dataclass(frozen=True)
class DueSheet:
    """A list whose sheet is to be read again, and for whom."""

    list_id: int
    actor: Actor


def set_source(
    rt: Runtime, actor: Actor, list_id: int, sheet_id: str, sheet_range: str, every_min: int | None = None
) -> None:
    """Where a list is read from, and how often (minutes, None: only when asked).

    sheet_id: or its address; empty: from nowhere any more. Raises Forbidden, BadInput.
    """
    if every_min is not None and not 5 <= every_min <= 10_080:
        raise BadInput("A sheet is read again every 5 minutes at most, every week at least.")
    sheet_id = sheet_id_of(sheet_id) if sheet_id.strip() else ""
    sheet_range = clean(sheet_range)
    if sheet_id and not sheet_range:
        raise BadInput("Say which part of the sheet it is: its tab's name, or Tab!A:C.")
    given = {"list_id": list_id, "sheet_id": sheet_id, "sheet_range": sheet_range, "every_min": every_min}
    with rt.db.connection() as conn:
        if db.run(conn, _Q.update_sheet, {**given, **actor.params}) == 0:
            raise Forbidden(lists.READ_ONLY)
        audit(conn, actor, "list.sheet", str(list_id), every_min=every_min)


def is_set_up(rt: Runtime) -> bool:
    """Whether there is a key to read sheets with."""
    return bool(rt.settings.google_service_account)


def sheet_id_of(raw: str) -> str:
    """The id in a sheet's address, or an id as it is. Raises BadInput."""
    found = _ADDRESS.search(raw.strip()) or _ID.fullmatch(raw.strip())
    if found is None:
        raise BadInput("Paste the sheet's address, as the browser shows it.")
    return found[1]


def sync_now(rt: Runtime, actor: Actor, list_id: int) -> int:
    """Read a list's sheet now, as a job; returns the run's id. Raises NotFound, Forbidden, BadInput."""
    about = lists.get(rt, actor, list_id)
    if not about.editable:
        raise Forbidden(lists.READ_ONLY)
    if not about.sheet_id:
        raise BadInput("This list is not kept in a sheet. Say first which one it is.")
    with rt.db.connection() as conn:
        return jobs.start_run(conn, actor, "sheet", None, {"list_id": list_id}, total=1)


def failed(rt: Runtime, list_id: int, message: str) -> None:
    """The sheet could not be read: the last good version stays in force. message: for people."""
    with rt.db.connection() as conn:
        db.run(conn, _Q.note_sync, {"list_id": list_id, "state": "failed", "message": message[:500]})


def done(rt: Runtime, actor: Actor, list_id: int, entries: Sequence[Entry]) -> lists.Filled:
    """The sheet was read: lists.replace(), and the state of the sync. Raises as replace() does."""
    filled = lists.replace(rt, actor, list_id, entries, "sheet")
    with rt.db.connection() as conn:
        db.run(conn, _Q.note_sync, {"list_id": list_id, "state": "ok", "message": ""})
    return filled


def due(rt: Runtime) -> list[DueSheet]:
    """Lists whose sheet is to be read again now, at most 60; the periodic task calls this.

    One whose reader has lost their account or the right to change it says so: no sheet goes unread in silence.
    """
    with rt.db.connection() as conn:
        db.run(conn, _Q.note_unread, {"message": UNREAD})
        found = db.rows(conn, _Q.fetch_due)
    return [DueSheet(row["list_id"], Actor(row["user_id"], row["role"], row["name"])) for row in found]
