"""The ledger of a search as a file: one line each time someone was left out, streamed, safe to open as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

import sql
from services import db
from services.access.identity import Actor, audit
from services.exports.spreadsheet_text import csv_line
from services.filtering import ledger
from services.filtering.ledger import Choices
from services.runtime import Runtime

# Names as exports have them, where the same stands there.
COLUMNS = (
    "candidate_id", "full_name", "title", "company", "filter_status", "exclusion_reason", "unknown", "list",
    "list_version", "entry", "entry_row", "excluded_by", "excluded_at", "restored_as", "restored_by", "restored_at",
)  # fmt: skip
LINES_AT_A_TIME = 1_000

_Q = sql.queries("ledger")


def ledger_csv(rt: Runtime, actor: Actor, search_id: UUID, choices: Choices) -> Iterator[bytes]:
    """The lines that fit the choices, the newest first, as CSV in UTF-8 with a mark at its start.

    Moments are UTC. Memory: 1,000 lines. Raises Forbidden at once for a search that is not the actor's to see.
    """
    with rt.db.connection() as conn:
        ledger.check_visible(conn, actor, search_id)
        audit(conn, actor, "ledger.download", str(search_id))
    return _lines(rt, actor, search_id, choices)


def _lines(rt: Runtime, actor: Actor, search_id: UUID, choices: Choices) -> Iterator[bytes]:
    # The mark tells spreadsheet programs that this is UTF-8.
    yield b"\xef\xbb\xbf" + csv_line(COLUMNS)
    query = SQL(_Q.fetch_older).format(ledger=SQL(_Q.ledger))
    given = choices.params | {"search_id": search_id, "before": None, "limit": LINES_AT_A_TIME, **actor.params}
    while True:
        # A connection for each part: whoever downloads slowly holds none meanwhile.
        with rt.db.connection() as conn:
            found = db.rows(conn, query, given)
        if not found:
            return
        yield b"".join(csv_line(_cells(row)) for row in found)
        given["before"] = found[-1]["id"]


def _cells(row: dict[str, Any]) -> list[Any]:
    return [
        row["candidate_id"], row["full_name"], row["title"], row["company"], row["filter_status"],
        row["sentence"] or "By hand", "yes" if row["was_unknown"] else "", row["list_name"], row["list_version"],
        row["entry"], row["entry_row"], row["who"], _moment(row["at"]), row["restored_as"], row["restored_by"],
        _moment(row["restored_at"]),
    ]  # fmt: skip


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")
