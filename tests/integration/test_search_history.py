"""The history of searches: found by title, by whose they are and by state; a page at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from callbacks.registry import Registry
from layouts import ids, text
from services.access.identity import Actor
from services.errors import Unavailable
from services.runtime import Runtime
from services.searches import search_deletion, search_history, searches
from services.searches.search_history import PAGE, Wanted
from tests.archives import archive
from tests.searches import LIST, shown_list
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


def found(rt: Runtime, actor: Actor, **wanted: Any) -> list[str]:
    return [row.title for row in search_history.find(rt, actor, Wanted.of(**wanted)).rows]


def page_of(client: Browser, query: str = "") -> str:
    answer = call(client, "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", query)])
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def query_of(shown: dict[str, Any]) -> str | None:
    """What the browser writes into the address; None where nothing is to be written."""
    data = shown[ids.SEARCH_SHOWN]["data"]
    return data["query"] if data["form"] else None


def test_titles_are_found_by_any_part_of_them(rt: Runtime, alice: Actor) -> None:
    for title in ("Backend Zürich", "Frontend Bern", "50%_off"):
        searches.create_search(rt, alice, title)
    assert found(rt, alice, q=" zurich ") == ["Backend Zürich"]
    assert found(rt, alice, q="END") == ["Frontend Bern", "Backend Zürich"]
    # Signs of LIKE are signs of a title.
    assert found(rt, alice, q="%") == found(rt, alice, q="%_o") == ["50%_off"]
    assert found(rt, alice, q="nothing like it") == []


def test_ones_own_or_a_colleagues(rt: Runtime, alice: Actor, bob: Actor) -> None:
    searches.create_search(rt, alice, "Of Alice")
    searches.create_search(rt, bob, "Of Bob")
    searches.create_search(rt, bob, "Bob alone", "private")
    assert found(rt, alice) == found(rt, alice, whose="all") == ["Of Bob", "Of Alice"]
    assert found(rt, alice, whose="mine") == ["Of Alice"]
    assert found(rt, alice, whose=str(bob.user_id)) == ["Of Bob"]
    assert [owner.name for owner in search_history.owners(rt, alice)] == ["Bob Teammate"]


def test_each_state_has_its_own(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor) -> None:
    old, gone = (searches.create_search(rt, alice, title) for title in ("Old", "Gone"))
    searches.create_search(rt, alice, "Used")
    archive(rt, alice, old.id)
    search_deletion.delete_search(rt, alice, gone.id)
    for state, titles in (("active", ["Used"]), ("archived", ["Old"]), ("deleted", ["Gone"])):
        assert found(rt, alice, state=state) == found(rt, admin, state=state) == titles
    # Of what is deleted only its owner and admins know.
    assert found(rt, bob, state="deleted") == found(rt, charlie, state="deleted") == []


def test_a_page_at_a_time(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    for number in range(PAGE + 3):
        searches.create_search(rt, alice, f"Search {number:02}")
    client = client_for(alice)
    first = page_of(client)
    assert first.count('"search-row"') == PAGE
    assert "28 searches" in first and "of 2" in first
    second = shown_list(client, page=1, by="search-next.n_clicks")
    assert str(second["search-list"]).count("search-row") == 3
    assert (second["search-page"]["value"], query_of(second)) == (2, "?page=2")
    back = shown_list(client, page=2, by="search-previous.n_clicks")
    assert (back["search-page"]["value"], query_of(back)) == (1, "")
    # What is too far is the last page, what is none the first; another filter begins at the first.
    assert shown_list(client, page=99)["search-page"]["value"] == 2
    assert shown_list(client, page="x")["search-page"]["value"] == 1
    narrowed = shown_list(client, q="search 0", page=2, by="search-q.value")
    assert (narrowed["search-page"]["value"], narrowed["search-pager"]["hidden"]) == (1, True)
    assert query_of(narrowed) == "?q=search+0"
    assert narrowed["search-pages"]["children"] == "10 searches"


def test_an_address_that_was_gone_back_to_is_shown(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    for number in range(PAGE + 2):
        searches.create_search(rt, alice, f"Search {number:02}")
    client = client_for(alice)
    # What the fields have is of the address before.
    back = shown_list(client, q="nothing like it", state="deleted", address="?q=search+0&whose=mine")
    fields = (ids.SEARCH_Q, ids.SEARCH_WHOSE, ids.SEARCH_STATE, ids.SEARCH_PAGE)
    assert [back[name]["value"] for name in fields] == ["search 0", "mine", "active", 1]
    assert str(back[ids.SEARCH_LIST]).count("search-row") == 10
    # It is in the address already: written there again, it would be one step more to go back.
    assert query_of(back) is None and back[ids.SEARCH_SHOWN]["data"]["query"] == "?q=search+0&whose=mine"
    assert shown_list(client, address="?page=2")[ids.SEARCH_PAGE]["value"] == 2
    # The link to the searches takes away what they were narrowed by.
    home = shown_list(client, q="search 0", whose="mine", state="archived", page=2, address="")
    assert [home[name]["value"] for name in fields] == ["", "all", "active", 1]
    assert str(home[ids.SEARCH_LIST]).count("search-row") == PAGE
    # No answer to the form touches what is typed meanwhile.
    assert not {ids.SEARCH_Q, ids.SEARCH_WHOSE, ids.SEARCH_STATE} & shown_list(client, q="search").keys()


@pytest.mark.parametrize("sent", [None, [], "?q=x", {"query": ["x"]}, {"query": 1}])
def test_an_address_that_no_browser_sends_is_that_of_all(
    rt: Runtime, alice: Actor, client_for: ClientFor, sent: Any
) -> None:
    searches.create_search(rt, alice, "Still there")
    answer = call(
        client_for(alice), LIST,
        [(ids.SEARCH_Q, "value", "x"), (ids.SEARCH_WHOSE, "value", ""), (ids.SEARCH_STATE, "value", "active"),
         (ids.SEARCH_PAGE, "value", 1), (ids.SEARCH_PREVIOUS, "n_clicks", None), (ids.SEARCH_NEXT, "n_clicks", None),
         (ids.SEARCH_SAVED, "data", None), (ids.SEARCH_ADDRESS, "data", sent)],
        triggered="search-address.data",
    )  # fmt: skip
    assert answer.status_code == 200 and "Still there" in str(answer.get_json()["response"][ids.SEARCH_LIST])


def test_the_list_is_not_drawn_again_once_its_page_is_there(
    registry: Registry, rt: Runtime, alice: Actor, client_for: ClientFor
) -> None:
    """A menu that someone opens at once would be gone: Dash calls with each page what also writes beyond it."""
    searches.create_search(rt, alice, "Backend")
    page = json.dumps(json.loads(page_of(client_for(alice))))
    known = registry.app.callback_map.values()
    (written,) = [one["output"] for one in known if ids.SEARCH_NEXT in {given["id"] for given in one["inputs"]}]
    assert [one.component_id for one in written if f'"id": "{one.component_id}"' not in page] == []


def test_a_pasted_address_shows_the_same_page(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    for number in range(PAGE + 2):
        searches.create_search(rt, alice, f"Search {number:02}")
    client = client_for(alice)
    assert page_of(client, "?q=search&whose=mine&page=2").count('"search-row"') == 2
    assert "was left out" not in page_of(client, "?q=search&whose=mine&page=2")


@pytest.mark.parametrize(
    "query", ["?page=x", "?state=lost", "?whose=-1", "?what=ever", "?page=0", "?whose=9" + "9" * 30]
)
def test_what_an_address_gets_wrong_is_left_out_and_told(
    rt: Runtime, alice: Actor, client_for: ClientFor, query: str
) -> None:
    searches.create_search(rt, alice, "Still there")
    page = page_of(client_for(alice), query)
    assert "Still there" in page and "was left out" in page


def test_an_empty_page_says_why_and_what_to_do(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    client = client_for(alice)
    assert text.FIRST_UPLOAD_START in page_of(client)
    assert "No search is archived" in page_of(client, "?state=archived")
    assert "No search of yours is deleted" in page_of(client, "?state=deleted")
    assert "No search fits" in page_of(client, "?q=nothing")


def test_a_list_that_cannot_be_had_says_so_in_its_place(
    rt: Runtime, alice: Actor, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise Unavailable("The database does not answer.")

    client = client_for(alice)
    monkeypatch.setattr(search_history, "find", away)
    answer = call(
        client, LIST,
        [(ids.SEARCH_Q, "value", "x"), (ids.SEARCH_WHOSE, "value", ""), (ids.SEARCH_STATE, "value", "active"),
         (ids.SEARCH_PAGE, "value", 1), (ids.SEARCH_PREVIOUS, "n_clicks", None), (ids.SEARCH_NEXT, "n_clicks", None),
         (ids.SEARCH_SAVED, "data", None), (ids.SEARCH_ADDRESS, "data", None)],
    )  # fmt: skip
    assert answer.status_code == 503
    assert "The database does not answer." in str(answer.get_json()["response"]["search-list"])
    # The fields keep what was asked for, and any address that comes next is asked for.
    assert list(answer.get_json()["response"]) == ["search-list", ids.SEARCH_SHOWN]
    assert answer.get_json()["response"][ids.SEARCH_SHOWN]["data"] == {"path": "/", "query": None, "form": False}


def test_a_search_that_was_moved_in_says_where_from(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    made = searches.create_search(rt, alice, "Go in Haifa")
    with rt.db.connection() as conn:
        conn.execute(
            "UPDATE searches SET source = 'history', source_ref = 'go-haifa', source_url = %s WHERE id = %s",
            ["https://www.linkedin.com/sales/search/people", made.id],
        )
    page = json.dumps(json.loads(page_of(client_for(alice))))
    assert "From the history of searches: go-haifa" in page
    assert '"href": "https://www.linkedin.com/sales/search/people"' in page


def test_viewers_get_neither_menu_nor_dialogs(rt: Runtime, alice: Actor, charlie: Actor, client_for: ClientFor) -> None:
    searches.create_search(rt, alice, "Team")
    page = page_of(client_for(charlie))
    assert "Team" in page
    for absent in ("search-copy", "search-delete", ids.SEARCH_FORM):
        assert absent not in page
