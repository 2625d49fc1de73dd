"""The embedded servers of one home: shared, adopted, recovered, and stopped with their last user."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from services.servers import processes
from services.servers.postgres_server import PostgresServer
from services.servers.processes import ProcessId
from services.servers.servers import Servers
from services.servers.valkey_server import ValkeyServer

Start = Callable[[], Servers]


@pytest.fixture
def home(home_of_test: Path) -> Path:
    return home_of_test / "home"


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Attaches to the servers of home; all are released in the end, and then nothing runs."""
    attached: list[Servers] = []

    def attach() -> Servers:
        servers = Servers(home, durable=False)
        servers.attach()
        attached.append(servers)
        return servers

    yield attach
    for servers in attached:
        servers.release()
    assert set(attached[-1].processes().values()) == {None}
    assert (postgres := attached[-1].postgres) is not None and not postgres.sockets.exists(), "nor is anything left"


def running(servers: Servers, name: str) -> ProcessId:
    found = servers.processes()[name]
    assert found is not None
    return found


def kill(process: ProcessId) -> None:
    processes.end(process, sig=signal.SIGKILL, grace_s=5)
    assert not processes.is_alive(process)


def note(servers: Servers, text: str) -> None:
    with psycopg.connect(servers.urls.database_owner_url) as conn:
        # Off in tests; a killed server would lose what was just committed.
        conn.execute("SET synchronous_commit = on")
        conn.execute("CREATE TABLE IF NOT EXISTS notes (text text)")
        conn.execute("INSERT INTO notes VALUES (%s)", (text,))


def notes(servers: Servers) -> list[str]:
    with psycopg.connect(servers.urls.database_owner_url) as conn:
        return [row[0] for row in conn.execute("SELECT text FROM notes ORDER BY text")]


def test_they_stop_with_the_last_one_that_uses_them(start: Start) -> None:
    first, second = start(), start()
    assert first.processes() == second.processes()
    first.release()
    note(second, "still served")
    second.release()
    assert second.processes() == {"postgres": None, "valkey": None}


def test_two_first_starts_at_once_make_one_server(start: Start) -> None:
    with ThreadPoolExecutor(2) as threads:
        first, second = [threads.submit(start) for _ in range(2)]
    assert first.result().processes() == second.result().processes()


def test_a_second_start_finds_the_data_of_the_first(start: Start) -> None:
    servers = start()
    note(servers, "kept")
    servers.release()
    servers = start()
    assert notes(servers) == ["kept"]


def test_servers_whose_user_was_killed_are_adopted(start: Start) -> None:
    killed = start()
    before = killed.processes()
    # What the system does for a process that is killed: its locks are gone.
    fcntl.flock(killed.use_fd, fcntl.LOCK_UN)
    servers = start()
    assert servers.processes() == before


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_a_killed_server_is_started_again_under_the_same_url(start: Start, name: str) -> None:
    servers = start()
    note(servers, "kept")
    kill(running(servers, name))
    servers.restart_missing()
    assert notes(servers) == ["kept"]
    with redis.Redis.from_url(servers.urls.redis_url) as client:
        assert client.ping()


def test_servers_that_are_slow_to_answer_are_not_taken_for_dead(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine: to end or replace them would take them from everyone who uses them."""
    servers = start()
    before = servers.processes()
    answers, client = PostgresServer.answers, ValkeyServer._client
    asked: list[str] = []

    def at_first_not(self: PostgresServer) -> bool:
        asked.append("postgres")
        return asked.count("postgres") > 2 and answers(self)

    def at_first_too_late(self: ValkeyServer) -> redis.Redis:
        asked.append("valkey")
        if asked.count("valkey") < 3:
            raise redis.TimeoutError
        return client(self)

    monkeypatch.setattr(PostgresServer, "answers", at_first_not)
    monkeypatch.setattr(ValkeyServer, "_client", at_first_too_late)
    servers.restart_missing()
    assert servers.processes() == before


def test_a_pid_file_that_names_a_stranger_does_not_keep_postgres_from_starting(start: Start) -> None:
    servers = start()
    kill(running(servers, "postgres"))
    assert servers.postgres is not None
    pid_file = servers.postgres.data / "postmaster.pid"
    lines = pid_file.read_text(encoding="ascii").splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="ascii")
    servers.restart_missing()
    assert running(servers, "postgres").pid != os.getpid()


def test_data_removed_under_a_running_server_gives_a_new_empty_one(start: Start, home: Path) -> None:
    servers = start()
    note(servers, "lost")
    orphan = running(servers, "postgres")
    home.rename(home.with_name("moved"))
    fresh = start()
    assert not processes.is_alive(orphan)
    with psycopg.connect(fresh.urls.database_owner_url) as conn, pytest.raises(psycopg.errors.UndefinedTable):
        conn.execute("SELECT 1 FROM notes")


def test_nobody_else_can_reach_the_sockets(start: Start) -> None:
    servers = start()
    assert servers.postgres is not None
    folder = servers.postgres.sockets
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert max(len(str(path)) for path in folder.iterdir()) < 107
    with psycopg.connect(servers.urls.superuser_url) as conn:
        assert conn.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_app_may_not_change_tables(start: Start) -> None:
    servers = start()
    note(servers, "the owner's")
    with psycopg.connect(servers.urls.database_url) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("DROP TABLE notes")
