"""What a request pays for its connection: no transaction around lone reads, no plan made twice, no idle question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from services import db
from services.errors import Unavailable
from services.runtime import Runtime
from services.servers.servers import Servers, ServerUrls
from tests.bad_line import Line, bad_line
from tests.waiting import until

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


@pytest.mark.parametrize("fresh_s", [-1.0, 1e9])
def test_a_connection_that_died_while_nobody_used_it_is_noticed(
    one: db.Database, database: ServerUrls, monkeypatch: pytest.MonkeyPatch, fresh_s: float
) -> None:
    """Also where it answered so lately that it is not asked."""
    monkeypatch.setattr(db, "FRESH_S", fresh_s)
    with one.reading() as conn:
        before = conn.info.backend_pid
        db.one(conn, "SELECT 1 AS n")
    end(database, before)
    assert pid(one) != before


@pytest.mark.parametrize(("fresh_s", "questions"), [(-1.0, 3), (1e9, 1)])
def test_a_connection_that_answered_just_now_is_not_asked_whether_it_is_good(
    one: db.Database, monkeypatch: pytest.MonkeyPatch, fresh_s: float, questions: int
) -> None:
    monkeypatch.setattr(db, "FRESH_S", fresh_s)
    asked: list[bool] = []
    ask = ConnectionPool.check_connection

    def note(conn: db.Conn) -> None:
        asked.append(True)
        ask(conn)

    monkeypatch.setattr(ConnectionPool, "check_connection", staticmethod(note))
    for _ in range(3):
        with one.reading() as conn:
            assert db.one(conn, "SELECT 1 AS n") == {"n": 1}
    assert len(asked) == questions


BETWEEN = ("SELECT set_config('enable_sort', %(to)s, true)", "SELECT set_config('enable_sort', 'on', true)")
NOW = "SELECT current_setting('enable_sort') AS now"


def between(conn: db.Conn, query: str) -> list[dict[str, object]]:
    return db.rows_between(conn, BETWEEN[0], query, BETWEEN[1], {}, {"to": "off"})


def test_rows_between_two_statements_are_read_under_the_first_and_the_rest_under_the_second(one: db.Database) -> None:
    with one.connection() as conn:
        assert between(conn, NOW) == [{"now": "off"}]
        assert db.rows(conn, NOW) == [{"now": "on"}]


@pytest.mark.parametrize("query", ["SELECT 1 / 0 AS n", "SELECT 1 AS n FROM pg_sleep(60)"])
def test_a_query_between_that_fails_is_named_and_leaves_the_connection_good(one: db.Database, query: str) -> None:
    """What was sent behind it is not done either; the failure is the query's, not that of what was sent behind it."""
    before = pid(one)
    with pytest.raises((psycopg.errors.DivisionByZero, Unavailable)) as failed, one.connection() as conn:
        conn.execute("SET LOCAL statement_timeout = 100")
        between(conn, query)
    assert "division" in str(failed.value) or "too long" in str(failed.value)
    with one.connection() as conn:
        assert db.rows(conn, NOW) == [{"now": "on"}]
    assert pid(one) == before


# ---- a server that hangs while its kernel goes on answering, which TCP's own timeouts do not notice


@dataclass
class Hanging:
    """A pool of one connection over a line that can hang: what is sent is taken, and nothing comes back."""

    pool: db.Database
    line: Line

    def hang(self) -> None:
        self.line.delay_s = 3600

    def go_on(self) -> None:
        self.line.delay_s = 0.0
        self.line.cut()

    def answers(self) -> bool:
        try:
            with self.pool.connection() as conn:
                return db.one(conn, "SELECT 1 AS n") == {"n": 1}
        except Unavailable:
            return False


@pytest.fixture
def hanging(
    rt: Runtime, servers: Servers, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Hanging]:
    """param: seconds that an answer may take; 1 where none will come."""
    assert servers.postgres is not None
    monkeypatch.setattr(db, "ANSWER_S", getattr(request, "param", 1.0))
    name = rt.settings.database_url.partition("@/")[2].partition("?")[0]
    with bad_line(servers.postgres.sockets / ".s.PGSQL.5432") as line:
        url = f"postgresql://sourcingx_app@127.0.0.1:{line.port}/{name}"
        pool = db.Database(url, size=1, statement_timeout_ms=1000, gives_up=True)
        pool.open()
        try:
            found = Hanging(pool, line)
            until(found.answers, "the line does not work at first")
            yield found
        finally:
            line.delay_s = 0.0
            line.down()
            pool.close()


@pytest.mark.faults
@pytest.mark.parametrize("ask", [db.rows, between])
def test_a_statement_that_is_not_answered_is_given_up(hanging: Hanging, ask: Callable[[db.Conn, str], object]) -> None:
    with pytest.raises(Unavailable, match="does not answer"), hanging.pool.connection() as conn:
        db.one(conn, "SELECT 1 AS n")
        hanging.hang()
        ask(conn, NOW)
    assert conn.closed
    hanging.go_on()
    assert until(hanging.answers, "it is not used again")


@pytest.mark.faults
def test_a_free_connection_that_hangs_is_found_out_when_it_is_wanted(
    hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if its last answer were longer ago.
    monkeypatch.setattr(db, "FRESH_S", -1.0)
    hanging.hang()
    with pytest.raises(Unavailable, match="busy"), hanging.pool.connection():
        pass
    hanging.go_on()
    assert until(hanging.answers, "it is not used again")


def test_whoever_asked_the_server_for_time_gets_it_of_the_line_too(hanging: Hanging) -> None:
    with hanging.pool.connection() as conn:
        conn.execute("SET LOCAL statement_timeout = 30000")
        db.take_time(conn, 30)
        assert db.one(conn, "SELECT 1 AS n FROM pg_sleep(2.5)") == {"n": 1}
    # For that transaction only.
    with hanging.pool.connection() as conn:
        assert isinstance(conn, db.Line) and conn.patience_s == 2.0


@pytest.mark.parametrize("hanging", [60.0], indirect=True)
def test_a_statement_that_the_server_stops_is_an_answer(hanging: Hanging) -> None:
    with pytest.raises(Unavailable, match="took too long"), hanging.pool.connection() as conn:
        db.one(conn, "SELECT 1 AS n FROM pg_sleep(60)")
    assert not conn.closed


def test_people_are_not_kept_waiting_and_jobs_are(rt: Runtime, job_rt: Runtime) -> None:
    for runtime, seconds in ((rt, 15.0), (job_rt, None)):
        with runtime.db.connection() as conn:
            assert isinstance(conn, db.Line) and conn.patience_s == seconds
