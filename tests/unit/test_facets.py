"""Bars with round edges, what is ticked in a filter, and how the panel shows counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from dash.development.base_component import Component
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts import facet_panel, ids, text
from layouts.grid import column_defs
from services import zones
from services.grid.facet_specs import (
    FACETS,
    RANGES,
    Facet,
    FacetValue,
    Histogram,
    chosen_range,
    chosen_values,
    range_of,
)
from services.grid.grid_columns import FILTERS, SIMILARITY
from services.grid.histograms import MOST_BARS, day_edges, number_bars


def tell(component: Any) -> str:
    """All words of a component."""
    if isinstance(component, Component):
        return tell(getattr(component, "children", None))
    if isinstance(component, (list, tuple)):
        return " ".join(filter(None, map(tell, component)))
    return "" if component is None else str(component)


def parts(component: Any, **attributes: str) -> Iterator[Any]:
    """Components that have all of some attributes, in the order of the page."""
    for child in component if isinstance(component, (list, tuple)) else [component]:
        if isinstance(child, Component):
            props = child.to_plotly_json()["props"]
            if all(str(props.get(name.replace("_", "-"), props.get(name))) == v for name, v in attributes.items()):
                yield child
            yield from parts(props.get("children"), **attributes)


# Bars


@pytest.mark.parametrize(
    ("steps", "size", "high", "most", "edges", "counts"),
    [
        ([(0, 5), (1, 1)], 1, 1, None, [0, 1, 2], [5, 1]),
        # A scale that is always whole; the best score is in the last bar.
        ([(0, 1), (19, 2), (20, 4)], 5, 100, 100, [n * 5 for n in range(21)], [1, *[0] * 18, 6]),
        # Steps become wider where there would be too many.
        ([(n, 1) for n in range(48)], 1, 47, None, [n * 2 for n in range(25)], [2] * 24),
        ([(n, 1) for n in range(49)], 1, 48, None, [n * 5 for n in range(11)], [5] * 9 + [4]),
        # One far value does not squeeze the others: the last bar reaches to it.
        ([(n, 100) for n in range(10)] + [(900, 1)], 1, 900, None, [*range(10), 900], [100] * 9 + [101]),
        # What lies below zero is in the first bar.
        ([(-3, 2), (0, 1)], 1, 0, None, [0, 1], [3]),
        ([(0, 7)], 1, 0, None, [0, 1], [7]),
    ],
)
def test_bars(
    steps: list[tuple[int, int]], size: float, high: float, most: float | None, edges: list[float], counts: list[int]
) -> None:
    found = number_bars(steps, size, high, most)
    assert (found.edges, found.counts) == (edges, counts)


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.dictionaries(st.integers(-50, 40_000), st.integers(1, 10_000), min_size=1, max_size=60),
    st.sampled_from((0.5, 1, 3)),
)
def test_nobody_is_lost_in_any_bars(found: dict[int, int], size: float) -> None:
    high = max(found) * size
    bars = number_bars(sorted(found.items()), size, high)
    assert sum(bars.counts) == sum(found.values())
    assert 1 <= len(bars.counts) <= MOST_BARS
    assert bars.edges == sorted(set(bars.edges))
    assert len(bars.edges) == len(bars.counts) + 1
    assert bars.edges[0] == 0 and bars.edges[-1] >= high


@settings(deadline=None, derandomize=True, database=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)), st.integers(0, 5_000_000),
       st.sampled_from(("UTC", "Europe/Zurich", "Asia/Kathmandu", "Pacific/Kiritimati")))  # fmt: skip
def test_days_hold_every_moment(first: datetime, minutes: int, zone: str) -> None:
    first = first.replace(tzinfo=UTC)
    last = first + timedelta(minutes=minutes)
    days = day_edges(first, last, zone)
    assert 2 <= len(days) <= MOST_BARS + 1
    assert len({b - a for a, b in pairwise(days)}) == 1
    assert zones.midnight(days[0], zone) <= first
    assert last < zones.midnight(days[-1], zone)


# What there is, and what is ticked


def test_every_facet_has_a_filter_and_a_place_in_the_panel() -> None:
    assert set(FACETS) | set(RANGES) <= set(FILTERS)
    assert set(text.FACET_LABELS) == {*FACETS, *RANGES, SIMILARITY}
    assert set(facet_panel.RANGES) == {*RANGES, SIMILARITY}
    assert set(text.FACET_FIND) <= set(FACETS)
    places = {json.dumps(part.id) for part in parts(facet_panel.filter_groups()) if hasattr(part, "id")}
    for key in text.FACET_LABELS:
        assert {json.dumps(made(key)) for made in (ids.facet, ids.facet_ask, ids.facet_done)} <= places
        assert (json.dumps(ids.facet_from(key)) in places) == (range_of(key) is not None)


def test_the_group_of_likeness_waits_until_people_are_compared() -> None:
    panel = facet_panel.filter_groups()
    (group,) = parts(panel, hidden="True", className="sx-facet")
    assert group.to_plotly_json()["props"]["data-facet"] == SIMILARITY


def test_every_filter_can_be_reached() -> None:
    """In a column's header, or in the panel."""
    headers = {column["field"] for column in column_defs() if "filter" in column}
    assert headers | set(text.FACET_LABELS) == set(FILTERS)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (None, []),
        ([], []),
        ({"values": ["a", None, "a"]}, ["a", None]),
        ({"type": "contains", "filter": "a"}, []),
        ({"operator": "OR", "conditions": [{"values": ["b"]}, {"values": ["a", "b"]}]}, ["b", "a"]),
        ({"values": [True, 1, "a", False]}, ["true", "a", "false"]),
    ],
)
def test_what_is_ticked(model: Any, values: list[str | None]) -> None:
    assert chosen_values(model) == values


@pytest.mark.parametrize(
    ("model", "ends"),
    [
        (None, (None, None)),
        ({"type": "inRange", "filter": 1, "filterTo": 2.5}, (1, 2.5)),
        ({"type": "greaterThanOrEqual", "filter": 3}, (3, None)),
        ({"type": "lessThan", "filter": 3}, (None, 3)),
        ({"type": "equals", "filter": 3}, (3, 3)),
        ({"type": "blank"}, (None, None)),
        ({"operator": "AND", "conditions": []}, (None, None)),
        ({"type": "inRange", "dateFrom": "2026-06-01 00:00:00", "dateTo": "2026-06-30"}, ("2026-06-01", "2026-06-30")),
        ({"type": "greaterThan", "dateFrom": "2026-05-31", "dateTo": None}, ("2026-06-01", None)),
        ({"type": "lessThan", "dateFrom": "2026-06-01"}, (None, "2026-05-31")),
        ({"type": "notEqual", "dateFrom": "2026-06-01"}, (None, None)),
        ({"type": "blank", "dateFrom": None}, (None, None)),
    ],
)
def test_the_ends_of_a_range(model: Any, ends: tuple[Any, Any]) -> None:
    assert chosen_range(model) == ends


# The panel


def facet(*values: FacetValue, key: str = "company_in", more: bool = False, exact: bool = True) -> Facet:
    return Facet(key, "", list(values), more, exact, 1)


def test_a_value_is_a_checkbox_that_says_its_count() -> None:
    values = [FacetValue("Go “Ltd”", "Go “Ltd”", 1234, True), FacetValue(None, "", 5, False)]
    first, blank = parts(facet_panel.facet_values(facet(*values)), role="checkbox")
    props = first.to_plotly_json()["props"]
    assert props["aria-checked"] == "true"
    assert props["aria-label"] == "Go “Ltd”, 1,234"
    assert (props["data-facet-key"], json.loads(props["data-facet-value"])) == ("company_in", "Go “Ltd”")
    assert tell(blank) == f"{text.FACET_BLANK} 5"
    assert blank.to_plotly_json()["props"]["data-facet-value"] == "null"


def test_estimates_say_so_and_are_round() -> None:
    shown = facet_panel.facet_values(facet(FacetValue("a", "a", 116_340, False), exact=False))
    assert "about 120,000" in tell(shown)
    assert [part.children for part in parts(shown, title=text.FACET_ABOUT_NOTE)] == ["about 120,000"]
    assert "about 80" in tell(facet_panel.facet_values(facet(FacetValue("a", "a", 80, False), exact=False)))
    assert "about" not in tell(facet_panel.facet_values(facet(FacetValue("a", "a", 116_340, False))))


def test_stages_and_fits_stand_in_their_own_order() -> None:
    stages = [FacetValue(v, v, n, False) for v, n in (("rejected", 9), ("new", 5), ("hired", 1))]
    shown = facet_panel.facet_values(facet(*stages, key="stage_in"))
    assert [tell(part) for part in parts(shown, role="checkbox")] == ["New 5", "Hired 1", "Rejected 9"]
    fits = [
        FacetValue(None, "", 9, False),
        FacetValue("weak", "weak", 5, False),
        FacetValue("strong", "strong", 1, False),
    ]
    shown = facet_panel.facet_values(facet(*fits, key="fit_in"))
    assert [tell(part) for part in parts(shown, role="checkbox")] == ["Strong 1", "Weak 5", f"{text.FACET_BLANK} 9"]


def test_yes_and_no_are_ticked_as_such() -> None:
    values = [FacetValue(False, "false", 9, False), FacetValue(True, "true", 5, True)]
    shown = list(parts(facet_panel.facet_values(facet(*values, key="has_email")), role="checkbox"))
    assert [tell(part) for part in shown] == ["Yes 5", "No 9"]
    assert [part.to_plotly_json()["props"]["data-facet-value"] for part in shown] == ["true", "false"]
    assert [part.to_plotly_json()["props"]["aria-checked"] for part in shown] == ["true", "false"]


def test_statuses_are_words() -> None:
    values = [FacetValue(v, v, 1, False) for v in ("active", "filtered_past_candidate")]
    assert "Active 1 Past candidate 1" in tell(facet_panel.facet_values(facet(*values, key="status_in")))


def test_an_empty_group_says_what_to_do() -> None:
    assert tell(facet_panel.facet_values(facet())) == text.FACET_EMPTY
    assert tell(facet_panel.facet_values(facet(), found=True)) == text.FACET_NOT_FOUND
    many = facet(FacetValue("a", "a", 1, False), more=True)
    assert text.FACET_MORE in tell(facet_panel.facet_values(many))
    assert text.FACET_MORE not in tell(facet_panel.facet_values(many, found=True))


def bars(**given: Any) -> Histogram:
    usual: dict[str, Any] = {
        "key": "score", "label": "Score", "kind": "number", "grain": 0.1, "low": 0.0, "high": 9.0,
        "edges": [0.0, 2.5, 5.0, 10.0], "counts": [1, 0, 400], "blank": 1200, "exact": True, "version": 1,
    }  # fmt: skip
    return Histogram(**(usual | given))


def test_bars_can_be_seen_and_say_how_many() -> None:
    shown = facet_panel.histogram(bars(), (2.5, None))
    drawn = list(parts(shown, data_facet_bar="score"))
    assert [bar.children.style["height"] for bar in drawn] == ["2px", "0px", "44px"]
    assert [bar.title for bar in drawn] == ["0 to 2.4: 1", "2.5 to 4.9: 0", "5 to 10: 400"]
    # What a click filters by: both ends included, so the edge is the next bar's.
    ends = [(bar.to_plotly_json()["props"]["data-from"], bar.to_plotly_json()["props"]["data-to"]) for bar in drawn]
    assert ends == [("0.0", "2.4"), ("2.5", "4.9"), ("5.0", "10.0")]
    assert ["sx-bar-out" in bar.className for bar in drawn] == [True, False, False]
    assert "1,200 not filled in" in tell(shown)
    (frame,) = parts(shown, role="img")
    assert frame.to_plotly_json()["props"]["aria-label"] == "Score: 0 to 10"


def test_a_clicked_bar_is_the_only_one_that_is_drawn_as_inside() -> None:
    shown = facet_panel.histogram(bars(), (2.5, 4.9))
    assert ["sx-bar-out" in bar.className for bar in parts(shown, data_facet_bar="score")] == [True, False, True]
    # The end of the scale is in the last bar.
    shown = facet_panel.histogram(bars(), (10, None))
    assert ["sx-bar-out" in bar.className for bar in parts(shown, data_facet_bar="score")] == [True, True, False]
    months = bars(key="current_tenure_months", grain=1, edges=[0, 1, 2, 9], counts=[4, 5, 6])
    shown = facet_panel.histogram(months, (1, 1))
    drawn = list(parts(shown, data_facet_bar="current_tenure_months"))
    assert [bar.title for bar in drawn] == ["0: 4", "1: 5", "2 to 9: 6"]
    assert ["sx-bar-out" in bar.className for bar in drawn] == [True, False, True]


def test_days_are_drawn_as_days() -> None:
    edges = ["2026-06-01", "2026-06-02", "2026-06-03"]
    shown = facet_panel.histogram(
        bars(key="screened_at", kind="date", grain=1, edges=edges, counts=[3, 4], blank=0), ("2026-06-02", None)
    )
    drawn = list(parts(shown, data_facet_bar="screened_at"))
    assert [bar.title for bar in drawn] == ["2026-06-01: 3", "2026-06-02: 4"]
    assert ["sx-bar-out" in bar.className for bar in drawn] == [True, False]
    (frame,) = parts(shown, role="img")
    assert frame.to_plotly_json()["props"]["aria-label"] == "Screened: 2026-06-01 to 2026-06-02"


def test_without_values_there_are_no_bars() -> None:
    shown = facet_panel.histogram(bars(edges=[], counts=[], low=None, high=None))
    assert tell(shown) == f"{text.FACET_EMPTY} 1,200 not filled in"


def test_a_chip_takes_its_filter_away() -> None:
    (chip,) = facet_panel.filter_chips({"title": "title contains “engineer”"})
    props = chip.to_plotly_json()["props"]
    assert props["data-key"] == "title"
    assert props["aria-label"] == "Remove filter: title contains “engineer”"


def test_several_chips_can_be_taken_away_at_once() -> None:
    *chips, clear = facet_panel.filter_chips([("q", "search: “go”"), ("stage_in", "stage is “new”")])
    assert [chip.to_plotly_json()["props"]["data-key"] for chip in chips] == ["q", "stage_in"]
    assert clear.to_plotly_json()["props"]["data-action"] == "clear-filters"


def test_a_group_that_fails_offers_to_try_again() -> None:
    shown = facet_panel.problem("title_in", "The database is busy; try again in a moment.")
    assert "busy" in tell(shown)
    assert [part.children for part in parts(shown, data_facet_retry="title_in")] == [text.FACET_RETRY]
