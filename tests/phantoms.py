"""Launches at the stub of PhantomBuster, as pages and job workers bring them about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.access.identity import Actor
from services.config import Settings
from services.enrichment import launch_watch, launches
from services.enrichment.launches import Wanted
from services.runtime import Runtime
from services.searches import searches
from tests.change_runs import rows, run_row, work
from tests.stubs.phantombuster_server import PhantomStub

URL = "https://www.linkedin.com/sales/search/people?query=engineers"


@pytest.fixture
def phantom() -> Iterator[PhantomStub]:
    with PhantomStub() as stub:
        yield stub


@pytest.fixture
def agent(phantom: PhantomStub) -> str:
    return phantom.add()


@pytest.fixture
def phantom_search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Engineers, London").id)


def pointed(settings: Settings, stub: PhantomStub) -> Settings:
    """Settings of an installation whose PhantomBuster is the stub."""
    return replace(
        settings, phantombuster_api_key=stub.key, phantombuster_base_url=stub.url,
        phantombuster_storage_url=stub.storage, phantombuster_file_hosts=stub.host,
    )  # fmt: skip


def launch(rt: Runtime, actor: Actor, search_id: str, agent_id: str, url: str = URL, **more: Any) -> int:
    """The run of a launch."""
    return launches.start(rt, actor, search_id, Wanted(agent_id, source_url=url, **more))


def row_of(rt: Runtime, run_id: int) -> dict[str, Any]:
    """The launch of a run."""
    return rows(rt, "SELECT * FROM vendor_launches WHERE run_id = %s", run_id)[0]


def look_until_over(rt: Runtime) -> int:
    """What the clock does, as often as it takes; how often that was."""
    for times in range(1, 50):
        if not launch_watch.look_at_all(rt):
            return times
    raise AssertionError("it does not end")


def to_the_end(rt: Runtime, run_id: int) -> dict[str, Any]:
    """Launched, watched, taken, imported; the run's row."""
    work(rt, run_id)
    look_until_over(rt)
    work(rt, run_id)
    imported = row_of(rt, run_id)["import_run_id"]
    if imported is not None:
        work(rt, imported)
    return run_row(rt, run_id)


def names(rt: Runtime, search_id: str) -> list[str]:
    """Who is in a search."""
    found = rows(
        rt,
        "SELECT p.full_name FROM candidates c JOIN profiles p ON p.id = c.profile_id WHERE c.search_id = %s ORDER BY 1",
        search_id,
    )
    return [row["full_name"] for row in found]
