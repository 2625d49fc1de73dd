"""Actions on everyone in a view: at once where they are few, else as a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.decisions import candidates, change_rows, change_run, score_rejections
from services.decisions.candidates import Action, ChangeResult
from services.decisions.change_rows import MOST_AT_ONCE, Counts
from services.decisions.change_run import ChangeRun
from services.decisions.score_rejections import Choice, Confirmation, Decision
from services.grid.grid_view import View
from services.runs import jobs, run_targets
from services.runs.jobs import RunHandle
from services.runtime import Runtime

_Q = sql.queries("bulk")


@dataclass(frozen=True)
class Outcome:
    """done: what came of it at once; or run_id: the job that does it. total: whom it is about."""

    total: int
    done: ChangeResult | None = None
    run_id: int | None = None


def start(
    rt: Runtime,
    actor: Actor,
    view: View,
    version: int | None,
    action: str,
    value: Any = "",
    except_ids: Sequence[Any] = (),
    confirmed: Confirmation | None = None,
    reason: Any = "",
) -> Outcome:
    """Do something to everyone in a view, as the page shows it at `version`, but a few (at most 500).

    confirmed: what the person confirmed, for a rejection. reason: of one, a code of refuse_reasons. Raises BadInput
    for another action, value or reason and when nobody is left, Forbidden, Conflict when the list that the person saw
    can no longer be had, MustConfirm for a rejection by score alone.
    """
    wanted = candidates.action_of(action, value, reason)
    left_out = candidates.candidate_ids(except_ids)
    made, at = run_targets.as_shown(rt, actor, view, version, left_out)
    choice = Choice(view, part=bool(left_out), confirmed=confirmed)
    if made.total <= candidates.MOST:
        ids = made.slice(0, made.total).ids
        result = candidates.change(rt, actor, view.search_id, ids, wanted, made.snapshot, choice=choice)
        return Outcome(made.total, done=result)
    with rt.db.connection() as conn:
        given = params(view, at, wanted, decide(conn, rt, choice, wanted, left_out))
        run_id = jobs.start_run(conn, actor, "bulk", str(view.search_id), given, made.total)
        run_targets.keep(conn, run_id, made)
        audit(conn, actor, "bulk.start", str(view.search_id), run=run_id, what=wanted.name, total=made.total)
    return Outcome(made.total, run_id=run_id)


def params(view: View, version: int | None, action: Action, by_score: Decision | None = None) -> dict[str, Any]:
    """What a run of the kind "bulk" is started with. Its list is made by whoever starts it, else by the job.

    by_score: what decide() gave.
    """
    more: dict[str, Any] = {} if by_score is None else {"by_score": by_score.state()}
    if action.reason:
        more["reason"] = action.reason
    return {"view": view.state(), "version": version, "action": action.name, "value": action.value, **more}


def decide(conn: db.Conn, rt: Runtime, choice: Choice, action: Action, left_out: Sequence[int] = ()) -> Decision | None:
    """Before everyone in choice.view is changed, but some: see score_rejections. Raises MustConfirm."""
    if not action.rejects or choice.view is None:
        return None
    return score_rejections.decide(conn, rt, choice.view.search_id, choice, left_out=left_out)


def result_of(rt: Runtime, actor: Actor, run_id: int) -> ChangeResult | None:
    """What came of an action or an Undo that a job did, with its batch; None before its end, and for others'."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_result, {"run_id": run_id, **actor.params})
    if row is None:
        return None
    after = row["counts"].get("_after", row["version"])
    # Where others moved the version on in between, no page has seen all of it.
    before = row["counts"].get("_before", after) if row["counts"].get("_alone") else after
    batch_id = row["batch_id"] if row["changed"] and not row["is_undo"] else None
    counts = Counts.of({**row["counts"], "changed": row["changed"]}).as_dict()
    return ChangeResult(**counts, batch_id=batch_id, version_before=before, version_after=after)


def run_bulk(rt: Runtime, handle: RunHandle) -> None:
    """The handler of bulk runs."""
    given, actor, search_id = handle.params, handle.actor, UUID(str(handle.search_id))
    action = candidates.action_of(given["action"], given["value"], given.get("reason"))
    view = View.from_state(search_id, given["view"])
    total, as_of = run_targets.ensure(rt, actor, handle.run_id, view, given["version"])
    batch_id = _batch(rt, handle, search_id, action)

    def step(conn: db.Conn, position: int) -> tuple[int, int, Counts]:
        end = min(position + MOST_AT_ONCE, total)
        ids = run_targets.ids(conn, handle.run_id, position, end)
        counts = change_rows.apply_value(conn, actor, search_id, ids, action.new, as_of, batch_id)
        return end, len(ids), counts

    run = ChangeRun(rt, handle, search_id)
    run.work(total, step)
    with rt.db.connection() as conn:
        told = {**run.counts.as_dict(), **({"by_score": True} if "by_score" in given else {})}
        audit(conn, actor, f"candidates.{action.name}", str(search_id), batch=batch_id, **told)
        run_targets.drop(conn, handle.run_id)
        run.finish(conn)
    change_run.vacuum_if_many(rt, run.counts)


def _batch(rt: Runtime, handle: RunHandle, search_id: UUID, action: Action) -> int:
    """The one batch of the run, also when it is taken up again."""
    with rt.db.connection() as conn:
        known = change_rows.batch_of_run(conn, handle.run_id)
        if known is not None:
            return int(known["id"])
        change_rows.check_editable(conn, handle.actor, search_id)
        made = change_rows.insert_batch(
            conn, handle.actor, search_id, action.name, action.value, handle.run_id, reason=action.reason
        )
        if (by_score := score_rejections.decision_of(handle.params.get("by_score"))) is not None:
            score_rejections.record(conn, handle.actor, search_id, by_score, made)
        return made
