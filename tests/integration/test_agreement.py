"""Agreement between recruiters and the model: exact counts, by version, that lead to the people behind them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dash import dcc, html

from layouts import ids, text
from layouts.page_agreement import agreement_page
from services.access.identity import Actor
from services.errors import NotFound
from services.figures import agreement, agreement_drift
from services.figures.agreement import Share
from services.grid.grid_columns import VERDICTS
from services.grid.grid_view import View
from services.runtime import Runtime
from services.screening import rubrics, verdict_reviews
from services.searches import searches
from tests.grid_world import all_ids
from tests.screening import JOB, add_search, save_rubric
from tests.verdicts import judge
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
PEOPLE = 27


class Place:
    """27 people; each pair of what the model said and a person decided on Python three times, one on Kubernetes."""

    def __init__(self, rt: Runtime, actor: Actor) -> None:
        self.rt, self.actor = rt, actor
        self.search = add_search(rt, actor, PEOPLE)
        self.rubric = save_rubric(rt, actor, self.search)
        self.ids = judge(rt, self.search, self.rubric, lambda number, _: VERDICTS[number % 3])
        self.decided: dict[tuple[str, str], list[int]] = {}
        for number, one in enumerate(self.ids, 1):
            said, decided = VERDICTS[number % 3], VERDICTS[number // 3 % 3]
            self.decided.setdefault((said, decided), []).append(one)
            self.review(one, 0, decided)
        self.review(self.ids[0], 1, VERDICTS[1])

    def review(self, one: int, criterion: int, verdict: str) -> None:
        number = self.rubric.criteria[criterion].id or 0
        verdict_reviews.review(self.rt, self.actor, self.search, one, number, verdict, "Read it.")


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def test_counts_are_those_of_what_people_decided(place: Place) -> None:
    found = agreement.of_search(place.rt, place.actor, place.search)
    python, kubernetes, bern = found.criteria
    for (said, decided), people in place.decided.items():
        assert python.people[said][decided] == len(people)
    agreed = sum(len(people) for (said, decided), people in place.decided.items() if said == decided)
    assert python.share() == Share(agreed, PEOPLE) and not python.share().few
    assert kubernetes.share() == Share(1, 1) and kubernetes.share().few
    assert bern.share() == Share(0, 0) and bern.share().share is None
    assert found.total == Share(agreed + 1, PEOPLE + 1) and found.is_newest


@pytest.mark.parametrize(
    ("agreed", "n", "low", "high"),
    # R: binom::binom.confint(x, n, methods = "wilson")
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (15, 20, 0.5313, 0.8881), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(agreed: int, n: int, low: float, high: float) -> None:
    found = Share(agreed, n).interval
    assert found == pytest.approx((low, high), abs=5e-4)


def test_a_number_leads_to_exactly_its_people(place: Place) -> None:
    found = agreement.of_search(place.rt, place.actor, place.search)
    page = agreement_page(search_id=place.search, title="Data engineers", found=found)
    links = [part for part in page._traverse() if isinstance(part, dcc.Link) and "_review" in str(part.href)]
    assert len(links) > 15
    for link in links:
        given = parse_qs(urlsplit(str(link.href)).query)
        view = View.of(place.search, status=given["status"][0], filters=json.loads(given["f"][0]))
        count = int(str(link.children).rpartition(" ")[2].replace(",", ""))
        assert len(all_ids(place.rt, place.actor, view)) == count
    ((_, model),) = json.loads(parse_qs(urlsplit(str(links[0].href)).query)["f"][0]).items()
    assert len(model["values"]) == 9


def test_each_version_has_its_own_and_the_newest_goes_on_with_the_same_questions(place: Place) -> None:
    rt, alice = place.rt, place.actor
    newer = rubrics.save(rt, alice, place.search, JOB, place.rubric.criteria[:1])
    (python,) = agreement.of_search(rt, alice, place.search).criteria
    assert python.share().n == PEOPLE
    first = agreement.of_search(rt, alice, place.search, 1)
    assert len(first.criteria) == 3 and not first.is_newest and [one.version for one in first.versions] == [2, 1]
    # The new version is judged by another model, which says pass of everyone: people's word is compared with that.
    judge(rt, place.search, newer, lambda _, __: "pass")
    with rt.db.connection() as conn:
        conn.execute(
            "UPDATE verdicts n SET decided = e.decided FROM verdicts e WHERE e.candidate_id = n.candidate_id"
            " AND e.criterion_id = %s AND n.criterion_id = %s",
            [place.rubric.criteria[0].id, newer.criteria[0].id],
        )
    (python,) = agreement.of_search(rt, alice, place.search).criteria
    assert python.share().n == python.share("pass").n == PEOPLE
    assert agreement.of_search(rt, alice, place.search, 1).criteria[0].share("fail").n > 0
    links = [part for part in agreement_page(search_id=place.search, title="", found=first)._traverse()
             if isinstance(part, dcc.Link) and "_review" in str(part.href)]  # fmt: skip
    assert links == []


def test_each_version_shows_what_was_judged_under_it(place: Place, bob: Actor, client_for: ClientFor) -> None:
    rt, alice = place.rt, place.actor
    first = agreement_drift.of_search(rt, alice, place.search)
    assert not first.compares and text.DRIFT_TITLE not in _page(client_for(alice), place.search)
    asked = replace(place.rubric.criteria[0], id=None, title="Python, asked anew", question="Writes Python every day?")
    newer = rubrics.save(rt, alice, place.search, JOB, [asked, *place.rubric.criteria[1:]])
    judge(rt, place.search, newer, lambda _, __: "pass")
    for one, verdict in zip(place.ids[:4], ("pass", "pass", "pass", "fail"), strict=True):
        verdict_reviews.review(rt, alice, place.search, one, newer.criteria[0].id or 0, verdict, "Read it.")
    drift = agreement_drift.of_search(rt, alice, place.search)
    old, new = drift.versions
    assert (old.version, old.share.n, new.version, new.share) == (1, PEOPLE + 1, 2, Share(3, 4))
    assert new.models == (rt.settings.openai_model,)
    assert [(one.title, sorted(one.shares)) for one in drift.questions] == [
        ("Python, asked anew", [2]), ("Python", [1]), ("Kubernetes", [1]),
    ]  # fmt: skip
    page = _page(client_for(alice), place.search)
    assert text.DRIFT_TITLE in page and ids.AGREEMENT_DRIFT in page and page.count('"drift-criterion"') == 3
    searches.set_visibility(rt, alice, place.search, "private")
    assert agreement_drift.of_search(rt, bob, place.search).versions == ()


def test_only_those_who_see_the_search_see_it(place: Place, bob: Actor, client_for: ClientFor) -> None:
    searches.set_visibility(place.rt, place.actor, place.search, "private")
    assert agreement.of_search(place.rt, bob, place.search) == agreement.Agreement((), 0, ())
    shown = _page(client_for(bob), place.search)
    assert ids.AGREEMENT not in shown and "Python" not in shown
    assert "Python" in _page(client_for(place.actor), place.search)


def test_a_version_that_is_not_there_is_said(place: Place, client_for: ClientFor) -> None:
    for version in (0, 2, 2**70):
        with pytest.raises(NotFound):
            agreement.of_search(place.rt, place.actor, place.search, version)
    assert "no such version" in _page(client_for(place.actor), f"{place.search}/agreement/7", "")


def test_before_there_is_anything_the_page_says_what_to_do(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search = add_search(rt, alice, 3)
    assert text.AGREEMENT_NO_CRITERIA in _page(client_for(alice), search)
    judge(rt, search, save_rubric(rt, alice, search), lambda _, __: "pass")
    assert text.AGREEMENT_NOBODY in _page(client_for(alice), search)


def test_the_table_can_be_read_without_seeing_it(place: Place) -> None:
    page = agreement_page(
        search_id=place.search, title="X", found=agreement.of_search(place.rt, place.actor, place.search)
    )
    parts = list(page._traverse())
    (table,) = [part for part in parts if isinstance(part, html.Table)]
    assert any(isinstance(part, html.Caption) for part in table._traverse())
    heads: list[Any] = [part for part in table._traverse() if isinstance(part, html.Th)]
    assert {head.scope for head in heads} == {"col", "rowgroup"}


def _page(client: Browser, search: str, path: str = "/agreement") -> str:
    answer = call(
        client, f"{ids.PAGE}.children", [(ids.URL, "pathname", f"/search/{search}{path}")], [(ids.URL, "search", "")]
    )
    return json.dumps(answer.get_json(), ensure_ascii=False)
