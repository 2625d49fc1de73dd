"""Long work: what can be started, and how it is handed to the queue.

A run is a row of `runs`; Procrastinate only carries its id to a worker, whose handler gets a RunHandle
(services/runs/run_handle.py).
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput
from services.runs.run_handle import LeaseLost as LeaseLost
from services.runs.run_handle import RightLost as RightLost
from services.runs.run_handle import RunCancelled as RunCancelled
from services.runs.run_handle import RunHandle as RunHandle
from services.runs.run_handle import RunStopped as RunStopped
from services.runs.run_rights import Need
from services.runtime import Runtime
from services.searches.searches import refusal

TASK = "execute_run"
# Looks after what runs at PhantomBuster, by the clock and when it is woken.
LAUNCHES_TASK = "launches"
# Makes vectors of what people are compared with, by the clock and when it is woken.
EMBEDDINGS_TASK = "embeddings"

_Q = sql.queries("runs")
# Deferring needs no pool: the job is inserted on the caller's connection.
_queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


@dataclass(frozen=True)
class Kind:
    """One kind of run. `path` is "module:function", imported by the worker only.

    one_per_user: at most one run of all such kinds per person at a time; the rest wait. A kind
    without it is quick: it has threads of its own and waits for no long job.
    lock: runs of this kind take turns among themselves, whoever started them.
    needs: what the person must be allowed to do, from the start to the end. told: the handler is called although that
    is over before it begins, since it has something to put in order; it checks first thing.
    """

    path: str
    one_per_user: bool = True
    lock: str = ""
    needs: Need = "see"
    told: bool = False

    @property
    def queue(self) -> str:
        return "long" if self.one_per_user else "quick"


KINDS: dict[str, Kind] = {
    "import": Kind("services.imports.import_run:run_import", needs="edit", told=True),
    "dry_run": Kind("services.imports.import_dry_run:run_dry_run", needs="edit"),
    "export": Kind("services.exports.export_run:run_export", needs="edit"),
    "screen": Kind("services.screening.screening_job:run_screening", needs="edit"),
    "propose": Kind("services.screening.rubric_job:run_propose", one_per_user=False, needs="edit"),
    "bulk": Kind("services.decisions.bulk:run_bulk", one_per_user=False, needs="edit"),
    "undo": Kind("services.decisions.undo:run_undo", one_per_user=False, needs="edit"),
    "archive": Kind("services.archive.archive_job:run_archive", needs="own", told=True),
    "restore": Kind("services.archive.archive_restore:run_restore", needs="own"),
    "filter": Kind("services.filtering.filter_run:run_filter", one_per_user=False, needs="edit"),
    "sheet": Kind("services.filtering.sheet_sync:run_sheet", one_per_user=False, needs="list"),
    "list": Kind("services.filtering.list_job:run_list", one_per_user=False, needs="list"),
    "enrich": Kind("services.enrichment.enrichment_job:run_enrich", needs="edit"),
    "fetch": Kind("services.enrichment.launch_run:run_fetch", one_per_user=False, needs="edit", told=True),
    "erase": Kind("services.privacy.erasure_files:run_erase", one_per_user=False, lock="erase", told=True),
    "purge": Kind("services.searches.search_purge:run_purge", one_per_user=False, lock="purge", told=True),
    # Not in the queue of long jobs, or imports would wait for what was started behind another import.
    "find_duplicates": Kind(
        "services.people.duplicates_job:run_find", one_per_user=False, lock="duplicates", needs="work"
    ),
    # Hours for a million people, and nobody's job waits behind it.
    "embed": Kind("services.matching.embedding_job:run_embed", one_per_user=False, lock="embed", needs="work"),
}


def needs_of(kind: str) -> Need:
    """What a run of this kind takes; a kind of another version takes as little as any."""
    known = KINDS.get(kind)
    return known.needs if known else "see"


def handler_of(kind: str) -> Handler:
    """The function that does this kind of run. Imports its module."""
    module, _, name = KINDS[kind].path.partition(":")
    return cast(Handler, getattr(importlib.import_module(module), name))


def start_run(
    conn: db.Conn,
    actor: Actor,
    kind: str,
    search_id: str | None,
    params: dict[str, Any],
    total: int | None = None,
) -> int:
    """Insert a run and hand it to the queue, in the caller's transaction; returns its id.

    Raises BadInput for an unknown kind, Forbidden when the actor may not see the search. Whether
    the actor may do this kind of thing is for the caller to check.
    """
    if kind not in KINDS:
        raise BadInput(f"There is no job of the kind {kind!r}.")
    row = db.one(conn, _Q.insert_run, {
        "kind": kind, "search_id": search_id, "params": Jsonb(params), "total": total, **actor.params})  # fmt: skip
    if row is None:
        assert search_id is not None
        raise refusal(conn, actor, search_id)
    enqueue(conn, row["id"], kind, actor.user_id)
    return int(row["id"])


def enqueue(conn: db.Conn, run_id: int, kind: str, user_id: int, *, delay_s: int = 0) -> None:
    """Hand a waiting run to the queue, in the caller's transaction."""
    known = KINDS.get(kind, Kind(""))
    job = _queue.configure_task(
        TASK,
        connection=conn,
        queue=known.queue,
        lock=known.lock or (f"user-{user_id}" if known.one_per_user else f"run-{run_id}"),
        # Older runs first, also when they come back after their worker died.
        priority=-min(run_id, 2_000_000_000),
        schedule_in={"seconds": delay_s} if delay_s else None,
    )
    try:
        job.defer(run_id=run_id)
    except ConnectorException as error:
        # Our own layer translates psycopg's errors.
        raise error.__cause__ or error from error


def wake(conn: db.Conn, task: str) -> None:
    """Have a task of the clock (worker.schedule) done now and not at the next minute, in the caller's transaction."""
    job = _queue.configure_task(task, connection=conn, queue="quick", lock=task, queueing_lock=task)
    try:
        with conn.transaction():
            job.defer(timestamp=int(time.time()))
    except AlreadyEnqueued:
        # It is to be done anyway.
        pass
    except ConnectorException as error:
        raise error.__cause__ or error from error


Handler = Callable[[Runtime, RunHandle], None]
