"""What the bulk bar does: the same calls that the page makes, through the real wiring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callbacks.registry import Registry
from layouts import ids
from services.access import identity
from services.access.identity import Actor
from services.runtime import Runtime
from tests.people import Person, add_people
from tests.team import Team, answer_of, toast_of
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def team(rt: Runtime, alice: Actor) -> Team:
    return Team(rt, alice)


def test_selected_people_move_to_a_stage_and_the_rows_come_back_as_they_are_now(
    client_for: ClientFor, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    chosen = [str(one) for one in team.people[2:4]]
    answer = answer_of(team.act(client, page, "stage", "shortlisted", ids=chosen))
    assert [(row["id"], row["stage"]) for row in answer["rows"]] == [(one, "shortlisted") for one in chosen]
    assert (answer["version_before"], answer["version_after"]) == (page["version"], page["version"] + 1)
    assert sorted(k for k, v in team.column("stage").items() if v == "shortlisted") == team.people[2:4]


def test_a_stretch_by_shift_means_the_rows_of_the_list_on_the_page(
    client_for: ClientFor, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    answer_of(team.act(client, page, "tag_add", "call", ranges=[[5, 9]]))
    assert sorted(k for k, v in team.column("tags").items() if v == ["call"]) == team.people[5:9]


def test_everyone_that_matches_is_taken_out_and_brought_back_by_undo(
    client_for: ClientFor, registry: Registry, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    response = team.act(client, page, "exclude", None, all=True)
    assert set(team.column("filter_status").values()) == {"filtered_manual"}
    with team.rt.db.connection() as conn:
        batch = conn.execute("SELECT max(id) AS id FROM change_batches").fetchone()
    assert batch is not None and f"'data': {batch['id']}" in toast_of(response)
    undo = next(one for one in registry.callbacks if one.startswith("change-answer.data@"))
    undone = call(client, undo, [(ids.UNDO, "n_clicks", 1)], [(ids.UNDO_BATCH, "data", batch["id"])])
    assert "Undone for 30 people" in toast_of(undone)
    assert set(team.column("filter_status").values()) == {"active"}


def test_whom_a_colleague_changed_meanwhile_is_left_alone_and_told(
    client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    mine, theirs = client_for(alice), client_for(bob)
    page = team.open(mine)
    answer_of(team.act(theirs, team.open(theirs), "stage", "rejected", ids=[team.people[0]]))
    response = team.act(mine, page, "stage", "shortlisted", ids=team.people[:2])
    assert "1 left alone" in toast_of(response)
    stages = team.column("stage")
    assert (stages[team.people[0]], stages[team.people[1]]) == ("rejected", "shortlisted")


def test_a_list_that_is_gone_after_others_wrote_is_not_guessed_at(
    client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    mine, theirs = client_for(alice), client_for(bob)
    page = team.open(mine)
    answer_of(team.act(theirs, team.open(theirs), "stage", "rejected", ids=[team.people[0]]))
    team.rt.redis.flushdb()
    response = team.act(mine, page, "stage", "shortlisted", ranges=[[0, 3]])
    assert "The data has changed" in toast_of(response)
    assert "shortlisted" not in team.column("stage").values()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"ids": []}, "Select someone first"),
        ({"ids": list(range(1, 502))}, "At most 500"),
        ({"ids": ["1; DROP TABLE users"]}, "could not be read"),
        ({"ranges": [[0, 501]]}, "At most 500"),
        ({"ranges": [[3, 1]]}, "could not be read"),
        ({"ranges": [[0, 1.5]]}, "could not be read"),
        ({"ranges": "all"}, "could not be read"),
        ({}, "could not be read"),
    ],
)
def test_a_selection_that_cannot_be_is_refused_in_one_line(
    client_for: ClientFor, alice: Actor, team: Team, target: dict[str, Any], said: str
) -> None:
    client = client_for(alice)
    assert said in toast_of(team.act(client, team.open(client), "stage", "hired", **target))
    assert set(team.column("stage").values()) == {"new"}


def test_more_than_five_hundred_are_a_job_whose_progress_is_told(
    client_for: ClientFor, rt: Runtime, alice: Actor, team: Team
) -> None:
    with rt.db.connection() as conn:
        add_people(conn, team.search, [Person(full_name=f"More {n}") for n in range(600)])
    client = client_for(alice)
    answer = answer_of(team.act(client, team.open(client), "stage", "contacted", all=True))
    watched = call(client, "run-state.data", [(ids.RUN_WATCH, "data", {"run_ids": [answer["run_id"]], "n": 1})])
    (state,) = watched.get_json()["response"][ids.RUN_STATE]["data"]["runs"]
    assert state["state"] == "queued" and state["notice"]


def test_the_run_of_another_search_owner_is_not_shown(
    client_for: ClientFor, rt: Runtime, alice: Actor, bob: Actor, team: Team
) -> None:
    with rt.db.connection() as conn:
        add_people(conn, team.search, [Person(full_name=f"More {n}") for n in range(600)])
    client = client_for(alice)
    run_id = answer_of(team.act(client, team.open(client), "stage", "contacted", all=True))["run_id"]
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private' WHERE id = %s", [team.search])
    stranger = identity.create_user(rt, "dora@example.com", "Dora", "recruiter")
    for other in (bob, stranger):
        refused = call(client_for(other), "run-state.data", [(ids.RUN_WATCH, "data", {"run_ids": [run_id], "n": 1})])
        assert refused.status_code == 403
