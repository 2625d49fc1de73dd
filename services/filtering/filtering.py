"""Filter rules on a search: tried out, applied, taken back. The writing is in filter_run.

Rules say whom to leave out, in order: the first that says so is the reason. What was applied last, and what
has changed since, is in rules_in_force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor, audit
from services.decisions import change_rows
from services.errors import BadInput, NotFound
from services.filtering import filter_parts, filter_query, rule_kinds
from services.filtering.filter_statement import ListInForce
from services.filtering.rule_kinds import Rule
from services.runs import jobs
from services.runtime import Runtime
from services.searches.searches import refusal

# A dry run looks at everyone up to here; of more, at one of so many that about as many are looked at.
JUDGE_AT_MOST = 200_000
NO_LIST = "A list that a rule uses does not exist any more, or is not shared with you. Choose another list."

_Q = sql.queries("filtering")
_R = sql.queries("rules")


@dataclass(frozen=True)
class RuleCount:
    """What one rule does. alone: it says yes to so many; unknown: it cannot say; in_order: it is the first to
    leave them out; without: so many more would stay without this rule ("relax: +N"); guarded: it says yes,
    but a person had brought them back; flagged: they stay, flagged as unknown. samples: ≤ 10 candidate ids."""

    rule: Rule
    sentence: str
    alone: int
    unknown: int
    in_order: int
    without: int
    guarded: int
    flagged: int
    samples: tuple[int, ...]
    unknown_samples: tuple[int, ...]


@dataclass(frozen=True)
class DryRun:
    """What applying rules would do. people: how many are in now. exact: else the counts come from a sample
    (one person of `sample_of`) and are multiplied. version: of the data that was looked at."""

    version: int
    people: int
    left_out: int
    guarded: int
    flagged: int
    rules: tuple[RuleCount, ...]
    exact: bool
    sample_of: int

    @property
    def stay(self) -> int:
        return self.people - self.left_out


@dataclass(frozen=True)
class FuzzyPair:
    """A name of a search that a fuzzy rule takes for an entry; alike: 0 to 1; people: how many have it."""

    name: str
    entry: str
    alike: float
    people: int


def dry_run(
    rt: Runtime, actor: Actor, search_id: UUID, rules: Sequence[Rule | Mapping[str, Any]], *, again: bool = False
) -> DryRun:
    """What applying these rules would do to who is in now. Changes nothing.

    again: as in start(). Raises BadInput for rules that cannot be, Forbidden.
    """
    checked = rule_kinds.check_used(rules)
    with rt.db.snapshot() as conn:
        search = search_of(conn, actor, search_id)
        db.one(conn, _Q.more_memory)
        lists = lists_of(conn, actor, checked)
        sample = sample_of(search["people"])
        parts = filter_parts.parts_of(search["people"])
        judgings = filter_parts.judgings_of(checked, lists, actor, search_id, parts, "everyone_active", again, sample)
        found = filter_parts.read(rt, conn, _Q.dry_run, judgings)
    *each, total = (filter_parts.joined(rows) for rows in zip(*found, strict=True))
    return DryRun(
        version=search["version"],
        people=total["alone"] * sample,
        left_out=total["in_order"] * sample,
        guarded=total["guarded"] * sample,
        flagged=total["flagged"] * sample,
        rules=tuple(_count(checked[row["n"]], lists, row, sample) for row in each),
        exact=sample == 1,
        sample_of=sample,
    )


def start(
    rt: Runtime,
    actor: Actor,
    search_id: UUID,
    rules: Sequence[Rule | Mapping[str, Any]],
    *,
    rule_set_id: int | None = None,
    bring_back: bool = False,
    again: bool = False,
) -> int:
    """Apply rules to a search as a job; returns the run's id. Undo takes its batch back.

    bring_back: whom rules left out before and these keep come back, too. again: whom a person brought back
    may be left out by the same entry again. Runs of one search wait for each other. Raises BadInput, Forbidden.
    """
    checked = rule_kinds.check_used(rules)
    params = {"mode": "apply", "rule_set_id": rule_set_id, "bring_back": bring_back, "again": again}
    with rt.db.connection() as conn:
        change_rows.check_editable(conn, actor, search_id)
        lists = lists_of(conn, actor, checked)
        run_id = jobs.start_run(conn, actor, "filter", str(search_id), params)
        rows = [_frozen(n, rule, lists) for n, rule in enumerate(checked)]
        db.run(conn, _Q.insert_run_rules, {"run_id": run_id, "rules": Jsonb(rows)})
        audit(conn, actor, "filter.start", str(search_id), run=run_id, rules=len(rows))
    return run_id


def restore(rt: Runtime, actor: Actor, search_id: UUID, rule_id: int | None = None) -> int:
    """Bring back everyone that one applied rule left out (whenever it did), or everyone who is out; a job's id.

    One person or a selection: the action "restore" of candidates.change() and bulk.start(). Raises Forbidden,
    NotFound for a rule that was never applied to this search.
    """
    with rt.db.connection() as conn:
        change_rows.check_editable(conn, actor, search_id)
        fingerprint = None
        if rule_id is not None:
            row = db.one(conn, _Q.fetch_rule_of_search, {
                "rule_id": rule_id, "search_id": search_id, **actor.params})  # fmt: skip
            if row is None:
                raise NotFound("This rule was not applied to this search.")
            fingerprint = row["fingerprint"]
        params = {"mode": "restore", "fingerprint": fingerprint}
        run_id = jobs.start_run(conn, actor, "filter", str(search_id), params)
        audit(conn, actor, "filter.restore", str(search_id), run=run_id, rule=rule_id)
    return run_id


def fuzzy_samples(
    rt: Runtime, actor: Actor, search_id: UUID, list_id: int, threshold: float, limit: int = 50
) -> list[FuzzyPair]:
    """What a fuzzy rule on a list would take for the same, the least alike first: what to judge a threshold by.

    Companies of now, or schools. Raises BadInput for a list of people or a threshold not in 0.5–1, Forbidden.
    """
    rule = rule_kinds.check({"kind": "list", "params": {"list_id": list_id, "match": "fuzzy", "threshold": threshold}})
    with rt.db.snapshot() as conn:
        search_of(conn, actor, search_id)
        given = lists_of(conn, actor, [rule])[list_id]
        names = SQL(_Q.names_of_schools if given.holds == "schools" else _Q.names_of_companies)
        fuzzy = SQL(_R.with_fuzzy).format(
            matches=Identifier("matches"), names=Identifier("names"), entries=Identifier("entries"),
            threshold=Placeholder("threshold"),
        )  # fmt: skip
        text = SQL(_Q.fuzzy_samples).format(names=names, fuzzy=fuzzy)
        params = {"search_id": search_id, "list_id": list_id, "threshold": rule.params["threshold"]}
        found = db.rows(conn, text, {**params, "limit": min(max(limit, 1), 100), **actor.params})
    return [FuzzyPair(**row) for row in found]


def sample_of(people: int) -> int:
    """One of how many people is judged where counts are wanted; 1: all of them."""
    return max(1, round(people / JUDGE_AT_MOST)) if people > JUDGE_AT_MOST else 1


def search_of(conn: db.Conn, actor: Actor, search_id: UUID) -> dict[str, Any]:
    """Its version and how many are in it. Raises Forbidden for one that is not the actor's to see."""
    row = db.one(conn, _Q.fetch_search, {"search_id": search_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    return row


def lists_of(conn: db.Conn, actor: Actor, rules: Sequence[Rule]) -> dict[int, ListInForce]:
    """The lists that rules use, as they are now. Raises BadInput for one that is gone or does not fit its rule."""
    wanted = {rule.list_id for rule in rules if rule.list_id is not None}
    if not wanted:
        return {}
    found = db.rows(conn, _Q.fetch_lists, {"ids": sorted(wanted), **actor.params})
    lists = {row["id"]: ListInForce(**row) for row in found}
    if wanted - set(lists):
        raise BadInput(NO_LIST)
    for rule in rules:
        if rule.list_id is not None:
            filter_query.fits(rule, lists[rule.list_id])
    return lists


def _sentence(rule: Rule, lists: Mapping[int, ListInForce]) -> str:
    return rule_kinds.sentence(rule, lists[rule.list_id].name if rule.list_id is not None else "")


def _count(rule: Rule, lists: Mapping[int, ListInForce], row: Mapping[str, Any], sample: int) -> RuleCount:
    names = ("alone", "unknown", "in_order", "without", "guarded", "flagged")
    samples, unsure = tuple(row["samples"]), tuple(row["unknown_samples"])
    return RuleCount(
        rule, _sentence(rule, lists), **{name: int(row[name]) * sample for name in names},
        samples=samples, unknown_samples=unsure,
    )  # fmt: skip


def _frozen(n: int, rule: Rule, lists: Mapping[int, ListInForce]) -> dict[str, Any]:
    given = lists[rule.list_id] if rule.list_id is not None else None
    return rule.as_json() | {
        "position": n, "sentence": _sentence(rule, lists), "fingerprint": rule.fingerprint,
        "filter_status": filter_query.status_of(rule, lists),
        "list_id": given.id if given else None, "list_version": given.version if given else None,
    }  # fmt: skip
