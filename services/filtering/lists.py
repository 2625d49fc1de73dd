"""Lists of people, companies and schools that rules use: made, filled, versioned.

Filling a list gives it a new version, unless nothing changed. Entries that stay keep their id, so that the
ledger, and who was brought back in spite of an entry, hold on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, Forbidden, NotFound
from services.filtering.list_rows import MAX_ENTRIES, Entry
from services.filtering.rule_kinds import LIST_KINDS, Holds
from services.imports.import_rows import clean
from services.privacy import suppression
from services.runtime import Runtime

Source = Literal["typed", "file", "sheet"]
MAX_NAME = 100
MAX_PAGE = 100
ANALYZE_FROM = 1_000
GONE = "This list does not exist any more, or it is not shared with you."
READ_ONLY = "You may look at this list, but not change it."

_Q = sql.queries("lists")


@dataclass(frozen=True)
class ListInfo:
    """A list as one person sees it. sync_state: of its Google Sheet: never, ok, failed (with sync_message)."""

    id: int
    kind: str
    holds: Holds
    name: str
    shared: bool
    source: Source
    version: int
    entry_count: int
    sheet_id: str
    sheet_range: str
    sync_every_min: int | None
    sync_state: str
    sync_message: str
    sync_tried_at: datetime | None
    synced_at: datetime | None
    created_at: datetime
    updated_at: datetime
    owner: str
    editable: bool


@dataclass(frozen=True)
class Filled:
    """What filling a list did. taken: of `given` lines, those that mean something and are not there twice.
    suppressed: those about people who were erased on request, which are left out.

    version is the old one where nothing changed."""

    version: int
    entries: int
    added: int
    removed: int
    given: int
    taken: int
    suppressed: int = 0


@dataclass(frozen=True)
class ListEntry:
    """One entry of the newest version. row_number: in the file, sheet or text that it came from."""

    id: int
    row_number: int
    label: str
    company: str
    url_key: str
    email_key: str
    raw: str
    from_version: int


@dataclass(frozen=True)
class Version:
    """One line of a list's history."""

    version: int
    entries: int
    added: int
    removed: int
    source: Source
    who: str
    at: datetime


def all_lists(rt: Runtime, actor: Actor) -> list[ListInfo]:
    """Lists that the actor may see, by name; at most 500."""
    with rt.db.connection() as conn:
        return [ListInfo(**row) for row in db.rows(conn, _Q.fetch_lists, {"list_id": None, **actor.params})]


def get(rt: Runtime, actor: Actor, list_id: int) -> ListInfo:
    """Raises NotFound, also for a list that is not the actor's to see."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_lists, {"list_id": list_id, **actor.params})
    if row is None:
        raise NotFound(GONE)
    return ListInfo(**row)


def create(rt: Runtime, actor: Actor, kind: str, name: str, holds: str | None = None, *, shared: bool = True) -> int:
    """A new, empty list; returns its id. holds is for kind "custom". Raises Forbidden, BadInput."""
    if not actor.may_edit:
        raise Forbidden("Viewers cannot make lists. Ask an admin for another role.")
    if kind not in LIST_KINDS:
        raise BadInput(f"A list is of one of the kinds {', '.join(LIST_KINDS)}.")
    held = LIST_KINDS[kind][0] or holds
    if held not in ("people", "companies", "schools"):
        raise BadInput("Say what the list holds: people, companies or schools.")
    given = {"kind": kind, "holds": held, "name": _name(name), "shared": shared, **actor.params}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.insert_list, given)
        if row is None:
            raise BadInput("You have a list of this name already; choose another.")
        audit(conn, actor, "list.create", str(row["id"]), kind=kind)
    return int(row["id"])


def rename(rt: Runtime, actor: Actor, list_id: int, name: str, *, shared: bool = True) -> None:
    """Name, and whether others see it (only its owner and admins change that). Raises BadInput, Forbidden."""
    given = {"list_id": list_id, "name": _name(name), "shared": shared, **actor.params}
    with rt.db.connection() as conn:
        if db.run(conn, _Q.update_list, given) == 0:
            raise Forbidden(READ_ONLY)
        audit(conn, actor, "list.rename", str(list_id), shared=shared)


def archive(rt: Runtime, actor: Actor, list_id: int) -> None:
    """Put a list away; rules do not find it any more. Raises Forbidden unless owner or admin."""
    with rt.db.connection() as conn:
        if db.run(conn, _Q.archive_list, {"list_id": list_id, **actor.params}) == 0:
            raise Forbidden("Only the list's owner or an admin can put it away.")
        audit(conn, actor, "list.archive", str(list_id))


def replace(rt: Runtime, actor: Actor, list_id: int, entries: Sequence[Entry], source: Source = "typed") -> Filled:
    """Make these the list's entries, in one transaction. Raises NotFound, BadInput (none, too many)."""
    if not entries:
        raise BadInput("There is nothing in it that could be an entry; the list stays as it is.")
    return _fill(rt, actor, list_id, entries, source, add_only=False)


def add(rt: Runtime, actor: Actor, list_id: int, entries: Sequence[Entry]) -> Filled:
    """Add entries to those that are there. Raises NotFound, BadInput."""
    if not entries:
        raise BadInput("Type at least one entry: people need an address, an e-mail, or a name and a company.")
    return _fill(rt, actor, list_id, entries, "typed", add_only=True)


def remove(rt: Runtime, actor: Actor, list_id: int, entry_ids: Sequence[int]) -> Filled:
    """Take entries out: a new version. Raises NotFound, also for entries that are not there."""
    with rt.db.connection() as conn:
        row = _lock(conn, actor, list_id)
        given = {"list_id": list_id, "version": row["version"], "ids": list(entry_ids)}
        removed = db.run(conn, _Q.remove_entries, given)
        if not removed:
            raise NotFound("These entries are not in the list any more.")
        left = row["entry_count"] - removed
        return _finish(conn, actor, row, row["source"], Filled(row["version"], left, 0, removed, 0, 0))


def entries(
    rt: Runtime, actor: Actor, list_id: int, text: str = "", *, offset: int = 0, limit: int = MAX_PAGE
) -> tuple[list[ListEntry], int]:
    """A page of the newest version, and how many there are; text: part of a line. Raises NotFound."""
    get(rt, actor, list_id)
    given = {
        "list_id": list_id, "text": clean(text, 200) or None, "offset": max(offset, 0),
        "limit": min(max(limit, 1), MAX_PAGE), **actor.params,
    }  # fmt: skip
    with rt.db.snapshot() as conn:
        total = db.one(conn, _Q.count_entries, given)
        return [ListEntry(**row) for row in db.rows(conn, _Q.fetch_entries, given)], total["total"] if total else 0


def versions(rt: Runtime, actor: Actor, list_id: int) -> list[Version]:
    """The list's history, the newest first, at most 100. Raises NotFound."""
    get(rt, actor, list_id)
    with rt.db.connection() as conn:
        return [Version(**row) for row in db.rows(conn, _Q.fetch_versions, {"list_id": list_id, **actor.params})]


def searches_behind(rt: Runtime, actor: Actor, list_id: int) -> list[tuple[UUID, str]]:
    """(id, title) of searches where an older version is in force than the newest; see rules_in_force.would_change()."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_users_of, {"list_id": list_id, **actor.params})
    return [(row["id"], row["title"]) for row in found]


# -- inside ----------------------------------------------------------------------------------------------


def _fill(rt: Runtime, actor: Actor, list_id: int, given: Sequence[Entry], source: Source, *, add_only: bool) -> Filled:
    if len(given) > MAX_ENTRIES:
        raise BadInput(f"A list holds at most {MAX_ENTRIES:,} entries; this has {len(given):,}.")
    with rt.db.connection() as conn:
        row = _lock(conn, actor, list_id)
        lines, given, first = len(given), _not_erased(rt, conn, given), 0
        if not given:
            raise BadInput("Everybody in it was erased on request; the list stays as it is.")
        if add_only:
            last = db.one(conn, _Q.last_row, {"list_id": list_id})
            first = last["row_number"] if last else 0
        made = db.one(conn, _Q.replace_entries, {
            "list_id": list_id, "version": row["version"], "holds": row["holds"], "add_only": add_only,
            "rows": [first + one.row_number for one in given], "raws": [one.raw for one in given],
            "labels": [one.label for one in given], "urls": [one.url_key for one in given],
            "emails": [one.email_key for one in given], "companies": [one.company for one in given],
        })  # fmt: skip
        assert made is not None
        if not made["taken"]:
            raise BadInput("There is nothing in it that could be an entry; the list stays as it is.")
        if made["added"] >= ANALYZE_FROM:
            conn.execute(_Q.learn_entries)
        filled = Filled(row["version"], made["entries"], made["added"], made["removed"], lines, made["taken"],
                        lines - len(given))  # fmt: skip
        return _finish(conn, actor, row, source, filled)


def _finish(conn: db.Conn, actor: Actor, row: dict[str, Any], source: str, filled: Filled) -> Filled:
    """The new version, where something changed."""
    if not (filled.added or filled.removed):
        return filled
    version = row["version"] + 1
    given = {
        "list_id": row["id"], "version": version, "entries": filled.entries, "added": filled.added,
        "removed": filled.removed, "source": source, **actor.params,
    }  # fmt: skip
    db.run(conn, _Q.set_version, given)
    db.run(conn, _Q.insert_version, given)
    audit(conn, actor, "list.fill", str(row["id"]), version=version, added=filled.added, removed=filled.removed)
    return dataclasses.replace(filled, version=version)


def _not_erased(rt: Runtime, conn: db.Conn, given: Sequence[Entry]) -> Sequence[Entry]:
    """Lines that are not about someone who was erased: imports keep those out, on no list or on any."""
    found = suppression.erased_among(conn, rt.settings, (
        (place, [known for known in (("url", one.url_key, ""), ("email", one.email_key, one.label)) if known[1]])
        for place, one in enumerate(given)))  # fmt: skip
    return [one for place, one in enumerate(given) if place not in found] if found else given


def _lock(conn: db.Conn, actor: Actor, list_id: int) -> dict[str, Any]:
    row = db.one(conn, _Q.lock_list, {"list_id": list_id, **actor.params})
    if row is None:
        raise NotFound(GONE)
    return row


def _name(raw: str) -> str:
    name = clean(raw)
    if not name:
        raise BadInput("Give it a name.")
    if len(name) > MAX_NAME:
        raise BadInput(f"A name has at most {MAX_NAME} characters.")
    return name
