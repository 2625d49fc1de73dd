"""Screening the people most like the job and a sample of the others: who is picked, and what it says of who is not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.errors import BadInput
from services.grid.grid_view import View
from services.matching import embedding_queries
from services.matching.embedding_queries import Query
from services.runtime import Runtime
from services.screening import overrides, prescreen, prescreen_measure, screening
from services.screening.prescreen import Prescreen
from services.searches import searches
from tests.embedding import quick_model
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.model_at_hand import quick, settings, stub
from tests.screen_page import BERN, PYTHON, estimate, progress, props, show, start, words
from tests.screening import JOB, add_search, row, rows, save_rubric, value, work
from tests.stubs.openai_server import OpenAIStub
from tests.vectors import at, live_model, place_people, place_text
from tests.web import Browser

__all__ = ["quick", "settings", "sourcingx", "stub"]


def compare(rt: Runtime, search: str, but: int = 0) -> None:
    """Vectors of the job and of a search's people, each less like the job than the one before; of the last few none."""
    model, people = live_model(rt), rows(rt, "SELECT id FROM candidates WHERE search_id = %s ORDER BY id", search)
    place_text(rt, model, JOB, at(0))
    compared = people[: len(people) - but]
    place_people(rt, model, {one["id"]: at(90 * (n + 1) / (len(people) + 1)) for n, one in enumerate(compared)})


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    """100 people, the first the most like the job. Every sixth is strong, every second at least possible."""
    found = add_search(rt, alice, 100)
    compare(rt, found)
    return found


def begin(rt: Runtime, actor: Actor, search: str, picked: Prescreen | None, **more: Any) -> int:
    return screening.start(rt, actor, View.of(search), save_rubric(rt, actor, search).id, picked=picked, **more)


def picks(rt: Runtime, run_id: int, pick: str) -> list[int]:
    """Whom a run picked so, by their number in the search, in the order in which they are asked about."""
    return [
        one["number"]
        for one in rows(
            rt,
            "SELECT n.number FROM screening_items i JOIN ("
            "SELECT id, row_number() OVER (ORDER BY id) AS number FROM candidates "
            "WHERE search_id = (SELECT search_id FROM runs WHERE id = %s)) AS n ON n.id = i.candidate_id "
            "WHERE i.run_id = %s AND i.pick = %s ORDER BY i.not_before",
            run_id,
            run_id,
            pick,
        )
    ]


def test_the_most_similar_and_a_sample_of_the_others_are_screened_and_nobody_else(
    rt: Runtime, alice: Actor, search: str, stub: OpenAIStub
) -> None:
    run = work(rt, begin(rt, alice, search, Prescreen(20, 30, seed=1)))
    assert (run["state"], run["total"], run["done"], run["failed"]) == ("done", 50, 50, 0)
    assert stub.requests.total == 50
    drawn = picks(rt, run["id"], "control")
    assert picks(rt, run["id"], "similar") == list(range(1, 21))
    assert len(set(drawn)) == 30 and min(drawn) > 20
    # The drawn stand evenly among the similar, and all are due.
    order = rows(rt, "SELECT pick FROM screening_items WHERE not_before <= now() ORDER BY not_before")
    first = [[one["pick"] for one in order[: 10 * n]].count("control") for n in range(1, 6)]
    assert first == [pytest.approx(6 * n, abs=1) for n in range(1, 6)]
    assert value(rt, "SELECT count(*) FROM candidates WHERE screened_at IS NULL") == 50
    assert value(rt, "SELECT count(*) FROM candidates WHERE stage <> 'new'") == 0
    found = prescreen_measure.of_run(rt, alice, search, run["id"])
    assert found is not None and found.is_whole
    assert (found.people, found.compared, found.similar, found.control) == (100, 100, 20, 30)
    assert (found.others, found.unasked, found.last_strong) == (80, 50, 18)
    strong, possible = sum(n % 6 == 0 for n in drawn), sum(n % 2 == 0 for n in drawn)
    assert (found.strong.similar, found.strong.found, found.strong.drawn) == (3, strong, 30)
    assert (found.possible.similar, found.possible.found, found.possible.drawn) == (10, possible, 30)
    # Of 80 others 13 are strong and 40 possible, which a sample of 30 has to be about right on.
    assert found.strong.low <= 13 / 16 <= found.strong.high
    assert found.possible.low <= 40 / 50 <= found.possible.high
    cost = Decimal(run["counts"]["cost"])
    assert found.saved_cost == pytest.approx(cost)
    assert [one.run_id for one in prescreen_measure.of_search(rt, alice, search)] == [run["id"]]


def test_the_same_seed_draws_the_same_people_and_a_larger_sample_those_of_a_smaller(
    rt: Runtime, alice: Actor, search: str, stub: OpenAIStub
) -> None:
    first = work(rt, begin(rt, alice, search, Prescreen(20, 15, seed=7)))["id"]
    again = work(rt, begin(rt, alice, search, Prescreen(20, 15, seed=7)))["id"]
    other = work(rt, begin(rt, alice, search, Prescreen(20, 15, seed=8)))["id"]
    drawn = set(picks(rt, first, "control"))
    assert set(picks(rt, again, "control")) == drawn != set(picks(rt, other, "control"))
    # Nothing is said of a seed: the last one goes on.
    last = set(picks(rt, other, "control"))
    asked = stub.requests.total
    larger = work(rt, begin(rt, alice, search, Prescreen(20, 30)))
    assert larger["counts"]["_prescreen"]["seed"] == 8
    assert last < set(picks(rt, larger["id"], "control"))
    # Whoever was screened is measured, and not asked about again.
    assert larger["counts"]["reused"] == 50 - (stub.requests.total - asked) >= 35
    found = prescreen_measure.of_run(rt, alice, search, larger["id"])
    assert found is not None
    assert (found.strong.similar, found.strong.drawn) == (3, 30)
    assert found.strong.found == sum(n % 6 == 0 for n in picks(rt, larger["id"], "control"))


def test_who_has_no_vector_can_only_be_drawn(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 30)
    compare(rt, search, but=20)
    assert prescreen.uncompared(rt, alice, View.of(search)) == 20
    run = work(rt, begin(rt, alice, search, Prescreen(25, 10)))
    assert picks(rt, run["id"], "similar") == list(range(1, 11))
    found = prescreen_measure.of_run(rt, alice, search, run["id"])
    assert found is not None
    assert (found.people, found.compared, found.similar, found.control, found.others) == (30, 10, 10, 10, 20)


def test_a_view_smaller_than_what_is_wanted_is_screened_whole(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 20)
    compare(rt, search)
    run = work(rt, begin(rt, alice, search, Prescreen(15, 10)))
    found = prescreen_measure.of_run(rt, alice, search, run["id"])
    assert run["done"] == 20 and found is not None
    assert (found.similar, found.control, found.unasked, found.strong.is_exact) == (15, 5, 0, True)
    # Number 18 alone is left out of three.
    assert found.strong.share == found.strong.low == found.strong.high == 1 / 3


def test_nobody_is_drawn_again_when_it_goes_on(rt: Runtime, alice: Actor, search: str) -> None:
    run_id = begin(rt, alice, search, Prescreen(20, 30), budget="0.001")
    paused = work(rt, run_id)
    assert paused["state"] == "paused" and 0 < paused["done"] < 50
    assert 0 <= paused["counts"]["_prescreen"]["seed"] < prescreen.MOST_SEED
    drawn = picks(rt, run_id, "control")
    found = prescreen_measure.of_run(rt, alice, search, run_id)
    assert found is not None and not found.is_whole
    screening.go_on(rt, alice, run_id, "100")
    done = work(rt, run_id)
    assert (done["state"], done["done"]) == ("done", 50)
    assert sorted(picks(rt, run_id, "control")) == sorted(drawn)
    assert done["counts"]["_prescreen"] == paused["counts"]["_prescreen"]


def test_what_people_decide_does_not_change_what_is_measured(rt: Runtime, alice: Actor, search: str) -> None:
    run_id = work(rt, begin(rt, alice, search, Prescreen(20, 30)))["id"]
    before = prescreen_measure.of_run(rt, alice, search, run_id)
    strong = value(rt, "SELECT min(candidate_id) FROM screening_items WHERE model_fit = 'strong'")
    overrides.decide(rt, alice, search, strong, "weak", "Does not want to move")
    assert prescreen_measure.of_run(rt, alice, search, run_id) == before


def test_a_screening_of_everyone_measures_nothing(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 6)
    run = work(rt, begin(rt, alice, search, None))
    assert run["done"] == 6
    assert prescreen_measure.of_run(rt, alice, search, run["id"]) is None
    assert value(rt, "SELECT count(*) FROM screening_items WHERE pick <> '' OR model_fit IS NOT NULL") == 0


def test_others_learn_nothing_of_a_private_search(rt: Runtime, alice: Actor, bob: Actor, search: str) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private'")
    run_id = work(rt, begin(rt, alice, search, Prescreen(20, 30)))["id"]
    assert prescreen_measure.of_run(rt, bob, search, run_id) is None
    assert prescreen_measure.of_search(rt, bob, search) == []
    assert prescreen.uncompared(rt, bob, View.of(search)) == 0
    # Another search's run is not found under one that may be seen.
    own = searches.create_search(rt, bob, "Own").id
    assert prescreen_measure.of_run(rt, bob, own, run_id) is None


def test_the_same_asked_for_twice_is_one_run(rt: Runtime, alice: Actor, search: str) -> None:
    assert begin(rt, alice, search, Prescreen(20, 30)) == begin(rt, alice, search, Prescreen(20, 30))


def test_without_vectors_it_is_refused_and_the_page_says_why(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser]
) -> None:
    search = add_search(rt, alice, 12)
    with pytest.raises(BadInput, match="Screen everyone instead"):
        begin(rt, alice, search, Prescreen(5, 10))
    client = client_for(alice)
    page = props(show(client, f"/search/{search}/screen"))["page"]["children"]
    assert prescreen.refusal(rt, alice) in words(page)
    assert "'value': 'similar', 'disabled': True" in str(page)
    answer = props(start(client, search, PYTHON, picked=("similar", 5, 10)))
    assert "Screen everyone instead" in answer[ids.SCREEN_PROBLEM]["children"]
    assert value(rt, "SELECT count(*) FROM runs WHERE kind = 'screen'") == 0


def test_a_job_that_nobody_has_read_yet_is_read_by_the_run_itself(rt: Runtime, alice: Actor) -> None:
    search = add_search(rt, alice, 12)
    compare(rt, search)
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM query_embeddings")
    run_id = begin(rt, alice, search, Prescreen(2, 10))
    with quick_model() as model:
        assert work(rt, run_id)["state"] == "done"
    assert JOB in model.asked
    assert value(rt, "SELECT count(*) FROM screening_items WHERE pick = 'similar'") == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query("failed", error="The endpoint does not take the key."), "The endpoint does not take the key."),
        (Query("off", error="Matching is off: EMBEDDING_PROVIDER is off."), "EMBEDDING_PROVIDER is off"),
    ],
)
def test_a_job_that_cannot_be_compared_ends_the_run_before_anyone_is_asked_about(
    rt: Runtime, alice: Actor, search: str, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch, query: Query, said: str
) -> None:
    run_id = begin(rt, alice, search, Prescreen(5, 10))
    with monkeypatch.context() as patch:
        patch.setattr(embedding_queries, "embed_query", lambda *_: query)
        for _ in range(10):
            if work(rt, run_id)["state"] == "failed":
                break
    run = row(rt, "SELECT * FROM runs WHERE id = %s", run_id)
    assert run["state"] == "failed" and said in run["message"]
    assert value(rt, "SELECT count(*) FROM screening_items") == stub.requests.total == 0
    screening.go_on(rt, alice, run_id)
    assert work(rt, run_id)["done"] == 15


def test_the_page_chooses_shows_the_saving_and_what_was_left_out(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], search: str
) -> None:
    client = client_for(alice)
    everyone = words(props(estimate(client, search, PYTHON, BERN))[ids.SCREEN_ESTIMATE]["children"])
    assert "100  people" in everyone and "less than for all" not in everyone
    answer = props(estimate(client, search, PYTHON, BERN, picked=("similar", 20, 30)))
    part = words(answer[ids.SCREEN_ESTIMATE]["children"])
    assert "50  people" in part and "50  calls" in part
    assert "50 of 100 people are screened" in part and "less than for all (50 %)" in part
    assert "at most 11 % of the others would" in part
    started = props(start(client, search, PYTHON, BERN, picked=("similar", 20, 30)))
    run_id = started[ids.SCREEN_RUN]["data"]["run"]
    assert work(rt, run_id)["done"] == 50
    ended = words(props(progress(client, search, run_id))[ids.RUN_PROGRESS]["children"])
    assert text.PRESCREEN_TITLE in ended and "20 most like the job and 30 of the other 80" in ended
    later = words(props(show(client, f"/search/{search}/screen"))["page"]["children"])
    assert text.PRESCREEN_TITLE in later
    agreement = words(props(show(client, f"/search/{search}/agreement"))["page"]["children"])
    assert text.PRESCREEN_HISTORY in agreement and "30 of 80" in agreement


@pytest.mark.parametrize("picked", [("similar", None, 50), ("similar", 20, 3), ("similar", "x", 50)])
def test_numbers_that_cannot_be_taken_are_named_and_nothing_is_started(
    rt: Runtime, alice: Actor, client_for: Callable[[Actor], Browser], search: str, picked: tuple[Any, Any, Any]
) -> None:
    client = client_for(alice)
    for attempt in (estimate, start):
        answer = props(attempt(client, search, PYTHON, picked=picked))
        assert list(answer) == [ids.SCREEN_PROBLEM]
        assert "a whole number from" in answer[ids.SCREEN_PROBLEM]["children"]
    assert value(rt, "SELECT count(*) FROM runs WHERE kind = 'screen'") == 0


def test_from_the_command_line(rt: Runtime, alice: Actor, search: str, sourcingx: CommandLine, tmp_path: Path) -> None:
    job = tmp_path / "job.txt"
    job.write_text(JOB, encoding="utf-8")
    save_rubric(rt, alice, search)
    done = sourcingx.json("screen", search, "--job", str(job), "--top", "20", "--sample", "30", "--seed", "7")
    assert (done["state"], done["people"]) == ("done", 50)
    said = done["prescreen"]
    assert (said["of"], said["similar"], said["drawn"], said["seed"]) == (100, 20, 30, 7)
    assert said["strong"]["similar"] == 3 and 0 <= said["strong"]["left_out"] <= 1
