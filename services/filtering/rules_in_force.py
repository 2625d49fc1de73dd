"""The rules that were applied to a search last, and what has changed since.

Nothing is ever changed because a list or a rule changed: would_change() shows what applying would do, and a
person applies it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput
from services.filtering import filter_parts, filtering, rule_kinds
from services.filtering.filter_statement import ListInForce
from services.filtering.rule_kinds import Rule
from services.runtime import Runtime

_Q = sql.queries("filtering")


@dataclass(frozen=True)
class AppliedRule:
    """A rule as it was applied; list_newest: the version that its list has now."""

    rule_id: int
    rule: Rule
    sentence: str
    list_name: str
    list_version: int | None
    list_newest: int | None

    @property
    def is_behind(self) -> bool:
        return self.list_version is not None and self.list_newest != self.list_version


@dataclass(frozen=True)
class RulesInForce:
    """The rules that were applied to a search last. undone: that was taken back. names_changed: other names of what
    their lists hold were added or removed since (services.filtering.aliases)."""

    run_id: int
    at: datetime
    who: str
    rule_set_id: int | None
    rules: tuple[AppliedRule, ...]
    undone: bool = False
    names_changed: bool = False


@dataclass(frozen=True)
class Changes:
    """What applying now would change: how many would leave and come back, and ≤ 10 candidate ids of each.

    exact: else the counts come from a sample and are multiplied, as those of a dry run."""

    leave: int
    come_back: int
    leaving: tuple[int, ...]
    coming: tuple[int, ...]
    exact: bool = True


def in_force(rt: Runtime, actor: Actor, search_id: UUID) -> RulesInForce | None:
    """The rules that were applied last, with the lists' versions then and now; None before the first time.

    Raises Forbidden for a search that is not the actor's to see.
    """
    given = {"search_id": search_id, **actor.params}
    with rt.db.snapshot() as conn:
        filtering.search_of(conn, actor, search_id)
        run = db.one(conn, _Q.fetch_in_force, given)
        if run is None:
            return None
        rules = tuple(_applied(row) for row in db.rows(conn, _Q.fetch_run_rules, {"run_id": run["run_id"]}))
    return RulesInForce(
        run["run_id"], run["finished_at"], run["who"], run["rule_set_id"], rules, run["undone"], run["names_changed"]
    )


def is_behind(rt: Runtime, actor: Actor, search_id: UUID) -> bool:
    """Whether a list of the rules in force has changed since, or is gone, or other names have; False where none are
    in force, or none to see."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_behind, {"search_id": search_id, **actor.params})
    return row is not None and bool(row["behind"])


def would_change(
    rt: Runtime, actor: Actor, search_id: UUID, rules: Sequence[Rule | Mapping[str, Any]] | None = None
) -> Changes:
    """What start(…, bring_back=True) would change now, with these rules or those that were applied last.

    For after a list or a rule was changed, or people came in. Whom a person left out by hand stays out.
    Raises BadInput where rules were never applied, Forbidden.
    """
    if rules is None:
        last = in_force(rt, actor, search_id)
        if last is None:
            raise BadInput("No rules were applied to this search yet.")
        rules = [one.rule for one in last.rules]
    checked = rule_kinds.check_used(rules)
    with rt.db.snapshot() as conn:
        people = filtering.search_of(conn, actor, search_id)["people"]
        parts, sample = filter_parts.parts_of(people), filtering.sample_of(people)
        db.one(conn, _Q.more_memory)
        lists = filtering.lists_of(conn, actor, checked)
        judgings = filter_parts.judgings_of(
            checked, lists, actor, search_id, parts, "everyone_not_by_hand", sample=sample
        )
        found = filter_parts.read(rt, conn, _Q.would_change, judgings)
    row = filter_parts.joined([rows[0] for rows in found])
    leaving, coming = tuple(row["leaving"]), tuple(row["coming"])
    return Changes(row["leave"] * sample, row["come_back"] * sample, leaving, coming, exact=sample == 1)


def rules_of_run(conn: db.Conn, run_id: int) -> tuple[tuple[Rule, ...], dict[int, ListInForce]]:
    """The rules of a run and their lists, as they were when it was started."""
    rules, lists = [], {}
    for row in db.rows(conn, _Q.fetch_run_rules, {"run_id": run_id}):
        rules.append(rule_kinds.check(row))
        if row["list_id"] is not None:
            lists[row["list_id"]] = ListInForce(
                row["list_id"], row["list_kind"], row["holds"], row["name"], row["list_version"]
            )
    return tuple(rules), lists


def _applied(row: Mapping[str, Any]) -> AppliedRule:
    rule = rule_kinds.check(row)
    newest = row["newest"] if rule.list_id is not None else None
    return AppliedRule(row["id"], rule, row["sentence"], row["name"] or "", row["list_version"], newest)
