"""Undo: what a person did is taken back, and what others did since is not."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from services.access.identity import Actor
from services.decisions import bulk, candidates, undo
from services.decisions.candidates import ChangeResult, action_of
from services.errors import Conflict, Forbidden, NotFound, ProductError
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from tests.change_runs import change, counted, kill_at, result, rows, run_row, version, work, work_with
from tests.people import Person, add_people, add_search

SHORTLIST = action_of("stage", "shortlisted")


@pytest.fixture
def search_id(rt: Runtime, alice: Actor) -> uuid.UUID:
    with rt.db.connection() as conn:
        return add_search(conn, alice)


@pytest.fixture
def ids(rt: Runtime, search_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Forty people, half of them contacted; a job takes 10 at a time, and does what is more than 15."""
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(undo, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(candidates, "MOST", 15)
    people = [Person(f"Ada {n:02}", stage="contacted" if n % 2 else "new", tags=("b", "a")) for n in range(40)]
    with rt.db.connection() as conn:
        return add_people(conn, search_id, people)


def batch(done: ChangeResult) -> int:
    assert done.batch_id is not None
    return done.batch_id


def taken_back(rt: Runtime, actor: Actor, batch_id: int) -> ChangeResult:
    """An Undo that is done at once."""
    outcome = undo.undo(rt, actor, batch_id)
    assert outcome.run_id is None
    assert outcome.done is not None
    return outcome.done


def values(rt: Runtime, ids: list[int], column: str) -> list[Any]:
    found = rows(rt, "SELECT * FROM candidates WHERE id = ANY (%s) ORDER BY id", ids)
    return [row[column] for row in found]


def all_shortlisted(rt: Runtime, actor: Actor, search_id: uuid.UUID) -> int:
    """A job of the actor's that shortlists all forty; returns its batch."""
    outcome = bulk.start(rt, actor, View.of(search_id), None, "stage", "shortlisted")
    work(rt, outcome.run_id)
    return batch(result(rt, actor, outcome.run_id))


# -- at once ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "value", "column"),
    [("stage", "hired", "stage"), ("tag_add", "c", "tags"), ("tag_remove", "b", "tags"),
     ("exclude", "", "filter_status")],
)  # fmt: skip
def test_every_action_can_be_taken_back(
    rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int], action: str, value: str, column: str
) -> None:
    before = values(rt, ids, column)
    done = candidates.change(rt, bob, search_id, ids[:10], action_of(action, value))
    assert values(rt, ids, column) != before
    back = taken_back(rt, bob, batch(done))
    assert values(rt, ids, column) == before
    assert (back.changed, back.skipped_changed, back.batch_id) == (10, 0, None)
    assert (back.version_before, back.version_after) == (done.version_after, version(rt, search_id))


def test_those_who_were_brought_back_are_out_again_for_the_same_reason(
    rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    change(rt, "UPDATE candidates SET filter_status = 'filtered_blacklist' WHERE id = %s", ids[0])
    done = candidates.change(rt, bob, search_id, ids[:2], action_of("restore"))
    assert (done.changed, values(rt, ids[:2], "filter_status")) == (1, ["active", "active"])
    taken_back(rt, bob, batch(done))
    assert values(rt, ids[:2], "filter_status") == ["filtered_blacklist", "active"]


def test_what_was_changed_again_since_stays(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    done = candidates.change(rt, alice, search_id, ids[:6], SHORTLIST)
    candidates.change(rt, bob, search_id, ids[:2], action_of("stage", "hired"))
    candidates.change(rt, bob, search_id, ids[2:3], action_of("stage", "new"))
    candidates.change(rt, bob, search_id, ids[3:4], action_of("tag_add", "call"))
    change(rt, "DELETE FROM candidates WHERE id = %s", ids[5])
    back = taken_back(rt, alice, batch(done))
    assert (back.changed, back.unchanged, back.skipped_changed, back.skipped_gone) == (2, 1, 2, 1)
    assert values(rt, ids[:5], "stage") == ["hired", "hired", "new", "contacted", "new"]
    assert values(rt, ids[3:4], "tags") == [["b", "a", "call"]], "another field is another matter"


def test_an_action_is_taken_back_once(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    done = candidates.change(rt, alice, search_id, ids[:4], SHORTLIST)
    taken_back(rt, alice, batch(done))
    now = version(rt, search_id)
    with pytest.raises(Conflict, match="already"):
        undo.undo(rt, alice, batch(done))
    assert version(rt, search_id) == now


def test_two_clicks_at_the_same_time_are_one(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    done = candidates.change(rt, alice, search_id, ids[:4], SHORTLIST)
    told: list[Any] = []

    def click() -> None:
        try:
            told.append(undo.undo(rt, alice, batch(done)))
        except ProductError as error:
            told.append(error)

    clicks = [threading.Thread(target=click) for _ in range(3)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "Conflict", "Outcome"]
    assert rows(rt, "SELECT count(*) AS n FROM change_batches WHERE undoes IS NOT NULL") == [{"n": 1}]


def test_an_undo_is_no_action_to_be_taken_back(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    done = candidates.change(rt, alice, search_id, ids[:4], SHORTLIST)
    taken_back(rt, alice, batch(done))
    own = rows(rt, "SELECT id, action, changed FROM change_batches WHERE undoes = %s", batch(done))
    assert [(row["action"], row["changed"]) for row in own] == [("undo", 4)]
    with pytest.raises(Conflict, match="repeat the action"):
        undo.undo(rt, alice, own[0]["id"])


def test_an_undo_that_finds_nothing_moves_nothing_on(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    done = candidates.change(rt, alice, search_id, ids[:4], SHORTLIST)
    candidates.change(rt, bob, search_id, ids[:4], action_of("stage", "hired"))
    now = version(rt, search_id)
    back = taken_back(rt, alice, batch(done))
    assert (back.changed, back.skipped_changed) == (0, 4)
    assert back.version_before == back.version_after == version(rt, search_id) == now


# -- whose ----------------------------------------------------------------------------------------


def test_only_ones_own_actions_can_be_taken_back(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    done = candidates.change(rt, alice, search_id, ids[:4], SHORTLIST)
    for stranger in (bob, charlie):
        with pytest.raises(NotFound):
            undo.undo(rt, stranger, batch(done))
    with pytest.raises(NotFound):
        undo.undo(rt, alice, 10**12)
    assert taken_back(rt, admin, batch(done)).changed == 4


def test_who_may_no_longer_change_a_search_cannot_undo_in_it(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    done = candidates.change(rt, bob, search_id, ids[:4], SHORTLIST)
    with pytest.raises(Forbidden, match="not change it"):
        undo.undo(rt, Actor(bob.user_id, "viewer"), batch(done))
    searches.set_visibility(rt, alice, search_id, "private")
    with pytest.raises(NotFound):
        undo.undo(rt, bob, batch(done))
    assert undo.last_batch(rt, bob, search_id) is None
    assert counted(rt, search_id, "stage")["shortlisted"] == 4
    searches.set_visibility(rt, alice, search_id, "team")
    assert taken_back(rt, bob, batch(done)).changed == 4


def test_the_last_action_is_the_one_to_take_back(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    assert undo.last_batch(rt, alice, search_id) is None
    first = candidates.change(rt, alice, search_id, ids[:4], SHORTLIST)
    second = candidates.change(rt, alice, search_id, ids[:3], action_of("tag_add", "call"))
    candidates.change(rt, bob, search_id, ids[:2], action_of("exclude"))
    candidates.change(rt, alice, search_id, ids[:4], SHORTLIST)  # nothing was changed
    with rt.db.connection() as conn:
        other = add_search(conn, alice)
        others = add_people(conn, other, [Person()])
    candidates.change(rt, alice, other, others, SHORTLIST)

    for done, action, value, changed in ((second, "tag_add", "call", 3), (first, "stage", "shortlisted", 4)):
        last = undo.last_batch(rt, alice, search_id)
        assert last is not None
        assert (last.id, last.action, last.value, last.changed) == (batch(done), action, value, changed)
        taken_back(rt, alice, last.id)
    assert undo.last_batch(rt, alice, search_id) is None
    for wrong in ("", "no search", uuid.uuid4()):
        try:
            assert undo.last_batch(rt, alice, wrong) is None
        except Forbidden:
            assert not isinstance(wrong, uuid.UUID)


# -- large ones, as a job --------------------------------------------------------------------------


def test_a_large_action_is_taken_back_by_a_job(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    done = all_shortlisted(rt, alice, search_id)
    candidates.change(rt, bob, search_id, ids[:3], action_of("stage", "hired"))
    now = version(rt, search_id)
    outcome = undo.undo(rt, alice, done)
    assert (outcome.total, outcome.done) == (40, None)
    with pytest.raises(Conflict, match="already"):
        undo.undo(rt, alice, done)
    work(rt, outcome.run_id)
    run = runs.get_run(rt, alice, outcome.run_id or 0)
    assert (run["kind"], run["state"], run["done"], run["total"]) == ("undo", "done", 40, 40)
    back = result(rt, alice, outcome.run_id)
    assert (back.changed, back.skipped_changed, back.batch_id) == (37, 3, None)
    assert (back.version_before, back.version_after) == (now, version(rt, search_id))
    assert counted(rt, search_id, "stage") == {"hired": 3, "new": 18, "contacted": 19}
    with pytest.raises(Conflict, match="already"):
        undo.undo(rt, alice, done)
    assert undo.last_batch(rt, alice, search_id) is None


def test_an_action_that_is_still_being_done_is_not_taken_back(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, alice, View.of(search_id), None, "stage", "shortlisted")

    def too_early() -> None:
        found = rows(rt, "SELECT id FROM change_batches WHERE run_id = %s", outcome.run_id)
        with pytest.raises(Conflict, match="cancel it first"):
            undo.undo(rt, alice, found[0]["id"])
        assert undo.last_batch(rt, alice, search_id) is None

    work_with(rt, outcome.run_id, 2, too_early)
    last = undo.last_batch(rt, alice, search_id)
    assert last is not None
    assert (last.changed, last.id) == (40, result(rt, alice, outcome.run_id).batch_id)


def test_what_a_cancelled_job_did_can_be_taken_back(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, alice, View.of(search_id), None, "stage", "shortlisted")
    work_with(rt, outcome.run_id, 2, lambda: runs.cancel_run(rt, alice, outcome.run_id or 0))
    done = result(rt, alice, outcome.run_id)
    assert (run_row(rt, outcome.run_id)["state"], done.changed) == ("cancelled", 20)
    work(rt, undo.undo(rt, alice, batch(done)).run_id)
    assert counted(rt, search_id, "stage") == {"new": 20, "contacted": 20}


def test_an_undo_whose_worker_dies_goes_on(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    outcome = undo.undo(rt, alice, all_shortlisted(rt, alice, search_id))
    kill_at(rt, outcome.run_id, 3)
    assert counted(rt, search_id, "stage")["shortlisted"] == 20
    work(rt, outcome.run_id)
    assert result(rt, alice, outcome.run_id).changed == 40
    assert counted(rt, search_id, "stage") == {"new": 20, "contacted": 20}
    assert rows(rt, "SELECT count(*) AS n FROM change_batches WHERE undoes IS NOT NULL") == [{"n": 1}]


def test_an_undo_that_was_cancelled_can_be_done_to_its_end(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    done = all_shortlisted(rt, alice, search_id)
    first = undo.undo(rt, alice, done)
    work_with(rt, first.run_id, 2, lambda: runs.cancel_run(rt, alice, first.run_id or 0))
    assert run_row(rt, first.run_id)["state"] == "cancelled"
    assert counted(rt, search_id, "stage")["shortlisted"] == 20
    last = undo.last_batch(rt, alice, search_id)
    assert last is not None
    assert last.id == done
    second = undo.undo(rt, alice, done)
    work(rt, second.run_id)
    back = result(rt, alice, second.run_id)
    assert (back.changed, back.unchanged, back.skipped_changed) == (20, 20, 0)
    assert counted(rt, search_id, "stage") == {"new": 20, "contacted": 20}
    with pytest.raises(Conflict, match="already"):
        undo.undo(rt, alice, done)


def test_an_undo_job_asks_for_the_right_in_every_batch(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = undo.undo(rt, bob, all_shortlisted(rt, bob, search_id))
    work_with(rt, outcome.run_id, 2, lambda: searches.set_visibility(rt, alice, search_id, "private"))
    assert run_row(rt, outcome.run_id)["state"] == "failed"
    assert counted(rt, search_id, "stage")["shortlisted"] == 30
