"""The page /lists/names: pairs of names that mean the same, as people add and remove them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.filtering import aliases, list_rows, lists
from services.runtime import Runtime
from tests.change_runs import rows
from tests.filter_pages import full, page, press, press_one, response, said
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
ADD = "..names-name.value..."


def add(client: Browser, name: Any, same_as: Any, holds: Any = "companies") -> Any:
    state = [(ids.NAMES_HOLDS, "value", holds), (ids.NAMES_NAME, "value", name), (ids.NAMES_SAME, "value", same_as)]
    return press(client, ADD, ids.NAMES_ADD, state, after=[(ids.NAMES_SAME, "n_submit", None)])


def remove(client: Browser, alias_id: Any) -> Any:
    known = client.application.config["SOURCINGX_REGISTRY"].callbacks
    output = next(name for name in known if name.startswith("names-changed.data@"))
    return press_one(client, output, ids.name_remove(alias_id), [])


def shown(client: Browser, find: str = "", at: int = 0, button: str | None = None) -> str:
    inputs = [(ids.NAMES_FIND, "value", find), (ids.NAMES_PREVIOUS, "n_clicks", 1), (ids.NAMES_NEXT, "n_clicks", 1),
              (ids.NAMES_CHANGED, "data", None)]  # fmt: skip
    triggered = f"{button}.n_clicks" if button else f"{ids.NAMES_FIND}.value"
    return said(call(client, full(client, "names.children"), inputs, [(ids.NAMES_AT, "data", at)], triggered=triggered))


def test_a_pair_is_added_shown_with_the_lists_it_helps_and_removed(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    hidden = lists.create(rt, bob, "blacklisted_companies", "Bob alone", shared=False)
    ours = lists.create(rt, alice, "blacklisted_companies", "Clients")
    for one, actor in ((hidden, bob), (ours, alice)):
        lists.replace(rt, actor, one, list_rows.from_text("META Inc.", "companies"))
    client = client_for(alice)
    assert text.NAMES_EMPTY_BODY in page(client, "/lists/names")
    answer = add(client, "Facebook", "Meta")
    assert text.NAMES_ADDED.format(name="Facebook", same_as="Meta") in said(answer)
    assert response(answer)[ids.NAMES_NAME]["value"] == "" and response(answer)[ids.NAMES_CHANGED]["data"]
    found = page(client, "/lists/names")
    for part in ("Facebook", "Meta", "Clients", "Alice Owner", text.NAMES_EFFECT):
        assert part in found, part
    assert "Bob alone" not in found
    (pair,) = aliases.all_of(rt, "companies")
    # Anyone who may change lists may take it back.
    assert text.NAMES_REMOVED in said(remove(client_for(bob), pair.id))
    assert aliases.GONE in said(remove(client, pair.id))
    found = rows(rt, "SELECT action, user_id FROM audit_log WHERE action LIKE 'alias%%' ORDER BY id")
    assert [(row["action"], row["user_id"]) for row in found] == [
        ("alias.add", alice.user_id), ("alias.remove", bob.user_id)]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "same_as", "holds", "why"),
    [
        ("", "Meta", "companies", "Type both names"),
        ("Acme", "ACME GmbH", "companies", "one name already"),
        ("Acme", "x" * 301, "companies", "at most 300"),
        ("Acme", "Beeb", "people", "for companies and schools"),
        (None, None, None, "for companies and schools"),
    ],
)
def test_what_is_no_pair_is_one_message_and_stays_in_the_fields(
    rt: Runtime, alice: Actor, client_for: ClientFor, name: Any, same_as: Any, holds: Any, why: str
) -> None:
    answer = response(add(client_for(alice), name, same_as, holds))
    assert why in answer[ids.NAMES_PROBLEM]["children"] and ids.NAMES_NAME not in answer
    assert aliases.page(rt, alice) == ([], 0)


def test_who_may_only_look_sees_pairs_and_changes_none(
    rt: Runtime, alice: Actor, charlie: Actor, client_for: ClientFor
) -> None:
    client = client_for(charlie)
    assert text.NAMES_EMPTY_VIEWER in page(client, "/lists/names")
    pair = aliases.add(rt, alice, "schools", "ETH", "ETH Zurich")
    found = page(client, "/lists/names")
    assert "ETH Zurich" in found and ids.NAMES_ADD not in found and "name-remove" not in found
    assert add(client, "A", "B").status_code == 403
    assert remove(client, pair).status_code == 403


def test_pairs_are_searched_and_paged_by_the_server(
    rt: Runtime, alice: Actor, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.names.PAGE", 2)
    for n in range(5):
        aliases.add(rt, alice, "companies", f"Firm {n}", f"Übername {n}")
    client = client_for(alice)
    assert "Firm 1" in shown(client) and "Firm 2" not in shown(client)
    assert "Firm 2" in shown(client, button=ids.NAMES_NEXT)
    assert text.LIST_SHOWN.format(first=5, last=5, total=5) in shown(client, at=2, button=ids.NAMES_NEXT)
    assert "Firm 4" in shown(client, "ubername 4") and "Firm 3" not in shown(client, "ubername 4")
    assert text.NAMES_NOT_FOUND in shown(client, "nowhere")
    # Others removed some meanwhile: the last page there is.
    assert text.LIST_SHOWN.format(first=5, last=5, total=5) in shown(client, at=50, button=ids.NAMES_NEXT)
    assert "Firm 0" in shown(client, at=2, button=ids.NAMES_PREVIOUS)
