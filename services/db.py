"""Connections to Postgres: one pool a process, opened after the fork."""

from __future__ import annotations

import select
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection, errors
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Composed
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from services.errors import Conflict, Unavailable

Conn = Connection[DictRow]
Params = Mapping[str, Any]
Query = str | SQL | Composed

# A server whose machine is gone, or a firewall that forgot us, says nothing: without these a request would wait
# for it until TCP gives up, a quarter of an hour. Seconds, and milliseconds for what was sent and not acknowledged.
GONE_AFTER = {
    "connect_timeout": 3,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# The pool waits twice as long before each next try to connect, and starts no other meanwhile: after an outage of a
# minute pages would stay away for another one. When it has given up, the next request tries at once.
RECONNECT_S = 2.0
# Seconds. The server itself ends a statement in time, and its answer needs a moment. Where none comes it hangs though
# its kernel still answers, which none of the above notices: a thread would wait for as long as that lasts.
ANSWER_S = 5.0
# The question whether a connection is good is answered at once, or it is not.
CHECK_S = 2.0
# A connection that answered so lately is not asked again: under load that question would be every third one. One that
# the server has closed meanwhile shows without asking; a line that went dead within this time is met by the patience.
FRESH_S = 0.25
# Statements are prepared where a call asks for it (`often`), never for having been run so many times.
_ON_REQUEST = 2**31 - 1


class Line(Connection[DictRow]):
    """A connection that is given up when no answer has come for patience_s seconds; None waits for ever."""

    usual_s: float | None = None
    patience_s: float | None = None
    answered: float = float("-inf")

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """As psycopg's, which every statement goes through. Raises OperationalError, and the connection is closed."""
        patience_s, began = self.patience_s if timeout is None else timeout, time.monotonic()
        try:
            answer = super().wait(gen, interval, patience_s)
        except psycopg.OperationalError:
            waited = patience_s is not None and time.monotonic() - began >= patience_s
            if waited and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # What the server says some time would be taken for the answer to something else.
                self.close()
            raise
        self.answered = time.monotonic()
        return answer

    def is_fresh(self) -> bool:
        """Whether it has answered just now, and the server has said nothing since: unasked it only says goodbye."""
        if time.monotonic() - self.answered > FRESH_S:
            return False
        heard = select.poll()
        heard.register(self.fileno(), select.POLLIN)
        return not heard.poll(0)


def take_time(conn: Conn, statement_s: float) -> None:
    """For who has just had the server give this transaction's statements so long: wait for them, too."""
    if isinstance(conn, Line) and conn.usual_s is not None:
        conn.patience_s = statement_s + ANSWER_S


def _check(conn: Line) -> None:
    """Whether a connection that was free is good still. Raises OperationalError."""
    if not conn.is_fresh():
        conn.patience_s = CHECK_S if conn.usual_s is not None else None
        ConnectionPool.check_connection(conn)
    conn.patience_s = conn.usual_s


class Database:
    """A pool with the timeouts of one kind of process.

    web: statement 10 s, lock 2 s; worker: statement 60 s, lock 10 s. Units: milliseconds.
    Callers see ProductErrors only: Unavailable when the server, a connection or time is
    missing, Conflict when another writer holds what is wanted.
    prepares: not behind a pooler: there a prepared statement may meet another server.
    gives_up: a server that does not answer in time is left alone; for those whom people wait for.
    """

    def __init__(
        self,
        url: str,
        *,
        size: int,
        statement_timeout_ms: int = 10_000,
        lock_timeout_ms: int = 2_000,
        prepares: bool = True,
        gives_up: bool = False,
    ) -> None:
        usual_s = statement_timeout_ms / 1000 + ANSWER_S if gives_up else None

        def configure(conn: Line) -> None:
            conn.usual_s = conn.patience_s = usual_s

        options = (
            f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={lock_timeout_ms} "
            "-c idle_in_transaction_session_timeout=30000 -c timezone=UTC "
            # Of a process that was killed the server goes on with the statement, and keeps its locks, until it
            # looks; of a machine that is gone, until TCP gives up.
            "-c client_connection_check_interval=1000 "
            "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
        )
        self._pool: ConnectionPool[Line] = ConnectionPool(
            url,
            connection_class=Line,
            configure=configure,
            kwargs={
                "row_factory": dict_row,
                "options": options,
                "prepare_threshold": _ON_REQUEST if prepares else None,
                **GONE_AFTER,
            },
            min_size=1,
            max_size=size,
            timeout=3,
            reconnect_timeout=RECONNECT_S,
            max_waiting=50,
            check=_check,
            open=False,
            name="sourcingx",
        )

    def open(self) -> None:
        """Start connecting in the background; a server that is down is no reason not to start."""
        self._pool.open(wait=False)

    def close(self) -> None:
        self._pool.close(timeout=5)

    def stats(self) -> dict[str, int]:
        """Figures of the pool (psycopg_pool's names)."""
        return dict(self._pool.get_stats())

    @contextmanager
    def connection(self) -> Iterator[Conn]:
        """One transaction: committed at the end, rolled back on any error."""
        try:
            with self._pool.connection() as conn:
                yield conn
        except (PoolTimeout, TooManyRequests) as error:
            raise Unavailable("The database is busy; try again in a moment.") from error
        except errors.QueryCanceled as error:
            raise Unavailable("This took too long and was stopped; narrow the filter or try again.") from error
        except (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure) as error:
            raise Conflict("Someone else is changing this right now; try again in a moment.") from error
        except errors.DiskFull as error:
            raise Unavailable("The database has no room left; nothing was changed. Tell your admin.") from error
        except psycopg.OperationalError as error:
            raise Unavailable("The database does not answer; try again in a moment.") from error

    @contextmanager
    def reading(self) -> Iterator[Conn]:
        """For statements that each stand alone: without the two round trips of a transaction around them.

        Each sees what is committed when it begins, as in connection(); a write is committed by itself.
        """
        with self.connection() as conn:
            conn.autocommit = True
            try:
                yield conn
            finally:
                if not conn.closed:
                    conn.autocommit = False

    @contextmanager
    def snapshot(self) -> Iterator[Conn]:
        """A read-only transaction in which all queries see the same moment."""
        with self.connection() as conn:
            conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            conn.read_only = True
            try:
                with conn.transaction():
                    yield conn
            finally:
                if not conn.closed:
                    conn.rollback()
                    conn.isolation_level = None
                    conn.read_only = None


def one(conn: Conn, query: Query, params: Params | None = None, *, often: bool = False) -> DictRow | None:
    """First row or None. often: as rows()."""
    return conn.execute(query, params, prepare=often).fetchone()


def rows(conn: Conn, query: Query, params: Params | None = None, *, often: bool = False) -> list[DictRow]:
    """All rows; only for queries that are bounded by a LIMIT or by what they count.

    often: asked by nearly every request, of one text, and best run in the same way whatever the values:
    planned once a connection, which may take longer than running it.
    """
    return conn.execute(query, params, prepare=often).fetchall()


def rows_between(conn: Conn, before: Query, query: Query, after: Query, params: Params, first: Params) -> list[DictRow]:
    """rows() of a query, between two statements of the same transaction; first: parameters of the one before.

    Sent at once, which leaves out two ways to the server and back.
    """
    with conn.pipeline():
        conn.execute(before, first)
        found = conn.execute(query, params)
        conn.execute(after)
    return found.fetchall()


def pages(conn: Conn, name: str, query: Query, params: Params, size: int) -> Iterator[list[DictRow]]:
    """Rows of a query of any length, `size` at a time, through a cursor of that name; in one transaction."""
    with conn.cursor(name) as cursor:
        cursor.execute(query, params)
        while page := cursor.fetchmany(size):
            yield page


def run(conn: Conn, query: Query, params: Params | None = None) -> int:
    """Execute; returns the number of rows touched."""
    return conn.execute(query, params).rowcount


def id_array(ids: Iterable[int]) -> str:
    """Ids for %(ids)s::bigint[]: the text that they become anyway, which takes psycopg twenty times as long."""
    return "{" + ",".join(map(str, ids)) + "}"
