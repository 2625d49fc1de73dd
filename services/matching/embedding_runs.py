"""Starting the runs that make vectors: by a person, after imports by themselves, and once a night.

Light: web processes start runs, and load neither a model nor a vendor's client.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

import sql
from services import db, faults
from services.access.identity import Actor
from services.errors import Forbidden, ProductError
from services.matching import embedding_models, matching_state
from services.matching.matching_state import Model
from services.privacy import erasures
from services.runs import jobs
from services.runtime import Runtime

# What brings people or changes them.
KINDS = ["import", "enrich", "fetch", "restore"]
# So long after the last of them, so that five files in a row are one run.
QUIET_S = 30
# So long after a run that failed or was cancelled, nothing starts by itself.
AGAIN_S = 3600
VIEWER = "You may only look here: ask a recruiter to start it."

_Q = sql.queries("embeddings")
_log = logging.getLogger(__name__)


def start(rt: Runtime, actor: Actor, search_id: UUID | str | None = None, *, everyone: bool = False) -> int:
    """Make the vectors that are missing or out of date, of a search's people or of all; returns the run's id.

    Where a run makes the same already, it is that one's. everyone: look at those, too, who did not change. Raises
    Forbidden for viewers and for a search that the actor may not see, Unavailable where matching is off.
    """
    if not actor.may_edit:
        raise Forbidden(VIEWER)
    search = str(search_id) if search_id else None
    with rt.db.connection() as conn:
        matching_state.must_be_possible(conn, rt)
        embedding_models.ensure(conn, rt.settings)
        db.run(conn, _Q.lock_starts)
        going = db.one(conn, _Q.find_open_run, {"search_id": search})
        if going is not None and not everyone:
            return int(going["id"])
        return jobs.start_run(conn, actor, "embed", search, {"all": True} if everyone else {})


def going(rt: Runtime) -> int | None:
    """The run that makes everyone's vectors and has not ended."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.find_open_run, {"search_id": None})
    return int(row["id"]) if row is not None else None


def start_due(rt: Runtime) -> int | None:
    """Where EMBEDDINGS is auto: once people came or changed and it has been quiet for a moment. Returns the run."""
    if rt.settings.embeddings != "auto":
        return None
    with rt.db.connection() as conn:
        if matching_state.refusal(conn, rt):
            return None
        db.run(conn, _Q.lock_starts)
        standing = db.one(conn, _Q.fetch_standing, {"kinds": KINDS, "quiet_s": QUIET_S, "again_s": AGAIN_S})
        assert standing is not None
        if not standing["newest"] or standing["going"] or standing["busy"] or standing["lately"]:
            return None
        embedding_models.ensure(conn, rt.settings)
        models = embedding_models.in_use(conn)
        given = {"newest": standing["newest"], "kinds": KINDS}
        due = [db.one(conn, _Q.fetch_due, {**given, "model_id": model.id}) for model in models]
        return _start(conn, [model for model, row in zip(models, due, strict=True) if row and row["found"]])


def start_nightly(rt: Runtime) -> int | None:
    """Whoever was changed by something that is no run (a merge, for example); never raises."""
    try:
        if rt.settings.embeddings != "auto":
            return None
        with rt.db.connection() as conn:
            if matching_state.refusal(conn, rt) or not embedding_models.in_use(conn):
                return None
            db.run(conn, _Q.lock_starts)
            if db.one(conn, _Q.find_open_run, {"search_id": None}) is not None:
                return None
            embedding_models.ensure(conn, rt.settings)
            return _start(conn, embedding_models.in_use(conn))
    except ProductError as error:
        _log.warning("vectors: %s", error.message)
    except Exception as error:
        _log.error("the nightly work on vectors failed: %s", faults.trace(error))
    return None


def _start(conn: db.Conn, models: Sequence[Model]) -> int | None:
    """In the name of the first admin, since nobody asked; None where nobody is missing by any of the models, which is
    noted."""
    missing = False
    for model in models:
        row = db.one(conn, _Q.count_stale, {"model_id": model.id, "all": False})
        if row is not None and row["n"]:
            missing = True
        else:
            now = db.one(conn, _Q.fetch_now)
            db.run(conn, _Q.note_complete, {"model_id": model.id, "at": now["now"] if now else None})
    someone = erasures.someone(conn) if missing else None
    return jobs.start_run(conn, someone, "embed", None, {"automatic": True}) if someone else None
