"""Rejecting whom nothing but a score chose: a person confirms how many and says why, by whatever way it is done."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import errors
from werkzeug.test import TestResponse

from layouts import ids, text
from services.access.identity import Actor
from services.decisions import bulk, candidates, score_rejections, undo
from services.decisions.score_rejections import Confirmation, MustConfirm, Question
from services.errors import BadInput
from services.grid.grid_view import View
from services.people import person
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.people import Person, add_people, add_search
from tests.screening import row, rows, value
from tests.web import Browser, call

__all__ = ["sourcingx"]
ClientFor = Callable[[Actor], Browser]
LOW = {"score": {"filterType": "number", "type": "lessThan", "filter": 4}}
JAVA = {"title": {"filterType": "text", "type": "contains", "filter": "java"}}
EVERYONE = {"title": {"filterType": "text", "type": "notContains", "filter": "zebra"}}
REJECT = candidates.action_of("stage", "rejected")
WHY = Confirmation(40, "No work permit, the only must.")
CONFIRM = f"..change-answer.data...{ids.REJECT_DIALOG}.is_open...{ids.REJECT_PROBLEM}.children.."


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> uuid.UUID:
    """A hundred people with scores 0.0, 0.1, … 9.9 by their ids; half of them know Java."""
    everyone = [Person(f"Bo {n:02}", title="Java" if n % 2 else "Nurse", score=n / 10, fit="weak") for n in range(100)]
    with rt.db.connection() as conn:
        made = add_search(conn, alice)
        add_people(conn, made, everyone)
    return made


def people(rt: Runtime, search: uuid.UUID) -> list[int]:
    """By score, the lowest first."""
    return [one["id"] for one in rows(rt, "SELECT id FROM candidates WHERE search_id = %s ORDER BY score, id", search)]


def rejected(rt: Runtime, search: uuid.UUID) -> int:
    return int(value(rt, "SELECT count(*) FROM candidates WHERE search_id = %s AND stage = 'rejected'", search))


def reject_all(rt: Runtime, actor: Actor, view: View, confirmed: Confirmation | None = None, **more: Any) -> Any:
    return bulk.start(rt, actor, view, None, "stage", "rejected", confirmed=confirmed, **more)


# ---- what is by score alone


def test_everyone_below_a_score_is_asked_about(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    asked_about: list[tuple[dict[str, Any], int]] = [
        (LOW, 40),
        ({"fit_in": {"filterType": "set", "values": ["weak"]}}, 100),
        ({**LOW, "stage_in": {"filterType": "set", "values": ["new"]}}, 40),
        # A filter that nobody fails.
        ({**LOW, **EVERYONE}, 40),
    ]
    for filters, total in asked_about:
        with pytest.raises(MustConfirm, match="Only a score chose these") as asked:
            reject_all(rt, alice, View.of(search, filters=filters))
        assert asked.value.question.people == total
    assert rejected(rt, search) == value(rt, "SELECT count(*) FROM change_batches") == 0


@pytest.mark.parametrize(
    ("view", "total"),
    [({"filters": {**LOW, **JAVA}}, 20), ({"filters": LOW, "q": "java"}, 20), ({"filters": JAVA}, 50), ({}, 100)],
    ids=["score and title", "score and search words", "title", "nothing"],
)
def test_whom_something_else_chose_too_is_rejected_at_once(
    rt: Runtime, alice: Actor, search: uuid.UUID, view: dict[str, Any], total: int
) -> None:
    done = reject_all(rt, alice, View.of(search, **view)).done
    assert done is not None and done.changed == total
    assert value(rt, "SELECT count(*) FROM score_rejections") == 0


def test_other_actions_on_the_same_people_are_not_asked_about(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    for action in (("stage", "shortlisted"), ("exclude", ""), ("restore", ""), ("tag_add", "low")):
        view = View.of(search, filters=LOW, status="all")
        done = bulk.start(rt, alice, view, None, *action).done
        assert done is not None and done.changed == 40


def test_all_but_some_of_a_list_by_score_is_asked_about(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    best = people(rt, search)[-20:]
    with pytest.raises(MustConfirm) as asked:
        reject_all(rt, alice, View.of(search), except_ids=best)
    assert asked.value.question.people == 80
    by_name = View.of(search, sort=[{"colId": "full_name", "sort": "asc"}])
    done = reject_all(rt, alice, by_name, except_ids=best).done
    assert done is not None and done.changed == 80


def test_who_was_ticked_one_by_one_is_rejected_at_once_up_to_ten(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    assert candidates.change(rt, alice, search, people(rt, search)[:10], REJECT).changed == 10


def test_more_are_asked_about_where_they_are_just_the_lowest(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    lowest = people(rt, search)
    with pytest.raises(MustConfirm) as asked:
        candidates.change(rt, alice, search, lowest[:11], REJECT)
    assert asked.value.question.people == 11
    # Someone with less stays, so somebody looked at more than the score.
    assert candidates.change(rt, alice, search, lowest[1:13], REJECT).changed == 12
    # Of those who are left, these are the lowest again.
    with pytest.raises(MustConfirm):
        candidates.change(rt, alice, search, [lowest[0], *lowest[13:24]], REJECT)


def test_people_without_a_score_are_chosen_by_something_else(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET score = NULL WHERE search_id = %s", [search])
    assert candidates.change(rt, alice, search, people(rt, search)[:30], REJECT).changed == 30


def test_one_person_is_no_bulk(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    lowest = {"score": {"filterType": "number", "type": "lessThan", "filter": 0.1}}
    done = reject_all(rt, alice, View.of(search, filters=lowest)).done
    assert done is not None and done.changed == 1


# ---- what is told and kept


def test_what_is_doubtful_is_told(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    low = people(rt, search)
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET score = NULL WHERE id = ANY (%s)", [low[:3]])
        criteria = [
            conn.execute(
                "WITH r AS (INSERT INTO rubrics (search_id, version, job_description, created_by) "
                "VALUES (%s, %s, 'x', %s) RETURNING id) INSERT INTO criteria (rubric_id, position, title, question, "
                "kind, weight) SELECT id, 1, 'x', 'x?', 'must', 1 FROM r RETURNING id",
                [search, version, alice.user_id],
            ).fetchall()[0]["id"]
            for version in (1, 2)
        ]
        for one, criterion, verdict, model in (
            (low[3], criteria[1], "unknown", rt.settings.openai_model),
            (low[4], criteria[0], "fail", rt.settings.openai_model),
            (low[5], criteria[1], "fail", "another-model"),
            (low[6], criteria[1], "pass", rt.settings.openai_model),
        ):
            conn.execute(
                "INSERT INTO verdicts (candidate_id, criterion_id, input_hash, model, prompt_version, verdict) "
                "VALUES (%s, %s, '', %s, %s, %s)",
                [one, criterion, model, score_rejections.PROMPT_VERSION, verdict],
            )
    weak = View.of(search, filters={"fit_in": {"filterType": "set", "values": ["weak"]}})
    with pytest.raises(MustConfirm) as asked:
        reject_all(rt, alice, weak)
    assert asked.value.question == Question(people=100, unscored=3, unknown=1, stale=2)
    # What the profile does not say, a person has said.
    with rt.db.connection() as conn:
        conn.execute("UPDATE verdicts SET decided = 'fail' WHERE verdict = 'unknown'")
    with pytest.raises(MustConfirm) as asked:
        reject_all(rt, alice, weak)
    assert asked.value.question == Question(people=100, unscored=3, unknown=0, stale=2)


def test_a_confirmed_rejection_is_kept_with_its_reason_and_taken_back_as_any_other(
    rt: Runtime, alice: Actor, search: uuid.UUID
) -> None:
    done = reject_all(rt, alice, View.of(search, filters=LOW), WHY).done
    assert done is not None and done.changed == 40 and done.batch_id is not None
    assert row(rt, "SELECT batch_id, search_id, user_id, people, reason FROM score_rejections") == {
        "batch_id": done.batch_id, "search_id": search, "user_id": alice.user_id, "people": 40, "reason": WHY.reason,
    }  # fmt: skip
    detail = value(rt, "SELECT detail FROM audit_log WHERE action = 'candidates.stage'")
    assert detail["by_score"] is True and WHY.reason not in json.dumps(detail)
    told = person.person(rt, alice, search, people(rt, search)[0]).history[0]
    assert (told.field, told.new, told.by_score) == ("stage", "rejected", WHY.reason)
    undo.undo(rt, alice, done.batch_id)
    assert rejected(rt, search) == 0
    assert value(rt, "SELECT count(*) FROM score_rejections") == 1


def test_what_was_decided_is_never_changed(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    reject_all(rt, alice, View.of(search, filters=LOW), WHY)
    for change in ("UPDATE score_rejections SET reason = 'x'", "DELETE FROM score_rejections"):
        with pytest.raises(errors.InsufficientPrivilege), rt.db.connection() as conn:
            conn.execute(change)


def test_a_job_keeps_it_too(rt: Runtime, alice: Actor, search: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST", 20)
    view = View.of(search, filters=LOW)
    with pytest.raises(MustConfirm):
        reject_all(rt, alice, view)
    assert value(rt, "SELECT count(*) FROM runs") == 0
    run_id = reject_all(rt, alice, view, WHY).run_id
    assert run_id is not None
    runner = Runner(rt, "test")
    runner.start()
    try:
        runner.execute(run_id)
    finally:
        runner.close()
    assert rejected(rt, search) == 40
    kept = row(
        rt, "SELECT x.people, x.reason, b.run_id FROM score_rejections x JOIN change_batches b ON b.id = x.batch_id"
    )
    assert kept == {"people": 40, "reason": WHY.reason, "run_id": run_id}
    detail = value(rt, "SELECT detail FROM audit_log WHERE action = 'candidates.stage'")
    assert detail["by_score"] is True


def test_another_number_is_asked_about_anew(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    for counted in (39, 41, 0, -1):
        with pytest.raises(MustConfirm, match="40 people by now") as asked:
            reject_all(rt, alice, View.of(search, filters=LOW), Confirmation(counted, "x"))
        assert asked.value.question.people == 40
    assert rejected(rt, search) == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"people": 40, "reason": " \n "}, "Say in a few words"),
        ({"people": 40}, "Say in a few words"),
        ({"people": 40, "reason": "x" * 2_001}, "at most 2,000"),
        ({"people": "40", "reason": "x"}, "could not be read"),
        ({"people": True, "reason": "x"}, "could not be read"),
        ("yes", "could not be read"),
        ([], "could not be read"),
    ],
)
def test_a_confirmation_without_number_or_reason_is_none(raw: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        score_rejections.confirmation_of(raw)


# ---- on the page and on the command line


def page_of(rt: Runtime, search: uuid.UUID, **more: Any) -> dict[str, Any]:
    return {"search_id": str(search), "version": None, "sort": [], "f": {}, "filterModel": {}, **more}


def request(**target: Any) -> dict[str, Any]:
    return {"n": 1, "action": "stage", "value": "rejected", "target": target}


def act(client: Browser, page: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    answer = call(client, "change-answer.data", [(ids.CHANGE_REQUEST, "data", asked)], [(ids.GRID_VIEW, "data", page)])
    return all_of(answer)


def confirm(client: Browser, page: dict[str, Any], asked: dict[str, Any], n: Any, why: Any) -> dict[str, Any]:
    state = [(ids.CHANGE_REQUEST, "data", asked), (ids.GRID_VIEW, "data", page), (ids.REJECT_PEOPLE, "data", n),
             (ids.REJECT_REASON, "value", why)]  # fmt: skip
    return all_of(call(client, CONFIRM, [(ids.REJECT_CONFIRM, "n_clicks", 1)], state))


def all_of(answer: TestResponse) -> dict[str, Any]:
    """Outputs and what the callback set besides."""
    if answer.status_code == 204:
        return {}
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body = answer.get_json()
    found: dict[str, Any] = dict(body.get("response") or {})
    for name, props in (body.get("sideUpdate") or {}).items():
        found[name] = {**found.get(name, {}), **props}
    return found


def test_the_page_asks_and_does_it_once_it_is_confirmed(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: uuid.UUID
) -> None:
    client, page = client_for(alice), page_of(rt, search, filterModel=LOW)
    asked = act(client, page, request(all=True))
    assert asked[ids.REJECT_DIALOG] == {"is_open": True} and asked[ids.REJECT_PEOPLE] == {"data": 40}
    assert text.REJECT_ASK.format(n="40") in json.dumps(asked[ids.REJECT_BODY])
    assert "change-answer" not in asked and rejected(rt, search) == 0
    refused = confirm(client, page, request(all=True), 40, "  ")
    assert "Say in a few words" in refused[ids.REJECT_PROBLEM]["children"] and rejected(rt, search) == 0
    again = confirm(client, page, request(all=True), 38, "By the must.")
    assert again[ids.REJECT_PEOPLE] == {"data": 40} and "by now" in again[ids.REJECT_PROBLEM]["children"]
    assert ids.REJECT_REASON not in again and rejected(rt, search) == 0
    done = confirm(client, page, request(all=True), 40, "By the must.")
    assert done[ids.REJECT_DIALOG] == {"is_open": False} and done["change-answer"]["data"]["done"]
    assert rejected(rt, search) == 40


def test_a_stretch_of_the_list_by_score_is_asked_about(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: uuid.UUID
) -> None:
    client = client_for(alice)
    asked = act(client, page_of(rt, search), request(ranges=[[60, 90]]))
    assert asked[ids.REJECT_PEOPLE] == {"data": 30}
    by_name = page_of(rt, search, sort=[{"colId": "full_name", "sort": "asc"}])
    assert act(client, by_name, request(ranges=[[60, 90]]))["change-answer"]["data"]["done"]
    assert rejected(rt, search) == 30


def test_the_page_cannot_get_round_it_by_another_view(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: uuid.UUID
) -> None:
    ticked = [str(one) for one in people(rt, search)[:40]]
    pretended = page_of(rt, search, filterModel=JAVA, sort=[{"colId": "full_name", "sort": "asc"}])
    assert act(client_for(alice), pretended, request(ids=ticked))[ids.REJECT_PEOPLE] == {"data": 40}
    assert rejected(rt, search) == 0


def test_the_command_asks_for_number_and_reason(
    rt: Runtime, admin: Actor, search: uuid.UUID, sourcingx: CommandLine
) -> None:
    given = ("stage", str(search), "rejected", "--filter", json.dumps(LOW))
    code, out, err = sourcingx(*given)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--confirm 40 --reason TEXT" in err
    assert sourcingx(*given, "--confirm", "40")[0] == 2
    assert rejected(rt, search) == value(rt, "SELECT count(*) FROM runs") == 0
    done = sourcingx.json(*given, "--confirm", "40", "--reason", "By the must.")
    assert done["changed"] == rejected(rt, search) == 40
    assert value(rt, "SELECT reason FROM score_rejections") == "By the must."
