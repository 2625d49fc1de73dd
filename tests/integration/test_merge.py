"""Merging two profiles: what the one person has then, who may do it, and what happens at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.access.identity import Actor
from services.errors import BadInput, Conflict, Forbidden, NotFound, ProductError
from services.people import merges
from services.people.merges import DECIDED, GONE, SCREENING
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.integration.test_import import start as start_import
from tests.people import add_search
from tests.two_people import Two, add_pair, add_person, everything, laden, one, rows, two_people
from tests.waiting import until


@pytest.fixture
def two(rt: Runtime, alice: Actor) -> Two:
    return two_people(rt, alice)


@pytest.fixture
def full(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> Two:
    laden(rt, two, alice, bob)
    return two


def profile(rt: Runtime, two: Two) -> dict[str, Any]:
    return one(rt, "SELECT * FROM profiles WHERE id = %s", two.a)


# -- values ----------------------------------------------------------------------------------------


def test_without_a_choice_the_older_profile_counts_and_gaps_are_filled(rt: Runtime, alice: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair)
    found = profile(rt, two)
    assert (done.survivor_id, done.searches) == (two.a, 3)
    assert rows(rt, "SELECT 1 FROM profiles WHERE id = %s", two.b) == []
    assert (found["full_name"], found["title"], found["email"]) == ("Zoë Example", "Engineer", "zoe@acme.example")
    assert (found["location"], found["summary"]) == ("Bern", "Builds platforms.\n“Quoted” 🙂")
    assert found["skills"] == ["Python", "SQL", "Go"], "put together, one spelling each"
    assert (float(found["years_experience"]), found["average_tenure_months"]) == (7.5, 20)


def test_chosen_values_win(rt: Runtime, alice: Actor, two: Two) -> None:
    merges.merge(rt, alice, two.pair, {"full_name": "b", "email": "b", "skills": "b", "location": "a", "title": "a"})
    found = profile(rt, two)
    assert (found["full_name"], found["first_name"], found["last_name"]) == ("Zoe M. Example", "Zoe", "Example")
    assert (found["email"], found["skills"], found["title"]) == ("zoe@home.example", ["sql", "Go"], "Engineer")
    assert found["location"] == "", "blank was chosen"


def test_each_taken_value_says_where_it_comes_from(rt: Runtime, alice: Actor, full: Two) -> None:
    made = one(rt, "SELECT created_at FROM profiles WHERE id = %s", full.b)["created_at"]
    done = merges.merge(rt, alice, full.pair, {"company": "b", "title": "b"})
    found = {row["field"]: row for row in rows(rt, "SELECT * FROM profile_fields WHERE profile_id = %s", full.a)}
    assert set(found) == {"title", "company", "location", "summary"}
    assert {(row["from_profile"], row["merge_id"]) for row in found.values()} == {(full.b, done.id)}
    # As old as it was there, not as old as the merge.
    assert (found["title"]["source"], f"{found['title']['at']:%Y-%m-%d}") == ("csv", "2026-02-05")
    assert f"{found['location']['at']:%Y-%m-%d}" == "2025-02-05"
    assert (found["company"]["source"], found["company"]["at"]) == ("csv", made)


def test_a_choice_for_something_else_is_refused(rt: Runtime, alice: Actor, two: Two) -> None:
    for choices in ({"id": "b"}, {"title": "c"}, {"title": "both"}):
        with pytest.raises(BadInput):
            merges.merge(rt, alice, two.pair, choices)
    assert rows(rt, "SELECT 1 FROM merges") == []


# -- what hangs on them ----------------------------------------------------------------------------


def test_addresses_lead_to_the_one_person_also_those_not_shown_any_more(rt: Runtime, alice: Actor, full: Two) -> None:
    merges.merge(rt, alice, full.pair, {"email": "b", "phone": "b"})
    found = rows(rt, "SELECT url_key, profile_id FROM profile_urls ORDER BY url_key")
    assert {row["profile_id"] for row in found} == {full.a}
    assert [row["url_key"] for row in found] == [
        "linkedin.com/in/zoe-a", "linkedin.com/in/zoe-b", "linkedin:ACwAAB12cdE", "mailto:zoe@acme.example",
        "mailto:zoe@home.example", "tel:41441234567"]  # fmt: skip


def test_jobs_and_studies_are_there_once(rt: Runtime, alice: Actor, full: Two) -> None:
    merges.merge(rt, alice, full.pair, {"title": "b", "company": "b"})
    jobs = rows(rt, "SELECT title, company, started_on::text, is_current, description FROM positions ORDER BY id")
    assert [tuple(job.values()) for job in jobs] == [
        ("Engineer", "Acme", "2020-01-01", False, "Wrote it"),
        ("Senior Engineer", "Acme GmbH", "2022-05-01", True, ""),
    ]
    assert [row["school"] for row in rows(rt, "SELECT school FROM educations ORDER BY id")] == ["ETH", "EPFL"]


def test_raw_data_of_both_is_kept(rt: Runtime, alice: Actor, full: Two) -> None:
    merges.merge(rt, alice, full.pair)
    found = rows(rt, "SELECT source, raw ->> 'x' AS x, raw ->> 'y' AS y FROM profile_raw ORDER BY source")
    assert [tuple(row.values()) for row in found] == [("csv", None, None), ("linkedin", "1", "3")]


def test_in_a_search_that_had_both_the_one_has_the_work_of_both(rt: Runtime, alice: Actor, full: Two) -> None:
    merges.merge(rt, alice, full.pair)
    found = one(rt, "SELECT * FROM candidates WHERE search_id = %s", full.both)
    assert (found["id"], found["profile_id"]) == (full.both_a, full.a)
    assert found["stage"] == "contacted", "the stage that was set last"
    assert found["tags"] == ["call", "x", "émigré"]
    assert found["filter_status"] == "filtered_manual", "nobody who was taken out comes back unnoticed"
    assert (float(found["score"]), found["fit"], found["note_count"]) == (8.5, "strong", 3)
    verdicts = rows(rt, "SELECT verdict FROM verdicts WHERE candidate_id = %s", full.both_a)
    assert [row["verdict"] for row in verdicts] == ["pass"], "those of the score that stays"
    assert rows(rt, "SELECT profile_count AS n FROM searches WHERE id = %s", full.both) == [{"n": 1}]
    assert len(rows(rt, "SELECT 1 AS n FROM notes WHERE candidate_id = %s", full.both_a)) == 3
    assert len(rows(rt, "SELECT 1 AS n FROM screening_items WHERE candidate_id = %s", full.both_a)) == 2


def test_in_other_searches_nothing_but_the_person_changes(rt: Runtime, alice: Actor, full: Two) -> None:
    before = one(rt, "SELECT * FROM candidates WHERE id = %s", full.right_b)
    merges.merge(rt, alice, full.pair)
    after = one(rt, "SELECT * FROM candidates WHERE id = %s", full.right_b)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"profile_id", "source", "name_key", "last_name_key", "title_key", "company_key", "location_key",
                       "years_experience", "current_tenure_months", "average_tenure_months", "skills", "search_tsv",
                       "has_email"}  # fmt: skip
    assert (after["profile_id"], after["name_key"], after["stage"]) == (full.a, "zoe example", "hired")


def test_what_was_said_about_a_third_is_said_about_the_survivor(rt: Runtime, alice: Actor, two: Two) -> None:
    third, fourth = (add_person(rt, [two.left], alice, full_name=f"Zoe {n}") for n in (3, 4))
    add_pair(rt, two.b, third)
    add_pair(rt, two.b, fourth)
    add_pair(rt, two.a, fourth, state="dismissed")
    merges.merge(rt, alice, two.pair)
    found = rows(rt, "SELECT profile_a, profile_b, state FROM duplicate_pairs ORDER BY profile_b")
    assert [tuple(row.values()) for row in found] == [
        (two.a, two.b, "merged"), (two.a, third, "open"), (two.a, fourth, "dismissed")]  # fmt: skip


def test_an_import_finds_the_one_person_by_the_others_address(rt: Runtime, alice: Actor, full: Two) -> None:
    merges.merge(rt, alice, full.pair)
    run_id = start_import(rt, alice, str(full.left), "Full name,Job title,LinkedIn URL\n"
                          "Zoe Example,Director,https://www.linkedin.com/in/zoe-b\n")  # fmt: skip
    Runner(rt, "test").execute(run_id)
    assert len(rows(rt, "SELECT id FROM profiles")) == 1
    assert profile(rt, full)["title"] == "Director"


# -- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [merges.merge, merges.dismiss])
def test_only_who_sees_both_may_decide(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, act: Callable[..., Any]
) -> None:
    with rt.db.connection() as conn:
        own, team = add_search(conn, alice, "private"), add_search(conn, alice)
    a = add_person(rt, [own], alice, full_name="Private Person")
    b = add_person(rt, [team], alice, full_name="Private Person")
    pair = add_pair(rt, a, b)
    with pytest.raises(NotFound):
        act(rt, bob, pair)
    with pytest.raises(NotFound):
        act(rt, charlie, pair)
    act(rt, alice, pair)


def test_who_may_only_look_decides_nothing(rt: Runtime, charlie: Actor, two: Two) -> None:
    before = everything(rt)
    for act in (merges.merge, merges.dismiss):
        with pytest.raises(Forbidden):
            act(rt, charlie, two.pair)
    assert everything(rt) == before


# -- not the same person ---------------------------------------------------------------------------


def test_not_the_same_person_and_back(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    before = everything(rt)
    merges.dismiss(rt, alice, two.pair)
    found = one(rt, "SELECT state, decided_by FROM duplicate_pairs")
    assert found == {"state": "dismissed", "decided_by": alice.user_id}
    with pytest.raises(Conflict, match=DECIDED):
        merges.merge(rt, bob, two.pair)
    merges.reopen(rt, bob, two.pair)
    after = everything(rt)
    assert {name for name in after if after[name] != before[name]} == {"duplicate_pairs"}
    merges.merge(rt, bob, two.pair)


# -- at the same time ------------------------------------------------------------------------------


def test_two_people_merge_the_same_pair_and_one_is_told(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    told: list[Any] = []

    def click(actor: Actor) -> None:
        try:
            told.append(merges.merge(rt, actor, two.pair))
        except ProductError as error:
            told.append(error)

    clicks = [threading.Thread(target=click, args=[actor]) for actor in (alice, bob, alice)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(type(one).__name__ for one in told) == ["Decided", "Decided", "Merge"]
    assert len(rows(rt, "SELECT id FROM merges")) == 1


def test_a_merge_waits_for_the_batch_of_an_import(rt: Runtime, job_rt: Runtime, alice: Actor, two: Two) -> None:
    done: list[Any] = []
    with rt.db.connection() as conn:
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('sourcingx people'))")
        thread = threading.Thread(target=lambda: done.append(merges.merge(job_rt, alice, two.pair)))
        thread.start()
        waiting = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: one(rt, waiting)["n"] > 0, "it does not wait")
        assert rows(rt, "SELECT id FROM merges") == []
        conn.execute("UPDATE profiles SET title = 'Director' WHERE id = %s", [two.a])
    thread.join()
    assert len(done) == 1
    assert profile(rt, two)["title"] == "Director", "what the import wrote is not lost"


def test_who_is_deleted_meanwhile_cannot_be_merged(rt: Runtime, job_rt: Runtime, alice: Actor, two: Two) -> None:
    told: list[ProductError] = []

    def click() -> None:
        try:
            merges.merge(job_rt, alice, two.pair)
        except ProductError as error:
            told.append(error)

    with rt.db.connection() as conn:
        conn.execute("DELETE FROM profiles WHERE id = %s", [two.b])
        thread = threading.Thread(target=click)
        thread.start()
        until(lambda: one(rt, "SELECT count(*) AS n FROM pg_locks WHERE NOT granted")["n"] > 0, "it does not wait")
    thread.join()
    assert [error.message for error in told] == [GONE]
    assert rows(rt, "SELECT id FROM merges") == []


LAST = "ffffffff-ffff-4fff-bfff-ffffffffffff"  # after all others in the order of locks


def comparison(rt: Runtime, actor: Actor, person: int) -> None:
    """Others are compared with someone, in a search that is locked after all others."""
    rows(rt, "INSERT INTO searches (id, user_id, title) VALUES (%s, %s, 'Compared')", LAST, actor.user_id)
    rows(rt, "WITH m AS (INSERT INTO matches (search_id, kind, definition, created_by)"
             " VALUES (%s, 'people', sha256('one'), %s) RETURNING id)"
             " INSERT INTO match_people (match_id, profile_id, liked) SELECT m.id, %s, true FROM m",
         LAST, actor.user_id, person)  # fmt: skip


def whoever_has_the_first_search_gets_the_last(rt: Runtime, two: Two, act: Callable[[], Any]) -> list[Any]:
    """`act` waits for the first search, and has taken none that comes after it: else two would wait for each other."""
    done: list[Any] = []
    with rt.db.connection() as conn:
        lock = "SELECT id FROM searches WHERE id = %s FOR NO KEY UPDATE NOWAIT"
        conn.execute(lock, [min(two.both, two.left, two.right)])
        thread = threading.Thread(target=lambda: done.append(act()))
        thread.start()
        until(lambda: one(rt, "SELECT count(*) AS n FROM pg_locks WHERE NOT granted")["n"] > 0, "it does not wait")
        conn.execute(lock, [LAST])
    thread.join()
    return done


def test_a_merge_and_a_change_of_many_searches_take_turns(rt: Runtime, job_rt: Runtime, alice: Actor, two: Two) -> None:
    comparison(rt, alice, two.b)
    (done,) = whoever_has_the_first_search_gets_the_last(rt, two, lambda: merges.merge(job_rt, alice, two.pair))
    assert one(rt, "SELECT profile_id FROM match_people")["profile_id"] == two.a
    (back,) = whoever_has_the_first_search_gets_the_last(rt, two, lambda: merges.undo(job_rt, alice, done.id))
    assert back.kept == {} and one(rt, "SELECT profile_id FROM match_people")["profile_id"] == two.b


def test_nobody_is_merged_in_the_middle_of_a_screening(rt: Runtime, alice: Actor, full: Two) -> None:
    add = "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('screen', %s, %s, 'running') RETURNING id"
    run = one(rt, add, full.both, alice.user_id)["id"]
    rows(rt, "INSERT INTO screening_items (run_id, candidate_id, state) VALUES (%s, %s, 'leased')", run, full.both_b)
    before = everything(rt)
    with pytest.raises(Conflict, match=SCREENING):
        merges.merge(rt, alice, full.pair)
    assert everything(rt) == before
    rows(rt, "UPDATE runs SET state = 'cancelled' WHERE id = %s", run)
    merges.merge(rt, alice, full.pair)
