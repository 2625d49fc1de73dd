"""The page of PhantomBuster, through the real wiring: agents, launching, watching, taking, the clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.config import Settings
from services.enrichment import fetch_schedules, launch_watch, launches
from services.enrichment.launches import Wanted
from services.errors import BadInput
from services.operations import operations
from services.runtime import Runtime
from tests.change_runs import change, rows, run_row, work
from tests.phantoms import (
    URL,
    agent,
    launch,
    look_until_over,
    names,
    phantom,
    phantom_search,
    pointed,
    row_of,
    to_the_end,
)
from tests.stubs.phantombuster_rows import people
from tests.stubs.phantombuster_server import COOKIE, KEY, PhantomStub
from tests.web import Browser, call

__all__ = ["agent", "phantom", "phantom_search"]

ClientFor = Callable[[Actor], Browser]
AGENTS = "..sources-agent.options...sources-agent.placeholder...sources-agent-state.children.."
CHOSEN = "..sources-earlier.children...sources-agent-state.children.."
STARTED = "..sources-started.data...sources-problem.children.."
WATCH = "..sources-launches.children...sources-clock.disabled...sources-seen.data.."
ADDED = "..sources-schedules.children...sources-schedule-problem.children.."


@pytest.fixture
def settings(settings: Settings, phantom: PhantomStub) -> Settings:
    return pointed(settings, phantom)


@pytest.fixture
def search(phantom_search: str) -> str:
    return phantom_search


def page(client: Browser, search: str) -> str:
    answer = call(
        client, "page.children", [(ids.URL, "pathname", f"/search/{search}/sources")], [(ids.URL, "search", "")]
    )
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


def form(search: str, agent: str | None, url: str = URL, *, check: bool = False) -> list[Any]:
    options = [{"value": agent, "label": f"Export · 2 · {text.SOURCES_AGENT_IDLE}"}]
    return [
        (ids.SOURCES_SEARCH, "data", search), (ids.SOURCES_AGENT, "value", agent),
        (ids.SOURCES_AGENT, "options", options), (ids.SOURCES_URL, "value", url),
        (ids.SOURCES_ARGUMENT, "value", None), (ids.SOURCES_CHECK, "value", check),
    ]  # fmt: skip


def press(client: Browser, button: str, search: str, agent: str | None, url: str = URL) -> dict[str, Any]:
    clicks = [(name, "n_clicks", 1 if name == button else None) for name in (ids.SOURCES_LAUNCH, ids.SOURCES_LATEST)]
    answer = call(client, STARTED, clicks, form(search, agent, url), triggered=f"{button}.n_clicks")
    found = answer.get_json()["response"]
    assert isinstance(found, dict)
    return found


def watched(client: Browser, search: str, seen: str | None = None) -> dict[str, Any]:
    answer = call(
        client, WATCH, [(ids.SOURCES_CLOCK, "n_intervals", 1), (ids.SOURCES_STARTED, "data", None)],
        [(ids.SOURCES_SEARCH, "data", search), (ids.SOURCES_SEEN, "data", seen)],
    )  # fmt: skip
    found = answer.get_json()["response"]
    assert isinstance(found, dict)
    return found


def agents_of(client: Browser, chosen: str | None = None) -> dict[str, Any]:
    answer = call(
        client, AGENTS, [(ids.SOURCES_AGAIN, "n_clicks", None)], [(ids.SOURCES_AGENT, "value", chosen)],
    )  # fmt: skip
    found = answer.get_json()["response"]
    assert isinstance(found, dict)
    return found


def test_agents_are_listed_with_who_has_them(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    other = phantom.add("A profile scraper")
    phantom.begin(other)
    launch(rt, bob, search, agent)
    client = client_for(alice)
    shown = page(client, search)
    assert text.SOURCES_LAUNCH_TITLE in shown and text.SOURCES_SCHEDULES in shown
    found = agents_of(client)
    assert [one["label"] for one in found[ids.SOURCES_AGENT]["options"]] == [
        "A profile scraper · Running", "Sales Navigator Search Export · Busy: Bob Teammate"]  # fmt: skip
    for chosen, told in ((agent, "Bob Teammate launched it for"), (other, "not launched from here")):
        assert told in json.dumps(agents_of(client, chosen), ensure_ascii=False)
    assert all(canary not in json.dumps(found) + shown for canary in (KEY, COOKIE))


def test_an_account_without_agents_and_a_vendor_that_is_down_are_told(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, phantom: PhantomStub
) -> None:
    client = client_for(alice)
    assert agents_of(client)[ids.SOURCES_AGENT]["placeholder"] == text.SOURCES_NO_AGENTS
    phantom.failing = 401
    found = agents_of(client)
    assert found[ids.SOURCES_AGENT]["options"] == []
    assert "an admin replaces it" in json.dumps(found[ids.SOURCES_AGENT_STATE])


def test_without_a_key_the_page_says_who_sets_one(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    client.application.config["SOURCINGX_RUNTIME"].settings = replace(rt.settings, phantombuster_api_key="")
    shown = page(client, search)
    assert "PHANTOMBUSTER_API_KEY" in shown and ids.SOURCES_LAUNCH not in shown


def test_a_viewer_sees_what_was_fetched_and_no_form(
    rt: Runtime, client_for: ClientFor, alice: Actor, charlie: Actor, search: str, agent: str
) -> None:
    launch(rt, alice, search, agent)
    shown = page(client_for(charlie), search)
    assert text.SOURCES_READ_ONLY in shown and '"data-state": "launching"' in shown
    assert f'"{ids.SOURCES_LAUNCH}"' not in shown and "data-cancel-run" not in shown


def test_a_launch_is_followed_to_its_import(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=3, result=json.dumps(people(2)))
    client = client_for(alice)
    run_id = press(client, ids.SOURCES_LAUNCH, search, agent)[ids.SOURCES_STARTED]["data"]["run"]
    assert row_of(rt, run_id)["agent_name"] == "Export · 2"
    first = watched(client, search)
    assert first[ids.SOURCES_CLOCK]["disabled"] is False
    assert f'"data-cancel-run": "{run_id}"' in json.dumps(first)
    seen = first[ids.SOURCES_SEEN]["data"]
    assert ids.SOURCES_LAUNCHES not in watched(client, search, seen), "nothing new is not sent again"
    work(rt, run_id)
    launch_watch.look_at_all(rt)
    launch_watch.look_at_all(rt)
    shown = json.dumps(watched(client, search, seen), ensure_ascii=False)
    assert "Page 2" in shown and "Connected with ***" in shown and '"data-state": "running"' in shown
    look_until_over(rt)
    work(rt, run_id)
    last = watched(client, search, seen)
    assert last[ids.SOURCES_CLOCK]["disabled"] is True
    assert f"/search/{search}/import?run={row_of(rt, run_id)['import_run_id']}" in json.dumps(last)
    assert COOKIE not in shown + json.dumps(last)


def test_a_click_on_a_busy_agent_says_with_whom(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, search: str, agent: str
) -> None:
    launch(rt, bob, search, agent)
    told = press(client_for(alice), ids.SOURCES_LAUNCH, search, agent)
    assert ids.SOURCES_STARTED not in told
    assert "Bob Teammate launched it" in told[ids.SOURCES_PROBLEM]["children"]


def test_nonsense_is_told_beside_the_form(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    for agent_id, url, told in (
        (None, URL, "Choose an agent"), ("../x", URL, "Choose an agent"), ("1", "not one", "Paste the whole address"),
    ):  # fmt: skip
        found = press(client, ids.SOURCES_LAUNCH, search, agent_id, url)
        assert told in found[ids.SOURCES_PROBLEM]["children"]
    assert rows(rt, "SELECT id FROM runs") == []


def test_earlier_runs_are_listed_and_taken(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    first = phantom.ended(agent, result=json.dumps(people(2)))
    phantom.ended(agent, outcome="exit 1")
    client = client_for(alice)
    answer = call(client, CHOSEN, [(ids.SOURCES_AGENT, "value", agent)], [(ids.SOURCES_SEARCH, "data", search)])
    shown = json.dumps(answer.get_json(), ensure_ascii=False)
    assert shown.count('"data-testid": "earlier-run"') == 2
    assert "Failed (exit code 1)" in shown and "Succeeded" in shown

    button = ids.sources_take(first)
    taken = call(
        client, STARTED, [[(button, "n_clicks", 1)], (ids.SOURCES_TAKE, "n_clicks", None)],
        [(ids.SOURCES_CONTAINER, "value", None), *form(search, agent)],
        triggered=f"{json.dumps(button, sort_keys=True, separators=(',', ':'))}.n_clicks",
    )  # fmt: skip
    assert taken.status_code == 200, taken.get_data(as_text=True)
    taken = taken.get_json()["response"]
    run_id = taken[ids.SOURCES_STARTED]["data"]["run"]
    to_the_end(rt, run_id)
    assert len(names(rt, search)) == 2 and phantom.launches == []
    again = call(client, CHOSEN, [(ids.SOURCES_AGENT, "value", agent)], [(ids.SOURCES_SEARCH, "data", search)])
    assert text.SOURCES_TAKEN in json.dumps(again.get_json())

    typed = call(
        client, STARTED, [[(button, "n_clicks", None)], (ids.SOURCES_TAKE, "n_clicks", 1)],
        [(ids.SOURCES_CONTAINER, "value", " 77 "), *form(search, agent)], triggered=f"{ids.SOURCES_TAKE}.n_clicks",
    ).get_json()["response"]  # fmt: skip
    assert row_of(rt, typed[ids.SOURCES_STARTED]["data"]["run"])["container_id"] == "77"


def test_the_latest_result_is_taken_without_a_launch(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.ended(agent, result=json.dumps(people(2)))
    run_id = press(client_for(alice), ids.SOURCES_LATEST, search, agent)[ids.SOURCES_STARTED]["data"]["run"]
    to_the_end(rt, run_id)
    assert len(names(rt, search)) == 2 and phantom.launches == []


def test_a_file_of_unknown_columns_leads_to_the_import_page(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=0, result=phantom.put(agent, "Colour,Size\nred,5\n"))
    run_id = launch(rt, alice, search, agent)
    to_the_end(rt, run_id)
    client = client_for(alice)
    upload = row_of(rt, run_id)["upload_id"]
    assert f"/search/{search}/import?upload={upload}" in page(client, search)
    for query, given in ((f"?upload={upload}", str(upload)), ("?upload=../x", "")):
        shown = call(
            client, "page.children", [(ids.URL, "pathname", f"/search/{search}/import")], [(ids.URL, "search", query)]
        )
        assert f'"data-given": "{given}"' in json.dumps(shown.get_json())


def test_schedules_are_made_paused_and_deleted_by_who_may(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, search: str, agent: str
) -> None:
    client = client_for(alice)
    values = [(ids.SOURCES_SCHEDULE_WHAT, "value", "launch"), (ids.SOURCES_EVERY, "value", "168"),
              (ids.SOURCES_HOUR, "value", "5")]  # fmt: skip
    zone = {"X-CSRF-Token": client.csrf, "X-Time-Zone": "Asia/Kathmandu"}
    added = call(client, ADDED, [(ids.SOURCES_SCHEDULE_ADD, "n_clicks", 1)], [*values, *form(search, agent)],
                 headers=zone)  # fmt: skip
    assert "Every week" in json.dumps(added.get_json())
    (made,) = fetch_schedules.of_search(rt, alice, rows(rt, "SELECT id FROM searches")[0]["id"])
    assert (made.agent_name, made.source_url) == ("Export · 2", URL)
    # 5:00 of the reader's clock.
    assert (made.next_at.hour, made.next_at.minute) == (23, 15)

    def act(who: Browser, do: str) -> Any:
        button = ids.schedule_act(made.id, do)
        shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
        return call(
            who, "sources-schedules.children", [[(button, "n_clicks", 1)]], [(ids.SOURCES_SEARCH, "data", search)],
            triggered=f"{shown}.n_clicks",
        )  # fmt: skip

    assert text.SOURCES_PAUSED in json.dumps(act(client, "pause").get_json())
    assert text.SOURCES_PAUSED not in json.dumps(act(client, "resume").get_json())
    change(rt, "UPDATE searches SET visibility = 'private'")
    for do in ("pause", "delete"):
        assert act(client_for(bob), do).status_code == 403
    assert text.SOURCES_SCHEDULES_NONE in json.dumps(act(client, "delete").get_json())


def test_what_a_schedule_missed_is_shown(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, search: str, agent: str
) -> None:
    found = rows(rt, "SELECT id FROM searches")[0]["id"]
    fetch_schedules.create(rt, alice, found, Wanted(agent), 24)
    launch(rt, bob, search, agent)
    change(rt, "UPDATE fetch_schedules SET next_at = now()")
    fetch_schedules.start_due(rt)
    shown = page(client_for(alice), search)
    assert text.SOURCES_MISSED_ONE in shown and "Bob Teammate launched it" in shown


def test_a_running_agent_is_cancelled_by_its_button(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    for actor, status in ((bob, 403), (alice, 200)):
        answer = call(
            client_for(actor), "run-cancel-request.clear_data", [(ids.RUN_CANCEL_REQUEST, "data", {"run": run_id})]
        )
        assert answer.status_code in (status, 204 if status == 200 else status)
    look_until_over(rt)
    work(rt, run_id)
    assert run_row(rt, run_id)["state"] == "cancelled" and phantom.stops == [agent]


def test_an_admin_tries_the_key(rt: Runtime, admin: Actor, phantom: PhantomStub, agent: str) -> None:
    name = "PHANTOMBUSTER_API_KEY"
    assert operations.check_key(rt, admin, name) == "The key works. Agents of the account: 1. At most 5 run at once."
    phantom.failing = 401
    with pytest.raises(Exception, match="an admin replaces it"):
        operations.check_key(rt, admin, name)
    rt.settings = replace(rt.settings, phantombuster_api_key="")
    with pytest.raises(BadInput, match="is not set"):
        operations.check_key(rt, admin, name)
    assert not launches.is_set_up(rt)
