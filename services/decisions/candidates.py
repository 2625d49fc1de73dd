"""What people do to candidates: move to a stage, tag, take out and bring back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.access.identity import Actor, audit
from services.decisions import change_rows, refuse_reasons, score_rejections
from services.decisions.change_rows import Counts, NewValue
from services.decisions.score_rejections import BY_ONE, Choice
from services.errors import BadInput
from services.grid.grid_columns import STAGES
from services.imports.import_rows import clean
from services.runtime import Runtime

MOST = 500
MAX_TAG = 50
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Action:
    """A checked action; made by action_of(). reason: why someone is rejected, a code of refuse_reasons or ""."""

    name: str
    new: NewValue
    reason: str = ""

    @property
    def value(self) -> str:
        return self.new.value

    @property
    def rejects(self) -> bool:
        return self.new.field == "stage" and self.value == "rejected"


@dataclass(frozen=True)
class ChangeResult(Counts):
    """What came of an action; Undo takes batch_id, which is None when there is nothing to take back.

    A page that had seen version_before has now seen version_after: what moved it on was this
    action alone.
    """

    batch_id: int | None = None
    version_before: int = 0
    version_after: int = 0


@dataclass(frozen=True)
class _Kind:
    """One entry of the registry: what the action makes of which field, and how its value is checked."""

    field: str
    expression: str
    check: Callable[[Any], str]
    refused: str = "never"


def _stage(value: Any) -> str:
    if value not in STAGES:
        raise BadInput(f"A stage is one of {', '.join(STAGES)}.")
    return str(value)


def _tag(value: Any) -> str:
    tag = clean(value) if isinstance(value, str) else ""
    if not tag:
        raise BadInput("Type a tag first.")
    if len(tag) > MAX_TAG:
        raise BadInput(f"A tag has at most {MAX_TAG} characters.")
    return tag


def _nothing(value: Any) -> str:
    if value not in (None, ""):
        raise BadInput("This action takes no value.")
    return ""


ACTIONS: dict[str, _Kind] = {
    "stage": _Kind("stage", "value_given", _stage),
    "tag_add": _Kind("tags", "value_tag_added", _tag, refused="refused_tag_added"),
    "tag_remove": _Kind("tags", "value_tag_removed", _tag),
    "exclude": _Kind("filter_status", "value_excluded", _nothing),
    "restore": _Kind("filter_status", "value_restored", _nothing),
}


def action_of(name: Any, value: Any = "", reason: Any = "") -> Action:
    """Check an action, its value and its reason. Raises BadInput."""
    kind = ACTIONS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadInput("There is no action of that name.")
    action = Action(name, NewValue(kind.field, kind.expression, kind.refused, kind.check(value)))
    if code := refuse_reasons.check(reason, rejects=action.rejects):
        # Without a reason nobody's reason is changed.
        return replace(action, new=replace(action.new, again="other_reason", reason=code), reason=code)
    return action


def change(
    rt: Runtime,
    actor: Actor,
    search_id: UUID | str,
    ids: Sequence[Any],
    action: Action,
    as_of: str | None = None,
    shown: Mapping[int, str] | None = None,
    choice: Choice = BY_ONE,
) -> ChangeResult:
    """Do something to at most 500 candidates, all in one transaction.

    as_of: the pg_snapshot of the list that the actor looks at; whom someone else has changed after
    it is counted and left alone. shown: id → the pg_snapshot in which the actor saw that row, where it
    is another. choice: how they were chosen. Raises BadInput for too many ids or what are none, Forbidden,
    Conflict, MustConfirm for a rejection by score alone.
    """
    wanted = candidate_ids(ids)
    search_id = change_rows.search_key(search_id)
    with rt.db.connection() as conn:
        version = change_rows.check_editable(conn, actor, search_id)
        by_score = score_rejections.decide(conn, rt, search_id, choice, wanted) if action.rejects else None
        batch_id = change_rows.insert_batch(conn, actor, search_id, action.name, action.value, reason=action.reason)
        counts = change_rows.apply_value(conn, actor, search_id, wanted, action.new, as_of, batch_id, shown)
        if not counts.changed:
            change_rows.delete_batch(conn, batch_id)
            return ChangeResult(**counts.as_dict(), version_before=version, version_after=version)
        told = counts.as_dict() if by_score is None else {**counts.as_dict(), "by_score": True}
        audit(conn, actor, f"candidates.{action.name}", str(search_id), batch=batch_id, **told)
        if by_score is not None:
            score_rejections.record(conn, actor, search_id, by_score, batch_id)
        after = change_rows.bump_version(conn, search_id)
    return ChangeResult(**counts.as_dict(), batch_id=batch_id, version_before=after - 1, version_after=after)


def candidate_ids(raw: Any) -> list[int]:
    """Ids as a page sends them, numbers or their text, each once. Raises BadInput."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise BadInput("Select someone first.")
    if len(raw) > MOST:
        raise BadInput(f"At most {MOST} people can be given one by one; select all matching instead.")
    return list(dict.fromkeys(_id(one) for one in raw))


def _id(raw: Any) -> int:
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) < 20:
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw <= _LARGEST_ID:
        raise BadInput("One of the selected people could not be read; reload the page and select again.")
    return raw
