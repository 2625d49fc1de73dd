"""Making, finding, sharing and putting away searches."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from layouts import ids
from services.access import sharing
from services.access.identity import Actor
from services.archive import archives
from services.errors import BadInput, Forbidden
from services.runtime import Runtime
from services.searches import searches
from tests.archives import archive, restore
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
FORM = "..search-form.is_open...search-saved.data...url.href...search-problem.children.."


def titles(rt: Runtime, actor: Actor, **options: bool) -> list[str]:
    return [s.title for s in searches.list_searches(rt, actor, **options)]  # type: ignore[arg-type]


def actions(rt: Runtime) -> list[tuple[str, str]]:
    with rt.db.connection() as conn:
        rows = conn.execute("SELECT action, subject FROM audit_log ORDER BY id").fetchall()
    return [(row["action"], row["subject"]) for row in rows]


def test_newest_first_with_who_and_how_many(rt: Runtime, alice: Actor, bob: Actor) -> None:
    searches.create_search(rt, alice, "  First \n search ")
    second = searches.create_search(rt, bob, "Second")
    found = searches.list_searches(rt, alice)
    assert [(s.title, s.owner, s.profile_count) for s in found] == [
        ("Second", "Bob Teammate", 0),
        ("First search", "Alice Owner", 0),
    ]
    assert (found[0].editable, found[0].owned) == (True, False)
    assert searches.get_search(rt, alice, str(second.id)) == found[0]


def test_at_most_a_hundred_at_a_time(rt: Runtime, alice: Actor) -> None:
    for number in range(103):
        searches.create_search(rt, alice, f"Search {number}")
    first = searches.list_searches(rt, alice, limit=5000)
    rest = searches.list_searches(rt, alice, offset=100)
    assert (len(first), len(rest)) == (100, 3)
    assert not {s.id for s in first} & {s.id for s in rest}


def test_who_sees_what(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor) -> None:
    searches.create_search(rt, alice, "Private", "private")
    searches.create_search(rt, alice, "Team", "team")
    searches.create_search(rt, alice, "Named", "named", [" Bob@Example.com "])
    assert titles(rt, alice) == titles(rt, admin) == ["Named", "Team", "Private"]
    assert titles(rt, bob) == ["Named", "Team"]
    assert titles(rt, charlie) == ["Team"]


def test_missing_and_not_shared_get_the_same_answer(rt: Runtime, alice: Actor, bob: Actor) -> None:
    private = searches.create_search(rt, alice, "Private", "private")
    messages = set()
    for wanted in (private.id, uuid4(), "no-uuid", "", None):
        with pytest.raises(Forbidden) as refused:
            searches.get_search(rt, bob, wanted)  # type: ignore[arg-type]
        messages.add(refused.value.message)
    assert len(messages) == 1


def test_viewers_look_but_change_nothing(rt: Runtime, alice: Actor, charlie: Actor) -> None:
    shared = searches.create_search(rt, alice, "Team", "team")
    assert not searches.get_search(rt, charlie, shared.id).editable
    for change in (
        lambda: searches.create_search(rt, charlie, "Mine"),
        lambda: searches.rename_search(rt, charlie, shared.id, "Mine"),
        lambda: archives.start_archive(rt, charlie, shared.id),
        lambda: searches.set_visibility(rt, charlie, shared.id, "private"),
    ):
        with pytest.raises(Forbidden):
            change()
    assert titles(rt, alice) == ["Team"]


def test_a_colleague_may_rename_but_not_share_or_archive(rt: Runtime, alice: Actor, bob: Actor, admin: Actor) -> None:
    shared = searches.create_search(rt, alice, "Team", "team")
    searches.rename_search(rt, bob, shared.id, "Renamed")
    for change in (
        lambda: archives.start_archive(rt, bob, shared.id),
        lambda: searches.set_visibility(rt, bob, shared.id, "private"),
    ):
        with pytest.raises(Forbidden, match="owner or an admin"):
            change()
    searches.set_visibility(rt, admin, shared.id, "private")
    assert titles(rt, bob) == []
    assert titles(rt, alice) == ["Renamed"]


def test_archived_searches_leave_the_list_and_come_back(rt: Runtime, alice: Actor) -> None:
    search = searches.create_search(rt, alice, "Old")
    archive(rt, alice, search.id)
    assert (titles(rt, alice), titles(rt, alice, archived=True)) == ([], ["Old"])
    restore(rt, alice, search.id)
    assert (titles(rt, alice), titles(rt, alice, archived=True)) == (["Old"], [])


def test_every_change_is_in_the_audit_log(rt: Runtime, alice: Actor) -> None:
    search = searches.create_search(rt, alice, "Audited")
    searches.edit_search(rt, alice, search.id, "Audited well", "private")
    searches.edit_search(rt, alice, search.id, "Audited well", "private")
    archive(rt, alice, search.id)
    restore(rt, alice, search.id)
    away = ["search.archive", "search.archived", "search.restore", "search.restored"]
    done = ["search.create", "search.rename", "search.share", *away]
    assert actions(rt) == [(action, str(search.id)) for action in done]


def test_named_people_must_be_users(rt: Runtime, alice: Actor, bob: Actor) -> None:
    with pytest.raises(BadInput, match="1 of 2 addresses"):
        searches.create_search(rt, alice, "Named", "named", ["bob@example.com", "nobody@example.com"])
    with pytest.raises(BadInput, match="at least one"):
        searches.create_search(rt, alice, "Named", "named", [" "])
    assert titles(rt, alice) == []
    search = searches.create_search(rt, alice, "Named", "named", ["bob@example.com"])
    assert [member.email for member in sharing.members(rt, alice, search.id)] == ["bob@example.com"]
    searches.set_visibility(rt, alice, search.id, "team")
    assert sharing.members(rt, alice, search.id) == []


def test_a_bad_edit_changes_neither_title_nor_visibility(rt: Runtime, alice: Actor) -> None:
    search = searches.create_search(rt, alice, "Kept", "team")
    for title, visibility in (("New", "everyone"), ("", "private"), ("x" * 201, "private"), ("a\0b", "private")):
        with pytest.raises(BadInput):
            searches.edit_search(rt, alice, search.id, title, visibility)
    kept = searches.get_search(rt, alice, search.id)
    assert (kept.title, kept.visibility) == ("Kept", "team")


# ---- through the page


def test_the_page_lists_searches(client_for: ClientFor, rt: Runtime, alice: Actor, bob: Actor) -> None:
    searches.create_search(rt, bob, "Backend engineers")
    page = call(client_for(alice), "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")])
    assert "Backend engineers" in page.get_data(as_text=True)


def save(client: Browser, edited: str | None, title: str) -> dict:
    answer = call(
        client, FORM, [(ids.SEARCH_SAVE, "n_clicks", 1), (ids.SEARCH_TITLE, "n_submit", None)],
        [(ids.SEARCH_EDITED, "data", edited), (ids.SEARCH_TITLE, "value", title),
         (ids.SEARCH_VISIBILITY, "value", "team"), (ids.SEARCH_OWNER, "value", None),
         (ids.SEARCH_MEMBERS, "value", ""), [], []],
    )  # fmt: skip
    assert answer.status_code == 200
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def test_creating_a_search_leads_to_its_page(client_for: ClientFor, rt: Runtime, alice: Actor) -> None:
    body = save(client_for(alice), None, "Product designers")
    (search,) = searches.list_searches(rt, alice)
    assert body["response"]["url"]["href"] == f"/search/{search.id}"
    assert body["response"][ids.SEARCH_FORM]["is_open"] is False
    assert "Search created." in str(body["sideUpdate"][ids.TOAST])


def test_a_bad_title_is_explained_in_the_form(client_for: ClientFor, rt: Runtime, alice: Actor) -> None:
    body = save(client_for(alice), None, "  ")
    assert body["response"] == {ids.SEARCH_PROBLEM: {"children": "Give the search a title."}}
    assert searches.list_searches(rt, alice) == []


def test_editing_a_search_refreshes_the_list(client_for: ClientFor, rt: Runtime, alice: Actor) -> None:
    search = searches.create_search(rt, alice, "Old title")
    body = save(client_for(alice), str(search.id), "New title")
    assert body["response"][ids.SEARCH_SAVED]["data"]["edited"] == str(search.id)
    assert titles(rt, alice) == ["New title"]


def test_a_title_with_markup_is_text(client_for: ClientFor, rt: Runtime, alice: Actor) -> None:
    searches.create_search(rt, alice, "<script>alert(1)</script>")
    page = call(client_for(alice), "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")])
    # As a child of a component: React writes it as text. No component that takes markup is used.
    assert page.content_type.startswith("application/json")
    assert "dangerously" not in page.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/nowhere", "/search/not-a-uuid", "/search/", "/..%2f..%2fetc"])
def test_an_unknown_address_is_a_page_that_says_so(client_for: ClientFor, alice: Actor, path: str) -> None:
    client = client_for(alice)
    assert client.get(path).status_code == 404
    page = call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", "")])
    assert page.status_code == 200
    assert "There is no such page" in page.get_data(as_text=True)
