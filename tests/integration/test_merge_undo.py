"""A merge that is taken back leaves everything as it was, except what somebody did since."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from services.access.identity import Actor
from services.decisions import candidates
from services.decisions.candidates import action_of
from services.errors import Conflict, Forbidden, NotFound
from services.people import merges, notes
from services.people.merges import LATER, ONCE
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.integration.test_import import start as start_import
from tests.people import add_search
from tests.two_people import Two, add_pair, add_person, everything, laden, one, rows, two_people


@pytest.fixture
def two(rt: Runtime, alice: Actor, bob: Actor) -> Two:
    found = two_people(rt, alice)
    laden(rt, found, alice, bob)
    return found


def state_of(rt: Runtime, two: Two) -> str:
    return str(one(rt, "SELECT state FROM duplicate_pairs WHERE id = %s", two.pair)["state"])


@pytest.mark.parametrize("choices", [
    {}, dict.fromkeys(merges.FIELDS, "a"), dict.fromkeys(merges.FIELDS, "b"), {"title": "b", "skills": "both"},
])  # fmt: skip
def test_everything_is_as_before_byte_for_byte(rt: Runtime, alice: Actor, two: Two, choices: dict[str, str]) -> None:
    before = everything(rt)
    done = merges.merge(rt, alice, two.pair, choices)
    assert {name for name, found in everything(rt).items() if found != before[name]} >= {
        "profiles", "profile_urls", "positions", "candidates", "notes", "verdicts", "screening_items", "overrides",
        "duplicate_pairs", "searches", "archive_people", "exclusions", "filter_flags",
    }  # fmt: skip
    assert merges.undo(rt, alice, done.id).kept == {}
    assert everything(rt) == before


def test_two_who_hang_on_nothing_are_as_before(rt: Runtime, alice: Actor) -> None:
    two = two_people(rt, alice)
    before = everything(rt)
    merges.undo(rt, alice, merges.merge(rt, alice, two.pair).id)
    assert everything(rt) == before


def test_it_can_be_done_again_after_it_was_taken_back(rt: Runtime, alice: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair)
    merged = everything(rt)
    merges.undo(rt, alice, done.id)
    again = merges.merge(rt, alice, two.pair)
    assert again.id != done.id
    after = everything(rt)
    assert {name for name in merged if len(merged[name]) != len(after[name])} == set()


def test_the_versions_of_all_searches_move_on(rt: Runtime, alice: Actor, two: Two) -> None:
    def versions() -> list[int]:
        return [row["data_version"] for row in rows(rt, "SELECT data_version FROM searches ORDER BY id")]

    first = versions()
    done = merges.merge(rt, alice, two.pair)
    second = versions()
    merges.undo(rt, alice, done.id)
    assert all(b > a for a, b in zip(first, second, strict=True))
    assert all(b > a for a, b in zip(second, versions(), strict=True))


def test_both_are_in_the_audit_log_without_names(rt: Runtime, alice: Actor, two: Two) -> None:
    merges.undo(rt, alice, merges.merge(rt, alice, two.pair).id)
    found = rows(rt, "SELECT action, detail::text AS detail FROM audit_log WHERE action LIKE 'people.%%' ORDER BY id")
    assert [row["action"] for row in found] == ["people.merge", "people.unmerge"]
    assert not any("Zoe" in row["detail"] or "@" in row["detail"] for row in found)


# -- something happened since ----------------------------------------------------------------------


def test_what_an_import_changed_since_stays_with_the_survivor(rt: Runtime, alice: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair, {"title": "b", "company": "b"})
    rows(rt, "UPDATE profiles SET title = 'Director', updated_at = now() WHERE id = %s", two.a)
    rows(rt, "SELECT sync_candidates(ARRAY[%s::bigint])", two.a)
    rows(rt, "INSERT INTO profile_urls (url_key, profile_id) VALUES ('linkedin.com/in/new', %s)", two.a)
    kept = merges.undo(rt, alice, done.id).kept
    assert kept["profiles"] == 1
    own = one(rt, "SELECT title, company FROM profiles WHERE id = %s", two.a)
    assert own == {"title": "Director", "company": "Acme"}
    assert one(rt, "SELECT title FROM profiles WHERE id = %s", two.b) == {"title": "Senior Engineer"}
    assert one(rt, "SELECT profile_id FROM profile_urls WHERE url_key = 'linkedin.com/in/new'")["profile_id"] == two.a
    keys = rows(rt, "SELECT c.title_key = p.title_key AS same FROM candidates c JOIN profiles p ON p.id = c.profile_id")
    assert all(row["same"] for row in keys), "the grid's columns follow"


def test_a_stage_that_was_set_since_stays(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair)
    candidates.change(rt, bob, two.both, [two.both_a], action_of("stage", "interviewing"), None)
    candidates.change(rt, bob, two.right, [two.right_b], action_of("stage", "rejected"), None)
    assert merges.undo(rt, alice, done.id).kept == {"candidates": 1}
    assert one(rt, "SELECT stage FROM candidates WHERE id = %s", two.both_a) == {"stage": "interviewing"}
    assert one(rt, "SELECT stage FROM candidates WHERE id = %s", two.both_b) == {"stage": "contacted"}
    # The one in the other search only went along: nothing about it was merged.
    right = one(rt, "SELECT stage, profile_id FROM candidates WHERE id = %s", two.right_b)
    assert right == {"stage": "rejected", "profile_id": two.b}


def test_notes_that_were_written_since_stay_where_they_were_written(
    rt: Runtime, alice: Actor, bob: Actor, two: Two
) -> None:
    done = merges.merge(rt, alice, two.pair)
    notes.add_note(rt, bob, two.both, two.both_a, "Since then")
    merges.undo(rt, alice, done.id)
    found = rows(rt, "SELECT body, candidate_id FROM notes WHERE candidate_id = ANY (%s) ORDER BY id",
                 [two.both_a, two.both_b])  # fmt: skip
    assert [(row["body"], row["candidate_id"]) for row in found] == [
        ("Own", two.both_a), ("Other", two.both_b), ("More", two.both_b), ("Since then", two.both_a)]  # fmt: skip
    counts = rows(rt, "SELECT note_count FROM candidates WHERE id = ANY (%s) ORDER BY id", [two.both_a, two.both_b])
    assert [row["note_count"] for row in counts] == [2, 2]


def test_a_screening_since_stays_with_the_survivor(rt: Runtime, alice: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair)
    rows(rt, "UPDATE verdicts SET verdict = 'unknown', input_hash = 'new', created_at = now() WHERE candidate_id = %s",
         two.both_a)  # fmt: skip
    rows(rt, "UPDATE candidates SET score = 5, fit = 'possible', screened_at = now() WHERE id = %s", two.both_a)
    kept = merges.undo(rt, alice, done.id).kept
    assert kept["verdicts"] == 1 and kept["candidates"] == 1
    own = rows(rt, "SELECT input_hash FROM verdicts WHERE candidate_id = %s ORDER BY criterion_id", two.both_a)
    assert [row["input_hash"] for row in own] == ["new", "h"], "the other question's verdict is back"
    assert len(rows(rt, "SELECT 1 FROM verdicts WHERE candidate_id = %s", two.both_b)) == 1


def test_a_search_that_was_deleted_since_is_no_obstacle(rt: Runtime, alice: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair)
    rows(rt, "DELETE FROM searches WHERE id = %s", two.both)
    assert merges.undo(rt, alice, done.id).kept
    assert [r["search_id"] for r in rows(rt, "SELECT search_id FROM candidates WHERE profile_id = %s", two.b)] == [
        two.right
    ]
    assert state_of(rt, two) == "open"


def test_the_last_merge_of_a_person_is_taken_back_first(rt: Runtime, alice: Actor, two: Two) -> None:
    third = add_person(rt, [two.left], alice, full_name="Z. Example", title="Engineer")
    before = everything(rt)
    first = merges.merge(rt, alice, two.pair)
    second = merges.merge(rt, alice, add_pair(rt, two.a, third))
    with pytest.raises(Conflict, match=LATER):
        merges.undo(rt, alice, first.id)
    merges.undo(rt, alice, second.id)
    merges.undo(rt, alice, first.id)
    rows(rt, "DELETE FROM duplicate_pairs WHERE profile_b = %s", third)
    assert everything(rt) == before


def test_a_survivor_who_was_merged_away_comes_back_with_their_own_merge(rt: Runtime, alice: Actor, two: Two) -> None:
    older = two.a
    before = everything(rt)
    third = add_person(rt, [two.left], alice, full_name="Z. Example", title="Engineer")
    first = merges.merge(rt, alice, add_pair(rt, two.b, third))
    second = merges.merge(rt, alice, two.pair)
    # Whoever was merged into the second one is the first one now.
    assert one(rt, "SELECT living_profile(%s) AS id", third)["id"] == older
    with pytest.raises(Conflict, match=LATER):
        merges.undo(rt, alice, first.id)
    merges.undo(rt, alice, second.id)
    assert one(rt, "SELECT living_profile(%s) AS id", third)["id"] == two.b
    merges.undo(rt, alice, first.id)
    rows(rt, "DELETE FROM duplicate_pairs WHERE profile_b = %s", third)
    rows(rt, "DELETE FROM profiles WHERE id = %s", third)
    rows(rt, "UPDATE searches SET profile_count = profile_count - 1 WHERE id = %s", two.left)
    assert everything(rt) == before


def told(rt: Runtime, alice: Actor, search: uuid.UUID, content: str) -> dict[str, int]:
    run_id = start_import(rt, alice, str(search), content)
    Runner(rt, "test").execute(run_id)
    return dict(runs.get_run(rt, alice, run_id)["counts"])


@pytest.mark.parametrize("before", [False, True])
def test_a_row_that_came_meanwhile_is_asked_anew_whose_it_is(rt: Runtime, alice: Actor, before: bool) -> None:
    """before: the file was there before the merge, too, in the same words."""
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
    told(rt, alice, search, "Name,LinkedIn,Note\nBill Smith,https://linkedin.com/in/bill,own\n")
    told(rt, alice, search, "Name,Email,Note\nWilliam Smith,smith@example.com,other\n")
    row = "Name,Email,Note,Phone\nWilliam Smith,smith@example.com,new,+351 912 345 678\n"
    if before:
        told(rt, alice, search, row)
    a, b = (line["id"] for line in rows(rt, "SELECT id FROM profiles ORDER BY id"))
    done = merges.merge(rt, alice, add_pair(rt, a, b))
    assert told(rt, alice, search, row)["added"] == 0, "by the e-mail, whatever the name that is shown"
    told(rt, alice, search, "Name,LinkedIn,Own\nBill Smith,https://linkedin.com/in/bill,more\n")
    merges.undo(rt, alice, done.id)

    def phones() -> list[str]:
        return [line["phone"] for line in rows(rt, "SELECT phone FROM profiles ORDER BY id")]

    own = one(rt, "SELECT raw, row_hash FROM profile_raw WHERE profile_id = %s", a)
    # What was told since stays, what only the merge brought does not.
    assert (own["raw"]["Own"], own["raw"]["LinkedIn"], own["row_hash"]) == (
        "more",
        "https://linkedin.com/in/bill",
        None,
    )
    assert own["raw"]["Note"] == "new"
    assert "Email" not in own["raw"]
    told(rt, alice, search, row)
    assert len(phones()) == 2
    assert phones()[1] == "+351 912 345 678"
    other = one(rt, "SELECT raw FROM profile_raw WHERE profile_id = %s", b)["raw"]
    assert (other["Note"], other["Email"]) == ("new", "smith@example.com")
    assert "LinkedIn" not in other


# -- who may, and how often ------------------------------------------------------------------------


def test_a_merge_is_taken_back_once(rt: Runtime, alice: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair)
    merges.undo(rt, alice, done.id)
    with pytest.raises(Conflict, match=ONCE):
        merges.undo(rt, alice, done.id)


def test_a_colleagues_merge_is_not_mine_to_take_back_but_an_admins(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, two: Two
) -> None:
    done = merges.merge(rt, alice, two.pair)
    with pytest.raises(NotFound):
        merges.undo(rt, bob, done.id)
    assert merges.undo(rt, admin, done.id).kept == {}


def test_who_may_only_look_by_now_takes_nothing_back(rt: Runtime, alice: Actor, two: Two) -> None:
    done = merges.merge(rt, alice, two.pair)
    with pytest.raises(Forbidden):
        merges.undo(rt, Actor(alice.user_id, "viewer"), done.id)


def test_who_was_restored_since_is_out_again_with_the_reason_that_was(
    rt: Runtime, alice: Actor, bob: Actor, two: Two
) -> None:
    """The line of the ledger was closed meanwhile; who is out has an open one all the same."""
    done = merges.merge(rt, alice, two.pair)
    candidates.change(rt, bob, two.both, [two.both_a], action_of("restore", ""), None)
    assert merges.undo(rt, alice, done.id).kept == {}
    open_lines = rows(rt, "SELECT candidate_id, filter_status, rule_id IS NOT NULL AS by_rule FROM exclusions"
                          " WHERE restored_at IS NULL")  # fmt: skip
    assert open_lines == [{"candidate_id": two.both_b, "filter_status": "filtered_manual", "by_rule": True}]


def test_who_is_out_twice_is_out_once_and_twice_again(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    candidates.change(rt, bob, two.both, [two.both_a], action_of("exclude", ""), None)
    before = everything(rt)
    done = merges.merge(rt, alice, two.pair)
    lines = rows(rt, "SELECT restored_as FROM exclusions WHERE candidate_id = %s ORDER BY id", two.both_a)
    assert [line["restored_as"] for line in lines] == ["person", "merge", None]
    assert merges.undo(rt, alice, done.id).kept == {}
    assert everything(rt) == before


def test_the_app_moves_lines_within_a_search_only(rt: Runtime, alice: Actor, two: Two) -> None:
    line = one(rt, "SELECT id FROM exclusions WHERE candidate_id = %s", two.both_b)["id"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(rt, "UPDATE exclusions SET candidate_id = %s WHERE id = %s", two.both_a, line)
    rows(rt, "SELECT move_exclusion(%s, %s)", line, two.left_a)
    assert one(rt, "SELECT candidate_id FROM exclusions WHERE id = %s", line) == {"candidate_id": two.both_b}


# -- nothing is forgotten --------------------------------------------------------------------------


def test_every_table_that_refers_to_people_or_candidates_is_known(rt: Runtime, alice: Actor, two: Two) -> None:
    """A new table with such a reference would lose its rows in a merge: a row of identity_tables is for it."""
    # Vectors are made anew for whoever comes back, and their partitions come and go (0026_embeddings.sql).
    found = rows(rt, "SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f'"
                     " AND confrelid IN ('profiles'::regclass, 'candidates'::regclass)"
                     " AND conrelid::regclass::text NOT LIKE 'profile\\_embeddings%%'")  # fmt: skip
    seen = rows(rt, "SELECT DISTINCT r ->> 't' AS name FROM jsonb_array_elements(identity_snapshot("
                    "(SELECT array_agg(id) FROM profiles), (SELECT array_agg(id) FROM candidates))) AS r")  # fmt: skip
    known = {row["name"] for row in seen} | {"merges"}
    assert {row["name"] for row in found} <= known
    # Ledger and log have no foreign keys (0019_ledger_by_statement.sql).
    assert known == {row["name"] for row in found} | {"profiles", "duplicate_pairs", "changes", "exclusions"}


def put_away(rt: Runtime, alice: Actor, archive: int, state: str = "archived") -> None:
    """A search of its own, whose archive has this id."""
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
    rows(rt, "INSERT INTO archives (id, search_id, state, tier, made_by) OVERRIDING SYSTEM VALUE"
             " VALUES (%s, %s, %s, 'warm', %s)", archive, search, state, alice.user_id)  # fmt: skip


def test_a_try_to_archive_that_failed_is_no_obstacle(rt: Runtime, alice: Actor, two: Two) -> None:
    """Its index is there until the night."""
    put_away(rt, alice, 1, "writing")
    rows(rt, "UPDATE archive_people SET archive_id = 1, place = 2")
    rows(rt, "INSERT INTO archive_people (archive_id, place, candidate_id, profile_id, filter_status, stage,"
             " note_count, tags) VALUES (1, 1, %s, %s, 'active', 'new', 0, '{}')", two.both_a, two.a)  # fmt: skip
    done = merges.merge(rt, alice, two.pair)
    assert merges.undo(rt, alice, done.id).kept == {}


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_search_that_is_being_archived_is_one(rt: Runtime, alice: Actor, two: Two, state: str) -> None:
    put_away(rt, alice, 1, "writing")
    run = one(rt, "INSERT INTO runs (user_id, kind, state, search_id) SELECT %s, 'archive', %s, search_id"
                  " FROM archives RETURNING id", alice.user_id, state)  # fmt: skip
    rows(rt, "UPDATE archives SET run_id = %s", run["id"])
    rows(rt, "UPDATE archive_people SET archive_id = 1, place = 2")
    rows(rt, "INSERT INTO archive_people (archive_id, place, candidate_id, profile_id, filter_status, stage,"
             " note_count, tags) VALUES (1, 1, %s, %s, 'active', 'new', 0, '{}')", two.both_a, two.a)  # fmt: skip
    with pytest.raises(merges.Decided, match="Restore it first, then merge"):
        merges.merge(rt, alice, two.pair)
