"""Real servers for tests: one Postgres and one Valkey a pytest process, a fresh database a test."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis as redis_client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql as pgsql

import sql
from services.access import identity
from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from services.servers import migrate, postgres_server
from services.servers.postgres_server import DATABASE
from services.servers.servers import Servers, ServerUrls
from tests import memory_disk, schedule
from tests.web import client_for, registry, server, stranger  # noqa: F401  (fixtures)

SECRET_KEY = "a-fixed-key-for-tests-0123456789abcdef"

_Q = sql.queries("servers")

# The same cases each time, and as long as they take: neither luck nor a busy machine fails a test.
hypothesis_settings.register_profile(
    "steady", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    browser = Path(__file__).parent / "browser"
    for item in items:
        if item.path.is_relative_to(browser):
            item.add_marker(pytest.mark.browser)
    if hasattr(config, "workerinput"):
        items.sort(key=schedule.place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return schedule.LongestFirst(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder where little is waited for, if the machine has one: whatever is synchronised is there already."""
    with memory_disk.folder(tmp_path_factory.mktemp("memory")) as folder:
        yield folder


@pytest.fixture(scope="session")
def servers(in_memory: Path) -> Iterator[Servers]:
    """Embedded servers of this pytest process (each xdist worker has its own), fsync off."""
    running, usual = Servers(in_memory / "servers", durable=False), postgres_server._memory()
    with pytest.MonkeyPatch.context() as patch:
        # Whoever makes or drops a database looks through all of the cache: with gigabytes of it, twice as long.
        patch.setattr(postgres_server, "_memory", lambda: usual | {"shared_buffers": "256MB"})
        running.attach()
    yield running
    running.release()


@pytest.fixture(scope="session")
def template_database(servers: Servers) -> str:
    """Name of a database at the newest schema; copied for each test, so nobody may connect to it."""
    migrate.migrate(servers.urls.database_owner_url, servers.urls.database_url)
    return DATABASE


@pytest.fixture
def database(servers: Servers, template_database: str) -> Iterator[ServerUrls]:
    """A migrated, empty database of this test's own."""
    assert servers.postgres is not None
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        servers.postgres.create_database(conn, name, template_database)
    yield replace(
        servers.urls,
        database_url=servers.postgres.url("sourcingx_app", name),
        database_owner_url=servers.postgres.url("sourcingx_owner", name),
        superuser_url=servers.postgres.url("postgres", name),
    )
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        conn.execute(pgsql.SQL(_Q.drop_database).format(name=pgsql.Identifier(name)))


@pytest.fixture
def redis(servers: Servers) -> Iterator[redis_client.Redis]:
    """An empty Valkey."""
    with redis_client.Redis.from_url(servers.urls.redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def home_of_test(in_memory: Path) -> Iterator[Path]:
    """SOURCINGX_HOME of this test's own."""
    home = in_memory / f"home-{uuid.uuid4().hex}"
    home.mkdir()
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def settings(database: ServerUrls, redis: redis_client.Redis, servers: Servers, home_of_test: Path) -> Settings:
    """Settings as a process would read them, with short job intervals; change some with dataclasses.replace."""
    return Settings.from_env({
        "SOURCINGX_HOME": str(home_of_test),
        "PORT": "0",
        "DATABASE_URL": database.database_url,
        "DATABASE_OWNER_URL": database.database_owner_url,
        "DATABASE_DIRECT_URL": database.database_url,
        "REDIS_URL": servers.urls.redis_url,
        "SECRET_KEY": SECRET_KEY,
        "SUPPRESSION_KEY": "a-fixed-suppression-key-0123456789abcdef",
        # Nothing by the clock: tests start what they look at.
        "EMBEDDINGS": "off",
        "JOB_HEARTBEAT_S": "1",
        "JOB_RESCUE_S": "1",
    })  # fmt: skip


@pytest.fixture
def rt(settings: Settings) -> Iterator[Runtime]:
    """An opened runtime of a web process."""
    runtime = Runtime(settings)
    runtime.open()
    yield runtime
    runtime.close()


@pytest.fixture
def job_rt(rt: Runtime) -> Iterator[Runtime]:
    """One of a job worker beside it, which waits longer for what others hold: for threads that shall wait."""
    runtime = Runtime(rt.settings, kind="worker")
    runtime.open()
    yield runtime
    runtime.close()


@pytest.fixture
def alice(rt: Runtime) -> Actor:
    """A recruiter: owns what a test makes."""
    return identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")


@pytest.fixture
def bob(rt: Runtime) -> Actor:
    """A recruiter of the same team."""
    return identity.create_user(rt, "bob@example.com", "Bob Teammate", "recruiter")


@pytest.fixture
def charlie(rt: Runtime) -> Actor:
    """A stranger: may look at what the team shares, no more."""
    return identity.create_user(rt, "charlie@example.com", "Charlie Stranger", "viewer")


@pytest.fixture
def admin(rt: Runtime) -> Actor:
    return identity.create_user(rt, "admin@example.com", "Ada Admin", "admin")
