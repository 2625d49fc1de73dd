"""Moving in from the SourcingX of before: what it would do, and doing it.

Everything that is moved is written down by what it was called there (legacy_items), so that a second go finds it
again: searches are made once, people come through the import, which knows rows that it has read. A search that was
deleted here since stays deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, ProductError
from services.imports import imports
from services.imports.import_rows import clean
from services.moving_in import legacy_people, legacy_rows
from services.moving_in.legacy_database import Item, LegacyDatabase
from services.moving_in.legacy_history import History, Launch
from services.moving_in.legacy_people import Spooled
from services.runtime import Runtime
from services.searches.searches import MAX_TITLE

TITLES = {"search": "Search {key}", "job": "Screened for {key}", "rest": "Everybody from the old SourcingX"}
SINCE_DELETED = "its search was deleted here since; restore it there, or leave it"
ARCHIVED = "its search is archived here; restore it first"
VIEWER = "A viewer cannot move anything in: give a recruiter or an admin with --user."

# Launches that become searches in one transaction.
AT_ONCE = 500

_Q = sql.queries("legacy")


@dataclass
class Moved:
    """What became of one search of before, or would. people: rows there; problem: why none of it was moved, else ""."""

    kind: str
    title: str
    people: int
    new: bool = True
    counts: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    missing: int = 0
    cut: int = 0
    failures: int = 0
    problem: str = ""


@dataclass
class Report:
    """launches: entries of the history, of which added become searches, known are there, deleted were deleted here
    since, and rejected (reason → how many) cannot be taken. nameless: people without an address, who cannot be told
    apart."""

    launches: int = 0
    added: int = 0
    known: int = 0
    deleted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    nameless: int = 0
    items: list[Moved] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(item.problem and item.problem not in (SINCE_DELETED, ARCHIVED) for item in self.items)


Told = Callable[[str], None]
# Launches by key: what became of those that were moved in before.
Found = dict[str, dict[str, Any]]


def dry_run(rt: Runtime, actor: Actor, source: LegacyDatabase | None, history: History) -> Report:
    """What move_in() would do; nothing is written, here or there. Raises BadInput, Forbidden."""
    report = _begin(actor, source, history)
    for launches in _batches(history.in_order()):
        with rt.db.connection() as conn:
            _count_launches(report, launches, _found(conn, launches))
    if source is not None:
        report.items = [_would_move(rt, actor, source, item) for item in source.items()]
    return report


def move_in(
    rt: Runtime,
    actor: Actor,
    source: LegacyDatabase | None,
    history: History,
    visibility: str = "team",
    told: Told = lambda _: None,
) -> Report:
    """Move everything in; what was moved before is only brought up to date. told: hears how far it is.

    One search that cannot be moved is no reason to leave out the others: it has its problem in the report. Raises
    BadInput, Forbidden, Unavailable.
    """
    report = _begin(actor, source, history)
    for launches in _batches(history.in_order()):
        _count_launches(report, launches, _take_launches(rt, actor, launches, visibility))
    if source is not None:
        for item in source.items():
            told(f"{_title(item)}: {item.people:,} people")
            report.items.append(_move(rt, actor, source, item, visibility))
    with rt.db.connection() as conn:
        audit(conn, actor, "legacy.import", launches=report.added, searches=len(report.items))
    return report


def _begin(actor: Actor, source: LegacyDatabase | None, history: History) -> Report:
    if not actor.may_edit:
        raise BadInput(VIEWER)
    report = Report(launches=history.entries, rejected=dict(history.problems))
    report.nameless = source.nameless() if source else 0
    return report


# -- the history --------------------------------------------------------------------------------------------------


def _batches(launches: list[Launch]) -> Iterator[list[Launch]]:
    return (launches[at : at + AT_ONCE] for at in range(0, len(launches), AT_ONCE))


def _count_launches(report: Report, launches: Sequence[Launch], found: Found) -> None:
    """found: those that were there before."""
    gone = sum(row["gone"] for row in found.values())
    report.added += len(launches) - len(found)
    report.deleted += gone
    report.known += len(found) - gone


def _take_launches(rt: Runtime, actor: Actor, launches: Sequence[Launch], visibility: str) -> Found:
    """Make searches of those that are not there yet, in one transaction; returns where the others are."""
    with rt.db.connection() as conn:
        found = _found(conn, launches)
        made = [
            {"id": str(uuid4()), "key": one.key, "title": one.title, "source_ref": one.csv_name,
             "source_url": one.search_url, "detail": one.detail(),
             "created_at": one.launched_at.isoformat() if one.launched_at else None}
            for one in launches if one.key not in found
        ]  # fmt: skip
        db.run(conn, _Q.insert_launches, {"launches": Jsonb(made), "visibility": visibility, **actor.params})
        return found


def _found(conn: db.Conn, launches: Sequence[Launch]) -> Found:
    rows = db.rows(conn, _Q.fetch_launches, {"keys": [one.key for one in launches]})
    return {row["legacy_key"]: row for row in rows}


def _make(conn: db.Conn, actor: Actor, given: dict[str, Any], detail: dict[str, Any]) -> UUID:
    made = db.one(conn, _Q.insert_search, given | actor.params)
    assert made is not None
    search_id: UUID = made["id"]
    db.run(conn, _Q.insert_item, given | {"search_id": search_id, "detail": Jsonb(detail)})
    audit(conn, actor, "search.create", str(search_id), visibility=given["visibility"])
    return search_id


# -- people -------------------------------------------------------------------------------------------------------


def _would_move(rt: Runtime, actor: Actor, source: LegacyDatabase, item: Item) -> Moved:
    with rt.db.connection() as conn:
        found = db.one(conn, _Q.fetch_item, {"kind": item.kind, "key": item.noted})
    moved = _moved(item, found)
    if moved.problem:
        return moved
    search_id = found["search_id"] if found else uuid4()
    moved.counts, spooled = legacy_people.count(rt, actor, source, item, search_id)
    _told_of(moved, spooled)
    return moved


def _move(rt: Runtime, actor: Actor, source: LegacyDatabase, item: Item, visibility: str) -> Moved:
    with rt.db.connection() as conn:
        found = db.one(conn, _Q.fetch_item, {"kind": item.kind, "key": item.noted})
        moved = _moved(item, found)
        if moved.problem:
            return moved
        search_id = found["search_id"] if found else _make(conn, actor, _given(item, visibility), {})
    try:
        if found and found["run_open"]:
            # What an earlier go read is brought to its end before the rows of now are looked at.
            legacy_people.go_on(rt, found["run_id"])
        run, spooled = legacy_people.take_over(rt, actor, source, item, search_id)
    except ProductError as error:
        moved.problem = error.message
        return moved
    with rt.db.connection() as conn:
        db.run(conn, _Q.finish_item, {"kind": item.kind, "key": item.noted})
    moved.counts = {name: int(run["counts"].get(name, 0)) for name in imports.COUNTS}
    _told_of(moved, spooled)
    return moved


def _moved(item: Item, found: dict[str, Any] | None) -> Moved:
    moved = Moved(item.kind, _title(item), item.people, new=found is None, missing=item.missing)
    if found:
        moved.problem = SINCE_DELETED if found["gone"] else ARCHIVED if found["archived"] else ""
    return moved


def _told_of(moved: Moved, spooled: Spooled) -> None:
    moved.cut, moved.failures, moved.reasons = spooled.cut, spooled.failures, dict(spooled.reasons)


def _title(item: Item) -> str:
    said = clean(item.title, MAX_TITLE)
    if item.kind == "job":
        said = said or item.key.rpartition("/")[2][:12] or "an unnamed job"
        return TITLES["job"].format(key=said)[:MAX_TITLE].rstrip()
    return said or TITLES[item.kind].format(key=item.key[:12])


def _given(item: Item, visibility: str) -> dict[str, Any]:
    return {
        "kind": item.kind, "key": item.noted, "title": _title(item), "visibility": visibility, "source_url": "",
        "source_ref": clean(item.title, MAX_TITLE), "created_at": legacy_rows.moment(item.created_at),
    }  # fmt: skip
