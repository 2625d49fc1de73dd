"""Whoever wants something of an archived search is told that it is archived, and keeps what is theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.archive import archives
from services.decisions import bulk, candidates, undo
from services.decisions.candidates import action_of
from services.errors import Archived, Conflict, Forbidden
from services.exports import exports
from services.grid.grid_view import View
from services.people import known, person
from services.runtime import Runtime
from services.screening import rubrics, screening
from services.searches.searches import ARCHIVED, FROZEN
from tests.archives import archive, restore, work
from tests.change_runs import rows
from tests.people import add_people, add_search, varied
from tests.two_people import add_person, candidate, one
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> UUID:
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
        add_people(conn, search_id, varied(20))
    return search_id


def members(rt: Runtime, search: UUID) -> list[int]:
    return [row["id"] for row in rows(rt, f"SELECT id FROM candidates WHERE search_id = '{search}' ORDER BY id")]


def everyone(search: UUID) -> View:
    return View.of(search, status="all")


def freeze(rt: Runtime, actor: Actor, search: UUID) -> int:
    """A job that archives the search, and is about to write it; its run's id."""
    run_id = archives.start_archive(rt, actor, search)
    one(rt, "UPDATE archives SET state = 'writing' WHERE search_id = %s RETURNING id", search)
    return run_id


@pytest.mark.parametrize("ask", [
    lambda rt, actor, search: bulk.start(rt, actor, everyone(search), None, "stage", "shortlisted"),
    lambda rt, actor, search: candidates.change(rt, actor, search, [1], action_of("stage", "shortlisted")),
    lambda rt, actor, search: exports.start_export(rt, actor, everyone(search), None, {"all": True}),
    lambda rt, actor, search: screening.overview(rt, actor, search),
    lambda rt, actor, search: rubrics.job_description_of(rt, actor, search),
])  # fmt: skip
def test_it_is_said_that_the_search_is_archived(
    rt: Runtime, alice: Actor, bob: Actor, search: UUID, ask: Callable[..., Any]
) -> None:
    archive(rt, alice, search)
    with pytest.raises(Archived, match="archived; restore it first"):
        ask(rt, bob, search)
    one(rt, "UPDATE searches SET visibility = 'private' WHERE id = %s RETURNING id", search)
    with pytest.raises(Forbidden) as told:
        ask(rt, bob, search)
    assert not isinstance(told.value, Archived), "nobody learns of a search that is not theirs"


@pytest.mark.parametrize("page", ["screen", "import"])
def test_its_pages_say_so_in_their_heading(
    rt: Runtime, alice: Actor, search: UUID, client_for: ClientFor, page: str
) -> None:
    archive(rt, alice, search)
    given = [(ids.URL, "pathname", f"/search/{search}/{page}")]
    shown = json.loads(call(client_for(alice), "page.children", given, [(ids.URL, "search", "")]).get_data())
    said = json.dumps(shown["response"][ids.PAGE], ensure_ascii=False)
    why = {"import": text.IMPORT_ARCHIVED}.get(page, ARCHIVED)
    assert text.ARCHIVE_TITLE in said and why in said and text.FORBIDDEN_TITLE not in said


def test_an_action_is_taken_back_once_the_search_is_restored(rt: Runtime, alice: Actor, search: UUID) -> None:
    done = candidates.change(rt, alice, search, members(rt, search)[:3], action_of("tag_add", "not there yet"))
    assert done.batch_id is not None
    archive(rt, alice, search)
    with pytest.raises(Archived, match="restore it first"):
        undo.undo(rt, alice, done.batch_id)
    restore(rt, alice, search)
    back = undo.undo(rt, alice, done.batch_id).done
    assert back is not None and back.changed == 3


def test_an_export_that_was_made_can_still_be_downloaded(rt: Runtime, alice: Actor, bob: Actor, search: UUID) -> None:
    run_id = exports.start_export(rt, alice, everyone(search), None, {"all": True})
    assert work(rt, run_id)["state"] == "done"
    made = exports.export_of_run(rt, run_id)["id"]
    archive(rt, alice, search)
    with exports.open_export(rt, alice, made).file as file:
        assert file.read().count(b"\n") >= 21
    with pytest.raises(Forbidden, match="Only the person who made"):
        exports.open_export(rt, bob, made)
    exports.remove(rt, alice, made)
    assert rows(rt, "SELECT id FROM exports") == []


# -- while it is being archived --------------------------------------------------------------------


def test_an_action_that_meets_a_search_being_archived_changes_nothing(
    rt: Runtime, alice: Actor, bob: Actor, search: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(rt, "SELECT id, stage, tags FROM candidates ORDER BY id")
    run_id = freeze(rt, alice, search)
    with pytest.raises(Forbidden, match="being archived"):
        bulk.start(rt, bob, everyone(search), None, "stage", "shortlisted")
    monkeypatch.setattr(candidates, "MOST", 5)
    with pytest.raises(Forbidden, match=FROZEN):
        bulk.start(rt, bob, everyone(search), None, "stage", "shortlisted")
    with pytest.raises(Forbidden, match=FROZEN):
        exports.start_export(rt, bob, everyone(search), None, {"all": True})
    assert rows(rt, "SELECT id, stage, tags FROM candidates ORDER BY id") == before
    assert rows(rt, "SELECT id FROM change_batches") == []
    assert work(rt, run_id)["state"] == "done"
    assert archives.preview(rt, alice, search).archive.archived


def test_a_bulk_action_that_waits_comes_before_the_archive(
    rt: Runtime, alice: Actor, bob: Actor, search: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST", 5)
    started = bulk.start(rt, bob, everyone(search), None, "stage", "shortlisted")
    with pytest.raises(Conflict, match=archives.BUSY):
        archives.start_archive(rt, alice, search)
    assert started.run_id is not None
    work(rt, started.run_id)
    archive(rt, alice, search)
    restore(rt, alice, search)
    assert {row["stage"] for row in rows(rt, "SELECT stage FROM candidates")} == {"shortlisted"}


# -- already known ---------------------------------------------------------------------------------


def test_who_is_in_an_archived_search_is_known_still(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor) -> None:
    with rt.db.connection() as conn:
        away, here, own = add_search(conn, alice), add_search(conn, alice), add_search(conn, alice, "private")
    ana = add_person(rt, [away, here, own], alice, full_name="Ana Lima")
    candidates.change(rt, bob, away, [candidate(rt, away, ana)], action_of("stage", "hired"))
    shown = candidate(rt, here, ana)

    def mark(actor: Actor) -> dict[str, Any]:
        with rt.db.connection() as conn:
            found = known.marks(conn, actor, here, [shown])
            assert known.count_known(conn, [ana], here, actor) == bool(found)
        return found.get(str(shown), {"searches": 0, "places": []})

    before = mark(bob)
    assert (before["searches"], before["places"][0]["stage"], before["places"][0]["by"]) == (1, "hired", "Bob Teammate")
    archive(rt, alice, away)
    archive(rt, alice, own)
    now = mark(bob)
    assert (now["searches"], now["places"][0]["stage"], now["places"][0]["by"]) == (1, "hired", None)
    assert mark(alice)["searches"] == 2
    drawer = person.person(rt, bob, here, shown).known
    assert [(place.search_id, place.stage) for place in drawer] == [(away, "hired")]
    one(rt, "UPDATE searches SET visibility = 'private' WHERE id = %s RETURNING id", away)
    assert mark(charlie)["searches"] == 0
    one(rt, "UPDATE searches SET visibility = 'team' WHERE id = %s RETURNING id", away)
    restore(rt, alice, away)
    assert mark(bob) == before
