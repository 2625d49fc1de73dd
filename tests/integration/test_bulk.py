"""Actions on everyone in a view: a stage, a tag, out and in, for more than a page."""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import replace
from typing import Any

import pytest

from services.access import identity
from services.access.identity import Actor
from services.decisions import bulk, candidates
from services.errors import BadInput, Conflict, Forbidden
from services.grid import result_sets
from services.grid.grid_view import View
from services.runs import runs
from services.runs.job_runner import Runner
from services.runs.jobs import LeaseLost
from services.runtime import Runtime
from services.searches import searches
from tests.change_runs import (
    before,
    change,
    claim,
    counted,
    kill_at,
    result,
    rows,
    run_row,
    version,
    work,
    work_with,
)  # fmt: skip
from tests.people import Person, add_people, add_search

# People, of whom 30 are Acme's; a job takes a hundred at a time, and does what is more than 50.
MANY = 230


@pytest.fixture
def search_id(rt: Runtime, alice: Actor) -> uuid.UUID:
    with rt.db.connection() as conn:
        return add_search(conn, alice)


@pytest.fixture
def ids(rt: Runtime, search_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Everyone in the usual view, in the order of their names; and 40 more who were filtered out."""
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 100)
    monkeypatch.setattr(candidates, "MOST", 50)
    people = [Person(f"Ada Example {n:05}", company="Acme" if n < 30 else "Zeta") for n in range(MANY)]
    with rt.db.connection() as conn:
        found = add_people(conn, search_id, [*people, *[Person("Bo Out", filter_status="filtered_no_title")] * 40])
    return found[:MANY]


def by_name(search_id: uuid.UUID, **parts: Any) -> View:
    return View.of(search_id, sort=[{"colId": "full_name", "sort": "asc"}], **parts)


def acme(search_id: uuid.UUID) -> View:
    return by_name(search_id, filters={"company_in": {"filterType": "set", "values": ["Acme"]}})


def seen(rt: Runtime, actor: Actor, view: View) -> int:
    """Look at a view as the grid does; returns the version that the page holds."""
    return result_sets.count(rt, actor, view, None).version


def logged(rt: Runtime) -> list[dict[str, Any]]:
    return rows(rt, "SELECT * FROM changes ORDER BY batch_id, candidate_id")


# -- a few, at once --------------------------------------------------------------------------------


def test_a_few_are_done_at_once(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    view = acme(search_id)
    shown = seen(rt, alice, view)
    outcome = bulk.start(rt, alice, view, shown, "stage", "contacted")
    assert outcome.run_id is None
    assert outcome.done is not None
    assert (outcome.total, outcome.done.changed) == (30, 30)
    assert (outcome.done.version_before, outcome.done.version_after) == (shown, version(rt, search_id))
    assert counted(rt, search_id, "stage") == {"contacted": 30, "new": MANY - 30 + 40}
    assert runs.list_runs(rt, alice) == []


def test_those_who_were_deselected_stay(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    outcome = bulk.start(rt, alice, acme(search_id), None, "exclude", except_ids=[ids[0], str(ids[7])])
    assert (outcome.total, counted(rt, search_id, "filter_status")["filtered_manual"]) == (28, 28)
    assert (
        rows(rt, "SELECT filter_status FROM candidates WHERE id = ANY (%s)", [ids[0], ids[7]])
        == [{"filter_status": "active"}] * 2
    )
    outcome = bulk.start(rt, alice, by_name(search_id), None, "tag_add", "call", except_ids=ids[40:50])
    assert outcome.total == MANY - 28 - 10
    work(rt, outcome.run_id)
    tagged = {row["id"] for row in rows(rt, "SELECT id FROM candidates WHERE tags = '{call}'")}
    assert tagged == {ids[0], ids[7], *ids[30:40], *ids[50:]}


def test_an_empty_view_is_nothing_to_do(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    view = by_name(search_id, q="nobody-of-this-name")
    with pytest.raises(BadInput, match="nobody"):
        bulk.start(rt, alice, view, None, "exclude")
    with pytest.raises(BadInput, match="At most 50"):
        bulk.start(rt, alice, acme(search_id), None, "exclude", except_ids=ids[:51])


# -- many, as a job --------------------------------------------------------------------------------


def test_many_are_done_by_a_job(rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    shown = seen(rt, bob, by_name(search_id))
    outcome = bulk.start(rt, bob, by_name(search_id), shown, "stage", "shortlisted")
    assert (outcome.total, outcome.done) == (MANY, None)
    assert bulk.result_of(rt, bob, outcome.run_id or 0) is None
    assert counted(rt, search_id, "stage") == {"new": MANY + 40}
    work(rt, outcome.run_id)

    run = runs.get_run(rt, bob, outcome.run_id or 0)
    assert (run["state"], run["done"], run["total"]) == ("done", MANY, MANY)
    assert run["counts"] == {
        "changed": MANY,
        "unchanged": 0,
        "skipped_changed": 0,
        "skipped_gone": 0,
        "skipped_full": 0,
    }
    assert counted(rt, search_id, "stage") == {"shortlisted": MANY, "new": 40}
    done = result(rt, bob, outcome.run_id)
    assert [row["candidate_id"] for row in logged(rt)] == ids
    assert {(row["batch_id"], row["old"], row["new"]) for row in logged(rt)} == {(done.batch_id, "new", "shortlisted")}
    assert (done.version_before, done.version_after) == (shown, version(rt, search_id))
    assert rows(rt, "SELECT FROM run_targets") == []


def test_a_run_holds_the_view_and_no_ids(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    view = by_name(search_id)
    outcome = bulk.start(rt, alice, view, seen(rt, alice, view), "stage", "rejected")
    params = run_row(rt, outcome.run_id)["params"]
    assert (params["view"], params["action"], params["value"]) == (view.state(), "stage", "rejected")
    assert len(json.dumps(params)) < 1_000


def test_its_own_changes_do_not_move_what_it_walks_over(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    """Everyone who is done leaves the view at once; the list in Redis is gone, too."""
    view = by_name(search_id, filters={"stage_in": {"filterType": "set", "values": ["new"]}})
    outcome = bulk.start(rt, alice, view, seen(rt, alice, view), "stage", "rejected")
    work_with(rt, outcome.run_id, 2, rt.redis.flushall)
    assert counted(rt, search_id, "stage") == {"rejected": MANY, "new": 40}


def test_who_joins_the_view_later_is_not_meant(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    outcome = bulk.start(rt, alice, by_name(search_id), None, "exclude")
    with rt.db.connection() as conn:
        late = add_people(conn, search_id, [Person("Ada Late")])
    work(rt, outcome.run_id)
    assert rows(rt, "SELECT filter_status FROM candidates WHERE id = %s", late[0]) == [{"filter_status": "active"}]
    assert counted(rt, search_id, "filter_status")["filtered_manual"] == MANY


def test_a_list_that_nobody_can_show_any_more_is_not_acted_on(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    view = by_name(search_id)
    shown = seen(rt, alice, view)
    candidates.change(rt, bob, search_id, ids[:1], candidates.action_of("exclude"))
    assert bulk.start(rt, alice, view, shown, "tag_add", "a").total == MANY, "as long as the list is there"
    rt.redis.flushall()
    with pytest.raises(Conflict, match="Refresh"):
        bulk.start(rt, alice, view, shown, "exclude")
    assert bulk.start(rt, alice, view, version(rt, search_id), "exclude").total == MANY - 1


def test_whom_a_colleague_changed_since_the_list_was_made_is_left_alone(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    view = by_name(search_id)
    shown = seen(rt, alice, view)
    candidates.change(rt, bob, search_id, ids[:20], candidates.action_of("stage", "hired"))
    outcome = bulk.start(rt, alice, view, shown, "stage", "rejected")

    def meanwhile() -> None:
        candidates.change(rt, bob, search_id, ids[90:120], candidates.action_of("stage", "contacted"))
        change(rt, "DELETE FROM candidates WHERE id = ANY (%s)", ids[200:205])

    work_with(rt, outcome.run_id, 2, meanwhile)
    done = result(rt, alice, outcome.run_id)
    # 90 to 99 were done before Bob came.
    assert (done.changed, done.skipped_changed, done.skipped_gone) == (MANY - 20 - 20 - 5, 40, 5)
    assert counted(rt, search_id, "stage") == {
        "rejected": done.changed - 10,
        "hired": 20,
        "contacted": 30,
        "new": 40,
    }


def test_a_page_that_missed_what_others_did_is_not_told_it_is_up_to_date(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    shown = seen(rt, alice, by_name(search_id))
    outcome = bulk.start(rt, alice, by_name(search_id), shown, "stage", "rejected")
    work_with(
        rt, outcome.run_id, 2,
        lambda: candidates.change(rt, bob, search_id, ids[-1:], candidates.action_of("exclude")),
    )  # fmt: skip
    done = result(rt, alice, outcome.run_id)
    assert done.version_before == done.version_after == version(rt, search_id) > shown


def test_without_redis_it_goes_on(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    away = Runtime(replace(rt.settings, redis_url=f"unix://{rt.settings.home}/nowhere.sock"))
    away.open()
    try:
        outcome = bulk.start(away, alice, by_name(search_id), version(rt, search_id), "stage", "rejected")
        work(away, outcome.run_id)
    finally:
        away.close()
    assert counted(rt, search_id, "stage") == {"rejected": MANY, "new": 40}


def test_a_job_without_a_list_makes_its_own(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    """As the command line starts it."""
    params = bulk.params(by_name(search_id), None, candidates.action_of("stage", "rejected"))
    run_id = Runner(rt, "command line").execute_inline(alice, "bulk", str(search_id), params)
    assert result(rt, alice, run_id).changed == MANY


# -- rights ----------------------------------------------------------------------------------------


def test_viewers_and_strangers_start_nothing(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    with pytest.raises(Forbidden):
        bulk.start(rt, charlie, by_name(search_id), None, "exclude")
    searches.set_visibility(rt, alice, search_id, "private")
    with pytest.raises(Forbidden):
        bulk.start(rt, bob, by_name(search_id), None, "exclude")
    assert runs.list_runs(rt, alice) == []
    assert rows(rt, "SELECT FROM change_batches") == []


def test_an_action_that_is_none_is_refused(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    for action, value in (("dance", ""), ("stage", "boss"), ("tag_add", ""), (None, None)):
        with pytest.raises(BadInput):
            bulk.start(rt, alice, by_name(search_id), None, action, value)  # type: ignore[arg-type]


def test_rights_are_looked_up_again_in_every_batch(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, bob, by_name(search_id), None, "stage", "rejected")
    work_with(rt, outcome.run_id, 2, lambda: searches.set_visibility(rt, alice, search_id, "private"))
    assert counted(rt, search_id, "stage") == {"rejected": 100, "new": MANY - 100 + 40}
    run = run_row(rt, outcome.run_id)
    assert (run["state"], run["done"]) == ("failed", 100)
    assert "not shared with you" in run["message"]
    assert bulk.result_of(rt, bob, outcome.run_id or 0) is None
    with pytest.raises(Forbidden):
        runs.get_run(rt, bob, outcome.run_id or 0)


def test_who_lost_the_right_before_it_began_changes_nothing(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, bob, by_name(search_id), None, "stage", "rejected")
    change(rt, "UPDATE users SET role = 'viewer' WHERE id = %s", bob.user_id)
    work(rt, outcome.run_id)
    assert run_row(rt, outcome.run_id)["state"] == "cancelled"
    assert counted(rt, search_id, "stage") == {"new": MANY + 40}
    assert rows(rt, "SELECT FROM change_batches") == []


def test_others_do_not_see_what_came_of_it(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, bob, by_name(search_id), None, "stage", "rejected")
    work(rt, outcome.run_id)
    assert bulk.result_of(rt, alice, outcome.run_id or 0) is None
    assert result(rt, admin, outcome.run_id) == result(rt, bob, outcome.run_id)


# -- workers that end in between -------------------------------------------------------------------


def test_a_cancelled_run_keeps_what_it_has_done(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, alice, by_name(search_id), None, "stage", "rejected")
    earlier = version(rt, search_id)
    work_with(rt, outcome.run_id, 2, lambda: runs.cancel_run(rt, alice, outcome.run_id or 0))
    assert run_row(rt, outcome.run_id)["state"] == "cancelled"
    assert counted(rt, search_id, "stage") == {"rejected": 200, "new": 70}
    done = result(rt, alice, outcome.run_id)
    assert (done.changed, done.batch_id is not None) == (200, True)
    assert version(rt, search_id) == earlier + 2, "the second batch was made known at the end"


def test_a_worker_that_dies_between_batches_loses_and_doubles_nothing(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, alice, by_name(search_id), None, "tag_add", "call")
    kill_at(rt, outcome.run_id, 2)
    assert counted(rt, search_id, "cardinality(tags)") == {1: 100, 0: MANY - 100 + 40}
    work(rt, outcome.run_id)
    run = run_row(rt, outcome.run_id)
    assert (run["state"], run["done"]) == ("done", MANY)
    assert result(rt, alice, outcome.run_id).changed == MANY
    assert [row["candidate_id"] for row in logged(rt)] == ids
    assert len({row["batch_id"] for row in logged(rt)}) == 1


def test_a_worker_that_lost_its_run_writes_nothing_more(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, alice, by_name(search_id), None, "tag_add", "call")
    _, late = claim(rt, outcome.run_id)

    def taken_over() -> None:
        change(rt, "UPDATE runs SET lease_token = NULL, state = 'queued' WHERE id = %s", outcome.run_id)
        work(rt, outcome.run_id)

    before(late, 2, taken_over)
    with pytest.raises(LeaseLost):
        bulk.run_bulk(rt, late)
    assert result(rt, alice, outcome.run_id).changed == MANY
    assert [row["candidate_id"] for row in logged(rt)] == ids


def test_a_row_that_someone_holds_is_waited_for(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    outcome = bulk.start(rt, alice, by_name(search_id), None, "tag_add", "call")
    _, handle = claim(rt, outcome.run_id)
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with rt.db.connection() as conn:
            conn.execute("SELECT FROM candidates WHERE id = %s FOR UPDATE", [ids[150]])
            held.set()
            assert free.wait(30)

    wait, holder = handle.wait, threading.Thread(target=hold)

    def waited(seconds: float) -> None:
        free.set()
        wait(seconds)

    handle.wait = waited  # type: ignore[method-assign]
    holder.start()
    assert held.wait(30)
    bulk.run_bulk(rt, handle)
    holder.join()
    assert result(rt, alice, outcome.run_id).changed == MANY


def test_what_is_left_of_ended_runs_goes_with_the_next(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    first = bulk.start(rt, alice, by_name(search_id), None, "tag_add", "a")
    runs.cancel_run(rt, alice, first.run_id or 0)
    second = bulk.start(rt, alice, by_name(search_id), None, "tag_add", "b")
    assert [row["run_id"] for row in rows(rt, "SELECT run_id FROM run_targets")] == [second.run_id]


# -- others who look at it -------------------------------------------------------------------------


def test_nothing_moves_under_a_reader_while_ten_thousand_change(rt: Runtime, alice: Actor, bob: Actor) -> None:
    """Bob moves 10,000 people on while Alice walks through the list and changes some herself."""
    n = 10_000
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
        ids = add_people(conn, search_id, [Person(f"Ada {k:05}", score=(n - k) / 1000) for k in range(n)])
    view = View.of(search_id, filters={"stage_in": {"filterType": "set", "values": ["new"]}},
                   sort=[{"colId": "full_name", "sort": "asc"}])  # fmt: skip
    shown = seen(rt, alice, view)
    outcome = bulk.start(rt, bob, view, shown, "stage", "contacted")
    mine = ids[9_000:9_100]
    candidates.change(rt, alice, search_id, mine[:50], candidates.action_of("tag_add", "mine"))

    failed: list[BaseException] = []

    def bobs_job() -> None:
        own = Runtime(rt.settings, kind="worker")
        own.open()
        try:
            work(own, outcome.run_id)
        except BaseException as error:
            failed.append(error)
        finally:
            own.close()

    job = threading.Thread(target=bobs_job)
    job.start()
    read: list[int] = []
    walks = 0
    while job.is_alive() or walks == 0:
        walks += 1
        read = []
        for start in range(0, n, 500):
            page = result_sets.fetch_page(rt, alice, view, shown, start, start + 500)
            assert (page.version, page.moved, page.row_count, page.exact) == (shown, False, n, True)
            read += [int(row["id"]) for row in page.rows]
        assert read == ids
    job.join()
    assert failed == []

    done = result(rt, bob, outcome.run_id)
    assert (done.changed, done.skipped_changed) == (n - 50, 50)
    assert counted(rt, search_id, "stage") == {"contacted": n - 50, "new": 50}
    assert result_sets.version_of(rt, alice, view) > shown, "which is what raises the pill"
    # What Alice does next about people that Bob's job has changed is not done over his head.
    late = candidates.change(
        rt, alice, search_id, ids[:100], candidates.action_of("stage", "rejected"),
        result_sets.whole_list(rt, alice, view, shown)[0].snapshot,
    )  # fmt: skip
    assert (late.changed, late.skipped_changed) == (0, 100)


def test_two_jobs_on_the_same_people_end_both(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    """In opposite orders, at the same time."""
    down = View.of(search_id, sort=[{"colId": "full_name", "sort": "desc"}])
    first = bulk.start(rt, alice, by_name(search_id), None, "tag_add", "a")
    second = bulk.start(rt, bob, down, None, "tag_add", "b")
    threads = [threading.Thread(target=work, args=(rt, one.run_id)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [result(rt, actor, one.run_id) for actor, one in ((alice, first), (bob, second))]
    assert [run_row(rt, one.run_id)["state"] for one in (first, second)] == ["done", "done"]
    # Each leaves alone whom the other had come to first.
    assert sum(one.changed for one in done) >= MANY
    assert all(one.changed + one.skipped_changed == MANY for one in done)
    assert len(logged(rt)) == sum(one.changed for one in done)


def test_a_disabled_person_s_job_does_not_begin(rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    outcome = bulk.start(rt, bob, by_name(search_id), None, "stage", "rejected")
    change(rt, "UPDATE users SET disabled_at = now() WHERE id = %s", bob.user_id)
    work(rt, outcome.run_id)
    assert run_row(rt, outcome.run_id)["state"] == "cancelled"
    assert identity.find_user(rt, "bob@example.com") is None
    assert counted(rt, search_id, "stage") == {"new": MANY + 40}
