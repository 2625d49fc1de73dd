"""The estimate asks for what a screening would ask: by the same key, of the criteria that are open, over everyone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from services.access.identity import Actor
from services.grid.grid_view import View
from services.runtime import Runtime
from services.screening import rubrics, screening_estimate
from services.screening.rubrics import Criterion
from services.screening.screening_estimate import estimate
from tests.model_at_hand import quick, settings, stub
from tests.screening import CRITERIA, JOB, add_search, save_rubric, start, value, work
from tests.stubs.openai_server import OpenAIStub
from tests.verdicts import judge

__all__ = ["quick", "settings", "stub"]

SQL = Criterion("SQL", "Does the profile show experience with sql?", "should", Decimal(1))
# Over MOST_READ people are not all read; the same on few people in these tests.
WAYS = pytest.mark.parametrize("most_read", [400, 30])


def read_at_most(monkeypatch: pytest.MonkeyPatch, people: int) -> None:
    monkeypatch.setattr(screening_estimate, "MOST_READ", people)


def change_profiles(rt: Runtime, search: str, people: int, what: str) -> None:
    """Of the first so many people, as an import would."""
    with rt.db.connection() as conn:
        conn.execute(
            f"UPDATE profiles p SET {what}, updated_at = now() WHERE p.id IN ("
            "SELECT profile_id FROM candidates WHERE search_id = %s ORDER BY id LIMIT %s)",
            [search, people],
        )


@WAYS
def test_whoever_changed_is_asked_about_again_and_whoever_was_only_written_is_not(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch, most_read: int
) -> None:
    read_at_most(monkeypatch, most_read)
    search = add_search(rt, alice, 60)
    rubric = save_rubric(rt, alice, search)
    work(rt, start(rt, alice, search, rubric))
    change_profiles(rt, search, 20, "email = 'x@example.com'")
    found = estimate(rt, alice, View.of(search), rubric)
    assert (found.people, found.known, found.calls, found.tokens, found.is_exact) == (60, 60, 0, 0, True)
    change_profiles(rt, search, 7, "skills = '{Rust}'")
    found = estimate(rt, alice, View.of(search), rubric)
    assert (found.known, found.calls, found.is_exact) == (53, 7, True)
    before = stub.requests.total
    run = work(rt, start(rt, alice, search, rubric))
    assert (stub.requests.total - before, run["counts"]["reused"]) == (7, 53)
    assert found.tokens == pytest.approx(run["counts"]["tokens"], rel=0.2)


@WAYS
def test_of_a_new_criterion_alone_the_price_is_asked(
    rt: Runtime, alice: Actor, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch, most_read: int
) -> None:
    read_at_most(monkeypatch, most_read)
    search = add_search(rt, alice, 60)
    rubric = save_rubric(rt, alice, search)
    whole = estimate(rt, alice, View.of(search), rubric)
    work(rt, start(rt, alice, search, rubric))
    more = rubrics.save(rt, alice, search, JOB, (*CRITERIA, SQL))
    found = estimate(rt, alice, View.of(search), more)
    assert (found.known, found.calls) == (0, 60)
    run = work(rt, start(rt, alice, search, more))
    assert found.tokens == pytest.approx(run["counts"]["tokens"], rel=0.2)
    assert found.cost is not None and whole.cost is not None
    assert float(found.cost) == pytest.approx(float(run["counts"]["cost"]), rel=0.2)
    # Three answers less for each.
    assert found.tokens < whole.tokens - 60 * 60


@WAYS
def test_other_models_and_another_job_description_make_everyone_open(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch, most_read: int
) -> None:
    read_at_most(monkeypatch, most_read)
    search = add_search(rt, alice, 40)
    rubric = save_rubric(rt, alice, search)
    judge(rt, search, rubric, lambda number, _: "pass" if number <= 30 else None)
    assert estimate(rt, alice, View.of(search), rubric).calls == 10
    other = rubrics.save(rt, alice, search, f"{JOB} In Basel.", CRITERIA)
    assert estimate(rt, alice, View.of(search), other).calls == 40
    rt.settings = replace(rt.settings, openai_model="another")
    found = estimate(rt, alice, View.of(search), rubric)
    assert (found.calls, found.cost, found.priced_on) == (40, None, None)


def test_of_many_changed_profiles_a_part_is_read_and_that_is_said(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at_most(monkeypatch, 50)
    search = add_search(rt, alice, 200)
    rubric = save_rubric(rt, alice, search)
    judge(rt, search, rubric, lambda _, __: "pass")
    change_profiles(rt, search, 200, "email = 'x@example.com'")
    change_profiles(rt, search, 100, "skills = '{Rust}'")
    found = estimate(rt, alice, View.of(search), rubric)
    assert not found.is_exact and found.people == found.known + found.calls == 200
    # Half of them; of 50 that were read, by chance that follows no order of theirs.
    assert 60 <= found.calls <= 140


def test_profiles_are_taken_from_everywhere_in_the_view(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at_most(monkeypatch, 10)
    monkeypatch.setattr(screening_estimate, "SAMPLE", 50)
    search = add_search(rt, alice, 400)
    # The last half has long profiles: the first ones say nothing of them.
    with rt.db.connection() as conn:
        conn.execute(
            "UPDATE profiles SET summary = repeat('Moves data at night. ', 100) WHERE id IN ("
            "SELECT profile_id FROM candidates WHERE search_id = %s ORDER BY id OFFSET 200)",
            [search],
        )
    rubric = save_rubric(rt, alice, search)
    sampled = estimate(rt, alice, View.of(search), rubric).tokens
    read_at_most(monkeypatch, 400)
    assert sampled == pytest.approx(estimate(rt, alice, View.of(search), rubric).tokens, rel=0.2)


@pytest.mark.parametrize("people", [1, 2, 9])
def test_the_smallest_views_are_counted_exactly(rt: Runtime, alice: Actor, people: int) -> None:
    search = add_search(rt, alice, people)
    rubric = save_rubric(rt, alice, search)
    found = estimate(rt, alice, View.of(search), rubric)
    assert (found.people, found.calls, found.is_exact) == (people, people, True)
    judge(rt, search, rubric, lambda _, __: "pass")
    found = estimate(rt, alice, View.of(search), rubric)
    assert (found.known, found.calls, found.cost) == (people, 0, 0)
    assert value(rt, "SELECT count(*) FROM verdicts") == 3 * people
    assert estimate(rt, alice, View.of(search, status="filtered"), rubric).people == 0
