"""The handler of filter runs: rules, or bringing people back, written in batches.

Everyone is judged once, in one statement for each part of the people; what is to be written is kept in
filter_outcomes, in the order of ids, so that a run that was cut short goes on where it was. Each batch is one
transaction: statuses, ledger, change log for Undo. Runs of one search take turns; who acts on someone after
they were judged comes first.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

import sql
from services import db
from services.access.identity import audit
from services.decisions import change_lanes, change_rows
from services.decisions.change_lanes import ChangeLanes
from services.decisions.change_rows import Counts
from services.errors import Forbidden
from services.filtering import filter_parts, filtering, rules_in_force
from services.filtering.filter_query import Judging
from services.operations import maintenance
from services.runs.jobs import RunHandle
from services.runtime import Runtime

BATCH = 4_000
WAIT_S = 0.5
# Places of the first part of the people begin behind 0, those of the second behind this.
PART_SIZE = 1_000_000_000
# From here on the indexes of words take their entries when the run is over.
VACUUM_FROM = 1_000

_Q = sql.queries("filtering")


def run_filter(rt: Runtime, handle: RunHandle) -> None:
    """Raises Forbidden when the right was lost, BadInput when a list is gone, RunCancelled."""
    search_id = UUID(str(handle.search_id))
    _take_turn(rt, handle, search_id)
    if "_judged" not in handle.counts:
        _judge(rt, handle, search_id)
    mode, total = str(handle.params["mode"]), int(handle.total or 0)
    restored_as = "person" if mode == "restore" else "rules"
    batch_id = _batch(rt, handle, search_id, mode)

    def step(conn: db.Conn, after: int, until: int) -> tuple[int, int, Counts]:
        given = {
            "run_id": handle.run_id, "search_id": search_id, "after": after, "until": until, "limit": BATCH,
            "batch_id": batch_id, "as_of": handle.counts["_judged"], "restored_as": restored_as,
            **handle.actor.params,
        }  # fmt: skip
        if total > VACUUM_FROM:
            db.one(conn, _Q.bulk_indexing)
        change_rows.check_editable(conn, handle.actor, search_id)
        row = db.one(conn, _Q.write_outcomes, given) or {}
        return int(row["last"]), int(row["size"]), Counts.of(row)

    run = ChangeLanes(rt, handle, search_id, batch_id)
    run.work_lanes(total, _lanes(handle), step)
    with rt.db.connection() as conn:
        _finish(conn, handle, search_id, batch_id, run, mode)
    # What is left to tidy keeps nobody waiting; a run that does not come to it is tidied up after by the next one.
    with rt.db.connection() as conn:
        db.run(conn, _Q.drop_outcomes, {"run_id": handle.run_id})
    if run.counts.changed > VACUUM_FROM:
        maintenance.vacuum_candidates(rt)


def _take_turn(rt: Runtime, handle: RunHandle, search_id: UUID) -> None:
    """Wait until no other run writes this search's statuses. Raises RunCancelled."""
    given = {"run_id": handle.run_id, "search_id": search_id}
    while True:
        with rt.db.connection() as conn:
            if db.one(conn, _Q.take_turn, given) is not None:
                return
        handle.wait(WAIT_S)


def _judge(rt: Runtime, handle: RunHandle, search_id: UUID) -> None:
    """What is to be written, by parts; the checkpoint that says so comes last, and without it all is done anew."""
    mode, given = handle.params["mode"], {"run_id": handle.run_id, "search_id": search_id}
    judgings: list[Judging] = []
    sizes = [0]
    with rt.db.connection() as conn:
        change_rows.check_editable(conn, handle.actor, search_id)
        snapshot = db.one(conn, _Q.take_snapshot)
        conn.execute(_Q.drop_ended_outcomes)
        db.run(conn, _Q.drop_outcomes, given)
        if mode == "restore":
            sizes = [db.run(conn, _Q.insert_restores, given | {"fingerprint": handle.params["fingerprint"]})]
        else:
            judgings = _judgings(conn, handle, search_id)
    if judgings:
        sizes = filter_parts.at_once(*(partial(_insert, rt, one, given, part) for part, one in enumerate(judgings)))
    with rt.db.connection() as conn:
        if mode != "restore":
            db.run(conn, _Q.forget_flags, given)
        assert snapshot is not None
        handle.save(conn, 0, sum(sizes), _judged=snapshot["snapshot"], _first=sizes[0])


def _judgings(conn: db.Conn, handle: RunHandle, search_id: UUID) -> list[Judging]:
    rules, lists = rules_in_force.rules_of_run(conn, handle.run_id)
    if {rule.list_id for rule in rules if rule.list_id is not None} - set(lists):
        raise Forbidden(filtering.NO_LIST)
    search = db.one(conn, _Q.fetch_search, {"search_id": search_id, **handle.actor.params})
    parts = filter_parts.parts_of(search["people"] if search else 0)
    scope = "everyone_not_by_hand" if handle.params["bring_back"] else "everyone_active"
    return filter_parts.judgings_of(rules, lists, handle.actor, search_id, parts, scope, bool(handle.params["again"]))


def _insert(rt: Runtime, judging: Judging, given: dict[str, Any], part: int) -> int:
    """What one part finds out, at places of its own; returns how much that is."""
    with rt.db.connection() as conn:
        db.one(conn, _Q.more_memory)
        query = SQL(_Q.insert_outcomes).format(ctes=judging.ctes)
        return db.run(conn, query, {**judging.params, **given, "first": part * PART_SIZE})


def _lanes(handle: RunHandle) -> list[tuple[int, int]]:
    """Which places there are to write: (behind, up to) for each lane."""
    total, first = int(handle.total or 0), int(handle.counts["_first"])
    if first < total:
        return [(0, first), (PART_SIZE, PART_SIZE + total - first)]
    return change_lanes.halves(total)


def _batch(rt: Runtime, handle: RunHandle, search_id: UUID, mode: str) -> int:
    """The one batch of the run, also when it is taken up again."""
    with rt.db.connection() as conn:
        known = change_rows.batch_of_run(conn, handle.run_id)
        if known is not None:
            return int(known["id"])
        action = "filter" if mode == "apply" else "restore"
        return change_rows.insert_batch(conn, handle.actor, search_id, action, run_id=handle.run_id)


def _finish(conn: db.Conn, handle: RunHandle, search_id: UUID, batch_id: int, run: ChangeLanes, mode: str) -> None:
    counts: dict[str, Any] = run.counts.as_dict()
    audit(conn, handle.actor, f"filter.{mode}", str(search_id), batch=batch_id, run=handle.run_id, **counts)
    run.finish(conn)
