"""Rejections that a score alone chose: nobody is rejected by one without a person who confirms it and says why.

"By a score alone" is decided here, from what the server knows, never from what a page says of itself:

- Everyone in a view, or a part of it by place in the list, was chosen by the view. That is by score alone where the
  view is narrowed by what the model said (score, fit, criteria) - or, for a part of it, ordered by score or fit - and
  nothing else leaves anybody out: neither search words nor another filter. A filter that nobody fails is none; what
  stage, status or day of screening people have is no reason of its own.
- People chosen one by one were looked at, up to BY_HAND of them. More are by score alone where they are exactly the
  lowest scored of the search, whatever view they were ticked in.

One person is never a bulk. Whoever confirms names the number of people, so that a list that has grown since is asked
about anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from psycopg.sql import SQL, Composable

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput, Conflict
from services.grid.grid_columns import COLUMNS, FILTERS, RELEVANCE, SIMILARITY
from services.grid.grid_query import Where
from services.grid.grid_view import View
from services.runtime import Runtime
from services.screening.prompts import PROMPT_VERSION

BY_HAND = 10
MAX_REASON = 2_000
BY_MODEL = frozenset({"score", "fit_in", SIMILARITY})
NO_REASON_OF_ITS_OWN = frozenset({"stage_in", "status_in", "screened_at"})
ASK = "Only a score chose these {people:,} people. Confirm how many they are, and say why."
MOVED = "They are {people:,} people by now. Look again, and confirm that number."
NO_REASON = "Say in a few words why these people are rejected by their score alone."
NOT_READ = "The confirmation could not be read; repeat the action."

_Q = sql.queries("score_rejections")


@dataclass(frozen=True)
class Question:
    """What a person is told. Of `people`: unscored, with verdicts that are unknown, and with stale scores."""

    people: int
    unscored: int
    unknown: int
    stale: int


class MustConfirm(Conflict):
    """A person has to confirm first; `question` says what."""

    def __init__(self, message: str, question: Question) -> None:
        super().__init__(message.format(people=question.people))
        self.question = question


@dataclass(frozen=True)
class Confirmation:
    """What a person confirmed: how many people, and why."""

    people: int
    reason: str


@dataclass(frozen=True)
class Choice:
    """How the people of an action were chosen. view: by this view; None: one by one.

    part: by their places in its list, or all but some.
    """

    view: View | None = None
    part: bool = False
    confirmed: Confirmation | None = None


@dataclass(frozen=True)
class Decision:
    """A confirmed rejection by score, to be recorded with its batch."""

    question: Question
    reason: str

    def state(self) -> dict[str, Any]:
        """For the parameters of a run; decision_of() reads it."""
        return {**vars(self.question), "reason": self.reason}


BY_ONE = Choice()


def confirmation_of(raw: Any) -> Confirmation | None:
    """What a page or a command sends: {"people": n, "reason": text}, or nothing. Raises BadInput."""
    if raw is None:
        return None
    people = raw.get("people") if isinstance(raw, Mapping) else None
    reason = raw.get("reason") if isinstance(raw, Mapping) else None
    if type(people) is not int:
        raise BadInput(NOT_READ)
    said = reason.replace("\0", "").encode("utf-8", "ignore").decode() if isinstance(reason, str) else ""
    why = " ".join(said.split())
    if not why:
        raise BadInput(NO_REASON)
    if len(why) > MAX_REASON:
        raise BadInput(f"A reason has at most {MAX_REASON:,} characters; this one has {len(why):,}.")
    return Confirmation(people, why)


def decision_of(state: Mapping[str, Any] | None) -> Decision | None:
    """Of a run's parameters."""
    if state is None:
        return None
    given = dict(state)
    reason = str(given.pop("reason"))
    return Decision(Question(**given), reason)


def decide(
    conn: db.Conn, rt: Runtime, search_id: UUID, choice: Choice, ids: Sequence[int] = (), left_out: Sequence[int] = ()
) -> Decision | None:
    """Before people are rejected: None where it is not by score alone; else what was confirmed, to be recorded.

    ids: whom the action is about; () means everyone in the view but left_out. Raises MustConfirm.
    """
    if choice.view is None:
        if not _are_lowest(conn, search_id, ids):
            return None
    elif not _narrowed_by_score(conn, choice.view, choice.part):
        return None
    question = _figures(conn, rt, search_id, choice.view, ids, left_out)
    if question.people < 2:
        return None
    if choice.confirmed is None:
        _ask(ASK, question)
    if choice.confirmed.people != question.people:
        _ask(MOVED, question)
    return Decision(question, choice.confirmed.reason)


def record(conn: db.Conn, actor: Actor, search_id: UUID, decision: Decision, batch_id: int) -> None:
    """In the transaction that makes the batch."""
    given = {**decision.state(), "search_id": search_id, "batch_id": batch_id, **actor.params}
    db.run(conn, _Q.insert_decision, given)


def _ask(message: str, question: Question) -> NoReturn:
    raise MustConfirm(message, question)


def _narrowed_by_score(conn: db.Conn, view: View, part: bool) -> bool:
    # What the registries do not have belongs to the search: a criterion.
    by_model = {key for key in view.filters if key in BY_MODEL or key not in FILTERS}
    first = view.effective_sort[0][0]
    in_its_order = first in ("score", "fit", SIMILARITY) or (first not in COLUMNS and first != RELEVANCE)
    if not by_model and not (part and in_its_order):
        return False
    others = set(view.filters) - by_model - NO_REASON_OF_ITS_OWN
    if not others and not view.q:
        return True
    return _count(conn, view.without_text().without_filter(*others)) == _count(conn, view)


def _count(conn: db.Conn, view: View) -> int:
    where = view.where()
    row = conn.execute(SQL(_Q.count_view).format(where=where.sql()), where.params).fetchone()
    assert row is not None
    return int(row["people"])


def _are_lowest(conn: db.Conn, search_id: UUID, ids: Sequence[int]) -> bool:
    if len(ids) <= BY_HAND:
        return False
    row = db.one(conn, _Q.fetch_bottom, {"search_id": search_id, "ids": list(ids)})
    return row is not None and row["chosen"] > BY_HAND and bool(row["lowest"])


def _figures(
    conn: db.Conn, rt: Runtime, search_id: UUID, view: View | None, ids: Sequence[int], left_out: Sequence[int]
) -> Question:
    where = Where() if ids or view is None else view.where()
    condition: Composable
    if ids or view is None:
        condition = SQL(_Q.by_ids).format(search=where.value(search_id), ids=where.value(list(ids)))
    else:
        condition = SQL(_Q.but_ids).format(where=where.sql(), ids=where.value(list(left_out)))
    given = {**where.params, "search_id": search_id, "model": rt.settings.openai_model,
             "prompt_version": PROMPT_VERSION}  # fmt: skip
    row = conn.execute(SQL(_Q.count_figures).format(where=condition), given).fetchone()
    assert row is not None
    return Question(**row)
