"""What was decided in triage and not answered yet when the page was left: the browser sends it along, and once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.access.identity import Actor
from services.decisions import triage, undo
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.runtime import Runtime

NOT_READ = "What was decided could not be read; open triage again and look at the last people."
SOMEONE_ELSES = "These decisions are of someone else who was signed in here before; nothing was changed."
# More than anyone can decide while one answer is on its way.
MOST = 500


@dataclass(frozen=True)
class Decision:
    """snapshot: in which the person was seen; None where they were gone already. A decision without one is not carried
    out: it could come over a colleague's head."""

    candidate_id: int
    stage: Any
    reason: Any
    snapshot: str | None


@dataclass(frozen=True)
class TakeBack:
    """batch_id: None for the newest action, which must not be asked for a second time."""

    batch_id: int | None


Step = Decision | TakeBack


@dataclass(frozen=True)
class Left:
    """saved: steps that hold now, also those that did already; refused: a colleague was first, or nobody is there."""

    saved: int
    refused: int


def take_up(rt: Runtime, actor: Actor, search_id: UUID, steps: Sequence[Step]) -> Left:
    """Each step in its turn, in a transaction of its own, as triage would have sent it.

    A decision that is the case already stays as it is, so all of it may come twice. Raises Forbidden, BadInput, and
    what says that a server is away; the steps before that are done.
    """
    if len(steps) > MOST:
        raise BadInput(NOT_READ)
    held = [_holds(rt, actor, search_id, step) for step in steps]
    return Left(sum(held), len(held) - sum(held))


def _holds(rt: Runtime, actor: Actor, search_id: UUID, step: Step) -> bool:
    if isinstance(step, TakeBack):
        return _taken_back(rt, actor, search_id, step)
    if step.snapshot is None:
        return False
    done = triage.decide(rt, actor, search_id, step.candidate_id, step.stage, step.reason, step.snapshot)
    return bool(done.changed or done.unchanged)


def _taken_back(rt: Runtime, actor: Actor, search_id: UUID, step: TakeBack) -> bool:
    try:
        done = triage.take_back(rt, actor, search_id, step.batch_id).outcome.done
    except Conflict as error:
        return error.message == undo.ONCE
    except NotFound:
        return False
    return done is None or done.changed > 0


def check_sender(actor: Actor, user: Any) -> None:
    """Raises Forbidden where someone else has signed in since, in the same window."""
    if str(user) != str(actor.user_id):
        raise Forbidden(SOMEONE_ELSES)
