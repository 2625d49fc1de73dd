"""Cards in place of the grid: which page gets them, what stands in them, and what a document comes without."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids
from services.access.identity import Actor
from services.runtime import Runtime
from tests.team import Team
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def team(rt: Runtime, alice: Actor) -> Team:
    return Team(rt, alice)


def page(client: Browser, team: Team, layout: str | None) -> str:
    headers = {} if layout is None else {"headers": {"X-Layout": layout, "X-CSRF-Token": client.csrf}}
    found = call(client, "page.children", [(ids.URL, "pathname", f"/search/{team.search}")],
                 [(ids.URL, "search", "")], **headers)  # fmt: skip
    return json.dumps(found.get_json()["response"]["page"]["children"])


def cards(client: Browser, team: Team, start: Any, **view: Any) -> tuple[Any, dict[str, Any]]:
    """The cards, and what the page is told with them."""
    found = call(client, "candidate-cards.children", [(ids.CARDS_REQUEST, "data", {"n": 1, "start": start})],
                 [(ids.GRID_VIEW, "data", team.page(turn=4, **view))]).get_json()  # fmt: skip
    shown = found["response"].get(ids.CANDIDATE_CARDS, {}).get("children")
    return shown, found["sideUpdate"][ids.GRID_ANSWER]["data"]


def test_a_narrow_window_gets_cards_and_any_other_the_grid(client_for: ClientFor, alice: Actor, team: Team) -> None:
    client = client_for(alice)
    for layout in (None, "grid", "anything"):
        shown = page(client, team, layout)
        assert ids.CANDIDATE_GRID in shown and ids.CANDIDATE_CARDS not in shown
    shown = page(client, team, "cards")
    assert ids.CANDIDATE_CARDS in shown and "dash_ag_grid" not in shown
    assert all(one in shown for one in (ids.STATUS_TABS, ids.QUICK_SEARCH, ids.FILTER_PANEL, ids.CANDIDATE_DRAWER))


def test_cards_come_by_25_in_the_order_of_the_view_with_how_many_there_are(
    client_for: ClientFor, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    first, meta = cards(client, team, 0)
    assert [one["props"]["data-row"] for one in first] == [str(one) for one in team.people[:25]]
    assert (meta["count"], meta["start"], meta["turn"], meta["search_id"]) == (30, 0, 4, str(team.search))
    rest, _ = cards(client, team, 25)
    assert [one["props"]["data-row"] for one in rest] == [str(one) for one in team.people[25:]]
    assert cards(client, team, "x")[1]["start"] == 0
    assert cards(client, team, 1000)[0] == []


def test_a_card_says_who_where_and_what_is_known(rt: Runtime, client_for: ClientFor, alice: Actor, team: Team) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET score = 7.5, fit = 'strong', stage = 'contacted', note_count = 2,"
                     " filter_status = 'filtered_manual' WHERE id = %s", [team.people[0]])  # fmt: skip
        conn.execute("DELETE FROM candidates WHERE id = %s", [team.people[2]])
    shown = json.dumps(cards(client_for(alice), team, 0)[0][0])
    assert all(words in shown for words in ("P 00", "7.5 of 10", "Contacted", "Filtered out", "2 notes"))


def test_a_viewer_has_cards_without_actions(client_for: ClientFor, alice: Actor, charlie: Actor, team: Team) -> None:
    for actor, may in ((alice, True), (charlie, False)):
        client = client_for(actor)
        shown = json.dumps(cards(client, team, 0)[0]) + page(client, team, "cards")
        # Decided one by one, or chosen and done to many at once, as beside the grid; and taken away as a file.
        for part in ('"stage-card"', '"tick-card"', f'"{ids.CARDS_SELECT_ALL}"', f'"{ids.EXPORT_OPEN}"'):
            assert (part in shown) is may, part


def test_a_view_that_cannot_be_read_is_told_and_leaves_the_cards(
    client_for: ClientFor, alice: Actor, team: Team
) -> None:
    shown, meta = cards(client_for(alice), team, 0, status="nonsense")
    assert shown is None
    assert (bool(meta["error"]), meta["retry"]) == (True, False)


def test_a_document_for_a_narrow_window_comes_without_the_grids_script(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)

    def scripts(**headers: str) -> tuple[bool, bool]:
        """Whether the grid's script is loaded, and whether the document says where it is."""
        found = client.get("/", headers={key.replace("_", "-"): value for key, value in headers.items()}).get_data(
            as_text=True
        )
        return '<script src="/_dash-component-suites/dash_ag_grid/' in found, 'data-grid-script="/_dash-' in found

    assert scripts() == (True, True)
    assert scripts(Sec_CH_UA_Mobile="?1") == (False, True)
    client.set_cookie("sx_narrow", "0")
    assert scripts(Sec_CH_UA_Mobile="?1") == (True, True)
    client.set_cookie("sx_narrow", "1")
    assert scripts() == (False, True)
