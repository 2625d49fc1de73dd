"""Jobs that change many people, with something happening between two of their batches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from services.access.identity import Actor
from services.decisions import bulk
from services.runs import jobs
from services.runs.job_runner import Runner
from services.runs.jobs import RunHandle
from services.runtime import Runtime


class Killed(BaseException):
    """Stands for the end of a worker's process."""


def work(rt: Runtime, run_id: int | None) -> None:
    """What a job worker does with a run."""
    assert run_id is not None
    Runner(rt, "test").execute(run_id)


def work_with(rt: Runtime, run_id: int | None, batch: int, event: Callable[[], Any]) -> RunHandle:
    """The same, and `event` happens before the given batch, counted from 1."""
    runner, handle = claim(rt, run_id)
    before(handle, batch, event)
    runner._work(handle)
    return handle


def kill_at(rt: Runtime, run_id: int | None, batch: int) -> RunHandle:
    """A worker that dies before the given batch, and is found out: its run waits again."""

    def die() -> None:
        raise Killed

    _, handle = claim(rt, run_id)
    before(handle, batch, die)
    try:
        jobs.handler_of(handle.kind)(rt, handle)
    except Killed:
        pass
    with rt.db.connection() as conn:
        conn.execute("UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE state = 'running'")
    assert Runner(rt, "another").rescue() == [run_id]
    return handle


def claim(rt: Runtime, run_id: int | None) -> tuple[Runner, RunHandle]:
    assert run_id is not None
    runner = Runner(rt, "test")
    handle = runner._claim(run_id, limited=False)
    assert handle is not None
    return runner, handle


def before(handle: RunHandle, batch: int, event: Callable[[], Any]) -> None:
    check, calls = handle.check, 0

    def counted() -> None:
        nonlocal calls
        calls += 1
        if calls == batch:
            event()
            if calls > 1:
                # Its last look was a moment ago, however busy the machine is: what it writes next finds out.
                handle._next_write = time.monotonic() + 3600
        check()

    handle.check = counted  # type: ignore[method-assign]


def run_row(rt: Runtime, run_id: int | None) -> dict[str, Any]:
    return rows(rt, "SELECT * FROM runs WHERE id = %s", run_id)[0]


def rows(rt: Runtime, query: str, *params: Any) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        return conn.execute(query, params).fetchall()


def change(rt: Runtime, query: str, *params: Any) -> None:
    with rt.db.connection() as conn:
        conn.execute(query, params)


def counted(rt: Runtime, search_id: UUID, column: str) -> dict[Any, int]:
    """Value of a column → how many candidates have it."""
    query = f"SELECT {column} AS value, count(*) AS n FROM candidates WHERE search_id = %s GROUP BY 1"
    return {row["value"]: row["n"] for row in rows(rt, query, search_id)}


def version(rt: Runtime, search_id: UUID) -> int:
    return int(rows(rt, "SELECT data_version FROM searches WHERE id = %s", search_id)[0]["data_version"])


def result(rt: Runtime, actor: Actor, run_id: int | None) -> bulk.ChangeResult:
    assert run_id is not None
    found = bulk.result_of(rt, actor, run_id)
    assert found is not None
    return found
