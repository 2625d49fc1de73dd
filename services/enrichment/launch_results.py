"""Taking the result of a run at PhantomBuster: found, streamed into storage, imported. Job workers only."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import sql
from services import db
from services.enrichment import launch_usage, launches
from services.errors import BadInput, ProductError, Unavailable
from services.imports import import_preview, imports, uploads
from services.imports.import_readers import NO_ROWS, Unreadable
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.vendors import phantombuster_files
from services.vendors.phantombuster import PhantomBuster
from services.vendors.phantombuster_answers import Container
from services.vendors.phantombuster_errors import NoResult
from services.vendors.vendor_errors import Unanswered, VendorError

STILL_RUNS = "This run has not ended yet. Take its result when it has."
NOTHING_NEW = "Nothing new: the results of all runs of this agent that succeeded are in this search."
SAY_COLUMNS = "The result is here. Say what its columns are, then import it."
IMPORTING = "The result is here; its import says what came of it."
SHARED = " The run named no file of its own, so this is the agent's file, with what its earlier runs found."
UNREADABLE = "The result could not be read: {why}"
WAITS = (
    "PhantomBuster could not be asked for the result. It is asked again by itself, until it answers or this is "
    "cancelled."
)
# What tells people apart; without one of them nobody can be imported.
_TELLS = {"full_name", "first_name", "last_name", "linkedin_url", "linkedin_id", "email"}

_Q = sql.queries("launches")
_log = logging.getLogger(__name__)


def take(rt: Runtime, handle: RunHandle, launch: Mapping[str, Any]) -> None:
    """From a container that has ended to an import that has started, and the end of the run.

    May run twice: what was stored is not read again, and an upload is imported once. Where PhantomBuster cannot be
    asked now the run pauses, and launch_watch has it go on at its next look. Raises what the runner makes an end of;
    Unavailable is tried again.
    """
    try:
        upload_id = str(launch["upload_id"]) if launch["upload_id"] else _store(rt, handle, launch)
        _import(rt, handle, launch, upload_id)
    except _Nothing:
        _end(rt, handle, launch, "taken", NOTHING_NEW)
    except VendorError as error:
        if error.retryable or isinstance(error, Unanswered):
            _log.warning("the result of launch %s could not be taken: %s", launch["id"], error.reason)
            handle.finish(WAITS, state="paused")
            return
        _end(rt, handle, launch, "failed", error.message)
    except Unavailable:
        raise
    except ProductError as error:
        _end(rt, handle, launch, "failed", error.message)


class _Nothing(Exception):
    """No container that this search does not have already."""


def _store(rt: Runtime, handle: RunHandle, launch: Mapping[str, Any]) -> str:
    """The result as an upload of the person who started the run; its id."""
    settings = rt.settings
    with launches.connect(settings) as client:
        container = _container(rt, client, launch)
        handle.check()
        found = client.result_object(container.id)
        result = None if not found else phantombuster_files.of_object(found)
        if result is None or not (result.rows or result.addresses):
            agent = client.settings(launch["agent_id"])
            result = phantombuster_files.of_storage(agent, settings.phantombuster_storage_url)
    name, most = f"PhantomBuster {container.id}", uploads.max_bytes(rt)
    if result.rows:
        upload_id, size = uploads.store(rt, handle.actor, f"{name}.json", [result.rows.encode()], most)
    else:
        hosts = settings.phantombuster_file_hosts.split(",")
        with phantombuster_files.opened(result.addresses, hosts, most) as (address, content):
            extension = "json" if address.split("?")[0].lower().endswith(".json") else "csv"
            upload_id, size = uploads.store(rt, handle.actor, f"{name}.{extension}", _watched(handle, content), most)
    if not size:
        uploads.discard(rt, handle.actor, upload_id)
        raise NoResult
    with rt.db.connection() as conn:
        db.run(conn, _Q.set_upload, {"launch_id": launch["id"], "upload_id": upload_id})
        handle.save(conn, handle.done, **({"_shared": True} if result.shared else {}))
    return upload_id


def _watched(handle: RunHandle, content: Iterator[bytes]) -> Iterator[bytes]:
    for piece in content:
        handle.check()
        yield piece


def _container(rt: Runtime, client: PhantomBuster, launch: Mapping[str, Any]) -> Container:
    """The run at PhantomBuster whose result it is. Raises BadInput while it runs, _Nothing, VendorError."""
    if launch["what"] == "latest" and not launch["container_id"]:
        found = _latest(rt, client, launch)
    else:
        found = client.container(launch["container_id"])
    if not found.is_over:
        raise BadInput(STILL_RUNS)
    if launch["what"] != "launch":
        with rt.db.connection() as conn:
            db.run(conn, _Q.set_found, {
                "launch_id": launch["id"], "container_id": found.id, "status": found.status,
                "end_type": found.end_type, "exit_code": found.exit_code, "began_ms": found.launched_ms,
                "ended_ms": found.ended_ms})  # fmt: skip
    return found


def _latest(rt: Runtime, client: PhantomBuster, launch: Mapping[str, Any]) -> Container:
    ended = [one for one in client.containers(launch["agent_id"]) if one.succeeded]
    given = {"search_id": launch["search_id"], "containers": [one.id for one in ended], "launch_id": launch["id"]}
    with rt.db.connection() as conn:
        taken = {row["container_id"] for row in db.rows(conn, _Q.fetch_containers_taken, given)}
    fresh = [one for one in ended if one.id not in taken]
    if not fresh:
        raise _Nothing
    return fresh[0]


def _import(rt: Runtime, handle: RunHandle, launch: Mapping[str, Any], upload_id: str) -> None:
    """Start the import, or leave it to a person where it is not clear what the columns are."""
    actor, search_id = handle.actor, str(handle.search_id)
    try:
        seen = import_preview.preview(rt, actor, upload_id)
    except Unreadable as error:
        raise NoResult if error.message == NO_ROWS else BadInput(UNREADABLE.format(why=error.message)) from None
    more = SHARED if handle.counts.get("_shared") else ""
    if launch["check_columns"] or not seen.header_known or not _TELLS & set(seen.mapping.values()):
        _end(rt, handle, launch, "taken", SAY_COLUMNS + more)
        return
    run_id = imports.start_import(rt, actor, search_id, upload_id, seen.mapping)
    _end(rt, handle, launch, "taken", IMPORTING + more, run_id)


def _end(
    rt: Runtime,
    handle: RunHandle,
    launch: Mapping[str, Any],
    state: str,
    message: str,
    import_run_id: int | None = None,
) -> None:
    given = {"launch_id": launch["id"], "message": message}
    with rt.db.connection() as conn:
        taken = state == "taken"
        query, more = (_Q.set_taken, {"import_run_id": import_run_id}) if taken else (_Q.set_failed, {})
        done = db.one(conn, query, {**given, **more})
        if done and launch["what"] != "launch":
            # A launch was written down when the agent had ended.
            launch_usage.record_none(conn, launch, "ok" if taken else "failed")
        handle.finish(message, state="done" if state == "taken" else "failed", conn=conn)
