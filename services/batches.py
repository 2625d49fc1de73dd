"""The batches that are with the vendor: looked at every minute, found again, cancelled; none is made twice.

A batch's row is written before the batch is made (state "sending"). Where the answer to its making
was lost, it is looked for by its name; only when it has not turned up for RESEND_AFTER_S its
people wait again. What a batch said is taken in by the job of its run (screening_batch_job).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sql
from services import db, jobs, model_holds, screening_model
from services.config import Settings
from services.jobs import RunHandle
from services.runtime import Runtime
from services.vendors.openai_batches import BatchClient, BatchState
from services.vendors.openai_errors import BatchGone, ModelError

RESEND_AFTER_S = 300.0

_Q = sql.queries("batches")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """A batch as it is known here. state: sending, sent, answered; the others are the vendor's words.

    files: with answers, once it is over. age_s: seconds since it was put together.
    """

    id: int
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

    @property
    def is_out(self) -> bool:
        """Whether its answers are still to come."""
        return self.state in ("sending", "sent")


def add(conn: db.Conn, handle: RunHandle, settings: Settings) -> Batch:
    """A batch that is put together now."""
    row = db.one(conn, _Q.insert_batch, {"run_id": handle.run_id, "account": model_holds.account_of(settings)})
    assert row is not None
    return Batch(**row)


def forget_unsent(conn: db.Conn, run_id: int) -> None:
    """What was put together and never handed over: its people wait again."""
    db.run(conn, _Q.free_unsent, {"run_id": run_id})
    db.run(conn, _Q.delete_unsent, {"run_id": run_id})


def open_of(conn: db.Conn, run_id: int) -> list[Batch]:
    """A run's batches that have not come to their end, the first first."""
    return [Batch(**row) for row in db.rows(conn, _Q.fetch_open, {"run_id": run_id})]


def set_sending(conn: db.Conn, batch: Batch, requests: int, input_file: str) -> None:
    """From now on it may exist at the vendor's."""
    db.run(conn, _Q.set_sending, {"batch_id": batch.id, "requests": requests, "input_file": input_file})


def keep(conn: db.Conn, batch: Batch, said: BatchState) -> None:
    """What the vendor says of a batch."""
    db.run(conn, _Q.set_looked, {
        "batch_id": batch.id, "state": "answered" if said.is_over else "sent", "vendor_id": said.id,
        "vendor_status": said.status, "reason": _word(said.reason), "files": list(said.files)})  # fmt: skip


def take_back(conn: db.Conn, batch: Batch) -> None:
    """The vendor does not have it: its people wait again. Nothing, where somebody has found it meanwhile."""
    if db.one(conn, _Q.end_unmade, {"batch_id": batch.id}) is not None:
        db.run(conn, _Q.free_sent, {"batch_id": batch.id})


def look(rt: Runtime, client: BatchClient, batch: Batch, *, cancel: bool = False) -> None:
    """Ask the vendor where a batch stands, and keep that. cancel: nobody wants its answers. Raises ModelError."""
    if batch.account != model_holds.account_of(rt.settings):
        said: BatchState | None = BatchState(batch.vendor_id, "failed", batch.input_file, (), "other_model")
    else:
        said = _ask(client, batch) if batch.vendor_id else _find(client, batch)
    if cancel and said is not None and said.status in ("validating", "in_progress"):
        said = client.cancel(said.id)
    with rt.db.connection() as conn:
        if said is not None:
            keep(conn, batch, said)
        elif batch.age_s >= RESEND_AFTER_S:
            take_back(conn, batch)
    if said is None and batch.age_s >= RESEND_AFTER_S:
        delete_files(client, [batch.input_file])


def _ask(client: BatchClient, batch: Batch) -> BatchState:
    try:
        return client.look(batch.vendor_id)
    except BatchGone as error:
        return BatchState(batch.vendor_id, "failed", batch.input_file, (), error.reason)


def _find(client: BatchClient, batch: Batch) -> BatchState | None:
    found = client.find(batch.name, batch.created_at)
    for one in found[1:]:
        client.cancel(one.id)
    return found[0] if found else None


def look_at_all(rt: Runtime) -> int:
    """Every batch that nobody is at, on behalf of all hosts; runs with answers go on. Returns how many runs do."""
    with rt.db.connection() as conn:
        due = db.rows(conn, _Q.fetch_due)
    if due:
        with screening_model.batch_client(rt.settings) as client:
            for row in due:
                cancel = row.pop("cancel")
                _look_quietly(rt, client, Batch(**row), cancel=cancel)
    _clear_forsaken(rt)
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.reopen_answered)
        for run in found:
            jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
    return len(found)


def _look_quietly(rt: Runtime, client: BatchClient, batch: Batch, *, cancel: bool) -> None:
    """That the vendor cannot be asked is told on the run's page; it is asked again in a minute."""
    try:
        look(rt, client, batch, cancel=cancel)
    except ModelError as error:
        _log.warning("batch %s could not be looked at: %s", batch.id, error.reason)
        with rt.db.connection() as conn:
            db.run(conn, _Q.set_problem, {"batch_id": batch.id, "problem": error.message})


def _clear_forsaken(rt: Runtime) -> None:
    with rt.db.connection() as conn:
        forsaken = db.rows(conn, _Q.end_forsaken)
        for row in forsaken:
            db.run(conn, _Q.free_sent, {"batch_id": row["id"]})
    for row in forsaken:
        with screening_model.batch_client(rt.settings) as client:
            delete_files(client, [row["input_file"], *row["files"]])


def delete_files(client: BatchClient, files: Sequence[str]) -> None:
    """What the vendor need not keep any longer; what cannot be deleted ends there by itself."""
    for file in filter(None, files):
        try:
            client.delete(file)
        except ModelError as error:
            _log.warning("a batch's file could not be deleted: %s", error.reason)


def _word(reason: str) -> str:
    """A code, never a sentence: that may quote what was sent."""
    return reason if re.fullmatch(r"[a-z0-9_]{1,60}", reason) else "unknown" if reason else ""
