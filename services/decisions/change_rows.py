"""Writing changes to candidates so that they can be taken back. Each function works in the caller's transaction.

The order of locks, here and in every job: candidates by id, the run's row, the search's row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.errors import Forbidden
from services.filtering import ledger
from services.searches.searches import NOT_YOURS, not_editable, refusal

MOST_AT_ONCE = 1_000

_Q = sql.queries("candidates")
# Field of candidates that can be changed → how its recorded values are read, how it is written.
FIELDS: Mapping[str, tuple[str, str]] = {
    "stage": (_Q.read_text, _Q.assign_stage),
    "filter_status": (_Q.read_text, _Q.assign_status),
    "tags": (_Q.read_texts, _Q.assign),
}


@dataclass(frozen=True)
class Counts:
    """What became of some candidates.

    unchanged: had the value already. skipped_changed: someone else had changed them meanwhile.
    skipped_gone: not in this search any more. skipped_full: there was no room for another tag.
    """

    changed: int = 0
    unchanged: int = 0
    skipped_changed: int = 0
    skipped_gone: int = 0
    skipped_full: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: value + other.as_dict()[name] for name, value in self.as_dict().items()})

    def as_dict(self) -> dict[str, int]:
        return dict(vars(self))

    @classmethod
    def of(cls, counts: Mapping[str, Any]) -> Counts:
        return cls(**{name: int(counts.get(name, 0)) for name in vars(cls())})


@dataclass(frozen=True)
class NewValue:
    """What an action makes of a field: queries of candidates.sql by name, `value` and `reason` as their parameters.

    again: who is changed although they have the value already.
    """

    field: str
    expression: str
    refused: str = "never"
    value: str = ""
    again: str = "never"
    reason: str = ""


def search_key(raw: UUID | str) -> UUID:
    """A search's id as a page sent it. Raises Forbidden for what is none, as for a search not to be seen."""
    try:
        return raw if isinstance(raw, UUID) else UUID(raw)
    except (ValueError, AttributeError, TypeError) as error:
        raise Forbidden(NOT_YOURS) from error


def check_editable(conn: db.Conn, actor: Actor, search_id: UUID) -> int:
    """The search's version. Raises Forbidden unless the actor may change what is in it."""
    row = db.one(conn, _Q.fetch_rights, {"search_id": search_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    if not row["editable"]:
        raise not_editable(conn, actor, search_id)
    return int(row["version"])


def apply_value(
    conn: db.Conn,
    actor: Actor,
    search_id: UUID,
    ids: Sequence[int],
    new: NewValue,
    as_of: str | None,
    batch_id: int,
    shown: Mapping[int, str] | None = None,
) -> Counts:
    """Give candidates a new value; at most 1,000, each once. as_of and shown: see candidates.change().

    Raises Forbidden.
    """
    column = Identifier("c", new.field)
    found = SQL(_Q.found_by_action).format(
        column=column,
        value=SQL(getattr(_Q, new.expression)).format(column=column),
        refused=SQL(getattr(_Q, new.refused)).format(column=column),
        again=SQL(getattr(_Q, new.again)),
    )
    locked = _lock(conn, actor, search_id, ids)
    given = {
        "ids": locked, "value": new.value, "reason": new.reason, "as_of": as_of, "shown": Jsonb(dict(shown or {})),
        "field": new.field, "batch_id": batch_id,
    }  # fmt: skip
    counts = Counts(skipped_gone=len(ids) - len(locked)) + _apply(conn, actor, new.field, found, given)
    if new.field == "filter_status" and counts.changed:
        ledger.keep(conn, actor, locked, "person")
    return counts


def apply_undo(
    conn: db.Conn,
    actor: Actor,
    search_id: UUID,
    ids: Sequence[int],
    fields: Collection[str],
    undoes: int,
    batch_id: int,
) -> Counts:
    """Give candidates back what they had before the batch `undoes`, where nobody changed it since.

    At most 1,000 candidates, each once. Raises Forbidden.
    """
    locked = _lock(conn, actor, search_id, ids)
    counts = Counts(skipped_gone=len(ids) - len(locked))
    for field in fields:
        read = SQL(FIELDS[field][0])
        found = SQL(_Q.found_by_undo).format(
            column=Identifier("c", field),
            before=read.format(recorded=Identifier("h", "old")),
            after=read.format(recorded=Identifier("h", "new")),
            again=SQL(_Q.stage_for_another_reason if field == "stage" else _Q.never),
            decided_anew=SQL(_Q.stage_decided_anew if field == "stage" else _Q.never),
        )
        given = {"ids": locked, "undoes": undoes, "field": field, "batch_id": batch_id}
        counts += _apply(conn, actor, field, found, given)
    if "filter_status" in fields and locked:
        ledger.keep(conn, actor, locked, "undo")
    return counts


def insert_batch(
    conn: db.Conn,
    actor: Actor,
    search_id: UUID,
    action: str,
    value: str = "",
    run_id: int | None = None,
    undoes: int | None = None,
    reason: str = "",
) -> int:
    """A batch that changes will be written into; returns its id. reason: a code of refuse_reasons, or ""."""
    row = db.one(conn, _Q.insert_batch, {
        "search_id": search_id, "actor": actor.user_id, "run_id": run_id, "action": action, "value": value,
        "undoes": undoes, "reason": reason})  # fmt: skip
    assert row is not None
    return int(row["id"])


def delete_batch(conn: db.Conn, batch_id: int) -> None:
    """For an action that changed nothing."""
    db.run(conn, _Q.delete_batch, {"batch_id": batch_id})


def add_to_batch(conn: db.Conn, batch_id: int, changed: int) -> None:
    """So many more were changed by a batch. Holds its row until the end of the transaction."""
    db.run(conn, _Q.add_to_batch, {"batch_id": batch_id, "changed": changed})


def batch_of_run(conn: db.Conn, run_id: int) -> dict[str, Any] | None:
    """id, changed and undoes of the batch that a job writes into."""
    return db.one(conn, _Q.fetch_batch_of_run, {"run_id": run_id})


def bump_version(conn: db.Conn, search_id: UUID) -> int:
    """The new version, one more than the last. Locks the search's row: the last statement of a transaction."""
    row = db.one(conn, _Q.bump_version, {"search_id": search_id})
    assert row is not None
    return int(row["version"])


def _lock(conn: db.Conn, actor: Actor, search_id: UUID, ids: Sequence[int]) -> list[int]:
    # A statement of its own: the next one then sees what those had committed for whom this one waited.
    given = {"ids": list(ids), "search_id": search_id, **actor.params}
    locked = [row["id"] for row in db.rows(conn, _Q.lock_candidates, given)]
    if len(locked) < len(ids):
        # Some are gone, or the right to change them is.
        check_editable(conn, actor, search_id)
    return locked


def _apply(conn: db.Conn, actor: Actor, field: str, found: Composable, given: Mapping[str, Any]) -> Counts:
    if not given["ids"]:
        return Counts()
    assignments = SQL(FIELDS[field][1]).format(column=Identifier(field))
    text = SQL(_Q.apply_changes).format(found=found, assignments=assignments)
    row = conn.execute(text, {**given, **actor.params}).fetchone()
    return Counts.of(row or {})
