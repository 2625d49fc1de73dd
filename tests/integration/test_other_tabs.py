"""What an open page learns of things that were done elsewhere: in another tab, or by a colleague."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callbacks.views import shown_views
from layouts import ids
from layouts.saved_views import ShownView, lines, view_list
from services.access.identity import Actor
from services.grid import saved_views
from services.grid.grid_view import View
from services.runtime import Runtime
from services.searches import search_deletion, searches
from tests.team import Team
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def team(rt: Runtime, alice: Actor) -> Team:
    return Team(rt, alice)


def look(client: Browser, team: Team) -> Any:
    """What the page is told when it looks by the clock."""
    asked = {"n": 1, "search_id": str(team.search)}
    return call(client, "version-answer.data", [(ids.VERSION_REQUEST, "data", asked)])


def test_a_search_that_was_deleted_elsewhere_is_told_without_a_message_each_time(
    rt: Runtime, client_for: ClientFor, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    assert look(client, team).get_json()["response"][ids.VERSION_ANSWER]["data"]["version"] >= 1
    search_deletion.delete_search(rt, alice, team.search)
    found = look(client, team)
    assert found.status_code == 403
    told = found.get_json()
    assert told["response"][ids.VERSION_ANSWER]["data"]["search_id"] == str(team.search)
    assert told["response"][ids.VERSION_ANSWER]["data"]["gone"]
    assert ids.TOAST not in told.get("sideUpdate", {})
    search_deletion.restore_search(rt, alice, team.search)
    assert "gone" not in look(client, team).get_json()["response"][ids.VERSION_ANSWER]["data"]


def views_news(client: Browser, team: Team, shown: Any) -> Any:
    answer = call(client, "saved-view-list.children", [(ids.SAVED_VIEW_NEWS, "data", {"n": 1, "lines": shown})],
                  [(ids.GRID_VIEW, "data", team.page())])  # fmt: skip
    return (answer.get_json() or {}).get("response", {}).get(ids.SAVED_VIEW_LIST)


def test_the_menu_of_views_is_made_anew_where_another_tab_or_a_colleague_changed_it(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    client = client_for(bob)
    assert views_news(client, team, []) is None, "nothing is new"
    state = View.of(team.search, status="all").state()
    own = saved_views.save(rt, bob, team.search, "Mine", state)
    saved_views.save(rt, alice, team.search, "Hers", state, shared=True)
    shown = str(views_news(client, team, []))
    assert "Mine" in shown and "Hers" in shown
    known = lines(shown_views(rt, bob, team.search))
    assert sorted(known) == [["Hers", "Alice Owner"], ["Mine", ""]]
    assert views_news(client, team, known) is None, "what is asked in the menu stays"
    saved_views.rename(rt, bob, own.id, "Still mine")
    assert "Still mine" in str(views_news(client, team, known))
    assert "Still mine" in str(views_news(client, team, "nonsense"))
    # What stays shared in a search that is another person's alone is nobody else's news.
    searches.set_visibility(rt, alice, str(team.search), "private")
    assert "Hers" not in str(views_news(client, team, "nonsense"))


def test_lines_are_what_the_menu_shows() -> None:
    views = [ShownView(1, "Mine", "?q=a", True, True, "", first=True), ShownView(2, "Hers", "", False, True, "Alice")]
    buttons = [row.children[0] if isinstance(row.children, list) else row.children for row in view_list(views)]
    assert [[span.children for span in button.children] for button in buttons] == lines(views)
