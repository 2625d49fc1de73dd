"""People of a search in the order of how alike they are to a text, to people, to who was taken: a view like others."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts import text
from layouts.match_menu import like
from services.access.identity import Actor
from services.cache import CacheDown
from services.errors import BadInput, Conflict, Forbidden, NotFound, Unavailable
from services.grid import result_sets, saved_views
from services.grid.grid_view import View, parse_url
from services.matching import match_person, match_rank, match_tidy, matching
from services.matching.matching import Match
from services.people import merges
from services.runtime import Runtime
from tests.grid_world import all_ids
from tests.people import Person, add_people, add_search
from tests.two_people import two_people
from tests.vectors import at, live_model, place_people, place_text, set_job

JOB = "Data engineer for Kafka and Python at a bank"
SENTENCE = "someone who has built streaming platforms"


class Place:
    """A search of people who stand on a circle, one degree apart, in no order; every tenth was not read yet."""

    def __init__(self, rt: Runtime, actor: Actor, count: int = 40, visibility: str = "team") -> None:
        self.rt, self.actor, self.model = rt, actor, _model(rt)
        with rt.db.connection() as conn:
            self.search: uuid.UUID = add_search(conn, actor, visibility)
            people = [Person(full_name=f"P {n}", years_experience=float(n % 10)) for n in range(count)]
            self.ids = add_people(conn, self.search, people)
        self.degrees = {one: float(n * 7 % 89) for n, one in enumerate(self.ids) if n % 10 != 9}
        place_people(rt, self.model, {one: at(degrees) for one, degrees in self.degrees.items()})
        self.match = self.text(SENTENCE, 0)

    def text(self, said: str, degrees: float) -> Match:
        found = matching.to_text(self.rt, self.actor, self.search, said)
        if found.state == "waiting":
            place_text(self.rt, self.model, said, at(degrees))
        return matching.look(self.rt, self.actor, self.search, found.id)

    def view(self, match: int | None = 0, **given: Any) -> View:
        return View.of(self.search, match=self.match.id if match == 0 else match, **given)

    def alike(self, ids: list[int] | None = None, degrees: float = 0) -> list[int]:
        """Who is expected, in order: the most alike first, whoever was not read last, later ones first."""
        away = {one: abs(self.degrees[one] - degrees) for one in self.degrees}
        return sorted(ids if ids is not None else self.ids, key=lambda one: (one not in away, away.get(one, 0), -one))

    def everyone(self, view: View) -> list[int]:
        """In the order of the list, which is that of the first page."""
        first = [int(row["id"]) for row in result_sets.fetch_page(self.rt, self.actor, view, None, 0, 100).rows]
        made = all_ids(self.rt, self.actor, view)
        assert first == made[:100]
        return made


def _model(rt: Runtime) -> int:
    with rt.db.connection() as conn:
        row = conn.execute("SELECT id FROM embedding_models WHERE state = 'live'").fetchone()
    return int(row["id"]) if row else live_model(rt)


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def rows_of(rt: Runtime, query: str, *params: Any) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        return [dict(row) for row in conn.execute(query, params or None)]


# -- a result set like any other -------------------------------------------------------------------


def test_the_most_alike_come_first_and_whoever_was_not_read_last(place: Place) -> None:
    assert place.everyone(place.view()) == place.alike()


def test_rows_say_how_alike_they_are(place: Place) -> None:
    page = result_sets.fetch_page(place.rt, place.actor, place.view(), None, 0, 100)
    found = [row["similarity"] for row in page.rows]
    read = [one for one in found if one is not None]
    assert len(read) == len(place.degrees) and found[len(read) :] == [None] * 4
    assert read == sorted(read, reverse=True) and read[0] == 1 and all(0 <= one <= 1 for one in read)
    # In a view that compares with nothing nobody is like anything.
    plain = result_sets.fetch_page(place.rt, place.actor, place.view(None), None, 0, 100)
    assert all("similarity" not in row for row in plain.rows)
    by = [{"colId": "similarity", "sort": "desc"}]
    assert place.view(None, sort=by).effective_sort == place.view(None).effective_sort


def test_the_column_sorts_both_ways_and_beside_others(place: Place) -> None:
    for direction in ("asc", "desc"):
        sorts(place, direction)


def sorts(place: Place, direction: str) -> None:
    sign = 1 if direction == "desc" else -1
    away = place.degrees
    one_way = sorted(place.ids, key=lambda one: (one not in away, sign * away.get(one, 0), -sign * one))
    assert place.everyone(place.view(sort=[{"colId": "similarity", "sort": direction}])) == one_way
    both = [{"colId": "years_experience", "sort": "asc"}, {"colId": "similarity", "sort": direction}]
    years = {one: n % 10 for n, one in enumerate(place.ids)}
    expected = sorted(place.ids, key=lambda one: (years[one], one not in away, sign * away.get(one, 0), one))
    assert place.everyone(place.view(sort=both)) == expected


def test_filters_hold(place: Place) -> None:
    view = place.view(filters={"years_experience": {"filterType": "number", "type": "lessThan", "filter": 3}})
    young = [one for n, one in enumerate(place.ids) if n % 10 < 3]
    assert place.everyone(view) == place.alike(young)


def test_pages_without_redis_are_the_same(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> Any:
        raise CacheDown("away")

    monkeypatch.setattr(place.rt.lists, "slice", down)
    page = result_sets.fetch_page(place.rt, place.actor, place.view(), None, 10, 30)
    assert [int(row["id"]) for row in page.rows] == place.alike()[10:30] and page.row_count == 40


def test_the_link_and_a_saved_view_keep_it(place: Place, bob: Actor) -> None:
    view = place.view(filters={"years_experience": {"filterType": "number", "type": "lessThan", "filter": 3}})
    read, _, _, notices = parse_url(place.search, view.query_string())
    assert (read, notices) == (view, [])
    saved = saved_views.save(place.rt, place.actor, place.search, "Like them", view.state(), shared=True)
    opened = saved_views.open_view(place.rt, bob, saved.id).view
    assert opened == view and all_ids(place.rt, bob, opened) == place.everyone(view)


def test_what_the_link_says_badly_is_left_out() -> None:
    for bad in ("match=x", "match=-1", "match=0", "match=" + "9" * 30, "match=1.5"):
        view, _, _, notices = parse_url(uuid.uuid4(), f"?{bad}")
        assert view.match is None and len(notices) == 1


# -- many people: by the index of vectors ----------------------------------------------------------


@pytest.fixture
def many(rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> Place:
    """So many that a page is found by the index of vectors."""
    monkeypatch.setattr(match_rank, "EXACT_ROWS", 50)
    return Place(rt, alice, 400)


def by_index(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each page was found by the index of vectors."""
    found, real = [], match_rank.nearest

    def nearest(*given: Any, **more: Any) -> Any:
        ids = real(*given, **more)
        found.append(ids is not None)
        return ids

    monkeypatch.setattr(match_rank, "nearest", nearest)
    return found


def test_a_page_of_many_is_the_head_of_the_whole_list(many: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    used = by_index(many, monkeypatch)
    made = many.everyone(many.view())
    assert sorted(made) == sorted(many.ids) and used and all(used)
    likeness = {one: round(many.degrees.get(one, 999), 3) for one in made}
    assert [likeness[one] for one in made] == sorted(likeness.values())


def test_the_index_of_vectors_is_what_is_read(many: Place) -> None:
    view = many.view()
    with many.rt.db.snapshot() as conn:
        likeness = match_rank.likeness_of(conn, view)
        assert likeness is not None
        conn.execute(match_rank._Q.scan_near, {"ef_search": "40", "most": "20000"})
        text = match_rank.SQL(match_rank._Q.fetch_nearest).format(
            vector=likeness.vector, model=match_rank.Literal(likeness.model_id), where=view.where().sql()
        )
        plan = conn.execute(match_rank.SQL("EXPLAIN ") + text, {**view.where().params, "limit": 101}).fetchall()
    shown = "\n".join(row["QUERY PLAN"] for row in plan)
    assert f"Index Scan using profile_embeddings_{many.model}_embedding_idx" in shown and "Seq Scan" not in shown


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(low=st.integers(0, 9), width=st.integers(0, 9), size=st.integers(1, 100))
def test_any_filter_gives_as_many_as_there_are(many: Place, low: int, width: int, size: int) -> None:
    """From everyone down to nobody, whoever was not read among them."""
    years = {"filterType": "number", "type": "inRange", "filter": low, "filterTo": low + width}
    view = many.view(filters={"years_experience": years})
    wanted = [one for n, one in enumerate(many.ids) if low <= n % 10 <= low + width]
    page = result_sets.fetch_page(many.rt, many.actor, view, None, 0, size)
    made = all_ids(many.rt, many.actor, view)
    assert len(page.rows) == min(size, len(wanted))
    assert sorted(made) == sorted(wanted) and [int(row["id"]) for row in page.rows] == made[:size]
    assert [one in many.degrees for one in made] == sorted((one in many.degrees for one in made), reverse=True)


def test_where_the_index_gives_up_everyone_is_compared(many: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    used = by_index(many, monkeypatch)
    monkeypatch.setattr(match_rank, "HEAD", 380)
    monkeypatch.setattr(match_rank, "nearest", lambda conn, where, likeness: None)
    assert many.everyone(many.view()) == many.alike() and used == []


def test_how_many_are_compared_one_by_one_goes_by_how_many_have_a_vector(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 360 reading in the index is quicker from 329 on; before anyone has counted, nobody knows."""
    place = Place(rt, alice, 400)
    used = by_index(place, monkeypatch)
    assert place.everyone(place.view()) == place.alike() and used == []
    with rt.db.connection() as conn:
        conn.execute("ANALYZE profile_embeddings")
    made = place.everyone(place.view(status="all"))
    assert sorted(made) == sorted(place.ids) and used and all(used)
    used.clear()
    few = {"years_experience": {"filterType": "number", "type": "lessThan", "filter": 8}}
    wanted = place.alike([one for n, one in enumerate(place.ids) if n % 10 < 8])
    assert place.everyone(place.view(filters=few)) == wanted and used == []


def test_a_count_of_when_there_were_no_vectors_says_nothing_of_now(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(rt, alice)
    used = by_index(place, monkeypatch)
    rows_of(rt, "DELETE FROM profile_embeddings RETURNING 1")
    with rt.db.connection() as conn:
        conn.execute("ANALYZE profile_embeddings")
    place_people(rt, place.model, {one: at(degrees) for one, degrees in place.degrees.items()})
    assert place.everyone(place.view()) == place.alike() and used == []


# -- news ------------------------------------------------------------------------------------------


def version(place: Place) -> int:
    return result_sets.version_of(place.rt, place.actor, place.view(None))


def test_another_vector_or_model_is_news_where_people_are_compared(place: Place) -> None:
    before, late = version(place), place.ids[9]
    place_people(place.rt, place.model, {late: at(0)})
    assert version(place) == before + 1
    place.degrees[late] = 0
    assert place.everyone(place.view()) == place.alike()
    rows_of(place.rt, "UPDATE embedding_models SET state = 'retired' WHERE state = 'live' RETURNING id")
    assert version(place) == before + 2


def test_it_is_none_where_nobody_was_compared_lately(place: Place) -> None:
    rows_of(place.rt, "UPDATE matches SET used_at = now() - interval '2 days' RETURNING id")
    before = version(place)
    place_people(place.rt, place.model, {place.ids[9]: at(0)})
    assert version(place) == before


def test_who_was_looked_at_and_is_the_same_is_no_news(place: Place) -> None:
    before = version(place)
    rows_of(place.rt, "UPDATE profile_embeddings SET seen_at = now() RETURNING 1")
    assert version(place) == before


def test_vectors_of_a_model_that_is_built_are_no_news(place: Place) -> None:
    with place.rt.db.connection() as conn:
        row = conn.execute(
            "INSERT INTO embedding_models (name, provider) VALUES ('next', 'local') RETURNING id"
        ).fetchone()
        assert row is not None
        conn.execute("SELECT add_embedding_partition(%s::smallint)", [row["id"]])
    before = version(place)
    place_people(place.rt, row["id"], {one: at(0) for one in place.ids})
    place_people(place.rt, row["id"], {one: at(9) for one in place.ids})
    assert version(place) == before


def test_whoever_leaves_a_comparison_is_news(place: Place) -> None:
    """Also where they are in the search no more: the order of the others is another one."""
    found = matching.to_people(place.rt, place.actor, place.search, place.ids[:2])
    gone = rows_of(place.rt, "DELETE FROM candidates WHERE id = %s RETURNING profile_id", place.ids[0])[0]["profile_id"]
    before = version(place)
    rows_of(place.rt, "DELETE FROM profiles WHERE id = %s RETURNING 1", gone)
    assert matching.look(place.rt, place.actor, place.search, found.id).liked == 1
    assert version(place) == before + 1


# -- what people are compared with -----------------------------------------------------------------


def test_the_job_description_is_read_first(place: Place) -> None:
    with pytest.raises(BadInput, match="no job description"):
        matching.to_job(place.rt, place.actor, place.search)
    set_job(place.rt, place.search, JOB)
    found = matching.to_job(place.rt, place.actor, place.search)
    assert (found.state, found.kind) == ("waiting", "job")
    with pytest.raises(Conflict, match="being read"):
        result_sets.fetch_page(place.rt, place.actor, place.view(found.id), None, 0, 100)
    view, pending, notices = matching.settle(place.rt, place.actor, place.view(found.id))
    assert (view.match, pending, notices) == (None, found.id, [])
    place_text(place.rt, place.model, JOB, at(60))
    assert matching.look(place.rt, place.actor, place.search, found.id).state == "ready"
    made = place.everyone(place.view(found.id))
    assert {one: n for n, one in enumerate(made)}[place.alike(degrees=60)[0]] == 0
    assert matching.settle(place.rt, place.actor, place.view(found.id))[0].match == found.id


def test_a_job_description_that_was_changed_since_is_called_an_earlier_one(place: Place) -> None:
    set_job(place.rt, place.search, JOB)
    place_text(place.rt, place.model, JOB, at(60))
    found = matching.to_job(place.rt, place.actor, place.search)
    assert (found.state, found.is_old) == ("ready", False)
    set_job(place.rt, place.search, f"{JOB}, part time")
    again = matching.look(place.rt, place.actor, place.search, found.id)
    assert again.is_old and like(again) == text.MATCH_LIKE_OLD_JOB
    newer = matching.to_job(place.rt, place.actor, place.search)
    assert newer.id != found.id and not newer.is_old


def test_after_a_switch_the_text_is_read_by_the_new_model_while_the_list_waits(place: Place) -> None:
    rows_of(place.rt, "UPDATE embedding_models SET state = 'retired' WHERE state = 'live' RETURNING id")
    model = live_model(place.rt, "another")
    for _ in range(2):
        with pytest.raises(Conflict, match="by itself in a moment"):
            matching.fetch_page(place.rt, place.actor, place.view(), None, 0, 100)
        # The page asks again; nothing but that has the text read.
        assert [row["text"] for row in rows_of(place.rt, "SELECT text FROM query_texts")] == [SENTENCE]
    place_text(place.rt, model, SENTENCE, at(0))
    assert len(matching.fetch_page(place.rt, place.actor, place.view(), None, 0, 100).rows) == 40


def test_a_text_that_the_new_model_cannot_read_is_told_by_the_list(place: Place) -> None:
    rows_of(place.rt, "UPDATE embedding_models SET state = 'retired' WHERE state = 'live' RETURNING id")
    live_model(place.rt, "another")
    with pytest.raises(Conflict):
        matching.fetch_page(place.rt, place.actor, place.view(), None, 0, 100)
    rows_of(place.rt, "UPDATE query_texts SET failed_at = now(), error = 'The model is away.' RETURNING 1")
    with pytest.raises(Unavailable, match="The model is away"):
        matching.fetch_page(place.rt, place.actor, place.view(), None, 0, 100)


def test_the_same_question_is_the_same_match(place: Place, bob: Actor) -> None:
    assert matching.to_text(place.rt, bob, place.search, f"  {SENTENCE}\n").id == place.match.id
    assert matching.to_text(place.rt, bob, place.search, f"{SENTENCE} now").id != place.match.id


def test_a_bad_question_is_refused(place: Place) -> None:
    for said, why in (
        ("", "Describe"),
        (" \x00\n", "Describe"),
        ("x" * 2001, "at most 2,000"),
        ("an \ud800 engineer", "cannot be read"),
    ):
        with pytest.raises(BadInput, match=why):
            matching.to_text(place.rt, place.actor, place.search, said)
    nobody: tuple[tuple[list[Any], type[Exception]], ...] = (
        ([], BadInput), (["x"], BadInput), (list(range(1, 200)), BadInput), ([2**40], NotFound))  # fmt: skip
    for ids, error in nobody:
        with pytest.raises(error):
            matching.to_people(place.rt, place.actor, place.search, ids)
    with pytest.raises(Conflict, match="not been read yet"):
        matching.to_people(place.rt, place.actor, place.search, [place.ids[9]])


def test_a_text_that_could_not_be_read_says_why(place: Place) -> None:
    found = matching.to_text(place.rt, place.actor, place.search, "something else")
    rows_of(place.rt, "UPDATE query_texts SET failed_at = now(), error = 'The model does not answer.' RETURNING 1")
    looked = matching.look(place.rt, place.actor, place.search, found.id)
    assert (looked.state, looked.message) == ("failed", "The model does not answer.")
    view, pending, notices = matching.settle(place.rt, place.actor, place.view(found.id))
    assert (view.match, pending, notices) == (None, None, ["The model does not answer."])


def test_more_like_one_person_begins_with_them(place: Place) -> None:
    one = place.ids[5]
    found = matching.to_people(place.rt, place.actor, place.search, [str(one)])
    assert (found.state, found.liked, found.name) == ("ready", 1, "P 5")
    assert place.everyone(place.view(found.id))[0] == one


def test_more_like_some_people_is_the_middle_of_them(place: Place) -> None:
    ends = sorted(place.degrees, key=lambda one: place.degrees[one])
    found = matching.to_people(place.rt, place.actor, place.search, [ends[0], ends[-1]])
    middle = (place.degrees[ends[0]] + place.degrees[ends[-1]]) / 2
    made = place.everyone(place.view(found.id))
    away = [abs(place.degrees[one] - middle) for one in made if one in place.degrees]
    assert away == sorted(away)


def decide(place: Place, stage: str, *ids: int) -> None:
    rows_of(place.rt, "UPDATE candidates SET stage = %s, stage_changed_at = now() WHERE id = ANY (%s) RETURNING id",
            stage, list(ids))  # fmt: skip


def test_like_those_taken_and_unlike_those_rejected(place: Place) -> None:
    by = sorted(place.degrees, key=lambda one: place.degrees[one])
    with pytest.raises(BadInput, match="at least 3 people first: there are 0"):
        matching.to_taste(place.rt, place.actor, place.search)
    decide(place, "shortlisted", *by[15:17])
    decide(place, "contacted", by[17])
    liked = matching.to_taste(place.rt, place.actor, place.search)
    assert (liked.liked, liked.unliked, liked.state) == (3, 0, "ready")
    first = place.everyone(place.view(liked.id))[:3]
    decide(place, "rejected", *by[:5])
    taste = matching.to_taste(place.rt, place.actor, place.search)
    assert (taste.liked, taste.unliked) == (3, 5)
    made = place.everyone(place.view(taste.id))
    # Away from those who were turned down.
    assert sum(place.degrees[one] for one in made[:3]) > sum(place.degrees[one] for one in first)
    # What was decided since does not move a list that someone looks at.
    assert place.everyone(place.view(liked.id))[:3] == first


def test_the_job_description_counts_in_it(place: Place) -> None:
    by = sorted(place.degrees, key=lambda one: place.degrees[one])
    decide(place, "shortlisted", *by[:3])
    set_job(place.rt, place.search, JOB)
    taste = matching.to_taste(place.rt, place.actor, place.search)
    assert taste.state == "waiting"
    place_text(place.rt, place.model, JOB, at(88))
    made = place.everyone(place.view(taste.id))
    # Once the job, three quarters of the middle of the three.
    middle = sum(place.degrees[one] for one in by[:3]) / 3
    away = [abs(place.degrees[one] - (88 + 0.75 * middle) / 1.75) for one in made if one in place.degrees]
    assert away[0] == min(away) or away[0] - min(away) < 12


# -- with a search text ----------------------------------------------------------------------------


def test_a_search_text_and_likeness_are_fused_by_their_ranks(rt: Runtime, alice: Actor) -> None:
    place = Place(rt, alice, 0)
    said = ["python python", "python", "python go", *["java"] * 60]
    with rt.db.connection() as conn:
        ids = add_people(conn, place.search, [Person(full_name=f"Q {n}", title=one) for n, one in enumerate(said)])
    place_people(rt, place.model, {ids[0]: at(80), ids[1]: at(10), ids[2]: at(40)})
    view = place.view(q="python")
    words = all_ids(rt, alice, view.without_match())
    assert set(words) == set(ids[:3])
    with rt.db.connection() as conn:
        ranked = conn.execute(
            "SELECT id, ts_rank_cd('{0.1, 0.3, 0.6, 1.0}', search_tsv, sx_tsquery('python', false), 0) AS r"
            " FROM candidates WHERE id = ANY (%s)", [ids[:3]]).fetchall()  # fmt: skip
    by_words = {row["id"]: 1 + sum(other["r"] > row["r"] for other in ranked) for row in ranked}
    by_vector = {ids[1]: 1, ids[2]: 2, ids[0]: 3}
    # Whoever says no more of it than another is no better a hit for having written less.
    assert sorted(by_words.values()) == [1, 2, 2]
    weight = match_rank.rarity(3, len(said))
    fused = {one: weight / (60 + by_words[one]) + 1 / (60 + by_vector[one]) for one in ids[:3]}
    assert place.everyone(view) == sorted(fused, key=lambda one: (-fused[one], -one))


def test_a_word_that_everyone_has_leaves_the_order_to_likeness(rt: Runtime, alice: Actor) -> None:
    place = Place(rt, alice, 0)
    said = ["python python python", "python python", "python"]
    with rt.db.connection() as conn:
        ids = add_people(conn, place.search, [Person(full_name=f"Q {n}", title=one) for n, one in enumerate(said)])
    place_people(rt, place.model, {one: at(80 - 20 * n) for n, one in enumerate(ids)})
    assert place.everyone(place.view(q="python")) == ids[::-1]
    assert [match_rank.rarity(hits, 100) for hits in (1, 10, 100)] == [1, pytest.approx(0.5), 0]
    # Of a search whose number of people is behind, or that has one.
    assert match_rank.rarity(3, 0) == match_rank.rarity(1, 1) == match_rank.rarity(0, 9) == 1
    assert match_rank.rarity(30, 20) == 0


def test_words_in_common_say_why(rt: Runtime, alice: Actor) -> None:
    place = Place(rt, alice, 0)
    with rt.db.connection() as conn:
        ids = add_people(conn, place.search, [
            Person(full_name="Kafka Bank", title="Data engineer", skills=("Machine Learning", "python")),
            Person(full_name="Nobody", title="Painter"),
        ])  # fmt: skip
    match = place.text("We want a data engineer with machine learning and Python, at a bank", 0)
    page = result_sets.fetch_page(rt, alice, place.view(match.id), None, 0, 10)
    words = {int(row["id"]): row["match_words"] for row in page.rows}
    # Skills first; a name is no reason.
    assert words[ids[0]] == ["Python", "machine learning", "data", "engineer"] and words[ids[1]] == []


def test_traits_in_common_say_why_people_are_alike(rt: Runtime, alice: Actor) -> None:
    place = Place(rt, alice, 0)
    with rt.db.connection() as conn:
        ids = add_people(conn, place.search, [
            Person(title="Engineer", company="Acme", skills=("Go", "Rust")),
            Person(title="engineer", company="Other", skills=("rust",)),
            Person(title="Painter"),
        ])  # fmt: skip
    place_people(rt, place.model, {one: at(n) for n, one in enumerate(ids)})
    match = matching.to_people(rt, alice, place.search, [ids[0]])
    page = result_sets.fetch_page(rt, alice, place.view(match.id), None, 0, 10)
    words = {int(row["id"]): row["match_words"] for row in page.rows}
    assert words == {ids[0]: [], ids[1]: ["Engineer", "Rust"], ids[2]: []}


# -- rights, and what is gone ----------------------------------------------------------------------


def test_a_match_is_its_search_s_alone(place: Place, bob: Actor) -> None:
    other = Place(place.rt, bob)
    with pytest.raises(BadInput, match="not there any more"):
        result_sets.fetch_page(place.rt, place.actor, place.view(other.match.id), None, 0, 100)
    with pytest.raises(NotFound):
        matching.look(place.rt, place.actor, place.search, other.match.id)


def test_people_of_a_search_that_is_not_shared_are_nobody_s_measure(place: Place, bob: Actor) -> None:
    hidden = Place(place.rt, bob, visibility="private")
    for ask in (
        lambda: matching.to_people(place.rt, place.actor, hidden.search, hidden.ids[:1]),
        lambda: matching.to_text(place.rt, place.actor, hidden.search, SENTENCE),
        lambda: matching.to_job(place.rt, place.actor, hidden.search),
        lambda: matching.to_taste(place.rt, place.actor, hidden.search),
        lambda: matching.look(place.rt, place.actor, hidden.search, hidden.match.id),
        lambda: matching.coverage(place.rt, place.actor, hidden.search),
        lambda: match_person.fitting(place.rt, place.actor, hidden.search, hidden.ids[0]),
        lambda: match_person.likeness(place.rt, place.actor, hidden.view(), hidden.ids[0]),
    ):
        with pytest.raises(Forbidden):
            ask()
    with pytest.raises(NotFound):
        matching.to_people(place.rt, place.actor, place.search, hidden.ids[:1])


def test_a_viewer_may_compare(place: Place, charlie: Actor) -> None:
    found = matching.to_text(place.rt, charlie, place.search, SENTENCE)
    assert all_ids(place.rt, charlie, place.view(found.id)) == place.alike()


def test_whoever_is_erased_is_nobody_s_measure_any_more(place: Place) -> None:
    found = matching.to_people(place.rt, place.actor, place.search, [place.ids[5]])
    rows_of(place.rt, "DELETE FROM profiles WHERE id = (SELECT profile_id FROM candidates WHERE id = %s) RETURNING id",
            place.ids[5])  # fmt: skip
    with pytest.raises(NotFound):
        matching.look(place.rt, place.actor, place.search, found.id)
    view, pending, notices = matching.settle(place.rt, place.actor, place.view(found.id))
    assert (view.match, pending, notices) == (None, None, [matching.LEFT_OUT])


def test_people_who_become_one_stay_a_measure(rt: Runtime, alice: Actor) -> None:
    two = two_people(rt, alice)
    place_people(rt, model := live_model(rt), {two.both_a: at(0), two.both_b: at(5)})
    search = rows_of(rt, "SELECT search_id FROM candidates WHERE id = %s", two.both_b)[0]["search_id"]
    found = matching.to_people(rt, alice, search, [two.both_b])
    done = merges.merge(rt, alice, two.pair)
    assert rows_of(rt, "SELECT profile_id FROM match_people") == [{"profile_id": two.a}]
    assert matching.look(rt, alice, search, found.id).state == "ready" and model
    merges.undo(rt, alice, done.id)
    assert rows_of(rt, "SELECT profile_id FROM match_people") == [{"profile_id": two.b}]


def test_without_a_model_it_is_off_and_everything_else_works(rt: Runtime, alice: Actor) -> None:
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
        add_people(conn, search, [Person()])
    with pytest.raises(match_rank.MatchingOff, match="Matching is off"):
        matching.to_text(rt, alice, search, SENTENCE)
    view, pending, notices = matching.settle(rt, alice, View.of(search, match=7))
    assert (view.match, pending, notices) == (None, None, [matching.LEFT_OUT_OFF])
    assert matching.why_off(rt, alice)
    assert len(result_sets.fetch_page(rt, alice, view, None, 0, 100).rows) == 1


def test_what_nobody_uses_goes_unless_a_view_needs_it(place: Place) -> None:
    kept = place.text("a second one", 5)
    saved_views.save(place.rt, place.actor, place.search, "Like them", place.view(kept.id).state())
    match_tidy.run(place.rt)
    assert len(rows_of(place.rt, "SELECT id FROM matches")) == 2
    rows_of(place.rt, "UPDATE matches SET used_at = now() - interval '91 days' RETURNING id")
    match_tidy.run(place.rt)
    assert [row["id"] for row in rows_of(place.rt, "SELECT id FROM matches")] == [kept.id]


def test_a_text_that_waits_is_forgotten_where_matching_was_turned_off(place: Place) -> None:
    matching.to_text(place.rt, place.actor, place.search, "someone who knows Ada")
    match_tidy.run(place.rt)
    assert len(rows_of(place.rt, "SELECT 1 FROM query_texts")) == 1
    rows_of(place.rt, "UPDATE query_texts SET asked_at = now() - interval '61 minutes' RETURNING 1")
    match_tidy.run(place.rt)
    assert rows_of(place.rt, "SELECT 1 FROM query_texts") == []


# -- one person ------------------------------------------------------------------------------------


def test_searches_that_fit_a_person_are_ranked_and_counted(place: Place, bob: Actor, charlie: Actor) -> None:
    one = place.ids[1]
    jobs = {"near": 8.0, "far": 70.0, "middle": 40.0}
    for name, degrees in jobs.items():
        with place.rt.db.connection() as conn:
            search = add_search(conn, bob)
        set_job(place.rt, search, f"{name}  {JOB}")
        place_text(place.rt, place.model, f"{name} {JOB}", at(degrees))
    hidden = Place(place.rt, bob, visibility="private")
    set_job(place.rt, hidden.search, "secret")
    place_text(place.rt, place.model, "secret", at(7))
    set_job(place.rt, place.search, "never read")
    found = match_person.fitting(place.rt, place.actor, place.search, one, most=2)
    assert [round(fit.similarity, 2) for fit in found.searches] == [1.0, 0.84]
    assert (found.compared, found.waiting) == (3, 1) and not any(fit.is_in for fit in found.searches)
    # What was not read is asked for, and there at the next look.
    assert [row["text"] for row in rows_of(place.rt, "SELECT text FROM query_texts")] == ["never read"]
    place_text(place.rt, place.model, "never read", at(7))
    again = match_person.fitting(place.rt, charlie, place.search, one)
    assert (again.compared, again.waiting, again.searches[0].is_in) == (4, 0, True)
    assert match_person.fitting(place.rt, bob, place.search, one).compared == 5


def test_the_likeness_of_one_person(place: Place) -> None:
    found = match_person.likeness(place.rt, place.actor, place.view(), place.alike()[0])
    assert found is not None and found.similarity == 1
    assert match_person.likeness(place.rt, place.actor, place.view(None), place.ids[0]) is None
    unread = match_person.likeness(place.rt, place.actor, place.view(), place.ids[9])
    assert unread is not None and unread.similarity is None
    with pytest.raises(NotFound, match="not been read"):
        match_person.fitting(place.rt, place.actor, place.search, place.ids[9])


def test_whose_profile_says_nothing_of_their_work_is_not_told_to_wait(place: Place) -> None:
    rows_of(place.rt, "UPDATE profile_embeddings SET embedding = NULL WHERE profile_id = ("
                      "SELECT profile_id FROM candidates WHERE id = %s) RETURNING 1", place.ids[0])  # fmt: skip
    with pytest.raises(NotFound, match="nothing of their work"):
        match_person.fitting(place.rt, place.actor, place.search, place.ids[0])
