"""What of a search goes into files: which tables, their rows by batches of people, and the way back.

A value travels as a whole number, truth value, moment, day or text; everything else (arrays, numerics,
JSON, text search vectors) as the text that Postgres writes and reads without loss. Columns go by name,
so an archive comes back also when a later version has added columns, which get their defaults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql as pgsql

import sql
from services import db

_Q = sql.queries("archive")
_KINDS = {
    "smallint": "bigint", "integer": "bigint", "bigint": "bigint", "boolean": "boolean",
    "timestamp with time zone": "timestamptz", "date": "date",
}  # fmt: skip
# In the order in which they can come back: candidates before what hangs on them.
TABLES = ("candidates", "notes", "changes", "screening_items", "verdicts", "overrides", "exclusions",
          "filter_flags")  # fmt: skip
# Stays behind: whom a run asked vendors about; what they said is kept with the people, what it cost in the ledger.
LEFT_BEHIND = {"enrichment_items"}
RAW = "profile_raw"
# Raw records travel by candidate, so that they find a person who was merged meanwhile.
RAW_TYPES = {
    "candidate_id": "bigint", "source": "text", "raw": "jsonb", "row_hash": "uuid",
    "profile_at": "timestamp with time zone", "fetched_at": "timestamp with time zone",
}  # fmt: skip


@dataclass(frozen=True)
class TableShape:
    """A table of an archive; types: column → Postgres type."""

    name: str
    types: Mapping[str, str]

    @property
    def kinds(self) -> dict[str, str]:
        """Column → what it travels as."""
        return {name: _KINDS.get(kind, "text") for name, kind in self.types.items()}


def table_of(conn: db.Conn, name: str) -> TableShape:
    """A table as it is now."""
    if name == RAW:
        return TableShape(name, RAW_TYPES)
    found = db.rows(conn, _Q.fetch_table_columns, {"table": name})
    return TableShape(name, {row["name"]: row["type"] for row in found})


def read_rows(
    conn: db.Conn, table: TableShape, archive_id: int, search_id: str, candidate_ids: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """All rows of a table that belong to these people, as they come: the whole of them may be large."""
    columns = [
        pgsql.Identifier("t", name) if kind != "text" or table.types[name] == "text"
        else pgsql.SQL("{}::text AS {}").format(pgsql.Identifier("t", name), pgsql.Identifier(name))
        for name, kind in table.kinds.items()
    ]  # fmt: skip
    query = pgsql.SQL(getattr(_Q, f"read_{table.name}")).format(columns=pgsql.SQL(", ").join(columns))
    given = {
        "ids": list(candidate_ids), "archive_id": archive_id, "search_id": search_id, "limit": len(candidate_ids)
    }  # fmt: skip
    with conn.cursor() as cursor:
        yield from cursor.stream(query, given)


def restore_rows(conn: db.Conn, table: TableShape, archive_id: int, batch: Mapping[str, Sequence[Any]]) -> int:
    """Put rows back; those that are there stay as they are. Returns how many came. batch: column → values."""
    names = [name for name in batch if name in table.types]
    given: dict[str, Any] = {"archive_id": archive_id}
    arrays, values = [], []
    for number, name in enumerate(names):
        given[f"c{number}"] = batch[name]
        kind, own = pgsql.SQL(table.kinds[name]), pgsql.SQL(table.types[name])
        arrays.append(pgsql.SQL("{}::{}[]").format(pgsql.Placeholder(f"c{number}"), kind))
        moved = table.name == "candidates" and name == "profile_id"
        value = pgsql.SQL("{}::{}").format(pgsql.Identifier("p" if moved else "a", name), own)
        # Written on a server from which this database was restored since: a transaction of the future here.
        past = table.types[name] == "xid8"
        values.append(pgsql.SQL("least({}, pg_current_xact_id())").format(value) if past else value)
    query = pgsql.SQL(getattr(_Q, f"restore_{table.name}")).format(
        columns=pgsql.SQL(", ").join(map(pgsql.Identifier, names)),
        values=pgsql.SQL(", ").join(values),
        given=pgsql.SQL("unnest({})").format(pgsql.SQL(", ").join(arrays)),
    )
    return conn.execute(query, given).rowcount
