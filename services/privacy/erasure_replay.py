"""Erasures that the database does not know, since it comes from an older backup, are done again.

SOURCINGX_HOME/erasures.log says of whom, by marks. Done by `sourcingx restore` and by every job worker that starts, so
that it is made up for when a restore was cut short.
"""

from __future__ import annotations

import logging
from typing import Any

import sql
from services import db
from services.config import Settings
from services.errors import NotFound
from services.privacy import erasure_log, erasure_traces, erasures, suppression
from services.privacy.suppression import OTHER_KEY, Marker, WrongKey
from services.runtime import Runtime

BATCH = 2_000

_Q = sql.queries("erasures")
_log = logging.getLogger(__name__)


def after_restore(settings: Settings) -> int:
    """Before a restored database is used; returns how many people it took out again. settings: with all URLs."""
    rt = Runtime(settings, kind="worker")
    rt.open()
    try:
        return replay(rt)
    finally:
        rt.close()


def replay(rt: Runtime) -> int:
    """Erase whom the log knows and the database does not; returns how many people there were.

    Reads all people once where there is such an erasure, else only the log. Raises WrongKey, BadInput (log damaged).
    """
    missing = _missing(rt)
    if not missing:
        return 0
    marker = Marker.of(rt.settings)
    with rt.db.connection() as conn:
        suppression.check_key(conn, marker, first=True)
    erased = sum(_erase(rt, batch) for batch in _batches(rt, marker, set(missing)))
    with rt.db.connection() as conn:
        # Marks of people who are in no row, too: they are to stay out. Last: what is cut short begins anew.
        row = db.one(conn, _Q.insert_erasure, {"actor": None, "reason": "replay", "count": 0, "searches": 0})
        assert row is not None
        erasures.keep_marks(conn, row["id"], missing)
    _log.info("erasures done again after a restore: %d people", erased)
    return erased


def _missing(rt: Runtime) -> dict[int, bool]:
    told: dict[int, bool] = {}
    own = Marker.of(rt.settings)
    for key, marks in erasure_log.read(erasure_log.path_in(rt.settings.home)):
        if not own.key or key != own.fingerprint:
            raise WrongKey(OTHER_KEY)
        told |= marks
    if not told:
        return {}
    with rt.db.connection() as conn:
        known = suppression.marked(conn, told)
    return {mark: named for mark, named in told.items() if mark not in known}


def _batches(rt: Runtime, marker: Marker, missing: set[int]) -> Any:
    """Ids of people whom marks mean, batch by batch."""
    given = {"after": 0, "limit": BATCH}
    while True:
        with rt.db.connection() as conn:
            page = db.rows(conn, _Q.fetch_everyone_known_by, given)
        if not page:
            return
        given["after"] = page[-1]["id"]
        if found := [row["id"] for row in page if not missing.isdisjoint(_marks(marker, row))]:
            yield found


def _marks(marker: Marker, row: dict[str, Any]) -> set[int]:
    known_by = [("url", key) for key in row["keys"]]
    known_by += [(kind, row[kind]) for kind in ("email", "phone") if row[kind]]
    return {
        marker.of_row(kind, value, row["full_name"], shared=shared)
        for kind, value in known_by for shared in (False, True) if kind != "url" or not shared
    }  # fmt: skip


def _erase(rt: Runtime, people: list[int]) -> int:
    with rt.db.connection() as conn:
        erasure_traces.prepare(conn)
        try:
            done = erasures.erase(rt, conn, None, people, reason="replay")
        except NotFound:
            # Merged with one of an earlier batch meanwhile, or gone otherwise.
            return 0
    erasure_traces.forget_cached(rt, done.searches)
    return done.people
