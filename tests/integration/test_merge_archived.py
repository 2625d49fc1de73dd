"""People of archived searches who are merged, and merges that are taken back after an archive."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.access.identity import Actor
from services.archive import archives
from services.decisions import candidates
from services.decisions.candidates import action_of
from services.people import merges, notes
from services.people.merges import Decided
from services.runtime import Runtime
from tests.archives import archive, restore
from tests.two_people import Two, everything, one, rows, two_people

# What an archive writes about itself.
APART = {"runs", "archives", "archive_people", "archive_leftovers", "searches"}


@pytest.fixture
def two(rt: Runtime, alice: Actor, bob: Actor) -> Two:
    """With a stage, tags and notes, done by people."""
    found = two_people(rt, alice)
    for search, member in ((found.both, found.both_a), (found.both, found.both_b), (found.right, found.right_b)):
        candidates.change(rt, bob, search, [member], action_of("stage", "contacted"))
        candidates.change(rt, alice, search, [member], action_of("tag_add", f"tag {member}"))
        notes.add_note(rt, bob, search, member, f"Note {member}")
    return found


def work_of(rt: Runtime) -> dict[str, list[str]]:
    return {name: lines for name, lines in everything(rt).items() if name not in APART}


def whose(rt: Runtime, search: UUID) -> list[int]:
    found = rows(rt, "SELECT p.profile_id FROM archive_people p JOIN archives a ON a.id = p.archive_id"
                     " WHERE a.search_id = %s ORDER BY 1", search)  # fmt: skip
    return [row["profile_id"] for row in found]


def test_merged_while_archived_and_taken_back_while_archived(rt: Runtime, alice: Actor, two: Two) -> None:
    before = work_of(rt)
    archive(rt, alice, two.right)
    done = merges.merge(rt, alice, two.pair)
    assert whose(rt, two.right) == [two.a]
    assert merges.undo(rt, alice, done.id).kept == {}
    assert whose(rt, two.right) == [two.b]
    restore(rt, alice, two.right)
    assert work_of(rt) == before


def test_merged_while_archived_and_taken_back_after_the_restore(rt: Runtime, alice: Actor, two: Two) -> None:
    before = work_of(rt)
    archive(rt, alice, two.right)
    done = merges.merge(rt, alice, two.pair)
    restore(rt, alice, two.right)
    found = one(rt, "SELECT profile_id, name_key FROM candidates WHERE id = %s", two.right_b)
    assert found == {"profile_id": two.a, "name_key": "zoe example"}, "it came back as the one person"
    assert merges.undo(rt, alice, done.id).kept == {}
    assert work_of(rt) == before


def test_archived_since_and_taken_back_while_archived(rt: Runtime, alice: Actor, two: Two) -> None:
    before = work_of(rt)
    done = merges.merge(rt, alice, two.pair)
    archive(rt, alice, two.right)
    assert whose(rt, two.right) == [two.a]
    assert merges.undo(rt, alice, done.id).kept == {}
    assert whose(rt, two.right) == [two.b]
    shown = archives.preview(rt, alice, two.right).rows
    assert [row["full_name"] for row in shown] == ["Zoe M. Example"]
    restore(rt, alice, two.right)
    assert work_of(rt) == before, "the grid's columns, too, are those of the other one again"


def test_archived_and_restored_since(rt: Runtime, alice: Actor, two: Two) -> None:
    before = work_of(rt)
    done = merges.merge(rt, alice, two.pair)
    for search in (two.both, two.right, two.left):
        archive(rt, alice, search)
    for search in (two.left, two.right, two.both):
        restore(rt, alice, search)
    assert merges.undo(rt, alice, done.id).kept == {}
    assert work_of(rt) == before


def test_two_in_one_archived_search_are_merged_once_it_is_restored(
    rt: Runtime, alice: Actor, bob: Actor, two: Two
) -> None:
    archive(rt, alice, two.both)
    before = everything(rt)
    with pytest.raises(Decided, match="Restore it first, then merge them") as told:
        merges.merge(rt, bob, two.pair)
    assert str(one(rt, "SELECT title FROM searches WHERE id = %s", two.both)["title"]) in told.value.message
    one(rt, "UPDATE searches SET visibility = 'private' WHERE id = %s RETURNING id", two.both)
    with pytest.raises(Decided, match=r"not shared with you \(ask an admin\)"):
        merges.merge(rt, bob, two.pair)
    one(rt, "UPDATE searches SET visibility = 'team' WHERE id = %s RETURNING id", two.both)
    assert everything(rt) == before
    restore(rt, alice, two.both)
    merges.merge(rt, bob, two.pair)


def test_where_two_became_one_the_search_is_restored_before_the_merge_is_taken_back(
    rt: Runtime, alice: Actor, two: Two
) -> None:
    before = work_of(rt)
    done = merges.merge(rt, alice, two.pair)
    archive(rt, alice, two.both)
    merged = everything(rt)
    with pytest.raises(Decided, match="was archived since"):
        merges.undo(rt, alice, done.id)
    assert everything(rt) == merged
    restore(rt, alice, two.both)
    assert merges.undo(rt, alice, done.id).kept == {}
    assert work_of(rt) == before


def test_a_merge_while_a_failed_archive_left_its_index_is_not_refused(rt: Runtime, alice: Actor, two: Two) -> None:
    rows(rt, "INSERT INTO archive_people (archive_id, place, candidate_id, profile_id, filter_status, stage,"
             " note_count, tags) SELECT 77, row_number() OVER (), id, profile_id, 'active', 'new', 0, '{}'"
             " FROM candidates"
             " WHERE search_id = %s", two.both)  # fmt: skip
    merges.merge(rt, alice, two.pair)
