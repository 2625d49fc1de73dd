"""The handler of runs that read a file into a list. Job workers only."""

from __future__ import annotations

from services.filtering import list_files
from services.runs.jobs import RunHandle
from services.runtime import Runtime


def run_list(rt: Runtime, handle: RunHandle) -> None:
    """Read to the end, then one transaction: a run that is cut short has changed nothing, and may run again.

    Raises what is wrong with the file, the list or the right to change it, which is the run's message.
    """
    upload_id = str(handle.params["parts"][0]["upload_id"])

    def read(rows: int, whole: bool) -> None:
        handle.progress(rows)
        if whole:
            # Asked once more in any case: from here on it cannot be cancelled.
            with rt.db.connection() as conn:
                handle.save(conn, rows)
        handle.check()

    filled = list_files.fill(
        rt, handle.actor, int(handle.params["list_id"]), upload_id, bool(handle.params["add_only"]), read
    )
    handle.progress(
        filled.given, filled.given, added=filled.added, removed=filled.removed, entries=filled.entries,
        _given=filled.given, _taken=filled.taken, _version=filled.version, _suppressed=filled.suppressed,
    )  # fmt: skip
