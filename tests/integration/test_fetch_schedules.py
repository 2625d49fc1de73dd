"""What is fetched from PhantomBuster by the clock: started once when it is due, told where it could not be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import procrastinate
import pytest

from services.access.identity import Actor
from services.config import Settings
from services.enrichment import fetch_schedules
from services.enrichment.launches import Wanted
from services.errors import BadInput, Forbidden
from services.runs import worker
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import search_deletion
from tests.change_runs import change, rows
from tests.phantoms import URL, agent, launch, names, phantom, phantom_search, pointed, row_of, to_the_end
from tests.stubs.phantombuster_rows import people
from tests.stubs.phantombuster_server import PhantomStub

__all__ = ["agent", "phantom", "phantom_search"]


@pytest.fixture
def settings(settings: Settings, phantom: PhantomStub) -> Settings:
    return pointed(settings, phantom)


@pytest.fixture
def search(phantom_search: str) -> UUID:
    return UUID(phantom_search)


def due(rt: Runtime, hours: float = 0.1) -> None:
    """As if so much time had passed since each of them was due."""
    change(rt, "UPDATE fetch_schedules SET next_at = now() - make_interval(mins => %s)", round(hours * 60))


def newest_run(rt: Runtime) -> int:
    return int(rows(rt, "SELECT max(id) AS id FROM runs WHERE kind = 'fetch'")[0]["id"])


def test_a_launch_by_the_clock_brings_its_people(
    rt: Runtime, alice: Actor, search: UUID, phantom: PhantomStub, agent: str
) -> None:
    wanted = Wanted(agent, agent_name="Export", source_url=URL)
    schedule_id = fetch_schedules.create(rt, alice, search, wanted, 24)
    assert fetch_schedules.start_due(rt) == 0, "not yet"
    due(rt)
    phantom.next(agent, polls=0, result=json.dumps(people(3)))
    assert fetch_schedules.start_due(rt) == 1
    assert fetch_schedules.start_due(rt) == 0
    run_id = newest_run(rt)
    to_the_end(rt, run_id)
    assert len(names(rt, str(search))) == 3
    assert phantom.launches[0]["bonusArgument"] == {"searches": URL}
    assert row_of(rt, run_id)["schedule_id"] == schedule_id
    (shown,) = fetch_schedules.of_search(rt, alice, search)
    assert (shown.last_run_id, shown.missed, shown.message) == (run_id, 0, "")
    assert timedelta(hours=23) < shown.next_at - datetime.now(UTC) <= timedelta(hours=24)


def test_the_latest_result_by_the_clock_is_taken_once(
    rt: Runtime, alice: Actor, search: UUID, phantom: PhantomStub, agent: str
) -> None:
    phantom.ended(agent, result=json.dumps(people(2)))
    fetch_schedules.create(rt, alice, search, Wanted(agent, "latest"), 6, hour=3)
    for _ in range(2):
        due(rt)
        assert fetch_schedules.start_due(rt) == 1
        to_the_end(rt, newest_run(rt))
    assert len(names(rt, str(search))) == 2 and phantom.launches == []
    assert "Nothing new" in row_of(rt, newest_run(rt))["message"]


def test_what_is_busy_is_told_and_the_next_time_comes(
    rt: Runtime, alice: Actor, bob: Actor, search: UUID, agent: str
) -> None:
    fetch_schedules.create(rt, alice, search, Wanted(agent, source_url=URL), 24)
    launch(rt, bob, str(search), agent)
    for missed in (1, 2):
        due(rt)
        assert fetch_schedules.start_due(rt) == 0
        (shown,) = fetch_schedules.of_search(rt, alice, search)
        assert (shown.missed, shown.paused) == (missed, False)
        assert "Bob Teammate launched it" in shown.message
        assert shown.next_at > datetime.now(UTC)


def test_times_at_which_no_worker_was_there_are_told_and_not_made_up_for(
    rt: Runtime, alice: Actor, search: UUID, agent: str
) -> None:
    fetch_schedules.create(rt, alice, search, Wanted(agent, source_url=URL), 6)
    due(rt, hours=20)
    assert fetch_schedules.start_due(rt) == 1
    (shown,) = fetch_schedules.of_search(rt, alice, search)
    assert shown.message == fetch_schedules.SLEPT.format(n="3")
    assert timedelta(0) < shown.next_at - datetime.now(UTC) <= timedelta(hours=6)
    assert fetch_schedules.start_due(rt) == 0


def test_for_somebody_who_may_not_any_more_it_pauses_and_is_taken_over(
    rt: Runtime, alice: Actor, bob: Actor, search: UUID, agent: str
) -> None:
    schedule_id = fetch_schedules.create(rt, bob, search, Wanted(agent, source_url=URL), 24)
    for gone, back in (
        ("UPDATE users SET disabled_at = now() WHERE id = %s", "UPDATE users SET disabled_at = NULL WHERE id = %s"),
        ("UPDATE users SET role = 'viewer' WHERE id = %s", "UPDATE users SET role = 'recruiter' WHERE id = %s"),
    ):
        change(rt, gone, bob.user_id)
        due(rt)
        assert fetch_schedules.start_due(rt) == 0
        (shown,) = fetch_schedules.of_search(rt, alice, search)
        assert (shown.paused, shown.message) == (True, fetch_schedules.NOBODY)
        change(rt, back, bob.user_id)
        fetch_schedules.set_paused(rt, bob, schedule_id, False)
    change(rt, "UPDATE searches SET visibility = 'private'")
    due(rt)
    assert fetch_schedules.start_due(rt) == 0
    fetch_schedules.set_paused(rt, alice, schedule_id, False)
    due(rt)
    assert fetch_schedules.start_due(rt) == 1
    assert row_of(rt, newest_run(rt))["user_id"] == alice.user_id


def test_those_of_a_deleted_search_sleep_and_are_back_as_they_were(
    rt: Runtime, alice: Actor, search: UUID, agent: str
) -> None:
    fetch_schedules.create(rt, alice, search, Wanted(agent, source_url=URL), 24)
    search_deletion.delete_search(rt, alice, search)
    due(rt)
    assert fetch_schedules.start_due(rt) == 0
    search_deletion.restore_search(rt, alice, search)
    (shown,) = fetch_schedules.of_search(rt, alice, search)
    assert (shown.paused, shown.missed, shown.message) == (False, 0, "")
    assert fetch_schedules.start_due(rt) == 1


def test_a_paused_one_does_not_start_and_goes_on_at_a_time_to_come(
    rt: Runtime, alice: Actor, search: UUID, agent: str
) -> None:
    schedule_id = fetch_schedules.create(rt, alice, search, Wanted(agent, source_url=URL), 6)
    fetch_schedules.set_paused(rt, alice, schedule_id, True)
    due(rt, hours=20)
    assert fetch_schedules.start_due(rt) == 0
    fetch_schedules.set_paused(rt, alice, schedule_id, False)
    assert fetch_schedules.start_due(rt) == 0, "what was paused is not made up for"
    assert fetch_schedules.of_search(rt, alice, search)[0].next_at > datetime.now(UTC)
    fetch_schedules.delete(rt, alice, schedule_id)
    assert fetch_schedules.of_search(rt, alice, search) == []


def test_only_who_may_change_the_search_changes_its_schedules(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, search: UUID, agent: str
) -> None:
    schedule_id = fetch_schedules.create(rt, alice, search, Wanted(agent, source_url=URL), 24)
    change(rt, "UPDATE searches SET visibility = 'private'")
    for actor in (bob, charlie):
        with pytest.raises(Forbidden):
            fetch_schedules.create(rt, actor, search, Wanted(agent), 24)
        with pytest.raises(Forbidden):
            fetch_schedules.set_paused(rt, actor, schedule_id, True)
        with pytest.raises(Forbidden):
            fetch_schedules.delete(rt, actor, schedule_id)
        assert fetch_schedules.of_search(rt, actor, search) == []
    assert len(fetch_schedules.of_search(rt, alice, search)) == 1


def test_nonsense_is_refused(rt: Runtime, alice: Actor, search: UUID, agent: str) -> None:
    for wanted, every, hour in (
        (Wanted(agent), 5, None), (Wanted(agent), 24, 24), (Wanted(""), 24, None),
        (Wanted(agent, "container", container_id="1"), 24, None), (Wanted(agent, source_url="ftp://x"), 24, None),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            fetch_schedules.create(rt, alice, search, wanted, every, hour)
    for _ in range(fetch_schedules.MOST):
        fetch_schedules.create(rt, alice, search, Wanted(agent), 24)
    with pytest.raises(BadInput, match="at most 20"):
        fetch_schedules.create(rt, alice, search, Wanted(agent), 24)
    rt.settings = replace(rt.settings, phantombuster_api_key="")
    with pytest.raises(BadInput, match="not set up"):
        fetch_schedules.create(rt, alice, search, Wanted(agent), 24)


def test_every_day_at_an_hour_is_the_hour_of_the_zone_in_which_it_was_chosen(
    rt: Runtime, alice: Actor, search: UUID, agent: str
) -> None:
    """Over a change of the clocks, too: tests/unit/test_zones.py."""
    fetch_schedules.create(rt, alice, search, Wanted(agent, source_url=URL), 24, 7, "Asia/Kathmandu")
    fetch_schedules.create(rt, alice, search, Wanted(agent, source_url=URL), 24, 7, "Nowhere/Land")
    first, second = fetch_schedules.of_search(rt, alice, search)
    assert first.next_at.astimezone(ZoneInfo("Asia/Kathmandu")).time().isoformat() == "07:00:00"
    assert (second.next_at.hour, second.next_at.minute) == (7, 0), "a zone that is none is UTC"
    change(rt, "UPDATE fetch_schedules SET next_at = next_at - interval '3 days'")
    assert fetch_schedules.start_due(rt) == 1, "the agent is busy for the second"
    for shown, at in zip(fetch_schedules.of_search(rt, alice, search), (first, second), strict=True):
        assert shown.next_at == at.next_at and fetch_schedules.SLEPT.format(n="2") in shown.message
    # Paused, and taken up again at its hour.
    fetch_schedules.set_paused(rt, alice, first.id, True)
    change(rt, "UPDATE fetch_schedules SET next_at = next_at - interval '3 days'")
    fetch_schedules.set_paused(rt, alice, first.id, False)
    assert fetch_schedules.of_search(rt, alice, search)[0].next_at == first.next_at


def test_the_worker_looks_by_the_clock_where_there_is_a_key(rt: Runtime, settings: Settings) -> None:
    for key, tasks in (("", set()), ("key", {"launches", "fetches"})):
        rt.settings = replace(settings, phantombuster_api_key=key)
        app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        worker.schedule(app, Runner(rt, "x"))
        periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
        assert periodic & {"launches", "fetches"} == tasks
