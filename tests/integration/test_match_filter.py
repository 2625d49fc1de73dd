"""Only whom a list says to be at least so much alike: a filter like any other, while there is something to be like."""

from __future__ import annotations

import math
import re
import threading
import uuid
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from psycopg.sql import SQL

from services.access.identity import Actor
from services.decisions import bulk, score_rejections
from services.errors import BadInput
from services.grid import facets, result_plan, result_sets
from services.grid.grid_view import View, parse_url
from services.matching import match_rank, matching, rediscovery
from services.privacy import erasures
from services.runtime import Runtime
from tests.integration.test_matching import Place, decide, rows_of
from tests.vectors import at, place_people
from tests.waiting import until

HOLDS: dict[str, Callable[[float], bool]] = {
    "greaterThanOrEqual": lambda one: one >= 0.66,
    "lessThan": lambda one: one < 0.66,
    "equals": lambda one: one == 0.66,
    "notEqual": lambda one: one != 0.66,
    "notBlank": lambda one: True,
    "blank": lambda one: False,
}


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def likeness(kind: str, number: float | None = None, **more: Any) -> dict[str, Any]:
    given = {} if number is None else {"filter": number}
    return {"similarity": {"filterType": "number", "type": kind, **given, **more}}


def shown(place: Place, one: int) -> float | None:
    """As the list shows it, to two places."""
    degrees = place.degrees.get(one)
    return None if degrees is None else round(math.cos(math.radians(degrees)), 2)


@pytest.mark.parametrize("kind", ["greaterThanOrEqual", "lessThan", "equals", "notEqual"])
def test_it_leaves_whom_the_list_shows_to_be_so_alike(place: Place, kind: str) -> None:
    wanted = [one for one in place.ids if (said := shown(place, one)) is not None and HOLDS[kind](said)]
    assert wanted
    view = place.view(filters=likeness(kind, 0.66))
    assert place.everyone(view) == place.alike(wanted)
    # As another column sorts it, and beside another filter.
    years = {"years_experience": {"filterType": "number", "type": "lessThan", "filter": 3}}
    both = place.view(filters={**likeness(kind, 0.66), **years}, sort=[{"colId": "full_name", "sort": "asc"}])
    assert set(place.everyone(both)) == {one for n, one in enumerate(place.ids) if one in wanted and n % 10 < 3}


def test_a_span_and_who_was_not_compared(place: Place) -> None:
    between = [one for one in place.ids if (said := shown(place, one)) is not None and 0.2 <= said <= 0.8]
    assert place.everyone(place.view(filters=likeness("inRange", 0.2, filterTo=0.8))) == place.alike(between)
    # And whoever was read, and has nothing to compare.
    rows_of(place.rt, "UPDATE profile_embeddings SET embedding = NULL WHERE profile_id = ("
                      "SELECT profile_id FROM candidates WHERE id = %s) RETURNING 1", place.ids[3])  # fmt: skip
    del place.degrees[place.ids[3]]
    unread = [one for one in place.ids if one not in place.degrees]
    assert place.everyone(place.view(filters=likeness("blank"))) == place.alike(unread)
    assert len(place.everyone(place.view(filters=likeness("notBlank")))) == len(place.degrees)


@pytest.mark.parametrize("operator", ["AND", "OR"])
@pytest.mark.parametrize("first", ["greaterThanOrEqual", "notEqual", "blank"])
@pytest.mark.parametrize("second", ["lessThan", "equals", "notBlank", "blank"])
def test_two_conditions_hold_for_whom_plain_python_says(place: Place, operator: str, first: str, second: str) -> None:
    """Whoever was not compared meets "blank" and nothing else."""
    together = all if operator == "AND" else any

    def holds(one: int) -> bool:
        alike = shown(place, one)
        return together(kind == "blank" if alike is None else HOLDS[kind](alike) for kind in (first, second))

    parts = [{"filterType": "number", "type": kind, **({} if "lank" in kind else {"filter": 0.66})}
             for kind in (first, second)]  # fmt: skip
    view = place.view(filters={"similarity": {"filterType": "number", "operator": operator, "conditions": parts}})
    assert place.everyone(view) == place.alike([one for one in place.ids if holds(one)])


def test_vectors_are_joined_and_not_looked_for_one_by_one(place: Place) -> None:
    """The planner may choose how; a subquery for each person would leave it no choice."""
    for kind in ("greaterThanOrEqual", "blank"):
        where = place.view(filters=likeness(kind, None if kind == "blank" else 0.6)).where()
        text = SQL("EXPLAIN SELECT count(*) FROM candidates c WHERE ") + where.sql()
        with place.rt.db.connection() as conn:
            plan = "\n".join(row["QUERY PLAN"] for row in conn.execute(text, where.params))
        assert re.search("Join|Nested Loop", plan) and not re.search("Filter: .*SubPlan", plan), plan


def test_its_bars_hold_everyone_who_was_compared(place: Place) -> None:
    view = place.view(filters=likeness("greaterThanOrEqual", 0.6))
    bars = facets.histogram(place.rt, place.actor, view, None, "similarity")
    numbers = [said for one in place.ids if (said := shown(place, one)) is not None]
    assert (sum(bars.counts), bars.blank, bars.exact) == (len(numbers), 4, True)
    assert (bars.low, bars.high, bars.edges[0], bars.edges[-1], len(bars.counts)) == (min(numbers), 1, 0, 1, 20)
    # A click on a bar shows as many as it says, the last one with its end.
    for n, (low, edge) in enumerate(pairwise(float(edge) for edge in bars.edges)):
        high = edge if n == 19 else round(edge - bars.grain, 6)
        chosen = place.view(filters=likeness("inRange", low, filterTo=high))
        assert len(place.everyone(chosen)) == bars.counts[n] == sum(low <= one <= high for one in numbers)
    # Where people are like nothing, nobody has a number.
    alone = facets.histogram(place.rt, place.actor, place.view(None), None, "similarity")
    assert (alone.counts, alone.blank) == ([], 40)


def test_it_says_what_it_does_and_stands_in_the_link(place: Place) -> None:
    view = place.view(filters=likeness("greaterThanOrEqual", 0.6))
    assert view.sentences()["similarity"] == "likeness is at least 0.6"
    read, _, _, notices = parse_url(place.search, view.query_string())
    assert (read, notices) == (view, [])
    # Another number is another list.
    assert view.key(1) != place.view(filters=likeness("greaterThanOrEqual", 0.7)).key(1)


def test_it_goes_with_the_comparison(place: Place) -> None:
    view = place.view(filters=likeness("greaterThanOrEqual", 0.6))
    assert view.without_match() == place.view(None)
    link = view.query_string().replace(f"match={place.match.id}", "")
    read, _, _, notices = parse_url(place.search, link)
    assert read == place.view(None) and len(notices) == 1
    # Whatever a page says by itself: nobody is left out, and what is none is refused.
    alone = place.view(None, filters=likeness("greaterThanOrEqual", 0.6))
    assert len(place.everyone(alone)) == 40 and alone.sentences() == {}
    with pytest.raises(BadInput):
        View.of(uuid.uuid4(), filters=likeness("greaterThanOrEqual", float("nan")))


def test_it_holds_for_people_and_for_taste_too(place: Place) -> None:
    by = sorted(place.degrees, key=lambda one: place.degrees[one])
    one = matching.to_people(place.rt, place.actor, place.search, [by[0]])
    decide(place, "shortlisted", *by[:3])
    decide(place, "rejected", *by[-3:])
    taste = matching.to_taste(place.rt, place.actor, place.search)
    for match in (one, taste):
        everyone = result_sets.fetch_page(place.rt, place.actor, place.view(match.id), None, 0, 100).rows
        wanted = [int(row["id"]) for row in everyone if row["similarity"] is not None and row["similarity"] >= 0.905]
        assert place.everyone(place.view(match.id, filters=likeness("greaterThan", 0.9))) == wanted != []


def test_a_match_of_another_search_leaves_nobody(place: Place, bob: Actor) -> None:
    other = Place(place.rt, bob)
    view = View.of(place.search, filters=likeness("greaterThanOrEqual", 0), match=other.match.id)
    with place.rt.db.connection() as conn:
        count = conn.execute(
            match_rank.SQL("SELECT count(*) AS n FROM candidates c WHERE ") + view.where().sql(), view.where().params
        ).fetchone()
    assert count is not None and count["n"] == 0


def test_it_holds_where_the_index_of_vectors_is_read(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_rank, "EXACT_ROWS", 50)
    many = Place(rt, alice, 400)
    wanted = [one for one in many.ids if (said := shown(many, one)) is not None and said >= 0.5]
    made = many.everyone(many.view(filters=likeness("greaterThanOrEqual", 0.5)))
    assert sorted(made) == sorted(wanted) and len(made) > 101


def test_few_who_are_alike_enough_are_found_and_then_sorted(place: Place) -> None:
    """A walk through names would look for the vectors of everyone whom it meets, one at a time."""
    view = place.view(filters=likeness("greaterThanOrEqual", 0.99), sort=[{"colId": "full_name", "sort": "asc"}])
    with place.rt.db.snapshot() as conn:
        plan = result_plan.plan_of(conn, view, len(place.ids))
        ids = result_plan.fetch_ids(conn, plan, 100, 0)
    assert sorted(ids) == sorted(place.everyone(view)) != []
    (condition,) = plan.where.conditions
    assert plan.estimate == len(ids) and "profile_embeddings" not in condition.as_string()


def test_figures_beside_the_list_and_what_is_done_to_all_of_it_heed_it(place: Place) -> None:
    view = place.view(filters=likeness("greaterThanOrEqual", 0.9))
    people = place.everyone(view)
    counted = facets.facet(place.rt, place.actor, view, None, "has_email")
    assert sum(one.count for one in counted.values) == len(people)
    outcome = bulk.start(place.rt, place.actor, view, None, "stage", "shortlisted", ())
    assert outcome.done is not None and outcome.done.changed == len(people)
    taken = rows_of(place.rt, "SELECT id FROM candidates WHERE stage = 'shortlisted'")
    assert {row["id"] for row in taken} == set(people)


def test_another_vector_moves_people_in_and_out(place: Place) -> None:
    view = place.view(filters=likeness("greaterThanOrEqual", 0.99))
    before = place.everyone(view)
    late = place.ids[9]
    place_people(place.rt, place.model, {late: at(1)})
    assert set(place.everyone(view)) == {*before, late}


def test_rejecting_everyone_below_a_number_is_rejecting_by_a_model(place: Place) -> None:
    view = place.view(filters=likeness("lessThan", 0.3), sort=[{"colId": "full_name", "sort": "asc"}])
    people = place.everyone(view)
    choice = score_rejections.Choice(view, part=False)
    with place.rt.db.connection() as conn, pytest.raises(score_rejections.MustConfirm):
        score_rejections.decide(conn, place.rt, place.search, choice, people)


def test_an_erasure_takes_its_searches_in_one_order_whoever_was_compared_with(
    rt: Runtime, job_rt: Runtime, alice: Actor, admin: Actor
) -> None:
    """Whoever changes people of several searches takes them by id: in another order both would wait for each other."""
    first, last = sorted((Place(rt, alice), Place(rt, alice)), key=lambda one: one.search)
    matching.to_people(rt, alice, last.search, last.ids[:1])
    (person,) = rows_of(rt, "SELECT profile_id AS id FROM candidates WHERE id = %s", last.ids[0])
    rediscovery.add(rt, alice, first.search, [person["id"]])
    with rt.db.connection() as conn:
        conn.execute("SELECT FROM searches WHERE id = %s FOR NO KEY UPDATE", [first.search])
        erasing = threading.Thread(
            target=erasures.erase_candidate, args=(job_rt, admin, last.search, last.ids[0], erasures.CONFIRMATION)
        )
        erasing.start()
        with rt.db.reading() as other:
            until(lambda: other.execute("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall())
        conn.execute("SELECT FROM searches WHERE id = %s FOR NO KEY UPDATE NOWAIT", [last.search])
    erasing.join()
    assert rows_of(rt, "SELECT id FROM profiles WHERE id = %s", person["id"]) == []
