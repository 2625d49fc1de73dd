"""Whom an action is about when the data moved on, when some are left out, and when others wrote meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.grid.selection import is_snapshot
from services.runtime import Runtime
from tests.change_runs import work
from tests.integration.test_export_dialog import LOOK, START
from tests.people import Person, add_people
from tests.team import Team, answer_of, toast_of
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def team(rt: Runtime, alice: Actor) -> Team:
    return Team(rt, alice)


def changed(team: Team, column: str, value: Any) -> list[int]:
    return sorted(one for one, found in team.column(column).items() if found == value)


# -- places in a list, and everyone but a few ------------------------------------------------------


def test_a_stretch_of_a_list_that_is_no_longer_shown_is_nobody(
    client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    """The page has adopted the newer list since; the places were those of the older one."""
    mine, theirs = client_for(alice), client_for(bob)
    before = team.open(mine)
    answer_of(team.act(theirs, team.open(theirs), "exclude", None, ids=[team.people[0]]))
    team.rt.redis.flushdb()
    now = team.open(mine)
    assert now["version"] != before["version"]
    for target in ({"ranges": [[0, 3]]}, {"all": True}):
        response = team.act(mine, now, "stage", "hired", version=before["version"], **target)
        assert "The data has changed" in toast_of(response)
    assert changed(team, "stage", "hired") == []


def test_people_outside_of_a_stretch_are_added_and_people_inside_left_out(
    client_for: ClientFor, alice: Actor, team: Team
) -> None:
    client = client_for(alice)
    page = team.open(client)
    given = {"ids": [str(team.people[20])], "except": [str(team.people[6])], "version": page["version"]}
    answer_of(team.act(client, page, "tag_add", "call", ranges=[[5, 9]], **given))
    assert changed(team, "tags", ["call"]) == [team.people[at] for at in (5, 7, 8, 20)]


def test_everyone_but_a_few(client_for: ClientFor, alice: Actor, team: Team) -> None:
    client = client_for(alice)
    page = team.open(client)
    left_out = {"except": [str(one) for one in team.people[3:5]], "version": page["version"]}
    assert "28 people changed" in toast_of(team.act(client, page, "stage", "contacted", all=True, **left_out))
    assert changed(team, "stage", "new") == team.people[3:5]


@pytest.mark.parametrize("target", [{"all": True}, {"ranges": [[0, 30]]}])
def test_an_export_leaves_the_same_few_out(
    client_for: ClientFor, rt: Runtime, alice: Actor, team: Team, target: dict[str, Any]
) -> None:
    client = client_for(alice)
    page = team.open(client)
    kept = {"target": {**target, "except": [str(team.people[3])], "version": page["version"]}, "columns": []}
    given = [(ids.EXPORT_VARIANT, "value", "processed"), (ids.EXPORT_FORMAT, "value", "csv"),
             (ids.EXPORT_COLUMNS, "value", ["full_name"]), (ids.EXPORT_TARGET, "data", kept),
             (ids.GRID_VIEW, "data", page)]  # fmt: skip
    looked = call(client, LOOK, [given[2], given[0]], [given[3], given[4]])
    assert '"29 rows' in json.dumps(looked.get_json()["response"][ids.EXPORT_PREVIEW])
    started = call(client, START, [(ids.EXPORT_START, "n_clicks", 1)], given)
    run_id = started.get_json()["response"][ids.EXPORT_RUN]["data"]["run_id"]
    work(rt, run_id)
    message = toast_of(watched(client, run_id))
    with rt.db.connection() as conn:
        (made,) = conn.execute("SELECT id FROM exports WHERE run_id = %s", [run_id]).fetchall()
    url = f"/exports/{made['id']}"
    assert url in message
    lines = client.get(url).get_data(as_text=True).splitlines()
    assert len(lines) == 1 + 29
    assert not any("P 03" in line for line in lines)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"all": True, "except": list(range(1, 502))}, "At most 500"),
        ({"all": True, "except": ["x"]}, "could not be read"),
        ({"ids": [1], "seen": "all"}, "could not be read"),
        ({"ids": [1], "seen": [["9:1:", [1]]]}, "could not be read"),
        ({"ids": [1], "seen": [["1:9:", ["x"]]]}, "could not be read"),
        ({"ids": [1], "seen": [[1, 2, 3]]}, "could not be read"),
    ],
)
def test_what_cannot_be_left_out_or_seen_is_refused(
    client_for: ClientFor, alice: Actor, team: Team, target: dict[str, Any], said: str
) -> None:
    client = client_for(alice)
    assert said in toast_of(team.act(client, team.open(client), "stage", "hired", **target))
    assert changed(team, "stage", "hired") == []


def test_a_snapshot_is_what_postgres_would_read(rt: Runtime) -> None:
    for raw in ("5:5:", "5:9:5,6,8", "1:2:1"):
        with rt.db.connection() as conn:
            conn.execute("SELECT %s::pg_snapshot", [raw])
        assert is_snapshot(raw)
    for raw in ("9:5:", "0:5:", "5:9:9", "5:9:8,6", "5:9:,", "5:9", "", None, 5, "5:9:\u0665"):
        assert not is_snapshot(raw)


# -- what others changed meanwhile -----------------------------------------------------------------


def test_whoever_was_left_alone_can_be_changed_once_their_row_is_shown_as_it_is(
    client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    mine, theirs = client_for(alice), client_for(bob)
    one, other = team.people[:2]
    page = {**team.open(mine), "snapshot": snapshot(team)}
    answer_of(team.act(theirs, team.open(theirs), "stage", "rejected", ids=[one]))

    refused = team.act(mine, page, "stage", "shortlisted", ids=[one])
    assert "1 left alone" in toast_of(refused)
    assert text.CHANGED_NONE not in toast_of(refused)
    answer = answer_of(refused)
    assert [row["stage"] for row in answer["rows"]] == ["rejected"]

    # Bob writes to the other one now, whom the page still shows as they were.
    answer_of(team.act(theirs, team.open(theirs), "stage", "rejected", ids=[other]))
    seen = [[answer["snapshot"], [str(one)]]]
    again = team.act(mine, page, "stage", "shortlisted", ids=[str(one), str(other)], seen=seen)
    assert "1 left alone" in toast_of(again)
    stages = team.column("stage")
    assert (stages[one], stages[other]) == ("shortlisted", "rejected")


def test_the_drawer_sets_a_stage_that_a_colleague_has_changed(
    client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    mine, theirs = client_for(alice), client_for(bob)
    one = str(team.people[0])
    page = {**team.open(mine), "snapshot": snapshot(team)}
    answer_of(team.act(theirs, team.open(theirs), "stage", "rejected", ids=[one]))
    output = "..person-body.children...person-answer.data.."
    opened = call(mine, output, [(ids.PERSON_REQUEST, "data", {"n": 1, "person": one, "step": 0})],
                  [(ids.GRID_VIEW, "data", page)])  # fmt: skip
    seen = opened.get_json()["response"][ids.PERSON_ANSWER]["data"]["snapshot"]
    assert "1 person changed" in toast_of(team.act(mine, page, "stage", "hired", ids=[one], seen=[[seen, [one]]]))
    assert changed(team, "stage", "hired") == [team.people[0]]


def test_the_message_says_of_each_what_became_of_them(
    client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    mine, theirs = client_for(alice), client_for(bob)
    page = {**team.open(mine), "snapshot": snapshot(team)}
    answer_of(team.act(theirs, team.open(theirs), "stage", "rejected", ids=team.people[:1]))
    response = team.act(mine, page, "stage", "new", ids=team.people[:3])
    assert text.CHANGED_NONE_OF.format(n=2) in toast_of(response)
    assert "1 left alone" in toast_of(response)
    assert text.CHANGED_NONE in toast_of(team.act(mine, page, "stage", "new", ids=team.people[3:5]))


# -- several long actions --------------------------------------------------------------------------


def test_two_long_actions_are_both_told_and_can_both_be_taken_back(
    client_for: ClientFor, rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, team: Team
) -> None:
    with rt.db.connection() as conn:
        add_people(conn, team.search, [Person(full_name=f"More {n}") for n in range(600)])
    client = client_for(alice)
    first, second = (
        answer_of(team.act(client, team.open(client), action, value, all=True))["run_id"]
        for action, value in (("stage", "hired"), ("tag_add", "call"))
    )
    assert page_runs(client, team) == [{"id": first, "kind": "bulk"}, {"id": second, "kind": "bulk"}]
    assert page_runs(client_for(bob), team) == []
    for run_id in (first, second):
        work(rt, run_id)
    ended = watched(client, first, second)
    assert [state["state"] for state in ended.get_json()["response"][ids.RUN_STATE]["data"]["runs"]] == ["done"] * 2
    assert toast_of(ended).count("630 people changed") == 2
    assert page_runs(client, team) == []

    listed = shown_runs(client)
    assert listed.count('"data-undo-batch"') == 2
    for other in (bob, charlie):
        assert '"data-undo-batch"' not in shown_runs(client_for(other))
    batches = {row["run_id"]: row["id"] for row in rows(rt, "SELECT run_id, id FROM change_batches")}
    back = call(client, "..run-undo-request.clear_data...runs-list.children..",
                [(ids.RUN_UNDO_REQUEST, "data", {"batch": batches[first]})])  # fmt: skip
    assert text.UNDO_STARTED.format(n=630) in toast_of(back)
    (undo,) = rows(rt, "SELECT id FROM runs WHERE kind = 'undo'")
    work(rt, undo["id"])
    assert set(team.column("stage").values()) == {"new"}
    assert len(changed(team, "tags", ["call"])) == 630
    assert shown_runs(client).count('"data-undo-batch"') == 1


def test_a_batch_of_someone_else_is_not_taken_back_from_the_list_of_runs(
    client_for: ClientFor, rt: Runtime, alice: Actor, bob: Actor, team: Team
) -> None:
    answer_of(team.act(client_for(alice), team.open(client_for(alice)), "stage", "hired", ids=team.people[:2]))
    (batch,) = rows(rt, "SELECT id FROM change_batches")
    for given in ({"batch": batch["id"]}, {"batch": "1"}, None):
        call(client_for(bob), "..run-undo-request.clear_data...runs-list.children..",
             [(ids.RUN_UNDO_REQUEST, "data", given)])  # fmt: skip
    assert changed(team, "stage", "hired") == team.people[:2]


def test_the_last_action_can_be_taken_back_when_its_message_has_gone(
    client_for: ClientFor, alice: Actor, bob: Actor, team: Team
) -> None:
    mine, theirs = client_for(alice), client_for(bob)
    page = team.open(mine)
    answer_of(team.act(mine, page, "stage", "hired", ids=team.people[:2]))
    answer_of(team.act(mine, page, "tag_add", "x", ids=team.people[:2]))
    assert text.UNDO_NOTHING in toast_of(team.act(theirs, page, "undo", None))
    for said, column in (("Undone for 2", "tags"), ("Undone for 2", "stage"), (text.UNDO_NOTHING, "stage")):
        assert said in toast_of(team.act(mine, page, "undo", None))
        assert len({str(value) for value in team.column(column).values()}) == 1


def test_a_run_that_the_page_made_up_is_no_run(client_for: ClientFor, alice: Actor, team: Team) -> None:
    client = client_for(alice)
    for asked in (None, "1", [True, "1", None], {}):
        answer = call(client, "run-state.data", [(ids.RUN_WATCH, "data", {"run_ids": asked})])
        assert answer.get_json()["response"][ids.RUN_STATE]["data"]["runs"] == []


# -- what comes late -------------------------------------------------------------------------------


@pytest.mark.parametrize("request_model", [{}, {"nonsense": {"filterType": "text"}}])
def test_a_block_says_for_which_view_and_place_it_is(
    client_for: ClientFor, alice: Actor, team: Team, request_model: dict[str, Any]
) -> None:
    asked = {"startRow": 0, "endRow": 10, "filterModel": request_model, "sortModel": []}
    answer = call(client_for(alice), "candidate-grid.getRowsResponse", [(ids.CANDIDATE_GRID, "getRowsRequest", asked)],
                  [(ids.GRID_VIEW, "data", {**team.page(), "turn": 7})])  # fmt: skip
    meta = answer.get_json()["sideUpdate"][ids.GRID_ANSWER]["data"]
    assert meta["turn"] == 7
    assert ("error" in meta) == bool(request_model)
    assert request_model or (meta["start"], is_snapshot(meta["snapshot"])) == (0, True)


def snapshot(team: Team) -> str:
    (found,) = rows(team.rt, "SELECT pg_current_snapshot()::text AS now")
    return str(found["now"])


def rows(rt: Runtime, query: str) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        return conn.execute(query).fetchall()


def watched(client: Browser, *run_ids: int) -> Any:
    return call(client, "run-state.data", [(ids.RUN_WATCH, "data", {"run_ids": list(run_ids)})])


def shown_runs(client: Browser) -> str:
    answer = call(client, "page.children", [(ids.URL, "pathname", "/runs")], [(ids.URL, "search", "")])
    return str(answer.get_data(as_text=True))


def page_runs(client: Browser, team: Team) -> Any:
    """The long actions that a page which is opened now goes on watching."""
    at = [(ids.URL, "pathname", f"/search/{team.search}")]
    page = call(client, "page.children", at, [(ids.URL, "search", "")]).get_json()["response"][ids.PAGE]["children"]
    parts = [part["props"] for part in page["props"]["children"] if part]
    (view,) = [part["data"] for part in parts if part.get("id") == ids.GRID_VIEW]
    return view["runs"]
