"""The columns a person chose: kept for them, the same in every browser, and never nonsense."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.access import identity
from services.access.identity import Actor
from services.errors import BadInput
from services.grid import column_state
from services.grid.grid_columns import COLUMNS
from services.runtime import Runtime

GRID = [
    {"colId": "score", "width": 90, "hide": False, "pinned": "left", "sort": "desc", "flex": None},
    {"colId": "title", "width": 240, "hide": True, "pinned": None},
]


def test_columns_come_back_in_their_order(rt: Runtime, alice: Actor, bob: Actor) -> None:
    assert column_state.of_actor(rt, alice) == []
    saved = column_state.save(rt, alice, GRID)
    assert saved == [
        {"colId": "score", "width": 90, "hide": False, "pinned": "left"},
        {"colId": "title", "width": 240, "hide": True, "pinned": None},
    ]
    assert column_state.of_actor(rt, alice) == saved
    assert column_state.of_actor(rt, bob) == []
    column_state.save(rt, alice, saved[::-1])
    assert [column["colId"] for column in column_state.of_actor(rt, alice)] == ["title", "score"]
    column_state.save(rt, alice, [])
    assert column_state.of_actor(rt, alice) == []


def test_unknown_columns_are_left_out(rt: Runtime, alice: Actor) -> None:
    given = [{"colId": name} for name in ("ag-Grid-SelectionColumn", "password_hash", None, 7, [], "title", "title")]
    assert column_state.save(rt, alice, given) == [{"colId": "title"}]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"width": 39}, {"width": 40}),
        ({"width": 801.5}, {"width": 800}),
        ({"width": 120.7}, {"width": 120}),
        ({"width": float("inf")}, {"width": 800}),
        ({"width": float("nan")}, {}),
        ({"width": True}, {}),
        ({"width": "200"}, {}),
        ({"hide": 1}, {}),
        ({"pinned": "top"}, {}),
        ({"pinned": False}, {}),
        ({"pinned": ["left"]}, {}),
        ({"pinned": "right", "hide": True}, {"pinned": "right", "hide": True}),
    ],
)
def test_widths_and_pins_that_make_no_sense_are_put_right(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert column_state.clean([{"colId": "title", **given}]) == [{"colId": "title", **kept}]


@pytest.mark.parametrize("given", [None, {}, "title", [1], [["title"]], [{}] * 201])
def test_what_is_no_column_state_is_refused(rt: Runtime, alice: Actor, given: Any) -> None:
    with pytest.raises(BadInput):
        column_state.save(rt, alice, given)
    assert column_state.of_actor(rt, alice) == []


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(st.dictionaries(st.sampled_from(("colId", "width", "hide", "pinned")), st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from((*COLUMNS, "left", "right")),
    st.lists(st.integers(), max_size=1))), max_size=30))  # fmt: skip
def test_whatever_comes_in_what_is_kept_is_sound(given: list[dict[str, Any]]) -> None:
    kept = column_state.clean(given)
    assert column_state.clean(kept) == kept
    assert len({column["colId"] for column in kept}) == len(kept) <= len(COLUMNS)
    for column in kept:
        assert column["colId"] in COLUMNS
        assert 40 <= column.get("width", 40) <= 800
        assert column.get("pinned") in (None, "left", "right")


def test_what_a_later_version_wrote_does_not_break_the_page(rt: Runtime, alice: Actor) -> None:
    identity.set_preference(rt, alice, column_state.PREFERENCE, {"layout": 2})
    assert column_state.of_actor(rt, alice) == []
