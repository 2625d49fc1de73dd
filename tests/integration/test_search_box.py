"""The search box finds whom a plain reading of every row finds, in the order of relevance or any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.access import identity
from services.grid import result_sets
from services.grid.grid_view import View
from services.grid.result_plan import RANK_CAP
from services.runtime import Runtime
from services.servers.servers import Servers, ServerUrls
from tests import people
from tests.grid_reference import Row, key, load_rows, ordered, shown
from tests.grid_world import World, all_ids, check_three_ways, world
from tests.people import Person, add_people, add_search

STEADY = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
Terms = Sequence[tuple[str, str, bool]]


@pytest.fixture(scope="module")
def grid(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(servers, template_database, tmp_path_factory.mktemp("home"), people.varied(400, seed=2)) as made:
        yield made


WORDS = (
    "engineer", "ENGINEER", "sénior", "learning", "developer", "Émile", "strauss", "ødegard", "müller", "google",
    "igita", "oog", "works", "unicode", "zurich", "york", "שלמה", "محمد", "ωμεγα", "node.js", ".net", "python", "ninja",
    "müller-lüdenscheidt", "xyzzy", "machine", "platforms", "o'neil", "100%", "things", "\\shop",
)  # fmt: skip
SHORTS = (
    "go",
    "Go",
    "c++",
    "C#",
    "r",
    "hr",
    "r&d",
    "ng",
    "an",
    "zo",
    "田中",
    "x",
    "at&t",
    "bo",
    "ü",
    "ss",
    "50%_",
    "a_",
    "\\s",
)
PREFIXES = ("pyth", "eng", "uni", "zür", "mach", "node", "ödeg", "xyz", "שלמ", "lear")
PHRASES = (
    "machine learning", "senior engineer", "engineer machine", "learning engineer", "new york", "sao paulo", "de la",
    "Ada Example", "learning c++", "go", "google zurich", "head of hr", "learning to sail", "python go", "xyzzy",
)  # fmt: skip


def typed(kind: str, text: str, negated: bool) -> str:
    shown_as = {"phrase": f'"{text}"', "prefix": f"{text}*"}.get(kind, text)
    return f"-{shown_as}" if negated else shown_as


def term(kind: str, texts: tuple[str, ...]) -> st.SearchStrategy[tuple[str, str, bool]]:
    negated = st.sampled_from((False, False, False, True))
    return st.tuples(st.just(kind), st.sampled_from(texts), negated)


TERM = st.one_of(term("word", WORDS), term("short", SHORTS), term("prefix", PREFIXES), term("phrase", PHRASES))


@settings(STEADY, max_examples=100)
@given(terms=st.lists(TERM, min_size=1, max_size=3, unique=True), status=st.sampled_from(("active", "all")))
def test_every_term_must_match(grid: World, terms: Terms, status: str) -> None:
    q = " ".join(typed(*one) for one in terms)
    view = View.of(grid.search_id, status=status, q=q, sort=[{"colId": "full_name", "sort": "asc"}])
    expected = ordered(shown(grid.rows, status, terms=terms), [("full_name", "asc")])
    check_three_ways(grid, view, expected, 0, 30)


@pytest.mark.parametrize(
    ("kind", "text"),
    [(kind, text) for kind, texts in (("word", WORDS), ("short", SHORTS), ("prefix", PREFIXES), ("phrase", PHRASES))
     for text in texts],
)  # fmt: skip
def test_a_term_and_its_opposite_divide_all_people(grid: World, kind: str, text: str) -> None:
    found: dict[bool, list[int]] = {}
    for negated in (False, True):
        view = View.of(grid.search_id, status="all", q=typed(kind, text, negated))
        found[negated] = all_ids(grid.rt, grid.actor, view)
    assert set(found[False]) == {row.id for row in shown(grid.rows, "all", terms=[(kind, text, False)])}
    assert sorted(found[False] + found[True]) == sorted(row.id for row in grid.rows)


def test_the_terms_of_these_tests_find_someone(grid: World) -> None:
    """Guards the tests above: a comparison of two empty results says nothing."""
    finds = {
        (kind, text): len(shown(grid.rows, "all", terms=[(kind, text, False)]))
        for kind, texts in (("word", WORDS), ("short", SHORTS), ("prefix", PREFIXES), ("phrase", PHRASES))
        for text in texts
    }
    nobody = {text for (_, text), count in finds.items() if count == 0}
    assert nobody == {"xyzzy", "xyz", "ss", "a_", "\\s", "google zurich", "python go", "learning c++"}


# Relevance


def ranked(grid: World, rows: Sequence[Row], words: str) -> list[int]:
    """Best first by Postgres's own ranking, weights spelled out anew: name 1, title 0.6, skills 0.3, location 0.1."""
    with psycopg.connect(grid.database_url) as conn:
        return [
            row[0]
            for row in conn.execute(
                """SELECT id FROM candidates WHERE id = ANY (%s)
                ORDER BY ts_rank_cd('{0.1, 0.3, 0.6, 1.0}', search_tsv, %s::tsquery, 1) DESC, id DESC""",
                ([row.id for row in rows], words),
            )
        ]


@pytest.mark.parametrize(
    ("terms", "query"),
    [
        ([("word", "engineer", False)], "engineer"),
        ([("word", "engineer", False), ("phrase", "machine learning", False)], "engineer | machine <-> learning"),
        ([("short", "go", False), ("word", "developer", True)], "go"),
        ([("word", "Émile", False), ("word", "python", False)], "emile | python"),
    ],
)
def test_the_best_hit_comes_first(grid: World, terms: Terms, query: str) -> None:
    view = View.of(grid.search_id, status="all", q=" ".join(typed(*one) for one in terms))
    rows = shown(grid.rows, "all", terms=terms)
    by_id = {row.id: row for row in rows}
    expected = [by_id[found] for found in ranked(grid, rows, query)]
    assert len(expected) > 3
    check_three_ways(grid, view, expected, 0, 100)
    check_three_ways(grid, view, expected, 2, 9)


def test_a_name_weighs_more_than_a_skill(grid: World, database: ServerUrls, tmp_path: Path) -> None:
    placed = [
        Person(full_name="Bo Example", location="Ruby"),
        Person(full_name="Bo Example", skills=("Ruby",)),
        Person(full_name="Bo Example", title="Ruby Developer"),
        Person(full_name="Ruby Example"),
    ]
    with people.runtime(database, tmp_path) as rt, psycopg.connect(database.database_url) as conn:
        actor = identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")
        search_id = add_search(conn, actor)
        ids = add_people(conn, search_id, placed)
        conn.commit()
        page = result_sets.fetch_page(rt, actor, View.of(search_id, q="ruby"), None, 0, 100)
    assert [int(row["id"]) for row in page.rows] == ids[::-1]


def test_many_hits_come_in_the_usual_order_since_ranking_reads_them_all(rt: Runtime, settings_url: str) -> None:
    actor = identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")
    with psycopg.connect(settings_url) as conn:
        search_id = add_search(conn, actor)
        # The best hit by rank has the lowest score.
        add_people(conn, search_id, [Person(full_name="Ruby Ruby", score=0)])
        add_people(conn, search_id, [Person(full_name="Bo", skills=("Ruby",), score=5)] * (RANK_CAP - 1))
        conn.commit()
        view = View.of(search_id, q="ruby")
        assert result_sets.fetch_page(rt, actor, view, None, 0, 1).rows[0]["full_name"] == "Ruby Ruby"
        add_people(conn, search_id, [Person(full_name="Bo", skills=("Ruby",), score=6)])
        conn.commit()
        rows = load_rows(conn, search_id)
    expected = [str(row.id) for row in ordered(rows, [("score", "desc")])]
    for start in (0, 50, RANK_CAP - 20):
        page = result_sets.fetch_page(rt, actor, view, None, start, start + 100)
        assert [row["id"] for row in page.rows] == expected[start : start + 100]


@pytest.fixture
def settings_url(database: ServerUrls) -> str:
    return database.database_url


def test_names_are_found_by_any_part_and_spelling(grid: World) -> None:
    for text, name in (("LÜDENSCHEIDT", "Müller-Lüdenscheidt"), ("degar", "Ødegård"), ("trauss", "Strauß")):
        view = View.of(grid.search_id, status="all", q=text)
        page = result_sets.fetch_page(grid.rt, grid.actor, view, None, 0, 100)
        assert page.rows and all(key(name) in key(row["full_name"]) for row in page.rows)
