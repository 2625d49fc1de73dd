"""Why people were rejected: asked by the bulk bar, filtered by in the panel, counted in analytics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from layouts import analytics_tables, facet_panel, ids, text
from services import analytics, bulk, candidates, facets, result_sets, undo
from services.facet_specs import Facet
from services.grid_view import View
from services.identity import Actor
from services.runtime import Runtime
from tests.change_runs import work
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
