"""The screening page as a browser talks to it: propose, edit, estimate, start, follow, try again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from callbacks.registry import Registry
from layouts import ids, page_screen, text
from services.access.identity import Actor
from services.config import Settings
from services.runs import runs
from services.runtime import Runtime
from services.screening import batches, rubrics, screening, screening_model
from services.searches import searches
from services.servers.servers import Servers
from tests.screen_page import (
    BERN,
    EDIT,
    PYTHON,
    again,
    editor,
    estimate,
    pause,
    progress,
    proposal,
    propose,
    props,
    show,
    start,
    words,
)
from tests.screening import CRITERIA, JOB, add_search, save_rubric, value, work
from tests.screening import start as start_run
from tests.stubs.openai_server import OpenAIStub
from tests.web import Browser, call


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(
        settings,
        openai_api_key="sk-test",
        openai_base_url=stub.base_url,
        openai_rpm=100_000,
        openai_tpm=100_000_000,
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001))


def test_from_a_job_description_to_scores(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], stub: OpenAIStub
) -> None:
    search, client = add_search(rt, alice, 12), client_for(alice)
    page = show(client, f"/search/{search}/screen").get_data(as_text=True)
    for name in (ids.SCREEN_JOB_DESCRIPTION, ids.SCREEN_CRITERIA, ids.SCREEN_ESTIMATE, ids.SCREEN_START):
        assert f'"{name}"' in page
    asked = props(propose(client, search))
    run_id = asked[ids.SCREEN_PROPOSAL]["data"]
    assert asked[ids.SCREEN_PROPOSAL_CLOCK]["disabled"] is False
    assert props(proposal(client, run_id)) == {}
    work(rt, run_id)
    shown = props(proposal(client, run_id))
    assert shown[ids.SCREEN_PROPOSAL_CLOCK]["disabled"] is True
    assert "python" in words(shown[ids.SCREEN_CRITERIA]["children"]).lower()
    said = props(estimate(client, search, PYTHON, BERN))
    figures = words(said[ids.SCREEN_ESTIMATE]["children"])
    assert "12  people" in figures and "12  calls" in figures and "gpt-6-luna" in figures
    assert said[ids.SCREEN_PROBLEM]["children"] == ""
    started = props(start(client, search, PYTHON, BERN))
    run_id = started[ids.SCREEN_RUN]["data"]["run"]
    # The estimate saved the criteria; starting with them makes no other version.
    assert started[ids.SCREEN_RUBRIC]["data"] == said[ids.SCREEN_RUBRIC]["data"]
    waiting = props(progress(client, search, run_id))
    assert ids.SCREEN_CLOCK not in waiting and ids.RUN_CANCEL in str(waiting)
    assert props(progress(client, search, run_id, waiting[ids.SCREEN_SEEN]["data"])) == {}
    # Once it runs only the figures are sent: a button that is replaced while it is pressed is not pressed.
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET counts = counts || '{\"calls\": 3}' WHERE id = %s", [run_id])
    moved = progress(client, search, run_id, waiting[ids.SCREEN_SEEN]["data"])
    assert list(props(moved)) == [ids.SCREEN_SEEN]
    assert "3  calls" in words(moved.get_json()["sideUpdate"][ids.RUN_FIGURES]["children"])
    assert work(rt, run_id)["done"] == 12
    ended = props(progress(client, search, run_id))
    assert ended[ids.SCREEN_CLOCK]["disabled"] is True
    assert "12  screened" in words(ended[ids.RUN_PROGRESS]["children"])
    assert f"/search/{search}?sort=score.desc" in str(ended)
    after = props(estimate(client, search, PYTHON, BERN))
    assert text.SCREEN_ALL_KNOWN in words(after[ids.SCREEN_ESTIMATE]["children"])
    later = words(props(show(client, f"/search/{search}/screen"))["page"]["children"])
    assert JOB in later and PYTHON[1] in later and "12  screened" in later


def test_criteria_are_added_and_removed_by_hand(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    client = client_for(alice)

    def edit(trigger: dict[str, Any] | str, *criteria: tuple[Any, ...]) -> list[Any]:
        name = trigger if isinstance(trigger, str) else json.dumps(trigger, sort_keys=True, separators=(",", ":"))
        inputs = [
            (ids.SCREEN_ADD, "n_clicks", 1),
            [(ids.screen_remove(place), "n_clicks", 1) for place in range(len(criteria))],
        ]
        answer = call(client, EDIT, inputs, editor(*criteria), triggered=f"{name}.n_clicks")
        found: list[Any] = props(answer)[ids.SCREEN_CRITERIA]["children"]
        return found

    assert len(edit(ids.SCREEN_ADD, PYTHON)) == 2
    (left,) = edit(ids.screen_remove(0), PYTHON, BERN)
    assert BERN[1] in words(left)
    assert "No criteria yet" in words(edit(ids.screen_remove(0), PYTHON))


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ((), "1 to 12 criteria"),
        ((("", "Experience with Python?", "must", 1),), "needs a title"),
        ((("Python", "Experience with Python?", "must", None),), "weight is a number"),
        ((PYTHON, ("Again", PYTHON[1], "should", 1)), "same question"),
        ((PYTHON,) * 13, "1 to 12 criteria"),
    ],
)
def test_criteria_that_cannot_be_used_are_named_beside_them(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], criteria: tuple[Any, ...], said: str
) -> None:
    search, client = add_search(rt, alice, 1), client_for(alice)
    for attempt in (estimate, start):
        answer = props(attempt(client, search, *criteria))
        assert said in answer[ids.SCREEN_PROBLEM]["children"]
        assert list(answer) == [ids.SCREEN_PROBLEM]
    assert rubrics.newest(rt, alice, search) is None


def test_the_estimate_follows_who_is_chosen(rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser]) -> None:
    search, client = add_search(rt, alice, 12), client_for(alice)
    with rt.db.connection() as conn:
        conn.execute(
            "UPDATE candidates SET stage = 'shortlisted' WHERE id IN (SELECT id FROM candidates ORDER BY id LIMIT 3)"
        )
    page = show(client, f"/search/{search}/screen", "?q=oslo&person=5").get_data(as_text=True)
    assert text.SCREEN_SCOPES["view"] in page
    assert text.SCREEN_SCOPES["view"] not in show(client, f"/search/{search}/screen").get_data(as_text=True)
    rubric = save_rubric(rt, alice, search)
    chosen = {"rubric": rubric.id, "triggered": f"{ids.SCREEN_SCOPE}.value"}

    def people(**options: Any) -> str:
        # What is typed is not saved by looking at another choice.
        answer = props(estimate(client, search, ("", "", "must", 1), **chosen, **options))
        return words(answer[ids.SCREEN_ESTIMATE]["children"])

    assert "12  people" in people()
    assert "3  people" in people(scope="shortlisted")
    assert "9  people" in people(scope="view", view={"status": "active", "q": "oslo"})
    assert text.SCREEN_NOBODY in people(scope="view", view={"status": "filtered"})
    started = props(start(client, search, PYTHON, scope="view", view={"status": "active", "q": "oslo"}))
    # "oslo" is a word of their location.
    assert work(rt, started[ids.SCREEN_RUN]["data"]["run"])["total"] == 9


@pytest.fixture
def queries(rt: Runtime, servers: Servers) -> Callable[[], int]:
    """How many statements this test's database has been asked so far, by anyone; transactions are not counted."""
    name = rt.settings.database_url.split("?")[0].rpartition("/")[2]

    def ask() -> int:
        with psycopg.connect(servers.urls.superuser_url) as conn:
            row = conn.execute(
                "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
                " WHERE d.datname = %s AND s.query ~* '(select|insert|update|delete)'",
                (name,),
            ).fetchone()
        assert row is not None
        return int(row[0])

    return ask


def test_following_a_screening_costs_the_database_one_small_query_a_second(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], queries: Callable[[], int]
) -> None:
    search, client = add_search(rt, alice, 5), client_for(alice)
    run_id = start_run(rt, alice, search)
    seen = props(progress(client, search, run_id))[ids.SCREEN_SEEN]["data"]
    before = queries()
    for _ in range(10):
        assert props(progress(client, search, run_id, seen)) == {}
    # The sign-in and the run.
    assert queries() - before == 10 * 2
    assert page_screen.POLL_MS >= 2_000


def test_a_page_that_shows_nothing_that_moves_asks_nothing(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], registry: Registry
) -> None:
    search, client = add_search(rt, alice, 2), client_for(alice)

    def clock_is_off() -> bool:
        page = props(show(client, f"/search/{search}/screen"))["page"]["children"]
        (clock,) = [one for one in parts_of(page) if one.get("id") == ids.SCREEN_CLOCK]
        return bool(clock["disabled"])

    assert clock_is_off()
    run_id = start_run(rt, alice, search)
    assert not clock_is_off()
    work(rt, run_id)
    assert clock_is_off()
    assert props(progress(client, search, run_id))[ids.SCREEN_CLOCK]["disabled"] is True
    # The clock speaks to the browser only, which is silent while the page is hidden (tests/browser).
    asks = [name for name, one in registry.app.callback_map.items() if ids.SCREEN_CLOCK in str(one["inputs"])]
    assert [name in registry.clientsides for name in asks] == [True]


def parts_of(component: Any) -> Iterator[dict[str, Any]]:
    """The props of a component and of all within it."""
    if isinstance(component, list):
        for child in component:
            yield from parts_of(child)
    elif isinstance(component, dict) and "props" in component:
        yield component["props"]
        yield from parts_of(component["props"].get("children"))


def test_it_is_screened_tonight_at_half_the_price(
    rt: Runtime, alice: Actor, bob: Actor, client_for: Callable[[Actor], Browser], stub: OpenAIStub
) -> None:
    search, client = add_search(rt, alice, 40), client_for(alice)
    page = show(client, f"/search/{search}/screen").get_data(as_text=True)
    assert all(label in page for label in text.SCREEN_WHENS.values())
    figures = words(props(estimate(client, search, PYTHON))[ids.SCREEN_ESTIMATE]["children"])
    assert text.SCREEN_FIGURES["batch_cost"] in figures
    run_id = props(start(client, search, PYTHON, when="batch"))[ids.SCREEN_RUN]["data"]["run"]
    work(rt, run_id)
    assert stub.requests.total == 0
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert text.RUN_WITH_VENDOR in words(panel) and "40  with the vendor" in words(panel)
    assert text.SCREEN_LOOK in words(panel) and ids.RUN_CANCEL in str(panel)
    theirs = props(progress(client_for(bob), search, run_id))[ids.RUN_PROGRESS]["children"]
    assert text.RUN_WITH_VENDOR in words(theirs) and text.SCREEN_LOOK not in words(theirs)
    stub.api_key = "another"
    batches.look_at_all(rt)
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert "could not be asked just now" in words(panel)
    stub.api_key = None
    # Someone who does not wait for the clock looks at once.
    assert props(again(client, run_id))[ids.SCREEN_CLOCK]["disabled"] is False
    work(rt, run_id)
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert "40  screened" in words(panel)


def test_taking_it_back_from_the_vendor_is_shown(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], stub: OpenAIStub
) -> None:
    search, client = add_search(rt, alice, 2), client_for(alice)
    stub.batches.hold = True
    run_id = props(start(client, search, PYTHON, when="batch"))[ids.SCREEN_RUN]["data"]["run"]
    work(rt, run_id)
    runs.cancel_run(rt, alice, run_id)
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert text.RUN_CANCELLING in words(panel)
    batches.look_at_all(rt)
    batches.look_at_all(rt)
    assert work(rt, run_id)["state"] == "cancelled"
    # What is started then is started now or tonight, as chosen.
    assert props(start(client, search, PYTHON))[ids.SCREEN_PROBLEM]["children"] == ""


def test_who_could_not_be_screened_is_listed_and_tried_again(
    rt: Runtime, alice: Actor, bob: Actor, client_for: Callable[[Actor], Browser], stub: OpenAIStub
) -> None:
    search, client = add_search(rt, alice, 5), client_for(alice)
    stub.then("refusal", "refusal")
    run_id = start_run(rt, alice, search)
    work(rt, run_id)
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert str(panel).count("'data-testid': 'dead-letter'") == 2
    assert text.SCREEN_REASONS["refused"] in words(panel)
    assert ids.SCREEN_AGAIN in str(panel)
    # A colleague sees it, and cannot take it up.
    other = client_for(bob)
    theirs = props(progress(other, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert ids.SCREEN_AGAIN not in str(theirs)
    again(other, run_id)
    assert runs.get_run(rt, alice, run_id)["state"] == "done"
    reopened = props(again(client, run_id))
    assert reopened[ids.SCREEN_CLOCK]["disabled"] is False
    work(rt, run_id)
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert "dead-letter" not in str(panel) and ids.SCREEN_AGAIN not in str(panel)


def test_it_is_paused_with_a_button_and_goes_on_with_another_budget(
    rt: Runtime, alice: Actor, bob: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    search, client = add_search(rt, alice, 5), client_for(alice)
    refused = props(start(client, search, PYTHON, budget=-1))
    assert "budget" in refused[ids.SCREEN_PROBLEM]["children"]
    run_id = props(start(client, search, PYTHON, budget=0.0001))[ids.SCREEN_RUN]["data"]["run"]
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert ids.SCREEN_PAUSE in str(panel)
    assert ids.SCREEN_PAUSE not in str(props(progress(client_for(bob), search, run_id))[ids.RUN_PROGRESS]["children"])
    assert "someone else started it" in pause(client_for(bob), run_id).get_data(as_text=True)
    assert props(pause(client, run_id))[ids.SCREEN_RUN]["data"] == {"run": run_id, "again": 1}
    panel = props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"]
    assert ids.SCREEN_AGAIN in str(panel) and ids.SCREEN_PAUSE not in str(panel)
    again(client, run_id)
    work(rt, run_id)
    assert "budget of $0.0001" in words(props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"])
    again(client, run_id, 5)
    assert work(rt, run_id)["done"] == 5


def test_a_banner_says_why_nobody_is_screened_and_tries_again(
    rt: Runtime, alice: Actor, charlie: Actor, client_for: Callable[[Actor], Browser], stub: OpenAIStub
) -> None:
    search, client = add_search(rt, alice, 3), client_for(alice)
    stub.then("quota")
    run_id = start_run(rt, alice, search)
    assert ids.SCREEN_LIFT not in show(client, f"/search/{search}/screen").get_data(as_text=True)
    work(rt, run_id)
    answer = progress(client, search, run_id).get_json()
    assert "no credit left" in words(answer["sideUpdate"][ids.SCREEN_HOLD]["children"])
    assert ids.SCREEN_LIFT in show(client, f"/search/{search}/screen").get_data(as_text=True)
    viewer = show(client_for(charlie), f"/search/{search}/screen").get_data(as_text=True)
    assert "no credit left" in viewer and ids.SCREEN_LIFT not in viewer
    lift = f"..{ids.SCREEN_HOLD}.children...{ids.SCREEN_CLOCK}.disabled.."
    assert call(client_for(charlie), lift, [(ids.SCREEN_LIFT, "n_clicks", 1)]).status_code == 403
    lifted = props(call(client, lift, [(ids.SCREEN_LIFT, "n_clicks", 1)]))
    assert lifted[ids.SCREEN_HOLD]["children"] is None
    assert work(rt, run_id)["done"] == 3


def test_criteria_that_changed_meanwhile_need_a_new_screening(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], stub: OpenAIStub
) -> None:
    search, client = add_search(rt, alice, 2), client_for(alice)
    stub.then("refusal")
    run_id = start_run(rt, alice, search)
    work(rt, run_id)
    save_rubric(rt, alice, search, CRITERIA[:1])
    assert "criteria have changed" in again(client, run_id).get_data(as_text=True)
    assert runs.get_run(rt, alice, run_id)["state"] == "done"


def test_without_a_key_the_page_says_what_to_set_and_the_rest_works(
    settings: Settings, rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    search, client = add_search(rt, alice, 2), client_for(alice)
    web: Runtime = client.application.config["SOURCINGX_RUNTIME"]
    web.settings = replace(settings, openai_api_key="")
    page = show(client, f"/search/{search}/screen").get_data(as_text=True)
    assert "OPENAI_API_KEY" in page
    assert "2  people" in words(props(estimate(client, search, PYTHON))[ids.SCREEN_ESTIMATE]["children"])
    assert "OPENAI_API_KEY" in props(start(client, search, PYTHON))[ids.SCREEN_PROBLEM]["children"]
    assert "OPENAI_API_KEY" in propose(client, search).get_data(as_text=True)
    assert value(rt, "SELECT count(*) FROM runs") == 0


def test_a_viewer_reads_and_a_stranger_sees_nothing(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    search = add_search(rt, alice, 2)
    rubric = save_rubric(rt, alice, search)
    run_id = start_run(rt, alice, search, rubric)
    viewer = client_for(charlie)
    page = show(viewer, f"/search/{search}/screen").get_data(as_text=True)
    assert PYTHON[1] in page
    for name in (ids.SCREEN_START, ids.SCREEN_PROPOSE, ids.SCREEN_SAVE, ids.RUN_CANCEL):
        assert f'"{name}"' not in page
    for answer in (
        propose(viewer, search), estimate(viewer, search, PYTHON), start(viewer, search, PYTHON), again(viewer, run_id)
    ):  # fmt: skip
        assert answer.status_code == 403
    searches.set_visibility(rt, alice, search, "private")
    stranger = client_for(bob)
    for answer in (
        show(stranger, f"/search/{search}/screen"),
        propose(stranger, search),
        estimate(stranger, search, PYTHON),
        start(stranger, search, PYTHON),
        progress(stranger, search, run_id),
    ):
        assert answer.status_code == 403
        assert "Ada" not in answer.get_data(as_text=True) and PYTHON[1] not in answer.get_data(as_text=True)
    assert screening.overview(rt, alice, search).latest_run == run_id


@pytest.mark.parametrize("nonsense", [None, "x", -1, 10**30, True, [1], {"run": 1}])
def test_nonsense_is_answered_not_crashed_into(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], nonsense: Any
) -> None:
    search, client = add_search(rt, alice, 1), client_for(alice)
    answers = [
        proposal(client, nonsense),
        progress(client, search, nonsense),
        progress(client, nonsense, 1),
        again(client, nonsense),
        pause(client, nonsense),
        start(client, search, PYTHON, budget=[nonsense]),
        propose(client, nonsense),
        estimate(client, nonsense, PYTHON),
        estimate(client, search, PYTHON, scope=nonsense, view=nonsense),
        start(client, nonsense, PYTHON),
        start(client, search, (nonsense,) * 4),
        estimate(client, search, PYTHON, rubric=nonsense, triggered=f"{ids.SCREEN_SCOPE}.value"),
    ]
    for answer in answers:
        assert answer.status_code < 500
        assert "reference" not in answer.get_data(as_text=True)
