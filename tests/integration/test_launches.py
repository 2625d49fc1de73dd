"""People from PhantomBuster: launched once, watched, taken, imported; and whatever goes wrong on the way is told."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from layouts import page_usage
from services.access.identity import Actor
from services.config import Settings
from services.enrichment import launch_results, launch_run, launch_watch, launches, phantom_account
from services.enrichment.launches import Wanted
from services.errors import BadInput, Conflict, Forbidden, LimitReached
from services.imports import uploads
from services.runs import runs
from services.runs.job_runner import MAX_ATTEMPTS, Runner
from services.runtime import Runtime
from services.searches import searches
from services.spending import usage
from services.storage import Storage
from services.vendors.phantombuster import PhantomBuster
from services.vendors.phantombuster_errors import AgentBusy, NoSuchAgent, NoSuchContainer
from services.vendors.vendor_errors import BadKey, NotSetUp, Rejected, ServerFault, Unanswered, Unreachable, VendorError
from tests.change_runs import change, kill_at, rows, run_row, work, work_with
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
from tests.stubs.phantombuster_rows import LEGACY, NAVIGATOR, SCRAPER, SEARCH_EXPORT, as_csv, people
from tests.stubs.phantombuster_server import COOKIE, KEY, PROXY_PASSWORD, PhantomStub
from tests.waiting import until

__all__ = ["agent", "phantom", "phantom_search"]


@pytest.fixture
def settings(settings: Settings, phantom: PhantomStub) -> Settings:
    return pointed(settings, phantom)


@pytest.fixture
def search(phantom_search: str) -> str:
    return phantom_search


# -- the client ---------------------------------------------------------------------------------------


def test_every_endpoint_is_read(phantom: PhantomStub, agent: str) -> None:
    with PhantomBuster(phantom.url, KEY) as client:
        assert client.output(agent).status == "never launched"
        container = client.launch(agent, {"searches": URL})
        assert [(one.id, one.running) for one in client.agents()] == [(agent, 1)]
        assert client.settings(agent).source_argument == "searches"
        with pytest.raises(AgentBusy, match="as many agents as it may"):
            client.launch(agent, {"searches": URL})
        statuses = [client.container(container).status for _ in range(4)]
        assert statuses == ["starting", "running", "running", "finished"]
        found = client.container(container)
        assert found.succeeded and found.ended_ms and found.launched_ms and found.created_ms > 10**12
        assert client.containers(agent)[0] == found
        assert client.result_object(container) is None
        assert client.console(container).startswith("Connected with ***")
        assert client.output(agent).container_id == container
        assert client.parallelism() == 5
        client.stop(agent)
    assert phantom.launches[0] == {
        "id": agent, "manualLaunch": True, "maxInstanceCount": 1, "bonusArgument": {"searches": URL}}  # fmt: skip
    assert phantom.agents[agent].containers[0].argument["sessionCookie"] == COOKIE
    assert phantom.stops == [agent]


def test_a_whole_argument_is_sent_only_when_it_is_given(phantom: PhantomStub, agent: str) -> None:
    with PhantomBuster(phantom.url, KEY) as client:
        client.launch(agent, argument={"searches": URL, "sessionCookie": "own"})
    assert "bonusArgument" not in phantom.launches[0]
    assert phantom.launches[0]["argument"] == {"searches": URL, "sessionCookie": "own"}


def test_a_console_without_a_word_is_empty(phantom: PhantomStub, agent: str) -> None:
    container = phantom.ended(agent, console=" ")
    phantom.agents[agent].containers[0].console = ""
    with PhantomBuster(phantom.url, KEY) as client:
        assert client.console(container) == ""


@pytest.mark.parametrize(
    ("status", "cause", "told"),
    [
        (401, BadKey, "an admin replaces it"), (403, BadKey, "an admin replaces it"), (400, Rejected, "rejects"),
        (429, VendorError, "rate limit"), (500, ServerFault, "failed"), (302, VendorError, "not what its interface"),
    ],
)  # fmt: skip
def test_errors_are_named_by_cause(phantom: PhantomStub, agent: str, status: int, cause: Any, told: str) -> None:
    phantom.failing = status
    with PhantomBuster(phantom.url, KEY) as client, pytest.raises(cause, match=told) as caught:
        client.agents()
    assert KEY not in str(caught.value)


def test_what_is_not_there_is_said(phantom: PhantomStub, agent: str) -> None:
    with PhantomBuster(phantom.url, KEY) as client:
        for ask in (client.settings, client.output, client.containers, client.launch):
            with pytest.raises(NoSuchAgent):
                ask("999")
        for ask in (client.container, client.console, client.result_object):
            with pytest.raises(NoSuchContainer):
                ask("999")
    with PhantomBuster(phantom.url, "another") as client, pytest.raises(BadKey):
        client.agents()
    with pytest.raises(NotSetUp, match="PHANTOMBUSTER_API_KEY"):
        PhantomBuster(phantom.url, "")


def test_a_launch_that_was_not_answered_is_told_from_one_that_was_not_sent(phantom: PhantomStub, agent: str) -> None:
    phantom.launch_answers = ["lost"]
    with PhantomBuster(phantom.url, KEY) as client, pytest.raises(Unanswered):
        client.launch(agent)
    with PhantomBuster("http://127.0.0.1:9/api", KEY) as client, pytest.raises(Unreachable) as caught:
        client.launch(agent)
    assert not caught.value.made


# -- from the launch to the people --------------------------------------------------------------------


def test_a_launch_ends_with_its_people_in_the_search(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    file = phantom.put(agent, as_csv(NAVIGATOR, people(30)), "found.csv")
    phantom.next(agent, result=json.dumps({"csvURL": file}))
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)

    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["message"]) == ("paused", launch_run.WORKS)
    assert run["vendor_since"] is not None
    launch_watch.look_at_all(rt)
    launch_watch.look_at_all(rt)
    (shown,) = phantom_account.launches_of(rt, alice, run["search_id"])
    assert (shown["state"], shown["vendor_status"], shown["progress_label"]) == ("running", "running", "Page 2")
    assert 0 < shown["progress"] < 1
    assert "Page 1" in phantom_account.console(rt, shown["id"])

    look_until_over(rt)
    assert run_row(rt, run_id)["state"] == "queued"
    work(rt, run_id)
    launched = row_of(rt, run_id)
    assert (launched["state"], run_row(rt, run_id)["state"]) == ("taken", "done")
    work(rt, launched["import_run_id"])
    assert len(names(rt, search)) == 30
    assert runs.get_run(rt, alice, launched["import_run_id"])["counts"]["added"] == 30
    assert len(phantom.launches) == 1
    assert phantom.launches[0]["bonusArgument"] == {"searches": URL}
    assert rows(rt, "SELECT source FROM profile_raw GROUP BY 1") == [{"source": "PhantomBuster"}]
    # The public address is the identity, the opaque ones are other names for the same person.
    keys = [row["url_key"] for row in rows(rt, "SELECT url_key FROM profile_urls ORDER BY 1")]
    assert len(keys) > 30 and sum("acwaa" in key.lower() for key in keys) >= 30


LAYOUTS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (NAVIGATOR, people(1)[0]),
    (SCRAPER, {"firstName": "Ben", "lastName": "Okoro", "linkedinProfileUrl": "https://www.linkedin.com/in/ben-okoro",
               "linkedinJobTitle": "Engineer", "linkedinJobDateRange": "Feb 2024 - Present", "companyName": "Acme",
               "linkedinSkillsLabel": "Python, Go"}),
    (LEGACY, {"profileUrl": "https://www.linkedin.com/in/cy-sato", "fullName": "Cy Sato", "jobTitle": "Engineer",
              "company": "Acme", "allSkills": "Python, Go"}),
    (SEARCH_EXPORT, {"url": "https://www.linkedin.com/in/di-novak", "name": "Di Novak", "job": "Engineer",
                     "additionalInfo": "Current: Acme &amp; Sons"}),
]  # fmt: skip


def test_each_layout_of_columns_is_known(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    for number, (columns, row) in enumerate(LAYOUTS):
        phantom.next(agent, polls=0, result=phantom.put(agent, as_csv(columns, [row]), f"{number}.csv"))
        to_the_end(rt, launch(rt, alice, search, agent))
    assert names(rt, search) == ["Ana Lima", "Ben Okoro", "Cy Sato", "Di Novak"]


def test_a_result_is_found_wherever_it_is(rt: Runtime, alice: Actor, search: str, phantom: PhantomStub) -> None:
    for number, kind in enumerate(("rows", "address", "null", "custom name", "json file")):
        agent, found = phantom.add(), people(3, start=10 * number)
        result = json.dumps(found) if kind == "rows" else None
        if kind == "address":
            result = phantom.put(agent, as_csv(NAVIGATOR, found), "x.csv")
        elif kind == "null":
            phantom.put(agent, as_csv(NAVIGATOR, found))
        elif kind == "custom name":
            phantom.agents[agent].argument["csvName"] = "my people"
            phantom.put(agent, as_csv(NAVIGATOR, found), "my people.csv")
        elif kind == "json file":
            phantom.put(agent, json.dumps(found), "result.json")
            phantom.file_status[f"org1/folder{agent}/result.csv"] = 403
        phantom.next(agent, polls=0, result=result)
        run = to_the_end(rt, launch(rt, alice, search, agent))
        assert len(names(rt, search)) == 3 * (number + 1), kind
        assert ("agent's file" in run["message"]) is (kind not in ("rows", "address")), kind


def test_somebody_says_what_the_columns_are_where_nobody_knows(
    rt: Runtime, alice: Actor, bob: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=0, result=phantom.put(agent, "Colour,Size\nred,5\n"))
    run = to_the_end(rt, launch(rt, alice, search, agent))
    assert run["state"] == "done" and "Say what its columns are" in run["message"]
    (shown,) = phantom_account.launches_of(rt, alice, run["search_id"])
    assert shown["import_run_id"] is None
    with uploads.opened_upload(rt, alice, shown["upload_id"]) as (upload, file):
        assert upload["file_name"].startswith("PhantomBuster ") and file.read().startswith(b"Colour")
    assert phantom_account.launches_of(rt, bob, run["search_id"])[0]["upload_id"] is None
    assert names(rt, search) == []


def test_somebody_may_want_to_look_first(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=0, result=json.dumps(people(2)))
    run = to_the_end(rt, launch(rt, alice, search, agent, check_columns=True))
    assert "Say what its columns are" in run["message"] and names(rt, search) == []


def test_an_agent_is_launched_as_it_is_set_up_where_no_search_is_given(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=0, result=json.dumps(people(1)))
    to_the_end(rt, launch(rt, alice, search, agent, url=""))
    assert "bonusArgument" not in phantom.launches[0] and "argument" not in phantom.launches[0]


def test_the_name_of_the_argument_may_be_given(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    work(rt, launch(rt, alice, search, agent, argument_name="salesSearch"))
    assert phantom.launches[0]["bonusArgument"] == {"salesSearch": URL}


def test_an_agent_whose_search_argument_is_not_known_is_not_launched(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub
) -> None:
    agent = phantom.add("Another")
    phantom.agents[agent].argument = {"sessionCookie": COOKIE, "numberOfLines": 5}
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert run["state"] == "failed" and "sessionCookie, numberOfLines" in run["message"]
    assert COOKIE not in run["message"] and phantom.launches == []
    assert launch(rt, alice, search, agent, argument_name="query") > run_id, "the agent is free again"


# -- how a launch can end otherwise -------------------------------------------------------------------

ENDS = {
    "exit 1": "exit code 1", "launch error": "could not start it", "killed": "stopped before its end",
    "agent timeout": "limit of time (agent timeout)",
}  # fmt: skip


def test_a_launch_that_fails_says_why_and_frees_the_agent(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    for outcome, told in ENDS.items():
        phantom.next(agent, outcome=outcome, polls=1, result=json.dumps(people(2)))
        run_id = launch(rt, alice, search, agent)
        run = to_the_end(rt, run_id)
        assert run["state"] == "failed" and told in run["message"]
        assert names(rt, search) == [] and row_of(rt, run_id)["state"] == "failed"


NOT_TO_BE_HAD = {
    "nothing": "left no result", "empty": "left no result", "only a header": "left no result",
    "elsewhere": "PHANTOMBUSTER_FILE_HOSTS", "redirect": "PHANTOMBUSTER_FILE_HOSTS", "large": "larger than 1 MB",
    "damaged": "could not be read",
}  # fmt: skip


def test_a_result_that_cannot_be_had_is_told_and_changes_nothing(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub
) -> None:
    rt.settings = replace(rt.settings, max_upload_mb=1)
    for kind, told in NOT_TO_BE_HAD.items():
        agent, result = phantom.add(), None
        if kind == "empty":
            phantom.put(agent, "")
        elif kind == "only a header":
            phantom.put(agent, ",".join(NAVIGATOR) + "\n")
        elif kind == "elsewhere":
            result = "https://169.254.169.254/latest/meta-data"
        elif kind == "redirect":
            phantom.file_status[f"org1/folder{agent}/result.csv"] = 302
        elif kind == "large":
            phantom.put(agent, "Name\n" + "x" * 1_200_000)
        elif kind == "damaged":
            result = phantom.put(agent, b"PK\x03\x04", "x.csv")
        phantom.next(agent, polls=0, result=result)
        run = to_the_end(rt, launch(rt, alice, search, agent))
        assert run["state"] == "failed" and told in run["message"], kind
    assert names(rt, search) == []
    # What was read and is no use stays for a day, as an upload does: the header alone, and the damaged file.
    kept = [path for path in (rt.settings.home / "storage").rglob("*") if path.is_file()]
    assert len(kept) == len(rows(rt, "SELECT id FROM uploads")) == 2


def test_a_result_is_known_before_its_first_byte(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves no file of people that no erasure and no night would find."""
    real, known = Storage.save_stream, []

    def looks(self: Storage, key: str, chunks: Any, most: int) -> int:
        known.extend(rows(rt, "SELECT user_id FROM uploads WHERE storage_key::text = %s", key))
        return real(self, key, chunks, most)

    monkeypatch.setattr(Storage, "save_stream", looks)
    for result in (json.dumps(people(2)), phantom.put(agent, as_csv(NAVIGATOR, people(2)))):
        phantom.next(agent, polls=0, result=result)
        assert to_the_end(rt, launch(rt, alice, search, agent))["state"] == "done"
    assert known == [{"user_id": alice.user_id}] * 2


def test_a_vendor_that_is_down_is_asked_again_and_the_result_is_not_lost(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=2, result=json.dumps(people(2)))
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    phantom.failing = 503
    assert launch_watch.look_at_all(rt) == 1
    shown = runs.get_run(rt, alice, run_id)
    assert (shown["state"], shown["vendor_problem"]) == ("paused", row_of(rt, run_id)["message"])
    assert "failed" in shown["vendor_problem"]
    phantom.failing = None
    look_until_over(rt)
    phantom.failing = 503
    for _ in range(5):
        # However long it takes: the result is there, and nobody launches again for it.
        work(rt, run_id)
        assert (run_row(rt, run_id)["state"], run_row(rt, run_id)["message"]) == ("paused", launch_results.WAITS)
        launch_watch.look_at_all(rt)
        assert run_row(rt, run_id)["state"] == "queued", "it is tried again by itself"
    phantom.failing = None
    work(rt, run_id)
    work(rt, row_of(rt, run_id)["import_run_id"])
    assert len(names(rt, search)) == 2


def test_before_the_launch_a_vendor_that_is_down_is_asked_again_and_a_bad_key_is_not(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.failing = 503
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    assert (run_row(rt, run_id)["state"], row_of(rt, run_id)["state"]) == ("queued", "launching")
    phantom.failing = 401
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert run["state"] == "failed" and "an admin replaces it" in run["message"]
    assert (row_of(rt, run_id)["state"], phantom.launches) == ("failed", [])


def test_a_run_that_phantombuster_forgot_is_told(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    phantom.agents[agent].containers.clear()
    look_until_over(rt)
    work(rt, run_id)
    assert run_row(rt, run_id)["message"] == launch_watch.FORGOTTEN


def test_without_the_right_to_import_any_more_nothing_comes_in(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=0, result=json.dumps(people(2)))
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    look_until_over(rt)
    change(rt, "UPDATE users SET role = 'viewer' WHERE id = %s", alice.user_id)
    work(rt, run_id)
    assert run_row(rt, run_id)["state"] == "cancelled" and names(rt, search) == []


# -- one launch at a time -----------------------------------------------------------------------------


def test_whoever_comes_second_is_told_who_has_the_agent(
    rt: Runtime, alice: Actor, bob: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    run_id = launch(rt, alice, search, agent)
    for state in ("launching", "running"):
        with pytest.raises(Conflict, match=r"Alice Owner launched it for “Engineers, London” at .* UTC"):
            launch(rt, bob, search, agent)
        if state == "launching":
            work(rt, run_id)
    assert phantom_account.agents(rt, bob)[0].busy is not None
    other = phantom.add("Another")
    assert launch(rt, bob, search, other) > run_id
    change(rt, "UPDATE searches SET visibility = 'private'")
    with pytest.raises(Conflict, match="Alice Owner launched it at"):
        launch(rt, bob, str(_own(rt, bob)), agent)


def _own(rt: Runtime, actor: Actor) -> Any:
    return searches.create_search(rt, actor, "Another").id


def test_how_long_it_takes_is_told_from_what_it_took_before(
    rt: Runtime, alice: Actor, bob: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=0, result=json.dumps(people(1)))
    run_id = launch(rt, alice, search, agent)
    to_the_end(rt, run_id)
    change(rt, "UPDATE vendor_launches SET began_ms = 0, ended_ms = 600000 WHERE run_id = %s", run_id)
    launch(rt, alice, search, agent)
    with pytest.raises(Conflict, match="about 10 min left"):
        launch(rt, bob, search, agent)


def test_an_agent_that_somebody_launched_elsewhere_is_not_launched(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.begin(agent)
    assert phantom_account.agents(rt, alice)[0].elsewhere
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    assert (run_row(rt, run_id)["message"], phantom.launches) == (launch_run.ELSEWHERE, [])


def test_a_launch_that_is_refused_is_told_and_frees_the_agent(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    answers = (("busy", "as many agents as it may"), ("400", "Nothing was launched"), ("429", "wait some minutes"))
    for answer, told in answers:
        phantom.launch_answers = [answer]
        run_id = launch(rt, alice, search, agent)
        work(rt, run_id)
        run = run_row(rt, run_id)
        assert run["state"] == "failed" and told in run["message"] and "made again later" not in run["message"]


def test_a_vendor_that_stays_away_ends_the_run_with_what_to_do(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.failing = 503
    run_id = launch(rt, alice, search, agent)
    for _ in range(MAX_ATTEMPTS):
        work(rt, run_id)
    run = run_row(rt, run_id)
    assert run["state"] == "failed" and "start this again once it works" in run["message"]
    phantom.failing = None
    assert launch_watch.look_at_all(rt) == 0, "the agent is free again"


def test_a_launch_whose_answer_was_lost_is_found_and_not_made_again(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.ended(agent)
    for number, answer in enumerate(("lost", "500 launched"), 1):
        phantom.launch_answers = [answer]
        phantom.next(agent, polls=1, result=json.dumps(people(2)))
        run_id = launch(rt, alice, search, agent)
        work(rt, run_id)
        assert (row_of(rt, run_id)["state"], run_row(rt, run_id)["message"]) == ("unknown", launch_run.LOOKED_FOR)
        look_until_over(rt)
        work(rt, run_id)
        found = row_of(rt, run_id)
        assert (found["state"], found["container_id"]) == ("taken", phantom.agents[agent].containers[-1].id)
        assert len(phantom.launches) == number


def test_a_launch_that_never_was_is_given_up_after_a_while_and_not_made_again(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    for number, answer in enumerate(("gone", "500"), 1):
        phantom.launch_answers = [answer]
        run_id = launch(rt, alice, search, agent)
        work(rt, run_id)
        assert launch_watch.look_at_all(rt) == 1, "not given up at once"
        with pytest.raises(Conflict):
            launch(rt, alice, search, agent)
        change(rt, "UPDATE vendor_launches SET sent_at = sent_at - interval '2 minutes'")
        assert launch_watch.look_at_all(rt) == 0
        work(rt, run_id)
        run = run_row(rt, run_id)
        assert (run["state"], run["message"]) == ("failed", launch_watch.NOT_LAUNCHED)
        assert len(phantom.launches) == number


def test_the_container_of_another_launch_is_not_taken_for_a_lost_one(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    first = launch(rt, alice, search, agent)
    to_the_end(rt, first)
    phantom.launch_answers = ["500"]
    second = launch(rt, alice, search, agent)
    work(rt, second)
    # As if the clock of the first one had run ahead.
    change(rt, "UPDATE vendor_launches SET mark_ms = 0 WHERE run_id = %s", second)
    launch_watch.look_at_all(rt)
    assert row_of(rt, second)["state"] == "unknown"


def test_a_worker_that_nobody_reaches_phantombuster_from_sends_nothing_and_tries_again(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    url = rt.settings.phantombuster_base_url
    rt.settings = replace(rt.settings, phantombuster_base_url="http://127.0.0.1:9/api/v2")
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    assert (run_row(rt, run_id)["state"], row_of(rt, run_id)["sent_at"]) == ("queued", None)
    rt.settings = replace(rt.settings, phantombuster_base_url=url)
    work(rt, run_id)
    assert (row_of(rt, run_id)["state"], len(phantom.launches)) == ("running", 1)


def test_a_run_that_ended_before_it_launched_frees_the_agent(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    run_id = launch(rt, alice, search, agent)
    assert launch_watch.look_at_all(rt) == 1, "its job is still to come"
    change(rt, "UPDATE runs SET state = 'failed' WHERE id = %s", run_id)
    assert launch_watch.look_at_all(rt) == 0
    assert (row_of(rt, run_id)["message"], phantom.launches) == (launch_watch.NEVER_SENT, [])


def test_a_run_whose_search_was_deleted_keeps_the_agent_until_it_has_ended(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    change(rt, "DELETE FROM searches WHERE id = %s", search)
    with pytest.raises(Conflict, match="Alice Owner"):
        launch(rt, alice, str(_own(rt, alice)), agent)
    look_until_over(rt)
    assert rows(rt, "SELECT state FROM vendor_launches") == [{"state": "finished"}]


def test_a_worker_that_dies_while_it_takes_the_result_takes_it_once(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.next(agent, polls=0, result=phantom.put(agent, as_csv(NAVIGATOR, people(5))))
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    look_until_over(rt)
    for line in (2, 3):
        kill_at(rt, run_id, line)
    work(rt, run_id)
    imports = rows(rt, "SELECT id FROM runs WHERE kind = 'import'")
    assert len(imports) == 1
    work(rt, imports[0]["id"])
    assert len(names(rt, search)) == 5


def test_a_launch_that_cannot_be_read_keeps_no_other_one_from_being_looked_at(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = phantom.add("Another")
    runs_of = [launch(rt, alice, search, one) for one in (agent, other)]
    for run_id in runs_of:
        work(rt, run_id)
    container = PhantomBuster.container

    def broken(self: PhantomBuster, container_id: str) -> Any:
        if container_id == row_of(rt, runs_of[0])["container_id"]:
            raise ZeroDivisionError
        return container(self, container_id)

    monkeypatch.setattr(PhantomBuster, "container", broken)
    until(lambda: launch_watch.look_at_all(rt) == 1, "the other one does not end")
    assert row_of(rt, runs_of[1])["state"] == "finished"
    assert row_of(rt, runs_of[0])["message"] == launch_watch.FAULT
    monkeypatch.undo()
    look_until_over(rt)
    assert row_of(rt, runs_of[0])["state"] == "finished"


# -- cancelling ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False])
def test_a_result_that_nobody_takes_any_more_does_not_stand_as_being_taken(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str, told: bool
) -> None:
    phantom.next(agent, polls=0, result=json.dumps(people(2)))
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    look_until_over(rt)
    if told:
        # While it is at it.
        work_with(rt, run_id, 1, lambda: runs.cancel_run(rt, alice, run_id))
    else:
        runs.cancel_run(rt, alice, run_id)
        launch_watch.look_at_all(rt)
    launched = row_of(rt, run_id)
    assert (run_row(rt, run_id)["state"], launched["state"]) == ("cancelled", "failed") and names(rt, search) == []
    assert "taken by the id of the run" in launched["message"]
    given = Wanted(agent, "container", container_id=launched["container_id"])
    work(rt, launches.start(rt, alice, search, given))
    (imported,) = rows(rt, "SELECT id FROM runs WHERE kind = 'import'")
    work(rt, imported["id"])
    assert len(names(rt, search)) == 2


def test_before_its_launch_a_run_is_cancelled_and_nothing_is_launched(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    run_id = launch(rt, alice, search, agent)
    runs.cancel_run(rt, alice, run_id)
    work(rt, run_id)
    assert (run_row(rt, run_id)["state"], row_of(rt, run_id)["state"]) == ("cancelled", "failed")
    assert phantom.launches == []
    assert launch(rt, alice, search, agent) > run_id


def test_a_running_agent_is_stopped_before_its_run_says_that_it_ended(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    assert runs.cancel_run(rt, alice, run_id) == "paused"
    with pytest.raises(Conflict):
        launch(rt, alice, search, agent)
    launch_watch.look_at_all(rt)
    assert phantom.stops == [agent]
    look_until_over(rt)
    assert phantom.stops == [agent]
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert (run["state"], run["message"]) == ("cancelled", launch_watch.STOPPED)
    assert names(rt, search) == []


def test_an_agent_that_does_not_stop_is_not_waited_for_for_ever(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PhantomBuster, "stop", lambda *_: None)
    phantom.next(agent, polls=1_000)
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    runs.cancel_run(rt, alice, run_id)
    for _ in range(3):
        assert launch_watch.look_at_all(rt) == 1, "it may still end"
    change(rt, "UPDATE vendor_launches SET stopped_at = stopped_at - interval '11 minutes'")
    assert launch_watch.look_at_all(rt) == 0
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert (run["state"], run["message"]) == ("cancelled", launch_watch.NOT_STOPPED)
    # It runs still, so nobody launches it a second time.
    again = launch(rt, alice, search, agent)
    work(rt, again)
    assert run_row(rt, again)["message"] == launch_run.ELSEWHERE and len(phantom.launches) == 1


# -- earlier runs -------------------------------------------------------------------------------------


def test_the_result_of_an_earlier_run_is_taken_by_its_id(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    container = phantom.ended(agent, result=json.dumps(people(4)))
    phantom.begin(agent)
    run_id = launches.start(rt, alice, search, Wanted(agent, "container", container_id=container))
    work(rt, run_id)
    work(rt, row_of(rt, run_id)["import_run_id"])
    assert len(names(rt, search)) == 4 and phantom.launches == []
    shown = phantom_account.earlier(rt, alice, run_row(rt, run_id)["search_id"], agent)
    assert [(one.container.id == container, one.taken) for one in shown] == [(False, False), (True, True)]


def test_an_earlier_run_that_cannot_be_taken_is_told(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    for container, told in (("999", "does not know this run"), (phantom.begin(agent), "not ended yet")):
        run_id = launches.start(rt, alice, search, Wanted(agent, "container", container_id=container))
        work(rt, run_id)
        run = run_row(rt, run_id)
        assert run["state"] == "failed" and told in run["message"]


def test_the_latest_result_is_taken_once(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    phantom.ended(agent, result=json.dumps(people(2)))
    newest = phantom.ended(agent, result=json.dumps(people(3, start=5)))
    phantom.ended(agent, outcome="exit 1")
    took = []
    for _ in range(3):
        run_id = launches.start(rt, alice, search, Wanted(agent, "latest"))
        work(rt, run_id)
        took.append(row_of(rt, run_id))
    assert took[0]["container_id"] == newest
    assert [one["import_run_id"] is None for one in took] == [False, False, True]
    assert "Nothing new" in took[2]["message"]


# -- the ledger ---------------------------------------------------------------------------------------


def test_what_an_agent_worked_is_in_the_ledger_on_the_usage_page_and_in_its_file(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    for price in (None, Decimal("1.20")):
        rt.settings = replace(rt.settings, phantombuster_hour_usd=price)
        phantom.next(agent, polls=0, result=json.dumps(people(1)))
        run_id = launch(rt, alice, search, agent)
        work(rt, run_id)
        # It has been at work for an hour and a half by PhantomBuster's clock.
        phantom.agents[agent].containers[-1].launched = int(time.time() * 1000) - 5_400_000
        look_until_over(rt)
        work(rt, run_id)
    found = rows(rt, "SELECT vendor, outcome, units, unit, cost, priced, search_id::text, user_id FROM api_usage "
                 "ORDER BY id")  # fmt: skip
    assert all(5_400 <= one.pop("units") <= 5_500 for one in found)
    known = {"vendor": "phantombuster", "outcome": "ok", "unit": "seconds", "search_id": search,
             "user_id": alice.user_id}  # fmt: skip
    costs = [(one.pop("priced"), float(one.pop("cost"))) for one in found]
    assert found == [known, known] and costs == [(False, 0.0), (True, pytest.approx(1.8, abs=0.04))]
    page = str(page_usage.body(usage.read(rt, alice)))
    assert "PhantomBuster (3.0 hours)" in page
    name, parts = usage.ledger_csv(rt, alice)
    assert name.endswith(".csv") and "".join(parts).count(",phantombuster,,ok,1,0,0,0,54") == 2


def test_when_it_began_is_remembered_where_the_end_does_not_say_so(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rt.settings = replace(rt.settings, phantombuster_hour_usd=Decimal(1))
    run_id = launch(rt, alice, search, agent)
    work(rt, run_id)
    container = PhantomBuster.container

    def silent(self: PhantomBuster, container_id: str) -> Any:
        found = container(self, container_id)
        return replace(found, launched_ms=None) if found.is_over else found

    monkeypatch.setattr(PhantomBuster, "container", silent)
    until(lambda: launch_watch.look_at_all(rt) == 1 and row_of(rt, run_id)["began_ms"], "it never began")
    # It has been at work for an hour by PhantomBuster's clock, which one more look is told.
    phantom.agents[agent].containers[-1].launched = int(time.time() * 1000) - 3_600_000
    look_until_over(rt)
    (line,) = rows(rt, "SELECT units, priced, cost FROM api_usage")
    assert 3_600 <= line["units"] < 3_700 and line["priced"] and line["cost"] >= 1


def test_a_launch_that_came_to_nothing_is_in_the_ledger_with_its_outcome(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    for outcome in ENDS:
        phantom.next(agent, outcome=outcome, polls=0)
        to_the_end(rt, launch(rt, alice, search, agent))
    phantom.launch_answers = ["gone"]
    work(rt, launch(rt, alice, search, agent))
    change(rt, "UPDATE vendor_launches SET sent_at = sent_at - interval '2 minutes'")
    assert launch_watch.look_at_all(rt) == 0
    found = [one["outcome"] for one in rows(rt, "SELECT outcome FROM api_usage ORDER BY id")]
    assert found == ["failed", "launch_error", "stopped", "time_limit", "not_launched"]
    assert usage.read(rt, alice).models[0].failed == 5


def test_the_result_of_an_earlier_run_costs_nothing_and_is_in_the_ledger(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str
) -> None:
    container = phantom.ended(agent, result=json.dumps(people(1)))
    for given in (container, "999"):
        work(rt, launches.start(rt, alice, search, Wanted(agent, "container", container_id=given)))
    found = rows(rt, "SELECT outcome, units, cost, priced FROM api_usage ORDER BY id")
    assert found == [
        {"outcome": outcome, "units": 0, "cost": 0, "priced": True} for outcome in ("ok", "failed")
    ]  # fmt: skip


def test_a_used_up_budget_pays_for_no_launch(rt: Runtime, alice: Actor, search: str, agent: str) -> None:
    change(rt, "INSERT INTO budgets (scope, amount, set_by) VALUES ('each', 1, %s)", alice.user_id)
    change(rt, "INSERT INTO api_usage (user_id, vendor, outcome, cost) VALUES (%s, 'openai', 'ok', 1)", alice.user_id)
    rt.settings = replace(rt.settings, phantombuster_hour_usd=Decimal(1))
    with pytest.raises(LimitReached, match=r"budget of \$1\.00"):
        launch(rt, alice, search, agent)
    assert rows(rt, "SELECT id FROM runs") == rows(rt, "SELECT id FROM vendor_launches") == []
    # Where no price is known, the plan has been paid for.
    rt.settings = replace(rt.settings, phantombuster_hour_usd=None)
    assert launch(rt, alice, search, agent)


# -- rights and secrets -------------------------------------------------------------------------------


def test_only_who_may_change_the_search_fetches_into_it(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, search: str, agent: str
) -> None:
    with pytest.raises(Forbidden):
        phantom_account.agents(rt, charlie)
    with pytest.raises(Forbidden):
        launch(rt, charlie, search, agent)
    change(rt, "UPDATE searches SET visibility = 'private'")
    with pytest.raises(Forbidden):
        launch(rt, bob, search, agent)
    assert rows(rt, "SELECT id FROM vendor_launches") == []
    run_id = launch(rt, alice, search, agent)
    found = run_row(rt, run_id)["search_id"]
    for ask in (phantom_account.launches_of, partial(phantom_account.earlier, agent_id=agent)):
        with pytest.raises(Forbidden):
            ask(rt, bob, found)


def test_without_a_key_it_says_who_sets_one(rt: Runtime, alice: Actor, search: str, agent: str) -> None:
    rt.settings = replace(rt.settings, phantombuster_api_key="")
    for ask in (lambda: launch(rt, alice, search, agent), lambda: phantom_account.agents(rt, alice)):
        with pytest.raises(BadInput, match="PHANTOMBUSTER_API_KEY"):
            ask()


def test_keys_cookies_and_passwords_stand_nowhere(
    rt: Runtime, alice: Actor, search: str, phantom: PhantomStub, agent: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phantom.next(agent, outcome="exit 1", polls=2)
    phantom.launch_answers = ["lost"]
    run_id = launch(rt, alice, search, agent)
    phantom.failing = 500
    work(rt, run_id)
    phantom.failing = None
    to_the_end(rt, run_id)
    tables = [row["tablename"] for row in rows(rt, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    everything = "".join(str(rows(rt, f"SELECT * FROM {name}")) for name in tables)
    kept = [rt.redis.dump(key) or b"" for key in rt.redis.scan_iter()]
    shown = phantom_account.console(rt, row_of(rt, run_id)["id"])
    assert "Page 1" in shown
    for canary in (KEY, COOKIE, PROXY_PASSWORD):
        assert canary not in everything
        assert canary not in caplog.text
        assert canary not in shown
        assert all(canary.encode() not in value for value in kept)
    assert Runner(rt, "x").rescue() == []
