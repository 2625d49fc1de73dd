"""A copy of a search takes over how it was set up, and nothing of the people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from layouts import ids
from services.access import sharing
from services.access.identity import Actor
from services.errors import BadInput, Forbidden
from services.filtering import rule_sets
from services.grid import saved_views
from services.runtime import Runtime
from services.screening import rubrics
from services.searches import search_copies, search_deletion, searches
from tests.archives import archive, full_search
from tests.change_runs import change, rows
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
ASK = "..search-copy-form.children...search-copy-form.is_open.."
COPY = "..search-copy-form.is_open...url.href...search-copy-problem.children.."


@pytest.fixture
def original(rt: Runtime, alice: Actor) -> UUID:
    search_id = full_search(rt, alice, 6)
    change(rt, "UPDATE searches SET job_description = 'A Go engineer for payments.' WHERE id = %s", search_id)
    saved_views.save(rt, alice, search_id, "Strong ones", {"status": "active"})
    change(rt, """UPDATE runs SET params = '{"mode": "apply"}', finished_at = now() WHERE kind = 'filter'""")
    return search_id


def copy(client: Browser, search_id: Any, title: str, shared: bool = False) -> Any:
    return call(
        client, COPY, [(ids.SEARCH_COPY_DO, "n_clicks", 1), (ids.SEARCH_COPY_NAME, "n_submit", None)],
        [(ids.SEARCH_COPIED, "data", str(search_id)), (ids.SEARCH_COPY_NAME, "value", title),
         (ids.SEARCH_COPY_SHARE, "value", shared)],
    )  # fmt: skip


def test_by_the_menu_of_a_row(rt: Runtime, alice: Actor, original: UUID, client_for: ClientFor) -> None:
    client = client_for(alice)
    button = ids.search_copy(str(original))
    shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
    asked = call(client, ASK, [[(button, "n_clicks", 1)]], triggered=f"{shown}.n_clicks").get_data(as_text=True)
    for part in ("Copy of Backend Bern", "newest criteria", "verdicts", "Budgets are of people and months"):
        assert part in asked
    body = copy(client, original, "Backend Basel").get_json()
    made = searches.list_searches(rt, alice)[0]
    assert body["response"]["url"]["href"] == f"/search/{made.id}"
    assert "Copied with 1 criterion, 1 set of rules, 1 saved view." in str(body["sideUpdate"][ids.TOAST])


def test_a_view_of_the_copy_is_compared_with_nothing(rt: Runtime, alice: Actor, original: UUID) -> None:
    number = {"filterType": "number", "type": "greaterThan", "filter": 0.5}
    saved_views.save(rt, alice, original, "Alike", {"match": 7, "f": {"similarity": number, "score": number}})
    made = search_copies.duplicate(rt, alice, original, "Copy").search
    (alike,) = [view.view for view in saved_views.list_views(rt, alice, made.id) if view.name == "Alike"]
    assert (alike.match, alike.filters) == (None, {"score": number})


def test_what_is_taken_over_and_what_is_left(rt: Runtime, alice: Actor, original: UUID) -> None:
    made = search_copies.duplicate(rt, alice, original, "  Backend \n Basel ")
    assert (made.search.title, made.search.visibility, made.search.profile_count) == ("Backend Basel", "private", 0)
    assert (made.criteria, made.rule_sets, made.views) == (1, 1, 1)
    (kept_job,) = rows(rt, "SELECT job_description AS text FROM searches WHERE id = %s", made.search.id)
    assert kept_job["text"] == "A Go engineer for payments."
    newest = rubrics.newest(rt, alice, made.search.id)
    assert newest is not None
    assert (newest.version, [one.question for one in newest.criteria]) == (1, ["Go?"])
    (kept,) = rule_sets.all_sets(rt, alice, made.search.id)
    assert (kept.name, kept.rules, kept.shared) == (search_copies.APPLIED_NAME, 1, False)
    assert [view.name for view in saved_views.list_views(rt, alice, made.search.id)] == ["Strong ones"]
    for table in ("candidates", "exports", "runs", "change_batches", "archives"):
        assert rows(rt, f"SELECT 1 FROM {table} WHERE search_id = %s", made.search.id) == []
    assert rows(rt, "SELECT 1 FROM usage_totals WHERE search_id = %s", made.search.id) == []


def test_it_is_shared_as_the_original_where_one_asks_for_it(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor
) -> None:
    named = searches.create_search(
        rt, alice, "Named", "named", {"bob@example.com": "edit", "charlie@example.com": "view"}
    )
    made = search_copies.duplicate(rt, bob, named.id, "Of Bob", shared=True).search
    assert (made.owner, made.visibility) == ("Bob Teammate", "named")
    assert {(one.email, one.role) for one in sharing.members(rt, bob, made.id)} == {
        ("alice@example.com", "edit"), ("charlie@example.com", "view")}  # fmt: skip
    team = searches.create_search(rt, alice, "Team")
    assert search_copies.duplicate(rt, bob, team.id, "Of the team", shared=True).search.visibility == "team"
    private = searches.create_search(rt, alice, "Private", "private")
    assert search_copies.duplicate(rt, alice, private.id, "Mine", shared=True).search.visibility == "private"
    copied = search_copies.duplicate(rt, admin, private.id, "For Alice", shared=True).search
    assert [one.email for one in sharing.members(rt, admin, copied.id)] == ["alice@example.com"]


def test_what_others_keep_to_themselves_is_not_copied(rt: Runtime, alice: Actor, bob: Actor, original: UUID) -> None:
    saved_views.save(rt, alice, original, "Shared", {"status": "active"}, shared=True)
    made = search_copies.duplicate(rt, bob, original, "Of Bob")
    assert [view.name for view in saved_views.list_views(rt, bob, made.search.id)] == ["Shared"]


def test_an_archived_search_is_copied_without_being_restored(rt: Runtime, alice: Actor, original: UUID) -> None:
    archive(rt, alice, original)
    assert search_copies.duplicate(rt, alice, original, "Anew").criteria == 1


def test_a_bad_title_copies_nothing_and_says_why(
    rt: Runtime, alice: Actor, original: UUID, client_for: ClientFor
) -> None:
    body = copy(client_for(alice), original, "  ").get_json()
    assert body["response"][ids.SEARCH_COPY_PROBLEM]["children"] == "Give the search a title."
    with pytest.raises(BadInput):
        search_copies.duplicate(rt, alice, original, "x" * 201)
    assert len(searches.list_searches(rt, alice)) == 1
    assert len(search_copies.suggested_title("x" * 200)) == 200


def test_who_may_not_see_it_cannot_copy_it(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, original: UUID
) -> None:
    private = searches.create_search(rt, alice, "Private", "private")
    gone = searches.create_search(rt, alice, "Gone")
    search_deletion.delete_search(rt, alice, gone.id)
    for actor, search_id in ((bob, private.id), (charlie, original), (alice, gone.id)):
        with pytest.raises(Forbidden):
            search_copies.duplicate(rt, actor, search_id, "Mine")
        with pytest.raises(Forbidden):
            search_copies.title_of(rt, actor, search_id)
