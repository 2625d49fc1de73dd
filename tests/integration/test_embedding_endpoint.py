"""An embeddings endpoint over real HTTP: what is asked, checked, counted and paid, and what each failure does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.access.identity import Actor
from services.matching import embedding_runs, matching_state
from services.matching.embedding_endpoint import EndpointModel
from services.runtime import Runtime
from services.spending import budget_settings, prices
from services.vendors.embeddings_client import DIMENSIONS, EmbeddingsClient
from services.vendors.vendor_errors import (
    BadKey,
    NoCredit,
    NotSetUp,
    NotUnderstood,
    RateLimited,
    Rejected,
    ServerFault,
    Unreachable,
    VendorError,
)
from tests.change_runs import rows, run_row, work
from tests.embedding import embed, one, person
from tests.stubs.embeddings_server import EmbeddingsStub, vector_of

MODEL = "text-embedding-3-small"


@pytest.fixture
def stub() -> Iterator[EmbeddingsStub]:
    with EmbeddingsStub() as running:
        yield running


@pytest.fixture
def there(rt: Runtime, stub: EmbeddingsStub) -> Iterator[Runtime]:
    """The runtime with an endpoint set up; its price is known."""
    rt.settings = replace(
        rt.settings, embedding_provider="openai", embedding_base_url=f"{stub.url}/v1", embedding_api_key=stub.key,
        embedding_rpm=100_000, embedding_tpm=100_000_000,
    )  # fmt: skip
    prices.use(f"2026-11-20 {MODEL}=0.02/0.02/0")
    yield rt
    prices.use("")


def ask(stub: EmbeddingsStub, *texts: str, key: str = "") -> Any:
    client = EmbeddingsClient(f"{stub.url}/v1", key or str(stub.key), MODEL)
    try:
        return client.embed(texts)
    finally:
        client.close()


# -- what it answers ---------------------------------------------------------------------------------


def test_vectors_come_in_the_order_of_the_texts_and_are_of_length_one(stub: EmbeddingsStub) -> None:
    found = ask(stub, "one engineer", "two nurses", "three")
    for text, vector in zip(("one engineer", "two nurses", "three"), found.vectors, strict=True):
        assert len(vector) == DIMENSIONS
        assert math.isclose(math.sqrt(sum(one * one for one in vector)), 1)
        assert math.isclose(sum(a * b for a, b in zip(vector, vector_of(text, DIMENSIONS), strict=True)), 1)
    assert found.tokens > 0


def test_a_model_that_cannot_shorten_is_refused_in_words() -> None:
    with EmbeddingsStub(shortens=False) as stub, pytest.raises(NotUnderstood, match="1,536 numbers where 384"):
        ask(stub, "engineer")


GOOD = {"index": 0, "embedding": [0.5] * DIMENSIONS}


@pytest.mark.parametrize(
    "body",
    [
        None, {}, [], {"data": None}, {"data": []}, {"data": [GOOD, GOOD]}, {"data": ["x"]},
        {"data": [{"index": 1, "embedding": [0.5] * DIMENSIONS}]},
        {"data": [{"index": 0, "embedding": None}]},
        {"data": [{"index": 0, "embedding": "AAAA"}]},
        {"data": [{"index": 0, "embedding": [None] * DIMENSIONS}]},
        {"data": [{"index": 0, "embedding": [0.0] * DIMENSIONS}]},
        {"data": [{"index": 0, "embedding": [True] * DIMENSIONS}]},
    ],
)  # fmt: skip
def test_what_is_no_vector_is_not_taken_for_one(stub: EmbeddingsStub, body: Any) -> None:
    stub.then((200, body, {}))
    with pytest.raises(NotUnderstood):
        ask(stub, "engineer")


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        ((401, {}, {}), BadKey, "an admin replaces it"),
        ((402, {}, {}), NoCredit, "add credit"),
        ((429, {"error": {"code": "insufficient_quota"}}, {}), NoCredit, "add credit"),
        ((429, {}, {"Retry-After": "7"}), RateLimited, "rate limit is reached"),
        ((400, {"error": {"message": "secret text"}}, {}), Rejected, "EMBEDDING_MODEL"),
        ((404, {}, {}), Rejected, "EMBEDDING_MODEL"),
        ((500, "oops", {}), ServerFault, "server failed"),
    ],
)  # fmt: skip
def test_each_failure_has_a_name(stub: EmbeddingsStub, answer: Any, error: type[VendorError], says: str) -> None:
    stub.then(answer)
    with pytest.raises(error, match=says) as caught:
        ask(stub, "canary text")
    assert "canary" not in str(caught.value) and "secret" not in str(caught.value)
    if error is RateLimited:
        assert caught.value.retry_after == 7


def test_without_a_key_or_an_address_it_is_not_set_up(stub: EmbeddingsStub) -> None:
    with pytest.raises(NotSetUp, match="EMBEDDING_API_KEY"):
        EmbeddingsClient(stub.url, "", MODEL)
    with pytest.raises(NotSetUp):
        EmbeddingsClient("nowhere", "key", MODEL)


# -- runs ---------------------------------------------------------------------------------------------


def test_a_run_asks_in_batches_and_every_call_is_in_the_ledger(
    there: Runtime, alice: Actor, stub: EmbeddingsStub
) -> None:
    for number in range(100):
        person(there, title=f"Engineer {number}")
    run = embed(there, alice)
    assert (run["state"], run["counts"]["made"], stub.models) == ("done", 100, {MODEL})
    assert stub.calls == [64, 36]
    used = rows(there, "SELECT * FROM api_usage ORDER BY id")
    assert [(row["vendor"], row["outcome"], row["run_id"]) for row in used] == [("embeddings", "ok", run["id"])] * 2
    tokens = sum(1 + len(text) // 4 for text in stub.asked)
    assert sum(row["input_tokens"] for row in used) == tokens
    assert sum(row["cost"] for row in used) == sum(
        (Decimal(row["input_tokens"]) * Decimal("0.02") / 1_000_000).quantize(Decimal("0.000001")) for row in used
    )


class Waits:
    """Passes no time; tells how long it was asked to wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def test_a_rate_limit_is_waited_for_and_nothing_is_lost(there: Runtime, alice: Actor, stub: EmbeddingsStub) -> None:
    stub.then((429, {}, {"Retry-After": "0.01"}), (503, {}, {}))
    waits = Waits()
    model = EndpointModel(there, MODEL, alice.user_id, None, waits)
    assert len(model.embed(["a", "b"])) == 2
    model.close()
    assert waits.seconds
    outcomes = [row["outcome"] for row in rows(there, "SELECT outcome FROM api_usage ORDER BY id")]
    assert outcomes == ["rate_limited", "server_fault", "ok"]


def test_a_server_that_goes_on_failing_ends_the_try(there: Runtime, alice: Actor, stub: EmbeddingsStub) -> None:
    stub.failing = (500, {}, {})
    model = EndpointModel(there, MODEL, alice.user_id, None, Waits())
    with pytest.raises(ServerFault):
        model.embed(["a"])
    model.close()
    assert stub.requests == 4


def test_a_key_that_is_not_taken_fails_the_run_at_once(there: Runtime, alice: Actor, stub: EmbeddingsStub) -> None:
    person(there)
    there.settings = replace(there.settings, embedding_api_key="wrong")
    run = embed(there, alice)
    assert run["state"] == "failed"
    assert "does not take the key" in run["message"]
    assert one(there, "SELECT last_error FROM embedding_models")["last_error"] == run["message"]


def test_the_key_of_another_address_is_not_sent_there(there: Runtime, alice: Actor, stub: EmbeddingsStub) -> None:
    """OPENAI_API_KEY belongs to OPENAI_BASE_URL."""
    there.settings = replace(there.settings, embedding_api_key="", openai_api_key=str(stub.key))
    with pytest.raises(NotSetUp, match="EMBEDDING_API_KEY"):
        EndpointModel(there, MODEL, alice.user_id, None, Waits())
    assert matching_state.state(there, alice).reason == matching_state.NO_KEY
    assert stub.requests == 0
    there.settings = replace(there.settings, openai_base_url=there.settings.embedding_base_url + "/")
    assert matching_state.state(there, alice).reason != matching_state.NO_KEY
    there.settings = replace(there.settings, openai_base_url=f"{stub.url}/v1", embedding_base_url="")
    model = EndpointModel(there, MODEL, alice.user_id, None, Waits())
    assert len(model.embed(["a"])) == 1
    model.close()


def test_an_endpoint_that_is_away_is_named(there: Runtime, alice: Actor) -> None:
    model = EndpointModel(there, MODEL, alice.user_id, None, Waits())
    model.close()
    there.settings = replace(there.settings, embedding_base_url="http://127.0.0.1:9/v1")
    model = EndpointModel(there, MODEL, alice.user_id, None, Waits())
    with pytest.raises(Unreachable):
        model.embed(["a"])
    model.close()


def test_a_minute_without_room_is_waited_for(there: Runtime, alice: Actor, stub: EmbeddingsStub) -> None:
    there.settings = replace(there.settings, embedding_tpm=100)
    waits = Waits()
    model = EndpointModel(there, MODEL, alice.user_id, None, Leave(waits))
    with pytest.raises(Enough):
        for _ in range(10):
            model.embed(["engineer " * 20])
    model.close()
    assert stub.refused == 0


class Enough(Exception):
    pass


class Leave:
    """Gives up at the third wait."""

    def __init__(self, waits: Waits) -> None:
        self.waits = waits

    def __call__(self, seconds: float) -> None:
        self.waits(seconds)
        if len(self.waits.seconds) == 3:
            raise Enough


# -- money --------------------------------------------------------------------------------------------


def test_a_budget_that_is_used_up_ends_the_run_in_words(
    there: Runtime, alice: Actor, admin: Actor, stub: EmbeddingsStub
) -> None:
    person(there)
    prices.use(f"2026-11-20 {MODEL}=10000/10000/0")
    budget_settings.save(there, admin, "team", "0")
    run = embed(there, alice)
    assert run["state"] == "failed"
    assert "budget" in run["message"]
    assert stub.requests == 0


def test_without_a_known_price_a_budget_cannot_be_kept(
    there: Runtime, alice: Actor, admin: Actor, stub: EmbeddingsStub
) -> None:
    prices.use("")
    person(there)
    budget_settings.save(there, admin, "team", "10")
    run_id = embedding_runs.start(there, alice)
    work(there, run_id)
    assert "The price of the model" in run_row(there, run_id)["message"]
    assert stub.requests == 0
