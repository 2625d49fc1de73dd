"""The filter on the rule that left people out: in the panel, in a view, in links."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from benchmarks.filter_reference import Row
from services.access.identity import Actor
from services.decisions import candidates, undo
from services.errors import BadInput
from services.grid import facets, result_sets
from services.grid.facet_specs import Facet
from services.grid.grid_view import View
from services.runtime import Runtime
from tests.filter_world import add_rows, apply, statuses
from tests.people import add_search

NURSE = "Leave out whose title has “nurse”"
YOUNG = "Leave out who has less than 5 years of experience"
NURSES: dict[str, Any] = {"kind": "title", "params": {"terms": ["nurse"], "has": True}}
YOUNGS: dict[str, Any] = {"kind": "experience", "params": {"low": 5}}


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> uuid.UUID:
    """Six nurses, of whom three are at Acme, and two others of little experience; two stay."""
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
    add_rows(rt, search_id, [
        *(Row(0, full_name=f"Ada {n}", title="Nurse", company=("Acme", "Beeb")[n % 2], years_experience=9)
          for n in range(6)),
        *(Row(0, full_name=f"Bea {n}", title="Cook", company="Acme", years_experience=(1, 9)[n % 2]) for n in range(4)),
    ])  # fmt: skip
    apply(rt, alice, search_id, [NURSES, YOUNGS])
    return search_id


def counts(found: Facet) -> dict[Any, int]:
    return {value.value: value.count for value in found.values}


def facet(rt: Runtime, actor: Actor, search_id: uuid.UUID, status: str = "filtered", **filters: Any) -> Facet:
    return facets.facet(rt, actor, View.of(search_id, status=status, filters=filters), None, "rule_in")


def names(rt: Runtime, actor: Actor, search_id: uuid.UUID, values: list[str | None]) -> list[str]:
    view = View.of(search_id, status="filtered", filters={"rule_in": {"values": values}})
    found = result_sets.fetch_page(rt, actor, view, None, 0, 100)
    return sorted(row["full_name"] for row in found.rows)


def test_people_are_counted_by_the_rule_that_left_them_out_under_the_other_filters(
    rt: Runtime, alice: Actor, search: uuid.UUID
) -> None:
    assert counts(facet(rt, alice, search)) == {NURSE: 6, YOUNG: 2}
    assert counts(facet(rt, alice, search, company_in={"values": ["Acme"]})) == {NURSE: 3, YOUNG: 2}
    chosen = facet(rt, alice, search, rule_in={"values": [YOUNG]})
    assert counts(chosen) == {NURSE: 6, YOUNG: 2} and [v.value for v in chosen.values if v.chosen] == [YOUNG]
    assert counts(facet(rt, alice, search, "active")) == {}
    gone = facet(rt, alice, search, rule_in={"values": ["A rule of the past"]})
    assert counts(gone) == {NURSE: 6, YOUNG: 2, "A rule of the past": 0}
    view = View.of(search, status="filtered")
    assert counts(facets.facet_search(rt, alice, view, None, "rule_in", "EXPERIENCE")) == {YOUNG: 2}


def test_a_view_holds_whom_a_rule_left_out_whenever_it_was_applied(
    rt: Runtime, alice: Actor, search: uuid.UUID
) -> None:
    add_rows(rt, search, [Row(0, full_name="Late", title="Nurse", company="Acme", years_experience=9)])
    apply(rt, alice, search, [NURSES])
    assert counts(facet(rt, alice, search)) == {NURSE: 7, YOUNG: 2}
    assert "Late" in names(rt, alice, search, [NURSE]) and len(names(rt, alice, search, [NURSE])) == 7
    assert names(rt, alice, search, [YOUNG]) == ["Bea 0", "Bea 2"]
    view = View.of(search, filters={"rule_in": {"values": [YOUNG]}})
    assert view.sentences()["rule_in"] == f"rule is “{YOUNG}”"


def test_who_was_excluded_by_hand_is_so_by_no_rule(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    stay = min(one for one, status in statuses(rt, search).items() if status == "active")
    candidates.change(rt, alice, search, [stay], candidates.action_of("exclude"))
    assert counts(facet(rt, alice, search)) == {NURSE: 6, YOUNG: 2}
    assert names(rt, alice, search, [None]) == ["Bea 1"]


def test_a_return_that_is_taken_back_is_by_its_rule_again(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    out = min(one for one, status in statuses(rt, search).items() if status == "filtered_title")
    back = candidates.change(rt, alice, search, [out], candidates.action_of("restore"))
    assert counts(facet(rt, alice, search))[NURSE] == 5
    undo.undo(rt, alice, back.batch_id or 0)
    assert counts(facet(rt, alice, search))[NURSE] == 6


def test_what_is_no_rule_is_refused(search: uuid.UUID) -> None:
    for values in (["x" * 501], [7], "text"):
        with pytest.raises(BadInput):
            View.of(search, filters={"rule_in": {"values": values}})
