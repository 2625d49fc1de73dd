"""At 200,000 people in one search, each kind of query reads what it should: no table from end to end.

The queries are those that the services run, explained as they run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.access.identity import Actor
from services.grid import result_sets
from services.grid.grid_columns import COLUMNS
from services.grid.grid_view import View
from services.grid.result_sets import Page
from services.runtime import Runtime
from services.servers.servers import Servers
from tests.explained import Explained, Plan
from tests.people import own_database, runtime

SIZE, ACTIVE = 200_000, 175_000
INDEXES = {
    "full_name": "candidates_by_name",
    "last_name": "candidates_by_last_name",
    "title": "candidates_by_title",
    "company": "candidates_by_company",
    "location": "candidates_by_location",
    "score": "candidates_by_score",
    "years_experience": "candidates_by_experience",
    "added_at": "candidates_by_added",
}
SORTS = [f"{name}.{direction}" for name in INDEXES for direction in ("asc", "desc")]


class Hall:
    """The search, and a worker whose plans are kept; with_redis=False is one that has no Redis."""

    def __init__(self, rt: Runtime, away: Runtime, view: Callable[..., View], actor: Actor) -> None:
        self.rt, self.away, self.view, self.actor = rt, away, view, actor

    def plans(self, act: Callable[[Runtime], Page], with_redis: bool = True, first: str = "") -> tuple[Page, Explained]:
        rt = self.rt if with_redis else self.away
        self.rt.redis.flushall()
        real = rt.db
        explained = Explained(real, "grid", first)
        rt._db = explained  # type: ignore[assignment]
        try:
            return act(rt), explained
        finally:
            rt._db = real

    def first_page(self, view: View) -> tuple[Page, Explained]:
        return self.plans(lambda rt: result_sets.fetch_page(rt, self.actor, view, None, 0, 100))

    def jump(self, view: View, start: int, with_redis: bool = True, first: str = "") -> tuple[Page, Explained]:
        page, found = self.plans(
            lambda rt: result_sets.fetch_page(rt, self.actor, view, None, start, start + 100), with_redis, first
        )
        assert len(page.rows) == min(100, page.row_count - start)
        return page, found


@pytest.fixture(scope="module")
def hall(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    home = tmp_path_factory.mktemp("home")
    load = (Path(__file__).parent.parent / "sql" / "many_people.sql").read_text(encoding="utf-8")
    with own_database(servers, template_database) as urls:
        with psycopg.connect(urls.superuser_url, autocommit=True) as conn:
            conn.execute(load)
            conn.execute("VACUUM (ANALYZE) candidates, profiles, verdicts, criteria, rubrics")
            row = conn.execute("SELECT s.id, u.id FROM searches s JOIN users u ON u.id = s.user_id").fetchone()
            assert row is not None
        search_id, user_id = row

        def view(sort: str = "score.desc", **parts: Any) -> View:
            pairs = [part.split(".") for part in sort.split(",") if part]
            model = [{"colId": name, "sort": direction} for name, direction in pairs]
            return View.of(search_id, sort=model, **parts)

        nowhere = f"unix://{home}/nowhere.sock"
        with runtime(urls, home) as rt, runtime(urls, home, redis_url=nowhere) as away:
            yield Hall(rt, away, view, Actor(user_id, "recruiter"))


def assert_selective(plan: Plan) -> None:
    """No table is read from end to end, nor an index that only says which search."""
    assert "Seq Scan" not in plan.kinds, plan
    assert "candidates_search_id_profile_id_key" not in plan.indexes, plan


def ids(page: Page) -> list[str]:
    return [row["id"] for row in page.rows]


# Sorts


def test_the_sorts_that_have_an_index_are_these() -> None:
    assert {name for name, column in COLUMNS.items() if column.indexed} == set(INDEXES)


@pytest.mark.parametrize("status", ["active", "all"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_first_page_is_read_from_the_index_of_its_sort(hall: Hall, sort: str, status: str) -> None:
    page, found = hall.first_page(hall.view(sort, status=status))
    assert len(page.rows) == 100 and not page.exact
    assert 0.9 < page.row_count / (ACTIVE if status == "active" else SIZE) < 1.1
    for plan in found.of("fetch_ids"):
        assert plan.indexes == {INDEXES[sort.split(".")[0]]} and plan.kinds == {"Limit", "Index Only Scan"}, plan


@pytest.mark.parametrize("sort", SORTS)
def test_a_list_of_the_usual_view_is_read_from_the_index_alone(hall: Hall, sort: str) -> None:
    page, found = hall.jump(hall.view(sort), 123_400)
    assert page.exact and page.row_count == ACTIVE
    for plan in found.of("build_list"):
        assert plan.indexes == {INDEXES[sort.split(".")[0]]} and plan.kinds == {"Aggregate", "Index Only Scan"}, plan


@pytest.mark.parametrize("sort", ["score.desc", "title.asc", "company.desc", "added_at.asc"])
def test_without_redis_a_jump_walks_the_index(hall: Hall, sort: str) -> None:
    view = hall.view(sort)
    page, found = hall.jump(view, 123_400, with_redis=False)
    for plan in found.of("fetch_ids"):
        assert plan.indexes == {INDEXES[sort.split(".")[0]]} and plan.kinds == {"Limit", "Index Only Scan"}, plan
    assert ids(page) == ids(hall.jump(view, 123_400)[0])


@pytest.mark.parametrize("first", ["title.asc", "score.desc", "score.asc", "added_at.desc"])
def test_a_second_column_sorts_a_page_not_the_table(hall: Hall, first: str) -> None:
    _, found = hall.first_page(hall.view(f"{first},last_name.asc"))
    for plan in found.of("fetch_ids"):
        assert "Incremental Sort" in plan.kinds and plan.indexes == {INDEXES[first.split(".")[0]]}, plan


def test_a_search_without_any_score_still_starts_at_once(hall: Hall) -> None:
    """As each one is before it was screened: the best-first view is a walk through its blanks."""
    page, found = hall.first_page(hall.view(filters={"score": {"type": "blank"}}, status="all"))
    assert len(page.rows) == 100
    assert len(found.of("fetch_ids")) == 2
    for plan in found.of("fetch_ids"):
        assert plan.indexes == {"candidates_by_score"} and plan.kinds == {"Limit", "Index Only Scan"}, plan


@pytest.mark.parametrize("sort", ["screened_at.desc", "screened_at.asc", "industry.asc,stage.desc"])
def test_a_sort_without_index_reads_the_search_once(hall: Hall, sort: str) -> None:
    page, found = hall.jump(hall.view(sort), 100_000)
    assert page.row_count == ACTIVE
    (plan,) = found.of("build_list_sorted")
    assert len(plan.nodes("Scan")) <= 2, plan


@pytest.mark.parametrize(
    "sort",
    [
        "industry.asc",
        "industry.desc",
        "stage.asc",
        "fit.desc",
        "source.asc",
        "current_tenure_months.desc",
        "note_count.asc",
    ],
)
def test_a_sort_by_few_values_collects_a_group_a_value(hall: Hall, sort: str) -> None:
    """Rows of a group must come by id, whatever the planner likes: by hash, which keeps their order."""
    _, found = hall.jump(hall.view(sort), 100_000)
    (plan,) = found.of("build_list_grouped")
    assert {node["Strategy"] for node in plan.nodes("Aggregate")} == {"Plain", "Hashed"}, plan
    assert not plan.nodes("Gather"), plan


def test_groups_that_the_planner_would_sort_are_sorted_by_their_rows(hall: Hall) -> None:
    view = hall.view("industry.desc")
    by_hash, _ = hall.jump(view, 100_000)
    by_sort, found = hall.jump(view, 100_000, first="SET LOCAL enable_hashagg = off")
    assert found.of("build_list_sorted")
    assert "build_list_grouped" not in {plan.name for plan in found.plans}
    assert ids(by_sort) == ids(by_hash)


@pytest.mark.parametrize("sort", ["score.desc", "company.asc"])
def test_a_page_goes_on_from_those_with_a_value_to_the_blanks(hall: Hall, sort: str) -> None:
    """Of a filter with many hits, which is walked rather than found first."""
    name, csv = sort.split(".")[0], {"source_in": {"values": ["csv"]}}
    view = hall.view(sort, filters=csv)
    made, _ = result_sets.whole_list(hall.rt, hall.actor, view, None)
    blank = hall.view(sort, filters={**csv, name: {"type": "blank"}})
    filled = made.total - result_sets.count(hall.rt, hall.actor, blank, None).row_count
    assert 1_000 < filled < made.total - 1_000
    for start in (filled - 30, filled, made.total - 20):
        page, found = hall.jump(view, start, with_redis=False)
        assert found.of("fetch_ids")
        assert ids(page) == [str(candidate) for candidate in made.slice(start, start + 100).ids]


# Rows


def test_a_page_by_its_ids_uses_the_primary_keys(hall: Hall) -> None:
    _, found = hall.jump(hall.view(), 123_400)
    (plan,) = found.of("fetch_rows")
    assert plan.indexes == {"candidates_pkey", "profiles_pkey"}
    assert_selective(plan)


def test_a_page_of_a_list_that_is_there_needs_two_queries(hall: Hall) -> None:
    view = hall.view()

    def count_then_page(rt: Runtime) -> Page:
        result_sets.count(rt, hall.actor, view, None)
        rt.db.plans.clear()  # type: ignore[attr-defined]
        return result_sets.fetch_page(rt, hall.actor, view, None, 123_400, 123_500)

    page, found = hall.plans(count_then_page)
    assert len(page.rows) == 100
    # The third, of another file, are the marks of people who are known elsewhere: tests/integration/test_known.py.
    assert [plan.name for plan in found.plans] == ["fetch_version", "fetch_rows", ""]


# Filters and search text: what is found, and by which index


def contains(text: str, kind: str = "contains") -> dict[str, Any]:
    return {"type": kind, "filter": text}


SELECTIVE: dict[str, tuple[dict[str, Any], set[str], int]] = {
    "part of a name": ({"filters": {"full_name": contains("last7f3")}}, {"candidates_substrings"}, 1),
    "part of a company": ({"filters": {"company": contains("pany 77")}}, {"candidates_substrings"}, 1),
    "begin of a company": ({"filters": {"company": contains("company 77", "startsWith")}},
                           {"candidates_by_company", "candidates_substrings"}, 1),
    "a whole company": ({"filters": {"company": contains("company 1777", "equals")}}, {"candidates_by_company"}, 1),
    "a few companies": ({"filters": {"company_in": {"values": ["company 1777", "x"]}}}, {"candidates_by_company"}, 1),
    "a skill": ({"filters": {"skills_in": {"values": ["skill 7"]}}}, {"candidates_skills"}, 100),
    "a tag": ({"filters": {"tags_in": {"values": ["call"]}}}, {"candidates_tagged"}, 1_000),
    "a stage": ({"filters": {"stage_in": {"values": ["shortlisted"]}}}, {"candidates_staged"}, 1_000),
    "the shortlist": ({"status": "shortlisted"}, {"candidates_staged"}, 1_000),
    "the best": ({"filters": {"score": {"type": "greaterThan", "filter": 9.9}}}, {"candidates_by_score"}, 100),
    "a day": ({"filters": {"added_at": {"type": "equals", "dateFrom": "2026-01-05"}}}, {"candidates_by_added"}, 100),
    "a word": ({"q": "zymurgy"}, {"candidates_words", "candidates_substrings"}, 10),
    "a word within a name": ({"q": "ast7f3"}, {"candidates_words", "candidates_substrings"}, 1),
    "two signs": ({"q": "zy"}, {"candidates_words", "candidates_by_name", "candidates_by_last_name",
                                "candidates_by_company"}, 0),
    "the begin of a word": ({"q": "zymu*"}, {"candidates_words"}, 10),
    "a phrase": ({"q": '"skill7 zymurgy"'}, {"candidates_words"}, 0),
    "a word but not another": ({"q": "zymurgy -nurse"}, {"candidates_words", "candidates_substrings"}, 1),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "indexes", "least"), SELECTIVE.values(), ids=SELECTIVE.keys())
def test_a_selective_filter_is_found_by_its_index(
    hall: Hall, parts: dict[str, Any], indexes: set[str], least: int
) -> None:
    view = hall.view("score.desc", **parts)
    first, of_first = hall.first_page(view)
    counted, of_list = hall.plans(lambda rt: result_sets.count(rt, hall.actor, view, None))
    away, of_away = hall.plans(lambda rt: result_sets.count(rt, hall.actor, view, None), with_redis=False)
    assert least <= counted.row_count == away.row_count < 10_000
    assert len(first.rows) == min(100, counted.row_count)
    # A text is looked for once; whoever was found is read by key.
    finding = "find_capped" if "q" in parts else None
    for name, explained in (
        ("fetch_found_ids", of_first), ("build_list_sorted", of_list), ("count_rows", of_away)
    ):  # fmt: skip
        for plan in explained.of(finding or name):
            assert plan.indexes and plan.indexes <= indexes, plan
            assert_selective(plan)
        if finding:
            for plan in explained.of(name):
                assert plan.indexes <= {"candidates_pkey"}, plan
                assert_selective(plan)


def test_ranking_reads_hits_only(hall: Hall) -> None:
    view = hall.view("", q="zymurgy")
    page, found = hall.first_page(view)
    assert page.row_count == 10 and page.exact
    (finding,), (ranking,) = found.of("find_capped"), found.of("fetch_found_ids")
    assert finding.indexes == {"candidates_words", "candidates_substrings"}, finding
    assert "rank" in ranking.text and ranking.indexes == {"candidates_pkey"}, ranking
    assert_selective(finding)
    assert_selective(ranking)


def test_hits_that_are_near_are_not_counted(hall: Hall) -> None:
    page, found = hall.first_page(hall.view("", q="nurse"))
    assert not page.exact and page.row_count > 30_000
    assert "find_capped" not in {plan.name for plan in found.plans}
    (plan,) = found.of("count_near")
    assert plan.indexes == {"candidates_by_added"} and "Sort" not in plan.kinds, plan


@pytest.mark.parametrize("sort", ["score.desc", "title.asc"])
def test_a_view_that_only_leaves_people_out_looks_for_them_once(hall: Hall, sort: str) -> None:
    view = hall.view(sort, q="-nurse")
    page, found = hall.jump(view, 100_000)
    (plan,) = found.of("build_list_without")
    assert {"candidates_words", "candidates_substrings"} < plan.indexes, plan
    assert "Seq Scan" not in plan.kinds and plan.nodes("CTE Scan"), plan
    assert ids(page) == ids(hall.jump(view, 100_000, with_redis=False)[0])


def test_many_hits_are_not_ranked_but_read_in_the_order_of_an_index(hall: Hall) -> None:
    page, found = hall.first_page(hall.view("", q="nurse"))
    assert len(page.rows) == 100 and page.row_count > 30_000
    assert all("rank" not in plan.text for plan in found.of("fetch_ids"))
    for plan in found.of("fetch_ids"):
        assert plan.indexes == {"candidates_by_score"}, plan
        assert plan.kinds == {"Limit", "Index Scan"}, plan


# Criteria


PYTHON = "criterion_" + hashlib.md5(b"Python?", usedforsecurity=False).hexdigest()[:12]


@pytest.mark.parametrize("values", [["pass"], ["pass", "unknown"], [None], ["fail", None]])
@pytest.mark.parametrize("sort", ["score.desc", "industry.asc"])
def test_a_filter_on_a_criterion_reads_its_verdicts_once_from_their_index(
    hall: Hall, values: list[Any], sort: str
) -> None:
    view = hall.view(sort, filters={PYTHON: {"values": values}}, status="all")
    for page, found in (hall.first_page(view), hall.jump(view, 1_000)):
        assert len(page.rows) == 100
        of_filter = [plan for plan in found.plans if "verdict_code" in plan.text]
        assert of_filter
        for plan in of_filter:
            read = [node for node in plan.nodes("Scan") if node.get("Relation Name") == "verdicts"]
            assert len(read) == 1 and read[0]["Node Type"] != "Seq Scan", plan
            assert "verdicts_criterion" in plan.indexes, plan
            # Never looked into row by row, nor joined by a guess.
            assert "hashed SubPlan" in str(plan.root), plan


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_sort_by_a_criterion_reads_the_search_once(hall: Hall, direction: str) -> None:
    page, found = hall.jump(hall.view(f"{PYTHON}.{direction}"), 100_000)
    assert page.row_count == ACTIVE
    (plan,) = found.of("build_list_sorted")
    candidates = [node for node in plan.nodes("Scan") if node.get("Relation Name") == "candidates"]
    verdicts = [node for node in plan.nodes("Scan") if node.get("Relation Name") == "verdicts"]
    assert len(candidates) == 1 and len(verdicts) == 3 and "verdicts_criterion" in plan.indexes, plan
    assert str(plan.root).count("hashed SubPlan") >= 3, plan
