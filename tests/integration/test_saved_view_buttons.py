"""The menu of saved views: rename, share, open first, delete, each by its button."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids
from services.access.identity import Actor
from services.grid import saved_views
from services.grid.grid_view import View
from services.grid.saved_views import SavedView
from services.runtime import Runtime
from services.searches import searches
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
LIST = "saved-view-list.children"


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> uuid.UUID:
    return searches.create_search(rt, alice, "Engineers").id


def saved(rt: Runtime, actor: Actor, search: uuid.UUID, name: str = "Seniors", **options: Any) -> SavedView:
    state = View.of(search, status="all", q="senior").state()
    return saved_views.save(rt, actor, search, name, state, **options)


def page_data(search: uuid.UUID) -> dict[str, Any]:
    return {"search_id": str(search), "version": 1, "status": "active", "q": "", "f": {}, "filterModel": {}, "sort": []}


def press(
    client: Browser, search: uuid.UUID, action: str, view_id: Any, new_name: str | None = None, *, enter: bool = False
) -> dict[str, Any]:
    """Press a button of a view, or Enter in its name field; the answer's body."""
    button, field = ids.view_action(action, view_id), ids.view_new_name(view_id)
    trigger, prop = (field, "n_submit") if enter else (button, "n_clicks")
    shown = json.dumps(trigger, sort_keys=True, separators=(",", ":"))
    names = [] if new_name is None else [(field, "value", new_name)]
    answer = call(
        client, LIST,
        [[(button, "n_clicks", 0 if enter else 1)], [(field, "n_submit", 1 if enter else 0)]],
        [names, (ids.GRID_VIEW, "data", page_data(search))], triggered=f"{shown}.{prop}",
    )  # fmt: skip
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def listed(body: dict[str, Any]) -> str:
    return str(body["response"]["saved-view-list"]["children"])


def said(body: dict[str, Any]) -> str:
    return str(body["sideUpdate"][ids.TOAST])


@pytest.mark.parametrize("enter", [False, True])
def test_a_view_is_renamed(rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, enter: bool) -> None:
    client, view = client_for(alice), saved(rt, alice, search)
    asked = listed(press(client, search, "rename", view.id))
    assert "view-new-name" in asked and "'value': 'Seniors'" in asked
    body = press(client, search, "keep", view.id, " Staff  engineers ", enter=enter)
    assert "is now called “Staff engineers”" in said(body)
    assert "Staff engineers" in listed(body) and "view-new-name" not in listed(body)
    assert saved_views.open_view(rt, alice, view.id).name == "Staff engineers"


@pytest.mark.parametrize(("name", "line"), [("", "1 to 100 characters"), ("Taken", "already have a view of that name")])
def test_a_bad_name_is_explained_and_the_field_stays(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, name: str, line: str
) -> None:
    view, _ = saved(rt, alice, search), saved(rt, alice, search, "Taken")
    body = press(client_for(alice), search, "keep", view.id, name)
    assert line in said(body)
    # The list is left as it is, and so what was typed.
    assert "saved-view-list" not in body.get("response", {})
    assert saved_views.open_view(rt, alice, view.id).name == "Seniors"


def test_renaming_can_be_left(rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID) -> None:
    client, view = client_for(alice), saved(rt, alice, search)
    press(client, search, "rename", view.id)
    body = press(client, search, "leave", view.id, "Not this")
    assert "view-new-name" not in listed(body) and "Seniors" in listed(body)
    assert "sideUpdate" not in body


def test_a_view_is_shared_and_taken_back(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client, view = client_for(alice), saved(rt, alice, search)
    assert "is shared" in said(press(client, search, "share", view.id))
    assert [v.name for v in saved_views.list_views(rt, bob, search)] == ["Seniors"]
    assert "only yours again" in said(press(client, search, "share", view.id))
    assert saved_views.list_views(rt, bob, search) == []


def test_a_view_opens_first_and_the_usual_one_is_a_click_away(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client, view = client_for(bob), saved(rt, alice, search, shared=True)

    def opened(query: str = "") -> dict[str, Any]:
        answer = call(
            client, "page.children", [(ids.URL, "pathname", f"/search/{search}")], [(ids.URL, "search", query)]
        )
        text = answer.get_data(as_text=True)
        place = text.index('"id":"grid-view"')
        start = text.rindex('{"props":', 0, place)
        found: dict[str, Any] = json.JSONDecoder().raw_decode(text[start:])[0]["props"]["data"]
        return found

    assert opened()["q"] == ""
    body = press(client, search, "default", view.id)
    assert "opens with “Seniors”" in said(body) and "Usual view" in listed(body) and "opens first" in listed(body)
    assert (opened()["q"], opened()["status"]) == ("senior", "all")
    # What the address says comes first, for links of colleagues.
    assert opened("?status=active")["q"] == ""
    body = press(client, search, "default", view.id)
    assert "everyone active again" in said(body) and "Usual view" not in listed(body)
    assert opened()["q"] == ""


def test_deleting_asks_first(rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID) -> None:
    client, view = client_for(alice), saved(rt, alice, search)
    assert "Delete “Seniors”?" in listed(press(client, search, "delete", view.id))
    assert "Delete “Seniors”?" not in listed(press(client, search, "leave", view.id))
    assert len(saved_views.list_views(rt, alice, search)) == 1
    body = press(client, search, "remove", view.id)
    assert "“Seniors” is deleted." in said(body) and "No saved views yet" in listed(body)
    assert saved_views.list_views(rt, alice, search) == []


def test_a_shared_view_is_named_as_such_before_it_goes(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    view = saved(rt, alice, search, shared=True)
    assert "lose it, too" in listed(press(client_for(alice), search, "delete", view.id))


def test_others_views_can_be_opened_first_and_nothing_else(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client, view = client_for(bob), saved(rt, alice, search, shared=True)
    row = listed(press(client, search, "leave", view.id))
    assert "Open first" in row and "Rename" not in row and "Delete" not in row and "Share" not in row
    for action in ("keep", "share", "remove"):
        assert "not yours to change" in said(press(client, search, action, view.id, "Mine"))
    kept = saved_views.open_view(rt, alice, view.id)
    assert (kept.name, kept.shared) == ("Seniors", True)


def test_views_that_are_not_shared_are_not_there(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client, view = client_for(bob), saved(rt, alice, search)
    for action in ("keep", "share", "default", "remove"):
        refused, missing = press(client, search, action, view.id, "x"), press(client, search, action, 999_999, "x")
        assert "Seniors" not in str(refused)
        assert _words(refused) == _words(missing)


def _words(body: dict[str, Any]) -> str:
    return str(body["sideUpdate"][ids.TOAST]["children"][0]["props"]["children"][0])


def test_viewers_keep_views_and_are_offered_no_sharing(
    rt: Runtime, charlie: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client, view = client_for(charlie), saved(rt, charlie, search)
    row = listed(press(client, search, "leave", view.id))
    assert "Rename" in row and "Share" not in row
    assert "Viewers keep views for themselves" in said(press(client, search, "share", view.id))


@pytest.mark.parametrize("view_id", [0, -1, "x", None, True, 2**70])
def test_what_is_no_view_is_refused(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, view_id: Any
) -> None:
    assert "does not exist any more" in said(press(client_for(alice), search, "remove", view_id))


def test_what_is_no_button_is_refused(rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID) -> None:
    view = saved(rt, alice, search)
    assert "older than the server" in said(press(client_for(alice), search, "explode", view.id))
    assert len(saved_views.list_views(rt, alice, search)) == 1


def test_buttons_that_only_appear_do_nothing(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    view = saved(rt, alice, search)
    button, field = ids.view_action("remove", view.id), ids.view_new_name(view.id)
    shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
    answer = call(
        client_for(alice), LIST, [[(button, "n_clicks", None)], [(field, "n_submit", None)]],
        [[], (ids.GRID_VIEW, "data", page_data(search))], triggered=f"{shown}.n_clicks",
    )  # fmt: skip
    assert (answer.status_code, answer.get_json()) == (200, {"multi": True, "response": {}})
    assert len(saved_views.list_views(rt, alice, search)) == 1
