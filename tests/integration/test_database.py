"""What a request pays for its connection: no transaction around lone reads, no plan made twice, no idle question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from services import db
from services.runtime import Runtime
from services.servers import ServerUrls

PREPARED = "SELECT statement FROM pg_prepared_statements"


@pytest.fixture
def one(rt: Runtime) -> Iterator[db.Database]:
    """A pool of one connection: whoever asks gets the same."""
    made = db.Database(rt.settings.database_url, size=1)
    made.open()
    yield made
    made.close()


def pid(database: db.Database) -> int:
    with database.reading() as conn:
        return conn.info.backend_pid


def end(database: ServerUrls, victim: int) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as conn:
        conn.execute("SELECT pg_terminate_backend(%s, 5000)", [victim])


def test_lone_reads_are_in_no_transaction(one: db.Database) -> None:
    with one.reading() as conn:
        db.one(conn, "SELECT 1 AS n")
        assert conn.info.transaction_status is TransactionStatus.IDLE
    with one.connection() as conn:
        db.one(conn, "SELECT 1 AS n")
        assert conn.info.transaction_status is TransactionStatus.INTRANS


def test_an_error_in_a_lone_read_leaves_the_connection_good(one: db.Database) -> None:
    before = pid(one)
    with pytest.raises(psycopg.errors.DivisionByZero), one.reading() as conn:
        db.one(conn, "SELECT 1 / 0 AS n")
    with one.connection() as conn:
        assert not conn.autocommit
    assert pid(one) == before


def test_a_write_among_lone_reads_is_committed_by_itself(rt: Runtime, one: db.Database) -> None:
    with pytest.raises(RuntimeError), one.reading() as conn:
        conn.execute("INSERT INTO users (email, name, role) VALUES ('kept@example.com', 'Kept', 'viewer')")
        raise RuntimeError
    with rt.db.connection() as conn:
        assert db.one(conn, "SELECT name FROM users") == {"name": "Kept"}


def test_what_is_asked_often_is_planned_once_and_nothing_else(one: db.Database) -> None:
    with one.reading() as conn:
        for _ in range(8):
            db.one(conn, "SELECT %(n)s::int AS rare", {"n": 1})
            assert db.rows(conn, "SELECT %(n)s::int AS frequent", {"n": 2}, often=True) == [{"frequent": 2}]
        found = [row["statement"] for row in db.rows(conn, PREPARED)]
    assert found == ["SELECT $1::int AS frequent"]


def test_behind_a_pooler_nothing_is_prepared(rt: Runtime) -> None:
    pooled = Runtime(replace(rt.settings, database_direct_url="postgresql://elsewhere/sourcingx"))
    pooled.open()
    try:
        with pooled.db.reading() as conn:
            for _ in range(8):
                db.one(conn, "SELECT %(n)s::int AS frequent", {"n": 2}, often=True)
            assert db.rows(conn, PREPARED) == []
    finally:
        pooled.close()


def test_a_connection_that_died_while_nobody_used_it_is_noticed(one: db.Database, database: ServerUrls) -> None:
    before = pid(one)
    end(database, before)
    assert pid(one) != before
