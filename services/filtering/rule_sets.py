"""Rule sets: rules in order under a name, one's own or shared, for all searches or for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor, audit
from services.decisions import change_rows
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.filtering import rule_kinds
from services.filtering.rule_kinds import Rule
from services.imports.import_rows import clean
from services.runtime import Runtime

MAX_NAME = 100
TAKEN = "You have a rule set of this name already. Choose another name, or open that set first to change it."
GONE = "This rule set does not exist any more, or it is not shared with you."

_Q = sql.queries("lists")


@dataclass(frozen=True)
class RuleSetInfo:
    """A set as one person sees it. search_id None: for all searches. rules: how many."""

    id: int
    name: str
    shared: bool
    search_id: UUID | None
    updated_at: datetime
    owner: str
    owned: bool
    rules: int


@dataclass(frozen=True)
class RuleSet:
    """A set with its rules in order."""

    info: RuleSetInfo
    rules: tuple[Rule, ...]


def all_sets(rt: Runtime, actor: Actor, search_id: UUID | None = None) -> list[RuleSetInfo]:
    """Sets that the actor may use in a search: the search's own first, then those for all; at most 200."""
    with rt.db.connection() as conn:
        given = {"search_id": search_id, "set_id": None, **actor.params}
        return [RuleSetInfo(**row) for row in db.rows(conn, _Q.fetch_sets, given)]


def get(rt: Runtime, actor: Actor, set_id: int) -> RuleSet:
    """Raises NotFound, also for a set that is not the actor's to use."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_set, {"set_id": set_id, **actor.params})
        if row is None:
            raise NotFound(GONE)
        rules = tuple(rule_kinds.check(one) for one in db.rows(conn, _Q.fetch_set_rules, {"set_id": set_id}))
    return RuleSet(RuleSetInfo(**row), rules)


def save(
    rt: Runtime,
    actor: Actor,
    name: str,
    rules: Sequence[Rule | dict[str, Any]],
    *,
    search_id: UUID | None = None,
    shared: bool = False,
    over: int | Literal["any"] | None = "any",
) -> int:
    """Keep rules under a name, in place of the actor's set of that name; returns the set's id.

    search_id: for that search only. over: the one set that may be replaced, None: none. Raises BadInput (name, rules),
    Forbidden, Conflict for the name of another set.
    """
    checked = rule_kinds.check_all(rules)
    title = clean(name)
    if not title or len(title) > MAX_NAME:
        raise BadInput(f"Give the rule set a name of at most {MAX_NAME} characters.")
    if not actor.may_edit:
        raise Forbidden("Viewers cannot save rules. Ask an admin for another role.")
    with rt.db.connection() as conn:
        if search_id is not None:
            change_rows.check_editable(conn, actor, search_id)
        given = {"search_id": search_id, "name": title, "shared": shared, **actor.params}
        named = db.one(conn, _Q.lock_set_of_name, given) if over != "any" else None
        if named is not None and named["id"] != over:
            raise Conflict(TAKEN)
        row = db.one(conn, _Q.upsert_set, given)
        assert row is not None
        db.run(conn, _Q.delete_set_rules, {"set_id": row["id"]})
        rows = [{"position": n, "list_id": rule.list_id, **rule.as_json()} for n, rule in enumerate(checked)]
        db.run(conn, _Q.insert_set_rules, {"set_id": row["id"], "rules": Jsonb(rows)})
        audit(conn, actor, "rule_set.save", str(row["id"]), rules=len(rows), shared=shared)
    return int(row["id"])


def delete(rt: Runtime, actor: Actor, set_id: int) -> None:
    """Raises NotFound unless the set is the actor's own, or the actor an admin."""
    with rt.db.connection() as conn:
        if db.run(conn, _Q.delete_set, {"set_id": set_id, **actor.params}) == 0:
            raise NotFound("Only the rule set's owner or an admin can delete it.")
        audit(conn, actor, "rule_set.delete", str(set_id))
