"""Saving a view under a name, opening it, sharing it, and whose it is."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from services.access.identity import Actor
from services.errors import BadInput, Conflict, Forbidden, LimitReached, NotFound
from services.grid import saved_views
from services.grid.grid_view import View
from services.runtime import Runtime
from tests.people import add_search

FILTERS = {
    "title": {"filterType": "text", "type": "contains", "filter": "engineer"},
    "skills_in": {"filterType": "set", "values": ["Go", None]},
}
SORT = [{"colId": "score", "sort": "desc"}, {"colId": "last_name", "sort": "asc"}]
COLUMNS = [{"colId": "title", "width": 300, "hide": False, "pinned": "left"}, {"colId": "score", "hide": True}]


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> uuid.UUID:
    return new_search(rt, alice)


def new_search(rt: Runtime, owner: Actor, visibility: str = "team") -> uuid.UUID:
    with rt.db.connection() as conn:
        return add_search(conn, owner, visibility)


def state_of(search: uuid.UUID, **given: Any) -> dict[str, Any]:
    return View.of(search, **({"filters": FILTERS, "sort": SORT, "q": "berlin", "status": "all"} | given)).state()


def names(rt: Runtime, actor: Actor, search: uuid.UUID) -> list[str]:
    return [view.name for view in saved_views.list_views(rt, actor, search)]


def test_a_view_opens_as_it_was_saved(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    state = state_of(search) | {"columns": COLUMNS}
    saved = saved_views.save(rt, alice, search, "  Go \n people ", state)
    assert (saved.name, saved.own, saved.shared, saved.owner) == ("Go people", True, False, "Alice Owner")
    opened = saved_views.open_view(rt, alice, saved.id)
    assert opened == saved
    assert opened.view == View.of(search, status="all", q="berlin", filters=FILTERS, sort=SORT)
    assert opened.query == View.from_state(search, state).query_string()
    assert opened.columns == COLUMNS


def test_a_name_is_used_once_unless_replaced(rt: Runtime, alice: Actor, bob: Actor, search: uuid.UUID) -> None:
    first = saved_views.save(rt, alice, search, "Mine", state_of(search))
    with pytest.raises(Conflict):
        saved_views.save(rt, alice, search, "Mine", state_of(search, q=""))
    second = saved_views.save(rt, alice, search, "Mine", state_of(search, q="paris"), replace=True)
    assert (second.id, second.view.q) == (first.id, "paris")
    # Others and other searches have names of their own, and replacing what is not there saves it.
    saved_views.save(rt, bob, search, "Mine", state_of(search))
    saved_views.save(rt, alice, new_search(rt, alice), "Mine", state_of(search), replace=True)
    assert names(rt, alice, search) == ["Mine"]


def test_names_are_short_and_say_something(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    for name in ("", "  ", "\x00\n", "\ud800", "x" * 101, None):
        with pytest.raises(BadInput):
            saved_views.save(rt, alice, search, name, state_of(search))  # type: ignore[arg-type]
    assert saved_views.save(rt, alice, search, "‮" + "x" * 99, state_of(search)).name == "x" * 99


@pytest.mark.parametrize(
    "state",
    [
        [],
        {"status": "nobody"},
        {"f": {"password_hash": {"type": "contains", "filter": "x"}}},
        {"f": {"title": {"type": "contains", "filter": "x" * 501}}},
        {"f": {"skills_in": {"values": [f"{n:0>400}" for n in range(30)]}}},
        {"sort": [{"colId": "1; DROP TABLE users", "sort": "asc"}]},
        {"columns": {"colId": "title"}},
        {"f": {"title": {"type": "contains", "filter": "x", "junk": "\ud800"}}},
        {"f": {"title": {"type": "contains", "filter": "x", "junk": "\x00"}}},
        {"f": {"score": {"operator": "OR", "conditions": [{"type": "equals", "filter": 5e-324}] * 50}}},
    ],
)
def test_what_is_no_view_is_not_saved(rt: Runtime, alice: Actor, search: uuid.UUID, state: Any) -> None:
    with pytest.raises(BadInput):
        saved_views.save(rt, alice, search, "Bad", state)
    assert names(rt, alice, search) == []


def test_own_views_come_first_then_those_that_others_share(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, search: uuid.UUID
) -> None:
    saved_views.save(rt, alice, search, "b", state_of(search), shared=True)
    saved_views.save(rt, alice, search, "A", state_of(search))
    saved_views.save(rt, bob, search, "c", state_of(search), shared=True)
    saved_views.save(rt, bob, search, "d", state_of(search))
    assert names(rt, alice, search) == ["A", "b", "c"]
    assert names(rt, bob, search) == ["c", "d", "b"]
    assert names(rt, charlie, search) == ["b", "c"]
    assert [view.own for view in saved_views.list_views(rt, bob, search)] == [True, True, False]


def test_a_shared_view_opens_only_for_who_may_see_the_search(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor
) -> None:
    private = new_search(rt, alice, "private")
    shared = saved_views.save(rt, alice, private, "Shared", state_of(private), shared=True)
    for actor in (bob, charlie):
        assert names(rt, actor, private) == []
        with pytest.raises(NotFound):
            saved_views.open_view(rt, actor, shared.id)
        with pytest.raises(NotFound):
            saved_views.set_default(rt, actor, private, shared.id)
        with pytest.raises(Forbidden):
            saved_views.save(rt, actor, private, "Theirs", state_of(private))
    assert saved_views.open_view(rt, admin, shared.id).name == "Shared"
    # Seen once, then taken away.
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO search_members VALUES (%s, %s)", (private, bob.user_id))
        conn.execute("UPDATE searches SET visibility = 'named' WHERE id = %s", (private,))
    saved_views.set_default(rt, bob, private, shared.id)
    mine = saved_views.save(rt, bob, private, "Bob's own", state_of(private))
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM search_members")
    assert saved_views.default_view(rt, bob, private) is None
    for change in (saved_views.open_view, saved_views.delete):
        with pytest.raises(NotFound):
            change(rt, bob, mine.id)


def test_only_the_owner_changes_a_view(rt: Runtime, alice: Actor, bob: Actor, admin: Actor, search: uuid.UUID) -> None:
    view = saved_views.save(rt, alice, search, "Alice's", state_of(search), shared=True)
    for actor in (bob, admin):
        for change in (
            lambda actor=actor: saved_views.rename(rt, actor, view.id, "Taken over"),
            lambda actor=actor: saved_views.share(rt, actor, view.id, False),
            lambda actor=actor: saved_views.delete(rt, actor, view.id),
        ):
            with pytest.raises(NotFound):
                change()
    saved_views.save(rt, bob, search, "Alice's", state_of(search, q="his own"), replace=True)
    assert saved_views.open_view(rt, alice, view.id) == view


def test_renaming_sharing_and_deleting(rt: Runtime, alice: Actor, bob: Actor, search: uuid.UUID) -> None:
    view = saved_views.save(rt, alice, search, "First", state_of(search))
    saved_views.save(rt, alice, search, "Second", state_of(search))
    with pytest.raises(Conflict):
        saved_views.rename(rt, alice, view.id, "Second")
    assert saved_views.rename(rt, alice, view.id, " Third ").name == "Third"
    assert saved_views.rename(rt, alice, view.id, "Third").name == "Third"
    assert saved_views.share(rt, alice, view.id, True).shared
    assert names(rt, bob, search) == ["Third"]
    saved_views.delete(rt, alice, view.id)
    assert names(rt, alice, search) == ["Second"]
    with pytest.raises(NotFound):
        saved_views.delete(rt, alice, view.id)


def test_viewers_keep_views_for_themselves(rt: Runtime, alice: Actor, charlie: Actor, search: uuid.UUID) -> None:
    with pytest.raises(Forbidden):
        saved_views.save(rt, charlie, search, "Shared", state_of(search), shared=True)
    mine = saved_views.save(rt, charlie, search, "Mine", state_of(search))
    with pytest.raises(Forbidden):
        saved_views.share(rt, charlie, mine.id, True)
    assert names(rt, charlie, search) == ["Mine"]
    assert names(rt, alice, search) == []


def test_the_default_view_is_ones_own_choice(rt: Runtime, alice: Actor, bob: Actor, search: uuid.UUID) -> None:
    view = saved_views.save(rt, alice, search, "Start here", state_of(search), shared=True)
    assert saved_views.default_view(rt, bob, search) is None
    saved_views.set_default(rt, bob, search, view.id)
    found = saved_views.default_view(rt, bob, search)
    assert found is not None and (found.id, found.is_default, found.own) == (view.id, True, False)
    assert [v.is_default for v in saved_views.list_views(rt, bob, search)] == [True]
    assert [v.is_default for v in saved_views.list_views(rt, alice, search)] == [False]
    with pytest.raises(NotFound):
        saved_views.set_default(rt, bob, new_search(rt, alice), view.id)

    saved_views.share(rt, alice, view.id, False)
    assert saved_views.default_view(rt, bob, search) is None
    saved_views.share(rt, alice, view.id, True)
    assert saved_views.default_view(rt, bob, search) is not None
    saved_views.set_default(rt, bob, search, None)
    assert saved_views.default_view(rt, bob, search) is None

    saved_views.set_default(rt, bob, search, view.id)
    saved_views.delete(rt, alice, view.id)
    assert saved_views.default_view(rt, bob, search) is None
    with rt.db.connection() as conn:
        assert conn.execute("SELECT FROM user_preferences").fetchall() == []


def test_ids_that_are_none_find_nothing(rt: Runtime, alice: Actor) -> None:
    for wrong in (0, -1, 2**63, True, "1", None, 12345):
        with pytest.raises(NotFound):
            saved_views.open_view(rt, alice, wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        saved_views.list_views(rt, alice, "no-search")


def test_a_view_of_an_older_version_opens_with_what_is_still_known(
    rt: Runtime, alice: Actor, search: uuid.UUID
) -> None:
    view = saved_views.save(rt, alice, search, "Old", state_of(search))
    old = view.state | {
        "f": FILTERS | {"shoe_size": {"type": "equals", "filter": 44}},
        "columns": [{"colId": "shoe_size"}, {"colId": "title", "width": 5_000}],
    }
    with rt.db.connection() as conn:
        conn.execute("UPDATE saved_views SET state = %s", (Jsonb(old),))
    opened = saved_views.open_view(rt, alice, view.id)
    assert opened.state == view.state
    assert opened.columns == [{"colId": "title", "width": 800}]
    assert names(rt, alice, search) == ["Old"]


def test_there_is_a_limit_even_for_two_at_once(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    for number in range(saved_views.MOST_OF_ONE - 1):
        saved_views.save(rt, alice, search, f"View {number}", state_of(search, q="", filters={}))
    barrier, outcomes = threading.Barrier(2), list[str]()

    def save(name: str) -> None:
        barrier.wait()
        try:
            outcomes.append(saved_views.save(rt, alice, search, name, state_of(search)).name)
        except LimitReached:
            outcomes.append("limit")

    threads = [threading.Thread(target=save, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[0] == "limit" and len(outcomes) == 2
    assert len(names(rt, alice, search)) == saved_views.MOST_OF_ONE
    # Replacing one of them still works.
    saved_views.save(rt, alice, search, "View 0", state_of(search), replace=True)
