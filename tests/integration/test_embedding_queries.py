"""Texts that people are compared with become vectors in a job worker, once, and leave nothing behind in the queue."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from services.access.identity import Actor
from services.errors import BadInput, Unavailable
from services.matching import embedding_models, embedding_queries, embedding_wake
from services.matching.embedding_local import DIMENSIONS
from services.matching.embedding_queries import embed_query
from services.runtime import Runtime
from services.vendors.vendor_errors import Rejected
from tests.change_runs import change
from tests.embedding import FakeModel, one, quick_model, rows, texts_of
from tests.people import add_search
from tests.stubs.embeddings_server import vector_of

JOB = "Backend engineer for our canary payments platform."


@pytest.fixture(autouse=True)
def model(rt: Runtime) -> Iterator[FakeModel]:
    with rt.db.connection() as conn:
        embedding_models.ensure(conn, rt.settings)
    with quick_model() as fake:
        yield fake


def wake(rt: Runtime) -> None:
    embedding_wake.wake(rt, threading.Event())


def test_a_text_is_being_made_then_ready_and_known_from_then_on(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    asked = embed_query(rt, alice, JOB)
    assert (asked.state, asked.ready) == ("making", False)
    assert embed_query(rt, alice, JOB) == asked
    wake(rt)
    ready = embed_query(rt, alice, f"  {JOB}\n")
    assert (ready.state, ready.model_id, ready.text_hash) == ("ready", asked.model_id, asked.text_hash)
    found = one(rt, "SELECT l2_norm(embedding) AS n FROM query_embeddings WHERE text_hash = %s", ready.text_hash)
    assert abs(found["n"] - 1) < 0.001
    wake(rt)
    assert texts_of(model) == [JOB]


def test_the_text_stands_in_no_job_and_goes_when_its_vector_is_there(rt: Runtime, alice: Actor) -> None:
    embed_query(rt, alice, JOB)
    (job,) = rows(rt, "SELECT task_name, args::text AS args FROM procrastinate_jobs")
    assert job["task_name"] == "embeddings"
    assert "canary" not in job["args"]
    wake(rt)
    assert rows(rt, "SELECT * FROM query_texts") == []


def test_ten_who_ask_at_once_wake_the_worker_once(rt: Runtime, alice: Actor) -> None:
    for number in range(10):
        embed_query(rt, alice, f"{JOB} {number}")
    assert one(rt, "SELECT count(*) AS n FROM procrastinate_jobs")["n"] == 1
    wake(rt)
    assert one(rt, "SELECT count(*) AS n FROM query_embeddings")["n"] == 10


def test_no_text_and_too_much_are_refused(rt: Runtime, alice: Actor) -> None:
    with pytest.raises(BadInput, match="write a job description first"):
        embed_query(rt, alice, " \n")
    with pytest.raises(BadInput, match="50,000"):
        embed_query(rt, alice, "x" * 50_001)


def test_what_goes_wrong_is_told_and_tried_again_later(
    rt: Runtime, alice: Actor, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_queries, "AGAIN_S", 3600)
    embed_query(rt, alice, JOB)
    model.failing = Unavailable("The model is away.")
    wake(rt)
    asked = embed_query(rt, alice, JOB)
    assert (asked.state, asked.error) == ("failed", "The model is away.")
    # Not at each look of a page.
    model.failing = None
    wake(rt)
    assert embed_query(rt, alice, JOB).state == "failed"
    change(rt, "UPDATE query_texts SET failed_at = now() - make_interval(secs => %s)", embedding_queries.AGAIN_S + 1)
    assert embed_query(rt, alice, JOB).state == "making"
    wake(rt)
    assert embed_query(rt, alice, JOB).ready


def fails(model: FakeModel, monkeypatch: pytest.MonkeyPatch, error: Exception, word: str = "") -> list[str]:
    """The model fails with texts that have this word; returns what it was asked."""
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> list[list[float]]:
        asked.extend(texts)
        if any(word in text for text in texts):
            raise error
        return [vector_of(text, DIMENSIONS) for text in texts]

    monkeypatch.setattr(model, "embed", embed)
    return asked


def jobs_of(rt: Runtime, alice: Actor, *texts: str) -> None:
    with rt.db.connection() as conn:
        for text in texts:
            conn.execute("UPDATE searches SET job_description = %s WHERE id = %s", [text, add_search(conn, alice)])


def test_where_the_model_is_away_one_text_is_tried_and_everyone_who_waits_is_told(
    rt: Runtime, alice: Actor, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs_of(rt, alice, "Cook", "Nurse", "Pilot")
    for text in ("Engineer", "Painter", "Baker"):
        embed_query(rt, alice, text)
    asked = fails(model, monkeypatch, Unavailable("The model is away."))
    wake(rt)
    assert asked == ["Engineer"]
    for text in ("Engineer", "Painter", "Baker"):
        found = embed_query(rt, alice, text)
        assert (found.state, found.error) == ("failed", "The model is away.")
    # Job descriptions are nobody's to wait for: they are there once it answers again.
    assert one(rt, "SELECT last_error FROM embedding_models")["last_error"] == "The model is away."
    fails(model, monkeypatch, Unavailable(""), "no such word")
    wake(rt)
    assert one(rt, "SELECT last_error FROM embedding_models")["last_error"] == ""
    assert one(rt, "SELECT count(*) AS n FROM query_embeddings")["n"] == 3


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Rejected("The embeddings endpoint"), "rejects the request"),
        (KeyError("canary"), "fault in the program (KeyError)"),
    ],
)
def test_a_text_that_fails_by_itself_holds_up_nobody_and_is_left_for_an_hour(
    rt: Runtime, alice: Actor, model: FakeModel, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    jobs_of(rt, alice, "Poison pilot", "Nurse")
    embed_query(rt, alice, "Poison cook")
    embed_query(rt, alice, "Painter")
    asked = fails(model, monkeypatch, error, "Poison")
    wake(rt)
    assert sorted(asked) == ["Nurse", "Painter", "Poison cook", "Poison pilot"]
    found = embed_query(rt, alice, "Poison cook")
    assert found.state == "failed" and told in found.error and "canary" not in found.error
    assert embed_query(rt, alice, "Painter").ready and embed_query(rt, alice, "Nurse").ready
    asked.clear()
    wake(rt)
    assert asked == []
    change(rt, "UPDATE query_texts SET asked_at = now() - interval '61 minutes'")
    wake(rt)
    wake(rt)
    assert asked == ["Poison pilot"]


def test_whoever_waits_comes_before_the_next_job_description(
    rt: Runtime, alice: Actor, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs_of(rt, alice, "Cook", "Nurse", "Pilot")
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> list[list[float]]:
        asked.extend(texts)
        if len(asked) == 1:
            embed_query(rt, alice, "Engineer")
        return [vector_of(text, DIMENSIONS) for text in texts]

    monkeypatch.setattr(model, "embed", embed)
    wake(rt)
    assert asked[1] == "Engineer" and sorted(asked) == ["Cook", "Engineer", "Nurse", "Pilot"]


def test_job_descriptions_of_open_searches_are_made_unasked(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    with rt.db.connection() as conn:
        first, second, away = (add_search(conn, alice) for _ in range(3))
        conn.execute("UPDATE searches SET job_description = %s WHERE id = ANY (%s)", [JOB, [first, second]])
        conn.execute("UPDATE searches SET job_description = 'x', archived_at = now() WHERE id = %s", [away])
    wake(rt)
    assert texts_of(model) == [JOB]
    found = rows(
        rt, "SELECT s.id FROM searches s JOIN query_embeddings q ON q.text_hash = query_hash(s.job_description)"
    )
    assert {row["id"] for row in found} == {first, second}


def test_a_long_text_is_the_average_of_its_pieces(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    text = " ".join(f"word{number}" for number in range(800))
    embed_query(rt, alice, text)
    wake(rt)
    asked = texts_of(model)
    assert len(asked) == embedding_wake.MOST_PIECES
    assert text.startswith(" ".join(asked))
    assert abs(one(rt, "SELECT l2_norm(embedding) AS n FROM query_embeddings")["n"] - 1) < 0.001


@pytest.mark.parametrize("text", ["a", "one two three " * 60, "x" * 5000, "日本語" * 400, "ein Wort\n" * 3000])
def test_pieces_lose_nothing_but_the_end(text: str) -> None:
    found = embedding_wake.pieces(text)
    assert 1 <= len(found) <= embedding_wake.MOST_PIECES
    assert all(piece.strip() for piece in found)
    plain = "".join(text.split())
    assert plain.startswith("".join("".join(piece.split()) for piece in found))
    if len(found) < embedding_wake.MOST_PIECES:
        assert "".join("".join(piece.split()) for piece in found) == plain


def test_while_there_is_no_model_it_says_what_to_do(rt: Runtime, alice: Actor) -> None:
    change(rt, "DELETE FROM embedding_models")
    asked = embed_query(rt, alice, JOB)
    assert (asked.state, "first vectors" in asked.error) == ("off", True)


def test_what_nobody_waits_for_goes(rt: Runtime, alice: Actor, model: FakeModel) -> None:
    embed_query(rt, alice, JOB)
    wake(rt)
    embed_query(rt, alice, "Nurse")
    change(rt, "UPDATE query_texts SET asked_at = now() - interval '61 minutes', failed_at = now(), error = 'x'")
    change(rt, "UPDATE query_embeddings SET used_at = now() - interval '91 days'")
    wake(rt)
    assert rows(rt, "SELECT * FROM query_texts") == rows(rt, "SELECT * FROM query_embeddings") == []
