"""Pools that cannot all be filled are noticed at the start, with a line that says what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from benchmarks.web import environ_of
from services.config import Settings
from services.errors import BadInput
from services.runtime import Runtime
from services.servers import connections
from services.servers.connections import Demand, Room
from services.servers.servers import ServerUrls

SOURCINGX = str(Path(sys.executable).with_name("sourcingx"))


def test_what_one_host_may_open_is_added_up(settings: Settings) -> None:
    some = replace(settings, web_workers=3, web_threads=4, web_pool=0, job_concurrency=3)
    # During a reload the web workers are there twice.
    assert connections.demand(some) == Demand(web=36, worker=12)
    assert connections.demand(some, ("web",)).total == 36
    assert connections.demand(some, ("worker",)).total == 12
    assert connections.demand(replace(some, web_pool=10)).web == 60


def test_the_message_names_what_to_lower_and_what_to_raise(settings: Settings) -> None:
    many = replace(settings, web_workers=20, web_threads=4, web_pool=0, job_concurrency=3)
    said = connections.shortage(many, Room(most=97, max_connections=100))
    assert said is not None
    assert (
        "20 web workers of 6 connections, and as many new ones during a reload, and a job worker of 12 can open 252"
        in said
    )
    assert "Postgres gives this role 97" in said
    assert "raise max_connections to 258" in said
    assert connections.shortage(many, Room(most=255, max_connections=258)) is None


@pytest.fixture
def five_connections(database: ServerUrls) -> Iterator[None]:
    """The test's own database takes five connections only."""
    name = database.database_url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(database.superuser_url, autocommit=True) as conn:
        conn.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 5")
    yield


def test_the_limit_of_the_database_counts_too(five_connections: None, settings: Settings) -> None:
    found = connections.room(settings.database_url)
    assert found is not None and found.most == 5
    with pytest.raises(BadInput, match="gives this role 5"):
        connections.must_fit(settings)


@pytest.mark.parametrize("command", ["web", "worker"])
def test_a_start_that_cannot_fill_its_pools_is_one_line_and_exit_2(
    five_connections: None, settings: Settings, tmp_path: Path, command: str
) -> None:
    done = subprocess.run(
        [SOURCINGX, command], env=environ_of(settings, tmp_path), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "lower WEB_WORKERS, WEB_THREADS, WEB_POOL or JOB_CONCURRENCY" in done.stderr
    assert done.stderr.count("\n") == 1


def test_behind_a_pooler_its_own_limit_counts(five_connections: None, settings: Settings) -> None:
    connections.must_fit(replace(settings, database_direct_url=settings.database_url + "&application_name=direct"))


def test_a_server_that_is_away_is_no_reason_not_to_start(settings: Settings, tmp_path: Path) -> None:
    connections.must_fit(replace(settings, database_url=f"postgresql://app@/none?host={tmp_path}"))


def test_a_server_whose_machine_is_gone_is_given_up_in_seconds(rt: Runtime) -> None:
    """TCP alone would wait for a quarter of an hour for what it sent to be acknowledged."""
    with rt.db.connection() as conn:
        known = conn.info.get_parameters()
    assert (known["tcp_user_timeout"], known["keepalives_idle"], known["connect_timeout"]) == ("20000", "15", "3")
