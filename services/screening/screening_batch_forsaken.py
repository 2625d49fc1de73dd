"""Batches whose answers nobody takes: cancelled where they are found, and what of them was billed written down.

Their runs failed, or they had not turned up when their people were given to another batch.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from uuid import UUID

import sql
from services import db
from services.runtime import Runtime
from services.screening import screening_batch_rows as batch_rows
from services.screening.screening_batch_rows import CANCELLABLE, Batch
from services.screening.screening_unanswered import CUT, charge
from services.spending import prices, usage_ledger
from services.spending.usage_ledger import Call
from services.vendors.openai_answers import read_usage
from services.vendors.openai_batches import BatchClient, BatchReply, BatchState
from services.vendors.openai_errors import BatchGone, ModelError, Usage

# A batch is made within minutes or not at all; a process that was frozen may wake up late.
LOOKED_FOR_S = 48 * 3600.0
CHUNK = 40
UNUSED = "unused"

_Q = sql.queries("batches")
_log = logging.getLogger(__name__)


def free_those_of_ended_runs(rt: Runtime) -> None:
    """Whose run came to another end: its people wait again, should someone take it up."""
    with rt.db.connection() as conn:
        for row in db.rows(conn, _Q.forsake_of_ended):
            db.run(conn, _Q.free_sent, {"batch_id": row["id"]})


def settle(rt: Runtime, client: BatchClient, batch: Batch, said: BatchState | None) -> None:
    """Go on with a forsaken batch of which the vendor says this (None: it is not there). Raises ModelError."""
    if said is not None and said.status in CANCELLABLE:
        said = client.cancel(said.id)
    if said is not None and not said.is_over:
        with rt.db.connection() as conn:
            batch_rows.keep(conn, batch, said)
        return
    if said is None and batch.age_s < LOOKED_FOR_S:
        with rt.db.connection() as conn:
            batch_rows.set_missing(conn, batch)
        return
    if said is not None:
        for file in said.files:
            _record_file(rt, client, batch, file)
        delete_files(client, [said.input_file, *said.files])
    with rt.db.connection() as conn:
        if said is not None and replace(batch, reason=said.reason).is_lost:
            owner = db.one(conn, _Q.fetch_owner, {"run_id": batch.run_id})
            if owner is not None:
                record_lost(conn, batch, owner["user_id"], owner["search_id"])
        db.run(conn, _Q.end_forsaken, {"batch_id": batch.id})


def record(conn: db.Conn, batch: Batch, user_id: int, search_id: str | None, replies: Iterable[BatchReply]) -> None:
    """What answers cost that nobody takes, each once."""
    charged: list[tuple[int, int, Decimal]] = []
    for reply in replies:
        if reply.status is None:
            continue
        usage = replace(read_usage(reply.body), batch=True)
        cost = prices.cost(batch.model, usage)
        is_new = usage_ledger.record(conn, user_id, Call(
            vendor="openai", outcome=UNUSED, search_id=search_id, run_id=batch.run_id, model=batch.model,
            input_tokens=usage.input_tokens, cached_tokens=usage.cached_tokens, output_tokens=usage.output_tokens,
            cost=cost, call_id=batch.call_id(reply.custom_id)))  # fmt: skip
        if is_new and reply.custom_id.isdecimal() and len(reply.custom_id) < 19:
            charged.append((int(reply.custom_id), usage.input_tokens + usage.output_tokens, cost or Decimal(0)))
    charge(conn, batch.run_id, charged)


def record_lost(conn: db.Conn, batch: Batch, user_id: int, search_id: str | None) -> None:
    """A batch that was made and of which nobody can ask any more: it counts as what was expected of it."""
    if not batch.requests:
        return
    usage = Usage(batch.expected_input, 0, batch.expected_output, batch=True)
    cost = prices.cost(batch.model, usage)
    is_new = usage_ledger.record(conn, user_id, Call(
        vendor="openai", outcome=CUT, search_id=search_id, run_id=batch.run_id, model=batch.model,
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, cost=cost, calls=batch.requests,
        call_id=UUID(batch.name)))  # fmt: skip
    if is_new:
        each = (cost or Decimal(0)) / batch.requests
        tokens = (usage.input_tokens + usage.output_tokens) // batch.requests
        db.run(conn, _Q.charge_sent, {"batch_id": batch.id, "tokens": tokens, "cost": each})


def delete_files(client: BatchClient, files: Sequence[str]) -> None:
    """What the vendor need not keep any longer; what cannot be deleted ends there by itself."""
    for file in filter(None, files):
        try:
            client.delete(file)
        except ModelError as error:
            _log.warning("a batch's file could not be deleted: %s", error.reason)


def chunks(replies: Iterable[BatchReply]) -> Iterator[list[BatchReply]]:
    """Some at a time, each for one transaction."""
    going = iter(replies)
    while chunk := list(islice(going, CHUNK)):
        yield chunk


def _record_file(rt: Runtime, client: BatchClient, batch: Batch, file: str) -> None:
    try:
        for replies in chunks(client.replies(file)):
            with rt.db.connection() as conn:
                owner = db.one(conn, _Q.fetch_owner, {"run_id": batch.run_id})
                if owner is not None:
                    record(conn, batch, owner["user_id"], owner["search_id"], replies)
    except BatchGone:
        _log.warning("what batch %s cost is not known: its file is gone", batch.id)
