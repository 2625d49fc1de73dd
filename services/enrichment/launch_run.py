"""The handler of runs that fetch from PhantomBuster: asks for the launch, later takes the result. Job workers only.

While an agent works nobody holds the run: it is "paused" and takes no worker's place; launch_watch wakes it once
the agent has ended. Killed at any line it goes on from the launch's row, and asks for a launch at most once: what
was asked for and not answered is looked for (launch_watch), never asked for again.
"""

from __future__ import annotations

from typing import Any

import sql
from services import db
from services.enrichment import launch_results, launch_usage, launches
from services.errors import Conflict, ProductError, Unavailable
from services.runs import jobs
from services.runs.jobs import LeaseLost, RunCancelled, RunHandle, RunStopped
from services.runtime import Runtime
from services.vendors.phantombuster import PhantomBuster
from services.vendors.phantombuster_errors import AgentBusy
from services.vendors.vendor_errors import (
    NotUnderstood,
    RateLimited,
    ServerFault,
    Unanswered,
    Unreachable,
    VendorError,
    given_up,
)

WORKS = "PhantomBuster works on it; its result is imported when it has ended."
LOOKED_FOR = (
    "PhantomBuster's answer to the launch was lost. Whether it was launched is being found out; it is not launched "
    "again."
)
CANCELLED = "This was cancelled before the agent was launched."
CANCELLED_RESULT = "This was cancelled before its result was taken. It can be taken by the id of the run."
STOPPING = "PhantomBuster is asked to stop it."
NO_ARGUMENT = (
    "Which of this agent's settings is the search is not known: type its name under “More”. It has {names}. Nothing "
    "was launched."
)
ELSEWHERE = (
    "This agent runs already: somebody launched it at PhantomBuster, not from here. Launch it when that has ended. "
    "Nothing was launched."
)

_Q = sql.queries("launches")
# After these it may have been launched all the same.
_LOST = (ServerFault, Unanswered, NotUnderstood)


def run_fetch(rt: Runtime, handle: RunHandle) -> None:
    """Takes the launch one step further, or to its end."""
    try:
        _Fetch(rt, handle).go_on()
    except (LeaseLost, RunStopped):
        raise
    except RunCancelled:
        _cancel(rt, handle)


def fetch(conn: db.Conn, launch_id: int) -> dict[str, Any]:
    """A launch's row, see sql/launches.sql."""
    row = db.one(conn, _Q.fetch_launch, {"launch_id": launch_id})
    assert row is not None
    return row


def again(error: VendorError) -> ProductError:
    """What was only asked, and may be asked again: the run is tried again by itself where that can help, and its
    message is for when that has not."""
    return Unavailable(given_up(error)) if error.retryable or isinstance(error, Unanswered) else error


class _Fetch:
    """One run at work."""

    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle = rt, handle
        self._given = {"launch_id": int(handle.params["launch_id"])}
        with rt.db.connection() as conn:
            self._launch = fetch(conn, self._given["launch_id"])

    def go_on(self) -> None:
        self._handle.check()
        state = self._launch["state"]
        if state == "launching" and not self._launch["sent"]:
            self._ask()
        elif state == "launching":
            # A worker died with the answer.
            self._lost()
        elif state in ("unknown", "running"):
            self._pause(WORKS if state == "running" else LOOKED_FOR)
        elif state == "finished":
            launch_results.take(self._rt, self._handle, self._launch)
        else:
            self._handle.finish(self._launch["message"], state="failed" if state == "failed" else "done")

    def _ask(self) -> None:
        try:
            with launches.connect(self._rt.settings) as client:
                name, mark_ms = self._look_before(client)
                self._note_sent(name, mark_ms)
                self._send(client, name)
        except _Refused as refused:
            self._fail(str(refused))
        except VendorError as error:
            told = again(error)
            if isinstance(told, Unavailable):
                raise told from None
            self._fail(told.message)

    def _look_before(self, client: PhantomBuster) -> tuple[str, int]:
        """The argument that the search goes into, and the newest container until now. Raises _Refused, VendorError."""
        agent = client.settings(self._launch["agent_id"])
        name = self._launch["argument_name"] or agent.source_argument
        if self._launch["source_url"] and not name:
            known = ", ".join(agent.argument_names[:20]) or "none"
            raise _Refused(NO_ARGUMENT.format(names=known))
        containers = client.containers(agent.id)
        if any(not one.is_over for one in containers):
            raise _Refused(ELSEWHERE)
        return name, max((one.created_ms for one in containers), default=0)

    def _note_sent(self, name: str, mark_ms: int) -> None:
        """From here on it may have been launched. Raises Conflict where another worker was first."""
        with self._rt.db.connection() as conn:
            noted = db.one(conn, _Q.set_sent, {**self._given, "mark_ms": mark_ms, "argument_name": name})
            if noted is None:
                raise Conflict("This is being launched already.")
            # Rolls back where another worker has the run.
            self._handle.save(conn, 0)

    def _send(self, client: PhantomBuster, name: str) -> None:
        url = self._launch["source_url"]
        try:
            container_id = client.launch(self._launch["agent_id"], {name: url} if url else None)
        except Unreachable as error:
            with self._rt.db.connection() as conn:
                db.run(conn, _Q.set_unsent, self._given)
            raise error from None
        except _LOST:
            self._lost()
            return
        except RateLimited as error:
            # Refused, and surely not made; a person may wait better than a job.
            self._fail(f"{given_up(error)} Nothing was launched.", outcome=error.reason)
            return
        except VendorError as error:
            said = error.message if isinstance(error, AgentBusy) else f"{error.message} Nothing was launched."
            self._fail(said, outcome=error.reason)
            return
        with self._rt.db.connection() as conn:
            db.run(conn, _Q.set_running, {**self._given, "container_id": container_id})
        self._pause(WORKS)

    def _lost(self) -> None:
        with self._rt.db.connection() as conn:
            db.run(conn, _Q.set_unknown, {**self._given, "message": LOOKED_FOR})
        self._pause(LOOKED_FOR)

    def _pause(self, message: str) -> None:
        _wait(self._rt, self._handle, message)

    def _fail(self, message: str, *, outcome: str = "") -> None:
        """outcome: why PhantomBuster refused the launch, "" where it was not asked for one."""
        with self._rt.db.connection() as conn:
            if db.one(conn, _Q.set_failed, {**self._given, "message": message}) and outcome:
                launch_usage.record_none(conn, self._launch, outcome)
            self._handle.finish(message, state="failed", conn=conn)


def _wait(rt: Runtime, handle: RunHandle, message: str) -> None:
    """Give the run up until launch_watch wakes it, and have that look at once."""
    with rt.db.connection() as conn:
        jobs.wake(conn, jobs.LAUNCHES_TASK)
        handle.finish(message, state="paused", conn=conn)


class _Refused(Exception):
    """Nothing was launched, for a reason of ours."""


def _cancel(rt: Runtime, handle: RunHandle) -> None:
    """What runs is stopped first (launch_watch), so that the agent is free when the run says that it has ended."""
    launch_id = int(handle.params["launch_id"])
    given = {"launch_id": launch_id}
    with rt.db.connection() as conn:
        launch = fetch(conn, launch_id)
        if launch["state"] in ("unknown", "running") or (launch["state"] == "launching" and launch["sent"]):
            db.run(conn, _Q.set_unknown, given | {"message": LOOKED_FOR})
            jobs.wake(conn, jobs.LAUNCHES_TASK)
            handle.finish(STOPPING, state="paused", conn=conn)
            return
        told = CANCELLED_RESULT if launch["state"] == "finished" else CANCELLED
        db.run(conn, _Q.set_failed, given | {"message": told})
        handle.finish(launch["message"] or told, state="cancelled", conn=conn)
