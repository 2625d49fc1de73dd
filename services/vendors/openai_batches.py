"""The vendor's Batch API: requests in a file, answers in files within a day, at half the price.

A batch bears a name of ours, by which it is found again where the answer to its making was lost:
nobody knows then whether it is on its way. Blocks; never retries. Raises ModelError
(openai_errors.py), of it also

NoBatches     there is no such API at this server
BatchGone     the vendor does not know this batch or file (any more)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Self

import httpx2
import openai
from openai.types import Batch

from services.screening.prompts import JudgePrompt
from services.vendors.openai_answers import Judgement, as_mapping, as_word
from services.vendors.openai_errors import BatchGone, ModelError, NoBatches, ServerFault, TimedOut, failure
from services.vendors.openai_exchange import PATHS, request_body

NAME = "sourcingx"
# What a file may hold by the vendor's rules is 50,000 requests and 200 MB.
MOST_REQUESTS, MOST_BYTES = 20_000, 150_000_000
# Profiles do not stay with the vendor longer than answers may take, even where nobody deletes them.
KEPT_S = 3 * 24 * 3600
_OVER = ("completed", "failed", "expired", "cancelled")
_MOST_LINE = 8_000_000
# In seconds: hosts' clocks differ.
_CLOCKS = 3600.0


@dataclass(frozen=True)
class BatchState:
    """A batch as its vendor tells it. status: the vendor's word; reason: its code where it failed as a whole.

    files: with answers, and with what failed; those that there are.
    """

    id: str
    status: str
    input_file: str
    files: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_over(self) -> bool:
        return self.status in _OVER


@dataclass(frozen=True)
class BatchReply:
    """One line of a file. status: of the request, None where it was never made; code says why."""

    custom_id: str
    status: int | None
    body: object
    code: str


class BatchClient:
    """One account. timeout: seconds for each read or write."""

    def __init__(self, base_url: str, api_key: str, api: str, model: str, timeout: float = 60) -> None:
        self.api, self.model = api, model
        # By itself the library follows a redirect, and profiles would go to wherever it leads.
        stays = openai.DefaultHttpxClient(follow_redirects=False)
        self._openai = openai.OpenAI(
            base_url=base_url, api_key=api_key, timeout=timeout, max_retries=0, http_client=stays
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._openai.close()

    def line(self, custom_id: str, prompt: JudgePrompt) -> bytes:
        """One request as a file has it, with its line end."""
        body = request_body(self.api, self.model, prompt.system, prompt.user, Judgement, prompt.cache_key)
        request = {"custom_id": custom_id, "method": "POST", "url": PATHS[self.api], "body": body}
        return json.dumps(request, ensure_ascii=False).encode() + b"\n"

    def upload(self, file: BinaryIO, name: str) -> str:
        """Hand over a file of requests, piece by piece; returns its id."""
        with _told(NoBatches):
            made = self._openai.files.create(
                file=(f"{name}.jsonl", file), purpose="batch",
                expires_after={"anchor": "created_at", "seconds": KEPT_S},
            )  # fmt: skip
            return str(made.id)

    def create(self, file_id: str, name: str) -> BatchState:
        """Have an uploaded file answered. After TimedOut and ServerFault it may be on its way: find() tells."""
        # The library's types name the endpoints one by one.
        batches: Any = self._openai.batches
        with _told(NoBatches):
            made = batches.create(
                input_file_id=file_id, endpoint=PATHS[self.api], completion_window="24h", metadata={NAME: name},
                output_expires_after={"anchor": "created_at", "seconds": KEPT_S},
            )  # fmt: skip
            return _state(made)

    def find(self, name: str, since: datetime) -> list[BatchState]:
        """The batches of this name that were made since then, the oldest first."""
        found = []
        with _told(NoBatches):
            # The newest come first.
            for one in self._openai.batches.list(limit=100):
                if one.created_at < since.timestamp() - _CLOCKS:
                    break
                if (one.metadata or {}).get(NAME) == name:
                    found.append(_state(one))
        return found[::-1]

    def look(self, batch_id: str) -> BatchState:
        """Where it stands."""
        with _told(BatchGone):
            return _state(self._openai.batches.retrieve(batch_id))

    def cancel(self, batch_id: str) -> BatchState:
        """Nothing more shall be answered; what has been is told in the files, once it is over."""
        with _told(BatchGone):
            return _state(self._openai.batches.cancel(batch_id))

    def replies(self, file_id: str) -> Iterator[BatchReply]:
        """The lines of a file, as they come; those that are none of ours are left out."""
        with _told(BatchGone), self._openai.files.with_streaming_response.content(file_id) as answer:
            for raw in _lines(answer.iter_bytes()):
                if (reply := read_reply(raw)) is not None:
                    yield reply

    def delete(self, file_id: str) -> None:
        """Take a file off the vendor's shelves; one that is gone is fine."""
        try:
            with _told(BatchGone):
                self._openai.files.delete(file_id)
        except BatchGone:
            return


def read_reply(raw: bytes) -> BatchReply | None:
    """One line of an answer or error file; None for what is no reply. Pure."""
    try:
        line = as_mapping(json.loads(raw))
    except ValueError:
        return None
    custom_id = as_word(line.get("custom_id"))
    if not custom_id:
        return None
    response, error = as_mapping(line.get("response")), as_mapping(line.get("error"))
    status = response.get("status_code")
    if not isinstance(status, int) or not response:
        return BatchReply(custom_id, None, None, as_word(error.get("code")) or "")
    return BatchReply(custom_id, status, response.get("body"), "")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """By line feeds alone: texts may hold the other characters that Python takes for line ends."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
        if len(rest) > _MOST_LINE:
            raise ServerFault("(a line of a batch's file has no end)")
    yield rest


def _state(batch: Batch) -> BatchState:
    errors = (batch.errors.data or []) if batch.errors else []
    files = tuple(one for one in (batch.output_file_id, batch.error_file_id) if one)
    reason = next((one.code for one in errors if one.code), "")
    return BatchState(batch.id, batch.status, batch.input_file_id, files, reason)


@contextmanager
def _told(missing: type[ModelError]) -> Iterator[None]:
    """The library's errors as ours. missing: what a 404 means."""
    try:
        yield
        return
    except openai.NotFoundError:
        lost: ModelError = missing()
    except openai.APIStatusError as error:
        headers: Mapping[str, str] = error.response.headers
        lost = failure(error.status_code, as_word(error.code), as_word(error.type), headers)
    except openai.APITimeoutError:
        lost = TimedOut()
    except (openai.APIConnectionError, httpx2.HTTPError):
        lost = ServerFault("(no connection)")
    except (openai.APIError, AttributeError, TypeError, ValueError):
        # A proxy's page, or a body without what the library's types promise: it checks neither.
        lost = ServerFault("(not an answer of the Batch API)")
    # Raised out here so that it does not drag the request along, which holds the key.
    raise lost
