"""A screening that waits: who began it, who may end it, what is typed for it, and a button that is pressed twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.config import Settings
from services.errors import Conflict, Forbidden, NotFound
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.screening import model_holds, screening
from services.screening.screening_estimate import estimate
from services.searches import searches
from tests.model_at_hand import quick, settings, stub
from tests.screen_page import again, progress, props, show, words
from tests.screening import add_search, row, save_rubric, start, value, work
from tests.stubs.openai_server import OpenAIStub
from tests.web import Browser

__all__ = ["quick", "settings", "stub"]

ClientFor = Callable[[Actor], Browser]


def test_whoever_may_change_the_search_may_end_a_paused_screening_and_begin_another(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, client_for: ClientFor
) -> None:
    search = add_search(rt, alice, 3)
    run_id = start(rt, alice, search)
    # While it waits or runs it is its starter's.
    with pytest.raises(Forbidden):
        runs.cancel_run(rt, bob, run_id)
    screening.pause(rt, alice, run_id)
    with pytest.raises(Conflict):
        start(rt, bob, search)
    panel = props(progress(client_for(bob), search, run_id))[ids.RUN_PROGRESS]["children"]
    assert ids.RUN_CANCEL in str(panel) and ids.SCREEN_AGAIN not in str(panel)
    assert text.SCREEN_BEGUN.format(who="Alice Owner") in words(panel)
    with pytest.raises(Forbidden):
        runs.cancel_run(rt, charlie, run_id)
    assert runs.cancel_run(rt, bob, run_id) == "cancelled"
    assert work(rt, start(rt, bob, search))["done"] == 3


def test_a_paused_screening_of_a_search_that_is_not_to_be_seen_is_nobody_elses(
    rt: Runtime, alice: Actor, bob: Actor
) -> None:
    search = add_search(rt, alice, 1)
    run_id = start(rt, alice, search)
    screening.pause(rt, alice, run_id)
    searches.set_visibility(rt, alice, search, "private")
    with pytest.raises(Forbidden):
        runs.cancel_run(rt, bob, run_id)
    assert runs.get_run(rt, alice, run_id)["state"] == "paused"


def test_another_kind_of_job_is_its_starters_alone(rt: Runtime, alice: Actor, bob: Actor) -> None:
    search = add_search(rt, alice, 1)
    run_id = start(rt, alice, search)
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET kind = 'export', state = 'paused' WHERE id = %s", [run_id])
    with pytest.raises(Forbidden):
        runs.cancel_run(rt, bob, run_id)


def test_a_budget_that_was_typed_holds_for_a_screening_that_the_account_held_up(
    rt: Runtime, alice: Actor, stub: OpenAIStub, client_for: ClientFor
) -> None:
    search = add_search(rt, alice, 20)
    stub.then("quota")
    run_id = start(rt, alice, search)
    work(rt, run_id)
    again(client_for(alice), run_id, 0.0001)
    assert model_holds.current(rt) is None
    run = work(rt, run_id)
    assert (run["state"], run["params"]["budget"]) == ("paused", "0.0001")
    assert "budget of $0.0001" in run["message"]
    # Without one it keeps what it has.
    again(client_for(alice), run_id, "")
    assert value(rt, "SELECT params ->> 'budget' FROM runs WHERE id = %s", run_id) == "0.0001"


def test_a_double_click_begins_once_and_complains_about_nothing(rt: Runtime, alice: Actor, bob: Actor) -> None:
    search = add_search(rt, alice, 2)
    rubric = save_rubric(rt, alice, search)
    first = screening.start(rt, alice, View.of(search), rubric.id, "5")
    assert screening.start(rt, alice, View.of(search), rubric.id, "5") == first
    for actor, budget in ((bob, "5"), (alice, "6")):
        with pytest.raises(Conflict):
            screening.start(rt, actor, View.of(search), rubric.id, budget)
    with pytest.raises(Conflict):
        screening.start(rt, alice, View.of(search), rubric.id, "5", batch=True)
    assert value(rt, "SELECT count(*) FROM runs") == 1
    assert work(rt, first)["done"] == 2
    assert screening.start(rt, alice, View.of(search), rubric.id, "5") > first


def test_going_on_twice_goes_on_once(rt: Runtime, alice: Actor, bob: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 2)
    run_id = start(rt, alice, search)
    screening.pause(rt, alice, run_id)
    for _ in range(2):
        screening.go_on(rt, alice, run_id)
    with pytest.raises(NotFound):
        screening.go_on(rt, bob, run_id)
    assert work(rt, run_id)["done"] == stub.requests.total == 2


def test_quick_jobs_are_not_in_the_way_of_long_ones(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 1)
    with rt.db.connection() as conn:
        made = [
            conn.execute(
                "INSERT INTO runs (kind, search_id, user_id) VALUES (%s, %s, %s) RETURNING id",
                [kind, search, alice.user_id],
            ).fetchone()
            for kind in ("bulk", "propose", "import", "undo", "screen")
        ]
    ids_ = [one["id"] for one in made if one is not None]
    assert [runs.queue_position(rt, alice, one) for one in ids_] == [1, 2, 1, 3, 2]


def test_a_model_without_a_price_is_said_beside_the_budget(
    rt: Runtime, alice: Actor, client_for: ClientFor, settings: Settings
) -> None:
    search, client = add_search(rt, alice, 1), client_for(alice)
    said = text.SCREEN_NO_PRICE.format(model="own-model")
    assert said not in show(client, f"/search/{search}/screen").get_data(as_text=True)
    web: Runtime = client.application.config["SOURCINGX_RUNTIME"]
    web.settings = replace(settings, openai_model="own-model")
    assert said in show(client, f"/search/{search}/screen").get_data(as_text=True)
    assert row(rt, "SELECT count(*) AS n FROM runs") == {"n": 0}


def test_a_budget_is_kept_for_a_model_whose_price_is_set(rt: Runtime, alice: Actor, stub: OpenAIStub) -> None:
    search = add_search(rt, alice, 20)
    rubric = save_rubric(rt, alice, search)
    own = Runtime(replace(rt.settings, openai_model="own-model", openai_prices="2026-11-20 own-model=10/1/10"))
    own.open()
    try:
        found = estimate(own, alice, View.of(search), rubric)
        assert (found.priced_on, found.calls) == (date(2026, 11, 20), 20)
        assert found.cost is not None and found.batch_cost == found.cost / 2
        run_id = screening.start(own, alice, View.of(search), rubric.id, str(found.cost / 4))
        run = work(own, run_id)
        assert run["state"] == "paused" and 0 < run["done"] < 10
        spent = value(own, "SELECT sum(cost) FROM api_usage WHERE priced")
        assert 0 < spent <= found.cost / 4
    finally:
        own.close()
