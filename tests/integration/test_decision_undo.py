"""A verdict or a fit that a person decided is taken back, by the Undo of every other action."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from layouts import drawer, ids, text
from services.access.identity import Actor
from services.decisions import undo
from services.decisions.candidates import ChangeResult
from services.errors import Conflict, Forbidden, NotFound
from services.figures import agreement
from services.people import person
from services.runtime import Runtime
from services.screening import overrides, rubrics, verdict_reviews, verdicts
from services.screening.rubrics import Criterion
from services.screening.verdict_reviews import Reviewed
from services.searches import searches
from tests.screening import CRITERIA, JOB, add_search, row, rows, save_rubric, value
from tests.verdicts import judge
from tests.web import Browser, call

UNDO = f"{ids.CHANGE_ANSWER}.data"
ClientFor = Callable[[Actor], Browser]
NEW = Criterion("Rust", "Does the profile show experience with rust?", "should", Decimal(1))


class Place:
    """A search whose first person passes everything: score 10, a strong fit."""

    def __init__(self, rt: Runtime, actor: Actor) -> None:
        self.rt, self.actor = rt, actor
        self.search = add_search(rt, actor, 4)
        self.rubric = save_rubric(rt, actor, self.search)
        self.python, self.kubernetes, self.bern = (one.id or 0 for one in self.rubric.criteria)
        self.one, self.other = judge(rt, self.search, self.rubric, lambda _, __: "pass")[:2]

    def review(self, verdict: str, reason: str = "Read it.", *, actor: Actor | None = None) -> Reviewed:
        return verdict_reviews.review(
            self.rt, actor or self.actor, self.search, self.one, self.kubernetes, verdict, reason
        )

    def back(self, batch_id: int, actor: Actor | None = None) -> ChangeResult:
        done = undo.undo(self.rt, actor or self.actor, batch_id).done
        assert done is not None
        return done

    def candidate(self) -> tuple[Any, ...]:
        found = row(self.rt, "SELECT score::float8 AS score, fit, stage FROM candidates WHERE id = %s", self.one)
        return tuple(found.values())

    def decided(self) -> Any:
        return value(self.rt, "SELECT decided FROM verdicts WHERE candidate_id = %s AND criterion_id = %s",
                     self.one, self.kubernetes)  # fmt: skip


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def test_a_decided_verdict_is_taken_back_and_score_and_fit_are_as_before(place: Place, rt: Runtime) -> None:
    made = place.review("fail")
    assert place.candidate() == (7.1, "possible", "new")
    done = place.back(made.batch_id)
    assert (done.changed, done.version_before, done.version_after) == (1, made.version_after, made.version_after + 1)
    assert place.candidate() == (10.0, "strong", "new") and place.decided() is None
    found = verdicts.explain(rt, place.actor, place.search, place.one).verdicts[1]
    assert (found.verdict, found.decision) == ("pass", None)
    # What was said is kept, marked as taken back; nobody's judgement is counted.
    kept = row(rt, "SELECT reason, undone_at IS NOT NULL AS undone FROM overrides")
    assert kept == {"reason": "Read it.", "undone": True}
    assert agreement.of_search(rt, place.actor, place.search).total.n == 0
    with pytest.raises(Conflict):
        place.back(made.batch_id)


def test_an_agreement_is_taken_back(place: Place) -> None:
    made = place.review("pass", "")
    assert place.decided() == "pass"
    assert place.back(made.batch_id).changed == 1
    assert place.decided() is None and place.candidate() == (10.0, "strong", "new")


def test_the_decision_before_counts_again_with_its_reason(place: Place, rt: Runtime, bob: Actor) -> None:
    place.review("unknown", "Not said.")
    made = place.review("fail", "No.", actor=bob)
    place.back(made.batch_id, bob)
    found = verdicts.explain(rt, place.actor, place.search, place.one).verdicts[1]
    assert found.verdict == "unknown" and found.decision is not None
    assert (found.decision.reason, found.decision.by) == ("Not said.", "Alice Owner")


def test_what_somebody_decided_since_stays(place: Place, rt: Runtime, bob: Actor) -> None:
    first = place.review("fail", "No.")
    place.review("unknown", "Not said.", actor=bob)
    done = place.back(first.batch_id)
    assert (done.changed, done.skipped_changed) == (0, 1)
    assert place.decided() == "unknown"
    # The same verdict again is a decision of its own, too.
    again = place.review("fail", "Asked them.")
    last = place.review("fail", "Asked twice.", actor=bob)
    assert place.back(again.batch_id).skipped_changed == 1
    assert place.back(last.batch_id, bob).changed == 1 and place.decided() == "fail"
    assert value(rt, "SELECT count(*) FROM overrides WHERE undone_at IS NULL") == 3


def test_versions_that_took_a_decision_over_lose_it_too(place: Place, rt: Runtime) -> None:
    made = place.review("fail", "No.")
    newer = rubrics.save(rt, place.actor, place.search, JOB, (*CRITERIA[:2], NEW))
    judge(rt, place.search, newer, lambda _, __: "pass")
    with rt.db.connection() as conn:
        # As screening again leaves it.
        conn.execute("UPDATE verdicts SET decided = 'fail' WHERE candidate_id = %s AND criterion_id = %s",
                     [place.one, newer.criteria[1].id])  # fmt: skip
    assert place.back(made.batch_id).changed == 1
    assert rows(rt, "SELECT DISTINCT decided FROM verdicts WHERE candidate_id = %s", place.one) == [{"decided": None}]
    assert place.candidate()[0] == verdicts.explain(rt, place.actor, place.search, place.one).score == 10.0


def test_a_decided_fit_is_taken_back(place: Place, rt: Runtime) -> None:
    first = overrides.decide(rt, place.actor, place.search, place.one, "weak", "Not now.")
    second = overrides.decide(rt, place.actor, place.search, place.one, "possible", "Later.")
    assert place.back(first.batch_id).skipped_changed == 1
    assert place.back(second.batch_id).changed == 1
    last = overrides.last(rt, place.actor, place.search, place.one)
    assert last is not None and (last.fit, last.reason, place.candidate()[1]) == ("weak", "Not now.", "weak")


def test_without_a_decision_the_fit_is_what_the_verdicts_come_to_now(place: Place, rt: Runtime) -> None:
    made = overrides.decide(rt, place.actor, place.search, place.one, "weak", "Not now.")
    place.review("fail", "No.")
    assert place.candidate() == (7.1, "weak", "new")
    place.back(made.batch_id)
    assert place.candidate() == (7.1, "possible", "new")
    assert overrides.last(rt, place.actor, place.search, place.one) is None


def test_a_fit_of_someone_without_verdicts_is_as_it_came(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 1)
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET score = 6.5, fit = 'possible' WHERE search_id = %s", [search])
    one = value(rt, "SELECT id FROM candidates")
    made = overrides.decide(rt, alice, search, one, "strong", "Known to me.")
    undo.undo(rt, alice, made.batch_id)
    assert row(rt, "SELECT score, fit FROM candidates") == {"score": Decimal("6.5"), "fit": "possible"}


def test_the_models_fit_beside_a_decision_is_the_models(place: Place, rt: Runtime) -> None:
    place.review("fail", "No.")
    made = overrides.decide(rt, place.actor, place.search, place.one, "weak", "Not now.")
    # With the person's verdict it was possible; the model's verdicts come to strong.
    assert made.model_fit == "strong"


def test_only_whoever_decided_or_an_admin_takes_it_back(
    place: Place, rt: Runtime, bob: Actor, admin: Actor, charlie: Actor
) -> None:
    made = place.review("fail", "No.")
    for other in (bob, charlie):
        with pytest.raises(NotFound):
            place.back(made.batch_id, other)
    searches.set_visibility(rt, place.actor, place.search, "private")
    assert place.back(made.batch_id, admin).changed == 1
    mine = place.review("fail", "No.", actor=admin)
    with rt.db.connection() as conn:
        conn.execute("UPDATE users SET role = 'viewer' WHERE id = %s", [place.actor.user_id])
    with pytest.raises((Forbidden, NotFound)):
        place.back(mine.batch_id, Actor(place.actor.user_id, "viewer", place.actor.name))
    assert place.decided() == "fail"


def test_someone_who_is_gone_is_counted(place: Place, rt: Runtime) -> None:
    made = place.review("fail", "No.")
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM candidates WHERE id = %s", [place.one])
    done = place.back(made.batch_id)
    assert (done.changed, done.skipped_gone) == (0, 1)


def test_the_toast_and_the_keyboard_take_it_back_and_history_tells_it(
    place: Place, rt: Runtime, client_for: ClientFor
) -> None:
    first, second = place.review("fail", "No."), place.review("unknown", "Not said.")
    client = client_for(place.actor)
    last = undo.last_batch(rt, place.actor, place.search)
    assert last is not None and (last.id, last.action, last.changed) == (second.batch_id, "verdict", 1)
    page = {"search_id": place.search, "version": None, "sort": []}
    request = {"n": 1, "action": "undo", "value": None, "target": {}}
    answer = call(client, UNDO, [(ids.CHANGE_REQUEST, "data", request)], [(ids.GRID_VIEW, "data", page)]).get_json()
    assert answer["response"][ids.CHANGE_ANSWER]["data"]["undone"] is True
    assert text.UNDONE_ONE in json.dumps(answer["sideUpdate"])
    assert place.decided() == "fail"
    told = str(drawer.person_body(person.person(rt, place.actor, UUID(place.search), place.one)))
    assert text.EVENT_VERDICT.format(who="Alice Owner", criterion="Kubernetes") in told and text.EVENT_UNDONE in told
    undo.undo(rt, place.actor, first.batch_id)
    assert place.decided() is None
