"""The stub over real HTTP: what it answers, counts and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.screening.prompts import build_judge_prompt
from services.vendors.openai_answers import Judgement
from tests.stubs.openai_server import FAULTS, OpenAIStub

CRITERIA = {"c1": "Experience with Python?", "c2": "Is the candidate based in Bern?"}
PROFILE = {"skills": "Python, SQL", "location": "Bern"}


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as running:
        yield running


def request_body(path: str, **change: Any) -> dict[str, Any]:
    prompt = build_judge_prompt("Data engineer. " * 400, CRITERIA, PROFILE)
    messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
    schema = {"name": "Judgement", "strict": True, "schema": Judgement.model_json_schema()}
    if path == "responses":
        return {"model": "m", "input": messages, "text": {"format": {"type": "json_schema", **schema}}} | change
    form = {"type": "json_schema", "json_schema": schema}
    return {"model": "m", "messages": messages, "response_format": form} | change


def post(stub: OpenAIStub, path: str = "responses", **change: Any) -> httpx2.Response:
    with httpx2.Client(timeout=60) as http:
        return http.post(f"{stub.base_url}/{path}", json=request_body(path, **change))


def answer_text(response: httpx2.Response) -> str:
    body = response.json()
    return str(
        body["output"][0]["content"][0]["text"] if "output" in body else body["choices"][0]["message"]["content"]
    )


def test_both_paths_give_the_same_verdicts(stub: OpenAIStub) -> None:
    texts = [answer_text(post(stub, path)) for path in ("responses", "chat/completions")]
    assert texts[0] == texts[1]
    assert [one["verdict"] for one in json.loads(texts[0])["verdicts"]] == ["pass", "pass"]
    assert stub.requests.by_path == {"/v1/responses": 1, "/v1/chat/completions": 1}


def test_the_second_call_with_the_same_prefix_is_cached(stub: OpenAIStub) -> None:
    cached = [post(stub).json()["usage"]["input_tokens_details"]["cached_tokens"] for _ in range(2)]
    assert cached[0] == 0
    assert cached[1] >= 1024 and cached[1] % 128 == 0


def test_every_answer_carries_its_limits_and_a_request_id(stub: OpenAIStub) -> None:
    stub.then("ok", "rate_limit", "server_error")
    for _ in range(3):
        headers = post(stub).headers
        assert headers["x-request-id"].startswith("req_")
        assert headers["x-ratelimit-limit-requests"] == "10000"
        assert headers["x-ratelimit-reset-tokens"] == "1m0s"


@pytest.mark.parametrize("mode", sorted(FAULTS))
def test_a_fault_looks_as_it_does_at_the_vendor(stub: OpenAIStub, mode: str) -> None:
    stub.then(mode)
    response = post(stub)
    status, code, kind, extra = FAULTS[mode]
    assert response.status_code == status
    assert (response.json()["error"]["code"], response.json()["error"]["type"]) == (code, kind)
    assert extra.items() <= dict(response.headers).items()
    assert post(stub).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"model": ""},
        {"input": []},
        {"text": {}},
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": {}}}},
    ],
)
def test_a_request_that_the_vendor_would_reject_is_rejected(stub: OpenAIStub, change: dict[str, Any]) -> None:
    assert post(stub, **change).status_code == 400
    assert stub.requests.by_outcome == {"invalid": 1}


def test_an_open_schema_is_rejected(stub: OpenAIStub) -> None:
    schema = {"type": "object", "properties": {"verdicts": {"type": "array"}}}
    response = post(stub, text={"format": {"type": "json_schema", "name": "x", "strict": True, "schema": schema}})
    assert response.status_code == 400
    assert "Invalid schema" in response.json()["error"]["message"]


def test_another_key_and_another_path_are_refused() -> None:
    with OpenAIStub(api_key="sk-right") as stub:
        assert post(stub).status_code == 401
        assert post(stub, "embeddings").status_code == 404


def test_it_enforces_its_limit_under_concurrent_requests() -> None:
    with OpenAIStub(rpm=10, clock=lambda: 0.0) as stub, ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: post(stub).status_code, range(24)))
    assert (statuses.count(200), statuses.count(429)) == (10, 14)
    assert stub.requests.by_outcome == {"ok": 10, "limited": 14}
    assert stub.requests.in_flight == 0
    assert stub.requests.accepted_tokens == stub.requests.input_tokens + stub.requests.output_tokens


def test_the_same_seed_faults_the_same_requests() -> None:
    def outcome(seed: int) -> list[int]:
        with OpenAIStub(seed, error_rate=0.5) as stub:
            return [post(stub).status_code for _ in range(12)]

    assert outcome(3) == outcome(3)
    assert set(outcome(3)) == {200, 500}


def test_the_same_person_asked_twice_is_counted_although_the_marker_differs(stub: OpenAIStub) -> None:
    post(stub)
    post(stub)
    assert list(stub.requests.by_input.values()) == [2]


def test_it_runs_as_a_command_and_stops_on_a_signal() -> None:
    command = [sys.executable, "-m", "tests.stubs.openai_server", "--port", "0", "--latency", "0"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx2.get(url.removesuffix("/v1") + "/healthz", timeout=60).json() == {"status": "ok"}
        process.terminate()
        assert process.wait(timeout=60) == 0
