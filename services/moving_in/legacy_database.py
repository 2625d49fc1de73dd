"""The database of before, read only: which of its tables there are, what stands in them, people page by page.

All of it is read in one transaction, as it was at one moment. Its address holds a password: no message quotes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql as pgsql
from psycopg.rows import dict_row

import sql
from services import db
from services.errors import BadInput, Unavailable
from services.moving_in import legacy_rows

TABLES = ("profiles", "searches", "screening_results", "search_history", "candidates", "profile_urls")
# Rows of people are read so many at a time: with raw data one has 20 to 50 KB, and a few have megabytes.
PAGE = 50
MOST_ITEMS = 5_000
# Characters of a key here, and how many of a longer one stand before its digest.
MOST_KEY, KEY_HEAD = 500, 400
MOST_HISTORY = 100_000
# Between two pages people are imported, for minutes or hours: no firewall on the way shall forget the connection, and
# that it is gone shall be noticed.
ALIVE: dict[str, Any] = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 6}

NOT_POSTGRES = (
    "--from takes the address of a Postgres database (postgresql://user:password@host:port/name). That of a Supabase "
    "project stands under “Connect”; the address of its API is another one."
)
REFUSED = "The old database refuses the user or the password of --from."
NO_DATABASE = "There is no database of this name at the old server."
NO_ANSWER = "The old database does not answer at --from. Check host and port, and whether this machine may reach it."
STOPPED = "The old database stopped answering. Run the same command again: it goes on where it was."
NOT_ALLOWED = "The user of --from may not read the tables of the old SourcingX."
NEW_ONE = "--from is a database of the new SourcingX. To move one of those, use sourcingx backup and restore."
NOTHING = "This database has no tables of the old SourcingX: neither profiles with linkedin_url nor search_history."
TOO_MANY = f"The old database has more than {MOST_ITEMS:,} searches or jobs. Move it in parts, or tell us."

_Q = sql.queries("legacy_source")


@dataclass(frozen=True)
class Item:
    """People who become one search. kind: search, job or rest; key: what it is called there; missing: rows about people
    who are not in the table of people."""

    kind: str
    key: str
    title: str
    people: int
    created_at: str | None = None
    missing: int = 0

    @property
    def noted(self) -> str:
        """By what it is found again here: the key, of a very long one its beginning and a digest."""
        if len(self.key) <= MOST_KEY:
            return self.key
        return f"{self.key[:KEY_HEAD]}…{hashlib.sha256(self.key.encode()).hexdigest()}"


@dataclass
class LegacyDatabase:
    """One open connection. columns: table → its columns with their types."""

    conn: db.Conn
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    _cursors: int = 0

    @property
    def has_people(self) -> bool:
        return "linkedin_url" in self.columns.get("profiles", {})

    @property
    def has_searches(self) -> bool:
        return "search_id" in self.columns["profiles"] and "id" in self.columns.get("searches", {})

    @property
    def has_screenings(self) -> bool:
        return "linkedin_url" in self.columns.get("screening_results", {})

    @property
    def has_history(self) -> bool:
        return "csv_name" in self.columns.get("search_history", {})

    def nameless(self) -> int:
        """How many rows have no address: nobody could be told apart by them."""
        row = db.one(self.conn, _Q.count_people) if self.has_people else None
        return int(row["nameless"]) if row else 0

    def items(self) -> list[Item]:
        """Searches, jobs that people were screened for, and everybody else. Raises BadInput for too many."""
        if not self.has_people:
            return []
        found = [*self._searches(), *self._jobs()]
        if len(found) > MOST_ITEMS:
            raise BadInput(TOO_MANY)
        rest = db.one(self.conn, self._composed("count_rest"))
        if rest and rest["people"]:
            found.append(Item("rest", "", "", int(rest["people"])))
        return found

    def people(self, item: Item) -> Iterator[list[dict[str, Any]]]:
        """Its people, a page at a time: {person, screening} each."""
        self._cursors += 1
        # Of its own name: one that was not read to its end may still be open.
        query, given = self._composed(f"read_{item.kind}"), {"key": item.key, "heavy": self._derived()}
        yield from db.pages(self.conn, f"people_{self._cursors}", query, given, PAGE)

    def history(self) -> list[Any]:
        """What its table of searches holds, the oldest first."""
        if not self.has_history:
            return []
        return [row["entry"] for row in db.rows(self.conn, _Q.fetch_history, {"limit": MOST_HISTORY})]

    def _searches(self) -> list[Item]:
        if not self.has_searches:
            return []
        rows = db.rows(self.conn, self._composed("fetch_searches"), {"limit": MOST_ITEMS + 1})
        return [Item("search", row["key"], row["title"], row["people"], row["created_at"]) for row in rows]

    def _jobs(self) -> list[Item]:
        if not self.has_screenings:
            return []
        rows = db.rows(self.conn, self._composed("fetch_jobs"), {"limit": MOST_ITEMS + 1})
        return [_job(row) for row in rows]

    def _derived(self) -> list[str]:
        return [name for name, kind in self.columns["profiles"].items() if kind in legacy_rows.DERIVED]

    def _composed(self, name: str) -> pgsql.Composed:
        parts = [
            *([_Q.outside_searches] if self.has_searches else []),
            *([_Q.outside_jobs] if self.has_screenings else []),
        ]
        outside = " AND ".join(parts or [_Q.anybody])
        return pgsql.SQL(getattr(_Q, name)).format(
            addressed=pgsql.SQL(_Q.addressed), outside=pgsql.SQL(outside), job_key=self._job_key(),
            in_search=self._in_search(),
        )  # fmt: skip

    def _job_key(self) -> pgsql.Composed:
        told = self.columns.get("screening_results", {})
        project = _Q.job_project if "source_project" in told else _Q.not_told
        hashed = _Q.job_hash if "jd_hash" in told else _Q.not_told
        return pgsql.SQL(_Q.job_key).format(project=pgsql.SQL(project), hash=pgsql.SQL(hashed))

    def _in_search(self) -> pgsql.Composed:
        """Where both sides are of one type, as that type: an index is of use then."""
        kind = self.columns["profiles"].get("search_id", "") if self.has_people else ""
        if not kind or kind != self.columns.get("searches", {}).get("id"):
            return pgsql.Composed([pgsql.SQL(_Q.in_search_by_text)])
        return pgsql.SQL(_Q.in_search).format(type=pgsql.Identifier(kind))


@contextmanager
def opened(url: str) -> Iterator[LegacyDatabase]:
    """The database at this address. Raises BadInput for what is none of the old SourcingX, Unavailable."""
    conn = _connect(url)
    try:
        conn.execute(_Q.unhurried)
        found = LegacyDatabase(conn, _columns(conn))
        _check(found)
        yield found
    except psycopg.errors.InsufficientPrivilege as error:
        raise BadInput(NOT_ALLOWED) from error
    except psycopg.OperationalError as error:
        raise Unavailable(STOPPED) from error
    finally:
        conn.close()


def _connect(url: str) -> db.Conn:
    if not url.startswith(("postgresql://", "postgres://")):
        raise BadInput(NOT_POSTGRES)
    try:
        # Not prepared: behind a pooler the next statement may meet another server.
        conn = psycopg.connect(url, row_factory=dict_row, prepare_threshold=None, **ALIVE)
    except psycopg.OperationalError as error:
        said = str(error).lower()
        if "authentication failed" in said or "password" in said:
            raise BadInput(REFUSED) from error
        if "does not exist" in said:
            raise BadInput(NO_DATABASE) from error
        raise Unavailable(NO_ANSWER) from error
    except psycopg.Error as error:
        raise BadInput(NOT_POSTGRES) from error
    conn.read_only = True
    conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return conn


def _columns(conn: db.Conn) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in db.rows(conn, _Q.fetch_columns, {"tables": list(TABLES)}):
        found.setdefault(row["table"], {})[row["name"]] = row["type"]
    return found


def _check(found: LegacyDatabase) -> None:
    if {"candidates", "profile_urls"} <= found.columns.keys():
        raise BadInput(NEW_ONE)
    if not (found.has_people or found.has_history):
        raise BadInput(NOTHING)


def _job(row: Mapping[str, Any]) -> Item:
    return Item("job", row["key"], row["title"], row["people"], row["created_at"], row["screened"] - row["people"])
