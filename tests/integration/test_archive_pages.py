"""Archiving and restoring by the list of searches, and the page of an archived search."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from layouts import ids
from services.access.identity import Actor
from services.archive import archives
from services.runtime import Runtime
from services.searches import searches
from tests.archives import archive, full_search, work
from tests.change_runs import change
from tests.searches import shown_list
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
FORM = "..search-form.is_open...search-saved.data...url.href...search-problem.children.."
TICK = "..search-list.children...archive-clock.disabled...archive-watch.data.."
TURN = "..archive-rows.children...archive-page.value...archive-shown.data.."
STATE = "..archive-state.children...archive-page-clock.disabled.."


def put_away(client: Browser, search_id: UUID | str) -> Any:
    return call(client, FORM, [(ids.SEARCH_ARCHIVE, "n_clicks", 1)], [(ids.SEARCH_EDITED, "data", str(search_id))])


def bring_back(client: Browser, search_id: UUID | str) -> Any:
    button = ids.search_restore(str(search_id))
    shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
    return call(
        client, "", [[(button, "n_clicks", 1)]], [(ids.URL, "pathname", "/")], triggered=f"{shown}.n_clicks"
    )  # fmt: skip


def listed(client: Browser, archived: bool = False) -> dict[str, Any]:
    return shown_list(client, state="archived" if archived else "active")


def tick(client: Browser, watched: dict[str, str], archived: bool = False) -> Any:
    return call(
        client, TICK, [(ids.ARCHIVE_CLOCK, "n_intervals", 1)],
        [(ids.SEARCH_Q, "value", ""), (ids.SEARCH_WHOSE, "value", ""),
         (ids.SEARCH_STATE, "value", "archived" if archived else "active"), (ids.SEARCH_PAGE, "value", 1),
         (ids.ARCHIVE_WATCH, "data", watched)],
    )  # fmt: skip


def page_of(client: Browser, search_id: UUID, query: str = "") -> str:
    answer = call(
        client, "page.children", [(ids.URL, "pathname", f"/search/{search_id}")], [(ids.URL, "search", query)]
    )
    return str(answer.get_data(as_text=True))


def turn(client: Browser, search_id: UUID | str, page: Any, by: str = "archive-page.value") -> Any:
    return call(
        client, TURN,
        [(ids.ARCHIVE_PAGE, "value", page), (ids.ARCHIVE_PREVIOUS, "n_clicks", 1), (ids.ARCHIVE_NEXT, "n_clicks", 1),
         (ids.ARCHIVE_ADDRESS, "data", {"query": f"?page={page}", "count": 1})],
        [(ids.ARCHIVE_SEARCH, "data", str(search_id))], triggered=by,
    )  # fmt: skip


def newest_run(rt: Runtime) -> int:
    with rt.db.connection() as conn:
        row = conn.execute("SELECT max(id) AS id FROM runs").fetchone()
    assert row is not None
    return int(row["id"])


def test_a_search_is_archived_and_restored_by_the_list(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    client, search_id = client_for(alice), full_search(rt, alice, 12)
    body = put_away(client, search_id).get_json()
    assert body["response"]["search-saved"]["data"]["archived"] == str(search_id)
    assert "being archived" in str(body["sideUpdate"][ids.TOAST])

    shown = listed(client)
    assert shown["archive-clock"]["disabled"] is False
    assert shown["archive-watch"]["data"] == {str(search_id): "archive"}
    assert "archive-progress" in str(shown)

    work(rt, newest_run(rt))
    done = tick(client, shown["archive-watch"]["data"]).get_json()
    said = str(done["sideUpdate"][ids.TOAST])
    assert "is archived" in said and "search-restore" in said  # Undo
    assert done["response"]["archive-clock"]["disabled"] is True
    assert str(search_id) not in str(done["response"]["search-list"])
    away = str(listed(client, archived=True))
    for part in (str(search_id), "Warm", "kB", "search-restore"):
        assert part in away

    assert "being restored" in str(bring_back(client, search_id).get_json()["sideUpdate"])
    work(rt, newest_run(rt))
    back = tick(client, {str(search_id): "restore"}).get_json()
    assert "back as it was" in str(back["sideUpdate"][ids.TOAST])
    assert str(search_id) in str(back["response"]["search-list"])


def test_a_try_that_failed_says_why(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search_id = full_search(rt, alice, 5)
    run_id = archives.start_archive(rt, alice, search_id)
    change(rt, "UPDATE runs SET state = 'failed', message = 'The disk is full.' WHERE id = %s", run_id)
    shown = listed(client_for(alice))
    assert "Archiving failed: The disk is full." in str(shown)
    assert shown["archive-clock"]["disabled"] is True
    # And it can be tried again.
    archive(rt, alice, search_id)


def test_a_search_that_is_being_archived_says_so_on_its_page(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search_id = full_search(rt, alice, 5)
    archives.start_archive(rt, alice, search_id)
    page = page_of(client_for(alice), search_id)
    assert "This search is being archived" in page
    assert ids.CANDIDATE_GRID in page


def test_the_page_of_an_archived_search_is_a_preview(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search_id = full_search(rt, alice, 230)
    archive(rt, alice, search_id)
    page = page_of(client_for(alice), search_id)
    assert page.count('"archive-row"') == 100
    for part in ("Archived ", "230 people", "search-restore", "of 3"):
        assert part in page
    for absent in (ids.CANDIDATE_GRID, ids.BULK_BAR, ids.IMPORT_OPEN):
        assert f'"{absent}"' not in page
    assert page_of(client_for(alice), search_id, "?page=3").count('"archive-row"') == 30
    # What is no page is the first, what is too far the last.
    assert '"value":1' in page_of(client_for(alice), search_id, "?page=x").replace(" ", "")
    assert page_of(client_for(alice), search_id, "?page=99").count('"archive-row"') == 30


def test_its_pages_are_turned(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    client, search_id = client_for(alice), full_search(rt, alice, 130)
    archive(rt, alice, search_id)
    second = turn(client, search_id, 1, "archive-next.n_clicks").get_json()["response"]
    assert (second["archive-page"]["value"], second["archive-shown"]["data"]["query"]) == (2, "?page=2")
    assert str(second).count("archive-row'") == 30
    assert turn(client, search_id, 2, "archive-next.n_clicks").get_json()["response"]["archive-page"]["value"] == 2
    assert turn(client, search_id, 2, "archive-previous.n_clicks").get_json()["response"]["archive-page"]["value"] == 1
    back = turn(client, search_id, 2, "archive-address.data").get_json()["response"]
    # Gone to by Back: it is in the address already.
    assert (back["archive-page"]["value"], back["archive-shown"]["data"]["form"]) == (2, False)
    for odd in (None, -1, 0, "x", 2.5, [], 10**12):
        assert turn(client, search_id, odd).get_json()["response"]["archive-page"]["value"] in {1, 2}


def test_everyone_is_on_exactly_one_page_the_best_first(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 230)
    with rt.db.connection() as conn:
        ids_before = {r["id"] for r in conn.execute("SELECT id FROM candidates WHERE search_id = %s", [search_id])}
    archive(rt, alice, search_id)
    pages = [archives.preview(rt, alice, search_id, number).rows for number in (1, 2, 3)]
    everyone = [row for page in pages for row in page]
    assert {row["candidate_id"] for row in everyone} == ids_before
    assert [row["place"] for row in everyone] == list(range(1, 231))
    active = [row["score"] for row in everyone if row["filter_status"] == "active"]
    assert active == sorted(active, key=lambda score: (score is None, -(score or 0)))


def test_the_page_follows_a_restore_to_its_end(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    client, search_id = client_for(alice), full_search(rt, alice, 5)
    archive(rt, alice, search_id)

    def state() -> tuple[str, bool]:
        answer = call(
            client, STATE, [(ids.ARCHIVE_PAGE_CLOCK, "n_intervals", 1)], [(ids.ARCHIVE_SEARCH, "data", str(search_id))]
        ).get_json()["response"]
        return str(answer["archive-state"]), answer["archive-page-clock"]["disabled"]

    run_id = archives.start_restore(rt, alice, search_id)
    said, ended = state()
    assert "Restoring" in said and "search-restore" not in said and not ended
    work(rt, run_id)
    said, ended = state()
    assert "archive-open" in said and ended
    assert ids.CANDIDATE_GRID in page_of(client, search_id)


# -- rights -----------------------------------------------------------------------------------------


def test_others_look_at_an_archive_but_do_not_restore_it(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor, client_for: ClientFor
) -> None:
    search_id = full_search(rt, alice, 5)
    archive(rt, alice, search_id)
    for actor in (bob, charlie):
        page = page_of(client_for(actor), search_id)
        assert page.count('"archive-row"') == 5
        assert "search-restore" not in page
        assert "Only the owner, Alice Owner, or an admin can restore it." in page
        assert bring_back(client_for(actor), search_id).status_code == 403
    assert "search-restore" in page_of(client_for(admin), search_id)
    assert bring_back(client_for(admin), search_id).status_code == 200
    work(rt, newest_run(rt))
    assert searches.get_search(rt, alice, search_id).profile_count == 5


def test_someone_elses_private_archive_is_not_there(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    search_id = full_search(rt, alice, 5, visibility="private")
    archive(rt, alice, search_id)
    client = client_for(bob)
    missing = uuid4()
    assert searches.list_searches(rt, bob, archived=True) == []
    for refused, unknown in (
        (turn(client, search_id, 1), turn(client, missing, 1)),
        (bring_back(client, search_id), bring_back(client, missing)),
        (put_away(client, search_id), put_away(client, missing)),
    ):
        assert refused.get_json().get("error") == unknown.get_json().get("error")
        assert "Alice" not in refused.get_data(as_text=True)
    assert "archive-row" not in page_of(client, search_id)
    answer = call(
        client, STATE, [(ids.ARCHIVE_PAGE_CLOCK, "n_intervals", 1)], [(ids.ARCHIVE_SEARCH, "data", str(search_id))]
    )
    assert "Alice" not in answer.get_data(as_text=True)


# -- suggestions ------------------------------------------------------------------------------------


def unused_for(rt: Runtime, search_id: UUID, days: int) -> None:
    change(rt, "UPDATE searches SET last_used_at = now() - make_interval(days => %s) WHERE id = %s", days, search_id)
    change(rt, "UPDATE runs SET created_at = now() - make_interval(days => %s)", days)


def test_what_nobody_uses_is_suggested_to_its_owner(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    old, fresh = full_search(rt, alice, 5), full_search(rt, alice, 5, seed=2)
    unused_for(rt, old, 200)
    client = client_for(alice)

    def home(client: Browser) -> str:
        page = call(client, "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")])
        return str(page.get_data(as_text=True))

    assert "was not used for 180 days" in home(client)
    assert "was not used for 180 days" not in home(client_for(bob))
    answer = call(
        client, "..archive-suggestion.children...search-saved.data..", [(ids.ARCHIVE_SUGGESTED, "n_clicks", 1)]
    )
    assert answer.get_json()["response"]["search-saved"]["data"] == {"archived": [str(old)]}
    assert archives.find(rt, alice, fresh) is None
    assert work(rt, newest_run(rt))["state"] == "done"
    assert "was not used" not in home(client)


def test_opening_a_search_is_using_it(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search_id = full_search(rt, alice, 5)
    unused_for(rt, search_id, 200)
    page_of(client_for(alice), search_id)
    with rt.db.connection() as conn:
        row = conn.execute(
            "SELECT last_used_at > now() - interval '1 minute' AS fresh FROM searches WHERE id = %s", [search_id]
        ).fetchone()
    assert row is not None and row["fresh"]


@pytest.mark.parametrize("setting", ["off", "run"])
def test_nothing_is_suggested_where_that_is_switched_off(
    rt: Runtime, alice: Actor, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.archive import archive_nightly

    unused_for(rt, full_search(rt, alice, 5), 200)
    assert len(archive_nightly.suggestions(rt, alice)) == 1
    monkeypatch.setattr(rt, "settings", replace(rt.settings, archive_auto=setting))
    assert archive_nightly.suggestions(rt, alice) == []
