"""What people decided about the model's word, as actions that Undo takes back: a verdict, or a fit as a whole.

A decision is one action on one person. Taken back, what counted before it counts again, and score and fit are made
anew; where somebody has decided about the same since, it stays. What was decided and why is kept, marked as taken back.
Each function works in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.decisions import change_rows
from services.decisions.change_rows import Counts
from services.runtime import Runtime
from services.screening import verdicts

FIT = "fit"
_VERDICT = "verdict:"

_Q = sql.queries("decision_undo")
_C = sql.queries("criteria")
_S = sql.queries("screening")


def verdict_field(criterion_id: int) -> str:
    """What the verdict on a criterion is called in the log of changes."""
    return f"{_VERDICT}{criterion_id}"


def is_decision(field: str) -> bool:
    """Whether a field of the log of changes is one of a decision."""
    return field == FIT or field.startswith(_VERDICT)


def record(
    conn: db.Conn, actor: Actor, search_id: UUID | str, candidate_id: int, field: str, old: Any, new: str
) -> int:
    """A decision as an action of its own; returns its batch, which Undo takes. The candidate is locked before."""
    batch_id = change_rows.insert_batch(conn, actor, change_rows.search_key(search_id), field.partition(":")[0], new)
    given = {"batch_id": batch_id, "candidate_id": candidate_id, "field": field, "old": Jsonb(old), "new": Jsonb(new)}
    db.run(conn, _Q.insert_change, given)
    change_rows.add_to_batch(conn, batch_id, 1)
    return batch_id


def take_back(
    conn: db.Conn,
    rt: Runtime,
    actor: Actor,
    search_id: UUID,
    ids: Sequence[int],
    fields: Iterable[str],
    undoes: int,
    batch_id: int,
) -> Counts:
    """What apply_undo() of change_rows is for other fields."""
    counts = Counts()
    for candidate_id in ids:
        given = {"search_id": search_id, "candidate_id": candidate_id, "undoes": undoes, "batch_id": batch_id,
                 **actor.params}  # fmt: skip
        if db.one(conn, _S.lock_candidate, given) is None:
            change_rows.check_editable(conn, actor, search_id)
            counts += Counts(skipped_gone=1)
            continue
        for field in fields:
            is_done = _take_back(conn, rt, actor, {**given, "field": field})
            counts += Counts(changed=1) if is_done else Counts(skipped_changed=1)
    if counts.changed:
        change_rows.add_to_batch(conn, batch_id, counts.changed)
    return counts


def _take_back(conn: db.Conn, rt: Runtime, actor: Actor, given: dict[str, Any]) -> bool:
    query = _Q.take_back_fit if given["field"] == FIT else _Q.take_back_verdict
    row = db.one(conn, query, given)
    if row is None:
        return False
    found = verdicts.explain_with(conn, rt, actor, given["search_id"], given["candidate_id"])
    if found.verdicts:
        db.run(conn, _C.update_score, {**given, "score": found.score, "fit": found.fit})
    else:
        # Nobody was screened, so there is nothing to make a fit of but what stood there before.
        db.run(conn, _C.update_fit_alone, {**given, "fit": row["before"]})
    return True
