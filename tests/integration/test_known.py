"""Already known: what the grid, the drawer and an import say of people who are in other searches, too."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from services.access.identity import Actor
from services.decisions import candidates
from services.decisions.candidates import action_of
from services.grid import result_sets
from services.grid.grid_view import View
from services.people import known, merges, person
from services.runtime import Runtime
from tests.archives import archive, restore
from tests.explained import Explained
from tests.people import add_search
from tests.two_people import Two, add_person, candidate, laden, one, rows, two_people


@pytest.fixture
def team(rt: Runtime, alice: Actor) -> list[uuid.UUID]:
    """Three searches that everyone sees, then one of Alice's own."""
    with rt.db.connection() as conn:
        return [*(add_search(conn, alice) for _ in range(3)), add_search(conn, alice, "private")]


def page(rt: Runtime, actor: Actor, search: uuid.UUID) -> list[dict[str, Any]]:
    return result_sets.fetch_page(rt, actor, View.of(search), None, 0, 100).rows


def mark(rt: Runtime, actor: Actor, search: uuid.UUID) -> Any:
    (row,) = page(rt, actor, search)
    return row["known"]


# -- the grid --------------------------------------------------------------------------------------


def test_somebody_who_is_nowhere_else_has_no_mark(rt: Runtime, alice: Actor, team: list[uuid.UUID]) -> None:
    add_person(rt, team[:1], alice, full_name="Ana Lima")
    assert mark(rt, alice, team[0]) is None


def test_the_mark_says_where_how_far_and_by_whom(rt: Runtime, alice: Actor, bob: Actor, team: list[uuid.UUID]) -> None:
    profile = add_person(rt, team[:3], alice, full_name="Ana Lima")
    other = candidate(rt, team[2], profile)
    candidates.change(rt, bob, team[2], [other], action_of("stage", "contacted"), None)
    rows(rt, "UPDATE searches SET title = 'Leads' WHERE id = %s", team[2])
    found = mark(rt, alice, team[0])
    assert found["searches"] == 2
    first, second = found["places"]
    assert (first["title"], first["stage"], first["by"]) == ("Leads", "contacted", "Bob Teammate")
    assert first["stage_at"] and first["screened_at"] is None
    assert (second["title"], second["stage"], second["by"]) == ("Backend Bern", "new", None)


def test_who_screened_someone_is_said(rt: Runtime, alice: Actor, bob: Actor) -> None:
    two = two_people(rt, alice)
    laden(rt, two, alice, bob)
    (place,) = mark(rt, alice, two.right)["places"]
    assert (place["stage"], place["screened_by"]) == ("contacted", "Alice Owner")
    assert place["screened_at"].startswith("2026-03-01")


def test_a_search_that_is_hidden_from_someone_leaves_no_trace(
    rt: Runtime, alice: Actor, bob: Actor, team: list[uuid.UUID]
) -> None:
    profile = add_person(rt, [team[0], team[3]], alice, full_name="Ana Lima")
    assert mark(rt, alice, team[0])["searches"] == 1
    assert mark(rt, bob, team[0]) is None
    seen = person.person(rt, bob, team[0], candidate(rt, team[0], profile))
    assert seen.known == ()
    with rt.db.connection() as conn:
        assert known.count_known(conn, [profile], team[0], bob) == 0
        assert known.count_known(conn, [profile], team[0], alice) == 1


def test_three_places_are_named_and_all_are_counted(rt: Runtime, alice: Actor) -> None:
    with rt.db.connection() as conn:
        many = [add_search(conn, alice) for _ in range(6)]
    add_person(rt, many, alice, full_name="Ana Lima")
    found = mark(rt, alice, many[0])
    assert (found["searches"], len(found["places"])) == (5, 3)


def test_a_row_that_is_written_anew_keeps_its_mark(rt: Runtime, alice: Actor, team: list[uuid.UUID]) -> None:
    profile = add_person(rt, team[:2], alice, full_name="Ana Lima")
    (row,), _ = result_sets.rows_of(rt, alice, View.of(team[0]), [candidate(rt, team[0], profile)])
    assert row["known"]["searches"] == 1


def test_the_marks_of_a_page_are_read_by_keys(rt: Runtime, alice: Actor, team: list[uuid.UUID]) -> None:
    """At 20,000 people in two searches: no table and no search is read from end to end."""
    rows(rt, "INSERT INTO profiles (full_name) SELECT 'Person ' || n FROM generate_series(1, 20000) AS n")
    for search in team[:2]:
        rows(
            rt,
            "SELECT count(*) FROM add_candidates(%s, (SELECT array_agg(id) FROM profiles), %s)",
            search,
            alice.user_id,
        )
    with rt.db.connection() as conn:
        conn.execute("ANALYZE candidates")
        conn.execute("ANALYZE profiles")
    explained = Explained(rt.db, "known")
    ids = [row["id"] for row in rows(rt, "SELECT id FROM candidates WHERE search_id = %s LIMIT 100", team[0])]
    with explained.connection() as conn:
        assert len(known.marks(conn, alice, team[0], ids)) == 100
    (plan,) = explained.of("fetch_marks")
    assert {"candidates_pkey", "candidates_profile"} <= plan.indexes
    read = [
        node
        for node in plan.nodes("Scan")
        if node.get("Relation Name") in ("candidates", "profiles", "changes", "verdicts")
    ]
    assert all(node["Node Type"] != "Seq Scan" for node in read if node["Relation Name"] == "candidates"), plan


@pytest.mark.parametrize("tier", ["warm", "cold"])
def test_an_archived_search_still_says_who_is_known(
    rt: Runtime, alice: Actor, bob: Actor, team: list[uuid.UUID], tier: str
) -> None:
    profile = add_person(rt, team[:2], alice, full_name="Ana Lima")
    candidates.change(rt, bob, team[1], [candidate(rt, team[1], profile)], action_of("stage", "contacted"), None)
    hidden = add_person(rt, [team[0], team[3]], alice, full_name="Ben Okoro")
    for search in (team[1], team[3]):
        archive(rt, alice, search, tier)

    marks = {row["full_name"]: row["known"] for row in page(rt, bob, team[0])}
    assert (marks["Ana Lima"]["searches"], marks["Ben Okoro"]) == (1, None)
    (place,) = marks["Ana Lima"]["places"]
    assert (place["stage"], place["archived"]) == ("contacted", True)
    (told,) = person.person(rt, bob, team[0], candidate(rt, team[0], profile)).known
    assert (told.search_id, told.stage, told.archived) == (team[1], "contacted", True)
    with rt.db.connection() as conn:
        assert known.count_known(conn, [profile, hidden], team[0], bob) == 1
        assert known.count_known(conn, [profile, hidden], team[0], alice) == 2
    restore(rt, alice, team[1])
    assert mark_of(rt, bob, team[0], "Ana Lima")["places"][0]["archived"] is False


def mark_of(rt: Runtime, actor: Actor, search: uuid.UUID, name: str) -> Any:
    return next(row["known"] for row in page(rt, actor, search) if row["full_name"] == name)


# -- the drawer ------------------------------------------------------------------------------------


def test_the_drawer_lists_the_other_searches(rt: Runtime, alice: Actor, bob: Actor, team: list[uuid.UUID]) -> None:
    profile = add_person(rt, team[:3], alice, full_name="Ana Lima")
    other = candidate(rt, team[1], profile)
    candidates.change(rt, bob, team[1], [other], action_of("stage", "interviewing"), None)
    found = person.person(rt, alice, team[0], candidate(rt, team[0], profile)).known
    assert [(k.search_id, k.stage, k.stage_by) for k in found] == [
        (team[1], "interviewing", "Bob Teammate"), (team[2], "new", None)]  # fmt: skip


def test_the_drawer_says_where_each_value_comes_from(rt: Runtime, alice: Actor, team: list[uuid.UUID]) -> None:
    profile = add_person(rt, team[:1], alice, full_name="Ana Lima", title="Engineer", source="linkedin")
    rows(rt, "UPDATE profiles SET created_at = '2025-01-01' WHERE id = %s", profile)
    with rt.db.connection() as conn:
        known.from_source(conn, "csv")
        conn.execute("UPDATE profiles SET title = 'Director', email = 'ana@example.com'")
    found = {s.field: s for s in person.person(rt, alice, team[0], candidate(rt, team[0], profile)).sources}
    assert list(found) == ["full_name", "title", "email"]
    assert (found["full_name"].source, f"{found['full_name'].at:%Y}") == ("linkedin", "2025")
    assert (found["title"].source, found["title"].at > found["full_name"].at) == ("csv", True)
    assert not any(s.merged for s in found.values())


def test_after_a_merge_the_drawer_says_what_came_from_the_other_profile(
    rt: Runtime, alice: Actor, two: Callable[[], Two]
) -> None:
    pair = two()
    merges.merge(rt, alice, pair.pair, {"title": "b"})
    shown = person.person(rt, alice, pair.left, pair.left_a)
    assert {s.field for s in shown.sources if s.merged} == {"title", "location", "summary"}
    assert [(e.field, e.who, e.undone) for e in shown.history] == [("merge", "Alice Owner", False)]


@pytest.fixture
def two(rt: Runtime, alice: Actor) -> Callable[[], Two]:
    return lambda: two_people(rt, alice)


# -- an import -------------------------------------------------------------------------------------


def test_an_import_counts_who_is_known(rt: Runtime, alice: Actor, bob: Actor, team: list[uuid.UUID]) -> None:
    both = add_person(rt, team[:3], alice, full_name="Ana Lima")
    here = add_person(rt, team[:1], alice, full_name="Ben Okoro")
    nowhere = one(rt, "INSERT INTO profiles (full_name) VALUES ('New') RETURNING id")["id"]
    with rt.db.connection() as conn:
        assert known.count_known(conn, [both, here, nowhere], team[0], bob) == 1
        assert known.count_known(conn, [both, here, nowhere], None, bob) == 2
