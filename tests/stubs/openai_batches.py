"""The stub model's Batch API: files, batches that are answered when somebody looks, and what may go wrong with them.

    stub.batches.hold = True           # batches stay "in_progress"
    stub.batches.answers_first = 3     # only so many people are asked about, then the batch ends as `ends_as`
    stub.batches.then("lost", "refused", "no_room")      # what comes of the next batches that are made

    stub.batches.stops_at = "upload"   # or "made": the request is held there until `release` is set; see `arrived`

    stub.batches.fails["upload"] = [500, 429, 0]     # the status of the next requests of a kind (KINDS); 0: no answer

lost: it is made, and the connection breaks before the answer; unmade: it breaks before it is made;
refused: 400; no_room: made, and failed for want of room in the queue.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stubs.loopback import Reply, Request
from tests.stubs.openai_wire import error_body

MAKINGS = ("ok", "lost", "unmade", "refused", "no_room")
KINDS = ("upload", "make", "look", "find", "cancel", "read", "delete")
# (HTTP status, body) of one request of a file.
Ask = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]


@dataclass
class Made:
    """A batch as it stands. said: its lines that have an answer."""

    id: str
    input_file: str
    endpoint: str
    metadata: dict[str, str]
    created_at: int
    status: str = "validating"
    output_file: str | None = None
    error_file: str | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"total": 0, "completed": 0, "failed": 0})


class BatchDesk:
    """files: id → content. made: batches, the oldest first. deleted: ids of files that were taken away."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.files: dict[str, bytes] = {}
        self.made: list[Made] = []
        self.deleted: list[str] = []
        self.hold = False
        self.answers_first: int | None = None
        self.ends_as = "expired"
        self.breaks_off = False
        self.exists = True
        self.stops_at = ""
        self.fails: dict[str, list[int]] = {kind: [] for kind in KINDS}
        self.arrived, self.release = threading.Event(), threading.Event()
        self._next: deque[str] = deque()
        self._numbers = count(1)
        self._lock = threading.RLock()

    def then(self, *makings: str) -> None:
        """What comes of the next batches, one each."""
        if wrong := set(makings) - set(MAKINGS):
            raise ValueError(f"no such making: {wrong}")
        self._next.extend(makings)

    def serve(self, request: Request) -> Reply | None:
        """None for a path that is not of this API."""
        url = urlsplit(request.path)
        parts = url.path.removeprefix("/v1/").split("/")
        if parts[0] not in ("files", "batches"):
            return None
        if not self.exists:
            return _error(404, "Unknown path")
        with self._lock:
            if (status := self._failing(request.method, parts)) is not None:
                return _error(status, "Not now.")
            if parts[0] == "files":
                return self._files(request, parts[1:])
            return self._batches(request, parts[1:], {name: one[0] for name, one in parse_qs(url.query).items()})

    def _failing(self, method: str, parts: list[str]) -> int | None:
        """The status that this request is to fail with, if any."""
        ways = {
            ("POST", "files", 1): "upload", ("GET", "files", 3): "read", ("DELETE", "files", 2): "delete",
            ("POST", "batches", 1): "make", ("GET", "batches", 1): "find", ("GET", "batches", 2): "look",
            ("POST", "batches", 3): "cancel",
        }  # fmt: skip
        kind = ways.get((method, parts[0], len(parts)))
        if kind is None or not self.fails[kind]:
            return None
        if (status := self.fails[kind].pop(0)) == 0:
            raise ConnectionError
        return status

    def _files(self, request: Request, parts: list[str]) -> Reply:
        if request.method == "POST" and not parts:
            form = _form(request)
            if form.get("purpose") != b"batch":
                return _error(400, "The purpose is not batch.")
            self._stop("upload")
            return Reply(200, _file(self._put(form["file"]), len(form["file"])))
        if not parts or parts[0] not in self.files:
            return _error(404, "No such file")
        if request.method == "DELETE":
            self.deleted.append(parts[0])
            del self.files[parts[0]]
            return Reply(200, {"id": parts[0], "object": "file", "deleted": True})
        if parts[1:] == ["content"]:
            content = self.files[parts[0]]
            if self.breaks_off:
                self.breaks_off = False
                return Reply(200, content, cut=len(content) // 2)
            return Reply(200, content)
        return Reply(200, _file(parts[0], len(self.files[parts[0]])))

    def _batches(self, request: Request, parts: list[str], query: dict[str, str]) -> Reply:
        if request.method == "POST" and not parts:
            return self._make(json.loads(request.body))
        if not parts:
            newest = self.made[::-1]
            start = next((n + 1 for n, one in enumerate(newest) if one.id == query.get("after")), 0)
            page = newest[start : start + int(query.get("limit", 20))]
            more = start + len(page) < len(newest)
            return Reply(200, {"object": "list", "data": [_told(one) for one in page], "has_more": more})
        found = next((one for one in self.made if one.id == parts[0]), None)
        if found is None:
            return _error(404, "No such batch")
        if parts[1:] == ["cancel"]:
            found.status = "cancelling"
        elif found.status == "cancelling":
            self._answer(found, self.answers_first or 0, "cancelled")
        elif found.status in ("validating", "in_progress"):
            found.status = "in_progress"
            if not self.hold:
                self._answer(found, self.answers_first, "completed" if self.answers_first is None else self.ends_as)
        return Reply(200, _told(found))

    def _make(self, body: dict[str, Any]) -> Reply:
        making = self._next.popleft() if self._next else "ok"
        if making == "unmade":
            raise ConnectionError
        if making == "refused" or body.get("completion_window") != "24h" or body["input_file_id"] not in self.files:
            return _error(400, "This batch is not taken.")
        number = next(self._numbers)
        made = Made(f"batch_{number}", body["input_file_id"], body["endpoint"], body.get("metadata") or {},
                    int(time.time()))  # fmt: skip
        made.counts["total"] = len(self._lines(made))
        self.made.append(made)
        if making == "no_room":
            made.status = "failed"
            made.errors = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached.", "line": None}]
        self._stop("made")
        if making == "lost":
            raise ConnectionError
        return Reply(200, _told(made))

    def _stop(self, where: str) -> None:
        if self.stops_at == where:
            self.arrived.set()
            self.release.wait()

    def _answer(self, made: Made, most: int | None, status: str) -> None:
        """Ask about the first so many; the others find their code in the error file."""
        good, bad = [], []
        lines = self._lines(made)
        asked = lines if most is None else lines[:most]
        for number, line in enumerate(asked):
            code, body = self._ask(made.endpoint, line["body"])
            response = {"status_code": code, "request_id": f"req_{number}", "body": body}
            (good if code == 200 else bad).append(_line(line["custom_id"], response, None))
        why = {"expired": "batch_expired", "cancelled": "batch_cancelled"}.get(status, "not_executed")
        bad += [_line(one["custom_id"], None, {"code": why, "message": "Not asked."}) for one in lines[len(asked) :]]
        made.status, made.counts["completed"], made.counts["failed"] = status, len(good), len(bad)
        # As they were ready, not as they were sent.
        made.output_file = self._put(b"".join(good[::-1])) if good else None
        made.error_file = self._put(b"".join(bad)) if bad else None

    def _lines(self, made: Made) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[made.input_file].splitlines() if line]

    def _put(self, content: bytes) -> str:
        name = f"file-{next(self._numbers)}"
        self.files[name] = content
        return name


def _line(custom_id: str, response: Any, error: Any) -> bytes:
    said = {"id": f"batch_req_{custom_id}", "custom_id": custom_id, "response": response, "error": error}
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _told(made: Made) -> dict[str, Any]:
    return {
        "id": made.id, "object": "batch", "endpoint": made.endpoint, "input_file_id": made.input_file,
        "completion_window": "24h", "status": made.status, "created_at": made.created_at, "metadata": made.metadata,
        "output_file_id": made.output_file, "error_file_id": made.error_file, "request_counts": made.counts,
        "errors": {"object": "list", "data": made.errors} if made.errors else None,
    }  # fmt: skip


def _file(name: str, size: int) -> dict[str, Any]:
    return {"id": name, "object": "file", "bytes": size, "created_at": int(time.time()), "filename": "x.jsonl",
            "purpose": "batch", "status": "processed"}  # fmt: skip


def _form(request: Request) -> dict[str, bytes]:
    """The fields of a multipart body."""
    boundary = re.search(r"boundary=([^;]+)", request.headers["content-type"])
    assert boundary
    found = {}
    for part in request.body.split(b"--" + boundary[1].strip('"').encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        assert name
        found[name[1].decode()] = content.removesuffix(b"\r\n")
    return found


def _error(status: int, message: str) -> Reply:
    return Reply(status, error_body(message, None, "invalid_request_error"))
