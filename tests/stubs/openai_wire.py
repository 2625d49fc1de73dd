"""What the stub checks of a request, how its answers look on the wire, and its rate limit."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

# Shown in the x-ratelimit headers where no limit is set.
UNLIMITED_RPM, UNLIMITED_TPM = 10_000, 2_000_000


class SlidingWindow:
    """At most rpm requests and tpm tokens in any `window` seconds. Refused requests count too."""

    def __init__(self, rpm: int | None, tpm: int | None, window: float, clock: Callable[[], float]) -> None:
        self.rpm, self.tpm, self.window, self.clock = rpm, tpm, window, clock
        self._lock = threading.Lock()
        self._log: deque[tuple[float, int]] = deque()
        self._tokens = 0

    def admit(self, tokens: int) -> tuple[bool, dict[str, str]]:
        """(whether there was room, rate-limit headers, with retry-after where there was none)."""
        with self._lock:
            now = self.clock()
            while self._log and self._log[0][0] <= now - self.window:
                self._tokens -= self._log.popleft()[1]
            fits = self.rpm is None or len(self._log) < self.rpm
            fits_tokens = self.tpm is None or self._tokens + tokens <= self.tpm
            wait = 0.0
            if not (fits and fits_tokens):
                wait = self._wait(now, 0 if fits_tokens else tokens)
            counted = tokens if fits and fits_tokens else 0
            self._log.append((now, counted))
            self._tokens += counted
            headers = self._headers()
        if wait:
            headers |= {"retry-after": str(math.ceil(wait)), "retry-after-ms": str(math.ceil(wait * 1000))}
        return fits and fits_tokens, headers

    def _wait(self, now: float, tokens: int) -> float:
        """Seconds until there is room for one request more and for `tokens`."""
        left, used = len(self._log), self._tokens
        for at, spent in self._log:
            left, used = left - 1, used - spent
            if (self.rpm is None or left < self.rpm) and (not tokens or self.tpm is None or used + tokens <= self.tpm):
                return max(0.001, at + self.window - now)
        return self.window

    def _headers(self) -> dict[str, str]:
        requests, tokens = self.rpm or UNLIMITED_RPM, self.tpm or UNLIMITED_TPM
        return {
            "x-ratelimit-limit-requests": str(requests),
            "x-ratelimit-limit-tokens": str(tokens),
            "x-ratelimit-remaining-requests": str(max(0, requests - len(self._log))),
            "x-ratelimit-remaining-tokens": str(max(0, tokens - self._tokens)),
            "x-ratelimit-reset-requests": duration(self.window),
            "x-ratelimit-reset-tokens": duration(self.window),
        }


def duration(seconds: float) -> str:
    """As OpenAI writes it: 120ms, 6.5s, 6m0s."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}m{rest:g}s" if minutes else f"{rest:g}s"


def fault_in_request(path: str, body: Any) -> str | None:
    """What the real server would answer 400 to, or None."""
    if not isinstance(body, dict) or not body.get("model"):
        return "Missing required parameter: 'model'."
    responses = path.endswith("/responses")
    if not body.get("input" if responses else "messages"):
        return "Missing required parameter: " + ("'input'." if responses else "'messages'.")
    if responses:
        form = (body.get("text") or {}).get("format") or {}
        kind, wrapped = form.get("type"), form
    else:
        kind = (body.get("response_format") or {}).get("type")
        wrapped = (body.get("response_format") or {}).get("json_schema") or {}
    if kind != "json_schema" or not wrapped.get("name") or wrapped.get("strict") is not True:
        return "The stub answers only to a named, strict json_schema."
    return _fault_in_schema(wrapped.get("schema") or {}, "schema")


def _fault_in_schema(schema: Any, where: str) -> str | None:
    """Strict mode: every object closed, every property required."""
    if isinstance(schema, list):
        return next((fault for part in schema if (fault := _fault_in_schema(part, where))), None)
    if not isinstance(schema, dict):
        return None
    if "properties" in schema and (
        schema.get("additionalProperties") is not False
        or sorted(schema.get("required", [])) != sorted(schema["properties"])
    ):
        return f"Invalid schema at {where}: close it and require every property."
    return next((fault for name, part in schema.items() if (fault := _fault_in_schema(part, f"{where}.{name}"))), None)


def error_body(message: str, code: str | None, kind: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def responses_body(model: str, request_id: str, text: str, mode: str, usage: dict[str, int]) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    if mode == "refusal":
        part = {"type": "refusal", "refusal": text}
    cut = {"incomplete": "max_output_tokens", "content_filter": "content_filter"}.get(mode)
    status = "incomplete" if cut else "completed"
    message = {"type": "message", "id": f"msg_{request_id}", "status": status, "role": "assistant", "content": [part]}
    return {
        "id": f"resp_{request_id}",
        "object": "response",
        "created_at": 1_760_000_000,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": cut} if cut else None,
        "model": model,
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": usage["input"],
            "input_tokens_details": {"cached_tokens": usage["cached"]},
            "output_tokens": usage["output"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage["input"] + usage["output"],
        },
    }


def chat_body(model: str, request_id: str, text: str, mode: str, usage: dict[str, int]) -> dict[str, Any]:
    refused = mode == "refusal"
    return {
        "id": f"chatcmpl-{request_id}",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None if refused else text,
                    "refusal": text if refused else None,
                },
                "finish_reason": {"incomplete": "length", "content_filter": "content_filter"}.get(mode, "stop"),
                "logprobs": None,
            }
        ],
        "usage": {
            "prompt_tokens": usage["input"],
            "prompt_tokens_details": {"cached_tokens": usage["cached"]},
            "completion_tokens": usage["output"],
            "total_tokens": usage["input"] + usage["output"],
        },
    }
