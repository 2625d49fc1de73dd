"""Looking after launches at PhantomBuster: how far they are, whether lost ones are there, which are to be stopped.

By the clock of the job worker, for all hosts: one at a time looks, every few seconds while anything is launched.
What the console says goes to Redis and nowhere else: it may name people, and it may vanish.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import sql
from services import db, faults
from services.cache import CacheDown
from services.enrichment import launch_usage, launches
from services.enrichment.launch_run import LOOKED_FOR
from services.errors import ProductError
from services.runs import jobs
from services.runtime import Runtime
from services.vendors.phantombuster import PhantomBuster
from services.vendors.phantombuster_answers import Container
from services.vendors.phantombuster_errors import NoSuchContainer
from services.vendors.vendor_errors import VendorError

EVERY_S = 5.0
# A round of the clock; the next one begins a minute after this one began.
ROUND_S = 55.0
# By then PhantomBuster knows of a launch that it took, and nobody waits for its answer any more.
GIVE_UP_S = 90.0
# Nobody waits longer for an agent to end that was asked to.
STOP_S = 600.0
CONSOLE_TTL_S = 3_600

UNTAKEN = "Its result was not taken: the job that should have done it has ended. It can be taken by the id of the run."
FAULT = "This could not be looked at because of a fault in the program; it is looked at again. Tell your admin."
NEVER_SENT = "It was not launched: the job that should have done it has ended."
NOT_LAUNCHED = "PhantomBuster did not launch it. Launch it again."
FORGOTTEN = "PhantomBuster does not know this run any more; whether it left a result is not known. Look at it there."
NOT_STARTED = "PhantomBuster could not start it. Look at its console, and whether your plan has time left."
STOPPED = "It was stopped before its end. What it had found until then can be taken by the id of the run."
NOT_STOPPED = "PhantomBuster was asked to stop it, and does not say that it has. Look at it there."
TIME_LIMIT = "It ran into a limit of time ({limit}): raise that at PhantomBuster, or search for fewer people."
WITH_ERROR = (
    "It ended with an error (exit code {code}): look at its console. Often the session cookie is too old, or the "
    "search's address is wrong."
)
_LIMITS = {"global timeout", "org timeout", "agent timeout", "no log timeout"}

_Q = sql.queries("launches")
_log = logging.getLogger(__name__)


def watch(rt: Runtime, stopping: threading.Event) -> None:
    """Look again and again for about a minute, as long as anything is launched. Raises nothing."""
    until = time.monotonic() + ROUND_S
    try:
        while look_at_all(rt) and time.monotonic() < until and not stopping.wait(EVERY_S):
            continue
    except ProductError as error:
        _log.warning("launches were not looked at: %s", error.message)
    except Exception as error:
        _log.error("launches were not looked at: %s", faults.trace(error))


def look_at_all(rt: Runtime) -> int:
    """Every launch that lives, once; runs whose launch is over go on. Returns how many still live."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_to_look_at)
    if found:
        with launches.connect(rt.settings) as client:
            for row in found:
                _look_quietly(rt, client, row)
    with rt.db.connection() as conn:
        db.run(conn, _Q.close_untaken, {"message": UNTAKEN})
        for run in db.rows(conn, _Q.reopen_ended):
            jobs.enqueue(conn, run["id"], run["kind"], run["user_id"])
        left = db.one(conn, _Q.count_live)
    return int(left["live"]) if left else 0


def _look_quietly(rt: Runtime, client: PhantomBuster, row: Mapping[str, Any]) -> None:
    """That the vendor cannot be asked is told on the launch; it is asked again in a few seconds. What goes wrong with
    one launch keeps no other one from being looked at. Raises what the database says: that is wrong with all."""
    try:
        _look(rt, client, row)
    except VendorError as error:
        _log.warning("launch %s could not be looked at: %s", row["id"], error.reason)
        _run(rt, _Q.set_problem, launch_id=row["id"], message=error.message)
    except ProductError:
        raise
    except Exception as error:
        _log.error("launch %s could not be looked at: %s", row["id"], faults.trace(error))
        _run(rt, _Q.set_problem, launch_id=row["id"], message=FAULT)


def _look(rt: Runtime, client: PhantomBuster, row: Mapping[str, Any]) -> None:
    if row["state"] == "running":
        _follow(rt, client, row)
    elif row["state"] == "unknown":
        _find(rt, client, row)
    elif not row["run_open"]:
        # Its worker is gone for good, and so is the agent's claim, once it is known what it came to.
        if row["sent"]:
            _run(rt, _Q.set_unknown, launch_id=row["id"], message=LOOKED_FOR)
        else:
            _run(rt, _Q.set_failed, launch_id=row["id"], message=NEVER_SENT)


def _find(rt: Runtime, client: PhantomBuster, row: Mapping[str, Any]) -> None:
    """A launch whose answer was lost, among the containers that the agent did not have before it."""
    later = [one for one in client.containers(row["agent_id"]) if one.created_ms > row["mark_ms"]]
    given = {"agent_id": row["agent_id"], "launch_id": row["id"], "containers": [one.id for one in later]}
    with rt.db.connection() as conn:
        known = {found["container_id"] for found in db.rows(conn, _Q.fetch_containers_known, given)}
        ours = [one for one in later if one.id not in known]
        if ours:
            # The first one: it was asked for next after the mark.
            db.run(conn, _Q.set_running, {"launch_id": row["id"], "container_id": ours[-1].id})
        elif row["sent_s"] > GIVE_UP_S and db.one(
            conn, _Q.set_failed, {"launch_id": row["id"], "message": NOT_LAUNCHED}
        ):
            launch_usage.record_none(conn, row, "not_launched")


def _follow(rt: Runtime, client: PhantomBuster, row: Mapping[str, Any]) -> None:
    try:
        container = client.container(row["container_id"])
    except NoSuchContainer:
        _ended(rt, row, None, "failed", FORGOTTEN)
        return
    if container.is_over:
        _keep_console(rt, row["id"], client.console(container.id))
        _ended(rt, row, container, "finished" if container.succeeded else "failed", why(container))
        return
    said = client.output(row["agent_id"])
    ours = said.container_id in ("", container.id)
    if ours:
        _keep_console(rt, row["id"], said.console)
    _run(
        rt, _Q.set_looked, launch_id=row["id"], status=container.status, progress=said.progress if ours else None,
        label=said.label if ours else "", began_ms=container.launched_ms,
    )  # fmt: skip
    if row["cancel"] and not row["stopped"]:
        client.stop(row["agent_id"])
        _run(rt, _Q.set_stopped, launch_id=row["id"])
    elif row["cancel"] and row["stopped_s"] > STOP_S:
        # Whoever launches it next is told by PhantomBuster itself if it runs still.
        _ended(rt, row, container, "failed", NOT_STOPPED)


def _ended(rt: Runtime, row: Mapping[str, Any], container: Container | None, state: str, message: str) -> None:
    """It is over, and what it took is written down. container: None where PhantomBuster has forgotten it."""
    given: dict[str, Any] = {
        "status": "unknown", "end_type": "", "exit_code": None, "began_ms": None, "ended_ms": None,
    }  # fmt: skip
    if container is not None:
        given = {
            "status": container.status, "end_type": container.end_type, "exit_code": container.exit_code,
            "began_ms": container.launched_ms, "ended_ms": container.ended_ms,
        }  # fmt: skip
    with rt.db.connection() as conn:
        ended = db.one(conn, _Q.set_ended, {"launch_id": row["id"], "state": state, "message": message, **given})
        if ended is not None:
            times = ended["began_ms"], ended["ended_ms"]
            launch_usage.record_time(conn, rt.settings, row, outcome_of(container), *times)


def outcome_of(container: Container | None) -> str:
    """A word for the ledger for how it ended."""
    if container is None:
        return "forgotten"
    if container.succeeded:
        return "ok"
    if container.status == "launch error":
        return "launch_error"
    if container.end_type == "killed":
        return "stopped"
    return "time_limit" if container.end_type in _LIMITS else "failed"


def why(container: Container) -> str:
    """What to do about how it ended; "" where it went well."""
    if container.succeeded:
        return ""
    if container.status == "launch error":
        return NOT_STARTED
    if container.end_type == "killed":
        return STOPPED
    if container.end_type in _LIMITS:
        return TIME_LIMIT.format(limit=container.end_type)
    return WITH_ERROR.format(code="unknown" if container.exit_code is None else container.exit_code)


def _keep_console(rt: Runtime, launch_id: int, console: str) -> None:
    try:
        rt.cache.call(lambda client: client.set(launches.console_key(launch_id), console, ex=CONSOLE_TTL_S))
    except CacheDown:
        pass


def _run(rt: Runtime, query: str, **given: Any) -> None:
    with rt.db.connection() as conn:
        db.run(conn, query, given)
