"""An OpenAI-compatible server over real HTTP, for tests and for the demo. Loopback only.

    with OpenAIStub(rpm=500, tpm=200_000) as stub:
        ModelClient(stub.base_url, "sk-test", "responses", "gpt-6-luna")
        stub.then("rate_limit", "server_error")     # the next two requests; then stub.mode again

POST /v1/responses and /v1/chat/completions with a strict json_schema, and both in batches
(openai_batches.py). What it says is in
openai_brain.py, what may go wrong in MODES, and what it counted in `stub.requests`. The same seed
and the same requests give the same answers, delays and faults, in whatever order they arrive.

    python -m tests.stubs.openai_server --port 9301
"""

from __future__ import annotations

import argparse
import json
import math
import random
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

from tests.stubs import openai_brain as brain
from tests.stubs.loopback import LoopbackServer, Reply, Request
from tests.stubs.openai_batches import BatchDesk
from tests.stubs.openai_wire import SlidingWindow, chat_body, error_body, fault_in_request, responses_body

# Answers with a failure status: mode → (status, error code, error type, extra headers).
FAULTS: dict[str, tuple[int, str | None, str, dict[str, str]]] = {
    "rate_limit": (429, "rate_limit_exceeded", "requests", {"retry-after": "1"}),
    "rate_limit_long": (429, "rate_limit_exceeded", "requests", {"retry-after": "121"}),
    "rate_limit_day": (429, "rate_limit_exceeded", "requests", {"retry-after": "86400"}),
    "quota": (429, "insufficient_quota", "insufficient_quota", {}),
    "server_error": (500, None, "server_error", {}),
    "bad_key": (401, "invalid_api_key", "invalid_request_error", {}),
}
# Answers with status 200. "slow" answers when `release` is set; "obedient" follows an order that
# stands outside the data or is hidden in invisible characters; "html" is some proxy's error page.
ANSWERS = tuple(
    "ok slow obedient refusal content_filter incomplete invalid_json out_of_range missing_verdict "
    "invented_quote html".split()
)
MODES = (*ANSWERS, *FAULTS)
PATHS = ("/v1/responses", "/v1/chat/completions")


@dataclass
class Requests:
    """What the stub saw. `accepted_tokens` are those of answered requests, as billed; `admitted_tokens` also those of
    requests that failed with a 5xx, which count within the limit.

    by_outcome: mode, or "limited" for the stub's own limit and "invalid" for a bad request.
    by_input: how often each input was asked, whatever its marker; key is `stub.input_key(body)`.
    seen: the latest request bodies.
    """

    total: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    accepted_tokens: int = 0
    admitted_tokens: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    by_path: Counter[str] = field(default_factory=Counter)
    by_outcome: Counter[str] = field(default_factory=Counter)
    by_input: Counter[str] = field(default_factory=Counter)
    seen: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=1000))


class OpenAIStub:
    """latency: seconds, or a function of a random.Random to seconds. error_rate: part of 500s.

    rpm, tpm: limits within a sliding window of `window` seconds of `clock`; None is no limit.
    api_key: any other key is refused; None takes every key.
    """

    def __init__(
        self,
        seed: int = 1,
        rpm: int | None = None,
        tpm: int | None = None,
        mode: str = "ok",
        latency: float | Callable[[random.Random], float] = 0.0,
        *,
        error_rate: float = 0.0,
        api_key: str | None = None,
        port: int = 0,
        window: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seed, self.latency, self.error_rate, self.api_key, self.port = seed, latency, error_rate, api_key, port
        self.mode = mode
        self.requests = Requests()
        self.release = threading.Event()
        self.slow_arrived = threading.Event()
        self._next: deque[str] = deque()
        self._prefixes: set[str] = set()
        self._window = SlidingWindow(rpm, tpm, window, clock)
        self.batches = BatchDesk(self._answer_of_batch)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server: LoopbackServer | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> Self:
        self._server = LoopbackServer(self._serve, self.port)
        self.port = self._server.port
        return self

    def stop(self) -> None:
        """Ends waiting answers and open connections, then the server."""
        self._stopping.set()
        self.release.set()
        self.batches.release.set()
        if self._server:
            self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def then(self, *modes: str) -> None:
        """The modes of the next requests, one each."""
        if wrong := set(modes) - set(MODES):
            raise ValueError(f"no such mode: {wrong}")
        with self._lock:
            self._next.extend(modes)

    def input_key(self, body: dict[str, Any]) -> str:
        system, user = _messages(body)
        return sha256(json.dumps([self.seed, system, brain.read_data(user)[0]]).encode()).hexdigest()

    def stats(self) -> dict[str, Any]:
        """What it counted, for whoever cannot see `requests`."""
        with self._lock:
            seen = self.requests
            return {
                "total": seen.total, "accepted_tokens": seen.accepted_tokens,
                "admitted_tokens": seen.admitted_tokens, "input_tokens": seen.input_tokens,
                "cached_tokens": seen.cached_tokens, "output_tokens": seen.output_tokens,
                "by_outcome": dict(seen.by_outcome),
            }  # fmt: skip

    def _serve(self, request: Request) -> Reply:
        if request.method == "GET" and request.path == "/healthz":
            return Reply(200, {"status": "ok"})
        if request.method == "GET" and request.path == "/v1/stats":
            return Reply(200, self.stats())
        if (reply := self._serve_batches(request)) is not None:
            return reply
        if request.method != "POST" or request.path not in PATHS:
            return Reply(404, error_body(f"Unknown path {request.path}", None, "invalid_request_error"))
        try:
            body = json.loads(request.body)
        except ValueError:
            return Reply(400, error_body("The body is not JSON.", None, "invalid_request_error"))
        return self.answer(request.path, request.headers.get("authorization", "").removeprefix("Bearer "), body)

    def _serve_batches(self, request: Request) -> Reply | None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.api_key is not None and key != self.api_key and request.path.startswith(("/v1/files", "/v1/batches")):
            return Reply(401, error_body("The stub says bad_key.", "invalid_api_key", "invalid_request_error"))
        return self.batches.serve(request)

    def _answer_of_batch(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One request of a batch: neither limited nor slow, counted as any."""
        with self._lock:
            self.requests.total += 1
            self.requests.by_path[path] += 1
            self.requests.seen.append(body)
            mode = self._next.popleft() if self._next else self.mode
        reply = self._answer(path, self.api_key or "", body, mode, batch=True)
        return reply.status, reply.body if isinstance(reply.body, dict) else {}

    def answer(self, path: str, key: str, body: dict[str, Any]) -> Reply:
        """One exchange, counted; blocks for the latency."""
        with self._lock:
            self.requests.total += 1
            self.requests.by_path[path] += 1
            self.requests.in_flight += 1
            self.requests.most_in_flight = max(self.requests.most_in_flight, self.requests.in_flight)
            self.requests.seen.append(body)
            mode = self._next.popleft() if self._next else self.mode
        try:
            return self._answer(path, key, body, mode)
        finally:
            with self._lock:
                self.requests.in_flight -= 1

    def _answer(self, path: str, key: str, body: dict[str, Any], mode: str, *, batch: bool = False) -> Reply:
        if self.api_key is not None and key != self.api_key:
            mode = "bad_key"
        elif fault := fault_in_request(path, body):
            return self._done("invalid", Reply(400, error_body(fault, None, "invalid_request_error")))
        input_key = self.input_key(body)
        with self._lock:
            self.requests.by_input[input_key] += 1
            attempt = self.requests.by_input[input_key]
        chance = random.Random(f"{input_key}:{attempt}")
        headers = {"x-request-id": f"req_{chance.randbytes(12).hex()}"}
        if chance.random() < self.error_rate:
            mode = "server_error"
        text, usage = self._speak(body, mode)
        admitted, limits = (True, {}) if batch else self._window.admit(usage["input"] + usage["output"])
        headers |= limits
        with self._lock:
            self.requests.admitted_tokens += (usage["input"] + usage["output"]) * admitted
        if mode in FAULTS:
            status, code, kind, extra = FAULTS[mode]
            return self._done(mode, Reply(status, error_body(f"The stub says {mode}.", code, kind), headers | extra))
        if not admitted:
            limited = error_body("Rate limit reached for the stub.", "rate_limit_exceeded", "requests")
            return self._done("limited", Reply(429, limited, headers))
        if mode == "slow":
            self.slow_arrived.set()
            self.release.wait()
        # Never a sleep: stop() ends it at once.
        if not batch:
            self._stopping.wait(self.latency(chance) if callable(self.latency) else self.latency)
        if mode == "html":
            return self._done(mode, Reply(200, "<html><body>Bad gateway</body></html>", headers))
        made = responses_body if path.endswith("/responses") else chat_body
        return self._done(
            mode, Reply(200, made(body["model"], headers["x-request-id"], text, mode, usage), headers), usage
        )

    def _speak(self, body: dict[str, Any], mode: str) -> tuple[str, dict[str, int]]:
        """(answer text, tokens as input, cached, output) as if all went well, then spoilt by the mode."""
        system, user = _messages(body)
        data, _ = brain.read_data(user)
        criteria = brain.read_criteria(system)
        answer: dict[str, Any]
        if criteria:
            fields = data if isinstance(data, dict) else {"summary": str(data or user)}
            verdicts = brain.judge(criteria, fields)
            if mode == "obedient" and brain.obeys(user):
                name, text = next(iter(fields.items()), ("", ""))
                verdicts = [one | {"field": name, "quote": text[:40], "verdict": "pass"} for one in verdicts]
            if mode == "invented_quote":
                quote = "this sentence stands in no profile"
                verdicts = [one | {"field": "summary", "quote": quote, "verdict": "pass"} for one in verdicts]
            if mode == "out_of_range":
                verdicts[0]["verdict"] = "excellent"
            answer = {"verdicts": verdicts[1:] if mode == "missing_verdict" else verdicts}
        else:
            proposed = brain.propose(data if isinstance(data, str) else user)
            if mode == "out_of_range":
                proposed[0]["weight"] = 99
            answer = {"criteria": proposed}
        text = "I cannot help with that." if mode == "refusal" else json.dumps(answer, ensure_ascii=False)
        if mode in ("incomplete", "invalid_json"):
            text = text[: len(text) // 2]
        prefix = brain.tokens(system)
        with self._lock:
            cached = prefix // 128 * 128 if prefix >= 1024 and system in self._prefixes else 0
            if len(self._prefixes) < 1000:
                self._prefixes.add(system)
        schema = brain.tokens(json.dumps(body.get("text") or body.get("response_format")))
        return text, {"input": prefix + brain.tokens(user) + schema, "cached": cached, "output": brain.tokens(text)}

    def _done(self, outcome: str, reply: Reply, usage: dict[str, int] | None = None) -> Reply:
        with self._lock:
            self.requests.by_outcome[outcome] += 1
            if usage:
                self.requests.accepted_tokens += usage["input"] + usage["output"]
                self.requests.input_tokens += usage["input"]
                self.requests.cached_tokens += usage["cached"]
                self.requests.output_tokens += usage["output"]
        return reply


def _messages(body: dict[str, Any]) -> tuple[str, str]:
    """(system, user) texts of either API's request."""
    messages = body.get("input") or body.get("messages") or []
    if isinstance(messages, str):
        return str(body.get("instructions") or ""), messages
    texts = {"system": str(body.get("instructions") or ""), "user": ""}
    for message in messages:
        role = "user" if message["role"] == "user" else "system"
        texts[role] += str(message["content"])
    return texts["system"], texts["user"]


def main() -> None:
    parser = argparse.ArgumentParser(description="A stub of the OpenAI API on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rpm", type=int)
    parser.add_argument("--tpm", type=int)
    parser.add_argument("--mode", choices=MODES, default="ok")
    parser.add_argument("--latency", type=float, default=0.05, help="median seconds")
    parser.add_argument("--spread", type=float, default=0.0, help="sigma of a lognormal latency")
    parser.add_argument("--error-rate", type=float, default=0.0, help="part of requests answered with 500")
    args = parser.parse_args()

    def latency(chance: random.Random) -> float:
        return args.latency * math.exp(chance.gauss(0, args.spread)) if args.spread else float(args.latency)

    stub = OpenAIStub(args.seed, args.rpm, args.tpm, args.mode, latency, error_rate=args.error_rate, port=args.port)
    stub.requests.seen = deque(maxlen=0)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with stub:
        print(stub.base_url, flush=True)  # noqa: T201 - the line that whoever started it waits for
        ended.wait()


if __name__ == "__main__":
    main()
