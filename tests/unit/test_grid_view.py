"""A view: what makes it, its key, its address, and links that are broken."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import pytest

from services.errors import BadInput
from services.grid.grid_order import Order, order_of
from services.grid.grid_view import View, parse_url

SEARCH, OTHER = UUID(int=1), UUID(int=2)
TITLE = {"title": {"filterType": "text", "type": "contains", "filter": "engineer"}}
ADDED = {"added_at": {"filterType": "date", "type": "equals", "dateFrom": "2026-06-01 00:00:00", "dateTo": None}}


def view(search: Any = SEARCH, **parts: Any) -> View:
    return View.of(search, **parts)


def by(*sorts: str) -> list[dict[str, str]]:
    """score.desc → AG Grid's sortModel."""
    return [dict(zip(("colId", "sort"), sort.split("."), strict=True)) for sort in sorts]


# What makes a view


@pytest.mark.parametrize(
    "parts",
    [
        {"search": "not-a-uuid"},
        {"search": None},
        {"search": ["x"]},
        {"status": "gone"},
        {"status": None},
        {"status": ["active"]},
        {"status": {}},
        {"q": 5},
        {"q": ["x"]},
        {"q": "a\0b"},
        {"q": "\ud800"},
        {"filters": "x"},
        {"filters": []},
        {"filters": [1]},
        {"filters": 5},
        {"filters": {"nope": {}}},
        {"filters": {"title": {"type": "contains", "filter": object()}}},
        {"filters": {"score": {"type": "equals", "filter": float("nan")}}},
        {"filters": {"source_in": {"values": [f"value {n:060}" for n in range(190)]}}},
        {"sort": "score"},
        {"sort": None},
        {"sort": [{}]},
    ],
)
def test_what_is_no_view_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        view(parts.pop("search", SEARCH), **parts)


@pytest.mark.parametrize("depth", [50, 900, 3_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    model: Any = {}
    for _ in range(depth):
        model = {"conditions": [model], "operator": "OR"}
    with pytest.raises(BadInput):
        view(filters={"title": model})


def test_a_search_text_is_cleaned_and_cut() -> None:
    assert view(q="  ada ").q == "ada"
    assert view(q=None).q == ""
    assert view(q="x" * 100_000).terms[0].text == "x" * 300


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "", None, 5, ["UTC"]])
def test_a_zone_that_is_not_known_is_utc(zone: Any) -> None:
    assert view(zone=zone).zone == "UTC"


def test_it_says_what_it_shows() -> None:
    shown = view(filters=TITLE, q="go -intern").sentences()
    assert shown == {"title": "title contains “engineer”", "q": "search: “go”, without “intern”"}


@pytest.mark.parametrize(
    ("parts", "sort"),
    [
        ({}, (("score", "desc"),)),
        ({"q": "ada"}, (("relevance", "desc"),)),
        ({"q": "-ada"}, (("score", "desc"),)),
        ({"q": "ada", "sort": by("title.asc")}, (("title", "asc"),)),
    ],
)
def test_best_first_when_nothing_was_chosen(parts: dict[str, Any], sort: Any) -> None:
    assert view(**parts).effective_sort == sort


def test_a_facet_counts_without_its_own_filter() -> None:
    both = view(filters={**TITLE, **ADDED}, q="ada", status="all", sort=by("title.asc"))
    assert both.without_filter("title") == view(filters=ADDED, q="ada", status="all", sort=by("title.asc"))


def test_a_state_is_json_and_reads_back() -> None:
    given = view(status="filtered", q="émile", filters={**TITLE, **ADDED}, sort=by("title.asc"), zone="Asia/Tokyo")
    assert View.from_state(SEARCH, json.loads(json.dumps(given.state()))) == given


# Keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"sort": by("score.desc")}),
        ({"filters": {**TITLE, **ADDED}}, {"filters": {**ADDED, **TITLE}}),
        ({"filters": TITLE}, {"filters": {"title": {"filter": "engineer", "type": "contains"}}}),
        ({"filters": TITLE}, {"filters": {"title": {"filter": " engineer ", "type": "contains"}}}),
        ({"filters": ADDED}, {"filters": {"added_at": {"type": "equals", "dateFrom": "2026-06-01"}}}),
        ({"filters": {"source_in": {"values": ["a", "b"]}}}, {"filters": {"source_in": {"values": ["b", "a", "b"]}}}),
        ({"q": "ada  go"}, {"q": " ada go go "}),
        ({"q": "c++*"}, {"q": "c++"}),
        # A zone matters to dates only.
        ({"filters": TITLE, "zone": "UTC"}, {"filters": TITLE, "zone": "Asia/Tokyo"}),
    ],
)
def test_the_same_question_has_the_same_key(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert view(**one).key(3) == view(**other).key(3)


def test_different_questions_have_different_keys() -> None:
    def title(operator: str, text: str = "x") -> dict[str, Any]:
        return {"filters": {"title": {"type": operator, "filter": text}}}

    def score(operator: str, *values: float) -> dict[str, Any]:
        return {"filters": {"score": dict(zip(("type", "filter", "filterTo"), (operator, *values), strict=False))}}

    def joined(operator: str, *texts: str) -> dict[str, Any]:
        conditions = [{"type": "contains", "filter": text} for text in texts]
        return {"filters": {"title": {"operator": operator, "conditions": conditions}}}

    asked: list[dict[str, Any]] = [
        {}, {"status": "all"}, {"status": "filtered"}, {"status": "shortlisted"},
        {"q": "ada"}, {"q": "ada*"}, {"q": '"ada"'}, {"q": "-ada"}, {"q": "ada go"}, {"q": '"ada go"'}, {"q": "go"},
        {"q": "ada", "sort": by("score.desc")},
        *(title(operator) for operator in ("contains", "notContains", "equals", "notEqual", "startsWith", "endsWith")),
        title("contains", "y"), {"filters": {"title": {"type": "blank"}}}, {"filters": {"title": {"type": "notBlank"}}},
        {"filters": {"company": {"type": "contains", "filter": "x"}}},
        *(score(op, 5) for op in ("equals", "notEqual", "lessThan", "lessThanOrEqual", "greaterThan")),
        score("inRange", 1, 2), score("inRange", 2, 1), score("equals", 5.5),
        joined("AND", "x", "y"), joined("OR", "x", "y"), joined("OR", "x", "y", "z"),
        {"filters": {"source_in": {"values": []}}}, {"filters": {"source_in": {"values": ["a"]}}},
        {"filters": {"source_in": {"values": ["a", None]}}}, {"filters": {"source_in": {"values": ["a", "None"]}}},
        {"filters": {"source_in": {"values": ["a,b"]}}}, {"filters": {"source_in": {"values": ["a", "b"]}}},
        {"filters": {"has_email": {"values": [True]}}}, {"filters": {"has_email": {"values": [False]}}},
        {"filters": ADDED}, {"filters": ADDED, "zone": "Asia/Tokyo"},
        {"sort": by("score.asc")}, {"sort": by("title.asc")}, {"sort": by("title.asc", "score.desc")},
        {"sort": by("score.desc", "title.asc")},
    ]  # fmt: skip
    keys = [view(**parts).key(1) for parts in asked]
    keys += [view().key(2), view().key(11), view(OTHER).key(1)]
    assert len(set(keys)) == len(keys) == len(asked) + 3


# Addresses

WHOLE = {
    "status": "shortlisted",
    "q": 'émile "machine learning" -50% & more+=?#',
    "filters": {
        **TITLE,
        **ADDED,
        "company": {"operator": "OR", "conditions": [{"type": "blank"}, {"type": "equals", "filter": 'ü"&=+%'}]},
        "score": {"type": "inRange", "filter": 0.1, "filterTo": 7},
        "source_in": {"values": ["csv", None, " a,b "]},
        "has_email": {"values": [True]},
    },
    "sort": by("score.desc", "last_name.asc"),
}


@pytest.mark.parametrize("parts", [{}, *({name: value} for name, value in WHOLE.items()), WHOLE])
def test_an_address_brings_back_its_view(parts: dict[str, Any]) -> None:
    given = view(**parts)
    again, person, shown, notices = parse_url(SEARCH, given.query_string())
    assert (again, person, shown, notices) == (given, None, None, [])
    assert again.key(7) == given.key(7)


def test_the_usual_view_needs_no_parameters() -> None:
    assert view().query_string() == ""


def test_an_address_opens_a_person_in_triage() -> None:
    assert parse_url(SEARCH, "?person=42&view=triage") == (view(), "42", "triage", [])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("status=gone", "(status)"),
        ("q=%00", "(q)"),
        ("q=\ud800", "(q)"),
        ("f=not-json", "(f)"),
        ("f=[]", "(f)"),
        ("f=0", "(f)"),
        ("f=null", "(f)"),
        ("f=" + quote('{"nope":{}}'), "(f)"),
        ("f=" + quote('{"title":{"type":"contains","condition1":{}}}'), "(f)"),
        ("f=" + "[" * 50_000, "(f)"),
        ("f=" + quote('{"score":{"type":"equals","filter":' + "9" * 5_000 + "}}"), "(f)"),
        ("f=" + quote('{"score":{"type":"equals","filter":NaN}}'), "(f)"),
        ("f=" + quote(json.dumps({"skills_in": {"values": ["x" * 400] * 100}})), "(f)"),
        ("sort=score", "(sort)"),
        ("sort=score.down", "(sort)"),
        ("sort=,", "(sort)"),
        ("sort=nope.asc", "(sort)"),
        ("sort=" + ",".join(["title.asc"] * 6), "(sort)"),
        ("person=abc", "(person)"),
        ("person=-1", "(person)"),
        ("person=" + "9" * 19, "(person)"),
        ("person=" + quote("٣"), "(person)"),
        ("person=" + quote("1;DROP TABLE x"), "(person)"),
        ("view=nope", "(view)"),
        ("utm_source=mail", "not known"),
        ("&".join(f"x{n}=1" for n in range(60)), "too many"),
        ("&".join(["q=x"] * 60), "too many"),
    ],
)
def test_a_bad_part_is_left_out_with_a_notice(query: str, named: str) -> None:
    found, person, shown, notices = parse_url(SEARCH, query)
    assert (found, person, shown) == (view(), None, None)
    assert len(notices) == 1 and named in notices[0]


def test_a_bad_part_does_not_take_the_good_ones_with_it() -> None:
    query = urlencode({"status": "all", "q": "ada", "f": "nonsense", "sort": "title.asc", "person": "x", "view": "x"})
    found, _, _, notices = parse_url(SEARCH, query)
    assert found == view(status="all", q="ada", sort=by("title.asc"))
    assert len(notices) == 3


# Order


def spelled(order: Order) -> list[str]:
    """Each walk of an order: its condition and its ORDER BY, without the table's alias."""
    return [
        (f"{walk.condition.as_string()}: " if walk.condition else "").replace('"c".', "").replace('"', "")
        + ", ".join(term.as_string() for term in walk.terms).replace('"c".', "").replace('"', "")
        for walk in order.segments
    ]


UP = "NULLS LAST"


@pytest.mark.parametrize(
    ("sort", "walks"),
    [
        ("score.asc", [f"score ASC {UP}, id ASC {UP}"]),
        ("score.desc", ["score IS NOT NULL: score DESC, id DESC", "score IS NULL: score DESC, id DESC"]),
        (
            "title.asc",
            [f"title_key > '': title_key ASC {UP}, id ASC {UP}", f"title_key = '': title_key ASC {UP}, id ASC {UP}"],
        ),
        ("title.desc", ["title_key DESC, id DESC"]),
        ("added_at.asc", [f"added_at ASC {UP}, id ASC {UP}"]),
        ("added_at.desc", ["added_at DESC, id DESC"]),
    ],
)
def test_blanks_come_last_in_both_directions_of_an_index(sort: str, walks: list[str]) -> None:
    order = order_of(view(sort=by(sort)))
    assert spelled(order) == walks
    assert order.reads_index


def test_further_columns_sort_within_the_walks_of_the_first() -> None:
    order = order_of(view(sort=by("title.asc", "score.desc")))
    then = f"title_key ASC {UP}, score DESC NULLS LAST, id ASC {UP}"
    assert spelled(order) == [f"title_key > '': {then}", f"title_key = '': {then}"]
    assert not order.reads_index


@pytest.mark.parametrize("parts", [{"status": "shortlisted"}, {"q": "ada"}, {"filters": TITLE}])
def test_what_is_filtered_is_found_before_it_is_sorted(parts: dict[str, Any]) -> None:
    assert not order_of(view(sort=by("title.asc"), **parts)).reads_index


def test_an_index_has_the_order_of_those_whom_a_text_leaves_over() -> None:
    assert order_of(view(sort=by("title.asc"), q="-ada -eng*")).leaves_out
    assert not order_of(view(sort=by("title.asc"), q="-ada -eng*", filters=TITLE)).leaves_out
    assert not order_of(view(sort=by("title.asc"), q="-ada bob")).leaves_out
    assert not order_of(view(sort=by("title.asc"))).leaves_out


@pytest.mark.parametrize(("sort", "grouped"), [("stage.asc", True), ("industry.desc", True), ("title.asc", False)])
def test_few_values_are_collected_by_value(sort: str, grouped: bool) -> None:
    assert order_of(view(sort=by(sort))).grouped == grouped
    assert not order_of(view(sort=by(sort, "score.desc"))).grouped
    assert not order_of(view(sort=by(sort), q="ada")).grouped
