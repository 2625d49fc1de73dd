"""The rows of the vendor's batches: what is known of each, and who waits again when one comes to nothing.

preparing   put together; nobody has it
sending     uploaded and perhaps made: only its name tells
sent        with the vendor
answered    over; its answers are to be taken in by its run
forsaken    nobody takes its answers: cancelled where it is found, and what was billed is written down
ended
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import sql
from services import db
from services.config import Settings
from services.runs import jobs
from services.runs.jobs import RunHandle
from services.screening import model_holds
from services.screening.prompts import PROMPT_VERSION
from services.vendors.openai_batches import BatchState
from services.vendors.openai_errors import BatchGone, Usage

# Reason of a batch that another server has, of which this one knows nothing.
OTHER_SERVER = "other_server"
# The vendor's words for one that cancelling ends sooner.
CANCELLABLE = ("validating", "in_progress")

_Q = sql.queries("batches")


@dataclass(frozen=True)
class Batch:
    """A batch as it is known here. vendor_status: the vendor's word. files: with answers, once it is over.

    age_s: seconds since it may be at the vendor's. account, model, api, prompt_version: what it was asked by.
    expected_input, expected_output: tokens of all its requests together.
    """

    id: int
    run_id: int
    name: str
    state: str
    created_at: datetime
    vendor_id: str
    vendor_status: str
    reason: str
    input_file: str
    files: Sequence[str]
    age_s: float
    account: str
    model: str
    api: str
    prompt_version: str
    requests: int
    expected_input: int
    expected_output: int

    @property
    def is_lost(self) -> bool:
        """Whether it was made, and nobody here can ask what came of it any more."""
        return bool(self.vendor_id) and self.reason in (OTHER_SERVER, BatchGone.reason)

    @property
    def is_out(self) -> bool:
        """Whether its answers are still to come."""
        return self.state in ("sending", "sent")

    def call_id(self, custom_id: str) -> UUID:
        """Of one request of it: the same whenever, and by whomever, its answer is written down."""
        return uuid5(UUID(self.name), custom_id)


def add(conn: db.Conn, handle: RunHandle, settings: Settings) -> Batch:
    """A batch that is put together now."""
    row = db.one(conn, _Q.insert_batch, {
        "run_id": handle.run_id, "account": model_holds.account_of(settings), "model": settings.openai_model,
        "api": settings.openai_api, "prompt_version": PROMPT_VERSION})  # fmt: skip
    assert row is not None
    return Batch(**row)


def forget_unsent(conn: db.Conn, run_id: int) -> None:
    """What was put together and never handed over: its people wait again."""
    db.run(conn, _Q.free_unsent, {"run_id": run_id})
    db.run(conn, _Q.delete_unsent, {"run_id": run_id})


def open_of(conn: db.Conn, run_id: int) -> list[Batch]:
    """A run's batches whose answers it still wants, the first first."""
    return [Batch(**row) for row in db.rows(conn, _Q.fetch_open, {"run_id": run_id})]


def set_sending(conn: db.Conn, batch: Batch, requests: int, expected: Usage, input_file: str) -> None:
    """From now on it may exist at the vendor's. expected: of all its requests together."""
    db.run(conn, _Q.set_sending, {
        "batch_id": batch.id, "requests": requests, "input_file": input_file, "input": expected.input_tokens,
        "output": expected.output_tokens})  # fmt: skip


def keep(conn: db.Conn, batch: Batch, said: BatchState) -> None:
    """What the vendor says of a batch."""
    db.run(conn, _Q.set_looked, {
        "batch_id": batch.id, "state": "answered" if said.is_over else "sent", "vendor_id": said.id,
        "vendor_status": said.status, "reason": _word(said.reason), "files": list(said.files)})  # fmt: skip


def set_missing(conn: db.Conn, batch: Batch) -> None:
    """The vendor does not have it now."""
    db.run(conn, _Q.set_missing, {"batch_id": batch.id})


def refuse(conn: db.Conn, batch: Batch) -> None:
    """The vendor did not make it: its people wait again."""
    if db.one(conn, _Q.end_refused, {"batch_id": batch.id}) is not None:
        db.run(conn, _Q.free_sent, {"batch_id": batch.id})


def take_back(conn: db.Conn, batch: Batch) -> bool:
    """It has not turned up, so its people wait again; its run, where nobody is at it, goes on with them.

    It is looked for on: made late, it would be answered and billed. Returns whether a run was queued.
    """
    if db.one(conn, _Q.forsake_unmade, {"batch_id": batch.id}) is None:
        return False
    db.run(conn, _Q.free_sent, {"batch_id": batch.id})
    run = db.one(conn, _Q.reopen_unmade, {"run_id": batch.run_id})
    if run is not None:
        jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
    return run is not None


def _word(reason: str) -> str:
    """A code, never a sentence: that may quote what was sent."""
    return reason if re.fullmatch(r"[a-z0-9_]{1,60}", reason) else "unknown" if reason else ""
