"""A person's word on one verdict: agreed or decided differently; score and fit follow, screening again leaves it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from layouts import drawer, ids, text
from services.access.identity import Actor
from services.config import Settings
from services.errors import BadInput, Forbidden, NotFound
from services.people import person
from services.runtime import Runtime
from services.screening import overrides, rubrics, screening_model, verdict_reviews, verdicts
from services.screening.rubrics import Criterion, Rubric
from services.screening.verdicts import Decision
from services.searches import searches
from tests.screening import JOB, add_search, row, rows, save_rubric, start, value, work
from tests.stubs.openai_server import OpenAIStub
from tests.verdicts import field_of, judge
from tests.web import Browser, call

REVIEW = f"..{ids.PERSON_BODY}.children...{ids.PERSON_ANSWER}.data...{ids.VERDICT_PROBLEM}.children.."
ClientFor = Callable[[Actor], Browser]


class Place:
    """A search whose first person passes everything: score 10, a strong fit."""

    def __init__(self, rt: Runtime, actor: Actor) -> None:
        self.rt, self.actor = rt, actor
        self.search = add_search(rt, actor, 4)
        self.rubric = save_rubric(rt, actor, self.search)
        self.python, self.kubernetes, self.bern = (one.id or 0 for one in self.rubric.criteria)
        self.one, self.other = judge(rt, self.search, self.rubric, lambda _, __: "pass")[:2]

    def review(self, verdict: Any, reason: Any, criterion: int | None = None, actor: Actor | None = None) -> Any:
        criterion = criterion or self.kubernetes
        return verdict_reviews.review(self.rt, actor or self.actor, self.search, self.one, criterion, verdict, reason)

    def candidate(self) -> dict[str, Any]:
        return row(self.rt, "SELECT score, fit, stage FROM candidates WHERE id = %s", self.one)


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def test_a_decision_makes_score_and_fit_anew_and_keeps_both_values(place: Place, rt: Runtime, alice: Actor) -> None:
    assert place.candidate() == {"score": Decimal("10.0"), "fit": "strong", "stage": "new"}
    made = place.review("fail", " Wrote\nabout it only. ")
    # Python 4, Kubernetes 2, Bern 1: 5 of 7.
    assert (made.score, made.fit, made.said, made.verdict) == (7.1, "possible", "pass", "fail")
    assert place.candidate() == {"score": Decimal("7.1"), "fit": "possible", "stage": "new"}
    found = verdicts.explain(rt, alice, place.search, place.one)
    judged = found.verdicts[1]
    assert (judged.verdict, judged.said, found.score) == ("fail", "pass", 7.1)
    assert judged.decision is not None
    assert (judged.decision.reason, judged.decision.by) == ("Wrote about it only.", "Alice Owner")
    assert row(rt, "SELECT verdict, decided FROM verdicts WHERE candidate_id = %s AND criterion_id = %s",
               place.one, place.kubernetes) == {"verdict": "pass", "decided": "fail"}  # fmt: skip
    # A must that a person says is not met caps the fit.
    assert place.review("fail", "No.", place.python).fit == "weak"
    # Decided anew: the last word counts, all are kept.
    assert place.review("pass", "", place.python).fit == "possible"
    kept = rows(rt, "SELECT criterion_id, model_verdict, verdict, fit FROM overrides ORDER BY id")
    assert [(one["criterion_id"], one["model_verdict"], one["verdict"]) for one in kept] == [
        (place.kubernetes, "pass", "fail"), (place.python, "pass", "fail"), (place.python, "pass", "pass")]  # fmt: skip
    assert {one["fit"] for one in kept} == {None}


def test_to_agree_needs_no_reason_and_changes_no_score(place: Place, rt: Runtime) -> None:
    made = place.review("pass", None)
    assert (made.score, made.fit) == (10.0, "strong")
    assert value(rt, "SELECT decided FROM verdicts WHERE candidate_id = %s AND criterion_id = %s",
                 place.one, place.kubernetes) == "pass"  # fmt: skip
    assert value(rt, "SELECT reason FROM overrides") == ""


def test_a_fit_that_was_decided_as_a_whole_stays(place: Place, rt: Runtime, alice: Actor) -> None:
    overrides.decide(rt, alice, place.search, place.one, "weak", "Not now.")
    made = place.review("fail", "No.")
    assert (made.score, made.fit) == (7.1, "weak")
    last = overrides.last(rt, alice, place.search, place.one)
    assert last is not None and (last.fit, last.reason) == ("weak", "Not now.")


def test_where_nothing_is_known_any_more_there_is_no_score(place: Place) -> None:
    for criterion in (place.python, place.kubernetes, place.bern):
        made = place.review("unknown", "The profile says nothing.", criterion)
    assert (made.score, made.fit) == (None, None)
    assert place.candidate() == {"score": None, "fit": None, "stage": "new"}


@pytest.mark.parametrize(
    ("verdict", "reason", "said"),
    [
        ("fail", "", "in a few words"),
        ("fail", None, "in a few words"),
        ("fail", " \0\n", "in a few words"),
        ("fail", "x" * 2001, "2,000 characters"),
        ("maybe", "Because.", "Choose a verdict"),
        (None, "Because.", "Choose a verdict"),
        (["fail"], "Because.", "Choose a verdict"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_changes(
    place: Place, rt: Runtime, verdict: Any, reason: Any, said: str
) -> None:
    before = place.candidate(), value(rt, "SELECT data_version FROM searches WHERE id = %s", place.search)
    with pytest.raises(BadInput, match=said):
        place.review(verdict, reason)
    assert (place.candidate(), value(rt, "SELECT data_version FROM searches WHERE id = %s", place.search)) == before
    assert value(rt, "SELECT count(*) FROM overrides") == 0


def test_others_decide_nothing(place: Place, rt: Runtime, alice: Actor, bob: Actor, charlie: Actor) -> None:
    with pytest.raises(Forbidden):
        place.review("fail", "No.", actor=charlie)
    searches.set_visibility(rt, alice, place.search, "private")
    with pytest.raises(Forbidden):
        place.review("fail", "No.", actor=bob)
    # A verdict of another search, by its number.
    other = add_search(rt, alice, 2, "Others")
    rubric = save_rubric(rt, alice, other)
    judge(rt, other, rubric, lambda _, __: "pass")
    with pytest.raises(NotFound):
        place.review("fail", "No.", rubric.criteria[0].id)
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM candidates WHERE id = %s", [place.one])
    with pytest.raises(NotFound):
        place.review("fail", "No.")
    assert value(rt, "SELECT count(*) FROM overrides") == 0


def test_a_verdict_that_the_score_is_not_made_of_any_more_is_not_decided_about(
    place: Place, rt: Runtime, alice: Actor
) -> None:
    newer = rubrics.save(rt, alice, place.search, JOB, (*place.rubric.criteria[:1], NEW))
    judge(rt, place.search, newer, lambda _, __: "pass")
    with pytest.raises(NotFound, match="criteria have changed"):
        place.review("fail", "No.", place.kubernetes)
    assert value(rt, "SELECT count(*) FROM verdicts WHERE decided IS NOT NULL") == 0


NEW = Criterion("Rust", "Does the profile show experience with rust?", "should", Decimal(1))


def test_the_database_refuses_a_decision_that_is_half_one(place: Place, rt: Runtime) -> None:
    for columns, values in (
        ("fit, verdict, model_verdict, criterion_id", "'weak', 'pass', 'pass', 1"),
        ("verdict, model_verdict", "'pass', 'pass'"),
        ("criterion_id, verdict, model_verdict, reason", "1, 'pass', 'fail', ''"),
    ):
        reason = "" if "reason" in columns else ", reason"
        with pytest.raises(psycopg.errors.CheckViolation), rt.db.connection() as conn:
            conn.execute(
                f"INSERT INTO overrides (candidate_id, user_id, {columns}{reason}) SELECT %s, id, {values}"
                f"{', $$x$$' if reason else ''} FROM users LIMIT 1",
                [place.one],
            )


# Screening again


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub(api_key="sk-canary") as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(settings, openai_api_key="sk-canary", openai_base_url=stub.base_url, openai_rpm=100_000,
                   openai_tpm=100_000_000)  # fmt: skip


def test_screening_again_leaves_what_a_person_decided_in_any_later_version(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001, fan_out=8))
    search = add_search(rt, alice, 12)
    rubric = save_rubric(rt, alice, search)
    work(rt, start(rt, alice, search, rubric))
    one = value(rt, "SELECT id FROM candidates WHERE search_id = %s ORDER BY id LIMIT 1 OFFSET 11", search)
    before = row(rt, "SELECT score, fit FROM candidates WHERE id = %s", one)
    assert before == {"score": Decimal("10.0"), "fit": "strong"}
    made = verdict_reviews.review(rt, alice, search, one, rubric.criteria[1].id or 0, "fail", "Wrote about it only.")
    work(rt, start(rt, alice, search, rubric))
    assert row(rt, "SELECT score, fit FROM candidates WHERE id = %s", one) == {"score": Decimal("7.1"), "fit": made.fit}
    # Another version that asks the same, and something new.
    newer: Rubric = rubrics.save(rt, alice, search, JOB, (*rubric.criteria[:2], NEW))
    run = work(rt, start(rt, alice, search, newer))
    assert (run["state"], run["failed"]) == ("done", 0)
    found = verdicts.explain(rt, alice, search, one)
    assert (found.version, found.stale) == (2, ())
    assert [(v.criterion, v.said, v.verdict) for v in found.verdicts][1] == ("Kubernetes", "pass", "fail")
    decision = found.verdicts[1].decision
    assert isinstance(decision, Decision) and (decision.reason, decision.by) == ("Wrote about it only.", "Alice Owner")
    shown = row(rt, "SELECT score::float8 AS score, fit FROM candidates WHERE id = %s", one)
    assert shown == {"score": found.score, "fit": found.fit}


def test_the_log_of_the_models_decisions_keeps_the_models_score(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001, fan_out=8))
    search = add_search(rt, alice, 12)
    rubric = save_rubric(rt, alice, search)
    work(rt, start(rt, alice, search, rubric))
    one = value(rt, "SELECT id FROM candidates WHERE search_id = %s ORDER BY id LIMIT 1 OFFSET 11", search)
    verdict_reviews.review(rt, alice, search, one, rubric.criteria[1].id or 0, "fail", "Wrote about it only.")
    # Asked again, since there is a new criterion (with a weight that changes nothing else of who passes all).
    newer = rubrics.save(rt, alice, search, JOB, (*rubric.criteria, NEW))
    work(rt, start(rt, alice, search, newer))
    logged = row(
        rt, "SELECT score, fit, output FROM ai_decisions WHERE candidate_id = %s ORDER BY id DESC LIMIT 1", one
    )
    # Python 4, Kubernetes 2, Bern 1 of 8: the model knows nothing of Rust, and of no person's word.
    assert (logged["score"], logged["fit"]) == (Decimal("8.8"), "strong")
    assert [said["verdict"] for said in logged["output"]][1] == "pass"
    shown = row(rt, "SELECT score FROM candidates WHERE id = %s", one)
    assert shown == {"score": Decimal("6.3")}


# In the drawer


def press(
    client: Browser, place: Place, button: dict[str, Any], choice: Any = "fail", reason: Any = "Wrote about it only."
) -> Any:
    kept = [place.python, place.kubernetes, place.bern]
    page = {"search_id": place.search, "version": None, "sort": []}
    agree = [(ids.verdict_agree(one), "n_clicks", 1 if ids.verdict_agree(one) == button else None) for one in kept]
    save = [(ids.verdict_save(one), "n_clicks", 1 if ids.verdict_save(one) == button else None) for one in kept]
    state = [
        [(ids.verdict_agree(one), "value", "pass") for one in kept],
        [(ids.verdict_choice(one), "value", choice if one == place.kubernetes else "unknown") for one in kept],
        [(ids.verdict_reason(one), "value", reason if one == place.kubernetes else "") for one in kept],
        (ids.PERSON_ANSWER, "data", {"person": str(place.one)}), (ids.GRID_VIEW, "data", page),
    ]  # fmt: skip
    return call(
        client,
        REVIEW,
        [agree, save],
        state,
        triggered=f"{json.dumps(button, sort_keys=True, separators=(',', ':'))}.n_clicks",
    )


def test_the_drawer_shows_both_values_and_patches_the_row(place: Place, rt: Runtime, client_for: ClientFor) -> None:
    answer = press(client_for(place.actor), place, ids.verdict_save(place.kubernetes)).get_json()["response"]
    shown = json.dumps(answer[ids.PERSON_BODY]["children"])
    assert text.VERDICT_DECIDED.format(who="Alice Owner", said="pass") in shown and "Wrote about it only." in shown
    sent = answer[ids.PERSON_ANSWER]["data"]
    field = field_of(rt, place.rubric.criteria[1])
    assert (sent["row"]["score"], sent["row"]["fit"], sent["row"][field]) == (
        7.1, "possible", {"verdict": "fail", "said": "pass"})  # fmt: skip
    assert sent["decided"] == field and sent["version_after"] == sent["version_before"] + 1
    agreed = press(client_for(place.actor), place, ids.verdict_agree(place.python)).get_json()["response"]
    assert text.VERDICT_AGREED.format(who="Alice Owner") in json.dumps(agreed[ids.PERSON_BODY]["children"])


def test_a_missing_reason_is_said_in_the_drawer_and_nothing_typed_is_lost(
    place: Place, rt: Runtime, client_for: ClientFor
) -> None:
    answer = press(client_for(place.actor), place, ids.verdict_save(place.kubernetes), reason="").get_json()["response"]
    assert list(answer) == [ids.VERDICT_PROBLEM]
    assert "in a few words" in answer[ids.VERDICT_PROBLEM]["children"]
    assert value(rt, "SELECT count(*) FROM overrides") == 0


def test_viewers_see_verdicts_without_buttons(place: Place, rt: Runtime, charlie: Actor, client_for: ClientFor) -> None:
    def body(actor: Actor) -> str:
        return str(drawer.person_body(person.person(rt, actor, UUID(place.search), place.one)))

    assert text.VERDICT_AGREE in body(place.actor) and text.VERDICT_DIFFERENT in body(place.actor)
    assert text.VERDICT_AGREE not in body(charlie) and "Kubernetes" in body(charlie)
    assert press(client_for(charlie), place, ids.verdict_agree(place.python)).status_code == 403
