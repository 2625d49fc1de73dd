"""`/admin/privacy`, and erasing the person who is open in the drawer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.privacy import erasures
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_admin_users import page
from tests.integration.test_erasure import CANARY, HEADER, OTHER, URL, load, member
from tests.two_people import rows
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
ERASE = "..erase-answer.children...admin-erasures.children...erase-address.value...erase-confirm.value.."
ERASE_OPEN = "..person-body.children...change-answer.data...person-erase-answer.children.."


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    found = str(searches.create_search(rt, alice, "Backend engineers, Lisbon").id)
    load(rt, alice, found, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    return found


def press(client: Browser, address: Any, confirmed: Any) -> Any:
    return call(client, ERASE, [(ids.ERASE_START, "n_clicks", 1)],
                [(ids.ERASE_ADDRESS, "value", address), (ids.ERASE_CONFIRM, "value", confirmed)])  # fmt: skip


def press_open(client: Browser, search: str, candidate_id: Any, confirmed: Any) -> Any:
    return call(
        client, ERASE_OPEN, [(ids.PERSON_ERASE, "n_clicks", 1)],
        [(ids.PERSON_ERASE_CONFIRM, "value", confirmed), (ids.PERSON_ANSWER, "data", {"person": str(candidate_id)}),
         (ids.GRID_VIEW, "data", {"search_id": search, "version": None})],
    )  # fmt: skip


def test_it_is_for_admins_only(client_for: ClientFor, alice: Actor, search: str, rt: Runtime) -> None:
    client = client_for(alice)
    assert page(client, "/admin/privacy").status_code == 403
    assert press(client, URL, "erase").status_code == 403
    assert press_open(client, search, member(rt, search), "erase").status_code == 403
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 2


def test_an_admin_erases_by_address_and_sees_it_in_the_list(
    rt: Runtime, client_for: ClientFor, admin: Actor, search: str
) -> None:
    client = client_for(admin)
    assert text.ERASURES_NONE in page(client, "/admin/privacy").get_data(as_text=True)
    answered = press(client, f"  {URL}/?trk=x ", "Erase").get_json()["response"]
    said = json.dumps(answered[ids.ERASE_ANSWER])
    assert "1 person" in said and "1 search" in said and text.ERASE_FILES in said
    assert answered[ids.ERASE_ADDRESS]["value"] == "" and answered[ids.ERASE_CONFIRM]["value"] == ""
    assert "erasure-row" in json.dumps(answered[ids.ADMIN_ERASURES])
    shown = page(client, "/admin/privacy").get_data(as_text=True)
    assert "erasure-row" in shown and "Ada Admin" in shown and "canary" not in shown.lower()
    assert [row["full_name"] for row in rows(rt, "SELECT full_name FROM profiles")] == ["Ada Example"]


def test_a_refusal_stands_beside_the_fields_and_what_was_typed_stays(
    rt: Runtime, client_for: ClientFor, admin: Actor, search: str
) -> None:
    client = client_for(admin)
    for address, confirmed, said in (
        (URL, "", erasures.NOT_CONFIRMED), (URL, None, erasures.NOT_CONFIRMED), (None, "erase", erasures.NOT_READ),
        ("javascript:alert(1)", "erase", erasures.NOT_READ), ("nobody@example.com", "erase", erasures.NOBODY),
    ):  # fmt: skip
        answered = press(client, address, confirmed).get_json()["response"]
        assert answered[ids.ERASE_ANSWER]["children"]["props"]["children"] == said
        assert set(answered) == {ids.ERASE_ANSWER}
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 2


def test_the_open_person_is_erased_and_the_grid_told(
    rt: Runtime, client_for: ClientFor, admin: Actor, search: str
) -> None:
    client, own = client_for(admin), member(rt, search)
    before = rows(rt, "SELECT data_version FROM searches WHERE id = %s", search)[0]["data_version"]
    answered = press_open(client, search, own, "no").get_json()["response"]
    assert erasures.NOT_CONFIRMED in json.dumps(answered[ids.PERSON_ERASE_ANSWER], ensure_ascii=False)
    assert set(answered) == {ids.PERSON_ERASE_ANSWER}
    answered = press_open(client, search, own, "erase").get_json()["response"]
    assert text.PERSON_GONE_TITLE in json.dumps(answered[ids.PERSON_BODY])
    told = answered[ids.CHANGE_ANSWER]["data"]
    assert (told["version_before"], told["version_after"], told["rows"]) == (before, before + 1, [])
    assert rows(rt, "SELECT 1 FROM candidates WHERE id = %s", own) == []


def test_only_admins_are_offered_it_in_the_drawer(
    rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor, search: str
) -> None:
    for actor, offered in ((admin, True), (alice, False)):
        shown = call(
            client_for(actor), "..person-body.children...person-answer.data..",
            [(ids.PERSON_REQUEST, "data", {"n": 1, "person": str(member(rt, search)), "step": 0})],
            [(ids.GRID_VIEW, "data", {"search_id": str(UUID(search)), "version": None})],
        ).get_data(as_text=True)  # fmt: skip
        assert ("person-erase-confirm" in shown) is offered


# -- how long people are kept ------------------------------------------------------------------------


ANSWER = "..retention-answer.children...retention.children.."


def on_page(client: Browser, inputs: list[Any], state: list[Any], triggered: str) -> dict[str, Any]:
    answered = call(client, ANSWER, inputs, state, triggered=triggered)
    assert answered.status_code == 200, answered.get_data(as_text=True)
    found = answered.get_json()["response"]
    assert isinstance(found, dict)
    return found


def row_button(row: int, what: str) -> tuple[Any, str]:
    name = ids.retention_row(row, what)
    return name, json.dumps(name, sort_keys=True, separators=(",", ":")) + ".n_clicks"


def test_overdue_people_are_listed_and_marked_as_told(
    rt: Runtime, client_for: ClientFor, admin: Actor, search: str
) -> None:
    rows(rt, "UPDATE profiles SET created_at = now() - interval '2 months'")
    client = client_for(admin)
    shown = page(client, "/admin/privacy").get_data(as_text=True)
    assert shown.count("overdue-row") == 2 and "0 kept longer" in shown and "2 not told in time" in shown
    first, second = (row["id"] for row in rows(rt, "SELECT id FROM profiles ORDER BY id"))
    button, triggered = row_button(first, "told")
    other, _ = row_button(second, "told")
    answered = on_page(client, [[(button, "n_clicks", 1), (other, "n_clicks", None)],
                                (ids.RETENTION_TOLD_ALL, "n_clicks", None)], [], triggered)  # fmt: skip
    assert json.dumps(answered[ids.RETENTION]).count("overdue-row") == 1
    answered = on_page(client, [[(other, "n_clicks", None)], (ids.RETENTION_TOLD_ALL, "n_clicks", 1)], [],
                       f"{ids.RETENTION_TOLD_ALL}.n_clicks")  # fmt: skip
    assert text.OVERDUE_NONE in json.dumps(answered[ids.RETENTION])


def test_a_rule_is_changed_and_nonsense_is_said_beside_it(
    rt: Runtime, client_for: ClientFor, admin: Actor, search: str
) -> None:
    client = client_for(admin)
    rule = rows(rt, "SELECT id FROM retention_rules WHERE countries = '{}'")[0]["id"]
    button, triggered = row_button(rule, "change")
    months = ids.retention_row(rule, "months")
    for typed, kept in (("18", 18), ("soon", 18)):
        answered = on_page(client, [[(button, "n_clicks", 1)]], [[(months, "value", typed)], [(months, "id", months)]],
                           triggered)  # fmt: skip
        assert rows(rt, "SELECT keep_months FROM retention_rules WHERE id = %s", rule) == [{"keep_months": kept}]
    assert set(answered) == {ids.RETENTION_ANSWER} and "Months are a whole number" in json.dumps(answered)


def test_a_rule_is_added_and_removed(rt: Runtime, client_for: ClientFor, admin: Actor) -> None:
    client = client_for(admin)
    answered = on_page(client, [(ids.RETENTION_ADD, "n_clicks", 1)], [
        (ids.RETENTION_NAME, "value", "Brazil"), (ids.RETENTION_COUNTRIES, "value", "Brazil, Brasil"),
        (ids.RETENTION_NEW_MONTHS, "value", 12)], f"{ids.RETENTION_ADD}.n_clicks")  # fmt: skip
    assert "Brasil" in json.dumps(answered[ids.RETENTION])
    rule = rows(rt, "SELECT id FROM retention_rules WHERE jurisdiction = 'Brazil'")[0]["id"]
    button, triggered = row_button(rule, "remove")
    on_page(client, [[(button, "n_clicks", 1)]], [], triggered)
    assert rows(rt, "SELECT 1 FROM retention_rules WHERE id = %s", rule) == []


def test_what_the_night_does_is_switched(rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor) -> None:
    given: Any = [(ids.RETENTION_SAVE, "n_clicks", None), (ids.RETENTION_PURGE, "value", True),
                  (ids.RETENTION_EXPORT, "value", False)]  # fmt: skip
    state: Any = [(ids.RETENTION_DECISIONS, "value", 24)]
    assert call(client_for(alice), ANSWER, given, state, triggered=f"{ids.RETENTION_PURGE}.value").status_code == 403
    on_page(client_for(admin), given, state, f"{ids.RETENTION_PURGE}.value")
    assert rows(rt, "SELECT purge, export_listed, decision_months FROM retention_settings") == [
        {"purge": True, "export_listed": False, "decision_months": 24}]  # fmt: skip
