"""Runs that make vectors: of whom, how often, and what is left after a kill, a cancel, an erasure, a merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.access.identity import Actor
from services.errors import Forbidden, Unavailable
from services.matching import embedding_runs, embedding_wake, matching_state
from services.matching.embedding_job import BATCH
from services.people import merges
from services.privacy import data_report, erasures
from services.runs import jobs, runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.change_runs import change, kill_at, run_row, work, work_with
from tests.embedding import FakeModel, embed, embedded, one, person, quick_model, rows, texts_of
from tests.people import add_search
from tests.two_people import two_people


@pytest.fixture(autouse=True)
def model() -> Iterator[FakeModel]:
    with quick_model() as fake:
        yield fake


@pytest.fixture
def two(rt: Runtime) -> tuple[int, int]:
    return person(rt, "Ada Example", title="Data engineer"), person(rt, "Bo Example", title="Nurse")


# -- whose vectors are made ------------------------------------------------------------------------


def test_everyone_gets_one_of_length_one(rt: Runtime, alice: Actor, two: tuple[int, int]) -> None:
    run = embed(rt, alice)
    assert (run["state"], run["done"], run["total"], run["counts"]["made"]) == ("done", 2, 2, 2)
    assert embedded(rt) == list(two)
    lengths = [row["n"] for row in rows(rt, "SELECT l2_norm(embedding) AS n FROM profile_embeddings")]
    assert all(abs(length - 1) < 0.001 for length in lengths)


def test_the_second_time_nobody_is_asked_about(
    rt: Runtime, alice: Actor, two: tuple[int, int], model: FakeModel
) -> None:
    embed(rt, alice)
    texts_of(model)
    run = embed(rt, alice)
    assert (run["state"], run["total"], texts_of(model)) == ("done", 0, [])


def test_only_who_changed_in_what_is_compared_is_made_again(
    rt: Runtime, alice: Actor, two: tuple[int, int], model: FakeModel
) -> None:
    embed(rt, alice)
    texts_of(model)
    change(rt, "UPDATE profiles SET email = 'ada@acme.example', updated_at = clock_timestamp() WHERE id = %s", two[0])
    change(rt, "UPDATE profiles SET title = 'Midwife', updated_at = clock_timestamp() WHERE id = %s", two[1])
    run = embed(rt, alice)
    assert (run["done"], run["counts"]["made"], run["counts"]["same"]) == (2, 1, 1)
    assert texts_of(model) == ["Midwife"]
    # Seen as they are: nobody is looked at once more.
    assert embed(rt, alice)["total"] == 0


def test_of_all_who_are_looked_at_again_only_changes_are_asked(
    rt: Runtime, alice: Actor, two: tuple[int, int], model: FakeModel
) -> None:
    """What a new version of the text needs: `sourcingx embed --all`."""
    embed(rt, alice)
    texts_of(model)
    change(
        rt, "UPDATE profile_embeddings SET text_hash = decode(repeat('00', 32), 'hex') WHERE profile_id = %s", two[0]
    )
    run = embed(rt, alice, everyone=True)
    assert (run["done"], run["counts"]["made"], run["counts"]["same"]) == (2, 1, 1)
    assert texts_of(model) == ["Data engineer"]


def test_whoever_has_nothing_to_compare_is_not_asked_for_again(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    person(rt, title="")
    assert embed(rt, alice)["counts"]["made"] == 1
    assert (embedded(rt), texts_of(model)) == ([], [])
    assert embed(rt, alice)["total"] == 0


def test_of_a_search_its_people_are_made(rt: Runtime, alice: Actor, two: tuple[int, int]) -> None:
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
        conn.execute("SELECT add_candidates(%s, %s, %s)", [search, [two[1]], alice.user_id])
    run = embed(rt, alice, search)
    assert (run["total"], embedded(rt)) == (1, [two[1]])
    # Others are missing still, and that is not forgotten.
    assert one(rt, "SELECT complete_at FROM embedding_models")["complete_at"] is None


def test_no_name_and_nothing_withheld_reaches_the_model(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    person(
        rt, "Zoë Canary", first_name="Zoë", last_name="Canary", title="Engineer", email="zoe@canary.example",
        location="Bern",
        summary="Zoë Canary is 43 years old, a mother of two. Call +41 44 123 45 67. Builds pipelines.",
    )  # fmt: skip
    embed(rt, alice)
    (text,) = texts_of(model)
    assert "Builds pipelines" in text
    for part in ("Zoë", "Canary", "43", "mother", "+41", "@", "Bern", "withheld"):
        assert part not in text, text


# -- who may -----------------------------------------------------------------------------------------


def test_a_viewer_may_not_start_it(rt: Runtime, charlie: Actor) -> None:
    with pytest.raises(Forbidden):
        embedding_runs.start(rt, charlie)


def test_nobody_starts_it_for_a_search_that_is_not_theirs(rt: Runtime, alice: Actor, bob: Actor) -> None:
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
        conn.execute("UPDATE searches SET visibility = 'private' WHERE id = %s", [search])
    with pytest.raises(Forbidden):
        embedding_runs.start(rt, bob, search)


def test_who_starts_what_goes_on_gets_that_run(rt: Runtime, alice: Actor, bob: Actor) -> None:
    first = embedding_runs.start(rt, alice)
    assert embedding_runs.start(rt, bob) == first
    with rt.db.connection() as conn:
        search = add_search(conn, bob)
    # One about everyone is about the search's people, too.
    assert embedding_runs.start(rt, bob, search) == first


def test_without_a_provider_it_says_so_and_starts_nothing(rt: Runtime, alice: Actor) -> None:
    rt.settings = replace(rt.settings, embedding_provider="off")
    with pytest.raises(Unavailable, match="EMBEDDING_PROVIDER"):
        embedding_runs.start(rt, alice)
    state = matching_state.state(rt, alice)
    assert (state.on, state.possible) == (False, False)
    assert rows(rt, "SELECT id FROM runs") == []


# -- ends that are none ------------------------------------------------------------------------------


def test_after_a_kill_it_goes_on_behind_the_last_batch(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    for number in range(3 * BATCH):
        person(rt, title=f"Engineer {number}")
    run_id = embedding_runs.start(rt, alice)
    # Each batch is looked at once for each eight texts, and once more before it is written.
    kill_at(rt, run_id, 2 * (BATCH // 8 + 1) - 3)
    assert len(embedded(rt)) == BATCH
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert (run["state"], run["done"], run["total"]) == ("done", 3 * BATCH, 3 * BATCH)
    assert len(embedded(rt)) == 3 * BATCH
    # At most the batch that was under way is done twice.
    assert 3 * BATCH <= len(model.asked) <= 4 * BATCH


def test_a_cancelled_run_keeps_what_it_made(rt: Runtime, alice: Actor) -> None:
    for number in range(3 * BATCH):
        person(rt, title=f"Engineer {number}")
    run_id = embedding_runs.start(rt, alice)
    # During the second batch, which is written.
    handle = work_with(rt, run_id, BATCH // 8 + 3, lambda: runs.cancel_run(rt, alice, run_id))
    assert handle.ended == "cancelled"
    assert len(embedded(rt)) == 2 * BATCH
    assert embed(rt, alice)["done"] == BATCH


def test_whoever_is_erased_while_they_are_made_gets_none(
    rt: Runtime, alice: Actor, admin: Actor, two: tuple[int, int]
) -> None:
    run_id = embedding_runs.start(rt, alice)

    def erase() -> None:
        with rt.db.connection() as conn:
            erasures.erasure_traces.prepare(conn)
            erasures.erase(rt, conn, admin, [two[0]])

    work_with(rt, run_id, 2, erase)
    assert (run_row(rt, run_id)["state"], embedded(rt)) == ("done", [two[1]])


def test_a_model_that_fails_is_told_where_admins_look(
    rt: Runtime, alice: Actor, two: tuple[int, int], model: FakeModel
) -> None:
    model.failing = Unavailable("The local model's files are not installed.")
    run_id = embedding_runs.start(rt, alice)
    for _ in range(3):
        work(rt, run_id)
    run = run_row(rt, run_id)
    assert (run["state"], run["message"]) == ("failed", "The local model's files are not installed.")
    assert one(rt, "SELECT last_error FROM embedding_models")["last_error"] == run["message"]
    model.failing = None
    assert embed(rt, alice)["state"] == "done"
    assert one(rt, "SELECT last_error FROM embedding_models")["last_error"] == ""


# -- people who go, or become one --------------------------------------------------------------------


def test_erased_people_leave_no_vector(rt: Runtime, alice: Actor, admin: Actor, two: tuple[int, int]) -> None:
    embed(rt, alice)
    with rt.db.connection() as conn:
        erasures.erasure_traces.prepare(conn)
        erasures.erase(rt, conn, admin, [two[0]])
    assert embedded(rt) == [two[1]]


def test_the_report_on_a_person_shows_it(rt: Runtime, alice: Actor, admin: Actor) -> None:
    pair = two_people(rt, alice)
    assert "profile_embeddings" not in data_report.reports(rt, admin, "zoe@acme.example")[0].records
    embed(rt, alice)
    (found,) = data_report.reports(rt, admin, "zoe@acme.example")[0].records["profile_embeddings"]
    assert (found["profile_id"], found["embedding"].count(",")) == (pair.a, 383)


def test_who_is_merged_and_parted_is_made_anew(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    pair = two_people(rt, alice)
    embed(rt, alice)
    texts_of(model)
    merged = merges.merge(rt, alice, pair.pair)
    assert embedded(rt) == [pair.a]
    embed(rt, alice)
    assert len(texts_of(model)) == 1
    merges.undo(rt, alice, merged.id)
    embed(rt, alice)
    assert embedded(rt) == [pair.a, pair.b]
    assert len(texts_of(model)) == 2


# -- by itself ---------------------------------------------------------------------------------------


@pytest.fixture
def auto(rt: Runtime) -> Runtime:
    rt.settings = replace(rt.settings, embeddings="auto")
    return rt


def ended_import(rt: Runtime, actor: Actor, seconds_ago: int, state: str = "done") -> None:
    change(rt, "INSERT INTO runs (kind, user_id, state, finished_at) VALUES ('import', %s, %s,"
               " CASE WHEN %s <> 'running' THEN now() - make_interval(secs => %s) END)",
           actor.user_id, state, state, seconds_ago)  # fmt: skip


def settle(rt: Runtime, run_id: int | None) -> None:
    work(rt, run_id)
    assert run_row(rt, run_id)["state"] == "done"


def test_after_an_import_it_begins_by_itself(auto: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    ended_import(auto, admin, 60)
    run_id = embedding_runs.start_due(auto)
    settle(auto, run_id)
    assert embedded(auto) == list(two)
    assert embedding_runs.start_due(auto) is None


def test_where_there_is_nobody_nothing_begins(auto: Runtime, admin: Actor) -> None:
    assert embedding_runs.start_due(auto) is None
    assert rows(auto, "SELECT id FROM embedding_models") == []


@pytest.mark.parametrize(("seconds", "state"), [(-3600, "done"), (0, "running")])
def test_it_waits_until_imports_are_over(
    auto: Runtime, admin: Actor, two: tuple[int, int], seconds: int, state: str
) -> None:
    ended_import(auto, admin, seconds, state)
    assert embedding_runs.start_due(auto) is None


def test_it_does_not_begin_where_people_start_it_themselves(rt: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    assert embedding_runs.start_due(rt) is None
    assert embedding_runs.start_nightly(rt) is None


def test_people_who_came_without_an_import_are_noticed(auto: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    settle(auto, embedding_runs.start_due(auto))
    late = person(auto, "Cy Example")
    settle(auto, embedding_runs.start_due(auto))
    assert embedded(auto) == [*two, late]


def test_an_import_that_changed_people_is_noticed(auto: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    settle(auto, embedding_runs.start_due(auto))
    change(auto, "UPDATE profiles SET title = 'Midwife', updated_at = clock_timestamp() WHERE id = %s", two[0])
    change(auto, "UPDATE embedding_models SET complete_at = now() - interval '1 hour'")
    ended_import(auto, admin, 60)
    settle(auto, embedding_runs.start_due(auto))
    # And an import that changed nobody starts no run.
    change(auto, "UPDATE embedding_models SET complete_at = now() - interval '1 hour'")
    before = len(rows(auto, "SELECT id FROM runs"))
    assert embedding_runs.start_due(auto) is None
    assert len(rows(auto, "SELECT id FROM runs")) == before


def test_what_a_merge_changed_is_found_at_night(auto: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    settle(auto, embedding_runs.start_due(auto))
    change(auto, "UPDATE profiles SET title = 'Midwife', updated_at = clock_timestamp() WHERE id = %s", two[0])
    assert embedding_runs.start_due(auto) is None
    settle(auto, embedding_runs.start_nightly(auto))


def test_after_one_that_failed_nothing_begins_for_an_hour(auto: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    run_id = embedding_runs.start_due(auto)
    change(auto, "UPDATE runs SET state = 'failed', finished_at = now() - interval '30 minutes' WHERE id = %s", run_id)
    assert embedding_runs.start_due(auto) is None
    change(auto, "UPDATE runs SET finished_at = now() - interval '61 minutes' WHERE id = %s", run_id)
    assert embedding_runs.start_due(auto) is not None


def test_two_workers_begin_it_once(auto: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    assert embedding_runs.start_due(auto) is not None
    assert embedding_runs.start_due(auto) is None


def test_the_minute_of_a_worker_does_it(auto: Runtime, admin: Actor, two: tuple[int, int]) -> None:
    embedding_wake.wake(auto, Runner(auto, "test").stopping)
    (run,) = rows(auto, "SELECT id, kind, search_id, params FROM runs")
    assert (run["kind"], run["search_id"], run["params"]) == ("embed", None, {"automatic": True})


def test_its_place_in_the_queue_is_beside_imports(rt: Runtime) -> None:
    kind: Any = jobs.KINDS["embed"]
    assert (kind.queue, kind.lock) == ("quick", "embed")
