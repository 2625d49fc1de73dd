"""The pages /lists and /lists/<id>, as people use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.filtering import list_rows, list_sheets, lists, rule_sets
from services.runtime import Runtime
from tests.filter_pages import full, match, page, press_one, response, said
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
SAVE = "..list-form.is_open@"
TAKE = "..list-text.value..."


@pytest.fixture
def clients(rt: Runtime, alice: Actor) -> int:
    """Alice's shared list of three companies."""
    list_id = lists.create(rt, alice, "blacklisted_companies", "Clients")
    lists.replace(rt, alice, list_id, list_rows.from_text("Acme GmbH\nGlobex\nInitech", "companies"))
    return list_id


def save(client: Browser, name: str, *, edited: int | None = None, kind: str = "custom", holds: str = "people",
         shared: bool = True) -> Any:  # fmt: skip
    state = [
        (ids.LIST_EDITED, "data", edited), (ids.LIST_NAME, "value", name), (ids.LIST_SHARED, "value", shared),
        (ids.LIST_KIND, "value", kind), (ids.LIST_HOLDS, "value", holds),
    ]  # fmt: skip
    inputs = [(ids.LIST_SAVE, "n_clicks", 1), (ids.LIST_NAME, "n_submit", None)]
    known = client.application.config["SOURCINGX_REGISTRY"].callbacks
    output = next(name for name in known if name.startswith(SAVE) and "list-problem" in name)
    return call(client, output, inputs, state)


def take(client: Browser, list_id: int, typed: str, button: str = ids.LIST_TEXT_ADD) -> Any:
    inputs = [(ids.LIST_TEXT_ADD, "n_clicks", 1), (ids.LIST_TEXT_REPLACE, "n_clicks", 1)]
    state = [(ids.LIST_TEXT, "value", typed), (ids.LIST_ID, "data", list_id)]
    return call(client, full(client, TAKE), inputs, state, triggered=f"{button}.n_clicks")


def entries(client: Browser, list_id: int, find: str = "", at: int = 0, button: str | None = None) -> str:
    inputs = [(ids.LIST_FIND, "value", find), (ids.LIST_PREVIOUS, "n_clicks", 1), (ids.LIST_NEXT, "n_clicks", 1)]
    state = [(ids.LIST_AT, "data", at), (ids.LIST_ID, "data", list_id)]
    triggered = f"{button}.n_clicks" if button else f"{ids.LIST_FIND}.value"
    return said(call(client, "list-entries.children", inputs, state, triggered=triggered))


# -- what is shown ---------------------------------------------------------------------------------


def test_all_lists_stand_with_kind_entries_version_and_use(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, clients: int
) -> None:
    rule = {"kind": "list", "params": {"list_id": clients}}
    rule_sets.save(rt, alice, "Usual exclusions", [rule], shared=True)
    shown = page(client_for(bob), "/lists")
    for part in ("Clients", text.LIST_KINDS["blacklisted_companies"], "Alice Owner", text.LIST_USED_BY_ONE, "list-new"):
        assert part in shown, part


def test_without_lists_the_page_says_what_to_do(alice: Actor, charlie: Actor, client_for: ClientFor) -> None:
    assert text.LISTS_EMPTY_BODY in page(client_for(alice), "/lists")
    viewer = page(client_for(charlie), "/lists")
    assert text.LISTS_EMPTY_VIEWER in viewer and "list-new" not in viewer and "list-form" not in viewer


def test_a_sheet_that_failed_says_so_and_what_stays_in_force(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    list_sheets.failed(rt, clients, "The sheet is not shared with the service account.")
    for path in ("/lists", f"/lists/{clients}"):
        shown = page(client_for(alice), path)
        assert "The sheet is not shared with the service account. The last good version stays in force." in shown


def test_a_private_list_is_nobody_elses(rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor) -> None:
    own = lists.create(rt, alice, "do_not_contact", "Mine alone", shared=False)
    assert "Mine alone" in page(client_for(alice), "/lists")
    client = client_for(bob)
    assert "Mine alone" not in page(client, "/lists")
    assert lists.GONE in page(client, f"/lists/{own}")
    assert lists.GONE in said(take(client, own, "Acme"))
    assert lists.GONE in entries(client, own)
    assert save(client, "Mine now", edited=own).status_code == 403
    lists.replace(rt, alice, own, list_rows.from_text("x@example.com", "people"))
    seen = match(client, ids.list_changes(1), ids.list_changes_ask(1), [(ids.LIST_ID, "data", own)])
    assert "example.com" not in said(seen)


def test_who_may_only_look_gets_no_buttons(charlie: Actor, client_for: ClientFor, clients: int) -> None:
    client = client_for(charlie)
    shown = page(client, f"/lists/{clients}")
    assert "Acme GmbH" in shown and text.LIST_READ_ONLY in shown
    for button in (ids.LIST_EDIT, ids.LIST_DELETE, ids.LIST_TEXT_ADD, "list-entry-remove"):
        assert f'"{button}"' not in shown, button
    assert take(client, clients, "Umbrella").status_code == 403
    assert save(client, "New").status_code == 403


# -- making and changing -----------------------------------------------------------------------------


def test_a_list_is_made_and_its_page_opens(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    answer = response(save(client_for(alice), "Dream schools", kind="target_universities"))
    (made,) = lists.all_lists(rt, alice)
    assert (made.name, made.holds, made.shared) == ("Dream schools", "schools", True)
    assert answer["url"]["href"] == f"/lists/{made.id}"
    assert text.LIST_EMPTY in page(client_for(alice), f"/lists/{made.id}")


def test_a_name_that_is_missing_or_taken_is_one_message(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(alice)
    assert "Give it a name." in said(save(client, "  "))
    assert "You have a list of this name already" in said(save(client, "Clients", kind="blacklisted_companies"))
    assert "A list is of one of the kinds" in said(save(client, "X", kind="nonsense"))
    assert len(lists.all_lists(rt, alice)) == 1


def test_the_form_says_what_a_kind_means(alice: Actor, client_for: ClientFor) -> None:
    client = client_for(alice)
    for kind, hidden in (("do_not_contact", True), ("custom", False)):
        answer = response(call(client, "..list-kind-hint.children...list-holds-box.hidden..",
                               [(ids.LIST_KIND, "value", kind)]))  # fmt: skip
        assert answer[ids.LIST_KIND_HINT]["children"] == text.LIST_KIND_HINTS[kind]
        assert answer[ids.LIST_HOLDS_BOX]["hidden"] is hidden


def test_a_list_is_renamed_and_no_longer_shared(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, clients: int
) -> None:
    shown = said(save(client_for(alice), "Clients of ours", edited=clients, shared=False))
    assert text.LIST_SAVED in shown and "Clients of ours" in shown
    assert lists.get(rt, alice, clients).name == "Clients of ours"
    assert lists.GONE in page(client_for(bob), f"/lists/{clients}")


def test_a_list_is_deleted_by_its_owner_only(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, clients: int
) -> None:
    def delete(actor: Actor) -> Any:
        client = client_for(actor)
        known = client.application.config["SOURCINGX_REGISTRY"].callbacks
        inputs = [(ids.LIST_DELETE_SURE, "n_clicks", 1)]
        output = next(n for n in known if n.startswith("url.href@") and _input_of(client, n) == ids.LIST_DELETE_SURE)
        return call(client, output, inputs, [(ids.LIST_ID, "data", clients)])

    assert delete(bob).status_code == 403
    assert lists.get(rt, alice, clients).name == "Clients"
    assert response(delete(alice))["url"]["href"] == "/lists"
    assert lists.all_lists(rt, alice) == []


# -- entries ----------------------------------------------------------------------------------------


def test_pasted_lines_are_added_and_said(rt: Runtime, alice: Actor, client_for: ClientFor, clients: int) -> None:
    shown = said(take(client_for(alice), clients, "Umbrella\n\nACME\nUmbrella Ltd"))
    assert text.LIST_FILLED.format(added=1, removed=0, entries=4, version=2) in shown
    assert "Umbrella" in shown
    assert lists.get(rt, alice, clients).version == 2


def test_a_list_is_replaced(rt: Runtime, alice: Actor, client_for: ClientFor, clients: int) -> None:
    shown = said(take(client_for(alice), clients, "Globex\nUmbrella", ids.LIST_TEXT_REPLACE))
    assert text.LIST_FILLED.format(added=1, removed=2, entries=2, version=2) in shown
    assert [one.label for one in lists.entries(rt, alice, clients)[0]] == ["Globex", "Umbrella"]
    assert text.LIST_FILLED_SAME in said(take(client_for(alice), clients, "Globex\nUmbrella", ids.LIST_TEXT_REPLACE))


def test_what_is_no_entry_changes_nothing_and_stays_in_the_field(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    answer = response(take(client_for(alice), clients, " \n "))
    assert "list-text" not in answer
    assert answer[ids.LIST_ENTRY_PROBLEM]["children"].startswith("Type at least one entry")
    assert lists.get(rt, alice, clients).version == 1


def test_an_entry_is_taken_out(rt: Runtime, alice: Actor, client_for: ClientFor, clients: int) -> None:
    client = client_for(alice)
    one = lists.entries(rt, alice, clients)[0][1]
    state = [(ids.LIST_ID, "data", clients)]
    button = ids.list_entry_remove(one.id)
    output = next(n for n in client.application.config["SOURCINGX_REGISTRY"].callbacks
                  if n.startswith("list-filled.data@"))  # fmt: skip
    assert text.LIST_REMOVED.format(version=2) in said(press_one(client, output, button, state))
    assert [e.label for e in lists.entries(rt, alice, clients)[0]] == ["Acme GmbH", "Initech"]
    assert "These entries are not in the list any more." in said(press_one(client, output, button, state))


def test_entries_are_searched_and_paged_by_the_server(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    names = "\n".join(f"Company {n:03}" for n in range(120))
    lists.replace(rt, alice, clients, list_rows.from_text(names, "companies"))
    client = client_for(alice)
    shown = page(client, f"/lists/{clients}")
    assert "Company 049" in shown and "Company 050" not in shown
    second = entries(client, clients, at=0, button=ids.LIST_NEXT)
    assert "Company 050" in second and "Company 099" in second and "Company 100" not in second
    assert text.LIST_SHOWN.format(first=51, last=100, total=120) in second
    assert "Company 049" in entries(client, clients, at=50, button=ids.LIST_PREVIOUS)
    found = entries(client, clients, find="pany 11", at=100)
    assert "Company 119" in found and "Company 109" not in found
    assert text.LIST_NOT_FOUND in entries(client, clients, find="nowhere")
    # Someone took the last pages away meanwhile.
    lists.replace(rt, alice, clients, list_rows.from_text("Company 007", "companies"))
    assert "Company 007" in entries(client, clients, at=50, button=ids.LIST_NEXT)


def test_a_version_says_what_it_changed(rt: Runtime, alice: Actor, client_for: ClientFor, clients: int) -> None:
    lists.replace(rt, alice, clients, list_rows.from_text("Globex\nUmbrella", "companies"))
    client = client_for(alice)

    def changes(version: int) -> str:
        return said(match(client, ids.list_changes(version), ids.list_changes_ask(version),
                          [(ids.LIST_ID, "data", clients)]))  # fmt: skip

    second = changes(2)
    for part in ("Umbrella", "Acme GmbH", "Initech", text.LIST_CHANGES_ADDED, text.LIST_CHANGES_REMOVED):
        assert part in second, part
    assert "Globex" not in second
    assert "Globex" in changes(1) and "Umbrella" not in changes(1)


@pytest.mark.parametrize("nonsense", [None, "x", -1, True, 2**70, {"a": 1}])
def test_nonsense_in_place_of_a_list_is_one_message(alice: Actor, client_for: ClientFor, nonsense: Any) -> None:
    answer = take(client_for(alice), nonsense, "Acme")
    assert text.UNKNOWN_CALL in said(answer)


def test_buttons_that_only_appeared_do_nothing(rt: Runtime, alice: Actor, client_for: ClientFor, clients: int) -> None:
    client = client_for(alice)
    inputs = [(ids.LIST_TEXT_ADD, "n_clicks", None), (ids.LIST_TEXT_REPLACE, "n_clicks", None)]
    answer = call(client, full(client, TAKE), inputs,
                  [(ids.LIST_TEXT, "value", "Acme"), (ids.LIST_ID, "data", clients)])  # fmt: skip
    assert answer.status_code in (200, 204)
    assert lists.get(rt, alice, clients).version == 1


def _input_of(client: Browser, output: str) -> str:
    spec = client.application.config["SOURCINGX_REGISTRY"].app.callback_map[output]
    return str(spec["inputs"][0]["id"])
