"""The batches that are with the vendor: looked at every minute, found again, cancelled; none is made twice.

A batch's row is written before the batch is made (state "sending"). Where the answer to its making
was lost, it is looked for by its name; only when it has not turned up for RESEND_AFTER_S its
people wait again, and it is looked for on (screening_batch_forsaken). What a batch said is taken in by
the job of its run (screening_batch_job).
"""

from __future__ import annotations

import logging
from dataclasses import replace

from psycopg.rows import DictRow

import sql
from services import db
from services.runs import jobs
from services.runtime import Runtime
from services.screening import model_holds, screening_model
from services.screening import screening_batch_forsaken as forsaken
from services.screening import screening_batch_rows as batch_rows
from services.screening.screening_batch_patience import PASSING
from services.screening.screening_batch_rows import CANCELLABLE, OTHER_SERVER, Batch
from services.vendors.openai_batches import BatchClient, BatchState
from services.vendors.openai_errors import BatchGone, ModelError

# Counted from when its making began: by then its file is up, and making it takes a minute at the longest.
RESEND_AFTER_S = 300.0
# How often one is looked for that has been given up.
LOST_EVERY_S = 600.0
# So many in a row that could not be looked at: the vendor is away, and the others wait for the next minute.
MOST_FAILED = 3

_Q = sql.queries("batches")
_log = logging.getLogger(__name__)


def look(rt: Runtime, client: BatchClient, batch: Batch, *, cancel: bool = False) -> bool:
    """Ask the vendor where a batch stands, and keep that. cancel: nobody wants its answers; nor does anyone want
    those of another model than the one that is set. Returns whether its run was queued. Raises ModelError."""
    said = _ask(rt, client, batch)
    if batch.state == "forsaken":
        forsaken.settle(rt, client, batch, said)
        return False
    if said is None:
        return _not_there(rt, client, batch)
    if (cancel or batch.model != rt.settings.openai_model) and said.status in CANCELLABLE:
        said = client.cancel(said.id)
    with rt.db.connection() as conn:
        batch_rows.keep(conn, batch, said)
    return False


def look_at_all(rt: Runtime) -> int:
    """Every batch that nobody is at, on behalf of all hosts; runs go on with answers, or with people whose batch was
    never made. Returns how many runs do."""
    forsaken.free_those_of_ended_runs(rt)
    with rt.db.connection() as conn:
        due = db.rows(conn, _Q.fetch_due, {"lost_every_s": LOST_EVERY_S})
    queued = _look_at(rt, due) if due else 0
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.reopen_answered)
        for run in found:
            jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
    return queued + len(found)


def _look_at(rt: Runtime, due: list[DictRow]) -> int:
    queued = failed = 0
    with screening_model.batch_client(rt.settings) as client:
        for row in due:
            cancel = row.pop("cancel")
            batch = Batch(**row)
            try:
                queued += look(rt, client, batch, cancel=cancel)
                failed = 0
            except ModelError as error:
                _note(rt, batch, error)
                failed += isinstance(error, PASSING)
            if failed >= MOST_FAILED:
                break
    return queued


def _note(rt: Runtime, batch: Batch, error: ModelError) -> None:
    """That the vendor cannot be asked is told on the run's page; it is asked again in a minute."""
    _log.warning("batch %s could not be looked at: %s", batch.id, error.reason)
    with rt.db.connection() as conn:
        db.run(conn, _Q.set_problem, {"batch_id": batch.id, "problem": error.message})


def _not_there(rt: Runtime, client: BatchClient, batch: Batch) -> bool:
    if batch.age_s < RESEND_AFTER_S:
        with rt.db.connection() as conn:
            batch_rows.set_missing(conn, batch)
        return False
    # First of all, so that it can hardly be made any more.
    forsaken.delete_files(client, [batch.input_file])
    with rt.db.connection() as conn:
        return batch_rows.take_back(conn, batch)


def _ask(rt: Runtime, client: BatchClient, batch: Batch) -> BatchState | None:
    """What the vendor says; None where it has no batch of this name."""
    asked_by = replace(rt.settings, openai_model=batch.model)
    if batch.account != model_holds.account_of(asked_by):
        # With another server; this one knows nothing of it.
        return BatchState(batch.vendor_id, "failed", batch.input_file, (), OTHER_SERVER)
    if not batch.vendor_id:
        return _find(client, batch)
    try:
        return client.look(batch.vendor_id)
    except BatchGone as error:
        return BatchState(batch.vendor_id, "failed", batch.input_file, (), error.reason)


def _find(client: BatchClient, batch: Batch) -> BatchState | None:
    found = client.find(batch.name, batch.created_at)
    for one in found[1:]:
        client.cancel(one.id)
    return found[0] if found else None
