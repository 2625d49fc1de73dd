"""Finding people who may be one: by the button, after an import, again and again."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

import pytest

from services.access.identity import Actor
from services.errors import BadInput, Conflict, Forbidden
from services.people import duplicates, duplicates_job, merges
from services.people.identity_keys import LISTED, Facts
from services.people.identity_score import score
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.change_runs import kill_at, work, work_with
from tests.labelled_pairs import labelled
from tests.people import add_search
from tests.two_people import add_pair, add_person, one, rows

ADD = """INSERT INTO profiles (full_name, title, company, location, country, email, phone, skills)
VALUES (%(full_name)s, %(title)s, %(company)s, %(location)s, %(country)s, %(email)s, %(phone)s, %(skills)s)
RETURNING id"""


def find(rt: Runtime, actor: Actor) -> dict[str, Any]:
    run_id = duplicates.start_find(rt, actor)
    work(rt, run_id)
    return runs.get_run(rt, actor, run_id)


def compared(run: dict[str, Any]) -> tuple[int, int]:
    """How many people were compared, and how many pairs that gave."""
    return run["done"], run["counts"]["pairs"]


def pairs(rt: Runtime) -> list[tuple[int, int]]:
    found = rows(rt, "SELECT profile_a, profile_b FROM duplicate_pairs ORDER BY 1, 2")
    return [(row["profile_a"], row["profile_b"]) for row in found]


def add_facts(rt: Runtime, person: Facts) -> int:
    """A profile that has these facts."""
    values = asdict(person)
    urls, companies = values.pop("public_urls"), values.pop("companies")
    values["skills"] = list(values.pop("skills"))
    del values["profile_id"]
    with rt.db.connection() as conn:
        row = conn.execute(ADD, values).fetchone()
        assert row is not None
        for url in urls:
            conn.execute("INSERT INTO profile_urls VALUES (%s, %s) ON CONFLICT DO NOTHING", [url, row["id"]])
        for company in companies:
            conn.execute("INSERT INTO positions (profile_id, company) VALUES (%s, %s)", [row["id"], company])
    return int(row["id"])


@pytest.fixture
def ana(rt: Runtime) -> tuple[int, int]:
    """Twice the same, and someone else."""
    a = add_facts(rt, Facts(0, "Ana Lima", title="Engineer", company="Acme", location="Lisbon"))
    b = add_facts(rt, Facts(0, "Lima, Ana", title="Sr. Engineer", company="ACME GmbH"))
    add_facts(rt, Facts(0, "Ben Okoro", title="Engineer", company="Acme", location="Lisbon"))
    return a, b


# -- what is found ---------------------------------------------------------------------------------


def test_who_may_be_one_person_is_listed_and_nobody_is_merged(rt: Runtime, alice: Actor, ana: tuple[int, int]) -> None:
    run = find(rt, alice)
    assert (run["state"], run["done"], run["total"], run["counts"]) == ("done", 3, 3, {"pairs": 1})
    found = one(rt, "SELECT * FROM duplicate_pairs")
    assert (found["profile_a"], found["profile_b"], found["state"]) == (*ana, "open")
    assert found["score"] >= 90
    assert found["reasons"] == ["name_same", "company_same", "title_same"]
    assert len(rows(rt, "SELECT id FROM profiles")) == 3


def test_the_labelled_set_is_found_as_it_is_scored(rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """588 people in a database: blocking in SQL finds what comparing everyone with everyone would."""
    monkeypatch.setattr(duplicates_job, "BATCH", 100)
    expected, known = set(), {}
    for pair in labelled(10, seed=104):
        a, b = add_facts(rt, pair.a), add_facts(rt, pair.b)
        known[a, b] = pair
        if score(pair.a, pair.b).value >= LISTED:
            expected.add((a, b))
    find(rt, alice)
    found = set(pairs(rt)) & set(known)
    assert len(found & expected) / len(expected) >= 0.99
    right = sum(known[pair].same for pair in found)
    assert right / len(found) >= 0.91
    assert right / sum(pair.same for pair in known.values()) >= 0.93


def test_who_was_compared_is_not_compared_again_until_something_changes(
    rt: Runtime, alice: Actor, ana: tuple[int, int]
) -> None:
    find(rt, alice)
    assert compared(find(rt, alice)) == (0, 0)
    c = add_facts(rt, Facts(0, "Ana Lima", title="Engineer", company="Acme"))
    assert compared(find(rt, alice)) == (1, 2)
    assert pairs(rt) == [(ana[0], ana[1]), (ana[0], c), (ana[1], c)]
    rows(
        rt, "UPDATE profiles SET full_name = 'Bea Costa', company = 'Globex', updated_at = now() WHERE id = %s", ana[0]
    )
    assert compared(find(rt, alice)) == (1, 0)
    assert pairs(rt) == [(ana[1], c)], "they are not alike any more"


def test_what_people_said_stays_said(rt: Runtime, alice: Actor, ana: tuple[int, int]) -> None:
    find(rt, alice)
    rows(rt, "UPDATE duplicate_pairs SET state = 'dismissed', decided_by = %s", alice.user_id)
    rows(rt, "UPDATE profiles SET title = 'Director', updated_at = now() WHERE id = %s", ana[0])
    find(rt, alice)
    assert one(rt, "SELECT state FROM duplicate_pairs")["state"] == "dismissed"


def test_new_rules_compare_everyone_again(
    rt: Runtime, alice: Actor, ana: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    find(rt, alice)
    monkeypatch.setattr(duplicates_job, "RULES", 2)
    assert compared(find(rt, alice))[0] == 3


def test_what_too_many_have_in_common_is_left_out(rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates_job, "MOST_IN_BLOCK", 4)
    for n in range(6):
        add_facts(rt, Facts(0, "Ana Lima", company=f"Company{n}", title="Engineer", location="Lisbon"))
    a = add_facts(rt, Facts(0, "Ana Lima", company="Acme"))
    b = add_facts(rt, Facts(0, "Ana Lima", company="Acme"))
    find(rt, alice)
    assert pairs(rt) == [(a, b)], "their employer is the key that they have for themselves"


def test_pairs_of_people_who_are_gone_go_too(rt: Runtime, alice: Actor, ana: tuple[int, int]) -> None:
    find(rt, alice)
    rows(rt, "DELETE FROM profiles WHERE id = %s", ana[0])
    find(rt, alice)
    assert pairs(rt) == []


# -- a job like others -----------------------------------------------------------------------------


def test_a_run_that_was_killed_goes_on_behind_its_last_batch(
    rt: Runtime, alice: Actor, ana: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates_job, "BATCH", 1)
    run_id = duplicates.start_find(rt, alice)
    kill_at(rt, run_id, 3)
    assert one(rt, "SELECT count(*) AS n FROM identity_checks")["n"] == 2
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["done"], run["total"], run["counts"]) == (3, 3, {"pairs": 1})
    assert pairs(rt) == [ana]


def test_a_cancelled_run_keeps_what_it_found(
    rt: Runtime, alice: Actor, ana: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates_job, "BATCH", 2)
    run_id = duplicates.start_find(rt, alice)
    handle = work_with(rt, run_id, 2, lambda: handle_cancel(rt, alice, run_id))
    assert handle.run_id == run_id
    assert pairs(rt) == [ana]


def handle_cancel(rt: Runtime, actor: Actor, run_id: int) -> None:
    runs.cancel_run(rt, actor, run_id)


def test_somebody_who_is_merged_away_between_two_batches_is_no_obstacle(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
    for _ in range(3):
        add_person(rt, [search], alice, full_name="Ana Lima", company="Acme")
    monkeypatch.setattr(duplicates_job, "BATCH", 2)
    run_id = duplicates.start_find(rt, alice)

    def merge_the_first_two() -> None:
        merges.merge(rt, alice, one(rt, "SELECT id FROM duplicate_pairs")["id"])

    work_with(rt, run_id, 2, merge_the_first_two)
    assert runs.get_run(rt, alice, run_id)["state"] == "done"
    assert pairs(rt) == [(1, 2), (1, 3)]


def test_two_runs_at_once_miss_no_pair(rt: Runtime, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates_job, "BATCH", 3)
    for n in range(24):
        add_facts(rt, Facts(0, f"Ana {'Lima' if n % 2 else 'Okoro'}", company="Acme", title="Engineer"))
    first = duplicates.start_find(rt, alice)
    rows(rt, "UPDATE runs SET state = 'paused' WHERE id = %s", first)
    second = duplicates.start_find(rt, bob)
    rows(rt, "UPDATE runs SET state = 'queued' WHERE id = %s", first)
    threads = [threading.Thread(target=Runner(rt, f"slot{n}").execute, args=[n]) for n in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row["state"] for row in rows(rt, "SELECT state FROM runs")} == {"done"}
    assert len(pairs(rt)) == 2 * 12 * 11 // 2


def test_one_comparison_of_everyone_waits_at_a_time(rt: Runtime, alice: Actor, bob: Actor) -> None:
    duplicates.start_find(rt, alice)
    with pytest.raises(Conflict, match="already"):
        duplicates.start_find(rt, bob)


def test_who_may_only_look_starts_nothing(rt: Runtime, charlie: Actor) -> None:
    with pytest.raises(Forbidden):
        duplicates.start_find(rt, charlie)


# -- the list --------------------------------------------------------------------------------------


def test_only_pairs_of_people_one_may_see_are_listed(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor) -> None:
    with rt.db.connection() as conn:
        own, team = add_search(conn, alice, "private"), add_search(conn, alice)
    add_person(rt, [own], alice, full_name="Ana Lima", company="Acme")
    add_person(rt, [team], alice, full_name="Ana Lima", company="Acme")
    add_person(rt, [team], alice, full_name="Ana Lima", company="Acme")
    find(rt, alice)
    assert len(duplicates.list_pairs(rt, alice).pairs) == 3
    (seen,) = duplicates.list_pairs(rt, bob).pairs
    assert (seen.a.profile_id, seen.b.profile_id, seen.editable) == (2, 3, True)
    (looked_at,) = duplicates.list_pairs(rt, charlie).pairs
    assert not looked_at.editable
    assert [place.search_id for place in seen.a.places] == [team]
    assert duplicates.list_pairs(rt, bob, search_id=own).pairs == ()
    assert len(duplicates.list_pairs(rt, alice, search_id=own).pairs) == 2


def test_filters_and_pages(rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "PAGE", 2)
    with rt.db.connection() as conn:
        team = add_search(conn, alice)
    people = [add_person(rt, [team], alice, full_name="Ana Lima") for _ in range(4)]
    for n, other in enumerate(people[1:]):
        add_pair(rt, people[0], other, score=60 + 15 * n)
    first = duplicates.list_pairs(rt, alice)
    assert ([pair.score for pair in first.pairs], first.next) == ([90, 75], (75, 2))
    merges.dismiss(rt, alice, first.pairs[0].id or 0)
    second = duplicates.list_pairs(rt, alice, after=first.next)
    assert ([pair.score for pair in second.pairs], second.next) == ([60], None), "nobody is skipped"
    merges.reopen(rt, alice, first.pairs[0].id or 0)
    assert [pair.score for pair in duplicates.list_pairs(rt, alice, least=80).pairs] == [90]
    assert duplicates.list_pairs(rt, alice, state="dismissed").pairs == ()
    with pytest.raises(BadInput):
        duplicates.list_pairs(rt, alice, state="x")
    with pytest.raises(BadInput):
        duplicates.list_pairs(rt, alice, search_id="x")


def test_merged_pairs_show_who_they_were_to_whom_may_take_it_back(rt: Runtime, alice: Actor, bob: Actor) -> None:
    with rt.db.connection() as conn:
        team = add_search(conn, alice)
    add_person(rt, [team], alice, full_name="Ana Lima", company="Acme")
    add_person(rt, [team], alice, full_name="Lima, Ana", company="ACME AG")
    find(rt, alice)
    (pair,) = duplicates.list_pairs(rt, alice).pairs
    assert pair.id is not None
    done = merges.merge(rt, alice, pair.id)
    (merged,) = duplicates.list_pairs(rt, alice, state="merged").pairs
    assert (merged.merge_id, merged.decided_by, merged.later) == (done.id, "Alice Owner", False)
    assert (merged.a.values["full_name"], merged.b.values["full_name"]) == ("Ana Lima", "Lima, Ana")
    assert duplicates.list_pairs(rt, bob, state="merged").pairs == ()
    assert duplicates.list_pairs(rt, alice).pairs == ()
