"""Why people were rejected: asked by the bulk bar, filtered by in the panel, counted in analytics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from layouts import analytics_tables, drawer_history, facet_panel, ids, text
from services.access.identity import Actor
from services.decisions import bulk, candidates, collisions, triage, undo
from services.figures import analytics
from services.grid import facets, result_sets
from services.grid.facet_specs import Facet
from services.grid.grid_view import View
from services.people import person
from services.runs import runs
from services.runtime import Runtime
from tests.change_runs import result, work, work_with
from tests.people import Person, add_people
from tests.team import Team, answer_of, toast_of
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def team(rt: Runtime, alice: Actor) -> Team:
    return Team(rt, alice)


def reject(team: Team, client: Browser, page: dict[str, Any], reason: Any, **target: Any) -> Any:
    """As the bar asks for it."""
    request = {"n": 1, "action": "stage", "value": "rejected", "target": target, "reason": reason}
    return call(client, "change-answer.data", [(ids.CHANGE_REQUEST, "data", request)], [(ids.GRID_VIEW, "data", page)])


def counts(found: Facet) -> dict[Any, int]:
    return {value.value: value.count for value in found.values}


def facet(team: Team, actor: Actor, **filters: Any) -> Facet:
    return facets.facet(team.rt, actor, View.of(team.search, filters=filters), None, "reason_in")


def names(team: Team, actor: Actor, values: list[str | None]) -> list[str]:
    view = View.of(team.search, filters={"reason_in": {"values": values}})
    return sorted(row["full_name"] for row in result_sets.fetch_page(team.rt, actor, view, None, 0, 100).rows)


def move(team: Team, actor: Actor, people: slice, stage: str, reason: str = "") -> int:
    action = candidates.action_of("stage", stage, reason)
    done = candidates.change(team.rt, actor, team.search, team.people[people], action)
    assert done.batch_id is not None
    return done.batch_id


def kept(team: Team) -> list[tuple[str, int]]:
    with team.rt.db.connection() as conn:
        found = conn.execute("SELECT reason, changed FROM change_batches ORDER BY id").fetchall()
    return [(row["reason"], row["changed"]) for row in found]


def test_the_bar_rejects_with_the_reason_that_was_clicked_and_without_one(
    client_for: ClientFor, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    answer_of(reject(team, client, page, "location", ids=team.people[:2]))
    answer_of(reject(team, client, page, None, ids=team.people[2:3]))
    assert kept(team) == [("location", 2), ("", 1)]
    assert [team.column("stage")[one] for one in team.people[:4]] == ["rejected"] * 3 + ["new"]


@pytest.mark.parametrize("reason", ["age", "LOCATION", 7, ["skills"], {"a": 1}])
def test_what_is_no_reason_rejects_nobody(client_for: ClientFor, alice: Actor, team: Team, reason: Any) -> None:
    client = client_for(alice)
    page = team.open(client)
    for target in ({"ids": team.people[:2]}, {"all": True}):
        assert "A reason is one of" in toast_of(reject(team, client, page, reason, **target))
    assert set(team.column("stage").values()) == {"new"} and kept(team) == []


def test_a_job_that_rejects_everyone_keeps_the_reason(rt: Runtime, alice: Actor, team: Team) -> None:
    with rt.db.connection() as conn:
        add_people(conn, team.search, [Person(full_name=f"More {n}") for n in range(600)])
    started = bulk.start(rt, alice, View.of(team.search), None, "stage", "rejected", reason="salary")
    work(rt, started.run_id)
    assert kept(team) == [("salary", 630)]
    assert counts(facet(team, alice)) == {"salary": 630}


def test_people_are_found_by_why_they_are_rejected_now(alice: Actor, team: Team) -> None:
    move(team, alice, slice(0, 4), "rejected", "skills")
    move(team, alice, slice(4, 6), "rejected")
    move(team, alice, slice(6, 9), "rejected", "location")
    assert counts(facet(team, alice)) == {"skills": 4, "location": 3, None: 2}
    chosen = facet(team, alice, reason_in={"values": ["skills", "tenure"]})
    assert counts(chosen) == {"skills": 4, "location": 3, None: 2, "tenure": 0}
    assert [value.value for value in chosen.values if value.chosen] == ["skills", "tenure"]
    assert names(team, alice, ["skills"]) == [f"P {n:02}" for n in range(4)]
    assert names(team, alice, [None]) == ["P 04", "P 05"]
    assert names(team, alice, ["location", None]) == [f"P {n:02}" for n in range(4, 9)]
    # Back, and rejected anew for something else: the last word counts.
    move(team, alice, slice(0, 1), "new")
    move(team, alice, slice(1, 2), "new")
    move(team, alice, slice(1, 2), "rejected", "salary")
    assert counts(facet(team, alice)) == {"location": 3, "skills": 2, None: 2, "salary": 1}
    assert names(team, alice, ["salary"]) == ["P 01"]


def test_an_undo_gives_the_earlier_reason_back(alice: Actor, team: Team) -> None:
    move(team, alice, slice(0, 2), "rejected", "skills")
    undone = move(team, alice, slice(0, 1), "contacted")
    assert counts(facet(team, alice)) == {"skills": 1}
    undo.undo(team.rt, alice, undone)
    assert counts(facet(team, alice)) == {"skills": 2} and names(team, alice, ["skills"]) == ["P 00", "P 01"]


# -- another reason --------------------------------------------------------------------------------


def test_another_reason_takes_the_place_of_the_first_and_is_taken_back(
    client_for: ClientFor, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    answer_of(reject(team, client, page, "skills", ids=team.people[:2]))
    since = team.column("stage_changed_at")
    answer = reject(team, client, page, "salary", ids=team.people[:2])
    assert text.CHANGED.format(n=2) in toast_of(answer)
    assert counts(facet(team, alice)) == {"salary": 2} and names(team, alice, ["salary"]) == ["P 00", "P 01"]
    assert team.column("stage_changed_at") == since, "they were rejected when they were"
    answer_of(team.act(client, page, "undo", None))
    assert counts(facet(team, alice)) == {"skills": 2}
    assert set(team.column("stage").values()) == {"rejected", "new"}


def test_the_drawer_and_triage_give_another_reason_too(client_for: ClientFor, alice: Actor, team: Team) -> None:
    client = client_for(alice)
    page = team.open(client)
    one = team.people[0]
    for reason in ("skills", "tenure"):
        answer_of(reject(team, client, page, reason, ids=[str(one)]))
    assert counts(facet(team, alice)) == {"tenure": 1}
    done = triage.decide(team.rt, alice, team.search, one, "rejected", "location", None)
    assert (done.changed, done.unchanged) == (1, 0) and counts(facet(team, alice)) == {"location": 1}
    triage.take_back(team.rt, alice, team.search, done.batch_id)
    assert counts(facet(team, alice)) == {"tenure": 1}
    history = person.person(team.rt, alice, team.search, one).history
    shown = [str(drawer_history.event(event)) for event in history]
    assert len(shown) == 4
    for words in (text.EVENT_REASON, text.EVENT_REASON_BACK):
        assert any(words.format(who=alice.name) in one_event for one_event in shown), words


def test_a_job_gives_everyone_another_reason_and_undo_the_first_one_back(
    rt: Runtime, alice: Actor, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST", 15)
    move(team, alice, slice(0, 10), "rejected", "skills")
    move(team, alice, slice(10, 12), "rejected", "salary")
    started = bulk.start(rt, alice, View.of(team.search), None, "stage", "rejected", reason="salary")
    work(rt, started.run_id)
    done = result(rt, alice, started.run_id)
    assert (done.changed, done.unchanged) == (28, 2)
    assert counts(facet(team, alice)) == {"salary": 30}
    back = undo.undo(rt, alice, done.batch_id or 0)
    work(rt, back.run_id)
    assert result(rt, alice, back.run_id).changed == 28
    assert counts(facet(team, alice)) == {"skills": 10, "salary": 2}
    assert list(team.column("stage").values()).count("new") == 18


def test_without_a_reason_the_first_one_stays(alice: Actor, team: Team) -> None:
    move(team, alice, slice(0, 1), "rejected", "skills")
    for reason in ("", "skills"):
        action = candidates.action_of("stage", "rejected", reason)
        done = candidates.change(team.rt, alice, team.search, team.people[:1], action)
        assert (done.changed, done.unchanged, done.batch_id) == (0, 1, None)
    assert counts(facet(team, alice)) == {"skills": 1}


def test_a_colleagues_reason_that_was_not_seen_yet_stays(alice: Actor, bob: Actor, team: Team) -> None:
    with team.rt.db.connection() as conn:
        seen = conn.execute("SELECT pg_current_snapshot()::text AS at").fetchone()["at"]
    move(team, bob, slice(0, 1), "rejected", "skills")
    action = candidates.action_of("stage", "rejected", "salary")
    done = candidates.change(team.rt, alice, team.search, team.people[:1], action, seen)
    assert (done.changed, done.skipped_changed) == (0, 1)
    assert counts(facet(team, alice)) == {"skills": 1}


MOVES = (("rejected", "skills"), ("rejected", "salary"), ("rejected", ""), ("contacted", ""), ("new", ""))


@pytest.mark.parametrize("seed", range(3))
def test_taken_back_in_any_order_what_holds_is_what_was_not_taken_back(
    alice: Actor, bob: Actor, team: Team, seed: int
) -> None:
    """Two people move someone and take their moves back as it comes; a model knows only which moves are left."""
    draw, people = Random(seed), dict(enumerate(team.people[:6]))
    left: dict[int, list[tuple[int, Actor, str, str]]] = {n: [] for n in people}

    def state(n: int) -> tuple[str, str]:
        return left[n][-1][2:] if left[n] else ("new", "")

    for _ in range(10):
        for n, candidate_id in people.items():
            actor = draw.choice((alice, bob))
            if left[n] and draw.random() < 0.5:
                batch_id, whose, _, _ = left[n].pop(draw.randrange(len(left[n])))
                undo.undo(team.rt, whose, batch_id)
            else:
                stage, reason = draw.choice(MOVES)
                action = candidates.action_of("stage", stage, reason)
                done = candidates.change(team.rt, actor, team.search, [candidate_id], action)
                same = stage == state(n)[0] and reason in ("", state(n)[1])
                assert done.changed == (0 if same else 1)
                if done.batch_id is not None:
                    left[n].append((done.batch_id, actor, stage, reason))
        stages = team.column("stage")
        assert {n: stages[one] for n, one in people.items()} == {n: state(n)[0] for n in people}
        wanted = Counter(reason or None for stage, reason in map(state, people) if stage == "rejected")
        assert counts(facet(team, alice)) == wanted
    for n in people:
        draw.shuffle(left[n])
        for batch_id, whose, _, _ in left[n]:
            undo.undo(team.rt, whose, batch_id)
    assert set(team.column("stage").values()) == {"new"} and counts(facet(team, alice)) == {}


def test_what_a_cancelled_undo_did_not_come_to_is_as_it_was(
    rt: Runtime, alice: Actor, bob: Actor, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST", 15)
    monkeypatch.setattr(undo, "MOST_AT_ONCE", 10)
    started = bulk.start(rt, alice, View.of(team.search), None, "stage", "rejected", reason="salary")
    work(rt, started.run_id)
    back = undo.undo(rt, alice, result(rt, alice, started.run_id).batch_id or 0)
    work_with(rt, back.run_id, 2, lambda: runs.cancel_run(rt, alice, back.run_id or 0))
    assert counts(facet(team, alice)) == {"salary": 10} and len(names(team, alice, ["salary"])) == 10
    figures = analytics.read(rt, alice, team.search)
    assert figures.reasons == (("salary", 10),) and [done.moved for done in figures.team] == [30]
    (found,) = collisions.before(rt, bob, team.search, team.people[-1])
    assert (found.who, found.reason) == (alice.name, "salary")
    assert not any(event.undone for event in person.person(rt, alice, team.search, team.people[-1]).history)


def test_known_before_names_whose_move_holds(alice: Actor, bob: Actor, team: Team) -> None:
    move(team, alice, slice(0, 1), "rejected", "skills")
    undo.undo(team.rt, bob, move(team, bob, slice(0, 1), "contacted"))
    (found,) = collisions.before(team.rt, bob, team.search, team.people[0])
    assert (found.who, found.stage, found.reason) == (alice.name, "rejected", "skills")


def test_another_reason_is_no_move_in_the_figures(alice: Actor, team: Team) -> None:
    move(team, alice, slice(0, 1), "rejected", "skills")
    before = {row.stage: row.went_on for row in analytics.read(team.rt, alice, team.search).stages}
    move(team, alice, slice(0, 1), "rejected", "salary")
    assert {row.stage: row.went_on for row in analytics.read(team.rt, alice, team.search).stages} == before


def test_the_figure_is_of_who_is_rejected_now(alice: Actor, team: Team) -> None:
    assert analytics.read(team.rt, alice).reasons == ()
    move(team, alice, slice(0, 4), "rejected", "skills")
    move(team, alice, slice(4, 5), "rejected")
    undo.undo(team.rt, alice, move(team, alice, slice(5, 9), "rejected", "salary"))
    found = analytics.read(team.rt, alice, team.search)
    assert found.reasons == (("skills", 4), ("", 1))
    table = next(one for one in analytics_tables.tables(found) if one.name == "reasons")
    assert table.rows == [(text.REFUSE_REASONS["skills"], 4, 80.0), (text.FACET_NO_REASON, 1, 20.0)]


def test_the_panel_names_reasons_as_people_read_them(alice: Actor, team: Team) -> None:
    move(team, alice, slice(0, 3), "rejected", "not_interested")
    move(team, alice, slice(3, 4), "rejected")
    shown = str(facet_panel.facet_values(facet(team, alice)))
    assert text.REFUSE_REASONS["not_interested"] in shown and text.FACET_NO_REASON in shown
    assert text.FACET_BLANK not in shown
