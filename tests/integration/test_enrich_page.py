"""The enrichment page as a browser talks to it: estimate, start, follow, pause, go on; who may not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.test import TestResponse

from layouts import ids, text
from services.access.identity import Actor
from services.config import Settings
from services.errors import BadInput, Unavailable
from services.operations import operations
from services.runs import runs
from services.runtime import Runtime
from services.spending import budget_settings
from tests.enrichment import add_people, rows, value, with_vendors, work
from tests.stubs.salesql_server import SalesqlStub
from tests.web import Browser, Prop, call

ESTIMATE = f"..{ids.ENRICH_ESTIMATE}.children...{ids.ENRICH_PROBLEM}.children.."
START = f"..{ids.ENRICH_RUN}.data...{ids.ENRICH_CLOCK}.disabled...{ids.ENRICH_PROBLEM}.children.."
PROGRESS = f"..{ids.RUN_PROGRESS}.children...{ids.ENRICH_CLOCK}.disabled...{ids.ENRICH_SEEN}.data.."
AGAIN = f"..{ids.ENRICH_RUN}.data...{ids.ENRICH_CLOCK}.disabled.."


@pytest.fixture
def stub() -> Iterator[SalesqlStub]:
    with SalesqlStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: SalesqlStub) -> Settings:
    return with_vendors(settings, stub)


def show(client: Browser, path: str, query: str = "") -> str:
    shown = call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", query)])
    return shown.get_data(as_text=True)


def fields(search: str, wants: list[str], scope: str = "active", people: Any = (), again: bool = False) -> list[Prop]:
    return [
        (ids.ENRICH_WANTS, "value", wants), (ids.ENRICH_SCOPE, "value", scope), (ids.ENRICH_AGAIN, "value", again),
        (ids.ENRICH_SEARCH, "data", search), (ids.ENRICH_VIEW, "data", {"view": None, "people": list(people)}),
    ]  # fmt: skip


def estimate(client: Browser, given: list[Prop]) -> TestResponse:
    return call(client, ESTIMATE, [*given[:3], (ids.ENRICH_CLOCK, "disabled", True)], given[3:])


def start(client: Browser, given: list[Prop]) -> TestResponse:
    return call(client, START, [(ids.ENRICH_START, "n_clicks", 1)], given)


def test_a_recruiter_estimates_starts_and_follows(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, stub: SalesqlStub
) -> None:
    search = add_people(rt, alice, ["ana-one", "bo-two", "nobody-three"])
    client = client_for(alice)
    page = show(client, f"/search/{search}/enrich")
    assert text.ENRICH_WANTS["email"] in page and "0 of 5,000 people today" in page
    # What nobody can give cannot be chosen.
    assert '"value": "history", "disabled": true' in json.dumps(json.loads(page))
    shown = estimate(client, fields(search, ["email"])).get_data(as_text=True)
    assert "SalesQL: about 3 people, at most 3 credits" in shown and text.SCREEN_UNDER_A_MINUTE in shown
    began = start(client, fields(search, ["email"])).get_json()["response"]
    run_id = began[ids.ENRICH_RUN]["data"]["run"]
    assert began[ids.ENRICH_CLOCK]["disabled"] is False
    work(rt, run_id)
    told = call(client, PROGRESS, [(ids.ENRICH_TICK, "data", 1), (ids.ENRICH_RUN, "data", {"run": run_id})],
                [(ids.ENRICH_SEARCH, "data", search), (ids.ENRICH_SEEN, "data", None)])  # fmt: skip
    body = told.get_data(as_text=True)
    assert "Something was found about 2 of 3." in body and "3 of 5,000 people today" in body
    assert told.get_json()["response"][ids.ENRICH_CLOCK]["disabled"] is True
    # Reloaded, the page shows the same.
    assert "Something was found about 2 of 3." in show(client, f"/search/{search}/enrich")


def test_what_is_left_to_look_for_is_said_anew_when_a_run_has_ended(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor
) -> None:
    search = add_people(rt, alice, ["ana-one", "nobody-two"])
    client, given = client_for(alice), fields(search, ["email"])
    work(rt, start(client, given).get_json()["response"][ids.ENRICH_RUN]["data"]["run"])
    clock, ended = f"{ids.ENRICH_CLOCK}.disabled", (ids.ENRICH_CLOCK, "disabled", True)
    shown = call(client, ESTIMATE, [*given[:3], ended], given[3:], triggered=clock).get_data(as_text=True)
    assert text.ENRICH_ALL_KNOWN in shown
    # That one has begun changes nothing.
    begun = (ids.ENRICH_CLOCK, "disabled", False)
    assert call(client, ESTIMATE, [*given[:3], begun], given[3:], triggered=clock).get_json()["response"] == {}


def test_selected_people_of_the_address_are_the_choice(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, stub: SalesqlStub
) -> None:
    search = add_people(rt, alice, ["ana-one", "bo-two"])
    client = client_for(alice)
    one = _one(rt, "bo-two")
    page = show(client, f"/search/{search}/enrich", f"?people={one}.x.9999999999999999999")
    assert text.ENRICH_SCOPES["selected"].format(n="1") in page
    run_id = start(client, fields(search, ["email"], "selected", [one])).get_json()["response"][ids.ENRICH_RUN]["data"]
    work(rt, run_id["run"])
    assert [asked.rpartition("/")[2] for asked in stub.asked] == ["bo-two"]


def test_an_estimate_says_what_is_left_of_the_budgets_and_whether_that_is_enough(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, admin: Actor
) -> None:
    search = add_people(rt, alice, ["ana-one", "bo-two"])
    client = client_for(alice)
    web = client.application.config["SOURCINGX_RUNTIME"]
    web.settings = replace(web.settings, salesql_credit_usd=Decimal(1))
    assert "budget" not in estimate(client, fields(search, ["email"])).get_data(as_text=True)
    for amount, enough in (("5", True), ("1.50", False)):
        budget_settings.save(rt, admin, "each", amount)
        shown = estimate(client, fields(search, ["email"])).get_data(as_text=True)
        assert f"${float(amount):.2f}" in shown and (text.BUDGET_OVER not in shown) is enough


def test_a_colleague_may_cancel_what_holds_up_the_search_and_not_go_on_with_it(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, bob: Actor, stub: SalesqlStub
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    run_id = start(client_for(alice), fields(search, ["email"])).get_json()["response"][ids.ENRICH_RUN]["data"]["run"]
    stub.then((200, {"credits": 5}, {}), (401, {}, {}))
    assert work(rt, run_id)["state"] == "paused"
    mine, theirs = (show(client_for(one), f"/search/{search}/enrich") for one in (alice, bob))
    begun = text.SCREEN_BEGUN.format(who="Alice Owner")
    for page, may_go_on in ((mine, True), (theirs, False)):
        assert "data-cancel-run" in page and begun in page and (text.ENRICH_GO_ON in page) is may_go_on


def test_a_choice_that_cannot_be_had_is_said_beside_the_button(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    client = client_for(alice)
    said = start(client, fields(search, [])).get_data(as_text=True)
    assert "Choose what to look for" in said
    said = estimate(client, fields(search, ["history"])).get_data(as_text=True)
    assert "CRUSTDATA_API_KEY" in said
    assert text.ENRICH_NO_ESTIMATE in estimate(client, fields(search, [])).get_data(as_text=True)


def test_a_paused_run_goes_on_and_one_with_lost_answers_asks_before_it_asks_again(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, stub: SalesqlStub
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    client = client_for(alice)
    run_id = start(client, fields(search, ["email"])).get_json()["response"][ids.ENRICH_RUN]["data"]["run"]
    shown: list[Prop] = [(ids.ENRICH_RUN, "data", {"run": run_id})]
    paused = call(client, f"{ids.ENRICH_RUN}.data", [(ids.ENRICH_PAUSE, "n_clicks", 1)], shown)
    assert paused.status_code == 200 and runs.get_run(rt, alice, run_id)["state"] == "paused"
    assert text.ENRICH_GO_ON in show(client, f"/search/{search}/enrich")
    call(client, AGAIN, [(ids.ENRICH_GO_ON, "n_clicks", 1)], shown)
    stub.then((200, {"credits": 5}, {}), (200, "<html>A proxy</html>", {}))
    work(rt, run_id)
    page = show(client, f"/search/{search}/enrich")
    assert text.ENRICH_ASK_AGAIN in page and text.ENRICH_REASONS["not_understood"] in page
    assert str(stub.key) not in page and "A proxy" not in page
    call(client, AGAIN, [(ids.ENRICH_ASK_AGAIN, "n_clicks", 1)], shown)
    assert work(rt, run_id)["counts"]["found"] == 1


def test_without_a_key_the_page_says_what_an_admin_does(
    rt: Runtime, settings: Settings, alice: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    client = client_for(alice)
    web = client.application.config["SOURCINGX_RUNTIME"]
    web.settings = replace(web.settings, salesql_api_key="")
    page = show(client, f"/search/{search}/enrich")
    assert "an admin sets CRUSTDATA_API_KEY or SALESQL_API_KEY first" in page and ids.ENRICH_START not in page


def test_a_viewer_sees_how_far_it_is_and_starts_nothing(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, charlie: Actor, stub: SalesqlStub
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    client = client_for(charlie)
    assert ids.ENRICH_START not in show(client, f"/search/{search}/enrich")
    assert start(client, fields(search, ["email"])).status_code == 403
    assert rows(rt, "SELECT id FROM runs") == []


def test_another_s_private_search_is_not_there(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, bob: Actor
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private'")
    client = client_for(bob)
    assert text.ENRICH_WHAT not in show(client, f"/search/{search}/enrich")
    assert "credits" not in estimate(client, fields(search, ["email"])).get_data(as_text=True)


def test_an_admin_keeps_a_part_of_the_day_back(
    client_for: Callable[[Actor], Browser], rt: Runtime, alice: Actor, admin: Actor
) -> None:
    search = add_people(rt, alice, ["ana-one"])
    client = client_for(admin)
    assert text.ENRICH_RESERVES in show(client, f"/search/{search}/enrich")
    assert text.ENRICH_RESERVES not in show(client_for(alice), f"/search/{search}/enrich")
    output = (
        f"..{ids.ENRICH_RESERVES}.children...{ids.ENRICH_STANDING}.children...{ids.ENRICH_RESERVE_ANSWER}.children.."
    )

    def save(by: Browser, typed: Any) -> TestResponse:
        field = ids.vendor_reserve("salesql")
        pressed: Any = [(ids.vendor_reserve_save("salesql"), "n_clicks", 1)]
        state: Any = [[(field, "value", typed)], [(field, "id", field)]]
        return call(by, output, [pressed], state, triggered='{"id":"salesql","type":"vendor-reserve-save"}.n_clicks')

    assert "50 of them kept back" in save(client, 50).get_data(as_text=True)
    for typed, said in ((5000, "fewer than that"), ("x", "whole number"), (-1, "whole number")):
        assert said in save(client, typed).get_data(as_text=True)
    assert save(client_for(alice), 1).status_code == 403
    assert value(rt, "SELECT reserve FROM vendor_accounts") == 50


def test_a_key_is_tried_by_what_the_account_has_left(rt: Runtime, admin: Actor, stub: SalesqlStub) -> None:
    assert operations.check_key(rt, admin, "SALESQL_API_KEY") == "The key works: 100,000 credits left."
    stub.failing = 401, {}, {}
    with pytest.raises(BadInput, match="does not take the key"):
        operations.check_key(rt, admin, "SALESQL_API_KEY")
    stub.failing = 500, {}, {}
    with pytest.raises(Unavailable, match="server failed"):
        operations.check_key(rt, admin, "SALESQL_API_KEY")
    rt.settings = replace(rt.settings, crustdata_api_key="k", crustdata_api_generation="legacy")
    assert operations.check_key(rt, admin, "CRUSTDATA_API_KEY") == operations.UNTRIED


def _one(rt: Runtime, slug: str) -> int:
    return int(value(
        rt, "SELECT c.id FROM candidates c JOIN profiles p ON p.id = c.profile_id WHERE p.linkedin_url LIKE '%%' || %s",
        slug))  # fmt: skip
