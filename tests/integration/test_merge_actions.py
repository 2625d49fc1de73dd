"""Actions and merges in any order: who did what stays known, and each can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from services.access.identity import Actor
from services.decisions import candidates, undo
from services.decisions.candidates import action_of
from services.people import known, merges
from services.people.person import person
from services.runtime import Runtime
from tests.two_people import Two, everything, one, rows, two_people


@pytest.fixture
def two(rt: Runtime, alice: Actor) -> Two:
    return two_people(rt, alice)


def act(rt: Runtime, actor: Actor, two: Two, members: list[int], action: str, value: str = "") -> int:
    done = candidates.change(rt, actor, two.both, members, action_of(action, value))
    assert done.batch_id is not None
    return done.batch_id


def taken_back(rt: Runtime, actor: Actor, batch: int) -> tuple[int, int]:
    """How many got back what they had, and how many were left alone since someone changed them."""
    done = undo.undo(rt, actor, batch).done
    assert done is not None and done.skipped_gone == 0
    return done.changed, done.skipped_changed


def now(rt: Runtime, member: int, column: str) -> Any:
    return one(rt, f"SELECT {column} AS value FROM candidates WHERE id = %s", member)["value"]


def stage_by(rt: Runtime, actor: Actor, two: Two) -> str | None:
    """Whom another search of the same person names."""
    with rt.db.connection() as conn:
        found = known.elsewhere(conn, actor, two.left, two.a, 10)
        marks = known.marks(conn, actor, two.left, [two.left_a])
    (place,) = [place for place in found if place.search_id == two.both]
    assert marks[str(two.left_a)]["places"][0]["by"] == place.stage_by
    return place.stage_by


def test_the_one_who_set_the_stage_that_stays_is_named(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    act(rt, alice, two, [two.both_a], "stage", "shortlisted")
    act(rt, bob, two, [two.both_b], "stage", "contacted")
    merges.merge(rt, alice, two.pair)
    assert now(rt, two.both_a, "stage") == "contacted"
    assert stage_by(rt, alice, two) == "Bob Teammate"


def test_who_set_another_stage_last_is_not_named(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    act(rt, bob, two, [two.both_b], "stage", "contacted")
    act(rt, alice, two, [two.both_a], "stage", "shortlisted")
    act(rt, alice, two, [two.both_a], "stage", "new")
    merges.merge(rt, alice, two.pair)
    assert (now(rt, two.both_a, "stage"), stage_by(rt, alice, two)) == ("contacted", "Bob Teammate")


def test_the_history_of_both_is_the_one_persons(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    act(rt, alice, two, [two.both_a], "stage", "shortlisted")
    act(rt, bob, two, [two.both_b], "stage", "contacted")
    merges.merge(rt, alice, two.pair)
    events = person(rt, alice, two.both, two.both_a).history
    said = [(event.who, event.old, event.new) for event in events if event.field == "stage"]
    assert said == [("Bob Teammate", "shortlisted", "contacted"), ("Alice Owner", "new", "shortlisted")]
    assert rows(rt, "SELECT 1 FROM changes WHERE candidate_id = %s", two.both_b) == []


# -- action, merge, Undo of the action -------------------------------------------------------------


def test_an_action_on_the_folded_one_is_taken_back_for_the_survivor(
    rt: Runtime, alice: Actor, bob: Actor, two: Two
) -> None:
    act(rt, alice, two, [two.both_a], "stage", "shortlisted")
    batch = act(rt, bob, two, [two.both_b], "stage", "contacted")
    merges.merge(rt, alice, two.pair)
    assert taken_back(rt, bob, batch) == (1, 0)
    assert now(rt, two.both_a, "stage") == "shortlisted", "as if Bob had not done it"


def test_an_action_on_the_survivor_falls_back_to_the_others_stage(
    rt: Runtime, alice: Actor, bob: Actor, two: Two
) -> None:
    act(rt, bob, two, [two.both_b], "stage", "contacted")
    batch = act(rt, alice, two, [two.both_a], "stage", "shortlisted")
    merges.merge(rt, alice, two.pair)
    assert taken_back(rt, alice, batch) == (1, 0)
    assert now(rt, two.both_a, "stage") == "contacted"


def test_tags_of_either_are_taken_back_and_the_others_stay(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    act(rt, alice, two, [two.both_a], "tag_add", "call")
    first = act(rt, bob, two, [two.both_b], "tag_add", "go")
    second = act(rt, bob, two, [two.both_b], "tag_add", "émigré")
    merges.merge(rt, alice, two.pair)
    assert now(rt, two.both_a, "tags") == ["call", "go", "émigré"]
    assert taken_back(rt, bob, second) == (1, 0)
    assert taken_back(rt, bob, first) == (1, 0)
    assert now(rt, two.both_a, "tags") == ["call"]


def test_one_action_on_both_is_taken_back_once(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    act(rt, alice, two, [two.both_b], "tag_add", "go")
    staged = act(rt, bob, two, [two.both_a, two.both_b], "stage", "contacted")
    tagged = act(rt, bob, two, [two.both_a, two.both_b], "tag_add", "call")
    merges.merge(rt, alice, two.pair)
    assert now(rt, two.both_a, "tags") == ["call", "go"]
    assert (taken_back(rt, bob, tagged), taken_back(rt, bob, staged)) == ((1, 0), (1, 0))
    assert (now(rt, two.both_a, "tags"), now(rt, two.both_a, "stage")) == (["go"], "new")


def test_who_was_taken_out_as_one_of_the_two_comes_back_in(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    batch = act(rt, bob, two, [two.both_b], "exclude")
    merges.merge(rt, alice, two.pair)
    assert now(rt, two.both_a, "filter_status") == "filtered_manual"
    assert taken_back(rt, bob, batch) == (1, 0)
    assert now(rt, two.both_a, "filter_status") == "active"


# -- and Undo of the merge -------------------------------------------------------------------------


def test_undo_of_the_merge_after_actions_on_both_is_byte_for_byte(
    rt: Runtime, alice: Actor, bob: Actor, two: Two
) -> None:
    act(rt, alice, two, [two.both_a], "stage", "shortlisted")
    act(rt, bob, two, [two.both_b], "stage", "contacted")
    act(rt, bob, two, [two.both_a, two.both_b], "tag_add", "call")
    act(rt, bob, two, [two.both_b], "tag_add", "go")
    undo.undo(rt, bob, act(rt, bob, two, [two.both_a, two.both_b], "exclude"))
    before = everything(rt)
    done = merges.merge(rt, alice, two.pair)
    assert everything(rt)["changes"] != before["changes"]
    assert merges.undo(rt, alice, done.id).kept == {}
    assert everything(rt) == before


def test_action_merge_undo_of_the_action_undo_of_the_merge(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    act(rt, alice, two, [two.both_a], "stage", "shortlisted")
    batch = act(rt, bob, two, [two.both_b], "stage", "contacted")
    done = merges.merge(rt, alice, two.pair)
    taken_back(rt, bob, batch)
    # The survivor has what it had before the merge anyway: nothing was left alone.
    assert merges.undo(rt, alice, done.id).kept == {}
    assert (now(rt, two.both_a, "stage"), now(rt, two.both_b, "stage")) == ("shortlisted", "contacted")
    assert one(rt, "SELECT new FROM changes WHERE candidate_id = %s", two.both_b) == {"new": "contacted"}


def test_merge_action_undo_of_the_merge_undo_of_the_action(rt: Runtime, alice: Actor, bob: Actor, two: Two) -> None:
    act(rt, alice, two, [two.both_b], "tag_add", "go")
    done = merges.merge(rt, alice, two.pair)
    batch = act(rt, bob, two, [two.both_a], "stage", "interviewing")
    tagged = act(rt, bob, two, [two.both_a], "tag_add", "call")
    assert merges.undo(rt, alice, done.id).kept == {"candidates": 1}, "tags were changed since"
    assert (now(rt, two.both_a, "stage"), now(rt, two.both_b, "stage")) == ("interviewing", "new")
    assert now(rt, two.both_b, "tags") == ["go"]
    assert (taken_back(rt, bob, tagged), taken_back(rt, bob, batch)) == ((1, 0), (1, 0))
    assert (now(rt, two.both_a, "stage"), now(rt, two.both_a, "tags")) == ("new", ["go"])
