"""From rules to one statement that judges everyone of a search by all of them at once. Pure.

services/filtering/filter_statement.py puts the parts together; here they become the statement's beginning, in which
every rule is a bit. Per rule there is a three-valued condition `r<n>` and, for lists, the entry that was met,
`met_<n>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

import sql
from services.access.identity import Actor
from services.errors import BadInput
from services.filtering.filter_statement import ListInForce, Statement
from services.filtering.rule_kinds import KINDS, LIST_KINDS, Rule

_F = sql.queries("filtering")

# Ids that stay together when people are judged in parts: about a hundred pages of them.
BLOCK = 512


@dataclass(frozen=True)
class Judging:
    """ctes: the WITH list up to and including `bits`; params: its parameters. See sql/filtering.sql."""

    ctes: Composed
    params: Mapping[str, Any]


def judging(
    rules: Sequence[Rule],
    lists: Mapping[int, ListInForce],
    actor: Actor,
    search_id: UUID,
    *,
    scope: str,
    now: datetime | None = None,
    again: bool = False,
    sample: int = 1,
    part: int = 0,
    parts_in_all: int = 1,
) -> Judging:
    """The statement's beginning for rules in order.

    scope: name of a query of filtering.sql, whom it is about. again: restored people may be dropped by the
    same entry again. sample: judge only one of so many. part: judge only this one of so
    many parts. Raises BadInput for a rule that its list does not fit.
    """
    statement = Statement()
    at = now or datetime.now(UTC)
    where: Composable = SQL(getattr(_F, scope))
    if sample > 1:
        where = Composed([where, SQL(" "), SQL(_F.only_a_sample)])
    if parts_in_all > 1:
        where = Composed([where, SQL(" "), SQL(_F.only_a_part)])
    for n, rule in enumerate(rules):
        statement.add(n, rule, lists, at)
    statement.finish(where)
    results = [
        *(SQL("({}) AS {}").format(said, Identifier(f"r{n}")) for n, said in enumerate(statement.conditions)),
        *(SQL("{} AS {}").format(met, _met(n)) for n, met in statement.entries.items()),
    ]
    bits = SQL(_F.with_bits).format(
        results=SQL(", ").join(results),
        joins=SQL("\n").join(statement.joins.values()),
        yes=_mask(len(rules), "{r} IS TRUE"),
        unknown=_mask(len(rules), "{r} IS NULL"),
        met=SQL("").join(SQL(", {}").format(_met(n)) for n in statement.entries),
        entry=_entry_by("u.bit", statement.entries),
        first_entry=_entry_by("drops & -drops", statement.entries),
    )
    ctes = [*statement.ctes.values(), SQL(_F.with_rules), SQL(_F.with_pardoned), bits]
    params = statement.params | {
        "search_id": search_id,
        **actor.params,
        "sample": sample,
        "part": part,
        "parts": parts_in_all,
        "block": BLOCK,
        "again": again,
        "fingerprints": [rule.fingerprint for rule in rules],
        "drop_bits": sum(1 << n for n, rule in enumerate(rules) if rule.on_unknown == "drop"),
        "flag_bits": sum(1 << n for n, rule in enumerate(rules) if rule.on_unknown == "flag"),
    }
    return Judging(SQL(",\n").join(ctes), params)


def status_of(rule: Rule, lists: Mapping[int, ListInForce]) -> str:
    """The filter_status of whom a rule leaves out."""
    if rule.list_id is not None:
        return LIST_KINDS[lists[rule.list_id].kind][2]
    return KINDS[rule.kind].status


def _mask(count: int, test: str) -> Composable:
    """The numbers of the rules for which a test on r<n> holds, as bits."""
    return SQL(" | ").join(
        SQL("CASE WHEN " + test + " THEN {bit}::bigint ELSE 0 END").format(r=Identifier(f"r{n}"), bit=Literal(1 << n))
        for n in range(count)
    )


def _entry_by(bit: str, numbers: Iterable[int]) -> Composable:
    """The entry that a rule met, by the rule's bit; NULL for one that is no list rule."""
    whens = [SQL("WHEN {} THEN {}").format(Literal(1 << n), _met(n)) for n in numbers]
    return (
        SQL("CASE {} {} ELSE NULL::bigint END").format(SQL(bit), SQL(" ").join(whens)) if whens else SQL("NULL::bigint")
    )


def _met(n: int) -> Identifier:
    return Identifier(f"met_{n}")


def fits(rule: Rule, given: ListInForce) -> None:
    """Raises BadInput for a list rule whose parameters make no sense for what the list holds."""
    if given.holds == "people" and rule.params["match"] != "exact":
        raise BadInput("People are compared by address, e-mail, or name and company: exactly.")
    if given.holds != "companies" and rule.params["scope"] != "now":
        raise BadInput("Only companies can be looked for among earlier employers.")
