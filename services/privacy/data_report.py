"""Everything that is held of one person, with where it came from, and who did what about them: what they may ask for.

For admins: it shows all searches, and colleagues' notes. Decision 0012 says why nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sql
from services import db
from services.access.accounts import must_be_admin
from services.access.identity import Actor, audit
from services.people import known
from services.privacy import erasures
from services.runtime import Runtime

TABLES = ("searches", "events", "lists", "files")

_Q = sql.queries("data_reports")


@dataclass(frozen=True)
class Value:
    """One thing that is known. at: since when."""

    field: str
    value: Any
    source: str
    at: datetime


@dataclass(frozen=True)
class Report:
    """One person. profile: column → value. searches, events, lists, files: rows by name, see sql/data_reports.sql.
    records: table → its rows as they are kept."""

    made_at: datetime
    profile: Mapping[str, Any]
    values: tuple[Value, ...]
    searches: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]
    lists: tuple[Mapping[str, Any], ...]
    files: tuple[Mapping[str, Any], ...]
    records: Mapping[str, Any]

    def plain(self) -> dict[str, Any]:
        """For a file of JSON; moments as text."""
        return {
            "made_at": self.made_at, "profile": self.profile,
            "values": [{"field": v.field, "value": v.value, "source": v.source, "since": v.at} for v in self.values],
            **{name: getattr(self, name) for name in TABLES}, "records": self.records,
        }  # fmt: skip


def reports(rt: Runtime, actor: Actor, address: str) -> list[Report]:
    """Of whom an address names, a few people at most. Raises Forbidden unless admin, BadInput, NotFound."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        people = erasures.find(conn, erasures.read_address(address))
        found = db.rows(conn, _Q.fetch_profile, {"people": people})
        made = [_report(conn, dict(row)) for row in found]
        audit(conn, actor, "people.report", ",".join(map(str, people)))
    return made


def _report(conn: db.Conn, profile: dict[str, Any]) -> Report:
    given = {"profile_id": profile["id"]}
    values = tuple(Value(s.field, profile[s.field], s.source, s.at) for s in known.sources(conn, profile["id"]))
    tables = {name: tuple(map(dict, db.rows(conn, getattr(_Q, f"fetch_{name}"), given))) for name in TABLES}
    records = {row["place"]: row["rows"] for row in db.rows(conn, _Q.fetch_records, given)}
    return Report(datetime.now(UTC), profile, values, records=records, **tables)
