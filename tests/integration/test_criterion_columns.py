"""Each criterion is a column of the grid: shown, filtered, counted, sorted, kept in views, exact in every version."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from layouts import ids, text
from layouts.grid import column_defs
from services.access.identity import Actor
from services.cache import CacheDown
from services.errors import BadInput, Forbidden
from services.grid import column_state, facets, grid_criteria, result_sets, saved_views
from services.grid.facet_counts import Counter as Counting
from services.grid.grid_columns import VERDICTS
from services.grid.grid_view import View
from services.runtime import Runtime
from services.screening import rubrics, verdict_reviews
from services.screening.rubrics import Criterion, Rubric
from services.searches import searches
from tests.grid_world import all_ids
from tests.screening import CRITERIA, JOB, add_search, row, save_rubric
from tests.verdicts import field_of, judge
from tests.web import CALLBACK, Browser, call

ClientFor = Callable[[Actor], Browser]
PEOPLE = 60
SAYS = ("pass", "fail", "unknown", None)
RANK = {"pass": 3, "unknown": 2, "fail": 1}


class Place:
    """A screened search. said: candidate → verdict by the column of the first criterion."""

    def __init__(self, rt: Runtime, actor: Actor) -> None:
        self.rt, self.actor = rt, actor
        self.search = add_search(rt, actor, PEOPLE)
        self.rubric = save_rubric(rt, actor, self.search)
        self.fields = [field_of(rt, one) for one in self.rubric.criteria]
        self.ids = judge(rt, self.search, self.rubric, says)
        self.said = {one: says(number, self.rubric.criteria[0]) for number, one in enumerate(self.ids, 1)}

    def view(self, **given: Any) -> View:
        return View.of(self.search, **given)

    def rows(self, **given: Any) -> dict[int, dict[str, Any]]:
        page = result_sets.fetch_page(self.rt, self.actor, self.view(**given), None, 0, 100)
        return {int(one["id"]): one for one in page.rows}

    def everyone(self, **given: Any) -> list[int]:
        """In the order of the list, which is that of the first page, and without Redis's help."""
        made = all_ids(self.rt, self.actor, self.view(**given))
        assert list(self.rows(**given)) == made[:100]
        return made


def says(number: int, criterion: Criterion) -> str | None:
    return SAYS[number // {"Python": 1, "Kubernetes": 4}.get(criterion.title, 16) % 4]


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def test_rows_show_each_verdict(place: Place) -> None:
    shown = place.rows()
    for number, one in enumerate(place.ids, 1):
        for criterion, field in zip(place.rubric.criteria, place.fields, strict=True):
            said = says(number, criterion)
            # Whoever has no score yet was not screened as a whole.
            expected = {"verdict": said} if said and shown[one]["screened_at"] else None
            assert shown[one].get(field) == expected


@pytest.mark.parametrize("chosen", [list(c) for n in range(1, 4) for c in combinations(SAYS, n)])
def test_a_filter_finds_exactly_those_who_have_one_of_its_verdicts(place: Place, chosen: list[str | None]) -> None:
    field = place.fields[0]
    found = place.everyone(filters={field: {"filterType": "set", "values": chosen}}, status="all")
    assert set(found) == {one for one, said in place.said.items() if said in chosen}
    assert len(found) == len(set(found))


def test_filters_on_two_criteria_must_both_hold(place: Place) -> None:
    first, second = place.fields[:2]
    found = place.everyone(filters={first: {"values": ["pass"]}, second: {"values": ["fail", None]}})
    assert set(found) == {
        one for number, one in enumerate(place.ids, 1)
        if says(number, place.rubric.criteria[0]) == "pass" and says(number, place.rubric.criteria[1]) in ("fail", None)
    }  # fmt: skip


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_sort_puts_fail_unknown_pass_in_order_and_blanks_last(place: Place, direction: str) -> None:
    sign = 1 if direction == "asc" else -1
    expected = sorted(place.ids, key=lambda one: (
        place.said[one] is None, sign * RANK.get(place.said[one] or "", 0), sign * one))  # fmt: skip
    assert place.everyone(sort=[{"colId": place.fields[0], "sort": direction}]) == expected
    # As a second column, too.
    both = [{"colId": "stage", "sort": "asc"}, {"colId": place.fields[0], "sort": direction}]
    by_stage = sorted(place.ids, key=lambda one: (
        place.said[one] is None, sign * RANK.get(place.said[one] or "", 0), one))  # fmt: skip
    assert place.everyone(sort=both) == by_stage


def test_a_page_without_redis_is_the_same(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    view = place.view(
        sort=[{"colId": place.fields[0], "sort": "desc"}], filters={place.fields[1]: {"values": ["pass"]}}
    )
    expected = all_ids(place.rt, place.actor, view)

    def down(*_: Any) -> Any:
        raise CacheDown("away")

    monkeypatch.setattr(place.rt.lists, "slice", down)
    monkeypatch.setattr(place.rt.lists, "single_flight", down)
    page = result_sets.fetch_page(place.rt, place.actor, view, None, 5, 15)
    assert [int(one["id"]) for one in page.rows] == expected[5:15] and page.row_count == len(expected)


def test_facets_count_by_the_other_filters(place: Place) -> None:
    first, second = place.fields[:2]
    for others in ({}, {second: {"values": ["pass"]}}, {"location": {"type": "contains", "filter": "bern"}}):
        view = place.view(filters={**others, first: {"values": ["fail"]}})
        found = facets.facet(place.rt, place.actor, view, None, first)
        left = all_ids(place.rt, place.actor, place.view(filters=others))
        expected = Counter(place.said[one] for one in left)
        assert {value.value: value.count for value in found.values} == {said: expected[said] for said in SAYS}
        assert [value.value for value in found.values] == [*VERDICTS, None]
        assert [value.value for value in found.values if value.chosen] == ["fail"] and found.exact


def test_a_large_search_counts_a_sample_of_a_criterion(place: Place) -> None:
    """Its sum is that of the people who were looked at, scaled up."""
    view = place.view()
    with place.rt.db.snapshot() as conn:
        meta = replace(result_sets.fetch_meta(conn, place.actor, view), profile_count=PEOPLE)
        small = Counting(conn, meta, view.search_id, cost_limit=0, sample=30, enough=1)
        found = small.verdicts(view.where(), place.fields[0])
    assert not found.exact and sum(row["n"] for row in found.rows) == found.rows[0]["people"] * found.factor


def test_a_persons_verdict_counts_everywhere_and_is_marked(place: Place) -> None:
    field, criterion = place.fields[0], place.rubric.criteria[0]
    one = next(one for one, row in place.rows().items() if row.get(field) == {"verdict": "pass"})
    before = all_ids(place.rt, place.actor, place.view(filters={field: {"values": ["pass"]}}))
    verdict_reviews.review(place.rt, place.actor, place.search, one, criterion.id or 0, "fail", "Only wrote about it.")
    after = all_ids(place.rt, place.actor, place.view(filters={field: {"values": ["pass"]}}))
    assert set(before) - set(after) == {one}
    assert place.rows()[one][field] == {"verdict": "fail", "said": "pass"}
    review = {f"{field}_review": {"values": ["pass>fail"]}}
    assert place.everyone(filters=review) == [one]
    assert place.everyone(filters={f"{field}_review": {"values": ["pass>pass"]}}) == []


def test_a_new_version_keeps_the_columns_of_its_questions(place: Place) -> None:
    kept = place.rubric.criteria[0]
    added = Criterion("Rust", "Does the profile show experience with rust?", "should", Decimal(1))
    renamed = replace(kept, title="Python in production")
    newer = rubrics.save(place.rt, place.actor, place.search, JOB, (renamed, added))
    columns = grid_criteria.columns(place.rt, place.actor, place.search)
    assert [(one.field, one.title) for one in columns] == [
        (place.fields[0], "Python in production"), (field_of(place.rt, added), "Rust")]  # fmt: skip
    # What the version before found still stands there; the score is by criteria that have changed.
    scored = {one: row for one, row in place.rows().items() if row["screened_at"]}
    for one, found in scored.items():
        assert found[place.fields[0]] == {"verdict": place.said[one]}
        assert place.fields[1] not in found and found["score_stale"] == ["criteria"]
    # Screened by the new version: its verdicts count.
    judge(place.rt, place.search, newer, lambda _, __: "unknown")
    assert set(place.everyone(filters={place.fields[0]: {"values": ["unknown"]}})) == set(place.ids)
    assert place.rows()[place.ids[0]]["score_stale"] == []


def test_a_view_by_a_criterion_that_is_not_asked_any_more_says_so_and_shows_the_rest(
    place: Place, client_for: ClientFor
) -> None:
    first, second = place.fields[:2]
    state = place.view(filters={first: {"values": ["pass"]}, "stage_in": {"values": ["new"]}},
                       sort=[{"colId": second, "sort": "asc"}]).state()  # fmt: skip
    saved = saved_views.save(place.rt, place.actor, place.search, "Python people", state)
    assert saved.view.filters == state["f"]
    keep = grid_criteria.without_gone(place.rt, place.actor, saved.view)
    assert keep == (saved.view, [])
    rubrics.save(place.rt, place.actor, place.search, JOB, place.rubric.criteria[2:])
    opened = saved_views.open_view(place.rt, place.actor, saved.id)
    client = client_for(place.actor)
    page = {"search_id": place.search, "version": None, "sort": []}
    answer = call(
        client,
        f"{ids.URL_ANSWER}.data",
        [(ids.URL_QUERY, "data", {"query": opened.query})],
        [(ids.GRID_VIEW, "data", page)],
    ).get_json()
    shown = answer["response"][ids.URL_ANSWER]["data"]["view"]
    assert shown["f"] == {"stage_in": {"values": ["new"]}} and shown["sort"] == []
    assert grid_criteria.GONE in json.dumps(answer, ensure_ascii=False)
    # The page of the search, opened by a link: the same.
    whole = call(client, f"{ids.PAGE}.children", [(ids.URL, "pathname", f"/search/{place.search}")],
                 [(ids.URL, "search", opened.query)]).get_data(as_text=True)  # fmt: skip
    assert '"f":{"stage_in":{"values":["new"]}},"sort":[]' in whole.replace(" ", "") and grid_criteria.GONE in whole


def test_chips_name_the_criterion(place: Place, client_for: ClientFor) -> None:
    page = {"search_id": place.search, "sort": [], "f": {
        place.fields[0]: {"filterType": "set", "values": ["pass"]},
        f"{place.fields[1]}_review": {"values": ["pass>fail"]},
        "criterion_000000000000": {"values": [None]}}}  # fmt: skip
    shown = call(client_for(place.actor), f"{ids.FILTER_CHIPS}.children", [(ids.VIEW_SHOWN, "data", page)]).get_data(
        True
    )
    for said in ("Python: pass", "Kubernetes: the model said pass and a person fail", "Criterion: not screened"):
        assert said in shown


def test_the_page_offers_each_criterion_as_a_column_and_a_group_of_filters(place: Place, client_for: ClientFor) -> None:
    client = client_for(place.actor)
    shown = call(client, f"{ids.PAGE}.children", [(ids.URL, "pathname", f"/search/{place.search}")],
                 [(ids.URL, "search", "")]).get_data(as_text=True)  # fmt: skip
    asked = [(ids.PANEL_REQUEST, "data", {"search_id": str(place.search)})]
    panel = call(client, f"{ids.FILTER_PANEL}.children", asked).get_data(as_text=True)
    columns = grid_criteria.columns(place.rt, place.actor, place.search)
    for one, made in zip(columns, column_defs((), columns)[-3:], strict=True):
        assert (made["colId"], made["headerName"], made["hide"]) == (one.field, one.title, True)
        # In the grid, and in both lists of columns.
        assert shown.count(one.field) > 2
        assert f'"data-facet":"{one.field}"' in panel.replace(" ", "")
    group = _group(client_for(place.actor), place.fields[0], {"search_id": place.search})
    for words in ("Pass", "Unknown", "Fail", text.NOT_SCREENED):
        assert words in group


def _group(client: Browser, field: str, page: dict[str, Any]) -> str:
    """What a group of the panel is filled with."""
    made = [{"id": made(field), "property": name} for made, name in ((ids.facet, "children"), (ids.facet_done, "data"))]
    asked = {"id": ids.facet_ask(field), "property": "data", "value": {"n": 1, "page": page}}
    return client.send(CALLBACK, json={
        "output": '..{"key":["MATCH"],"type":"facet"}.children...{"key":["MATCH"],"type":"facet-done"}.data..',
        "outputs": made, "inputs": [asked], "state": [],
        "changedPropIds": [f'{{"key":"{field}","type":"facet-ask"}}.data'],
    }).get_data(as_text=True)  # fmt: skip


def test_columns_that_are_chosen_stay_chosen_in_other_searches(place: Place) -> None:
    rt, alice, field = place.rt, place.actor, place.fields[0]
    state = [{"colId": "full_name", "width": 200, "hide": False}, {"colId": field, "width": 150, "hide": False}]
    column_state.save(rt, alice, state)
    assert [one["colId"] for one in column_state.of_actor(rt, alice)] == ["full_name", field]
    # Another search, which does not ask it: arranging its columns forgets nothing.
    column_state.save(rt, alice, [{"colId": "title", "hide": False}])
    assert {one["colId"] for one in column_state.of_actor(rt, alice)} == {"title", field}
    # Hidden where it is asked: then it is not kept elsewhere.
    column_state.save(rt, alice, [{"colId": field, "hide": True}])
    column_state.save(rt, alice, [{"colId": "title", "hide": False}])
    assert [one["colId"] for one in column_state.of_actor(rt, alice)] == ["title"]
    many = [{"colId": f"criterion_{n:012x}", "hide": False} for n in range(120)]
    assert len(column_state.save(rt, alice, [*many, {"colId": "title"}])) == 41
    # Whoever asks for the standard columns gets them.
    column_state.save(rt, alice, [])
    assert column_state.of_actor(rt, alice) == []


def test_what_may_not_hold_any_more_is_marked_with_the_reason(place: Place) -> None:
    scored = [one for one, row in place.rows().items() if row["screened_at"]]
    changed, touched, other = scored[:3]
    with place.rt.db.connection() as conn:
        profile = "(SELECT profile_id FROM candidates WHERE id = %s)"
        conn.execute(
            f"UPDATE profiles SET summary = 'Something else', updated_at = now() WHERE id = {profile}", [changed]
        )
        conn.execute(f"UPDATE profiles SET email = 'x@example.com', updated_at = now() WHERE id = {profile}", [touched])
        conn.execute("UPDATE verdicts SET model = 'older-model' WHERE candidate_id = %s", [other])
    shown = place.rows()
    assert shown[changed]["score_stale"] == ["profile"] and shown[other]["score_stale"] == ["model"]
    assert shown[touched]["score_stale"] == []
    assert shown[changed][place.fields[0]]["stale"] == ["profile"]
    assert shown[other][place.fields[0]]["stale"] == ["model"]
    rubrics.save(place.rt, place.actor, place.search, f"{JOB} In Bern.", place.rubric.criteria)
    assert place.rows()[touched][place.fields[0]]["stale"] == ["criteria"]


def test_people_who_were_not_screened_cost_a_page_no_query(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = add_search(rt, alice, 5)

    def asked(*_: Any) -> Any:
        raise AssertionError("asked")

    monkeypatch.setattr(grid_criteria.db, "rows", asked)
    with rt.db.connection() as conn:
        view = View.of(search)
        plain = [{"id": "1", "fit": None, "screened_at": None}]
        assert grid_criteria.marks(conn, rt, view.search_id, plain) == {}


def test_a_search_that_is_not_theirs_tells_nothing(place: Place, bob: Actor) -> None:
    searches.set_visibility(place.rt, place.actor, place.search, "private")
    assert grid_criteria.columns(place.rt, bob, place.search) == ()
    assert grid_criteria.ever_asked(place.rt, bob, place.search) == ()
    with pytest.raises(Forbidden):
        facets.facet(place.rt, bob, place.view(), None, place.fields[0])


def test_another_searchs_criterion_is_nobodys_here(place: Place, rt: Runtime, alice: Actor) -> None:
    other = add_search(rt, alice, 4, "Others")
    rubric = rubrics.save(rt, alice, other, JOB, (Criterion("Go", "Does the profile show go?", "must", Decimal(1)),))
    judge(rt, other, rubric, lambda _, __: "pass")
    field = field_of(rt, rubric.criteria[0])
    assert place.everyone(filters={field: {"values": list(VERDICTS)}}) == []
    assert set(place.everyone(filters={field: {"values": [None]}})) == set(place.ids)
    assert len(all_ids(rt, alice, View.of(other, filters={field: {"values": ["pass"]}}))) == 4


BAD: list[Any] = [
    None, "pass", [], {"values": "pass"}, {"values": ["maybe"]}, {"values": [True]}, {"values": [["pass"]]},
    {"values": ["pass"] * 201}, {"values": ["pass"], "more": 1}, {"filterType": "text", "values": ["pass"]},
    {"conditions": [{"values": ["pass"]}]}, {"operator": "OR", "conditions": [{"values": [1]}]},
]  # fmt: skip


@pytest.mark.parametrize("model", BAD)
@pytest.mark.parametrize("suffix", ["", "_review"])
def test_a_filter_that_cannot_be_read_is_refused(place_field: str, model: Any, suffix: str) -> None:
    with pytest.raises(BadInput):
        View.of("00000000-0000-0000-0000-000000000001", filters={f"{place_field}{suffix}": model})


@pytest.fixture
def place_field() -> str:
    return "criterion_0123456789ab"


def test_a_version_is_known_by_its_data(place: Place, rt: Runtime, alice: Actor) -> None:
    """A list that someone reads stays as it is; the next one has what was decided since."""
    field = place.fields[0]
    view = place.view(filters={field: {"values": ["pass"]}})
    counted = result_sets.count(rt, alice, view, None)
    one = next(one for one, row in place.rows().items() if row.get(field) == {"verdict": "pass"})
    made = verdict_reviews.review(rt, alice, place.search, one, place.rubric.criteria[0].id or 0, "fail", "No.")
    assert (made.version_before, made.version_after) == (counted.version, counted.version + 1)
    assert result_sets.count(rt, alice, view, counted.version).row_count == counted.row_count
    assert result_sets.count(rt, alice, view, None).row_count == counted.row_count - 1
    assert (
        row(rt, "SELECT data_version FROM searches WHERE id = %s", place.search)["data_version"] == made.version_after
    )


def test_a_rubric_may_have_a_dozen_criteria(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 3)
    many = tuple(replace(CRITERIA[0], title=f"C{n}", question=f"Question {n}?") for n in range(12))
    rubric: Rubric = save_rubric(rt, alice, search, many)
    judge(rt, search, rubric, lambda number, _: VERDICTS[number % 3])
    fields = [field_of(rt, one) for one in rubric.criteria]
    page = result_sets.fetch_page(rt, alice, View.of(search), None, 0, 100)
    assert all(set(fields) <= set(shown) for shown in page.rows)
    everything = {field: {"values": ["pass"]} for field in fields}
    assert len(all_ids(rt, alice, View.of(search, filters=everything))) == 1
