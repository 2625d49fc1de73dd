"""Work that can wait lets imports go first: it is calculation, and would make one in the same process take longer."""

from __future__ import annotations

import sql
from services import db
from services.runs.job_runner import silence_s
from services.runs.jobs import RunHandle
from services.runtime import Runtime

# As long as it steps aside, and how often it looks whether the imports have ended.
ASIDE_S = 60.0
LOOK_S = 0.5

_Q = sql.queries("duplicates")


def step_aside(rt: Runtime, handle: RunHandle) -> None:
    """Wait while imports run, wherever; at most ASIDE_S, so that one batch a minute is done beside endless ones."""
    waited = 0.0
    while waited < ASIDE_S and _imports_run(rt):
        handle.wait(LOOK_S)
        waited += LOOK_S


def _imports_run(rt: Runtime) -> bool:
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.find_imports, {"silence_s": silence_s(rt)})
    return bool(row and row["found"])
